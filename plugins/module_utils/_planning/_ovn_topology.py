# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""A desired topology, as the module ``ovn_topology`` takes it, as rows of OVN's northbound database.

The topology is sound here; ``_ovn_refusals`` looks at it first.
"""

from __future__ import annotations

import hashlib
import ipaddress
from typing import Any, Dict, Iterable, Iterator, List, Tuple

from ansible_collections.packetwalk.labs.plugins.module_utils._planning._ovn_rows import Columns, Key

Topology = Dict[str, List[Dict[str, Any]]]
Row = Tuple[Key, Columns]


def rows_of(topology: Topology) -> Iterator[Row]:
    """Yield each row of a topology. The same key comes twice when the topology has the same object twice."""
    for switch in topology["switches"]:
        yield from _switch(switch, topology)
    for router in topology["routers"]:
        yield from _router(router, topology)
    for group in topology["ha_chassis_groups"]:
        yield from _chassis_group(group)
    for group in topology["port_groups"]:
        acls = _acls_of(topology, "port_group", group["name"])
        yield ("Port_Group", group["name"]), {"name": group["name"], "ports": _sorted(group["ports"]), "acls": acls}
    for group in topology["address_sets"]:
        addresses = _sorted(address_text(address) for address in group["addresses"])
        yield ("Address_Set", group["name"]), {"name": group["name"], "addresses": addresses}
    for acl in topology["acls"]:
        columns = {column: acl[column] for column in ("direction", "priority", "action")}
        yield ("ACL", _acl_object(acl)), {"match": expression(acl), **columns}
    for balancer in topology["load_balancers"]:
        vips = {vip: ",".join(backends) for vip, backends in balancer["vips"].items()}
        columns = {"name": balancer["name"], "protocol": balancer["protocol"], "vips": vips}
        yield ("Load_Balancer", balancer["name"]), columns


def expression(acl: dict[str, Any]) -> str:
    """Return what an ACL matches, on one line."""
    return " ".join(acl["match"].split())


def attached_port(switch_name: str, router_name: str) -> str:
    """Return the name of the switch's port that leads to a router."""
    return f"{switch_name}-{router_name}"


def localnet_port(switch: dict[str, Any]) -> str:
    """Return the name of the switch's port that leads to a physical network."""
    return f"{switch['name']}-{switch['localnet']['network']}"


def attachments(topology: Topology, switch_name: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield each router with its port on a switch."""
    for router in topology["routers"]:
        for port in router["ports"]:
            if port["switch"] == switch_name:
                yield router, port


def address_text(address: str) -> str:
    """Return an address or a network in its usual spelling."""
    return str(ipaddress.ip_network(address, strict=False) if "/" in address else ipaddress.ip_address(address))


def _sorted(names: Iterable[str]) -> list[str]:
    return sorted(set(names))


def _switch(switch: dict[str, Any], topology: Topology) -> Iterator[Row]:
    name = switch["name"]
    ports = list(_switch_ports(switch, topology))
    yield (
        ("Logical_Switch", name),
        {
            "name": name,
            "other_config": {"subnet": address_text(switch["subnet"]) if switch["subnet"] else None},
            "ports": _sorted(port for (_table, port), _columns in ports),
            "acls": _acls_of(topology, "switch", name),
            "load_balancer": _balancers(topology, "switches", name),
            "dns_records": [name] if switch["dns"] else [],
        },
    )
    yield from ports
    if switch["dhcp"]:
        columns = {"cidr": address_text(switch["subnet"]), "options": _dhcp_options(switch, topology)}
        yield ("DHCP_Options", name), columns
    if switch["dns"]:
        # ovn-nb(5) wants names in lower case.
        records = {
            host.lower(): " ".join(address_text(address) for address in addresses)
            for host, addresses in switch["dns"].items()
        }
        yield ("DNS", name), {"records": records}


def _switch_ports(switch: dict[str, Any], topology: Topology) -> Iterator[Row]:
    for port in switch["ports"]:
        addresses = " ".join([port["mac"].lower(), *(address_text(address) for address in port["addresses"])])
        yield _switch_port(
            port["name"],
            addresses=[addresses],
            port_security=[addresses] if port["port_security"] else [],
            enabled=port["enabled"],
            dhcpv4_options=switch["name"] if port["dhcp"] else None,
        )
    for router, port in attachments(topology, switch["name"]):
        # A gateway that moves has to tell the switches of the physical network where its addresses are now.
        announced = switch["localnet"] and (port["gateway_chassis"] or port["ha_chassis_group"])
        yield _switch_port(
            attached_port(switch["name"], router["name"]),
            type="router",
            addresses=["router"],
            options={"router-port": port["name"], "nat-addresses": "router" if announced else None},
        )
    if switch["localnet"]:
        yield _switch_port(
            localnet_port(switch),
            type="localnet",
            addresses=["unknown"],
            options={"network_name": switch["localnet"]["network"]},
            tag=switch["localnet"]["vlan"],
        )


def _switch_port(name: str, **columns: Any) -> Row:
    options = {"router-port": None, "nat-addresses": None, "network_name": None, **columns.pop("options", {})}
    empty: Columns = {"port_security": [], "tag": None, "enabled": None, "dhcpv4_options": None}
    return ("Logical_Switch_Port", name), {"name": name, "type": "", "options": options, **empty, **columns}


def _dhcp_options(switch: dict[str, Any], topology: Topology) -> dict[str, str]:
    dhcp = switch["dhcp"]
    router = address_text(dhcp["router"])
    options = {
        "server_id": router,
        "server_mac": _mac_of(router, switch["name"], topology),
        "router": router,
        "lease_time": str(dhcp["lease_time_seconds"]),
    }
    if dhcp["dns_servers"]:
        servers = ", ".join(address_text(address) for address in dhcp["dns_servers"])
        options["dns_server"] = f"{{{servers}}}"
    if dhcp["mtu_bytes"] is not None:
        options["mtu"] = str(dhcp["mtu_bytes"])
    return options


def _mac_of(address: str, switch_name: str, topology: Topology) -> str:
    """Return the MAC address of a router's port, or one that is always the same where no router has the address."""
    for _attached, port in attachments(topology, switch_name):
        if any(str(ipaddress.ip_interface(network).ip) == address for network in port["networks"]):
            return str(port["mac"].lower())
    digits = hashlib.sha256(f"{switch_name} {address}".encode()).hexdigest()
    # 0a is unicast and locally administered.
    return ":".join(["0a", *(digits[start : start + 2] for start in range(0, 10, 2))])


def _router(router: dict[str, Any], topology: Topology) -> Iterator[Row]:
    name = router["name"]
    routes = [_route(name, route) for route in router["routes"]]
    nats = [_nat(name, nat) for nat in router["nat"]]
    yield (
        ("Logical_Router", name),
        {
            "name": name,
            "ports": _sorted(port["name"] for port in router["ports"]),
            "static_routes": _sorted(route for (_table, route), _columns in routes),
            "nat": _sorted(nat for (_table, nat), _columns in nats),
            "load_balancer": _balancers(topology, "routers", name),
        },
    )
    yield from routes
    yield from nats
    for port in router["ports"]:
        gateways = [_gateway_chassis(port["name"], *each) for each in sorted((port["gateway_chassis"] or {}).items())]
        yield (
            ("Logical_Router_Port", port["name"]),
            {
                "name": port["name"],
                "mac": port["mac"].lower(),
                "networks": _sorted(str(ipaddress.ip_interface(network)) for network in port["networks"]),
                "gateway_chassis": _sorted(gateway for (_table, gateway), _columns in gateways),
                "ha_chassis_group": port["ha_chassis_group"],
            },
        )
        yield from gateways


def _gateway_chassis(port_name: str, chassis: str, priority: int) -> Row:
    # As ovn-nbctl lrp-set-gateway-chassis names them.
    name = f"{port_name}-{chassis}"
    return ("Gateway_Chassis", name), {"name": name, "chassis_name": chassis, "priority": priority}


def _chassis_group(group: dict[str, Any]) -> Iterator[Row]:
    members = [
        (("HA_Chassis", f"{group['name']} {chassis}"), {"chassis_name": chassis, "priority": priority})
        for chassis, priority in sorted(group["chassis"].items())
    ]
    objects = _sorted(member for (_table, member), _columns in members)
    yield ("HA_Chassis_Group", group["name"]), {"name": group["name"], "ha_chassis": objects}
    yield from members


def _route(router_name: str, route: dict[str, Any]) -> Row:
    prefix, next_hop = str(ipaddress.ip_network(route["destination"])), address_text(route["next_hop"])
    columns = {"ip_prefix": prefix, "nexthop": next_hop, "output_port": route["port"]}
    return ("Logical_Router_Static_Route", f"{router_name} {prefix} via {next_hop}"), columns


def _nat(router_name: str, nat: dict[str, Any]) -> Row:
    external, logical = address_text(nat["external_address"]), address_text(nat["logical_address"])
    columns = {
        "type": nat["type"],
        "external_ip": external,
        "logical_ip": logical,
        "logical_port": nat["logical_port"],
        "external_mac": nat["external_mac"] and nat["external_mac"].lower(),
    }
    # OVN lets one network have one source, and one external address one destination.
    return ("NAT", f"{router_name} {nat['type']} {logical if nat['type'] == 'snat' else external}"), columns


def _acl_object(acl: dict[str, Any]) -> str:
    holder = f"switch {acl['switch']}" if acl["switch"] else f"port group {acl['port_group']}"
    return f"{holder} {acl['direction']} {acl['priority']} {expression(acl)}"


def _acls_of(topology: Topology, holder: str, name: str) -> list[str]:
    return _sorted(_acl_object(acl) for acl in topology["acls"] if acl[holder] == name)


def _balancers(topology: Topology, users: str, name: str) -> list[str]:
    return _sorted(balancer["name"] for balancer in topology["load_balancers"] if name in balancer[users])
