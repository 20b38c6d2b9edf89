# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Changes for people: under each node what came (+), what went (-) and what differs (~), then one line for all."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from ansible_collections.packetwalk.labs.plugins.plugin_utils._comparing._diff import ACTIONS, Change, summary
from ansible_collections.packetwalk.labs.plugins.plugin_utils._reporting._layout import Line, text_of

_SIGNS = {"created": "+", "removed": "-", "changed": "~", "unknown": "?"}


def lines(changes: Sequence[Change]) -> list[Line]:
    """Lines of the report, each with the action that gives it its colour (None for plain text)."""
    report: list[Line] = []
    for node, of_node in groupby(changes, key=lambda change: change.node):
        report.append((node or "lab", None))
        for namespace, group in groupby(of_node, key=lambda change: change.namespace):
            inner = namespace not in (None, "host")
            if inner:
                report.append((f"  {namespace}", None))
            for change in group:
                line = f"{_SIGNS[change.action]} {change.subject}{change.detail}"
                report.append((f"{'    ' if inner else '  '}{line}", change.action))
    report.append((totals(changes), None))
    return report


def text(changes: Sequence[Change]) -> str:
    """The same report as one text without colours."""
    return text_of(lines(changes))


def totals(changes: Sequence[Change]) -> str:
    """``12 created, 1 removed, 3 changed, 0 unknown``."""
    counts = summary(changes)
    return ", ".join(f"{counts[action]} {action}" for action in ACTIONS)
