# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Checks of access control lists."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._ovn import Ovn, Row, seen
from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import Finding, Step, judged

_KEYS = ("switch", "port_group", "direction", "priority", "match", "action")


def ovn_acls(document: dict[str, Any], intent: dict[str, Any]) -> Iterator[Finding]:
    """No ACL is without effect because one that is asked before it matches the same and does something else.

    Only matches that are written alike (but for spaces) are held to be the same.
    """
    asked: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for acl in Ovn(document).northbound["acls"]:
        owner = acl["switch"] or acl["port_group"]
        earlier = asked[
            acl["switch"], acl["port_group"], acl["direction"], acl["tier"] or 0, "".join(acl["match"].split())
        ]
        step = _not_shadowed(acl, [row for row in earlier if row["action"] != acl["action"]])
        yield judged(f"{owner}/{acl['direction']}/{acl['priority']}/{acl['match']}", [step])
        earlier.append(acl)


def _not_shadowed(acl: Row, earlier: list[Row]) -> Step:
    actions = [f"{row['action']} with priority {row['priority']}" for row in earlier]
    rows = [seen("ACL", row, *_KEYS) for row in [acl, *earlier]]
    hint = f"Remove one of them, or give the one that shall count, {acl['action']} or not, another priority or match."
    return Step(f"what comes before {acl['action']} of {acl['match']}", [], actions, rows, hint)
