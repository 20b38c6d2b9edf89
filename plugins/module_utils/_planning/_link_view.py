# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""The interfaces that are there, by all that is asked for when links are planned."""

from __future__ import annotations

from typing import Iterable, Iterator

from ansible_collections.packetwalk.labs.plugins.module_utils._planning._link_ends import (
    HOST,
    MACHINE,
    TAP,
    UNWIRED,
    End,
    Link,
    Mark,
    Place,
    mark_of,
)
from ansible_collections.packetwalk.labs.plugins.module_utils._planning._link_operations import Interface, Present


class View:
    """What is there, by all that is asked for."""

    def __init__(self, lab: str, present: Present) -> None:
        self.lab = lab
        self.present = present
        self.named = {(interface.namespace, interface.name): interface for interface in present.interfaces}
        self._numbered = {(interface.namespace, interface.ifindex): interface for interface in present.interfaces}
        self._marks = {interface: mark_of(interface.alias) for interface in present.interfaces if interface.alias}
        self._marked = {
            mark._replace(adopted=False): interface
            for interface, mark in self._marks.items()
            if mark is not None and mark.lab == lab
        }
        self._taken = {
            (present.homes.get(interface.namespace), mark.other): interface
            for mark, interface in self._marked.items()
            if mark.relation == "from"
        }

    def at(self, end: End) -> Interface | None:
        """Return the interface that is where an end belongs."""
        namespace = self.present.namespaces.get(end.place)
        return None if namespace is None else self.named.get((namespace, end.name))

    def source(self, end: End) -> Interface | None:
        """Return the interface that Docker made for an end, also after it was taken for another one."""
        home = self.present.namespaces.get(Place(end.place.switch, HOST))
        if home is None or end.interface is None:
            return None
        return self._taken.get((home, end.interface)) or self.named.get((home, end.interface))

    def peer(self, interface: Interface) -> Interface | None:
        """Return the other end of a pair."""
        if interface.peer_namespace is None or interface.peer_ifindex is None:
            return None
        return self._numbered.get((interface.peer_namespace, interface.peer_ifindex))

    def marked(self, mark: Mark) -> Interface | None:
        """Return the interface with a mark, whether it was adopted or not."""
        return self._marked.get(mark)

    def mark(self, interface: Interface) -> Mark | None:
        """Return the mark of an interface, which is also that of its peer when the two are a link."""
        own = self._marks.get(interface)
        if own is not None:
            return own
        peer = self.peer(interface)
        of_peer = None if peer is None else self._marks.get(peer)
        return of_peer if of_peer is not None and of_peer.relation == "to" else None

    def placeholders(self, links: Iterable[Link]) -> list[tuple[Link, Interface]]:
        """Return what stands for a port without a link, and is where an end of a link belongs."""
        found = [(link, self.at(end)) for link in links for end in link.ends]
        return [
            (link, there) for link, there in found if there is not None and (there.kind, there.alias) == (TAP, UNWIRED)
        ]

    def both(self, interface: Interface) -> list[Interface]:
        """Return the interfaces that go together with one: it alone where the other end is not ours."""
        mark, peer = self.mark(interface), self.peer(interface)
        return [interface] if peer is None or mark is None or mark.relation == "from" else [interface, peer]

    def of_lab(self) -> Iterator[tuple[Interface, Mark]]:
        """Yield the links of the lab in a fixed order: one end of each, of a switch if there is one, and its mark."""
        seen: set[Interface | None] = set()
        marked = [(mark, interface) for interface, mark in self._marks.items() if mark and mark.lab == self.lab]
        for mark, interface in sorted(marked, key=lambda pair: ("/" in pair[0].end, pair[0])):
            if interface not in seen:
                seen.update((interface, self.peer(interface)))
                yield interface, mark

    def name(self, end: End, interface: Interface) -> str:
        """Return what people call the spot where an interface is that is, or becomes, an end."""
        if interface == self.at(end):
            return end.label
        mark = self._marks.get(interface)
        if mark is not None and mark.end != end.label:
            return mark.end
        place = next((place for place, key in self.present.namespaces.items() if key == interface.namespace), None)
        if place is None:
            return f"{interface.namespace}:{interface.name}"
        return f"{place.switch or 'namespace'}/{place.namespace}:{interface.name}"

    def ifindex(self, name: str) -> int:
        """Return the index of a bridge of the machine."""
        return self.named[self.present.namespaces[MACHINE], name].ifindex
