# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""The listing that ``ovs-vsctl show`` and ``ovn-sbctl show`` have in common (cmd_show of lib/db-ctl-base.c)."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ovs_text import scalar, split_list

_LINE = re.compile(r"(?P<indent> *)(?:(?P<column>[a-z][\w-]*): ?(?P<value>.*)|(?P<table>[A-Z]\w*)(?: (?P<name>.+))?)$")


class Row(NamedTuple):
    """One row with the rows that are printed below it; ``line`` and ``line_number`` say where."""

    table: str
    name: str
    columns: dict[str, Any]
    rows: list[Row]
    line_number: int
    line: str


def parse_rows(lines: list[tuple[int, str]], command: str) -> list[Row]:
    """The outermost rows of numbered ``lines``, four blanks for each level. Raises ParseError."""
    top: list[Row] = []
    levels: list[Row] = []
    for line_number, line in lines:
        found = _LINE.match(line.rstrip())
        depth = len(found["indent"]) // 4 if found else 0
        if not found or len(found["indent"]) % 4 or depth > len(levels) or (found["column"] and not depth):
            raise ParseError(command, line_number, line, "expected a row or a column of the row above")
        try:
            if found["column"]:
                del levels[depth:]
                levels[-1].columns[found["column"]] = parse_value(found["value"])
            else:
                row = Row(found["table"], str(atom(found["name"] or "")), {}, [], line_number, line)
                (levels[depth - 1].rows if depth else top).append(row)
                levels[depth:] = [row]
        except ValueError as error:
            raise ParseError(command, line_number, line, str(error)) from error
    return top


def parse_value(text: str) -> Any:
    """A value of OVSDB as the tools print it: an atom, a list of a set, a dictionary of a map.

    Raises ValueError for brackets or quotation marks that are not closed.
    """
    if text[:1] == "[" and text[-1:] == "]":
        return [atom(part.strip()) for part in split_list(text[1:-1])]
    if text[:1] == "{" and text[-1:] == "}":
        pairs = (part.strip().partition("=") for part in split_list(text[1:-1]))
        return {name.strip('"'): str(atom(value)) for name, _equal, value in pairs}
    if not text or text[0] in "[{":
        raise ValueError("the value is cut")
    return atom(text)


def atom(text: str) -> Any:
    """A boolean, a number or text, which is in quotation marks when it could be taken for something else."""
    if text[:1] == '"':
        return json.loads(text)
    return {"true": True, "false": False}.get(text, scalar(text))
