# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module tells of a machine, with and without an engine."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args
from ansible_collections.packetwalk.labs.plugins.modules import container_host_info

LABELS = {"packetwalk.lab": "swarm", "packetwalk.node": "worker1"}

# The engine API's answers, cut to the keys that are read.
ANSWERS: dict[str, Any] = {
    "info": {"ServerVersion": "20.10.24+dfsg1", "DockerRootDir": "/"},
    "containers/json": [
        {"Names": ["/swarm-worker1"], "Labels": LABELS, "State": "exited"},
        {"Names": ["/database"], "Labels": {}, "State": "running"},
        {"Names": ["/swarm-manager1"], "Labels": {"packetwalk.lab": "swarm"}, "State": "running"},
    ],
    "images/json": [
        {"RepoTags": ["packetwalk/node:0123456789ab"]},
        {"RepoTags": ["debian:bookworm"]},
        {"RepoTags": None},
    ],
    "volumes": {"Volumes": [{"Name": "other", "Labels": None}, {"Name": "swarm-worker1-docker", "Labels": LABELS}]},
    "networks": [{"Name": "bridge", "Labels": {}}, {"Name": "packetwalk-swarm", "Labels": LABELS}],
}


class ApiDouble:
    """In place of ``DockerApi``: answers from the table."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __enter__(self) -> ApiDouble:
        return self

    def __exit__(self, *error: Any) -> None:
        pass

    def get(self, *segments: str, **query: str) -> Any:
        return ANSWERS["/".join(segments)]


def run(capsys: pytest.CaptureFixture[str], **arguments: Any) -> dict[str, Any]:
    with patch_module_args(arguments), pytest.raises(SystemExit):
        container_host_info.main()
    result: dict[str, Any] = json.loads(capsys.readouterr().out)
    return result


def test_a_machine_without_an_engine(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = str(tmp_path / "docker.sock")
    result = run(capsys, docker_socket=path)
    assert result["changed"] is False
    assert result["engine_reachable"] is False
    assert result["engine_reason"] == f"{path}: there is no such socket: Docker is not installed or not running"
    assert [result[f"engine_{part}"] for part in ("version", "root")] == [None, None]
    assert [result[part] for part in ("containers", "volumes", "networks", "images")] == [[], [], [], []]
    assert result["disk_free_megabytes"] is None
    assert result["memory_available_megabytes"] > 0
    assert set(result["tools"]) == {"docker", "mmdebstrap"}


def test_only_what_carries_the_label_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(container_host_info, "DockerApi", ApiDouble)
    result = run(capsys, _ansible_check_mode=True)
    assert (result["engine_reachable"], result["engine_reason"]) == (True, None)
    assert (result["engine_version"], result["engine_root"]) == ("20.10.24+dfsg1", "/")
    assert result["containers"] == [
        {"name": "swarm-manager1", "lab": "swarm", "node": None, "state": "running"},
        {"name": "swarm-worker1", "lab": "swarm", "node": "worker1", "state": "exited"},
    ]
    assert result["volumes"] == [{"name": "swarm-worker1-docker", "lab": "swarm"}]
    assert result["networks"] == [{"name": "packetwalk-swarm", "lab": "swarm"}]
    assert result["images"] == ["packetwalk/node:0123456789ab"]
    assert result["disk_free_megabytes"] > 0


def test_an_engine_without_volumes(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container_host_info, "DockerApi", ApiDouble)
    monkeypatch.setitem(ANSWERS, "volumes", {"Volumes": None})
    assert run(capsys)["volumes"] == []


def test_the_disk_of_a_folder_that_is_closed_is_that_of_the_folder_above(monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.statvfs

    def closed(folder: str) -> os.statvfs_result:
        if folder != "/":
            raise PermissionError(folder)
        return real(folder)

    monkeypatch.setattr(container_host_info.os, "statvfs", closed)
    assert container_host_info._disk_free_megabytes("/var/lib/docker") == container_host_info._disk_free_megabytes("/")


def test_the_disk_of_a_folder_that_is_not_there_is_unknown(tmp_path: Path) -> None:
    assert container_host_info._disk_free_megabytes(str(tmp_path / "nowhere")) is None
