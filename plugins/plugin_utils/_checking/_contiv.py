# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""A lab with Contiv on legacy Swarm as its checks see it: what is wanted, what netmaster says, and each node."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import Evidence, Finding, error, evidence
from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import Unknown, read

Row = dict[str, Any]

NETMASTER, ENGINE, SWITCH = "netmaster", "engine", "Open vSwitch"
# netplugin drivers/ovsdriver.go: what it calls its bridges, and itself as a driver of engines.
VXLAN_BRIDGE, VLAN_BRIDGE, DRIVER = "contivVxlanBridge", "contivVlanBridge", "netplugin"
BRIDGES = {"vxlan": VXLAN_BRIDGE, "vlan": VLAN_BRIDGE}


@dataclass(frozen=True)
class Attachment:
    """A container's end on a network of an engine, as the engine that it runs on tells."""

    node: str
    container: str
    address: str | None
    mac: str | None

    def __str__(self) -> str:
        return f"{self.address} {self.mac} on {self.node}"


class Contiv:
    """Joins of the state document and the intent.

    * ``nodes``: names of the nodes that the lab has or should have, sorted.
    * ``wanted``: the intent's part, empty without one; ``hosts`` in it are nodes and their addresses.
    * ``name_of``: what a host calls itself, to its name in the inventory.
    """

    def __init__(self, document: Row, intent: Row) -> None:
        self.control: Row = document["control"]
        self.wanted: Row = intent.get("contiv") or {}
        self.hosts: dict[str, Row] = self.wanted.get("hosts") or {}
        self._nodes: dict[str, Row] = document["nodes"]
        told = (name for name, node in self._nodes.items() if "legacy_swarm" in node)
        self.nodes: list[str] = sorted({*self.hosts, *told})
        self.name_of = {self._nodes.get(name, {}).get("hostname") or name: name for name in self.nodes}
        # netplugin is told the name of the inventory.
        self.name_of.update((name, name) for name in self.nodes)

    # What a node says. All of these raise Unknown.

    def node(self, name: str) -> Row:
        if name not in self._nodes:
            raise Unknown("this node of the lab is not in the state document")
        return self._nodes[name]

    def swarm(self, name: str) -> Row:
        """What ``packetwalk.labs.legacy_swarm_info`` returned on the node."""
        found: Row = read(self.node(name), "legacy_swarm")
        return found

    def runs(self, name: str, daemon: str) -> bool:
        return bool((read(self.swarm(name), "daemons").get(daemon) or {}).get("running"))

    def engine(self, name: str) -> Row:
        found: Row = read(self.node(name), "docker")
        return found

    def engine_networks(self, name: str) -> dict[str, Row]:
        return {row["name"]: row for row in read(self.engine(name), "networks")}

    def containers(self, name: str) -> dict[str, Row]:
        """Running containers of the node by identifier."""
        rows = read(self.engine(name), "containers")
        return {row["id"]: row for row in rows if row["state"] == "running"}

    def attached(self, name: str, network: Row) -> dict[str, Attachment]:
        """Endpoints on a network of an engine of containers that run on the node, by identifier.

        An engine lists what others have there too, without a container.
        """
        running = self.containers(name)
        return {
            row["endpoint_id"]: Attachment(name, running[row["container"]]["name"], row["address"], row["mac"])
            for row in network["endpoints"]
            if row["container"] in running
        }

    def bridge(self, name: str, bridge: str) -> Row | None:
        """A bridge of the node's Open vSwitch, or None."""
        return next((row for row in read(read(self.node(name), "ovs"), "bridges") if row["name"] == bridge), None)

    def interfaces(self, name: str, bridge: str) -> Iterator[tuple[Row, Row]]:
        """Ports of a bridge with their interfaces; none where there is no such bridge."""
        found = self.bridge(name, bridge)
        for port in found["ports"] if found else ():
            for interface in port["interfaces"]:
                yield port, interface

    def tunnel_ports(self, name: str) -> Iterator[Row]:
        """Interfaces that lead to other nodes' VXLAN bridges."""
        return (interface for _port, interface in self.interfaces(name, VXLAN_BRIDGE) if interface["type"] == "vxlan")

    def port_of(self, name: str, network: Row, endpoint: Row) -> tuple[Row, Row] | None:
        """Port and interface of an endpoint in its bridge, which netplugin marks with the endpoint's identifier."""
        found = self.interfaces(name, BRIDGES[network["encapsulation"]])
        return next((pair for pair in found if _endpoint_of(pair[1]).endswith(f"-{endpoint['id']}")), None)

    # What netmaster says

    @property
    def netmaster(self) -> Row:
        """Raises Unknown."""
        found: Row = read(self.control, "contiv")
        return found

    def networks(self, *encapsulations: str) -> list[Row]:
        """Networks that containers can be on, of these encapsulations or all."""
        return [
            row
            for row in read(self.netmaster, "networks")
            if row["docker_network"] and (not encapsulations or row["encapsulation"] in encapsulations)
        ]

    def endpoints(self, network: Row) -> list[Row]:
        return [row for row in read(self.netmaster, "endpoints") if _same(row, network, "name")]

    def groups(self, network: Row) -> list[Row]:
        return [row for row in read(self.netmaster, "endpoint_groups") if _same(row, network, "name")]

    def vtep(self, host: str) -> str | None:
        """Where tunnels to the host that an endpoint is on lead, as the intent has it."""
        return (self.hosts.get(self.name_of.get(host, host)) or {}).get("vtep_address")


def each_node(
    contiv: Contiv, judge: Callable[[Contiv, str], Iterator[Finding]], names: Iterable[str] | None = None
) -> Iterator[Finding]:
    """Findings of ``judge`` on each node, and an error for each that does not let us look."""
    for name in contiv.nodes if names is None else names:
        try:
            yield from judge(contiv, name)
        except Unknown as reason:
            yield error(name, f"state of {name}", str(reason))


def readable(contiv: Contiv, look: Callable[[str], Any]) -> tuple[dict[str, Any], list[Finding]]:
    """By node what ``look`` has of it, and an error for each node that does not let us look."""
    found: dict[str, Any] = {}
    problems: list[Finding] = []
    for name in contiv.nodes:
        try:
            found[name] = look(name)
        except Unknown as reason:
            problems.append(error(name, f"state of {name}", str(reason)))
    return found, problems


def label(network: Mapping[str, Any]) -> str:
    return f"{network.get('tenant') or 'default'}/{network['name']}"


def subnet_of(text: str | None) -> str | None:
    """``10.9.3.0/24`` of it, of ``10.9.3.7/24`` and of the range ``10.9.3.10-10.9.3.40/24``, as engines have it."""
    if not text:
        return None
    first, _slash, length = text.partition("/")
    return str(ip_network(f"{first.partition('-')[0]}/{length}", strict=False))


def seen(source: str, row: Row | None, *keys: str, node: str | None = None) -> Evidence:
    """Where something was seen, with these keys of the row, or all."""
    return evidence(node, None, source, {key: row[key] for key in keys} if row and keys else row)


def seen_all(source: str, rows: Iterable[Row], *keys: str, node: str | None = None) -> list[Evidence]:
    """Where rows were seen, or that none was."""
    return [seen(source, row, *keys, node=node) for row in rows] or [seen(source, None, node=node)]


def _same(row: Row, network: Row, key: str) -> bool:
    return (row["tenant"], row["network"]) == (network["tenant"], network[key])


def _endpoint_of(interface: Row) -> str:
    return str(interface["external_ids"].get("endpoint-id", ""))
