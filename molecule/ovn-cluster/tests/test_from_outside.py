# SPDX-License-Identifier: GPL-3.0-or-later
"""What a stranger sees of the lab: members, packets, and that nobody gets in without a certificate."""

from __future__ import annotations

import socket
import ssl
import subprocess

import pytest
import testinfra

ADDRESSES = ["192.168.97.11", "192.168.97.12", "192.168.97.13"]
PORTS = [6641, 6642]
REQUEST = b'{"method": "list_dbs", "params": [], "id": 1}'


def node(name: str) -> testinfra.host.Host:
    labels = ["--filter", "label=packetwalk.lab=ovn-cluster", "--filter", f"label=packetwalk.node={name}"]
    return testinfra.get_host("docker://" + subprocess.check_output(["docker", "ps", "-q", *labels], text=True).strip())


def answer(connection: socket.socket) -> bytes:
    try:
        connection.sendall(REQUEST)
        return connection.recv(999)
    except OSError:
        return b""


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("port", PORTS)
def test_nobody_is_answered_without_a_certificate(address: str, port: int) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with socket.create_connection((address, port), 5) as plain:
        assert answer(plain) == b""
    with context.wrap_socket(socket.create_connection((address, port), 5)) as encrypted:
        assert answer(encrypted) == b""


def test_keys_are_for_root_alone() -> None:
    for name in ("central1", "central2", "chassis1"):
        found = node(name).check_output("find /etc/ovn/packetwalk -name '*key.pem' -printf '%f %m %U\\n'").split("\n")
        authority = ["authority-key.pem 600 0"] if name == "central1" else []
        assert sorted(found) == [*authority, "key.pem 600 0"]


@pytest.mark.parametrize("database", ["nb_db OVN_Northbound", "sb_db OVN_Southbound"])
def test_there_is_one_cluster_with_one_leader(database: str) -> None:
    socket_name, name = database.split()
    command = f"ovn-appctl -t /run/ovn/ovn{socket_name}.ctl cluster/status {name}"
    said = [node(f"central{number}").check_output(command) for number in (1, 2, 3)]
    assert sorted(line for text in said for line in text.splitlines() if line.startswith("Role: ")) == [
        "Role: follower",
        "Role: follower",
        "Role: leader",
    ]
    assert all(f"at ssl:{address}:" in text for text in said for address in ADDRESSES)


def test_a_ping_is_answered() -> None:
    assert node("chassis1").run("ip netns exec testinstance1 ping -c 3 -i 0.2 -W 2 10.10.10.10").rc == 0
