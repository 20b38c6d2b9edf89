# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""VLANs of a bridge and its ports (``struct bridge_vlan_info`` of linux/if_bridge.h)."""

from __future__ import annotations

import struct
from typing import Any, Dict, Iterable

Row = Dict[str, Any]

# linux/if_bridge.h
BRIDGE_VLAN_INFO_PVID = 1 << 1
BRIDGE_VLAN_INFO_UNTAGGED = 1 << 2
BRIDGE_VLAN_INFO_RANGE_BEGIN = 1 << 3
BRIDGE_VLAN_INFO_RANGE_END = 1 << 4


def decode(told: Iterable[bytes]) -> list[Row]:
    """Decode all IFLA_BRIDGE_VLAN_INFO of one link to ``vlans``, a range as its VLANs.

    Raises ``struct.error`` and ``ValueError`` when one is cut, or an end of a range is missing.
    """
    rows: list[Row] = []
    begin: int | None = None
    for data in told:
        flags, identifier = struct.unpack("=HH", data)
        if begin is not None and not flags & BRIDGE_VLAN_INFO_RANGE_END:
            raise ValueError(f"a range of VLANs begins with {begin} and has no end")
        if flags & BRIDGE_VLAN_INFO_RANGE_BEGIN:
            begin = identifier
            continue
        rows += [
            {
                "identifier": each,
                "pvid": bool(flags & BRIDGE_VLAN_INFO_PVID),
                "untagged": bool(flags & BRIDGE_VLAN_INFO_UNTAGGED),
            }
            for each in range(identifier if begin is None else begin, identifier + 1)
        ]
        begin = None
    if begin is not None:
        raise ValueError(f"a range of VLANs begins with {begin} and has no end")
    return rows
