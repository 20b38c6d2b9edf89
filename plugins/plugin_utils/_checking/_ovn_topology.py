# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Checks of the logical network against what the inventory asks for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._ovn import NORTHBOUND, Ovn, Row, seen
from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import Finding, Step, judged

_NAT = ("type", "external_address", "logical_address")
_ROUTE = ("destination", "next_hop")
# Section of the topology to what each of its rows has in it, and the keys that such a part is known by.
_PARTS: dict[str, dict[str, tuple[str, ...]]] = {
    "switches": {"ports": ("name",)},
    "routers": {"ports": ("name",), "routes": _ROUTE, "nat": _NAT},
    "port_groups": {},
    "address_sets": {},
    "load_balancers": {},
}
_HINT = "Run the build play again."


def ovn_topology(document: dict[str, Any], intent: dict[str, Any]) -> Iterator[Finding]:
    """Every switch, router, port, route, translation, group and load balancer that is asked for is there."""
    northbound = Ovn(document).northbound
    for section, parts in _PARTS.items():
        for wanted in intent["ovn_topology"].get(section) or ():
            found = next((row for row in northbound[section] if row["name"] == wanted["name"]), None)
            yield judged(f"{section}/{wanted['name']}", _steps(northbound, section, parts, wanted, found))


def _steps(
    northbound: Row, section: str, parts: dict[str, tuple[str, ...]], wanted: Row, found: Row | None
) -> Iterator[Step]:
    name = wanted["name"]
    yield Step(f"{name} in {section}", name, found and found["name"], [seen(NORTHBOUND, found, "name")], _HINT)
    there = {**(found or {}), "nat": [nat for nat in northbound["nats"] if nat["router"] == name]}
    for part, keys in parts.items():
        missing = _named(wanted.get(part) or (), keys) - _named(there[part], keys)
        rows = [seen(NORTHBOUND, row, *keys) for row in there[part]]
        yield Step(f"{part} that {name} lacks", set(), missing, rows, _HINT)


def _named(rows: Iterable[Row], keys: tuple[str, ...]) -> set[str]:
    return {" ".join(str(row[key]) for key in keys) for row in rows}
