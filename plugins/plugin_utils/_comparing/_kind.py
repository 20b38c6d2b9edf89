# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""What a kind of objects in a state document is, and how its rows are found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._comparing._fields import Difference, Row
from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import read

Named = Iterable[tuple[str, Row]]


def _nothing(row: Row) -> str:
    return ""


def _never(row: Row, before: Row, after: Row) -> bool:
    return False


@dataclass(frozen=True)
class Kind:
    """One kind of objects.

    * ``rows``: names and rows inside of a row of the kind above. Raises ``Unknown`` when they could not be read.
    * ``detail``: what a sentence says of a row in brackets.
    * ``children``: kinds inside of a row. Those of a row that is new or gone are told with it, not one by one.
    * ``parts``: keys of a row that are no fields of it, because they hold ``children`` or are told elsewhere.
    * ``fleeting``: whether a row comes and goes by itself, given the rows of the kind above before and after.
    * ``reason``: why nothing in a row could be read; null when it could.
    * ``more``: differences of two rows that no field shows.
    * ``place``: what the name of a row is to everything in it, ``node`` or ``namespace``.
    * ``sentences``: by action, where the usual one does not read well.
    """

    object: str
    rows: Callable[[Row], Named]
    detail: Callable[[Row], str] = _nothing
    children: tuple[Kind, ...] = ()
    parts: frozenset[str] = frozenset()
    fleeting: Callable[[Row, Row, Row], bool] = _never
    reason: Callable[[Row], str | None] = lambda row: None
    more: Callable[[Row, Row], Iterator[Difference]] = lambda before, after: iter(())
    place: str | None = None
    sentences: Mapping[str, str] = field(default_factory=dict)


def listed(key: str, name: Callable[[Row], str]) -> Callable[[Row], Named]:
    """Rows of the list at a key."""
    return lambda parent: [(name(row), row) for row in read(parent, key)]


def words(*parts: Any) -> str:
    """Those parts of a name that there are."""
    return " ".join(str(part) for part in parts if part not in (None, ""))
