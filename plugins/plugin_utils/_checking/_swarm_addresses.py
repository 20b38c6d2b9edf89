# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Check of the addresses the swarm has given out."""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import (
    Evidence,
    Finding,
    Step,
    error,
    evidence,
    judged,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._swarm import Swarm, task_address, task_label


def swarm_addresses(document: dict[str, Any], intent: dict[str, Any]) -> Iterator[Finding]:
    """Every address of a task, service or load balancer has one owner and lies in a subnet of its network."""
    swarm = Swarm(document)
    for name, reason in sorted(swarm.unreadable.items()):
        yield error(name, f"endpoints of {name}", reason)
    for network in sorted(swarm.networks().values(), key=lambda network: str(network["name"])):
        subnets = [row["subnet"] for row in network["subnets"]]
        for address, owners in sorted(_owners(swarm, network).items(), key=_by_address):
            yield judged(f"{network['name']}/{address}", _steps(address, owners, subnets))


def _steps(address: str, owners: dict[str, tuple[str, Evidence]], subnets: list[str]) -> Iterator[Step]:
    seen = [row for _label, row in owners.values()]
    labels = sorted(label for label, _row in owners.values())
    within = any(ipaddress.ip_address(address) in ipaddress.ip_network(subnet) for subnet in subnets)
    hint = f"Recreate {labels[0]}, so that the swarm gives it an address again."
    yield Step(f"subnet of {address} of {labels[0]}", subnets, address, seen, hint, holds=within)
    yield Step(f"owners of {address}", labels[0], labels, seen, hint, holds=len(owners) == 1)


def _owners(swarm: Swarm, network: dict[str, Any]) -> dict[str, dict[str, tuple[str, Evidence]]]:
    """Address to its owners: an identity, with the name to show and where it was seen."""
    owners: dict[str, dict[str, tuple[str, Evidence]]] = defaultdict(dict)
    for service, address, _live in swarm.virtual_services(network["id"]):
        row = evidence(None, None, f"docker service inspect {service['name']}", service["virtual_addresses"])
        owners[address][f"service {service['id']}"] = (f"service {service['name']}", row)
    for task in swarm.live_tasks():
        own = task_address(task, network["id"])
        if own:
            node = swarm.name_of[task["node"]]
            row = evidence(node, None, "tasks of the swarm", {"name": task["name"], "address": own})
            owners[own][f"container {task['container']}"] = (task_label(task["name"]), row)
    for name in swarm.members:
        told = swarm.network(name, network["id"])
        for endpoint in told["endpoints"] if told else ():
            if not endpoint["address"]:
                continue
            identity = f"container {endpoint['container']}" if endpoint["container"] else f"balancer of {name}"
            label = task_label(endpoint["name"]) if endpoint["container"] else f"load balancer of {name}"
            row = evidence(name, None, f"docker network inspect {network['name']}", endpoint)
            owners[endpoint["address"]].setdefault(identity, (label, row))
    return owners


def _by_address(item: tuple[str, Any]) -> Any:
    return ipaddress.ip_address(item[0])
