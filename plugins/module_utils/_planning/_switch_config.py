# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""What vtysh has to be told for a switch to have a desired configuration.

A configuration is a tree: each line, with the lines of its context. The configuration that is desired is compared with
the one that runs, which counts only as far as the kernel has it: an interface that was moved into the namespace has
lost its addresses, and FRR goes on listing them. What is desired is sound here; ``_switch_refusals`` looks at it first.
"""

from __future__ import annotations

import copy
import ipaddress
import re
from typing import Any, Dict, Iterator, List, Mapping, NamedTuple, Tuple

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._vtysh_running_config import Tree, parse_lines

Config = Dict[str, Any]

FRR = "frr"
OPENSWITCH = "openswitch"

_INTERFACE = re.compile(r"interface (?P<name>\S+)$")
_BGP = re.compile(r"router bgp (?P<as_number>\d+)$")
_OSPF = "router ospf"
# FRR shows what belongs to it in a context of its own, and takes it outside as well, as OpenSwitch does.
_BGP_IPV4 = "address-family ipv4 unicast"
# Lines that open a context, of the first level and below it.
_CONTEXTS = (re.compile(r"(interface|router|vlan|vrf|route-map|line) "), re.compile(r"address-family "))
_ADDRESS = re.compile(r"ip(v6)? address (?P<address>\S+)( secondary)?$")
_MTU = re.compile(r"mtu (?P<mtu_bytes>\d+)$")
_NEIGHBOUR = re.compile(r"(?:no )?neighbor (?P<name>\S+)")
_OSPF_NETWORK = re.compile(r"network (?P<network>\S+) area (?P<area>\S+)$")
_ROUTER_ID = {FRR: "ospf router-id", OPENSWITCH: "router-id"}

# A setting of vtysh, which it has from a file of its own.
_OF_VTYSH = "service integrated-vtysh-config"
# Lines that a switch does not show, because it does that without being told.
_UNSHOWN = {
    FRR: ("no shutdown", "bgp ebgp-requires-policy", "ip forwarding", "ipv6 forwarding"),
    OPENSWITCH: ("shutdown",),
}
# Of these a context has one, and a second replaces the first.
_SINGLE = re.compile(
    r"hostname |description |mtu |vlan access |bgp router-id |(ospf )?router-id "
    r"|neighbor \S+ (remote-as|description|timers) "
)
# Where the command that takes a line back is not the line with "no".
_UNDONE = (
    (re.compile(r"(description|mtu) .*"), r"no \1"),
    (re.compile(r"(neighbor \S+ shutdown) .*"), r"no \1"),
)


class Link(NamedTuple):
    """What the kernel has of an interface. Addresses are written with the length of their prefix."""

    up: bool
    mtu_bytes: int
    addresses: frozenset[str]


class Plan(NamedTuple):
    """What brings a switch to a desired configuration.

    * ``commands``: for vtysh in configuration mode, indented by their contexts.
    * ``mtus``: MTU in bytes of interfaces, for the kernel, by name; FRR has no command for it.
    * ``before``, ``after``: the configuration as text.
    """

    commands: list[str]
    mtus: dict[str, int]
    before: str
    after: str


def plan(config: Config, running: Tree, links: Mapping[str, Link], flavour: str) -> Plan:
    """Compare a desired configuration, as the module ``switch_config`` takes it, with a running one."""
    wanted = _wanted(config, flavour)
    if flavour == FRR:
        _drop_mtu_of_absent(wanted, links)
    before = _present(running, wanted, links, flavour)
    after = copy.deepcopy(before)
    commands = list(_text(_removed(after, wanted, _owned(config, flavour))))
    added = _added(after, wanted)
    mtus = _taken_mtus(added) if flavour == FRR else {}
    return Plan([*commands, *_text(added)], mtus, _joined(_text(before)), _joined(_text(after)))


def wanted_lines(config: Config, flavour: str) -> list[str]:
    """All lines of a desired configuration, indented by their contexts."""
    return list(_text(_wanted(config, flavour)))


def starts_with(saved: Tree, running: Tree) -> bool:
    """Whether FRR starts with what it runs."""
    files = [{line: below for line, below in tree.items() if line != _OF_VTYSH} for tree in (saved, running)]
    return files[0] == files[1]


def absent_interfaces(config: Config, links: Mapping[str, Link]) -> list[str]:
    """Names of interfaces that are desired and that the kernel has not got."""
    return [each["name"] for each in config["interfaces"] or [] if each["name"] not in links]


def addresses_by_interface(config: Config, running: Tree) -> dict[str, list[str]]:
    """Addresses of all interfaces when they are as desired; those that are not named keep theirs."""
    kept = {
        found["name"]: [address["address"] for address in map(_ADDRESS.match, below) if address]
        for found, below in ((_INTERFACE.match(line), below) for line, below in running.items())
        if found
    }
    return {**kept, **{each["name"]: each["addresses"] for each in config["interfaces"] or []}}


def _wanted(config: Config, flavour: str) -> Tree:
    tree: Tree = {}
    if config["hostname"] is not None:
        tree[f"hostname {config['hostname']}"] = {}
    for vlan in config["vlans"] or []:
        tree[f"vlan {vlan['id']}"] = {"no shutdown": {}}
    for interface in config["interfaces"] or []:
        tree[f"interface {interface['name']}"] = dict.fromkeys(_interface_lines(interface, flavour), {})
    for vlan in config["vlans"] or []:
        for name in vlan["interfaces"]:
            tree.setdefault(f"interface {name}", {}).update({"no routing": {}, f"vlan access {vlan['id']}": {}})
    for route in config["static_routes"] or []:
        network = ipaddress.ip_network(route["destination"])
        tree[f"{_family(network)} route {network} {ipaddress.ip_address(route['next_hop'])}"] = {}
    if config["bgp"] is not None:
        tree[f"router bgp {config['bgp']['as_number']}"] = dict.fromkeys(_bgp_lines(config["bgp"], flavour), {})
    if config["ospf"] is not None:
        tree[_OSPF] = dict.fromkeys(_ospf_lines(config["ospf"], flavour), {})
    plain = parse_lines(enumerate(config["lines"] or [], start=1), "lines")
    return _merged(_spelled(tree, flavour), _spelled(plain, flavour))


def _interface_lines(interface: Config, flavour: str) -> Iterator[str]:
    if interface["description"]:
        yield f"description {' '.join(interface['description'].split())}"
    if interface["mtu_bytes"] is not None:
        yield f"mtu {interface['mtu_bytes']}"
    families = set()
    for address in map(ipaddress.ip_interface, interface["addresses"]):
        # FRR has any number of addresses, OpenSwitch one and others that are secondary.
        secondary = " secondary" if flavour == OPENSWITCH and address.version in families else ""
        families.add(address.version)
        yield f"{_family(address)} address {address}{secondary}"
    yield "shutdown" if interface["shutdown"] else "no shutdown"


def _bgp_lines(bgp: Config, flavour: str) -> Iterator[str]:
    if bgp["router_id"]:
        yield f"bgp router-id {bgp['router_id']}"
    if flavour == FRR:
        # FRR neither sends nor takes a route to or from another AS without a policy (RFC 8212).
        yield "no bgp ebgp-requires-policy"
    for neighbour in bgp["neighbours"]:
        name = f"neighbor {ipaddress.ip_address(neighbour['address'])}"
        yield f"{name} remote-as {neighbour['remote_as']}"
        if neighbour["shutdown"]:
            yield f"{name} shutdown"
    for network in bgp["networks"]:
        yield f"network {ipaddress.ip_network(network)}"


def _ospf_lines(ospf: Config, flavour: str) -> Iterator[str]:
    if ospf["router_id"]:
        yield f"{_ROUTER_ID[flavour]} {ospf['router_id']}"
    for each in ospf["networks"]:
        yield f"network {ipaddress.ip_network(each['network'])} area {each['area']}"


def _family(address: Any) -> str:
    return "ip" if address.version == 4 else "ipv6"


def _spelled(lines: Tree, flavour: str) -> Tree:
    """A tree in which what is the same is written the same."""
    tree: Tree = {}
    for line, below in lines.items():
        context = tree.setdefault(line, {})
        for inner, deeper in below.items():
            if _BGP.match(line) and inner == _BGP_IPV4:
                context.update(copy.deepcopy(deeper))
            else:
                spelled = _ospf_spelled(inner, flavour) if line == _OSPF else inner
                context[spelled] = _merged(context.get(spelled, {}), deeper)
    return tree


def _ospf_spelled(line: str, flavour: str) -> str:
    network = _OSPF_NETWORK.match(line)
    if network and network["area"].isdigit():
        return f"network {network['network']} area {ipaddress.IPv4Address(int(network['area']))}"
    if line.startswith(_ROUTER_ID[OPENSWITCH]):
        return f"{_ROUTER_ID[flavour]}{line[len(_ROUTER_ID[OPENSWITCH]) :]}"
    return line


def _merged(tree: Tree, other: Tree) -> Tree:
    merged = copy.deepcopy(tree)
    for line, below in other.items():
        merged[line] = _merged(merged.get(line, {}), below)
    return merged


def _drop_mtu_of_absent(wanted: Tree, links: Mapping[str, Link]) -> None:
    for line, below in wanted.items():
        interface = _INTERFACE.match(line)
        if interface and interface["name"] not in links:
            for inner in list(filter(_MTU.match, below)):
                del below[inner]


def _present(running: Tree, wanted: Tree, links: Mapping[str, Link], flavour: str) -> Tree:
    """The running configuration as far as the kernel has it, with what goes without saying where it is wanted."""
    tree = _spelled(running, flavour)
    for line, below in wanted.items():
        if _INTERFACE.match(line):
            # Every interface is there, also when there is nothing to be shown of it.
            tree.setdefault(line, {})
        _say_unshown(tree, [line], flavour)
        if line in tree:
            _say_unshown(tree[line], list(below), flavour)
    for line in wanted:
        interface = _INTERFACE.match(line)
        if interface and interface["name"] in links:
            tree[line] = _in_kernel(tree[line], wanted[line], links[interface["name"]], flavour)
    return tree


def _say_unshown(tree: Tree, wanted: list[str], flavour: str) -> None:
    for line in wanted:
        if line in _UNSHOWN[flavour] and _opposite(line) not in tree:
            tree[line] = {}


def _in_kernel(lines: Tree, wanted: Tree, link: Link, flavour: str) -> Tree:
    kept: Tree = {}
    for line, below in lines.items():
        address = _ADDRESS.match(line)
        # Linux takes IPv6 addresses away from an interface that goes down.
        lost = address and "shutdown" not in wanted and address["address"] not in link.addresses
        other = line == ("shutdown" if link.up else "no shutdown")
        if not lost and not other:
            kept[line] = below
    if flavour == FRR and any(map(_MTU.match, wanted)):
        kept[f"mtu {link.mtu_bytes}"] = {}
    return kept


# Patterns of a context and of lines in it; the context of a line of its own is "".
_Owned = List[Tuple[str, str]]


def _owned(config: Config, flavour: str) -> _Owned:
    """The lines that are removed unless they are wanted."""
    owned: _Owned = []
    if config["vlans"] is not None:
        # VLAN 1 is always there.
        owned += [("", r"vlan (?!1$)\d+"), (r"interface .*", r"vlan access \d+")]
    for interface in config["interfaces"] or []:
        mtu = "" if interface["mtu_bytes"] is None else "|mtu .*"
        lines = rf"ip(v6)? address .*|description .*|(no )?shutdown{mtu}"
        owned.append((re.escape(f"interface {interface['name']}"), lines))
    if config["static_routes"] is not None:
        owned.append(("", r"ip(v6)? route .*"))
    if config["bgp"] is not None:
        lines = r"bgp router-id .*|network .*|neighbor \S+ (remote-as|shutdown)( .*)?"
        owned += [
            ("", rf"router bgp (?!{config['bgp']['as_number']}$)\d+"),
            (f"router bgp {config['bgp']['as_number']}", lines),
        ]
    if config["ospf"] is not None:
        owned.append((_OSPF, rf"{_ROUTER_ID[flavour]} .*|network .* area .*"))
    return owned


def _removed(tree: Tree, wanted: Tree, owned: _Owned) -> Tree:
    """Take what is owned and not wanted out of a tree, and return the commands that do so, as a tree."""
    commands: Tree = {}
    for line in list(tree):
        if _is_owned("", line, owned) and line not in wanted:
            del tree[line]
            commands.update(_undoing(line, wanted))
            continue
        below, wanted_below = tree[line], wanted.get(line, {})
        undone: Tree = {}
        if _BGP.match(line) and any(context == line for context, _lines in owned):
            undone.update(_without_neighbours(below, wanted_below))
        for inner in list(below):
            if _is_owned(line, inner, owned) and inner not in wanted_below:
                del below[inner]
                undone.update(_undoing(inner, wanted_below))
        if undone:
            commands[line] = undone
    return commands


def _is_owned(context: str, line: str, owned: _Owned) -> bool:
    return any(re.fullmatch(where, context) and re.fullmatch(lines, line) for where, lines in owned)


def _undoing(line: str, wanted: Tree) -> Tree:
    """The command that takes a line back, none where what is wanted instead does that."""
    single = _SINGLE.match(line)
    if (single and any(other.startswith(single[0]) for other in wanted)) or _opposite(line) in wanted:
        return {}
    for pattern, command in _UNDONE:
        if pattern.fullmatch(line):
            return {pattern.sub(command, line): {}}
    return {_opposite(line): {}}


def _without_neighbours(below: Tree, wanted: Tree) -> Tree:
    """Take the neighbours of BGP that are not wanted out of its context; with them goes all that is said of them."""
    commands: Tree = {}
    unwanted = _neighbours(below) - _neighbours(wanted)
    for name in sorted(unwanted):
        group = f"neighbor {name} peer-group"
        commands[f"no {group if group in below else f'neighbor {name}'}"] = {}
    _drop_neighbours(below, unwanted)
    return commands


def _neighbours(below: Tree) -> set[str]:
    names = {found["name"] for found in map(_NEIGHBOUR.match, below) if found}
    return names.union(*map(_neighbours, below.values()))


def _drop_neighbours(below: Tree, names: set[str]) -> None:
    for line in list(below):
        found = _NEIGHBOUR.match(line)
        if found and found["name"] in names:
            del below[line]
        else:
            _drop_neighbours(below[line], names)


def _added(tree: Tree, wanted: Tree) -> Tree:
    """Put what is wanted into a tree, and return what was missing."""
    missing: Tree = {}
    for line, below in wanted.items():
        is_new = line not in tree
        if is_new:
            single = _SINGLE.match(line)
            for other in [each for each in tree if single and each.startswith(single[0])]:
                del tree[other]
            tree.pop(_opposite(line), None)
        deeper = _added(tree.setdefault(line, {}), below)
        if is_new or deeper:
            missing[line] = deeper
    return missing


def _taken_mtus(added: Tree) -> dict[str, int]:
    """Take the MTUs out of what is to be added."""
    mtus = {}
    for line in list(added):
        interface = _INTERFACE.match(line)
        for found in [_MTU.match(inner) for inner in added[line]] if interface else []:
            if interface and found:
                mtus[interface["name"]] = int(found["mtu_bytes"])
                del added[line][found[0]]
        if interface and not added[line]:
            del added[line]
    return mtus


def _opposite(line: str) -> str:
    return line[len("no ") :] if line.startswith("no ") else f"no {line}"


def _text(tree: Tree, depth: int = 0) -> Iterator[str]:
    indent = " " * depth
    for line, below in tree.items():
        yield f"{indent}{line}"
        yield from _text(below, depth + 1)
        if below or _CONTEXTS[min(depth, 1)].match(line):
            yield f"{indent}{'exit-address-family' if line.startswith('address-family') else 'exit'}"


def _joined(lines: Iterator[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
