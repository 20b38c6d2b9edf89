# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Check of the tunnels between the nodes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._contiv import (
    SWITCH,
    VXLAN_BRIDGE,
    Contiv,
    Row,
    each_node,
    seen_all,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import Finding, Step, judged

_KEYS = ("name", "options", "error")


def contiv_tunnels(document: dict[str, Any], intent: dict[str, Any]) -> Iterator[Finding]:
    """Every node has one working tunnel to each other node's VTEP, and none to anywhere else."""
    yield from each_node(Contiv(document, intent), _tunnels_of)


def tunnel_name(vtep: str) -> str:
    """Name of the interface that leads to a VTEP (netplugin drivers/ovsSwitch.go: vxlanIfName)."""
    return f"vxif{vtep.replace('.', '')}"


def _tunnels_of(contiv: Contiv, name: str) -> Iterator[Finding]:
    found = list(contiv.tunnel_ports(name))
    vteps = {peer: host["vtep_address"] for peer, host in sorted(contiv.hosts.items()) if peer != name}
    for peer, vtep in vteps.items():
        yield judged(f"{name}/{peer}", _tunnel_steps(contiv, name, peer, vtep, found))
    stale = [row for row in found if row["options"].get("remote_ip") not in vteps.values()]
    rows = seen_all(SWITCH, stale, *_KEYS, node=name)
    hint = f"ovs-vsctl del-port {VXLAN_BRIDGE} it, and remove its key below /contiv.io/service/netplugin.vtep in etcd."
    actual = [f"{row['name']} to {row['options'].get('remote_ip')}" for row in stale]
    yield judged(f"{name}/others", [Step(f"tunnels of {name} to nobody", [], actual, rows, hint)])


def _tunnel_steps(contiv: Contiv, name: str, peer: str, vtep: str, found: list[Row]) -> Iterator[Step]:
    leading = [row for row in found if row["options"].get("remote_ip") == vtep]
    rows = seen_all(SWITCH, leading or found, *_KEYS, node=name)
    hint = f"Restart netplugin on {name}, which makes it when it hears of {peer}."
    yield Step(f"tunnels of {name} to {peer}", [tunnel_name(vtep)], [row["name"] for row in leading], rows, hint)
    options = leading[0]["options"]
    port = str(contiv.wanted["vxlan_port"])
    # Without the option it is the one that IANA gave VXLAN (ovs-vswitchd.conf.db(5)).
    actual = {"key": options.get("key"), "port": options.get("dst_port", "4789")}
    hint = "All netplugins need the same -vxlan-port: see contiv_vxlan_port."
    yield Step(f"key and UDP port of the tunnel to {peer}", {"key": "flow", "port": port}, actual, rows, hint)
    hint = "Remove what is in the way, as the error says."
    yield Step(f"error of the tunnel to {peer}", None, leading[0]["error"], rows, hint)
