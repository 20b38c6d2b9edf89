# SPDX-License-Identifier: GPL-3.0-or-later
"""Containers made through a double of a swarm manager, which answers what the real one was recorded to answer."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from ansible.module_utils.testing import patch_module_args
from ansible_collections.packetwalk.labs.plugins.modules import legacy_swarm_container

RECORDINGS = Path(__file__).parents[3] / "recordings" / "contiv-swarm"
NODES = ("legacy-swarm-master", "legacy-swarm-worker0")


def recorded(name: str) -> dict[str, Any]:
    return json.loads((RECORDINGS / f"{name}.json").read_text(encoding="utf-8"))


class Manager(HTTPServer):
    """Has two networks of the tutorial and the containers that it was asked for; ``changes`` are requests for them."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.networks = {
            answer["Name"]: answer
            for answer in (
                recorded(name)["response"]["body"]
                for name in ("swarm-network-contiv-net", "swarm-network-contiv-net-blue")
            )
        }
        self.containers: dict[str, dict[str, Any]] = {}
        self.changes: list[str] = []

    def answer(self, method: str, target: str, sent: Any) -> tuple[int, Any]:
        parts = urlsplit(target)
        kind, *words = (unquote(word) for word in parts.path.strip("/").split("/"))
        if method != "GET":
            self.changes.append(f"{method} {target}")
        if kind == "networks":
            return self.found(self.networks, words[0], "swarm-network-missing")
        if words == ["create"]:
            return self.create(parse_qs(parts.query)["name"][0], sent)
        if words[0] not in self.containers:
            return self.found({}, words[0], "swarm-container-missing")
        if words[1:] == ["start"]:
            self.containers[words[0]]["State"]["Running"] = True
            return 204, None
        if method == "DELETE":
            del self.containers[words[0]]
            return 204, None
        return 200, self.containers[words[0]]

    def found(self, known: dict[str, Any], name: str, missing: str) -> tuple[int, Any]:
        if name in known:
            return 200, known[name]
        answer = recorded(missing)["response"]
        return answer["status"], answer["body"]

    def create(self, name: str, sent: dict[str, Any]) -> tuple[int, Any]:
        container = recorded("swarm-container-inspect")["response"]["body"]
        wanted = [word.split("==")[1] for word in sent["Env"] if word.startswith("constraint:node")]
        if wanted and wanted[0] not in NODES:
            answer = recorded("swarm-create-no-such-node")["response"]
            return answer["status"], answer["body"]
        container["Id"] = name
        container["Node"]["Name"] = wanted[0] if wanted else NODES[1]
        container["State"]["Running"] = False
        container["Config"].update(Image=sent["Image"], Cmd=sent.get("Cmd", ["/bin/sh"]))
        # As swarm does: a constraint leaves the environment, and is a label.
        labels = {"com.docker.swarm.constraints": json.dumps([f"node=={wanted[0]}"])} if wanted else {}
        container["Config"]["Labels"] = {**sent["Labels"], **labels}
        container["HostConfig"] = sent["HostConfig"]
        network = self.networks.get(sent["HostConfig"]["NetworkMode"])
        container["NetworkSettings"]["Networks"] = {network["Name"]: {"NetworkID": network["Id"]}} if network else {}
        self.containers[name] = container
        return 201, {"Id": name}


class Answering(BaseHTTPRequestHandler):
    server: Manager

    def handle_one(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        sent = json.loads(self.rfile.read(length)) if length else None
        status, said = self.server.answer(self.command, self.path, sent)
        body = b"" if said is None else (said if isinstance(said, str) else json.dumps(said)).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_DELETE = handle_one

    def log_message(self, *_arguments: Any) -> None:
        """Say nothing."""


@pytest.fixture
def manager() -> Iterator[Manager]:
    server = Manager()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def run(capsys: pytest.CaptureFixture[str], manager: Manager, **more: Any) -> dict[str, Any]:
    host, port = manager.server_address[:2]
    arguments = {"manager_address": f"{host}:{port}", "name": "contiv-c1", "image": "packetwalk/web:1", **more}
    with patch_module_args(arguments), pytest.raises(SystemExit):
        legacy_swarm_container.main()
    result: dict[str, Any] = json.loads(capsys.readouterr().out)
    return result


ON_MASTER = {"network": "contiv-net", "node": "legacy-swarm-master", "published_ports": ["9099:80"]}


def test_a_container_is_made_and_started_once(capsys: pytest.CaptureFixture[str], manager: Manager) -> None:
    first = run(capsys, manager, **ON_MASTER)
    assert (first["changed"], first["node"]) == (True, "legacy-swarm-master")
    assert first["actions"] == ["make contiv-c1", "start contiv-c1"]
    assert manager.changes == ["POST /containers/create?name=contiv-c1", "POST /containers/contiv-c1/start"]
    again = run(capsys, manager, **ON_MASTER)
    assert (again["changed"], again["actions"], again["node"]) == (False, [], "legacy-swarm-master")
    assert again["diff"] == {"before": {}, "after": {}}
    assert len(manager.changes) == 2


def test_check_mode_tells_and_does_nothing(capsys: pytest.CaptureFixture[str], manager: Manager) -> None:
    result = run(capsys, manager, _ansible_check_mode=True, **ON_MASTER)
    assert result["actions"] == ["make contiv-c1", "start contiv-c1"]
    assert result["diff"]["after"]["published_ports"] == ["9099:80/tcp"]
    assert manager.changes == []


def test_a_network_with_a_tenant_is_found(capsys: pytest.CaptureFixture[str], manager: Manager) -> None:
    assert run(capsys, manager, network="contiv-net/blue")["node"] == "legacy-swarm-worker0"
    assert run(capsys, manager, network="contiv-net/blue")["changed"] is False


def test_another_node_makes_it_again(capsys: pytest.CaptureFixture[str], manager: Manager) -> None:
    run(capsys, manager, **ON_MASTER)
    moved = run(capsys, manager, **{**ON_MASTER, "node": "legacy-swarm-worker0"})
    assert moved["actions"] == ["remove contiv-c1", "make contiv-c1", "start contiv-c1"]
    assert moved["diff"]["before"] == {"node": "legacy-swarm-master"}
    assert moved["node"] == "legacy-swarm-worker0"


def test_one_that_stopped_is_started(capsys: pytest.CaptureFixture[str], manager: Manager) -> None:
    run(capsys, manager)
    manager.containers["contiv-c1"]["State"]["Running"] = False
    assert run(capsys, manager)["actions"] == ["start contiv-c1"]
    assert manager.containers["contiv-c1"]["State"]["Running"] is True


def test_a_network_that_was_made_again_makes_it_again(capsys: pytest.CaptureFixture[str], manager: Manager) -> None:
    run(capsys, manager, **ON_MASTER)
    manager.networks["contiv-net"]["Id"] = "0" * 64
    result = run(capsys, manager, **ON_MASTER)
    assert result["actions"] == ["remove contiv-c1", "make contiv-c1", "start contiv-c1"]


def test_it_is_removed_once(capsys: pytest.CaptureFixture[str], manager: Manager) -> None:
    run(capsys, manager)
    assert run(capsys, manager, state="absent")["actions"] == ["remove contiv-c1"]
    assert manager.containers == {}
    assert run(capsys, manager, state="absent")["changed"] is False


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (
            {"node": "nosuch"},
            "{address} refused POST /containers/create?name=contiv-c1: Unable to find a node that satisfies the "
            "following conditions [available container slots] [node==nosuch]. Name a node that docker info, asked of "
            "the manager, shows as Healthy, or none to let the manager choose.",
        ),
        (
            {"network": "nosuch"},
            "{address} has no network nosuch for contiv-c1. Make it first, or correct the name: that of Contiv's "
            "tenant blue is NETWORK/blue.",
        ),
        (
            {"published_ports": ["80"]},
            "80 is no published port. Write it as 9099:80, the node's before the container's.",
        ),
    ],
)
def test_what_is_refused(
    capsys: pytest.CaptureFixture[str], manager: Manager, asked: dict[str, Any], sentence: str
) -> None:
    host, port = manager.server_address[:2]
    assert run(capsys, manager, **asked)["msg"] == sentence.format(address=f"{host}:{port}")
    assert manager.containers == {}


def test_a_manager_that_does_not_answer(capsys: pytest.CaptureFixture[str], manager: Manager) -> None:
    result = run(capsys, manager, manager_address="127.0.0.1:9")
    assert result["msg"] == "127.0.0.1:9: nothing listens there"
