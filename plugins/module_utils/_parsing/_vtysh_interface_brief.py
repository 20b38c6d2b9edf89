# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""``show interface brief`` of vtysh, of FRR as well as of OpenSwitch."""

from __future__ import annotations

import re
from typing import Any, Dict

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError

Row = Dict[str, Any]

_FRR_HEADER = ["Interface", "Status", "VRF", "Addresses"]
_FRR_ROW = re.compile(r"(?P<name>\S+)\s+(?P<status>up|down)\s+(?P<vrf>\S+)(?:\s+(?:\+ )?(?P<address>\S+/\d+))?\s*$")
_FRR_MORE = re.compile(r"\s+(?:\+ )?(?P<address>\S+/\d+)\s*$")
_OPENSWITCH_HEADERS = (
    ["Ethernet", "VLAN", "Type", "Mode", "Status", "Reason", "Speed", "Port"],
    ["Interface", "(Mb/s)", "Ch#"],
)
_OPENSWITCH_ROW = re.compile(
    r"\s*(?P<name>\S+)\s+(?P<vlan>\S+)\s+(?P<type>\S+)\s+(?P<mode>\S+)\s+(?P<status>up|down)\s+(?:(?P<reason>\S.*?)\s+)?"
    r"(?P<speed>\S+)\s+(?P<port_channel>\S+)\s*$"
)
_RULE = re.compile(r"\s*[-. ]+$")
_NOTHING = ("--", "..")
_COLUMNS = ("name", "status", "reason", "vlan", "type", "mode", "speed", "port_channel", "vrf")


def parse_brief(text: str, command: str = "show interface brief") -> list[Row]:
    """Interfaces with what either of the two prints: ``_COLUMNS`` and ``addresses``; None is what is not printed.

    The status of FRR is the administrator's: an interface is up that is connected to nothing. Raises ParseError without
    a header and for a line that is no interface.
    """
    interfaces: list[Row] = []
    headers = 0
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.split()
        if words == _FRR_HEADER or words in _OPENSWITCH_HEADERS:
            headers += 1
            of_frr = words == _FRR_HEADER
        elif _RULE.match(line) or not words:
            continue
        elif not headers:
            raise ParseError(command, number, line, "expected the header of the interfaces")
        else:
            more = _FRR_MORE.match(line) if of_frr and interfaces else None
            found = (_FRR_ROW if of_frr else _OPENSWITCH_ROW).match(line)
            if more:
                interfaces[-1]["addresses"].append(more["address"])
            elif found:
                interfaces.append(_row(found.groupdict()))
            else:
                raise ParseError(command, number, line, "expected an interface")
    if not headers:
        raise ParseError(command, 0, "", "expected the header of the interfaces")
    return interfaces


def _row(found: dict[str, str | None]) -> Row:
    printed = {key: None if value in _NOTHING else value for key, value in found.items()}
    address = printed.pop("address", None)
    return {**dict.fromkeys(_COLUMNS), **printed, "addresses": [address] if address else []}
