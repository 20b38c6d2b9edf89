# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Between nodes: a frame that leaves one arrives where the state knows its MAC address, or leaves the lab.

What connects the nodes is not in the state. It is taken to be one wire that loses nothing.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._hop import (
    Note,
    Place,
    Step,
    Walker,
    copied,
    end,
    undecided,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._packet import Packet
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._world import Namespace

Row = dict[str, Any]


def leave(walker: Walker, place: Place, packet: Packet, link: Row) -> list[Step]:
    """A frame leaves its node, and with it the mark, which is no part of a frame."""
    text = f"leaves the node by {link['name']}"
    note = Note("transmit", text, device=link["name"], direction="out", source="links", row=link)
    return [Step([(note, packet.crossing())], place._replace(stage="wire"))]


def wire(walker: Walker, place: Place, packet: Packet) -> list[Step]:
    """The frame of ``out_device`` between the nodes."""
    sender = place.namespace.links[str(place.out_device)]
    steps = []
    for namespace, link in _receivers(walker, packet, place.namespace, sender):
        if link is not sender:
            text = f"comes to {link['name']} of {namespace.where}"
            note = Note("wire", text, device=link["name"], source="links", row=link, namespace=namespace)
            steps.append(Step([(note, packet)], place.arriving(namespace, link["name"])))
    if not steps or not _is_known(walker, packet):
        steps += _elsewhere(walker, packet)
    return copied(steps)


def _elsewhere(walker: Walker, packet: Packet) -> list[Step]:
    whom = packet.destination if packet.asks_for_mac else packet.destination_mac
    unread = walker.world.unread_nodes
    if unread:
        reason = f"{whom} is on no node that could be read, but {', '.join(unread)} could not"
        return undecided("wire", reason, packet, source="links")
    return end("wire", "left", f"{whom} is on no node of the lab", packet, source="links")


def _is_known(walker: Walker, packet: Packet) -> bool:
    """Whether a node has what is looked for, or OVN gives it to something."""
    world = walker.world
    if packet.asks_for_mac:
        return packet.destination in world.outward_by_address or packet.destination in world.logical_addresses
    mac = packet.destination_mac
    return packet.for_many or mac in world.outward_by_mac or mac in world.logical_addresses


def _receivers(walker: Walker, packet: Packet, namespace: Namespace, sender: Row) -> list[tuple[Namespace, Row]]:
    """Who may take the frame. Questions go to those who have the address, as only they would answer."""
    world = walker.world
    if packet.asks_for_mac:
        found = world.outward_by_address.get(packet.destination, [])
        return found + [one for one in world.switched_beyond(namespace, sender) if one not in found]
    if packet.for_many:
        return world.outward
    return world.outward_by_mac.get(str(packet.destination_mac)) or world.switched_beyond(namespace, sender)
