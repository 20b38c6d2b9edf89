# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""The kinds of objects in a state document (docs/state.md), as a tree that begins with nodes and control planes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._comparing._contiv_kinds import (
    CONTIV,
    DAEMON,
    ETCD,
    LEGACY_SWARM,
    PLUGIN,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._comparing._docker_kinds import ENGINE
from ansible_collections.packetwalk.labs.plugins.plugin_utils._comparing._fields import Row
from ansible_collections.packetwalk.labs.plugins.plugin_utils._comparing._kind import Kind, Named
from ansible_collections.packetwalk.labs.plugins.plugin_utils._comparing._namespace_kinds import NAMESPACE
from ansible_collections.packetwalk.labs.plugins.plugin_utils._comparing._neutron_kinds import NEUTRON
from ansible_collections.packetwalk.labs.plugins.plugin_utils._comparing._ovn_kinds import (
    NORTHBOUND,
    SOUTHBOUND,
    SWITCH_BRIDGE,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._comparing._swarm_kinds import SWARM
from ansible_collections.packetwalk.labs.plugins.plugin_utils._comparing._switch_kinds import MACHINE, SWITCH
from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import show
from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import read


def _capability(node: Row, key: str) -> Any:
    return read(read(node, "capabilities"), key)


def _kernel(node: Row) -> Named:
    return [("", {"release": _capability(node, "kernel")})]


def _features(node: Row) -> Named:
    return [
        (name, {"present": feature["present"], "present_reason": feature.get("reason")})
        for name, feature in _capability(node, "features").items()
    ]


def _tools(node: Row) -> Named:
    return [(name, {"path": path}) for name, path in _capability(node, "tools").items() if path is not None]


def _unread(node: Row) -> str | None:
    """Why a node could not be asked at all."""
    if node.get("namespaces") is None and node.get("docker") is None:
        return str(node.get("namespaces_reason") or "the state document has nothing of it")
    return None


_NODE = Kind(
    "node",
    lambda document: document["nodes"].items(),
    place="node",
    parts=frozenset({"namespaces", "docker", "capabilities", "ovs", "switch", "legacy_swarm"}),
    reason=_unread,
    sentences={
        "created": "node {name} was added to the lab",
        "removed": "node {name} was removed from the lab",
        "unknown": "node {name}{detail}",
    },
    children=(
        Kind("kernel", _kernel, lambda row: str(row["release"])),
        Kind("feature", _features, lambda row: f"present: {show(row['present'])}"),
        Kind("tool", _tools, lambda row: str(row["path"])),
        NAMESPACE,
        ENGINE,
        ETCD,
        PLUGIN,
        DAEMON,
        SWITCH_BRIDGE,
        SWITCH,
    ),
)

ROOTS = (_NODE, SWARM, LEGACY_SWARM, CONTIV, NEUTRON, NORTHBOUND, SOUTHBOUND, MACHINE)


def _names(kinds: Iterable[Kind]) -> Iterator[str]:
    for kind in kinds:
        yield kind.object
        yield from _names(kind.children)


# In the order in which they are told.
OBJECTS = tuple(dict.fromkeys(_names(ROOTS)))
