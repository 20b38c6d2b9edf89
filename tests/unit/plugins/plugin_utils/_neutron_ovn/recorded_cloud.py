# SPDX-License-Identifier: GPL-3.0-or-later
"""The recorded cloud, and its rows by what they are."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

Row = dict[str, Any]

_RECORDED = json.loads((Path(__file__).parents[4] / "recordings/neutron-ovn/state.json").read_text())


def document() -> Row:
    """A copy of the recorded state."""
    return copy.deepcopy(_RECORDED)


def neutron(state: Row, section: str, **keys: Any) -> Row:
    return row(state["control"]["neutron"][section], **keys)


def northbound(state: Row, section: str, **keys: Any) -> Row:
    return row(state["control"]["ovn_nb"][section], **keys)


def southbound(state: Row, section: str, **keys: Any) -> Row:
    return row(state["control"]["ovn_sb"][section], **keys)


def logical_port(state: Row, name: str) -> Row:
    return row([port for switch in state["control"]["ovn_nb"]["switches"] for port in switch["ports"]], name=name)


def interface(state: Row, port: str) -> Row:
    """What is plugged in for a port."""
    found = [
        one
        for node in state["nodes"].values()
        for bridge in node["ovs"]["bridges"]
        for each in bridge["ports"]
        for one in each["interfaces"]
    ]
    return next(one for one in found if one["external_ids"].get("iface-id") == port)


def row(rows: list[Row], **keys: Any) -> Row:
    """The first row with these values; there is one."""
    return next(each for each in rows if all(each[key] == keys[key] for key in keys))
