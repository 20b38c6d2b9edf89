# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers of swarm 1.2.5 and of Docker 20.10 with a cluster store, as recorded from a Contiv lab of two nodes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import _docker, _legacy_swarm
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError

RECORDINGS = Path(__file__).parents[4] / "recordings" / "contiv-swarm"
MASTER_ID = "LRN5:QY62:BVCJ:NQP7:37VA:577J:GTLQ:2OU7:567H:ZLNW:675V:BPO3"
# What roles/legacy_swarm starts a manager with.
ARGUMENTS = ["manage", "-H", ":2375", "--replication", "--advertise=192.168.2.50:2375", "etcd://192.168.2.50:2379"]


def recorded(name: str) -> Any:
    return json.loads((RECORDINGS / f"{name}.json").read_text(encoding="utf-8"))


def status(*pairs: tuple[str, str]) -> dict[str, Any]:
    """A manager's /info with these rows."""
    return {"ServerVersion": "swarm/1.2.5", "SystemStatus": [list(pair) for pair in pairs]}


def test_engine() -> None:
    assert _legacy_swarm.engine(recorded("engine-info")) == {
        "id": MASTER_ID,
        "name": "legacy-swarm-master",
        "version": "20.10.24+dfsg1",
        "cluster_store": "etcd://192.168.2.50:2379",
        "cluster_advertise": "192.168.2.50:2385",
    }


def test_an_engine_without_a_cluster_store() -> None:
    row = _legacy_swarm.engine({"ID": "A", "Name": "one", "ServerVersion": "24.0.7"})
    assert (row["cluster_store"], row["cluster_advertise"]) == (None, None)


def test_manager() -> None:
    row = _legacy_swarm.manager(recorded("swarm-info"), ARGUMENTS)
    nodes = row.pop("nodes")
    assert row == {
        "version": "swarm/1.2.5",
        "role": "primary",
        "primary": "192.168.2.50:2375",
        "strategy": "spread",
        "filters": ["affinity", "constraint", "containerslots", "dependency", "health", "port"],
    }
    assert [node["name"] for node in nodes] == ["legacy-swarm-master", "legacy-swarm-worker0"]
    assert nodes[0] == {
        "name": "legacy-swarm-master",
        "address": "192.168.2.50:2385",
        "id": MASTER_ID,
        "status": "Healthy",
        "error": None,
        "engine_version": "20.10.24+dfsg1",
        "containers": 6,
        "labels": {
            "executiondriver": "<not supported>",
            "kernelversion": "6.18.44-fc-v595",
            "operatingsystem": "Debian GNU/Linux 12 (bookworm)",
            "storagedriver": "overlay2",
        },
    }


REPLICA = (("Role", "replica"), ("Primary", "192.168.2.50:2375"))
SCHEDULER = (("Strategy", "spread"), ("Filters", "health, port"))
PENDING = (
    (" (unknown)", "192.168.2.52:2385"),
    ("  └ ID", ""),
    ("  └ Status", "Pending"),
    ("  └ Containers", "0"),
    ("  └ Labels", ""),
    ("  └ Error", "Cannot connect to the docker engine endpoint"),
    ("  └ ServerVersion", ""),
)


def test_an_engine_that_did_not_answer_yet() -> None:
    (node,) = _legacy_swarm.manager(status(*REPLICA, *SCHEDULER, ("Nodes", "1"), *PENDING), [])["nodes"]
    assert node == {
        "name": None,
        "address": "192.168.2.52:2385",
        "id": None,
        "status": "Pending",
        "error": "Cannot connect to the docker engine endpoint",
        "engine_version": None,
        "containers": 0,
        "labels": {},
    }


@pytest.mark.parametrize(("told", "primary"), [("192.168.2.50:2375", "192.168.2.50:2375"), ("", None)])
def test_a_replica_tells_the_primary(told: str, primary: str | None) -> None:
    row = _legacy_swarm.manager(status(("Role", "replica"), ("Primary", told), *SCHEDULER, ("Nodes", "0")), ARGUMENTS)
    assert (row["role"], row["primary"], row["nodes"]) == ("replica", primary, [])


def test_a_label_with_a_comma() -> None:
    rows = [(key, "os=Debian, as it is, kernel=6.1" if key.endswith("Labels") else text) for key, text in PENDING]
    (node,) = _legacy_swarm.manager(status(*REPLICA, *SCHEDULER, ("Nodes", "1"), *rows), [])["nodes"]
    assert node["labels"] == {"os": "Debian, as it is", "kernel": "6.1"}


@pytest.mark.parametrize(
    "info",
    [
        None,
        {"ServerVersion": "swarm/1.2.5", "SystemStatus": None},
        status(("Role", "primary"), *SCHEDULER, ("Nodes", "2"), *PENDING),
        status(("Role", "primary"), *SCHEDULER, ("Nodes", "1"), *PENDING[:-1]),
        status(("Role", "primary"), ("Strategy", "spread"), ("Nodes", "0")),
        status(*PENDING[1:]),
    ],
    ids=["nothing", "no_status", "a_node_is_missing", "a_row_is_missing", "no_filters", "rows_of_no_node"],
)
def test_another_status_is_an_error(info: Any) -> None:
    with pytest.raises(ParseError, match="GET /info of the swarm manager"):
        _legacy_swarm.manager(info, ARGUMENTS)


@pytest.mark.parametrize(
    ("arguments", "address"),
    [
        (ARGUMENTS, "192.168.2.50:2375"),
        (["manage", "--advertise", "10.0.0.1:2375", "token://x"], "10.0.0.1:2375"),
        (["manage", "--advertise"], None),
        (["manage", "etcd://192.168.2.50:2379"], None),
        ([], None),
    ],
)
def test_advertised_address(arguments: list[str], address: str | None) -> None:
    assert _legacy_swarm.advertised(arguments) == address


def test_containers() -> None:
    rows = _legacy_swarm.containers(recorded("swarm-containers"))
    assert [(row["node"], row["name"]) for row in rows] == [
        ("legacy-swarm-master", "contiv-blue-c1"),
        ("legacy-swarm-master", "contiv-c1"),
        ("legacy-swarm-worker0", "contiv-exposed"),
        ("legacy-swarm-worker0", "contiv-vlan-c2"),
        ("legacy-swarm-worker0", "vanilla-c"),
    ]
    assert rows[3] == {
        "id": "5b14624bf7cc96deaab81280e34b38fb131450751dbd90ea07cf25446b0dad06",
        "name": "contiv-vlan-c2",
        "node": "legacy-swarm-worker0",
        "state": "running",
        "image": "alpine",
        "constraints": ["node==legacy-swarm-worker0"],
        "networks": [
            {
                "name": "contiv-vlan",
                "address": "10.1.3.2",
                "mac": "02:02:0a:01:03:02",
                "endpoint_id": "875bfb58d1d3db1699686a4b0ee3699c5bc1b5581154989433685817cf1b449f",
            }
        ],
    }


def test_a_container_that_others_have_a_link_to() -> None:
    (listed, *_others) = recorded("swarm-containers")
    node, name = listed["Names"][0].split("/")[1:]
    (row,) = _legacy_swarm.containers([{**listed, "Names": [f"/{node}/other/alias", f"/{node}/{name}"]}])
    assert (row["node"], row["name"]) == (node, name)


def test_a_container_without_its_engine_is_an_error() -> None:
    (listed, *_others) = recorded("swarm-containers")
    with pytest.raises(ParseError, match="GET /containers/json"):
        _legacy_swarm.containers([{**listed, "Names": ["/contiv-c1"]}])


def test_networks() -> None:
    rows = {row["name"]: row for row in _legacy_swarm.networks(recorded("swarm-networks"))}
    assert list(rows) == sorted(rows)
    assert rows["contiv-net/blue"] == {
        "name": "contiv-net/blue",
        "id": "7f284c93750a64380035a6ae8e9ae621098d47eee95d9cb96ee100b40da4ec78",
        "driver": "netplugin",
        "scope": "global",
        "options": {"encap": "vxlan", "pkt-tag": "2", "tenant": "blue"},
        "ipam_options": {"network": "contiv-net", "tenant": "blue"},
        "subnets": [{"subnet": "10.1.2.0/24", "gateway": None}],
    }
    assert rows["legacy-swarm-worker0/bridge"]["scope"] == "local"
    assert rows["overlay-net"]["ipam_options"] == {}


def test_a_network_of_an_engine_has_the_options_of_a_foreign_driver_alone() -> None:
    listed = recorded("engine-network-contiv-net")
    row = _docker.network(listed)
    assert row["options"] == {"encap": "vxlan", "pkt-tag": "1", "tenant": "default"}
    assert row["ipam_options"] == {"network": "contiv-net", "tenant": "default"}
    assert {end["name"]: bool(end["container"]) for end in row["endpoints"]} == {
        "contiv-c1": True,
        "contiv-c2": False,
        "contiv-exposed": False,
    }
    assert not {"options", "ipam_options"} & _docker.network({**listed, "Driver": "overlay"}).keys()


@pytest.mark.parametrize(
    ("told", "leader"),
    [({"leader": "8e9e05c52164694d"}, "8e9e05c52164694d"), ({"leader": "0"}, None), ({"leader": ""}, None)],
)
def test_leader_of_etcd(told: dict[str, str], leader: str | None) -> None:
    assert _legacy_swarm.etcd_leader({"name": "one", "leaderInfo": told}) == leader


@pytest.mark.parametrize(
    ("command", "name"),
    [
        (["/usr/bin/netplugin", "-plugin-mode", "docker"], "netplugin"),
        (["netmaster"], "netmaster"),
        (["./auth_proxy", "--tls-key-file=x"], "auth_proxy"),
        (["/swarm", "--debug", "manage", "-H", ":2375"], "swarm_manager"),
        (["swarm", "join", "--advertise=192.168.2.51:2385"], "swarm_agent"),
        (["swarm", "list", "etcd://192.168.2.50:2379"], None),
        (["sh", "-c", "netplugin"], None),
        ([], None),
    ],
)
def test_daemons(command: list[str], name: str | None) -> None:
    assert _legacy_swarm.daemon(command) == name
    assert name is None or name in _legacy_swarm.DAEMONS
