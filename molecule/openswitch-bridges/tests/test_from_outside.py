# SPDX-License-Identifier: GPL-3.0-or-later
"""What a stranger sees of the lab: bridges and packets. Nothing here uses the collection's own modules."""

from __future__ import annotations

import functools
import json
import subprocess
from typing import Any

import pytest
import testinfra


@functools.cache
def node(name: str) -> testinfra.host.Host:
    labels = ["--filter", "label=packetwalk.lab=openswitch-bridges", "--filter", f"label=packetwalk.node={name}"]
    return testinfra.get_host("docker://" + subprocess.check_output(["docker", "ps", "-q", *labels], text=True).strip())


def bridge_behind(name: str, port: str) -> str:
    """The bridge of the machine that the other end of a port is in."""
    [found] = json.loads(node(name).check_output(f"ip -n swns -j link show dev {port}"))
    links: list[dict[str, Any]] = json.loads(subprocess.check_output(["ip", "-j", "link", "show"], text=True))
    [other] = [link for link in links if link["ifindex"] == found["link_index"]]
    return str(other["master"])


def test_both_ends_of_a_link_are_in_one_bridge() -> None:
    identifier = subprocess.check_output(
        ["docker", "network", "inspect", "--format={{.Id}}", "packetwalk-openswitch-bridges-net101"], text=True
    )
    assert bridge_behind("ops1", "1") == bridge_behind("ops2", "1") == f"br-{identifier[:12]}"
    assert bridge_behind("ops2", "2") == bridge_behind("ops3", "1") == "pw-bridges"


@pytest.mark.parametrize(("name", "address"), [("ops1", "192.168.102.2"), ("ops3", "192.168.101.1")])
def test_packets_pass_both_bridges(name: str, address: str) -> None:
    said = node(name).check_output(f"ip netns exec swns ping -c 1 -W 10 {address}")
    assert f"64 bytes from {address}: icmp_seq=1 ttl=63" in said
