# SPDX-License-Identifier: GPL-3.0-or-later
"""Ports of ``ovs-ofctl dump-ports-desc`` and ``ovs-ofctl show``."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._openflow_ports import parse_ports

RECORDINGS = Path(__file__).parents[4] / "recordings" / "ovs"
LISTING = (RECORDINGS / "articles-2017.dump-ports-desc.txt").read_text()


@pytest.mark.parametrize(
    ("recording", "numbers"),
    [
        ("articles-2017.dump-ports-desc", {"ens3": 1, "patch-provnet-e": 3, "br-ex": "LOCAL"}),
        (
            "ovn-chassis.ovs-ofctl-show",
            {"ovn-c2-0": 1, "ovn-c3-0": 2, "patch-br-int-to": 3, "t-vm1": 4, "br-int": "LOCAL"},
        ),
    ],
)
def test_recordings(recording: str, numbers: dict[str, object]) -> None:
    ports = parse_ports((RECORDINGS / f"{recording}.txt").read_text())

    assert {port["name"]: port["number"] for port in ports} == numbers


def test_port() -> None:
    assert parse_ports(LISTING)[0] == {
        "number": 1,
        "name": "ens3",
        "mac": "52:54:00:74:a5:b1",
        "config": [],
        "state": [],
        "current": ["100MB-FD", "AUTO_NEG"],
        "advertised": ["10MB-HD", "10MB-FD", "100MB-HD", "100MB-FD", "COPPER", "AUTO_NEG", "AUTO_PAUSE"],
        "supported": ["10MB-HD", "10MB-FD", "100MB-HD", "100MB-FD", "COPPER", "AUTO_NEG"],
        "peer": [],
        "speed_now": 100,
        "speed_max": 100,
    }


@pytest.mark.parametrize(
    "text",
    [
        "ovs-ofctl: br-x is not a bridge or a socket",
        LISTING[: LISTING.index("state")],
        LISTING[: LISTING.index("addr:") + 12],
        LISTING.replace("     config:     0\n     state:      0\n", "", 1),
        LISTING.replace("Mbps now", "Mbit/s now"),
        "     config:     0\n",
    ],
)
def test_malformed(text: str) -> None:
    with pytest.raises(ParseError, match="ovs-ofctl dump-ports-desc: cannot read"):
        parse_ports(text)
