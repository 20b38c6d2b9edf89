# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Captured frames to a file that Wireshark and tcpdump read.

Source: PCAP Next Generation (pcapng) Capture File Format, draft-ietf-opsawg-pcapng.
"""

from __future__ import annotations

import struct
from typing import Iterable, NamedTuple, Sequence

_SECTION_HEADER_BLOCK = 0x0A0D0D0A
_INTERFACE_DESCRIPTION_BLOCK = 1
_ENHANCED_PACKET_BLOCK = 6

_BYTE_ORDER_MAGIC = 0x1A2B3C4D
_UNKNOWN_SECTION_LENGTH = -1
_LINKTYPE_ETHERNET = 1

_OPTION_END = 0
_OPTION_INTERFACE_NAME = 2
_OPTION_TIMESTAMP_RESOLUTION = 9
_OPTION_PACKET_FLAGS = 2

# Timestamps are in units of 10 to the power of minus this.
_NANOSECONDS = 9

_DIRECTIONS = {"in": 1, "out": 2}


class Frame(NamedTuple):
    """One frame: the number of its interface, when it was seen, "in" or "out", its first bytes, and its length."""

    interface: int
    time_nanoseconds: int
    direction: str
    content: bytes
    size_bytes: int


def document(interfaces: Sequence[str], frames: Iterable[Frame], snap_bytes: int) -> bytes:
    """Return the whole file. ``interfaces`` are names; ``snap_bytes`` is the most that was kept of each frame."""
    header = struct.pack("<IHHq", _BYTE_ORDER_MAGIC, 1, 0, _UNKNOWN_SECTION_LENGTH)
    blocks = [_block(_SECTION_HEADER_BLOCK, header)]
    blocks += [_block(_INTERFACE_DESCRIPTION_BLOCK, _interface(name, snap_bytes)) for name in interfaces]
    blocks += [_block(_ENHANCED_PACKET_BLOCK, _packet(frame)) for frame in frames]
    return b"".join(blocks)


def _interface(name: str, snap_bytes: int) -> bytes:
    return (
        struct.pack("<HxxI", _LINKTYPE_ETHERNET, snap_bytes)
        + _option(_OPTION_INTERFACE_NAME, name.encode())
        + _option(_OPTION_TIMESTAMP_RESOLUTION, bytes([_NANOSECONDS]))
        + _option(_OPTION_END, b"")
    )


def _packet(frame: Frame) -> bytes:
    high, low = divmod(frame.time_nanoseconds, 1 << 32)
    return (
        struct.pack("<IIIII", frame.interface, high, low, len(frame.content), frame.size_bytes)
        + _padded(frame.content)
        + _option(_OPTION_PACKET_FLAGS, struct.pack("<I", _DIRECTIONS[frame.direction]))
        + _option(_OPTION_END, b"")
    )


def _block(kind: int, body: bytes) -> bytes:
    size = struct.pack("<I", 12 + len(body))
    return struct.pack("<I", kind) + size + body + size


def _option(code: int, content: bytes) -> bytes:
    return struct.pack("<HH", code, len(content)) + _padded(content)


def _padded(content: bytes) -> bytes:
    return content + bytes(-len(content) % 4)
