# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Findings: what one check says about one subject (docs/findings.md)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

STATUSES = ("passed", "failed", "warning", "skipped", "error")

Evidence = dict[str, Any]


# What stands before the reason in the message of a skipped finding.
SKIPPED = "skipped: "


@dataclass(frozen=True)
class Finding:
    """One check on one subject. ``check`` and ``reference`` are filled in by the registry, which knows both."""

    subject: str
    status: str
    message: str
    expected: Any = None
    actual: Any = None
    evidence: Sequence[Evidence] = ()
    hint: str = ""
    reference: str = ""
    check: str = ""

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "evidence": list(self.evidence)}


@dataclass(frozen=True)
class Step:
    """One thing that has to hold for a subject. It holds when ``actual`` equals ``expected``, unless ``holds`` says."""

    what: str
    expected: Any
    actual: Any
    evidence: Sequence[Evidence] = ()
    hint: str = ""
    holds: bool | None = field(default=None)


def show(value: Any) -> str:
    """A value as it reads in a sentence: sorted, without brackets, and ``none`` for nothing."""
    if value is None or value in ([], (), "", set(), frozenset(), {}):
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{key}={show(value[key])}" for key in sorted(value))
    if isinstance(value, (set, frozenset)):
        return ", ".join(sorted(map(show, value)))
    if isinstance(value, (list, tuple)):
        return ", ".join(map(show, value))
    return str(value)


def evidence(node: str | None, namespace: str | None, source: str, row: Any) -> Evidence:
    """Where something was seen: ``node`` is null for what the control plane says of the whole lab.

    ``row`` is null when the point is that there is none.
    """
    return {"node": node, "namespace": namespace, "source": source, "row": row}


def evidence_rows(node: str, namespace: str | None, source: str, rows: Iterable[Any]) -> list[Evidence]:
    """Where several rows were seen, or that none was."""
    return [evidence(node, namespace, source, row) for row in rows] or [evidence(node, namespace, source, None)]


def passed(subject: str, what: str, actual: Any, rows: Sequence[Evidence] = ()) -> Finding:
    return _finding("passed", subject, what, actual, actual, rows, "")


def failed(
    subject: str, what: str, expected: Any, actual: Any, rows: Sequence[Evidence] = (), hint: str = ""
) -> Finding:
    return _finding("failed", subject, what, expected, actual, rows, hint)


def warning(
    subject: str, what: str, expected: Any, actual: Any, rows: Sequence[Evidence] = (), hint: str = ""
) -> Finding:
    return _finding("warning", subject, what, expected, actual, rows, hint)


def skipped(subject: str, what: str, reason: str) -> Finding:
    return Finding(subject, "skipped", f"{what} - expected to be judged, actual {SKIPPED}{reason}")


def error(subject: str, what: str, reason: str) -> Finding:
    """Could not look. ``what`` could not be read or judged because of ``reason``."""
    return Finding(subject, "error", f"{what} - expected to be readable, actual unknown: {reason}")


def judged(subject: str, steps: Iterable[Step]) -> Finding:
    """The first step that does not hold fails the subject; later ones, which build on it, are not looked at.

    ``steps`` must not be empty. A passed finding tells of the last step and carries the evidence of all of them.
    """
    rows: list[Evidence] = []
    for step in steps:
        holds = step.expected == step.actual if step.holds is None else step.holds
        if not holds:
            return failed(subject, step.what, step.expected, step.actual, step.evidence, step.hint)
        rows.extend(step.evidence)
    return _finding("passed", subject, step.what, step.expected, step.actual, rows, "")


def summary(findings: Iterable[Finding]) -> dict[str, int]:
    """How many findings have each status; all five are always there."""
    counts = dict.fromkeys(STATUSES, 0)
    for finding in findings:
        counts[finding.status] += 1
    return counts


def succeeded(counts: dict[str, int], warnings_fail: bool) -> bool:
    """Whether the lab is as it should be. What could not be looked at is no success."""
    return not (counts["failed"] or counts["error"] or (warnings_fail and counts["warning"]))


def _finding(
    status: str, subject: str, what: str, expected: Any, actual: Any, rows: Sequence[Evidence], hint: str
) -> Finding:
    message = f"{what} - expected {show(expected)}, actual {show(actual)}"
    return Finding(subject, status, message, _plain(expected), _plain(actual), rows, hint)


def _plain(value: Any) -> Any:
    """The value as JSON can hold it: sets become sorted lists."""
    if isinstance(value, (set, frozenset)):
        return sorted((_plain(item) for item in value), key=str)
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value
