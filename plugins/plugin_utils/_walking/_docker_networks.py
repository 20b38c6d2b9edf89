# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""The networks in which Docker's DNS answers, and who is where in them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._names import NamedNamespace

# Docker's DNS does not know the containers of these (moby daemon/network.go), nor those of an ingress network, which is
# for routing only (libnetwork/network.go: addSvcRecords).
_WITHOUT_NAMES = ("bridge", "docker_gwbridge", "host", "none")


class DockerNetworks:
    """What the engines of all nodes say of their networks. An overlay network has one identifier on all nodes."""

    def __init__(self, nodes: dict[str, Any]) -> None:
        self._of_node = {name: (node.get("docker") or {}).get("networks") or [] for name, node in nodes.items()}
        self._names: dict[str, str] = {
            network["id"]: network["name"]
            for networks in self._of_node.values()
            for network in networks
            if network["name"] not in _WITHOUT_NAMES and not network.get("ingress")
        }

    def attachments(self, attached: NamedNamespace) -> dict[str, tuple[str, dict[str, Any]]]:
        """Network id to the address of a task or a container there, with its evidence.

        Its own engine tells it; of a task the managers do, too.
        """
        found = {}
        for row in (attached.task or {}).get("addresses") or ():
            evidence = {"node": None, "namespace": None, "source": f"task {attached.name}", "row": row}
            found[row["network"]] = (row["address"], evidence)
        for network in self._of_node.get(attached.node, ()):
            source = f"endpoints of network {network['name']}"
            for row in network.get("endpoints") or ():
                if attached.container and row.get("container") == attached.container["id"]:
                    evidence = {"node": attached.node, "namespace": attached.namespace, "source": source, "row": row}
                    found[network["id"]] = (row["address"], evidence)
        return {network: found[network] for network in self.sorted(found) if found[network][0]}

    def sorted(self, identifiers: Iterable[str]) -> list[str]:
        """Those in which Docker's DNS answers, sorted by name."""
        known = {identifier for identifier in identifiers if identifier in self._names}
        return sorted(known, key=lambda identifier: (self._names[identifier], identifier))

    def listed(self, identifiers: Iterable[str]) -> str:
        """Their names for a message."""
        return ", ".join(self._names[known] for known in self.sorted(identifiers)) or "no network with Docker's DNS"
