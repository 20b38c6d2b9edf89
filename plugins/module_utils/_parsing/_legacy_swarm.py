# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""What a legacy Swarm's manager (1.2), its engines (with a cluster store) and etcd (v2 API) say, as in docs/state.md.

Every function raises ParseError, with what was asked as the command, for an answer that is of another kind.

Sources: docker/swarm ``cluster/swarm/cluster.go`` and ``cli/manage.go`` for the rows of ``/info``, the Docker Engine
API 1.22 to 1.41, and the members and statistics of the etcd v2 API.
"""

from __future__ import annotations

import contextlib
import json
import posixpath
import re
from typing import Any, Iterator, Sequence

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import _docker
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError

Row = Any  # of an API: a dictionary, or None where Go had a nil

# What the names of programs are in the document; that of swarm depends on its subcommand.
_PROGRAMS = {"netplugin": "netplugin", "netmaster": "netmaster", "auth_proxy": "auth_proxy"}
_SUBCOMMANDS = {"manage": "swarm_manager", "join": "swarm_agent"}
DAEMONS = (*_PROGRAMS.values(), *_SUBCOMMANDS.values())

_CONSTRAINTS_LABEL = "com.docker.swarm.constraints"
_UNKNOWN_NAME = "(unknown)"
# A row of a node begins with one space, one of what it says with two spaces and this.
_DETAIL = "  └ "


@contextlib.contextmanager
def _expected(command: str) -> Iterator[None]:
    """Turn what is missing, or is of another kind, into ParseError."""
    try:
        yield
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise ParseError(command, 0, "", f"expected other JSON ({type(error).__name__}: {error})") from error


def engine(info: Row) -> dict[str, Any]:
    """An engine's own /info: what the cluster knows it by, and where it finds the others."""
    with _expected("GET /info"):
        return {
            "id": info["ID"],
            "name": info["Name"],
            "version": info["ServerVersion"],
            # From Docker 23.0 on there is no cluster store.
            "cluster_store": info.get("ClusterStore") or None,
            "cluster_advertise": info.get("ClusterAdvertise") or None,
        }


def manager(info: Row, arguments: Sequence[str]) -> dict[str, Any]:
    """A manager's /info; ``arguments`` are those that it was started with, as a primary does not tell its address.

    ``SystemStatus`` is made for people: pairs of texts, with those of each node below the pair of its name and address.
    """
    with _expected("GET /info of the swarm manager"):
        told: dict[str, str] = {}
        nodes: list[dict[str, Any]] = []
        for key, text in info["SystemStatus"]:
            if key.startswith(_DETAIL):
                nodes[-1]["told"][key[len(_DETAIL) :]] = text
            elif key.startswith(" "):
                nodes.append({"name": key[1:], "address": text, "told": {}})
            else:
                told[key] = text
        if len(nodes) != int(told["Nodes"]):
            raise ValueError(f"it says {told['Nodes']} nodes, but lists {len(nodes)}")
        return {
            "version": info["ServerVersion"],
            "role": told["Role"],
            "primary": advertised(arguments) if told["Role"] == "primary" else told["Primary"] or None,
            "strategy": told["Strategy"],
            "filters": sorted(told["Filters"].split(", ")),
            "nodes": sorted((_node(**node) for node in nodes), key=lambda row: row["address"]),
        }


def _node(name: str, address: str, told: dict[str, str]) -> dict[str, Any]:
    return {
        # A pending engine did not tell it yet.
        "name": name if name != _UNKNOWN_NAME else None,
        "address": address,
        "id": told["ID"] or None,
        "status": told["Status"],
        "error": told.get("Error"),
        "engine_version": told["ServerVersion"] or None,
        # "6 (6 Running, 0 Paused, 0 Stopped)", the number alone of an engine that is not healthy.
        "containers": int(told["Containers"].split()[0]),
        # A value may have a comma too.
        "labels": dict(label.split("=", 1) for label in re.split(r", (?=[^=, ]+=)", told["Labels"]) if label),
    }


def advertised(arguments: Sequence[str]) -> str | None:
    """The address that a manager was told to advertise (``--advertise``), or None."""
    for position, argument in enumerate(arguments):
        name, _equals, text = argument.partition("=")
        if name.lstrip("-") in ("advertise", "addr"):
            return text or next(iter(arguments[position + 1 :]), None)
    return None


def containers(listed: Row) -> list[dict[str, Any]]:
    """A manager's /containers/json. A name is ``/NODE/NAME``; with links there are more, with another slash."""
    with _expected("GET /containers/json of the swarm manager"):
        return sorted((_container(row) for row in listed), key=lambda row: (row["node"], row["name"], row["id"]))


def _container(listed: Row) -> dict[str, Any]:
    _root, node, name = min(listed["Names"], key=lambda each: each.count("/")).split("/")
    networks = (listed.get("NetworkSettings") or {}).get("Networks") or {}
    return {
        "id": listed["Id"],
        "name": name,
        "node": node,
        "state": listed["State"],
        "image": listed["Image"],
        "constraints": json.loads((listed.get("Labels") or {}).get(_CONSTRAINTS_LABEL, "[]")),
        "networks": [
            {
                "name": network,
                "address": attached.get("IPAddress") or None,
                "mac": attached.get("MacAddress") or None,
                "endpoint_id": attached.get("EndpointID") or None,
            }
            for network, attached in sorted(networks.items())
        ],
    }


def networks(listed: Row) -> list[dict[str, Any]]:
    """A manager's /networks."""
    with _expected("GET /networks of the swarm manager"):
        rows = [
            {
                "name": row["Name"],
                "id": row["Id"],
                "driver": row["Driver"],
                "scope": row["Scope"],
                **_docker.driver_options(row),
                "subnets": _docker.subnets(row),
            }
            for row in listed
        ]
        return sorted(rows, key=lambda row: (row["name"], row["id"]))


def etcd_health(told: Row) -> bool:
    """What /health says of itself; the word is a text."""
    with _expected("GET /health of etcd"):
        healthy: bool = {"true": True, "false": False}[told["health"]]
        return healthy


def etcd_version(told: Row) -> str:
    """The server's version of /version."""
    with _expected("GET /version of etcd"):
        return str(told["etcdserver"])


def etcd_members(told: Row) -> list[dict[str, Any]]:
    """The members of /v2/members; whether each is healthy it does not say."""
    with _expected("GET /v2/members of etcd"):
        rows = [
            {
                "id": row["id"],
                # A member that did not start yet has none.
                "name": row["name"] or None,
                "client_urls": sorted(row["clientURLs"]),
                "peer_urls": sorted(row["peerURLs"]),
            }
            for row in told["members"]
        ]
        return sorted(rows, key=lambda row: (row["name"] or "", row["id"]))


def etcd_leader(told: Row) -> str | None:
    """The leader's identifier of /v2/stats/self, or None while there is none."""
    with _expected("GET /v2/stats/self of etcd"):
        leader: str = told["leaderInfo"]["leader"]
        return leader if leader.strip("0") else None


def plugin_implements(told: Row) -> list[str]:
    """What a plugin of Docker is for, of its answer to /Plugin.Activate (docs of Docker, "Docker Plugin API")."""
    with _expected("POST /Plugin.Activate"):
        return sorted(told["Implements"])


def daemon(command: Sequence[str]) -> str | None:
    """Which of ``DAEMONS`` a process is, by its program and arguments, or None."""
    program = posixpath.basename(command[0]) if command else ""
    if program == "swarm":
        # Options of swarm itself come before the subcommand.
        return next((_SUBCOMMANDS[word] for word in command[1:] if word in _SUBCOMMANDS), None)
    return _PROGRAMS.get(program)
