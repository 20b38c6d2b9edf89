# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Listing of ``brctl show`` (bridge-utils)."""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError

_HEADER = "bridge name bridge id STP enabled interfaces"
_BRIDGE = re.compile(r"(?P<name>\S+) (?P<identifier>[0-9a-f]{4}\.[0-9a-f]{12}) (?P<stp>yes|no)(?: (?P<port>\S+))?$")


def parse_show(text: str, command: str = "brctl show") -> list[dict[str, Any]]:
    """Bridges as ``{"name", "identifier", "stp", "ports": [name]}``, in the order of the listing.

    brctl reads /sys, so what it shows is the namespace that /sys was mounted in, not the one it runs in.
    Raises ParseError when the header is missing or a line is not understood.
    """
    lines = [" ".join(line.split()) for line in text.splitlines()]
    if not lines or lines[0] != _HEADER:
        raise ParseError(command, 0, "", "expected the header: " + _HEADER)
    bridges: list[dict[str, Any]] = []
    for number, line in enumerate(lines[1:], start=2):
        found = _BRIDGE.match(line)
        if found:
            ports = [found["port"]] if found["port"] else []
            bridges.append(
                {"name": found["name"], "identifier": found["identifier"], "stp": found["stp"] == "yes", "ports": ports}
            )
        elif line and " " not in line and bridges and bridges[-1]["ports"]:
            bridges[-1]["ports"].append(line)
        elif line:
            raise ParseError(command, number, line, "expected a bridge with its identifier, or one more port")
    return bridges
