# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Check of NetworkDB, by which the nodes of a swarm tell each other about networks, services and tasks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._swarm import each_member
from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import Finding, Step, evidence, judged
from ansible_collections.packetwalk.labs.plugins.plugin_utils._swarm import Swarm

_HINT = (
    "NetworkDB of this node disagrees: see that 7946/tcp and 7946/udp pass between all nodes, "
    "then restart its engine if it does not converge."
)


def swarm_peers(document: dict[str, Any], intent: dict[str, Any]) -> Iterator[Finding]:
    """On each node the peers of a network are the nodes that use it, and its services those the managers hold."""
    yield from each_member(Swarm(document), _node)


def _node(swarm: Swarm, name: str) -> Iterator[Finding]:
    for network in swarm.overlays(name):
        subject = f"{name}/{network['name']}"
        yield judged(f"{subject}/peers", [_peers(swarm, name, network)])
        told = {service["name"]: service for service in network["services"] if service["name"]}
        meant = _services_of_managers(swarm, network["id"])
        stopping = swarm.stopping_addresses(network["id"])
        for service in sorted(told.keys() | meant.keys()):
            if service not in meant and _has_only(told[service], stopping):
                continue
            steps = _service_steps(swarm, name, network, told.get(service), *meant.get(service, (None, set())))
            yield judged(f"{subject}/{service}", steps)


def _has_only(told: dict[str, Any], addresses: set[str]) -> bool:
    return bool(told["tasks"]) and all(task["address"] in addresses for task in told["tasks"])


def _services_of_managers(swarm: Swarm, network_id: str) -> dict[str, tuple[str | None, set[str]]]:
    """Name to virtual address (None with DNS round robin) and live tasks, of services with tasks on the network."""
    virtual = {service["id"]: vip for service, vip, _live in swarm.virtual_services(network_id)}
    found = {
        service["name"]: (virtual.get(service["id"]), swarm.live_addresses(service["id"], network_id))
        for service in swarm.cluster["services"]
    }
    return {name: (vip, live) for name, (vip, live) in found.items() if live}


def _peers(swarm: Swarm, name: str, network: dict[str, Any]) -> Step:
    """Nodes that use the network must be there; more may be, but only nodes of the swarm that all others see too."""
    users = [user for user in swarm.members if swarm.network(user, network["id"])]
    needed = {swarm.engine(user)["swarm"]["address"] for user in users}
    told = [_peer_addresses(swarm.network(user, network["id"])) for user in users]
    known = {row["address"] for row in swarm.cluster["nodes"]}
    expected = needed | (set.intersection(*told) & known)
    actual = _peer_addresses(network)
    row = evidence(name, None, f"peers of {network['name']} by docker network inspect -v", sorted(actual))
    return Step(f"peers of {network['name']}", expected, actual, [row], _HINT)


def _peer_addresses(network: dict[str, Any] | None) -> set[str]:
    return {peer["address"] for peer in (network or {}).get("peers") or ()}


def _service_steps(
    swarm: Swarm,
    name: str,
    network: dict[str, Any],
    told: dict[str, Any] | None,
    vip: str | None,
    live: set[str],
) -> Iterator[Step]:
    source = f"services of {network['name']} by docker network inspect -v"
    seen = [evidence(name, None, source, told and {"name": told["name"], "vip": told["vip"]})]
    yield Step(f"virtual address in {network['name']}", vip, told and told["vip"], seen, _HINT)

    hosts = {endpoint.address: swarm.vteps[endpoint.node] for endpoint in swarm.endpoints(network["id"])}
    actual = {task["address"]: task["host"] for task in (told["tasks"] if told else ())}
    seen = [evidence(name, None, source, actual)]
    # A node that is down or silent may be remembered for a while.
    actual = {address: host for address, host in actual.items() if address in live or host not in swarm.undecided_vteps}
    stopping = swarm.stopping_addresses(network["id"])
    actual = {address: host for address, host in actual.items() if address not in stopping}
    expected = {address: hosts[address] for address in live}
    yield Step(f"tasks and their hosts in {network['name']}", expected, actual, seen, _HINT)
