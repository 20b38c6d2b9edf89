# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Subnets: the DHCP options of each, and which of them ports are answered with (get_ovn_dhcpv4_opts of Neutron)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._neutron_ovn._cloud import (
    DISTRIBUTED,
    Cloud,
    Row,
    is_instance,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._neutron_ovn._drift import (
    NORTHBOUND,
    SYNCHRONIZE,
    Compared,
    Drift,
    differing,
    left,
    missing,
)

KIND = "subnet"
_METADATA = "169.254.169.254/32"


def subnets(cloud: Cloud) -> Iterator[Compared]:
    """Every subnet, every port that has an address of one, and all options that nobody wants."""
    rows: dict[str, list[Row]] = defaultdict(list)
    for options in cloud.dhcp_options.values():
        if "port_id" not in options["external_ids"]:
            rows[options["external_ids"].get("subnet_id", "")].append(options)
    for subnet in cloud.subnets.values():
        found = rows.get(subnet["id"], [])
        yield Compared(KIND, subnet["id"], subnet["name"], list(_subnet(cloud, subnet, found)))
    for port in cloud.ports_in_ovn():
        logical = cloud.ovn.switch_ports.get(port["id"])
        if logical is not None and logical["type"] == "" and is_instance(port):
            yield Compared("port", port["id"], cloud.name_of(port), list(_port(cloud, port, logical, rows)))
    for options in cloud.dhcp_options.values():
        ids = options["external_ids"]
        wanted = ids["port_id"] in cloud.ports if "port_id" in ids else ids.get("subnet_id", "") in cloud.subnets
        # Those of somebody else have neither.
        if not wanted and ("port_id" in ids or "subnet_id" in ids):
            gone = ids.get("port_id") or ids["subnet_id"]
            command = f"ovn-nbctl dhcp-options-del {options['uuid']}"
            yield Compared(KIND, gone, options["subnet"], [left(NORTHBOUND, options["subnet"], command)])


def _subnet(cloud: Cloud, subnet: Row, found: list[Row]) -> Iterator[Drift]:
    server = subnet["gateway"] or _metadata_address(cloud, subnet)
    if not subnet["dhcp"]:
        yield from (left(NORTHBOUND, row["subnet"], f"ovn-nbctl dhcp-options-del {row['uuid']}") for row in found)
        return
    if not found:
        # Of IPv6, Neutron's modes decide whether there is DHCP. Without an address to answer from there is none.
        if subnet["ip_version"] == 4 and server:
            yield missing(NORTHBOUND, subnet["cidr"], SYNCHRONIZE)
        return
    row, *others = sorted(found, key=lambda row: str(row["uuid"]))
    yield from (left(NORTHBOUND, other["subnet"], f"ovn-nbctl dhcp-options-del {other['uuid']}") for other in others)
    yield from differing("prefix", NORTHBOUND, subnet["cidr"], row["subnet"], SYNCHRONIZE)
    if subnet["ip_version"] == 4:
        for option, wanted in _wanted(cloud, subnet, server).items():
            yield from differing(f"option {option}", NORTHBOUND, wanted, _told(row, option), SYNCHRONIZE)
    if subnet["dns_servers"]:
        wanted_servers = [str(address) for address in subnet["dns_servers"]]
        yield from differing("option dns_server", NORTHBOUND, wanted_servers, _told(row, "dns_server"), SYNCHRONIZE)


def _wanted(cloud: Cloud, subnet: Row, server: str | None) -> dict[str, Any]:
    metadata = _metadata_address(cloud, subnet)
    routes = [[_METADATA, metadata]] if metadata else []
    routes += [[row["destination"], row["next_hop"]] for row in subnet["host_routes"]]
    if routes and subnet["gateway"]:
        routes.append(["0.0.0.0/0", subnet["gateway"]])
    return {
        "server_id": server,
        "router": subnet["gateway"],
        "mtu": str(cloud.networks.get(subnet["network"], {}).get("mtu_bytes")),
        "classless_static_route": [word for route in routes for word in route] or None,
    }


def _told(row: Row, option: str) -> Any:
    """An option as it is, and one of several words, between braces, as a list."""
    text = row["options"].get(option)
    is_list = option in ("dns_server", "classless_static_route")
    return text.strip("{}").replace(",", " ").split() if is_list and text else text


def _metadata_address(cloud: Cloud, subnet: Row) -> str | None:
    """Where the metadata agent answers, of which there is a port in each network."""
    for port in cloud.ports.values():
        if port["device_owner"] == DISTRIBUTED and port["device_id"].startswith("ovnmeta-"):
            for row in port["addresses"]:
                if row["subnet"] == subnet["id"]:
                    return str(row["address"])
    return None


def _port(cloud: Cloud, port: Row, logical: Row, rows: dict[str, list[Row]]) -> Iterator[Drift]:
    if port["vnic_type"] == "baremetal":
        return  # Neutron has a setting that switches DHCP off for these
    subnets_of = [row["subnet"] for row in port["addresses"] if ip_address(row["address"]).version == 4]
    wanted = {row["uuid"] for identifier in subnets_of for row in rows.get(identifier, [])}
    own = [row["uuid"] for row in cloud.dhcp_options.values() if row["external_ids"].get("port_id") == port["id"]]
    answered = logical["dhcpv4_options"]
    if answered in own or answered in wanted or (answered is None and not wanted):
        return
    expected = sorted({cloud.dhcp_options[uuid]["subnet"] for uuid in wanted})
    actual = cloud.dhcp_options.get(answered, {}).get("subnet", answered)
    yield from differing("DHCP options", NORTHBOUND, ", ".join(expected) or None, actual, SYNCHRONIZE)
