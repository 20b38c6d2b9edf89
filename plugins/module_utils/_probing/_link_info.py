# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Read what a machine has of the links of a lab whose switches it carries as containers."""

from __future__ import annotations

import os
from typing import Any, Collection, Dict, Iterator, List, Mapping

from ansible_collections.packetwalk.labs.plugins.module_utils._planning._link_ends import HOST, mark_of
from ansible_collections.packetwalk.labs.plugins.module_utils._probing import _namespaces, _wiring

Row = Dict[str, Any]
Links = Mapping[str, List[Row]]

# Settings of the IP of a bridge are no matter of its frames.
_LEFT_OUT = ("ipv4", "ipv6")


def read(lab: str, bridges: Collection[str]) -> dict[str, Any]:
    """Return ``namespaces`` of the machine with ``links``, as in the state document: those that ``_concerned`` names.

    Raises ``OSError`` and ``ParseError``.
    """
    with _wiring.Wiring(_wiring.locate((), {}, "")) as wiring:
        links = wiring.links()
    names = {path: name for path in links for name in [_name(path)] if name is not None}
    found = {names[path]: [_row(row, names) for row in _concerned(lab, bridges, links, path)] for path in names}
    return {"namespaces": {name: {"links": found[name]} for name in sorted(found) if found[name] or name == HOST}}


def _name(path: str) -> str | None:
    """What the machine calls a namespace, ``None`` for one that is a container's."""
    if path == _namespaces.HOST:
        return HOST
    folder, name = os.path.split(path)
    return name if folder == _wiring.NAMED else None


def _concerned(lab: str, bridges: Collection[str], links: Links, path: str) -> list[Row]:
    """Links with the mark of a lab; bridges that it has ends in, or that are named; and all ports of these."""
    marked = {row["index"] for row in links[path] if _is_marked(lab, row)}
    ends = marked | set(_ends_that_docker_made(lab, links, path))
    named = set(bridges) | {row["master"] for row in links[path] if row["index"] in ends and "master" in row}
    return sorted(
        (
            row
            for row in links[path]
            if row["index"] in marked
            or row.get("master") in named
            or (row["kind"] == "bridge" and row["name"] in named)
        ),
        key=lambda row: int(row["index"]),
    )


def _ends_that_docker_made(lab: str, links: Links, path: str) -> Iterator[int]:
    """Indices of links without a mark, whose other end is in a switch and has one."""
    for rows in links.values():
        for row in rows:
            if _is_marked(lab, row) and row.get("peer", {}).get("namespace") == path:
                yield row["peer"]["index"]


def _is_marked(lab: str, row: Row) -> bool:
    mark = mark_of(row.get("alias", ""))
    return mark is not None and mark.lab == lab


def _row(row: Row, names: Mapping[str, str]) -> Row:
    told = {key: found for key, found in row.items() if key not in _LEFT_OUT}
    if "peer" in row:
        namespace = names.get(row["peer"]["namespace"])
        name = row["peer"]["name"] if namespace is not None else None
        told["peer"] = {"index": row["peer"]["index"], "namespace": namespace, "name": name}
    return told
