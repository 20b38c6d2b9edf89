# SPDX-License-Identifier: GPL-3.0-or-later
"""What a stranger sees of the VLAN: Open vSwitch, and packets. Nothing here uses the collection's own modules."""

from __future__ import annotations

import functools
import subprocess

import pytest
import testinfra


@functools.cache
def node(name: str) -> testinfra.host.Host:
    labels = ["--filter", "label=packetwalk.lab=openswitch-vlans", "--filter", f"label=packetwalk.node={name}"]
    return testinfra.get_host("docker://" + subprocess.check_output(["docker", "ps", "-q", *labels], text=True).strip())


def test_ports_are_in_their_vlan() -> None:
    said = node("ops2").check_output("ovs-vsctl --format=csv --data=bare --no-headings --columns=name,tag list Port")
    assert sorted(said.split()) == ["3,10", "4,10", "bridge_normal,", "vlan10,10"]


def test_only_the_switch_with_vlans_runs_open_vswitch() -> None:
    swns = node("ops2").check_output("stat -L -c %i /run/netns/swns")
    pid = node("ops2").check_output("cat /run/openvswitch/ovs-vswitchd.pid")
    assert node("ops2").check_output(f"readlink /proc/{pid}/ns/net") == f"net:[{swns}]"
    assert [node(name).run("pidof ovs-vswitchd ovsdb-server").stdout for name in ("ops1", "ops3")] == ["", ""]


@pytest.mark.parametrize("address", ["192.168.110.3", "192.168.110.254"])
def test_ping_through_the_vlan(address: str) -> None:
    said = node("ops1").check_output(f"ip netns exec swns ping -c 1 -W 2 {address}")
    # Nobody routes between them.
    assert f"64 bytes from {address}: icmp_seq=1 ttl=64" in said


@pytest.mark.parametrize("address", ["192.168.110.3", "192.168.110.254"])
def test_checksums_of_tcp_are_whole(address: str) -> None:
    # The port of BGP; its daemon takes any connection, and ends one of a stranger.
    command = f"ip netns exec swns timeout 5 bash -c 'exec 3<>/dev/tcp/{address}/179'"
    assert node("ops1").run(command).rc == 0


def test_the_port_does_not_answer_beside_the_switch() -> None:
    node("ops1").check_output("ip -n swns neighbour flush dev 3")
    node("ops1").check_output("ip netns exec swns ping -c 1 -W 2 192.168.110.254")
    learned = node("ops1").check_output("ip -n swns neighbour show 192.168.110.254")
    assert node("ops2").check_output("ip netns exec swns cat /sys/class/net/vlan10/address") in learned


def test_the_bgp_table_is_that_of_the_article() -> None:
    said = node("ops1").check_output("vtysh -c 'show ip bgp'")
    table = [line.split() for line in said.splitlines() if line.startswith("*>")]
    assert [row[1:3] for row in table] == [["192.168.101.0/24", "0.0.0.0"], ["192.168.102.0/24", "192.168.101.2"]]
