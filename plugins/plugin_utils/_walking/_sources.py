# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""The source address that the kernel gives a packet which has none yet."""

from __future__ import annotations

from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking import _addresses


def source_address(namespace: Any, device: str, next_hop: str, family: str) -> str | None:
    """The address of a device for what is sent to ``next_hop``; null when the namespace has none to give.

    As inet_select_addr() of net/ipv4/devinet.c: the first address whose network has the next hop, else the first of
    the device, else the first of another device. The state is sorted, but the route of a device's network names the
    one that was there first.
    """
    rows = [row for row in namespace.addresses_of(device, family) if _usable(row, next_hop)]
    near = [row for row in rows if _addresses.contains(f"{row['address']}/{row['prefix_length']}", next_hop)]
    for route in namespace.routes_of(device, family) if len(near or rows) > 1 else ():
        if route["source"] in [row["address"] for row in near or rows] and route["protocol"] == "kernel":
            return str(route["source"])
    for row in near or rows:
        return str(row["address"])
    others = [row for row in namespace.addresses.values() if row["family"] == family and _usable(row, next_hop)]
    others.sort(key=lambda row: namespace.links.get(row["device"], {}).get("index", 0))
    return str(others[0]["address"]) if others else None


def _usable(row: dict[str, Any], next_hop: str) -> bool:
    return row["scope"] in ("global", "site", None) or (row["scope"] == "link" and _addresses.is_link_local(next_hop))
