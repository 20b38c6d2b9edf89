# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""What to do so that links are as they are wanted: from the interfaces that are there to operations, in their order.

After each operation the aliases still tell what belongs to which link of the lab, so that whatever ends half-way is
carried on by the next run.
"""

from __future__ import annotations

import itertools
from typing import Any, Iterable, Iterator, Mapping, NamedTuple, Sequence

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._netem import Netem
from ansible_collections.packetwalk.labs.plugins.module_utils._planning import _link_refusals
from ansible_collections.packetwalk.labs.plugins.module_utils._planning._link_ends import (
    End,
    Link,
    Mark,
    Refused,
    mark_of,
    marks,
)
from ansible_collections.packetwalk.labs.plugins.module_utils._planning._link_operations import (
    Change,
    Create,
    Delete,
    Impair,
    Interface,
    Operation,
    Present,
)
from ansible_collections.packetwalk.labs.plugins.module_utils._planning._link_view import View


class Outcome(NamedTuple):
    """What becomes of a link.

    * ``ends``: what people call them; ``lost``: the addresses that each of them loses.
    * ``action``: one of the words that the module documents.
    * ``before`` and ``after``: lines that can be compared.
    """

    ends: tuple[str, ...]
    action: str
    lost: tuple[tuple[str, ...], ...]
    before: str
    after: str


class Plan(NamedTuple):
    """Operations in their order; outcomes of the wanted links in their order, and then of those that are not wanted."""

    operations: list[Operation]
    outcomes: list[Outcome]


class _Move(NamedTuple):
    interface: Interface
    change: Change


def wiring(lab: str, links: Sequence[Link], only: bool, present: Present) -> Plan:
    """Return how links become what they shall be; with ``only`` the others of the lab go.

    Raises ``Refused`` where that cannot be done without touching what is not the lab's.
    """
    view = View(lab, present)
    held = _held(view, links)
    in_place = {view.at(end) for link in links for end in link.ends}
    in_use = set(held.values())
    unwanted = [
        (interface, mark)
        for interface, mark in view.of_lab()
        if interface not in in_use
        and view.peer(interface) not in in_use
        and (only or not in_place.isdisjoint(view.both(interface)))
    ]
    leaving = {each for interface, mark in unwanted if not mark.adopted for each in view.both(interface)}
    placeholders = view.placeholders(links)
    leaving |= {interface for _link, interface in placeholders}
    problems = [
        *_link_refusals.missing(view, links),
        *_link_refusals.taken(view, links, held, in_use | leaving),
        *_link_refusals.unconnected(view, links, held),
        *_link_refusals.unreturnable(view, unwanted),
    ]
    if problems:
        raise Refused(problems)
    removed, removals = _removals(view, unwanted)
    removed += [Delete(link.text, interface.namespace, interface.ifindex) for link, interface in placeholders]
    free_ifindex = itertools.count(max((interface.ifindex for interface in present.interfaces), default=0) + 1)
    moves: list[_Move] = []
    creations: list[Operation] = []
    changes: list[Operation] = []
    outcomes = []
    for link in links:
        if link.ends[0] in held:
            outcome = _kept(view, link, held, moves, changes)
        else:
            outcome = _created(view, link, free_ifindex, creations)
        impairing = [] if link.netem is not None and not present.netem else list(_impairing(view, link, held))
        if impairing and outcome.action == "unchanged":
            outcome = outcome._replace(action="changed")
        changes += impairing
        outcomes.append(outcome)
    occupied = (view.named.keys() - {(each.namespace, each.name) for each in leaving}) | {
        (present.homes[interface.namespace], mark.other) for interface, mark in unwanted if mark.relation == "from"
    }
    return Plan([*removed, *_ordered(moves, occupied), *creations, *changes], outcomes + removals)


def removal(lab: str, links: Sequence[Link] | None, present: Present) -> Plan:
    """Return how links of the lab go, all of them where none are given. Raises ``Refused``."""
    view = View(lab, present)
    named = None if links is None else {mark for link in links for mark in marks(lab, link)}
    unwanted = [
        (interface, mark) for interface, mark in view.of_lab() if named is None or mark._replace(adopted=False) in named
    ]
    problems = list(_link_refusals.unreturnable(view, unwanted))
    if problems:
        raise Refused(problems)
    return Plan(*_removals(view, unwanted))


def report(links: Sequence[Link], plan: Plan, present: Present, is_done: bool) -> list[dict[str, Any]]:
    """Return what the module returns of each link: what became of it, and the indices of its ends.

    ``present`` is what is there now; ``is_done`` says whether that is after the operations.
    """
    named = {(interface.namespace, interface.name): interface for interface in present.interfaces}
    rows = []
    for outcome, link in itertools.zip_longest(plan.outcomes, links):
        is_there = link is not None and (is_done or outcome.action not in ("created", "moved"))
        ends = []
        for position, (name, lost) in enumerate(zip(outcome.ends, outcome.lost)):
            end = link.ends[position] if is_there else None
            found = None if end is None else named.get((present.namespaces[end.place], end.name))
            ends.append(
                {
                    "name": name,
                    "index": found and found.ifindex,
                    "peer_index": found and found.peer_ifindex,
                    "addresses_lost": list(lost),
                }
            )
        rows.append({"action": outcome.action, "ends": ends})
    return rows


def _held(view: View, links: Sequence[Link]) -> dict[End, Interface]:
    """Return which interface is, or becomes, which end. The ends of a link that is not there yet have none."""
    held: dict[End, Interface] = {}
    for link in links:
        if link.is_taken:
            for end, mark in zip(link.ends, marks(view.lab, link)):
                interface = view.marked(mark) or view.source(end)
                if interface is not None:
                    held[end] = interface
    # The last two keep what one end has, such as its addresses, and move the other one.
    for find in (_in_place, _by_mark, _first_in_place, _second_in_place):
        in_use = set(held.values())
        for link in links:
            if not link.is_taken and link.ends[0] not in held:
                pair = find(view, link)
                if pair is not None and in_use.isdisjoint(pair):
                    held.update(zip(link.ends, pair))
                    in_use.update(pair)
    return held


def _in_place(view: View, link: Link) -> tuple[Interface, Interface] | None:
    one, other = view.at(link.ends[0]), view.at(link.ends[1])
    if one is None or other is None or view.peer(one) != other:
        return None
    # Without marks it was made by somebody else, and is adopted.
    found = [mark for mark in (view.mark(one), view.mark(other)) if mark is not None]
    return (one, other) if all(mark.lab == view.lab and mark.relation == "to" for mark in found) else None


def _by_mark(view: View, link: Link) -> tuple[Interface, Interface] | None:
    one, other = (view.marked(mark) for mark in marks(view.lab, link))
    return _with_peer(view, one, other)


def _first_in_place(view: View, link: Link) -> tuple[Interface, Interface] | None:
    return _with_peer(view, view.at(link.ends[0]), None)


def _second_in_place(view: View, link: Link) -> tuple[Interface, Interface] | None:
    return _with_peer(view, None, view.at(link.ends[1]))


def _with_peer(view: View, one: Interface | None, other: Interface | None) -> tuple[Interface, Interface] | None:
    """Return a pair of the lab of which one end at least is given."""
    known = one or other
    peer = None if known is None else view.peer(known)
    if known is None or peer is None:
        return None
    mark = view.mark(known)
    if mark is None or mark.lab != view.lab or mark.relation != "to":
        return None
    return (known, peer) if known is one else (peer, known)


def _removals(view: View, unwanted: Iterable[tuple[Interface, Mark]]) -> tuple[list[Operation], list[Outcome]]:
    operations: list[Operation] = []
    outcomes = []
    for interface, mark in unwanted:
        text = f"{mark.end} {mark.relation} {mark.other}"
        ends = [mark.end] if mark.relation == "from" else [mark.end, mark.other]
        action = "released"
        lost: list[tuple[str, ...]] = [() for _end in ends]
        if mark.relation == "from":
            home = view.present.homes[interface.namespace]
            target = None if home == interface.namespace else home
            operations.append(
                Change(text, interface.namespace, interface.ifindex, target, name=mark.other, alias="", up=True)
            )
            lost = [interface.addresses]
        elif mark.adopted:
            for each in view.both(interface):
                operations.append(Change(text, each.namespace, each.ifindex, alias=""))
        else:
            action = "removed"
            operations.append(Delete(text, interface.namespace, interface.ifindex))
            lost = [each.addresses for each in view.both(interface)]
        before = "\n".join([text, f"    lab: {mark.lab}", ""])
        outcomes.append(Outcome(tuple(ends), action, tuple(lost), before, ""))
    return operations, outcomes


def _created(view: View, link: Link, free_ifindex: Iterator[int], creations: list[Operation]) -> Outcome:
    changes = [
        Change(
            link.text,
            view.present.namespaces[end.place],
            # Not left to the kernel, so that no two ends of a machine's links have the same one: who reads the index
            # of a peer needs not know the namespace that it counts in.
            next(free_ifindex),
            alias=mark.text,
            master=None if end.bridge is None else view.ifindex(end.bridge),
            up=True,
        )
        for end, mark in zip(link.ends, marks(view.lab, link))
    ]
    first, second = ((change.namespace, change.ifindex, end.name) for change, end in zip(changes, link.ends))
    creations += [Create(link.text, first, second, link.mtu_bytes, changes[0]), changes[1]]
    return Outcome(tuple(end.label for end in link.ends), "created", ((), ()), "", _wanted_text(view, link))


def _kept(
    view: View,
    link: Link,
    held: Mapping[End, Interface],
    moves: list[_Move],
    changes: list[Operation],
) -> Outcome:
    interfaces = [held[end] for end in link.ends]
    bearer = view.mark(interfaces[0])
    wanted = marks(view.lab, link, adopted=bearer is None or bearer.adopted)
    action = "unchanged"
    lost = []
    for end, interface, mark in zip(link.ends, interfaces, wanted):
        change = _change(view, link, end, interface, mark)
        is_moved = change.target is not None or change.name is not None
        lost.append(_lost(interface, change))
        if is_moved:
            moves.append(_Move(interface, change))
            action = "moved"
        elif change != Change(link.text, interface.namespace, interface.ifindex):
            changes.append(change)
            action = "changed" if action == "unchanged" else action
    if bearer is None and not link.is_taken:
        action = "adopted"
    return Outcome(
        tuple(end.label for end in link.ends),
        action,
        tuple(lost),
        _present_text(view, link, interfaces, bearer),
        _wanted_text(view, link),
    )


def _change(view: View, link: Link, end: End, interface: Interface, mark: Mark) -> Change:
    target = view.present.namespaces[end.place]
    change = Change(link.text, interface.namespace, interface.ifindex)
    if interface.namespace != target:
        # The name is told again: a move under a name that is in use there takes place, and the name is changed then.
        change = change._replace(target=target, name=end.name, up=True)
    elif interface.name != end.name:
        change = change._replace(name=end.name, up=interface.up)
    own = mark_of(interface.alias)
    if interface.alias != mark.text:
        # Up or down is nobody's decision yet. Later it is that of who configures the switch.
        change = change._replace(alias=mark.text, up=True if own is None else change.up)
    if link.mtu_bytes not in (None, interface.mtu_bytes):
        change = change._replace(mtu_bytes=link.mtu_bytes)
    if end.bridge is not None:
        if change.target is not None or interface.master != end.bridge:
            change = change._replace(master=view.ifindex(end.bridge))
    elif own is not None and own.end.startswith("bridge/") and interface.master is not None:
        change = change._replace(master=0)
    return change


def _lost(interface: Interface, change: Change) -> tuple[str, ...]:
    """A move takes all addresses away; going down, which a change of the name takes, those of IPv6."""
    if change.target is not None:
        return interface.addresses
    if change.name is not None and interface.up:
        return tuple(address for address in interface.addresses if ":" in address)
    return ()


def _impairing(view: View, link: Link, held: Mapping[End, Interface]) -> Iterator[Operation]:
    for end in link.ends:
        namespace = view.present.namespaces[end.place]
        interface = held.get(end)
        # It does not survive a change of the namespace.
        there = interface.netem if interface is not None and interface.namespace == namespace else None
        if there != link.netem:
            yield Impair(link.text, namespace, end.name, link.netem)


def _ordered(moves: Sequence[_Move], occupied: Iterable[tuple[str, str]]) -> Iterator[Operation]:
    """Yield moves so that each name is free when it is needed; where they go round in a circle one steps aside."""
    pending = list(moves)
    occupied = set(occupied)
    aside: dict[Interface, str] = {}
    while pending:
        free = [
            move for move in pending if (move.change.target or move.change.namespace, move.change.name) not in occupied
        ]
        for move in free:
            interface, change = move
            spot = (change.target or change.namespace, change.name or "")
            if spot not in occupied:
                pending.remove(move)
                occupied.discard((interface.namespace, aside.get(interface, interface.name)))
                occupied.add(spot)
                yield change
        if not free:
            interface, change = pending[0]
            aside[interface] = f"pw-{interface.ifindex}"
            occupied.discard((interface.namespace, interface.name))
            occupied.add((interface.namespace, aside[interface]))
            yield Change(
                change.link,
                interface.namespace,
                interface.ifindex,
                name=aside[interface],
                alias=change.alias,
                up=interface.up,
            )


def _wanted_text(view: View, link: Link) -> str:
    netem = link.netem if view.present.netem else None
    return _text(link.text, view.lab, [end.bridge for end in link.ends], link.mtu_bytes, [netem])


def _present_text(view: View, link: Link, interfaces: Sequence[Interface], mark: Mark | None) -> str:
    names = [view.name(end, interface) for end, interface in zip(link.ends, interfaces)]
    text = link.text if names == [end.label for end in link.ends] else (", " if link.is_taken else " to ").join(names)
    bridges = [each.master for end, each in zip(link.ends, interfaces) if end.bridge is not None]
    mtu_bytes = None if link.mtu_bytes is None else min(each.mtu_bytes for each in interfaces)
    return _text(text, None if mark is None else mark.lab, bridges, mtu_bytes, [each.netem for each in interfaces])


def _text(
    text: str,
    lab: str | None,
    bridges: Sequence[str | None],
    mtu_bytes: int | None,
    netems: Sequence[Netem | None],
) -> str:
    lines = [
        ("lab", lab),
        *(("bridge", bridge) for bridge in bridges),
        ("mtu_bytes", mtu_bytes),
        *(("impairments", netem) for netem in dict.fromkeys(netems)),
    ]
    return "\n".join([text, *(f"    {name}: {value}" for name, value in lines if value is not None), ""])
