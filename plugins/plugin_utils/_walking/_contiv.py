# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Contiv 1.0 on its Open vSwitch: whose network a frame is in, and what netplugin answers to ARP.

netmaster knows both (``control.contiv``, docs/state.md). netplugin has questions sent to itself, and answers for the
endpoints of the asker's tenant (contiv/ofnet: ``processArp()`` of vxlanBridge.go and vlanBridge.go).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import Unknown, read
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._hop import IGNORED, Note
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._packet import Packet
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._switches import Switch

Row = Mapping[str, Any]

# What netplugin calls its bridges, one for each encapsulation, and the tables of both (contiv/ofnet: ofnetAgent.go).
_BRIDGES = {"contivVxlanBridge": "vxlan", "contivVlanBridge": "vlan"}
_TABLES = {
    1: "network of the port",
    2: "address translation of the host",
    3: "service",
    4: "destination group",
    5: "policy",
    6: "service's answer",
    7: "route",
    8: "address translation of the host",
    9: "destination MAC",
}

# In routing mode each netplugin is the router of its containers, and has this MAC address (vrouter.go, vlrouter.go).
_ROUTER_MAC = "00:00:11:11:11:11"


def called(bridge: str, table: int) -> str:
    """How a table of a bridge is shown, with what it is for where the bridge is of Contiv."""
    return f"table {table} ({_TABLES[table]})" if bridge in _BRIDGES and table in _TABLES else f"table {table}"


def network_at(control: Row, switch: Switch, in_port: str, packet: Packet, outer: Packet | None) -> Row | None:
    """The network that a frame is in which comes to a port: a row of ``control.contiv``, or None.

    A container's port has the network's tag, on the uplink the frame has, and in a tunnel there is the VNI.
    """
    encapsulation = _BRIDGES.get(switch.bridge_of(in_port) or "")
    if encapsulation is None:
        return None
    key, number = "packet_tag", switch.tag_of(in_port) or next(iter(packet.vlans), None)
    if outer and outer.tunnel:
        key, number = "external_tag", outer.tunnel.vni
    networks = (control.get("contiv") or {}).get("networks", []) if number else []
    return next((row for row in networks if (row["encapsulation"], row[key]) == (encapsulation, number)), None)


def shown(network: Row) -> str:
    return f"{network['name']} of tenant {network['tenant']}"


def answer(control: Row, node: str, hostname: str, network: Row, question: Packet, from_container: bool) -> Note:
    """What netplugin of a node makes of ARP in a network. Raises Unknown."""
    told = read(control, "contiv")
    source = "endpoints of netmaster"
    row = next((row for row in told["endpoints"] if _is_asked_for(row, network, question)), None)
    if told["global"]["forwarding_mode"] != "bridge":
        return _answer_of_router(node, network, question, row, from_container)
    # Of a question from another node only the endpoint's own one answers.
    if row is not None and (from_container or row["host"] == hostname):
        text = f"netplugin of {node} answers for the endpoint on {row['host']} in {shown(network)}"
        return Note("arp", text, source=source, row=dict(row), verdict="answered")
    text = f"{shown(network)} has no endpoint with {question.destination}"
    if row is not None or not from_container:
        text = f"netplugin of {node} answers for its own endpoints only" if row else text
        return Note("arp", text, source=source, row=row, verdict=IGNORED)
    # It sends the question to the other nodes, where netplugin answers no other way, or out by the uplink.
    verdict = {"vxlan": "dropped", "vlan": "left"}[network["encapsulation"]]
    return Note("arp", text, source=source, verdict=verdict)


def _answer_of_router(node: str, network: Row, question: Packet, endpoint: Row | None, from_container: bool) -> Note:
    if not from_container:
        raise Unknown("what netplugin answers to the outside in routing mode")
    row, source = endpoint or network, "endpoints of netmaster" if endpoint else "networks of netmaster"
    if endpoint is None and question.destination != network["gateway"]:
        text = f"tenant {network['tenant']} has no endpoint with {question.destination}"
        return Note("arp", text, source=source, verdict="dropped")
    text = f"netplugin of {node} answers, as it routes for tenant {network['tenant']}"
    return Note("arp", text, source=source, row={**row, "mac": _ROUTER_MAC}, verdict="answered")


def _is_asked_for(endpoint: Row, network: Row, question: Packet) -> bool:
    return endpoint["tenant"] == network["tenant"] and question.destination in (
        endpoint["address"],
        endpoint["address6"],
    )


def addresses_of(told: Row | None) -> frozenset[str]:
    """All addresses and MAC addresses of endpoints; none without netmaster."""
    rows = (told or {}).get("endpoints") or []
    return frozenset(row[key] for row in rows for key in ("address", "address6", "mac") if row[key])
