# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Routes of a switch: ``show ip route`` of OpenSwitch, and ``show ip route json`` of FRR."""

from __future__ import annotations

import re
from typing import Any, Dict

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import _vtysh_json
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError

Row = Dict[str, Any]

_HEADER = re.compile(r"Displaying ipv[46] routes selected for forwarding\s*$")
_LEGEND = "'[x/y]' denotes [distance/metric]"
_NONE = re.compile(r"No ip(v[46])? (routes|rib entries)")
_ROUTE = re.compile(r"(?P<destination>[\da-fA-F.:]+/\d+),\s+(?P<count>\d+)\s+\S+\s+next-hops\s*$")
_NEXT_HOP = re.compile(r"\s+via\s+(?P<via>[^,\s]+),\s+\[(?P<distance>\d+)/(?P<metric>\d+)\],\s+(?P<protocol>\S+)\s*$")
_ADDRESS = re.compile(r"[\d.]+\.[\d.]+$|[\da-fA-F]*:[\da-fA-F:.]*$")


def parse_routes(text: str, command: str = "show ip route") -> list[Row]:
    """Routes of OpenSwitch, which prints those that it forwards by.

    A route has ``destination``, ``protocol``, ``distance``, ``metric``, ``selected``, ``installed`` and ``uptime``
    (these two are FRR's, else None), and ``next_hops`` with ``address``, ``interface`` and ``active``, each None if it
    is not printed. Raises ParseError without a header, for a line that is no route, and where next hops are missing.
    """
    routes: list[Row] = []
    missing = 0
    lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if not lines or not (_HEADER.match(lines[0][1]) or _NONE.match(lines[0][1])):
        raise ParseError(command, 0, "", "expected routes selected for forwarding")
    for number, line in lines[1:]:
        if line.strip() == _LEGEND:
            continue
        route, next_hop = _ROUTE.match(line), _NEXT_HOP.match(line)
        if route and not missing:
            missing = int(route["count"])
            routes.append({"destination": route["destination"], "next_hops": []})
        elif next_hop and missing:
            missing -= 1
            # Of one route all next hops have the same.
            routes[-1].update(_told(next_hop))
            via = next_hop["via"]
            address, interface = (via, None) if _ADDRESS.match(via) else (None, via)
            routes[-1]["next_hops"].append({"address": address, "interface": interface, "active": True})
        else:
            raise ParseError(command, number, line, "expected a route with its next hops below it")
    if missing:
        raise ParseError(command, 0, "", f"expected {missing} more next hops at its end")
    return routes


def _told(next_hop: re.Match[str]) -> Row:
    return {
        "protocol": next_hop["protocol"],
        "distance": int(next_hop["distance"]),
        "metric": int(next_hop["metric"]),
        "selected": True,
        "installed": None,
        "uptime": None,
    }


def parse_routes_json(text: str, command: str = "show ip route json") -> list[Row]:
    """Routes of FRR, in the form of ``parse_routes``. Raises ParseError for what is not FRR's JSON."""
    printed = _vtysh_json.parse(text, command)
    with _vtysh_json.fields(command):
        return [
            {
                "destination": destination,
                "protocol": route["protocol"],
                "distance": route["distance"],
                "metric": route["metric"],
                "selected": bool(route.get("selected")),
                "installed": bool(route.get("installed")),
                "uptime": route["uptime"],
                "next_hops": [
                    {
                        "address": hop.get("ip"),
                        "interface": hop.get("interfaceName"),
                        "active": bool(hop.get("active")),
                    }
                    for hop in route["nexthops"]
                ],
            }
            for destination, routes in printed.items()
            for route in routes
        ]
