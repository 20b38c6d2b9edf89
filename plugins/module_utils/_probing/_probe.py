# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Send real packets and tell what came back.

Sources: tcp(7), udp(7), raw(7), ip(7) and ipv6(7); RFC 792 and 4443 for echoes.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import struct
import time
from typing import Any, Callable, Dict, Iterator, NamedTuple

Row = Dict[str, Any]

# asm-generic/socket.h, linux/in.h, linux/in6.h
_SO_MARK = 36
_RECEIVE_ERRORS: dict[int, tuple[int, int]] = {
    socket.AF_INET: (socket.IPPROTO_IP, 11),
    socket.AF_INET6: (socket.IPPROTO_IPV6, 25),
}

# What routes answer, and what the kernel makes of ICMP errors (net/ipv4/icmp.c, net/ipv6/icmp.c).
_OUTCOMES = {
    errno.ECONNREFUSED: "refused",
    errno.EACCES: "unreachable",
    errno.EHOSTDOWN: "unreachable",
    errno.EHOSTUNREACH: "unreachable",
    errno.ENETUNREACH: "unreachable",
    errno.ENONET: "unreachable",
    errno.ENOPROTOOPT: "unreachable",
    errno.ETIMEDOUT: "timeout",
}

# struct linger: a close resets the connection, so its ports are free at once and not after a minute in TIME_WAIT.
_RESET_AT_CLOSE = struct.pack("ii", 1, 0)

# The protocol number, and the types of request and reply.
_ECHO_TYPES: dict[int, tuple[int, int, int]] = {
    socket.AF_INET: (socket.IPPROTO_ICMP, 8, 0),
    socket.AF_INET6: (socket.IPPROTO_ICMPV6, 128, 129),
}

_DATAGRAM_BYTES = 65535


class Target(NamedTuple):
    """Where probes go and what they carry.

    * ``protocol``: tcp, udp, icmp or icmpv6; the last two have no ports.
    * ``source`` and ``source_port``: null leaves them to the kernel. The first probe has this port, the second the next
      one, and so on.
    * ``token``: payload of datagrams and echoes. ``payload``: what is sent over a connection.
    * ``read_bytes``: how much is read of what a server says.
    """

    protocol: str
    destination: str
    destination_port: int | None
    source: str | None
    source_port: int | None
    mark: int
    token: bytes
    payload: bytes
    read_bytes: int
    timeout_seconds: float


def run(target: Target, count: int) -> list[Row]:
    """Send probes one after the other from the network namespace that the thread is in.

    Raises ``socket.gaierror`` when the destination is no address, or none that the protocol can have.
    """
    family, _exchange = _PROTOCOLS[target.protocol]
    found = socket.getaddrinfo(
        target.destination,
        target.destination_port,
        family=family,
        type=socket.SOCK_DGRAM,
        flags=socket.AI_NUMERICHOST,
    )
    return [_probe(target, number, found[0][0], found[0][4]) for number in range(1, count + 1)]


class _Deadline:
    """The time that one probe has."""

    def __init__(self, seconds: float) -> None:
        self._began = time.monotonic()
        self._seconds = seconds

    @property
    def passed(self) -> float:
        return time.monotonic() - self._began

    def wait_at_most(self, connection: socket.socket) -> socket.socket:
        """Have the next call end in time. Raises ``socket.timeout`` when there is none left."""
        left = self._seconds - self.passed
        if left <= 0:
            raise socket.timeout
        connection.settimeout(left)
        return connection


def _probe(target: Target, number: int, family: int, address: Any) -> Row:
    row: Row = {
        "number": number,
        "protocol": target.protocol,
        "source": target.source,
        "source_port": target.source_port and target.source_port + number - 1,
        "destination": target.destination,
        "destination_port": target.destination_port,
        "outcome": None,
        "error": None,
        "answer": None,
    }
    deadline = _Deadline(target.timeout_seconds)
    try:
        _PROTOCOLS[target.protocol][1](target, row, deadline, family, address)
    except socket.timeout:
        row["outcome"] = row["outcome"] or "timeout"
    except OSError as error:
        row["error"] = error.strerror
        if row["outcome"] != "connected":
            row["outcome"] = _OUTCOMES.get(error.errno or 0, row["outcome"] or "not_sent")
    row["answered"] = row["outcome"] in ("connected", "answered")
    row["seconds"] = round(deadline.passed, 6)
    return row


@contextlib.contextmanager
def _opened(target: Target, row: Row, family: int, kind: int, protocol: int) -> Iterator[socket.socket]:
    """A socket with everything but the destination; at the end its own address is in the row."""
    with socket.socket(family, kind, protocol) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        connection.setsockopt(*_RECEIVE_ERRORS[family], 1)
        if target.mark:
            connection.setsockopt(socket.SOL_SOCKET, _SO_MARK, target.mark)
        if target.source is not None or row["source_port"] is not None:
            connection.bind((target.source or "", row["source_port"] or 0))
        try:
            yield connection
        finally:
            address, port = connection.getsockname()[:2]
            # The kernel forgets the address that it chose when a connection is refused.
            row["source"] = row["source"] if address in ("0.0.0.0", "::") else address
            row["source_port"] = None if kind == socket.SOCK_RAW else port


def _tcp(target: Target, row: Row, deadline: _Deadline, family: int, address: Any) -> None:
    with _opened(target, row, family, socket.SOCK_STREAM, 0) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_CLOSE)
        deadline.wait_at_most(connection).connect(address)
        row["outcome"] = "connected"
        deadline.wait_at_most(connection).sendall(target.payload)
        if target.read_bytes:
            row["answer"] = _text(_read(connection, deadline, target.read_bytes))


def _udp(target: Target, row: Row, deadline: _Deadline, family: int, address: Any) -> None:
    with _opened(target, row, family, socket.SOCK_DGRAM, 0) as connection:
        connection.connect(address)
        connection.send(target.token)
        row["outcome"] = "sent"
        answer = deadline.wait_at_most(connection).recv(_DATAGRAM_BYTES)
        row["outcome"] = "answered"
        if target.read_bytes:
            row["answer"] = _text(answer[: target.read_bytes])


def _echo(target: Target, row: Row, deadline: _Deadline, family: int, address: Any) -> None:
    protocol, request, reply = _ECHO_TYPES[family]
    content = struct.pack("!HH", os.getpid() & 0xFFFF, row["number"]) + target.token
    checksum = _checksum(struct.pack("!BxH", request, 0) + content)
    with _opened(target, row, family, socket.SOCK_RAW, protocol) as connection:
        connection.connect(address)
        # The checksum of ICMPv6 is another one, which the kernel fills in (RFC 3542).
        connection.send(struct.pack("!BxH", request, checksum) + content)
        while row["outcome"] is None:
            packet = deadline.wait_at_most(connection).recv(_DATAGRAM_BYTES)
            # Of IPv4 a raw socket receives the IP header too.
            header_bytes = (packet[0] & 0xF) * 4 if family == socket.AF_INET else 0
            if packet[header_bytes] == reply and packet[header_bytes + 4 :] == content:
                row["outcome"] = "answered"


def _read(connection: socket.socket, deadline: _Deadline, size: int) -> bytes:
    """Read until there is enough, nothing more to come, or no time left."""
    received = b""
    with contextlib.suppress(socket.timeout):
        while len(received) < size:
            more = deadline.wait_at_most(connection).recv(size - len(received))
            if not more:
                break
            received += more
    return received


def _text(answer: bytes) -> str:
    return answer.decode("utf-8", "replace")


def _checksum(message: bytes) -> int:
    """RFC 1071."""
    message += bytes(len(message) % 2)
    total: int = sum(struct.unpack(f"!{len(message) // 2}H", message))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


_PROTOCOLS: dict[str, tuple[int, Callable[[Target, Row, _Deadline, int, Any], None]]] = {
    "tcp": (socket.AF_UNSPEC, _tcp),
    "udp": (socket.AF_UNSPEC, _udp),
    "icmp": (socket.AF_INET, _echo),
    "icmpv6": (socket.AF_INET6, _echo),
}
