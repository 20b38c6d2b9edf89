# SPDX-License-Identifier: GPL-3.0-or-later
"""Neighbours of OSPF of FRR 8.4 and of OpenSwitch."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._vtysh_ospf_neighbours import (
    parse_neighbours,
    parse_neighbours_json,
)

RECORDING = Path(__file__).parents[4] / "recordings" / "openswitch-on-frr" / "many-kinds.show-ip-ospf-neighbor.json"
# The form of OpenSwitch 0.4.
OPENSWITCH = """
    Neighbor ID Pri State           Dead Time Address         Interface            RXmtL RqstL DBsmL
----------------------------------------------------------------------------------------------------
        2.2.2.2   1 Full/DR           35.446s 192.168.101.2   1:192.168.101.1          0     0     0
"""


def test_both_have_the_same_keys() -> None:
    (of_frr,) = parse_neighbours_json(RECORDING.read_text())
    (of_openswitch,) = parse_neighbours(OPENSWITCH)
    seconds = of_frr["dead_seconds"]

    assert 0 < seconds <= 40
    assert {**of_openswitch, "dead_seconds": seconds} == of_frr
    assert of_openswitch == {
        "router_id": "2.2.2.2",
        "address": "192.168.101.2",
        "interface": "1",
        "state": "Full",
        "role": "DR",
        "priority": 1,
        "dead_seconds": 35.446,
    }


def test_without_neighbours() -> None:
    header = "\n".join(OPENSWITCH.splitlines()[:3])

    assert parse_neighbours(header) == parse_neighbours("\n") == parse_neighbours_json("{ }") == []


@pytest.mark.parametrize(
    "text", ["% OSPF is off\n", OPENSWITCH.replace("35.446s", "soon"), OPENSWITCH.replace("192.168.101.2 ", "")]
)
def test_malformed(text: str) -> None:
    with pytest.raises(ParseError, match="show ip ospf neighbor: cannot read"):
        parse_neighbours(text)


@pytest.mark.parametrize("text", ["", "ospfd is not running\n", '{"neighbors": {"2.2.2.2": [{}]}}'])
def test_malformed_json(text: str) -> None:
    with pytest.raises(ParseError, match="show ip ospf neighbor json: cannot read"):
        parse_neighbours_json(text)
