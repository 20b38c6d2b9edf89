# SPDX-License-Identifier: GPL-3.0-or-later
"""Neighbours of BGP of FRR 8.4 and of OpenSwitch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._vtysh_bgp_summary import (
    parse_summary,
    parse_summary_json,
)

RECORDING = Path(__file__).parents[4] / "recordings" / "openswitch-on-frr" / "many-kinds.show-ip-bgp-summary.json"
# The form of OpenSwitch 0.4.
OPENSWITCH = """BGP router identifier 192.168.101.2, local AS number 65002
RIB entries 2
Peers 3
Peer groups 0

Neighbor             AS MsgRcvd MsgSent Up/Down  State
192.168.101.1     65001       5       6 00:00:28 Established
192.168.102.2     65003       0       0 never    Idle      \x20
2001:db8:1:2::3:4
                  65004       1       2 01w2d03h Active    \x20

Total number of neighbors 3
"""


def short(summary: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [tuple(neighbour.values()) for neighbour in summary["neighbours"]]


def test_frr() -> None:
    summary = parse_summary_json(RECORDING.read_text())

    assert (summary["router_id"], summary["as_number"]) == ("192.168.101.1", 65001)
    neighbours = {neighbour["address"]: neighbour for neighbour in summary["neighbours"]}
    assert {address: (row["remote_as"], row["state"]) for address, row in neighbours.items()} == {
        "192.168.101.2": (65002, "Established"),
        "10.3.3.4": (None, "Active"),
        "10.3.3.5": (7, "Idle (Admin)"),
    }
    assert (neighbours["10.3.3.5"]["uptime"], neighbours["192.168.101.2"]["prefixes_received"]) == (None, 2)
    assert neighbours["192.168.101.2"]["connections_dropped"] == 0


def test_openswitch() -> None:
    summary = parse_summary(OPENSWITCH)

    assert (summary["router_id"], summary["as_number"]) == ("192.168.101.2", 65002)
    assert short(summary) == [
        ("192.168.101.1", 65001, "Established", "00:00:28", 5, 6, None, None, None),
        ("192.168.102.2", 65003, "Idle", None, 0, 0, None, None, None),
        ("2001:db8:1:2::3:4", 65004, "Active", "01w2d03h", 1, 2, None, None, None),
    ]
    assert list(summary["neighbours"][0]) == list(parse_summary_json(RECORDING.read_text())["neighbours"][0])


def test_without_bgp() -> None:
    nothing = {"router_id": None, "as_number": None, "neighbours": []}

    assert parse_summary_json("{}\n") == parse_summary("No bgp router configured.\n") == nothing


def test_without_neighbours() -> None:
    text = "".join(OPENSWITCH.partition("\n\n")[:2]) + "No IPv4 neighbor is configured\n"

    assert parse_summary(text) == {"router_id": "192.168.101.2", "as_number": 65002, "neighbours": []}


@pytest.mark.parametrize("lines", range(len(OPENSWITCH.rstrip().splitlines())))
def test_cut(lines: int) -> None:
    with pytest.raises(ParseError, match="show ip bgp summary: cannot read"):
        parse_summary("\n".join(OPENSWITCH.splitlines()[:lines]))


@pytest.mark.parametrize(
    ("before", "after"), [("neighbors 3", "neighbors 2"), ("  65001  ", "  internal  "), ("Peers 3", "Peers many")]
)
def test_malformed(before: str, after: str) -> None:
    assert before in OPENSWITCH
    with pytest.raises(ParseError, match="show ip bgp summary: cannot read"):
        parse_summary(OPENSWITCH.replace(before, after))


@pytest.mark.parametrize("text", ["", "bgpd is not running\n", '{"ipv4Unicast": {}}', '{"ipv6Unicast": {"as": 1}}'])
def test_malformed_json(text: str) -> None:
    with pytest.raises(ParseError, match="show ip bgp summary json: cannot read"):
        parse_summary_json(text)
