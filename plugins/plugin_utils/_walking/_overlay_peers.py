# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""What a VXLAN device of Docker's overlay lacks and its engine then finds (libnetwork, drivers/overlay: watchMiss()).

Engines with a cluster store tell each other of endpoints by Serf. One that missed that asks all others when the kernel
says that an entry is missing, and enters what it hears, so that the sender's next question is answered.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._docker_names import is_network_namespace
from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import read
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._world import Namespace, World

Row = dict[str, Any]


class Peer(NamedTuple):
    """An endpoint of another node: its row, and how that came to be known as the evidence's source."""

    node: str
    endpoint: Row
    source: str


def find(world: World, namespace: Namespace, link: Row, miss: str, key: str, wanted: str) -> Peer | None:
    """Who has ``wanted`` as its ``key`` (address or mac) as another engine says, if ``miss`` (l2miss, l3miss) is on."""
    if not link["vxlan"][miss] or namespace.content.get("kind") != "docker":
        return None
    for node, content in world.document["nodes"].items():
        for network in (content.get("docker") or {}).get("networks") or [] if node != namespace.node else []:
            # With Swarm's own networks (scope "swarm") managers tell of endpoints, and a miss is not asked about.
            if network["scope"] != "global" or not is_network_namespace(namespace.name, network["id"]):
                continue
            for endpoint in network["endpoints"]:
                if endpoint["container"] and endpoint[key] == wanted:
                    return Peer(node, endpoint, f"endpoints of network {network['name']} on {node}")
    return None


def tunnel_address(world: World, node: str) -> str:
    """Where a node's VTEP is: what its engine advertises. Raises Unknown."""
    engine = read(read(world.document["nodes"][node], "legacy_swarm"), "engine")
    return str(read(engine, "cluster_advertise").rpartition(":")[0])
