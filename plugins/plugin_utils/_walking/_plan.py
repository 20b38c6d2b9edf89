# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""How a walk is put to the test: which devices to watch, and which probes to send."""

from __future__ import annotations

from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._ways import (
    Row,
    innermost,
    is_seen,
    packet_seen,
    ways,
)

# Probes for each branch behind one address: IPVS takes turns, and other clients take a turn as well.
PROBES_A_WAY = 2
_MOST_PROBES = 20

_VXLAN_PORT = 4789  # IANA


def plan(walk: Row, token: str) -> dict[str, Any]:
    """What ``packet_capture`` and ``packet_probe`` are to do.

    ``token`` has the hexadecimal digits by which the packets of this proof are known.

    * ``points``: devices to watch, by node.
    * ``probes``: one row for each root of the walk.
    * ``match``: what the packets have in common everywhere.
    * ``vxlan_ports``: where tunnels of VXLAN are to be looked into; Geneve has one port only.
    """
    seen = {hop["number"]: hop for way in ways(walk) for hop in way if is_seen(hop)}
    hops = [seen[number] for number in sorted(seen)]
    probes = _probes(walk, token)
    return {
        "points": _points(hops),
        "probes": probes,
        "match": _match(walk, hops, probes, token),
        "vxlan_ports": sorted({_VXLAN_PORT, *_vxlan_ports(hops)}),
    }


def source_ports(probe: Row) -> list[int]:
    """One for each of its packets; none for ICMP."""
    first = probe["source_port"]
    return [] if first is None else list(range(first, first + probe["count"]))


def _points(hops: list[Row]) -> dict[str, list[dict[str, str]]]:
    points: dict[str, dict[tuple[str, str], None]] = {}
    for hop in hops:
        points.setdefault(hop["node"], {})[hop["namespace"], hop["device"]] = None
    return {
        node: [{"namespace": namespace, "device": device} for namespace, device in devices]
        for node, devices in points.items()
    }


def _probes(walk: Row, token: str) -> list[dict[str, Any]]:
    roots: dict[int, list[Row]] = {}
    for way in ways(walk):
        roots.setdefault(way[0]["number"], []).append(way[0])
    probes: list[dict[str, Any]] = []
    used = 0
    for number, beginnings in sorted(roots.items()):
        root, packet = beginnings[0], beginnings[0]["after"]
        count = 1 if len(beginnings) == 1 else min(len(beginnings) * PROBES_A_WAY, _MOST_PROBES)
        probes.append(
            {
                "root": number,
                "node": root["node"],
                "namespace": root["namespace"],
                "protocol": packet["protocol"],
                # Nobody else can have the outside's address.
                "source": None if root["node"] else walk["from"]["address"],
                "destination": packet["destination"],
                "destination_port": packet["destination_port"],
                # Each probe has a port of its own, so that a translation to one address need not change it.
                "source_port": packet["source_port"] and packet["source_port"] + used,
                "count": count,
                "token": f"{token}{number:04x}",
            }
        )
        used += count
    return probes


def _match(walk: Row, hops: list[Row], probes: list[dict[str, Any]], token: str) -> dict[str, Any]:
    """Neither side of a translated connection may be missed. A TCP connection cannot carry a token."""
    protocol = probes[0]["protocol"]
    if protocol != "tcp":
        return {"protocol": protocol, "token": token}
    first = walk["hops"][0]["after"]["source_port"]
    own = {port for probe in probes for port in source_ports(probe)}
    translated = {innermost(packet_seen(hop))["source_port"] for hop in hops} - {first, None}
    return {"protocol": protocol, "ports": sorted(own | translated)}


def _vxlan_ports(hops: list[Row]) -> set[int]:
    packets = [packet_seen(hop) for hop in hops]
    return {row["destination_port"] for row in packets if row["tunnel"] and row["tunnel"]["kind"] == "vxlan"}
