# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Checks of the tunnels between chassis."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._ovn import (
    Ovn,
    Row,
    each_chassis,
    seen_on,
    watched,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import Finding, Step, judged


def ovn_tunnels(document: dict[str, Any], intent: dict[str, Any]) -> Iterator[Finding]:
    """Every chassis has one working tunnel to each address of each other chassis, and none to anybody else."""
    yield from each_chassis(Ovn(document), _tunnels_of)


def ovn_bfd(document: dict[str, Any], intent: dict[str, Any]) -> Iterator[Finding]:
    """Chassis that share a gateway watch each other with BFD, and every BFD session is up."""
    yield from each_chassis(Ovn(document), _sessions_of)


def _tunnels_of(ovn: Ovn, node: str) -> Iterator[Finding]:
    own = ovn.switch_of[node]["system_id"]
    for peer in ovn.chassis:
        if peer != own and _same_zone(ovn, own, peer):
            yield judged(f"{node}/{peer}", _tunnel_steps(ovn, node, peer))
    known = {address for chassis in ovn.chassis for address in ovn.addresses(chassis)}
    # Those that OVN did not make are somebody else's.
    made = [row for row in ovn.switch_of[node]["tunnels"] if row["name"].startswith("ovn-")]
    stale = [row for row in made if row["remote"] not in known]
    hint = "ovn-controller removes it when it runs; look at its log."
    rows = seen_on(node, stale)
    yield judged(
        f"{node}/others", [Step(f"tunnels of {node} to nobody", [], [row["remote"] for row in stale], rows, hint)]
    )


def _same_zone(ovn: Ovn, own: str, peer: str) -> bool:
    """Whether ovn-controller makes a tunnel: chassis in transport zones have them only within one of these."""
    zones, others = (set(ovn.chassis.get(name, {}).get("transport_zones") or ()) for name in (own, peer))
    return bool(zones & others) or not (zones or others)


def _tunnel_steps(ovn: Ovn, node: str, peer: str) -> Iterator[Step]:
    tunnels = ovn.tunnels(node, peer)
    rows = seen_on(node, tunnels, "name", "type", "local", "remote", "error")
    hint = f"ovn-controller on {node} makes it; look at its log and at ovs-vsctl show."
    yield Step(f"tunnels to {peer}", ovn.addresses(peer), {row["remote"] for row in tunnels}, rows, hint)
    types = {row["type"] for row in ovn.chassis[peer]["encapsulations"]}
    foreign = {row["type"] for row in tunnels} - types
    yield Step(f"encapsulations that {peer} does not know", set(), foreign, rows, "Use one that both chassis have.")
    times = Counter((row["type"], row["local"], row["remote"]) for row in tunnels)
    twice = sorted(remote for (_type, _local, remote), count in times.items() if count > 1)
    hint = "Remove the port that OVN did not make; one of the two cannot work."
    yield Step(f"addresses of {peer} with two tunnels", [], twice, rows, hint)
    errors = [row["error"] for row in tunnels if row["error"]]
    yield Step(f"errors of tunnels to {peer}", [], errors, rows, "Remove what is in the way, as the error says.")


def _sessions_of(ovn: Ovn, node: str) -> Iterator[Finding]:
    own = ovn.switch_of[node]["system_id"]
    for peer in ovn.chassis:
        tunnels = [] if peer == own else ovn.tunnels(node, peer)
        shared = peer != own and _share_a_gateway(ovn, own, peer)
        if shared or any(map(watched, tunnels)):
            yield judged(f"{node}/{peer}", _session_steps(node, peer, tunnels))


def _share_a_gateway(ovn: Ovn, *chassis: str) -> bool:
    return any(set(chassis) <= set(ovn.candidates(port)) for port in ovn.router_ports.values())


def _session_steps(node: str, peer: str, tunnels: list[Row]) -> Iterator[Step]:
    rows = seen_on(node, tunnels, "name", "remote", "bfd")
    hint = f"ovn-controller on {node} switches it on; look at its log."
    states = {row["name"]: row["bfd"]["state"] for row in tunnels if watched(row)}
    yield Step(f"tunnels to {peer} with BFD", "at least one", list(states), rows, hint, holds=bool(states))
    hint = f"Look whether ovs-vswitchd runs on both ends, and whether tunnel packets reach {peer} and come back."
    yield Step(f"BFD to {peer}", dict.fromkeys(states, "up"), states, rows, hint)
