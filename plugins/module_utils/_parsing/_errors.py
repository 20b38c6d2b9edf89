# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""The one exception of all parsers."""

from __future__ import annotations


class ParseError(ValueError):
    """Output that is cut, of another version or no such output at all.

    A parser that cannot read a line never skips it: a wrong state is worse than none.

    * ``command``: what printed it, for example ``iptables-save``.
    * ``line_number``: counted from 1; 0 when it is the whole output (cut or empty).
    * ``line``: the line as it was printed.
    * ``reason``: what was expected instead, one clause.
    """

    def __init__(self, command: str, line_number: int, line: str, reason: str) -> None:
        self.command = command
        self.line_number = line_number
        self.line = line
        self.reason = reason
        where = f"line {line_number} ({line.strip()!r})" if line_number else "its output"
        super().__init__(f"{command}: cannot read {where}: {reason}")
