# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""What a walk consists of: hops in a tree, of which every branch ends in a verdict (docs/walk.md)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._packet import Packet

if TYPE_CHECKING:
    from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._world import Namespace, World

# An ignored copy of a flooded frame says nothing about the walk.
IGNORED = "ignored"


class Place(NamedTuple):
    """Where a packet is, and what the kernel remembers beside it until it leaves the namespace.

    ``stage`` names the function that decides what happens next. ``next_hop`` is the address whose MAC is wanted.
    ``routed_for`` is the mark and the destination with which the route of a packet that is sent here was found.
    ``trail`` is where frames arrived before, by which loops are found.
    ``in_port`` and ``out_port`` are ports of a bridge whose frames netfilter is asked about.
    ``learned`` is what bridges learned from an answer to ARP: the port by node, namespace, bridge and MAC address.
    ``copies`` has something of its own for each time that copies of the frame were sent to several (see ``copied``).
    ``outer`` is the tunnel's packet that a frame came to Open vSwitch in.
    ``source_decided`` and ``destination_decided``: conntrack has settled the translation, so nat chains are not asked.
    """

    stage: str
    namespace: Namespace
    in_device: str | None = None
    out_device: str | None = None
    next_hop: str | None = None
    routed_for: tuple[int, str] | None = None
    ipvs: bool = False
    in_port: str | None = None
    out_port: str | None = None
    source_decided: bool = False
    destination_decided: bool = False
    trail: frozenset[Any] = frozenset()
    copies: frozenset[Any] = frozenset()
    learned: Mapping[Any, str] = {}
    outer: Packet | None = None

    def arriving(self, namespace: Namespace, device: str) -> Place:
        """Where the frame comes in next; conntrack, IPVS and bridges have to see it anew there."""
        return Place("receive", namespace, in_device=device, trail=self.trail, copies=self.copies, learned=self.learned)


class Note(NamedTuple):
    """One thing that happened to a packet, with the row that decided it; it becomes a hop.

    ``namespace`` is only given when it is another one than that of the place where the stage began.
    ``passes`` are logical networks and routers, and further bridges, that Open vSwitch took it through.
    """

    mechanism: str
    text: str
    device: str | None = None
    direction: str | None = None
    source: str | None = None
    row: Any = None
    verdict: str | None = None
    recipient: str | None = None
    namespace: Namespace | None = None
    passes: tuple[str, ...] = ()


class Step(NamedTuple):
    """What a stage makes of a packet: notes, each with the packet after it, and where it is then (null at the end)."""

    notes: list[tuple[Note, Packet]]
    place: Place | None
    copies: frozenset[Any] = frozenset()


class Walker(Protocol):
    """What a stage may use: the state, and a walk of its own to see where another packet would end."""

    world: World

    def explore(self, place: Place, packet: Packet) -> Walk: ...


Stage = Callable[[Walker, Place, Packet], list[Step]]


@dataclass(slots=True)
class Hop:
    """A note with its position in the tree."""

    number: int
    parent: Hop | None
    node: str | None
    namespace: str | None
    before: Packet | None
    after: Packet
    note: Note
    container: str | None = None
    copies: frozenset[Any] = frozenset()

    def as_dict(self) -> dict[str, Any]:
        note = self.note
        evidence = {"node": self.node, "namespace": self.namespace, "source": note.source, "row": note.row}
        return {
            "number": self.number,
            "parent": self.parent.number if self.parent else None,
            "node": self.node,
            "namespace": self.namespace,
            "container": self.container,
            "device": note.device,
            "direction": note.direction,
            "mechanism": note.mechanism,
            "text": note.text,
            "before": self.before.as_dict() if self.before else None,
            "after": self.after.as_dict(),
            "evidence": evidence if note.source else None,
            "verdict": note.verdict,
            "recipient": note.recipient,
            "passes": list(note.passes),
        }


@dataclass(slots=True)
class Walk:
    """All hops, depth first."""

    hops: list[Hop] = field(default_factory=list)

    @property
    def ends(self) -> list[Hop]:
        """The ends that count.

        A bridge that does not know where to sends copies everywhere: of these only the most successful ones count.
        """
        best: dict[Any, int] = {}
        for hop in self.hops:
            for copy in hop.parent.copies - hop.copies if hop.parent else ():
                best[copy] = _TAKEN
        ends = [hop for hop in self.hops if hop.note.verdict]
        for hop in ends:
            for copy in hop.copies:
                best[copy] = max(best.get(copy, 0), _success(hop))
        return [hop for hop in ends if all(_success(hop) == best[copy] for copy in hop.copies)]

    @property
    def verdict(self) -> str:
        """One word for all ends. What nobody takes is dropped."""
        verdicts = {"dropped" if hop.note.verdict == IGNORED else hop.note.verdict for hop in self.ends}
        return str(verdicts.pop()) if len(verdicts) == 1 else "mixed"


def _success(hop: Hop) -> int:
    return _SUCCESS.get(str(hop.note.verdict), 3)


_SUCCESS = {IGNORED: 0, "dropped": 1, "left": 2, "undecided": 2, "controller": 2}
_TAKEN = 4  # by a namespace, where it is no copy any more


def copied(steps: list[Step]) -> list[Step]:
    """Steps that are copies of one frame, sent to all as nobody knows who wants it."""
    if len(steps) < 2:
        return steps
    copy = frozenset([object()])
    return [
        Step(notes, place._replace(copies=place.copies | copy) if place else None, copies | copy)
        for notes, place, copies in steps
    ]


def end(mechanism: str, verdict: str, text: str, packet: Packet, **more: Any) -> list[Step]:
    """The one step of a branch that ends here."""
    return [Step([(Note(mechanism, text, verdict=verdict, **more), packet)], None)]


def undecided(mechanism: str, reason: str, packet: Packet, **more: Any) -> list[Step]:
    return end(mechanism, "undecided", f"cannot decide: {reason}", packet, **more)
