# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Routers with their ports and routes, and the translation of what leaves through them."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address, ip_network

from ansible_collections.packetwalk.labs.plugins.module_utils._naming._neutron_objects import (
    DATAPATH,
    ROUTER_GATEWAY,
    ROUTER_PORT,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._neutron_ovn._cloud import (
    ROUTER_INTERFACES,
    Cloud,
    Row,
    identifier,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._neutron_ovn._drift import (
    NORTHBOUND,
    NORTHD,
    SOUTHBOUND,
    SYNCHRONIZE,
    Compared,
    Drift,
    differing,
    left,
    missing,
)

KIND = "router"
_ANYWHERE = {4: "0.0.0.0/0", 6: "::/0"}

_Pair = tuple[str, str]


def routers(cloud: Cloud) -> Iterator[Compared]:
    """Every router with what is on it, and every logical router of one that is gone."""
    datapaths = {row["name"] for row in cloud.ovn.southbound["datapaths"]}
    for router in cloud.routers.values():
        yield Compared(KIND, router["id"], router["name"], list(_router(cloud, router, datapaths)))
        yield from _ports(cloud, router)
    for name, logical in cloud.logical_routers.items():
        gone = identifier(name)
        if gone and gone not in cloud.routers:
            known = logical["external_ids"].get("neutron:router_name", name)
            yield Compared(KIND, gone, known, [left(NORTHBOUND, name, f"ovn-nbctl lr-del {name}")])


def _router(cloud: Cloud, router: Row, datapaths: set[str]) -> Iterator[Drift]:
    name = f"{DATAPATH}{router['id']}"
    logical = cloud.logical_routers.get(name)
    if logical is None:
        yield missing(NORTHBOUND, name, SYNCHRONIZE)
        return
    words = ("disable", "enable") if router["admin_up"] else ("enable", "disable")
    rewrite = " && ".join(f"openstack router set --{word} {router['id']}" for word in words)
    noted = logical["external_ids"].get("neutron:router_name")
    yield from differing("name", NORTHBOUND, router["name"], noted, SYNCHRONIZE)
    yield from differing("enabled", NORTHBOUND, router["admin_up"], logical["enabled"], rewrite)
    yield from _routes(cloud, router, logical)
    yield from _translation(cloud, router, name)
    if name not in datapaths:
        yield missing(SOUTHBOUND, name, repair_reason=NORTHD)


def _routes(cloud: Cloud, router: Row, logical: Row) -> Iterator[Drift]:
    wanted = {_route(row["destination"], row["next_hop"]) for row in router["routes"]}
    for row in router["external_addresses"]:
        subnet = cloud.subnets.get(row["subnet"])
        if subnet and subnet["gateway"]:
            wanted.add(_route(_ANYWHERE[subnet["ip_version"]], subnet["gateway"]))
    # Routes with a policy or in a table of their own are not Neutron's.
    plain = [row for row in logical["routes"] if not row["table"] and row["policy"] in (None, "dst-ip")]
    found = {_route(row["destination"], row["next_hop"]) for row in plain}
    for destination, next_hop in sorted(wanted - found):
        command = f"ovn-nbctl lr-route-add {logical['name']} {destination} {next_hop}"
        yield Drift(f"route to {destination} in the northbound database", NORTHBOUND, next_hop, None, command)
    for destination, next_hop in sorted(found - wanted):
        command = f"ovn-nbctl lr-route-del {logical['name']} {destination} {next_hop}"
        yield Drift(f"route to {destination} left in the northbound database", NORTHBOUND, None, next_hop, command)


def _route(destination: str, next_hop: str) -> _Pair:
    return str(ip_network(destination, strict=False)), next_hop


def _translation(cloud: Cloud, router: Row, name: str) -> Iterator[Drift]:
    """Source NAT of all that leaves: of everything, or of each subnet alone, as Neutron did before 2025."""
    found = {
        (row["external_address"], row["logical_address"])
        for row in cloud.ovn.northbound["nats"]
        if row["router"] == name and row["type"] == "snat"
    }
    outside = [row["address"] for row in router["external_addresses"] if ip_address(row["address"]).version == 4]
    if not router["snat"]:
        outside = []
    inside = {
        cloud.subnets[row["subnet"]]["cidr"]
        for port in cloud.ports_of(router, *ROUTER_INTERFACES)
        for row in port["addresses"]
        if row["subnet"] in cloud.subnets and ip_address(row["address"]).version == 4
    }
    each = {(address, cidr) for address in outside for cidr in inside}
    everything = {(address, _ANYWHERE[4]) for address in outside}
    wanted = each if found & each and not found & everything else everything
    for address, logical in sorted(wanted - found):
        yield Drift(f"source NAT of {logical} in the northbound database", NORTHBOUND, address, None, SYNCHRONIZE)
    for address, logical in sorted(found - wanted):
        command = f"ovn-nbctl lr-nat-del {name} snat {logical}"
        yield Drift(f"source NAT of {logical} left in the northbound database", NORTHBOUND, None, address, command)


def _ports(cloud: Cloud, router: Row) -> Iterator[Compared]:
    logical = cloud.logical_routers.get(f"{DATAPATH}{router['id']}")
    if logical is None:
        return  # with all that is on it
    found = {row["name"]: row for row in logical["ports"]}
    wanted = {f"{ROUTER_PORT}{port['id']}": port for port in cloud.ports_of(router, ROUTER_GATEWAY, *ROUTER_INTERFACES)}
    for name, port in wanted.items():
        drifts = list(_port(cloud, port, found.get(name), name))
        yield Compared("router port", port["id"], cloud.name_of(port), drifts)
    for name in sorted(found.keys() - wanted.keys()):
        drift = left(NORTHBOUND, name, f"ovn-nbctl lrp-del {name}")
        yield Compared("router port", name, f"{router['name']} {name}", [drift])


def _port(cloud: Cloud, port: Row, row: Row | None, name: str) -> Iterator[Drift]:
    if row is None:
        yield missing(NORTHBOUND, name, SYNCHRONIZE)
        return
    command = f"ovn-nbctl set Logical_Router_Port {name}"
    yield from differing("MAC address", NORTHBOUND, port["mac"], row["mac"], f"{command} 'mac=\"{port['mac']}\"'")
    yield from differing("networks", NORTHBOUND, cloud.prefixes_of(port), set(row["networks"]), SYNCHRONIZE)
    yield from differing("enabled", NORTHBOUND, True, row["enabled"], f"{command} enabled=true")
    if name not in cloud.ovn.bindings:
        yield missing(SOUTHBOUND, name, repair_reason=NORTHD)
