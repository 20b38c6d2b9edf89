# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""The walk itself: stages one after the other, depth first, until every branch has ended."""

from __future__ import annotations

from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import Unknown
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking import (
    _bridge,
    _devices,
    _encryption,
    _forwarding,
    _local,
    _neighbour,
    _open_vswitch,
    _routing,
    _vxlan,
    _wire,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._hop import (
    Hop,
    Note,
    Place,
    Stage,
    Step,
    Walk,
    undecided,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._packet import Packet
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._world import World

MOST_HOPS = 1000  # of one branch
MOST_BRANCHES = 10_000

STAGES: dict[str, Stage] = {
    "output": _local.output,
    "receive": _devices.receive,
    "bridge": _bridge.bridge,
    "answer": _neighbour.answer,
    "prerouting": _forwarding.prerouting,
    "route_in": _routing.route_in,
    "input": _local.input_,
    "balance_output": _local.balance_output,
    "reroute": _local.reroute,
    "encrypt": _encryption.encrypt,
    "balance_input": _local.balance_input,
    "deliver": _local.deliver,
    "forward": _forwarding.forward,
    "postrouting": _forwarding.postrouting,
    "neighbour": _neighbour.neighbour,
    "transmit": _devices.transmit,
    "macvlan": _devices.macvlan,
    "encapsulate": _vxlan.encapsulate,
    "switch": _open_vswitch.switch,
    "wire": _wire.wire,
}


class Engine:
    """Walks packets through one state; what it finds out about the state is kept for the next walk."""

    def __init__(self, world: World) -> None:
        self.world = world

    def explore(self, place: Place, packet: Packet) -> Walk:
        """The whole walk of a packet from a place."""
        walk = Walk()
        self.extend(walk, None, place, packet)
        return walk

    def extend(self, walk: Walk, parent: Hop | None, place: Place, packet: Packet) -> None:
        """Add the hops of a packet that is at a place after the hop ``parent``."""
        branches = 1
        waiting = [(step, place, packet, parent, 0) for step in reversed(self._steps(place, packet))]
        while waiting:
            step, place, packet, last, depth = waiting.pop()
            for note, after in step.notes:
                last = _add(walk, last, place, note, packet, after, step.copies)
                packet, depth = after, depth + 1
            if step.place is None:
                continue
            place = step.place
            if depth >= MOST_HOPS:
                _add(walk, last, place, _limit(f"it has made {MOST_HOPS} hops"), packet, packet)
                continue
            steps = self._steps(place, packet)
            branches += len(steps) - 1
            if branches > MOST_BRANCHES:
                limit = _limit(f"there are more than {MOST_BRANCHES} branches")
                _add(walk, last, place, limit, packet, packet)
                for _step, before, unchanged, parent, _depth in waiting:
                    _add(walk, parent, before, limit, unchanged, unchanged)
                return
            waiting += [(one, place, packet, last, depth) for one in reversed(steps)]

    def _steps(self, place: Place, packet: Packet) -> list[Step]:
        try:
            return STAGES[place.stage](self, place, packet)
        except Unknown as reason:
            return undecided("limit", f"{place.namespace.where}: {reason}", packet)


def _limit(reason: str) -> Note:
    return Note("limit", f"the walk ends here, as {reason}", verdict="limit")


def _add(
    walk: Walk,
    parent: Hop | None,
    place: Place,
    note: Note,
    packet: Packet,
    after: Packet,
    copies: frozenset[Any] = frozenset(),
) -> Hop:
    namespace = note.namespace or place.namespace
    before = packet if parent else None
    number, all_copies = len(walk.hops) + 1, place.copies | copies
    where = (namespace.node, namespace.name)
    hop = Hop(number, parent, *where, before, after, note, namespace.container, all_copies)
    walk.hops.append(hop)
    return hop
