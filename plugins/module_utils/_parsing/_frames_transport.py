# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""What an IP packet carries (bytes) to the keys that ``_frames.decode`` describes.

Sources: RFC 9293 (TCP), 768 (UDP), 792 (ICMP), 4443 (ICMPv6), 4861 (neighbour discovery), 7348 (VXLAN), 8926 (Geneve).
"""

from __future__ import annotations

import socket
from typing import Any, Callable, Dict

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._octets import Octets

Row = Dict[str, Any]

# From the lowest bit on.
_TCP_FLAGS = "FSRPAUEW"

_ICMP_KINDS = {
    0: "echo_reply",
    3: "destination_unreachable",
    5: "redirect",
    8: "echo_request",
    11: "time_exceeded",
    12: "parameter_problem",
}
_ICMPV6_KINDS = {
    1: "destination_unreachable",
    2: "packet_too_big",
    3: "time_exceeded",
    4: "parameter_problem",
    128: "echo_request",
    129: "echo_reply",
    133: "router_solicitation",
    134: "router_advertisement",
    135: "neighbour_solicitation",
    136: "neighbour_advertisement",
}
_ECHO = ("echo_request", "echo_reply")

_VXLAN_HAS_VNI = 0x08
_ETHERTYPE_OF_ETHERNET = 0x6558


def _tcp(octets: Octets, row: Row) -> None:
    row["packet"]["source_port"], row["packet"]["destination_port"] = octets.take("HH")
    row["sequence"], row["acknowledgement"], offset, flags = octets.take("IIBB")
    header_bytes = (offset >> 4) * 4
    if header_bytes < 20:
        raise ParseError("TCP header", 0, "", f"expected a length of at least 20 bytes, got {header_bytes}")
    row["flags"] = "".join(letter for bit, letter in enumerate(_TCP_FLAGS) if flags & 1 << bit)
    octets.take(f"{header_bytes - 14}x")


def _udp(octets: Octets, row: Row) -> None:
    row["packet"]["source_port"], row["packet"]["destination_port"] = octets.take("HH")
    octets.take("HH")


def _icmp(octets: Octets, row: Row) -> None:
    _control_message(octets, row, _ICMP_KINDS)


def _icmpv6(octets: Octets, row: Row) -> None:
    packet = row["packet"]
    _control_message(octets, row, _ICMPV6_KINDS)
    if row["kind"] in ("neighbour_solicitation", "neighbour_advertisement"):
        packet["protocol"] = "ndp"
        target = socket.inet_ntop(socket.AF_INET6, octets.take("16s")[0])
        packet["destination" if row["kind"] == "neighbour_solicitation" else "source"] = target


def _control_message(octets: Octets, row: Row, kinds: dict[int, str]) -> None:
    (number,) = octets.take("Bxxx")
    row["kind"] = kinds.get(number, f"type {number}")
    identifier, sequence = octets.take("HH")
    if row["kind"] in _ECHO:
        row["identifier"], row["sequence"] = identifier, sequence


def _vxlan(octets: Octets) -> int | None:
    flags, vni = octets.take("B3xI")
    return vni >> 8 if flags & _VXLAN_HAS_VNI else None


def _geneve(octets: Octets) -> int | None:
    first, kind, vni = octets.take("BxHI")
    octets.take(f"{(first & 0x3F) * 4}x")
    return vni >> 8 if first >> 6 == 0 and kind == _ETHERTYPE_OF_ETHERNET else None


PROTOCOLS: dict[int, tuple[str, Callable[[Octets, Row], None]]] = {
    socket.IPPROTO_TCP: ("tcp", _tcp),
    socket.IPPROTO_UDP: ("udp", _udp),
    socket.IPPROTO_ICMP: ("icmp", _icmp),
    socket.IPPROTO_ICMPV6: ("icmpv6", _icmpv6),
}

# Read the tunnel's header and return its VNI; None when it carries no Ethernet frame after all.
TUNNELS: dict[str, Callable[[Octets], int | None]] = {"vxlan": _vxlan, "geneve": _geneve}
