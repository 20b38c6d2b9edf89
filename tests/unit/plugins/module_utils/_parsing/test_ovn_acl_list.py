# SPDX-License-Identifier: GPL-3.0-or-later
"""``ovn-nbctl acl-list`` of OVN 2.7, 23.03 and younger."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ovn_acl_list import parse_list

RECORDINGS = Path(__file__).parents[4] / "recordings" / "ovn"
ACL = "  to-lport  1002 (outport == @pg_vm && ip4 && (icmp4 || tcp)) allow-related"
EMPTY: dict[str, Any] = {
    "network_function_group": None,
    "log": False,
    "name": None,
    "severity": None,
    "meter": None,
    "label": 0,
    "tier": 0,
    "after_lb": False,
    "port_group": None,
}


@pytest.mark.parametrize(("recording", "acls"), [("articles-2017", 9), ("three-chassis", 5), ("neutron", 10)])
def test_every_line_of_the_recordings(recording: str, acls: int) -> None:
    text = (RECORDINGS / f"{recording}.acl-list.txt").read_text()

    assert len(parse_list(text)) == acls == len(text.splitlines())


@pytest.mark.parametrize(
    ("suffix", "expected"),
    [
        ("", {}),
        (" log()", {"log": True}),
        (" log(name=icmp-in,severity=info)", {"log": True, "name": "icmp-in", "severity": "info"}),
        (" log(name=drop-out)", {"log": True, "name": "drop-out"}),
        (' log(name=a, b,severity=info,meter="m1")', {"log": True, "name": "a, b", "severity": "info", "meter": "m1"}),
        (" log(severity=alert)", {"log": True, "severity": "alert"}),
        (" label=7 [tier 2] [after-lb] [pg1]", {"label": 7, "tier": 2, "after_lb": True, "port_group": "pg1"}),
        (" network-function-group=n1 [tier 0]", {"network_function_group": "n1"}),
    ],
)
def test_acl(suffix: str, expected: dict[str, Any]) -> None:
    assert parse_list(ACL + suffix) == [
        {
            "direction": "to-lport",
            "priority": 1002,
            "match": "outport == @pg_vm && ip4 && (icmp4 || tcp)",
            "action": "allow-related",
            **EMPTY,
            **expected,
        }
    ]


def test_nothing() -> None:
    assert parse_list("") == []


@pytest.mark.parametrize(
    "line",
    [
        "ovn-nbctl: sw-x: switch name not found",
        ACL[:20],
        ACL[:-3],
        ACL[: ACL.index(" allow")],
        ACL + " log(name=x",
        ACL + " [tier",
        ACL.replace("to-lport", "at-lport"),
    ],
)
def test_malformed(line: str) -> None:
    with pytest.raises(ParseError, match="ovn-nbctl acl-list: cannot read line 2"):
        parse_list(ACL + "\n" + line)
