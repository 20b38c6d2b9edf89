# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Checks of the node table of a swarm and of its managers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import (
    Finding,
    Step,
    evidence,
    evidence_rows,
    failed,
    judged,
    passed,
    skipped,
    warning,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._swarm import Swarm

_TABLE = "docker node ls"


def swarm_nodes(document: dict[str, Any], intent: dict[str, Any]) -> Iterator[Finding]:
    """Every host name is there once and ready; with an intent, every node is as meant and nobody else is there."""
    swarm = Swarm(document)
    by_hostname: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in swarm.cluster["nodes"]:
        by_hostname[row["hostname"]].append(row)
    for hostname, rows in sorted(by_hostname.items()):
        yield judged(hostname, _table_steps(hostname, rows))
    if intent.get("nodes"):
        yield from _as_intended(swarm, intent["nodes"])
    else:
        yield skipped("intent", "nodes of the intent", "no intent given")


def swarm_quorum(document: dict[str, Any], intent: dict[str, Any]) -> Iterator[Finding]:
    """One leader, a reachable majority, and an odd number of managers (an even one survives no more failures)."""
    managers = [row for row in Swarm(document).cluster["nodes"] if row["role"] == "manager"]
    rows = [evidence(row["hostname"], None, _TABLE, row["manager"]) for row in managers]
    leaders = sorted(row["hostname"] for row in managers if (row["manager"] or {}).get("leader"))
    reachable = [row for row in managers if (row["manager"] or {}).get("reachability") == "reachable"]
    majority = len(managers) // 2 + 1

    yield judged(
        "leader",
        [Step("number of leaders", 1, len(leaders), rows, "Without one leader the swarm cannot be changed.")],
    )
    yield judged(
        "majority",
        [
            Step(
                "reachable managers",
                f"at least {majority} of {len(managers)}",
                len(reachable),
                rows,
                "Start the managers that are unreachable, or recover with docker swarm init --force-new-cluster.",
                holds=len(reachable) >= majority,
            )
        ],
    )
    if len(managers) % 2:
        yield passed("managers", "number of managers", len(managers), rows)
    else:
        hint = "Promote or demote one node: an even number of managers survives no more failures than one less."
        yield warning("managers", "number of managers", "an odd number", len(managers), rows, hint)


def _table_steps(hostname: str, rows: list[dict[str, Any]]) -> Iterator[Step]:
    seen = [evidence(hostname, None, _TABLE, _part(row, "id", "state")) for row in rows]
    states = sorted(row["state"] for row in rows)
    hint = "Remove the row of the node that left: docker node rm ID."
    yield Step(f"state of {hostname} in the node table", ["ready"], states, seen, hint)


def _as_intended(swarm: Swarm, intended: dict[str, dict[str, Any]]) -> Iterator[Finding]:
    matched = set()
    for host, wanted in sorted(intended.items()):
        rows = [row for row in swarm.cluster["nodes"] if _is(swarm, row, host, wanted)]
        rows.sort(key=lambda row: row["id"] in swarm.down)
        matched |= {row["id"] for row in rows}
        subject = f"{host}/intent"
        seen = evidence_rows(host, None, _TABLE, [_part(row, "role", "availability", "labels") for row in rows[:1]])
        meant_present = wanted.get("membership", "present") == "present"
        if not rows or not meant_present:
            meant, real = ("member" if meant_present else None), ("member" if rows else None)
            yield judged(subject, [Step(f"{host} in the swarm", meant, real, seen, "Run the build play again.")])
            continue
        keys = [key for key in ("role", "availability") if key in wanted]
        labels = wanted.get("labels") or {}
        as_meant = {key: wanted[key] for key in keys} | {f"label {key}": str(label) for key, label in labels.items()}
        as_is = {key: rows[0][key] for key in keys} | {f"label {key}": rows[0]["labels"].get(key) for key in labels}
        hint = f"Run the build play again, or docker node update {host}."
        yield judged(subject, [Step(f"node {host}", as_meant, as_is, seen, hint)])
    for row in swarm.cluster["nodes"]:
        if row["id"] not in matched and row["id"] not in swarm.down:
            seen = [evidence(row["hostname"], None, _TABLE, _part(row, "id", "address", "role", "state"))]
            hint = "Add it to the inventory, or let it leave the swarm."
            yield failed(f"{row['hostname']}/intent", f"node {row['hostname']}", "none", row["role"], seen, hint)


def _part(row: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: row[key] for key in keys}


def _is(swarm: Swarm, row: dict[str, Any], host: str, wanted: dict[str, Any]) -> bool:
    same_address = wanted.get("address") is not None and wanted["address"] == row["address"]
    return host in (row["hostname"], swarm.name_of[row["id"]]) or same_address
