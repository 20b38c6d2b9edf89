# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""What an OpenSwitch lab should be, read from the inventory's variables.

What the modules ``link`` and ``switch_config`` would refuse of links, or of one switch, is refused here in their words,
before there are nodes. What concerns two switches is found here alone.
"""

from __future__ import annotations

import ipaddress
import itertools
import re
import types
import typing as t

from ansible_collections.packetwalk.labs.plugins.module_utils._planning import (
    _link_ends,
    _switch_refusals,
    _switch_vlans,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._intent._schema import IntentError, Key, entry, nodes

Interface = t.Union[ipaddress.IPv4Interface, ipaddress.IPv6Interface]
Entry = t.Dict[str, t.Any]
Configs = t.Mapping[str, Entry]

END_KEYS = {
    "switch": Key(str),
    "namespace": Key(str),
    "port": Key((int, str)),
    "bridge": Key(str),
    "interface": Key(str),
}

LINK_KEYS = {
    "ends": Key(list, required=True),
    "mtu_bytes": Key(int),
    "delay_milliseconds": Key((float, int)),
    "loss_percent": Key((float, int)),
    "rate_kilobits": Key(int),
}

CONFIG_KEYS = {
    "hostname": Key(str),
    "interfaces": Key(list),
    "vlans": Key(list),
    "static_routes": Key(list),
    "bgp": Key(dict),
    "ospf": Key(dict),
    "lines": Key(list),
}

HOST_CONFIG_KEYS = {key: CONFIG_KEYS[key] for key in ("interfaces", "static_routes")}

SECTIONS = {
    "bgp": {
        "as_number": Key(int),
        "router_id": Key(str),
        "networks": Key(list, ()),
        "neighbours": Key(list, ()),
    },
    "ospf": {
        "router_id": Key(str),
        "networks": Key(list, ()),
    },
}

# Section, or none, and key of each list of dictionaries, and what is in these.
ENTRIES = {
    ("", "interfaces"): {
        "name": Key((int, str), required=True),
        "addresses": Key(list, ()),
        "shutdown": Key(bool, False),
        "description": Key(str),
        "mtu_bytes": Key(int),
    },
    ("", "vlans"): {"id": Key(int, required=True), "interfaces": Key(list, ())},
    ("", "static_routes"): {"destination": Key(str, required=True), "next_hop": Key(str, required=True)},
    ("bgp", "neighbours"): {"address": Key(str, required=True), "remote_as": Key(int), "shutdown": Key(bool, False)},
    ("ospf", "networks"): {"network": Key(str, required=True), "area": Key((int, str), required=True)},
}


# What an end host's interface may be given; the rest is left as Linux has it.
HOST_INTERFACE_KEYS = {
    "name": Key(str, required=True),
    "addresses": Key(list, ()),
}

# The namespace of a node that is an end host; as in the state document.
HOST = _link_ends.HOST


class Inventory(t.NamedTuple):
    """The part of an inventory that describes an OpenSwitch lab.

    ``hosts``: name of each switch -> its variables; ``end_hosts``: the same of what is connected to switches.
    """

    lab: str
    hosts: t.Mapping[str, t.Mapping[str, t.Any]]
    provider: t.Any
    subnet: t.Any
    ports: int
    links: t.Any
    end_hosts: t.Mapping[str, t.Mapping[str, t.Any]] = types.MappingProxyType({})


def _end(label: str, given: t.Any, inventory: Inventory) -> Entry:
    end = _entry(label, given, END_KEYS)
    if end["bridge"] is not None and (end["switch"] is not None or end["namespace"] is not None):
        raise IntentError(f"{label} has a bridge, and a switch or a namespace too. Take one of them out.")
    if end["bridge"] is None and end["switch"] is None and end["namespace"] is None:
        raise IntentError(f"{label} has no switch, no namespace and no bridge. Add one of them.")
    if end["bridge"] is None and end["port"] is None:
        raise IntentError(f'{label} has no "port". Add it.')
    if end["switch"] in inventory.end_hosts:
        if end["namespace"] != HOST:
            raise IntentError(
                f'{label} is of the host {end["switch"]}, which has its port in "namespace: host". Add it.'
            )
    elif end["switch"] is not None and end["switch"] not in inventory.hosts:
        raise IntentError(
            f'{label} names the unknown switch "{end["switch"]}". Add it to the group openswitch, or correct the name.'
        )
    return end


def _links(inventory: Inventory) -> list[Entry]:
    if not isinstance(inventory.links, list):
        raise IntentError(f"openswitch_links is {inventory.links!r}, but has to be a list.")
    rows = []
    for number, given in enumerate(inventory.links, 1):
        label = f"openswitch_links (link {number})"
        row = entry(label, given, LINK_KEYS)
        row["ends"] = [_end(f"{label}: ends[{index}]", end, inventory) for index, end in enumerate(row["ends"])]
        rows.append(row)
    try:
        _link_ends.links(inventory.lab, rows, _link_ends.switches(rows, [], inventory.ports))
    except _link_ends.Refused as refused:
        raise IntentError(f"openswitch_links: {refused.problems[0]}") from None
    return rows


def _config(label: str, given: t.Any) -> Entry:
    config = entry(label, given, CONFIG_KEYS)
    for section, keys in SECTIONS.items():
        if config[section] is not None:
            config[section] = entry(f"{label}: {section}", config[section], keys)
    for (section, key), keys in ENTRIES.items():
        place = (config[section] or {}) if section else config
        if place.get(key) is not None:
            where = ": ".join(filter(None, (label, section, key)))
            place[key] = [_entry(f"{where}[{index}]", each, keys) for index, each in enumerate(place[key])]
    for vlan in config["vlans"] or []:
        vlan["interfaces"] = [str(name) for name in vlan["interfaces"]]
    problems = _switch_refusals.refusals(config)
    # Which of FRR and OpenSwitch it will be is not known yet, nor what runs on it.
    problems = problems or _switch_refusals.refusals_of_switch(config, {}, "", ())
    if problems:
        raise IntentError(f"{label}: {problems[0]}")
    return config


def _switch_config(host: str, given: t.Any, ports: int) -> Entry:
    label = f"openswitch_config of {host}"
    config = _config(label, given)
    for name in _interfaces(config):
        if name.isdigit() and not 1 <= int(name) <= ports:
            raise IntentError(f"{label} has interface {name}, but openswitch_ports is {ports}. Change one of them.")
    _check_vlans(label, config, ports)
    return config


def _check_vlans(label: str, config: Entry, ports: int) -> None:
    numbers = {str(number) for number in range(1, ports + 1)}
    vlans = {_switch_vlans.interface_of(vlan["id"]): vlan for vlan in config["vlans"] or []}
    for vlan in vlans.values():
        for name in vlan["interfaces"]:
            if name not in numbers:
                raise IntentError(f"{label}: VLAN {vlan['id']} has interface {name}, but ports are 1 to {ports}.")
    for name in _interfaces(config):
        found = re.fullmatch(r"vlan(\d+)", name)
        if found and name not in vlans:
            raise IntentError(f"{label} has interface {name}, but vlans has no VLAN {found[1]}. Add it.")


def _host_config(host: str, given: t.Any, links: list[Entry]) -> Entry:
    label = f"openswitch_host_config of {host}"
    asked = entry(label, given, HOST_CONFIG_KEYS)
    for index, interface in enumerate(asked["interfaces"] or []):
        _entry(f"{label}: interfaces[{index}]", interface, HOST_INTERFACE_KEYS)
    config = _config(label, asked)
    wired = {end["port"] for link in links for end in link["ends"] if end["switch"] == host}
    for problem in _host_problems(config, wired):
        raise IntentError(f"{label}: {problem}")
    return config


def _host_problems(config: Entry, wired: t.Collection[str]) -> t.Iterator[str]:
    for name in _interfaces(config):
        if name not in wired:
            yield f"no link comes to {name}. Add one to openswitch_links."
    addresses = [each for interface in config["interfaces"] or [] for each in interface["addresses"]]
    routes = config["static_routes"] or []
    for text in (*addresses, *(route["destination"] for route in routes)):
        read = ipaddress.ip_interface(text)
        if read.version != 4:
            yield f"{text} is not of IPv4, and Docker turns IPv6 off in containers."
        elif text != str(read):
            # The role compares it with what Linux shows.
            yield f"{text} has to be written as {read}."
    networks = [ipaddress.ip_interface(each).network for each in addresses]
    for route in routes:
        if not any(ipaddress.ip_address(route["next_hop"]) in network for network in networks):
            yield f"{route['next_hop']} is on no subnet of its interfaces. Take another next_hop."


def _entry(label: str, given: t.Any, keys: t.Mapping[str, Key]) -> Entry:
    """As ``entry``; what may be a number because YAML takes some texts for one is a text, as for the modules."""
    result = entry(label, given, keys)
    for name, key in keys.items():
        if key.kind == (int, str) and result[name] is not None:
            result[name] = str(result[name])
    return result


def _interfaces(config: Entry) -> dict[str, Entry]:
    return {interface["name"]: interface for interface in config["interfaces"] or []}


def _addresses(interface: t.Mapping[str, t.Any]) -> list[Interface]:
    return [ipaddress.ip_interface(each) for each in interface.get("addresses", [])]


def _port_ends(link: Entry) -> list[tuple[str, str]]:
    """Switch and port of each end that is a port of a switch."""
    return [(end["switch"], end["port"]) for end in link["ends"] if end["switch"] and not end["namespace"]]


def _subnet_addresses(interface: t.Mapping[str, t.Any], version: int) -> list[Interface]:
    """The addresses that have to be of the same subnet as others on the link: no host's own, no link-local one."""
    return [
        each
        for each in _addresses(interface)
        if each.version == version and each.network.num_addresses > 1 and not each.is_link_local
    ]


def _check_subnets(links: list[Entry], switch_configs: Configs, host_configs: Configs) -> None:
    configs = {**switch_configs, **host_configs}
    for number, link in enumerate(links, 1):
        hosts = [(end["switch"], end["port"]) for end in link["ends"] if end["switch"] in host_configs]
        # Where Docker made the interfaces there may be more than two.
        for (one, port), (other, other_port) in itertools.combinations(hosts + _port_ends(link), 2):
            label = f"openswitch_links (link {number})"
            names = f"{one}:{port}", f"{other}:{other_port}"
            for version in (4, 6):
                ours = _subnet_addresses(_interfaces(configs[one]).get(port, {}), version)
                theirs = _subnet_addresses(_interfaces(configs[other]).get(other_port, {}), version)
                for each in {each.ip for each in ours} & {each.ip for each in theirs}:
                    raise IntentError(
                        f"{label}: {names[0]} and {names[1]} both have {each}. Give one of them another address."
                    )
                if ours and theirs and not {each.network for each in ours} & {each.network for each in theirs}:
                    raise IntentError(
                        f"{label}: {names[0]} is in {ours[0].network}, and {names[1]} in {theirs[0].network}. "
                        "Put both into one subnet."
                    )


def _facing_vlans(links: list[Entry], configs: Configs) -> set[tuple[str, str]]:
    """Switch and port of each end whose link leads to a port in a VLAN of another switch."""
    bridged = {
        (host, name)
        for host, config in configs.items()
        for vlan in config["vlans"] or []
        for name in vlan["interfaces"]
    }
    return {
        one
        for link in links
        for one, other in itertools.permutations(_port_ends(link), 2)
        if other in bridged and one not in bridged
    }


def _live(rows: list[Entry] | None) -> list[Entry]:
    return [each for each in rows or [] if not each["shutdown"]]


def _sessions(configs: Configs) -> dict[str, list[str]]:
    """The addresses of the neighbours of each switch that are switches of the lab, and have it as a neighbour."""
    owners = {
        each.ip: host
        for host, config in configs.items()
        for interface in _live(config["interfaces"])
        for each in _addresses(interface)
        if config["bgp"]
    }
    # Switch, the neighbour as it has it, and the switch that this is.
    ends = [
        (host, neighbour, owners[ipaddress.ip_address(neighbour["address"])])
        for host, config in configs.items()
        for neighbour in _live((config["bgp"] or {}).get("neighbours"))
        if ipaddress.ip_address(neighbour["address"]) in owners
    ]
    for host, neighbour, other in ends:
        as_number = configs[other]["bgp"]["as_number"]
        if neighbour["remote_as"] != as_number:
            raise IntentError(
                f"openswitch_config of {host}: BGP neighbour {neighbour['address']} has the remote_as "
                f"{neighbour['remote_as']}, but {other} has the as_number {as_number}. Change one of them."
            )
    pairs = {(host, other) for host, _neighbour, other in ends}
    return {
        host: [neighbour["address"] for one, neighbour, other in ends if one == host and (other, one) in pairs]
        for host in configs
    }


def _up(links: list[Entry], configs: Configs) -> set[tuple[str, str]]:
    """Switch and port of each end whose link carries: no end of it is shut down."""
    return {
        end
        for link in links
        for end in _port_ends(link)
        if not any(
            _interfaces(configs[switch]).get(port, {}).get("shutdown", False) for switch, port in _port_ends(link)
        )
    }


def read(inventory: Inventory) -> dict[str, t.Any]:
    """Return the intent of an OpenSwitch lab; raise :class:`IntentError` when it cannot be.

    ``switches``: name of each -> its ``address``, its ``config`` with every key as ``switch_config`` takes it, the
    ports that are ``wired``, those of them that shall be ``up``, and the neighbours of the BGP ``sessions`` that shall
    be established; ``facing_vlans`` are its ports in no VLAN whose link leads to a port in one. ``hosts``: name of each
    end host -> its ``address``, and its ``config`` with the same keys.
    """
    for name in inventory.hosts.keys() & inventory.end_hosts.keys():
        raise IntentError(f"{name} is in the groups openswitch and openswitch_hosts. Take it out of one of them.")
    nodes({**inventory.hosts, **inventory.end_hosts}, inventory.subnet, inventory.provider)
    if inventory.ports < 1:
        raise IntentError(f"openswitch_ports is {inventory.ports}, but has to be 1 or more.")
    links = _links(inventory)
    configs = {
        host: _switch_config(host, variables.get("openswitch_config") or {}, inventory.ports)
        for host, variables in inventory.hosts.items()
    }
    host_configs = {
        host: _host_config(host, variables.get("openswitch_host_config") or {}, links)
        for host, variables in inventory.end_hosts.items()
    }
    _check_subnets(links, configs, host_configs)
    sessions = _sessions(configs)
    up = _up(links, configs)
    facing = _facing_vlans(links, configs)
    wired = [end for link in links for end in _port_ends(link)]
    switches = {
        host: {
            "address": variables["nodes_address"],
            "config": configs[host],
            "wired": [port for switch, port in wired if switch == host],
            "up": [port for switch, port in wired if switch == host and (switch, port) in up],
            "sessions": sessions[host],
            "facing_vlans": sorted(port for switch, port in facing if switch == host),
        }
        for host, variables in inventory.hosts.items()
    }
    hosts = {
        host: {"address": variables["nodes_address"], "config": host_configs[host]}
        for host, variables in inventory.end_hosts.items()
    }
    return {"lab": inventory.lab, "ports": inventory.ports, "switches": switches, "hosts": hosts, "links": links}
