# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Addresses that OVN gives: of logical ports, of routers, and those that they translate (ovn-nb(5))."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Row = Mapping[str, Any]


def addresses_of(northbound: Row | None, southbound: Row | None) -> frozenset[str]:
    """All of them, MAC addresses too; none without the databases."""
    northbound, southbound = northbound or {}, southbound or {}
    found = {word for row in southbound.get("port_bindings") or [] for word in port_addresses(row)}
    found.update(word for router in northbound.get("routers") or [] for word in _of_router(router))
    found.update(row["external_address"] for row in northbound.get("nats") or [])
    found.update(row["external_mac"] for row in northbound.get("nats") or [] if row["external_mac"])
    return frozenset(found)


def port_addresses(row: Row) -> list[str]:
    """The words in the addresses of a logical port, its MAC addresses among them; some words are no address."""
    return [word.lower() for text in row["addresses"] for word in text.split()]


def _of_router(router: Row) -> Iterator[str]:
    for port in router["ports"]:
        yield port["mac"]
        yield from (network.partition("/")[0] for network in port["networks"])
