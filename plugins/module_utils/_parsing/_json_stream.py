# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""JSON objects that follow each other on a connection with nothing between them, as OVSDB sends them (RFC 7047, 4)."""

from __future__ import annotations

import json
from typing import Any

_DECODER = json.JSONDecoder()


class JsonStream:
    """Gathers what arrives until whole objects are there.

    Only brackets are counted on the way, because decoding an answer of many megabytes again with every piece of it
    would take time that grows with the square of its size.
    """

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._depth = 0
        # Whether the last piece ended in a string (0 or 1), whose brackets do not count, and in an escape there.
        self._within = 0
        self._escape = b""

    def feed(self, data: bytes) -> list[Any]:
        """The objects that are whole with these bytes; none while one of them is not.

        Raises ValueError for what is not JSON.
        """
        self._pieces.append(data)
        self._count(data)
        if self._depth > 0 or self._within:
            return []
        text = b"".join(self._pieces).decode().strip()
        self._pieces.clear()
        self._depth = 0
        objects = []
        while text:
            decoded, end = _DECODER.raw_decode(text)
            objects.append(decoded)
            text = text[end:].lstrip()
        return objects

    def _count(self, data: bytes) -> None:
        text = self._escape + data
        backslashes = len(text) - len(text.rstrip(b"\\"))
        self._escape = text[len(text) - backslashes % 2 :]
        text = text[: len(text) - backslashes % 2]
        # Without escapes all quotation marks are ends of strings.
        parts = text.replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"')
        outside = b"".join(parts[self._within :: 2])
        self._within = (self._within + len(parts) - 1) % 2
        self._depth += outside.count(b"{") + outside.count(b"[") - outside.count(b"}") - outside.count(b"]")
