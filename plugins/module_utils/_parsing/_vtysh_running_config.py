# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""``show running-config`` of vtysh, of FRR as well as of OpenSwitch."""

from __future__ import annotations

import re
from typing import Any, Dict, Iterable

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError

# Each line with the lines of its context, in the order of the switch.
Tree = Dict[str, Any]

# FRR opens its output with both.
_FRR_HEADER = "Building configuration..."
_HEADER = "Current configuration:"
_END = "end"
_LEAVES_CONTEXT = re.compile(r"exit(-[a-z-]+)?$")
_FRR_VERSION = re.compile(r"frr version (?P<version>\S+)$")
_OPENSWITCH_VERSION = re.compile(r"!\s*Version\s+(?P<version>.+?)\s*$")


def parse_running_config(text: str, command: str = "show running-config") -> dict[str, Any]:
    """``{"flavour", "version", "lines"}``; also of an ``frr.conf`` that vtysh wrote.

    ``flavour`` is ``frr`` or ``openswitch``, ``version`` None where none is printed. ``lines`` has each line, without
    its indentation and with single spaces, with the lines of its context, in the same form. Raises ParseError without
    a header, for a line that is indented below nothing, and where FRR's output is cut.
    """
    numbered = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    written = [line.strip() for _number, line in numbered]
    of_frr = next(filter(None, map(_FRR_VERSION.match, written)), None)
    if not of_frr and (_HEADER not in written or _FRR_HEADER in written):
        raise ParseError(command, 0, "", f"expected {_HEADER!r} or the version of FRR")
    if of_frr and _HEADER in written and written[-1] != _END:
        raise ParseError(command, 0, "", f"expected {_END!r} at its end")
    version = of_frr or next(filter(None, map(_OPENSWITCH_VERSION.match, written)), None)
    return {
        "flavour": "frr" if of_frr else "openswitch",
        "version": version["version"] if version else None,
        "lines": parse_lines((pair for pair in numbered if pair[1].strip() not in (_FRR_HEADER, _HEADER)), command),
    }


def parse_lines(numbered: Iterable[tuple[int, str]], command: str) -> Tree:
    """Lines of a configuration with their numbers as a tree. Raises ParseError for one that is below nothing."""
    tree: Tree = {}
    # Indentation and context of each line that the next one may be below.
    contexts: list[tuple[int, Tree]] = [(-1, tree)]
    for number, written in numbered:
        line = " ".join(written.split())
        if not line or line.startswith(("!", "#")) or line == _END or _LEAVES_CONTEXT.match(line):
            continue
        depth = len(written) - len(written.lstrip())
        while contexts[-1][0] >= depth:
            contexts.pop()
        if depth and len(contexts) == 1:
            raise ParseError(command, number, written, "expected the line above it that it belongs to")
        contexts.append((depth, contexts[-1][1].setdefault(line, {})))
    return tree
