# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Kinds of objects of a Docker engine."""

from __future__ import annotations

from collections.abc import Callable

from ansible_collections.packetwalk.labs.plugins.plugin_utils._comparing._fields import Row
from ansible_collections.packetwalk.labs.plugins.plugin_utils._comparing._kind import Kind, Named, listed, words
from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import show
from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import read


def _on_network(key: str, name: Callable[[Row], str]) -> Callable[[Row], Named]:
    return lambda network: [(f"{name(row)} on {network['name']}", row) for row in read(network, key)]


def _with_address(row: Row) -> str:
    return words(row["name"], row["address"])


def _network_tasks(network: Row) -> Named:
    return [
        (f"{_with_address(task)} on {network['name']}", task)
        for service in read(network, "services")
        for task in service["tasks"]
    ]


def _network_detail(network: Row) -> str:
    vnis = [f"VNI {vni}" for vni in network["vnis"]]
    return ", ".join([network["driver"], *(row["subnet"] for row in network["subnets"]), *vnis])


def _engine_detail(engine: Row) -> str:
    networks = [network["name"] for network in engine.get("networks") or []]
    return f"version {engine['version']}, networks {show(networks)}"


ENGINE = Kind(
    "docker engine",
    lambda node: [("", read(node, "docker"))],
    _engine_detail,
    # What a manager says of the swarm is compared once for the lab.
    parts=frozenset({"networks", "containers", "cluster"}),
    children=(
        Kind(
            "docker network",
            listed("networks", lambda row: str(row["name"])),
            _network_detail,
            parts=frozenset({"endpoints", "services"}),
            children=(
                Kind("docker endpoint", _on_network("endpoints", lambda row: str(row["name"])), _with_address),
                Kind(
                    "docker network service",
                    # The endpoints of the load balancers are listed under a service without a name.
                    _on_network("services", lambda row: row["name"] or "without a name"),
                    lambda row: words("VIP", row["vip"], "mark", row["mark"]) if row["vip"] else "",
                    parts=frozenset({"tasks"}),
                ),
                Kind("docker network task", _network_tasks, lambda row: f"on {row['host']}"),
            ),
        ),
        Kind(
            "container",
            listed("containers", lambda row: str(row["name"])),
            lambda row: f"{row['image']}, {row['state']}",
        ),
    ),
)
