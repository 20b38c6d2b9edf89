# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Packets of a walk (docs/walk.md) in words: what one is, and what became of it from one hop to the next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Callable

Packet = Mapping[str, Any]


def _joined(value: Any) -> str | None:
    return ", ".join(map(str, value)) or None


def _hexadecimal(mark: int) -> str:
    return f"{mark:#x}" if mark else "0"


# What is told of a change: key, its name, and how a value reads.
_FIELDS: tuple[tuple[str, str, Callable[[Any], str | None]], ...] = (
    ("protocol", "protocol", str),
    ("source", "src", str),
    ("source_port", "src port", str),
    ("destination", "dst", str),
    ("destination_port", "dst port", str),
    ("ttl", "ttl", str),
    ("mark", "mark", _hexadecimal),
    ("vlans", "vlan", _joined),
    ("source_mac", "src mac", str),
    ("destination_mac", "dst mac", str),
    ("size_bytes", "size", str),
)

# The kernel takes the link layer off for every packet that it keeps: no news.
_EXPECTED_TO_GO = ("source_mac", "destination_mac")


def summary(packet: Packet) -> str:
    """``tcp 10.0.1.4:40000 -> 10.0.1.2:80``, with the mark and VLANs it has, and the tunnel it is in."""
    tunnel = packet.get("tunnel")
    if tunnel:
        return f"{summary(tunnel['inner'])} in {_around(packet)}"
    parts = [_addresses(packet)]
    if packet.get("vlans"):
        parts.append(f"vlan {_joined(packet['vlans'])}")
    if packet.get("mark"):
        parts.append(f"mark {_hexadecimal(packet['mark'])}")
    return ", ".join(parts)


def changes(before: Packet | None, after: Packet | None) -> list[str]:
    """What a hop changed, one short text for each: ``dst 10.0.1.2 -> 10.0.1.4``, ``mark 0 -> 0x102``.

    Without a packet before it is the packet itself.
    """
    if not after:
        return []
    if not before:
        return [summary(after)]
    deeper = _depth(after) - _depth(before)
    if deeper > 0:
        return [*changes(before, after["tunnel"]["inner"]), _around(after), *_size(after)]
    if deeper < 0:
        return [f"vni {before['tunnel'].get('vni')} taken off", *changes(before["tunnel"]["inner"], after)]
    told = [text for key, name, shown in _FIELDS if (text := _change(name, *_values(key, shown, before, after)))]
    if bool(before.get("encrypted")) != bool(after.get("encrypted")):
        told.append("encrypted" if after.get("encrypted") else "decrypted")
    if after.get("tunnel"):
        vni = _change("vni", *_values("vni", str, before["tunnel"], after["tunnel"]))
        told.extend([vni] if vni else [])
        told.extend(f"inner {text}" for text in changes(before["tunnel"]["inner"], after["tunnel"]["inner"]))
    return told


def wire(packet: Packet) -> list[str]:
    """What a capture shows of a packet, from the outside to the inside, one line for each header."""
    seen = []
    if packet.get("source_mac") or packet.get("destination_mac"):
        seen.append(f"{packet.get('source_mac')} -> {packet.get('destination_mac')}")
    seen.extend(f"vlan {vlan}" for vlan in packet.get("vlans") or ())
    seen.append(_addresses(packet))
    if packet.get("tunnel"):
        seen.extend([f"vni {packet['tunnel'].get('vni')}", *wire(packet["tunnel"]["inner"])])
    return seen


def _addresses(packet: Packet) -> str:
    protocol = packet.get("protocol") or "?"
    source, destination = packet.get("source"), packet.get("destination")
    if protocol in ("arp", "ndp"):
        return f"{protocol} who has {destination} tell {source or '?'}"
    encrypted = ", encrypted" if packet.get("encrypted") else ""
    return (
        f"{protocol} {_endpoint(source, packet.get('source_port'))}"
        f" -> {_endpoint(destination, packet.get('destination_port'))}{encrypted}"
    )


def _endpoint(address: str | None, port: int | None) -> str:
    shown = address or "?"
    if port is None:
        return shown
    return f"[{shown}]:{port}" if ":" in shown else f"{shown}:{port}"


def _around(packet: Packet) -> str:
    return f"vni {packet['tunnel'].get('vni')}, {packet.get('source') or '?'} -> {packet.get('destination')}"


def _size(packet: Packet) -> list[str]:
    return [f"{packet['size_bytes']} bytes"] if packet.get("size_bytes") else []


def _depth(packet: Packet) -> int:
    return 1 + _depth(packet["tunnel"]["inner"]) if packet.get("tunnel") else 0


def _values(
    key: str, shown: Callable[[Any], str | None], before: Packet, after: Packet
) -> tuple[str | None, str | None]:
    old, new = (None if packet.get(key) is None else shown(packet[key]) for packet in (before, after))
    return old, old if key in _EXPECTED_TO_GO and new is None else new


def _change(name: str, old: str | None, new: str | None) -> str | None:
    if old == new:
        return None
    if old is None:
        return f"{name} {new}"
    return f"{name} {old} removed" if new is None else f"{name} {old} -> {new}"
