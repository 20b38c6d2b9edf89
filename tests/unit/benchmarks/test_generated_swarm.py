# SPDX-License-Identifier: GPL-3.0-or-later
"""The generated swarm of the benchmarks is the same every time, a healthy swarm, and walks to its tasks."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
sys.path.append(str(ROOT / "tests" / "benchmarks"))

import generated_swarm
import walk as benchmark
from ansible_collections.packetwalk.labs.plugins.plugin_utils import _state
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking import _registry
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._engine import Engine
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._hop import Place
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._packet import Packet
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._world import World

RECORDING = ROOT / "tests" / "recordings" / "swarm-three-nodes-ipvs" / "state.json"
NODES = 3
INTENT = {"networks": [{"name": f"net{number}"} for number in range(1, NODES + 1)]}


@pytest.fixture(scope="module")
def plan() -> generated_swarm.Plan:
    return generated_swarm.Plan(NODES, seed=1)


@pytest.fixture(scope="module")
def document(plan: generated_swarm.Plan) -> dict[str, Any]:
    """As it comes back from a file."""
    return _state.load(json.dumps(generated_swarm.document(plan)))


@pytest.fixture(scope="module")
def engine(document: dict[str, Any]) -> Engine:
    return Engine(World(document))


def test_the_same_seed_gives_the_same_document(document: dict[str, Any]) -> None:
    assert generated_swarm.generate(NODES, seed=1) == document
    assert generated_swarm.generate(NODES, seed=2) != document


@pytest.mark.parametrize("nodes", [0, 101])
def test_a_size_that_cannot_be(nodes: int) -> None:
    with pytest.raises(ValueError, match=f"{nodes} nodes"):
        generated_swarm.generate(nodes)


def test_sizes(document: dict[str, Any]) -> None:
    swarm = document["control"]["swarm"]
    assert [len(swarm[key]) for key in ("nodes", "services", "tasks")] == [3, 30, 150]
    assert set(Counter(task["node"] for task in swarm["tasks"]).values()) == {50}


def test_all_checks_pass(document: dict[str, Any]) -> None:
    findings = _registry.run(document, INTENT, _registry.select())
    assert [finding for finding in findings if finding.status not in ("passed", "skipped")] == []
    passed = {finding.check for finding in findings if finding.status == "passed"}
    assert {check.identifier for check in _registry.select(["swarm_*"])} - passed == {"swarm_encryption"}


def test_rows_have_the_keys_of_a_real_swarm(document: dict[str, Any]) -> None:
    recorded = set(_keys(json.loads(RECORDING.read_text())))
    assert {key for key in recorded - set(_keys(document)) if not key.endswith("_reason")} == set()


def test_every_client_reaches_every_service(plan: generated_swarm.Plan, engine: Engine) -> None:
    pairs = plan.pairs()
    wrong = [pair for pair in pairs if not benchmark.is_right(benchmark.walked(engine, *pair), pair[1])]
    assert (len(pairs), wrong) == (1500, [])


def test_half_of_the_clients_know_the_addresses(plan: generated_swarm.Plan, engine: Engine) -> None:
    virtual = plan.networks[1].virtuals[0]
    asked = Counter(
        any(hop.note.mechanism == "arp" for hop in benchmark.walked(engine, client, virtual).hops)
        for client in plan.networks[1].tasks
    )
    assert asked[True] > 10 and asked[False] > 10


def test_every_published_port_leads_to_the_tasks(plan: generated_swarm.Plan, engine: Engine) -> None:
    """From outside, by every node."""
    for virtual in plan.ingress.virtuals:
        for node, address in plan.addresses.items():
            router, mac = generated_swarm.OUTSIDE
            place = Place("receive", engine.world.namespace(node, "host"), in_device="eth0")
            packet = Packet(
                "tcp",
                address,
                source=router,
                source_port=40000,
                destination_port=virtual.published,
                source_mac=mac,
                destination_mac=plan.macs[node],
            )
            assert benchmark.is_right(engine.explore(place, packet), virtual)


def _keys(part: Any, path: str = "") -> Iterator[str]:
    """Paths of all keys of a document, in which names of nodes, namespaces, tables and chains do not count."""
    if isinstance(part, list):
        for row in part:
            yield from _keys(row, path)
    elif isinstance(part, dict):
        is_named = path == "/nodes" or path.endswith(("/namespaces", "/tables", "/chains"))
        for key, inner in part.items():
            deeper = path + "/*" if is_named and isinstance(inner, dict) else f"{path}/{key}"
            yield deeper
            yield from _keys(inner, deeper)
