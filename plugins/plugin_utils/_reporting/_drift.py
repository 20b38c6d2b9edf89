# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Drift for people: under each object what is not as Neutron wants it and how to mend it, then one line for all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import show
from ansible_collections.packetwalk.labs.plugins.plugin_utils._neutron_ovn._drift import Compared, Drift
from ansible_collections.packetwalk.labs.plugins.plugin_utils._reporting._branches import counted
from ansible_collections.packetwalk.labs.plugins.plugin_utils._reporting._layout import Line, text_of


def lines(compared: Sequence[Compared]) -> list[Line]:
    """Lines of the report, each with the status that gives it its colour (None for plain text)."""
    report: list[Line] = []
    for each in compared:
        if each.drifts or each.unknown:
            report.append((heading(each), None))
            for drift in each.drifts:
                report.extend(_drift(drift))
            if each.unknown:
                report.append((f"  could not be compared to the end: {each.unknown}", "error"))
    report.append((totals(compared), None))
    return report


def text(compared: Sequence[Compared]) -> str:
    """The same report as one text without colours."""
    return text_of(lines(compared))


def heading(compared: Compared) -> str:
    """``port vm1 (06f528e3-300b-4271-b5fc-a6b25a551fbe)``."""
    known = "" if compared.identifier == compared.name else f" ({compared.identifier})"
    return f"{compared.kind.replace('_', ' ')} {compared.name}{known}"


def sentence(drift: Drift) -> str:
    """``addresses in the northbound database - expected X, actual Y``."""
    return f"{drift.what} - expected {show(drift.expected)}, actual {show(drift.actual)}"


def totals(compared: Sequence[Compared]) -> str:
    """``3 drifts in 2 of 56 objects``, and how many objects could not be compared to the end."""
    drifts = counted(sum(len(each.drifts) for each in compared), "drift", "drifts")
    told = f"{drifts} in {sum(bool(each.drifts) for each in compared)} of {counted(len(compared), 'object', 'objects')}"
    unknown = sum(each.unknown is not None for each in compared)
    return f"{told}; {unknown} could not be compared to the end" if unknown else told


def _drift(drift: Drift) -> Iterator[Line]:
    place = f" (on {drift.node})" if drift.node else ""
    yield f"  {sentence(drift)}{place}", "failed"
    if drift.repair:
        yield f"    repair: {drift.repair}", None
    else:
        yield f"    no command repairs it: {drift.repair_reason}", None
