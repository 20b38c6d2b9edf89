# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""A proof for people: what was predicted beside what was captured, hop by hop, and all packets that were counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby, zip_longest
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._reporting._branches import counted
from ansible_collections.packetwalk.labs.plugins.plugin_utils._reporting._layout import (
    REPORT_COLUMNS,
    Line,
    finished,
    text_of,
    wrapped,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._reporting._packets import wire
from ansible_collections.packetwalk.labs.plugins.plugin_utils._reporting._places import place

Row = Mapping[str, Any]

_INDENT = "   "
_COLUMNS = ("source_mac", "destination_mac", "source", "destination", "protocol", "vlans", "vni")
_TITLES = ("packets", "source MAC", "destination MAC", "source", "destination", "protocol", "VLAN", "VNI")


def lines(proof: Row, width: int, only_ascii: bool = False) -> list[Line]:
    """Lines of the proof, each with ``passed`` or ``failed`` where it has a colour (None for plain text).

    * ``proof``: ``{"proven", "text", "points", "table"}`` (docs/walk.md).
    * ``width``: columns of the terminal; rows of the table that are longer go on in the next line.
    """
    return finished(_report(proof, width), only_ascii)


def text(proof: Row) -> str:
    """The same report as one text without colours."""
    return text_of(lines(proof, REPORT_COLUMNS))


def _report(proof: Row, width: int) -> Iterator[Line]:
    for line in wrapped(proof["text"], width, "  "):
        yield line, _status(proof["proven"])
    for point in proof.get("points") or ():
        yield "", None
        yield from _point(point, width)
    table = proof.get("table") or ()
    if table:
        yield "", None
        yield "packets counted by MAC pair, address pair, VLAN and VNI at each point", None
        yield from _table(table, width)


def _status(good: bool) -> str:
    return "passed" if good else "failed"


def _where(row: Row) -> str:
    parts = [place(row.get("node"), row.get("namespace")), row.get("device"), row.get("direction")]
    return " ".join(part for part in parts if part)


def _point(point: Row, width: int) -> Iterator[Line]:
    seen = counted(point.get("count") or 0, "packet", "packets")
    sign = "✔" if point["equal"] else "✘"
    yield f"hop {point['hop']}  {_where(point)}", None
    yield f"{_INDENT}{sign} {seen}", _status(point["equal"])
    predicted = wire(point["expected"])
    observed = wire(point["observed"]) if point.get("observed") else ["not seen"]
    column = max(map(len, ["predicted", *predicted]))
    for left, right in [("predicted", "observed"), *zip_longest(predicted, observed, fillvalue="")]:
        yield f"{_INDENT}{left:{column}} │ {right}", None
    for difference in point.get("differences") or ():
        for line in wrapped(f"{_INDENT}{difference}", width, f"{_INDENT}  "):
            yield line, "failed"


def _table(table: Any, width: int) -> Iterator[Line]:
    rows = [(_where(row), [str(row.get("count") or 0), *(_cell(row.get(key)) for key in _COLUMNS)]) for row in table]
    widths = [max(map(len, column)) for column in zip(_TITLES, *(cells for _point, cells in rows))]
    yield from _wrapped_row(_TITLES, widths, width)
    for point, own in groupby(rows, key=lambda row: row[0]):
        yield point, None
        for _where_again, cells in own:
            yield from _wrapped_row(cells, widths, width)


def _wrapped_row(cells: Any, widths: list[int], width: int) -> Iterator[Line]:
    """The count on the right of its column, all else on the left; cells that do not fit stand below the second one."""
    line = f"{_INDENT}{cells[0]:>{widths[0]}}"
    start = len(line)
    for cell, size in zip(cells[1:], widths[1:]):
        if len(line) > start and len(f"{line}  {cell}") > width:
            yield line, None
            line = " " * start
        line += f"  {cell:{size}}"
    yield line, None


def _cell(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)
