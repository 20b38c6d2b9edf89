# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines that ovs-vswitchd 3.1 printed of its own connection tracker."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ovs_conntrack import parse_connections

PING = (
    "icmp,orig=(src=10.10.1.12,dst=203.0.113.1,id=1820,type=8,code=0),"
    "reply=(src=203.0.113.1,dst=203.0.113.112,id=1820,type=0,code=0),zone=8"
)
TCP = (
    "tcp,orig=(src=fd00::1,dst=fd00::2,sport=40000,dport=80),reply=(src=fd00::2,dst=fd00::1,sport=80,dport=40000),"
    "mark=2,labels=0x10000000000000000,protoinfo=(state=SYN_SENT)"
)


@pytest.mark.parametrize(
    ("line", "connection"),
    [
        (
            PING,
            {
                "protocol": "icmp",
                "state": None,
                "original": {
                    "source": "10.10.1.12",
                    "destination": "203.0.113.1",
                    "identifier": 1820,
                    "type": 8,
                    "code": 0,
                },
                "reply": {
                    "source": "203.0.113.1",
                    "destination": "203.0.113.112",
                    "identifier": 1820,
                    "type": 0,
                    "code": 0,
                },
                "zone": 8,
                "mark": 0,
                "labels": 0,
            },
        ),
        (
            TCP,
            {
                "protocol": "tcp",
                "state": "SYN_SENT",
                "original": {
                    "source": "fd00::1",
                    "destination": "fd00::2",
                    "source_port": 40000,
                    "destination_port": 80,
                },
                "reply": {"source": "fd00::2", "destination": "fd00::1", "source_port": 80, "destination_port": 40000},
                "zone": 0,
                "mark": 2,
                "labels": 1 << 64,
            },
        ),
    ],
)
def test_connections(line: str, connection: dict[str, Any]) -> None:
    assert parse_connections(line + "\n") == [connection]


def test_none_and_several() -> None:
    assert parse_connections("") == []
    assert [row["protocol"] for row in parse_connections(f"{PING}\n{TCP}\n")] == ["icmp", "tcp"]


@pytest.mark.parametrize(
    "line", [PING[:20], PING[:70], PING[:90], "zone=8", "garbage", "icmp,orig,reply", PING + ",zone"]
)
def test_a_line_that_is_cut_is_refused(line: str) -> None:
    with pytest.raises(ParseError, match="dpctl/dump-conntrack: cannot read line 2"):
        parse_connections(f"{TCP}\n{line}\n")
