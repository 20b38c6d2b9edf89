# SPDX-License-Identifier: GPL-3.0-or-later
"""What a stranger sees of the Clos: paths, hosts and packets. Nothing here uses the collection's own modules."""

from __future__ import annotations

import functools
import json
import subprocess

import pytest
import testinfra

SPINES = ["spine1", "spine2"]
LEAVES = ["leaf1", "leaf2", "leaf3"]
HOSTS = {"host1": "10.2.1.2", "host2": "10.2.2.2", "host3": "10.2.3.2"}


@functools.cache
def node(name: str) -> testinfra.host.Host:
    labels = ["--filter", "label=packetwalk.lab=clos-small", "--filter", f"label=packetwalk.node={name}"]
    return testinfra.get_host("docker://" + subprocess.check_output(["docker", "ps", "-q", *labels], text=True).strip())


def next_hops(name: str, network: str) -> set[str]:
    """Ports that the kernel of a switch sends what is for a network to."""
    [route] = json.loads(node(name).check_output(f"ip -n swns -j route show {network}"))
    return {hop["dev"] for hop in route.get("nexthops", [route])}


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_leaf_reaches_the_hosts_of_another_over_every_spine(number: int) -> None:
    others = [other for other in (1, 2, 3) if other != number]
    assert [next_hops(f"leaf{number}", f"10.2.{other}.0/24") for other in others] == [{"1", "2"}] * 2


@pytest.mark.parametrize("spine", SPINES)
def test_a_spine_reaches_each_leaf_at_its_port(spine: str) -> None:
    assert [next_hops(spine, f"10.2.{leaf}.0/24") for leaf in (1, 2, 3)] == [{"1"}, {"2"}, {"3"}]


def test_spines_are_one_as_and_leaves_are_each_their_own() -> None:
    said = {
        name: json.loads(node(name).check_output("vtysh -c 'show bgp summary json'"))["ipv4Unicast"]["as"]
        for name in SPINES + LEAVES
    }
    assert said == {"spine1": 65000, "spine2": 65000, "leaf1": 65001, "leaf2": 65002, "leaf3": 65003}


def test_only_the_subnets_of_hosts_are_announced() -> None:
    table = json.loads(node("spine1").check_output("vtysh -c 'show ip bgp json'"))
    assert set(table["routes"]) == {"10.2.1.0/24", "10.2.2.0/24", "10.2.3.0/24"}


@pytest.mark.parametrize("name", HOSTS)
def test_a_host_answers_to_all_others_and_keeps_its_management_port(name: str) -> None:
    for address in HOSTS.values():
        assert node(name).run(f"ping -c 1 -W 2 {address}").rc == 0
    assert " dev eth0" in node(name).check_output("ip route show default")
    assert "10.2.0.0/16" in node(name).check_output("ip route show dev eth1 proto static")
