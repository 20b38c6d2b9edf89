# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Read what the VLANs of a switch are made of, and have Open vSwitch carry out what it is told."""

from __future__ import annotations

import time
from typing import Any, Sequence

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ovsdb import OvsdbError
from ansible_collections.packetwalk.labs.plugins.module_utils._planning import _switch_vlans as planning
from ansible_collections.packetwalk.labs.plugins.module_utils._probing import _rtnetlink
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._entering import Entrance
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._netlink_socket import NetlinkSocket
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._ovsdb_client import OvsdbClient

_PAUSE_SECONDS = 0.05
_ROOT = "Open_vSwitch"


def indexes(namespace: str) -> dict[str, int]:
    """Index of each device of a namespace, by name. Raises Unenterable, OSError and ParseError."""
    with Entrance().entered(namespace), NetlinkSocket() as connection:
        return {row["name"]: row["index"] for row in _rtnetlink.links(connection, {})}


def read(client: OvsdbClient, lab: str) -> planning.Present:
    """What is there. Raises OvsdbError and ParseError."""
    rows = {table: client.select(table, columns) for table, columns in planning.COLUMNS.items()}
    if len(rows[_ROOT]) != 1:
        raise OvsdbError(f"{_ROOT} has no row, so ovs-vswitchd never used this database")
    return planning.present(lab, rows)


def commit(client: OvsdbClient, operations: Sequence[dict[str, Any]], timeout_seconds: float) -> None:
    """Have operations take place, and wait until ovs-vswitchd has carried them out. Raises OvsdbError, ParseError."""
    counted = {"op": "mutate", "table": _ROOT, "where": [], "mutations": [["next_cfg", "+=", 1]]}
    asked = client.schema.select(_ROOT, ["next_cfg"])
    result = client.transact([*operations, counted, asked])[-1]
    number = client.schema.decode_row(_ROOT, result["rows"][0])["next_cfg"]
    end = time.monotonic() + timeout_seconds
    while client.select(_ROOT, ["cur_cfg"])[0]["cur_cfg"] < number:
        if time.monotonic() > end:
            raise OvsdbError(f"ovs-vswitchd has not carried it out after {timeout_seconds:g} seconds; see if it runs")
        time.sleep(_PAUSE_SECONDS)


def failures(client: OvsdbClient, ports: planning.Ports) -> list[str]:
    """Why ovs-vswitchd could not open interfaces, one clause each. Raises OvsdbError and ParseError."""
    rows = client.select("Interface", ["name", "error"])
    return sorted(f"{row['name']}: {row['error']}" for row in rows if row["name"] in ports and row["error"])
