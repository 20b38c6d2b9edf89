# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Check of the legacy Swarm: its managers, the engines that they see, and where they put containers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._contiv import Contiv, Row, each_node, seen
from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import Finding, Step, error, judged
from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import Unknown, read

_MANAGER = "swarm manager"
# docker/swarm scheduler/filter/expr.go: with ~ a scheduler may do without, between / it is a regular expression.
_CONSTRAINT = re.compile(r"node(==|!=)(~?)(.*)")


def legacy_swarm_nodes(document: dict[str, Any], intent: dict[str, Any]) -> Iterator[Finding]:
    """A primary manager is elected and sees every engine healthy, and containers are where constraints put them."""
    contiv = Contiv(document, intent)
    yield from each_node(contiv, _daemons_of_node)
    try:
        primary: Row = read(contiv.control, "legacy_swarm")
    except Unknown as reason:
        yield error("legacy_swarm", "primary of the legacy Swarm", str(reason))
        return
    engines = {row["name"]: row for row in primary["nodes"]}
    for name, host in sorted(contiv.hosts.items()):
        address = f"{host['address']}:{contiv.wanted['engine_port']}"
        at = [row for row in primary["nodes"] if row["address"] == address]
        yield judged(f"engine/{name}", _engine_steps(name, address, at))
    wanted = {f"{host['address']}:{contiv.wanted['engine_port']}" for host in contiv.hosts.values()}
    others = [row for row in engines.values() if row["address"] not in wanted]
    hint = "Stop its swarm agent, and remove its key below /docker/swarm/nodes in etcd."
    rows = [seen(_MANAGER, row) for row in others]
    actual = [f"{row['name']} at {row['address']}" for row in others]
    yield judged("engine/others", [Step("engines that are not of this lab", [], actual, rows, hint)])
    try:
        yield judged("constraints", [_constraints(primary)])
    except Unknown as reason:
        yield error("constraints", "containers of the legacy Swarm", str(reason))


def _daemons_of_node(contiv: Contiv, name: str) -> Iterator[Finding]:
    yield judged(f"{name}/agent", [_daemon_step(contiv, name, "swarm_agent")])
    if name in contiv.wanted["masters"]:
        yield judged(f"{name}/manager", _manager_steps(contiv, name))


def _daemon_step(contiv: Contiv, name: str, daemon: str) -> Step:
    row = read(contiv.swarm(name), "daemons").get(daemon)
    what = f"{daemon.replace('_', ' ')} of {name} runs"
    return Step(what, True, contiv.runs(name, daemon), [seen("daemons", row, node=name)], "Run playbooks/contiv.yml.")


def _manager_steps(contiv: Contiv, name: str) -> Iterator[Step]:
    yield _daemon_step(contiv, name, "swarm_manager")
    manager = contiv.swarm(name)["manager"]
    rows = [seen(_MANAGER, manager and {key: manager[key] for key in ("role", "primary", "version")}, node=name)]
    hint = "Restart it, and look at its log."
    answer = "an answer" if manager else contiv.swarm(name).get("manager_reason")
    yield Step(f"swarm manager of {name}", "an answer", answer, rows, hint)
    told = [contiv.swarm(master)["manager"] for master in contiv.wanted["masters"]]
    primaries = [manager for manager in told if manager and manager["role"] == "primary"]
    hint = "They elect one in etcd, at /docker/swarm/leader: see the check legacy_swarm_etcd."
    yield Step("primary managers", 1, len(primaries), rows, hint)
    asked = {manager["primary"] for manager in told if manager and manager["role"] == "replica"}
    port = contiv.wanted["swarm_port"]
    addresses = {f"{contiv.hosts[master]['address']}:{port}" for master in contiv.wanted["masters"]}
    yield Step("managers that replicas hand on to", [], sorted(asked - addresses, key=str), rows, hint)


def _engine_steps(name: str, address: str, at: list[Row]) -> Iterator[Step]:
    rows = [seen(_MANAGER, row, "name", "address", "id", "status", "error") for row in at] or [seen(_MANAGER, None)]
    hint = f"Look whether the swarm agent of {name} runs with --advertise={address}."
    yield Step(f"engines at {address}", 1, len(at), rows, hint)
    hint = f"Look whether the engine of {name} listens at {address}, and whether its identity is its own."
    yield Step(f"status of the engine of {name}", "Healthy", at[0]["status"], rows, hint)
    hint = "Constraints name engines by it: give the host its name of the inventory."
    yield Step(f"name of the engine at {address}", name, at[0]["name"], rows, hint)
    yield Step(f"error of the engine of {name}", None, at[0]["error"] or None, rows, "Mend what the error says.")


def _constraints(primary: Row) -> Step:
    wrong = [
        row
        for row in read(primary, "containers")
        if not all(satisfies(row["node"], constraint) for constraint in row["constraints"])
    ]
    rows = [seen(_MANAGER, row, "name", "node", "constraints") for row in wrong]
    actual = [f"{row['name']} on {row['node']} with {', '.join(row['constraints'])}" for row in wrong]
    hint = "Somebody ran it past the manager: remove it and run it again."
    return Step("containers where their constraint does not let them be", [], actual, rows, hint)


def satisfies(node: str, constraint: str) -> bool:
    """Whether a container with a constraint such as ``node==worker0`` may be on a node; those of others may always."""
    found = _CONSTRAINT.fullmatch(constraint.replace(" ", ""))
    if not found or found[2]:
        return True
    pattern = found[3]
    if len(pattern) > 1 and pattern.startswith("/") and pattern.endswith("/"):
        matches = bool(re.search(pattern[1:-1], node))
    else:
        matches = fnmatchcase(node, pattern)
    return matches == (found[1] == "==")
