# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Capability sets of a process, as /proc/<pid>/status prints them.

Source: include/uapi/linux/capability.h; capabilities(7).
"""

from __future__ import annotations

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError

# In the order of their bits.
NAMES = [
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "KILL",
    "SETGID",
    "SETUID",
    "SETPCAP",
    "LINUX_IMMUTABLE",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_ADMIN",
    "NET_RAW",
    "IPC_LOCK",
    "IPC_OWNER",
    "SYS_MODULE",
    "SYS_RAWIO",
    "SYS_CHROOT",
    "SYS_PTRACE",
    "SYS_PACCT",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_NICE",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "MKNOD",
    "LEASE",
    "AUDIT_WRITE",
    "AUDIT_CONTROL",
    "SETFCAP",
    "MAC_OVERRIDE",
    "MAC_ADMIN",
    "SYSLOG",
    "WAKE_ALARM",
    "BLOCK_SUSPEND",
    "AUDIT_READ",
    "PERFMON",
    "BPF",
    "CHECKPOINT_RESTORE",
]


def missing(status: str) -> list[str]:
    """Return the names of the capabilities that are not in the bounding set; ``status`` is /proc/<pid>/status."""
    for number, line in enumerate(status.splitlines(), 1):
        name, colon, value = line.partition(":")
        if name == "CapBnd" and colon:
            try:
                bounding = int(value.strip(), 16)
            except ValueError:
                raise ParseError("/proc/self/status", number, line, "expected a hexadecimal capability set") from None
            return [each for bit, each in enumerate(NAMES) if not bounding >> bit & 1]
    raise ParseError("/proc/self/status", 0, "", "expected a line that starts with CapBnd")
