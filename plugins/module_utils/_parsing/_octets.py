# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Read the headers of a packet one after the other."""

from __future__ import annotations

import struct
from typing import Any


class Cut(Exception):
    """The bytes ended inside of a header."""


class Octets:
    """The bytes of a frame, and how far they have been read."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    @property
    def left(self) -> int:
        """How many bytes have not been read."""
        return len(self._content) - self._at

    def take(self, form: str) -> tuple[Any, ...]:
        """Read a header, in the format of ``struct`` and network byte order. Raises ``Cut``."""
        try:
            found = struct.unpack_from(f"!{form}", self._content, self._at)
        except struct.error as error:
            raise Cut from error
        self._at += struct.calcsize(f"!{form}")
        return found

    def end_at(self, size: int) -> None:
        """Forget what follows after ``size`` more bytes."""
        self._content = self._content[: self._at + size]

    def take_rest(self) -> bytes:
        """Read all that is left."""
        rest = self._content[self._at :]
        self._at = len(self._content)
        return rest
