# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Read the tables that rtnetlink knows of one network namespace."""

from __future__ import annotations

import struct
from typing import Any, Callable, Dict, Iterable, Iterator, Mapping

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import _device_settings, _netlink
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._netlink_socket import NetlinkSocket

Row = Dict[str, Any]

# linux/socket.h; Python has no name for it.
_AF_BRIDGE = 7

# Without statistics a link is a third shorter (linux/rtnetlink.h, RTEXT_FILTER_SKIP_STATS).
_SKIP_STATISTICS = _netlink.attribute(_netlink.IFLA_EXT_MASK, struct.pack("=I", 1 << 3))
ALL_LINKS = bytes(16) + _SKIP_STATISTICS
# With VLANs, those that follow one another as a range (RTEXT_FILTER_BRVLAN_COMPRESSED).
_ALL_VLANS = bytes([_AF_BRIDGE]) + bytes(15) + _netlink.attribute(_netlink.IFLA_EXT_MASK, struct.pack("=I", 1 << 2))
ALL_ADDRESSES = bytes(8)
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


def read(connection: NetlinkSocket, of_all_devices: Mapping[str, dict[str, int] | str]) -> dict[str, Any]:
    """Return the tables that ``_ORDER`` names; ``links`` as ``_netlink.link`` decodes them, with effective settings.

    ``of_all_devices`` is what ``_sysctl.of_all_devices`` returned in the same namespace.
    A table that could not be read is ``None``, with the reason beside it as ``<table>_reason``.
    """
    tables: dict[str, Any] = {}

    def table(key: str, read_rows: Callable[[], Iterable[Row | None]]) -> None:
        try:
            rows = [row for row in read_rows() if row is not None]
        except (OSError, ParseError) as error:
            tables[key] = None
            tables[f"{key}_reason"] = f"rtnetlink: {error.strerror if isinstance(error, OSError) else error}"
        else:
            tables[key] = sorted(rows, key=lambda row: _rank(row, _ORDER[key]))

    def dump(
        kind: int, payload: bytes, decode: Callable[..., Row | None], *context: Any
    ) -> Callable[[], Iterator[Any]]:
        return lambda: (decode(row, *context) for row in connection.dump(kind, payload))

    table("links", lambda: links(connection, of_all_devices))
    names = {row["index"]: row["name"] for row in tables["links"] or []}
    table("addresses", dump(_netlink.RTM_GETADDR, ALL_ADDRESSES, _netlink.address, names))
    table("routes", dump(_netlink.RTM_GETROUTE, _ALL_ROUTES, _netlink.route, names))
    table("rules", dump(_netlink.RTM_GETRULE, _ALL_RULES, _netlink.rule))
    table("neighbours", dump(_netlink.RTM_GETNEIGH, _ALL_NEIGHBOURS, _netlink.neighbour, names))
    table("fdb", dump(_netlink.RTM_GETNEIGH, _ALL_FORWARDING, _netlink.forwarding, names))
    return tables


def links(connection: NetlinkSocket, of_all_devices: Mapping[str, dict[str, int] | str]) -> list[Row]:
    """Return the links of the table, unsorted. Raises ``OSError`` and ``ParseError``."""
    rows = [_link(payload, of_all_devices) for payload in connection.dump(_netlink.RTM_GETLINK, ALL_LINKS)]
    filtering = {row["index"] for row in rows if row.get("bridge", {}).get("vlan_filtering")}
    if filtering:
        vlans: dict[int, list[Row]] = {}
        for index, found in map(_netlink.bridge_vlans, connection.dump(_netlink.RTM_GETLINK, _ALL_VLANS)):
            # A network card with a switch inside tells of its port a second time, without these.
            vlans.setdefault(index, []).extend(found)
        for row in rows:
            if row["index"] in filtering:
                row["bridge"]["vlans"] = vlans.get(row["index"], [])
            elif row["master"] in filtering:
                row["port"]["vlans"] = vlans.get(row["index"], [])
    return rows


def _link(payload: bytes, of_all_devices: Mapping[str, dict[str, int] | str]) -> Row:
    row = _netlink.link(payload)
    for family in row.keys() & of_all_devices.keys():
        of_all = of_all_devices[family]
        if isinstance(of_all, str):
            row.update({family: None, f"{family}_reason": of_all})
        else:
            row[family] = _device_settings.effective(family, row[family], of_all)
    return row


def _rank(row: Mapping[str, Any], keys: Any) -> list[Any]:
    return [(row[key] is not None, row[key]) for key in keys]
