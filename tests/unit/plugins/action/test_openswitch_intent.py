# SPDX-License-Identifier: GPL-3.0-or-later
"""The door openswitch_intent, opened by a real playbook: one run of all tasks, then their results are looked at."""

from __future__ import annotations

from typing import Any, Callable

import pytest

INTERFACE = {"name": "1", "addresses": ["{{ link_prefix }}.1/24"]}
HOSTS = {
    "ops1": {"nodes_address": "192.168.96.11", "openswitch_config": {"interfaces": [INTERFACE]}, "unrelated": 1},
    "ops2": {"nodes_address": "192.168.96.12"},
}
INVENTORY = {
    "all": {"vars": {"link_prefix": "192.168.101"}, "children": {"openswitch": {"hosts": HOSTS}}},
}
GOOD = {
    "lab": "openswitch",
    "subnet": "192.168.96.0/24",
    "links": [{"ends": [{"switch": "ops1", "port": 1}, {"switch": "ops2", "port": "{{ port | default(8) }}"}]}],
}

TASKS = {
    "good": GOOD,
    "nothing_but_nodes": {"lab": "openswitch", "provider": "existing"},
    "a_mistake": {**GOOD, "ports": 7},
    "an_empty_variable": {**GOOD, "links": None},
    "an_argument_that_there_is_not": {**GOOD, "colour": "blue"},
}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory, play: Callable[..., Any]) -> dict[str, Any]:
    """Name of each of ``TASKS`` to its result, all in check mode."""
    tasks = {name: {"packetwalk.labs.openswitch_intent": arguments} for name, arguments in TASKS.items()}
    directory = tmp_path_factory.mktemp("openswitch_intent")
    found: dict[str, Any] = play(directory, tasks, "--check", inventory=INVENTORY).results
    return found


def test_the_switches_come_from_the_inventory(results: dict[str, Any]) -> None:
    result = results["good"]
    assert (result["failed"], result["changed"]) == (False, False)
    switches = result["intent"]["switches"]
    assert {name: (switch["address"], switch["wired"]) for name, switch in switches.items()} == {
        "ops1": ("192.168.96.11", ["1"]),
        "ops2": ("192.168.96.12", ["8"]),
    }
    assert switches["ops1"]["config"]["interfaces"][0]["addresses"] == ["192.168.101.1/24"]


def test_links_may_be_left_out(results: dict[str, Any]) -> None:
    assert results["nothing_but_nodes"]["intent"]["links"] == []


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("a_mistake", "openswitch_links: Link 1: ops2 has ports 1 to 7, and no port 8."),
        ("an_empty_variable", "openswitch_links is None, but has to be a list."),
    ],
)
def test_a_mistake_is_one_sentence(results: dict[str, Any], name: str, message: str) -> None:
    result = results[name]
    assert (result["failed"], result["msg"]) == (True, message)
    assert "intent" not in result


def test_unknown_arguments_are_refused(results: dict[str, Any]) -> None:
    result = results["an_argument_that_there_is_not"]
    assert result["failed"] and "colour" in result["msg"]
