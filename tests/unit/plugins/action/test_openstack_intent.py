# SPDX-License-Identifier: GPL-3.0-or-later
"""The door openstack_intent, opened by a real playbook: one run of all tasks, then their results are looked at."""

from __future__ import annotations

from typing import Any, Callable

import pytest

SUBNET = {"name": "external_subnet", "cidr": "172.24.5.0/24"}
NETWORK = {"name": "external_network", "external": True, "physical_network": "{{ physical }}", "subnets": [SUBNET]}
CONTROLLER = {
    "nodes_address": "192.168.96.39",
    "openstack_networks": [NETWORK],
    "openstack_images": [{"name": "cirros", "file": "{{ image_file }}"}],
    "unrelated": 1,
}
CHASSIS = {"ovn_chassis_bridge_mappings": [{"network": "extnet", "bridge": "br-ex", "interface": "eth1"}]}
INVENTORY: dict[str, Any] = {
    "all": {
        "vars": {"physical": "extnet", "image_file": "cirros.img"},
        "children": {
            "openstack_controller": {"hosts": {"controller": CONTROLLER}},
            "openstack_computes": {"hosts": {"compute1": {"nodes_address": "192.168.96.15"}}},
            "ovn_chassis": {"hosts": {"controller": {}, "compute1": {}}, "vars": CHASSIS},
        },
    },
}
GOOD = {"lab": "openstack", "subnet": "192.168.96.0/24"}

TASKS = {
    "good": GOOD,
    "another_subnet": {**GOOD, "subnet": "192.168.97.0/24"},
    "an_argument_that_there_is_not": {**GOOD, "colour": "blue"},
}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory, play: Callable[..., Any]) -> dict[str, Any]:
    """Name of each of ``TASKS`` to its result, all in check mode; each mistake of the inventory is a run of its own."""
    runs = {
        "good": {},
        "no_bridge": {"physical": "provider"},
        "no_such_file": {"image_file": "/no/such.img"},
    }
    found: dict[str, Any] = {}
    for name, variables in runs.items():
        directory = tmp_path_factory.mktemp("openstack_intent")
        (directory / "cirros.img").write_bytes(b"")
        tasks = TASKS if name == "good" else {name: GOOD}
        inventory = {"all": {**INVENTORY["all"], "vars": {**INVENTORY["all"]["vars"], **variables}}}
        found |= play(
            directory,
            {task: {"packetwalk.labs.openstack_intent": arguments} for task, arguments in tasks.items()},
            "--check",
            inventory=inventory,
        ).results
    return found


def test_hosts_and_variables_come_from_the_inventory(results: dict[str, Any]) -> None:
    result = results["good"]
    assert (result["failed"], result["changed"]) == (False, False)
    cloud = result["intent"]["openstack"]
    assert (cloud["controller"], cloud["computes"], cloud["compute_driver"]) == ("controller", ["compute1"], "fake")
    assert cloud["networks"][0]["physical_network"] == "extnet"
    assert result["notes"] == []


def test_the_file_of_an_image_is_beside_the_playbook(results: dict[str, Any]) -> None:
    path = results["good"]["intent"]["openstack"]["images"][0]["file"]
    assert path.startswith("/") and path.endswith("/cirros.img")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("another_subnet", "nodes_address of controller is 192.168.96.39, outside nodes_subnet 192.168.97.0/24. "),
        ("no_bridge", "openstack_networks (external_network): physical_network is provider, which no chassis has a "),
        (
            "no_such_file",
            "openstack_images (cirros): file is /no/such.img, which is not there. Correct the path on the machine that "
            "runs Ansible.",
        ),
        ("an_argument_that_there_is_not", "colour"),
    ],
)
def test_a_mistake_is_one_sentence(results: dict[str, Any], name: str, sentence: str) -> None:
    result = results[name]
    assert result["failed"] and "intent" not in result
    assert sentence in result["msg"]
