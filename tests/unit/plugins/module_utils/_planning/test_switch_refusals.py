# SPDX-License-Identifier: GPL-3.0-or-later
"""Configurations that cannot work."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._planning._switch_config import FRR, OPENSWITCH
from ansible_collections.packetwalk.labs.plugins.module_utils._planning._switch_refusals import (
    refusals,
    refusals_of_switch,
)

sys.path.insert(0, str(Path(__file__).parent))
from switch_configs import bgp, config, interface, neighbour, ospf  # noqa: E402

DAEMONS = ["zebra", "staticd", "bgpd"]
RUNNING: dict[str, Any] = {"hostname ops1": {}, "interface 7": {"ip address 10.7.0.1/16": {}}}
SOUND = config(
    hostname="ops1",
    interfaces=[
        interface("1", "192.168.101.1/24", "192.168.101.9/24", "fd00::1/64"),
        interface("lo", "192.168.101.1/32"),
    ],
    static_routes=[{"destination": "0.0.0.0/0", "next_hop": "192.168.101.2"}],
    bgp=bgp(router_id="1.1.1.1", networks=["192.168.101.0/24"], neighbours=[neighbour("192.168.101.2")]),
    ospf=ospf(("10.0.0.0/8", "0"), ("192.168.101.0/24", "0.0.0.7")),
    lines=["ip forwarding", "router bgp 65001", " timers bgp 3 9"],
)


def test_a_sound_one() -> None:
    assert refusals(SOUND) == []
    assert refusals_of_switch(SOUND, RUNNING, FRR, [*DAEMONS, "ospfd"]) == []


@pytest.mark.parametrize(
    ("sections", "sentence"),
    [
        ({"bgp": bgp(None)}, "BGP has no as_number."),
        ({"bgp": bgp(0)}, "BGP: AS 0 is not from 1 to 4294967295."),
        ({"bgp": bgp(router_id="1.1.1")}, "BGP, router ID: Expected 4 octets in '1.1.1'."),
        ({"bgp": bgp(networks=["10.1.0.0/8"])}, "BGP, networks: 10.1.0.0/8 has host bits set."),
        (
            {"bgp": bgp(neighbours=[neighbour("10.0.0.2", None)])},
            "BGP neighbour 10.0.0.2 has no remote_as.",
        ),
        (
            {"bgp": bgp(neighbours=[neighbour("ops2")])},
            "BGP, neighbours: 'ops2' does not appear to be an IPv4 or IPv6 address.",
        ),
        (
            {"bgp": bgp(neighbours=[neighbour("fd00::2"), neighbour("fd00:0::2", 5)])},
            "BGP neighbour fd00::2 is given twice.",
        ),
        (
            {"bgp": bgp(neighbours=[neighbour("10.0.0.1")]), "interfaces": [interface("1", "10.0.0.1/24")]},
            "BGP neighbour 10.0.0.1 is this switch itself, on interface 1.",
        ),
        ({"interfaces": [interface("1", "10.0.0.1")]}, "Interface 1: '10.0.0.1' has no prefix length."),
        (
            {"interfaces": [interface("1", "10.0.0.300/24")]},
            "Interface 1: '10.0.0.300/24' does not appear to be an IPv4 or IPv6 interface.",
        ),
        ({"interfaces": [interface("1"), interface("1")]}, "Interface 1 is given twice."),
        (
            {"interfaces": [interface("1", "10.0.0.1/24", "10.0.0.1/24")]},
            "Interface 1: address 10.0.0.1/24 is given twice.",
        ),
        ({"interfaces": [interface("1 2")]}, "'1 2' cannot be the name of an interface."),
        ({"interfaces": [interface("1", mtu_bytes=67)]}, "Interface 1: an MTU of 67 bytes is not from 68 to 65535."),
        ({"hostname": "ops 1"}, "'ops 1' cannot be the name of a switch."),
        ({"vlans": [{"id": 4095, "interfaces": []}]}, "VLAN 4095 is not from 1 to 4094."),
        (
            {"vlans": [{"id": 10, "interfaces": ["1"]}, {"id": 20, "interfaces": ["1"]}]},
            "The VLAN of interface 1 is given twice.",
        ),
        (
            {"vlans": [{"id": 10, "interfaces": ["1"]}], "interfaces": [interface("1", "10.0.0.1/24")]},
            "Interface 1 is in VLAN 10 and has an address: give that to vlan10, or take it out of the VLAN.",
        ),
        (
            {"static_routes": [{"destination": "10.0.0.0/8", "next_hop": "fd00::1"}]},
            "Static route to 10.0.0.0/8: fd00::1 is of the other family.",
        ),
        (
            {"static_routes": [{"destination": "10.0.0.1/8", "next_hop": "10.0.0.2"}]},
            "Static route to 10.0.0.1/8: 10.0.0.1/8 has host bits set.",
        ),
        ({"ospf": ospf(("10.0.0.0/8", "backbone"))}, "OSPF, area of 10.0.0.0/8: Expected 4 octets in 'backbone'."),
        ({"lines": [" mtu 7"]}, "Line 1 of lines, 'mtu 7': expected the line above it that it belongs to."),
        ({"lines": ["a\n b"]}, "Lines: 'a\\n b' is more than one line."),
    ],
)
def test_refused(sections: dict[str, Any], sentence: str) -> None:
    assert refusals(config(**sections)) == [sentence]


@pytest.mark.parametrize(
    ("sections", "flavour", "sentence"),
    [
        (
            {"interfaces": [interface("1", "10.1.0.1/16"), interface("2", "10.1.2.1/24")]},
            FRR,
            "Interfaces 1 and 2: 10.1.0.1/16 and 10.1.2.1/24 overlap.",
        ),
        (
            {"interfaces": [interface("1", "10.7.9.1/24")]},
            OPENSWITCH,
            "Interfaces 7 and 1: 10.7.0.1/16 and 10.7.9.1/24 overlap.",
        ),
        (
            {"vlans": [{"id": 10, "interfaces": []}]},
            FRR,
            "FRR has no VLANs: give vlans to packetwalk.labs.switch_vlans, or leave them out.",
        ),
        (
            {"interfaces": [interface("1", description="x")]},
            OPENSWITCH,
            "Interface 1: OpenSwitch has no descriptions of interfaces.",
        ),
        (
            {"hostname": "another"},
            FRR,
            "FRR goes by the name of its node, ops1, and vtysh cannot make it another: give the node that name.",
        ),
        ({"ospf": ospf()}, FRR, "router ospf: ospfd does not run on this switch."),
        ({"lines": ["router ospf6"]}, FRR, "router ospf6: ospf6d does not run on this switch."),
    ],
)
def test_refused_on_a_switch(sections: dict[str, Any], flavour: str, sentence: str) -> None:
    desired = config(**sections)

    assert refusals(desired) == []
    assert refusals_of_switch(desired, RUNNING, flavour, DAEMONS) == [sentence]


@pytest.mark.parametrize("flavour", [FRR, OPENSWITCH])
def test_what_another_flavour_has(flavour: str) -> None:
    other = {
        FRR: {"interfaces": [interface("1", description="x")]},
        OPENSWITCH: {"hostname": "another", "ospf": ospf()},
    }

    assert refusals_of_switch(config(**other[flavour]), RUNNING, flavour, DAEMONS) == []
