# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Neighbours of BGP: ``show ip bgp summary`` of OpenSwitch, and ``show ip bgp summary json`` of FRR."""

from __future__ import annotations

import re
from typing import Any, Dict

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import _vtysh_json
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError

Row = Dict[str, Any]

_NO_BGP = "No bgp router configured."
_NEVER = "never"
_ROUTER = re.compile(r"BGP router identifier (?P<router_id>\S+), local AS number (?P<as_number>\d+)$")
_COUNTED = re.compile(r"(RIB entries|Peers|Peer groups) \d+$")
_HEADER = ["Neighbor", "AS", "MsgRcvd", "MsgSent", "Up/Down", "State"]
_NEIGHBOUR = re.compile(
    r"(?P<address>\S+)\s+(?P<remote_as>\d+)\s+(?P<received>\d+)\s+(?P<sent>\d+)\s+(?P<uptime>\S+)\s+(?P<state>\S.*?)\s*$"
)
_TOTAL = re.compile(r"Total number of neighbors (?P<count>\d+)$")
_NONE = re.compile(r"No (IPv4 |IPv6 )?neighbor is configured$")


def parse_summary(text: str, command: str = "show ip bgp summary") -> Row:
    """``{"router_id", "as_number", "neighbours"}`` of OpenSwitch, with null and nothing for a switch without BGP.

    A neighbour has ``address``, ``remote_as``, ``state``, ``uptime`` as it is printed (None for never),
    ``messages_received`` and ``messages_sent``, and ``prefixes_received``, ``prefixes_sent`` and
    ``connections_dropped``, how many sessions were lost, which OpenSwitch does not print. Raises ParseError for what is
    no summary, a summary that is cut, and a line that is no neighbour.
    """
    lines = [(number, line.rstrip()) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if lines and lines[0][1].strip() == _NO_BGP:
        return {"router_id": None, "as_number": None, "neighbours": []}
    router = _ROUTER.match(lines[0][1]) if lines else None
    if not router:
        raise ParseError(command, 0, "", "expected the router identifier of BGP")
    neighbours: list[Row] = []
    address = ""
    for number, line in lines[1:]:
        total = _TOTAL.match(line)
        if total or _NONE.match(line):
            if total and int(total["count"]) != len(neighbours):
                raise ParseError(command, number, line, f"expected as many neighbours above, not {len(neighbours)}")
            return {
                "router_id": router["router_id"],
                "as_number": int(router["as_number"]),
                "neighbours": neighbours,
            }
        if line.split() == _HEADER or _COUNTED.match(line):
            continue
        # An address that is too long for its column has a line of its own.
        if len(line.split()) == 1 and not address:
            address = line
            continue
        found = _NEIGHBOUR.match(f"{address} {line}".strip())
        if not found:
            raise ParseError(command, number, line, "expected a neighbour")
        neighbours.append(
            {
                "address": found["address"],
                "remote_as": int(found["remote_as"]),
                "state": found["state"],
                "uptime": None if found["uptime"] == _NEVER else found["uptime"],
                "messages_received": int(found["received"]),
                "messages_sent": int(found["sent"]),
                "prefixes_received": None,
                "prefixes_sent": None,
                "connections_dropped": None,
            }
        )
        address = ""
    raise ParseError(command, 0, "", "expected the total number of neighbors at its end")


def parse_summary_json(text: str, command: str = "show ip bgp summary json") -> Row:
    """What ``parse_summary`` returns. Raises ParseError for what is not FRR's JSON."""
    summary = _vtysh_json.parse(text, command)
    if not summary:
        return {"router_id": None, "as_number": None, "neighbours": []}
    with _vtysh_json.fields(command):
        # Without an active address family FRR prints none; IPv4 is active unless it is switched off.
        family = summary["ipv4Unicast"]
        return {
            "router_id": family["routerId"],
            "as_number": family["as"],
            "neighbours": [
                {
                    "address": address,
                    # 0 until a neighbour that is only known as internal or external has said its own.
                    "remote_as": peer["remoteAs"] or None,
                    "state": peer["state"],
                    "uptime": None if peer["peerUptime"] == _NEVER else peer["peerUptime"],
                    "messages_received": peer["msgRcvd"],
                    "messages_sent": peer["msgSent"],
                    "prefixes_received": peer["pfxRcd"],
                    "prefixes_sent": peer["pfxSnt"],
                    "connections_dropped": peer["connectionsDropped"],
                }
                for address, peer in family["peers"].items()
            ],
        }
