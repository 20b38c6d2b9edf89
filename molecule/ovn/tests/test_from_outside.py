# SPDX-License-Identifier: GPL-3.0-or-later
"""What a stranger sees of the lab: daemons and packets. Nothing here uses the collection's own modules."""

from __future__ import annotations

import functools
import shlex
import subprocess

import pytest
import testinfra

NODES = {
    "central": "192.168.98.10",
    "chassis1": "192.168.98.11",
    "chassis2": "192.168.98.12",
    "chassis3": "192.168.98.13",
}
INSTANCES = {
    "testinstance1": "chassis1",
    "testinstance2": "chassis2",
    "testinstance3": "chassis2",
    "testinstance4": "chassis3",
    "outside": "central",
}

# Answers one connection with the address that it comes from.
SERVER = "import socket; s = socket.create_server(('', {port})); c, a = s.accept(); c.sendall(a[0].encode())"
CLIENT = "import socket; print(socket.create_connection(('{address}', {port}), 3).recv(99).decode())"


@functools.cache
def node(name: str) -> testinfra.host.Host:
    labels = ["--filter", "label=packetwalk.lab=ovn", "--filter", f"label=packetwalk.node={name}"]
    return testinfra.get_host("docker://" + subprocess.check_output(["docker", "ps", "-q", *labels], text=True).strip())


def run(instance: str, command: str) -> testinfra.backend.base.CommandResult:
    return node(INSTANCES[instance]).run(f"ip netns exec {instance} {command}")


def pings(instance: str, address: str) -> bool:
    return bool(run(instance, f"ping -c 3 -i 0.2 -W 2 {address}").rc == 0)


def connected(client: str, address: str, server: str, port: int) -> str | None:
    """The address that the server sees, null when the connection is not made."""
    host, listening = node(INSTANCES[server]), f"ip netns exec {server} ss -Hltn sport = :{port}"
    program = shlex.quote(SERVER.format(port=port))
    host.check_output(shell(f"timeout 10 ip netns exec {server} python3 -c {program} >/dev/null 2>&1 &"))
    host.check_output(shell(f"timeout 5 sh -c 'until {listening} | grep -q .; do sleep 0.1; done'"))
    answer = run(client, f"python3 -c {shlex.quote(CLIENT.format(address=address, port=port))}")
    return answer.stdout.strip() if answer.rc == 0 else None


def shell(script: str) -> str:
    return f"sh -c {shlex.quote(script)}"


@pytest.mark.parametrize("name", NODES)
def test_a_node_is_what_the_inventory_says(name: str) -> None:
    assert node(name).check_output("hostname") == name
    addresses = node(name).check_output("ip -4 -o addr")
    assert f"{NODES[name]}/24" in addresses


@pytest.mark.parametrize("name", ["chassis1", "chassis2", "chassis3"])
def test_a_chassis_runs_its_daemons(name: str) -> None:
    running = {process.comm for process in node(name).process.filter()}
    assert {"ovsdb-server", "ovs-vswitchd", "ovn-controller"} <= running


@pytest.mark.parametrize(
    ("instance", "address"),
    [
        pytest.param("testinstance1", "10.10.10.10", id="same network, another chassis"),
        pytest.param("testinstance1", "10.10.11.4", id="routed, another chassis"),
        pytest.param("testinstance2", "10.10.11.4", id="routed, same chassis"),
        pytest.param("testinstance2", "172.24.4.1", id="to the outside, translated"),
        pytest.param("outside", "172.24.4.54", id="floating IP on the gateway"),
        pytest.param("outside", "172.24.4.55", id="floating IP on the chassis of the instance"),
    ],
)
def test_a_ping_is_answered(instance: str, address: str) -> None:
    assert pings(instance, address)


def test_dhcp_gave_the_address_and_the_route() -> None:
    assert "10.10.11.10/24" in run("testinstance4", "ip -4 -o addr").stdout
    assert "default via 10.10.11.1" in run("testinstance4", "ip route").stdout


def test_the_outside_sees_the_routers_address() -> None:
    assert connected("testinstance2", "172.24.4.1", "outside", 9000) == "172.24.4.50"


def test_the_outside_sees_the_floating_ip() -> None:
    assert connected("testinstance4", "172.24.4.1", "outside", 9001) == "172.24.4.55"


@pytest.mark.parametrize("address", ["172.24.4.54"])
def test_the_security_group_opens_ssh_only(address: str) -> None:
    assert connected("outside", address, "testinstance1", 22) == "172.24.4.1"
    assert connected("outside", address, "testinstance1", 80) is None
