# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Read the tables that rtnetlink knows of one network namespace."""

from __future__ import annotations

import struct
from typing import Any, Callable, Dict, Mapping

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import _netlink
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._netlink_socket import NetlinkSocket

Row = Dict[str, Any]

# linux/socket.h; Python has no name for it.
_AF_BRIDGE = 7

# Without statistics a link is a third shorter (linux/rtnetlink.h, RTEXT_FILTER_SKIP_STATS).
_SKIP_STATISTICS = _netlink.attribute(_netlink.IFLA_EXT_MASK, struct.pack("=I", 1 << 3))
_ALL_LINKS = bytes(16) + _SKIP_STATISTICS
_ALL_ADDRESSES = bytes(8)
_ALL_ROUTES = bytes(12)
_ALL_RULES = bytes(12)
_ALL_NEIGHBOURS = bytes(12)
_ALL_FORWARDING = bytes([_AF_BRIDGE]) + bytes(11)

# What rows are sorted by; rows that are equal in these keep the kernel's order.
_ORDER = {
    "links": ("index",),
    "addresses": ("device", "family", "address"),
    "routes": ("family", "table", "destination", "metric", "type", "device", "gateway"),
    "rules": ("family", "priority"),
    "neighbours": ("device", "family", "address"),
    "fdb": ("device", "mac", "vlan", "vni", "destination"),
}


def read(connection: NetlinkSocket) -> dict[str, Any]:
    """Return the tables that ``_ORDER`` names; ``links`` as ``_netlink.link`` decodes them.

    A table that could not be read is ``None``, with the reason beside it as ``<table>_reason``.
    """
    tables: dict[str, Any] = {}

    def table(key: str, kind: int, payload: bytes, decode: Callable[[bytes], Row | None]) -> None:
        try:
            rows = [row for row in map(decode, connection.dump(kind, payload)) if row is not None]
        except (OSError, ParseError) as error:
            tables[key] = None
            tables[f"{key}_reason"] = f"rtnetlink: {error.strerror if isinstance(error, OSError) else error}"
        else:
            tables[key] = sorted(rows, key=lambda row: _rank(row, _ORDER[key]))

    table("links", _netlink.RTM_GETLINK, _ALL_LINKS, _netlink.link)
    names = {row["index"]: row["name"] for row in tables["links"] or []}
    table("addresses", _netlink.RTM_GETADDR, _ALL_ADDRESSES, lambda data: _netlink.address(data, names))
    table("routes", _netlink.RTM_GETROUTE, _ALL_ROUTES, lambda data: _netlink.route(data, names))
    table("rules", _netlink.RTM_GETRULE, _ALL_RULES, _netlink.rule)
    table("neighbours", _netlink.RTM_GETNEIGH, _ALL_NEIGHBOURS, lambda data: _netlink.neighbour(data, names))
    table("fdb", _netlink.RTM_GETNEIGH, _ALL_FORWARDING, lambda data: _netlink.forwarding(data, names))
    return tables


def _rank(row: Mapping[str, Any], keys: Any) -> list[Any]:
    return [(row[key] is not None, row[key]) for key in keys]
