# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Read settings (``/proc/sys/net``) of the network namespace that the thread is in."""

from __future__ import annotations

import os
from typing import Any, Iterable

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import _device_settings

# The kernel shows under /proc/sys/net what belongs to the namespace of the thread that opens a file.
_DIRECTORY = "/proc/sys/net"

_BRIDGE_NETFILTER = {
    "ipv4": "bridge-nf-call-iptables",
    "ipv6": "bridge-nf-call-ip6tables",
    "arp": "bridge-nf-call-arptables",
}


def of_all_devices() -> dict[str, dict[str, int] | str]:
    """Return by family the values of ``all`` that ``_device_settings.effective`` takes, or why they are unknown."""
    return {family: _of_all(family, keys) for family, keys in _device_settings.OF_ALL.items()}


def bridge_netfilter() -> dict[str, Any]:
    """Return ``bridge_netfilter`` of the document, or null and ``bridge_netfilter_reason``."""
    try:
        found = _numbers("bridge", _BRIDGE_NETFILTER.values())
    except FileNotFoundError:
        # Before Linux 5.3 these files are in the first namespace, for all.
        loaded = os.path.isdir("/sys/module/br_netfilter")
        reason = "this kernel tells it in the first namespace only" if loaded else "br_netfilter is not loaded"
        return {"bridge_netfilter": None, "bridge_netfilter_reason": reason}
    except OSError as error:
        return {"bridge_netfilter": None, "bridge_netfilter_reason": f"{error.filename}: {error.strerror}"}
    return {"bridge_netfilter": {family: bool(found[name]) for family, name in _BRIDGE_NETFILTER.items()}}


def _of_all(family: str, keys: Iterable[str]) -> dict[str, int] | str:
    try:
        return _numbers(f"{family}/conf/all", keys)
    except OSError as error:
        return f"{error.filename}: {error.strerror}"


def _numbers(directory: str, names: Iterable[str]) -> dict[str, int]:
    """Return what is in files of one number.

    A hundred namespaces have a thousand of them. Each part of a path is looked for among those of all namespaces, and
    ``open`` does more than is needed here; together that would take six times as long.
    """
    opened = os.open(f"{_DIRECTORY}/{directory}", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        return {name: _number(name, opened) for name in names}
    finally:
        os.close(opened)


def _number(name: str, directory: int) -> int:
    file = os.open(name, os.O_RDONLY | os.O_CLOEXEC, dir_fd=directory)
    try:
        return int(os.read(file, 32))
    finally:
        os.close(file)
