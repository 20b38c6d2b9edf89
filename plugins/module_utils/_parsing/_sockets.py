# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Sockets that wait for packets, from /proc/net/tcp, tcp6, udp and udp6."""

from __future__ import annotations

import ipaddress
import struct
from typing import Any

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError

# Of enum tcp_states in the kernel's include/net/tcp_states.h: TCP_LISTEN; an unconnected UDP socket is in TCP_CLOSE.
_WAITING = {"tcp": "0A", "udp": "07"}


def parse_proc(text: str, protocol: str, family: str) -> list[dict[str, Any]]:
    """Listening TCP sockets or bound and unconnected UDP ones.

    ``protocol`` is "tcp" or "udp", ``family`` "ipv4" or "ipv6", as the file says neither. Returns the socket rows of
    docs/state.md in the order of the file. Raises ParseError when the header or a column is missing.
    """
    source = f"/proc/net/{protocol}{'6' if family == 'ipv6' else ''}"
    lines = text.splitlines()
    if not lines or lines[0].split()[:2] != ["sl", "local_address"]:
        raise ParseError(source, 0, "", "expected the header with sl and local_address")
    sockets = []
    for number, line in enumerate(lines[1:], start=2):
        columns = line.split()
        try:
            local, state, inode = columns[1], columns[3], int(columns[9])
            address, port = _address(local, family), int(local[-4:], 16)
        except (IndexError, ValueError, struct.error):
            raise ParseError(source, number, line, f"expected a socket of {family} with its inode") from None
        if state == _WAITING[protocol]:
            sockets.append({"protocol": protocol, "address": address, "port": port, "family": family, "inode": inode})
    return sockets


def _address(printed: str, family: str) -> str:
    """The kernel prints 32-bit words in the host's byte order, little-endian on every platform of a lab."""
    address, _colon, _port = printed.partition(":")
    raw = bytes.fromhex(address)
    words = 4 if family == "ipv6" else 1
    return str(ipaddress.ip_address(struct.pack(f">{words}I", *struct.unpack(f"<{words}I", raw))))
