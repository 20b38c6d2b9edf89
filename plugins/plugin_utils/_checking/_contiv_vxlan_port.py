# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Check of who has the UDP port of VXLAN on the nodes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._contiv import (
    DRIVER,
    SWITCH,
    VXLAN_BRIDGE,
    Contiv,
    Row,
    each_node,
    seen,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import (
    Finding,
    evidence,
    failed,
    passed,
    warning,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import links, read
from ansible_collections.packetwalk.labs.plugins.plugin_utils._udp_port import vxlan_port_owners

_HINT = "Stop what has the port, or give netplugin another one (contiv_vxlan_port)."


def contiv_vxlan_port(document: dict[str, Any], intent: dict[str, Any]) -> Iterator[Finding]:
    """Nobody but Open vSwitch has the UDP port; while netplugin does not run, nobody at all may take it.

    The kernel gives a port to one, so networks of the other are silently cut off. Open vSwitch in user space takes
    packets to the VTEP's address from its own bridge, past the kernel, so others may have the port at other addresses.
    """
    yield from each_node(Contiv(document, intent), _port_of_node)


def _port_of_node(contiv: Contiv, name: str) -> Iterator[Finding]:
    port, node = contiv.wanted["vxlan_port"], contiv.node(name)
    others = _owners(node, port)
    bridge = contiv.bridge(name, VXLAN_BRIDGE)
    rows = [evidence(name, "host", "links and sockets", {"port": port, "owners": others})]
    rows.append(seen(SWITCH, bridge, "name", "datapath_type", node=name))
    wanted = [f"Open vSwitch ({bridge['datapath_type'] or 'system'})"] if bridge else []
    subject, what, actual = f"{name}/udp/{port}", f"owners of UDP port {port}", [*wanted, *others]
    if not others:
        yield passed(subject, what, wanted, rows)
    elif contiv.runs(name, DRIVER) and bridge and bridge["datapath_type"] == "netdev":
        hint = f"Both work here, as the other one is at another address, but not with the kernel's datapath. {_HINT}"
        yield warning(subject, what, wanted, actual, rows, hint)
    else:
        yield failed(subject, what, wanted, actual, rows, _HINT)


def _owners(node: Row, port: int) -> list[str]:
    """Who has the port and is not Open vSwitch. Raises Unknown."""
    read(read(read(node, "namespaces"), "host"), "sockets")
    list(links(node))
    return vxlan_port_owners(node, port)
