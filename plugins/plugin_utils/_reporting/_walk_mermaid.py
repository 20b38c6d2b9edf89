# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""A walk for documents: a Mermaid flowchart of the devices that the packet passes, in the boxes of their namespaces."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ansible_collections.packetwalk.labs.plugins.plugin_utils._reporting._branches import (
    Branches,
    Hop,
    counted,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._reporting._layout import mark
from ansible_collections.packetwalk.labs.plugins.plugin_utils._reporting._mermaid import box, flowchart, label
from ansible_collections.packetwalk.labs.plugins.plugin_utils._reporting._packets import changes, summary
from ansible_collections.packetwalk.labs.plugins.plugin_utils._reporting._places import named
from ansible_collections.packetwalk.labs.plugins.plugin_utils._swarm import short_name

# Every verdict that is not in the table is bad news.
_CLASSES = {"delivered": "good", "left": "open", "undecided": "open", "controller": "open", "ignored": "open"}
_COLOURS = {"good": "green", "bad": "red", "open": "orange"}


@dataclass
class _Stay:
    """Hops one after the other at one device, or in a namespace without one: a vertex of the drawing."""

    before: _Stay | None
    hops: list[Hop] = field(default_factory=list)

    @property
    def identifier(self) -> str:
        return f"hop{self.hops[0]['number']}"

    @property
    def device(self) -> str | None:
        return next((hop["device"] for hop in self.hops if hop.get("device")), None)

    def takes(self, hop: Hop) -> bool:
        first = self.hops[0]
        same_place = all(hop.get(key) == first.get(key) for key in ("node", "namespace"))
        return same_place and (not hop.get("device") or self.device in (None, hop["device"]))


class _Fold(NamedTuple):
    """Copies that are ignored, by the number of the hop (0: none) that they follow."""

    stay: _Stay | None
    number: int
    copies: int


def walk_mermaid(walk: Mapping[str, Any]) -> str:
    """The flowchart of a walk document (docs/walk.md): the same text for the same walk.

    A vertex shows the packet as it is after the hops that stand at the arrow to it. Raises ValueError for a document
    that is no walk.
    """
    branches = Branches(walk)
    start, target = walk.get("from") or {}, walk.get("to") or {}
    title = f"{short_name(start.get('name') or '?')} -> {target.get('name') or '?'}"
    stays, folded = _stays(branches)
    return flowchart(
        "TB",
        [
            f"start([{label(title, str(target.get('protocol') or ''))}])",
            *_boxes(stays),
            *_edges(stays, folded),
            *(f"classDef {name} stroke:{colour},stroke-width:3px" for name, colour in _COLOURS.items()),
        ],
    )


def _stays(branches: Branches) -> tuple[list[_Stay], list[_Fold]]:
    """The stays in the order of their first hops, and where copies are ignored."""
    stays: list[_Stay] = []
    folded: list[_Fold] = []
    waiting: list[tuple[Hop | None, _Stay | None]] = [(None, None)]
    while waiting:
        hop, stay = waiting.pop()
        drawn, ignored = branches.after(hop)
        if ignored:
            folded.append(_Fold(stay, hop["number"] if hop else 0, len(ignored)))
        for child in reversed(drawn):
            if stay and len(drawn) == 1 and stay.takes(child):
                stay.hops.append(child)
                waiting.append((child, stay))
            else:
                fresh = _Stay(stay, [child])
                stays.append(fresh)
                waiting.append((child, fresh))
    return sorted(stays, key=lambda stay: int(stay.hops[0]["number"])), folded


def _boxes(stays: list[_Stay]) -> Iterator[str]:
    """Nodes, their namespaces and the stays there, each in the order in which the packet comes to it first."""
    places: dict[str | None, dict[str | None, list[_Stay]]] = {}
    for stay in stays:
        hop = stay.hops[0]
        places.setdefault(hop.get("node"), {}).setdefault(hop.get("namespace"), []).append(stay)
    for number, (node, namespaces) in enumerate(places.items(), 1):
        content = []
        for position, (namespace, own) in enumerate(namespaces.items(), 1):
            vertices = [f"{stay.identifier}[{_vertex(stay)}]" for stay in own]
            if namespace is None:
                content.extend(vertices)
            else:
                title = named(namespace, next((hop["container"] for hop in own[0].hops if hop.get("container")), None))
                content.extend(box(f"node{number}namespace{position}", title, vertices))
        yield from box(f"node{number}", node or "outside of the lab", content)


def _vertex(stay: _Stay) -> str:
    packet = stay.hops[-1].get("after")
    name = stay.device or str(stay.hops[-1].get("mechanism"))
    return label(name, summary(packet) if packet else "")


def _edges(stays: list[_Stay], folded: list[_Fold]) -> Iterator[str]:
    for stay in stays:
        told = [line for hop in stay.hops for line in _told(hop)]
        yield f"{_identifier(stay.before)} -->|{label(*told)}| {stay.identifier}"
        end = stay.hops[-1]
        verdict = end.get("verdict")
        if verdict:
            identifier = f"end{end['number']}"
            text = label(f"{mark(verdict)} {verdict}", end.get("text") or "")
            yield f"{stay.identifier} --> {identifier}([{text}])"
            yield f"class {identifier} {_CLASSES.get(verdict, 'bad')}"
    for fold in folded:
        text = f"{counted(fold.copies, 'flooded copy', 'flooded copies')} ignored"
        yield f"{_identifier(fold.stay)} -.-> ignored{fold.number}([{label(text)}])"


def _told(hop: Hop) -> Iterator[str]:
    """The number and what was done, with the first change on the same line; the first packet is in its vertex."""
    changed = changes(hop["before"], hop.get("after")) if hop.get("before") else []
    head = f"{hop['number']} {hop.get('mechanism')}"
    yield f"{head}: {changed[0]}" if changed else head
    yield from changed[1:]


def _identifier(stay: _Stay | None) -> str:
    return stay.identifier if stay else "start"
