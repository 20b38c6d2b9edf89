# SPDX-License-Identifier: GPL-3.0-or-later
"""A walk made by hand to docs/walk.md (IPVS, a tunnel, flooded copies, a drop), and a reader of Mermaid."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import pytest

CLIENT = ("manager1", "9ff9e882fd39", "client.1.91k5z4omh4jgowjxlyk4c8c4x")
OVERLAY = ("manager1", "1-1us5hb6ohx", None)
OVERLAY_THERE = ("worker1", "1-1us5hb6ohx", None)
VOTE = ("worker1", "d7f92170ec4e", "vote.2.268q2rc84yz7ubtxwa0xfiq6g")
BALANCER_THERE = ("worker1", "lb_1us5hb6oh", None)
OTHER = ("manager1", "97acfd65a327", "vote.1.4ayin8l5u32tu15n44kaipyu7")

DROP = {"text": '-A INPUT -p tcp -m comment --comment "no [80] #1" -j DROP', "target": "DROP"}

PACKET: dict[str, Any] = {
    "source_mac": None,
    "destination_mac": None,
    "vlans": [],
    "protocol": "tcp",
    "source": "10.0.1.8",
    "destination": "10.0.1.2",
    "source_port": 40000,
    "destination_port": 80,
    "ttl": 64,
    "mark": 0,
    "size_bytes": 60,
    "encrypted": False,
    "tunnel": None,
}


class Builder:
    """Adds hops; each starts with the packet of its parent."""

    def __init__(self) -> None:
        self.hops: list[dict[str, Any]] = []

    def hop(
        self,
        parent: int | None,
        where: tuple[str | None, ...],
        device: str | None,
        mechanism: str,
        text: str,
        **more: Any,
    ) -> int:
        before = self.hops[parent - 1]["after"] if parent else None
        verdict, row = more.pop("verdict", None), more.pop("row", None)
        node, namespace, container = where
        self.hops.append(
            {
                "number": len(self.hops) + 1,
                "parent": parent,
                "node": node,
                "namespace": namespace,
                "container": container,
                "device": device,
                "direction": None,
                "mechanism": mechanism,
                "text": text,
                "before": before,
                "after": {**(before or PACKET), **more},
                "evidence": {"node": node, "namespace": namespace, "source": "netfilter filter INPUT", "row": row},
                "verdict": verdict,
            }
        )
        return len(self.hops)

    def packet(self, number: int) -> dict[str, Any]:
        packet: dict[str, Any] = self.hops[number - 1]["after"]
        return packet


def _hops() -> list[dict[str, Any]]:
    made = Builder()
    at = made.hop(None, CLIENT, None, "output", "client.1 sends")
    at = made.hop(at, CLIENT, None, "mangle", "-d 10.0.1.2/32 -j MARK in OUTPUT sets a mark", mark=0x102)
    choice = made.hop(at, CLIENT, "eth0", "route", "10.0.1.2 is on the link of eth0 (10.0.1.0/24)")

    at = made.hop(choice, CLIENT, None, "ipvs", "one of 2 backends of mark 0x102 (rr)", destination="10.0.1.4")
    at = made.hop(
        at,
        CLIENT,
        "eth0",
        "neighbour",
        "10.0.1.4 is at 02:42:0a:00:01:04",
        source_mac="02:42:0a:00:01:08",
        destination_mac="02:42:0a:00:01:04",
    )
    at = made.hop(at, OVERLAY, "veth1", "receive", "a frame arrives over the veth pair", mark=0)
    inner = made.packet(at)
    outer = {**PACKET, "protocol": "udp", "source": "192.168.99.100", "destination": "192.168.99.101"}
    outer.update(source_port=None, destination_port=4789, size_bytes=110)
    at = made.hop(
        at,
        OVERLAY,
        "vxlan0",
        "vxlan",
        "the fdb of vxlan0 has 02:42:0a:00:01:04 at 192.168.99.101",
        **{**outer, "tunnel": {"kind": "vxlan", "vni": 4097, "inner": inner}},
    )
    flood = made.hop(at, OVERLAY_THERE, "vxlan0", "vxlan_end", "port 4789 has a VXLAN device of VNI 4097", **inner)
    at = made.hop(flood, BALANCER_THERE, "eth0", "receive", "the frame is for 02:42:0a:00:01:04", verdict="ignored")
    made.hop(flood, OVERLAY_THERE, "br0", "receive", "the frame is for 02:42:0a:00:01:04", verdict="ignored")
    at = made.hop(flood, VOTE, "eth1", "receive", "a frame arrives over the veth pair")
    made.hop(
        at,
        VOTE,
        None,
        "delivery",
        "delivered to vote.2 (worker1, namespace d7f92170ec4e), which listens on 0.0.0.0:80",
        verdict="delivered",
        source_mac=None,
        destination_mac=None,
    )

    at = made.hop(choice, CLIENT, None, "ipvs", "one of 2 backends of mark 0x102 (rr)", destination="10.0.1.3")
    at = made.hop(at, OTHER, "eth1", "receive", "a frame arrives over the veth pair")
    made.hop(at, OTHER, None, "filter", "dropped by a rule of INPUT", verdict="dropped", row=DROP)
    return made.hops


@pytest.fixture
def walk() -> dict[str, Any]:
    return {
        "schema": 1,
        "lab": "swarm",
        "taken_at": "2026-01-31T12:00:00Z",
        "from": {
            "name": "client.1.91k5z4omh4jgowjxlyk4c8c4x",
            "node": "manager1",
            "namespace": "9ff9e882fd39",
            "address": "10.0.1.8",
            "container": "client.1.91k5z4omh4jgowjxlyk4c8c4x",
        },
        "to": {"name": "vote:80", "protocol": "tcp", "port": 80},
        "verdict": "mixed",
        "ends": [12, 15],
        "hops": _hops(),
    }


class Vertex(NamedTuple):
    label: str
    boxes: tuple[str, ...]


class Edge(NamedTuple):
    first: Vertex
    arrow: str
    second: Vertex
    label: str


class Drawing(NamedTuple):
    vertices: list[Vertex]
    edges: list[Edge]


_LABEL = r'"(?P<label>[^"`<>]*(?:<br/>[^"`<>]*)*)"'
_BOX = re.compile(rf"subgraph (?P<id>[a-z0-9]+)\[{_LABEL}\]$")
_VERTEX = re.compile(rf"(?P<id>[a-z0-9]+)(?P<open>\[|\(\[){_LABEL}(?P<close>\]|\]\))$")
_EDGE = re.compile(rf"(?P<first>[a-z0-9]+) (?P<arrow>---|-->|<-->|-\.->)(?:\|{_LABEL}\|)? (?P<second>[a-z0-9]+)$")
_EDGE_TO_VERTEX = re.compile(r"([a-z0-9]+ (?:-->|-\.->)) (([a-z0-9]+)[\[(].*)$")
_STYLE = re.compile(r"class(Def)? [a-z0-9]+ [a-z0-9:,-]+$")


@pytest.fixture(scope="session")
def read_mermaid() -> Any:
    """Reads the part of the flowchart syntax that the drawings use; everything else in one is an error."""
    return _read_mermaid


def _read_mermaid(text: str) -> Drawing:
    first, *lines = text.splitlines()
    assert first in ("flowchart TB", "flowchart LR")
    open_boxes: list[str] = []
    boxes: set[str] = set()
    identifiers: dict[str, Vertex] = {}
    edges = []

    def known(identifier: str, label: str) -> None:
        assert identifier not in identifiers
        assert not re.search(r"#(?!\d+;)", label), label
        identifiers[identifier] = Vertex(label, tuple(open_boxes))

    for line in map(str.strip, lines):
        joined = _EDGE_TO_VERTEX.match(line)
        if joined:
            edges.append(_EDGE.match(f"{joined[1]} {joined[3]}"))
            line = joined[2]
        if found := _BOX.match(line):
            known(found["id"], found["label"])
            boxes.add(found["id"])
            open_boxes.append(found["label"])
        elif line == "end":
            open_boxes.pop()
        elif found := _VERTEX.match(line):
            assert (found["open"], found["close"]) in (("[", "]"), ("([", "])"))
            known(found["id"], found["label"])
        elif found := _EDGE.match(line):
            edges.append(found)
        else:
            assert _STYLE.match(line), line
    assert not open_boxes
    return Drawing(
        [vertex for identifier, vertex in identifiers.items() if identifier not in boxes],
        [
            Edge(identifiers[edge["first"]], edge["arrow"], identifiers[edge["second"]], edge["label"] or "")
            for edge in edges
        ],
    )
