# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""A walk for people at a terminal: a tree of hops that branches only where the packet does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any, NamedTuple

from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import show
from ansible_collections.packetwalk.labs.plugins.plugin_utils._reporting._branches import (
    Branches,
    Hop,
    counted,
    folded_line,
    place_of,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._reporting._layout import (
    REPORT_COLUMNS,
    Line,
    finished,
    mark,
    text_of,
    wrapped,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._reporting._packets import changes
from ansible_collections.packetwalk.labs.plugins.plugin_utils._reporting._places import place
from ansible_collections.packetwalk.labs.plugins.plugin_utils._swarm import short_name

# From here on the change of the packet has a column of its own, on the right.
_WIDE = 120
_LONGEST_ROW = 240


class _Columns(NamedTuple):
    """Widths; that of the changes is 0 where they stand below the text."""

    number: int
    mechanism: int
    device: int
    changes: int
    all: int


def lines(walk: Mapping[str, Any], width: int, only_ascii: bool = False) -> list[Line]:
    """Lines of the tree, each with the verdict that gives it its colour (None for plain text).

    * ``walk``: a walk document (docs/walk.md).
    * ``width``: columns of the terminal.
    * ``only_ascii``: for a terminal that cannot show UTF-8.

    Raises ValueError for a document that is no walk.
    """
    branches = Branches(walk)
    return finished(_report(walk, branches, width), only_ascii)


def text(walk: Mapping[str, Any]) -> str:
    """The same tree as one text without colours."""
    return text_of(lines(walk, REPORT_COLUMNS))


def _report(walk: Mapping[str, Any], branches: Branches, width: int) -> Iterator[Line]:
    for line in wrapped(_headline(walk), width, "  "):
        yield line, walk.get("verdict")
    for line in wrapped(f"lab {walk.get('lab')}, state of {walk.get('taken_at')}", width, "  "):
        yield line, None
    yield "", None
    yield from _tree(branches, _columns(branches.hops, width))
    yield "", None
    for line in wrapped(_totals(walk, branches), width, "  "):
        yield line, walk.get("verdict")


def _totals(walk: Mapping[str, Any], branches: Branches) -> str:
    """``delivered: 2 of 2 branches, 41 hops, 3 nodes``, or ``mixed: 1 delivered and 1 dropped of 2 branches, ...``."""
    verdicts = branches.counted()
    total = sum(verdicts.values())
    each = " and ".join(f"{verdicts[verdict]} {verdict}" for verdict in sorted(verdicts))
    parts = [
        f"{walk.get('verdict')}: {each if len(verdicts) > 1 else total} of {counted(total, 'branch', 'branches')}",
        counted(len(branches.hops), "hop", "hops"),
        counted(len({hop["node"] for hop in branches.hops if hop.get("node")}), "node", "nodes"),
    ]
    return ", ".join(parts)


def _headline(walk: Mapping[str, Any]) -> str:
    start, target = walk.get("from") or {}, walk.get("to") or {}
    name = short_name(start.get("name") or "?")
    address = f" ({start['address']})" if start.get("address") and start["address"] != name else ""
    where = f" on {start['node']}" if start.get("node") else ""
    protocol = f", {target['protocol']}" if target.get("protocol") else ""
    return f"{name}{address}{where} -> {target.get('name') or '?'}{protocol}: {walk.get('verdict')}"


def _columns(hops: Sequence[Hop], width: int) -> _Columns:
    widths = {key: max((len(str(hop.get(key) or "")) for hop in hops), default=0) for key in _LEFT}
    right = 0
    if width >= _WIDE:
        longest = max((len(text) for hop in hops for text in _changes(hop)), default=0)
        right = min(longest, width * 2 // 5)
    return _Columns(widths["number"], widths["mechanism"], widths["device"], right, width)


_LEFT = ("number", "mechanism", "device")


def _changes(hop: Hop) -> list[str]:
    return changes(hop.get("before"), hop.get("after"))


def _tree(branches: Branches, columns: _Columns) -> Iterator[Line]:
    """All hops. A chain goes straight down; only branches get guides, which the hops below them keep."""
    waiting: list[tuple[Hop | None, str, str, str]] = [(None, "", "", "")]
    while waiting:
        hop, here, first, rest = waiting.pop()
        if hop:
            yield from _hop(hop, here, first, rest, columns)
            here = place_of(hop)
        drawn, folded = branches.after(hop)
        if folded:
            for line in wrapped(f"{rest}  {folded_line(folded)}", columns.all, f"{rest}    "):
                yield line, "ignored"
        for child in reversed(drawn):
            own, below = ("", "") if len(drawn) == 1 else ("└─ ", "   ") if child is drawn[-1] else ("├─ ", "│  ")
            waiting.append((child, here, rest + own, rest + below))


def _hop(hop: Hop, here: str, first: str, rest: str, columns: _Columns) -> Iterator[Line]:
    if place_of(hop) != here:
        yield f"{first}{place_of(hop)}", None
        first = rest
    for row in _rows(hop, first, rest, columns):
        yield row, None
    if hop.get("verdict"):
        for row in _verdict(hop, f"{rest}  ", columns.all):
            yield row, hop["verdict"]


def _rows(hop: Hop, first: str, rest: str, columns: _Columns) -> Iterator[str]:
    left = (
        f"  {hop['number']:>{columns.number}}  {hop.get('mechanism') or '':{columns.mechanism}}"
        f"  {hop.get('device') or '':{columns.device}}  "
    )
    changed = _changes(hop)
    if columns.changes:
        at = columns.all - columns.changes
        texts = wrapped(hop.get("text") or "", at - 2 - len(first) - len(left))
        right = [line for text in changed for line in wrapped(text, columns.changes, "  ")]
    else:
        at = 0
        available = columns.all - len(first) - len(left)
        texts = wrapped(hop.get("text") or "", available)
        texts += [f"  {line}" for text in changed for line in wrapped(text, available - 2, "  ")]
        right = []
    for index, (text, change) in enumerate(zip_longest(texts or [""], right, fillvalue="")):
        start = f"{first}{left}" if index == 0 else f"{rest}{'':{len(left)}}"
        yield f"{start + text:{at}}{change}" if change else f"{start}{text}"


def _verdict(hop: Hop, indent: str, width: int) -> Iterator[str]:
    """The verdict, and what decided it where somebody will ask for that."""
    yield f"{indent}{mark(hop['verdict'])} {hop['verdict']}"
    seen = hop.get("evidence")
    if seen and hop["verdict"] not in ("delivered", "ignored"):
        row = seen.get("row")
        shown = row["text"] if isinstance(row, Mapping) and "text" in row else show(row)
        where = place(seen.get("node"), seen.get("namespace"), hop.get("container"))
        text = f"{indent}  seen: {where}, {seen.get('source')}: {shown[:_LONGEST_ROW]}"
        yield from wrapped(text, width, f"{indent}    ")
