# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""An answer of Open vSwitch in words: what a packet passed, with the row that decided, in the names of OVN."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import Unknown
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking import _contiv
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._datapath_actions import Event, Result
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._hop import IGNORED, Note
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._packet import Packet
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._translation import socket_address
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._tunnel_headers import HEADERS, PORTS
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._world import World

Row = Mapping[str, Any]
Notes = list[tuple[Note, Packet]]


class Told:
    """One trace of a packet that came to a bridge of a node."""

    def __init__(self, world: World, node: str, bridge: str, trace: Row, network: Row | None = None) -> None:
        self._trace = trace
        self._network = _contiv.shown(network) if network else None  # of Contiv
        self._passes = [one["id"] for one in trace["recirculations"]]
        self._node = node
        self._bridge = bridge
        self._names = world.logical_flows
        self._switch = world.switch(node)

    def parts(self, events: tuple[Event, ...], packet: Packet, goes_to: str | None) -> Notes:
        """One for each part of the way: until an address is translated, until a tunnel, until the packet leaves."""
        told: Notes = []
        since = 0
        for event in events:
            action = event.action["action"]
            if action in _TOLD_APART:
                reached = self._passes.index(event.recirculation) + 1
                to = goes_to if action == "tnl_push" else None
                told += self._way(since, reached, to, packet, told)
                note = self.encapsulated(str(goes_to), event.packet) if to else _translated(event)
                told.append((note, event.packet))
                since = reached
            packet = event.packet
        if goes_to is not None and not is_pushed(events):
            told += self._way(since, len(self._passes), goes_to, packet, told)
        return told

    def _way(self, since: int, until: int, goes_to: str | None, packet: Packet, told: Notes) -> Notes:
        """A note of what the packet passed in some of its passes, unless there is nothing to tell."""
        steps = [step for step in self._trace["steps"] if step["recirculation"] in self._passes[since:until]]
        names = self._names.passed(steps, self._bridge)
        if goes_to and (self._switch.interface(goes_to) or {}).get("type") in PORTS:
            # The bridge that a tunnel's packets leave by is no part of the frame's way.
            names = self._names.passed([step for step in steps if step["kind"] == "table"], self._bridge)
        passes = tuple(names)
        names = [self._network] if self._network else names
        clauses = [f"passes {_listed(names)}"] if names else []
        if goes_to:
            clauses.append(f"goes to {goes_to}")
            clauses += [f"as {self._bridge} says: {text}" for text in _remark(steps) if not names]
        if not clauses:
            return []
        row = self._deciding(steps)
        return [(self._note(", ".join(clauses), row, verdict=None, passes=passes), packet)]

    def _deciding(self, steps: Sequence[Row]) -> Row | None:
        """The row of OpenFlow that chose the output, else the last one."""
        tables = [step for step in steps if step["kind"] == "table"]
        choosing = [step for step in tables if any(change["field"] == _OUTPUT for change in step["changes"])]
        chosen = [step for step in choosing if self._names.of(step)]
        # After this output comes the bridge that the tunnel's packets leave by (ofproto-dpif-xlate.c).
        chosen = chosen or [step for step in tables if "output to native tunnel" in step["notes"]]
        return next(reversed(chosen or tables), None)

    def _note(self, text: str, step: Row | None, verdict: str | None, passes: tuple[str, ...] = ()) -> Note:
        row = (self._names.of(step) or step) if step else None
        source = f"OpenFlow table {step['table']} of {step['datapath']}" if step else f"trace of {self._bridge}"
        return Note("openvswitch", text, self._bridge, source=source, row=row, verdict=verdict, passes=passes)

    @property
    def _all_passed(self) -> tuple[str, ...]:
        return tuple(self._names.passed(self._trace["steps"], self._bridge))

    def encapsulated(self, tunnel: str, outer: Packet) -> Note:
        carried = outer.tunnel
        if carried is None:
            raise Unknown(f"what {tunnel} puts around a packet")
        chassis = self._names.chassis_at(outer.destination)
        whose = f"{tunnel} leads to {chassis or outer.destination}"
        option = f" and OVN's option {carried.option:#x}" if carried.option is not None else ""
        text = f"{whose}; gets {HEADERS[carried.kind]} header with VNI {carried.vni}{option}"
        row = self._switch.interface(tunnel)
        return Note(carried.kind, text, device=tunnel, source=f"ports of {self._bridge}", row=row)

    def answer(self, header: Row) -> Note:
        """Who asked gets the answer at once: to ARP, or to an echo request."""
        field = "arp_op" if "sha" in header else "icmp"
        steps = [one for one in self._trace["steps"] if any(field in change["field"] for change in one["changes"])]
        who = f"{self._bridge} of {self._node}"
        if "sha" in header:
            note = self._note(f"{who} answers in its place", steps[-1] if steps else None, "answered")
            return note._replace(mechanism="arp", row={**(note.row or {}), "mac": header["sha"]})
        flow = self._names.of(steps[-1]) if steps else None
        recipient = flow["datapath"] if flow else who
        step = steps[-1] if steps else None
        note = self._note(f"delivered to {recipient}: {who} answers", step, "delivered", self._all_passed)
        return note._replace(recipient=recipient)

    def end(self, result: Result, unwanted: bool) -> Note:
        """Nothing left: a controller was asked, or the packet is dropped; ``unwanted`` is a copy that nobody misses."""
        for cookie in result.controllers:
            row = self._names.by_cookie(cookie)
            by = f"{row['stage']} of {row['datapath']}" if row else f"a flow with the cookie {cookie:#x}"
            text = f"{by} gives it to the controller, which alone knows what becomes of it"
            source = f"logical flow of {row['datapath']}" if row else f"OpenFlow of {self._bridge}"
            note = Note("openvswitch", text, self._bridge, source=source, row=row, verdict="controller")
            return note._replace(passes=self._all_passed)
        tables = [step for step in self._trace["steps"] if step["kind"] == "table"]
        step = tables[-1] if tables else None
        flow = self._names.of(step) if step else None
        if step and flow:
            text = f"{flow['stage']} of {flow['datapath']} drops it: {flow['match']}"
            return self._note(text, step, "dropped", self._all_passed)
        remark = "".join(f": {text}" for text in _remark(tables))
        where = f"{_contiv.called(step['datapath'], step['table'])} of {step['datapath']}" if step else self._bridge
        text = f"{where} drops it{remark}"
        return self._note(text, step, IGNORED if unwanted else "dropped")


_TOLD_APART = ("ct", "tnl_push")
_OUTPUT = "reg15"  # OVN's logical output port (ovn-architecture(7))


def is_pushed(events: tuple[Event, ...]) -> bool:
    """Whether the last change has put a tunnel's header around the packet."""
    return bool(events) and events[-1].action["action"] == "tnl_push"


def _translated(event: Event) -> Note:
    action, packet = event.action, event.packet
    text = f"is sent from {socket_address(packet.source, packet.source_port)} instead"
    if action["nat"]["type"] == "dst":
        text = f"is sent to {socket_address(packet.destination, packet.destination_port)} instead"
    zone = action.get("zone", 0)
    return Note(
        "nat", f"{text}, as conntrack remembers in zone {zone}", source=f"conntrack zone {zone}", row=dict(action)
    )


def _remark(steps: Sequence[Row]) -> list[str]:
    """What Open vSwitch says of the last step, if anything."""
    return [text for step in steps[-1:] for text in step["notes"][-1:]]


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
