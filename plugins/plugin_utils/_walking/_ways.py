# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""The branches of a walk document, each as the way from its first hop to its end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Row = Mapping[str, Any]
Way = list[Row]


def ways(walk: Row) -> list[Way]:
    """One for each end that counts, with all hops before it."""
    hops = {hop["number"]: hop for hop in walk["hops"]}
    return [_to(hops, number) for number in walk["ends"]]


def _to(hops: Mapping[int, Row], number: int | None) -> Way:
    way = []
    while number is not None:
        way.append(hops[number])
        number = hops[number]["parent"]
    return way[::-1]


def is_seen(hop: Row) -> bool:
    """Whether a capture on the hop's device sees the packet."""
    return bool(hop["direction"] and hop["node"])


def packet_seen(hop: Row) -> Row:
    """The packet as a capture on the hop's device sees it."""
    packet: Row = hop["after"] if hop["direction"] == "out" else hop["before"]
    return packet


def innermost(packet: Row) -> Row:
    """What the tunnels carry."""
    while packet["tunnel"] and packet["tunnel"]["inner"]:
        packet = packet["tunnel"]["inner"]
    return packet
