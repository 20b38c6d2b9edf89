# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Why a desired topology cannot work, found before anything is changed. Each reason is one sentence."""

from __future__ import annotations

import collections
import ipaddress
import re
from typing import Any, Callable, Container, Dict, Iterable, Iterator, Set, Union

from ansible_collections.packetwalk.labs.plugins.module_utils._planning import _ovn_topology, _spelling
from ansible_collections.packetwalk.labs.plugins.module_utils._planning._ovn_rows import words
from ansible_collections.packetwalk.labs.plugins.module_utils._planning._ovn_topology import Topology, attachments

_Network = Union[ipaddress.IPv4Network, ipaddress.IPv6Network]

_MAC = re.compile(r"[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}")
# A string in an expression of OVN is the name of a logical port (ovn-sb(5), "Expressions").
_STRING = re.compile(r'"([^"]*)"')
_PORT_RANGE = range(1, 65536)
_VLANS = range(1, 4096)
# Of ACLs, gateway chassis and members of groups alike (ovn-nb(5)).
_PRIORITIES = range(32768)


# By name of a chassis, the physical networks that it has bridges for.
Chassis = Dict[str, Set[str]]


def chassis_of(rows: Iterable[dict[str, Any]]) -> Chassis:
    """Return the chassis of the southbound database from the ``name`` and ``other_config`` of its rows."""
    mappings = ((row["name"], (row["other_config"] or {}).get("ovn-bridge-mappings", "")) for row in rows)
    return {name: {each.partition(":")[0].strip() for each in text.split(",")} for name, text in mappings}


def refusals(topology: Topology, chassis: Chassis | None = None) -> list[str]:
    """Return what is wrong with a topology in itself; with ``chassis`` also what is wrong for these."""
    # What compares addresses needs them to be some.
    for checks in (_SPELLING, _MEANING):
        found = [sentence for check in checks for sentence in check(topology)]
        if found:
            return found
    return [] if chassis is None else list(_chassis_refusals(topology, chassis))


def unknown_ports(expressions: Iterable[str], ports: Container[str]) -> Iterator[str]:
    """Yield a sentence for each name in the expressions of ACLs that is not one of ``ports``; OVN takes any."""
    for expression in expressions:
        for name in _STRING.findall(expression):
            if name not in ports:
                yield f"ACL {expression}: there is no logical port {name}."


def _spelled_addresses(topology: Topology) -> Iterator[str]:
    return _spelling.misspelled(_addresses(topology))


def _addresses(topology: Topology) -> Iterator[_spelling.Text]:
    address, network, interface = ipaddress.ip_address, ipaddress.ip_network, _spelling.interface
    for switch in topology["switches"]:
        what = f"Switch {switch['name']}"
        if switch["subnet"]:
            yield what, ipaddress.IPv4Network, switch["subnet"]
        if switch["dhcp"]:
            yield f"{what}, DHCP", ipaddress.IPv4Address, switch["dhcp"]["router"]
            for server in switch["dhcp"]["dns_servers"]:
                yield f"{what}, DHCP", ipaddress.IPv4Address, server
        for host, addresses in switch["dns"].items():
            for each in addresses:
                yield f"{what}, DNS name {host}", address, each
        for port in switch["ports"]:
            yield f"Port {port['name']}", _mac, port["mac"]
            for each in port["addresses"]:
                yield f"Port {port['name']}", address, each
    for router in topology["routers"]:
        for port in router["ports"]:
            yield f"Router port {port['name']}", _mac, port["mac"]
            for each in port["networks"]:
                yield f"Router port {port['name']}", interface, each
        for route in router["routes"]:
            yield f"Route of router {router['name']}", network, route["destination"]
            yield f"Route of router {router['name']}", address, route["next_hop"]
        for nat in router["nat"]:
            what = f"NAT of router {router['name']}"
            yield what, address, nat["external_address"]
            yield what, network if nat["type"] == "snat" else address, nat["logical_address"]
            if nat["external_mac"]:
                yield what, _mac, nat["external_mac"]
    for group in topology["address_sets"]:
        for each in group["addresses"]:
            yield f"Address set {group['name']}", network, each
    for balancer in topology["load_balancers"]:
        for vip, backends in balancer["vips"].items():
            for each in [vip, *backends]:
                yield f"Load balancer {balancer['name']}", _endpoint, each


def _mac(text: str) -> None:
    if not _MAC.fullmatch(text):
        raise ValueError(f"{text!r} does not appear to be a MAC address")


def _endpoint(text: str) -> tuple[str, int | None]:
    """Return address and port of ``10.0.0.1:80`` or ``[fd00::1]:80``, the port ``None`` where there is none."""
    found = re.fullmatch(r"\[([^]]+)\]:(\d+)|([^:]+):(\d+)|(.+)", text)
    if not found:
        raise ValueError(f"{text!r} does not appear to be an address with a port")
    address, port = found[1] or found[3] or found[5], found[2] or found[4]
    if port and int(port) not in _PORT_RANGE:
        raise ValueError(f"{text!r} has no port from 1 to 65535")
    return str(ipaddress.ip_address(address)), int(port) if port else None


def _values(topology: Topology) -> Iterator[str]:
    for switch in topology["switches"]:
        localnet = switch["localnet"]
        if switch["dhcp"] and not switch["subnet"]:
            yield f"Switch {switch['name']}: DHCP needs a subnet."
        if localnet and not localnet["network"]:
            yield f"Switch {switch['name']}: its localnet port has no network."
        if localnet and localnet["vlan"] is not None and localnet["vlan"] not in _VLANS:
            yield f"Switch {switch['name']}: VLAN {localnet['vlan']} is not from 1 to 4095."
    priorities = [(_acl(acl), acl["priority"]) for acl in topology["acls"]]
    for what, members in _chassis_priorities(topology):
        priorities.extend((f"{what}, chassis {name}", priority) for name, priority in members.items())
    for what, priority in priorities:
        if priority not in _PRIORITIES:
            yield f"{what}: priority {priority} is not from 0 to 32767."


def _chassis_priorities(topology: Topology) -> Iterator[tuple[str, dict[str, int]]]:
    for router in topology["routers"]:
        for port in router["ports"]:
            yield f"Router port {port['name']}", port["gateway_chassis"] or {}
    for group in topology["ha_chassis_groups"]:
        yield f"HA chassis group {group['name']}", group["chassis"]


def _given_twice(topology: Topology) -> Iterator[str]:
    keys = collections.Counter(key for key, _columns in _ovn_topology.rows_of(topology))
    for key in sorted(key for key, times in keys.items() if times > 1):
        yield f"{words(key)} is given twice."


def _unknown_references(topology: Topology) -> Iterator[str]:
    switches, routers, groups, chassis_groups = (
        {each["name"] for each in topology[section]}
        for section in ("switches", "routers", "port_groups", "ha_chassis_groups")
    )
    ports = {port["name"] for switch in topology["switches"] for port in switch["ports"]}
    for router in topology["routers"]:
        own = {port["name"] for port in router["ports"]}
        for port in router["ports"]:
            what = f"Router port {port['name']}"
            yield from _unknown(what, "switch", [port["switch"]], switches)
            yield from _unknown(what, "HA chassis group", [port["ha_chassis_group"]], chassis_groups)
        for route in router["routes"]:
            what = f"Route to {route['destination']} of router {router['name']}"
            yield from _unknown(what, "port of that router", [route["port"]], own)
        for nat in router["nat"]:
            what = f"NAT {nat['external_address']} of router {router['name']}"
            yield from _unknown(what, "switch port", [nat["logical_port"]], ports)
    for group in topology["port_groups"]:
        yield from _unknown(f"Port group {group['name']}", "switch port", group["ports"], ports)
    for acl in topology["acls"]:
        yield from _unknown(_acl(acl), "switch", [acl["switch"]], switches)
        yield from _unknown(_acl(acl), "port group", [acl["port_group"]], groups)
    for balancer in topology["load_balancers"]:
        yield from _unknown(f"Load balancer {balancer['name']}", "switch", balancer["switches"], switches)
        yield from _unknown(f"Load balancer {balancer['name']}", "router", balancer["routers"], routers)


def _acl(acl: dict[str, Any]) -> str:
    return f"ACL {_ovn_topology.expression(acl)}"


def _unknown(what: str, kind: str, names: Iterable[str | None], known: set[str]) -> Iterator[str]:
    for name in names:
        if name is not None and name not in known:
            yield f"{what}: there is no {kind} {name}."


def _outside(topology: Topology) -> Iterator[str]:
    for switch in topology["switches"]:
        if switch["subnet"]:
            yield from _outside_subnet(switch, ipaddress.ip_network(switch["subnet"]), topology)
        for port in switch["ports"]:
            if port["dhcp"] and not switch["dhcp"]:
                yield f"Port {port['name']}: switch {switch['name']} has no DHCP."
    for router in topology["routers"]:
        networks = [ipaddress.ip_interface(each).network for port in router["ports"] for each in port["networks"]]
        for route in router["routes"]:
            next_hop = ipaddress.ip_address(route["next_hop"])
            if ipaddress.ip_network(route["destination"]).version != next_hop.version:
                yield f"Route to {route['destination']} of router {router['name']}: {next_hop} is of the other family."
            elif not any(next_hop in network for network in networks):
                yield (
                    f"Route to {route['destination']} of router {router['name']}: {next_hop} is in no network of "
                    "the router's ports."
                )


def _outside_subnet(switch: dict[str, Any], subnet: _Network, topology: Topology) -> Iterator[str]:
    where = f"{subnet}, the subnet of switch {switch['name']}"
    for port in switch["ports"]:
        for address in map(ipaddress.ip_address, port["addresses"]):
            if address.version == subnet.version and address not in subnet:
                yield f"Port {port['name']}: {address} is outside of {where}."
    if switch["dhcp"] and ipaddress.ip_address(switch["dhcp"]["router"]) not in subnet:
        yield f"Switch {switch['name']}: the router {switch['dhcp']['router']} of DHCP is outside of {where}."
    for _router, port in attachments(topology, switch["name"]):
        for interface in map(ipaddress.ip_interface, port["networks"]):
            if interface.version == subnet.version and interface.network != subnet:
                yield f"Router port {port['name']}: {interface} is not in {where}."


def _clashes(topology: Topology) -> Iterator[str]:
    for switch in topology["switches"]:
        holders: dict[str, list[str]] = collections.defaultdict(list)
        for port in switch["ports"]:
            for each in [port["mac"].lower(), *map(_ovn_topology.address_text, port["addresses"])]:
                holders[each].append(port["name"])
        for router, port in attachments(topology, switch["name"]):
            interfaces = [ipaddress.ip_interface(network) for network in port["networks"]]
            for each in [port["mac"].lower(), *(str(interface.ip) for interface in interfaces)]:
                holders[each].append(port["name"])
            for nat in router["nat"]:
                external = ipaddress.ip_address(nat["external_address"])
                if nat["external_mac"] and any(external in interface.network for interface in interfaces):
                    holders[nat["external_mac"].lower()].append(f"NAT {external}")
        for each, names in sorted(holders.items()):
            if len(names) > 1:
                yield f"Switch {switch['name']}: {each} is given to {' and to '.join(names)}."


def _nat_refusals(topology: Topology) -> Iterator[str]:
    ports = {port["name"]: port for switch in topology["switches"] for port in switch["ports"]}
    for router in topology["routers"]:
        if router["nat"] and not any(port["gateway_chassis"] or port["ha_chassis_group"] for port in router["ports"]):
            yield f"Router {router['name']}: NAT needs a port with gateway chassis."
        destinations = [_external(nat) for nat in router["nat"] if nat["type"] != "snat"]
        for address in sorted({each for each in destinations if destinations.count(each) > 1}):
            yield f"Router {router['name']}: the external address {address} has two destinations."
        for nat in router["nat"]:
            what = f"NAT {nat['external_address']} of router {router['name']}"
            distributed = [name for name in ("logical_port", "external_mac") if nat[name]]
            if distributed and nat["type"] != "dnat_and_snat":
                yield f"{what}: only a dnat_and_snat can have a {distributed[0]}."
            elif len(distributed) == 1:
                missing = "external_mac" if nat["logical_port"] else "logical_port"
                yield f"{what}: a distributed floating IP has logical_port and external_mac, and there is no {missing}."
            elif distributed and _logical(nat) not in map(ipaddress.ip_address, _of_port(ports, nat)):
                yield f"{what}: port {nat['logical_port']} does not have the address {nat['logical_address']}."


def _external(nat: dict[str, Any]) -> str:
    return _ovn_topology.address_text(nat["external_address"])


def _logical(nat: dict[str, Any]) -> Any:
    return ipaddress.ip_address(nat["logical_address"])


def _of_port(ports: dict[str, dict[str, Any]], nat: dict[str, Any]) -> list[str]:
    # An unknown port is told elsewhere.
    port = ports.get(nat["logical_port"])
    return list(port["addresses"]) if port else [nat["logical_address"]]


def _balancer_refusals(topology: Topology) -> Iterator[str]:
    for balancer in topology["load_balancers"]:
        for vip, backends in balancer["vips"].items():
            for backend in backends:
                if (_endpoint(vip)[1] is None) != (_endpoint(backend)[1] is None):
                    yield f"Load balancer {balancer['name']}: of {vip} and {backend} only one has a port."


def _chassis_refusals(topology: Topology, chassis: Chassis) -> Iterator[str]:
    groups = {group["name"]: group["chassis"] for group in topology["ha_chassis_groups"]}
    for what, members in _chassis_priorities(topology):
        for name in sorted(members):
            if name not in chassis:
                there = ", ".join(sorted(chassis)) or "none"
                yield f"{what}: there is no chassis {name}, the southbound database has {there}."
    for switch in topology["switches"]:
        if not switch["localnet"]:
            continue
        network = switch["localnet"]["network"]
        if not any(network in mapped for mapped in chassis.values()):
            yield f"Switch {switch['name']}: no chassis has a bridge mapping for the network {network}."
            continue
        for _router, port in attachments(topology, switch["name"]):
            for name in sorted(port["gateway_chassis"] or groups.get(port["ha_chassis_group"], {})):
                if network not in chassis.get(name, {network}):
                    yield (
                        f"Router port {port['name']}: chassis {name} has no bridge mapping for the network {network} "
                        f"of switch {switch['name']}."
                    )


_SPELLING: list[Callable[[Topology], Iterator[str]]] = [_spelled_addresses, _values]
_MEANING: list[Callable[[Topology], Iterator[str]]] = [
    _given_twice,
    _unknown_references,
    _outside,
    _clashes,
    _nat_refusals,
    _balancer_refusals,
]
