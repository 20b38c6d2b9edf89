# SPDX-License-Identifier: GPL-3.0-or-later
"""What a stranger sees of the lab: processes, names, packets. Nothing here uses the collection's own modules."""

from __future__ import annotations

import functools
import json
import subprocess
import urllib.request

import pytest
import testinfra

NODES = {"manager1": "192.168.99.100", "worker1": "192.168.99.101", "worker2": "192.168.99.102"}


@functools.cache
def container(node: str) -> str:
    labels = ["--filter", "label=packetwalk.lab=swarm", "--filter", f"label=packetwalk.node={node}"]
    return subprocess.check_output(["docker", "ps", "--quiet", *labels], text=True).strip()


def node(name: str) -> testinfra.host.Host:
    return testinfra.get_host(f"docker://{container(name)}")


@functools.cache
def tasks(service: str) -> list[tuple[str, str]]:
    """Node and container of each running task of a service."""
    return [
        (name, identifier)
        for name in NODES
        for identifier in node(name)
        .check_output("docker ps --quiet --filter label=com.docker.swarm.service.name=%s", service)
        .split()
    ]


def client_says(command: str) -> str:
    name, identifier = tasks("client")[0]
    return node(name).check_output(f"docker exec {identifier} {command}")


@pytest.mark.parametrize("name", NODES)
def test_a_node_is_what_the_inventory_says(name: str) -> None:
    host = node(name)
    assert host.check_output("hostname") == name
    assert NODES[name] in host.interface("eth0").addresses
    assert host.process.filter(comm="dockerd")
    assert host.check_output("docker info --format {{.Driver}}") == "overlay2"


@pytest.mark.parametrize("name", NODES)
def test_nothing_is_published_to_other_machines(name: str) -> None:
    settings = json.loads(subprocess.check_output(["docker", "inspect", container(name)]))[0]["HostConfig"]
    assert not settings["PortBindings"] and not settings["PublishAllPorts"]


def test_every_node_is_a_ready_member() -> None:
    listed = node("manager1").check_output("docker node ls --format '{{.Hostname}} {{.Status}}'").splitlines()
    assert sorted(listed) == [f"{name} Ready" for name in sorted(NODES)]


def test_the_client_reaches_every_task_by_the_name_of_the_service() -> None:
    answered = {client_says("wget -q -O - http://vote/").split()[4].rstrip(",") for _attempt in range(20)}
    assert answered == {identifier for _name, identifier in tasks("vote")}


def test_names_of_tasks_resolve_to_every_task() -> None:
    lines = client_says("nslookup tasks.redis 127.0.0.11").splitlines()
    found = {line.split()[-1] for line in lines if line.startswith("Address") and "127.0.0.11" not in line}
    assert len(found) == len(tasks("redis"))


def test_the_published_port_answers_on_the_nodes_that_run_a_task() -> None:
    for name, identifier in tasks("vote"):
        with urllib.request.urlopen(f"http://{NODES[name]}:8080/", timeout=5) as answer:
            assert identifier in answer.read().decode()
