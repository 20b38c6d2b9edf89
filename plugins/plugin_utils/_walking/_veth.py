# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""A veth pair: the other end receives what this one sends, on whatever node that is (drivers/net/veth.c)."""

from __future__ import annotations

from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import Unknown
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking import _wire
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._hop import (
    Note,
    Place,
    Step,
    Walker,
    undecided,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._packet import Packet
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._pairs import other_by_mark
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._world import Namespace, World, is_up

Row = dict[str, Any]

# Octets that a frame may have beyond the MTU: a VLAN tag (is_skb_forwardable() of net/core/dev.c).
_TAG_BYTES = 4


def leave(walker: Walker, place: Place, packet: Packet, link: Row) -> list[Step]:
    """A frame leaves by one end of a pair."""
    world, namespace, peer = walker.world, place.namespace, link.get("peer") or {}
    if peer.get("namespace") is None:
        if world.leaves_node(namespace, link):
            return _wire.leave(walker, place, packet, link)
        others = world.other_ends(namespace, link)
        if len(others) == 1:
            return _cross(place, packet, link, *others[0])
        row = {"end": link, "others": [row for _holder, row in others]} if others else link
        return _undecided(_why_not_found(world, namespace, link, others), packet, link, row)
    try:
        other = world.namespace(namespace.node, peer["namespace"])
        end_link = other.links_by_index.get(peer["index"])
    except Unknown as reason:
        text = f"the namespace {peer['namespace']} at the other end of {link['name']} is unknown: {reason}"
        return _undecided(text, packet, link, link)
    if end_link is None:
        text = f"{other.where} has no link {peer['index']}, which {link['name']} calls its other end"
        return _undecided(text, packet, link, link)
    return _cross(place, packet, link, other, end_link)


def _why_not_found(world: World, namespace: Namespace, link: Row, others: list[tuple[Namespace, Row]]) -> str:
    name = link["name"]
    if others:
        shown = " and ".join(f"{row['name']} of {other.where}" for other, row in others)
        return f"the other end of {name} has index {link['peer']['index']}, and {shown} say that this pair is theirs"
    marked = other_by_mark(link)
    if marked is None:
        return f"the other end of {name} was not found"
    # It may also be in a namespace or a bridge of the machine, which is no node.
    unread = [node for node in world.document["nodes"] if node in world.unread_nodes or world.unread(node)]
    if unread:
        return f"{marked}, the other end of {name}, is on no node that could be read, but {', '.join(unread)} could not"
    return f"{marked}, the other end of {name}, is on no node of the lab"


def _undecided(reason: str, packet: Packet, link: Row, row: Row) -> list[Step]:
    return undecided("transmit", reason, packet, device=link["name"], source="links", row=row)


def _cross(place: Place, packet: Packet, link: Row, other: Namespace, end_link: Row) -> list[Step]:
    text = f"leaves by {link['name']} to {end_link['name']} of {other.where}"
    note = Note("transmit", text, device=link["name"], direction="out", source="links", row=link)
    refused = _not_taken(packet, end_link, other)
    if refused:
        lost = Note("transmit", refused, source="links", row=end_link, verdict="dropped", namespace=other)
        return [Step([(note, packet), (lost, packet)], None)]
    crossed = packet if other is place.namespace else packet.crossing()
    return [Step([(note, crossed)], place.arriving(other, end_link["name"]))]


def _not_taken(packet: Packet, end_link: Row, other: Namespace) -> str | None:
    """Why the other end of a veth pair does not take a frame."""
    name = f"{end_link['name']} of {other.where}"
    if not is_up(end_link):
        return f"{name} is down"
    if packet.size_bytes > end_link["mtu_bytes"] + _TAG_BYTES:
        return f"{packet.size_bytes} bytes are more than the {end_link['mtu_bytes']} of {name}; nobody is told"
    return None
