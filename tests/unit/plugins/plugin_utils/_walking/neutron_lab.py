# SPDX-License-Identifier: GPL-3.0-or-later
"""The recorded OVN lab as it looks when Neutron has made it: each object has an identifier and is called by that.

What Open vSwitch said of packets stays true, as it has nothing of names. Servers are Nova's, their ports have no names.
"""

from __future__ import annotations

import re
import uuid
from typing import Any

Row = dict[str, Any]

NETWORKS, ROUTER = ("internal1", "internal2", "public"), "router1"
SERVERS = {
    "testinstance1": ("internal1", "chassis1"),
    "testinstance2": ("internal1", "chassis2"),
    "testinstance3": ("internal2", "chassis2"),
    "testinstance4": ("internal2", "chassis3"),
}


def identifier(name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{name}.example"))


def _logical_names() -> dict[str, str]:
    names = {name: f"neutron-{identifier(name)}" for name in (*NETWORKS, ROUTER)}
    names.update({name: identifier(f"port {name}") for name in SERVERS})
    names["public-extnet"] = f"provnet-{identifier('segment')}"
    for network in NETWORKS:
        port = identifier(f"router port {network}")
        names.update({f"{network}-{ROUTER}": port, f"{ROUTER}-{network}": f"lrp-{port}"})
        names[f"cr-{ROUTER}-{network}"] = f"cr-lrp-{port}"
    return names


NAMES = _logical_names()


def as_neutron(document: Row) -> Row:
    """The document with the names of Neutron in OVN, and with ``control.neutron``."""
    control = {key: _renamed(value) for key, value in document["control"].items()}
    _write_external_ids(control["ovn_nb"])
    control["neutron"] = _neutron(control["ovn_nb"])
    document["control"] = control
    for node in document["nodes"].values():
        for bridge in (node.get("ovs") or {}).get("bridges", []):
            for port in bridge["ports"]:
                for interface in port["interfaces"]:
                    interface["external_ids"] = _renamed(interface["external_ids"])
    return document


def as_virtual_machines(document: Row, *names: str) -> Row:
    """The document with servers that are in no namespace, but behind a tap device of their chassis."""
    for name in names:
        node = document["nodes"][SERVERS[name][1]]
        del node["namespaces"][name]
        for link in node["namespaces"]["host"]["links"]:
            if (link.get("peer") or {}).get("namespace") == name:
                link.update(kind="tun", peer=None)
    return document


def _renamed(value: Any) -> Any:
    """Names where they stand alone, and within the quotes of an expression."""
    if isinstance(value, str):
        return re.sub(r'"([^"]+)"', lambda found: f'"{NAMES.get(found[1], found[1])}"', NAMES.get(value, value))
    if isinstance(value, list):
        return [_renamed(one) for one in value]
    if isinstance(value, dict):
        return {key: _renamed(one) if key != "hostname" else one for key, one in value.items()}
    return value


def _write_external_ids(northbound: Row) -> None:
    called = {logical: name for name, logical in NAMES.items()}
    for switch in northbound["switches"]:
        switch["external_ids"] = {"neutron:network_name": called[switch["name"]]}
        for port in switch["ports"]:
            name = called[port["name"]]
            if port["type"] == "localnet":
                port["external_ids"] = {"neutron:provnet-physical-network": "extnet"}
                continue
            gateway = "gateway" if name == f"public-{ROUTER}" else "interface"
            is_router = port["type"] == "router"
            port["external_ids"] = {
                "neutron:port_name": "",
                "neutron:device_id": identifier(ROUTER if is_router else name),
                "neutron:device_owner": f"network:router_{gateway}" if is_router else "compute:nova",
                "neutron:cidrs": " ".join(f"{word}/24" for word in port["addresses"][0].split()[1:]),
            }
    for router in northbound["routers"]:
        router["external_ids"] = {"neutron:router_name": called[router["name"]]}


def _neutron(northbound: Row) -> Row:
    ports = []
    for switch in northbound["switches"]:
        for port in switch["ports"]:
            ids = port["external_ids"]
            if port["type"] == "localnet":
                continue
            router_port = next(
                (row for row in northbound["routers"][0]["ports"] if row["name"] == f"lrp-{port['name']}"), None
            )
            mac, *addresses = port["addresses"][0].split()
            if router_port:
                mac, addresses = router_port["mac"], [one.partition("/")[0] for one in router_port["networks"]]
            ports.append(
                {
                    "id": port["name"],
                    "name": "",
                    "network": switch["name"].removeprefix("neutron-"),
                    "mac": mac,
                    "addresses": [{"subnet": None, "address": address} for address in addresses],
                    "device_id": ids["neutron:device_id"],
                    "device_owner": ids["neutron:device_owner"],
                    "host": None,
                    "status": "ACTIVE",
                    "security_groups": [],
                }
            )
    return {
        "networks": [{"id": identifier(name), "name": name} for name in NETWORKS],
        "subnets": [],
        "ports": ports,
        "routers": [{"id": identifier(ROUTER), "name": ROUTER}],
        "floating_ips": [],
        "security_groups": [],
        "servers": [{"id": identifier(name), "name": name} for name in SERVERS],
    }
