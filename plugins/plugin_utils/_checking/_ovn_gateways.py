# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Checks of the ways out of OVN: gateways of routers, and bridges to physical networks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._ovn import SWITCH, Ovn, Row, seen
from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import Finding, Step, error, judged

_INTEGRATION_BRIDGE = "br-int"


def ovn_gateways(document: dict[str, Any], intent: dict[str, Any]) -> Iterator[Finding]:
    """Each gateway is on the live chassis with the highest priority."""
    ovn = Ovn(document)
    gateways = {row["name"]: row for row in ovn.southbound["gateways"]}
    for router in ovn.northbound["routers"]:
        if router["chassis"] is not None:
            hint = "Set options:chassis of the router to a chassis that there is."
            actual = router["chassis"] if router["chassis"] in ovn.chassis else None
            step = Step(
                f"chassis of {router['name']}", router["chassis"], actual, [seen("Logical_Router", router)], hint
            )
            yield judged(str(router["name"]), [step])
        for port in router["ports"]:
            if port["gateway_chassis"]:
                yield judged(f"{router['name']}/{port['name']}", _gateway_steps(ovn, port, gateways))


def ovn_bridge_mappings(document: dict[str, Any], intent: dict[str, Any]) -> Iterator[Finding]:
    """Each chassis that a physical network is needed on has a bridge for it, with a patch to the integration bridge."""
    ovn = Ovn(document)
    for switch in ovn.northbound["switches"]:
        for port in switch["ports"]:
            if port["type"] == "localnet":
                for chassis in sorted(_chassis_on(ovn, switch)):
                    subject = f"{chassis}/{port['options'].get('network_name')}"
                    if ovn.unreadable and chassis not in ovn.node_of:
                        yield error(subject, f"bridges of {chassis}", f"Open vSwitch of {chassis} could not be read")
                    elif chassis in ovn.node_of:
                        yield judged(subject, _mapping_steps(ovn, chassis, port))


def _gateway_steps(ovn: Ovn, port: Row, gateways: dict[str, Row]) -> Iterator[Step]:
    name = f"cr-{port['name']}"  # of northd, "chassis-redirect"
    gateway = gateways.get(name)
    rows = [
        seen("Gateway_Chassis", {"port": port["name"], "candidates": port["gateway_chassis"]}),
        seen("Port_Binding", gateway, "name", "chassis"),
    ]
    yield Step(
        f"gateway of {port['name']}", name, gateway and gateway["name"], rows, "ovn-northd makes it; look at its log."
    )
    hint = "Name chassis that there are as gateway chassis of the router port."
    candidates = ovn.candidates(port)
    unknown = sorted(row["chassis"] for row in port["gateway_chassis"] if row["chassis"] not in ovn.chassis)
    alive = [chassis for chassis in candidates if ovn.is_alive(chassis)]
    yield Step(f"live gateway chassis of {port['name']}", "at least one", alive, rows, hint, holds=bool(alive))
    hint = "Look at ovn-controller there, and at BFD between the chassis (ovn_bfd)."
    yield Step(
        f"chassis of the gateway {name}", alive[0] if alive else None, gateway and gateway["chassis"], rows, hint
    )
    hint = "Start the chassis again, or take it from the gateway chassis of the router port."
    yield Step(f"gateway chassis of {port['name']} that are not registered", [], unknown, rows, hint)


def _chassis_on(ovn: Ovn, switch: Row) -> set[str]:
    """Chassis that need the physical network of a logical switch: those with its instances, those that may have the
    gateway of a router on it, and those that translate addresses for an instance of their own."""
    found = {row["chassis"] for row in ovn.bindings.values() if row["datapath"] == switch["name"] and not row["type"]}
    for router in ovn.northbound["routers"]:
        ports = [port for port in router["ports"] if ovn.attached.get(port["name"]) is switch]
        for port in ports:
            found |= {*ovn.candidates(port), router["chassis"]}
        if ports:
            translated = (
                nat for nat in ovn.northbound["nats"] if nat["router"] == router["name"] and nat["external_mac"]
            )
            found |= {ovn.bindings.get(nat["logical_port"], {}).get("chassis") for nat in translated}
    return found & ovn.chassis.keys()


def _mapping_steps(ovn: Ovn, chassis: str, port: Row) -> Iterator[Step]:
    network, node = port["options"].get("network_name"), ovn.node_of[chassis]
    mappings = ovn.chassis[chassis]["bridge_mappings"]
    bridge = mappings.get(network)
    rows = [seen("Chassis", {"name": chassis, "bridge_mappings": mappings})]
    hint = f"Set external_ids:ovn-bridge-mappings={network}:BRIDGE on {node}."
    yield Step(f"bridge of {network} on {chassis}", "a bridge", bridge, rows, hint, holds=bridge is not None)
    bridges = [row["name"] for row in ovn.switch_of[node]["bridges"]]
    rows = [*rows, seen(SWITCH, {"bridges": bridges}, node=node)]
    hint = f"Make it: ovs-vsctl add-br {bridge}."
    yield Step(f"bridge {bridge} on {node}", bridge, bridge if bridge in bridges else None, rows, hint)
    integration = ovn.switch_of[node]["external_ids"].get("ovn-bridge", _INTEGRATION_BRIDGE)
    # ovn-controller notes on each end of a patch which port it is for.
    patched = {
        name
        for name, each, _one in ovn.interfaces(node)
        if each["external_ids"].get("ovn-localnet-port") == port["name"]
    }
    hint = f"ovn-controller on {node} makes it; look at its log."
    yield Step(f"bridges with a patch for {port['name']}", {bridge, integration}, patched, rows, hint)
