# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""A Clos network of two tiers as an inventory: every leaf has a link to every spine, and BGP runs on all of them.

AS numbers are as in RFC 7938, 5.2.1: the spines have one, each leaf has one of its own. Links between switches have
two addresses (RFC 3021), which nobody announces.
"""

from __future__ import annotations

import ipaddress
from typing import Any, NamedTuple

Row = dict[str, Any]

# What the container's own namespace is called in a link.
_HOST_NAMESPACE = "host"
_HOST_INTERFACE = "eth1"
_HOST_PREFIX_LENGTH = 24
_LINK_PREFIX_LENGTH = 31
# With them FRR before 9.0 does not give the kernel a path again whose link was down while another path was left:
# https://github.com/FRRouting/frr/pull/13413
_NO_NEXT_HOP_OBJECTS = "no zebra nexthop kernel enable"
_MOST_AS_NUMBERS = (1 << 32) - 1


class ClosError(ValueError):
    """A network that cannot be; the message is one sentence that names the option."""


class Options(NamedTuple):
    """The options of the inventory plugin ``packetwalk.labs.clos``, which documents them."""

    spines: int
    leaves: int
    hosts_per_leaf: int
    nodes_subnet: str
    links_subnet: str
    hosts_subnet: str
    as_number: int


class _Leaf(NamedTuple):
    """A leaf with the numbers of its hosts, counted over all leaves. ``number`` is from 1 on, as are these."""

    number: int
    hosts: range


class Clos:
    """Hosts of the inventory, each with its variables, and the variables of all of them. Raises ClosError."""

    def __init__(self, options: Options) -> None:
        self._options = options
        _check_counts(options)
        count = options.hosts_per_leaf
        self._leaves = [
            _Leaf(number, range((number - 1) * count + 1, number * count + 1))
            for number in range(1, options.leaves + 1)
        ]
        spines = [f"spine{number}" for number in range(1, options.spines + 1)]
        leaves = [f"leaf{leaf.number}" for leaf in self._leaves]
        hosts = [f"host{number}" for leaf in self._leaves for number in leaf.hosts]
        nodes = _network("nodes_subnet", options.nodes_subnet)
        # The first address is the gateway's, that of the machine.
        self._addresses = dict(zip([*spines, *leaves, *hosts], list(nodes.hosts())[1:]))
        self._fabric = _network("links_subnet", options.links_subnet)
        self._hosts = _network("hosts_subnet", options.hosts_subnet)
        _check_room("nodes_subnet", nodes, len(spines + leaves + hosts), nodes.num_addresses - 3, "nodes")
        links = options.spines * options.leaves
        _check_room("links_subnet", self._fabric, links, _parts(self._fabric, _LINK_PREFIX_LENGTH), "links")
        # A host has the subnet with its number, and none is number 0.
        _check_room("hosts_subnet", self._hosts, len(hosts), _parts(self._hosts, _HOST_PREFIX_LENGTH) - 1, "hosts")
        _check_apart({"nodes_subnet": nodes, "links_subnet": self._fabric, "hosts_subnet": self._hosts})
        self.spines = {name: self._node(name, self._spine(number)) for number, name in enumerate(spines, 1)}
        self.leaves = {
            f"leaf{leaf.number}": self._node(f"leaf{leaf.number}", self._leaf(leaf)) for leaf in self._leaves
        }
        self.hosts = {name: self._node(name, self._host(number)) for number, name in enumerate(hosts, 1)}
        self.variables: Row = {
            "nodes_subnet": str(nodes),
            "openswitch_ports": max(options.leaves, options.spines + options.hosts_per_leaf),
            "openswitch_links": self._links(),
        }

    def _node(self, name: str, variables: Row) -> Row:
        return {"nodes_address": str(self._addresses[name]), **variables}

    def _spine(self, number: int) -> Row:
        ports = {leaf.number: self._link(number, leaf.number) for leaf in self._leaves}
        neighbours = {str(link[1]): self._as_number(leaf) for leaf, link in ports.items()}
        addresses = {port: f"{link[0]}/{_LINK_PREFIX_LENGTH}" for port, link in ports.items()}
        return self._switch(f"spine{number}", self._options.as_number, addresses, neighbours, [])

    def _leaf(self, leaf: _Leaf) -> Row:
        ports = {number: self._link(number, leaf.number) for number in range(1, self._options.spines + 1)}
        neighbours = {str(link[0]): self._options.as_number for link in ports.values()}
        addresses = {port: f"{link[1]}/{_LINK_PREFIX_LENGTH}" for port, link in ports.items()}
        subnets = [self._subnet(number) for number in leaf.hosts]
        for port, subnet in enumerate(subnets, self._options.spines + 1):
            addresses[port] = f"{subnet[1]}/{_HOST_PREFIX_LENGTH}"
        networks = [str(subnet) for subnet in subnets]
        return self._switch(f"leaf{leaf.number}", self._as_number(leaf.number), addresses, neighbours, networks)

    def _switch(
        self, name: str, as_number: int, addresses: dict[int, str], neighbours: dict[str, int], networks: list[str]
    ) -> Row:
        bgp = {
            "as_number": as_number,
            "router_id": str(self._addresses[name]),
            "networks": networks,
            "neighbours": [{"address": address, "remote_as": number} for address, number in neighbours.items()],
        }
        lines = [
            _NO_NEXT_HOP_OBJECTS,
            f"router bgp {as_number}",
            # A session that was lost is tried again after seconds, and not after two minutes.
            *(f" neighbor {address} timers connect 5" for address in neighbours),
        ]
        interfaces = [{"name": str(port), "addresses": [address]} for port, address in addresses.items()]
        return {"openswitch_config": {"interfaces": interfaces, "bgp": bgp, "lines": lines}}

    def _host(self, number: int) -> Row:
        subnet = self._subnet(number)
        interface = {"name": _HOST_INTERFACE, "addresses": [f"{subnet[2]}/{_HOST_PREFIX_LENGTH}"]}
        route = {"destination": str(self._hosts), "next_hop": str(subnet[1])}
        return {"openswitch_host_config": {"interfaces": [interface], "static_routes": [route]}}

    def _links(self) -> list[Row]:
        spines = range(1, self._options.spines + 1)
        uplinks = [
            {"ends": [_port(f"leaf{leaf.number}", spine), _port(f"spine{spine}", leaf.number)]}
            for leaf in self._leaves
            for spine in spines
        ]
        access = [
            {
                "ends": [
                    {"switch": f"host{host}", "namespace": _HOST_NAMESPACE, "port": _HOST_INTERFACE},
                    _port(f"leaf{leaf.number}", port),
                ]
            }
            for leaf in self._leaves
            for port, host in enumerate(leaf.hosts, self._options.spines + 1)
        ]
        return uplinks + access

    def _as_number(self, leaf: int) -> int:
        return self._options.as_number + leaf

    def _link(self, spine: int, leaf: int) -> ipaddress.IPv4Network:
        """The subnet of a link: the first address is the spine's."""
        return _part(self._fabric, _LINK_PREFIX_LENGTH, (leaf - 1) * self._options.spines + spine - 1)

    def _subnet(self, host: int) -> ipaddress.IPv4Network:
        return _part(self._hosts, _HOST_PREFIX_LENGTH, host)


def _port(switch: str, port: int) -> Row:
    return {"switch": switch, "port": port}


def _network(option: str, text: str) -> ipaddress.IPv4Network:
    try:
        if "/" not in text:
            raise ValueError("it has no prefix length")
        return ipaddress.IPv4Network(text)
    except ValueError as error:
        raise ClosError(f"{option} is {text!r}, which is no IPv4 subnet ({error}).") from None


def _part(network: ipaddress.IPv4Network, prefix_length: int, number: int) -> ipaddress.IPv4Network:
    """The subnet with a number, from 0 on. It is computed, as there may be many before it."""
    first = network.network_address + (number << (32 - prefix_length))
    return ipaddress.IPv4Network((first, prefix_length))


def _parts(network: ipaddress.IPv4Network, prefix_length: int) -> int:
    """How many subnets of a length there are."""
    return 1 << (prefix_length - network.prefixlen) if network.prefixlen <= prefix_length else 0


def _check_counts(options: Options) -> None:
    for option, least in (("spines", 1), ("leaves", 1), ("hosts_per_leaf", 0), ("as_number", 1)):
        value = getattr(options, option)
        if value < least:
            raise ClosError(f"{option} is {value}, but has to be {least} or more.")
    last = options.as_number + options.leaves
    if last > _MOST_AS_NUMBERS:
        raise ClosError(f"as_number is {options.as_number}, and the last leaf would have {last}, which is too great.")


def _check_room(option: str, network: ipaddress.IPv4Network, wanted: int, room: int, what: str) -> None:
    if wanted > room:
        raise ClosError(f"{option} is {network}, which has room for {max(room, 0)} {what}, and not for {wanted}.")


def _check_apart(networks: dict[str, ipaddress.IPv4Network]) -> None:
    seen: dict[str, ipaddress.IPv4Network] = {}
    for option, network in networks.items():
        for other, taken in seen.items():
            if network.overlaps(taken):
                raise ClosError(f"{option} ({network}) overlaps {other} ({taken}). Give one of them another subnet.")
        seen[option] = network
