# SPDX-License-Identifier: GPL-3.0-or-later
"""Packets in words."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.plugin_utils._reporting._packets import changes, summary, wire

TCP: dict[str, Any] = {
    "protocol": "tcp",
    "source": "10.0.1.8",
    "source_port": 40000,
    "destination": "10.0.1.2",
    "destination_port": 80,
    "source_mac": None,
    "destination_mac": None,
    "vlans": [],
    "ttl": 64,
    "mark": 0,
    "size_bytes": 60,
}
MACS = {"source_mac": "02:42:0a:00:01:08", "destination_mac": "02:42:0a:00:01:04"}
UDP: dict[str, Any] = {
    **TCP,
    "protocol": "udp",
    "source": "192.168.99.11",
    "source_port": None,
    "destination": "192.168.99.12",
    "destination_port": 4789,
    "size_bytes": 110,
}
ARP = {"protocol": "arp", "source": "10.0.1.8", "destination": "10.0.1.2"}
ICMP6 = {"protocol": "icmpv6", "source": "fd00::1", "destination": "fd00::2"}


def tunnelled(packet: dict[str, Any], vni: int = 4097, **outer: Any) -> dict[str, Any]:
    return {**UDP, "tunnel": {"kind": "vxlan", "vni": vni, "inner": packet}, **outer}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (None, TCP, ["tcp 10.0.1.8:40000 -> 10.0.1.2:80"]),
        (TCP, TCP, []),
        (TCP, None, []),
        (TCP, {**TCP, "destination": "10.0.1.4"}, ["dst 10.0.1.2 -> 10.0.1.4"]),
        (TCP, {**TCP, "destination_port": 8080}, ["dst port 80 -> 8080"]),
        ({**TCP, "source": None}, TCP, ["src 10.0.1.8"]),
        (TCP, {**TCP, "mark": 0x102}, ["mark 0 -> 0x102"]),
        (TCP, {**TCP, "ttl": 63}, ["ttl 64 -> 63"]),
        (TCP, {**TCP, **MACS}, ["src mac 02:42:0a:00:01:08", "dst mac 02:42:0a:00:01:04"]),
        ({**TCP, **MACS}, TCP, []),
        (TCP, {**TCP, "vlans": [100]}, ["vlan 100"]),
        ({**TCP, "vlans": [100]}, {**TCP, "vlans": [100, 7]}, ["vlan 100 -> 100, 7"]),
        ({**TCP, "vlans": [100]}, TCP, ["vlan 100 removed"]),
        (TCP, tunnelled(TCP), ["vni 4097, 192.168.99.11 -> 192.168.99.12", "110 bytes"]),
        (tunnelled(TCP), {**TCP, "mark": 1}, ["vni 4097 taken off", "mark 0 -> 0x1"]),
        (tunnelled(TCP), tunnelled(TCP, ttl=63), ["ttl 64 -> 63"]),
        (tunnelled(TCP), tunnelled({**TCP, "ttl": 63}, 9), ["vni 4097 -> 9", "inner ttl 64 -> 63"]),
        (tunnelled(tunnelled(TCP), 7), tunnelled(TCP), ["vni 7 taken off"]),
        (tunnelled(TCP), tunnelled(TCP, encrypted=True), ["encrypted"]),
        (tunnelled(TCP, encrypted=True), tunnelled(TCP), ["decrypted"]),
    ],
)
def test_changes(before: dict[str, Any] | None, after: dict[str, Any] | None, told: list[str]) -> None:
    assert changes(before, after) == told


@pytest.mark.parametrize(
    ("packet", "words"),
    [
        ({**TCP, "vlans": [3], "mark": 258}, "tcp 10.0.1.8:40000 -> 10.0.1.2:80, vlan 3, mark 0x102"),
        (tunnelled(TCP), "tcp 10.0.1.8:40000 -> 10.0.1.2:80 in vni 4097, 192.168.99.11 -> 192.168.99.12"),
        ({**ICMP6, "protocol": "tcp", "destination_port": 80}, "tcp fd00::1 -> [fd00::2]:80"),
        (ICMP6, "icmpv6 fd00::1 -> fd00::2"),
        (tunnelled(ARP, source=None), "arp who has 10.0.1.2 tell 10.0.1.8 in vni 4097, ? -> 192.168.99.12"),
        (ARP, "arp who has 10.0.1.2 tell 10.0.1.8"),
        ({**TCP, "source": None, "source_port": None}, "tcp ? -> 10.0.1.2:80"),
    ],
)
def test_summary(packet: dict[str, Any], words: str) -> None:
    assert summary(packet) == words


def test_wire_has_every_header_but_no_mark() -> None:
    assert wire(tunnelled({**TCP, **MACS, "mark": 258}, vlans=[100], encrypted=True)) == [
        "vlan 100",
        "udp 192.168.99.11 -> 192.168.99.12:4789, encrypted",
        "vni 4097",
        "02:42:0a:00:01:08 -> 02:42:0a:00:01:04",
        "tcp 10.0.1.8:40000 -> 10.0.1.2:80",
    ]
