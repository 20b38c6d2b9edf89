# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Checks of the rows Docker gives the kernel for each remote endpoint of an overlay network.

There is one permanent neighbour (address to MAC) and one permanent forwarding row (MAC to VTEP) for each of them on the
VXLAN device, which answers ARP itself and asks nobody (moby daemon/libnetwork/drivers/overlay/peerdb.go).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._swarm import each_member
from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import (
    Finding,
    evidence,
    evidence_rows,
    failed,
    passed,
    skipped,
    warning,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import read
from ansible_collections.packetwalk.labs.plugins.plugin_utils._swarm import Endpoint, Swarm

_REPAIR = "Restart the task, so that Docker writes the row on all other nodes anew."


def swarm_fdb(document: dict[str, Any], intent: dict[str, Any]) -> Iterator[Finding]:
    """Each remote endpoint has one permanent forwarding row, which leads to its host, and nobody else has one."""
    yield from each_member(Swarm(document), _fdb_of_node)


def swarm_neighbours(document: dict[str, Any], intent: dict[str, Any]) -> Iterator[Finding]:
    """The permanent neighbours are exactly the remote endpoints, with their MAC addresses."""
    yield from each_member(Swarm(document), _neighbours_of_node)


def _fdb_of_node(swarm: Swarm, name: str) -> Iterator[Finding]:
    for network in swarm.overlays(name):
        found = swarm.vxlan(name, network)
        if found is None:
            yield _without_device(name, network)
            continue
        namespace, link = found
        source = f"fdb of {link['name']}"
        by_mac = defaultdict(list)
        for row in read(swarm.namespaces(name)[namespace], "fdb"):
            if row["device"] == link["name"] and row["destination"]:
                by_mac[row["mac"]].append(row)
        stopping = swarm.stopping_addresses(network["id"])
        for endpoint in _remote_endpoints(swarm, name, network):
            rows = by_mac.pop(endpoint.mac, [])
            if endpoint.address in stopping and not any("permanent" in row["states"] for row in rows):
                continue
            seen = evidence_rows(name, namespace, source, rows)
            subject = f"{name}/{network['name']}/{endpoint.address}"
            yield _judge_rows(subject, f"{source} for {endpoint.label}", swarm.vteps[endpoint.node], rows, seen)
        for mac, rows in sorted(by_mac.items()):
            yield from _stale_rows(swarm, f"{name}/{network['name']}/{mac}", source, rows, name, namespace)


def _judge_rows(
    subject: str, what: str, vtep: str | None, rows: list[dict[str, Any]], seen: list[dict[str, Any]]
) -> Finding:
    destinations = [row["destination"] for row in rows]
    if destinations != [vtep]:
        return failed(subject, what, vtep, destinations, seen, _REPAIR)
    if "permanent" not in rows[0]["states"]:
        hint = "The path works only until the learned row ages out; " + _REPAIR[0].lower() + _REPAIR[1:]
        return warning(subject, what, f"{vtep}, permanent", f"{vtep}, learned", seen, hint)
    return passed(subject, what, vtep, seen)


def _stale_rows(
    swarm: Swarm, subject: str, source: str, rows: list[dict[str, Any]], name: str, namespace: str
) -> Iterator[Finding]:
    rows = [row for row in rows if row["destination"] not in swarm.undecided_vteps]
    if not rows:
        return
    seen = [evidence(name, namespace, source, row) for row in rows]
    destinations = [row["destination"] for row in rows]
    what = f"{source} for {rows[0]['mac']}, which no remote endpoint has"
    if any("permanent" in row["states"] for row in rows):
        hint = f"Delete it: bridge fdb del {rows[0]['mac']} dev {rows[0]['device']} dst {destinations[0]}."
        yield failed(subject, what, None, destinations, seen, hint)
    else:
        yield warning(subject, what, None, destinations, seen, "It was learned and ages out by itself.")


def _neighbours_of_node(swarm: Swarm, name: str) -> Iterator[Finding]:
    for network in swarm.overlays(name):
        found = swarm.vxlan(name, network)
        if found is None:
            yield _without_device(name, network)
            continue
        namespace, link = found
        kernel = swarm.namespaces(name)[namespace]
        source = f"neighbours on {link['name']}"
        permanent = {
            row["address"]: row
            for row in read(kernel, "neighbours")
            if row["device"] == link["name"] and "permanent" in row["states"] and row["family"] == "ipv4"
        }
        stopping = swarm.stopping_addresses(network["id"])
        for endpoint in _remote_endpoints(swarm, name, network):
            row = permanent.pop(endpoint.address, None)
            if endpoint.address in stopping and row is None:
                continue
            subject = f"{name}/{network['name']}/{endpoint.address}"
            what = f"{source} for {endpoint.label}"
            seen = [evidence(name, namespace, source, row)]
            if row and row["mac"] == endpoint.mac:
                yield passed(subject, what, endpoint.mac, seen)
            else:
                yield failed(subject, what, endpoint.mac, row and row["mac"], seen, _REPAIR)
        leads_to = {row["mac"]: row["destination"] for row in read(kernel, "fdb") if row["destination"]}
        for address, row in sorted(permanent.items()):
            if leads_to.get(row["mac"]) in swarm.undecided_vteps:
                continue
            what = f"{source} for {address}, which no remote endpoint has"
            seen = [evidence(name, namespace, source, row)]
            hint = f"Delete it: ip neigh del {address} dev {link['name']}."
            yield failed(f"{name}/{network['name']}/{address}", what, None, row["mac"], seen, hint)


def _remote_endpoints(swarm: Swarm, name: str, network: dict[str, Any]) -> list[Endpoint]:
    return [endpoint for endpoint in swarm.endpoints(network["id"]) if endpoint.node != name]


def _without_device(name: str, network: dict[str, Any]) -> Finding:
    reason = "the network has no VXLAN device here, see swarm_vxlan"
    return skipped(f"{name}/{network['name']}", f"rows for {network['name']}", reason)
