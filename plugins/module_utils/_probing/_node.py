# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Put together what ``node_state`` returns: the node's part of the state document."""

from __future__ import annotations

import contextlib
import fnmatch
import os
import resource
import socket
from typing import Any, Collection, Sequence

from ansible_collections.packetwalk.labs.plugins.module_utils._probing import (
    _capabilities,
    _docker,
    _ipvs,
    _namespaces,
    _netfilter,
    _rtnetlink,
    _setns,
    _sockets,
    _sysctl,
)
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._links import LinkResolver, Opened
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._namespaces import Namespace
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._netlink_socket import NetlinkSocket

PARTS = ("namespaces", "docker", "capabilities")

# What a namespace that could not be entered has as null.
_TABLES = (
    "links",
    "addresses",
    "routes",
    "rules",
    "neighbours",
    "fdb",
    "netfilter",
    "bridge_netfilter",
    "ipvs",
    "sockets",
)


def gather(parts: Collection[str], docker_socket: str, patterns: Sequence[str]) -> tuple[dict[str, Any], list[str]]:
    """Return the node's state and, in one sentence each, what could not be read.

    * ``parts``: those of ``PARTS`` that are wanted.
    * ``patterns``: shell patterns of the namespaces that are wanted; none means all.
    """
    state: dict[str, Any] = {"hostname": socket.gethostname()}
    warnings: list[str] = []
    if "capabilities" in parts:
        state["capabilities"] = _capabilities.gather()
    if "docker" in parts:
        state.update(_docker.gather(docker_socket))
        if state["docker"] is None:
            warnings.append(f"Docker is not in the state: {state['docker_reason']}.")
    if "namespaces" in parts:
        state["namespaces"], more = gather_namespaces(patterns)
        warnings += more
        if state.get("docker") is not None:
            _name_containers(state["namespaces"], state["docker"]["containers"])
    return state, warnings


def gather_namespaces(patterns: Sequence[str]) -> tuple[dict[str, Any], list[str]]:
    """Return ``namespaces`` of the document and what could not be read, as ``gather`` does."""
    found, warnings = _namespaces.discover()
    wanted = [namespace for namespace in found if _matches(namespace.name, patterns)]
    _allow_files(2 * len(wanted))
    rows: dict[str, Any] = {}
    opened: dict[str, Opened] = {}
    with contextlib.ExitStack() as stack:
        for namespace in wanted:
            row = rows[namespace.name] = {
                "inode": namespace.inode,
                "kind": namespace.kind,
                "path": namespace.path,
            }
            try:
                file = os.open(namespace.path, os.O_RDONLY | os.O_CLOEXEC)
                stack.callback(os.close, file)
                with contextlib.nullcontext() if namespace.kind == "host" else _setns.entered(file):
                    connection = stack.enter_context(NetlinkSocket())
                    of_all_devices = _sysctl.of_all_devices()
                    row.update(_sysctl.bridge_netfilter())
                    row.update(_netfilter.read())
                    row.update(_ipvs.read())
                    row.update(_sockets.read())
            except OSError as error:
                row.update({table: None for table in _TABLES}, reason=f"{namespace.path}: {error.strerror}")
                continue
            # The socket stays in its namespace, so the rest needs no entering.
            row.update(_rtnetlink.read(connection, of_all_devices))
            opened[namespace.name] = Opened(file, connection)
        links = {name: rows[name]["links"] for name in opened if rows[name]["links"] is not None}
        resolver = LinkResolver(opened, links)
        for name in links:
            rows[name]["links"] = resolver.rows(name)
    return rows, warnings + _unread(wanted, rows)


def _unread(wanted: Sequence[Namespace], rows: dict[str, Any]) -> list[str]:
    return [
        f"Namespace {namespace.name} is not wholly in the state: {part[key]}."
        for namespace in wanted
        for part in (rows[namespace.name], rows[namespace.name]["netfilter"] or {})
        for key in sorted(part)
        # That the kernel has no such part is a fact of the node, and is in the document.
        if key.endswith("reason") and key not in ("ipvs_reason", "bridge_netfilter_reason")
    ]


def _name_containers(namespaces: dict[str, Any], containers: Sequence[dict[str, Any]]) -> None:
    for container in containers:
        namespace = namespaces.get(container["sandbox"] or "")
        if namespace is not None and namespace["kind"] == "docker":
            namespace["container"] = {"id": container["id"], "name": container["name"]}


def _matches(name: str, patterns: Sequence[str]) -> bool:
    return not patterns or any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def _allow_files(count: int) -> None:
    """Raise the soft limit of open files so that ``count`` more fit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = count + 64
    if soft != resource.RLIM_INFINITY and soft < needed:
        allowed = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
