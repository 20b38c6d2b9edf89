# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""``show lldp neighbor-info`` of OpenSwitch."""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError

_COUNTED = re.compile(r"Total neighbor entries( deleted| dropped| aged-out)?\s*:\s*\d+\s*$")
_HEADER = re.compile(r"Local Port\s+Neighbor Chassis-ID\s+Neighbor Port-ID\s+TTL\s*$")
_ROW = re.compile(r"\s*(?P<port>\S+)(?:\s+(?P<chassis>\S+)\s+(?P<neighbour>\S+)\s+(?P<ttl>\d+))?\s*$")


def parse_neighbours(text: str, command: str = "show lldp neighbor-info") -> list[dict[str, Any]]:
    """``{"port", "chassis_id", "port_id", "ttl_seconds"}`` of each port that has a neighbour.

    Raises ParseError without the header and for a line that is no port.
    """
    lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip(" -\r")]
    begin = next((index for index, (_number, line) in enumerate(lines) if _HEADER.match(line)), None)
    if begin is None:
        raise ParseError(command, 0, "", "expected the header with Local Port and Neighbor Chassis-ID")
    for number, line in lines[:begin]:
        if not _COUNTED.match(line):
            raise ParseError(command, number, line, "expected a number of entries")
    neighbours = []
    for number, line in lines[begin + 1 :]:
        found = _ROW.match(line)
        if not found:
            raise ParseError(command, number, line, "expected a port, with its neighbour if it has one")
        if found["chassis"]:
            neighbours.append(
                {
                    "port": found["port"],
                    "chassis_id": found["chassis"],
                    "port_id": found["neighbour"],
                    "ttl_seconds": int(found["ttl"]),
                }
            )
    return neighbours
