# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Findings for people: what is wrong first, then one row per check, then one line for all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import (
    SKIPPED,
    STATUSES,
    Finding,
    show,
    summary,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._reporting._layout import Line, text_of

_PROBLEMS = ("failed", "error", "warning")
_LONGEST_ROW = 240
_MENTIONED = 3


def lines(findings: Sequence[Finding]) -> list[Line]:
    """Lines of the report, each with the status that gives it its colour (None for plain text)."""
    report: list[Line] = []
    for status in _PROBLEMS:
        for finding in findings:
            if finding.status == status:
                report.extend(_problem(finding))
    report.extend(_checks(findings))
    report.append((totals(findings), None))
    return report


def text(findings: Sequence[Finding]) -> str:
    """The same report as one text without colours."""
    return text_of(lines(findings))


def totals(findings: Sequence[Finding]) -> str:
    """``12 checks on 83 subjects: 80 passed, 2 failed, 1 warnings, 0 skipped, 0 errors``."""
    counts = summary(findings)
    checks = len({finding.check for finding in findings})
    subjects = len({finding.subject for finding in findings})
    names = {"warning": "warnings", "error": "errors"}
    told = ", ".join(f"{counts[status]} {names.get(status, status)}" for status in STATUSES)
    return f"{checks} checks on {subjects} subjects: {told}"


def headline(findings: Sequence[Finding], warnings_fail: bool) -> str:
    """Why a verification failed, the first findings of each kind; the totals when it did not."""
    kinds = {"failed": "failed", "error": "could not be looked at"}
    if warnings_fail:
        kinds["warning"] = "are warnings"
    parts = []
    for status, verb in kinds.items():
        found = [finding for finding in findings if finding.status == status]
        if found:
            first = [f"{finding.check} {finding.subject}: {finding.message}" for finding in found[:_MENTIONED]]
            if len(found) > _MENTIONED:
                first.append(f"and {len(found) - _MENTIONED} more")
            parts.append(f"{len(found)} of {len(findings)} findings {verb}: {'; '.join(first)}")
    return ". ".join(parts) or totals(findings)


def _problem(finding: Finding) -> Iterator[Line]:
    yield f"{finding.status.upper():8} {finding.check} {finding.subject}", finding.status
    yield f"         {finding.message}", finding.status
    for seen in finding.evidence:
        place = ", ".join(part for part in (seen["node"], seen["namespace"], seen["source"]) if part)
        yield f"         seen: {place}: {_row(seen['row'])}", None
    if finding.hint:
        yield f"         hint: {finding.hint}", None
    if finding.status != "error":  # the reference describes the fault, not why it could not be looked for
        yield f"         more: {finding.reference}", None


def _row(row: Any) -> str:
    """One row of evidence on one line: a netfilter rule as iptables prints it, all else by its keys."""
    line = row["text"] if isinstance(row, dict) and "text" in row else show(row)
    return line if len(line) <= _LONGEST_ROW else f"{line[: _LONGEST_ROW - 3]}..."


def _checks(findings: Sequence[Finding]) -> Iterator[Line]:
    names = list(dict.fromkeys(finding.check for finding in findings))
    width = max(map(len, names), default=0)
    for name in names:
        own = [finding for finding in findings if finding.check == name]
        counts = {status: count for status, count in summary(own).items() if count}
        told = ", ".join(f"{count} {status}" for status, count in counts.items())
        # Once for all subjects that have the same.
        reasons = dict.fromkeys(finding.message.partition(SKIPPED)[2] for finding in own if finding.status == "skipped")
        worst = next((status for status in (*_PROBLEMS, "passed") if status in counts), "skipped")
        yield f"{name:{width}}  {told}", worst
        for reason in reasons:
            yield f"{'':{width}}  skipped: {reason}", "skipped"
