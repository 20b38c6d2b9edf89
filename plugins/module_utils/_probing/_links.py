# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Say which link of which namespace a link points at.

A link names its other end by an interface index, and the namespace of that by an identifier that only the link's own
namespace knows (``man 4 rtnetlink``, IFLA_LINK_NETNSID; linux/net_namespace.h).
"""

from __future__ import annotations

import struct
from typing import Any, Dict, Iterable, Mapping, NamedTuple

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import _netlink
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._netlink_socket import NetlinkSocket

Row = Dict[str, Any]

# Kinds of which one end is useless without the other, and kinds that lie on top of another link.
_PAIRED = ("veth",)
_STACKED = ("vlan", "macvlan", "macvtap", "ipvlan", "ipvtap")


class Opened(NamedTuple):
    """A namespace that was entered: an open file of it, and a route netlink socket that was made inside."""

    file: int
    connection: NetlinkSocket


class LinkResolver:
    """Turns decoded links into rows of the document.

    ``links`` are those of every namespace that was read, by the namespace's key, as ``_netlink.link`` decodes them.
    """

    def __init__(self, opened: Mapping[str, Opened], links: Mapping[str, list[Row]]) -> None:
        self._opened = opened
        self._identifiers: dict[tuple[str, str], int | None] = {}
        self._by_index = {name: {row["index"]: row for row in rows} for name, rows in links.items()}
        self._ends: dict[tuple[int, int], list[str]] = {}
        for name, rows in links.items():
            for row in rows:
                if row["kind"] in _PAIRED and row["link"] is not None:
                    self._ends.setdefault((row["index"], row["link"]), []).append(name)

    def rows(self, namespace: str) -> list[Row]:
        """Return the rows of ``links`` of one namespace."""
        return [self._row(namespace, link) for link in self._by_index[namespace].values()]

    def _row(self, namespace: str, link: Row) -> Row:
        row = {key: found for key, found in link.items() if key not in ("master", "link", "link_namespace")}
        if link["master"] is not None:
            row["master"] = self._name(namespace, link["master"])
        if link["kind"] in _PAIRED:
            others = self._ends.get((link["link"], link["index"]), [])
            row["peer"] = self._pointer(namespace, link, link["link"], others)
        elif link["kind"] in _STACKED:
            row["parent"] = self._pointer(namespace, link, link["link"], self._opened)
        elif "vxlan" in link:
            vxlan = dict(link["vxlan"])
            device = vxlan.pop("underlay_device")
            vxlan["underlay_namespace"] = self._namespace(namespace, link["link_namespace"], self._opened)
            row["vxlan"] = vxlan
            if device is not None:
                row["parent"] = self._pointer(namespace, link, device, self._opened)
        return row

    def _pointer(self, namespace: str, link: Row, index: int | None, candidates: Iterable[str]) -> Row:
        other = self._namespace(namespace, link["link_namespace"], candidates)
        return {"index": index, "namespace": other, "name": None if other is None else self._name(other, index)}

    def _name(self, namespace: str, index: int | None) -> str | None:
        found = self._by_index.get(namespace, {}).get(index)
        return None if found is None else found["name"]

    def _namespace(self, namespace: str, identifier: int | None, candidates: Iterable[str]) -> str | None:
        if identifier is None:
            return namespace
        for other in candidates:
            if self._identifier(namespace, other) == identifier:
                return other
        return None

    def _identifier(self, namespace: str, other: str) -> int | None:
        """The identifier that ``namespace`` has for ``other``."""
        pair = (namespace, other)
        if pair not in self._identifiers:
            file = _netlink.attribute(_netlink.NETNSA_FD, struct.pack("=I", self._opened[other].file))
            try:
                answer = self._opened[namespace].connection.request(_netlink.RTM_GETNSID, bytes(4) + file)
            except OSError:
                # Kernels before 4.0 cannot be asked; then the other end stays unknown.
                answer = None
            self._identifiers[pair] = None if answer is None else _netlink.namespace_identifier(answer)
        return self._identifiers[pair]
