# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""A cloud as its comparison sees it: what Neutron wants beside OVN's databases and the Open vSwitch of each chassis."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from ipaddress import ip_network
from typing import Any

from ansible_collections.packetwalk.labs.plugins.module_utils._naming._neutron_names import Names
from ansible_collections.packetwalk.labs.plugins.module_utils._naming._neutron_objects import DATAPATH, ROUTER_INTERFACE
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._ovn import Ovn
from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import read

Row = dict[str, Any]

# What ovn-northd calls the port of a gateway that its chassis has: this and the router's port.
REDIRECT = "cr-"
# The port group of all ports with port security (neutron/common/ovn/constants.py).
DROP_GROUP = "neutron_pg_drop"

# Owners of ports (neutron_lib/constants.py).
FLOATING_IP, DISTRIBUTED = "network:floatingip", "network:distributed"
ROUTER_INTERFACES = (
    ROUTER_INTERFACE,
    "network:router_interface_distributed",
    "network:ha_router_replicated_interface",
)
_NEUTRONS = ("network:", "neutron:")
_UNBOUND = ("unbound", "binding_failed", "", None)

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Cloud:
    """Joins of the state document. Raises Unknown when Neutron or OVN was not read."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.neutron: Row = read(document["control"], "neutron")
        self.ovn = Ovn(document)
        self.document = document
        self._names = Names(document["control"])
        self.networks = _by_id(read(self.neutron, "networks"))
        self.subnets = _by_id(read(self.neutron, "subnets"))
        self.ports = _by_id(read(self.neutron, "ports"))
        self.routers = _by_id(read(self.neutron, "routers"))
        self.floating_ips = _by_id(read(self.neutron, "floating_ips"))
        self.security_groups = _by_id(read(self.neutron, "security_groups"))
        self.servers = _by_id(self.neutron["servers"] or ())
        northbound = self.ovn.northbound
        self.switches: dict[str, Row] = {row["name"]: row for row in northbound["switches"]}
        self.logical_routers: dict[str, Row] = {row["name"]: row for row in northbound["routers"]}
        self.port_groups: dict[str, Row] = {row["name"]: row for row in northbound["port_groups"]}
        self.dhcp_options: dict[str, Row] = {row["uuid"]: row for row in northbound["dhcp_options"]}
        self.ha_groups: dict[str, Row] = {row["name"]: row for row in northbound["ha_chassis_groups"]}
        self.switch_of_port: dict[str, str] = {
            port["name"]: switch["name"] for switch in northbound["switches"] for port in switch["ports"]
        }
        # Logical port to where something is plugged in for it: node, bridge and interface.
        self.plugged: dict[str, list[tuple[str, str, Row]]] = defaultdict(list)
        for node in self.ovn.switch_of:
            for bridge, _port, interface in self.ovn.interfaces(node):
                if "iface-id" in interface["external_ids"]:
                    self.plugged[interface["external_ids"]["iface-id"]].append((node, bridge, interface))

    def ports_in_ovn(self) -> Iterator[Row]:
        """Ports that Neutron makes logical ports of: all but those that only hold the address of a floating IP."""
        return (port for port in self.ports.values() if port["device_owner"] != FLOATING_IP)

    def ports_of(self, router: Row, *owners: str) -> list[Row]:
        return [
            port for port in self.ports.values() if port["device_id"] == router["id"] and port["device_owner"] in owners
        ]

    def chassis_of(self, host: str | None) -> Row | None:
        """The chassis that Neutron, or Nova, calls so; also where they spell it in another way. One that a node is
        comes before what a chassis that is gone left."""
        rows = sorted(self.ovn.chassis.values(), key=lambda row: row["name"] not in self.ovn.node_of)
        spelled = [row for row in rows if host in (row["hostname"], row["name"])]
        alike = [row for row in rows if host and same_host(host, row["hostname"])]
        return next(iter(spelled + alike), None)

    def node_of(self, chassis: str | None) -> str | None:
        return self.ovn.node_of.get(chassis or "")

    def name_of(self, port: Row) -> str:
        """What walks and traces call a port too: its server's name, else its own, else what it is for."""
        return self._names.port_name[port["id"]]

    def prefixes_of(self, port: Row) -> set[str]:
        """Its addresses with the length of their prefixes, as a router's port has them."""
        known = [row for row in port["addresses"] if row["subnet"] in self.subnets]
        return {f"{row['address']}/{ip_network(self.subnets[row['subnet']]['cidr']).prefixlen}" for row in known}

    def setting(self, key: str) -> str | None:
        """What Neutron noted in the northbound database of the whole cloud."""
        noted: str | None = self.ovn.northbound["settings"]["external_ids"].get(key)
        return noted


def is_bound(port: Row) -> bool:
    """Whether a chassis was asked for: unbound ports, and those that could not be bound, have none."""
    return bool(port["host"]) and port["vif_type"] not in _UNBOUND


def is_trusted(port: Row) -> bool:
    """Whether it is a port of Neutron itself, which is in no security group and not filtered."""
    return bool(port["device_owner"].startswith("network:"))


def is_secured(port: Row) -> bool:
    """Whether OVN filters what it sends and receives."""
    return bool(port["port_security"]) and not is_trusted(port)


def is_instance(port: Row) -> bool:
    """Whether it is somebody's, and not one of Neutron itself."""
    return not port["device_owner"].startswith(_NEUTRONS)


def is_uuid(text: str) -> bool:
    return _UUID.fullmatch(text) is not None


def same_host(one: str, other: str) -> bool:
    """Whether both may mean one host: in another case, or with and without the domain."""
    first, second = one.lower(), other.lower()
    return first == second or (first.partition(".")[0] == second.partition(".")[0] and "." in first + second)


def identifier(name: str) -> str | None:
    """The Neutron object that a switch or a router of OVN is made of, or None when it is somebody else's."""
    found = name[len(DATAPATH) :]
    return found if name.startswith(DATAPATH) and is_uuid(found) else None


def _by_id(rows: Iterable[Row]) -> dict[str, Row]:
    return {row["id"]: row for row in rows}
