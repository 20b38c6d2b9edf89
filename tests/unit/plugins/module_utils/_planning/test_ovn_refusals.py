# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import sys
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._planning import _ovn_refusals

sys.path.insert(0, os.path.dirname(__file__))
import topologies  # noqa: E402

SW0, SW1, PUBLIC = (("switches", number) for number in range(3))
LR0 = ("routers", 0)
VM1, VM2 = ((*SW0, "ports", number) for number in range(2))
LR0_SW0, LR0_PUBLIC = ((*LR0, "ports", number) for number in (0, 2))
ROUTE = (*LR0, "routes", 0)
SNAT, DNAT, FLOATING = ((*LR0, "nat", number) for number in range(3))
VM9 = {"name": "vm9", "mac": "50:54:00:00:00:09"}
NAT = "NAT 172.24.4.21 of router lr0"


def test_a_sound_topology_is_not_refused() -> None:
    chassis = {"chassis1": {"extnet"}, "chassis2": {"other", "extnet"}}
    assert _ovn_refusals.refusals(topologies.complete(topologies.WHOLE), chassis) == []
    assert _ovn_refusals.refusals(topologies.complete({})) == []


@pytest.mark.parametrize(
    ("place", "value", "sentence"),
    [
        # What is no address.
        ((*VM1, "mac"), "50:54:00:00:00", "Port vm1: '50:54:00:00:00' does not appear to be a MAC address."),
        (
            (*VM1, "addresses"),
            ["10.10.10.300"],
            "Port vm1: '10.10.10.300' does not appear to be an IPv4 or IPv6 address.",
        ),
        ((*SW0, "subnet"), "10.10.10.1/24", "Switch sw0: 10.10.10.1/24 has host bits set."),
        ((*LR0_SW0, "networks"), ["10.10.10.1"], "Router port lr0-sw0: '10.10.10.1' has no prefix length."),
        (
            (*ROUTE, "next_hop"),
            "gateway",
            "Route of router lr0: 'gateway' does not appear to be an IPv4 or IPv6 address.",
        ),
        (
            (*DNAT, "logical_address"),
            "10.10.10.0/24",
            "NAT of router lr0: '10.10.10.0/24' does not appear to be an IPv4 or IPv6 address.",
        ),
        (
            ("address_sets", 0, "addresses"),
            ["admins"],
            "Address set as_admins: 'admins' does not appear to be an IPv4 or IPv6 network.",
        ),
        (
            ("load_balancers", 0, "vips"),
            {"10.10.10.100:99999": []},
            "Load balancer lb0: '10.10.10.100:99999' has no port from 1 to 65535.",
        ),
        (
            ("load_balancers", 0, "vips"),
            {"[fd00::1]:80": ["fd00::2:"]},
            "Load balancer lb0: 'fd00::2:' does not appear to be an IPv4 or IPv6 address.",
        ),
        ((*SW0, "dns"), {"a": ["b"]}, "Switch sw0, DNS name a: 'b' does not appear to be an IPv4 or IPv6 address."),
        # Numbers.
        ((*PUBLIC, "localnet", "vlan"), 4096, "Switch public: VLAN 4096 is not from 1 to 4095."),
        (
            ("acls", 1, "priority"),
            32768,
            "ACL outport == @pg_web && tcp.dst == 80: priority 32768 is not from 0 to 32767.",
        ),
        (
            (*LR0_PUBLIC, "gateway_chassis", "chassis1"),
            "high",
            "Router port lr0-public, chassis chassis1: priority high is not from 0 to 32767.",
        ),
        ((*PUBLIC, "localnet", "network"), "", "Switch public: its localnet port has no network."),
        # Outside of their network.
        (
            (*VM1, "addresses"),
            ["10.10.11.5"],
            "Port vm1: 10.10.11.5 is outside of 10.10.10.0/24, the subnet of switch sw0.",
        ),
        (
            (*LR0_SW0, "networks"),
            ["10.10.10.1/25"],
            "Router port lr0-sw0: 10.10.10.1/25 is not in 10.10.10.0/24, the subnet of switch sw0.",
        ),
        (
            (*SW0, "dhcp", "router"),
            "10.10.12.1",
            "Switch sw0: the router 10.10.12.1 of DHCP is outside of 10.10.10.0/24, the subnet of switch sw0.",
        ),
        (
            (*ROUTE, "next_hop"),
            "172.24.5.1",
            "Route to 0.0.0.0/0 of router lr0: 172.24.5.1 is in no network of the router's ports.",
        ),
        ((*ROUTE, "next_hop"), "fd00::1", "Route to 0.0.0.0/0 of router lr0: fd00::1 is of the other family."),
        ((*SW0, "subnet"), None, "Switch sw0: DHCP needs a subnet."),
        ((*SW1, "ports", 0, "dhcp"), True, "Port vm3: switch sw1 has no DHCP."),
        # Clashes.
        ((*VM2, "mac"), "50:54:00:00:00:0a", "Switch sw0: 50:54:00:00:00:0a is given to vm1 and to vm2."),
        ((*VM2, "mac"), "00:00:00:00:FF:01", "Switch sw0: 00:00:00:00:ff:01 is given to vm2 and to lr0-sw0."),
        ((*VM2, "addresses"), ["10.10.10.1"], "Switch sw0: 10.10.10.1 is given to vm2 and to lr0-sw0."),
        (
            (*FLOATING, "external_mac"),
            "00:00:00:00:ff:03",
            "Switch public: 00:00:00:00:ff:03 is given to lr0-public and to NAT 172.24.4.21.",
        ),
        ((*SW1, "ports", 0, "name"), "vm1", "Logical switch port vm1 is given twice."),
        ((*SW1, "name"), "sw0", "Logical switch sw0 is given twice."),
        (("routers", 1, "name"), "lr0", "Logical router lr0 is given twice."),
        (
            (*LR0, "nat", "+"),
            {"type": "snat", "external_address": "172.24.4.11", "logical_address": "10.10.10.0/24"},
            "NAT lr0 snat 10.10.10.0/24 is given twice.",
        ),
        (
            (*DNAT, "external_address"),
            "172.24.4.21",
            "Router lr0: the external address 172.24.4.21 has two destinations.",
        ),
        # References.
        ((*LR0_SW0, "switch"), "sw9", "Router port lr0-sw0: there is no switch sw9."),
        (("routers", 1, "ports", 0, "ha_chassis_group"), "x", "Router port lr1-dmz: there is no HA chassis group x."),
        ((*ROUTE, "port"), "lr1-dmz", "Route to 0.0.0.0/0 of router lr0: there is no port of that router lr1-dmz."),
        ((*FLOATING, "logical_port"), "vm9", f"{NAT}: there is no switch port vm9."),
        (("port_groups", 0, "ports"), ["vm1", "vm9"], "Port group pg_web: there is no switch port vm9."),
        (("port_groups", 0, "name"), "pg", "ACL outport == @pg_web && tcp.dst == 80: there is no port group pg_web."),
        (("acls", 0, "switch"), "sw9", 'ACL outport == "vm1" && ip4.src == $as_admins: there is no switch sw9.'),
        (("load_balancers", 0, "switches"), ["sw9"], "Load balancer lb0: there is no switch sw9."),
        (("load_balancers", 0, "routers"), ["lr9"], "Load balancer lb0: there is no router lr9."),
        # NAT.
        (
            (*FLOATING, "logical_port"),
            None,
            f"{NAT}: a distributed floating IP has logical_port and external_mac, and there is no logical_port.",
        ),
        (
            (*FLOATING, "external_mac"),
            None,
            f"{NAT}: a distributed floating IP has logical_port and external_mac, and there is no external_mac.",
        ),
        ((*FLOATING, "type"), "dnat", f"{NAT}: only a dnat_and_snat can have a logical_port."),
        ((*FLOATING, "logical_address"), "10.10.10.6", f"{NAT}: port vm1 does not have the address 10.10.10.6."),
        ((*LR0_PUBLIC, "gateway_chassis"), None, "Router lr0: NAT needs a port with gateway chassis."),
        # Load balancers.
        (
            ("load_balancers", 0, "vips"),
            {"10.10.10.100:80": ["10.10.10.5"]},
            "Load balancer lb0: of 10.10.10.100:80 and 10.10.10.5 only one has a port.",
        ),
    ],
)
def test_refused(place: tuple[Any, ...], value: Any, sentence: str) -> None:
    topology = topologies.complete(topologies.changed((place, value)))
    assert sentence in _ovn_refusals.refusals(topology)


@pytest.mark.parametrize(
    ("chassis", "sentences"),
    [
        (
            {"chassis2": {"extnet"}},
            [
                "Router port lr0-public: there is no chassis chassis1, the southbound database has chassis2.",
                "HA chassis group gateways: there is no chassis chassis1, the southbound database has chassis2.",
            ],
        ),
        (
            {"chassis1": {"extnet"}, "chassis2": {"other"}},
            ["Router port lr0-public: chassis chassis2 has no bridge mapping for the network extnet of switch public."],
        ),
        (
            {"chassis1": {"other"}, "chassis2": set()},
            ["Switch public: no chassis has a bridge mapping for the network extnet."],
        ),
    ],
)
def test_refused_for_these_chassis(chassis: dict[str, set[str]], sentences: list[str]) -> None:
    assert _ovn_refusals.refusals(topologies.complete(topologies.WHOLE), chassis) == sentences


def test_chassis_of() -> None:
    rows = [
        {"name": "a", "other_config": {"ovn-bridge-mappings": "extnet:br-ex, other:br-1"}},
        {"name": "b", "other_config": {}},
        {"name": "c", "other_config": None},
    ]
    assert _ovn_refusals.chassis_of(rows) == {"a": {"extnet", "other"}, "b": {""}, "c": {""}}


def test_unknown_ports() -> None:
    expressions = ['inport == "vm1"', 'outport == {"vm1", "vm9"}', "ip4"]
    assert list(_ovn_refusals.unknown_ports(expressions, {"vm1"})) == [
        'ACL outport == {"vm1", "vm9"}: there is no logical port vm9.'
    ]
