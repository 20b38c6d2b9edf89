# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Gateways of routers: who may have them (Gateway_Chassis, or HA_Chassis_Group since Neutron 2025.2), and who has."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.packetwalk.labs.plugins.module_utils._naming._neutron_objects import (
    DATAPATH,
    ROUTER_GATEWAY,
    ROUTER_PORT,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._neutron_ovn._cloud import REDIRECT, Cloud, Row
from ansible_collections.packetwalk.labs.plugins.plugin_utils._neutron_ovn._drift import (
    CONTROLLER,
    NEUTRON,
    NORTHBOUND,
    NORTHD,
    SOUTHBOUND,
    Compared,
    Drift,
    differing,
    left,
    missing,
)

KIND = "gateway"
_NONE = (
    "give a chassis ovn-cms-options=enable-chassis-as-gw and a bridge of the physical network; Neutron then takes it"
)


def gateways(cloud: Cloud) -> Iterator[Compared]:
    """The gateway of every router that has one, and every group of chassis that Neutron made."""
    for router in cloud.routers.values():
        logical = cloud.logical_routers.get(f"{DATAPATH}{router['id']}")
        if logical is None:
            continue  # with all that is on it
        rows = {row["name"]: row for row in logical["ports"]}
        for port in cloud.ports_of(router, ROUTER_GATEWAY):
            row = rows.get(f"{ROUTER_PORT}{port['id']}")
            if row is not None:
                drifts = list(_gateway(cloud, router, port, logical, row))
                yield Compared(KIND, router["id"], router["name"], drifts)
    for name, group in cloud.ha_groups.items():
        yield from _group(cloud, name, group)


def _gateway(cloud: Cloud, router: Row, port: Row, logical: Row, row: Row) -> Iterator[Drift]:
    if logical["chassis"]:  # through a network with tunnels, a router is on one chassis as a whole
        if logical["chassis"] not in cloud.ovn.chassis:
            yield Drift("chassis in the northbound database", NORTHBOUND, "a chassis", logical["chassis"], None, _NONE)
        return
    candidates = [each["chassis"] for each in row["gateway_chassis"]]
    if not candidates:
        yield Drift("gateway chassis in the northbound database", NORTHBOUND, "at least one", None, None, _NONE)
        return
    for chassis in candidates:
        if row["ha_chassis_group"] is None and chassis not in cloud.ovn.chassis:
            command = f"ovn-nbctl lrp-del-gateway-chassis {row['name']} {chassis}"
            yield left(NORTHBOUND, f"gateway chassis {chassis}, which is not registered", command)
    yield from _hosts(cloud, router, candidates)
    yield from _suitable(cloud, router, candidates)
    yield from _holder(cloud, port, row, candidates)


def _hosts(cloud: Cloud, router: Row, candidates: list[str]) -> Iterator[Drift]:
    if router["gateway_hosts"] is None:
        return  # the versions of Neutron differ in whether they tell
    hosts = {chassis: cloud.ovn.chassis.get(chassis, {}).get("hostname", chassis) for chassis in candidates}
    told = {each["host"] for each in router["gateway_hosts"]}
    yield from differing("gateway hosts", NEUTRON, set(hosts.values()), told, repair_reason=_ASKED)


_ASKED = "Neutron tells what it finds in OVN; it has not seen the change yet, or restart its API"


def _suitable(cloud: Cloud, router: Row, candidates: list[str]) -> Iterator[Drift]:
    network = cloud.networks.get(router["external_network"] or "", {}).get("physical_network")
    for chassis in candidates:
        row = cloud.ovn.chassis.get(chassis)
        if row is not None and network and network not in row["bridge_mappings"]:
            command = f"ovs-vsctl set Open_vSwitch . external_ids:ovn-bridge-mappings={network}:BRIDGE"
            what = f"bridge of {network} on the gateway chassis {chassis} in the southbound database"
            yield Drift(what, SOUTHBOUND, "a bridge", None, command, node=cloud.node_of(chassis))


def _holder(cloud: Cloud, port: Row, row: Row, candidates: list[str]) -> Iterator[Drift]:
    name = f"{REDIRECT}{row['name']}"
    binding = cloud.ovn.bindings.get(name)
    if binding is None:
        yield missing(SOUTHBOUND, name, repair_reason=NORTHD)
        return
    alive = [chassis for chassis in candidates if cloud.ovn.is_alive(chassis)]
    wanted = alive[0] if alive else None
    if not alive:
        reason = "start ovn-controller and ovs-vswitchd on one of them, or let it reach the others"
        yield Drift("live gateway chassis in the southbound database", SOUTHBOUND, "at least one", None, None, reason)
        return
    node = cloud.node_of(wanted)
    yield from differing("chassis of the gateway", SOUTHBOUND, wanted, binding["chassis"], None, CONTROLLER, node)
    holder = cloud.ovn.chassis.get(binding["chassis"] or "")
    if holder is not None and port["host"]:
        command = f"openstack port set --host {holder['hostname']} {port['id']}"
        noted = cloud.chassis_of(port["host"])
        told = noted["name"] if noted else port["host"]
        yield from differing("host of the gateway's port", NEUTRON, holder["name"], told, command)


def _group(cloud: Cloud, name: str, group: Row) -> Iterator[Compared]:
    ids = group["external_ids"]
    router, network = ids.get("neutron:router_id"), ids.get("neutron:network_id")
    if not router and not network:
        return  # somebody else's
    of = cloud.networks.get(network or "") if network else cloud.routers.get(router or "")
    if of is None:
        drift = left(NORTHBOUND, name, f"ovn-nbctl ha-chassis-group-del {name}")
        yield Compared(KIND, str(network or router), name, [drift])
        return
    drifts = []
    for each in group["candidates"]:
        if each["chassis"] not in cloud.ovn.chassis:
            command = f"ovn-nbctl ha-chassis-group-remove-chassis {name} {each['chassis']}"
            drifts.append(left(NORTHBOUND, f"gateway chassis {each['chassis']}, which is not registered", command))
    if not group["candidates"]:
        drifts.append(
            Drift("gateway chassis in the northbound database", NORTHBOUND, "at least one", None, None, _NONE)
        )
    yield Compared(KIND, of["id"], of["name"], drifts)
