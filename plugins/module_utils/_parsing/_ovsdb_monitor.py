# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""``ovsdb-client --timestamp --format=csv monitor-cond``: what became of the rows of a table, and when.

Not JSON, as ovsdb-client 3.1 crashes when it shall print that with times.
"""

from __future__ import annotations

import csv
import re
from datetime import datetime, timezone
from typing import NamedTuple

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError

_COMMAND = "ovsdb-client monitor-cond"
_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}$")
_FIRST_COLUMNS = ["row", "action"]
_ACTIONS = ("initial", "insert", "modify", "delete")


class Update(NamedTuple):
    """A row as it was at first (``initial``), as it is now (``insert``, ``modify``), or that is gone (``delete``).

    ``time`` is when ovsdb-client heard of it, in seconds since 1970 by its clock. ``columns`` has the text of each
    column that was asked for; an empty set is ``[]``, and all are empty when the row is gone.
    """

    time: float
    row: str
    action: str
    columns: dict[str, str]


def parse_updates(text: str) -> list[Update]:
    """All updates in the order in which they came. Raises ParseError, also for output that is empty or cut."""
    lines = text.splitlines()
    if not lines or not text.endswith("\n"):
        raise ParseError(_COMMAND, 0, "", "expected updates that end with a line")
    updates = []
    time = 0.0
    heading: list[str] | None = None
    for line_number, line in enumerate(lines, start=1):
        fields = next(csv.reader([line]), [])
        if not line:
            heading = None
        elif _TIME.match(line):
            time = datetime.strptime(line, "%Y-%m-%d %H:%M:%S.%f").replace(tzinfo=timezone.utc).timestamp()
            heading = []
        elif heading == [] and fields[:2] == _FIRST_COLUMNS:
            heading = fields
        elif heading and len(fields) == len(heading) and fields[1] in _ACTIONS:
            updates.append(Update(time, fields[0], fields[1], dict(zip(heading[2:], fields[2:]))))
        else:
            raise ParseError(_COMMAND, line_number, line, "expected a time, column names, or a row with its action")
    return updates
