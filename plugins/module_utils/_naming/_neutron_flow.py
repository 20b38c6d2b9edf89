# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""A packet from one server of Neutron's to another, or to an address, as fields of OVN (ovn-sb(5), Logical_Flow)."""

from __future__ import annotations

import ipaddress
from typing import Any

from ansible_collections.packetwalk.labs.plugins.module_utils._naming._neutron_names import Names, UnknownObject
from ansible_collections.packetwalk.labs.plugins.module_utils._naming._neutron_objects import (
    ROUTER_INTERFACE,
    Row,
    addresses_of,
)


def flow_between(names: Names, source: str, destination: str) -> dict[str, Any]:
    """``inport`` and the addresses: to a server of the same network its MAC address, else that of the router there.

    ``source`` and ``destination`` are servers or ports, ``destination`` also an address. Raises UnknownObject, also
    where a server has several ports and none of them has a network in common with the other end.
    """
    starts = names.ports_of(source)
    if is_address(destination):
        start = one_port(names, source, starts)
        address, ends = destination, [row for row in names.objects["ports"] if destination in addresses_of(row)]
    else:
        ends = names.ports_of(destination)
        shared = [(one, other) for one in starts for other in ends if one["network"] == other["network"]]
        start, end = shared[0] if shared else (one_port(names, source, starts), one_port(names, destination, ends))
        address, ends = _address(destination, end, 6 if _versions(start) == {6} else 4), [end]
    family = f"ip{ipaddress.ip_address(address).version}"
    return {
        "inport": start["id"],
        "eth.src": start["mac"],
        "eth.dst": next_mac(names, start, ends),
        f"{family}.src": _address(source, start, int(family[-1])),
        f"{family}.dst": address,
    }


def one_port(names: Names, name: str, ports: list[Row]) -> Row:
    """Raises UnknownObject where a server has none, or several."""
    if len(ports) == 1:
        return ports[0]
    if not ports:
        raise UnknownObject(f"Server {name} has no port.")
    there = ", ".join(sorted(names.port_name[row["id"]] for row in ports))
    raise UnknownObject(f"Server {name} has several ports; name the one that is meant, one of {there}.")


def is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def next_mac(names: Names, start: Row, ends: list[Row]) -> str:
    """Of a port of ``ends`` in the network of ``start``, else of the router there, of several the gateway.

    Raises UnknownObject where there is no router.
    """
    near = [row["mac"] for row in ends if row["network"] == start["network"]]
    if near:
        return str(near[0])
    subnets = {row["subnet"] for row in start["addresses"]}
    gateways = {row["gateway"] for row in names.objects["subnets"] if row["id"] in subnets}
    routers = [
        row
        for row in names.objects["ports"]
        if row["network"] == start["network"] and row["device_owner"].startswith(ROUTER_INTERFACE)
    ]
    routers.sort(key=lambda row: not gateways.intersection(addresses_of(row)))
    if not routers:
        network = names.network_name.get(start["network"], start["network"])
        raise UnknownObject(f"Network {network} has no router, so nothing can be sent out of it.")
    return str(routers[0]["mac"])


def _address(name: str, port: Row, version: int) -> str:
    found = [one for one in addresses_of(port) if ipaddress.ip_address(one).version == version]
    if not found:
        raise UnknownObject(f"The port of {name} has no address of IPv{version}.")
    return str(found[0])


def _versions(port: Row) -> set[int]:
    return {ipaddress.ip_address(address).version for address in addresses_of(port)}
