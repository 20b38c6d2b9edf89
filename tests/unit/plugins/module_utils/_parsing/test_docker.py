# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects of the Docker Engine API."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import _docker

RECORDINGS = Path(__file__).parents[4] / "recordings" / "docker"


def recording(name: str) -> Any:
    return json.loads((RECORDINGS / f"{name}.json").read_text())


def test_network() -> None:
    network = _docker.network(recording("network-inspect-verbose")[0])

    assert {key: network[key] for key in ("name", "driver", "scope", "attachable", "encrypted", "vnis", "subnets")} == {
        "name": "ov1",
        "driver": "overlay",
        "scope": "swarm",
        "attachable": True,
        "encrypted": False,
        "vnis": [4097],
        "subnets": [{"subnet": "10.0.1.0/24", "gateway": "10.0.1.1"}],
    }
    assert [peer["address"] for peer in network["peers"]] == ["192.168.99.11", "192.168.99.12", "192.168.99.13"]
    endpoints = {endpoint["name"]: endpoint for endpoint in network["endpoints"]}
    assert endpoints["ov1-endpoint"]["container"] is None
    task = endpoints["web.1.91k5z4omh4jgowjxlyk4c8c4x"]
    assert (task["mac"], task["address"], task["prefix_length"]) == ("02:42:0a:00:01:04", "10.0.1.4", 24)
    assert task["container"].startswith("5d2535ffe069")
    web = network["services"][1]
    assert (web["name"], web["vip"], web["mark"]) == ("web", "10.0.1.2", 258)
    assert [(task["address"], task["host"]) for task in web["tasks"]] == [
        ("10.0.1.4", "192.168.99.11"),
        ("10.0.1.3", "192.168.99.12"),
    ]


def test_network_that_an_old_engine_hardly_describes() -> None:
    network = _docker.network(
        {"Name": "vote", "Id": "7672d", "Options": {"encrypted": "", "com.docker.network.driver.mtu": "1400"}}
    )

    assert (network["encrypted"], network["mtu_bytes"], network["ingress"]) == (True, 1400, None)
    assert network["vnis"] == network["peers"] == network["services"] == network["endpoints"] == []


def test_service_with_dns_round_robin_has_neither_vip_nor_mark() -> None:
    network = _docker.network({"Name": "n", "Id": "i", "Services": {"web": {"VIP": "<nil>", "LocalLBIndex": 0}}})

    assert network["services"] == [{"name": "web", "vip": None, "mark": None, "ports": [], "tasks": []}]


def test_service() -> None:
    service = _docker.service(recording("service-inspect")[0])

    assert service == {
        "id": "st0iagngunzfi2yv1jnha6tu2",
        "name": "web",
        "mode": "replicated",
        "replicas": 2,
        "endpoint_mode": "vip",
        "image": "lab/web:1",
        "networks": ["1us5hb6ohxcnt57qpxskmsmwq"],
        "virtual_addresses": [
            {"network": "1us5hb6ohxcnt57qpxskmsmwq", "address": "10.0.1.2", "prefix_length": 24},
            {"network": "qglven21op7i00rndfts2y3dp", "address": "10.0.0.5", "prefix_length": 24},
        ],
        "ports": [{"protocol": "tcp", "target": 80, "published": 8080, "mode": "ingress"}],
        "constraints": [],
        "update": {"state": None, "message": None, "monitor_seconds": 5.0},
    }


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ({"Global": {}}, ("global", None)),
        ({"GlobalJob": {}}, ("global_job", None)),
        ({"ReplicatedJob": {"TotalCompletions": 3}}, ("replicated_job", 3)),
        ({}, (None, None)),
    ],
)
def test_modes(mode: dict[str, Any], expected: tuple[str | None, int | None]) -> None:
    service = _docker.service({"ID": "1", "Spec": {"Name": "s", "Mode": mode}})

    assert (service["mode"], service["replicas"]) == expected
    assert service["image"] is None


def test_nodes() -> None:
    manager, worker, _other = [_docker.node(node) for node in recording("nodes")]

    assert manager == {
        "id": "mqj106qvllz50890xcb4bxwt5",
        "hostname": "n1",
        "role": "manager",
        "availability": "active",
        "state": "ready",
        "address": "192.168.99.11",
        "manager": {"leader": True, "reachability": "reachable", "address": "192.168.99.11:2377"},
        "labels": {},
        "engine": "20.10.24+dfsg1",
    }
    assert worker["manager"] is None


# In the format of the API's reference for GET /tasks; a host-mode port stands in the task's own status.
TASK = {
    "ID": "91k5z4omh4jgowjxlyk4c8c4x",
    "ServiceID": "st0iagngunzfi2yv1jnha6tu2",
    "NodeID": "mqj106qvllz50890xcb4bxwt5",
    "Slot": 1,
    "DesiredState": "running",
    "Spec": {"ContainerSpec": {"Image": "lab/web:1@sha256:ccba511b1d6b", "Env": ["PASSWORD=secret"]}},
    "Status": {
        "State": "running",
        "ContainerStatus": {"ContainerID": "5d2535ff", "PID": 2679},
        "PortStatus": {"Ports": [{"Protocol": "tcp", "TargetPort": 80, "PublishedPort": 8080, "PublishMode": "host"}]},
    },
    "NetworksAttachments": [
        {"Network": {"ID": "qglven21op7i00rndfts2y3dp"}, "Addresses": ["10.0.0.7/24"]},
        {"Network": {"ID": "1us5hb6ohxcnt57qpxskmsmwq"}, "Addresses": ["10.0.1.4/24"]},
    ],
}


def test_task() -> None:
    assert _docker.task(TASK, {"st0iagngunzfi2yv1jnha6tu2": "web"}) == {
        "id": "91k5z4omh4jgowjxlyk4c8c4x",
        "name": "web.1.91k5z4omh4jgowjxlyk4c8c4x",
        "service": "st0iagngunzfi2yv1jnha6tu2",
        "node": "mqj106qvllz50890xcb4bxwt5",
        "slot": 1,
        "desired_state": "running",
        "state": "running",
        "error": None,
        "container": "5d2535ff",
        "addresses": [
            {"network": "1us5hb6ohxcnt57qpxskmsmwq", "address": "10.0.1.4", "prefix_length": 24},
            {"network": "qglven21op7i00rndfts2y3dp", "address": "10.0.0.7", "prefix_length": 24},
        ],
        "ports": [{"protocol": "tcp", "target": 80, "published": 8080, "mode": "host"}],
        "image": "lab/web:1",
    }


def test_task_of_a_global_service_is_named_after_its_node() -> None:
    task = {"ID": "t", "ServiceID": "s", "NodeID": "n"}

    assert _docker.task(task, {"s": "cli"})["name"] == "cli.n.t"
    assert _docker.task(task, {})["name"] is None


def test_containers_of_both_requests() -> None:
    web = _docker.container(recording("container-inspect")[0])
    listed = _docker.container(
        {
            "Id": web["id"],
            "Names": ["/" + web["name"]],
            "Image": "lab/web:1@sha256:ccba511b1d6b",
            "State": "running",
            "Labels": {"com.docker.swarm.service.name": "web", "com.docker.swarm.task.id": web["task_id"]},
        }
    )

    assert web == {
        "id": "5d2535ffe06989e89be0045a2b4f3099fa247af09a9e78e6b848048a4fe405d3",
        "name": "web.1.91k5z4omh4jgowjxlyk4c8c4x",
        "image": "lab/web:1",
        "state": "running",
        "process_id": 2679,
        "sandbox": "d7f92170ec4e",
        "service": "web",
        "task_id": "91k5z4omh4jgowjxlyk4c8c4x",
    }
    assert listed == {**web, "process_id": None, "sandbox": None}


def test_engine() -> None:
    info = {
        "Name": "n1",
        "Driver": "overlay2",
        "Swarm": {
            "NodeID": "mqj106qvllz50890xcb4bxwt5",
            "NodeAddr": "192.168.99.11",
            "LocalNodeState": "active",
            "ControlAvailable": True,
            "Error": "",
            "Cluster": {"DataPathPort": 4789, "JoinTokens": {"Worker": "SWMTKN-1-secret"}},
        },
    }
    engine = _docker.engine({"Version": "20.10.24+dfsg1", "ApiVersion": "1.41"}, info)

    assert engine == {
        "version": "20.10.24+dfsg1",
        "api_version": "1.41",
        "name": "n1",
        "storage_driver": "overlay2",
        "swarm": {
            "state": "active",
            "node_id": "mqj106qvllz50890xcb4bxwt5",
            "address": "192.168.99.11",
            "is_manager": True,
            "data_path_port": 4789,
            "error": None,
        },
    }


def test_engine_outside_of_a_swarm() -> None:
    swarm = _docker.engine({}, {"Swarm": {"LocalNodeState": "inactive", "NodeID": "", "ControlAvailable": False}})[
        "swarm"
    ]

    assert (swarm["state"], swarm["node_id"], swarm["is_manager"]) == ("inactive", None, False)


def test_secrets_and_certificates_are_left_behind() -> None:
    rows = [_docker.node(node) for node in recording("nodes")]
    rows += [_docker.container(container) for container in recording("container-inspect")]
    rows.append(_docker.task(TASK, {}))
    text = json.dumps(rows)

    assert "CERTIFICATE" not in text
    assert "secret" not in text
    assert "PATH=" not in text
