# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""What a Docker Swarm lab should be, read from the inventory's variables."""

from __future__ import annotations

import typing as t

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

AVAILABILITIES = ("active", "pause", "drain")

NETWORK_KEYS = {
    "name": Key(str, required=True),
    "subnet": Key(str),
    "gateway": Key(str),
    "mtu_bytes": Key(int),
    "attachable": Key(bool, False),
    "encrypted": Key(bool, False),
    "internal": Key(bool, False),
}

# The defaults of "docker service create". The engine's API has others: where one key is given, it takes 0 for the
# parallelism, which replaces all tasks at once (docker/cli cli/command/service/opts.go).
UPDATE_KEYS = {
    "parallelism": Key(int, 1),
    "delay": Key(str),
    "failure_action": Key(str, "pause", choices=("continue", "pause", "rollback")),
    "monitor": Key(str, "5s"),
    "max_failure_ratio": Key((float, int), 0.0),
    "order": Key(str, "stop-first", choices=("start-first", "stop-first")),
}

SERVICE_KEYS = {
    "name": Key(str, required=True),
    "image": Key(str, required=True),
    "command": Key((str, list)),
    "args": Key(list),
    "env": Key(dict),
    "mode": Key(str, "replicated", choices=("replicated", "global")),
    "replicas": Key(int),
    "endpoint_mode": Key(str, "auto", choices=("auto", "vip", "dnsrr")),
    "networks": Key(list, ()),
    "published_ports": Key(list, ()),
    "constraints": Key(list, ()),
    "update_config": Key(dict),
    "rollback_config": Key(dict),
    "stop_grace_period": Key(str),
    "labels": Key(dict),
}

PORT_KEYS = {
    "target": Key(int, required=True),
    "published": Key(int, required=True),
    "protocol": Key(str, "tcp", choices=("tcp", "udp", "sctp")),
    "mode": Key(str, "auto", choices=("auto", "ingress", "host")),
}


class Inventory(t.NamedTuple):
    """The part of an inventory that describes a Swarm lab.

    ``hosts``: host name -> its variables; ``managers`` and ``workers``: host names of the two groups.
    """

    lab: str
    hosts: t.Mapping[str, t.Mapping[str, t.Any]]
    managers: t.Sequence[str]
    workers: t.Sequence[str]
    provider: t.Any
    subnet: t.Any
    networks: t.Any
    services: t.Any


def _node(inventory: Inventory, host: str) -> dict[str, t.Any]:
    variables = inventory.hosts[host]
    availability = variables.get("swarm_availability", "active")
    if availability not in AVAILABILITIES:
        raise IntentError(
            f"swarm_availability of {host} is {availability!r}, but has to be one of {', '.join(AVAILABILITIES)}."
        )
    membership = variables.get("swarm_membership", "present")
    if membership not in ("present", "absent"):
        raise IntentError(f"swarm_membership of {host} is {membership!r}, but has to be present or absent.")
    labels = variables.get("swarm_labels", {})
    if not isinstance(labels, dict):
        raise IntentError(f"swarm_labels of {host} is {labels!r}, but has to be a dictionary.")
    return {
        "role": "manager" if host in inventory.managers else "worker",
        "address": variables["nodes_address"],
        "availability": availability,
        "membership": membership,
        "labels": {str(name): str(value) for name, value in labels.items()},
    }


def _nodes(inventory: Inventory) -> dict[str, dict[str, t.Any]]:
    both = sorted(set(inventory.managers) & set(inventory.workers))
    if both:
        raise IntentError(f"{both[0]} is in the groups swarm_managers and swarm_workers. Take it out of one of them.")
    result = {host: _node(inventory, host) for host in [*inventory.managers, *inventory.workers]}
    if not any(node["role"] == "manager" and node["membership"] == "present" for node in result.values()):
        raise IntentError("The group swarm_managers has no member, but a swarm needs a manager. Put a host into it.")
    return result


def _networks(given: t.Any) -> list[dict[str, t.Any]]:
    result = entries("swarm_networks", given, NETWORK_KEYS)
    for each in result:
        label = f"swarm_networks ({each['name']})"
        subnet = None if each["subnet"] is None else network(f"{label}: subnet", each["subnet"])
        if each["gateway"] is not None:
            if subnet is None:
                raise IntentError(f"{label} has a gateway but no subnet. Add the subnet.")
            gateway = address(f"{label}: gateway", each["gateway"])
            if gateway not in subnet:
                raise IntentError(f"{label}: gateway is {gateway}, outside subnet {subnet}. Change one of them.")
        if each["mtu_bytes"] is not None and not 68 <= each["mtu_bytes"] <= 65535:
            raise IntentError(f"{label}: mtu_bytes is {each['mtu_bytes']}, but has to be from 68 to 65535.")
    return result


def _ports(service: str, given: list[t.Any]) -> list[dict[str, t.Any]]:
    result = []
    for index, each in enumerate(given):
        label = f"swarm_services ({service}): published_ports[{index}]"
        port = entry(label, each, PORT_KEYS)
        for name in ("target", "published"):
            if not 1 <= port[name] <= 65535:
                raise IntentError(f"{label}: {name} is {port[name]}, but a port is from 1 to 65535.")
        result.append(port)
    return result


def _service(given: dict[str, t.Any], networks: set[str]) -> dict[str, t.Any]:
    label = f"swarm_services ({given['name']})"
    if given["replicas"] is None:
        given["replicas"] = None if given["mode"] == "global" else 1
    elif given["mode"] == "global":
        raise IntentError(
            f"{label} has replicas, but its mode is global. Take replicas out, or set mode to replicated."
        )
    elif given["replicas"] < 0:
        raise IntentError(f"{label}: replicas is {given['replicas']}, but has to be 0 or more.")
    for name in given["networks"]:
        if not isinstance(name, str):
            raise IntentError(f"{label}: networks has {name!r}, but has to be a list of names.")
        if name not in networks:
            raise IntentError(
                f'{label} is on the unknown network "{name}". Add it to swarm_networks, or correct the name.'
            )
    for name in ("env", "labels"):
        for key, value in (given[name] or {}).items():
            if not isinstance(value, str):
                raise IntentError(
                    f"{label}: {name} has {value!r} for {key}, but has to have text there. Put it in quotes."
                )
    for name in ("update_config", "rollback_config"):
        if given[name] is not None:
            checked = entry(f"{label}: {name}", given[name], UPDATE_KEYS)
            given[name] = {key: setting for key, setting in checked.items() if setting is not None}
    given["published_ports"] = _ports(given["name"], given["published_ports"])
    if given["endpoint_mode"] == "dnsrr" and any(port["mode"] == "ingress" for port in given["published_ports"]):
        raise IntentError(
            f"{label} publishes a port with mode ingress, but its endpoint_mode is dnsrr and the routing mesh needs a "
            "virtual address. Set the port's mode to host, or endpoint_mode to vip."
        )
    return given


def _services(given: t.Any, networks: set[str]) -> list[dict[str, t.Any]]:
    result = [_service(each, networks) for each in entries("swarm_services", given, SERVICE_KEYS)]
    published: dict[tuple[int, str], str] = {}
    for service in result:
        for port in service["published_ports"]:
            key = (port["published"], port["protocol"])
            if key in published:
                raise IntentError(
                    f"swarm_services: {service['name']} and {published[key]} both publish port {key[0]}/{key[1]}. "
                    "Give one of them another published port."
                )
            published[key] = service["name"]
    return result


def read(inventory: Inventory) -> dict[str, t.Any]:
    """Return the intent of a Swarm lab (see docs/findings.md); raise :class:`IntentError` when it cannot be."""
    nodes(inventory.hosts, inventory.subnet, inventory.provider)
    members = _nodes(inventory)
    networks = _networks(inventory.networks)
    subnets = {
        f"swarm_networks ({each['name']}): subnet": network("", each["subnet"]) for each in networks if each["subnet"]
    }
    if inventory.provider != "existing":
        subnets["nodes_subnet"] = network("nodes_subnet", inventory.subnet)
    no_overlap(subnets)
    return {
        "lab": inventory.lab,
        "nodes": members,
        "networks": networks,
        "services": _services(inventory.services, {each["name"] for each in networks}),
    }


def warnings(intent: t.Mapping[str, t.Any]) -> list[str]:
    """Return what is allowed but not wise, one sentence each."""
    managers = [
        host for host, node in intent["nodes"].items() if node["role"] == "manager" and node["membership"] == "present"
    ]
    if len(managers) % 2 == 0:
        return [
            f"The group swarm_managers has {len(managers)} hosts. An even number tolerates no more failures than "
            f"{len(managers) - 1} would; use an odd one."
        ]
    return []


def resolve(intent: t.Mapping[str, t.Any], ip_vs: bool, esp: bool) -> tuple[dict[str, t.Any], list[str]]:
    """Decide what was left to "auto" by what all kernels have; return the intent and what to tell the user.

    Virtual addresses and the routing mesh are IPVS services in the kernel. Without it they are replaced by DNS round
    robin and by ports on the nodes that run a task. Nothing replaces ESP: raise :class:`IntentError` when a network
    needs it.
    """
    for each in intent["networks"]:
        if each["encrypted"] and not esp:
            raise IntentError(
                f"swarm_networks ({each['name']}) is encrypted, but not every node's kernel is known to have ESP, "
                "without which packets to other nodes are lost. Take encrypted out, or use nodes whose kernel has ESP."
            )
    notes: list[str] = []
    services = []
    for given in intent["services"]:
        service = dict(given)
        modes = {port["mode"] for port in service["published_ports"]}
        if service["endpoint_mode"] == "auto":
            service["endpoint_mode"] = "vip" if ip_vs or "ingress" in modes else "dnsrr"
            if service["endpoint_mode"] == "dnsrr":
                notes.append(f"{service['name']}: DNS round robin instead of a virtual address")
        elif service["endpoint_mode"] == "vip" and not ip_vs:
            notes.append(f"{service['name']}: its virtual address will not answer (endpoint_mode is vip)")
        wanted = "ingress" if service["endpoint_mode"] == "vip" and ip_vs else "host"
        service["published_ports"] = [
            dict(port, mode=wanted if port["mode"] == "auto" else port["mode"]) for port in service["published_ports"]
        ]
        if "auto" in modes and wanted == "host":
            notes.append(f"{service['name']}: ports on the nodes that run a task instead of the routing mesh")
        if "ingress" in modes and not ip_vs:
            notes.append(f"{service['name']}: the routing mesh will not answer (a port's mode is ingress)")
        services.append(service)
    return dict(intent, services=services), notes
