# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Be in another network namespace for the length of a ``with`` block."""

from __future__ import annotations

import contextlib
import ctypes
import os
from typing import Iterator

# linux/sched.h
CLONE_NEWNET = 0x40000000

# setns moves the calling thread, so this is not /proc/self: that is the main thread's.
OWN_NAMESPACE = "/proc/thread-self/ns/net"


@contextlib.contextmanager
def entered(namespace: int) -> Iterator[None]:
    """Enter the network namespace behind an open file and come back to the present one at the end.

    Inside, sockets and ``/proc/thread-self/net`` are that namespace's; ``/sys/class/net`` is not: it belongs to the
    mount. Raises ``OSError`` when the namespace cannot be entered, which takes CAP_SYS_ADMIN.
    """
    own = os.open(OWN_NAMESPACE, os.O_RDONLY | os.O_CLOEXEC)
    try:
        enter(namespace)
        try:
            yield
        finally:
            enter(own)
    finally:
        os.close(own)


def enter(namespace: int) -> None:
    """Move this thread to the network namespace behind an open file, for good (``setns(2)``)."""
    # os.setns came with Python 3.12.
    if hasattr(os, "setns"):
        os.setns(namespace, CLONE_NEWNET)
    else:
        check(_libc.setns(namespace, CLONE_NEWNET))


def unshare() -> None:
    """Move this thread to a new network namespace that goes away with it (``unshare(2)``)."""
    check(_libc.unshare(CLONE_NEWNET))


def check(result: int) -> None:
    """Raise the ``OSError`` that ``errno`` holds when a C function returned -1."""
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


_libc = ctypes.CDLL(None, use_errno=True)
