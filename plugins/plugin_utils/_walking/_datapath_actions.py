# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""The datapath actions of a trace, carried out on a packet: how it changes, and where copies of it leave.

The actions are those of ``ovs-actions(7)`` and lib/odp-util.c of Open vSwitch, as ``_parsing/_datapath_flow.py`` gives
them. conntrack knows nothing of the packet, as it is the first one of its connection.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import Unknown
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking import _tunnel_headers
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._packet import Packet

Row = Mapping[str, Any]

_ETHERNET_BYTES = 14


class Event(NamedTuple):
    """A change: the packet after it, the action, and the pass through the switch that it is of."""

    packet: Packet
    action: Row
    recirculation: int


class Exit(NamedTuple):
    """A copy of the packet that leaves.

    * ``port``: row of the trace's ``outputs``; None for a packet of a tunnel that ends here.
    * ``answer``: where the packet was made the answer to itself, the header of that (ARP or ICMP), else None.
    * ``tunnel``: of ``set(tunnel(...))`` or ``tnl_push``, whose header is around the packet already.
    """

    packet: Packet
    events: tuple[Event, ...]
    port: Row | None
    answer: Row | None
    tunnel: Row | None


class Result(NamedTuple):
    """``events``: the changes until the end of the last pass. ``controller``: cookies of rules that asked for one."""

    exits: list[Exit]
    events: tuple[Event, ...]
    controllers: list[int]


class _State(NamedTuple):
    packet: Packet
    recirculation: int = 0
    events: tuple[Event, ...] = ()
    answer: Row | None = None
    tunnel: Row | None = None

    def changed(self, packet: Packet, action: Row) -> _State:
        return self._replace(packet=packet, events=(*self.events, Event(packet, action, self.recirculation)))


def carry_out(trace: Row, packet: Packet) -> Result:
    """What the actions of all passes make of a packet. Raises Unknown where that cannot be told."""
    run = _Run(trace)
    run.resume(0, _State(packet))
    return Result(run.exits, run.events, run.controllers)


class _Run:
    def __init__(self, trace: Row) -> None:
        self._passes = list(trace["recirculations"])
        self._outputs: Sequence[Row] = trace["outputs"]
        self.exits: list[Exit] = []
        self.events: tuple[Event, ...] = ()
        self.controllers: list[int] = []

    def resume(self, identifier: int, state: _State) -> None:
        """The pass of that number; of several in the order of the trace."""
        one = next((one for one in self._passes if one["id"] == identifier), None)
        if one is None:
            raise Unknown(f"the trace ends before recirc({identifier:#x})")
        self._passes.remove(one)
        _require_translation(one["flow"], state.packet)
        state = self.carry_out(one["datapath_actions"], state._replace(recirculation=identifier))
        self.events = max(self.events, state.events, key=len)

    def carry_out(self, actions: Sequence[Row], state: _State) -> _State:
        for action in actions:
            do = _ACTIONS.get(action["action"])
            if do is None:
                raise Unknown(f"what the action {action['action']} of the datapath does")
            state = do(self, action, state)
        return state

    def output(self, action: Row, state: _State) -> _State:
        here = (state.recirculation, action["port"])
        rows = [row for row in self._outputs if (row["recirculation"], row["port"]) == here]
        if not rows:
            raise Unknown(f"which port {action['port']} of the datapath is")
        # Tunnels of a kind share a port.
        end = (state.tunnel or {}).get("dst")
        row = next((row for row in rows if (row["tunnel"] or {}).get("dst") == end), rows[0])
        self.exits.append(Exit(state.packet, state.events, row, state.answer, state.tunnel))
        return state


def _require_translation(flow: Row, packet: Packet) -> None:
    """Older traces go on with the addresses as they were before conntrack translated them."""
    for key, address in (("nw_src", packet.source), ("nw_dst", packet.destination)):
        if packet.protocol != "arp" and address and flow.get(key, address) != address:
            raise Unknown(f"its traces do not follow address translation: {key} is {flow[key]} and not {address}")


def _set(run: _Run, action: Row, state: _State) -> _State:
    for header, values in action.items():
        if header == "action":
            continue
        if header == "tunnel":
            state = state._replace(tunnel=values)
        elif header in _REPLIES and values.get(_REPLIES[header][0]) == _REPLIES[header][1]:
            state = state._replace(answer=values)
        elif header in _FIELDS:
            fields = {_FIELDS[header][key]: _whole(value) for key, value in values.items() if key in _FIELDS[header]}
            if fields:
                state = state.changed(state.packet.changed(**fields), action)
        elif header not in _UNSEEN:
            raise Unknown(f"what set({header}) of the datapath does")
    return state


def _whole(value: Any) -> Any:
    if isinstance(value, Mapping) or "/" in str(value):
        raise Unknown("an action of the datapath sets a part of a field")
    return value


# RFC 826, 792 and 4443.
_REPLIES = {"arp": ("op", 2), "icmp": ("type", 0), "icmpv6": ("type", 129)}
_FIELDS: dict[str, dict[str, str]] = {
    "eth": {"src": "source_mac", "dst": "destination_mac"},
    "ipv4": {"src": "source", "dst": "destination", "ttl": "ttl"},
    "ipv6": {"src": "source", "dst": "destination", "hlimit": "ttl"},
    "tcp": {"src": "source_port", "dst": "destination_port"},
    "udp": {"src": "source_port", "dst": "destination_port"},
}
# Nothing that a walk looks at.
_UNSEEN = ("skb_priority", "skb_mark", "ct_mark", "ct_label")


def _track(run: _Run, action: Row, state: _State) -> _State:
    translation = action.get("nat") or {}
    addresses = translation.get("addrs")
    if not addresses:
        return state
    if addresses["start"] != addresses["end"]:
        raise Unknown(f"which address from {addresses['start']} to {addresses['end']} conntrack takes")
    ports = translation.get("ports") or {"start": None, "end": None}
    if ports["start"] != ports["end"]:
        raise Unknown(f"which port from {ports['start']} to {ports['end']} conntrack takes")
    side = {"src": "source", "dst": "destination"}[translation["type"]]
    fields = {side: addresses["start"], **({f"{side}_port": ports["start"]} if ports["start"] else {})}
    return state.changed(state.packet.changed(**fields), action)


def _recirculate(run: _Run, action: Row, state: _State) -> _State:
    run.resume(action["value"], state)
    return state


def _clone(run: _Run, action: Row, state: _State) -> _State:
    run.carry_out(action["actions"], state)
    return state


def _check_length(run: _Run, action: Row, state: _State) -> _State:
    longer = state.packet.size_bytes + _ETHERNET_BYTES > action["size"]
    return run.carry_out(action["gt" if longer else "le"], state)


def _push_header(run: _Run, action: Row, state: _State) -> _State:
    outer = _tunnel_headers.pushed(state.packet, action["header"])
    return state.changed(outer, action)._replace(tunnel={"dst": outer.destination})


def _pop_header(run: _Run, action: Row, state: _State) -> _State:
    run.exits.append(Exit(state.packet, state.events, None, None, None))
    return state


def _push_tag(run: _Run, action: Row, state: _State) -> _State:
    return state.changed(state.packet.changed(vlans=(action["vid"], *state.packet.vlans)), action)


def _pop_tag(run: _Run, action: Row, state: _State) -> _State:
    return state.changed(state.packet.changed(vlans=state.packet.vlans[1:]), action)


def _to_userspace(run: _Run, action: Row, state: _State) -> _State:
    if "controller" in action:
        run.controllers.append(action["controller"].get("rule_cookie", 0))
    return state


def _nothing(run: _Run, action: Row, state: _State) -> _State:
    return state


_ACTIONS: dict[str, Callable[[_Run, Row, _State], _State]] = {
    "check_pkt_len": _check_length,
    "clone": _clone,
    "ct": _track,
    "ct_clear": _nothing,
    "drop": _nothing,
    "hash": _nothing,
    "meter": _nothing,
    "output": _Run.output,
    "pop_vlan": _pop_tag,
    "push_vlan": _push_tag,
    "recirc": _recirculate,
    "sample": _nothing,
    "set": _set,
    "tnl_pop": _pop_header,
    "tnl_push": _push_header,
    "userspace": _to_userspace,
}
