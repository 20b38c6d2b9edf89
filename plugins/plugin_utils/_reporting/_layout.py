# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Text for terminals: wrapping that keeps names and addresses whole, and characters for terminals without UTF-8."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

Line = tuple[str, "str | None"]

# Columns of a report in a file, which no terminal limits.
REPORT_COLUMNS = 160

_NARROWEST = 20

# One for one, so that columns stay where they are.
_ASCII = str.maketrans("├└─│·✔✘", "|`-|/+x")

_MARKS = {"delivered": "✔", "left": ">", "undecided": "?", "controller": "?", "ignored": "~", "mixed": "✘"}


def mark(verdict: str) -> str:
    """The sign of a verdict; every verdict that is not in the table is bad news."""
    return _MARKS.get(verdict, "✘")


def wrapped(text: str, width: int, indent: str = "") -> list[str]:
    """``text`` in lines of at most ``width``, those after the first one indented; a short width is widened to 20."""
    return textwrap.wrap(
        text, max(width, _NARROWEST), subsequent_indent=indent, break_on_hyphens=False, break_long_words=False
    )


def text_of(lines: Iterable[Line]) -> str:
    """The lines as one text without colours."""
    return "".join(f"{line}\n" for line, _word in lines)


def finished(lines: Iterable[Line], only_ascii: bool) -> list[Line]:
    """The lines without blanks at their ends, in ASCII where that is all that a terminal can show."""
    report = []
    for line, status in lines:
        if only_ascii:
            line = line.translate(_ASCII).encode("ascii", "replace").decode("ascii")
        report.append((line.rstrip(), status))
    return report
