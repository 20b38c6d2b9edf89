# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Both ends of a packet in a namespace: a process sends it, or it is for this namespace and a socket takes it."""

from __future__ import annotations

from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import Unknown
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking import _addresses, _ipvs, _routing, _tunnel_end
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._hop import (
    Note,
    Place,
    Step,
    Walker,
    end,
    undecided,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._netfilter import pass_hook
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._packet import Packet
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._sources import source_address
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._translation import socket_address

Row = dict[str, Any]

_PORTLESS = ("icmp", "icmpv6")
_TO_ITSELF = ("local", "anycast")


def output(walker: Walker, place: Place, packet: Packet) -> list[Step]:
    """A process, a tunnel or IPVS sends a packet: its route, and the OUTPUT hook as far as IPVS."""
    try:
        row = _routing.find(place.namespace, _towards(place, packet), None)
    except _routing.NoRoute as problem:
        return _routing.failed(problem, packet)
    return [step for way in _routing.ways(row) for step in _sent(walker, place, packet, way)]


def _towards(place: Place, packet: Packet) -> Packet:
    """IPVS may send a packet to another address than that of its destination."""
    return packet.changed(destination=place.next_hop) if place.next_hop else packet


def _sent(walker: Walker, place: Place, packet: Packet, way: _routing.Way) -> list[Step]:
    forced, place = place, _by(place, packet, way)
    if packet.source is None:
        packet = packet.changed(source=_source_for(place, packet, way))
        if packet.source is None:
            text = f"{place.namespace.where} has no address to send to {packet.destination} from"
            return end("route", "dropped", text, packet, device=place.out_device, source="addresses")
        if packet.tunnel is None and not place.namespace.tables(packet.family).simple:
            # Now that the source is known, rules that select by it have a say (ip_route_connect()).
            return output(walker, forced, packet)
    return [_routed(place, packet, way)]


def _routed(place: Place, packet: Packet, way: _routing.Way) -> Step:
    try:
        note = _way_note(place, packet, way)
    except _routing.NoRoute as problem:
        return _routing.failed(problem, packet, place.out_device)[0]
    place = place._replace(routed_for=(packet.mark, packet.destination))
    notes, _packet, onward = pass_hook("OUTPUT", packet, place, last=_ipvs.OUTPUT_PRIORITY)
    return Step([(note, packet), *notes], onward._replace(stage="balance_output") if onward else None)


def balance_output(walker: Walker, place: Place, packet: Packet) -> list[Step]:
    """IPVS in the middle of the OUTPUT hook, and the rest of the hook."""
    return _balanced("OUTPUT", _ipvs.OUTPUT_PRIORITY, "reroute", place, packet)


def _balanced(hook: str, priority: int, stage: str, place: Place, packet: Packet) -> list[Step]:
    steps = [] if place.ipvs else _ipvs.balance(place, packet)
    if steps:
        return steps
    notes, _packet, passed = pass_hook(hook, packet, place, first=priority)
    return [Step(notes, passed._replace(stage=stage) if passed else None)]


def reroute(walker: Walker, place: Place, packet: Packet) -> list[Step]:
    """A new mark or destination asks for the route once more (ip_route_me_harder() of net/ipv4/netfilter.c).

    The rest of the hook has seen the device of the first route.
    """
    stage = "encrypt" if packet.tunnel else "postrouting"
    if place.ipvs or place.routed_for == (packet.mark, packet.destination):
        return [Step([], place._replace(stage=stage))]
    try:
        steps = []
        for way in _routing.ways(_routing.find(place.namespace, packet, None)):
            onward = _by(place, packet, way)._replace(stage=stage)
            if (onward.out_device, onward.next_hop) == (place.out_device, place.next_hop):
                return [Step([], onward)]
            steps.append(Step([(_way_note(onward, packet, way), packet)], onward))
    except _routing.NoRoute as problem:
        return _routing.failed(problem, packet, place.out_device)
    return steps


def _by(place: Place, packet: Packet, way: _routing.Way) -> Place:
    if way.row["type"] in _TO_ITSELF:
        return place._replace(out_device="lo", next_hop=packet.destination)
    forced = place.next_hop if place.ipvs else None
    return place._replace(out_device=way.device, next_hop=way.gateway or forced or packet.destination)


def _way_note(place: Place, packet: Packet, way: _routing.Way) -> Note:
    """Raises NoRoute where a loopback address would leave."""
    if way.row["type"] in _TO_ITSELF:
        text = f"{packet.destination} is an address of {place.namespace.where} itself"
        return _routing.note(way.row, text)
    if packet.source and packet.family == "ipv4" and _addresses.is_loopback(packet.source):
        _routing.permit_loopback(place.namespace, str(place.out_device), packet.source)
    return _routing.note(way.row, _routing.describe(way.row, way, packet))


def _source_for(place: Place, packet: Packet, way: _routing.Way) -> str | None:
    if way.row["source"]:
        return str(way.row["source"])
    if way.row["type"] in _TO_ITSELF:
        return packet.destination
    return source_address(place.namespace, str(place.out_device), str(place.next_hop), packet.family)


def input_(walker: Walker, place: Place, packet: Packet) -> list[Step]:
    """The INPUT hook as far as IPVS, which stands near its end."""
    notes, _packet, passed = pass_hook("INPUT", packet, place, last=_ipvs.INPUT_PRIORITY)
    return [Step(notes, passed._replace(stage="balance_input") if passed else None)]


def balance_input(walker: Walker, place: Place, packet: Packet) -> list[Step]:
    return _balanced("INPUT", _ipvs.INPUT_PRIORITY, "deliver", place, packet)


def deliver(walker: Walker, place: Place, packet: Packet) -> list[Step]:
    """What the namespace does with a packet for itself."""
    namespace = place.namespace
    if packet.tunnel is not None:
        return _tunnel_end.take(walker, place, packet)
    if packet.protocol in _PORTLESS:
        text = f"delivered to {namespace.where}, whose kernel answers"
        return end("delivery", "delivered", text, packet, source="addresses", recipient=_recipient(place))
    if packet.destination_port is None:
        return undecided("delivery", f"who takes protocol {packet.protocol}", packet)
    try:
        listeners = namespace.sockets.get((packet.protocol, packet.destination_port), [])
    except Unknown as reason:
        return undecided(
            "delivery", f"the sockets of {namespace.where} are unknown: {reason}", packet, source="sockets"
        )
    for row in listeners:
        if _takes(row, packet):
            text = f"delivered to {namespace.where}, which listens on {socket_address(row['address'], row['port'])}"
            return end("delivery", "delivered", text, packet, source="sockets", row=row, recipient=_recipient(place))
    text = f"nobody in {namespace.where} listens on {packet.protocol} port {packet.destination_port}"
    return end("delivery", "refused", text, packet, source="sockets", recipient=_recipient(place))


def _recipient(place: Place) -> str:
    return place.namespace.container or (
        place.namespace.node if place.namespace.name == "host" else f"{place.namespace.node}/{place.namespace.name}"
    )


def _takes(row: Row, packet: Packet) -> bool:
    """A socket bound to all addresses of IPv6 takes IPv4 as well, unless it asked not to (ipv6(7), IPV6_V6ONLY)."""
    if packet.family == "ipv6":
        return row["address"] in (packet.destination, "::")
    return row["address"] in (packet.destination, "0.0.0.0", "::", f"::ffff:{packet.destination}")
