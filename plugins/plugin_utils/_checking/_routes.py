# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""The kernel's choice of a source address (net/ipv4/fib_semantics.c, fib_result_prefsrc)."""

from __future__ import annotations

import ipaddress
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import read

# A packet that is just being made has no source, mark or interface yet, so a rule that asks for one passes it by.
_SELECTORS = ("source", "mark", "in_interface", "out_interface", "inverted", "l3mdev")


def source_address(namespace: dict[str, Any], destination: str) -> tuple[str | None, dict[str, Any] | None]:
    """Source address of an IPv4 packet from this namespace to ``destination`` and the route that decides it.

    Both are None when there is no route. Raises Unknown when routes, rules or addresses were not read.
    """
    route = _route(namespace, destination)
    if route is None:
        return None, None
    if route["source"]:
        return route["source"], route
    next_hop = ipaddress.ip_address(route["gateway"] or destination)
    candidates = [
        row
        for row in read(namespace, "addresses")
        if row["device"] == route["device"] and row["family"] == "ipv4" and row["scope"] == "global"
    ]
    # The address of the next hop's own subnet before the first one of the device.
    candidates.sort(key=lambda row: next_hop not in _network(f"{row['address']}/{row['prefix_length']}"))
    return (candidates[0]["address"] if candidates else None), route


def _route(namespace: dict[str, Any], destination: str) -> dict[str, Any] | None:
    address = ipaddress.ip_address(destination)
    routes = [row for row in read(namespace, "routes") if row["family"] == "ipv4"]
    routes = [row for row in routes if address in _network(row["destination"])]
    # Longest prefix first, then the lowest metric.
    routes.sort(key=lambda row: (-_network(row["destination"]).prefixlen, row["metric"] or 0))
    for rule in sorted(read(namespace, "rules"), key=lambda rule: int(rule["priority"])):
        if rule["family"] != "ipv4" or rule["action"] != "to_table" or any(rule.get(key) for key in _SELECTORS):
            continue
        if rule["destination"] and address not in _network(rule["destination"]):
            continue
        for route in routes:
            too_wide = _network(route["destination"]).prefixlen <= rule.get("suppress_prefix_length", -1)
            if route["table"] == rule["table"] and route["type"] in ("unicast", "local") and not too_wide:
                return dict(route)
    return None


def _network(text: str) -> ipaddress.IPv4Network:
    return ipaddress.IPv4Network("0.0.0.0/0" if text == "default" else text, strict=False)
