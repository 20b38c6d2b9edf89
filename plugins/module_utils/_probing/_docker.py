# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""What one Docker engine says of itself, its networks, its containers and, on a manager, the whole swarm."""

from __future__ import annotations

from typing import Any

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import _docker
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._docker_api import DockerApi, DockerError

_NOT_FOUND = 404


def gather(socket_path: str) -> dict[str, Any]:
    """Return ``docker`` of the document, or null and ``docker_reason``."""
    try:
        with DockerApi(socket_path) as api:
            return {"docker": _engine(api)}
    except DockerError as error:
        return {"docker": None, "docker_reason": str(error)}


def networks(api: DockerApi, names: list[str]) -> list[dict[str, Any]]:
    """Return the rows of ``docker.networks`` sorted by name: those named, or all.

    Raises ``DockerError``, also when a named network is not there.
    """
    identifiers = names or [listed["Id"] for listed in api.get("networks")]
    rows = []
    for identifier in identifiers:
        try:
            rows.append(_network(api, identifier))
        except DockerError as error:
            # A network that was listed may be removed before it is inspected.
            if names or error.status != _NOT_FOUND:
                raise
    return sorted(rows, key=lambda row: (row["name"], row["id"]))


def _engine(api: DockerApi) -> dict[str, Any]:
    row = _docker.engine(api.get("version"), api.get("info"))
    row["networks"] = networks(api, [])
    row["containers"] = _containers(api)
    row.update(_cluster(api) if row["swarm"]["is_manager"] else _no_cluster("this node is not a manager of a swarm"))
    return row


def _network(api: DockerApi, identifier: str) -> dict[str, Any]:
    try:
        row = _docker.network(api.get("networks", identifier, verbose="true"))
        # The node itself is among the peers of every network that it has a task on.
        unheard = "this node has no task on the network, so no gossip told it" if _is_elsewhere(row) else None
    except DockerError as error:
        if error.status is None or error.status == _NOT_FOUND:
            raise
        row = _docker.network(api.get("networks", identifier))
        unheard = str(error)
    if unheard is not None:
        row.update(services=None, services_reason=unheard)
    return row


def _is_elsewhere(network: dict[str, Any]) -> bool:
    # An overlay over a cluster store has the scope "global" and never peers.
    return network["driver"] == "overlay" and network["scope"] == "swarm" and not network["peers"]


def _containers(api: DockerApi) -> list[dict[str, Any]]:
    rows = []
    for listed in api.get("containers", "json", all="true"):
        try:
            rows.append(_docker.container(api.get("containers", listed["Id"], "json")))
        except DockerError as error:
            # It is gone by now.
            if error.status != _NOT_FOUND:
                raise
    return sorted(rows, key=lambda row: (row["name"], row["id"]))


def _cluster(api: DockerApi) -> dict[str, Any]:
    try:
        services = sorted((_docker.service(listed) for listed in api.get("services")), key=lambda row: row["name"])
        names = {row["id"]: row["name"] for row in services}
        nodes = [_docker.node(listed) for listed in api.get("nodes")]
        tasks = [_docker.task(listed, names) for listed in api.get("tasks")]
    except DockerError as error:
        # A manager without a quorum answers nothing of this.
        return _no_cluster(str(error))
    return {
        "cluster": {
            "nodes": sorted(nodes, key=lambda row: (row["hostname"] or "", row["id"])),
            "services": services,
            "tasks": sorted(tasks, key=lambda row: (row["name"] or "", row["id"])),
        }
    }


def _no_cluster(reason: str) -> dict[str, Any]:
    return {"cluster": None, "cluster_reason": reason}
