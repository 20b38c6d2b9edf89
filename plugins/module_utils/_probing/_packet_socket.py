# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""A packet socket (``packet(7)``): all frames that one device receives and sends."""

from __future__ import annotations

import contextlib
import os
import socket
import struct
from typing import NamedTuple

# linux/if_packet.h
_SOL_PACKET = 263
_PACKET_STATISTICS = 6
_PACKET_AUXDATA = 8
_TP_STATUS_VLAN_VALID = 1 << 4
_TP_STATUS_VLAN_TPID_VALID = 1 << 6
_AUXDATA = struct.Struct("=IIIHHHH")

# asm-generic/socket.h
_SO_RCVBUFFORCE = 33
_SO_TIMESTAMPNS = 35
_TIMESPEC = struct.Struct("@ll")

# linux/if_ether.h
_ETH_P_ALL = 3
_ETH_P_8021Q = 0x8100
_MAC_ADDRESSES_BYTES = 12

# linux/if_arp.h: ARPHRD_ETHER and ARPHRD_LOOPBACK, whose frames begin with an Ethernet header.
_LIKE_ETHERNET = (1, 772)

_BUFFER_BYTES = 4 << 20


class NotEthernet(Exception):
    """The frames of the device do not begin with an Ethernet header."""


class Seen(NamedTuple):
    """One frame: when the kernel saw it, "in" or "out", its first bytes, and its length."""

    time_nanoseconds: int
    direction: str
    frame: bytes
    size_bytes: int


class PacketSocket:
    """A socket on a device of the network namespace that the thread is in; it stays there.

    The device is not made promiscuous, so it behaves as it does without being watched. Raises ``OSError``, and
    ``NotEthernet``.
    """

    def __init__(self, device: str, snap_bytes: int) -> None:
        self._snap_bytes = snap_bytes
        # Without a protocol nothing arrives until it is bound: no frame of another device.
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        try:
            self._socket.setblocking(False)
            # A right of the machine's root with older kernels; without it the buffer is only smaller.
            with contextlib.suppress(PermissionError):
                self._socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER_BYTES)
            self._socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
            self._socket.setsockopt(_SOL_PACKET, _PACKET_AUXDATA, 1)
            self._socket.bind((device, _ETH_P_ALL))
            # Binding to a device that is down succeeds, with this error for later.
            waiting = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if waiting:
                raise OSError(waiting, os.strerror(waiting))
            kind = self._socket.getsockname()[3]
            if kind not in _LIKE_ETHERNET:
                raise NotEthernet(f"its frames do not begin with an Ethernet header (hardware type {kind})")
        except (OSError, NotEthernet):
            self.close()
            raise

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def fileno(self) -> int:
        """Return the file descriptor, for selectors."""
        return self._socket.fileno()

    def dropped(self) -> int:
        """Return how many frames the kernel had no room for since the last call (``struct tpacket_stats``)."""
        return int(struct.unpack("=II", self._socket.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, 8))[1])

    def receive(self) -> Seen | None:
        """Return the next frame, ``None`` when there is none yet."""
        space = socket.CMSG_SPACE(_AUXDATA.size) + socket.CMSG_SPACE(_TIMESPEC.size)
        try:
            frame, ancillary, _flags, address = self._socket.recvmsg(self._snap_bytes, space)
        except BlockingIOError:
            return None
        told = {(level, kind): content for level, kind, content in ancillary}
        seconds, nanoseconds = _TIMESPEC.unpack(told[socket.SOL_SOCKET, _SO_TIMESTAMPNS])
        status, size, _snapped, _mac, _network, tag, tag_kind = _AUXDATA.unpack(told[_SOL_PACKET, _PACKET_AUXDATA])
        if status & _TP_STATUS_VLAN_VALID:
            # The kernel keeps the outermost tag beside the frame.
            kind = tag_kind if status & _TP_STATUS_VLAN_TPID_VALID else _ETH_P_8021Q
            frame = frame[:_MAC_ADDRESSES_BYTES] + struct.pack("!HH", kind, tag) + frame[_MAC_ADDRESSES_BYTES:]
            size += 4
        direction = "out" if address[2] == socket.PACKET_OUTGOING else "in"
        return Seen(seconds * 1_000_000_000 + nanoseconds, direction, frame, size)
