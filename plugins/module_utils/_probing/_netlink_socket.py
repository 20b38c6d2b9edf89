# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""A netlink socket: one request, or one dump, at a time."""

from __future__ import annotations

import os
import socket
import struct
from types import TracebackType
from typing import Iterator, NamedTuple, Sequence

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import _netlink

# linux/netlink.h
NETLINK_ROUTE = 0
NETLINK_SOCK_DIAG = 4
NETLINK_XFRM = 6
NETLINK_NETFILTER = 12
NETLINK_GENERIC = 16
NLM_F_REQUEST = 0x1
NLM_F_ACK = 0x4
NLM_F_REPLACE = 0x100
NLM_F_EXCL = 0x200
NLM_F_DUMP = 0x300
NLM_F_CREATE = 0x400

# The kernel puts no more than 32 KiB of a dump into one datagram.
_DATAGRAM_BYTES = 1 << 16
_TIMEOUT_SECONDS = 10.0
_ATTEMPTS = 20


class Request(NamedTuple):
    """A message that changes something: its type, payload, and flags beside those that each one has."""

    kind: int
    payload: bytes
    flags: int = 0


class Interrupted(Exception):
    """The table changed while the kernel was writing it out (NLM_F_DUMP_INTR)."""


class NetlinkSocket:
    """A socket in the network namespace that the thread is in when it is made; it stays there.

    Raises ``OSError`` with what the kernel answered, and ``ParseError`` when an answer is malformed.
    """

    def __init__(self, protocol: int = NETLINK_ROUTE) -> None:
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, protocol)
        self._socket.settimeout(_TIMEOUT_SECONDS)
        self._sequence = 0

    def __enter__(self) -> NetlinkSocket:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def request(self, kind: int, payload: bytes, flags: int = 0) -> bytes | None:
        """Send one request and return the payload of the answer, ``None`` when it is a bare acknowledgement."""
        self._send(kind, NLM_F_REQUEST | flags, payload)
        for answer in self._answers():
            if answer.type == _netlink.NLMSG_ERROR:
                _raise_error(answer.payload)
                return None
            return answer.payload
        return None

    def apply(self, requests: Sequence[Request]) -> None:
        """Send requests in one datagram, and raise the first error.

        The kernel carries all of them out before ``send`` returns, also after one that failed. So nobody sees, and a
        signal does not leave, half of them done.
        """
        first = self._sequence + 1
        datagram = b""
        for request in requests:
            self._sequence += 1
            flags = NLM_F_REQUEST | NLM_F_ACK | request.flags
            datagram += _netlink.message(request.kind, flags, self._sequence, request.payload)
        self._socket.send(datagram)
        answered: dict[int, bytes] = {}
        while len(answered) < len(requests):
            for message in _netlink.messages(self._socket.recv(_DATAGRAM_BYTES)):
                if message.sequence >= first and message.type == _netlink.NLMSG_ERROR:
                    answered[message.sequence] = message.payload
        for sequence in sorted(answered):
            _raise_error(answered[sequence])

    def dump(self, kind: int, payload: bytes) -> list[bytes]:
        """Ask for a whole table; ask again while it changes in between."""
        for _attempt in range(_ATTEMPTS):
            self._send(kind, NLM_F_REQUEST | NLM_F_DUMP, payload)
            try:
                return self._rows()
            except Interrupted:
                continue
        raise OSError(f"the table changed during each of {_ATTEMPTS} readings")

    def _rows(self) -> list[bytes]:
        rows = []
        interrupted = False
        for answer in self._answers():
            interrupted = interrupted or bool(answer.flags & _netlink.NLM_F_DUMP_INTR)
            if answer.type == _netlink.NLMSG_DONE:
                if len(answer.payload) >= 4:
                    _raise_error(answer.payload)
                break
            if answer.type == _netlink.NLMSG_ERROR:
                _raise_error(answer.payload)
            rows.append(answer.payload)
        if interrupted:
            raise Interrupted
        return rows

    def _send(self, kind: int, flags: int, payload: bytes) -> None:
        self._sequence += 1
        self._socket.send(_netlink.message(kind, flags, self._sequence, payload))

    def _answers(self) -> Iterator[_netlink.Message]:
        while True:
            for message in _netlink.messages(self._socket.recv(_DATAGRAM_BYTES)):
                if message.sequence == self._sequence:
                    yield message


def _raise_error(payload: bytes) -> None:
    """``struct nlmsgerr``, and the end of a dump, begin with a negative errno or 0."""
    number = -struct.unpack_from("=i", payload)[0]
    if number:
        raise OSError(number, os.strerror(number))
