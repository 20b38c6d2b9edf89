# SPDX-License-Identifier: GPL-3.0-or-later
"""Decoding of frames that Linux 6.18 sent over an overlay network, and of frames built byte by byte from the RFCs."""

from __future__ import annotations

import json
import socket
import struct
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._frames import decode, innermost

RECORDED = json.loads(
    (Path(__file__).resolve().parents[4] / "recordings" / "frames" / "overlay.json").read_text(encoding="ascii")
)

IPV4, IPV6 = 0x0800, 0x86DD
HOP_BY_HOP, ROUTING, FRAGMENT, DESTINATION = 0, 43, 44, 60
FIRST = struct.pack("!BBHI", socket.IPPROTO_UDP, 0, 1, 9)
SECOND = struct.pack("!BBHI", socket.IPPROTO_UDP, 0, 185 << 3, 9)


def ethernet(kind: int, content: bytes, *tags: tuple[int, int]) -> bytes:
    marks = b"".join(struct.pack("!HH", *tag) for tag in tags)
    return bytes.fromhex("02420a00010a02420a000104") + marks + struct.pack("!H", kind) + content


def ipv4(protocol: int, content: bytes, options: bytes = b"", fragment: int = 0, size: int | None = None) -> bytes:
    words = 5 + len(options) // 4
    size = words * 4 + len(content) if size is None else size
    header = struct.pack("!BBHHHBBH", 0x40 | words, 0, size, 1, fragment, 63, protocol, 0)
    return header + socket.inet_aton("10.0.1.4") + socket.inet_aton("10.0.1.10") + options + content


def ipv6(protocol: int, content: bytes) -> bytes:
    header = struct.pack("!IHBB", 6 << 28, len(content), protocol, 62)
    return header + b"".join(socket.inet_pton(socket.AF_INET6, end) for end in ("fd01::4", "fd01::a")) + content


def udp(content: bytes = b"", port: int = 53) -> bytes:
    return struct.pack("!HHHH", 40000, port, 8 + len(content), 0) + content


def tcp(flags: int, content: bytes = b"", words: int = 5) -> bytes:
    header = struct.pack("!HHIIBBHHH", 40000, 80, 1000, 2000, words << 4, flags, 512, 0, 0)
    return header + bytes(max(0, words * 4 - 20)) + content


def vxlan(content: bytes, flags: int = 8, vni: int = 4097) -> bytes:
    return struct.pack("!II", flags << 24, vni << 8) + content


def geneve(content: bytes, options: bytes = b"", kind: int = 0x6558) -> bytes:
    return struct.pack("!BBHI", len(options) // 4, 0, kind, 77 << 8) + options + content


def some(row: dict[str, Any], *keys: str) -> tuple[Any, ...]:
    """What is at some keys of the innermost packet, or beside the packet."""
    inner = innermost(row["packet"])
    return tuple(inner[key] if key in inner else row[key] for key in keys)


def test_a_packet_in_a_tunnel_is_whole() -> None:
    assert decode(bytes.fromhex(RECORDED["syn_in_vxlan"])) == {
        "packet": {
            "source_mac": "76:58:26:78:53:a7",
            "destination_mac": "ca:26:2f:21:0a:62",
            "vlans": [],
            "protocol": "udp",
            "source": "192.168.99.1",
            "destination": "192.168.99.2",
            "source_port": None,
            "destination_port": 4789,
            "ttl": 64,
            "mark": None,
            "size_bytes": 110,
            "encrypted": False,
            "tunnel": {
                "kind": "vxlan",
                "vni": 4097,
                "inner": {
                    "source_mac": "02:42:0a:00:01:04",
                    "destination_mac": "02:42:0a:00:01:0a",
                    "vlans": [],
                    "protocol": "tcp",
                    "source": "10.0.1.4",
                    "destination": "10.0.1.10",
                    "source_port": 40000,
                    "destination_port": 80,
                    "ttl": 64,
                    "mark": None,
                    "size_bytes": 60,
                    "encrypted": False,
                    "tunnel": None,
                },
            },
        },
        "kind": None,
        "flags": "S",
        "sequence": 458001272,
        "acknowledgement": 0,
        "identifier": None,
        "payload": None,
        "truncated": False,
    }


@pytest.mark.parametrize(
    ("name", "protocol", "kind", "source", "destination", "payload"),
    [
        ("arp_request_in_vxlan", "arp", "request", "10.0.1.4", "10.0.1.10", None),
        ("arp_reply", "arp", "reply", "10.0.1.10", "10.0.1.4", None),
        ("neighbour_solicitation", "ndp", "neighbour_solicitation", "fd01::4", "fd01::a", b"\1\1\2B\n\0\1\4"),
        (
            "neighbour_advertisement_in_vxlan",
            "ndp",
            "neighbour_advertisement",
            "fd01::a",
            "fd01::4",
            b"\2\1\2B\n\0\1\n",
        ),
        ("echo_request_of_icmpv6", "icmpv6", "echo_request", "fd01::4", "fd01::a", b"packetwalk"),
        ("echo_reply", "icmp", "echo_reply", "10.0.1.10", "10.0.1.4", b"packetwalk"),
        ("request_over_tcp", "tcp", None, "10.0.1.4", "10.0.1.10", b"GET / HTTP/1.0\r\n\r\n"),
    ],
)
def test_recorded_frames(
    name: str, protocol: str, kind: str | None, source: str, destination: str, payload: bytes | None
) -> None:
    row = decode(bytes.fromhex(RECORDED[name]))
    expected = (protocol, kind, source, destination, payload.hex() if payload else None, False)
    assert some(row, "protocol", "kind", "source", "destination", "payload", "truncated") == expected


def test_an_error_quotes_what_it_complains_about() -> None:
    row = decode(bytes.fromhex(RECORDED["destination_unreachable"]))
    assert some(row, "protocol", "kind", "identifier", "sequence") == ("icmp", "destination_unreachable", None, None)
    assert bytes.fromhex(row["payload"]).endswith(b"packetwalk")


@pytest.mark.parametrize(
    ("bits", "letters"), [(0x02, "S"), (0x12, "SA"), (0x18, "PA"), (0x11, "FA"), (0x04, "R"), (0xC2, "SEW"), (0, "")]
)
def test_flags_of_tcp(bits: int, letters: str) -> None:
    row = decode(ethernet(IPV4, ipv4(socket.IPPROTO_TCP, tcp(bits, b"x", words=8))))
    assert some(row, "flags", "sequence", "acknowledgement", "payload") == (letters, 1000, 2000, "78")


@pytest.mark.parametrize(
    ("tags", "vlans"),
    [
        ([(0x8100, 7)], [7]),
        ([(0x88A8, 0x2064), (0x8100, 7)], [100, 7]),
        ([(0x8100, 1), (0x8100, 2), (0x8100, 3)], [1, 2, 3]),
    ],
)
def test_tags_are_read_from_the_outside_in_without_their_priority(
    tags: list[tuple[int, int]], vlans: list[int]
) -> None:
    row = decode(ethernet(IPV4, ipv4(socket.IPPROTO_UDP, udp()), *tags))
    assert some(row, "vlans", "protocol", "source_port", "destination_port") == (vlans, "udp", 40000, 53)


@pytest.mark.parametrize(
    ("packet", "expected"),
    [
        (ipv4(socket.IPPROTO_UDP, udp(b"hi"), options=bytes(8)), ("udp", 63, 38, 53, "6869")),
        # An Ethernet frame has at least 60 bytes; what fills it up is no payload.
        (ipv4(socket.IPPROTO_UDP, udp(b"hi")) + bytes(30), ("udp", 63, 30, 53, "6869")),
        # As a network card gets it that is to cut it up.
        (ipv4(socket.IPPROTO_UDP, udp(b"hi"), size=0), ("udp", 63, 30, 53, "6869")),
        (ipv4(socket.IPPROTO_UDP, udp(b"hi"), fragment=0x2000), ("udp", 63, 30, 53, "6869")),
        (ipv4(socket.IPPROTO_UDP, b"rest", fragment=185), ("17", 63, 24, None, "72657374")),
        (ipv4(89, b"ospf"), ("89", 63, 24, None, "6f737066")),
    ],
)
def test_ipv4(packet: bytes, expected: tuple[Any, ...]) -> None:
    assert (
        some(decode(ethernet(IPV4, packet)), "protocol", "ttl", "size_bytes", "destination_port", "payload") == expected
    )


@pytest.mark.parametrize(
    ("first", "headers", "content", "expected"),
    [
        (socket.IPPROTO_UDP, b"", udp(b"hi"), ("udp", 62, 50, 53, "6869")),
        (
            HOP_BY_HOP,
            bytes([ROUTING, 0])
            + bytes(6)
            + bytes([DESTINATION, 1])
            + bytes(14)
            + bytes([socket.IPPROTO_UDP, 0])
            + bytes(6),
            udp(b"hi"),
            ("udp", 62, 82, 53, "6869"),
        ),
        (FRAGMENT, FIRST, udp(b"hi"), ("udp", 62, 58, 53, "6869")),
        (FRAGMENT, SECOND, b"rest", ("17", 62, 52, None, "72657374")),
        (59, b"", b"", ("59", 62, 40, None, None)),
    ],
)
def test_ipv6(first: int, headers: bytes, content: bytes, expected: tuple[Any, ...]) -> None:
    row = decode(ethernet(IPV6, ipv6(first, headers + content)))
    assert some(row, "protocol", "ttl", "size_bytes", "destination_port", "payload") == expected
    assert some(row, "source", "destination") == ("fd01::4", "fd01::a")


def test_what_is_encrypted_stays_closed() -> None:
    row = decode(ethernet(IPV4, ipv4(50, struct.pack("!II", 0x2001, 5) + b"secret")))
    assert some(row, "protocol", "encrypted", "identifier", "sequence") == ("50", True, 0x2001, 5)
    assert row["packet"]["tunnel"] is None


@pytest.mark.parametrize(
    ("frame", "protocol"),
    [
        (ethernet(0x88CC, b"lldp"), "0x88cc"),
        (ethernet(38, bytes.fromhex("424203") + bytes(43)), "802.3"),
        (ethernet(0x0806, bytes.fromhex("0006080006040001") + bytes(20)), "arp"),
    ],
)
def test_what_is_no_ip_has_no_addresses(frame: bytes, protocol: str) -> None:
    assert some(decode(frame), "protocol", "source", "destination", "size_bytes") == (protocol, None, None, None)


INNER = ethernet(IPV4, ipv4(socket.IPPROTO_TCP, tcp(0x02)))


@pytest.mark.parametrize(
    ("port", "content", "tunnel"),
    [
        (4789, vxlan(INNER), ("vxlan", 4097)),
        (8472, vxlan(INNER, vni=0xFFFFFF), ("vxlan", 0xFFFFFF)),
        (6081, geneve(INNER), ("geneve", 77)),
        (6081, geneve(INNER, options=bytes(12)), ("geneve", 77)),
        # No VNI, no Ethernet, and no port of a tunnel.
        (4789, vxlan(INNER, flags=0), None),
        (6081, geneve(ipv4(socket.IPPROTO_TCP, tcp(0x02)), kind=IPV4), None),
        (4790, vxlan(INNER), None),
    ],
)
def test_tunnels(port: int, content: bytes, tunnel: tuple[str, int] | None) -> None:
    ports = {4789: "vxlan", 8472: "vxlan", 6081: "geneve"}
    row = decode(ethernet(IPV4, ipv4(socket.IPPROTO_UDP, udp(content, port))), ports)
    packet = row["packet"]
    if tunnel is None:
        assert (packet["tunnel"], packet["source_port"], row["flags"]) == (None, 40000, None)
    else:
        assert (packet["tunnel"]["kind"], packet["tunnel"]["vni"], packet["source_port"]) == (*tunnel, None)
        assert some(row, "protocol", "source_port", "flags") == ("tcp", 40000, "S")


def test_a_tunnel_in_a_tunnel() -> None:
    inner = ethernet(IPV4, ipv4(socket.IPPROTO_UDP, udp(geneve(INNER), 6081)), (0x8100, 7))
    row = decode(ethernet(IPV6, ipv6(socket.IPPROTO_UDP, udp(vxlan(inner), 4789))))
    middle = row["packet"]["tunnel"]["inner"]
    assert (middle["vlans"], middle["tunnel"]["kind"]) == ([7], "geneve")
    assert some(row, "protocol", "flags") == ("tcp", "S")


@pytest.mark.parametrize("size", range(14, 14 + 20 + 8 + 8 + 14 + 20 + 20))
def test_a_frame_that_was_cut_inside_of_its_headers_says_so(size: int) -> None:
    frame = ethernet(IPV4, ipv4(socket.IPPROTO_UDP, udp(vxlan(INNER), 4789)))
    whole, cut = decode(frame), decode(frame[:size])
    assert (whole["truncated"], cut["truncated"]) == (False, True)
    # Nothing is made up: what is there is right.
    for key in ("source_mac", "destination_mac", "source", "destination", "destination_port", "ttl", "size_bytes"):
        assert cut["packet"][key] in (None, whole["packet"][key])


def test_a_cut_payload_is_no_cut_header() -> None:
    row = decode(ethernet(IPV4, ipv4(socket.IPPROTO_UDP, udp(b"x" * 100)))[: 14 + 28 + 10])
    assert some(row, "payload", "size_bytes", "truncated") == (10 * "78", 128, False)
    row = decode(ethernet(IPV4, ipv4(socket.IPPROTO_UDP, udp(b"x" * 100))))
    assert row["payload"] == 64 * "78"


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (bytes(13), "expected at least 14 bytes, got 13"),
        (ethernet(IPV4, ipv6(socket.IPPROTO_UDP, udp())), "version and header length 0x60"),
        (ethernet(IPV4, b"\x44" + ipv4(socket.IPPROTO_UDP, udp())[1:]), "version and header length 0x44"),
        (ethernet(IPV4, ipv4(socket.IPPROTO_UDP, udp(), size=19)), "do not go with length 19"),
        (ethernet(IPV6, ipv4(socket.IPPROTO_UDP, udp()) + bytes(20)), "expected version 6, got 4"),
        (ethernet(IPV4, ipv4(socket.IPPROTO_TCP, tcp(2, words=4))), "expected a length of at least 20 bytes, got 16"),
    ],
)
def test_a_frame_that_contradicts_itself_is_refused(frame: bytes, reason: str) -> None:
    with pytest.raises(ParseError, match=reason):
        decode(frame)
