# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Why a desired configuration of a switch cannot work, found before anything is changed, in one sentence each."""

from __future__ import annotations

import collections
import ipaddress
import itertools
import re
from typing import Callable, Collection, Iterable, Iterator

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._vtysh_running_config import Tree, parse_lines
from ansible_collections.packetwalk.labs.plugins.module_utils._planning import _spelling, _switch_config, _switch_vlans
from ansible_collections.packetwalk.labs.plugins.module_utils._planning._switch_config import FRR, OPENSWITCH, Config

_NAME = re.compile(r"[^\s/]+$")
_AS_NUMBERS = range(1, 1 << 32)
_VLANS = range(1, 4095)
# An IPv4 host has to take 68 bytes (RFC 791), and a length has 16 bits.
_MTUS = range(68, 1 << 16)

# The daemon that keeps a line of the first level; zebra keeps all others.
_DAEMONS = {
    "router bgp ": "bgpd",
    "router ospf6": "ospf6d",
    "router ospf": "ospfd",
    "ip route ": "staticd",
    "ipv6 route ": "staticd",
}


def refusals(config: Config) -> list[str]:
    """Return what is wrong with a configuration in itself."""
    # What compares addresses needs them to be some.
    for checks in (_SPELLING, _MEANING):
        found = [sentence for check in checks for sentence in check(config)]
        if found:
            return found
    return []


def refusals_of_switch(config: Config, running: Tree, flavour: str, daemons: Collection[str]) -> list[str]:
    """Return what is wrong with a sound configuration for one switch. OpenSwitch's daemons are not looked at."""
    found = [*_unknown_to(config, flavour), *_overlaps(_switch_config.addresses_by_interface(config, running))]
    if flavour == FRR:
        found += [*_hostname(config, running), *_missing_daemons(config, daemons)]
    return found


def _spelled_addresses(config: Config) -> Iterator[str]:
    return _spelling.misspelled(_addresses(config))


def _addresses(config: Config) -> Iterator[_spelling.Text]:
    for interface in config["interfaces"] or []:
        for each in interface["addresses"]:
            yield f"Interface {interface['name']}", _spelling.interface, each
    for route in config["static_routes"] or []:
        what = f"Static route to {route['destination']}"
        yield what, ipaddress.ip_network, route["destination"]
        yield what, ipaddress.ip_address, route["next_hop"]
    bgp, ospf = config["bgp"] or {}, config["ospf"] or {}
    for protocol, section in (("BGP", bgp), ("OSPF", ospf)):
        if section.get("router_id") is not None:
            yield f"{protocol}, router ID", ipaddress.IPv4Address, section["router_id"]
    for network in bgp.get("networks", []):
        yield "BGP, networks", ipaddress.IPv4Network, network
    for neighbour in bgp.get("neighbours", []):
        yield "BGP, neighbours", ipaddress.ip_address, neighbour["address"]
    for each in ospf.get("networks", []):
        yield "OSPF, networks", ipaddress.IPv4Network, each["network"]
        yield f"OSPF, area of {each['network']}", _area, each["area"]


def _area(text: str) -> None:
    ipaddress.IPv4Address(int(text) if text.isdigit() else text)


def _names(config: Config) -> Iterator[str]:
    named = [each["name"] for each in config["interfaces"] or []]
    named += [name for vlan in config["vlans"] or [] for name in vlan["interfaces"]]
    for name in named:
        if not _NAME.match(name):
            yield f"{name!r} cannot be the name of an interface."
    if config["hostname"] is not None and not _NAME.match(config["hostname"]):
        yield f"{config['hostname']!r} cannot be the name of a switch."
    for line in config["lines"] or []:
        if "\n" in line:
            yield f"Lines: {line!r} is more than one line."
    try:
        parse_lines(enumerate(config["lines"] or [], start=1), "lines")
    except ParseError as error:
        yield f"Line {error.line_number} of lines, {error.line.strip()!r}: {error.reason}."


def _numbers(config: Config) -> Iterator[str]:
    for interface in config["interfaces"] or []:
        if interface["mtu_bytes"] is not None and interface["mtu_bytes"] not in _MTUS:
            yield f"Interface {interface['name']}: an MTU of {interface['mtu_bytes']} bytes is not from 68 to 65535."
    for vlan in config["vlans"] or []:
        if vlan["id"] not in _VLANS:
            yield f"VLAN {vlan['id']} is not from 1 to 4094."
    if config["bgp"] is not None:
        yield from _as_number("BGP has no as_number.", "BGP: AS", config["bgp"]["as_number"])
        for neighbour in config["bgp"]["neighbours"]:
            what = f"BGP neighbour {neighbour['address']}"
            yield from _as_number(f"{what} has no remote_as.", f"{what}: AS", neighbour["remote_as"])


def _as_number(missing: str, what: str, number: int | None) -> Iterator[str]:
    if number is None:
        yield missing
    elif number not in _AS_NUMBERS:
        yield f"{what} {number} is not from 1 to 4294967295."


def _given_twice(config: Config) -> Iterator[str]:
    yield from _twice("Interface", (each["name"] for each in config["interfaces"] or []))
    yield from _twice("VLAN", (str(vlan["id"]) for vlan in config["vlans"] or []))
    access = (name for vlan in config["vlans"] or [] for name in vlan["interfaces"])
    yield from _twice("The VLAN of interface", access)
    for interface in config["interfaces"] or []:
        addresses = (str(ipaddress.ip_interface(each)) for each in interface["addresses"])
        yield from _twice(f"Interface {interface['name']}: address", addresses)
    if config["bgp"] is not None:
        neighbours = (str(ipaddress.ip_address(each["address"])) for each in config["bgp"]["neighbours"])
        yield from _twice("BGP neighbour", neighbours)


def _twice(what: str, keys: Iterable[str]) -> Iterator[str]:
    for key, times in sorted(collections.Counter(keys).items()):
        if times > 1:
            yield f"{what} {key} is given twice."


def _families(config: Config) -> Iterator[str]:
    for route in config["static_routes"] or []:
        next_hop = ipaddress.ip_address(route["next_hop"])
        if ipaddress.ip_network(route["destination"]).version != next_hop.version:
            yield f"Static route to {route['destination']}: {next_hop} is of the other family."


def _own_addresses(config: Config) -> Iterator[str]:
    if config["bgp"] is None:
        return
    own = {
        ipaddress.ip_interface(each).ip: interface["name"]
        for interface in config["interfaces"] or []
        for each in interface["addresses"]
    }
    for neighbour in config["bgp"]["neighbours"]:
        name = own.get(ipaddress.ip_address(neighbour["address"]))
        if name is not None:
            yield f"BGP neighbour {neighbour['address']} is this switch itself, on interface {name}."


def _bridged(config: Config) -> Iterator[str]:
    vlans = {name: vlan["id"] for vlan in config["vlans"] or [] for name in vlan["interfaces"]}
    for interface in config["interfaces"] or []:
        name = interface["name"]
        if name in vlans and interface["addresses"]:
            yield (
                f"Interface {name} is in VLAN {vlans[name]} and has an address: give that to "
                f"{_switch_vlans.interface_of(vlans[name])}, or take it out of the VLAN."
            )


def _unknown_to(config: Config, flavour: str) -> Iterator[str]:
    if flavour == FRR and config["vlans"]:
        yield "FRR has no VLANs: give vlans to packetwalk.labs.switch_vlans, or leave them out."
    if flavour == OPENSWITCH:
        for interface in config["interfaces"] or []:
            if interface["description"]:
                yield f"Interface {interface['name']}: OpenSwitch has no descriptions of interfaces."


def _overlaps(addresses: dict[str, list[str]]) -> Iterator[str]:
    for (name, own), (other, others) in itertools.combinations(addresses.items(), 2):
        for one, two in itertools.product(map(ipaddress.ip_interface, own), map(ipaddress.ip_interface, others)):
            # Link-local addresses are of one network on all interfaces, and a host's own can be on any.
            alone = one.is_link_local or 1 in (one.network.num_addresses, two.network.num_addresses)
            if one.version == two.version and one.network.overlaps(two.network) and not alone:
                yield f"Interfaces {name} and {other}: {one} and {two} overlap."


def _hostname(config: Config, running: Tree) -> Iterator[str]:
    name = config["hostname"]
    present = next((line.split()[1] for line in running if line.startswith("hostname ")), None)
    if name not in (None, present):
        yield f"FRR goes by the name of its node, {present}, and vtysh cannot make it {name}: give the node that name."


def _missing_daemons(config: Config, daemons: Collection[str]) -> Iterator[str]:
    reported = set()
    for line in _switch_config.wanted_lines(config, FRR):
        daemon = next((daemon for begin, daemon in _DAEMONS.items() if line.startswith(begin)), "zebra")
        if daemon not in daemons and daemon not in reported and not line.startswith((" ", "exit")):
            reported.add(daemon)
            yield f"{line}: {daemon} does not run on this switch."


_SPELLING: list[Callable[[Config], Iterator[str]]] = [_spelled_addresses, _names, _numbers]
_MEANING: list[Callable[[Config], Iterator[str]]] = [_given_twice, _families, _own_addresses, _bridged]
