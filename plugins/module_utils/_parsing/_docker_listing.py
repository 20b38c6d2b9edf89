# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Column listings of the docker client: ``node ls``, ``service ls``, ``service ps``, ``network ls``, ``ps``."""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError

# Columns are at least two blanks apart; a name may have one blank in it.
_COLUMN = re.compile(r"\S+(?: \S+)*")
_CURRENT = " *"
_HISTORY = re.compile(r"^ ?\\_ ")


def parse_listing(text: str, command: str = "docker") -> list[dict[str, Any]]:
    """Rows as dictionaries, their keys the header's names in snake_case (``DESIRED STATE`` is ``desired_state``).

    An empty column is "". Where the client marks one node with ``*``, rows have ``current``; where it can draw a task
    below the one that replaced it (a listing with DESIRED STATE), rows have ``history``. Neither mark stays in a value.
    Raises ParseError for a listing whose columns are not aligned (blanks lost on the way) or that has no header.
    """
    lines = text.expandtabs().splitlines()
    columns = [
        (found.start(), found[0].lower().replace(" ", "_")) for found in _COLUMN.finditer(lines[0] if lines else "")
    ]
    if len(columns) < 2 or not lines[0].isupper():
        raise ParseError(command, 0, "", "expected a header of upper-case names in columns")
    names = [name for _start, name in columns]
    starts = [start for start, _name in columns]
    rows = []
    for number, line in enumerate(lines[1:], start=2):
        if line.strip():
            if any(0 < start <= len(line) and line[start - 1] != " " for start in starts):
                raise ParseError(command, number, line, "its columns are not below the header's")
            fields = [line[start:end].rstrip() for start, end in zip(starts, [*starts[1:], len(line)])]
            rows.append(_row(dict(zip(names, fields))))
    return rows


def _row(fields: dict[str, str]) -> dict[str, Any]:
    row: dict[str, Any] = dict(fields)
    if "hostname" in row:
        row["current"] = row["id"].endswith(_CURRENT)
        row["id"] = row["id"][: -len(_CURRENT)].rstrip() if row["current"] else row["id"]
    if "desired_state" in row:
        row["history"] = bool(_HISTORY.match(row["name"]))
        row["name"] = _HISTORY.sub("", row["name"])
    return row
