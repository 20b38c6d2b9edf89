# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Ports at four layers: Neutron's, the logical port, its binding, and the interface on the chassis."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ansible_collections.packetwalk.labs.plugins.module_utils._naming._neutron_objects import (
    DATAPATH,
    ROUTER_GATEWAY,
    ROUTER_PORT,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._neutron_ovn._cloud import (
    DISTRIBUTED,
    ROUTER_INTERFACES,
    Cloud,
    Row,
    is_bound,
    is_instance,
    is_secured,
    is_uuid,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._neutron_ovn._drift import (
    CONTROLLER,
    NEUTRON,
    NORTHBOUND,
    NORTHD,
    SOUTHBOUND,
    SWITCH,
    SYNCHRONIZE,
    Compared,
    Drift,
    differing,
    left,
    missing,
    renamed,
)

KIND = "port"

# A MAC address, and the addresses that may be used with it.
_Pair = tuple[str, frozenset[str]]

_UNPLUGGED = "whoever runs the instance plugs it in, with the port's identifier as external_ids:iface-id"


def ports(cloud: Cloud) -> Iterator[Compared]:
    """Every port that Neutron makes a logical port of, and every logical port and interface that nobody wants."""
    for port in cloud.ports_in_ovn():
        if not _is_leaving(cloud, port):
            yield Compared(KIND, port["id"], cloud.name_of(port), list(_port(cloud, port)), _unread(cloud, port))
    yield from _left_in_northbound(cloud)
    yield from _left_in_southbound(cloud)
    yield from _left_in_switches(cloud)


def _is_leaving(cloud: Cloud, port: Row) -> bool:
    """Whether its server is being deleted, and the port with it."""
    return (cloud.servers.get(port["device_id"]) or {}).get("status") in ("DELETED", "SOFT_DELETED")


def _unread(cloud: Cloud, port: Row) -> str | None:
    chassis = (cloud.ovn.bindings.get(port["id"]) or {}).get("chassis")
    if is_instance(port) and chassis and chassis not in cloud.ovn.node_of and cloud.ovn.unreadable:
        return f"Open vSwitch of {chassis} could not be read"
    return None


def _port(cloud: Cloud, port: Row) -> Iterator[Drift]:
    logical = cloud.ovn.switch_ports.get(port["id"])
    if logical is None:
        yield missing(NORTHBOUND, port["id"], SYNCHRONIZE)
        return
    yield from _logical_port(cloud, port, logical)
    binding = cloud.ovn.bindings.get(port["id"])
    if binding is None:
        yield missing(SOUTHBOUND, port["id"], repair_reason=NORTHD)
        return
    switch = cloud.switch_of_port[port["id"]]
    yield from differing("switch", SOUTHBOUND, switch, binding["datapath"], repair_reason=NORTHD)
    if port["device_owner"] in (*ROUTER_INTERFACES, ROUTER_GATEWAY):
        yield from differing("up", NORTHBOUND, True, logical["up"], repair_reason=NORTHD)
        yield from _status(port, port["admin_up"])
    elif logical["type"] == "":
        yield from _plugged(cloud, port, logical, binding)


def _logical_port(cloud: Cloud, port: Row, logical: Row) -> Iterator[Drift]:
    rewrite = renamed("port", port)
    ids, options = logical["external_ids"], logical["options"]
    # In a routed provider network each segment may have a switch of its own.
    network = ids.get("neutron:port_segment_id", port["network"])
    yield from differing(
        "switch", NORTHBOUND, f"{DATAPATH}{network}", cloud.switch_of_port[port["id"]], repair_reason=_MOVED
    )
    yield from differing("enabled", NORTHBOUND, port["admin_up"], logical["enabled"], rewrite)
    if port["device_owner"] in (*ROUTER_INTERFACES, ROUTER_GATEWAY):
        yield from differing("type", NORTHBOUND, "router", logical["type"], SYNCHRONIZE)
        peer = options.get("router-port")
        yield from differing("router port", NORTHBOUND, f"{ROUTER_PORT}{port['id']}", peer, SYNCHRONIZE)
        return
    if port["device_owner"] == DISTRIBUTED:
        yield from differing("type", NORTHBOUND, "localport", logical["type"], rewrite)
    elif logical["type"] not in ("", "external", "virtual", "vtep"):
        yield from differing("type", NORTHBOUND, "", logical["type"], rewrite)
    if logical["type"] != "vtep":
        yield from _addresses(port, logical)
    if logical["type"] == "" and is_bound(port) and is_instance(port) and not logical["parent"]:
        # While it migrates, the chassis that it comes from and the one that it goes to.
        wanted = options.get("requested-chassis", "").partition(",")[0]
        yield from differing("requested chassis", NORTHBOUND, port["host"], wanted or None, rewrite)


_MOVED = "a port cannot change its network; one of the two databases was restored or written by hand"


def _addresses(port: Row, logical: Row) -> Iterator[Drift]:
    """What it may send from and is reachable at; without port security that is anything."""
    own: _Pair = (port["mac"], frozenset(row["address"] for row in port["addresses"]))
    others = [pair for pair in port["allowed_address_pairs"] if (pair["mac"] or port["mac"]) != port["mac"]]
    also = {pair["address"] for pair in port["allowed_address_pairs"] if pair not in others}
    reached, foreign = _pairs(logical["addresses"])
    rewrite = renamed("port", port)
    if not reached and not foreign and not is_bound(port):
        return  # Octavia's providers keep the address of an unbound port for their load balancer.
    if is_secured(port):
        wanted = {own, *((pair["mac"], frozenset()) for pair in others)}
        yield from differing("addresses", NORTHBOUND, _texts(wanted), _texts(reached) + foreign, rewrite)
    else:
        # The address itself is only there when OVN needs it, for DHCP.
        unknown = ["unknown"] if logical["type"] == "" else []
        yield from differing("addresses", NORTHBOUND, unknown, foreign, rewrite)
        if reached - {own}:
            yield from differing("addresses", NORTHBOUND, _texts({own}), _texts(reached), rewrite)
    allowed, _virtual = _pairs(logical["port_security"])
    secured = {(own[0], own[1] | also), *((pair["mac"], frozenset([pair["address"]])) for pair in others)}
    yield from differing(
        "port security", NORTHBOUND, _texts(secured) if is_secured(port) else [], _texts(allowed), rewrite
    )


def _pairs(texts: Iterable[str]) -> tuple[set[_Pair], list[str]]:
    """Pairs, and what else is there, but for what OVN 24.09 and later needs besides for VRRP."""
    found, others = set(), []
    for text in texts:
        first, *rest = text.split()
        if first.count(":") == 5:
            found.add((first.lower(), frozenset(rest)))
        elif first != "VRRPv3":
            others.append(text)
    return found, sorted(others)


def _texts(pairs: Iterable[_Pair]) -> list[str]:
    return sorted(" ".join([mac, *sorted(addresses)]) for mac, addresses in pairs)


def _plugged(cloud: Cloud, port: Row, logical: Row, binding: Row) -> Iterator[Drift]:
    """Whether all layers agree that it is in use, on the chassis that Neutron bound it to."""
    plugs = cloud.plugged.get(logical["parent"] or port["id"], [])
    chassis = cloud.chassis_of(port["host"]) if is_bound(port) else None
    if not port["admin_up"] or chassis is None:
        return  # nobody has to plug it in; hosts that there are not are told of as such
    server = cloud.servers.get(port["device_id"])
    says_so = [plugs, logical["up"], binding["chassis"], port["status"] == "ACTIVE"]
    if not any(says_so) and (server is None or server["status"] != "ACTIVE"):
        return
    name = chassis["name"]
    node = cloud.node_of(name)
    there = [interface for where, _bridge, interface in plugs if where == node]
    yield from _interfaces(cloud, port, name, node, there, plugs)
    bound = [binding["chassis"], *(binding["additional_chassis"] or ())]
    reason = CONTROLLER if there else _UNPLUGGED
    if name not in bound:
        yield from differing("chassis", SOUTHBOUND, name, binding["chassis"], repair_reason=reason, node=node)
    # Before OVN 21.03 the southbound database did not know.
    yield from differing("up", SOUTHBOUND, True, binding["up"] is not False, repair_reason=reason, node=node)
    yield from differing("up", NORTHBOUND, True, logical["up"], repair_reason=NORTHD)
    yield from _status(port, True)


def _status(port: Row, is_up: bool) -> Iterator[Drift]:
    reason = "Neutron notes it when the logical port comes up; restart its API when it has missed that"
    yield from differing("status", NEUTRON, "ACTIVE" if is_up else "DOWN", port["status"], repair_reason=reason)


def _interfaces(
    cloud: Cloud, port: Row, chassis: str, node: str | None, there: list[Row], plugs: list[tuple[str, str, Row]]
) -> Iterator[Drift]:
    if node is None:
        return  # its Open vSwitch could not be read
    if not there:
        yield Drift("interface", SWITCH, port["id"], None, None, _UNPLUGGED, node)
    for interface in there:
        state = interface["error"] or ("plugged" if (interface["number"] or 0) > 0 else "without a port of OpenFlow")
        reason = f"make the device {interface['name']}, or plug in another one"
        yield from differing(f"interface {interface['name']}", SWITCH, "plugged", state, None, reason, node)
    for where, bridge, interface in plugs:
        if where != node and chassis:
            command = f"ovs-vsctl del-port {bridge} {interface['name']}"
            yield Drift("interface elsewhere", SWITCH, node, where, command, node=where)


def _left_in_northbound(cloud: Cloud) -> Iterator[Compared]:
    for name, logical in sorted(cloud.ovn.switch_ports.items()):
        # Other logical ports are somebody else's, as those of Octavia's providers.
        is_neutrons = "neutron:device_owner" in logical["external_ids"] or is_uuid(name)
        if is_neutrons and name not in cloud.ports and logical["type"] != "localnet":
            known = logical["external_ids"].get("neutron:port_name") or name
            yield Compared(KIND, name, known, [left(NORTHBOUND, name, f"ovn-nbctl lsp-del {name}")])


def _left_in_southbound(cloud: Cloud) -> Iterator[Compared]:
    for name in sorted(cloud.ovn.bindings):
        if is_uuid(name) and name not in cloud.ovn.switch_ports:
            yield Compared(KIND, name, name, [left(SOUTHBOUND, name, repair_reason=NORTHD)])


def _left_in_switches(cloud: Cloud) -> Iterator[Compared]:
    for name, plugs in sorted(cloud.plugged.items()):
        if name not in cloud.ports and name not in cloud.ovn.switch_ports:
            drifts = [
                left(SWITCH, interface["name"], f"ovs-vsctl del-port {bridge} {interface['name']}", node=node)
                for node, bridge, interface in plugs
            ]
            yield Compared(KIND, name, name, drifts)
