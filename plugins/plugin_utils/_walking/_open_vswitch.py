# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Open vSwitch: what it does with a packet it is asked itself (``ofproto/trace``), and the answer becomes hops.

A question that nobody asked yet ends the branch; World.questions has it then. What the answer says is carried out by
_datapath_actions.py: the packet leaves by a device of the node, in a tunnel, or it ends here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import Unknown, read
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking import _contiv, _machines, _switch_tunnels
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._datapath_actions import Exit, carry_out
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._flow_fields import flow_of
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
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._packet import Packet
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._switch_notes import Notes, Told, is_pushed
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._switches import Question
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._tunnel_headers import PORTS, around
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._world import Namespace, is_up

Row = Mapping[str, Any]


def receive(place: Place, packet: Packet, link: Row, bridge: str) -> list[Step]:
    """A frame arrives at a device that is a port of a bridge."""
    text = f"arrives at {link['name']}, a port of {bridge}"
    note = Note("receive", text, device=link["name"], direction="in", source="links", row=link)
    return [Step([(note, packet)], place._replace(stage="switch"))]


def leave(walker: Walker, place: Place, packet: Packet, link: Row) -> list[Step]:
    """The namespace sends by a device that is an internal port."""
    switch = walker.world.switch(place.namespace.node)
    bridge = switch.bridge_of(link["name"])
    if bridge is None:
        reason = f"where a frame goes that leaves by {link['name']} ({link['kind']})"
        return undecided("transmit", reason, packet, device=link["name"], source="links", row=link)
    text = f"leaves by {link['name']} to {bridge}" if link["name"] != bridge else f"enters {bridge}"
    note = Note("transmit", text, device=link["name"], direction="out", source="links", row=link)
    node = place.namespace.node
    switching = walker.world.namespace(node, walker.world.switching(node))
    return [Step([(note, packet)], place._replace(stage="switch", namespace=switching, in_device=link["name"]))]


def switch(walker: Walker, place: Place, packet: Packet) -> list[Step]:
    """A packet at the port ``in_device``, which may be a tunnel's end."""
    node, in_port = place.namespace.node, str(place.in_device)
    bridge = str(walker.world.switch(node).bridge_of(in_port))
    more = {"device": bridge, "source": f"ofproto/trace of {bridge}"}
    try:
        question = Question(node, bridge, in_port, flow_of(packet, place.outer))
        answer = walker.world.switch(node).answer(question)
        if answer is None:
            walker.world.questions[question] = None
            reason = f"{bridge} of {node} was not asked yet what it does with it"
            return undecided("openvswitch", reason, packet, **more)
        trace = read(answer, "trace")
        if trace["errors"]:
            raise Unknown(trace["errors"][0])
        return _Answered(walker, place, trace, bridge, packet).steps()
    except Unknown as reason:
        return undecided("openvswitch", f"what {bridge} of {node} does with it: {reason}", packet, **more)


class _Answered:
    """One answer, about a packet that came to a place."""

    def __init__(self, walker: Walker, place: Place, trace: Row, bridge: str, packet: Packet) -> None:
        self._walker = walker
        self._place = place
        self._trace = trace
        self._packet = packet
        self._switch = walker.world.switch(place.namespace.node)
        control, in_port = walker.world.document["control"], str(place.in_device)
        self._network = _contiv.network_at(control, self._switch, in_port, packet, place.outer)
        self._told = Told(walker.world, place.namespace.node, bridge, trace, self._network)

    def steps(self) -> list[Step]:
        packet = self._packet
        result = carry_out(self._trace, packet)
        exits = [one for one in result.exits if self._is_open(one)] or result.exits
        if exits:
            return copied([self._left(one, packet) for one in exits])
        if result.controllers and self._network and packet.protocol == "arp":
            return [Step([(self._answered_by_netplugin(self._network), packet)], None)]
        last = result.events[-1].packet if result.events else packet
        # Whoever floods sends copies where nobody wants them.
        ended = self._told.end(result, unwanted=bool(self._place.copies))
        return [Step([*self._told.parts(result.events, packet, None), (ended, last)], None)]

    def _answered_by_netplugin(self, network: Row) -> Note:
        world, node = self._walker.world, self._place.namespace.node
        from_container = self._switch.tag_of(str(self._place.in_device)) is not None
        hostname = str(world.document["nodes"][node].get("hostname") or node)
        return _contiv.answer(world.document["control"], node, hostname, network, self._packet, from_container)

    def _is_open(self, one: Exit) -> bool:
        """A flood goes to internal ports too, most of which nobody has set up."""
        device = self._switch.device_of(str(one.port["device"])) if one.port else None
        link = self._place.namespace.links.get(str(device))
        return link is None or is_up(link)

    def _left(self, one: Exit, packet: Packet) -> Step:
        if one.port is None:
            told = self._told.parts(one.events, packet, "the end of a tunnel")
            return _switch_tunnels.taken(self._walker, self._place, one.packet, told)
        if one.answer:
            return Step([(self._told.answer(one.answer), packet)], None)
        device = str(one.port["device"] or f"port {one.port['port']} of the datapath")
        machine = self._walker.world.servers.machine_at(self._place.namespace.node, device)
        if machine:
            return _machines.take(machine, self._place, one.packet, self._told.parts(one.events, packet, device))
        interface = self._switch.interface(str(one.port["interface"])) or {}
        if interface.get("type") not in PORTS:
            return self._out(device, one.packet, self._told.parts(one.events, packet, device))
        told = self._told.parts(one.events, packet, interface["name"])
        if is_pushed(one.events):
            return self._out(device, one.packet, told)
        # The kernel's datapath leaves it to the kernel to find the way of the outer packet.
        outer = around(one.packet, interface["type"], one.tunnel or {})
        onward = Place("output", self._place.namespace, trail=self._place.trail, copies=self._place.copies)
        return Step([*told, (self._told.encapsulated(interface["name"], outer), outer)], onward)

    def _out(self, device: str, packet: Packet, told: Notes) -> Step:
        """By a port of the datapath, which is a device of the node."""
        place, interface = self._place, self._switch.interface(device)
        if interface and interface["type"] == "internal":
            return self._to_internal(device, packet, told)
        link = place.namespace.links.get(device)
        if link is None:
            reason = f"where {device} leads, which is no device of {place.namespace.where}"
            return Step([*told, *undecided("openvswitch", reason, packet, device=device)[0].notes], None)
        if packet.size_bytes > link["mtu_bytes"]:
            text = f"{packet.size_bytes} bytes are more than the {link['mtu_bytes']} of {device}; nobody is told"
            lost = end("openvswitch", "dropped", text, packet, device=device, source="links", row=link)
            return Step([*told, *lost[0].notes], None)
        onward = Place("transmit", place.namespace, out_device=device, trail=place.trail, copies=place.copies)
        return Step(told, onward)

    def _to_internal(self, device: str, packet: Packet, told: Notes) -> Step:
        """To the namespace that has the device."""
        device = self._switch.device_of(device)
        place, holder = self._place, self._holder(device)
        link = holder.links.get(device)
        if link is None or is_up(link) or not place.copies:
            return Step(told, place.arriving(holder, device))
        # Whoever floods sends copies where nobody wants them.
        lost = end("openvswitch", IGNORED, f"{device} is down", packet, device=device, source="links", row=link)
        return Step([*told, *lost[0].notes], None)

    def _holder(self, device: str) -> Namespace:
        """Where an internal port is, which may have been moved away from the node's own namespace."""
        here = self._place.namespace
        others = (one for one in self._walker.world.all_namespaces() if one.node == here.node)
        return here if device in here.links else next((one for one in others if device in one.links), here)
