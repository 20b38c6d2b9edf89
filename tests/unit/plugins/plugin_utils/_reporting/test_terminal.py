# SPDX-License-Identifier: GPL-3.0-or-later
"""The report for people."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import (
    Finding,
    error,
    evidence,
    failed,
    passed,
    skipped,
    warning,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._reporting import _terminal

FDB = evidence("n1", "1-1us5hb6ohx", "fdb of vxlan0", {"mac": "02:42:0a:00:01:03", "destination": "192.168.99.13"})
RULE = evidence("n1", "host", "iptables nat PREROUTING", {"text": "-A PREROUTING -j DOCKER-INGRESS", "target": "x"})
LONG = evidence("n1", None, "docker", {"name": "x" * 500})


def stamped(check: str, *findings: Finding) -> list[Finding]:
    return [replace(finding, check=check, reference=f"https://example.org/{check}") for finding in findings]


FINDINGS = [
    *stamped("nodes", passed("n1", "state", "ready"), skipped("intent", "nodes", "no intent given")),
    *stamped(
        "fdb",
        warning("n1/ov1/10.0.1.4", "fdb", "permanent", "learned", [RULE], "Wait."),
        passed("n1/ov1/10.0.1.5", "fdb", "192.168.99.12"),
        error("n2", "state of n2", "unreachable"),
        failed("n1/ov1/10.0.1.3", "fdb for web.2", "192.168.99.12", "192.168.99.13", [FDB, LONG], "Restart it."),
    ),
]


def test_problems_come_first_and_the_worst_of_them() -> None:
    report = _terminal.lines(FINDINGS)
    heads = [(line, status) for line, status in report if line[:1].isupper()]
    assert heads == [
        ("FAILED   fdb n1/ov1/10.0.1.3", "failed"),
        ("ERROR    fdb n2", "error"),
        ("WARNING  fdb n1/ov1/10.0.1.4", "warning"),
    ]
    assert report[0] == heads[0]


def test_the_whole_report() -> None:
    text = _terminal.text([finding for finding in FINDINGS if finding.status != "warning"])
    assert text.splitlines() == [
        "FAILED   fdb n1/ov1/10.0.1.3",
        "         fdb for web.2 - expected 192.168.99.12, actual 192.168.99.13",
        "         seen: n1, 1-1us5hb6ohx, fdb of vxlan0: destination=192.168.99.13, mac=02:42:0a:00:01:03",
        f"         seen: n1, docker: name={'x' * 232}...",
        "         hint: Restart it.",
        "         more: https://example.org/fdb",
        "ERROR    fdb n2",
        "         state of n2 - expected to be readable, actual unknown: unreachable",
        "nodes  1 passed, 1 skipped",
        "       skipped: no intent given",
        "fdb    1 passed, 1 failed, 1 error",
        "2 checks on 5 subjects: 2 passed, 1 failed, 0 warnings, 1 skipped, 1 errors",
    ]


def test_a_rule_is_shown_as_iptables_prints_it() -> None:
    assert "iptables nat PREROUTING: -A PREROUTING -j DOCKER-INGRESS\n" in _terminal.text(FINDINGS)


def test_the_headline_tells_failures_and_errors_apart() -> None:
    assert _terminal.headline(FINDINGS, warnings_fail=False) == (
        "1 of 6 findings failed: fdb n1/ov1/10.0.1.3: fdb for web.2 - expected 192.168.99.12, actual 192.168.99.13. "
        "1 of 6 findings could not be looked at: fdb n2: state of n2 - expected to be readable, actual unknown: "
        "unreachable"
    )
    assert "1 of 6 findings are warnings: fdb n1/ov1/10.0.1.4" in _terminal.headline(FINDINGS, warnings_fail=True)


def test_the_headline_names_the_first_and_counts_the_rest() -> None:
    many = stamped("fdb", *(failed(f"n{number}", "fdb", 1, 2) for number in range(7)))
    headline = _terminal.headline(many, warnings_fail=False)
    assert headline.startswith("7 of 7 findings failed: fdb n0: ")
    assert headline.endswith("fdb n2: fdb - expected 1, actual 2; and 4 more")


def test_the_headline_of_a_healthy_lab_is_the_totals() -> None:
    healthy = [finding for finding in FINDINGS if finding.status in ("passed", "skipped")]
    assert _terminal.headline(healthy, warnings_fail=True) == (
        "2 checks on 3 subjects: 2 passed, 0 failed, 0 warnings, 1 skipped, 0 errors"
    )
