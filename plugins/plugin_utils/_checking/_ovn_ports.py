# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Checks of the ports that instances are plugged into."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._ovn import SWITCH, Ovn, Row, seen
from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import Finding, Step, error, judged, skipped


def ovn_ports(document: dict[str, Any], intent: dict[str, Any]) -> Iterator[Finding]:
    """Every enabled port of an instance is up, on one chassis, and an interface there is plugged into it."""
    ovn = Ovn(document)
    stopped = _of_stopped_servers(document)
    for switch in ovn.northbound["switches"]:
        for port in switch["ports"]:
            subject = f"{switch['name']}/{port['name']}"
            if port["type"]:  # of a router, a physical network, or OVN itself
                continue
            chassis = (ovn.bindings.get(port["name"]) or {}).get("chassis")
            if not port["enabled"]:
                yield skipped(subject, f"port {port['name']}", "it is disabled")
            elif chassis is None and _is_unbound(port):
                yield skipped(subject, f"port {port['name']}", "Neutron has not bound it to a host")
            elif chassis is None and port["name"] in stopped:
                yield skipped(subject, f"port {port['name']}", "its server does not run")
            elif ovn.unreadable and chassis not in (None, *ovn.node_of):
                yield error(subject, f"interface of {port['name']}", f"Open vSwitch of {chassis} could not be read")
            else:
                yield judged(subject, _port_steps(ovn, port))


def _is_unbound(port: Row) -> bool:
    """Whether Neutron made it, and asked for no chassis yet: nobody uses it."""
    return "neutron:device_owner" in port["external_ids"] and "requested-chassis" not in port["options"]


def _of_stopped_servers(document: dict[str, Any]) -> set[str]:
    """Ports that Nova takes the interfaces of away while their servers do not run."""
    servers = (document["control"].get("neutron") or {}).get("servers") or ()
    return {port for server in servers if server["status"] != "ACTIVE" for port in server["ports"]}


def _port_steps(ovn: Ovn, port: Row) -> Iterator[Step]:
    name = port["name"]
    binding = ovn.bindings.get(name)
    rows = [seen("Port_Binding", binding, "name", "chassis", "requested_chassis", "additional_chassis", "up")]
    yield Step(f"binding of {name}", name, binding and binding["name"], rows, "ovn-northd makes it; look at its log.")
    if binding is None:
        return
    wanted, chassis = binding["requested_chassis"], binding["chassis"]
    hint = f"Plug an interface with external_ids:iface-id={name} into the integration bridge of a chassis."
    is_there = chassis is not None and wanted in (None, chassis)
    yield Step(f"chassis of {name}", wanted or "a chassis", chassis, rows, hint, holds=is_there)

    # A port in a port is plugged where that is.
    plug = port["parent"] or name
    found = [(node, one) for node in ovn.switch_of for _bridge, _port, one in ovn.interfaces(node)]
    plugged = [(node, one) for node, one in found if one["external_ids"].get("iface-id") == plug]
    rows += [
        seen(SWITCH, one, "name", "external_ids", "error", "admin_state", "link_state", node=node)
        for node, one in plugged
    ]
    wanted_on = sorted([chassis, *(binding["additional_chassis"] or ())])
    found_on = sorted(str(ovn.switch_of[node]["system_id"]) for node, _interface in plugged)
    hint = f"Let one interface on {chassis} have external_ids:iface-id={plug}, and no other."
    yield Step(f"chassis with an interface for {name}", wanted_on, found_on, rows, hint)
    for _node, one in plugged:
        state = one["error"] or ("up" if one["link_state"] == one["admin_state"] == "up" else "down")
        yield Step(f"interface {one['name']}", "up", state, rows, "Make the device, and set both of its ends up.")
    # Before OVN 21.03 the southbound database did not know.
    states = {"northbound": port["up"], "southbound": binding["up"] is not False}
    hint = f"ovn-controller on {chassis} makes it so when its flows are there; look at its log."
    yield Step(f"{name} is up", {"northbound": True, "southbound": True}, states, rows, hint)
