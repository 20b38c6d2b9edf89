# SPDX-License-Identifier: GPL-3.0-or-later
"""What is sent to a swarm manager for a container, what differs from what is there, and what a refusal means."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._planning import _legacy_swarm_container as planning

RECORDINGS = Path(__file__).parents[4] / "recordings" / "contiv-swarm"

ASKED: dict[str, Any] = {
    "image": "alpine",
    "command": None,
    "network": "contiv-net",
    "node": "legacy-swarm-master",
    "published_ports": [],
    "labels": {},
}


def recorded(name: str) -> Any:
    return json.loads((RECORDINGS / f"{name}.json").read_text(encoding="utf-8"))["response"]["body"]


@pytest.mark.parametrize(
    ("ports", "spelled"),
    [
        ([], []),
        (["9099:80"], ["9099:80/tcp"]),
        (["9099:80/udp", "53:53", "53:53/udp"], ["53:53/tcp", "53:53/udp", "9099:80/udp"]),
    ],
)
def test_published_ports_are_spelled_one_way(ports: list[str], spelled: list[str]) -> None:
    assert planning.published(ports) == spelled


@pytest.mark.parametrize("port", ["80", "9099:80/sctp", "0.0.0.0:9099:80", ""])
def test_another_spelling_is_refused(port: str) -> None:
    with pytest.raises(ValueError, match="is no published port. Write it as 9099:80"):
        planning.published([port])


def test_what_is_sent() -> None:
    asked = {**ASKED, "command": ["httpd"], "published_ports": ["9099:80/tcp", "9100:80/tcp"], "labels": {"a": "b"}}
    assert planning.creation(asked) == {
        "Image": "alpine",
        "Cmd": ["httpd"],
        "Labels": {"a": "b"},
        "Env": ["constraint:node==legacy-swarm-master"],
        "ExposedPorts": {"80/tcp": {}},
        "HostConfig": {
            "NetworkMode": "contiv-net",
            "PortBindings": {"80/tcp": [{"HostPort": "9099"}, {"HostPort": "9100"}]},
        },
    }


def test_a_container_for_any_node_has_no_constraint_and_the_command_of_its_image() -> None:
    sent = planning.creation({**ASKED, "node": None})
    assert sent["Env"] == []
    assert "Cmd" not in sent


def test_what_a_manager_said_is_what_was_asked() -> None:
    assert planning.differences(ASKED, recorded("swarm-container-inspect")) == ({}, {})


@pytest.mark.parametrize(
    ("asked", "before", "after"),
    [
        ({"image": "busybox"}, {"image": "alpine"}, {"image": "busybox"}),
        ({"command": ["/bin/sh"]}, {}, {}),
        ({"command": ["httpd"]}, {"command": ["/bin/sh"]}, {"command": ["httpd"]}),
        ({"network": "contiv-net/blue"}, {"network": "contiv-net"}, {"network": "contiv-net/blue"}),
        ({"node": "legacy-swarm-worker0"}, {"node": "legacy-swarm-master"}, {"node": "legacy-swarm-worker0"}),
        ({"published_ports": ["9099:9099/tcp"]}, {"published_ports": []}, {"published_ports": ["9099:9099/tcp"]}),
    ],
)
def test_what_differs(asked: dict[str, Any], before: dict[str, Any], after: dict[str, Any]) -> None:
    assert planning.differences({**ASKED, **asked}, recorded("swarm-container-inspect")) == (before, after)


def test_labels_are_added_and_others_stay() -> None:
    container = recorded("swarm-container-inspect")
    before, after = planning.differences({**ASKED, "labels": {"packetwalk.lab": "contiv"}}, container)
    assert before == {"labels": container["Config"]["Labels"]}
    assert after == {"labels": {**container["Config"]["Labels"], "packetwalk.lab": "contiv"}}


def test_a_container_that_was_tied_to_its_node_is_made_again_to_be_free() -> None:
    before, after = planning.differences({**ASKED, "node": None}, recorded("swarm-container-inspect"))
    assert set(before["labels"]) - set(after["labels"]) == {"com.docker.swarm.constraints"}


def test_the_bridge_has_two_names() -> None:
    container = recorded("swarm-container-inspect")
    container["HostConfig"]["NetworkMode"] = "bridge"
    assert planning.present(container)["network"] == planning.DEFAULT_NETWORK


def test_a_network_that_was_made_again_has_lost_its_container() -> None:
    container, network = recorded("swarm-container-inspect"), recorded("swarm-network-contiv-net")
    assert not planning.is_detached(container, network)
    assert planning.is_detached(container, {**network, "Id": "0" * 64})
    assert planning.is_detached(container, recorded("swarm-network-contiv-net-blue"))


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        pytest.param(
            recorded("swarm-create-no-such-node"),
            "Unable to find a node that satisfies the following conditions [available container slots] [node==nosuch]. "
            "Name a node that docker info, asked of the manager, shows as Healthy, or none to let the manager choose.",
            id="no such node",
        ),
        pytest.param(
            "Unable to find a node that satisfies the following conditions \n[port 9099 (Bridge mode)]\n"
            "[available container slots]\n[node==legacy-swarm-worker0]\n",
            "Unable to find a node that satisfies the following conditions [port 9099 (Bridge mode)] [available "
            "container slots] [node==legacy-swarm-worker0]. Another container publishes that port on each node that "
            "fits. Choose another port, or another node.",
            id="a port that is taken",
        ),
        pytest.param(
            recorded("swarm-create-duplicate-name"),
            "Conflict: The name contiv-c1 is already assigned. You have to delete (or rename) that container to be "
            "able to assign contiv-c1 to a container again. Remove or rename that container, or give this one another "
            "name.",
            id="a name that is taken",
        ),
        pytest.param(
            recorded("swarm-create-no-such-image"),
            'Get "https://registry.example/v2/": dial tcp: lookup registry.example on 192.0.2.53:53: read '
            "udp "
            "192.168.2.50:56868->192.0.2.53:53: i/o timeout. Make or load the image on each node that may get the "
            "container.",
            id="no such image",
        ),
        pytest.param(
            "Error response from daemon: Error response from daemon: No address returned.\n",
            "No address returned. Make the network with contiv_network: netmaster does not know one that docker made.",
            id="a network that netmaster does not know",
        ),
        pytest.param(
            '{"message":"network overlay-net not found"}\n',
            "network overlay-net not found. The engine of that node does not know the network. Make it again.",
            id="an engine answers in JSON",
        ),
        pytest.param("teapot\n", "teapot.", id="unknown words stay as they are"),
    ],
)
def test_a_refusal_is_said_with_the_mend(body: str, refusal: str) -> None:
    assert planning.refusal(body) == refusal
