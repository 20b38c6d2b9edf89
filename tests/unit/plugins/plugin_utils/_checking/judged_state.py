# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests of checks share: the row of a state document that a fault is put into, and what is found then."""

from __future__ import annotations

from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import Finding


def row(rows: list[dict[str, Any]], **keys: Any) -> dict[str, Any]:
    """The first row with these values; there is one, so that no fault misses its aim."""
    return next(each for each in rows if all(each[key] == keys[key] for key in keys))


def problems(findings: list[Finding]) -> dict[str, set[str]]:
    """Check to the statuses of its findings that are neither passed nor skipped."""
    found: dict[str, set[str]] = {}
    for finding in findings:
        if finding.status not in ("passed", "skipped"):
            found.setdefault(finding.check, set()).add(finding.status)
    return found
