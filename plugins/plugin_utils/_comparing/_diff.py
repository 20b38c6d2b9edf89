# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""What is different in a lab after something was done: two state documents compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from itertools import zip_longest
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._comparing._fields import Difference, Row, differences
from ansible_collections.packetwalk.labs.plugins.plugin_utils._comparing._kind import Kind
from ansible_collections.packetwalk.labs.plugins.plugin_utils._comparing._kinds import OBJECTS, ROOTS
from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import show
from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import Unknown

ACTIONS = ("created", "removed", "changed", "unknown")

# Counters, numbers that the kernel gives to whatever was opened last, and time that is left to elements of nft sets.
_VOLATILE_FIELDS = frozenset({"packets", "bytes", "inode", "expires"})

_LONGEST_DETAIL = 300


class UnknownObject(ValueError):
    """A name or pattern that no kind of object has; the message is one sentence for the user."""


@dataclass(frozen=True)
class Change:
    """One object that is new, gone or different, or that could not be compared.

    * ``node``: null for what a control plane says of the whole lab.
    * ``namespace``: network namespace that the object is in; null when it is in none.
    * ``name``: null when there is only one in its place, and when all objects of a kind are meant.
    * ``before``, ``after``: rows of the state; null where there is none.
    * ``fields``: what differs, as paths such as ``vxlan.vni``.
    * ``text``: one sentence without a full stop; ``detail`` is what it says after the name.
    """

    node: str | None
    namespace: str | None
    object: str
    name: str | None
    action: str
    before: Row | None
    after: Row | None
    fields: Sequence[str]
    text: str
    detail: str

    @property
    def subject(self) -> str:
        return f"{self.object} {self.name}" if self.name else self.object

    def as_dict(self) -> dict[str, Any]:
        return {
            "node": self.node,
            "namespace": self.namespace,
            "object": self.object,
            "name": self.name,
            "action": self.action,
            "before": self.before,
            "after": self.after,
            "fields": list(self.fields),
            "text": self.text,
        }


def state_diff(before: Row, after: Row, objects: Iterable[str] = ("*",), volatile: bool = False) -> list[Change]:
    """Changes from one state document to another, by node, namespace (the host's first), kind and name.

    * ``objects``: shell patterns of the kinds to tell about. What is in something new or gone is told with it.
    * ``volatile``: also tell what changes by itself, such as counters and learned addresses.

    What is unknown on both sides for the same reason is no change, but a whole node that could not be read is told.
    Raises UnknownObject for a pattern that matches no kind.
    """
    patterns = list(objects)
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in OBJECTS):
            raise UnknownObject(f"There is no kind of object {pattern}; the kinds are {', '.join(OBJECTS)}.")
    found = [change for kind in ROOTS for change in _Comparison(volatile).of_kind(kind, before, after, _Place())]
    chosen = [change for change in found if any(fnmatchcase(change.object, pattern) for pattern in patterns)]
    return sorted(chosen, key=_order)


def summary(changes: Iterable[Change]) -> dict[str, int]:
    """How many changes have each action; all four are always there."""
    counts = dict.fromkeys(ACTIONS, 0)
    for change in changes:
        counts[change.action] += 1
    return counts


def _order(change: Change) -> tuple[Any, ...]:
    namespace = change.namespace
    rank = 0 if namespace == "host" else 1 if namespace is None else 2
    return (
        (change.node is None, change.node or ""),
        (rank, namespace or ""),
        OBJECTS.index(change.object),
        change.name or "",
        ACTIONS.index(change.action),
    )


@dataclass(frozen=True)
class _Place:
    node: str | None = None
    namespace: str | None = None
    inside: str | None = None  # of which object

    def within(self, kind: Kind, name: str) -> _Place:
        if kind.place:
            return replace(self, **{kind.place: name}, inside=None)
        return replace(self, inside=name or self.inside)

    def change(
        self,
        kind: Kind,
        name: str | None,
        action: str,
        detail: str,
        before: Row | None = None,
        after: Row | None = None,
        fields: Sequence[str] = (),
    ) -> Change:
        node = name if kind.place == "node" else self.node
        where = "/".join(part for part in (node or "lab", self.namespace) if part not in (None, "host"))
        verb = None if action == "unknown" else action
        usual = f"{where}: {' '.join(part for part in (verb, kind.object, name) if part)}{detail}"
        text = kind.sentences[action].format(name=name, detail=detail) if action in kind.sentences else usual
        return Change(node, self.namespace, kind.object, name or None, action, before, after, fields, text, detail)


@dataclass(frozen=True)
class _Comparison:
    volatile: bool

    @property
    def ignored(self) -> frozenset[str]:
        return frozenset() if self.volatile else _VOLATILE_FIELDS

    def of_kind(self, kind: Kind, before: Row, after: Row, place: _Place) -> Iterator[Change]:
        """Changes of all objects of a kind inside of two rows of the kind above."""
        sides = _side(kind, before), _side(kind, after)
        if any(isinstance(side, Unknown) for side in sides):
            reasons = [str(side) if isinstance(side, Unknown) else None for side in sides]
            if reasons[0] != reasons[1]:
                known = next((side for side in sides if not isinstance(side, Unknown)), None)
                whose = f" of {place.inside}" if place.inside else ""
                yield place.change(kind, None, "unknown", f"{whose}{_uncompared(reasons, _listing(kind, known))}")
            return
        old, new = (_by_name(side) for side in sides)
        for name in sorted({*old, *new}):
            for pair in _paired(old.get(name, []), new.get(name, []), self._differ(kind)):
                yield from self.of_row(kind, name, pair, (before, after), place)

    def of_row(
        self, kind: Kind, name: str, rows: tuple[Row | None, Row | None], above: tuple[Row, Row], place: _Place
    ) -> Iterator[Change]:
        """Changes of one object and of what is in it."""
        before, after = rows
        if not self.volatile and all(row is None or kind.fleeting(row, *above) for row in rows):
            return
        if before is None or after is None:
            action, row = ("removed", before) if after is None else ("created", after)
            told = kind.detail(row) if row is not None else ""
            yield place.change(kind, name, action, f" ({told})" if told else "", before, after)
            return
        reasons = [kind.reason(before), kind.reason(after)]
        if any(reasons):
            yield place.change(kind, name, "unknown", _uncompared(reasons), before, after)
            return
        found = self._differ(kind)(before, after)
        changed = [difference for difference in found if difference.reason is None]
        unsure = [difference for difference in found if difference.reason is not None]
        for action, told_of, detail in (("changed", changed, _listed(changed)), ("unknown", unsure, _unsure(unsure))):
            if told_of:
                names = [difference.field for difference in told_of]
                yield place.change(kind, name, action, detail, before, after, names)
        for child in kind.children:
            yield from self.of_kind(child, before, after, place.within(kind, name))

    def _differ(self, kind: Kind) -> Callable[[Row, Row], list[Difference]]:
        return lambda before, after: [
            *differences(before, after, kind.parts, self.ignored),
            *kind.more(before, after),
        ]


def _side(kind: Kind, above: Row) -> list[tuple[str, Row]] | Unknown:
    try:
        return list(kind.rows(above))
    except Unknown as unknown:
        return unknown


def _by_name(rows: Any) -> dict[str, list[Row]]:
    named: dict[str, list[Row]] = {}
    for name, row in rows:
        named.setdefault(name, []).append(row)
    return named


def _paired(
    before: Sequence[Row], after: Sequence[Row], differ: Callable[[Row, Row], list[Any]]
) -> Iterator[tuple[Row | None, Row | None]]:
    """Rows of the same name: equal ones are the same one, the others in their order."""
    left, alone = list(after), []
    for row in before:
        twin = next((number for number, other in enumerate(left) if not differ(row, other)), None)
        if twin is None:
            alone.append(row)
        else:
            yield row, left.pop(twin)
    yield from zip_longest(alone, left)


def _uncompared(reasons: Sequence[str | None], known: str = "") -> str:
    """What a sentence says when ``reasons`` tell why the sides before and after are unknown."""
    if reasons[0] == reasons[1]:
        return f" could not be compared: {reasons[0]}"
    sides = [
        f"unknown {side} ({reason})" if reason else f"{side}: {known}" if known else f"known {side}"
        for side, reason in zip(("before", "after"), reasons)
    ]
    return f" could not be compared: {'; '.join(sides)}"


def _listed(found: Iterable[Difference]) -> str:
    return _short(f": {', '.join(map(str, found))}")


def _unsure(found: Iterable[Difference]) -> str:
    told = (f"{difference.field} could not be compared: {difference.reason}" for difference in found)
    return f": {'; '.join(told)}"


def _listing(kind: Kind, rows: Any) -> str:
    """The side that is known where the other is not."""
    return "" if rows is None else _short(show([name or kind.detail(row) for name, row in rows]))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_DETAIL else f"{text[: _LONGEST_DETAIL - 3]}..."
