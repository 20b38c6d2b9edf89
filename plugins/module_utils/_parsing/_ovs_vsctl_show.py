# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""``ovs-vsctl show``."""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ovsdb_show import Row, parse_rows

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$")


def parse_show(text: str, command: str = "ovs-vsctl show") -> dict[str, Any]:
    """``{"uuid", "ovs_version", "managers", "bridges"}``, each with the columns that are printed (others are absent).

    A bridge is ``{"name", "controllers", "ports"}``, a port ``{"name", "interfaces"}``, an interface has its name and
    its type, "" for a system interface; managers and controllers have a ``target``. Bridges, ports and interfaces are
    in no order. Raises ParseError for a line that is none of them.
    """
    lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if not lines or not _UUID.match(lines[0][1].strip()):
        raise ParseError(command, 0, "", "expected the UUID of the Open_vSwitch row")
    # What is below the UUID is one row to the parser, which names rows by their table.
    rows = parse_rows([(lines[0][0], "Open_vSwitch"), *lines[1:]], command)
    if len(rows) > 1:
        raise ParseError(command, rows[1].line_number, rows[1].line, "expected a row below the Open_vSwitch row")
    below = _by_table(rows[0], ("Manager", "Bridge"), command)
    return {
        "uuid": lines[0][1].strip(),
        "ovs_version": None,
        **rows[0].columns,
        "managers": [{"target": row.name, **row.columns} for row in below["Manager"]],
        "bridges": [_bridge(row, command) for row in below["Bridge"]],
    }


def _bridge(row: Row, command: str) -> dict[str, Any]:
    below = _by_table(row, ("Controller", "Port"), command)
    return {
        "name": row.name,
        **row.columns,
        "controllers": [{"target": controller.name, **controller.columns} for controller in below["Controller"]],
        "ports": [_port(port, command) for port in below["Port"]],
    }


def _port(row: Row, command: str) -> dict[str, Any]:
    interfaces = _by_table(row, ("Interface",), command)["Interface"]
    if not interfaces:
        raise ParseError(command, row.line_number, row.line, "expected an interface of the port below it")
    return {
        "name": row.name,
        **row.columns,
        "interfaces": [{"name": interface.name, "type": "", **interface.columns} for interface in interfaces],
    }


def _by_table(row: Row, tables: tuple[str, ...], command: str) -> dict[str, list[Row]]:
    for below in row.rows:
        if below.table not in tables:
            raise ParseError(command, below.line_number, below.line, f"expected {' or '.join(tables)}")
    return {table: [below for below in row.rows if below.table == table] for table in tables}
