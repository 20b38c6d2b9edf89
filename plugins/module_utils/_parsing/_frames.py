# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Ethernet frames (bytes) to packets as the walk predicts them: the link layer, addresses and tunnels.

``decode`` returns one row:

* ``packet``: ``source_mac``, ``destination_mac``, ``vlans`` (identifiers, outer first), ``protocol``, ``source``,
  ``destination``, ``source_port``, ``destination_port``, ``ttl``, ``mark`` (always null: it is not on the wire),
  ``size_bytes`` (of the IP packet, by its own header), ``encrypted`` and ``tunnel``: null or ``{kind, vni, inner}``.
  ``protocol`` is tcp, udp, icmp, icmpv6, arp, ndp, the IP protocol's number as a string ("50"), for what is no IP the
  EtherType ("0x88cc"), or "802.3" for a frame with a length in its place. Addresses of arp and ndp are the sender's and
  the one that is asked for (in an answer: the one that asked). The source port of a tunnel is null, as it is a hash.
* Of the innermost packet, null where there is none: ``kind`` (of ICMP, ARP and NDP, for example "echo_request"),
  ``flags`` of TCP in tcpdump's letters ("S", "SA"), ``sequence``, ``acknowledgement``, ``identifier`` (of an echo, and
  the security parameters index of ESP) and ``payload`` (the first bytes behind the last header that was read, in
  hexadecimal digits).
* ``truncated``: whether the frame ended inside of a header. What came before it is decoded, the rest is null.

A frame that contradicts itself, or is shorter than an Ethernet header, raises ``ParseError``. Checksums are not looked
at: they are wrong by design where a network card is to fill them in.

Sources: IEEE 802.3 and 802.1Q, RFC 826 (ARP), 791 (IPv4), 8200 (IPv6), 4303 (ESP).
"""

from __future__ import annotations

import socket
from types import MappingProxyType
from typing import Any, Callable, Dict, Mapping

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import _frames_transport as _transport
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._octets import Cut, Octets

Row = Dict[str, Any]

_PACKET_KEYS = (
    "source_mac",
    "destination_mac",
    "vlans",
    "protocol",
    "source",
    "destination",
    "source_port",
    "destination_port",
    "ttl",
    "mark",
    "size_bytes",
    "encrypted",
    "tunnel",
)
_INNERMOST_KEYS = ("kind", "flags", "sequence", "acknowledgement", "identifier", "payload")

_PAYLOAD_BYTES = 64

# UDP destination ports by what is behind them: those that IANA assigned.
TUNNEL_PORTS: Mapping[int, str] = MappingProxyType({4789: "vxlan", 6081: "geneve"})

_VLAN_TAGS = (0x8100, 0x88A8)
_ETHERTYPE_ARP = 0x0806
_ETHERTYPE_IPV4 = 0x0800
_ETHERTYPE_IPV6 = 0x86DD
_LEAST_ETHERTYPE = 0x0600

_ARP_KINDS = {1: "request", 2: "reply"}
_ARP_OF_IPV4_ON_ETHERNET = (1, _ETHERTYPE_IPV4, 6, 4)

# IANA protocol numbers. Those of the IPv6 headers that carry another protocol on.
_HOP_BY_HOP, _ROUTING, _FRAGMENT, _DESTINATION = 0, 43, 44, 60
_ENCAPSULATING_SECURITY_PAYLOAD = 50


def decode(frame: bytes, tunnel_ports: Mapping[int, str] = TUNNEL_PORTS) -> Row:
    """Return the row of one frame; ``tunnel_ports`` gives "vxlan" or "geneve" for UDP destination ports."""
    if len(frame) < 14:
        raise ParseError("Ethernet frame", 0, "", f"expected at least 14 bytes, got {len(frame)}")
    row: Row = {"packet": dict.fromkeys(_PACKET_KEYS), **dict.fromkeys(_INNERMOST_KEYS), "truncated": False}
    row["packet"].update(vlans=[], encrypted=False)
    try:
        _ethernet(Octets(frame), row, tunnel_ports)
    except Cut:
        row["truncated"] = True
    return row


def innermost(packet: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what the tunnels carry, as far as it could be decoded; a packet without a tunnel is itself."""
    while packet["tunnel"] and packet["tunnel"]["inner"]:
        packet = packet["tunnel"]["inner"]
    return packet


def _ethernet(octets: Octets, row: Row, tunnel_ports: Mapping[int, str]) -> None:
    packet = row["packet"]
    destination, source, kind = octets.take("6s6sH")
    packet.update(source_mac=_mac(source), destination_mac=_mac(destination))
    while kind in _VLAN_TAGS:
        tag, kind = octets.take("HH")
        packet["vlans"].append(tag & 0xFFF)
    packet["protocol"] = f"0x{kind:04x}" if kind >= _LEAST_ETHERTYPE else "802.3"
    if kind == _ETHERTYPE_ARP:
        _arp(octets, row)
    elif kind in _NETWORK_LAYERS:
        protocol, is_first_fragment = _NETWORK_LAYERS[kind](octets, packet)
        packet["protocol"] = str(protocol)
        if is_first_fragment:
            _inside(protocol, octets, row, tunnel_ports)
    if row["payload"] is None:
        row["payload"] = octets.take_rest()[:_PAYLOAD_BYTES].hex() or None


def _inside(protocol: int, octets: Octets, row: Row, tunnel_ports: Mapping[int, str]) -> None:
    packet = row["packet"]
    if protocol == _ENCAPSULATING_SECURITY_PAYLOAD:
        packet["encrypted"] = True
        row["identifier"], row["sequence"] = octets.take("II")
    elif protocol in _transport.PROTOCOLS:
        packet["protocol"], read = _transport.PROTOCOLS[protocol]
        read(octets, row)
    kind = tunnel_ports.get(packet["destination_port"]) if packet["protocol"] == "udp" else None
    if kind is not None:
        _tunnel(kind, octets, row, tunnel_ports)


def _tunnel(kind: str, octets: Octets, row: Row, tunnel_ports: Mapping[int, str]) -> None:
    packet = row["packet"]
    vni = _transport.TUNNELS[kind](octets)
    if vni is None:
        return
    packet["source_port"] = None
    packet["tunnel"] = {"kind": kind, "vni": vni, "inner": None}
    if octets.left < 14:
        raise Cut
    inner = decode(octets.take_rest(), tunnel_ports)
    packet["tunnel"]["inner"] = inner.pop("packet")
    row.update(inner)


def _arp(octets: Octets, row: Row) -> None:
    row["packet"]["protocol"] = "arp"
    *form, operation = octets.take("HHBBH")
    row["kind"] = _ARP_KINDS.get(operation, f"operation {operation}")
    if tuple(form) == _ARP_OF_IPV4_ON_ETHERNET:
        source, destination = octets.take("6x4s6x4s")
        row["packet"].update(source=socket.inet_ntoa(source), destination=socket.inet_ntoa(destination))


def _ipv4(octets: Octets, packet: Row) -> tuple[int, bool]:
    start = octets.left
    first, size, fragment, ttl, protocol, source, destination = octets.take("BxHxxHBBxx4s4s")
    header_bytes = (first & 0xF) * 4
    if first >> 4 != 4 or header_bytes < 20 or 0 < size < header_bytes:
        raise ParseError("IPv4 header", 0, "", f"version and header length {first:#04x} do not go with length {size}")
    packet.update(
        protocol=str(protocol),
        source=socket.inet_ntoa(source),
        destination=socket.inet_ntoa(destination),
        ttl=ttl,
        size_bytes=size or start,
    )
    # What follows is padding of the frame. The length is 0 where a network card is to cut a larger packet up.
    octets.end_at((size or start) - 20)
    octets.take(f"{header_bytes - 20}x")
    return protocol, fragment & 0x1FFF == 0


def _ipv6(octets: Octets, packet: Row) -> tuple[int, bool]:
    first, size, protocol, ttl, source, destination = octets.take("B3xHBB16s16s")
    if first >> 4 != 6:
        raise ParseError("IPv6 header", 0, "", f"expected version 6, got {first >> 4}")
    packet.update(
        protocol=str(protocol),
        source=socket.inet_ntop(socket.AF_INET6, source),
        destination=socket.inet_ntop(socket.AF_INET6, destination),
        ttl=ttl,
        size_bytes=40 + (size or octets.left),
    )
    octets.end_at(size or octets.left)
    is_first_fragment = True
    while is_first_fragment and protocol in (_HOP_BY_HOP, _ROUTING, _FRAGMENT, _DESTINATION):
        following, length, offset = octets.take("BBH4x")
        if protocol == _FRAGMENT:
            is_first_fragment = offset >> 3 == 0
        else:
            octets.take(f"{length * 8}x")
        protocol = following
    return protocol, is_first_fragment


_NETWORK_LAYERS: dict[int, Callable[[Octets, Row], tuple[int, bool]]] = {
    _ETHERTYPE_IPV4: _ipv4,
    _ETHERTYPE_IPV6: _ipv6,
}


def _mac(octets: bytes) -> str:
    return ":".join(f"{octet:02x}" for octet in octets)
