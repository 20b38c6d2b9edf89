# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""``ovn-nbctl lr-route-list``."""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError

_FAMILY = re.compile(r"(?P<family>IPv[46]) Routes$")
_TABLE = re.compile(r"Route Table (?P<table>.+):$")
_ROUTE = re.compile(
    r"\s*(?P<ip_prefix>[0-9a-fA-F.:/]+)\s+(?:(?P<nexthop>[0-9a-fA-F.:/]+|discard)\s+)?(?P<policy>dst-ip|src-ip)"
    r"(?: (?P<output_port>(?!ecmp\b|bfd$|override-connected\b)[^\s(]\S*))?(?P<learned> \(learned\))?(?P<ecmp> ecmp)?"
    r"(?P<ecmp_symmetric_reply> ecmp-symmetric-reply)?(?P<override_connected> override-connected)?(?P<bfd> bfd)?\s*$"
)
_MARKS = ("learned", "ecmp", "ecmp_symmetric_reply", "override_connected", "bfd")


def parse_list(text: str, command: str = "ovn-nbctl lr-route-list") -> list[dict[str, Any]]:
    """Static routes as ``{"family", "route_table", "ip_prefix", "nexthop", "policy", "output_port"}`` and the booleans
    ``learned``, ``ecmp``, ``ecmp_symmetric_reply``, ``override_connected``, ``bfd``.

    ``family`` is ipv4 or ipv6, ``route_table`` "" the main one, as older versions have no other. None is what is not
    printed. Raises ParseError for a line that is no route or comes before the heading of its family.
    """
    routes = []
    family = ""
    table = ""
    for line_number, line in enumerate(text.splitlines(), start=1):
        heading = _FAMILY.match(line.strip())
        of_table = _TABLE.match(line.strip())
        if heading:
            family, table = heading["family"].lower(), ""
        elif of_table:
            table = "" if of_table["table"] == "<main>" else of_table["table"]
        elif line.strip():
            found = _ROUTE.match(line)
            if not found or not family:
                raise ParseError(command, line_number, line, "expected prefix, next hop and policy below a heading")
            routes.append(
                {
                    "family": family,
                    "route_table": table,
                    **found.groupdict(),
                    **{mark: found[mark] is not None for mark in _MARKS},
                }
            )
    return routes
