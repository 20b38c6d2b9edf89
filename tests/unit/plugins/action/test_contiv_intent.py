# SPDX-License-Identifier: GPL-3.0-or-later
"""The door contiv_intent, opened by a real playbook: one run of all tasks, then their results are looked at."""

from __future__ import annotations

from typing import Any, Callable

import pytest

MASTER = {
    "nodes_address": "192.168.2.50",
    "contiv_vtep_address": "192.168.{{ vtep_net }}.50",
    "contiv_binaries_from": "{{ binaries_from | default('none') }}",
    "contiv_tenants": [{"name": "blue"}],
    "legacy_swarm_containers": [],
    "unrelated": 1,
}
WORKER = {"nodes_address": "192.168.2.51", "contiv_vtep_address": "192.168.{{ vtep_net }}.51"}
INVENTORY = {
    "all": {
        "vars": {"vtep_net": 3},
        "children": {"contiv_masters": {"hosts": {"master": MASTER}}, "contiv_workers": {"hosts": {"worker0": WORKER}}},
    },
}
OTHER_NETWORKS = [{"name": "vtep", "subnet": "192.168.3.0/24"}, {"name": "uplink", "subnet": "192.168.4.0/24"}]
GOOD = {"lab": "contiv", "subnet": "192.168.2.0/24", "other_networks": OTHER_NETWORKS}

TASKS = {
    "good": GOOD,
    "existing_hosts": {"lab": "contiv", "provider": "existing"},
    "a_mistake": {**GOOD, "other_networks": OTHER_NETWORKS[:1]},
    "an_argument_that_there_is_not": {**GOOD, "colour": "blue"},
}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory, play: Callable[..., Any]) -> dict[str, Any]:
    """Name of each of ``TASKS`` to its result, all in check mode."""
    tasks = {name: {"packetwalk.labs.contiv_intent": arguments} for name, arguments in TASKS.items()}
    found: dict[str, Any] = play(
        tmp_path_factory.mktemp("contiv_intent"), tasks, "--check", inventory=INVENTORY
    ).results
    return found


def test_hosts_and_variables_come_from_the_inventory(results: dict[str, Any]) -> None:
    result = results["good"]
    assert (result["failed"], result["changed"]) == (False, False)
    assert {name: host["vtep_address"] for name, host in result["intent"]["hosts"].items()} == {
        "master": "192.168.3.50",
        "worker0": "192.168.3.51",
    }
    assert result["intent"]["binaries_from"] == "none"
    assert result["notes"] == [
        "Without Contiv's programs (contiv_binaries_from is none) these are ignored: contiv_tenants"
    ]


def test_other_networks_may_be_left_out_with_existing_hosts(results: dict[str, Any]) -> None:
    assert results["existing_hosts"]["intent"]["masters"] == ["master"]


def test_a_mistake_is_one_sentence(results: dict[str, Any]) -> None:
    result = results["a_mistake"]
    assert result["failed"] and "intent" not in result
    assert result["msg"].startswith("contiv_uplink_interface of master is eth2, but nodes_other_networks gives it eth1")


def test_unknown_arguments_are_refused(results: dict[str, Any]) -> None:
    result = results["an_argument_that_there_is_not"]
    assert result["failed"] and "colour" in result["msg"]
