# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Networks: logical switches, and their ports to physical networks."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.packetwalk.labs.plugins.module_utils._naming._neutron_objects import DATAPATH
from ansible_collections.packetwalk.labs.plugins.plugin_utils._neutron_ovn._cloud import Cloud, Row, identifier
from ansible_collections.packetwalk.labs.plugins.plugin_utils._neutron_ovn._drift import (
    NORTHBOUND,
    NORTHD,
    SOUTHBOUND,
    SYNCHRONIZE,
    Compared,
    Drift,
    differing,
    left,
    missing,
    renamed,
)

KIND = "network"
_LOCALNET = "provnet-"

# What Neutron notes of a network, and its key there. Not every version notes all of it.
_NOTED = {
    "name": "neutron:network_name",
    "mtu_bytes": "neutron:mtu",
    "network_type": "neutron:provnet-network-type",
    "physical_network": "neutron:provnet-physical-network",
    "segmentation_id": "neutron:provnet-segmentation-id",
}


def networks(cloud: Cloud) -> Iterator[Compared]:
    """Every network, and every logical switch of one that is gone."""
    datapaths = {row["name"] for row in cloud.ovn.southbound["datapaths"]}
    for network in cloud.networks.values():
        yield Compared(KIND, network["id"], network["name"], list(_network(cloud, network, datapaths)))
    for name, switch in cloud.switches.items():
        gone = identifier(name)
        if gone and gone not in cloud.networks and not _is_segment(switch, gone):
            known = switch["external_ids"].get("neutron:network_name", name)
            yield Compared(KIND, gone, known, [left(NORTHBOUND, name, f"ovn-nbctl ls-del {name}")])


def _network(cloud: Cloud, network: Row, datapaths: set[str]) -> Iterator[Drift]:
    name = f"{DATAPATH}{network['id']}"
    switch = cloud.switches.get(name)
    if switch is None:
        yield missing(NORTHBOUND, name, SYNCHRONIZE)
        return
    rewrite = renamed("network", network)
    for key, noted in _NOTED.items():
        # Neither does it tell all of it to everybody.
        if noted in switch["external_ids"] and network[key] is not None:
            yield from differing(noted, NORTHBOUND, str(network[key]), switch["external_ids"][noted], rewrite)
    physical = [port for port in switch["ports"] if port["type"] == "localnet"]
    wires = sorted((port["options"].get("network_name") or "", port["tag"]) for port in physical)
    wanted_wires = [] if not network["physical_network"] else [(network["physical_network"], _tag(network))]
    # A network with more segments has a port for each, of which Neutron's API does not tell.
    if not set(wanted_wires) <= set(wires) or (wires and not wanted_wires):
        yield Drift(
            "ports to physical networks in the northbound database",
            NORTHBOUND,
            [list(wire) for wire in wanted_wires],
            [list(wire) for wire in wires],
            SYNCHRONIZE,
        )
    unmade = [port["name"] for port in physical if port["name"] not in cloud.ovn.bindings]
    for gone in [*([] if name in datapaths else [name]), *unmade]:
        yield missing(SOUTHBOUND, gone, repair_reason=NORTHD)


def _tag(network: Row) -> int | None:
    tag: int | None = network["segmentation_id"] if network["network_type"] == "vlan" else None
    return tag


def _is_segment(switch: Row, name: str) -> bool:
    """Whether it is of a segment: in routed provider networks these have switches named after themselves."""
    return any(port["name"] == f"{_LOCALNET}{name}" for port in switch["ports"])
