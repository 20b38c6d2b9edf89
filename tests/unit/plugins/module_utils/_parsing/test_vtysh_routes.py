# SPDX-License-Identifier: GPL-3.0-or-later
"""Routes of FRR 8.4 and of OpenSwitch."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._vtysh_routes import (
    parse_routes,
    parse_routes_json,
)

RECORDINGS = Path(__file__).parents[4] / "recordings" / "openswitch-on-frr"
# The form of OpenSwitch 0.4.
OPENSWITCH = """
Displaying ipv4 routes selected for forwarding

'[x/y]' denotes [distance/metric]

192.168.101.0/24,  1 unicast next-hops
        via  1,  [0/0],  connected
192.168.102.0/24,  1 unicast next-hops
        via  192.168.101.2,  [20/0],  bgp
10.10.0.0/16,  2 unicast next-hops
        via  192.168.101.2,  [1/0],  static
        via  192.168.101.3,  [1/0],  static
"""


def test_frr() -> None:
    connected, learnt = parse_routes_json((RECORDINGS / "ops1.show-ip-route.json").read_text())

    assert (connected["destination"], connected["protocol"]) == ("192.168.101.0/24", "connected")
    assert connected["next_hops"] == [{"address": None, "interface": "1", "active": True}]
    assert learnt == {
        "destination": "192.168.102.0/24",
        "protocol": "bgp",
        "distance": 20,
        "metric": 0,
        "selected": True,
        "installed": True,
        "uptime": "00:00:27",
        "next_hops": [{"address": "192.168.101.2", "interface": "1", "active": True}],
    }


def test_frr_also_tells_routes_that_are_not_selected() -> None:
    routes = parse_routes_json((RECORDINGS / "many-kinds.show-ip-route.json").read_text())
    selected = {(route["destination"], route["protocol"]): route["selected"] for route in routes}

    assert selected["192.168.101.0/24", "connected"] and not selected["192.168.101.0/24", "ospf"]
    static = [route["next_hops"] for route in routes if route["protocol"] == "static"]
    assert [[hop["address"] for hop in hops] for hops in static] == [["192.168.101.2", "192.168.101.3"], [None]]


def test_openswitch() -> None:
    routes = parse_routes(OPENSWITCH)

    assert [(row["destination"], row["protocol"], row["distance"], row["metric"]) for row in routes] == [
        ("192.168.101.0/24", "connected", 0, 0),
        ("192.168.102.0/24", "bgp", 20, 0),
        ("10.10.0.0/16", "static", 1, 0),
    ]
    assert [[(hop["address"], hop["interface"]) for hop in row["next_hops"]] for row in routes] == [
        [(None, "1")],
        [("192.168.101.2", None)],
        [("192.168.101.2", None), ("192.168.101.3", None)],
    ]
    keys = set(parse_routes_json((RECORDINGS / "ops1.show-ip-route.json").read_text())[0])
    assert all(set(row) == keys for row in routes)


def test_without_routes() -> None:
    assert parse_routes("\nNo ipv4 rib entries \n") == parse_routes_json("{\n}\n") == []


# What is cut after a whole route looks whole.
@pytest.mark.parametrize("lines", [0, 1, 6, 8, 10, 11])
def test_cut(lines: int) -> None:
    with pytest.raises(ParseError, match="show ip route: cannot read"):
        parse_routes("\n".join(OPENSWITCH.splitlines()[:lines]))


@pytest.mark.parametrize(
    ("before", "after"),
    [(",  1 unicast", ",  one unicast"), ("[20/0]", "[20]"), ("  bgp\n", "  bgp\n        via  9,  \n")],
)
def test_malformed(before: str, after: str) -> None:
    assert before in OPENSWITCH
    with pytest.raises(ParseError, match="show ip route: cannot read"):
        parse_routes(OPENSWITCH.replace(before, after, 1))


@pytest.mark.parametrize("text", ["", "zebra is not running\n", '{"10.0.0.0/8": [{}]}'])
def test_malformed_json(text: str) -> None:
    with pytest.raises(ParseError, match="show ip route json: cannot read"):
        parse_routes_json(text)
