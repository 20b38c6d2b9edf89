# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""The shape of a walk: which hops follow one, and which of them nobody needs to see."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._reporting._places import place

SCHEMA = 1
IGNORED = "ignored"

Hop = Mapping[str, Any]


class Branches:
    """A walk document (docs/walk.md) as a tree. Raises ValueError for a document that is none."""

    def __init__(self, walk: Mapping[str, Any]) -> None:
        if not isinstance(walk, Mapping) or not isinstance(walk.get("hops"), (list, tuple)):
            raise ValueError("this is no walk document: it has no hops")
        if walk.get("schema", SCHEMA) != SCHEMA:
            raise ValueError(f"the walk document has schema {walk['schema']}, but only schema {SCHEMA} is understood")
        self.hops: list[Hop] = list(walk["hops"])
        self._children: dict[int | None, list[Hop]] = defaultdict(list)
        for hop in self.hops:
            self._children[hop.get("parent")].append(hop)
        # A parent comes before its children, so from the end every hop knows already what follows it.
        self._worth_seeing: set[int | None] = set()
        for hop in reversed(self.hops):
            if hop["number"] in self._worth_seeing or self._leads_nowhere(hop):
                self._worth_seeing.update((hop["number"], hop.get("parent")))

    def after(self, hop: Hop | None) -> tuple[list[Hop], list[Hop]]:
        """The hops to draw after one (after None: the first ones), and the ends of the copies that are ignored."""
        following = self._children[hop["number"] if hop else None]
        if len(following) < 2:
            return following, []
        drawn = [child for child in following if child["number"] in self._worth_seeing]
        folded = [child for child in following if child["number"] not in self._worth_seeing]
        return drawn, [end for child in folded for end in self._ends(child)]

    def counted(self) -> Counter[str]:
        """How many branches end with each verdict, without copies that are ignored, unless there are no others."""
        verdicts = Counter(hop["verdict"] for hop in self.hops if hop.get("verdict"))
        return Counter({verdict: count for verdict, count in verdicts.items() if verdict != IGNORED}) or verdicts

    def _leads_nowhere(self, hop: Hop) -> bool:
        return not self._children.get(hop["number"]) and hop.get("verdict") != IGNORED

    def _ends(self, hop: Hop) -> Iterator[Hop]:
        waiting = [hop]
        while waiting:
            hop = waiting.pop()
            following = self._children.get(hop["number"])
            if not following:
                yield hop
            waiting.extend(reversed(following or ()))


def place_of(hop: Hop) -> str:
    return place(hop.get("node"), hop.get("namespace"), hop.get("container"))


def folded_line(ends: list[Hop]) -> str:
    """``3 flooded copies ignored: worker1 · lb_1us5hb6oh, ...``."""
    copies = counted(len(ends), "flooded copy", "flooded copies")
    return f"{copies} ignored: {', '.join(dict.fromkeys(map(place_of, ends)))}"


def counted(number: int, noun: str, plural: str) -> str:
    return f"{number} {noun if number == 1 else plural}"
