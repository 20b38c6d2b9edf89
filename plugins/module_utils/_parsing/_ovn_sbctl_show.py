# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""``ovn-sbctl show``."""

from __future__ import annotations

from typing import Any

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ovsdb_show import Row, parse_rows


def parse_show(text: str, command: str = "ovn-sbctl show") -> list[dict[str, Any]]:
    """Chassis as ``{"name", "hostname", "encaps", "port_bindings"}``, in the order they are printed.

    An encapsulation is ``{"type", "ip", "options"}``, a port binding the name of a logical port that is here, and null
    a hostname that nobody gave. Raises ParseError for a line that is none of them or a chassis that has nothing (cut).
    """
    lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    return [_chassis(row, command) for row in parse_rows(lines, command)]


def _chassis(row: Row, command: str) -> dict[str, Any]:
    for below in row.rows:
        if below.table not in ("Encap", "Port_Binding") or (below.table == "Encap" and "ip" not in below.columns):
            raise ParseError(command, below.line_number, below.line, "expected an encapsulation or a port binding")
    if row.table != "Chassis" or not (row.columns or row.rows):
        raise ParseError(command, row.line_number, row.line, "expected a chassis with a hostname or an encapsulation")
    return {
        "name": row.name,
        "hostname": None,
        **{column: str(value) for column, value in row.columns.items()},
        "encaps": [
            {"type": below.name, "options": {}, **below.columns} for below in row.rows if below.table == "Encap"
        ],
        "port_bindings": [below.name for below in row.rows if below.table == "Port_Binding"],
    }
