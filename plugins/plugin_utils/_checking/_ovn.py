# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""A lab with OVN as its checks see it: what is wanted, what became of it, and the Open vSwitch of each chassis."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from ipaddress import ip_address, ip_interface
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import Evidence, Finding, error, evidence
from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import Unknown, read

Row = dict[str, Any]

NORTHBOUND, SOUTHBOUND, SWITCH = "northbound database", "southbound database", "Open vSwitch"
_MAC = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}")


class Ovn:
    """Joins of the state document. A chassis has the name that it is registered with, a node that of the inventory."""

    def __init__(self, document: dict[str, Any]) -> None:
        control = document["control"]
        self.northbound: Row = read(control, "ovn_nb")
        self.southbound: Row = read(control, "ovn_sb")
        self.lag: Row = read(control, "ovn_lag")
        nodes = {name: node for name, node in sorted(document["nodes"].items()) if "ovs" in node}
        self.switch_of: dict[str, Row] = {name: node["ovs"] for name, node in nodes.items() if node["ovs"] is not None}
        self.unreadable: dict[str, str] = {
            name: node.get("ovs_reason") or "no reason was given" for name, node in nodes.items() if node["ovs"] is None
        }
        self.node_of: dict[str, str] = {
            ovs["system_id"]: node for node, ovs in self.switch_of.items() if ovs["system_id"]
        }
        self.chassis: dict[str, Row] = {row["name"]: row for row in self.southbound["chassis"]}
        self.bindings: dict[str, Row] = {row["name"]: row for row in self.southbound["port_bindings"]}
        self.switch_ports: dict[str, Row] = {
            port["name"]: port for switch in self.northbound["switches"] for port in switch["ports"]
        }
        self.router_ports: dict[str, Row] = {
            port["name"]: port for router in self.northbound["routers"] for port in router["ports"]
        }
        # Router port to the logical switch that it is on.
        self.attached: dict[str, Row] = {
            port["options"]["router-port"]: switch
            for switch in self.northbound["switches"]
            for port in switch["ports"]
            if port["type"] == "router" and "router-port" in port["options"]
        }

    def addresses(self, chassis: str) -> set[str]:
        """Where tunnels to a chassis lead."""
        return {row["address"] for row in self.chassis.get(chassis, {}).get("encapsulations", [])}

    def tunnels(self, node: str, chassis: str) -> list[Row]:
        """Tunnels of a node that lead to a chassis."""
        addresses = self.addresses(chassis)
        return [row for row in self.switch_of[node]["tunnels"] if row["remote"] in addresses]

    def is_alive(self, chassis: str) -> bool:
        """Whether a chassis is registered, and someone of those that watch it with BFD hears it."""
        others = (node for node in self.switch_of if node != self.node_of.get(chassis))
        heard = [
            tunnel["bfd"]["state"] == "up"
            for node in others
            for tunnel in self.tunnels(node, chassis)
            if watched(tunnel)
        ]
        return chassis in self.chassis and (not heard or any(heard))

    def interfaces(self, node: str) -> Iterator[tuple[str, Row, Row]]:
        """Bridge, port and interface of everything that is plugged into the Open vSwitch of a node."""
        for bridge in self.switch_of[node]["bridges"]:
            for port in bridge["ports"]:
                for interface in port["interfaces"]:
                    yield bridge["name"], port, interface

    def candidates(self, router_port: Row) -> list[str]:
        """Registered chassis that may have the gateway of a router port, the preferred one first."""
        return [row["chassis"] for row in router_port["gateway_chassis"] if row["chassis"] in self.chassis]

    def external_network(self, router: Row, address: str) -> str:
        """The logical switch on which a router answers for an address; the router itself where it is routed there."""
        for port in router["ports"]:
            if port["name"] in self.attached and on_link(port, address):
                return str(self.attached[port["name"]]["name"])
        return str(router["name"])


def each_chassis(ovn: Ovn, judge: Callable[[Ovn, str], Iterator[Finding]]) -> Iterator[Finding]:
    """Findings of ``judge`` on each node that is a chassis, and an error for each that does not let us look."""
    for node, reason in ovn.unreadable.items():
        yield error(node, f"Open vSwitch of {node}", reason)
    for node in ovn.switch_of:
        try:
            yield from judge(ovn, node)
        except Unknown as reason:
            yield error(node, f"Open vSwitch of {node}", str(reason))


def watched(tunnel: Row) -> bool:
    """Whether BFD is on."""
    return bool(tunnel["bfd"] and tunnel["bfd"]["enabled"])


def on_link(router_port: Row, address: str) -> bool:
    return any(ip_address(address) in ip_interface(network).network for network in router_port["networks"])


def owned(texts: Iterable[str | None]) -> Iterator[tuple[str, str]]:
    """Pairs of MAC and IP address of a logical switch port; those that OVN is to find out are not among them."""
    for text in texts:
        mac, *addresses = (text or "").lower().split() or [""]
        if _MAC.fullmatch(mac):
            yield from ((mac, address) for address in addresses if address != "dynamic")


def seen(source: str, row: Row | None, *keys: str, node: str | None = None) -> Evidence:
    """Where something was seen, with these keys of the row, or all."""
    return evidence(node, None, source, {key: row[key] for key in keys} if row and keys else row)


def seen_on(node: str, rows: Iterable[Row], *keys: str) -> list[Evidence]:
    """Where rows were seen in the Open vSwitch of a node, or that none was."""
    return [seen(SWITCH, row, *keys, node=node) for row in rows] or [seen(SWITCH, None, node=node)]
