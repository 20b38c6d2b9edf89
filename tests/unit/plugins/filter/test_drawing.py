# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters that draw, called as Ansible calls them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleFilterError
from ansible_collections.packetwalk.labs.plugins.filter.drawing import FilterModule

DOCUMENTATION = Path(__file__).parents[4] / "plugins" / "filter"
STATE = Path(__file__).parents[3] / "recordings" / "swarm-three-nodes-ipvs" / "state.json"
FILTERS = FilterModule().filters()

PACKET = {"protocol": "icmp", "source": "10.0.1.8", "destination": "10.0.1.4"}
WALK: dict[str, Any] = {
    "schema": 1,
    "lab": "swarm",
    "taken_at": "2026-01-31T12:00:00Z",
    "from": {"name": "client.1", "node": "n1", "namespace": "9ff9e882fd39", "address": "10.0.1.8"},
    "to": {"name": "web", "protocol": "icmp", "port": None},
    "verdict": "dropped",
    "ends": [1],
    "hops": [
        {
            "number": 1,
            "parent": None,
            "node": "n1",
            "namespace": "9ff9e882fd39",
            "device": None,
            "mechanism": "output",
            "text": "the kernel has no route",
            "before": None,
            "after": PACKET,
            "evidence": {"node": "n1", "namespace": "9ff9e882fd39", "source": "routes", "row": None},
            "verdict": "dropped",
        }
    ],
}


def test_walk_tree() -> None:
    assert FILTERS["walk_tree"](WALK).splitlines() == [
        "client.1 (10.0.1.8) on n1 -> web, icmp: dropped",
        "lab swarm, state of 2026-01-31T12:00:00Z",
        "",
        "n1 · 9ff9e882fd39",
        "  1  output    the kernel has no route",
        "                 icmp 10.0.1.8 -> 10.0.1.4",
        "  ✘ dropped",
        "    seen: n1 · 9ff9e882fd39, routes: none",
        "",
        "dropped: 1 of 1 branch, 1 hop, 1 node",
    ]


def test_walk_tree_takes_its_options() -> None:
    wide = FILTERS["walk_tree"](WALK, width="120", only_ascii=True)

    assert "  1  output    the kernel has no route" in wide
    assert "icmp 10.0.1.8 -> 10.0.1.4\n  x dropped\n" in wide


def test_walk_mermaid() -> None:
    drawn = FILTERS["walk_mermaid"](WALK)

    assert drawn.startswith('flowchart TB\n  start(["client.1 → web<br/>icmp"])\n  subgraph node1["n1"]\n')
    assert '    start -->|"1 output"| hop1\n' in f"  {drawn}".replace("\n  start", "\n    start")


def test_topology_mermaid() -> None:
    state = json.loads(STATE.read_text())
    one = FILTERS["topology_mermaid"](state, "web.*")

    assert FILTERS["topology_mermaid"](state).count("<-->") == 6
    assert one == FILTERS["topology_mermaid"](state, namespaces=["web.*"])
    assert "web.1" in one
    assert "VNI" not in one


@pytest.mark.parametrize("name", sorted(FILTERS))
@pytest.mark.parametrize("document", [None, [], {}, "text", {"schema": 1, "nodes": {}, "hops": {}}])
def test_what_is_no_document(name: str, document: Any) -> None:
    with pytest.raises(AnsibleFilterError, match="this is no|This is no|has no nodes"):
        FILTERS[name](document)


@pytest.mark.parametrize("name", sorted(FILTERS))
def test_every_filter_is_documented(name: str) -> None:
    documented: dict[str, Any] = yaml.safe_load((DOCUMENTATION / f"{name}.yml").read_text())

    assert documented["DOCUMENTATION"]["name"] == name
    assert f"packetwalk.labs.{name}" in documented["EXAMPLES"]
