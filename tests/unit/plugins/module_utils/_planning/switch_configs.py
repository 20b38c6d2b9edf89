# SPDX-License-Identifier: GPL-3.0-or-later
"""Desired configurations of switches as the module ``switch_config`` takes them."""

from __future__ import annotations

from typing import Any

NOTHING: dict[str, Any] = {
    **{section: None for section in ("hostname", "interfaces", "vlans", "static_routes", "bgp", "ospf", "lines")},
}


def config(**sections: Any) -> dict[str, Any]:
    """A configuration of these sections; Ansible puts in what is left out."""
    return {**NOTHING, **sections}


def interface(name: str, *addresses: str, **options: Any) -> dict[str, Any]:
    given = {"shutdown": False, "description": None, "mtu_bytes": None, **options}
    return {"name": name, "addresses": list(addresses), **given}


def bgp(as_number: int | None = 65001, **options: Any) -> dict[str, Any]:
    return {"as_number": as_number, "router_id": None, "networks": [], "neighbours": [], **options}


def neighbour(address: str, remote_as: int | None = 65002, shutdown: bool = False) -> dict[str, Any]:
    return {"address": address, "remote_as": remote_as, "shutdown": shutdown}


def ospf(*networks: tuple[str, str], router_id: str | None = None) -> dict[str, Any]:
    return {"router_id": router_id, "networks": [{"network": network, "area": area} for network, area in networks]}
