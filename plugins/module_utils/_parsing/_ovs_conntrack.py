# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Connections of ``ovs-appctl dpctl/dump-conntrack`` (ct_dpif_format_entry() of lib/ct-dpif.c of Open vSwitch)."""

from __future__ import annotations

from typing import Any

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ovs_text import scalar, split_item, split_list

_NAMES = {
    "orig": "original",
    "src": "source",
    "dst": "destination",
    "sport": "source_port",
    "dport": "destination_port",
    "id": "identifier",
}


def parse_connections(text: str, command: str = "ovs-appctl dpctl/dump-conntrack") -> list[dict[str, Any]]:
    """Connections in the order of the dump:

    * ``protocol``, and ``state`` of TCP and SCTP, else None;
    * ``original`` and ``reply``: ``source``, ``destination`` and, by protocol, ``source_port`` and
      ``destination_port``, or ``identifier``, ``type`` and ``code`` of ICMP;
    * ``zone``, ``mark`` and ``labels``, which are 0 unless they are printed;
    * what else is printed, such as ``timeout`` (seconds).

    Raises ParseError for a line that is no connection with both of its directions.
    """
    connections = []
    for line_number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            try:
                connections.append(_connection(line.strip()))
            except ValueError as error:
                raise ParseError(command, line_number, line, str(error)) from error
    return connections


def _connection(line: str) -> dict[str, Any]:
    protocol, *items = split_list(line)
    connection = {"protocol": protocol, "state": None, "zone": 0, "mark": 0, "labels": 0, **_named(items)}
    for direction in ("original", "reply"):
        if not {"source", "destination"} <= set(connection.get(direction, ())):
            raise ValueError(f"it has no {direction} direction with both addresses")
    connection.update(connection.pop("protoinfo", {}))
    return connection


def _named(items: list[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for item in items:
        name, assigned, _inside, _target = split_item(item)
        if not assigned:
            raise ValueError(f"{item} has no value")
        is_list = assigned.startswith("(") and assigned.endswith(")")
        values[_NAMES.get(name, name)] = _named(split_list(assigned[1:-1])) if is_list else scalar(assigned)
    return values
