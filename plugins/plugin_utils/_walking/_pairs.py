# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Veth pairs between nodes: containers of one machine, each of which sees one end.

An end has its own index and that of the other one, in whatever namespace that is (IFLA_LINK of linux/if_link.h).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

from ansible_collections.packetwalk.labs.plugins.module_utils._planning._link_ends import mark_of

Row = dict[str, Any]


class End(NamedTuple):
    """A link whose other end is not on its node, with the node and the namespace it is in."""

    node: str
    namespace: str
    link: Row

    @property
    def label(self) -> tuple[str, ...]:
        """The words of its alias, which both ends of a pair have, each in its own order."""
        return tuple(sorted(self.link.get("alias", "").split()))


class Pairs:
    """Ends of pairs by what they say of each other."""

    def __init__(self, ends: Iterable[End]) -> None:
        self._ends: dict[tuple[int | None, int | None], list[End]] = defaultdict(list)
        for end in ends:
            self._ends[_indexes(end.link)].append(end)

    def others(self, end: End) -> list[End]:
        """What may be the other end: certain when it is one, unknown when there is none, as of what is no such end.

        Where others have the same two indexes, what has the same alias belongs together.
        """
        index, peer = _indexes(end.link)
        near = self._ends.get((index, peer), [])
        if end not in near:
            return []
        far = [one for one in self._ends.get((peer, index), []) if one.node != end.node]
        if len(near) > 1 or len(far) > 1:
            alike = [one for one in far if one.label == end.label]
            if alike:
                near, far = [one for one in near if one.label == end.label], alike
        return far if len(near) < 2 or not far else far + [one for one in near if one.link is not end.link]


def _indexes(link: Row) -> tuple[int | None, int | None]:
    return link["index"], (link.get("peer") or {}).get("index")


def other_by_mark(link: Row) -> str | None:
    """What ``packetwalk.labs.link`` calls the other end of a pair that it made; null of others, as of Docker's."""
    mark = mark_of(link.get("alias", ""))
    return mark.other if mark and mark.relation == "to" else None
