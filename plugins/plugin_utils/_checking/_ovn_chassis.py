# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Checks of what runs OVN: the servers of its databases, northd, and the chassis with their controllers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._ovn import (
    NORTHBOUND,
    SOUTHBOUND,
    SWITCH,
    Ovn,
    Row,
    each_chassis,
    seen,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import Finding, Step, failed, judged
from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import read

_COUNTERS = {"nb_cfg": "asked for", "sb_cfg": "translated by northd", "hv_cfg": "carried out by all chassis"}


def ovn_databases(document: dict[str, Any], intent: dict[str, Any]) -> Iterator[Finding]:
    """Each server of a database is connected to the others, which are one cluster with one leader."""
    ovn = Ovn(document)
    for name, database in ((NORTHBOUND, ovn.northbound), (SOUTHBOUND, ovn.southbound)):
        if database.get("cluster"):
            yield judged(name, _server_steps(name, database["cluster"]))


def ovn_configuration(document: dict[str, Any], intent: dict[str, Any]) -> Iterator[Finding]:
    """What was asked for has been translated by northd and carried out by every chassis."""
    lag = Ovn(document).lag
    wanted = lag["nb_cfg"]
    rows = [seen("NB_Global", lag, *_COUNTERS, "northd_version")]
    hint = "Start ovn-northd; its log tells when it cannot reach a database."
    yield judged(
        "northd",
        [
            Step(
                "version of northd", "any", lag["northd_version"], rows, hint, holds=lag["northd_version"] is not None
            ),
            Step(f"configuration {_COUNTERS['sb_cfg']}", wanted, lag["sb_cfg"], rows, hint),
        ],
    )
    hint = "The check ovn_controllers tells which chassis is behind."
    yield judged("chassis", [Step(f"configuration {_COUNTERS['hv_cfg']}", wanted, lag["hv_cfg"], rows, hint)])


def ovn_chassis(document: dict[str, Any], intent: dict[str, Any]) -> Iterator[Finding]:
    """Every node is registered once with its name, host name and address, and nobody else is."""
    ovn = Ovn(document)
    yield from each_chassis(ovn, _registration)
    if ovn.unreadable:
        return  # a chassis that no node has the name of may be one of these
    for name, row in ovn.chassis.items():
        if name not in ovn.node_of:
            hint = f"Remove what a chassis that is gone left: ovn-sbctl chassis-del {name}."
            rows = [seen("Chassis", row, "name", "hostname", "encapsulations")]
            yield failed(name, f"chassis {name}", None, row["hostname"], rows, hint)


def ovn_controllers(document: dict[str, Any], intent: dict[str, Any]) -> Iterator[Finding]:
    """The ovn-controller of each chassis has carried out the configuration that northd made last."""
    ovn = Ovn(document)
    for name, row in ovn.chassis.items():
        rows = [seen("Chassis_Private", row, "name", "nb_cfg")]
        hint = (
            f"Start ovn-controller on {ovn.node_of.get(name, name)}; its log tells when it cannot reach the database."
        )
        yield judged(name, [Step(f"configuration carried out by {name}", ovn.lag["sb_cfg"], row["nb_cfg"], rows, hint)])


def _server_steps(name: str, servers: list[Row]) -> Iterator[Step]:
    rows = [seen("_Server", row) for row in servers]
    states = {row["remote"]: row.get("reason") or ("connected" if row["connected"] else "cut off") for row in servers}
    hint = "Start the server, or let it reach the others; a majority has to be connected."
    yield Step(f"servers of the {name}", dict.fromkeys(states, "connected"), states, rows, hint)
    clusters = {row["cluster"] for row in servers}
    hint = "Let the server leave its cluster and join that of the others anew."
    yield Step(f"clusters of the {name}", 1, len(clusters), rows, hint)
    leaders = [row["remote"] for row in servers if row["leader"]]
    hint = "Without one leader nothing can be changed; ovs-appctl cluster/status tells what each server sees."
    yield Step(f"leaders of the {name}", 1, len(leaders), rows, hint)


def _registration(ovn: Ovn, node: str) -> Iterator[Finding]:
    yield judged(node, _registration_steps(ovn, node))


def _registration_steps(ovn: Ovn, node: str) -> Iterator[Step]:
    ovs = ovn.switch_of[node]
    name, settings = ovs["system_id"], read(ovs, "external_ids")
    configured = [seen(SWITCH, {"external_ids": settings}, node=node)]
    hint = "Set external_ids:system-id of Open_vSwitch, different on each node."
    same = sorted(other for other, switch in ovn.switch_of.items() if switch["system_id"] == name)
    yield Step(f"nodes with the name of {node}", [node], same if name else [], configured, hint)
    row = ovn.chassis.get(name)
    rows = [*configured, seen("Chassis", row, "name", "hostname", "encapsulations")]
    hint = "Start ovn-controller, and let external_ids:ovn-remote lead to the southbound database."
    yield Step(f"chassis {name}", name, row and row["name"], rows, hint)
    hint = "Remove the chassis that is gone: ovn-sbctl chassis-del NAME."
    hostnames = Counter(each["hostname"] for each in ovn.chassis.values())
    yield Step(f"chassis with the host name of {name}", 1, hostnames[ovn.chassis[name]["hostname"]], rows, hint)
    wanted = settings.get("ovn-encap-ip", "").split(",")
    hint = "ovn-controller registers the address when it runs; another chassis with it has to go first."
    yield Step(f"tunnel addresses of {name}", set(wanted), ovn.addresses(name), rows, hint)
    others = sorted(other for other in ovn.chassis if other != name and ovn.addresses(other) & set(wanted))
    yield Step(f"other chassis with the tunnel address of {name}", [], others, rows, hint)
