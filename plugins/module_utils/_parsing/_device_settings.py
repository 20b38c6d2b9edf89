# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""How a device treats packets (sysctl ``net.ipv4.conf.*`` and ``net.ipv6.conf.*``), as RTM_GETLINK tells it.

The kernel seldom goes by the device's value alone: with most settings it takes the greater one of the device's and
that of ``all`` (IN_DEV_MAXCONF and IN_DEV_ORCONF in linux/inetdevice.h, ``ip6_forward`` in net/ipv6/ip6_output.c).
"""

from __future__ import annotations

import struct
from typing import Any, Callable, Dict, Mapping

Row = Dict[str, Any]

# Per family: key of the document, how it is written there, and its place in the array. That of IPv4 is IPV4_DEVCONF_*
# of linux/ip.h less 1, that of IPv6 DEVCONF_* of linux/ipv6.h. A value that an older kernel has no place for is 0.
_PLACES: dict[str, dict[str, tuple[Callable[[int], Any], int]]] = {
    "ipv4": {
        "forwarding": (bool, 0),
        "proxy_arp": (bool, 2),
        "rp_filter": (int, 7),
        "route_localnet": (bool, 25),
        "arp_ignore": (int, 18),
        "accept_local": (bool, 22),
    },
    "ipv6": {
        # What sysctl calls "forwarding" decides for "all" only; of a device the kernel asks force_forwarding.
        "forwarding": (bool, 59),
        "disabled": (bool, 26),
        "proxy_ndp": (bool, 22),
    },
}

# The settings in which the greater one of the device's value and that of "all" counts.
OF_ALL = {
    "ipv4": ("proxy_arp", "rp_filter", "route_localnet", "arp_ignore", "accept_local"),
    "ipv6": ("forwarding", "proxy_ndp"),
}


def decode(family: str, array: bytes) -> Row:
    """Decode IFLA_INET_CONF or IFLA_INET6_CONF to the device's own settings of ``ipv4`` or ``ipv6``.

    Raises ``struct.error`` when the array is cut.
    """
    settings = struct.unpack(f"={len(array) // 4}i", array)
    return {
        key: written(settings[place] if place < len(settings) else 0)
        for key, (written, place) in _PLACES[family].items()
    }


def effective(family: str, own: Mapping[str, Any], of_all: Mapping[str, int]) -> Row:
    """Return the settings that the kernel goes by; ``of_all`` are those of ``all`` by the keys of ``OF_ALL``."""
    return {
        key: written(max(own[key], of_all[key])) if key in OF_ALL[family] else own[key]
        for key, (written, _place) in _PLACES[family].items()
    }
