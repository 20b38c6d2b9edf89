# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""``ovn-nbctl acl-list``."""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError

_ACL = re.compile(
    r" *(?P<direction>from-lport|to-lport) +(?P<priority>[0-9]+) \((?P<match>.*)\) "
    r"(?P<action>allow|allow-related|allow-stateless|drop|pass|reject)"
    r"(?: network-function-group=(?P<network_function_group>\S+))?"
    r"(?P<log> log\((?:name=(?P<name>.*?))?,?(?:severity=(?P<severity>alert|warning|notice|info|debug))?,?"
    r'(?:meter="(?P<meter>[^"]*)")?\))?'
    r"(?: label=(?P<label>[0-9]+))?(?: \[tier (?P<tier>[0-9]+)\])?(?P<after_lb> \[after-lb\])?"
    r"(?: \[(?P<port_group>[^]]+)\])?\s*$"
)


def parse_list(text: str, command: str = "ovn-nbctl acl-list") -> list[dict[str, Any]]:
    """ACLs as ``{"direction", "priority", "match", "action", "log", "name", "severity", "meter", "label", "tier"}`` and
    ``after_lb``, ``network_function_group``, ``port_group`` (of ``--all``), in the order that OVN asks them.

    ``match`` is text. None is what is not printed (OVN prints the name only of an ACL that logs); ``tier`` and
    ``label``, which older versions do not have, are 0 then. Raises ParseError for a line that is no ACL.
    """
    acls = []
    for line_number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        found = _ACL.match(line)
        if not found:
            raise ParseError(command, line_number, line, "expected direction, priority, (match) and action")
        acls.append(
            {
                **found.groupdict(),
                "priority": int(found["priority"]),
                "log": found["log"] is not None,
                "label": int(found["label"] or 0),
                "tier": int(found["tier"] or 0),
                "after_lb": found["after_lb"] is not None,
            }
        )
    return acls
