# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON of ip and bridge."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._iproute_json import (
    addresses_from_json,
    fdb_from_json,
    links_from_json,
    neighbours_from_json,
    ports_from_json,
    routes_from_json,
    rules_from_json,
)

RECORDINGS = Path(__file__).parents[4] / "recordings" / "iproute2"


def recording(name: str) -> str:
    return (RECORDINGS / name).read_text()


def test_links_of_an_overlay_namespace() -> None:
    links = {link["name"]: link for link in links_from_json(recording("swarm-overlay.ip-d-j-link.json"))}

    assert links["vxlan0"] == {
        "name": "vxlan0",
        "index": 9,
        "kind": "vxlan",
        "mac": "32:52:0c:12:9a:68",
        "mtu_bytes": 1450,
        "flags": ["broadcast", "lower_up", "multicast", "up"],
        "operational_state": "unknown",
        "master": "br0",
        "vxlan": {
            "vni": 4097,
            "port": 4789,
            "local": None,
            "group": None,
            "learning": True,
            "proxy": True,
            "l2miss": True,
            "l3miss": True,
            "ageing_seconds": 300,
            "underlay_namespace": None,
        },
        "port": {
            "state": "forwarding",
            "hairpin": False,
            "isolated": False,
            "learning": True,
            "flood": True,
            "multicast_flood": True,
            "broadcast_flood": True,
            "group_fwd_mask": 0,
        },
    }
    assert links["br0"]["bridge"] == {
        "vlan_filtering": False,
        "ageing_seconds": 300.0,
        "stp": False,
        "group_fwd_mask": 0,
    }
    assert links["veth0"]["peer"] == {"index": 10, "namespace": None, "name": None}
    assert links["lo"]["kind"] == "loopback"


def test_links_of_many_kinds() -> None:
    links = {link["name"]: link for link in links_from_json(recording("many-kinds.ip-d-j-link.json"))}

    assert {name: link["kind"] for name, link in links.items()} == {
        "lo": "loopback",
        "br0": "bridge",
        "v1": "veth",
        "v0": "veth",
        "vxlan0": "vxlan",
        "vx1": "vxlan",
        "vx2": "vxlan",
        "mv0": "macvlan",
        "t0": "tun",
    }
    assert links["v0"]["peer"] == {"index": 3, "namespace": None, "name": "v1"}
    assert links["mv0"]["parent"] == {"index": 3, "namespace": None, "name": "v1"}
    assert links["mv0"]["macvlan"] == {"mode": "bridge"}
    assert links["vxlan0"]["vxlan"]["local"] == "10.0.0.1"
    assert links["vx1"]["vxlan"]["group"] == "239.1.1.1"
    assert links["vx2"]["vxlan"]["learning"] is False


def test_vlan_of_another_namespace() -> None:
    entry = """[{}, {"ifindex": 5, "ifname": "e.100", "link_index": 2, "flags": ["UP"], "mtu": 1500,
        "link_type": "ether", "address": "02:00:00:00:00:01", "operstate": "UP",
        "linkinfo": {"info_kind": "vlan", "info_data": {"protocol": "802.1Q", "id": 100, "flags": []}}}]"""
    (link,) = links_from_json(entry)

    assert link["vlan"] == {"identifier": 100, "protocol": "802.1Q"}
    assert link["parent"] == {"index": 2, "namespace": None, "name": None}


def test_ports() -> None:
    ports = ports_from_json(recording("swarm-overlay.bridge-d-j-link.json"))

    assert sorted(ports) == ["veth0", "veth1", "veth2", "vxlan0"]
    links = links_from_json(recording("swarm-overlay.ip-d-j-link.json"))
    # bridge(8) prints no such mask.
    assert ports == {link["name"]: {**link["port"], "group_fwd_mask": None} for link in links if "port" in link}


def test_addresses() -> None:
    rows = addresses_from_json(recording("many-kinds.ip-j-addr.json"))

    assert [row for row in rows if row["device"] in ("v1", "br0") and row["scope"] == "global"] == [
        {
            "device": "br0",
            "address": "10.1.1.1",
            "prefix_length": 32,
            "family": "ipv4",
            "scope": "global",
            "label": "br0",
        },
        {
            "device": "br0",
            "address": "10.2.1.1",
            "prefix_length": 24,
            "family": "ipv4",
            "scope": "global",
            "label": "br0",
        },
        {
            "device": "v1",
            "address": "10.0.0.1",
            "prefix_length": 24,
            "family": "ipv4",
            "scope": "global",
            "label": "v1:x",
        },
        {
            "device": "v1",
            "address": "2001:db8::1",
            "prefix_length": 64,
            "family": "ipv6",
            "scope": "global",
            "label": None,
        },
    ]


ROUTE = {
    "gateway": None,
    "device": "v1",
    "source": None,
    "table": 254,
    "metric": 0,
    "protocol": "boot",
    "scope": "global",
    "type": "unicast",
    "family": "ipv4",
}


@pytest.mark.parametrize(
    ("destination", "expected"),
    [
        ("default", {"gateway": "10.0.0.254"}),
        ("10.0.0.0/24", {"protocol": "kernel", "scope": "link", "source": "10.0.0.1"}),
        ("10.0.0.1/32", {"table": 255, "type": "local", "protocol": "kernel", "scope": "host", "source": "10.0.0.1"}),
        ("10.10.0.0/16", {"device": None, "type": "blackhole"}),
        ("10.11.0.0/16", {"device": None, "type": "unreachable", "table": 100}),
        ("10.12.0.0/16", {"gateway": "fe80::1"}),
        (
            "10.9.0.0/16",
            {
                "device": None,
                "next_hops": [
                    {"gateway": "10.0.0.2", "device": "v1", "weight": 1},
                    {"gateway": "10.0.0.3", "device": "v1", "weight": 2},
                ],
            },
        ),
        ("2001:db8::/64", {"family": "ipv6", "protocol": "kernel", "metric": 256}),
        (
            "2001:db8::1/128",
            {"family": "ipv6", "table": 255, "type": "local", "protocol": "kernel"},
        ),
    ],
)
def test_routes(destination: str, expected: dict[str, Any]) -> None:
    rows = routes_from_json(recording("many-kinds.ip-j-route.json"))

    assert [row for row in rows if row["destination"] == destination] == [
        {"destination": destination, **ROUTE, **expected}
    ]


def test_default_route_of_ipv6() -> None:
    text = '[{"dst": "default", "gateway": "fe80::1", "dev": "v1", "metric": 1024, "flags": [], "pref": "medium"}]'

    assert routes_from_json(text)[0]["family"] == "ipv6"


RULE = {
    "source": None,
    "destination": None,
    "table": None,
    "mark": None,
    "mask": None,
    "in_interface": None,
    "out_interface": None,
    "action": "to_table",
    "family": "ipv4",
}


def test_rules() -> None:
    assert rules_from_json(recording("many-kinds.ip-j-rule.json")) == [
        {**RULE, "priority": 0, "table": 255},
        {**RULE, "priority": 32762, "mark": 16, "mask": 0xFFFFFFFF, "action": "unreachable"},
        {
            **RULE,
            "priority": 32763,
            "source": "1.2.3.4/32",
            "out_interface": "v1",
            "action": "goto",
            "goto": 32766,
            "inverted": True,
        },
        {**RULE, "priority": 32764, "destination": "10.3.0.0/16", "in_interface": "v1", "action": "blackhole"},
        {**RULE, "priority": 32765, "source": "10.0.0.0/24", "mark": 1, "mask": 255, "table": 100},
        {**RULE, "priority": 32766, "table": 254},
        {**RULE, "priority": 32767, "table": 253},
    ]


def test_rare_rules() -> None:
    text = """[{"priority": 1000, "src": "all", "l3mdev": null},
        {"priority": 1001, "src": "fd00::", "srclen": 8, "table": "main", "suppress_prefixlength": 0}]"""
    vrf, suppressing = rules_from_json(text, family="ipv6")

    assert vrf["l3mdev"] is True
    assert (suppressing["source"], suppressing["suppress_prefix_length"]) == ("fd00::/8", 0)


def test_neighbours() -> None:
    rows = neighbours_from_json(recording("many-kinds.ip-j-neigh.json"))
    rows += neighbours_from_json(recording("many-kinds.ip-j-neigh-proxy.json"))

    assert [(row["address"], row["mac"], row["states"], row["flags"]) for row in rows] == [
        ("10.0.0.12", None, ["failed"], []),
        ("10.0.0.11", "02:00:00:00:00:0b", ["reachable"], ["extern_learn", "router"]),
        ("10.0.0.9", "02:00:00:00:00:09", ["permanent"], []),
        ("10.0.0.10", None, [], ["proxy"]),
    ]
    assert {row["device"] for row in rows} == {"v1"}


def test_fdb() -> None:
    rows = fdb_from_json(recording("many-kinds.bridge-j-fdb.json"))

    assert [row for row in rows if row["destination"] == "10.0.0.2"] == [
        {
            "mac": "02:00:00:00:00:09",
            "device": "vxlan0",
            "destination": "10.0.0.2",
            "states": ["permanent"],
            "flags": ["self"],
            "vlan": None,
            "vni": 77,
            "port": 1234,
        }
    ]
    by_mac = {row["mac"]: (row["states"], row["flags"]) for row in rows if row["mac"].startswith("02:")}
    assert by_mac["02:00:00:00:00:0a"] == (["noarp"], ["self"])
    assert by_mac["02:00:00:00:00:0d"] == (["reachable"], ["extern_learn", "master"])
    assert by_mac["02:00:00:00:00:0e"] == (["noarp"], ["master", "sticky"])


@pytest.mark.parametrize(
    ("parser", "text"),
    [
        (links_from_json, ""),
        (links_from_json, recording("swarm-overlay.ip-d-j-link.json")[:-5]),
        (links_from_json, "{}"),
        (links_from_json, "[1]"),
        (links_from_json, '[{"ifname": "eth0"}]'),
        (neighbours_from_json, '[{"dev": "eth0"}]'),
        (fdb_from_json, '[{"mac": null, "flags": [], "state": ""}]'),
        (routes_from_json, '[{"dst": "10.0.0.0/8", "table": "mine"}]'),
        (rules_from_json, '[{"priority": 1, "src": "all", "table": "main", "ipproto": "tcp"}]'),
    ],
)
def test_broken_output(parser: Callable[[str], Any], text: str) -> None:
    with pytest.raises(ParseError, match="cannot read"):
        parser(text)
