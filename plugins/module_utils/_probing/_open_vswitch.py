# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Read one Open vSwitch: its database (ovs-vswitchd.conf.db(5)), and what ovs-vswitchd holds besides."""

from __future__ import annotations

import os
import re
import subprocess
from typing import Any, Callable, Collection, Dict, Iterable, List, Mapping, Sequence

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import _datapath_flow, _openflow, _ovs_conntrack
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ovsdb import OvsdbError
from ansible_collections.packetwalk.labs.plugins.module_utils._probing import _tools
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._ovsdb_client import OvsdbClient

PARTS = ("bridges", "openflow", "openflow_cookies", "datapath_flows", "conntrack")

_Row = Dict[str, Any]
_Parser = Callable[[str, str], List[_Row]]

_COLUMNS: dict[str, dict[str, str]] = {
    "Bridge": {
        "name": "name",
        "datapath_type": "datapath_type",
        "datapath_id": "datapath_id",
        "fail_mode": "fail_mode",
        "protocols": "protocols",
        "controller": "controllers",
        "ports": "ports",
        "other_config": "other_config",
        "external_ids": "external_ids",
    },
    "Controller": {"target": "target", "is_connected": "connected", "role": "role"},
    "Port": {
        "name": "name",
        "tag": "tag",
        "trunks": "trunks",
        "vlan_mode": "vlan_mode",
        "bond_mode": "bond_mode",
        "interfaces": "interfaces",
        "other_config": "other_config",
        "external_ids": "external_ids",
    },
    "Interface": {
        "name": "name",
        "type": "type",
        "ofport": "number",
        "mac_in_use": "mac",
        "mtu": "mtu_bytes",
        "admin_state": "admin_state",
        "link_state": "link_state",
        "error": "error",
        "options": "options",
        "status": "status",
        "bfd": "bfd",
        "bfd_status": "bfd_status",
        "other_config": "other_config",
        "external_ids": "external_ids",
    },
}
_TUNNELS = {"bareudp", "erspan", "geneve", "gre", "gtpu", "ip6erspan", "ip6gre", "lisp", "srv6", "stt", "vxlan"}
_NUMBER = re.compile(r"(?:0[xX][0-9a-fA-F]+|[0-9]+)(?P<mask>/(?:0[xX][0-9a-fA-F]+|[0-9]+|-1))?$")


def read(
    run_directory: str,
    parts: Collection[str],
    names: Sequence[str],
    filters: Mapping[str, str | int | None],
    timeout_seconds: float,
) -> tuple[_Row, list[str]]:
    """``ovs`` of the document (docs/state.md) and, in one sentence each, what could not be read.

    * ``run_directory``: where the sockets of ovsdb-server and ovs-vswitchd are.
    * ``parts``: those of ``PARTS`` that are wanted.
    * ``names``: of the bridges that are wanted; none means all.
    * ``filters``: ``table``, ``cookie`` and ``metadata`` of the OpenFlow flows that are wanted.

    Raises OvsdbError, also for a bridge that there is not and a filter that is none, and ParseError.
    """
    wanted = _filter(filters)
    with OvsdbClient(f"unix:{run_directory}/db.sock", "Open_vSwitch", timeout_seconds=timeout_seconds) as client:
        document, bridges = _described(client, names)
    document["namespace_inode"] = _namespace_inode(run_directory)
    tools = _Tools(run_directory, timeout_seconds)
    if "bridges" in parts:
        document["bridges"] = bridges
        document["tunnels"] = _tunnels(bridges)
    for part, key, parse in _OF_BRIDGES:
        if part in parts:
            document[part] = [
                {"bridge": bridge["name"], **tools.of_bridge(bridge, wanted, key, parse)} for bridge in bridges
            ]
    for part, key, command, parse in _OF_DATAPATHS:
        if part in parts:
            document.update(tools.of_datapaths(part, key, command, parse))
    return document, _unread(document)


_OF_BRIDGES: tuple[tuple[str, str, _Parser], ...] = (
    ("openflow", "flows", _openflow.parse_flows),
    ("openflow_cookies", "tables", _openflow.parse_cookies),
)
_OF_DATAPATHS: tuple[tuple[str, str, str, _Parser], ...] = (
    ("datapath_flows", "flows", "dpctl/dump-flows", _datapath_flow.parse_flows),
    ("conntrack", "connections", "dpctl/dump-conntrack", _ovs_conntrack.parse_connections),
)


def _namespace_inode(run_directory: str) -> int | None:
    """Of the network namespace of ovs-vswitchd, which is where its ports are."""
    try:
        with open(os.path.join(run_directory, "ovs-vswitchd.pid"), encoding="ascii") as file:
            return os.stat(f"/proc/{int(file.read())}/ns/net").st_ino
    except (OSError, ValueError):
        return None


def _described(client: OvsdbClient, names: Sequence[str]) -> tuple[_Row, list[_Row]]:
    columns = ["ovs_version", "db_version", "external_ids", "other_config"]
    found = client.select("Open_vSwitch", columns)
    if len(found) != 1:
        raise OvsdbError("Open_vSwitch has no row, so ovs-vswitchd never used this database")
    rows = {
        table: {
            row["_uuid"]: {"uuid": row["_uuid"], **{name: row[column] for column, name in names_of.items()}}
            for row in client.select(table, ["_uuid", *names_of])
        }
        for table, names_of in _COLUMNS.items()
    }
    bridges = [_bridge(row, rows) for row in rows["Bridge"].values() if not names or row["name"] in names]
    missing = set(names) - {bridge["name"] for bridge in bridges}
    if missing:
        raise OvsdbError(f"there is no bridge {', '.join(sorted(missing))}")
    document = {
        "version": found[0]["ovs_version"],
        "database_version": found[0]["db_version"],
        "system_id": found[0]["external_ids"].get("system-id"),
        "external_ids": found[0]["external_ids"],
        "other_config": found[0]["other_config"],
    }
    return document, sorted(bridges, key=_name)


def _bridge(row: _Row, rows: dict[str, dict[str, _Row]]) -> _Row:
    controllers = [rows["Controller"][uuid] for uuid in row["controllers"] if uuid in rows["Controller"]]
    return {
        **row,
        "datapath_type": row["datapath_type"] or "system",
        "controllers": sorted(
            ({key: controller[key] for key in ("target", "connected", "role")} for controller in controllers),
            key=lambda controller: controller["target"],
        ),
        "ports": _by_name(_port(rows["Port"][uuid], rows) for uuid in row["ports"] if uuid in rows["Port"]),
    }


def _port(row: _Row, rows: dict[str, dict[str, _Row]]) -> _Row:
    interfaces = (rows["Interface"][uuid] for uuid in row["interfaces"] if uuid in rows["Interface"])
    return {**row, "interfaces": _by_name(_interface(interface) for interface in interfaces)}


def _interface(row: _Row) -> _Row:
    status = row["bfd_status"]
    enabled = row["bfd"].get("enable") == "true"
    bfd = None
    if enabled or status:
        bfd = {
            "enabled": enabled,
            "state": status.get("state"),
            "remote_state": status.get("remote_state"),
            "forwarding": status["forwarding"] == "true" if "forwarding" in status else None,
            "diagnostic": status.get("diagnostic"),
            "remote_diagnostic": status.get("remote_diagnostic"),
            "flap_count": int(status["flap_count"]) if "flap_count" in status else None,
        }
    kept = {key: value for key, value in row.items() if key != "bfd_status"}
    # -1 is what a port has that could not be made.
    number = None if row["number"] == -1 else row["number"]
    return {**kept, "type": row["type"] or "system", "number": number, "bfd": bfd}


def _tunnels(bridges: Iterable[_Row]) -> list[_Row]:
    rows = [
        {
            "bridge": bridge["name"],
            "name": interface["name"],
            "type": interface["type"],
            "local": interface["options"].get("local_ip"),
            "remote": interface["options"].get("remote_ip"),
            "key": interface["options"].get("key"),
            "egress": interface["status"].get("tunnel_egress_iface"),
            "bfd": interface["bfd"],
            "error": interface["error"],
        }
        for bridge in bridges
        for port in bridge["ports"]
        for interface in port["interfaces"]
        if interface["type"] in _TUNNELS
    ]
    return sorted(rows, key=lambda row: (row["bridge"], row["name"]))


class _Tools:
    """The commands that ask ovs-vswitchd."""

    def __init__(self, run_directory: str, timeout_seconds: float) -> None:
        self._environment = {**os.environ, "LC_ALL": "C", "OVS_RUNDIR": run_directory}
        self._timeout_seconds = timeout_seconds

    def of_bridge(self, bridge: _Row, wanted: str, key: str, parse: _Parser) -> _Row:
        """``key`` of a bridge, which is made of its flows, or null and the reason."""
        # By default it speaks OpenFlow 1.0, which the bridge may not be allowed to.
        versions = ["-O", ",".join(bridge["protocols"])] if bridge["protocols"] else []
        command = ["ovs-ofctl", *versions, "--no-names", "dump-flows", bridge["name"], *([wanted] if wanted else [])]
        return self._rows(key, command, parse)

    def of_datapaths(self, part: str, key: str, command: str, parse: _Parser) -> _Row:
        """Rows of each datapath, or null and the reason. ``ovs-dpctl`` would see those of the kernel only."""
        try:
            datapaths = self._output(["ovs-appctl", "dpctl/dump-dps"]).split()
        except _Unread as reason:
            return {part: None, f"{part}_reason": str(reason)}
        return {
            part: [
                {"datapath": name, **self._rows(key, ["ovs-appctl", command, name], parse)}
                for name in sorted(datapaths)
            ]
        }

    def _rows(self, key: str, command: Sequence[str], parse: _Parser) -> _Row:
        try:
            return {key: parse(self._output(command), " ".join(command))}
        except (_Unread, ParseError) as reason:
            return {key: None, f"{key}_reason": str(reason)}

    def _output(self, command: Sequence[str]) -> str:
        name, *arguments = command
        path = _tools.find(name)
        if path is None:
            raise _Unread(f"there is no {name} here")
        try:
            finished = subprocess.run(
                [path, "-vconsole:off", *arguments],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=self._timeout_seconds,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise _Unread(f"{' '.join(command)} did not end in {self._timeout_seconds:g} seconds") from error
        except OSError as error:
            raise _Unread(f"{path}: {error.strerror}") from error
        if finished.returncode:
            said = finished.stderr.decode(errors="replace").strip().splitlines()
            raise _Unread(f"{' '.join(command)}: {said[0] if said else f'exit status {finished.returncode}'}")
        return finished.stdout.decode(errors="replace")


class _Unread(Exception):
    """A command that gave nothing; the text is the reason."""


def _filter(filters: Mapping[str, str | int | None]) -> str:
    """Filters as ovs-ofctl takes them. Raises OvsdbError."""
    parts = []
    for name, value in filters.items():
        if value is None:
            continue
        found = _NUMBER.match(str(value))
        if not found or (name == "table" and found["mask"]):
            raise OvsdbError(f"{name} {value} is no number{'' if name == 'table' else ' with or without a mask'}")
        # ovs-ofctl takes a cookie only with a mask; this one is that of all bits.
        parts.append(f"{name}={value}" + ("/-1" if name == "cookie" and not found["mask"] else ""))
    return ",".join(parts)


def _unread(document: _Row) -> list[str]:
    parts = [("", document)]
    for part, _key, _parse in _OF_BRIDGES:
        parts += [(f" of {row['bridge']}", row) for row in document.get(part, ())]
    for part, _key, _command, _parse in _OF_DATAPATHS:
        parts += [(f" of {row['datapath']}", row) for row in document.get(part) or ()]
    return [
        f"{key[: -len('_reason')].replace('_', ' ').capitalize()}{of} could not be read: {row[key]}."
        for of, row in parts
        for key in sorted(row)
        if key.endswith("_reason")
    ]


def _by_name(rows: Iterable[_Row]) -> list[_Row]:
    return sorted(rows, key=_name)


def _name(row: _Row) -> str:
    name: str = row["name"]
    return name
