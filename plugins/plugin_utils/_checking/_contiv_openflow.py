# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Check of the OpenFlow flows that netplugin makes for endpoints where it bridges.

Tables are those of ofnet (ofnet.go): 1 gives what comes in its network, 4 tells what it is for to policies, 9 leads to
the destination, or floods its network: localMacMiss and vtepMacMiss of vxlanBridge.go take what no other flow leads.
In the bridge of VLANs Open vSwitch learns the destinations itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._contiv import (
    BRIDGES,
    SWITCH,
    VXLAN_BRIDGE,
    Contiv,
    Row,
    each_node,
    label,
    seen,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import (
    Evidence,
    Finding,
    Step,
    judged,
    skipped,
    warning,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import Unknown, read

_INPUT, _GROUPS, _DESTINATIONS = 1, 4, 9
# METADATA_RX_VTEP of vxlanBridge.go tells what came by a tunnel from what did not; each has its own flow and group.
_FLOODS = 2
# OFPVID_PRESENT of OpenFlow, which is set together with the VLAN.
_TAGGED = 0x1000
# In the bridge of VLANs frames come in with the VLAN of their port, and no flow has to give them one.
_AS_IT_IS = "as it is"
_ANEW = "Restart netplugin on this node, which makes its flows anew."


def contiv_openflow(document: dict[str, Any], intent: dict[str, Any]) -> Iterator[Finding]:
    """Every node has flows to each endpoint, which lead to its port or tunnel, and none to endpoints that are gone.

    A flow that is missing where its network is flooded is a warning: packets arrive all the same.
    """
    contiv = Contiv(document, intent)
    mode = read(contiv.netmaster, "global")["forwarding_mode"]
    if mode != "bridge":
        yield skipped("contiv", "flows of endpoints", f"netplugin is in the mode {mode} and does not bridge")
        return
    yield from each_node(contiv, _flows_of_node)


def _flows_of_node(contiv: Contiv, name: str) -> Iterator[Finding]:
    flows = {encapsulation: _flows(contiv, name, bridge) for encapsulation, bridge in BRIDGES.items()}
    for network in contiv.networks():
        steps = _vxlan_steps if network["encapsulation"] == "vxlan" else _vlan_steps
        yield judged(f"{name}/{label(network)}", steps(contiv, name, network, flows[network["encapsulation"]]))
        if network["encapsulation"] == "vxlan":
            yield from _flooded(contiv, name, network, flows["vxlan"])
    yield judged(f"{name}/others", _left_steps(contiv, name, flows))


def _flows(contiv: Contiv, name: str, bridge: str) -> list[Row]:
    """Flows of a bridge; none where it is not there. Raises Unknown."""
    found = [row for row in read(read(contiv.node(name), "ovs"), "openflow") if row["bridge"] == bridge]
    flows: list[Row] = read(found[0], "flows") if found else []
    return flows


def _vxlan_steps(contiv: Contiv, name: str, network: Row, flows: list[Row]) -> Iterator[Step]:
    tag, vni = network["packet_tag"], network["external_tag"]
    numbers = {row["number"]: row["name"] for _port, row in contiv.interfaces(name, VXLAN_BRIDGE)}
    leading = _leading(flows, tag)
    rows = [_row(name, flow) for flow in leading.values()]
    wanted, found = {}, {}
    for endpoint in contiv.endpoints(network):
        flow = leading.get(endpoint["mac"])
        wanted[endpoint["address"]] = _way(contiv, name, network, endpoint)
        found[endpoint["address"]] = _outputs(flow, numbers) if flow else None
    spared = {None} if _floods(flows, tag) else set()
    holds = all(found[address] in {way, *spared} for address, way in wanted.items())
    yield Step(f"flows of {name} to endpoints of {label(network)}", wanted, found, rows, _ANEW, holds)
    ends = {row["name"]: f"VLAN {tag}" for row in contiv.tunnel_ports(name)}
    inward = {
        numbers.get(flow["match"]["in_port"], str(flow["match"]["in_port"])): flow
        for flow in flows
        if flow["table"] == _INPUT and flow["match"].get("tun_id") == vni and "in_port" in flow["match"]
    }
    rows = [_row(name, flow) for flow in inward.values()]
    entered = {port: _entered(flow) for port, flow in inward.items() if port in ends}
    yield Step(f"flows of {name} from tunnels into {label(network)} (VNI {vni})", ends, entered, rows, _ANEW)
    yield from _port_steps(contiv, name, network, flows, f"VLAN {tag}")


def _flooded(contiv: Contiv, name: str, network: Row, flows: list[Row]) -> Iterator[Finding]:
    """Endpoints that no flow leads to, where packets to them are flooded."""
    leading, floods = _leading(flows, network["packet_tag"]), _floods(flows, network["packet_tag"])
    missing = [row["address"] for row in contiv.endpoints(network) if row["mac"] not in leading]
    if floods and missing:
        what = f"endpoints of {label(network)} that {name} reaches by flooding alone"
        hint = (
            "Packets arrive, but at all ports of the network. netplugin 1.0.3 finds flows by MAC address alone,"
            " and removes this one when another tenant's endpoint with that address goes, or the netplugin there starts"
            " again. Make the container anew, or give each tenant subnets of its own."
        )
        rows = [_row(name, flow) for flow in floods]
        yield warning(f"{name}/{label(network)}/flooded", what, [], missing, rows, hint)


def _vlan_steps(contiv: Contiv, name: str, network: Row, flows: list[Row]) -> Iterator[Step]:
    grouped = _grouped(flows)
    endpoints = [row["address"] for row in contiv.endpoints(network)]
    there = {flow["match"]["nw_dst"] for flow in grouped}
    rows = [_row(name, flow) for flow in grouped]
    wanted = sorted(endpoints)
    found = [address for address in wanted if address in there]
    yield Step(f"endpoints of {label(network)} that policies of {name} can know", wanted, found, rows, _ANEW)
    yield from _port_steps(contiv, name, network, flows, _AS_IT_IS)


def _port_steps(contiv: Contiv, name: str, network: Row, flows: list[Row], entered: str) -> Iterator[Step]:
    """What comes from endpoints of the node is let in."""
    inward = {flow["match"].get("in_port"): flow for flow in flows if flow["table"] == _INPUT and _from_port(flow)}
    wanted, found = {}, {}
    for endpoint in contiv.endpoints(network):
        plugged = contiv.port_of(name, network, endpoint)
        if plugged:
            flow = inward.get(plugged[1]["number"])
            wanted[plugged[1]["name"]] = entered
            found[plugged[1]["name"]] = (_entered(flow) or _AS_IT_IS) if flow else None
    rows = [_row(name, flow) for flow in inward.values()]
    yield Step(f"flows of {name} from endpoints of {label(network)}", wanted, found, rows, _ANEW)


def _left_steps(contiv: Contiv, name: str, flows: dict[str, list[Row]]) -> Iterator[Step]:
    hint = (
        f"Remove them on {name} with ovs-ofctl --strict del-flows, as netplugin may keep them when it restarts; with "
        "them it refuses new endpoints of the same address (Flow already exists)."
    )
    ends = {each: list(_ends(contiv, each)) for each in flows}
    known = {(network["packet_tag"], endpoint["mac"]) for network, endpoint in ends["vxlan"]}
    left = [flow for flow in flows["vxlan"] if _destination(flow) not in (None, *known)]
    texts = ["{1} in VLAN {0}".format(*_destination(flow) or ()) for flow in left]
    yield Step(f"flows of {name} to endpoints that are gone", [], texts, [_row(name, flow) for flow in left], hint)
    for encapsulation, rows in flows.items():
        # One for each tenant that has the address.
        owners = Counter(endpoint["address"] for _network, endpoint in ends[encapsulation])
        grouped = _grouped(rows)
        times = Counter(flow["match"]["nw_dst"] for flow in grouped)
        more = sorted((times - owners).elements())
        seen_left = [_row(name, flow) for flow in grouped if flow["match"]["nw_dst"] in more]
        yield Step(f"addresses in {BRIDGES[encapsulation]} of {name} that no endpoint has", [], more, seen_left, hint)


def _grouped(flows: list[Row]) -> list[Row]:
    """Flows that say of addresses what they are for to policies."""
    return [flow for flow in flows if flow["table"] == _GROUPS and "nw_dst" in flow["match"]]


def _ends(contiv: Contiv, encapsulation: str) -> Iterator[tuple[Row, Row]]:
    """Networks of an encapsulation, each with each of its endpoints."""
    for network in contiv.networks(encapsulation):
        for endpoint in contiv.endpoints(network):
            yield network, endpoint


def _leading(flows: list[Row], tag: int) -> dict[str, Row]:
    """Flows to endpoints of a network, by their MAC addresses."""
    return {end[1]: flow for flow in flows if (end := _destination(flow)) and end[0] == tag}


def _floods(flows: list[Row], tag: int) -> list[Row]:
    """The flow that floods what the network's endpoints here send, and that for tunnels; none without both."""
    found = [
        flow
        for flow in flows
        if flow["table"] == _DESTINATIONS
        and flow["match"].get("dl_vlan") == tag
        and "dl_dst" not in flow["match"]
        and any(each["action"] == "group" for each in flow["actions"])
    ]
    return found if len(found) == _FLOODS else []


def _destination(flow: Row) -> tuple[int, str] | None:
    """VLAN and MAC address of the endpoint that a flow leads to."""
    match = flow["match"]
    if flow["table"] != _DESTINATIONS or "dl_vlan" not in match or "dl_dst" not in match:
        return None
    return match["dl_vlan"], match["dl_dst"]


def _way(contiv: Contiv, name: str, network: Row, endpoint: Row) -> str:
    """Where packets to an endpoint have to leave this node's bridge. Raises Unknown."""
    if contiv.name_of.get(endpoint["host"]) == name:
        plugged = contiv.port_of(name, network, endpoint)
        return plugged[1]["name"] if plugged else "its port"
    vtep = contiv.vtep(endpoint["host"])
    if vtep is None:
        raise Unknown(f"the intent has no VTEP of {endpoint['host']}, where {endpoint['address']} is")
    leading = [row["name"] for row in contiv.tunnel_ports(name) if row["options"].get("remote_ip") == vtep]
    return f"VNI {network['external_tag']} to {leading[0] if leading else vtep}"


def _outputs(flow: Row, numbers: dict[int, str]) -> str:
    """Where a flow leads: ports, and before them the VNI that it sets."""
    ports = [numbers.get(each["port"], str(each["port"])) for each in flow["actions"] if each["action"] == "output"]
    vni = _set_field(flow, "tun_id")
    return (f"VNI {vni} to " if vni is not None else "") + (", ".join(ports) or "nowhere")


def _entered(flow: Row) -> str | None:
    """The VLAN that a flow gives what comes in."""
    vlan = _set_field(flow, "vlan_vid")
    return None if vlan is None else f"VLAN {vlan & ~_TAGGED}"


def _set_field(flow: Row, field: str) -> int | None:
    for each in flow["actions"]:
        if each["action"] == "set_field" and each["dst"]["field"] == field:
            return int(each["value"])
    return None


def _from_port(flow: Row) -> bool:
    return "in_port" in flow["match"] and "tun_id" not in flow["match"]


def _row(name: str, flow: Row) -> Evidence:
    return seen(SWITCH, flow, "table", "priority", "match", "actions", node=name)
