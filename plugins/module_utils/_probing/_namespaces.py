# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Find the network namespaces of a node."""

from __future__ import annotations

import os
from typing import Iterator, NamedTuple, Sequence

HOST = "/proc/self/ns/net"

# Directory of bind mounts, and the kind of namespace that is there.
DIRECTORIES = (
    ("/run/docker/netns", "docker"),
    ("/var/run/docker/netns", "docker"),
    ("/run/netns", "named"),
)


class Namespace(NamedTuple):
    """One network namespace: its key in the document, its kind, a file that leads to it, and the file's inode."""

    name: str
    kind: str
    path: str
    inode: int


def discover(
    directories: Sequence[tuple[str, str]] = DIRECTORIES, processes: str = "/proc"
) -> tuple[list[Namespace], list[str]]:
    """List the own namespace, the mounted ones, and those that only processes hold; each once.

    The second list says, in one sentence each, which files were left out and what could not be looked at.
    """
    own = os.stat(HOST)
    namespaces = {own.st_ino: Namespace("host", "host", HOST, own.st_ino)}
    warnings: list[str] = []
    taken = {"host"}

    def add(name: str, kind: str, path: str, inode: int) -> None:
        if inode not in namespaces:
            key = path if name in taken else name
            taken.add(key)
            namespaces[inode] = Namespace(key, kind, path, inode)

    # /var/run is a link to /run nearly everywhere.
    for directory, kind in {os.path.realpath(directory): kind for directory, kind in directories}.items():
        try:
            names = sorted(os.listdir(directory))
        except FileNotFoundError:
            continue
        except OSError as error:
            warnings.append(f"{directory} cannot be listed: {error.strerror}.")
            continue
        for name in names:
            path = os.path.join(directory, name)
            try:
                status = os.stat(path)
            except FileNotFoundError:
                continue
            except OSError as error:
                warnings.append(f"{path} cannot be looked at: {error.strerror}.")
                continue
            if status.st_dev == own.st_dev:
                add(name, kind, path, status.st_ino)
            else:
                warnings.append(f"{path} is a stale file: no namespace is mounted on it.")

    held, unreadable = _held_by_processes(processes)
    for inode, process in held.items():
        add(f"pid-{process}", "process", f"{processes}/{process}/ns/net", inode)
    if unreadable:
        warnings.append(f"The namespaces of {unreadable} processes cannot be seen without the right to trace them.")
    return list(namespaces.values()), warnings


def _held_by_processes(processes: str) -> tuple[dict[int, int], int]:
    """Return inode to lowest process identifier, and of how many processes the namespace cannot be seen."""
    held: dict[int, int] = {}
    unreadable = 0
    for process in _process_identifiers(processes):
        try:
            # "net:[4026531840]"; following the link would cost a right more.
            target = os.readlink(f"{processes}/{process}/ns/net")
        except PermissionError:
            unreadable += 1
            continue
        except OSError:
            # It has ended.
            continue
        held.setdefault(int(target[len("net:[") : -1]), process)
    return held, unreadable


def _process_identifiers(processes: str) -> Iterator[int]:
    return iter(sorted(int(name) for name in os.listdir(processes) if name.isdigit()))
