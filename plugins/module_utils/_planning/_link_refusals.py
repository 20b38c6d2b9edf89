# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Why links cannot be as they are wanted, as one sentence each, without touching what is not the lab's."""

from __future__ import annotations

from typing import Iterable, Iterator, Mapping, Sequence

from ansible_collections.packetwalk.labs.plugins.module_utils._planning._link_ends import (
    HOST,
    MACHINE,
    End,
    Link,
    Mark,
    Place,
    used_twice,
)
from ansible_collections.packetwalk.labs.plugins.module_utils._planning._link_operations import Interface
from ansible_collections.packetwalk.labs.plugins.module_utils._planning._link_view import View


def missing(view: View, links: Sequence[Link]) -> Iterator[str]:
    """Places and bridges that are not there, and those that are two names of one."""
    present = view.present
    ends = [(link, end) for link in links for end in link.ends]
    places = [place for _link, end in ends for place in (end.place, Place(end.place.switch, HOST))]
    yield from dict.fromkeys(present.missing[place] for place in places if place in present.missing)
    yield from used_twice(
        (link, (present.namespaces[end.place], end.name), end.label)
        for link, end in ends
        if end.place in present.namespaces
    )
    for name in dict.fromkeys(end.bridge for _link, end in ends if end.bridge is not None):
        bridge = view.named.get((present.namespaces[MACHINE], name))
        if bridge is None:
            yield f"There is no bridge {name}."
        elif bridge.kind != "bridge":
            yield f"{name} is not a bridge of the kernel."


def taken(
    view: View, links: Sequence[Link], held: Mapping[End, Interface], movable: Iterable[Interface]
) -> Iterator[str]:
    """Ports where something else is that will not go away, and interfaces that Docker did not make."""
    movable = set(movable)
    for end in (end for link in links for end in link.ends):
        there = view.at(end)
        if there is not None and there not in movable:
            mark = view.mark(there)
            owner = f"is of lab {mark.lab}" if mark and mark.lab != view.lab else f"was not made for lab {view.lab}"
            yield f"{end.label} is an interface that {owner}."
        elif end.interface is not None and end not in held and end.place in view.present.namespaces:
            yield f"{end.place.switch} has no interface {end.interface}. Connect the container to a network first."


def unconnected(view: View, links: Sequence[Link], held: Mapping[End, Interface]) -> Iterator[str]:
    """Interfaces of different networks: it is easily mistaken which of them is eth1."""
    for link in links:
        peers = [view.peer(held[end]) for end in link.ends if end in held] if link.is_taken else []
        networks = list(dict.fromkeys(peer.master for peer in peers if peer is not None and peer.master is not None))
        if len(networks) > 1:
            yield f"Link {link.number}: its interfaces are not on one network, but on bridges {' and '.join(networks)}."


def unreturnable(view: View, unwanted: Iterable[tuple[Interface, Mark]]) -> Iterator[str]:
    """Interfaces that Docker made and that cannot go back to where they were."""
    for interface, mark in unwanted:
        if mark.relation == "from":
            home = view.present.homes.get(interface.namespace)
            if home is None:
                yield f"{mark.end} cannot be given back as {mark.other}: its container was not found."
            elif view.named.get((home, mark.other), interface) != interface:
                yield f"{mark.end} cannot be given back as {mark.other}: its container has another {mark.other}."
