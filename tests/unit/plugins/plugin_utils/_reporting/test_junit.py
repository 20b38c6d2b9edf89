# SPDX-License-Identifier: GPL-3.0-or-later
"""The report for CI systems, read back."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._registry import CHECKS, run
from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import (
    Finding,
    error,
    evidence,
    failed,
    passed,
    skipped,
    summary,
    warning,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._reporting._junit import junit


def suite_of(findings: list[Finding], lab: str = "lab") -> ElementTree.Element:
    suite = ElementTree.fromstring(junit(lab, "2026-11-21T07:24:34Z", findings)).find("testsuite")
    assert suite is not None
    return suite


def test_the_counts_are_those_of_the_findings(swarm_state: dict[str, Any]) -> None:
    swarm_state["nodes"]["n2"]["docker"] = None
    swarm_state["nodes"]["n1"]["namespaces"]["1-1us5hb6ohx"]["neighbours"].clear()
    findings = run(swarm_state, {}, CHECKS)
    counts = summary(findings)
    suite = suite_of(findings)
    assert counts["failed"] and counts["error"] and counts["skipped"]
    told = {name: int(suite.attrib[name]) for name in ("tests", "failures", "errors", "skipped")}
    assert told == {
        "tests": len(suite.findall("testcase")),
        "failures": len(suite.findall("testcase/failure")),
        "errors": len(suite.findall("testcase/error")),
        "skipped": len(suite.findall("testcase/skipped")),
    }
    assert told["tests"] == len(findings)
    assert (told["failures"], told["errors"], told["skipped"]) == (counts["failed"], counts["error"], counts["skipped"])


@pytest.mark.parametrize(
    ("finding", "element"),
    [
        (failed("n1", "fdb", 1, 2, [evidence("n1", "host", "fdb", None)], "Look."), "failure"),
        (error("n1", "fdb", "unreachable"), "error"),
        (skipped("n1", "fdb", "no ip_vs"), "skipped"),
        (warning("n1", "fdb", "permanent", "learned"), "system-out"),
        (passed("n1", "fdb", 1), None),
    ],
    ids=lambda value: getattr(value, "status", None),
)
def test_each_status_has_its_element(finding: Finding, element: str | None) -> None:
    case = suite_of([finding], lab="swarm").find("testcase")
    assert case is not None
    assert case.attrib == {"classname": "swarm.", "name": "n1"}
    assert [child.tag for child in case] == ([element] if element else [])
    for child in case:
        assert finding.message in child.attrib.get("message", child.text or "")


def test_what_xml_cannot_hold_is_replaced() -> None:
    finding = failed("n1\x1b[31m", "na\x00me <&> \u2028", None, "\ud800", [], "caf\u00e9")
    case = suite_of([finding]).find("testcase")
    assert case is not None
    assert case.attrib["name"] == "n1\ufffd[31m"
    failure = case.find("failure")
    assert failure is not None
    assert failure.attrib["message"] == "na\ufffdme <&> \u2028 - expected none, actual \ufffd"
    assert failure.text == "caf\u00e9"
