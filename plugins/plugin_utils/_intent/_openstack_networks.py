# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Networks, subnets and routers of a cloud, read from the inventory's variables."""

from __future__ import annotations

import ipaddress
import itertools
import typing as t

from ansible_collections.packetwalk.labs.plugins.plugin_utils._intent._openstack_addresses import Addresses
from ansible_collections.packetwalk.labs.plugins.plugin_utils._intent._schema import (
    IntentError,
    Key,
    address,
    entries,
    entry,
    network,
    no_overlap,
)

Entry = t.Dict[str, t.Any]

NETWORK_KEYS = {
    "name": Key(str, required=True),
    "external": Key(bool, False),
    # None is flat with a physical network, else geneve.
    "network_type": Key(str, None, choices=("flat", "geneve", "vlan")),
    "physical_network": Key(str),
    "segmentation_id": Key(int),
    # None is what Neutron finds out itself.
    "mtu_bytes": Key(int),
    "subnets": Key(list, ()),
}
SUBNET_KEYS = {
    "name": Key(str, required=True),
    "cidr": Key(str, required=True),
    "gateway": Key(str),
    "dhcp": Key(bool, True),
    "dns_servers": Key(list, ()),
    "allocation_pools": Key(list, ()),
}
POOL_KEYS = {"start": Key(str, required=True), "end": Key(str, required=True)}
ROUTER_KEYS = {
    "name": Key(str, required=True),
    "external_network": Key(str),
    "external_address": Key(str),
    "networks": Key(list, ()),
    "subnets": Key(list, ()),
}

# The least that IPv4 demands of a link (RFC 791), and what Ethernet between containers has.
_LEAST_MTU = 68
_ETHERNET_MTU = 1500
# An IPv4 header (20), and Ethernet, UDP and Geneve with OVN's option, which Neutron has as max_header_size (38).
_GENEVE_OVERHEAD = 58

# First and last identifier: IEEE 802.1Q, and RFC 8926.
_SEGMENTS = {"vlan": (1, 4094), "geneve": (1, 2**24 - 1)}


def known(label: str, what: str, name: t.Any, names: t.Collection[str], variable: str) -> None:
    """Raise :class:`IntentError` when ``name`` is not among those that ``variable`` has."""
    # Whatever else a list may have cannot be looked up.
    if not isinstance(name, str) or name not in names:
        raise IntentError(
            f'{label} names the {what} "{name}", which is unknown. Add it to {variable}, or correct the name.'
        )


def networks(given: t.Any, physical_networks: set[str] | None, provider: t.Any) -> list[Entry]:
    """The networks with their subnets; raise :class:`IntentError` when they cannot be.

    ``physical_networks`` are those that chassis have bridges for, None when that is not known.
    """
    result = entries("openstack_networks", given, NETWORK_KEYS)
    for each in result:
        label = f"openstack_networks ({each['name']})"
        if each["network_type"] is None:
            each["network_type"] = "geneve" if each["physical_network"] is None else "flat"
        _check_physical(label, each, physical_networks)
        _check_segment(label, each)
        _check_mtu(label, each, provider)
        each["subnets"] = [
            _subnet(f"{label}: subnets[{index}]", subnet) for index, subnet in enumerate(each["subnets"])
        ]
        # Neutron refuses that on one network, also without a router.
        no_overlap(
            {
                f"openstack_networks ({each['name']}): {subnet['name']}": ipaddress.IPv4Network(subnet["cidr"])
                for subnet in each["subnets"]
            }
        )
    _check_shared_wires(result)
    seen: dict[str, str] = {}
    for each, subnet in _with_subnets(result):
        if subnet["name"] in seen:
            raise IntentError(
                f'openstack_networks ({each["name"]}) has the subnet "{subnet["name"]}", as {seen[subnet["name"]]} '
                "has. Rename one of them."
            )
        seen[subnet["name"]] = each["name"]
    return result


def _with_subnets(rows: t.Iterable[Entry]) -> t.Iterator[tuple[Entry, Entry]]:
    return ((each, subnet) for each in rows for subnet in each["subnets"])


def _check_physical(label: str, each: Entry, physical_networks: set[str] | None) -> None:
    physical, kind = each["physical_network"], each["network_type"]
    if physical is None:
        if each["external"]:
            raise IntentError(
                f"{label} is external, but has no physical_network, so nothing outside would be reached. Add it."
            )
        if kind != "geneve":
            raise IntentError(f"{label}: network_type is {kind}, which needs a physical_network. Add it.")
        return
    if kind == "geneve":
        raise IntentError(
            f"{label}: network_type is geneve, which has no physical_network. Take it out, or change the network_type."
        )
    if physical_networks is not None and physical not in physical_networks:
        raise IntentError(
            f"{label}: physical_network is {physical}, which no chassis has a bridge for (those of "
            f"ovn_chassis_bridge_mappings are {', '.join(sorted(physical_networks)) or 'none'}). Add the mapping, or "
            "correct the name."
        )


def _check_segment(label: str, each: Entry) -> None:
    kind, segment = each["network_type"], each["segmentation_id"]
    if segment is None:
        if kind == "vlan":
            raise IntentError(f"{label}: network_type is vlan, which needs a segmentation_id. Add it.")
        return
    if kind not in _SEGMENTS:
        raise IntentError(f"{label}: network_type is {kind}, which has no segmentation_id. Take it out.")
    first, last = _SEGMENTS[kind]
    if not first <= segment <= last:
        raise IntentError(f"{label}: segmentation_id is {segment}, but has to be from {first} to {last} for {kind}.")


def _check_mtu(label: str, each: Entry, provider: t.Any) -> None:
    mtu = each["mtu_bytes"]
    if mtu is None:
        return
    largest = _ETHERNET_MTU - (_GENEVE_OVERHEAD if each["network_type"] == "geneve" else 0)
    if mtu < _LEAST_MTU:
        raise IntentError(f"{label}: mtu_bytes is {mtu}, but IPv4 needs {_LEAST_MTU} at least. Make it larger.")
    # Existing hosts may have jumbo frames, which Neutron is told of there.
    if mtu > largest and provider != "existing":
        raise IntentError(
            f"{label}: mtu_bytes is {mtu}, but {each['network_type']} over {_ETHERNET_MTU} bytes of Ethernet leaves "
            f"{largest}. Make it smaller, or leave it out."
        )


def _check_shared_wires(rows: t.Iterable[Entry]) -> None:
    """Two networks with the same frames on one wire would be one."""
    seen: dict[tuple[t.Any, ...], str] = {}
    for each in rows:
        if each["network_type"] == "geneve" and each["segmentation_id"] is None:
            continue
        key = (each["network_type"], each["physical_network"], each["segmentation_id"])
        other = seen.setdefault(key, each["name"])
        if other != each["name"]:
            where = "" if each["physical_network"] is None else f" on {each['physical_network']}"
            tag = "" if each["segmentation_id"] is None else f" {each['segmentation_id']}"
            raise IntentError(
                f"openstack_networks ({each['name']}) is {each['network_type']}{tag}{where}, as {other} is. Take "
                "another."
            )


def _subnet(label: str, given: t.Any) -> Entry:
    result = entry(label, given, SUBNET_KEYS)
    label = f"{label} ({result['name']})"
    whole = network(f"{label}: cidr", result["cidr"])
    if whole.prefixlen > 30:
        raise IntentError(f"{label}: cidr is {whole}, which has no room for a gateway and an instance. Take a /30.")
    result["cidr"] = str(whole)
    gateway = whole[1] if result["gateway"] is None else address(f"{label}: gateway", result["gateway"])
    if gateway not in whole:
        raise IntentError(f"{label}: gateway is {gateway}, outside of {whole}. Change one of them.")
    if gateway in (whole.network_address, whole.broadcast_address):
        raise IntentError(f"{label}: gateway is {gateway}, which {whole} needs itself (first or last). Take another.")
    result["gateway"] = str(gateway)
    for server in result["dns_servers"]:
        address(f"{label}: dns_servers", server)
    result["allocation_pools"] = _pools(label, result["allocation_pools"], whole, gateway)
    return result


def _pools(
    label: str, given: t.Sequence[t.Any], whole: ipaddress.IPv4Network, gateway: ipaddress.IPv4Address
) -> list[dict[str, str]]:
    """The pools as Neutron keeps them; without any all addresses but the gateway."""
    bounds: list[tuple[ipaddress.IPv4Address, ipaddress.IPv4Address]] = []
    for index, each in enumerate(given):
        name = f"{label}: allocation_pools[{index}]"
        pool = entry(name, each, POOL_KEYS)
        start, end = (address(f"{name}: {key}", pool[key]) for key in ("start", "end"))
        if start > end:
            raise IntentError(f"{name} starts at {start}, after its end {end}. Change one of them.")
        if start <= whole.network_address or end >= whole.broadcast_address:
            raise IntentError(f"{name} is from {start} to {end}, outside of the addresses for hosts of {whole}.")
        if start <= gateway <= end:
            raise IntentError(f"{name} is from {start} to {end}, with the gateway {gateway} in it. Leave that out.")
        for other_start, other_end in bounds:
            if start <= other_end and other_start <= end:
                raise IntentError(f"{name} is from {start} to {end}, which overlaps {other_start} to {other_end}.")
        bounds.append((start, end))
    if not given:
        bounds = [(whole[1], gateway - 1), (gateway + 1, whole[-2])]
    return [{"start": str(start), "end": str(end)} for start, end in sorted(bounds) if start <= end]


def routers(given: t.Any, rows: list[Entry], addresses: Addresses) -> list[Entry]:
    """The routers, their networks told as subnets; raise :class:`IntentError` when they cannot be.

    ``rows`` are the networks.
    """
    by_name = {each["name"]: each for each in rows}
    subnets = {subnet["name"]: subnet for _each, subnet in _with_subnets(rows)}
    owners: dict[str, str] = {}
    result = []
    for each in entries("openstack_routers", given, ROUTER_KEYS):
        label = f"openstack_routers ({each['name']})"
        for name in each["networks"]:
            known(label, "network", name, by_name, "openstack_networks")
        for name in each["subnets"]:
            known(label, "subnet", name, subnets, "openstack_networks")
        attached = [subnet["name"] for name in each["networks"] for subnet in by_name[name]["subnets"]]
        attached = list(dict.fromkeys([*attached, *each["subnets"]]))
        for name in attached:
            if name in owners:
                raise IntentError(
                    f"{label} is on the subnet {name}, where {owners[name]} has the gateway's address "
                    f"{subnets[name]['gateway']} already. Take it out of one of them."
                )
            owners[name] = each["name"]
        external_subnet = _external_subnet(label, each, by_name, addresses)
        _check_overlap(label, [*attached, *_subnets_of(by_name.get(each["external_network"]))], subnets)
        result.append(
            {
                "name": each["name"],
                "external_network": each["external_network"],
                "external_address": each["external_address"],
                "external_subnet": external_subnet,
                "subnets": attached,
            }
        )
    return result


def _subnets_of(row: Entry | None) -> list[str]:
    return [] if row is None else [subnet["name"] for subnet in row["subnets"]]


def _external_subnet(label: str, each: Entry, by_name: t.Mapping[str, Entry], addresses: Addresses) -> str | None:
    """Name of the subnet that the router's address outside is of; None where Neutron can choose that."""
    external = each["external_network"]
    if external is None:
        if each["external_address"] is not None:
            raise IntentError(f"{label} has an external_address, but no external_network. Add it.")
        return None
    known(label, "network", external, by_name, "openstack_networks")
    if not by_name[external]["external"]:
        raise IntentError(f"{label}: external_network is {external}, which is not external. Make it, or take another.")
    if not by_name[external]["subnets"]:
        raise IntentError(f"{label}: external_network is {external}, which has no subnets. Add one.")
    return addresses.take(
        f"{label}: external_address", f"the router {each['name']}", external, each["external_address"]
    )


def _check_overlap(label: str, names: t.Iterable[str], subnets: t.Mapping[str, Entry]) -> None:
    for one, other in itertools.combinations(dict.fromkeys(names), 2):
        first, second = (ipaddress.IPv4Network(subnets[name]["cidr"]) for name in (one, other))
        if first.overlaps(second):
            raise IntentError(
                f"{label} is on {one} ({first}) and {other} ({second}), which overlap. Give one of them another cidr."
            )
