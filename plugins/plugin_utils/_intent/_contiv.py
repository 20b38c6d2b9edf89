# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""What a lab with Contiv on legacy Swarm should be, read from the inventory's variables.

What cannot be is refused here, before there are nodes, with one sentence for each mistake.
"""

from __future__ import annotations

import ipaddress
import re
import typing as t

from ansible_collections.packetwalk.labs.plugins.module_utils._planning import _contiv_spelling as spelling
from ansible_collections.packetwalk.labs.plugins.module_utils._planning._legacy_swarm_container import PUBLISHED_PORT
from ansible_collections.packetwalk.labs.plugins.plugin_utils._intent import _contiv_objects as objects
from ansible_collections.packetwalk.labs.plugins.plugin_utils._intent._schema import (
    IntentError,
    Key,
    address,
    entries,
    entry,
    network,
    no_overlap,
    nodes,
)

Entry = t.Dict[str, t.Any]
Hosts = t.Mapping[str, t.Mapping[str, t.Any]]

HOST_KEYS = {
    "contiv_vtep_address": Key(str, required=True),
    "contiv_uplink_interface": Key(str, "eth2"),
}

# Of the whole lab; the first master's are taken.
LAB_KEYS = {
    "contiv_binaries_from": Key(str, "release", choices=("release", "local", "present", "none")),
    "contiv_binaries": Key(str, ""),
    "contiv_release_url": Key(
        str, "https://github.com/contiv/netplugin/releases/download/1.0.3/netplugin-1.0.3.tar.bz2"
    ),
    "contiv_release_checksum": Key(str, ""),
    "contiv_datapath": Key(str, "auto", choices=("auto", "system", "netdev")),
    "contiv_forwarding_mode": Key(str, "bridge", choices=("bridge", "routing")),
    "contiv_vxlan_port": Key(int, 4789),
    # None is what goes with contiv_binaries_from.
    "legacy_swarm_binary_from": Key(str, None, choices=("image", "release", "local", "present", "none")),
    "legacy_swarm_binary": Key(str, ""),
    "legacy_swarm_strategy": Key(str, "spread", choices=("spread", "binpack", "random")),
    "legacy_swarm_port": Key(int, 2375),
    "legacy_swarm_engine_port": Key(int, 2385),
}

DOCKER_NETWORK_KEYS = {"name": Key(str, required=True), "driver": Key(str, "overlay"), "subnet": Key(str)}

# What Docker takes as a name (daemon/names/names.go).
_CONTAINER_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+")

# TCP ports that a daemon of the lab has on every node, or may get there.
_PORTS = {
    2379: "etcd",
    2380: "etcd",
    6640: "Open vSwitch",
    9001: "netmaster",
    9002: "netplugin",
    9003: "netplugin",
    9090: "netplugin",
    9999: "netmaster",
    10000: "the auth proxy",
}

CONTAINER_KEYS = {
    "name": Key(str, required=True),
    "image": Key(str, required=True),
    "network": Key(str),
    "node": Key(str),
    "command": Key((str, list)),
    "published_ports": Key(list, ()),
}

VARIABLES = (
    *LAB_KEYS,
    *objects.VARIABLES,
    "legacy_swarm_networks",
    "legacy_swarm_containers",
)


class Inventory(t.NamedTuple):
    """The part of an inventory that describes a lab with Contiv.

    ``masters`` and ``workers``: host name -> its variables; ``other_networks``: the variable ``nodes_other_networks``.
    """

    lab: str
    masters: Hosts
    workers: Hosts
    provider: t.Any
    subnet: t.Any
    other_networks: t.Any


def read(inventory: Inventory) -> dict[str, t.Any]:
    """Return the intent of a lab with Contiv (module contiv_intent); raise :class:`IntentError` when it cannot be."""
    for name in inventory.masters.keys() & inventory.workers.keys():
        raise IntentError(f"{name} is in the groups contiv_masters and contiv_workers. Take it out of one of them.")
    if not inventory.masters:
        raise IntentError("The group contiv_masters has no host, but netmaster and etcd need one. Put a host into it.")
    hosts = {**inventory.masters, **inventory.workers}
    nodes(hosts, inventory.subnet, inventory.provider)
    given = next(iter(inventory.masters.values()))
    settings = _settings(given)
    wanted = objects.read(given) if settings["contiv_binaries_from"] != "none" else objects.read({})
    docker_networks = _docker_networks(inventory, given.get("legacy_swarm_networks", []), wanted)
    for each in wanted["bgp"]:
        if each["hostname"] not in hosts:
            raise IntentError(f"contiv_bgp ({each['hostname']}) is of no host of the lab. Correct the hostname.")
    ports = {
        **_PORTS,
        settings["legacy_swarm_port"]: "the manager of the swarm",
        settings["legacy_swarm_engine_port"]: "the engine",
    }
    return {
        "lab": inventory.lab,
        "masters": list(inventory.masters),
        "workers": list(inventory.workers),
        "hosts": _hosts(inventory, hosts),
        "binaries_from": settings["contiv_binaries_from"],
        "swarm_binary_from": settings["legacy_swarm_binary_from"],
        "datapath": settings["contiv_datapath"],
        "forwarding_mode": settings["contiv_forwarding_mode"],
        "vxlan_port": settings["contiv_vxlan_port"],
        "swarm_port": settings["legacy_swarm_port"],
        "swarm_strategy": settings["legacy_swarm_strategy"],
        "engine_port": settings["legacy_swarm_engine_port"],
        **wanted,
        "docker_networks": docker_networks,
        "containers": _containers(
            given.get("legacy_swarm_containers", []),
            objects.names_in_docker(wanted) | {each["name"] for each in docker_networks},
            hosts,
            settings["legacy_swarm_binary_from"] != "none",
            ports,
        ),
    }


def warnings(intent: t.Mapping[str, t.Any]) -> list[str]:
    """Return what is allowed but not wise, one sentence each."""
    count = len(intent["masters"])
    if count % 2 == 0:
        return [
            f"The group contiv_masters has {count} hosts. An even number of members of etcd tolerates no more failures "
            f"than {count - 1} would; use an odd one."
        ]
    return []


def notes(inventory: Inventory) -> list[str]:
    """Return what was asked for in vain, one sentence each."""
    given = next(iter(inventory.masters.values()))
    ignored = [variable for variable in objects.VARIABLES if given.get(variable)]
    if given.get("contiv_binaries_from") != "none" or not ignored:
        return []
    return [f"Without Contiv's programs (contiv_binaries_from is none) these are ignored: {', '.join(ignored)}"]


def _settings(given: t.Mapping[str, t.Any]) -> Entry:
    result = entry("The group contiv", {name: given[name] for name in LAB_KEYS if name in given}, LAB_KEYS)
    source = result["contiv_binaries_from"]
    if result["legacy_swarm_binary_from"] is None:
        result["legacy_swarm_binary_from"] = "image" if source == "release" else source
    if source == "local" and not result["contiv_binaries"]:
        raise IntentError(
            "contiv_binaries_from is local, but there is no contiv_binaries. Add it, a folder or an archive."
        )
    for variable in ("contiv_release_url", "contiv_release_checksum"):
        if source == "release" and not result[variable]:
            raise IntentError(
                f"contiv_binaries_from is release, but there is no {variable}. Add it, or set contiv_binaries_from to "
                "local, present or none."
            )
    if source == "release" and not re.fullmatch(r"\w+:([0-9a-fA-F]{32,}|\w+://\S+)", result["contiv_release_checksum"]):
        raise IntentError(
            f"contiv_release_checksum is {result['contiv_release_checksum']!r}. Write the kind and the checksum, as in "
            '"sha256:0123...".'
        )
    if result["legacy_swarm_binary_from"] == "local" and not (
        result["legacy_swarm_binary"] or result["contiv_binaries"]
    ):
        raise IntentError("legacy_swarm_binary_from is local, but there is no legacy_swarm_binary. Add it.")
    for variable in ("contiv_vxlan_port", "legacy_swarm_port", "legacy_swarm_engine_port"):
        objects.check(variable, result[variable], spelling.port)
    for variable in ("legacy_swarm_port", "legacy_swarm_engine_port"):
        if result[variable] in _PORTS:
            raise IntentError(
                f"{variable} is {result[variable]}, the port of {_PORTS[result[variable]]}. Choose another one."
            )
    if result["legacy_swarm_port"] == result["legacy_swarm_engine_port"]:
        raise IntentError(
            f"legacy_swarm_port and legacy_swarm_engine_port are both {result['legacy_swarm_port']}, but the manager "
            "and the engine run on one node. Change one of them."
        )
    return result


def _hosts(inventory: Inventory, hosts: Hosts) -> dict[str, Entry]:
    networks = _other_networks(inventory.other_networks) if inventory.provider != "existing" else {}
    result = {}
    owners: dict[str, str] = {}
    for host, variables in hosts.items():
        own = entry(host, {name: variables[name] for name in HOST_KEYS if name in variables}, HOST_KEYS)
        vtep, uplink = own["contiv_vtep_address"], own["contiv_uplink_interface"]
        parsed = address(f"contiv_vtep_address of {host}", vtep)
        if vtep in owners:
            raise IntentError(
                f"contiv_vtep_address of {host} is {vtep}, which {owners[vtep]} has already. Give each host its own."
            )
        owners[vtep] = host
        result[host] = {"address": variables["nodes_address"], "vtep_address": vtep, "uplink_interface": uplink}
        if inventory.provider == "existing":
            continue
        beside = next((interface for interface, subnet in networks.items() if parsed in subnet), None)
        if beside is None:
            raise IntentError(
                f"contiv_vtep_address of {host} is {vtep}, which is in no subnet of nodes_other_networks. Change the "
                "address, or add the network."
            )
        if uplink not in networks:
            raise IntentError(
                f"contiv_uplink_interface of {host} is {uplink}, but nodes_other_networks gives it "
                f"{', '.join(networks)} only. Add a network, or correct the name."
            )
        if uplink == beside:
            raise IntentError(
                f"contiv_uplink_interface of {host} is {uplink}, which contiv_vtep_address {vtep} is on. Take another."
            )
    return result


def _other_networks(given: t.Any) -> dict[str, ipaddress.IPv4Network]:
    """Subnet of each interface of the nodes but the first."""
    if not isinstance(given, list) or not all(isinstance(each, dict) and "subnet" in each for each in given):
        raise IntentError(f"nodes_other_networks is {given!r}, but has to be a list of networks with subnets.")
    return {
        f"eth{number}": network(f"nodes_other_networks[{number - 1}]: subnet", each["subnet"])
        for number, each in enumerate(given, 1)
    }


def _docker_networks(inventory: Inventory, given: t.Any, wanted: t.Mapping[str, t.Any]) -> list[Entry]:
    result = entries("legacy_swarm_networks", given, DOCKER_NETWORK_KEYS)
    taken = objects.names_in_docker(wanted)
    for each in result:
        if each["name"] in taken:
            raise IntentError(f"legacy_swarm_networks ({each['name']}) has the name of a network of Contiv. Rename it.")
    subnets = {
        label: network(label, each["subnet"])
        for each in result
        for label in [f"legacy_swarm_networks ({each['name']}): subnet"]
        if each["subnet"] is not None
    }
    if inventory.provider != "existing":
        subnets["nodes_subnet"] = network("nodes_subnet", inventory.subnet)
    no_overlap(subnets)
    return result


def _containers(
    given: t.Any, networks: t.Collection[str], hosts: Hosts, is_managed: bool, ports: t.Mapping[int, str]
) -> list[Entry]:
    result = entries("legacy_swarm_containers", given, CONTAINER_KEYS)
    owners: dict[tuple[str, str, str], str] = {}
    for each in result:
        label = f"legacy_swarm_containers ({each['name']})"
        if not _CONTAINER_NAME.fullmatch(each["name"]):
            raise IntentError(f"{label} has a name that Docker does not take. Use letters, digits, and _ . - within.")
        if each["network"] is not None and each["network"] not in networks:
            raise IntentError(
                f'{label} is on the unknown network "{each["network"]}". Those of the lab are '
                f"{', '.join(sorted(networks)) or 'none'}."
            )
        if each["node"] is not None and each["node"] not in hosts:
            raise IntentError(f'{label} is on the unknown node "{each["node"]}". Correct the name.')
        if each["node"] is None and not is_managed:
            raise IntentError(
                f"{label} has no node, and without a manager (legacy_swarm_binary_from is none) nobody chooses one. "
                "Add the node."
            )
        for published in each["published_ports"]:
            found = PUBLISHED_PORT.fullmatch(str(published))
            if not found:
                raise IntentError(f'{label}: published_ports has {published!r}. Write it like "8080:80", in quotes.')
            for port in ("published", "target"):
                objects.check(f"{label}: the port {found[port]}", int(found[port]), spelling.port)
            if int(found["published"]) in ports and found["protocol"] in (None, "tcp"):
                owner = ports[int(found["published"])]
                raise IntentError(
                    f"{label} publishes port {found['published']}, which is that of {owner}. Publish another one."
                )
            # One without a node goes to one where the port is free.
            key = (each["node"], found["published"], found["protocol"] or "tcp")
            other = owners.setdefault(key, each["name"]) if each["node"] is not None else each["name"]
            if other != each["name"]:
                raise IntentError(
                    f"{label} publishes port {found['published']} on {each['node']}, as {other} does. Give one of them "
                    "another port."
                )
    return result
