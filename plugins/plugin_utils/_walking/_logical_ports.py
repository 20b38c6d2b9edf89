# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Logical ports of OVN that network namespaces are plugged in for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._switches import Switch

Row = Mapping[str, Any]


def plugged_in(nodes: Row) -> Iterator[tuple[str, str]]:
    """Names of logical ports, each with the NODE/NAMESPACE behind its interface."""
    for port, node, _device, namespace in interfaces_of_ports(nodes):
        if namespace is not None:
            yield port, f"{node}/{namespace}"


def interfaces_of_ports(nodes: Row) -> Iterator[tuple[str, str, str, str | None]]:
    """Logical ports, each with the node and the interface that carries it as ``iface-id``, and the namespace behind."""
    for name, node in nodes.items():
        for interface in Switch(node.get("ovs") or {}).interfaces():
            port = interface["external_ids"].get("iface-id")
            if port:
                yield port, name, interface["name"], _behind(node, interface["name"])


def _behind(node: Row, device: str) -> str | None:
    """The namespace of a veth device's other end, and of an internal port that was moved away from the node's own."""
    for key, namespace in (node.get("namespaces") or {}).items():
        for link in namespace.get("links") or []:
            if link["name"] == device:
                other = (link.get("peer") or {}).get("namespace")
                return other or (key if key != "host" else None)
    return None
