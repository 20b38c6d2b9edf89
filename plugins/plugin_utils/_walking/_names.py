# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""The names that a state document gives to network namespaces and services.

One name may stand for several things. What comes first here is meant:

1. node: its name in the document, or its host name; of a switch that is the namespace of its ports;
2. task: ``web.1``, of a global service ``cli.n2`` or ``cli.<node id>``, or the whole name of its container;
3. container: its name;
4. service: all its running tasks;
5. namespace: its key, when only one node has it;
6. logical port of OVN: the namespace behind the interface that is plugged in for it;
7. server of OpenStack: the namespace behind its port, or its port on a chassis where it is a virtual machine;
8. at least four characters that an identifier of one task or one container begins with.

``NODE/NAMESPACE`` is always exactly that namespace, and ``NODE/CONTAINER`` is a container as a legacy swarm lists it.
"""

from __future__ import annotations

import difflib
import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import Unknown, read
from ansible_collections.packetwalk.labs.plugins.plugin_utils._swarm import Swarm, task_label
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._logical_ports import plugged_in
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._machines import Machine, Servers

OUTSIDE = "outside"
TASKS = "tasks."  # Docker's DNS has the addresses of all tasks under this prefix, also where there is a virtual one

_SHORTEST_PREFIX = 4

# The namespace that OpenSwitch has the ports of a switch in; what it is managed by is in the node's own one.
PORTS = "swns"

# The engine's name for the namespace of a container that has none of its own.
_SANDBOX_OF_HOST = "default"


class UnknownName(ValueError):
    """A name that leads nowhere; the message is one sentence for the user."""


class AmbiguousName(UnknownName):
    """A name of several things where one is wanted; the message has them as NODE/NAMESPACE."""


@dataclass(frozen=True, slots=True)
class NamedNamespace:
    """A network namespace under the name it is shown with.

    ``namespace`` is null when it is not in the state. ``container`` is ``{"id", "name"}``, ``task`` a row of the
    swarm's tasks, and ``machine`` a virtual machine, each null for what is none.
    """

    name: str
    node: str
    namespace: str | None
    container: dict[str, Any] | None = None
    task: dict[str, Any] | None = None
    machine: Machine | None = None

    @property
    def path(self) -> str:
        if self.machine:
            return f"{self.node}/{self.machine.device}"
        return f"{self.node}/{self.namespace or '?'}"


Table = dict[str, list[NamedNamespace]]


class Names:
    """All names of a state document.

    * ``gaps``: one clause for each part of the state that is unknown, so that names may be missing.
    * ``servers``: those of OpenStack.
    * ``swarm``: without members and services when there is none, or when it is not known.
    * ``services``: name to row of the swarm's services.
    """

    def __init__(self, document: dict[str, Any]) -> None:
        self.nodes: dict[str, Any] = document["nodes"]
        self.gaps: list[str] = []
        self.swarm = self._known_swarm(document.get("control") or {})
        self.servers = Servers(document)
        self.services: dict[str, Any] = {row["name"]: row for row in self.swarm.cluster["services"]}
        for name, node in self.nodes.items():
            for part, what in (("namespaces", "namespaces"), ("docker", "containers")):
                if part in node and node[part] is None:
                    self.gaps.append(f"the {what} of {name} are unknown: {node.get(f'{part}_reason')}")
        self._containers = list(self._find_containers())
        self._tasks = sorted(self._find_tasks(), key=lambda row: ((row.task or {}).get("slot") or 0, row.name))

    def _known_swarm(self, control: dict[str, Any]) -> Swarm:
        parts = ("nodes", "services", "tasks")
        cluster: dict[str, Any] = {part: [] for part in parts}
        if "swarm" in control:
            try:
                told = read(control, "swarm")
                cluster = {part: read(told, part) for part in parts}
            except Unknown as reason:
                self.gaps.append(f"the swarm's services are unknown: {reason}")
        return Swarm({"nodes": self.nodes, "control": {"swarm": cluster}})

    def _find_containers(self) -> Iterator[NamedNamespace]:
        for node_name, node in self.nodes.items():
            namespaces = node.get("namespaces") or {}
            found = {}
            for row in (node.get("docker") or {}).get("containers") or ():
                key = "host" if row.get("sandbox") == _SANDBOX_OF_HOST else row.get("sandbox")
                if key in namespaces:
                    found[row["id"]] = (key, row.get("name") or row["id"])
            for key, namespace in namespaces.items():
                if namespace.get("container"):
                    found[namespace["container"]["id"]] = (key, namespace["container"]["name"])
            for identifier, (key, name) in found.items():
                yield NamedNamespace(name, node_name, key, {"id": identifier, "name": name})

    def _find_tasks(self) -> Iterator[NamedNamespace]:
        places = {row.container["id"]: row.namespace for row in self._containers if row.container}
        for task in self.swarm.live_tasks():
            identifier, name = task["container"], self._task_names(task)[0]
            container = {"id": identifier, "name": task["name"]} if identifier else None
            yield NamedNamespace(name, self.swarm.name_of[task["node"]], places.get(identifier), container, task)

    def _task_names(self, task: dict[str, Any]) -> list[str]:
        """Names of a task, the one to show first: a global service's task has its node's where others have a slot."""
        label = task_label(task["name"])
        names = [label, task["name"] or label]
        service, _dot, slot = label.rpartition(".")
        for row in self.swarm.cluster["nodes"]:
            if row["id"] == slot:
                names[:0] = [f"{service}.{self.swarm.name_of[slot]}", f"{service}.{row['hostname']}"]
        return names

    @cached_property
    def _tables(self) -> dict[str, Table]:
        """Kind to name to what is called so; the kinds in the order in which they are asked."""
        kinds = ("node", "task", "container", "service", "namespace", "logical port", "server")
        tables: dict[str, Table] = {kind: {} for kind in kinds}
        for name, node in self.nodes.items():
            tables["node"][name] = [NamedNamespace(name, name, _namespace_meant_by(node))]
        for name, node in self.nodes.items():
            if node.get("hostname") and node["hostname"] not in self.nodes:
                tables["node"].setdefault(node["hostname"], []).extend(tables["node"][name])
        for task in self._tasks:
            for name in dict.fromkeys(self._task_names(task.task or {})):
                tables["task"].setdefault(name, []).append(task)
        for container in self._containers:
            tables["container"].setdefault(container.name, []).append(container)
        for name, service in self.services.items():
            tables["service"][name] = self.tasks_of(service)
        for path, namespace in self.by_path.items():
            tables["namespace"].setdefault(path.partition("/")[2], []).append(namespace)
        for port, path in plugged_in(self.nodes):
            if path in self.by_path:
                tables["logical port"].setdefault(port, []).append(self.by_path[path])
        for name, behind in self.servers.plugged_in.items():
            for one in behind:
                if isinstance(one, Machine):
                    named = NamedNamespace(name, one.node, None, machine=one)
                    tables["server"].setdefault(name, []).append(named)
                elif one in self.by_path:
                    tables["server"].setdefault(name, []).append(self.by_path[one])
        return tables

    @cached_property
    def by_path(self) -> dict[str, NamedNamespace]:
        """``NODE/NAMESPACE`` to the namespace, under its task's, its container's or its node's name if it has one."""
        found = {}
        for node_name, node in self.nodes.items():
            for key in node.get("namespaces") or {}:
                path = f"{node_name}/{key}"
                meant = key == _namespace_meant_by(node)
                found[path] = NamedNamespace(node_name if meant else path, node_name, key)
        found.update(
            {row.path: row for row in (*self._containers, *self._tasks) if row.namespace not in (None, "host")}
        )
        return found

    def content(self, named: NamedNamespace) -> dict[str, Any]:
        """What the state has of a namespace. Raises Unknown."""
        if named.node not in self.nodes:
            raise Unknown("the node is not in the state document")
        namespaces = read(self.nodes[named.node], "namespaces")
        if named.namespace is None:
            raise Unknown("it is not in the state document")
        found: dict[str, Any] = namespaces[named.namespace]
        return found

    def tasks_of(self, service: dict[str, Any]) -> list[NamedNamespace]:
        """The running tasks of a service."""
        return [named for named in self._tasks if named.task and named.task["service"] == service["id"]]

    def all(self) -> list[str]:
        """Every name, but of identifiers and of what contains one; sorted."""
        containers_of_tasks = {task.path for task in self._tasks}
        containers = {row.name for row in self._containers if row.path not in containers_of_tasks}
        tasks = {task.name for task in self._tasks}
        return sorted(
            {*self._tables["node"], *tasks, *containers, *self.services, *self.by_path, *self._tables["server"]}
        )

    def has(self, name: str) -> bool:
        """Whether something is called so."""
        return any(name in table for table in self._tables.values())

    def find(self, side: str, name: str) -> tuple[str, list[NamedNamespace]]:
        """Kind of what is called so, and its namespaces: of a service those of all its running tasks.

        ``side`` is FROM or TO, for messages. Raises UnknownName.
        """
        node, slash, key = name.partition("/")
        if slash:
            paths = [f"{candidate.node}/{key}" for candidate in self._tables["node"].get(node, ())]
            found = [self.by_path[path] for path in paths if path in self.by_path]
            if found:
                return "namespace", found
            nodes = {candidate.node for candidate in self._tables["node"].get(node, ())}
            found = [row for row in self._tables["container"].get(key, ()) if row.node in nodes]
            if found:
                return "container", found
        for kind, table in self._tables.items():
            if name in table:
                return kind, table[name]
        if len(name) >= _SHORTEST_PREFIX:
            for kind, rows in (("task", self._tasks), ("container", self._containers)):
                found = [row for row in rows if any(text.startswith(name) for text in _identifiers(row))]
                if found:
                    return kind, found
        raise self.unknown(side, name)

    def unknown(self, side: str, name: str) -> UnknownName:
        """The error for a name that nothing has: why, what is called nearly so, and what could not be looked at."""
        clauses = [f"{side} {name}: no node, task, container, service, namespace or address of the lab is called so"]
        if self.servers.has(name):
            problem = "this server of OpenStack is plugged in on no chassis whose Open vSwitch was read"
            return UnknownName("; ".join([f"{side} {name}: {problem}", *self.gaps]))
        # Docker keeps what ran before; the task that is meant to run comes last.
        for task in sorted(self.swarm.cluster["tasks"], key=lambda task: bool(task["desired_state"] == "running")):
            if name in self._task_names(task):
                down = "on a node that is down" if task["node"] in self.swarm.down else None
                clauses = [f"{side} {name}: this task does not run, it is {down or task['state']}"]
        known = self.all()
        if side == "TO":
            known = [row for row in known if "/" not in row] + [f"{TASKS}{service}" for service in self.services]
        near = difflib.get_close_matches(name, known)
        if near:
            clauses.append(f"near names are {', '.join(near)}")
        return UnknownName("; ".join(clauses + self.gaps))


def names(document: dict[str, Any]) -> list[str]:
    """Every name that FROM may be, sorted; TO may be those without a slash, but for ``outside``."""
    return sorted([*Names(document).all(), OUTSIDE])


def only_one(side: str, name: str, candidates: list[NamedNamespace]) -> NamedNamespace:
    """The one candidate. Raises AmbiguousName."""
    if len(candidates) > 1:
        paths = ", ".join(sorted(candidate.path for candidate in candidates))
        raise AmbiguousName(f"{side} {name} may be each of {paths}")
    return candidates[0]


def address_of(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address that ``text`` is, or None."""
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _namespace_meant_by(node: dict[str, Any]) -> str | None:
    """What the name of a node means; null when it is not in the state."""
    namespaces = node.get("namespaces") or {}
    return next((key for key in (PORTS, "host") if key in namespaces), None)


def _identifiers(row: NamedNamespace) -> list[str]:
    found = [(row.task or {}).get("id"), (row.container or {}).get("id")]
    return [identifier for identifier in found if identifier]
