# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""``ovn-nbctl lr-nat-list``."""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError

_COLUMNS = {
    *("TYPE", "GATEWAY_PORT", "MATCH", "EXTERNAL_IP", "EXTERNAL_PORT", "LOGICAL_IP", "EXTERNAL_MAC", "LOGICAL_PORT"),
}
_TYPES = ("dnat", "dnat_and_snat", "snat")


def parse_list(text: str, command: str = "ovn-nbctl lr-nat-list") -> list[dict[str, Any]]:
    """NATs with the header's names in lower case as keys, in the order they are printed, nothing for no NAT.

    All versions' columns are there (``gateway_port``, ``match`` and ``external_port`` are younger than 2.7); None is
    what is empty or no column. ovn-nbctl cuts what is too long for a column (addresses after 15 to 18 characters, so
    IPv6 often), which cannot be seen. Raises ParseError without the header and for a line that is not below it.
    """
    lines = text.splitlines()
    if not text.strip():
        return []
    columns = [(found.start(), found[0]) for found in re.finditer(r"\S+", lines[0])]
    if not {"TYPE", "EXTERNAL_IP", "LOGICAL_IP"} <= {name for _start, name in columns} <= _COLUMNS:
        raise ParseError(command, 1, lines[0], "expected the header with TYPE, EXTERNAL_IP and LOGICAL_IP")
    ends = [start for start, _name in columns[1:]]
    nats = []
    for line_number, line in enumerate(lines[1:], start=2):
        if line.strip():
            fields = [line[start:end].strip() or None for (start, _name), end in zip(columns, [*ends, len(line)])]
            nat = {**dict.fromkeys(sorted(name.lower() for name in _COLUMNS)), **_row(columns, fields)}
            aligned = all(line[end - 1 : end] in (" ", "") for end in ends)
            if not aligned or nat["type"] not in _TYPES or not nat["external_ip"] or not nat["logical_ip"]:
                raise ParseError(command, line_number, line, "expected type, external and logical address in columns")
            nats.append(nat)
    return nats


def _row(columns: list[tuple[int, str]], fields: list[str | None]) -> dict[str, str | None]:
    return {name.lower(): field for (_start, name), field in zip(columns, fields)}
