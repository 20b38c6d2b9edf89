# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Read the sockets that wait for packets in the network namespace that the thread is in.

The kernel is asked by sock_diag (linux/sock_diag.h, linux/inet_diag.h) for these sockets only. For ``/proc/net/tcp`` it
walks a table with a place for every connection the machine could have, which takes it milliseconds in each namespace.
"""

from __future__ import annotations

import errno
import socket
import struct
from typing import Any, Dict, NamedTuple

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import _netlink, _sockets
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._netlink_socket import (
    NETLINK_SOCK_DIAG,
    NetlinkSocket,
)

Row = Dict[str, Any]

# linux/sock_diag.h, and enum tcp_states of net/tcp_states.h; an unconnected UDP socket is in TCP_CLOSE.
_SOCK_DIAG_BY_FAMILY = 20
_TCP_LISTEN = 10
_TCP_CLOSE = 7


class _Table(NamedTuple):
    protocol: str
    family: str
    protocol_number: int
    family_number: int
    state: int
    file: str

    @property
    def request(self) -> bytes:
        """``struct inet_diag_req_v2``."""
        return struct.pack("=BBBxI48x", self.family_number, self.protocol_number, 0, 1 << self.state)


_TABLES = (
    _Table("tcp", "ipv4", socket.IPPROTO_TCP, socket.AF_INET, _TCP_LISTEN, "/proc/thread-self/net/tcp"),
    _Table("tcp", "ipv6", socket.IPPROTO_TCP, socket.AF_INET6, _TCP_LISTEN, "/proc/thread-self/net/tcp6"),
    _Table("udp", "ipv4", socket.IPPROTO_UDP, socket.AF_INET, _TCP_CLOSE, "/proc/thread-self/net/udp"),
    _Table("udp", "ipv6", socket.IPPROTO_UDP, socket.AF_INET6, _TCP_CLOSE, "/proc/thread-self/net/udp6"),
)


def read() -> dict[str, Any]:
    """Return ``sockets`` of the document, or null and ``sockets_reason``."""
    try:
        with NetlinkSocket(NETLINK_SOCK_DIAG) as connection:
            rows = [row for table in _TABLES for row in _rows(connection, table)]
    except OSError as error:
        return {"sockets": None, "sockets_reason": f"sock_diag: {error.strerror}"}
    except ParseError as error:
        return {"sockets": None, "sockets_reason": str(error)}
    return {"sockets": sorted(rows, key=lambda row: (row["protocol"], row["port"], row["family"], row["address"]))}


def _rows(connection: NetlinkSocket, table: _Table) -> list[Row]:
    try:
        payloads = connection.dump(_SOCK_DIAG_BY_FAMILY, table.request)
    except OSError as error:
        if error.errno != errno.ENOENT:
            raise
        # This kernel has no tcp_diag or udp_diag.
        return _rows_of_file(table)
    return [{"protocol": table.protocol, **_netlink.waiting_socket(payload)} for payload in payloads]


def _rows_of_file(table: _Table) -> list[Row]:
    try:
        with open(table.file, encoding="ascii") as file:
            text = file.read()
    except FileNotFoundError:
        # This kernel has no IPv6.
        return []
    return _sockets.parse_proc(text, table.protocol, table.family)
