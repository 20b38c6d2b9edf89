# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""What the cheat sheet of OVN answers by identifiers, asked by names of Neutron and answered with them.

Each function takes a state document, or the ``control`` of one (docs/state.md), and raises ValueError with one sentence
for a name that nothing has, and where what it needs was not read.
"""

from __future__ import annotations

import ipaddress
from collections import deque
from collections.abc import Mapping
from typing import Any

from ansible_collections.packetwalk.labs.plugins.module_utils._naming._neutron_names import Names
from ansible_collections.packetwalk.labs.plugins.module_utils._naming._neutron_objects import (
    DATAPATH,
    ROUTER_GATEWAY,
    ROUTER_INTERFACE,
    ROUTER_PORT,
    addresses_of,
    objects_of,
)

Row = dict[str, Any]

_DIRECTIONS = ("from-lport", "to-lport")


def named(given: Any, state: Mapping[str, Any]) -> Any:
    """Text, or data with texts in it, with names in place of identifiers; see ``Names.named``."""
    return Names(control_of(state)).named(given)


def objects(state: Mapping[str, Any]) -> dict[str, list[Row]]:
    """See ``_neutron_objects.objects_of``."""
    return objects_of(control_of(state))


def server_ports(state: Mapping[str, Any], server: str) -> list[Row]:
    """Ports of a server: ``{"id", "name", "network", "mac", "addresses", "floating_addresses", "host", "chassis",
    "status", "up", "security_groups"}``.

    ``host`` is where Neutron has it bound, ``chassis`` where OVN has it, each null for nowhere. ``up`` is of the
    northbound database, ``status`` of Neutron, each null where it is not known.
    """
    control = control_of(state)
    names = Names(control)
    return [_port(names, control, port) for port in names.ports_of(server)]


def network_ports(state: Mapping[str, Any], network: str) -> list[Row]:
    """All ports of a network, in the form of ``server_ports``."""
    control = control_of(state)
    names = Names(control)
    wanted = names.network(network)["id"]
    return [_port(names, control, port) for port in names.objects["ports"] if port["network"] == wanted]


def server_nats(state: Mapping[str, Any], server: str) -> list[Row]:
    """What is translated for a server: ``{"router", "type", "external_address", "logical_address", "port",
    "distributed", "chassis"}``.

    Of those for one port the first is used for what it sends: a floating IP before SNAT. ``chassis`` is where that is
    done, the port's own for a distributed floating IP, else the router's gateway.
    """
    control = control_of(state)
    names = Names(control)
    return [row for port in names.ports_of(server) for row in _nats(names, control, port)]


def router_nats(state: Mapping[str, Any], router: str) -> list[Row]:
    """All that a router translates, in the form of ``server_nats``; ``port`` is null of what is for a network."""
    control = control_of(state)
    names = Names(control)
    wanted = names.router(router)
    return sorted((_nat(names, control, nat, None) for nat in _of_router(control, wanted["id"])), key=_nat_order)


def port_acls(state: Mapping[str, Any], server: str) -> list[Row]:
    """ACLs of a server's or a port's traffic, in the order in which OVN asks them: ``{"port", "direction",
    "priority", "match", "action", "security_group", "port_group"}``.

    ``security_group`` is null of those that Neutron has for all ports, and of a port group of somebody else's.
    """
    control = control_of(state)
    names = Names(control)
    return [
        row for port in names.ports_of(server) for row in _acls(names, control, [port], names.port_name[port["id"]])
    ]


def network_acls(state: Mapping[str, Any], network: str) -> list[Row]:
    """ACLs of all ports of a network, in the form of ``port_acls``; each once, so ``port`` is null."""
    control = control_of(state)
    names = Names(control)
    wanted = names.network(network)["id"]
    return _acls(names, control, [port for port in names.objects["ports"] if port["network"] == wanted], None)


def network_flows(state: Mapping[str, Any], network: str) -> list[Row]:
    """Logical flows of a network in the order in which a packet comes to them: rows of ``ovn_sb.logical_flows``, with
    names in ``match`` and ``actions``."""
    names = Names(control_of(state))
    return _flows(names, control_of(state), names.network(network)["id"])


def router_flows(state: Mapping[str, Any], router: str) -> list[Row]:
    """Logical flows of a router, in the form of ``network_flows``."""
    names = Names(control_of(state))
    return _flows(names, control_of(state), names.router(router)["id"])


def router_gateway(state: Mapping[str, Any], router: str) -> Row | None:
    """Where a router leaves to the outside: ``{"router", "network", "port", "mac", "addresses", "chassis",
    "candidates"}``; None for a router without an external network.

    ``chassis`` has it now, null for nobody. ``candidates`` are ``{"chassis", "priority", "exists"}``, preferred first.
    """
    control = control_of(state)
    names = Names(control)
    found = names.router(router)
    port = _gateway_port(names, found["id"])
    if port is None:
        return None
    bound = _binding(read(control, "ovn_sb"), port["id"])
    called = names.chassis_name
    candidates = bound["candidates"] if bound else []
    return {
        "router": names.router_name[found["id"]],
        "network": names.network_name.get(port["network"]),
        "port": names.named(f"{ROUTER_PORT}{port['id']}"),
        "mac": port["mac"],
        "addresses": addresses_of(port),
        "chassis": called.get(bound["chassis"], bound["chassis"]) if bound else None,
        "candidates": [{**row, "chassis": called.get(row["chassis"], row["chassis"])} for row in candidates],
    }


def path(state: Mapping[str, Any], source: str, destination: str) -> list[str]:
    """Networks and routers from a server to another one, both ends included; [] where there is no way.

    Of several ways it is the shortest one. Whether packets pass there is what ``packetwalk.labs.ovn_trace`` says.
    """
    names = Names(control_of(state))
    starts = [port["network"] for port in names.ports_of(source)]
    ends = {port["network"] for port in names.ports_of(destination)}
    neighbours = _neighbours(names)
    before: dict[str, str | None] = dict.fromkeys(starts)
    waiting = deque(before)
    while waiting:
        here = waiting.popleft()
        if here in ends:
            return [names.network_name.get(one) or names.router_name[one] for one in _way(before, here)]
        for other in neighbours.get(here, []):
            if other not in before:
                before[other] = here
                waiting.append(other)
    return []


def control_of(state: Mapping[str, Any]) -> Mapping[str, Any]:
    """``control`` of a state document; one that is given itself is left. Raises ValueError."""
    if not isinstance(state, Mapping):
        raise ValueError(f"expected a state document or its control, not {type(state).__name__}.")
    control: Mapping[str, Any] = state["control"] if "nodes" in state else state
    return control


def read(control: Mapping[str, Any], key: str) -> Row:
    """A database of OVN, ``ovn_nb`` or ``ovn_sb``. Raises ValueError where it was not read."""
    if control.get(key) is None:
        database = {"ovn_nb": "northbound", "ovn_sb": "southbound"}[key]
        raise ValueError(
            f"OVN's {database} database is not known: {control.get(f'{key}_reason') or 'it was not asked'}."
        )
    found: Row = control[key]
    return found


def _port(names: Names, control: Mapping[str, Any], port: Row) -> Row:
    northbound, southbound = control.get("ovn_nb") or {}, control.get("ovn_sb") or {}
    logical = [row for switch in northbound.get("switches") or [] for row in switch["ports"]]
    chassis = _chassis_of(southbound, port["id"])
    return {
        "id": port["id"],
        "name": names.port_name[port["id"]],
        "network": names.network_name.get(port["network"], port["network"]),
        "mac": port["mac"],
        "addresses": addresses_of(port),
        "floating_addresses": [row["address"] for row in names.objects["floating_ips"] if row["port"] == port["id"]],
        "host": port["host"] or None,
        "chassis": names.chassis_name.get(str(chassis), chassis),
        "status": port["status"],
        "up": next((row["up"] for row in logical if row["name"] == port["id"]), None),
        "security_groups": [names.group_name.get(one, one) for one in port["security_groups"]],
    }


def _acls(names: Names, control: Mapping[str, Any], ports: list[Row], port: str | None) -> list[Row]:
    """Those of the groups and switches of these ports; ``port`` is what they are told to be of."""
    northbound = read(control, "ovn_nb")
    identifiers = {row["id"] for row in ports}
    switches = {f"{DATAPATH}{row['network']}" for row in ports}
    groups = {row["name"]: row for row in northbound["port_groups"] if identifiers.intersection(row["ports"])}
    found = [row for row in northbound["acls"] if row["port_group"] in groups or row["switch"] in switches]
    found.sort(key=lambda row: (_DIRECTIONS.index(row["direction"]), row.get("tier") or 0, -row["priority"]))
    rows = []
    for acl in found:
        group = groups.get(acl["port_group"], {"external_ids": {}})
        identifier = group["external_ids"].get("neutron:security_group_id")
        rows.append(
            {
                "port": port,
                **{key: acl[key] for key in ("direction", "priority")},
                "match": names.named(acl["match"]),
                "action": acl["action"],
                "security_group": names.group_name.get(identifier, identifier),
                "port_group": acl["port_group"],
            }
        )
    return rows


def _flows(names: Names, control: Mapping[str, Any], identifier: str) -> list[Row]:
    found = (row for row in read(control, "ovn_sb")["logical_flows"] if row["datapath"] == f"{DATAPATH}{identifier}")
    return [{**row, **{key: names.named(row[key]) for key in ("match", "actions")}} for row in found]


def _nats(names: Names, control: Mapping[str, Any], port: Row) -> list[Row]:
    routers = {
        row["device_id"]
        for row in names.objects["ports"]
        if row["network"] == port["network"] and row["device_owner"].startswith(ROUTER_INTERFACE)
    }
    found = [
        nat
        for router in sorted(routers)
        for nat in _of_router(control, router)
        for address in addresses_of(port)
        if _contains(nat["logical_address"], address)
    ]
    return sorted((_nat(names, control, nat, port) for nat in found), key=_nat_order)


def _of_router(control: Mapping[str, Any], router: str) -> list[Row]:
    return [row for row in read(control, "ovn_nb")["nats"] if row["router"] == f"{DATAPATH}{router}"]


def _nat(names: Names, control: Mapping[str, Any], nat: Row, port: Row | None) -> Row:
    router = nat["router"][len(DATAPATH) :]
    logical_port = port["id"] if port else nat["logical_port"]
    # OVN translates on the port's chassis only with both (ovn-nb(5), NAT, external_mac).
    distributed = bool(nat["external_mac"] and nat["logical_port"])
    southbound = control.get("ovn_sb") or {}
    gateway = _gateway_port(names, router)
    bound = _binding(southbound, gateway["id"]) if gateway else None
    chassis = _chassis_of(southbound, nat["logical_port"]) if distributed else bound and bound["chassis"]
    return {
        "router": names.router_name.get(router, router),
        "type": nat["type"],
        "external_address": nat["external_address"],
        "logical_address": nat["logical_address"],
        "port": names.port_name.get(logical_port, logical_port),
        "distributed": distributed,
        "chassis": names.chassis_name.get(str(chassis), chassis),
    }


def _nat_order(row: Row) -> tuple[bool, str, str]:
    return row["type"] == "snat", row["external_address"], row["logical_address"]


def _contains(network: str, address: str) -> bool:
    """An address alone is a network of one; one of another family is in none."""
    return ipaddress.ip_address(address) in ipaddress.ip_network(network, strict=False)


def _gateway_port(names: Names, router: str) -> Row | None:
    ports = (row for row in names.objects["ports"] if row["device_id"] == router)
    return next((row for row in ports if row["device_owner"] == ROUTER_GATEWAY), None)


def _binding(southbound: Row, gateway_port: str) -> Row | None:
    rows = southbound.get("gateways") or []
    return next((row for row in rows if row["router_port"] == f"{ROUTER_PORT}{gateway_port}"), None)


def _chassis_of(southbound: Row, port: str) -> str | None:
    return next((row["chassis"] for row in southbound.get("port_bindings") or [] if row["name"] == port), None)


def _neighbours(names: Names) -> dict[str, list[str]]:
    """Networks of each router, and routers of each network."""
    found: dict[str, list[str]] = {}
    for port in names.objects["ports"]:
        if port["device_id"] in names.router_name:
            found.setdefault(port["network"], []).append(port["device_id"])
            found.setdefault(port["device_id"], []).append(port["network"])
    return found


def _way(before: Mapping[str, str | None], end: str) -> list[str]:
    way: list[str] = []
    here: str | None = end
    while here is not None:
        way.insert(0, here)
        here = before[here]
    return way
