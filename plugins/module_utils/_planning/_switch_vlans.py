# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""VLANs of a switch as ports of one bridge of Open vSwitch: from the rows that are there to a transaction.

Tables and columns are those of ovs-vswitchd.conf.db(5). Only ports with the lab's mark are changed or removed.
"""

from __future__ import annotations

from typing import Any, Dict, Iterable, Iterator, Mapping, NamedTuple

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ovsdb import Schema

# The name that OpenSwitch has for it.
BRIDGE = "bridge_normal"

# What the rows of each table are read with.
COLUMNS = {
    "Open_vSwitch": ("_uuid",),
    "Bridge": ("_uuid", "name", "datapath_type", "ports", "external_ids"),
    "Port": ("_uuid", "name", "tag", "trunks", "vlan_mode", "interfaces", "external_ids"),
    "Interface": ("_uuid", "name", "type", "ofport_request", "external_ids"),
}

# In external_ids, the second of interfaces.
_LAB = "packetwalk_lab"
INDEX = "packetwalk_index"

# OpenFlow numbers of the interfaces of VLANs are above those of all ports.
_FIRST_NUMBER = 10000

_Row = Dict[str, Any]
Operation = Dict[str, Any]


class Port(NamedTuple):
    """A port of the bridge.

    * ``tag``, ``trunks``, ``vlan_mode``: its VLANs.
    * ``type``: ``internal``, or empty for a device that is there already.
    * ``device_index``: of that device. Open vSwitch keeps the one that it opened, and takes no other of that name.
    * ``number``: the one in OpenFlow. Of a port of the switch it is the number that is its name.
    """

    tag: int | None
    type: str
    device_index: str | None
    number: int | None
    trunks: tuple[int, ...] = ()
    vlan_mode: str | None = None


Ports = Dict[str, Port]


class Present(NamedTuple):
    """What is there.

    * ``root``: UUID of the row of the switch itself.
    * ``bridge``: its row, None without it.
    * ``owned``: ports with the lab's mark in the bridge, by name, and ``uuids`` of their rows.
    * ``others``: the bridge that each other port is in, by its name.
    """

    root: str
    bridge: _Row | None
    owned: Ports
    uuids: dict[str, str]
    others: dict[str, str]


NOTHING = Present("", None, {}, {}, {})


def interface_of(vlan: int) -> str:
    """The interface by which a switch itself is in a VLAN."""
    return f"vlan{vlan}"


def wanted(vlans: Iterable[Mapping[str, Any]], indexes: Mapping[str, int]) -> Ports:
    """The ports of the bridge; none without VLANs. ``indexes`` are those of devices; all are there."""
    ports: Ports = {}
    for vlan in vlans:
        number = _FIRST_NUMBER + vlan["id"]
        ports[interface_of(vlan["id"])] = Port(vlan["id"], "internal", None, number)
        for name in vlan["interfaces"]:
            ports[name] = Port(vlan["id"], "", str(indexes[name]), int(name) if name.isdigit() else None)
    # Each bridge has a port of its own name.
    return {**ports, BRIDGE: Port(None, "internal", None, None)} if ports else {}


def present(lab: str, rows: Mapping[str, list[_Row]]) -> Present:
    """What is there, from the rows of each table of ``COLUMNS``."""
    interfaces = {row["_uuid"]: row for row in rows["Interface"]}
    ports = {row["_uuid"]: row for row in rows["Port"]}
    holders = {uuid: bridge["name"] for bridge in rows["Bridge"] for uuid in bridge["ports"]}
    owned = {
        uuid: row for uuid, row in ports.items() if holders.get(uuid) == BRIDGE and row["external_ids"].get(_LAB) == lab
    }
    return Present(
        root=rows["Open_vSwitch"][0]["_uuid"],
        bridge=next((row for row in rows["Bridge"] if row["name"] == BRIDGE), None),
        owned={row["name"]: _port(row, interfaces) for row in owned.values()},
        uuids={row["name"]: uuid for uuid, row in owned.items()},
        others={row["name"]: holders[uuid] for uuid, row in ports.items() if uuid in holders and uuid not in owned},
    )


def _port(row: _Row, interfaces: Mapping[str, _Row]) -> Port:
    (interface,) = (interfaces[uuid] for uuid in row["interfaces"][:1])
    return Port(
        tag=row["tag"],
        type=interface["type"],
        device_index=interface["external_ids"].get(INDEX),
        number=interface["ofport_request"],
        trunks=tuple(row["trunks"]),
        vlan_mode=row["vlan_mode"],
    )


def refusals(lab: str, ports: Ports, there: Present) -> Iterator[str]:
    """Yield, as one sentence each, why the ports cannot be had without touching what is not the lab's."""
    if there.bridge is not None and there.bridge["external_ids"].get(_LAB) != lab:
        if ports:
            yield f"There is a bridge {BRIDGE} that is not of lab {lab}: remove it."
        return
    for name, bridge in sorted(there.others.items()):
        if name in ports:
            yield f"Port {name} is in bridge {bridge} and not of lab {lab}: take it out."
        elif bridge == BRIDGE and not ports:
            yield f"Bridge {BRIDGE} has the port {name}, which is not of lab {lab} and would go with it: take it out."


def is_as_wanted(lab: str, datapath_type: str, ports: Ports, there: Present) -> bool:
    """Whether nothing has to be done."""
    if there.bridge is None or there.bridge["external_ids"].get(_LAB) != lab:
        return not ports
    return (datapath_type, ports) == (there.bridge["datapath_type"], there.owned)


def lasting(ports: Ports, there: Present) -> Ports:
    """Those without the ports whose interface has to go first: another device has its name now, or its kind differs."""
    return {name: port for name, port in ports.items() if name not in there.owned or _is_same(port, there.owned[name])}


def _is_same(one: Port, other: Port) -> bool:
    return (one.type, one.device_index, one.number) == (other.type, other.device_index, other.number)


def operations(schema: Schema, lab: str, datapath_type: str, ports: Ports, there: Present) -> list[Operation]:
    """The transaction after which these are the lab's ports of the bridge, or there is no bridge without any."""
    if not ports:
        return [_mutate(schema, "Open_vSwitch", there.root, "bridges", "delete", [_uuid(there)])]
    new = sorted(set(ports) - set(there.owned))
    found = [each for number, name in enumerate(new) for each in _inserted(schema, lab, number, name, ports[name])]
    names = [f"port{number}" for number in range(len(new))]
    if there.bridge is None:
        row = {"name": BRIDGE, "datapath_type": datapath_type, "ports": names, "external_ids": {_LAB: lab}}
        found.append(_insert(schema, "Bridge", "bridge", row))
        return [*found, _mutate(schema, "Open_vSwitch", there.root, "bridges", "insert", ["bridge"])]
    if there.bridge["datapath_type"] != datapath_type:
        found.append(_update(schema, "Bridge", _uuid(there), {"datapath_type": datapath_type}))
    for name in sorted(set(ports) & set(there.owned)):
        if ports[name] != there.owned[name]:
            columns = {"tag": ports[name].tag, "trunks": list(ports[name].trunks), "vlan_mode": ports[name].vlan_mode}
            found.append(_update(schema, "Port", there.uuids[name], columns))
    gone = [there.uuids[name] for name in sorted(set(there.owned) - set(ports))]
    for mutator, uuids in (("insert", names), ("delete", gone)):
        if uuids:
            found.append(_mutate(schema, "Bridge", _uuid(there), "ports", mutator, uuids))
    return found


def text(datapath_type: str, ports: Ports) -> str:
    """The ports for people; nothing without any."""
    lines = [f"{BRIDGE}: {datapath_type}", *(f"  {name}: {_described(port)}" for name, port in sorted(ports.items()))]
    return "".join(f"{line}\n" for line in lines) if ports else ""


def _described(port: Port) -> str:
    parts = {
        "VLAN": port.tag,
        "trunks": ", ".join(map(str, port.trunks)),
        "vlan_mode": port.vlan_mode,
        "type": port.type,
        "index": port.device_index,
    }
    return ", ".join(f"{what} {value}" for what, value in parts.items() if value)


def _uuid(there: Present) -> str:
    return str(there.bridge["_uuid"]) if there.bridge else ""


def _inserted(schema: Schema, lab: str, number: int, name: str, port: Port) -> Iterator[Operation]:
    index = {INDEX: port.device_index} if port.device_index else {}
    interface = {"name": name, "type": port.type, "ofport_request": port.number, "external_ids": index}
    yield _insert(schema, "Interface", f"interface{number}", interface)
    row = {"name": name, "tag": port.tag, "interfaces": [f"interface{number}"], "external_ids": {_LAB: lab}}
    yield _insert(schema, "Port", f"port{number}", row)


def _insert(schema: Schema, table: str, name: str, row: _Row) -> Operation:
    return {"op": "insert", "table": table, "uuid-name": name, "row": schema.encode_row(table, row)}


def _update(schema: Schema, table: str, uuid: str, row: _Row) -> Operation:
    return {"op": "update", "table": table, "where": _itself(schema, table, uuid), "row": schema.encode_row(table, row)}


def _mutate(schema: Schema, table: str, uuid: str, column: str, mutator: str, uuids: list[str]) -> Operation:
    given = schema.encode_row(table, {column: uuids})[column]
    return {
        "op": "mutate",
        "table": table,
        "where": _itself(schema, table, uuid),
        "mutations": [[column, mutator, given]],
    }


def _itself(schema: Schema, table: str, uuid: str) -> list[Any]:
    return [schema.condition(table, "_uuid", "==", uuid)]
