# SPDX-License-Identifier: GPL-3.0-or-later
"""Decoding of dumps that Linux 6.18 wrote out; each string of the recordings is what one recv() returned."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import _netlink
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError

RECORDINGS = Path(__file__).resolve().parents[4] / "recordings" / "rtnetlink"
DECODERS = {
    "links": _netlink.link,
    "addresses": lambda payload: _netlink.address(payload, {2: "eth0"}),
    "routes": lambda payload: _netlink.route(payload, {1: "lo", 2: "eth0"}),
    "rules": _netlink.rule,
    "neighbours": lambda payload: _netlink.neighbour(payload, {2: "eth0"}),
    "fdb": lambda payload: _netlink.forwarding(payload, {4: "vxlan0"}),
}
NAMESPACES = ("red", "overlay")


def datagrams(namespace: str, table: str) -> list[bytes]:
    recording = json.loads((RECORDINGS / f"{namespace}-namespace.json").read_text())
    return [bytes.fromhex(datagram) for datagram in recording[table]]


def payloads(namespace: str, table: str) -> list[bytes]:
    found = [message for datagram in datagrams(namespace, table) for message in _netlink.messages(datagram)]
    assert found.pop().type == _netlink.NLMSG_DONE
    return [message.payload for message in found]


def rows(namespace: str, table: str) -> list[dict[str, Any]]:
    # The rules of multicast routing are in the same dump and decode to None.
    decoded = (DECODERS[table](payload) for payload in payloads(namespace, table))
    return [row for row in decoded if row is not None]


@pytest.mark.parametrize(
    ("namespace", "table", "expected"),
    [
        (
            "overlay",
            "links",
            {
                "name": "vxlan0",
                "kind": "vxlan",
                "mtu_bytes": 1500,
                "flags": ["broadcast", "lower_up", "multicast", "up"],
                "master": 2,
                "link_namespace": 0,
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
                    "underlay_device": None,
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
            },
        ),
        (
            "overlay",
            "links",
            {
                "name": "br0",
                "kind": "bridge",
                "bridge": {"vlan_filtering": False, "ageing_seconds": 300.0, "stp": False, "group_fwd_mask": 0},
            },
        ),
        ("red", "links", {"name": "lo", "index": 1, "kind": "loopback", "mac": "00:00:00:00:00:00", "link": None}),
        ("red", "links", {"name": "eth0", "kind": "veth", "link": 70, "link_namespace": 0, "operational_state": "up"}),
        (
            "red",
            "links",
            {
                "name": "eth0",
                "ipv4": {
                    "forwarding": True,
                    "proxy_arp": False,
                    "rp_filter": 0,
                    "route_localnet": False,
                    "arp_ignore": 0,
                    "accept_local": False,
                },
                "ipv6": {"forwarding": False, "disabled": False, "proxy_ndp": False},
            },
        ),
        ("red", "links", {"name": "mv0", "kind": "macvlan", "link": 2, "macvlan": {"mode": "bridge"}}),
        (
            "red",
            "addresses",
            {
                "device": "eth0",
                "address": "10.9.0.2",
                "prefix_length": 24,
                "family": "ipv4",
                "scope": "global",
                "label": "eth0:one",
            },
        ),
        ("red", "addresses", {"device": "if1", "address": "127.0.0.1", "scope": "host"}),
        ("red", "addresses", {"device": "eth0", "address": "fd09::2", "family": "ipv6", "label": None}),
        (
            "red",
            "routes",
            {"destination": "default", "gateway": "10.9.0.1", "device": "eth0", "table": 254, "type": "unicast"},
        ),
        (
            "red",
            "routes",
            {
                "destination": "10.77.0.0/16",
                "table": 1000,
                "gateway": None,
                "device": None,
                "next_hops": [
                    {"gateway": "10.9.0.1", "device": "eth0", "weight": 3},
                    {"gateway": "10.9.0.3", "device": "eth0", "weight": 1},
                ],
            },
        ),
        ("red", "routes", {"destination": "10.78.0.0/16", "type": "blackhole", "metric": 7, "device": None}),
        (
            "red",
            "routes",
            {"destination": "10.79.0.0/16", "gateway": "fd09::1", "source": "10.9.0.2", "family": "ipv4"},
        ),
        ("red", "routes", {"destination": "fd10::/64", "gateway": "fd09::1", "protocol": "static", "family": "ipv6"}),
        ("red", "routes", {"destination": "10.9.0.255/32", "type": "broadcast", "scope": "link", "table": 255}),
        (
            "red",
            "rules",
            {
                "priority": 100,
                "source": "10.9.0.0/24",
                "mark": 0x102,
                "mask": 0xFF0,
                "table": 1000,
                "action": "to_table",
            },
        ),
        (
            "red",
            "rules",
            {
                "priority": 200,
                "destination": "10.1.2.3/32",
                "in_interface": "eth0",
                "action": "prohibit",
                "inverted": True,
                "table": None,
            },
        ),
        ("red", "rules", {"priority": 300, "table": 254, "suppress_prefix_length": 0}),
        ("red", "rules", {"priority": 400, "action": "goto", "goto": 32766, "out_interface": "eth0", "family": "ipv6"}),
        (
            "red",
            "neighbours",
            {
                "address": "10.9.0.9",
                "mac": "02:42:0a:09:00:09",
                "device": "eth0",
                "states": ["permanent"],
                "flags": [],
                "family": "ipv4",
            },
        ),
        ("red", "neighbours", {"address": "fd09::9", "flags": ["router"], "family": "ipv6"}),
        (
            "overlay",
            "fdb",
            {
                "mac": "02:42:0a:00:01:0a",
                "device": "vxlan0",
                "destination": "192.168.99.13",
                "states": ["permanent"],
                "flags": ["self"],
                "vlan": None,
                "vni": None,
                "port": None,
            },
        ),
        ("overlay", "fdb", {"mac": "02:42:0a:00:01:0b", "destination": "192.168.99.12", "port": 4444, "vni": 9}),
        ("overlay", "fdb", {"device": "if2", "flags": ["self"], "destination": None, "mac": "33:33:00:00:00:01"}),
    ],
)
def test_rows(namespace: str, table: str, expected: dict[str, Any]) -> None:
    assert [row for row in rows(namespace, table) if expected.items() <= row.items()], rows(namespace, table)


def test_usual_rules_have_no_rare_selector() -> None:
    usual = next(row for row in rows("red", "rules") if row["priority"] == 32766)
    assert list(usual) == [
        "priority",
        "source",
        "destination",
        "table",
        "mark",
        "mask",
        "in_interface",
        "out_interface",
        "action",
        "family",
    ]


def test_a_mac_with_two_destinations_is_two_rows() -> None:
    flooded = [row["destination"] for row in rows("overlay", "fdb") if row["mac"] == "00:00:00:00:00:00"]
    assert sorted(flooded) == ["192.168.99.11", "192.168.99.12"]


@pytest.mark.parametrize("namespace", NAMESPACES)
@pytest.mark.parametrize("table", sorted(DECODERS))
def test_a_cut_datagram_is_never_read_in_part(namespace: str, table: str) -> None:
    for datagram in datagrams(namespace, table):
        ends = set()
        for message in _netlink.messages(datagram):
            ends.add((max(ends, default=0) + 16 + len(message.payload) + 3) & ~3)
        for length in range(1, len(datagram)):
            if length not in ends:
                with pytest.raises(ParseError, match="^rtnetlink: cannot read its output"):
                    list(_netlink.messages(datagram[:length]))


@pytest.mark.parametrize("namespace", NAMESPACES)
@pytest.mark.parametrize("table", sorted(DECODERS))
def test_a_cut_attribute_is_never_read(namespace: str, table: str) -> None:
    """Attributes are aligned to 4 bytes, so that the last 4 always hold something of the last one."""
    # A link ends with two empty ones, IFLA_PROP_LIST and IFLA_DEVLINK_PORT, of which nothing can be missing.
    cut = 12 if table == "links" else 4
    for payload in payloads(namespace, table):
        if DECODERS[table](payload) is not None:
            with pytest.raises(ParseError, match="^rtnetlink: cannot read its output"):
                DECODERS[table](payload[:-cut])


@pytest.mark.parametrize(
    ("decode", "payload", "reason"),
    [
        (_netlink.link, b"", "the message of link is incomplete"),
        (_netlink.link, bytes(16), "the message of link is incomplete"),
        (lambda payload: _netlink.address(payload, {}), bytes(7), "the message of address is incomplete"),
        (lambda payload: _netlink.address(payload, {}), b"\x02" + bytes(7), "the message of address is incomplete"),
        (
            lambda payload: _netlink.neighbour(payload, {}),
            b"\x02" + bytes(11),
            "the message of neighbour is incomplete",
        ),
        (_netlink.attributes, b"\x03\x00\x01\x00", "an attribute of 3 bytes is announced"),
        (_netlink.attributes, b"\x04\x00", "an attribute header has 4 bytes, 2 are left"),
        (_netlink.nft_table, bytes(4), "the message of nft table is incomplete"),
    ],
)
def test_incomplete_messages_say_what_is_missing(decode: Any, payload: bytes, reason: str) -> None:
    with pytest.raises(ParseError, match=reason):
        decode(payload)


def test_other_families_are_passed_over() -> None:
    mpls, multicast_routing = bytes([28]) + bytes(11), bytes([128]) + bytes(11)
    assert _netlink.route(mpls, {}) is None
    assert _netlink.rule(multicast_routing) is None
    assert _netlink.neighbour(mpls, {}) is None


def test_what_is_built_can_be_read() -> None:
    payload = _netlink.attribute(1, b"abc") + _netlink.attribute(2, b"")
    built = _netlink.message(26, 5, 7, payload)
    (message,) = _netlink.messages(built)
    assert (message.type, message.flags, message.sequence) == (26, 5, 7)
    assert _netlink.attributes(message.payload) == {1: b"abc", 2: b""}


def test_vlans_of_a_port() -> None:
    """Built here, because the kernel of the recordings has no VLANs in its bridges."""
    header = struct.pack("=BxHiII", 7, 1, 4, 0, 0)
    vlans = b"".join(
        _netlink.attribute(_netlink.IFLA_BRIDGE_VLAN_INFO, struct.pack("=HH", *one)) for one in [(6, 1), (0, 9)]
    )
    name = _netlink.attribute(_netlink.IFLA_IFNAME, b"veth0\0")
    payload = header + name + _netlink.attribute(_netlink.IFLA_AF_SPEC, vlans)
    assert _netlink.bridge_vlans(payload) == (
        4,
        [
            {"identifier": 1, "pvid": True, "untagged": True},
            {"identifier": 9, "pvid": False, "untagged": False},
        ],
    )
    with pytest.raises(ParseError):
        _netlink.bridge_vlans(payload[:-4])
