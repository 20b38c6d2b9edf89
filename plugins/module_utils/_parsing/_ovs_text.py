# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Words that all of Open vSwitch's and OVN's tools print alike: lists with brackets in them, numbers with masks."""

from __future__ import annotations

import re
from typing import Any

_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*"|[][(){},"]')
_CLOSED_BY = {"(": ")", "[": "]", "{": "}"}
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)$|0[xX][0-9a-fA-F]+$")
_MASKED = re.compile(r"(0[xX][0-9a-fA-F]+|[0-9]+)/(0[xX][0-9a-fA-F]+|[0-9]+)$")
_ITEM = re.compile(r"(?P<name>[A-Za-z_][\w.-]*)(?:[=:](?P<assigned>.*)|\((?P<inside>.*)\)(?:->(?P<target>.*))?)$", re.S)


def split_list(text: str) -> list[str]:
    """The parts of a list at its own commas, not those inside of brackets or quotation marks.

    Raises ValueError for brackets and quotation marks that are not closed, which is how a cut line shows.
    """
    if not text:
        return []
    parts = []
    start = 0
    closing: list[str] = []
    for found in _BRACKETS.finditer(text):
        mark = found[0]
        if mark in _CLOSED_BY:
            closing.append(_CLOSED_BY[mark])
        elif mark == ",":
            if not closing:
                parts.append(text[start : found.start()])
                start = found.end()
        elif mark in ")]}" and (not closing or closing.pop() != mark) or mark == '"':
            raise ValueError(f"{mark} does not belong there")
    if closing:
        raise ValueError(f"it ends before a {closing[-1]}")
    return [*parts, text[start:]]


def split_item(item: str) -> tuple[str, str | None, str | None, str | None]:
    """Name, assigned value, text in brackets and target of ``name=value``, ``name:value``, ``name(text)`` or
    ``name(text)->target``; an item that is none of them is a name alone."""
    found = _ITEM.match(item)
    if not found:
        return item, None, None, None
    return found["name"], found["assigned"], found["inside"], found["target"]


def is_number(text: str) -> bool:
    """Whether this is a decimal or hexadecimal number as these tools print them (``00`` is an octet, not a number)."""
    return bool(_NUMBER.match(text))


def number(text: str) -> int:
    """A decimal or hexadecimal number. Raises ValueError."""
    return int(text, 0)


def unquoted(text: str) -> str:
    """Text without the quotation marks that names with special characters are printed in."""
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


def scalar(text: str) -> Any:
    """A value by its look: a number, ``{"value", "mask"}`` of a masked number, or else text, such as an address."""
    if _NUMBER.match(text):
        return int(text, 0)
    masked = _MASKED.match(text)
    if masked:
        return {"value": int(masked[1], 0), "mask": int(masked[2], 0)}
    return unquoted(text)
