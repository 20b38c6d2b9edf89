# SPDX-License-Identifier: GPL-3.0-or-later
"""From the inventory and what the engines say to the steps that make both agree."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.packetwalk.labs.plugins.filter.swarm_membership import FilterModule
from ansible_collections.packetwalk.labs.plugins.plugin_utils._intent._membership import (
    joining,
    primary,
    quorum_kept,
    reconciling,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._intent._schema import IntentError

RECORDED_NODES = Path(__file__).parents[4] / "recordings" / "docker" / "nodes.json"


def member(role: str, **keys: Any) -> dict[str, Any]:
    return {"role": role, "availability": "active", "membership": "present", "labels": {}, **keys}


MEMBERS = {"manager1": member("manager"), "worker1": member("worker"), "worker2": member("worker")}
SWAPPED = {"worker1": member("manager"), "manager1": member("worker"), "worker2": member("worker")}


def engine(identifier: str, state: str = "active", manager: bool = False) -> dict[str, Any]:
    return {"NodeID": identifier, "LocalNodeState": state, "ControlAvailable": manager}


OUTSIDE: dict[str, Any] = engine("", "inactive")
ENGINES = {"manager1": engine("m1", manager=True), "worker1": engine("w1"), "worker2": engine("w2")}


def node(
    identifier: str,
    hostname: str,
    role: str = "worker",
    state: str = "ready",
    reachability: str = "reachable",
    **spec: Any,
) -> dict[str, Any]:
    """A row of the engine API's ``GET /nodes``; only managers have a ``ManagerStatus``."""
    row = {
        "ID": identifier,
        "Spec": {"Role": role, "Availability": "active", "Labels": {}, **spec},
        "Status": {"State": state},
        "Description": {"Hostname": hostname},
    }
    return {**row, "ManagerStatus": {"Reachability": reachability}} if role == "manager" else row


NODES = [node("m1", "manager1", "manager"), node("w1", "worker1"), node("w2", "worker2")]


@pytest.mark.parametrize(
    ("members", "engines", "host", "initialise"),
    [
        pytest.param(MEMBERS, dict.fromkeys(MEMBERS, OUTSIDE), "manager1", True, id="there is no swarm yet"),
        pytest.param(
            MEMBERS, {"manager1": {}, "worker1": {}}, "manager1", True, id="engines that say nothing of swarms"
        ),
        pytest.param(MEMBERS, ENGINES, "manager1", False, id="the swarm is there"),
        pytest.param(
            {**MEMBERS, "worker1": member("manager")},
            {**ENGINES, "manager1": OUTSIDE, "worker1": engine("w1", manager=True)},
            "worker1",
            False,
            id="the first manager was made again",
        ),
        pytest.param(
            SWAPPED,
            {**ENGINES, "worker1": engine("w1", manager=True)},
            "worker1",
            False,
            id="a manager that stays one goes before one that does not",
        ),
        pytest.param(SWAPPED, ENGINES, "manager1", False, id="the only manager is asked, though it will not stay one"),
        pytest.param(
            {"manager1": member("manager", membership="absent"), "worker1": member("manager")},
            {"manager1": engine("m1", manager=True), "worker1": engine("w1")},
            "manager1",
            False,
            id="the only manager is asked, though it will leave",
        ),
    ],
)
def test_the_primary(members: dict[str, Any], engines: dict[str, Any], host: str, initialise: bool) -> None:
    assert primary(members, engines) == {"host": host, "initialise": initialise}


@pytest.mark.parametrize(
    ("engines", "sentence"),
    [
        pytest.param(
            {**ENGINES, "manager1": engine("m1")},
            "The engine of manager1 says it is in a swarm, but no manager answers. Restore the majority of the "
            "managers, or run 'docker swarm leave --force' on manager1.",
            id="lost majority",
        ),
        pytest.param(
            {**ENGINES, "manager1": OUTSIDE, "worker1": OUTSIDE},
            "The engine of worker2 says it is in a swarm, but no manager answers. Restore the majority of the "
            "managers, or run 'docker swarm leave --force' on worker2.",
            id="a worker of a swarm whose manager was made again",
        ),
        pytest.param(
            {"worker1": OUTSIDE},
            "There is no swarm yet and manager1 is outside of --limit. Run once without --limit.",
            id="no swarm, and no manager in the limit",
        ),
    ],
)
def test_no_primary(engines: dict[str, Any], sentence: str) -> None:
    with pytest.raises(IntentError) as error:
        primary(MEMBERS, engines)
    assert str(error.value) == sentence


@pytest.mark.parametrize(
    ("changes", "nodes", "expected"),
    [
        pytest.param({}, NODES, [], id="all are members"),
        pytest.param({"worker1": OUTSIDE, "worker2": OUTSIDE}, NODES[:1], ["worker1", "worker2"], id="two join"),
        pytest.param(
            {"worker1": OUTSIDE}, NODES, ["worker1"], id="one that was made again joins, whatever the table says"
        ),
        pytest.param({"worker2": None}, NODES[:2], [], id="outside of the limit"),
    ],
)
def test_who_joins(changes: dict[str, Any], nodes: list[dict[str, Any]], expected: list[str]) -> None:
    engines = {host: each for host, each in {**ENGINES, **changes}.items() if each is not None}
    assert joining(MEMBERS, engines, nodes) == expected


def test_an_absent_host_does_not_join() -> None:
    members = {**MEMBERS, "worker2": member("worker", membership="absent")}
    assert joining(members, {**ENGINES, "worker2": OUTSIDE}, NODES) == []


@pytest.mark.parametrize("state", ["active", "pending", "locked"])
def test_a_host_in_another_swarm_is_refused(state: str) -> None:
    with pytest.raises(IntentError) as error:
        joining(MEMBERS, {**ENGINES, "worker1": engine("elsewhere", state)}, NODES)
    assert str(error.value) == (
        f"worker1 is in another swarm ({state}). Run 'docker swarm leave --force' there if it may leave it."
    )


def entry(host: str, identifier: str, role: str = "worker", **keys: Any) -> dict[str, Any]:
    return {"host": host, "id": identifier, "role": role, **keys}


ABSENT = member("worker", membership="absent")
DOWN = node("old", "worker2", state="down")
LABELLED = {"rack": "7"}

PLANS = [
    pytest.param(MEMBERS, ENGINES, NODES, {}, id="nothing to do"),
    pytest.param(
        {**MEMBERS, "worker1": member("manager")}, ENGINES, NODES, {"promote": [entry("worker1", "w1")]}, id="promote"
    ),
    pytest.param(
        MEMBERS,
        ENGINES,
        [*NODES[:2], node("w2", "worker2", "manager")],
        {"demote": [entry("worker2", "w2", "manager")]},
        id="demote",
    ),
    pytest.param(
        SWAPPED,
        ENGINES,
        NODES,
        {"promote": [entry("worker1", "w1")], "demote": [entry("manager1", "m1", "manager")]},
        id="swap",
    ),
    pytest.param(
        {**MEMBERS, "worker1": member("worker", availability="drain")},
        ENGINES,
        NODES,
        {"change": [entry("worker1", "w1", availability="drain", labels={})]},
        id="availability",
    ),
    pytest.param(
        {**MEMBERS, "worker1": member("worker", labels=LABELLED)},
        ENGINES,
        NODES,
        {"change": [entry("worker1", "w1", availability="active", labels=LABELLED)]},
        id="labels",
    ),
    pytest.param(
        MEMBERS,
        ENGINES,
        [*NODES[:2], node("w2", "worker2", Labels=LABELLED)],
        {"change": [entry("worker2", "w2", availability="active", labels={})]},
        id="labels that left the inventory",
    ),
    pytest.param(
        MEMBERS, ENGINES, [*NODES[:2], node("w2", "worker2", Labels=None)], {}, id="no labels are null in the API"
    ),
    pytest.param(
        {**MEMBERS, "worker2": ABSENT}, ENGINES, NODES, {"leave": [entry("worker2", "w2")]}, id="a worker leaves"
    ),
    pytest.param(
        {**MEMBERS, "worker2": member("manager", membership="absent")},
        ENGINES,
        [*NODES[:2], node("w2", "worker2", "manager")],
        {"leave": [entry("worker2", "w2", "manager")]},
        id="a manager leaves",
    ),
    pytest.param(
        {**MEMBERS, "worker2": ABSENT},
        {**ENGINES, "worker2": OUTSIDE},
        NODES[:2],
        {},
        id="one that left stays away",
    ),
    pytest.param(
        {**MEMBERS, "worker2": ABSENT},
        {**ENGINES, "worker2": OUTSIDE},
        [*NODES[:2], DOWN],
        {"remove": [entry("worker2", "old")]},
        id="the entry of one that left by itself is removed",
    ),
    pytest.param(
        MEMBERS,
        ENGINES,
        [*NODES, DOWN],
        {"remove": [entry("worker2", "old")]},
        id="the Down duplicate of a host is removed",
    ),
    pytest.param(
        MEMBERS,
        ENGINES,
        [*NODES, node("w3", "worker3", state="down")],
        {"remove": [entry("worker3", "w3")]},
        id="a Down node of no host is removed",
    ),
    pytest.param(MEMBERS, ENGINES, [*NODES, node("w3", "worker3")], {}, id="a ready node of no host is left alone"),
    pytest.param(
        MEMBERS,
        ENGINES,
        [*NODES[:2], node("w2", "worker2", state="down")],
        {},
        id="a Down node that its host still is stays",
    ),
]

LIMITED = {"manager1": ENGINES["manager1"], "worker1": ENGINES["worker1"]}  # worker2 is outside of --limit

LIMITED_PLANS = [
    pytest.param(MEMBERS, LIMITED, NODES, {}, id="limit: found by its name"),
    pytest.param(
        {**MEMBERS, "worker2": member("worker", availability="pause")},
        LIMITED,
        NODES,
        {"change": [entry("worker2", "w2", availability="pause", labels={})]},
        id="limit: changed through the manager",
    ),
    pytest.param(MEMBERS, LIMITED, [*NODES[:2], DOWN], {}, id="limit: a Down node may come back"),
    pytest.param(
        MEMBERS,
        LIMITED,
        [*NODES, DOWN],
        {"remove": [entry("worker2", "old")]},
        id="limit: its Down duplicate is removed",
    ),
    pytest.param(
        {**MEMBERS, "worker2": ABSENT},
        LIMITED,
        [*NODES[:2], DOWN],
        {"remove": [entry("worker2", "old")]},
        id="limit: a Down node that shall not be there is removed",
    ),
    pytest.param(
        {**MEMBERS, "worker2": member("manager")},
        LIMITED,
        [*NODES, node("w2b", "worker2")],
        {},
        id="limit: two ready nodes of one name are left alone",
    ),
]


@pytest.mark.parametrize(("members", "engines", "nodes", "expected"), [*PLANS, *LIMITED_PLANS])
def test_the_plan(
    members: dict[str, Any], engines: dict[str, Any], nodes: list[dict[str, Any]], expected: dict[str, Any]
) -> None:
    nothing: dict[str, Any] = {name: [] for name in ("promote", "demote", "change", "leave", "remove", "forget")}
    assert reconciling(members, engines, nodes) == {**nothing, **expected}


def test_a_recorded_swarm_is_what_its_inventory_says() -> None:
    nodes = json.loads(RECORDED_NODES.read_text(encoding="utf-8"))
    members = {"n1": member("manager"), "n2": member("worker"), "n3": member("worker")}
    engines = {each["Description"]["Hostname"]: engine(each["ID"]) for each in nodes}
    assert joining(members, engines, nodes) == []
    assert not any(reconciling(members, engines, nodes).values())


@pytest.mark.parametrize(
    ("reachabilities", "kept"),
    [
        # Of the managers, in order; it is the first that goes.
        (["reachable"], False),
        (["reachable", "reachable"], True),
        (["reachable", "unreachable"], False),
        (["unreachable", "reachable"], True),
        (["reachable", "reachable", "reachable"], True),
        (["reachable", "reachable", "unreachable"], False),
        (["unreachable", "reachable", "reachable"], True),
        (["reachable", "reachable", "reachable", "unreachable", "unreachable"], False),
        (["reachable", "reachable", "reachable", "reachable", "unreachable"], True),
        (["unreachable", "reachable", "reachable", "reachable", "unreachable"], True),
    ],
)
def test_the_majority_without_a_manager(reachabilities: list[str], kept: bool) -> None:
    managers = [
        node(f"m{index}", f"manager{index}", "manager", reachability=reachability)
        for index, reachability in enumerate(reachabilities)
    ]
    assert quorum_kept([*managers, node("w1", "worker1")], "m0") is kept


def test_the_filters_are_the_functions_and_fail_with_the_sentence() -> None:
    filters = FilterModule().filters()
    assert filters["swarm_primary"](MEMBERS, ENGINES) == primary(MEMBERS, ENGINES)
    assert filters["swarm_joining"](MEMBERS, ENGINES, NODES) == joining(MEMBERS, ENGINES, NODES)
    assert filters["swarm_reconciling"](SWAPPED, ENGINES, NODES) == reconciling(SWAPPED, ENGINES, NODES)
    assert filters["swarm_quorum_kept"](NODES, "m1") is False
    with pytest.raises(AnsibleFilterError, match="worker1 is in another swarm"):
        filters["swarm_joining"](MEMBERS, {"worker1": engine("elsewhere")}, NODES)


def test_a_node_of_no_inventory_is_only_forgotten_where_all_nodes_are_the_labs() -> None:
    nodes = [*NODES, node("m9", "manager9", "manager")]
    assert reconciling(MEMBERS, ENGINES, nodes)["forget"] == []
    plan = reconciling(MEMBERS, ENGINES, nodes, own_all=True)
    assert plan["forget"] == [{"host": "manager9", "id": "m9", "role": "manager"}]
    assert plan["remove"] == []
