# SPDX-License-Identifier: GPL-3.0-or-later
"""The Docker client over real unix sockets. The engine behind them is a test double that answers from a table."""

from __future__ import annotations

import contextlib
import http.server
import json
import os
import socket
import socketserver
import threading
from pathlib import Path
from typing import Any, Iterator

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._probing import _docker
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._docker_api import DockerApi, DockerError

ID = "1us5hb6ohxcnt57qpxskmsmwq"
VERSION = {"ApiVersion": "1.41", "MinAPIVersion": "1.12", "Version": "20.10.24+dfsg1"}
OVERLAY = {
    "Name": "overlay1",
    "Id": ID,
    "Driver": "overlay",
    "Scope": "swarm",
    "Peers": [{"Name": "6a6af0522943", "IP": "192.168.99.100"}],
}


class EngineDouble(socketserver.ThreadingUnixStreamServer):
    """Answers ``GET`` with what ``answers`` holds for the target: a status and a body."""

    daemon_threads = True

    def __init__(self, path: str, answers: dict[str, Any]) -> None:
        self.answers = {
            target: answer if isinstance(answer, tuple) else (200, answer) for target, answer in answers.items()
        }
        self.asked: list[str] = []
        self.connections = 0
        self.path = path
        super().__init__(path, _Handler)


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: EngineDouble

    def setup(self) -> None:
        super().setup()
        self.server.connections += 1

    def address_string(self) -> str:
        return "unix"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        status, answer = self.server.answers.get(self.path, (404, {"message": "page not found"}))
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextlib.contextmanager
def engine(directory: Path, answers: dict[str, Any]) -> Iterator[EngineDouble]:
    with EngineDouble(str(directory / "docker.sock"), answers) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("oldest", "newest", "spoken"),
    [
        ("1.12", "1.41", "1.41"),
        # 1.9 is older than 1.10 and 1.47.
        ("1.1", "1.9", "1.9"),
        ("1.44", "1.99", "1.47"),
        ("1.60", "1.99", "1.60"),
    ],
)
def test_the_newest_version_that_both_speak_is_used(tmp_path: Path, oldest: str, newest: str, spoken: str) -> None:
    answers = {"/version": {"ApiVersion": newest, "MinAPIVersion": oldest}, f"/v{spoken}/info": {"Name": "manager1"}}
    with engine(tmp_path, answers) as server, DockerApi(server.path) as api:
        assert api.version == spoken
        assert api.get("info") == {"Name": "manager1"}


def test_one_connection_serves_all_requests(tmp_path: Path) -> None:
    with engine(tmp_path, {"/version": VERSION, "/v1.41/networks": []}) as server:
        with DockerApi(server.path) as api:
            for _time in range(5):
                api.get("networks")
        assert server.connections == 1
        assert len(server.asked) == 6


def test_names_and_queries_are_escaped(tmp_path: Path) -> None:
    target = "/v1.41/networks/a%2Fb%20c?verbose=true"
    with engine(tmp_path, {"/version": VERSION, target: {"Id": "1"}}) as server, DockerApi(server.path) as api:
        assert api.get("networks", "a/b c", verbose="true") == {"Id": "1"}


def test_what_the_engine_refuses_is_an_error_with_its_words(tmp_path: Path) -> None:
    with engine(tmp_path, {"/version": VERSION}) as server, DockerApi(server.path) as api:
        with pytest.raises(DockerError, match=r"GET /v1.41/nodes: page not found \(404\)") as caught:
            api.get("nodes")
        assert caught.value.status == 404


@pytest.mark.parametrize("answer", [b"<html>", b"", [1, 2], {"Version": "1"}, {"ApiVersion": "new"}])
def test_something_else_than_docker_is_told(tmp_path: Path, answer: Any) -> None:
    with engine(tmp_path, {"/version": answer}) as server, pytest.raises(DockerError, match=r"docker\.sock"):
        DockerApi(server.path)


def test_no_socket(tmp_path: Path) -> None:
    with pytest.raises(DockerError, match="no such socket: Docker is not installed or not running"):
        DockerApi(str(tmp_path / "docker.sock"))


def test_nobody_listens(tmp_path: Path) -> None:
    path = str(tmp_path / "docker.sock")
    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(path)
    with pytest.raises(DockerError, match="nothing listens there: Docker is not running"):
        DockerApi(path)


def test_permission_denied(tmp_path: Path) -> None:
    """In a child process without root's rights, as root is never denied."""
    if os.geteuid() != 0:
        pytest.skip("only root has rights to give away")
    tmp_path.chmod(0o700)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.setuid(65534)
        try:
            DockerApi(str(tmp_path / "docker.sock"))
        except DockerError as error:
            os.write(writer, str(error).encode())
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    assert "permission denied" in os.read(reader, 1000).decode()
    os.close(reader)
    os.close(writer)


def test_a_manager_s_document(tmp_path: Path) -> None:
    answers = {
        "/version": VERSION,
        "/v1.41/version": VERSION,
        "/v1.41/info": {"Name": "manager1", "Swarm": {"LocalNodeState": "active", "ControlAvailable": True}},
        "/v1.41/networks": [{"Id": ID}, {"Id": "gone"}],
        f"/v1.41/networks/{ID}?verbose=true": OVERLAY,
        "/v1.41/containers/json?all=true": [{"Id": "c1"}, {"Id": "gone"}],
        "/v1.41/containers/c1/json": {
            "Id": "c1",
            "Name": "/web.1",
            "State": {"Status": "running", "Pid": 812},
            "NetworkSettings": {"SandboxKey": "/var/run/docker/netns/d7f92170ec4e"},
        },
        "/v1.41/services": [{"ID": "s1", "Spec": {"Name": "web", "Mode": {"Replicated": {"Replicas": 2}}}}],
        "/v1.41/nodes": [{"ID": "n1", "Spec": {"Role": "manager"}}],
        "/v1.41/tasks": [{"ID": "t1", "ServiceID": "s1", "NodeID": "n1", "Slot": 1}],
    }
    with engine(tmp_path, answers) as server:
        document = _docker.gather(server.path)["docker"]
    assert [network["name"] for network in document["networks"]] == ["overlay1"]
    assert [(row["id"], row["sandbox"]) for row in document["containers"]] == [("c1", "d7f92170ec4e")]
    assert [row["name"] for row in document["cluster"]["services"]] == ["web"]
    assert [row["name"] for row in document["cluster"]["tasks"]] == ["web.1.t1"]


def test_a_manager_without_quorum_has_no_cluster_but_the_rest(tmp_path: Path) -> None:
    answers = {
        "/version": VERSION,
        "/v1.41/version": VERSION,
        "/v1.41/info": {"Swarm": {"ControlAvailable": True}},
        "/v1.41/networks": [],
        "/v1.41/containers/json?all=true": [],
        "/v1.41/services": (500, {"message": "The swarm does not have a leader."}),
    }
    with engine(tmp_path, answers) as server:
        document = _docker.gather(server.path)["docker"]
    assert document["cluster"] is None
    assert document["cluster_reason"] == "GET /v1.41/services: The swarm does not have a leader. (500)"
    assert document["networks"] == []


def test_where_verbose_fails_the_network_has_no_services_and_the_reason(tmp_path: Path) -> None:
    answers = {
        "/version": VERSION,
        f"/v1.41/networks/{ID}?verbose=true": (500, {"message": "rpc error"}),
        f"/v1.41/networks/{ID}": OVERLAY,
    }
    with engine(tmp_path, answers) as server, DockerApi(server.path) as api:
        (network,) = _docker.networks(api, [ID])
    assert network["services"] is None
    assert network["services_reason"] == f"GET /v1.41/networks/{ID}?verbose=true: rpc error (500)"
    assert network["name"] == "overlay1"


def test_of_a_network_without_own_tasks_the_services_are_unknown(tmp_path: Path) -> None:
    answers = {"/version": VERSION, f"/v1.41/networks/{ID}?verbose=true": {**OVERLAY, "Peers": None}}
    with engine(tmp_path, answers) as server, DockerApi(server.path) as api:
        (network,) = _docker.networks(api, [ID])
    assert network["services"] is None
    assert network["services_reason"] == "this node has no task on the network, so no gossip told it"


def test_a_network_with_own_tasks_has_its_services(tmp_path: Path) -> None:
    service = {"VIP": "10.0.1.2", "LocalLBIndex": 258, "Tasks": []}
    answers = {"/version": VERSION, f"/v1.41/networks/{ID}?verbose=true": {**OVERLAY, "Services": {"web": service}}}
    with engine(tmp_path, answers) as server, DockerApi(server.path) as api:
        (network,) = _docker.networks(api, [ID])
    assert [(row["name"], row["vip"], row["mark"]) for row in network["services"]] == [("web", "10.0.1.2", 258)]
    assert "services_reason" not in network
