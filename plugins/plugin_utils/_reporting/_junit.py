# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Findings as JUnit XML, the format of https://github.com/testmoapp/junitxml that CI systems read."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from xml.etree import ElementTree

from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import Finding, summary

# Everything but the characters of XML 1.0, https://www.w3.org/TR/xml/#charsets
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_ELEMENTS = {"failed": "failure", "error": "error", "skipped": "skipped"}


def junit(lab: str, taken_at: str, findings: Sequence[Finding]) -> str:
    """One test case per finding, in one suite named after the lab.

    JUnit has no warnings: such a test case passes and says so in its ``system-out``.
    """
    counts = summary(findings)
    totals = {
        "tests": str(len(findings)),
        "failures": str(counts["failed"]),
        "errors": str(counts["error"]),
        "skipped": str(counts["skipped"]),
    }
    root = ElementTree.Element("testsuites", totals)
    suite = ElementTree.SubElement(root, "testsuite", {"name": _clean(lab), "timestamp": _clean(taken_at), **totals})
    for finding in findings:
        attributes = {"classname": _clean(f"{lab}.{finding.check}"), "name": _clean(finding.subject)}
        case = ElementTree.SubElement(suite, "testcase", attributes)
        if finding.status in _ELEMENTS:
            result = ElementTree.SubElement(case, _ELEMENTS[finding.status], {"message": _clean(finding.message)})
            result.text = _clean(_detail(finding))
        elif finding.status == "warning":
            ElementTree.SubElement(case, "system-out").text = _clean(f"warning: {finding.message}\n{_detail(finding)}")
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _detail(finding: Finding) -> str:
    rows = [json.dumps(seen, sort_keys=True) for seen in finding.evidence]
    return "\n".join([*rows, *filter(None, (finding.hint, finding.reference))])


def _clean(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
