# SPDX-License-Identifier: GPL-3.0-or-later
"""Load balancing inside the client's own container, as in the Swarm articles of 2017 (Docker 17.09)."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._iptables_listing import parse_listing
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ipvs import parse_listing as parse_ipvs
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._registry import run, select

# In the namespace of the client's container: iptables -t mangle -nvL, and ipvsadm.
MANGLE = """\
Chain PREROUTING (policy ACCEPT 60 packets, 23741 bytes)
 pkts bytes target     prot opt in     out     source               destination

Chain INPUT (policy ACCEPT 60 packets, 23741 bytes)
 pkts bytes target     prot opt in     out     source               destination

Chain FORWARD (policy ACCEPT 0 packets, 0 bytes)
 pkts bytes target     prot opt in     out     source               destination

Chain OUTPUT (policy ACCEPT 105 packets, 6489 bytes)
 pkts bytes target     prot opt in     out     source               destination
    0     0 MARK       all  --  *      *       0.0.0.0/0            10.0.0.2             MARK set 0x101
   39  2484 MARK       all  --  *      *       0.0.0.0/0            10.0.0.4             MARK set 0x103

Chain POSTROUTING (policy ACCEPT 66 packets, 4005 bytes)
 pkts bytes target     prot opt in     out     source               destination
"""
IPVS = """\
IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
FWM  257 rr
  -> 10.0.0.3:0                   Masq    1      0          0
FWM  259 rr
  -> 10.0.0.5:0                   Masq    1      0          0
  -> 10.0.0.6:0                   Masq    1      0          0
"""

NETWORK = "uhtur2cqnefffagaih0q5hpbp"
SANDBOX = "727bc5c9f5d0"
MANAGER = {"id": "m1", "hostname": "manager1", "state": "ready", "address": "192.168.99.100", "role": "manager"}


def service(name: str, vip: str) -> dict[str, Any]:
    virtual = {"network": NETWORK, "address": vip, "prefix_length": 24}
    return {"id": name, "name": name, "endpoint_mode": "vip", "virtual_addresses": [virtual], "ports": []}


def task(service_name: str, slot: int, address: str) -> dict[str, Any]:
    return {
        "id": f"{service_name}{slot}",
        "name": f"{service_name}.{slot}",
        "service": service_name,
        "node": "m1",
        "state": "running",
        "desired_state": "running",
        "container": f"{service_name}{slot}",
        "addresses": [{"network": NETWORK, "address": address, "prefix_length": 24}],
        "ports": [],
    }


@pytest.fixture
def document() -> dict[str, Any]:
    overlay = {
        "name": "overlay1",
        "id": NETWORK,
        "driver": "overlay",
        "ingress": False,
        "vnis": [4097],
        "endpoints": [{"name": "client.1", "container": "client1", "endpoint_id": "e1", "address": "10.0.0.3"}],
        "services": [],
    }
    sandbox = {
        "netfilter": {"tables": {"mangle": {"chains": parse_listing(MANGLE)}}},
        "ipvs": parse_ipvs(IPVS),
        "addresses": [{"device": "lo", "address": "10.0.0.2", "prefix_length": 32}],
    }
    cluster = {
        "nodes": [MANAGER],
        "services": [service("client", "10.0.0.2"), service("vote", "10.0.0.4")],
        "tasks": [task("client", 1, "10.0.0.3"), task("vote", 1, "10.0.0.5"), task("vote", 2, "10.0.0.6")],
    }
    engine = {
        "version": "17.09.0-ce",
        "swarm": {"state": "active", "node_id": "m1", "address": "192.168.99.100"},
        "networks": [overlay],
        "containers": [{"id": "client1", "state": "running", "sandbox": SANDBOX}],
    }
    node = {"hostname": "manager1", "namespaces": {SANDBOX: sandbox}, "docker": engine}
    return {"schema": 1, "lab": "swarm", "nodes": {"manager1": node}, "control": {"swarm": cluster}}


def judge(document: dict[str, Any]) -> dict[str, str]:
    return {finding.subject: finding.status for finding in run(document, {}, select(["swarm_load_balancer"]))}


def test_marks_and_backends_in_the_clients_namespace(document: dict[str, Any]) -> None:
    assert judge(document) == {
        f"manager1/overlay1/client/{SANDBOX}": "passed",
        f"manager1/overlay1/vote/{SANDBOX}": "passed",
    }


def test_a_wrong_backend_among_as_many(document: dict[str, Any]) -> None:
    sandbox = document["nodes"]["manager1"]["namespaces"][SANDBOX]
    sandbox["ipvs"][1]["backends"][0]["address"] = "10.0.0.7"
    assert judge(document)[f"manager1/overlay1/vote/{SANDBOX}"] == "failed"
    assert judge(document)[f"manager1/overlay1/client/{SANDBOX}"] == "passed"


def test_a_missing_mark(document: dict[str, Any]) -> None:
    sandbox = document["nodes"]["manager1"]["namespaces"][SANDBOX]
    del sandbox["netfilter"]["tables"]["mangle"]["chains"]["OUTPUT"]["rules"][0]
    assert judge(document) == {
        f"manager1/overlay1/client/{SANDBOX}": "failed",
        f"manager1/overlay1/vote/{SANDBOX}": "passed",
        f"manager1/{SANDBOX}/mark 257": "failed",
    }
