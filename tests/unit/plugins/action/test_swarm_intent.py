# SPDX-License-Identifier: GPL-3.0-or-later
"""The door swarm_intent, opened by a real playbook: one run of all tasks, then their results are looked at."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable

import pytest

HOSTS = {
    "swarm_managers": {"hosts": {"manager1": {"nodes_address": "{{ lab_prefix }}.100"}}},
    "swarm_workers": {
        "hosts": {
            "worker1": {"nodes_address": "{{ lab_prefix }}.101", "swarm_availability": "drain", "unrelated": 1},
            "worker2": {"nodes_address": "{{ lab_prefix }}.102", "swarm_labels": {"rack": 7}},
        }
    },
}
INVENTORY = {"all": {"vars": {"lab_prefix": "192.168.99", "replicas_wanted": 2}, "children": HOSTS}}

WEB = {
    "name": "web",
    "image": "packetwalk/web:1",
    "replicas": "{{ replicas_wanted }}",
    "published_ports": [{"target": 80, "published": 8080}],
}
GOOD = {"lab": "swarm", "subnet": "192.168.99.0/24", "networks": [{"name": "overlay1"}], "services": [WEB]}
ENCRYPTED = {**GOOD, "networks": [{"name": "overlay1", "encrypted": True}]}

TASKS = {
    "before_the_kernels_are_known": GOOD,
    "with_ip_vs": {**GOOD, "ip_vs": True, "esp": False},
    "without_ip_vs": {**GOOD, "ip_vs": False, "esp": True},
    "encrypted_with_esp": {**ENCRYPTED, "ip_vs": True, "esp": True},
    "encrypted_without_esp": {**ENCRYPTED, "ip_vs": True, "esp": False},
    "half_of_the_kernel": {**GOOD, "ip_vs": True},
    "nothing_but_nodes": {"lab": "swarm", "subnet": "192.168.99.0/24"},
    "existing_hosts": {"lab": "swarm", "provider": "existing"},
    "an_empty_variable": {**GOOD, "services": None},
    "a_mistake": {**GOOD, "subnet": "192.168.98.0/24"},
    "a_wrong_type": {**GOOD, "services": [{**WEB, "replicas": "two"}]},
    "an_argument_that_there_is_not": {**GOOD, "colour": "blue"},
}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory, play: Callable[..., Any]) -> dict[str, Any]:
    """Name of each of ``TASKS`` to its result."""
    tasks = {name: {"packetwalk.labs.swarm_intent": arguments} for name, arguments in TASKS.items()}
    found: dict[str, Any] = play(tmp_path_factory.mktemp("swarm_intent"), tasks, inventory=INVENTORY).results
    return found


def test_the_nodes_come_from_the_inventory(results: dict[str, Any]) -> None:
    result = results["before_the_kernels_are_known"]
    assert (result["failed"], result["changed"], result["notes"]) == (False, False, [])
    plain = {"role": "worker", "availability": "active", "membership": "present", "labels": {}}
    assert result["intent"]["nodes"] == {
        "manager1": {**plain, "address": "192.168.99.100", "role": "manager"},
        "worker1": {**plain, "address": "192.168.99.101", "availability": "drain"},
        "worker2": {**plain, "address": "192.168.99.102", "labels": {"rack": "7"}},
    }
    assert result["intent"]["lab"] == "swarm"


def test_a_templated_number_is_a_number(results: dict[str, Any]) -> None:
    assert results["before_the_kernels_are_known"]["intent"]["services"][0]["replicas"] == 2


@pytest.mark.parametrize(
    ("name", "endpoint_mode", "port_mode", "notes"),
    [
        ("before_the_kernels_are_known", "auto", "auto", 0),
        ("with_ip_vs", "vip", "ingress", 0),
        ("encrypted_with_esp", "vip", "ingress", 0),
        ("without_ip_vs", "dnsrr", "host", 2),
    ],
)
def test_the_kernels_decide_what_is_left_to_auto(
    results: dict[str, Any], name: str, endpoint_mode: str, port_mode: str, notes: int
) -> None:
    web = results[name]["intent"]["services"][0]
    assert (web["endpoint_mode"], web["published_ports"][0]["mode"]) == (endpoint_mode, port_mode)
    assert len(results[name]["notes"]) == notes


@pytest.mark.parametrize("name", ["nothing_but_nodes", "existing_hosts"])
def test_networks_and_services_may_be_left_out(results: dict[str, Any], name: str) -> None:
    intent = results[name]["intent"]
    assert (len(intent["nodes"]), intent["networks"], intent["services"]) == (3, [], [])


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "a_mistake",
            "nodes_address of manager1 is 192.168.99.100, outside nodes_subnet 192.168.98.0/24. "
            "Change the address, or the subnet.",
        ),
        ("an_empty_variable", "swarm_services is None, but has to be a list."),
        (
            "encrypted_without_esp",
            "swarm_networks (overlay1) is encrypted, but not every node's kernel is known to have ESP, without which "
            "packets to other nodes are lost. Take encrypted out, or use nodes whose kernel has ESP.",
        ),
        ("half_of_the_kernel", "parameters are required together: ip_vs, esp"),
        ("a_wrong_type", "swarm_services[0] (web): replicas is 'two', but has to be a whole number."),
    ],
)
def test_a_mistake_is_one_sentence(results: dict[str, Any], name: str, message: str) -> None:
    result = results[name]
    assert (result["failed"], result["msg"]) == (True, message)
    assert "intent" not in result


def test_unknown_arguments_are_refused(results: dict[str, Any]) -> None:
    result = results["an_argument_that_there_is_not"]
    assert result["failed"] and "colour" in result["msg"]


def test_what_is_not_wise_is_a_warning_also_in_check_mode(tmp_path: Path, play: Callable[..., Any]) -> None:
    second = {"swarm_managers": {"hosts": {"manager2": {"nodes_address": "192.168.99.103"}}}}
    inventory = {"all": {"vars": INVENTORY["all"]["vars"], "children": {**HOSTS, "more": {"children": second}}}}
    played = play(tmp_path, {"read": {"packetwalk.labs.swarm_intent": GOOD}}, "--check", inventory=inventory)
    sentence = (
        "The group swarm_managers has 2 hosts. An even number tolerates no more failures than 1 would; use an odd one."
    )
    assert f"[WARNING]: {sentence}" in " ".join((played.stdout + played.stderr).split())
    assert (played.results["read"]["failed"], played.results["read"]["changed"]) == (False, False)
