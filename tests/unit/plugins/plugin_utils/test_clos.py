# SPDX-License-Identifier: GPL-3.0-or-later
"""What a Clos network consists of, whatever its size, and what cannot be one."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.plugin_utils._clos import Clos, ClosError, Options
from ansible_collections.packetwalk.labs.plugins.plugin_utils._intent import _openswitch

OPTIONS = Options(
    spines=4,
    leaves=16,
    hosts_per_leaf=1,
    nodes_subnet="192.168.95.0/24",
    links_subnet="10.1.0.0/16",
    hosts_subnet="10.2.0.0/16",
    as_number=65000,
)


def clos(**options: Any) -> Clos:
    return Clos(OPTIONS._replace(**options))


def intent(network: Clos) -> dict[str, Any]:
    """What the lab's own reader of inventories makes of it, which refuses much."""
    return _openswitch.read(
        _openswitch.Inventory(
            lab="clos",
            hosts={**network.spines, **network.leaves},
            provider="container",
            subnet=network.variables["nodes_subnet"],
            ports=network.variables["openswitch_ports"],
            links=network.variables["openswitch_links"],
            end_hosts=network.hosts,
        )
    )


@pytest.mark.parametrize(
    ("spines", "leaves", "hosts_per_leaf", "ports"),
    [(4, 16, 1, 16), (1, 1, 0, 1), (2, 2, 3, 5), (8, 3, 2, 10), (2, 3, 0, 3)],
)
def test_every_size_is_a_lab(spines: int, leaves: int, hosts_per_leaf: int, ports: int) -> None:
    network = clos(spines=spines, leaves=leaves, hosts_per_leaf=hosts_per_leaf)
    found = intent(network)
    assert (len(network.spines), len(network.leaves)) == (spines, leaves)
    assert len(network.hosts) == leaves * hosts_per_leaf
    assert len(found["links"]) == spines * leaves + leaves * hosts_per_leaf
    assert found["ports"] == ports
    # Each leaf has a session with each spine, and the other way round.
    assert sorted(len(switch["sessions"]) for switch in found["switches"].values()) == sorted(
        [leaves] * spines + [spines] * leaves
    )


def test_every_number_has_its_place() -> None:
    network = clos()
    leaf = network.leaves["leaf2"]["openswitch_config"]
    assert leaf["bgp"] == {
        "as_number": 65002,
        "router_id": "192.168.95.7",
        "networks": ["10.2.2.0/24"],
        "neighbours": [{"address": f"10.1.0.{last}", "remote_as": 65000} for last in (8, 10, 12, 14)],
    }
    assert leaf["interfaces"] == [
        {"name": "1", "addresses": ["10.1.0.9/31"]},
        {"name": "2", "addresses": ["10.1.0.11/31"]},
        {"name": "3", "addresses": ["10.1.0.13/31"]},
        {"name": "4", "addresses": ["10.1.0.15/31"]},
        {"name": "5", "addresses": ["10.2.2.1/24"]},
    ]
    assert leaf["lines"][:3] == [
        "no zebra nexthop kernel enable",
        "router bgp 65002",
        " neighbor 10.1.0.8 timers connect 5",
    ]
    assert network.hosts["host2"] == {
        "nodes_address": "192.168.95.23",
        "openswitch_host_config": {
            "interfaces": [{"name": "eth1", "addresses": ["10.2.2.2/24"]}],
            "static_routes": [{"destination": "10.2.0.0/16", "next_hop": "10.2.2.1"}],
        },
    }


def test_only_leaves_announce_and_only_their_hosts() -> None:
    network = clos(leaves=2, hosts_per_leaf=2)
    announced = {
        name: variables["openswitch_config"]["bgp"]["networks"]
        for name, variables in {**network.spines, **network.leaves}.items()
    }
    assert announced == {
        **dict.fromkeys(("spine1", "spine2", "spine3", "spine4"), []),
        "leaf1": ["10.2.1.0/24", "10.2.2.0/24"],
        "leaf2": ["10.2.3.0/24", "10.2.4.0/24"],
    }


def test_ports_are_numbered_by_what_is_at_the_other_end() -> None:
    links = clos(spines=2, leaves=2).variables["openswitch_links"]
    ends = [[f"{end['switch']}:{end['port']}" for end in link["ends"]] for link in links]
    assert ends == [
        ["leaf1:1", "spine1:1"],
        ["leaf1:2", "spine2:1"],
        ["leaf2:1", "spine1:2"],
        ["leaf2:2", "spine2:2"],
        ["host1:eth1", "leaf1:3"],
        ["host2:eth1", "leaf2:3"],
    ]


def test_the_last_address_is_used() -> None:
    network = clos(spines=1, leaves=2, hosts_per_leaf=1, nodes_subnet="192.168.95.0/29")
    addresses = [
        row["nodes_address"] for part in (network.spines, network.leaves, network.hosts) for row in part.values()
    ]
    assert addresses == [str(each) for each in list(ipaddress.ip_network("192.168.95.0/29").hosts())[1:]]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"spines": 0}, "spines is 0, but has to be 1 or more."),
        ({"leaves": -1}, "leaves is -1, but has to be 1 or more."),
        ({"hosts_per_leaf": -1}, "hosts_per_leaf is -1, but has to be 0 or more."),
        ({"as_number": 0}, "as_number is 0, but has to be 1 or more."),
        (
            {"as_number": 4294967290},
            "as_number is 4294967290, and the last leaf would have 4294967306, which is too great.",
        ),
        (
            {"nodes_subnet": "192.168.95.0/27"},
            "nodes_subnet is 192.168.95.0/27, which has room for 29 nodes, and not for 36.",
        ),
        (
            {"links_subnet": "10.1.0.0/26"},
            "links_subnet is 10.1.0.0/26, which has room for 32 links, and not for 64.",
        ),
        ({"links_subnet": "10.1.0.0/32"}, "links_subnet is 10.1.0.0/32, which has room for 0 links, and not for 64."),
        (
            {"hosts_subnet": "10.2.0.0/20"},
            "hosts_subnet is 10.2.0.0/20, which has room for 15 hosts, and not for 16.",
        ),
        (
            {"hosts_subnet": "10.2.0.0"},
            "hosts_subnet is '10.2.0.0', which is no IPv4 subnet (it has no prefix length).",
        ),
        (
            {"nodes_subnet": "192.168.95.1/24"},
            "nodes_subnet is '192.168.95.1/24', which is no IPv4 subnet (192.168.95.1/24 has host bits set).",
        ),
        (
            {"hosts_subnet": "10.0.0.0/8"},
            "hosts_subnet (10.0.0.0/8) overlaps links_subnet (10.1.0.0/16). Give one of them another subnet.",
        ),
    ],
)
def test_what_cannot_be_is_one_sentence(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ClosError) as refused:
        clos(**options)
    assert str(refused.value) == sentence
