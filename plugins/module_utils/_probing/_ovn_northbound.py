# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Read what OVN is asked for: the logical network of its northbound database (ovn-nb(5))."""

from __future__ import annotations

from typing import Any, Collection, Dict, Iterable, Sequence

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ovsdb import OvsdbError
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._ovsdb_client import OvsdbClient

DATABASE = "OVN_Northbound"
PARTS = ("topology", "acls", "nats")

_Row = Dict[str, Any]

# What is read of each table, and the names that it has in the result.
_COLUMNS: dict[str, dict[str, str]] = {
    "Logical_Switch": {
        "name": "name",
        "ports": "ports",
        "acls": "acls",
        "load_balancer": "load_balancers",
        "load_balancer_group": "load_balancer_groups",
        "dns_records": "dns",
        "other_config": "other_config",
        "external_ids": "external_ids",
    },
    "Logical_Switch_Port": {
        "name": "name",
        "type": "type",
        "addresses": "addresses",
        "dynamic_addresses": "dynamic_addresses",
        "port_security": "port_security",
        "parent_name": "parent",
        "tag": "tag",
        "enabled": "enabled",
        "up": "up",
        "dhcpv4_options": "dhcpv4_options",
        "dhcpv6_options": "dhcpv6_options",
        "ha_chassis_group": "ha_chassis_group",
        "options": "options",
        "external_ids": "external_ids",
    },
    "Logical_Router": {
        "name": "name",
        "ports": "ports",
        "static_routes": "routes",
        "policies": "policies",
        "nat": "nats",
        "load_balancer": "load_balancers",
        "load_balancer_group": "load_balancer_groups",
        "enabled": "enabled",
        "options": "options",
        "external_ids": "external_ids",
    },
    "Logical_Router_Port": {
        "name": "name",
        "mac": "mac",
        "networks": "networks",
        "peer": "peer",
        "enabled": "enabled",
        "gateway_chassis": "gateway_chassis",
        "ha_chassis_group": "ha_chassis_group",
        "options": "options",
        "external_ids": "external_ids",
    },
    "Logical_Router_Static_Route": {
        "ip_prefix": "destination",
        "policy": "policy",
        "nexthop": "next_hop",
        "output_port": "port",
        "route_table": "table",
        "options": "options",
        "external_ids": "external_ids",
    },
    "Logical_Router_Policy": {
        "priority": "priority",
        "match": "match",
        "action": "action",
        "nexthop": "next_hop",
        "nexthops": "next_hops",
        "options": "options",
        "external_ids": "external_ids",
    },
    "Gateway_Chassis": {"chassis_name": "chassis", "priority": "priority"},
    "HA_Chassis_Group": {"name": "name", "ha_chassis": "candidates", "external_ids": "external_ids"},
    "HA_Chassis": {"chassis_name": "chassis", "priority": "priority"},
    "ACL": {
        "direction": "direction",
        "tier": "tier",
        "priority": "priority",
        "match": "match",
        "action": "action",
        "name": "name",
        "log": "log",
        "severity": "severity",
        "meter": "meter",
        "label": "label",
        "options": "options",
        "external_ids": "external_ids",
    },
    "NAT": {
        "type": "type",
        "external_ip": "external_address",
        "logical_ip": "logical_address",
        "external_port_range": "external_ports",
        "logical_port": "logical_port",
        "external_mac": "external_mac",
        "gateway_port": "gateway_port",
        "allowed_ext_ips": "allowed_addresses",
        "exempted_ext_ips": "exempted_addresses",
        "options": "options",
        "external_ids": "external_ids",
    },
    "Load_Balancer": {
        "name": "name",
        "protocol": "protocol",
        "vips": "vips",
        "options": "options",
        "external_ids": "external_ids",
    },
    "Load_Balancer_Group": {"name": "name", "load_balancer": "load_balancers"},
    "Port_Group": {"name": "name", "ports": "ports", "acls": "acls", "external_ids": "external_ids"},
    "Address_Set": {"name": "name", "addresses": "addresses", "external_ids": "external_ids"},
    "DHCP_Options": {"cidr": "subnet", "options": "options", "external_ids": "external_ids"},
    "DNS": {"records": "records", "external_ids": "external_ids"},
}


def read(client: OvsdbClient, parts: Collection[str], names: Sequence[str]) -> _Row:
    """``northbound`` of the document (docs/state.md).

    * ``parts``: those of ``PARTS`` that are wanted.
    * ``names``: of the logical switches and routers that are wanted; none means all.

    Raises OvsdbError, also for a name that neither has.
    """
    tables = _Tables(client, only_used=bool(names))
    switches = tables.named("Logical_Switch", names)
    routers = tables.named("Logical_Router", names)
    missing = set(names) - {row["name"] for row in (*switches, *routers)}
    if missing:
        raise OvsdbError(f"there is no logical switch and no logical router {', '.join(sorted(missing))}")
    document: _Row = {}
    if "topology" in parts:
        document.update(_topology(tables, switches, routers))
        document["settings"] = _settings(client)
    if "acls" in parts:
        document["acls"] = _acls(tables, switches)
    if "nats" in parts:
        document["nats"] = _nats(tables, routers)
    return document


def lag(client: OvsdbClient) -> _Row:
    """How far the configuration has come: ``lag`` of the document. Raises OvsdbError."""
    counters = ("nb_cfg", "sb_cfg", "hv_cfg")
    columns = [*counters, *(f"{counter}_timestamp" for counter in counters), "options"]
    rows = client.select("NB_Global", columns)
    if len(rows) != 1:
        raise OvsdbError("NB_Global has no row, so no northd and no ovn-nbctl used this database yet")
    (row,) = rows
    document: _Row = {counter: row[counter] for counter in counters}
    for counter in counters:
        # 0 is what it has before the first time.
        document[f"{counter}_timestamp_milliseconds"] = row[f"{counter}_timestamp"] or None
    document["northd_version"] = row["options"].get("northd_internal_version")
    return document


def _settings(client: OvsdbClient) -> _Row:
    """What holds for the whole database. It has no row before somebody used it."""
    settings: _Row = {"options": {}, "external_ids": {}}
    for row in client.select("NB_Global", list(settings)):
        settings.update(row)
    return settings


class _Tables:
    """Rows under the names of the result, and their ``uuid``. Where only some datapaths are wanted, only the rows that
    those use are read, else each table once."""

    def __init__(self, client: OvsdbClient, only_used: bool) -> None:
        self._client = client
        self._only_used = only_used
        self._whole: dict[str, dict[str, _Row]] = {}

    def named(self, table: str, names: Sequence[str]) -> list[_Row]:
        condition = self._client.schema.condition
        wheres = [[condition(table, "name", "==", name)] for name in names] or [[]]
        return sorted(self._select(table, wheres), key=lambda row: (row["name"], row["uuid"]))

    def rows(self, table: str, uuids: Iterable[str]) -> list[_Row]:
        """The rows with these UUIDs. One that was removed since its UUID was read is left out."""
        if self._only_used:
            condition = self._client.schema.condition
            return self._select(table, [[condition(table, "_uuid", "==", uuid)] for uuid in uuids])
        whole = self._every(table)
        return [dict(whole[uuid]) for uuid in uuids if uuid in whole]

    def wanted(self, table: str, used: Iterable[str]) -> list[_Row]:
        """The rows with these UUIDs, and where all datapaths are wanted also the rows that none uses."""
        return self.rows(table, sorted(used) if self._only_used else self._every(table))

    def name(self, table: str, uuid: str | None) -> str | None:
        found = self.rows(table, [uuid] if uuid else [])
        return found[0]["name"] if found else None

    def port_groups(self, switches: list[_Row]) -> list[_Row]:
        """The groups that have a port of these switches, and where all datapaths are wanted also the others."""
        ports = _union(switches, "ports")
        groups = [row for row in self.whole("Port_Group") if not self._only_used or ports.intersection(row["ports"])]
        return _sorted(groups, "name")

    def ha_chassis_groups(self, ports: Iterable[_Row]) -> list[_Row]:
        """The groups that these ports name, and where all datapaths are wanted also the others."""
        named = {port["ha_chassis_group"] for port in ports}
        groups = [row for row in self.whole("HA_Chassis_Group") if not self._only_used or row["name"] in named]
        return _sorted(groups, "name")

    def whole(self, table: str) -> list[_Row]:
        return [dict(row) for row in self._every(table).values()]

    def _every(self, table: str) -> dict[str, _Row]:
        if table not in self._whole:
            self._whole[table] = {row["uuid"]: row for row in self._select(table, [[]])}
        return self._whole[table]

    def _select(self, table: str, wheres: Iterable[Any]) -> list[_Row]:
        names = {"_uuid": "uuid", **_COLUMNS[table]}
        return [
            {names[column]: value for column, value in row.items()}
            for row in self._client.select_any(table, list(names), wheres)
        ]


def _topology(tables: _Tables, switches: list[_Row], routers: list[_Row]) -> _Row:
    switch_rows = [_switch(tables, row) for row in switches]
    router_rows = [_router(tables, row) for row in routers]
    ports = [port for row in switch_rows for port in row["ports"]]
    leases = {port[key] for port in ports for key in ("dhcpv4_options", "dhcpv6_options") if port[key]}
    resolvers = tables.wanted("DNS", _union(switches, "dns"))
    groups = tables.ha_chassis_groups([*ports, *(port for row in router_rows for port in row["ports"])])
    for row in groups:
        row["candidates"] = by_priority(tables.rows("HA_Chassis", row["candidates"]))
    for row in resolvers:
        row["switches"] = [switch["name"] for switch in switches if row["uuid"] in switch["dns"]]
    return {
        "switches": switch_rows,
        "routers": router_rows,
        "ha_chassis_groups": groups,
        "load_balancers": _load_balancers(tables, switches, routers),
        "port_groups": [_port_group(tables, row) for row in tables.port_groups(switches)],
        "address_sets": _sorted(tables.whole("Address_Set"), "name"),
        "dhcp_options": _sorted(tables.wanted("DHCP_Options", leases), "subnet", "uuid"),
        "dns": _sorted(resolvers, "uuid"),
    }


def _switch(tables: _Tables, row: _Row) -> _Row:
    ports = _sorted(tables.rows("Logical_Switch_Port", row["ports"]), "name")
    for port in ports:
        # Empty means enabled.
        port["enabled"] = port["enabled"] is not False
        port["ha_chassis_group"] = tables.name("HA_Chassis_Group", port["ha_chassis_group"])
    return {**{key: row[key] for key in ("name", "uuid", "other_config", "external_ids")}, "ports": ports}


def _router(tables: _Tables, row: _Row) -> _Row:
    ports = _sorted(tables.rows("Logical_Router_Port", row["ports"]), "name")
    for port in ports:
        group = tables.rows("HA_Chassis_Group", [port["ha_chassis_group"]] if port["ha_chassis_group"] else [])
        candidates = tables.rows("Gateway_Chassis", port["gateway_chassis"])
        if group:
            # OVN goes by the group where both are given.
            candidates = tables.rows("HA_Chassis", group[0]["candidates"])
        port["enabled"] = port["enabled"] is not False
        port["mac"] = port["mac"].lower()
        port["ha_chassis_group"] = group[0]["name"] if group else None
        port["gateway_chassis"] = by_priority(candidates)
    policies = tables.rows("Logical_Router_Policy", row["policies"])
    for policy in policies:
        # Before OVN 21.03 there could be one only, in a column of its own that is still there.
        one = policy.pop("next_hop")
        policy["next_hops"] = policy["next_hops"] or ([one] if one else [])
    return {
        **{key: row[key] for key in ("name", "uuid", "options", "external_ids")},
        "enabled": row["enabled"] is not False,
        "chassis": row["options"].get("chassis"),
        "ports": ports,
        "routes": _sorted(tables.rows("Logical_Router_Static_Route", row["routes"]), "destination", "next_hop", "uuid"),
        "policies": sorted(policies, key=lambda policy: (-policy["priority"], policy["match"], policy["uuid"])),
    }


def by_priority(candidates: Iterable[_Row]) -> list[_Row]:
    """Candidates for a gateway, the one that OVN prefers first."""
    rows = [{key: row[key] for key in ("chassis", "priority")} for row in candidates]
    return sorted(rows, key=lambda row: (-row["priority"], row["chassis"]))


def _port_group(tables: _Tables, row: _Row) -> _Row:
    ports = sorted(port["name"] for port in tables.rows("Logical_Switch_Port", row["ports"]))
    return {**{key: row[key] for key in ("name", "uuid", "external_ids")}, "ports": ports}


def _acls(tables: _Tables, switches: list[_Row]) -> list[_Row]:
    owners = [({"switch": row["name"], "port_group": None}, row["acls"]) for row in switches]
    owners += [({"switch": None, "port_group": row["name"]}, row["acls"]) for row in tables.port_groups(switches)]
    rows = [{**owner, **acl} for owner, uuids in owners for acl in tables.rows("ACL", uuids)]
    return sorted(rows, key=_acl_order)


def _acl_order(acl: _Row) -> tuple[Any, ...]:
    owner = (acl["switch"] or "", acl["port_group"] or "")
    return (*owner, acl["direction"], acl["tier"] or 0, -acl["priority"], acl["match"], acl["uuid"])


def _nats(tables: _Tables, routers: list[_Row]) -> list[_Row]:
    rows = []
    for router in routers:
        for nat in tables.rows("NAT", router["nats"]):
            nat["router"] = router["name"]
            nat["external_mac"] = nat["external_mac"].lower() if nat["external_mac"] else None
            nat["external_ports"] = nat["external_ports"] or None
            nat["gateway_port"] = tables.name("Logical_Router_Port", nat["gateway_port"])
            for key in ("allowed_addresses", "exempted_addresses"):
                nat[key] = tables.name("Address_Set", nat[key])
            rows.append(nat)
    return _sorted(rows, "router", "type", "external_address", "logical_address", "uuid")


def _load_balancers(tables: _Tables, switches: list[_Row], routers: list[_Row]) -> list[_Row]:
    groups = {
        group["uuid"]: group["load_balancers"]
        for group in tables.rows("Load_Balancer_Group", sorted(_union([*switches, *routers], "load_balancer_groups")))
    }

    def used(owner: _Row) -> set[str]:
        return {
            *owner["load_balancers"],
            *(uuid for group in owner["load_balancer_groups"] or () for uuid in groups.get(group, ())),
        }

    users = {
        "switches": [(row["name"], used(row)) for row in switches],
        "routers": [(row["name"], used(row)) for row in routers],
    }
    balancers = tables.wanted(
        "Load_Balancer", {uuid for rows in users.values() for _name, uuids in rows for uuid in uuids}
    )
    for balancer in balancers:
        for key, rows in users.items():
            balancer[key] = [name for name, uuids in rows if balancer["uuid"] in uuids]
    return _sorted(balancers, "name", "uuid")


def _union(rows: Iterable[_Row], key: str) -> set[str]:
    return {uuid for row in rows for uuid in row[key] or ()}


def _sorted(rows: list[_Row], *keys: str) -> list[_Row]:
    return sorted(rows, key=lambda row: tuple(row[key] for key in keys))
