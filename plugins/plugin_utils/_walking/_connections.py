# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Captured packets by the connection that they begin, wherever it was changed on its way.

A TCP connection is known again by its sequence number, which no translation changes; other probes by the token that
they carry, with the port or the number of the probe.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._plan import source_ports
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._ways import Row, innermost

# By node, namespace, device and direction.
Places = Mapping[tuple[str, str, str, str], list[Row]]

_PLACE = ("node", "namespace", "device", "direction")


def captured(captures: Mapping[str, Row]) -> Iterator[Row]:
    """All packets, each with its ``node``."""
    for node, capture in captures.items():
        for row in capture.get("packets") or []:
            yield {**row, "node": node}


class Connections:
    """The first packets of connections, and those that are encrypted, which may be of each."""

    def __init__(self, captures: Mapping[str, Row], probes: Sequence[Row]) -> None:
        self._ports = {port for probe in probes for port in source_ports(probe)}
        self._encrypted: list[Row] = []
        self._tcp: dict[int, list[Row]] = defaultdict(list)
        self._marked: list[Row] = []
        for row in captured(captures):
            if row["packet"]["encrypted"]:
                self._encrypted.append(row)
            elif row["flags"] is None:
                self._marked.append(row)
            elif "S" in row["flags"] and "A" not in row["flags"]:
                self._tcp[row["sequence"]].append(row)

    def of(self, probe: Row, number: int) -> list[Places]:
        """What may be the packets of a probe's ``number``-th connection; several where its port does not tell."""
        if probe["protocol"] == "tcp":
            found = self._with_port({probe["source_port"] + number - 1}) or self._without_port()
        else:
            found = [[row for row in self._marked if _is_marked(row, probe, number)]]
        return [self._placed(rows) for rows in found or [[]]]

    def _with_port(self, ports: set[int]) -> list[list[Row]]:
        return [rows for rows in self._tcp.values() if any(_source_port(row) in ports for row in rows)]

    def _without_port(self) -> list[list[Row]]:
        """Those whose port was changed before they could be seen anywhere."""
        return [rows for rows in self._tcp.values() if not any(_source_port(row) in self._ports for row in rows)]

    def _placed(self, rows: list[Row]) -> Places:
        """What is encrypted stands last, as it is only meant where nothing else was seen."""
        places: dict[tuple[str, str, str, str], list[Row]] = defaultdict(list)
        for row in rows + self._encrypted:
            node, namespace, device, direction = (row[key] for key in _PLACE)
            places[node, namespace, device, direction].append(row["packet"])
        return places


def _source_port(row: Row) -> Any:
    return innermost(row["packet"])["source_port"]


def _is_marked(row: Row, probe: Row, number: int) -> bool:
    """Answers carry the token too, as do the errors of ICMP, but not at their beginning."""
    if not (row["payload"] or "").startswith(probe["token"]):
        return False
    if probe["protocol"] != "udp":
        return bool(row["kind"] == "echo_request" and row["sequence"] == number)
    ports = source_ports(probe)
    if innermost(row["packet"])["destination_port"] in ports:
        return False
    # Which one it is cannot be told once its port was changed.
    return _source_port(row) == ports[number - 1] or _source_port(row) not in ports
