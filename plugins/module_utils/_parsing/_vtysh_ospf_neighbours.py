# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Neighbours of OSPF: ``show ip ospf neighbor`` of OpenSwitch, and ``show ip ospf neighbor json`` of FRR."""

from __future__ import annotations

import re
from typing import Any, Dict

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import _vtysh_json
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError

Row = Dict[str, Any]

_HEADER = ["Neighbor", "ID", "Pri", "State", "Dead", "Time", "Address", "Interface"]
_NEIGHBOUR = re.compile(
    r"\s*(?P<router_id>[\d.]+)\s+(?P<priority>\d+)\s+(?P<state>[^\s/]+)(?:/(?P<role>\S+))?\s+(?P<dead_time>\S+)\s+"
    r"(?P<address>[\d.]+)\s+(?P<interface>\S+)\s+\d+\s+\d+\s+\d+\s*$"
)
_SECONDS = re.compile(r"(?P<seconds>\d+(\.\d+)?)s?$")


def parse_neighbours(text: str, command: str = "show ip ospf neighbor") -> list[Row]:
    """Neighbours of OpenSwitch, none for an empty output.

    A neighbour has ``router_id``, ``address``, ``interface``, ``state``, ``role`` (``DR``, ``Backup`` or ``DROther``),
    ``priority`` and ``dead_seconds``, which it has left. Raises ParseError without the header and for a line that is no
    neighbour.
    """
    lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip(" -\r")]
    if lines and lines[0][1].split()[: len(_HEADER)] != _HEADER:
        raise ParseError(command, lines[0][0], lines[0][1], "expected the header with Neighbor ID and State")
    neighbours = []
    for number, line in lines[1:]:
        found = _NEIGHBOUR.match(line)
        seconds = _SECONDS.match(found["dead_time"]) if found else None
        if not found or not seconds:
            raise ParseError(command, number, line, "expected a neighbour of OSPF")
        neighbours.append(
            {
                "router_id": found["router_id"],
                "address": found["address"],
                "interface": found["interface"].partition(":")[0],
                "state": found["state"],
                "role": found["role"],
                "priority": int(found["priority"]),
                "dead_seconds": float(seconds["seconds"]),
            }
        )
    return neighbours


def parse_neighbours_json(text: str, command: str = "show ip ospf neighbor json") -> list[Row]:
    """Neighbours of FRR, in the form of ``parse_neighbours``. Raises ParseError for what is not FRR's JSON."""
    printed = _vtysh_json.parse(text, command)
    with _vtysh_json.fields(command):
        neighbours = []
        for router_id, adjacencies in printed.get("neighbors", {}).items():
            for adjacency in adjacencies:
                # Printed as "1:192.168.101.1", with the switch's own address on it, and as "Full/DR".
                state, _slash, role = adjacency["nbrState"].partition("/")
                neighbours.append(
                    {
                        "router_id": router_id,
                        "address": adjacency["ifaceAddress"],
                        "interface": adjacency["ifaceName"].partition(":")[0],
                        "state": state,
                        "role": role or None,
                        "priority": adjacency["nbrPriority"],
                        "dead_seconds": adjacency["routerDeadIntervalTimerDueMsec"] / 1000,
                    }
                )
        return neighbours
