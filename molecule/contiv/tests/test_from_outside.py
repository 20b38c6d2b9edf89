# SPDX-License-Identifier: GPL-3.0-or-later
"""What a stranger sees of the parts that Debian ships: etcd, the engines that share it, and Open vSwitch.

Nothing here uses the collection's own modules, and nothing takes Contiv's programs.
"""

from __future__ import annotations

import functools
import json
import os
import re
import subprocess
import urllib.request
from typing import Any

import pytest
import testinfra

MASTER, WORKER = "legacy-swarm-master", "legacy-swarm-worker0"
NODES = {MASTER: "192.168.2.50", WORKER: "192.168.2.51"}

# With Contiv the port of VXLAN is netplugin's, and Docker's overlay is an exercise of its own.
overlay = pytest.mark.skipif(bool(os.environ.get("CONTIV_BINARIES")), reason="netplugin has the port of VXLAN")


@functools.cache
def node(name: str) -> testinfra.host.Host:
    labels = ["--filter", "label=packetwalk.lab=contiv", "--filter", f"label=packetwalk.node={name}"]
    return testinfra.get_host("docker://" + subprocess.check_output(["docker", "ps", "-q", *labels], text=True).strip())


def answer(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=5) as response:
        return json.load(response)


@pytest.mark.parametrize("name", NODES)
def test_etcd_answers_on_every_node(name: str) -> None:
    assert "cluster is healthy" in node(name).check_output("env ETCDCTL_API=2 etcdctl cluster-health")


def test_one_member_and_a_proxy() -> None:
    for address in NODES.values():
        (member,) = answer(f"http://{address}:2379/v2/members")["members"]
        assert member["clientURLs"] == [f"http://{NODES[MASTER]}:2379"]


def test_engines_share_the_store() -> None:
    engines = {name: answer(f"http://{address}:2385/info") for name, address in NODES.items()}
    assert {name: engine["ClusterAdvertise"] for name, engine in engines.items()} == {
        name: f"{address}:2385" for name, address in NODES.items()
    }
    assert len({engine["ID"] for engine in engines.values()}) == len(NODES)
    keys = answer(f"http://{NODES[MASTER]}:2379/v2/keys/docker/nodes")["node"]["nodes"]
    assert sorted(row["key"].rpartition("/")[2] for row in keys) == [f"{address}:2385" for address in NODES.values()]


@pytest.mark.parametrize("name", NODES)
def test_open_vswitch_has_both_bridges(name: str) -> None:
    shown = node(name).check_output("ovs-vsctl show")
    assert {"contivVxlanBridge", "contivVlanBridge"} <= set(re.findall(r"Bridge (\w+)", shown))
    assert node(name).check_output("ovs-vsctl get Bridge contivVxlanBridge fail_mode").strip() == "secure"


@overlay
@pytest.mark.parametrize(
    ("name", "container", "target"), [(MASTER, "overlay-c1", "overlay-c2"), (WORKER, "overlay-c2", "overlay-c1")]
)
def test_the_overlay_leads_to_the_other_node(name: str, container: str, target: str) -> None:
    said = node(name).check_output(f"docker exec {container} ping -c 3 -W 2 {target}")
    assert re.search(r"[23] packets received", said), said


@overlay
def test_both_engines_know_the_network() -> None:
    networks = [answer(f"http://{address}:2385/networks/overlay-net") for address in NODES.values()]
    assert len({network["Id"] for network in networks}) == 1
    assert all(network["IPAM"]["Config"][0]["Subnet"] == "30.1.1.0/24" for network in networks)
