# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""One Open vSwitch of a state document: its ports, what it was asked about packets, and what it said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

Row = dict[str, Any]

# Of names of devices (IFNAMSIZ of include/uapi/linux/if.h); the userspace datapath cuts those of internal ports.
_LONGEST_NAME = 15


class Question(NamedTuple):
    """What becomes of the packets of a flow that come to a port: one for ``ofproto/trace`` (ovs-vswitchd(8)).

    ``in_port`` is the name of an interface, ``flow`` is as in ovs-fields(7).
    """

    node: str
    bridge: str
    in_port: str
    flow: str

    def as_dict(self) -> dict[str, str]:
        return self._asdict()


class Switch:
    """The ``ovs`` of a node (docs/state.md)."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self._content = content

    @property
    def namespace_inode(self) -> int | None:
        return self._content.get("namespace_inode")

    @cached_property
    def _rows(self) -> dict[str, tuple[Row, Row]]:
        """Interfaces, each after its bridge, by the name of the device."""
        return {
            _device(interface): (bridge, interface)
            for bridge in self._content.get("bridges") or []
            for port in bridge["ports"]
            for interface in port["interfaces"]
        }

    def device_of(self, interface: str) -> str:
        """The device that an interface is called by, or the name of that device already."""
        return interface if interface in self._rows else interface[:_LONGEST_NAME]

    def interface(self, name: str) -> Row | None:
        device = self.device_of(name)
        return self._rows[device][1] if device in self._rows else None

    def bridge_of(self, interface: str) -> str | None:
        device = self.device_of(interface)
        return str(self._rows[device][0]["name"]) if device in self._rows else None

    def tag_of(self, interface: str) -> int | None:
        """The VLAN of the access port that an interface is of."""
        ports = (port for bridge in self._content.get("bridges") or [] for port in bridge["ports"])
        rows = ((port["tag"], row["name"]) for port in ports for row in port["interfaces"])
        return next((tag for tag, name in rows if name == interface), None)

    def interfaces(self) -> Iterator[Row]:
        return (interface for _bridge, interface in self._rows.values())

    def internal_beside(self, interface: str) -> list[str]:
        """Internal ports, which are devices of the node, of the bridge that an interface is in."""
        bridge = self.bridge_of(interface)
        return [
            name
            for name, (row, other) in self._rows.items()
            if row["name"] == bridge and other["type"] == "internal" and name != self.device_of(interface)
        ]

    def physical_networks(self, interface: str) -> list[str]:
        """OVN's names for the network behind the bridge of an interface (ovn-controller(8), ovn-bridge-mappings)."""
        mappings = (self._content.get("external_ids") or {}).get("ovn-bridge-mappings") or ""
        pairs = [mapping.rpartition(":") for mapping in mappings.split(",")]
        return [network for network, _colon, bridge in pairs if network and bridge == self.bridge_of(interface)]

    @cached_property
    def _answers(self) -> dict[tuple[str, str, str], Row]:
        return {(row["bridge"], row["in_port"], row["flow"]): row for row in self._content.get("traces") or []}

    def answer(self, question: Question) -> Row | None:
        """The row of ``traces``; None when it was not asked."""
        return self._answers.get((question.bridge, question.in_port, question.flow))


def with_answers(document: Row, results: Sequence[Mapping[str, Any]]) -> Row:
    """The state document with what Open vSwitch said in ``ovs.traces`` of its nodes (docs/state.md).

    ``results`` are what a loop of ``packetwalk.labs.ofproto_trace`` over questions registered: each has its question
    as ``item``, and ``trace`` or else ``msg``.
    """
    nodes = dict(document["nodes"])
    for result in results:
        question = Question(**result["item"])
        node = nodes[question.node]
        answer = {"trace": result["trace"]} if result.get("trace") else _failed(result)
        row = {"bridge": question.bridge, "in_port": question.in_port, "flow": question.flow, **answer}
        rows = [*(node["ovs"].get("traces") or []), row]
        nodes[question.node] = {**node, "ovs": {**node["ovs"], "traces": rows}}
    return {**document, "nodes": nodes}


def _device(interface: Mapping[str, Any]) -> str:
    name = str(interface["name"])
    return name[:_LONGEST_NAME] if interface["type"] == "internal" else name


def _failed(result: Mapping[str, Any]) -> Row:
    return {"trace": None, "trace_reason": result.get("msg") or "it was not asked"}
