# SPDX-License-Identifier: GPL-3.0-or-later
"""What a stranger sees of the cloud: daemons and packets. Nothing here uses the collection's own modules."""

from __future__ import annotations

import functools
import re
import shlex
import subprocess

import pytest
import testinfra

NODES = {
    "controller": "192.168.96.39",
    "compute1": "192.168.96.15",
    "compute2": "192.168.96.207",
    "outside": "192.168.96.250",
}
INSTANCES = {
    "testinstance1": "compute1",
    "testinstance2": "compute2",
    "testinstance3": "compute2",
    "outside": "outside",
}
OUTSIDE, ROUTER, FLOATING = "172.24.5.1", "172.24.5.50", "172.24.5.54"

# Answers one connection with the address that it comes from.
SERVER = "import socket; s = socket.create_server(('', {port})); c, a = s.accept(); c.sendall(a[0].encode())"
CLIENT = "import socket; print(socket.create_connection(('{address}', {port}), 3).recv(99).decode())"


@functools.cache
def node(name: str) -> testinfra.host.Host:
    labels = ["--filter", "label=packetwalk.lab=openstack", "--filter", f"label=packetwalk.node={name}"]
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
    assert f"{NODES[name]}/24" in node(name).check_output("ip -4 -o addr")


@pytest.mark.parametrize("name", ["controller", "compute1", "compute2"])
def test_a_chassis_runs_its_daemons(name: str) -> None:
    running = {process.comm for process in node(name).process.filter()}
    assert {"ovsdb-server", "ovs-vswitchd", "ovn-controller"} <= running


def test_the_passwords_are_for_nobody_else() -> None:
    for path in ("/root/keystonerc_admin", "/etc/openstack/clouds.yaml", "/etc/openstack/packetwalk/passwords"):
        assert node("controller").file(path).mode == 0o600


@pytest.mark.parametrize(
    ("instance", "address"),
    [
        pytest.param("testinstance1", "10.10.10.10", id="same network, another chassis"),
        pytest.param("testinstance1", "10.10.11.4", id="routed, another chassis"),
        pytest.param("testinstance2", "10.10.11.4", id="routed, same chassis"),
        pytest.param("testinstance3", "10.10.10.4", id="routed, back"),
        pytest.param("testinstance2", OUTSIDE, id="to the outside, translated"),
        pytest.param("testinstance1", OUTSIDE, id="to the outside by the floating IP"),
        pytest.param("outside", FLOATING, id="from the outside to the floating IP"),
    ],
)
def test_a_ping_is_answered(instance: str, address: str) -> None:
    assert pings(instance, address)


@pytest.mark.parametrize(
    ("instance", "address", "router"),
    [
        ("testinstance1", "10.10.10.4", "10.10.10.1"),
        ("testinstance2", "10.10.10.10", "10.10.10.1"),
        ("testinstance3", "10.10.11.4", "10.10.11.1"),
    ],
)
def test_dhcp_gave_the_address_the_route_and_the_mtu(instance: str, address: str, router: str) -> None:
    assert f"{address}/24" in run(instance, "ip -4 -o addr").stdout
    assert f"default via {router}" in run(instance, "ip route").stdout
    assert "mtu 1442" in run(instance, "ip -o link show dev eth0").stdout


@pytest.mark.parametrize(
    ("instance", "address", "port"), [("testinstance2", ROUTER, 9000), ("testinstance1", FLOATING, 9001)]
)
def test_the_outside_sees_whom_the_router_says(instance: str, address: str, port: int) -> None:
    assert connected(instance, OUTSIDE, "outside", port) == address


def test_the_security_group_opens_ssh_only() -> None:
    assert connected("outside", FLOATING, "testinstance1", 22) == OUTSIDE
    assert connected("outside", FLOATING, "testinstance1", 80) is None
    assert connected("testinstance2", "10.10.11.4", "testinstance3", 80) is None


def test_ssh_is_refused_where_nobody_listens() -> None:
    """No server of these tests is for SSH of testinstance2: the packet reaches it, and it says so."""
    refused = run("testinstance1", f"python3 -c {shlex.quote(CLIENT.format(address='10.10.10.10', port=22))}")
    assert re.search(r"ConnectionRefusedError", refused.stderr), refused
