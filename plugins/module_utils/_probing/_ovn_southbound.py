# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Read what OVN made of it: chassis, bindings and logical flows of its southbound database (ovn-sb(5))."""

from __future__ import annotations

from typing import Any, Collection, Dict, Iterable, Sequence

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ovsdb import OvsdbError
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._ovn_northbound import by_priority
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._ovsdb_client import OvsdbClient

DATABASE = "OVN_Southbound"
PARTS = ("gateways", "chassis", "bindings", "flows", "mac_bindings")

_Row = Dict[str, Any]

_OF_DATAPATHS = {"gateways", "bindings", "flows", "mac_bindings"}
_GATEWAY_OPTION = "enable-chassis-as-gw"


def read(client: OvsdbClient, parts: Collection[str], names: Sequence[str]) -> _Row:
    """``southbound`` of the document (docs/state.md).

    * ``parts``: those of ``PARTS`` that are wanted.
    * ``names``: of the datapaths that are wanted; none means all.

    Raises OvsdbError, also for a name that no datapath has.
    """
    document: _Row = {}
    if "chassis" in parts:
        document["chassis"] = _chassis(client)
    if not _OF_DATAPATHS.isdisjoint(parts):
        datapaths = _datapaths(client, names)
        document["datapaths"] = sorted(datapaths, key=lambda row: (row["name"], row["uuid"]))
        reader = _Datapaths(client, datapaths, bool(names))
        for part, key, read_rows in _READERS:
            if part in parts:
                document[key] = read_rows(reader)
    return document


class _Datapaths:
    """The datapaths that are wanted, and how to select what belongs to them."""

    def __init__(self, client: OvsdbClient, rows: Iterable[_Row], limited: bool) -> None:
        self.client = client
        self.names: dict[str, str] = {row["uuid"]: row["name"] for row in rows}
        self.limited = limited

    def rows(self, table: str, columns: Sequence[str], where: Sequence[Any] = ()) -> list[_Row]:
        """Rows of a table with a ``datapath``; that is its name in them."""
        condition = self.client.schema.condition
        wheres: list[list[Any]] = [[*where]]
        if self.limited and table in self.client.schema.tables:
            wheres = [[condition(table, "datapath", "==", uuid), *where] for uuid in self.names]
        rows = self.client.select_any(table, [*columns, "datapath"], wheres)
        # One that is not among the datapaths was made after those had been read.
        return [{**row, "datapath": self.names[row["datapath"]]} for row in rows if row["datapath"] in self.names]


def _datapaths(client: OvsdbClient, names: Sequence[str]) -> list[_Row]:
    condition = client.schema.condition
    table = "Datapath_Binding"
    wheres = [[condition(table, "external_ids", "includes", {"name": name})] for name in names] or [[]]
    rows = []
    for row in client.select_any(table, ["_uuid", "tunnel_key", "external_ids", "type", "nb_uuid"], wheres):
        ids = row["external_ids"]
        # OVN 25.09 made columns of what had been in external_ids.
        is_router = row["type"] == "logical-router" or "logical-router" in ids
        rows.append(
            {
                "name": ids.get("name", ""),
                "uuid": row["_uuid"],
                "kind": "router" if is_router else "switch",
                "tunnel_key": row["tunnel_key"],
                "logical_uuid": row["nb_uuid"] or ids.get("logical-router") or ids.get("logical-switch"),
            }
        )
    missing = set(names) - {row["name"] for row in rows}
    if missing:
        raise OvsdbError(f"there is no datapath {', '.join(sorted(missing))}")
    return rows


def _chassis(client: OvsdbClient) -> list[_Row]:
    encapsulations = _by_uuid(client.select("Encap", ["_uuid", "type", "ip", "options"]))
    has_private = "Chassis_Private" in client.schema.tables
    columns = ["name", "nb_cfg", "nb_cfg_timestamp", "external_ids"]
    private = {row["name"]: row for row in client.select("Chassis_Private", columns)}
    columns = ["_uuid", "name", "hostname", "encaps", "nb_cfg", "transport_zones", "other_config", "external_ids"]
    rows = []
    for row in client.select("Chassis", columns):
        # Before OVN 20.09 ovn-controller wrote all that into external_ids, and the counter into Chassis.
        settings = {**row["external_ids"], **(row["other_config"] or {})}
        counters = private.get(row["name"], {}) if has_private else row
        rows.append(
            {
                "name": row["name"],
                "uuid": row["_uuid"],
                "hostname": row["hostname"],
                "encapsulations": sorted(
                    (
                        {
                            "type": encapsulation["type"],
                            "address": encapsulation["ip"],
                            "options": encapsulation["options"],
                        }
                        for encapsulation in (encapsulations[uuid] for uuid in row["encaps"] if uuid in encapsulations)
                    ),
                    key=lambda encapsulation: (encapsulation["type"], encapsulation["address"]),
                ),
                "bridge_mappings": dict(
                    mapping.split(":", 1)
                    for mapping in settings.get("ovn-bridge-mappings", "").split(",")
                    if ":" in mapping
                ),
                "can_be_gateway": _GATEWAY_OPTION in settings.get("ovn-cms-options", "").split(","),
                "transport_zones": row["transport_zones"],
                "nb_cfg": counters.get("nb_cfg"),
                "nb_cfg_timestamp_milliseconds": counters.get("nb_cfg_timestamp") or None,
                "other_config": row["other_config"],
                "external_ids": row["external_ids"],
                "private_external_ids": private.get(row["name"], {}).get("external_ids", {}),
            }
        )
    return sorted(rows, key=lambda row: row["name"])


def _bindings(datapaths: _Datapaths) -> list[_Row]:
    names = _chassis_names(datapaths.client)
    columns = {
        "_uuid": "uuid",
        "logical_port": "name",
        "type": "type",
        "tunnel_key": "tunnel_key",
        "chassis": "chassis",
        "additional_chassis": "additional_chassis",
        "requested_chassis": "requested_chassis",
        "up": "up",
        "mac": "addresses",
        "port_security": "port_security",
        "nat_addresses": "nat_addresses",
        "parent_port": "parent",
        "virtual_parent": "virtual_parent",
        "tag": "tag",
        "options": "options",
        "external_ids": "external_ids",
    }
    rows = []
    for found in datapaths.rows("Port_Binding", list(columns)):
        row = {name: found[column] for column, name in columns.items()}
        row["datapath"] = found["datapath"]
        row["chassis"] = names.get(row["chassis"])
        row["requested_chassis"] = names.get(row["requested_chassis"])
        row["additional_chassis"] = sorted(names[uuid] for uuid in row["additional_chassis"] or () if uuid in names)
        rows.append(row)
    return sorted(rows, key=lambda row: (row["datapath"], row["name"]))


def _gateways(datapaths: _Datapaths) -> list[_Row]:
    client = datapaths.client
    names = _chassis_names(client)
    candidates = {
        row["_uuid"]: {
            "chassis": names.get(row["chassis"]) or row["external_ids"].get("chassis-name", ""),
            "priority": row["priority"],
        }
        for row in client.select("HA_Chassis", ["_uuid", "chassis", "priority", "external_ids"])
    }
    groups = _by_uuid(client.select("HA_Chassis_Group", ["_uuid", "ha_chassis"]))
    columns = ["logical_port", "chassis", "options", "ha_chassis_group"]
    is_gateway = client.schema.condition("Port_Binding", "type", "==", "chassisredirect")
    rows = []
    for row in datapaths.rows("Port_Binding", columns, [is_gateway]):
        group = groups.get(row["ha_chassis_group"], {"ha_chassis": []})
        ordered = by_priority(candidates[uuid] for uuid in group["ha_chassis"] if uuid in candidates)
        rows.append(
            {
                "name": row["logical_port"],
                "router": row["datapath"],
                "router_port": row["options"].get("distributed-port"),
                "chassis": names.get(row["chassis"]),
                "candidates": [{**each, "exists": each["chassis"] in names.values()} for each in ordered],
            }
        )
    return sorted(rows, key=lambda row: row["name"])


def _flows(datapaths: _Datapaths) -> list[_Row]:
    client = datapaths.client
    groups = {row["_uuid"]: row["datapaths"] for row in client.select("Logical_DP_Group", ["_uuid", "datapaths"])}
    rows = []
    for found in client.select_any("Logical_Flow", _FLOW_COLUMNS, _flow_conditions(datapaths, groups)):
        one = found["logical_datapath"]
        for uuid in [one] if one else groups.get(found["logical_dp_group"], ()):
            if uuid in datapaths.names:
                rows.append(_flow(found, datapaths.names[uuid]))
    return sorted(rows, key=_flow_order)


_FLOW_COLUMNS = [
    "_uuid",
    "logical_datapath",
    "logical_dp_group",
    "pipeline",
    "table_id",
    "priority",
    "match",
    "actions",
    "external_ids",
]


def _flow_conditions(datapaths: _Datapaths, groups: dict[str, list[str]]) -> list[list[Any]]:
    """Which flows are those of the datapaths: their own ones, and those of each group that has one of them."""
    if not datapaths.limited:
        return [[]]
    table = "Logical_Flow"
    condition = datapaths.client.schema.condition
    own = [[condition(table, "logical_datapath", "==", uuid)] for uuid in datapaths.names]
    shared = [uuid for uuid, members in groups.items() if not datapaths.names.keys().isdisjoint(members)]
    return own + [[condition(table, "logical_dp_group", "==", uuid)] for uuid in shared]


def _flow(found: _Row, datapath: str) -> _Row:
    ids = found["external_ids"]
    return {
        "datapath": datapath,
        "pipeline": found["pipeline"],
        "table": found["table_id"],
        "stage": ids.get("stage-name", ""),
        "priority": found["priority"],
        "match": found["match"],
        "actions": found["actions"],
        "uuid": found["_uuid"],
        # ovn-controller gives the flows that it makes of this one these bits of its UUID.
        "cookie": int(found["_uuid"][:8], 16),
        "source": ids.get("source"),
        "hint": ids.get("stage-hint"),
    }


def _flow_order(row: _Row) -> tuple[Any, ...]:
    return (
        row["datapath"],
        row["pipeline"] != "ingress",
        row["table"],
        -row["priority"],
        row["match"],
        row["actions"],
        row["uuid"],
    )


def _mac_bindings(datapaths: _Datapaths) -> list[_Row]:
    rows = []
    for table, is_static in (("MAC_Binding", False), ("Static_MAC_Binding", True)):
        for row in datapaths.rows(table, ["logical_port", "ip", "mac", "timestamp"]):
            rows.append(
                {
                    "datapath": row["datapath"],
                    "logical_port": row["logical_port"],
                    "address": row["ip"],
                    "mac": row["mac"].lower(),
                    "static": is_static,
                    "timestamp_milliseconds": row["timestamp"] or None,
                }
            )
    return sorted(rows, key=lambda row: (row["datapath"], row["logical_port"], row["address"], row["static"]))


# Part, key of the document, and what reads it.
_READERS = (
    ("bindings", "port_bindings", _bindings),
    ("gateways", "gateways", _gateways),
    ("flows", "logical_flows", _flows),
    ("mac_bindings", "mac_bindings", _mac_bindings),
)


def _chassis_names(client: OvsdbClient) -> dict[str | None, str]:
    return {row["_uuid"]: row["name"] for row in client.select("Chassis", ["_uuid", "name"])}


def _by_uuid(rows: Iterable[_Row]) -> dict[str, _Row]:
    return {row["_uuid"]: row for row in rows}
