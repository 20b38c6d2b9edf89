# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Plan a container of a legacy Swarm: what to send, what differs from what is there, and what to do about a refusal.

Source: the Docker Engine API up to version 1.24, and the answers of swarm 1.2.5, which adds ``Node`` to a container.
"""

from __future__ import annotations

import json
import re
from typing import Any, Dict

Row = Dict[str, Any]

# Docker's word for the bridge of the engine, where a container goes without a network.
DEFAULT_NETWORK = "default"

PUBLISHED_PORT = re.compile(r"(?P<published>\d+):(?P<target>\d+)(?:/(?P<protocol>tcp|udp))?")
_CONSTRAINTS = "com.docker.swarm.constraints"

# The first that is found counts.
_MENDS = [
    (r"\[port ", "Another container publishes that port on each node that fits. Choose another port, or another node."),
    (
        r"Unable to find a node",
        "Name a node that docker info, asked of the manager, shows as Healthy, or none to let the manager choose.",
    ),
    (r"No healthy node available", "docker info, asked of the manager, says what is wrong with the engines."),
    (r"name \S+ is already assigned", "Remove or rename that container, or give this one another name."),
    (
        r"registry|[Nn]o such image|manifest|pull access",
        "Make or load the image on each node that may get the container.",
    ),
    (r"No address returned", "Make the network with contiv_network: netmaster does not know one that docker made."),
    (r"\.sock/", "A plugin of Docker does not answer on that node. Start it again, netplugin for networks of Contiv."),
    (
        r"port is already allocated|address already in use",
        "Another program of the node has the port. Choose another one.",
    ),
    (r"[Nn]etwork \S+ not found", "The engine of that node does not know the network. Make it again."),
]


def published(ports: list[str]) -> list[str]:
    """Return ``"9099:80"`` as ``"9099:80/tcp"``, sorted. Raises ValueError with a sentence."""
    spelled = []
    for port in ports:
        found = PUBLISHED_PORT.fullmatch(port)
        if found is None:
            raise ValueError(f"{port} is no published port. Write it as 9099:80, the node's before the container's.")
        spelled.append(f"{found['published']}:{found['target']}/{found['protocol'] or 'tcp'}")
    return sorted(spelled)


def creation(asked: Row) -> Row:
    """Return the body of ``POST /containers/create``.

    ``asked``: image, command (null for the image's own), network, node (null for any), published_ports as ``published``
    spells them, labels.
    """
    bindings: dict[str, list[Row]] = {}
    for port in asked["published_ports"]:
        outside, inside = port.split(":")
        bindings.setdefault(inside, []).append({"HostPort": outside})
    body: Row = {
        "Image": asked["image"],
        "Labels": asked["labels"],
        # The manager takes it out, and notes it in a label.
        "Env": [] if asked["node"] is None else [f"constraint:node=={asked['node']}"],
        "ExposedPorts": {inside: {} for inside in bindings},
        "HostConfig": {"NetworkMode": asked["network"], "PortBindings": bindings},
    }
    if asked["command"] is not None:
        body["Cmd"] = asked["command"]
    return body


def present(container: Row) -> Row:
    """Return what ``GET /containers/NAME/json`` says in the words of ``asked``; an engine says no node."""
    configured, host = container["Config"], container["HostConfig"]
    network = host["NetworkMode"]
    return {
        "image": configured["Image"],
        "command": configured["Cmd"],
        "network": DEFAULT_NETWORK if network == "bridge" else network,
        "node": (container.get("Node") or {}).get("Name"),
        "published_ports": sorted(
            f"{binding['HostPort']}:{inside}"
            for inside, found in (host["PortBindings"] or {}).items()
            for binding in found or []
        ),
        "labels": configured["Labels"] or {},
    }


def differences(asked: Row, container: Row) -> tuple[Row, Row]:
    """Return what differs, before and after; what was not asked for and labels of others do not."""
    found = present(container)
    wanted = {key: asked[key] for key in found if asked[key] is not None}
    wanted["labels"] = {**found["labels"], **asked["labels"]}
    if asked["node"] is None and _CONSTRAINTS in found["labels"]:
        # It was tied to a node, and shall not be any more.
        wanted["labels"] = {name: text for name, text in wanted["labels"].items() if name != _CONSTRAINTS}
    differing = [key for key in wanted if wanted[key] != found[key]]
    return {key: found[key] for key in differing}, {key: wanted[key] for key in differing}


def is_detached(container: Row, network: Row) -> bool:
    """Tell whether a container is not on ``network``, which may have been removed and made again under its name."""
    attached = (container["NetworkSettings"]["Networks"] or {}).get(network["Name"])
    return attached is None or attached.get("NetworkID") not in ("", None, network["Id"])


def refusal(body: str) -> str:
    """Return the words of a refusal on one line, of a manager (text) or of an engine (JSON), and the mend."""
    try:
        answer = json.loads(body)
        body = str(answer.get("message", body)) if isinstance(answer, dict) else body
    except ValueError:
        pass
    said = re.sub(r"^(Error response from daemon: )+", "", " ".join(body.split())).rstrip(".")
    mend = next((text for pattern, text in _MENDS if re.search(pattern, said)), "")
    return f"{said}. {mend}".rstrip()
