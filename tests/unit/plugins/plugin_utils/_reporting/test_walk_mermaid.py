# SPDX-License-Identifier: GPL-3.0-or-later
"""The walk as a Mermaid flowchart."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.plugin_utils._reporting._walk_mermaid import walk_mermaid

CLIENT = ("manager1", "9ff9e882fd39 (client.1)")
TUNNELLED = "vxlan0<br/>tcp 10.0.1.8:40000 → 10.0.1.4:80 in vni 4097, 192.168.99.100 → 192.168.99.101"


def test_devices_are_in_the_boxes_of_their_namespaces(walk: dict[str, Any], read_mermaid: Any) -> None:
    vertices = dict(read_mermaid(walk_mermaid(walk)).vertices)

    assert vertices["eth0<br/>tcp 10.0.1.8:40000 → 10.0.1.2:80, mark 0x102"] == CLIENT
    assert vertices[TUNNELLED] == ("manager1", "1-1us5hb6ohx")
    assert vertices["eth1<br/>tcp 10.0.1.8:40000 → 10.0.1.4:80"] == ("worker1", "d7f92170ec4e (vote.2)")
    assert vertices["client.1 → vote:80<br/>tcp"] == ()


def test_edges_tell_the_hops_and_their_changes(walk: dict[str, Any], read_mermaid: Any) -> None:
    edges = read_mermaid(walk_mermaid(walk)).edges
    numbers = [int(line.split()[0]) for edge in edges for line in edge.label.split("<br/>") if line[:1].isdigit()]

    assert "1 output<br/>2 mangle: mark 0 → 0x102<br/>3 route" in [edge.label for edge in edges]
    assert [edge.second.label for edge in edges if edge.label.startswith("7 vxlan: vni 4097")] == [TUNNELLED]
    assert sorted(number for number in numbers if number < 16) == [1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13, 14, 15]


def test_the_ends(walk: dict[str, Any], read_mermaid: Any) -> None:
    text = walk_mermaid(walk)
    ends = [(edge.arrow, edge.second.label) for edge in read_mermaid(text).edges if not edge.label]

    assert ends == [
        ("-->", "✔ delivered<br/>delivered to vote.2 (worker1, namespace d7f92170ec4e), which listens on 0.0.0.0:80"),
        ("-->", "✘ dropped<br/>dropped by a rule of INPUT"),
        ("-.->", "2 flooded copies ignored"),
    ]
    assert "  class end12 good\n" in text
    assert "  class end15 bad\n" in text


def test_the_same_walk_is_the_same_text(walk: dict[str, Any]) -> None:
    assert walk_mermaid(walk) == walk_mermaid(walk)


@pytest.mark.parametrize("name", ['a "quoted" one', "#1; x", "[a](b){c}", "`x` **b** <b>&amp;", "end", "a|b", "--> o"])
def test_no_text_breaks_the_drawing(walk: dict[str, Any], read_mermaid: Any, name: str) -> None:
    plain = read_mermaid(walk_mermaid(walk))
    walk["from"]["name"] = walk["to"]["name"] = name
    for hop in walk["hops"]:
        hop.update(container=name, device=hop["device"] and f"{name} {hop['device']}", text=name)
    drawing = read_mermaid(walk_mermaid(walk))

    assert len(drawing.edges) == len(plain.edges)
    assert len(drawing.vertices) == len(plain.vertices)


def test_outside_of_the_lab_and_what_is_missing(read_mermaid: Any) -> None:
    hops = [
        {"number": 1, "mechanism": "wire", "node": None},
        {"number": 2, "parent": 1, "mechanism": "receive", "node": "n1", "namespace": "host", "verdict": "limit"},
    ]
    drawing = read_mermaid(walk_mermaid({"hops": hops}))

    assert dict(drawing.vertices) == {
        "#63; → #63;": (),
        "wire": ("outside of the lab",),
        "receive": ("n1", "host"),
        "✘ limit": (),
    }
    assert [edge.label for edge in drawing.edges] == ["1 wire", "2 receive", ""]
