# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings, their messages and the verdict."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import (
    Step,
    error,
    evidence,
    failed,
    judged,
    passed,
    show,
    skipped,
    succeeded,
    summary,
    warning,
)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "none"),
        ([], "none"),
        (set(), "none"),
        (0, "0"),
        (True, "yes"),
        (False, "no"),
        ({"b", "a"}, "a, b"),
        (["b", "a"], "b, a"),
        ({"replicas": 2, "image": None}, "image=none, replicas=2"),
    ],
)
def test_values_in_messages(value: Any, shown: str) -> None:
    assert show(value) == shown


def test_the_first_step_that_does_not_hold_decides() -> None:
    row = evidence("n1", "host", "links", {"name": "eth0"})
    steps = [
        Step("links", 1, 1, [row]),
        Step("MTU", "at most 1450", 1400, holds=True),
        Step("VNI", 4097, 4096, hint="Look again."),
        Step("never reached", 1, 2),
    ]
    finding = judged("n1/ov1", iter(steps))
    assert (finding.status, finding.message, finding.hint) == (
        "failed",
        "VNI - expected 4097, actual 4096",
        "Look again.",
    )
    assert judged("n1/ov1", steps[:2]).evidence == [row]
    assert judged("n1/ov1", steps[:2]).status == "passed"


def test_a_finding_can_be_written_as_json() -> None:
    finding = failed("n1", "backends", {"10.0.1.4", "10.0.1.3"}, {"a": {"b"}}).as_dict()
    assert json.loads(json.dumps(finding)) == finding
    assert finding["expected"] == ["10.0.1.3", "10.0.1.4"]
    assert finding["actual"] == {"a": ["b"]}


@pytest.mark.parametrize(
    ("finding", "without_warnings", "with_warnings"),
    [
        (passed("s", "w", 1), True, True),
        (skipped("s", "w", "no ip_vs"), True, True),
        (warning("s", "w", 1, 2), True, False),
        (failed("s", "w", 1, 2), False, False),
        (error("s", "w", "unreachable"), False, False),
    ],
    ids=lambda value: getattr(value, "status", None),
)
def test_what_is_a_success(finding: Any, without_warnings: bool, with_warnings: bool) -> None:
    counts = summary([finding])
    assert (sum(counts.values()), counts[finding.status], len(counts)) == (1, 1, 5)
    assert succeeded(counts, warnings_fail=False) is without_warnings
    assert succeeded(counts, warnings_fail=True) is with_warnings


def test_reasons_are_in_the_message() -> None:
    assert skipped("n1", "load balancing", "no ip_vs").message.endswith("no ip_vs")
    assert error("n1", "state of n1", "unreachable").message.endswith("unreachable")
