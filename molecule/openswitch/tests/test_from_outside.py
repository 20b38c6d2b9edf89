# SPDX-License-Identifier: GPL-3.0-or-later
"""What a stranger sees of the lab: daemons, ports and packets. Nothing here uses the collection's own modules."""

from __future__ import annotations

import functools
import json
import re
import shlex
import subprocess
from typing import Any

import pytest
import testinfra

MANAGEMENT = {"ops1": "192.168.96.11", "ops2": "192.168.96.12", "ops3": "192.168.96.13"}
# Ports and what is at the other end of their links.
LINKS = [
    (("ops1", "1"), ("ops2", "1")),
    (("ops2", "1"), ("ops1", "1")),
    (("ops2", "2"), ("ops3", "1")),
    (("ops3", "1"), ("ops2", "2")),
]
WIRED = {"ops1": {"1"}, "ops2": {"1", "2"}, "ops3": {"1"}}
PORTS = {str(number) for number in range(1, 9)}


@functools.cache
def node(name: str) -> testinfra.host.Host:
    labels = ["--filter", "label=packetwalk.lab=openswitch", "--filter", f"label=packetwalk.node={name}"]
    return testinfra.get_host("docker://" + subprocess.check_output(["docker", "ps", "-q", *labels], text=True).strip())


def vtysh(name: str, *commands: str) -> str:
    options = " ".join(f"-c {shlex.quote(command)}" for command in commands)
    return str(node(name).check_output(f"vtysh {options}"))


def links(name: str) -> dict[str, dict[str, Any]]:
    """The interfaces of a switch by their names."""
    return {link["ifname"]: link for link in json.loads(node(name).check_output("ip -n swns -j link show"))}


@pytest.mark.parametrize("name", MANAGEMENT)
def test_the_management_port_is_outside_of_the_switch(name: str) -> None:
    assert node(name).check_output("hostname") == name
    assert f"{MANAGEMENT[name]}/24" in node(name).check_output("ip -4 -o addr show dev eth0")
    assert "eth0" not in links(name)


@pytest.mark.parametrize("name", MANAGEMENT)
def test_the_daemons_run_in_the_namespace_of_the_ports(name: str) -> None:
    swns = node(name).check_output("stat -L -c %i /run/netns/swns")
    for daemon in ("zebra", "staticd", "bgpd", "ospfd"):
        process = node(name).process.get(comm=daemon)
        assert node(name).check_output(f"readlink /proc/{process.pid}/ns/net") == f"net:[{swns}]"


@pytest.mark.parametrize("name", MANAGEMENT)
def test_each_port_is_there_and_those_without_a_link_are_down(name: str) -> None:
    present = links(name)
    assert set(present) == PORTS | {"lo"}
    assert {port for port in PORTS if present[port].get("ifalias") == "unwired"} == PORTS - WIRED[name]
    assert {port for port in PORTS if present[port]["operstate"] == "UP"} == WIRED[name]


@pytest.mark.parametrize(("end", "other"), LINKS)
def test_ethtool_traces_a_port_to_its_peer(end: tuple[str, str], other: tuple[str, str]) -> None:
    name, port = end
    said = node(name).check_output(f"ip netns exec swns ethtool -S {port}")
    found = re.search(r"peer_ifindex: (\d+)", said)
    assert found is not None, said
    assert int(found[1]) == links(other[0])[other[1]]["ifindex"]


def test_the_bgp_table_is_that_of_the_article() -> None:
    table = [line.split() for line in vtysh("ops1", "show ip bgp").splitlines() if line.startswith("*>")]
    assert table == [
        ["*>", "192.168.101.0/24", "0.0.0.0", "0", "32768", "i"],
        ["*>", "192.168.102.0/24", "192.168.101.2", "0", "65002", "65003", "i"],
    ]


@pytest.mark.parametrize(("name", "address"), [("ops1", "192.168.102.2"), ("ops3", "192.168.101.1")])
def test_vtysh_pings_through_the_switch_between(name: str, address: str) -> None:
    # The prompt of vtysh has no option for the number of packets; the article's way ends with Ctrl-C.
    said = node(name).run(f"timeout -s INT 2 vtysh -c {shlex.quote('ping ' + address)}").stdout
    assert f"64 bytes from {address}: icmp_seq=1 ttl=63" in said


def test_the_configuration_is_saved() -> None:
    assert "router bgp 65002" in node("ops2").file("/etc/frr/frr.conf").content_string
