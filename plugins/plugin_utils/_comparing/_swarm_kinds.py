# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Kinds of objects of a swarm, as its managers tell them."""

from __future__ import annotations

from ansible_collections.packetwalk.labs.plugins.plugin_utils._comparing._fields import Row
from ansible_collections.packetwalk.labs.plugins.plugin_utils._comparing._kind import Kind, Named, listed
from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import show
from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import Unknown, read


def _swarm(document: Row) -> Named:
    """The swarm; none when every engine is known to be in none."""
    if "swarm" in document["control"]:
        return [("", read(document["control"], "swarm"))]
    for name, node in sorted(document["nodes"].items()):
        if node.get("docker") is None:
            raise Unknown(f"the Docker engine of {name} is not known: {node.get('docker_reason') or 'it was not read'}")
    return []


def _swarm_node_detail(node: Row) -> str:
    leads = (node["manager"] or {}).get("leader")
    return ", ".join([node["role"], *(["leader"] if leads else []), node["availability"], node["state"]])


def _swarm_service_detail(service: Row) -> str:
    replicas = "" if service["replicas"] is None else f" {service['replicas']}"
    addresses = [row["address"] for row in service["virtual_addresses"]]
    return ", ".join([f"{service['mode']}{replicas}", service["endpoint_mode"], *addresses])


def _swarm_tasks(swarm: Row) -> Named:
    hostnames = {node["id"]: node["hostname"] for node in read(swarm, "nodes")}
    return [(task["name"], {**task, "hostname": hostnames.get(task["node"])}) for task in read(swarm, "tasks")]


def _swarm_task_detail(task: Row) -> str:
    place = [f"on {task['hostname']}"] if task["hostname"] else []
    return ", ".join([*place, *(row["address"] for row in task["addresses"]), task["state"]])


SWARM = Kind(
    "swarm",
    _swarm,
    lambda swarm: f"nodes {show([node['hostname'] for node in swarm['nodes']])}",
    parts=frozenset({"nodes", "services", "tasks"}),
    children=(
        Kind("swarm node", listed("nodes", lambda row: str(row["hostname"])), _swarm_node_detail),
        Kind("swarm service", listed("services", lambda row: str(row["name"])), _swarm_service_detail),
        # The host name is that of another row.
        Kind("swarm task", _swarm_tasks, _swarm_task_detail, parts=frozenset({"hostname"})),
    ),
)
