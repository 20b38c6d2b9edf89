# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Tell the packets of one flow from all others."""

from __future__ import annotations

import struct
from typing import Any, Collection, Mapping

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._frames import innermost

# Nothing of a packet that is encrypted can be found in it but the number of ESP, which stands in one of its headers.
_ENCRYPTED = 50
_HEADERS_BYTES = 160


class Flow:
    """What the packets of a flow have in common, wherever they are seen and whatever address they have been given.

    * ``protocol``: of the innermost packet, as ``_frames.decode`` names it; none means any.
    * ``ports``: one of them is the innermost packet's source or destination port; none means any.
    * ``token``: bytes that the sender has put in. They are found in answers too, and in the errors of ICMP, which quote
      what they complain about; so they are enough, whatever the protocol. Without ports they are also necessary.
    """

    def __init__(self, protocol: str | None = None, ports: Collection[int] = (), token: bytes = b"") -> None:
        self._protocol = protocol
        self._ports = frozenset(ports)
        self._token = token
        self._needles = [struct.pack("!H", port) for port in self._ports] + ([token] if token else [])

    def may_have(self, frame: bytes) -> bool:
        """Whether it is worth the time to decode a frame: "no" is certain, and quick."""
        return (
            not self._needles
            or any(needle in frame for needle in self._needles)
            or _ENCRYPTED in frame[:_HEADERS_BYTES]
        )

    def has(self, frame: bytes, packet: Mapping[str, Any]) -> bool:
        """Whether a frame, and what it was decoded to, is of this flow.

        Nobody can look into an encrypted packet: it may be of the flow, so it is taken for one.
        """
        inner = innermost(packet)
        if inner["encrypted"] or (self._token and self._token in frame):
            return True
        if self._protocol not in (None, inner["protocol"]):
            return False
        if self._ports:
            return not self._ports.isdisjoint((inner["source_port"], inner["destination_port"]))
        return not self._token
