# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Agents: with OVN Neutron makes them of the rows that each chassis has in the southbound database."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.packetwalk.labs.plugins.plugin_utils._neutron_ovn._cloud import Cloud, Row
from ansible_collections.packetwalk.labs.plugins.plugin_utils._neutron_ovn._drift import (
    NEUTRON,
    SOUTHBOUND,
    Compared,
    Drift,
    differing,
    left,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import read

KIND = "agent"
_CONTROLLERS = ("OVN Controller agent", "OVN Controller Gateway agent")
_SEEN = "Neutron makes it when it sees the chassis; restart its API when it has missed that"


def agents(cloud: Cloud) -> Iterator[Compared]:
    """Every agent of OVN, and every chassis that has none."""
    found = read(cloud.neutron, "agents")
    controllers = [agent for agent in found if agent["type"] in _CONTROLLERS]
    of_chassis = {_chassis(agent): agent for agent in controllers}
    for agent in found:
        if agent["type"].startswith("OVN "):
            yield Compared(KIND, agent["id"], f"{agent['type']} on {agent['host']}", list(_agent(cloud, agent)))
    for name, row in cloud.ovn.chassis.items():
        if name not in of_chassis:
            drift = Drift("missing in Neutron", NEUTRON, name, None, None, _SEEN, cloud.node_of(name))
            yield Compared(KIND, name, f"{_CONTROLLERS[0]} on {row['hostname']}", [drift])


def _chassis(agent: Row) -> str:
    """A controller has the name of its chassis; other agents tell it."""
    return str(agent["configuration"].get("chassis_name") or agent["id"])


def _agent(cloud: Cloud, agent: Row) -> Iterator[Drift]:
    chassis = cloud.ovn.chassis.get(_chassis(agent))
    if chassis is None:
        # Chassis_Private outlives a chassis that was removed by hand.
        yield left(NEUTRON, agent["host"] or agent["id"], f"openstack network agent delete {agent['id']}")
        return
    node = cloud.node_of(chassis["name"])
    yield from differing("host", NEUTRON, chassis["hostname"], agent["host"], None, _SEEN, node)
    is_controller = agent["type"] in _CONTROLLERS
    program = "ovn-controller" if is_controller else agent["binary"]
    reason = f"start {program} there; its log tells when it cannot reach the southbound database"
    yield from differing("alive", NEUTRON, True, agent["alive"], None, reason, node)
    enabled = f"openstack network agent set --enable {agent['id']}"
    yield from differing("administratively up", NEUTRON, True, agent["admin_up"], enabled, node=node)
    if is_controller:
        kind = _CONTROLLERS[1 if chassis["can_be_gateway"] else 0]
        yield from differing("type", NEUTRON, kind, agent["type"], None, _SEEN, node)
        # Neutron tells it as text, as Open vSwitch has it.
        told = str(agent["configuration"].get("bridge-mappings", ""))
        mapped = dict(part.split(":", 1) for part in told.split(",") if ":" in part)
        yield from differing("bridge mappings", SOUTHBOUND, mapped, chassis["bridge_mappings"], None, _SEEN, node)
