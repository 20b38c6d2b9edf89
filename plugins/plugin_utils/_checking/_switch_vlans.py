# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Check of the VLANs that a switch on FRR has by Open vSwitch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.packetwalk.labs.plugins.module_utils._planning import _switch_vlans
from ansible_collections.packetwalk.labs.plugins.module_utils._planning._switch_config import OPENSWITCH
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._switch import (
    Row,
    Switches,
    each_switch,
    seen_all,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import Finding, Step, judged
from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import read

_SOURCE = f"ports of {_switch_vlans.BRIDGE}"
_REBRIDGE = "Run playbooks/openswitch.yml, which puts the ports into their VLANs."


def switch_vlans(document: dict[str, Any], intent: dict[str, Any]) -> Iterator[Finding]:
    """Each port is in the VLAN that is asked for, no other one is, and frames of its device come to Open vSwitch."""
    yield from each_switch(document, intent, _vlans)


def _vlans(switches: Switches, name: str) -> Iterator[Finding]:
    asked = switches.config(name).get("vlans")
    # OpenSwitch has its own, of which its configuration tells.
    if asked and switches.says(name, "flavour") != OPENSWITCH:
        yield judged(name, _steps(switches, name, asked))


def _steps(switches: Switches, name: str, asked: list[Row]) -> Iterator[Step]:
    bridges = read(read(switches.node(name), "ovs"), "bridges")
    found = [bridge for bridge in bridges if bridge["name"] == _switch_vlans.BRIDGE]
    ports = {port["name"]: port for bridge in found for port in bridge["ports"] if port["name"] != bridge["name"]}
    wanted = {
        port: str(vlan["id"])
        for vlan in asked
        for port in (_switch_vlans.interface_of(vlan["id"]), *vlan["interfaces"])
    }
    rows = seen_all(name, _SOURCE, ports.values(), "name", "tag", "trunks", "vlan_mode")
    actual = {port: _membership(row) for port, row in ports.items()}
    yield Step(f"VLANs of ports of {name}", wanted, actual, rows, _REBRIDGE)
    interfaces = [interface for row in ports.values() for interface in row["interfaces"]]
    broken = {row["name"]: row["error"] for row in interfaces if row["error"]}
    rows = seen_all(name, _SOURCE, interfaces, "name", "type", "error", "external_ids")
    yield Step(f"ports that Open vSwitch of {name} cannot open", {}, broken, rows, _REBRIDGE)
    devices = {row["name"]: row["external_ids"].get(_switch_vlans.INDEX) for row in interfaces}
    # Of ports that are not there the check switch_ports tells.
    links = [link for link in read(switches.namespace(name), "links") if devices.get(link["name"])]
    rows += seen_all(name, "links", links, "name", "index", "alias")
    present = {link["name"]: str(link["index"]) for link in links}
    opened = {port: devices[port] for port in present}
    hint = f"It goes on with a device that is gone, so nothing comes to it. {_REBRIDGE}"
    yield Step(f"indexes of the devices that Open vSwitch of {name} has as ports", present, opened, rows, hint)


def _membership(port: Row) -> str:
    parts = ["all" if port["tag"] is None and not port["trunks"] else "", port["vlan_mode"] or ""]
    parts += [str(port["tag"] or ""), f"trunks {', '.join(map(str, port['trunks']))}" if port["trunks"] else ""]
    return " ".join(filter(None, parts))
