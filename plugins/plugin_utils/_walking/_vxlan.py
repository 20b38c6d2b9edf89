# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""A VXLAN device that sends: it answers ARP, finds the VTEP in its fdb and encapsulates (drivers/net/vxlan)."""

from __future__ import annotations

from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import Unknown
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking import _addresses, _overlay_peers
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._hop import (
    Note,
    Place,
    Step,
    Walker,
    copied,
    end,
    undecided,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._packet import Packet, Tunnel
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._translation import socket_address
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._tunnel_headers import OVERHEAD_BYTES

Row = dict[str, Any]

_ALL_ZEROS = "00:00:00:00:00:00"
# NUD_CONNECTED of include/net/neighbour.h: the proxy answers from these only.
_CONNECTED = frozenset(["permanent", "noarp", "reachable"])


def leave(walker: Walker, place: Place, packet: Packet, link: Row) -> list[Step]:
    """A frame leaves by a VXLAN device."""
    note = Note("transmit", f"leaves by {link['name']}", device=link["name"], direction="out", source="links", row=link)
    return [Step([(note, packet)], place._replace(stage="encapsulate"))]


def encapsulate(walker: Walker, place: Place, packet: Packet) -> list[Step]:
    """One step for each VTEP that the fdb of ``out_device`` has for the frame."""
    namespace = place.namespace
    link = namespace.links[str(place.out_device)]
    device, settings = link["name"], link["vxlan"]
    if packet.asks_for_mac and settings["proxy"]:
        return _answer(walker, place, packet, link)
    source = f"fdb of {device}"
    try:
        table = namespace.tunnel_rows
    except Unknown as reason:
        return undecided("vxlan", f"the {source} is unknown: {reason}", packet, device=device, source=source)
    rows = table.get((device, str(packet.destination_mac))) or table.get((device, _ALL_ZEROS), [])
    steps = [step for row in rows if row["destination"] for step in _towards(walker, place, packet, link, row)]
    if steps:
        return copied(steps)
    peer = _overlay_peers.find(walker.world, namespace, link, "l2miss", "mac", str(packet.destination_mac))
    # An engine enters both rows at once, and none of them again when somebody has removed it.
    if peer is not None and (device, peer.endpoint["address"]) not in namespace.neighbours:
        return _learned(walker, place, packet, link, peer)
    text = f"the {source} has no VTEP for {packet.destination_mac}"
    return end("vxlan", "dropped", text, packet, device=device, source=source)


def _learned(walker: Walker, place: Place, packet: Packet, link: Row, peer: _overlay_peers.Peer) -> list[Step]:
    """The fdb gets its row while the sender waits for the answer to its question."""
    try:
        vtep = _overlay_peers.tunnel_address(walker.world, peer.node)
    except Unknown as reason:
        text = f"which VTEP the engine of {peer.node} advertises: {reason}"
        return undecided("vxlan", text, packet, device=link["name"], source=peer.source, row=peer.endpoint)
    return _towards(walker, place, packet, link, {"destination": vtep, "vni": None, "port": None}, peer)


def _answer(walker: Walker, place: Place, packet: Packet, link: Row) -> list[Step]:
    """The proxy answers from the neighbour table, and passes no question on (arp_reduce())."""
    namespace, device = place.namespace, link["name"]
    row = namespace.neighbours.get((device, packet.destination))
    if row is None or _CONNECTED.isdisjoint(row["states"]):
        peer = _overlay_peers.find(walker.world, namespace, link, "l3miss", "address", packet.destination)
        if peer is not None:
            text = f"{device} of {namespace.where} lacks it, and its engine learns it from that of {peer.node}"
            return end("arp", "answered", text, packet, device=device, source=peer.source, row=peer.endpoint)
        text = (
            f"{device} of {namespace.where} has no neighbour {packet.destination}, and its proxy passes no question on"
        )
        return end("arp", "ignored", text, packet, device=device, source=f"neighbour of {device}", row=row)
    text = f"{device} of {namespace.where} answers from its neighbour table"
    return end("arp", "answered", text, packet, device=device, source=f"neighbour of {device}", row=row)


def _towards(
    walker: Walker, place: Place, packet: Packet, link: Row, row: Row, peer: _overlay_peers.Peer | None = None
) -> list[Step]:
    settings, namespace = link["vxlan"], place.namespace
    vni = row["vni"] or settings["vni"]
    port = row["port"] or settings["port"]
    underlay = settings["underlay_namespace"]
    if underlay is None:
        return undecided(
            "vxlan", f"the namespace of the underlay of {link['name']} is unknown", packet, source="links", row=link
        )
    try:
        below = walker.world.namespace(namespace.node, underlay)
    except Unknown as reason:
        return undecided("vxlan", f"the underlay of {link['name']}, {underlay}, is unknown: {reason}", packet)
    if _addresses.is_multicast(row["destination"]):
        text = f"which VTEPs are in the multicast group {row['destination']} of {link['name']}"
        return undecided("vxlan", text, packet, device=link["name"], source=f"fdb of {link['name']}", row=row)
    family = "ipv6" if ":" in row["destination"] else "ipv4"
    # The mark stays with the outer packet only within a namespace; conntrack starts anew.
    outer = Packet(
        "udp",
        row["destination"],
        source=settings["local"],
        destination_port=port,
        mark=packet.mark if below is namespace else 0,
        size_bytes=packet.size_bytes + OVERHEAD_BYTES[family],
        tunnel=Tunnel("vxlan", vni, packet.changed(mark=0)),
    )
    vtep = socket_address(row["destination"], port)
    text = f"{packet.destination_mac} is behind the VTEP {vtep}; gets a VXLAN header with VNI {vni}"
    note = Note("vxlan", text, device=link["name"], source=f"fdb of {link['name']}", row=row)
    if peer is not None:
        learned = f"as the engine learned from that of {peer.node}"
        note = note._replace(text=f"{learned}, {text}", source=peer.source, row=peer.endpoint)
    onward = Place("output", below, trail=place.trail, copies=place.copies)
    return [Step([(note, outer)], onward)]
