# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""``show version`` of vtysh, which tells what kind of switch it is."""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError

_VERSIONS = {
    "frr": re.compile(r"FRRouting (?P<version>\S+)"),
    "openswitch": re.compile(r"OpenSwitch (?P<version>\S+)"),
}


def parse_version(text: str, command: str = "show version") -> dict[str, Any]:
    """``{"flavour", "version"}``, of ``frr`` or ``openswitch``. Raises ParseError for what is neither."""
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            for flavour, pattern in _VERSIONS.items():
                found = pattern.match(line.strip())
                if found:
                    return {"flavour": flavour, "version": found["version"]}
            raise ParseError(command, number, line, "expected the version of FRRouting or OpenSwitch")
    raise ParseError(command, 0, "", "expected the version of FRRouting or OpenSwitch")
