# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""What OVN made the OpenFlow rows of, so that a trace can be told in its words (ovn-architecture(7))."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

Row = dict[str, Any]


class LogicalFlows:
    """Names and logical flows of the southbound database; without one nothing has a name.

    The cookie of an OpenFlow row is the first 32 bits of the logical flow's UUID, and the metadata that it matches is
    the tunnel key of the logical datapath.
    """

    def __init__(self, southbound: Mapping[str, Any] | None) -> None:
        southbound = southbound or {}
        self._names: dict[int, str] = {row["tunnel_key"]: row["name"] for row in southbound.get("datapaths") or []}
        self._flows: dict[int, list[Row]] = defaultdict(list)
        for row in southbound.get("logical_flows") or []:
            self._flows[row["cookie"]].append(row)
        self._chassis: dict[str, str] = {
            encapsulation["address"]: row["name"]
            for row in southbound.get("chassis") or []
            for encapsulation in row["encapsulations"]
        }

    def of(self, step: Mapping[str, Any]) -> Row | None:
        """The logical flow of a step of a trace. One that several datapaths share is told of the step's."""
        made_of = self._flows.get(step["cookie"] or 0, [])
        own = [row for row in made_of if row["datapath"] == self._datapath(step)]
        return next(iter(own or made_of), None)

    def by_cookie(self, cookie: int) -> Row | None:
        return next(iter(self._flows.get(cookie, [])), None)

    def chassis_at(self, address: str) -> str | None:
        """The chassis whose tunnels end at an address."""
        return self._chassis.get(address)

    def passed(self, steps: Iterable[Mapping[str, Any]], entered: str) -> list[str]:
        """Logical datapaths, and bridges but the one that was entered, in the order of the steps of a trace."""
        names: list[str] = []
        for step in steps:
            name = step["datapath"] if step["kind"] == "bridge" else self._datapath(step)
            if name not in (None, entered, *names[-1:]):
                names.append(str(name))
        return names

    def _datapath(self, step: Mapping[str, Any]) -> str | None:
        key = (step["match"] or {}).get("metadata")
        return self._names.get(key) if isinstance(key, int) else None
