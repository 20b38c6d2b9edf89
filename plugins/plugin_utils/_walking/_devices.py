# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Frames at devices: where one that leaves comes out, and what takes one that arrives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import Unknown
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking import _open_vswitch, _veth, _vxlan, _wire
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._hop import (
    IGNORED,
    Note,
    Place,
    Step,
    Walker,
    copied,
    end,
    undecided,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._nft import not_simulated
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._packet import Packet
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._world import Namespace, has_carrier, is_up

Row = dict[str, Any]


def transmit(walker: Walker, place: Place, packet: Packet) -> list[Step]:
    """A frame leaves by ``out_device``."""
    namespace, device = place.namespace, str(place.out_device)
    link = namespace.links.get(device)
    if link is None:
        return undecided("transmit", f"{namespace.where} has no device {device}", packet, device=device, source="links")
    if not is_up(link):
        text = f"{device} of {namespace.where} is down"
        return end("transmit", "dropped", text, packet, device=device, source="links", row=link)
    if not has_carrier(link):
        text = f"{device} of {namespace.where} has no carrier"
        return end("transmit", "dropped", text, packet, device=device, source="links", row=link)
    leave = _LEAVING.get(link["kind"])
    if leave is None:
        reason = f"where a frame goes that leaves by {device} ({link['kind']})"
        return undecided("transmit", reason, packet, device=device, source="links", row=link)
    return leave(walker, place, packet, link)


def _left(text: str, link: Row) -> Note:
    """A capture on the device sees the frame as it is after this hop."""
    return Note("transmit", text, device=link["name"], direction="out", source="links", row=link)


def _loop_back(walker: Walker, place: Place, packet: Packet, link: Row) -> list[Step]:
    onward = place._replace(stage="receive", in_device="lo", out_device=None, next_hop=None)
    return [Step([(_left("stays here, by lo", link), packet)], onward)]


def _to_bridge(walker: Walker, place: Place, packet: Packet, link: Row) -> list[Step]:
    """The namespace itself sends through its bridge."""
    onward = place._replace(stage="bridge", in_device=None, out_device=link["name"])
    return [Step([(_left(f"enters the bridge {link['name']}", link), packet)], onward)]


def _tagged(walker: Walker, place: Place, packet: Packet, link: Row) -> list[Step]:
    identifier = link["vlan"]["identifier"]
    tagged = packet.changed(vlans=(identifier, *packet.vlans))
    note = Note("vlan", f"gets the tag of VLAN {identifier}", device=link["name"], source="links", row=link)
    return _through_parent(
        walker, place, tagged, link, [(_left(f"leaves by {link['name']}", link), packet), (note, tagged)]
    )


def _through_parent(
    walker: Walker, place: Place, packet: Packet, link: Row, notes: list[tuple[Note, Packet]]
) -> list[Step]:
    parent = link["parent"]
    try:
        below = walker.world.namespace(place.namespace.node, parent["namespace"] or place.namespace.name)
        device = below.links_by_index[parent["index"]]["name"]
    except (Unknown, KeyError):
        text = f"the device below {link['name']} was not found"
        return [
            Step(
                notes + undecided("transmit", text, packet, device=link["name"], source="links", row=link)[0].notes,
                None,
            )
        ]
    onward = place._replace(stage="transmit", namespace=below, out_device=device)
    if below is place.namespace:
        return [Step(notes, onward)]
    note = Note("transmit", f"goes down to {device} of {below.where}", device=device, source="links", row=link)
    return [Step([*notes, (note, packet.crossing())], onward)]


def _from_macvlan(walker: Walker, place: Place, packet: Packet, link: Row) -> list[Step]:
    note = _left(f"leaves by {link['name']} ({link['macvlan']['mode']} mode)", link)
    return [Step([(note, packet)], place._replace(stage="macvlan"))]


def macvlan(walker: Walker, place: Place, packet: Packet) -> list[Step]:
    """In bridge mode sisters on the same device hear each other; otherwise all goes out (drivers/net/macvlan.c)."""
    link = place.namespace.links[str(place.out_device)]
    steps = []
    if link["macvlan"]["mode"] == "bridge":
        for sister, row in _on_top(walker, place.namespace, link["parent"], "macvlan"):
            if row is link or row["macvlan"]["mode"] != "bridge":
                continue
            if packet.for_many or packet.destination_mac == row["mac"]:
                text = f"is for its sister {row['name']} of {sister.where}"
                note = Note("macvlan", text, device=row["name"], source="links", row=row, namespace=sister)
                steps.append(Step([(note, packet.crossing())], place.arriving(sister, row["name"])))
        if steps and not packet.for_many:
            return steps
    return copied(steps + _through_parent(walker, place, packet, link, []))


def _on_top(walker: Walker, namespace: Namespace, parent: Row, kind: str) -> list[tuple[Namespace, Row]]:
    """Devices of a kind made on one device, in all namespaces of the node."""
    wanted = (parent["namespace"] or namespace.name, parent["index"])
    return walker.world.devices_on_top(namespace.node).get((kind, *wanted), [])


def _swallowed(walker: Walker, place: Place, packet: Packet, link: Row) -> list[Step]:
    text = f"{link['name']} is a dummy device, which takes everything and passes on nothing"
    return end("transmit", "dropped", text, packet, device=link["name"], source="links", row=link)


_LEAVING: dict[str | None, Callable[[Walker, Place, Packet, Row], list[Step]]] = {
    "loopback": _loop_back,
    "veth": _veth.leave,
    None: _veth.leave,
    "bridge": _to_bridge,
    "vlan": _tagged,
    "macvlan": _from_macvlan,
    "vxlan": _vxlan.leave,
    "dummy": _swallowed,
    "ethernet": _wire.leave,
    # Internal ports of Open vSwitch, of the kernel's datapath and of its own.
    "openvswitch": _open_vswitch.leave,
    "tun": _open_vswitch.leave,
}


def receive(walker: Walker, place: Place, packet: Packet) -> list[Step]:
    """A frame arrives at ``in_device``: a device on top takes it, its bridge, or the namespace itself."""
    namespace, device = place.namespace, str(place.in_device)
    link = namespace.links.get(device)
    if link is None:
        return undecided("receive", f"{namespace.where} has no device {device}", packet, device=device, source="links")
    if not is_up(link):
        text = f"{device} of {namespace.where} is down"
        return end("receive", "dropped", text, packet, device=device, source="links", row=link)
    chain = not_simulated(namespace, "netdev", device)
    if chain:
        return undecided("receive", f"what {chain} does to a frame", packet, device=device, source=chain)
    seen = (namespace.node, namespace.name, device, packet.changed(ttl=0))
    if seen in place.trail:
        text = f"it comes to {device} of {namespace.where} as it was before"
        return end("receive", "loop", text, packet, device=device, source="links", row=link)
    place = place._replace(trail=place.trail | {seen})
    switch = walker.world.switch_of(namespace, device)
    if switch:
        return _open_vswitch.receive(place, packet, link, switch)
    if packet.vlans:
        steps = _untagged(walker, place, packet, link)
        if steps:
            return steps
    taken = _taken_on_top(walker, place, packet, link)
    if taken and not packet.for_many:
        return taken
    return copied(taken + _taken_below(place, packet, link))


def _arrived(text: str, link: Row, verdict: str | None = None) -> Note:
    """A capture on the device sees the frame as it was before this hop."""
    return Note("receive", text, device=link["name"], direction="in", source="links", row=link, verdict=verdict)


def _untagged(walker: Walker, place: Place, packet: Packet, link: Row) -> list[Step]:
    """The VLAN device of the outer tag takes the frame before anything else does."""
    parent = {"namespace": place.namespace.name, "index": link["index"]}
    for namespace, row in _on_top(walker, place.namespace, parent, "vlan"):
        if row["vlan"]["identifier"] == packet.vlans[0]:
            bare = packet.changed(vlans=packet.vlans[1:])
            note = Note(
                "vlan",
                f"loses the tag of VLAN {packet.vlans[0]}",
                device=row["name"],
                source="links",
                row=row,
                namespace=namespace,
            )
            notes = [(_arrived(f"arrives at {link['name']}", link), packet), (note, bare)]
            return [Step(notes, place.arriving(namespace, row["name"]))]
    return []


def _taken_on_top(walker: Walker, place: Place, packet: Packet, link: Row) -> list[Step]:
    parent = {"namespace": place.namespace.name, "index": link["index"]}
    steps = []
    for namespace, row in _on_top(walker, place.namespace, parent, "macvlan"):
        if packet.for_many or packet.destination_mac == row["mac"]:
            note = Note(
                "macvlan",
                f"is for {row['name']} of {namespace.where}",
                device=row["name"],
                source="links",
                row=row,
                namespace=namespace,
            )
            scrubbed = packet if namespace is place.namespace else packet.crossing()
            notes = [(_arrived(f"arrives at {link['name']}", link), packet), (note, scrubbed)]
            steps.append(Step(notes, place.arriving(namespace, row["name"])))
    return steps


def _taken_below(place: Place, packet: Packet, link: Row) -> list[Step]:
    namespace, device = place.namespace, link["name"]
    master = link.get("master")
    if master:
        kind = namespace.links.get(master, {}).get("kind")
        if kind == "bridge":
            onward = place._replace(stage="bridge", out_device=master)
            return [Step([(_arrived(f"arrives at {device}, a port of {master}", link), packet)], onward)]
        note = _arrived(f"arrives at {device}", link)
        reason = f"what {master} ({kind or 'not in the state'}), the master of {device}, does with a frame"
        return [Step([(note, packet), *undecided("receive", reason, packet, device=device)[0].notes], None)]
    if link["kind"] == "loopback":
        return [Step([(_arrived("arrives at lo", link), packet)], place._replace(stage="prerouting"))]
    if packet.destination_mac is not None and not packet.for_many and packet.destination_mac != link["mac"]:
        return [Step([(_not_for(packet, link, place), packet)], None)]
    if packet.vlans:
        text = f"{device} of {namespace.where} has no device for VLAN {packet.vlans[0]}"
        return [Step([(_arrived(text, link, IGNORED if packet.for_many else "dropped"), packet)], None)]
    if packet.asks_for_mac:
        return [Step([(_arrived(f"arrives at {device}", link), packet)], place._replace(stage="answer"))]
    # Another device, another pass through conntrack. Who takes a copy has it for good, but for what is in a tunnel.
    copies = place.copies if packet.tunnel else frozenset()
    onward = Place("prerouting", namespace, in_device=device, trail=place.trail, copies=copies)
    return [Step([(_arrived(f"arrives at {device}", link), packet.without_link_layer())], onward)]


def _not_for(packet: Packet, link: Row, place: Place) -> Note:
    text = (
        f"{link['name']} of {place.namespace.where} has {link['mac']} and ignores a frame to {packet.destination_mac}"
    )
    return _arrived(text, link, IGNORED if place.copies else "dropped")
