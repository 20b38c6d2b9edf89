# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Lines of a report on the terminal, as wide as it is, in colours where it has them."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from typing import Any

from ansible import constants as C

_COLOURS = {
    "passed": C.COLOR_OK,
    "delivered": C.COLOR_OK,
    "failed": C.COLOR_ERROR,
    "error": C.COLOR_ERROR,
    "warning": C.COLOR_WARN,
    "skipped": C.COLOR_SKIP,
    "refused": C.COLOR_ERROR,
    "dropped": C.COLOR_ERROR,
    "loop": C.COLOR_ERROR,
    "mixed": C.COLOR_WARN,
    "undecided": C.COLOR_WARN,
    "controller": C.COLOR_WARN,
    "limit": C.COLOR_WARN,
    "left": C.COLOR_WARN,
    "ignored": C.COLOR_SKIP,
    "created": C.COLOR_DIFF_ADD,
    "removed": C.COLOR_DIFF_REMOVE,
    "changed": C.COLOR_CHANGED,
    "unknown": C.COLOR_WARN,
}


def show(display: Any, lines: Iterable[tuple[str, str | None]]) -> None:
    """Show lines, each in the colour of the word beside it; Ansible leaves colours out where there is no terminal."""
    for line, word in lines:
        display.display(line, color=_COLOURS[word] if word else None)


def columns(display: Any) -> int:
    """Width of the terminal, which only Ansible's own process knows: those of tasks have no terminal."""
    return shutil.get_terminal_size((display.columns, 0)).columns
