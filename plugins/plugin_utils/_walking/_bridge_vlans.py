# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""VLANs inside of a bridge that filters by them (net/bridge/br_vlan.c); another bridge leaves tags as they are."""

from __future__ import annotations

from typing import Any, NamedTuple

from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import Unknown
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._packet import Packet

Row = dict[str, Any]


class Filtered(Exception):
    """The port is in no VLAN that the frame could belong to."""


class Inside(NamedTuple):
    """The VLAN a frame has inside of a bridge, null when the bridge does not filter."""

    vlan: int | None


def entered(link: Row, port: Row | None, packet: Packet) -> Inside:
    """The VLAN of a frame that enters. Raises Filtered, and Unknown when the state has no VLANs of the port."""
    if not (link.get("bridge") or {}).get("vlan_filtering"):
        return Inside(None)
    vlans = _vlans(link, port or link)
    if packet.vlans:
        if any(row["identifier"] == packet.vlans[0] for row in vlans):
            return Inside(packet.vlans[0])
        raise Filtered(f"{(port or link)['name']} is not in VLAN {packet.vlans[0]}")
    for row in vlans:
        if row["pvid"]:
            return Inside(row["identifier"])
    raise Filtered(f"{(port or link)['name']} has no VLAN for frames without a tag")


def left(link: Row, port: Row, packet: Packet, inside: Inside) -> Packet | None:
    """The frame as it leaves by a port, or up by the bridge itself; null when the port is not in its VLAN."""
    if inside.vlan is None:
        return packet
    for row in _vlans(link, port):
        if row["identifier"] == inside.vlan:
            inner = packet.vlans[1:]
            return packet.changed(vlans=inner if row["untagged"] else (inside.vlan, *inner))
    return None


def _vlans(link: Row, port: Row) -> list[Row]:
    vlans: list[Row] | None = (link.get("bridge") if port is link else port.get("port") or {}).get("vlans")  # type: ignore[union-attr]
    if vlans is None:
        raise Unknown(f"the VLANs of {port['name']} in {link['name']} are not in the state")
    return vlans
