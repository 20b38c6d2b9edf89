# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""A failover exercise for people: a Markdown table with a row for each step, then what was not as expected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._reporting._layout import Line, text_of

Row = Mapping[str, Any]

_TITLES = ("event", "node", "expected", "moved after", "packets lost", "longest gap", "gateway then on")


def lines(failover: Row) -> list[Line]:
    """Lines of the report, each with ``passed`` or ``failed`` where it has a colour (None for plain text)."""
    return list(_report(failover))


def text(failover: Row, picture: str) -> str:
    """The same report as one text, with the picture of that name."""
    return text_of([*_report(failover), ("", None), (f"![Answers to the ping in each step]({picture})", None)])


def _report(failover: Row) -> Iterator[Line]:
    gateway, ping = failover["gateway"], failover["ping"]
    yield f"# Failover of {gateway['name']} from {gateway['chassis']} to {gateway['other_chassis']}", None
    yield "", None
    yield (
        f"{ping['instance']} on {ping['chassis']} sends a ping to {ping['destination']} "
        f"every {ping['interval_seconds']:g} seconds.",
        None,
    )
    yield "", None
    rows = [(_cells(step), "failed" if step["problem"] else "passed") for step in failover["steps"]]
    widths = [max(map(len, column)) for column in zip(_TITLES, *(cells for cells, _status in rows))]
    yield _row(_TITLES, widths), None
    yield _row(["-" * width for width in widths], widths), None
    for cells, status in rows:
        yield _row(cells, widths), status
    yield "", None
    yield failover["text"], "passed" if failover["met"] else "failed"
    for step in failover["steps"]:
        if step["problem"]:
            yield f"* {step['title']} ({step['event']}): {step['problem']}", "failed"


def _row(cells: Any, widths: list[int]) -> str:
    return f"| {' | '.join(f'{cell:{width}}' for cell, width in zip(cells, widths))} |"


def _cells(step: Row) -> tuple[str, ...]:
    expected = ("moves" if step["step"] == "inject" else "moves back") if step["moves"] else "stays"
    if step["seconds"] is None:
        return (step["title"], step["node"], expected, *["?"] * 4)
    lost, answered = len(step["unanswered_after_seconds"]), len(step["answered_after_seconds"])
    return (
        *(step["title"], step["node"], expected),
        _seconds(step["moved_after_seconds"], "never"),
        f"{lost} of {lost + answered}",
        _seconds(step["longest_gap_seconds"], "?"),
        step["chassis"] or "none",
    )


def _seconds(seconds: float | None, otherwise: str) -> str:
    return otherwise if seconds is None else f"{seconds:.2f} s"
