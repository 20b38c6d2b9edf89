# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""``ovn-sbctl lflow-list``."""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._openflow import parse_flow

_DATAPATH = re.compile(
    r'Datapath: "(?P<datapath>[^"]*)"(?: aka "(?P<alias>[^"]*)")? \((?P<uuid>[0-9a-f-]{36})\) +'
    r"Pipeline: (?P<pipeline>ingress|egress)\s*$"
)
_FLOW = re.compile(
    r"  (?:uuid=0x(?P<uuid>[0-9a-f]{8}), )?table=(?P<table>[0-9]+) *\((?P<stage>\w*) *\), "
    r"priority=(?P<priority>[0-9]+) *, match=\((?P<match>.*)\), action=\((?P<actions>.*)\)\s*$"
)


def parse_list(text: str, command: str = "ovn-sbctl lflow-list") -> list[dict[str, Any]]:
    """Logical flows as ``{"datapath", "datapath_alias", "datapath_uuid", "pipeline", "table", "stage", "priority",
    "match", "actions", "uuid", "openflow"}``, in the order that OVN asks them.

    ``match`` and ``actions`` are text. ``uuid`` is its first eight digits, which are the cookie of the OpenFlow flows
    (None without ``--uuid``). ``openflow`` is what ``--ovs`` prints below a flow: see ``_openflow.parse_flows``.
    Raises ParseError for a line that is not a whole flow or comes before a datapath.
    """
    flows: list[dict[str, Any]] = []
    datapath: dict[str, Any] | None = None
    for line_number, line in enumerate(text.splitlines(), start=1):
        found = _FLOW.match(line)
        heading = None if found else _DATAPATH.match(line)
        if found and datapath is not None:
            flow = {**datapath, **found.groupdict(), "openflow": []}
            flows.append({**flow, "table": int(flow["table"]), "priority": int(flow["priority"])})
        elif heading:
            datapath = {
                "datapath": heading["datapath"],
                "datapath_alias": heading["alias"],
                "datapath_uuid": heading["uuid"],
                "pipeline": heading["pipeline"],
            }
        elif line.startswith("    ") and flows:
            try:
                flows[-1]["openflow"].append(parse_flow(line))
            except ValueError as error:
                raise ParseError(command, line_number, line, str(error)) from error
        elif line.strip():
            raise ParseError(command, line_number, line, "expected a datapath or one of its logical flows")
    return flows
