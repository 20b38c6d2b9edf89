# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""What two rows of the state document differ in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import show

Row = Mapping[str, Any]

_REASON = "_reason"


@dataclass(frozen=True)
class Difference:
    """One field that differs. ``field`` is a path such as ``vxlan.vni``; ``reason`` is why it is unknown on a side."""

    field: str
    before: Any
    after: Any
    reason: str | None = None

    def __str__(self) -> str:
        if isinstance(self.before, list) and isinstance(self.after, list):
            return f"{self.field} {_of_lists(self.before, self.after)}"
        return f"{self.field} {show(self.before)} -> {show(self.after)}"


def differences(
    before: Row, after: Row, parts: frozenset[str], ignored: frozenset[str], path: str = ""
) -> Iterator[Difference]:
    """Fields of two rows that differ, into dictionaries in them.

    ``parts`` are keys of the rows that are left out, ``ignored`` are keys that are left out at any depth.
    A field that is null on one side with the reason beside it has a ``reason``: nobody knows whether it differs.
    """
    for key in sorted({*before, *after} - parts - ignored):
        if key.endswith(_REASON):
            continue
        old, new = before.get(key), after.get(key)
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            yield from differences(old, new, frozenset(), ignored, f"{path}{key}.")
        elif _without(old, ignored) != _without(new, ignored):
            yield Difference(f"{path}{key}", old, new, _reason(before, key) or _reason(after, key))


def _reason(row: Row, key: str) -> str | None:
    reason = row.get(f"{key}{_REASON}") if row.get(key) is None else None
    return None if reason is None else str(reason)


def _without(value: Any, ignored: frozenset[str]) -> Any:
    if isinstance(value, Mapping):
        return {key: _without(item, ignored) for key, item in value.items() if key not in ignored}
    if isinstance(value, list):
        return [_without(item, ignored) for item in value]
    return value


def _of_lists(before: list[Any], after: list[Any]) -> str:
    """Members that came and went, or both lists where only their order differs."""
    gone = [f"-{show(item)}" for item in before if item not in after]
    come = [f"+{show(item)}" for item in after if item not in before]
    return " ".join(gone + come) or f"{show(before)} -> {show(after)}"
