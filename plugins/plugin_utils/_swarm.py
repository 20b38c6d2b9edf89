# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""One Docker swarm: what its nodes and its managers say, joined."""

from __future__ import annotations

import ipaddress
import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._docker_names import is_network_namespace
from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import links, read

DEFAULT_DATA_PATH_PORT = 4789  # what an engine without --data-path-port uses (RFC 7348)

# What a task can be in on its node before it ends (swarmkit api/types.proto: TaskState).
_ALIVE = ("assigned", "accepted", "preparing", "ready", "starting", "running")

# Since engine 18.09 (moby daemon/libnetwork/service_linux.go) each network has one load balancer per node;
# before, every container carried its own.
_FIRST_ENGINE_WITH_BALANCER = (18, 9)


@dataclass(frozen=True)
class Endpoint:
    """An address on an overlay network: a task, a plain container or a load balancer."""

    node: str
    address: str
    mac: str
    label: str
    container: str | None


class Swarm:
    """The swarm of a state document whose ``control.swarm`` is there.

    * ``cluster``: ``control.swarm``.
    * ``members``: names of the nodes of the document that are in the swarm and told what their engine knows.
    * ``unreadable``: name to reason, of the nodes in the swarm that did not.
    * ``name_of``: node id of the swarm to the node's name in the document, else its host name.
    * ``down``: node ids that the managers call anything else than ready.
    """

    def __init__(self, document: dict[str, Any]) -> None:
        self.nodes: dict[str, Any] = document["nodes"]
        self.cluster: dict[str, Any] = document["control"]["swarm"]
        self.down = {row["id"] for row in self.cluster["nodes"] if row["state"] != "ready"}
        self.members: list[str] = []
        self.unreadable: dict[str, str] = {}
        self.name_of: dict[str, str] = {}
        self._endpoints: dict[str, list[Endpoint]] = {}
        for row in sorted(self.cluster["nodes"], key=lambda row: (row["hostname"], row["id"])):
            self._join(row)
        self.members.sort()

    def _join(self, row: dict[str, Any]) -> None:
        name = self._document_name(row)
        self.name_of[row["id"]] = name or row["hostname"]
        if row["id"] in self.down:
            return
        node = self.nodes.get(name) if name else None
        if node is None:
            self.unreadable[row["hostname"]] = "this member of the swarm is not in the state document"
        elif not node.get("docker"):
            self.unreadable[str(name)] = node.get("docker_reason") or "its engine did not answer"
        elif not node.get("namespaces"):
            self.unreadable[str(name)] = node.get("namespaces_reason") or "its namespaces could not be read"
        else:
            self.members.append(str(name))

    def _document_name(self, row: dict[str, Any]) -> str | None:
        for name, node in self.nodes.items():
            if ((node.get("docker") or {}).get("swarm") or {}).get("node_id") == row["id"]:
                return name
        for name, node in self.nodes.items():
            # A node that joined twice has two rows with one host name; its engine knows which of them it is.
            if not node.get("docker") and row["hostname"] in (name, node.get("hostname")):
                return name
        return None

    def engine(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.nodes[name]["docker"]
        return found

    def namespaces(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.nodes[name]["namespaces"]
        return found

    def host(self, name: str) -> dict[str, Any]:
        """The host's own network namespace. Raises Unknown."""
        found: dict[str, Any] = read(self.namespaces(name), "host")
        return found

    def has_balancers(self, name: str) -> bool:
        """Whether this engine keeps one load balancer per network and node, and not one in every container."""
        version = re.match(r"(\d+)\.(\d+)", self.engine(name)["version"] or "")
        return version is None or (int(version[1]), int(version[2])) >= _FIRST_ENGINE_WITH_BALANCER

    def missing_ip_vs(self, name: str) -> str | None:
        """Why this node's kernel cannot balance load, or None when it can."""
        feature = (self.nodes[name].get("capabilities") or {}).get("features", {}).get("ip_vs", {})
        if feature.get("present") is False:
            return str(feature.get("reason") or "this kernel has no ip_vs")
        return None

    # Networks

    def overlays(self, name: str, in_use: bool = True) -> list[dict[str, Any]]:
        """Overlay networks of a node. A manager lists all of them; in use are those with an endpoint on the node."""
        return [
            network
            for network in read(self.engine(name), "networks")
            if network["driver"] == "overlay" and (network["endpoints"] or not in_use)
        ]

    def network(self, name: str, network_id: str) -> dict[str, Any] | None:
        """What a node says of an overlay network it uses, or None when it does not use it."""
        return next((network for network in self.overlays(name) if network["id"] == network_id), None)

    def networks(self) -> dict[str, dict[str, Any]]:
        """Network id to what one of the members says of it, of all overlay networks."""
        found: dict[str, dict[str, Any]] = {}
        for name in self.members:
            for network in self.overlays(name, in_use=False):
                found.setdefault(network["id"], network)
        return found

    def vni(self, network_id: str) -> int | None:
        """The VXLAN network identifier of a network: what most nodes that use it say."""
        told = Counter(
            vni
            for name in self.members
            for network in self.overlays(name, in_use=False)
            if network["id"] == network_id
            for vni in network["vnis"]
        )
        return told.most_common(1)[0][0] if told else None

    def vxlan(self, name: str, network: dict[str, Any]) -> tuple[str, dict[str, Any]] | None:
        """Namespace and VXLAN link of a network on a node.

        The VNI tells them apart whatever Docker calls them: ``vxlan0`` in a namespace of its own, or
        ``vx-001000-lpq3t`` in the host's. Only where no link has the VNI the name of the namespace decides.
        """
        found = list(links(self.nodes[name], "vxlan"))
        for namespace, link in found:
            if link["vxlan"]["vni"] in network["vnis"]:
                return namespace, link
        for namespace, link in found:
            if is_network_namespace(namespace, network["id"]):
                return namespace, link
        return None

    @property
    def data_path_port(self) -> int:
        """UDP port of VXLAN in this swarm; only managers tell it."""
        told = (self.engine(name)["swarm"].get("data_path_port") for name in self.members)
        return next((port for port in told if port), DEFAULT_DATA_PATH_PORT)

    # Where things are

    @cached_property
    def vteps(self) -> dict[str, str | None]:
        """Address at which the other nodes reach each node's overlay networks."""
        advertised = {self.name_of[row["id"]]: row["address"] for row in self.cluster["nodes"]}
        return {**advertised, **{name: self._own_vtep(name) for name in self.members}}

    def _own_vtep(self, name: str) -> str | None:
        """NetworkDB tells it for each endpoint; it is another than the advertised address with --data-path-addr."""
        for network in self.overlays(name):
            own = {endpoint["endpoint_id"] for endpoint in network["endpoints"]}
            for service in network["services"]:
                for task in service["tasks"]:
                    if task["endpoint_id"] in own and task["host"]:
                        return str(task["host"])
        address: str | None = self.engine(name)["swarm"]["address"]
        return address

    @cached_property
    def undecided_vteps(self) -> set[str]:
        """Addresses of nodes whose endpoints are not known, because they are down or could not be read."""
        silent = {row["address"] for row in self.cluster["nodes"] if self.name_of[row["id"]] not in self.members}
        silent |= {row["address"] for row in self.cluster["nodes"] if row["id"] in self.down}
        return silent - {self.vteps[name] for name in self.members}

    def endpoints(self, network_id: str) -> list[Endpoint]:
        """Endpoints of a network on all nodes, as each node's own engine tells them.

        Of a node that could not be read the managers tell the tasks; their MAC address follows from the address. So
        they do of stopping tasks, whose endpoint is already gone on their own node but maybe not on the others.
        """
        if network_id not in self._endpoints:
            self._endpoints[network_id] = self._find_endpoints(network_id)
        return self._endpoints[network_id]

    def _find_endpoints(self, network_id: str) -> list[Endpoint]:
        found: dict[str, Endpoint] = {}
        for name in self.members:
            network = self.network(name, network_id)
            for row in network["endpoints"] if network else ():
                if not row["address"]:
                    continue
                label = task_label(row["name"]) if row["container"] else f"load balancer of {name}"
                found[row["address"]] = Endpoint(name, row["address"], row["mac"], label, row["container"])
        for task in self.live_tasks() + self.stopping_tasks():
            address = task_address(task, network_id)
            if address and address not in found:
                label = task_label(task["name"])
                found[address] = Endpoint(
                    self.name_of[task["node"]], address, mac_of_address(address), label, task["container"]
                )
        return sorted(found.values(), key=lambda endpoint: ipaddress.ip_address(endpoint.address))

    # Services and tasks

    def live_tasks(self, service_id: str | None = None) -> list[dict[str, Any]]:
        """Tasks that really run and are meant to, on nodes that are not down, of one service or of all.

        The desired state alone counts tasks that still prepare, and the real one alone those that are being replaced.
        """
        return [
            task
            for task in self.cluster["tasks"]
            if task["state"] == task["desired_state"] == "running" and self._is_placed(task, service_id)
        ]

    def stopping_tasks(self, service_id: str | None = None) -> list[dict[str, Any]]:
        """Tasks that are meant to have stopped and have not yet, on nodes that are not down, of one service or of all.

        For as long as the stop grace period, nodes may or may not know their endpoints any more.
        """
        return [
            task
            for task in self.cluster["tasks"]
            if task["desired_state"] in ("shutdown", "remove")
            and task["state"] in _ALIVE
            and self._is_placed(task, service_id)
        ]

    def _is_placed(self, task: dict[str, Any], service_id: str | None) -> bool:
        """Whether a task of this service (of any with None) is on a node of the swarm that is not down."""
        on_a_node = task["node"] in self.name_of and task["node"] not in self.down
        return on_a_node and service_id in (None, task["service"])

    def virtual_services(self, network_id: str) -> list[tuple[dict[str, Any], str, set[str]]]:
        """Services with a virtual address on a network: service, virtual address, addresses of its live tasks."""
        return [
            (service, virtual["address"], self.live_addresses(service["id"], network_id))
            for service in self.cluster["services"]
            if service["endpoint_mode"] == "vip"
            for virtual in service["virtual_addresses"]
            if virtual["network"] == network_id and virtual["address"]
        ]

    def live_addresses(self, service_id: str, network_id: str) -> set[str]:
        return _addresses(self.live_tasks(service_id), network_id)

    def stopping_addresses(self, network_id: str) -> set[str]:
        """Addresses of stopping tasks: what leads to them is neither required nor left over."""
        return _addresses(self.stopping_tasks(), network_id)


def task_address(task: dict[str, Any], network_id: str) -> str | None:
    return next((row["address"] for row in task["addresses"] if row["network"] == network_id), None)


def _addresses(tasks: list[dict[str, Any]], network_id: str) -> set[str]:
    found = (task_address(task, network_id) for task in tasks)
    return {address for address in found if address}


def task_label(name: str | None) -> str:
    """``web.1`` of ``web.1.91k5z4omh4jgowjxlyk4c8c4x``: a task without its identifier."""
    return re.sub(r"\.[a-z0-9]{25}$", "", name or "a task without a service")


def short_name(container: str) -> str:
    """``web.1`` of ``web.1.91k5z4omh4jgowjxlyk4c8c4x``, ``cli`` of a global service's task with its node."""
    return re.sub(r"(\.[a-z0-9]{25})+$", "", container)


def mac_of_address(address: str) -> str:
    """MAC address that Docker gives to an endpoint: 02:42 and the four bytes of its IPv4 address."""
    return ":".join(f"{byte:02x}" for byte in (0x02, 0x42, *ipaddress.IPv4Address(address).packed))
