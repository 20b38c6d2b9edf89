# SPDX-License-Identifier: GPL-3.0-or-later
"""The file as a reader of the format takes it apart."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

from ansible_collections.packetwalk.labs.plugins.module_utils._formatting._pcapng import Frame, document

FRAMES = [
    Frame(1, 1_795_268_422_009_208_735, "in", b"seventy", 70),
    Frame(0, 5, "out", b"four", 4),
]


def blocks(content: bytes) -> Iterator[tuple[int, bytes]]:
    while content:
        kind, size = struct.unpack_from("<II", content)
        assert size % 4 == 0
        assert struct.unpack_from("<I", content, size - 4)[0] == size
        yield kind, content[8 : size - 4]
        content = content[size:]


def options(content: bytes) -> dict[int, bytes]:
    found = {}
    while True:
        code, size = struct.unpack_from("<HH", content)
        if code == 0:
            assert (size, content[4:]) == (0, b"")
            return found
        found[code] = content[4 : 4 + size]
        content = content[4 + size + -size % 4 :]


def packet(body: bytes) -> dict[str, Any]:
    interface, high, low, kept, size = struct.unpack_from("<IIIII", body)
    return {
        "interface": interface,
        "nanoseconds": high << 32 | low,
        "content": body[20 : 20 + kept],
        "size": size,
        "options": options(body[20 + kept + -kept % 4 :]),
    }


def test_the_file_says_what_was_captured_where_when_and_which_way() -> None:
    found = list(blocks(document(["host/eth0", "red/eth0"], FRAMES, 256)))
    assert [kind for kind, _body in found] == [0x0A0D0D0A, 1, 1, 6, 6]
    assert found[0][1] == struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)
    for (_kind, body), name in zip(found[1:3], [b"host/eth0", b"red/eth0"]):
        assert struct.unpack_from("<HHI", body) == (1, 0, 256)
        assert options(body[8:]) == {2: name, 9: b"\x09"}
    assert [packet(body) for _kind, body in found[3:]] == [
        {
            "interface": 1,
            "nanoseconds": 1_795_268_422_009_208_735,
            "content": b"seventy",
            "size": 70,
            "options": {2: struct.pack("<I", 1)},
        },
        {
            "interface": 0,
            "nanoseconds": 5,
            "content": b"four",
            "size": 4,
            "options": {2: struct.pack("<I", 2)},
        },
    ]


def test_a_capture_of_nothing_is_a_file_too() -> None:
    assert [kind for kind, _body in blocks(document([], [], 256))] == [0x0A0D0D0A]
