# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""A VXLAN packet at its VTEP: the device of its VNI takes the frame out (drivers/net/vxlan: vxlan_rcv())."""

from __future__ import annotations

from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import Unknown
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking import _switch_tunnels
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._hop import (
    Note,
    Place,
    Step,
    Walker,
    end,
    undecided,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._packet import Packet, Tunnel
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._world import Namespace, is_up

Row = dict[str, Any]

_STATIC = frozenset(["permanent", "noarp"])


def take(walker: Walker, place: Place, packet: Packet) -> list[Step]:
    """The frame goes on at the VXLAN device, unless that refuses it."""
    tunnel = packet.tunnel
    if tunnel is None:
        return undecided("vxlan_end", "there is no tunnel in it", packet)
    found = _device(walker, place.namespace, packet, tunnel)
    if found is None and (tunnel.kind != "vxlan" or _switch_tunnels.has_port(walker, place, packet)):
        return [_switch_tunnels.taken(walker, place, packet)]
    if found is None:
        unread = _could_have_it(walker, place.namespace, tunnel)
        if unread:
            return undecided("vxlan_end", unread, packet, source="links")
        text = f"{place.namespace.where} has no VXLAN device with VNI {tunnel.vni} on port {packet.destination_port}"
        return end("vxlan_end", "dropped", text, packet, source="links")
    namespace, link = found
    refused = _refused(namespace, link, packet, tunnel.inner)
    if refused is not None:
        return refused
    text = f"VNI {tunnel.vni} is {link['name']} of {namespace.where}"
    note = Note("vxlan_end", text, device=link["name"], source="links", row=link, namespace=namespace)
    # It is the same packet to the kernel, so that its mark stays unless it changes its namespace.
    inner = tunnel.inner.changed(mark=packet.mark if namespace is place.namespace else 0)
    return [Step([(note, inner)], place.arriving(namespace, link["name"]))]


def _device(walker: Walker, underlay: Namespace, packet: Packet, tunnel: Tunnel) -> tuple[Namespace, Row] | None:
    for namespace, link in walker.world.tunnel_ends.get((underlay.node, underlay.name), []):
        if (link["vxlan"]["vni"], link["vxlan"]["port"]) == (tunnel.vni, packet.destination_port):
            return namespace, link
    return None


def _could_have_it(walker: Walker, underlay: Namespace, tunnel: Tunnel) -> str | None:
    """Why a device that takes the packet may be there although the state does not show it."""
    for name, reason in walker.world.unread(underlay.node).items():
        return f"{name} of {underlay.node}, which may have the device of VNI {tunnel.vni}, is unknown: {reason}"
    for namespace, link in walker.world.tunnel_ends.get((underlay.node, None), []):
        if link["vxlan"]["vni"] == tunnel.vni:
            return f"the namespace of the underlay of {link['name']} of {namespace.where} is unknown"
    return None


def _refused(namespace: Namespace, link: Row, packet: Packet, inner: Packet) -> list[Step] | None:
    device = link["name"]
    if not is_up(link):
        text = f"{device} of {namespace.where} is down"
        return end("vxlan_end", "dropped", text, packet, device=device, source="links", row=link)
    if inner.source_mac == link["mac"]:
        text = f"the frame comes from {inner.source_mac}, which is the MAC address of {device} itself"
        return end("vxlan_end", "dropped", text, packet, device=device, source="links", row=link)
    if not link["vxlan"]["learning"]:
        return None
    try:
        rows = namespace.tunnel_rows.get((device, str(inner.source_mac)), [])
    except Unknown as reason:
        return undecided("vxlan_end", f"the fdb of {device} is unknown: {reason}", packet, device=device)
    for row in rows:
        if row["destination"] == packet.source:
            return None
    for row in rows:
        # A device that learns lets no static row be moved, and drops what would (vxlan_snoop()).
        if row["destination"] and not _STATIC.isdisjoint(row["states"]):
            text = (
                f"{inner.source_mac} comes from {packet.source}, but {device} of {namespace.where} has it"
                f" behind {row['destination']} and drops it"
            )
            return end("vxlan_end", "dropped", text, packet, device=device, source=f"fdb of {device}", row=row)
    return None
