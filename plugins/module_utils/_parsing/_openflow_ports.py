# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Ports of ``ovs-ofctl dump-ports-desc`` and ``ovs-ofctl show`` (lib/ofp-port.c of Open vSwitch)."""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ovs_text import scalar, unquoted

_OTHERS = re.compile(
    r"(?:OFPST_PORT_DESC reply|OFPT_FEATURES_REPLY|OFPT_GET_CONFIG_REPLY)(?: \(OF1\.[0-9]\))? \("
    r"|n_tables:|capabilities:|actions:"
)
_PORT = re.compile(r' (?P<number>[0-9]+|[A-Z_]+|"[^"]+")\((?P<name>.+)\): addr:(?P<mac>[0-9a-f:]{17})\s*$')
_WORDS = re.compile(r"     (?P<key>config|state|current|advertised|supported|peer): +(?P<words>\S.*)$")
_SPEED = re.compile(r"     speed: (?P<now>[0-9]+) Mbps now, (?P<max>[0-9]+) Mbps max\s*$")
_LISTS = ("config", "state", "current", "advertised", "supported", "peer")


def parse_ports(text: str, command: str = "ovs-ofctl dump-ports-desc") -> list[dict[str, Any]]:
    """Ports as ``{"number", "name", "mac", "config", "state", "current", "advertised", "supported", "peer",
    "speed_now", "speed_max"}``, in the order they are printed.

    ``number`` is an int, or ``LOCAL``; speeds are in Mbit/s, None where they are not printed; the others are lists of
    words (``PORT_DOWN``), empty for 0. Names longer than 15 characters are cut by OpenFlow itself.
    Raises ParseError for a line that is neither, and for a port that ends before its state.
    """
    ports: list[dict[str, Any]] = []
    stated = True
    for line_number, line in enumerate(text.splitlines(), start=1):
        port, words, speed = _PORT.match(line), _WORDS.match(line), _SPEED.match(line)
        if port and stated:
            stated = False
            number, name = scalar(port["number"]), unquoted(port["name"])
            ports.append({"number": number, "name": name, "mac": port["mac"], **{key: [] for key in _LISTS}})
            ports[-1].update(speed_now=None, speed_max=None)
        elif words and ports:
            ports[-1][words["key"]] = [] if words["words"].strip() == "0" else words["words"].split()
            stated = stated or words["key"] == "state"
        elif speed and ports:
            ports[-1].update(speed_now=int(speed["now"]), speed_max=int(speed["max"]))
        elif line.strip() and not _OTHERS.match(line):
            raise ParseError(command, line_number, line, "expected a port or one of its properties")
    if not stated:
        raise ParseError(command, 0, "", f"it ends before the state of {ports[-1]['name']}")
    return ports
