# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module does that needs no engine: its socket is never there, and nothing is started or stopped."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.testing import patch_module_args
from ansible_collections.packetwalk.labs.plugins.modules import docker_engine

ROOT = Path(__file__).parents[4]
CONFIGURED = {"cgroup-parent": "/packetwalk/swarm/manager1"}


def systemd(monkeypatch: pytest.MonkeyPatch, runs: bool) -> None:
    real = os.path.isdir
    monkeypatch.setattr(os.path, "isdir", lambda path: runs if path == "/run/systemd/system" else real(path))


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The module finds no trace of an engine that it may have started on this machine, and no systemd."""
    for name in ("DROP_IN", "LOG", "PROCESS", "BEFORE"):
        monkeypatch.setattr(docker_engine, name, str(tmp_path / name))
    systemd(monkeypatch, runs=False)
    docker_engine.find.cache_clear()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "docker" / "daemon.json"


def arguments(file: Path, **more: Any) -> dict[str, Any]:
    return {"configuration_file": str(file), "docker_socket": str(file.parent / "docker.sock"), **more}


def check(capsys: pytest.CaptureFixture[str], file: Path, **more: Any) -> dict[str, Any]:
    """Result of the module in check mode."""
    with patch_module_args(arguments(file, _ansible_check_mode=True, **more)), pytest.raises(SystemExit):
        docker_engine.main()
    result: dict[str, Any] = json.loads(capsys.readouterr().out)
    return result


@contextlib.contextmanager
def engine(file: Path, **more: Any) -> Iterator[docker_engine.Engine]:
    """An engine to try single steps of, not in check mode."""
    specification = {
        "options": {"type": "dict"},
        "environment": {"type": "dict"},
        "configuration_file": {"type": "path"},
        "docker_socket": {"type": "path"},
        "wait_seconds": {"type": "int"},
    }
    with patch_module_args(arguments(file, **more)):
        yield docker_engine.Engine(AnsibleModule(argument_spec=specification, supports_check_mode=True))


def write(file: Path, text: str) -> None:
    file.parent.mkdir()
    file.write_text(text, encoding="utf-8")


def test_check_mode_tells_what_would_be_done_and_does_nothing(capsys: pytest.CaptureFixture[str], file: Path) -> None:
    result = check(capsys, file, options=CONFIGURED)
    assert (result["changed"], result["version"]) == (True, None)
    assert result["actions"] == [f"write {file}", "start the engine"]
    assert not file.parent.exists()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", CONFIGURED),
        ('{"debug": true}', {"debug": True, **CONFIGURED}),
        ('{"cgroup-parent": "/elsewhere", "debug": true}', {"debug": True, **CONFIGURED}),
    ],
)
def test_the_difference_keeps_options_of_others(
    capsys: pytest.CaptureFixture[str], file: Path, before: str, after: dict[str, Any]
) -> None:
    write(file, before)
    (difference,) = check(capsys, file, options=CONFIGURED, _ansible_diff=True)["diff"]
    assert (difference["before_header"], difference["after_header"]) == (str(file), str(file))
    assert difference["before"] == before
    assert json.loads(difference["after"]) == after
    assert file.read_text(encoding="utf-8") == before


@pytest.mark.parametrize("options", [CONFIGURED, {}])
def test_a_configuration_that_fits_is_left_as_it_is_written(
    capsys: pytest.CaptureFixture[str], file: Path, options: dict[str, Any]
) -> None:
    write(file, '{"debug":true,\n\n"cgroup-parent":"/packetwalk/swarm/manager1"}')
    result = check(capsys, file, options=options)
    assert (result["actions"], result["diff"]) == (["start the engine"], [])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("debug = true", "is not JSON (Expecting value: line 1 column 1 (char 0)). Correct or remove it."),
        ('{"debug": true', "is not JSON (Expecting ',' delimiter: line 1 column 15 (char 14)). Correct or remove it."),
        ('["debug"]', "holds no JSON object. Correct or remove it."),
    ],
)
def test_a_configuration_that_cannot_be_read(
    capsys: pytest.CaptureFixture[str], file: Path, text: str, sentence: str
) -> None:
    write(file, text)
    result = check(capsys, file, options=CONFIGURED)
    assert (result["failed"], result["msg"]) == (True, f"{file} {sentence}")


def test_it_is_written_once(file: Path) -> None:
    with engine(file, options=CONFIGURED, environment={}) as first:
        assert first.configure() is True
    assert json.loads(file.read_text(encoding="utf-8")) == CONFIGURED
    assert list(file.parent.iterdir()) == [file], "no temporary file is left"
    with engine(file, options=CONFIGURED, environment={}) as again:
        assert again.configure() is False
        assert again.actions == []


def test_with_systemd_the_environment_goes_to_a_drop_in(
    capsys: pytest.CaptureFixture[str], file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    systemd(monkeypatch, runs=True)
    result = check(capsys, file, environment={"TWO": "a b", "ONE": 1})
    assert result["actions"] == [f"write {docker_engine.DROP_IN}", "start the engine"]
    assert result["diff"][0]["after"] == '[Service]\nEnvironment="ONE=1"\nEnvironment="TWO=a b"\n'


def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, **said: str) -> None:
    """Put commands into the path that print what is given."""
    folder = tmp_path / "commands"
    folder.mkdir()
    for name, text in said.items():
        (folder / name).write_text(f"#!/bin/sh\ncat <<'TEXT'\n{text}\nTEXT\n", encoding="utf-8")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    docker_engine.find.cache_clear()


def test_with_systemd_the_addresses_of_the_unit_give_way_to_those_of_the_configuration(
    capsys: pytest.CaptureFixture[str], file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    systemd(monkeypatch, runs=True)
    commands(tmp_path, monkeypatch, systemctl="[Service]\nExecStart=/usr/sbin/dockerd -H fd:// $DOCKER_OPTS")
    result = check(capsys, file, options={"hosts": ["unix:///var/run/docker.sock", "tcp://192.0.2.1:2385"]})
    assert result["actions"] == [f"write {file}", f"write {docker_engine.DROP_IN}", "start the engine"]
    assert result["diff"][1]["after"] == "[Service]\nExecStart=\nExecStart=/usr/sbin/dockerd $DOCKER_OPTS\n"


def test_addresses_that_stay_in_the_configuration_stay_out_of_the_unit(
    capsys: pytest.CaptureFixture[str], file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    systemd(monkeypatch, runs=True)
    commands(tmp_path, monkeypatch, systemctl="[Service]\nExecStart=/usr/sbin/dockerd -H fd://")
    write(file, '{"hosts": ["tcp://192.0.2.1:2385"]}')
    result = check(capsys, file, environment={"ONE": "1"})
    assert result["diff"][0]["after"] == '[Service]\nEnvironment="ONE=1"\nExecStart=\nExecStart=/usr/sbin/dockerd\n'


@pytest.mark.parametrize(
    ("version", "refused"), [("20.10.24+dfsg1", False), ("22.6.1", False), ("23.0.0", True), ("28.0.4", True)]
)
def test_an_option_that_left_the_engine_is_refused(
    capsys: pytest.CaptureFixture[str],
    file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    version: str,
    refused: bool,
) -> None:
    commands(tmp_path, monkeypatch, dockerd=f"Docker version {version}, build 5d6db84")
    result = check(capsys, file, options={"cluster-store": "etcd://192.0.2.1:2379"})
    assert result.get("failed", False) is refused
    if refused:
        assert result["msg"] == (
            f"The Docker engine of {socket.gethostname()} is version {version}, but the option cluster-store left the "
            "engine in 23.0. Install an earlier one, on Debian 12 the package docker.io (20.10)."
        )
    assert "failed" not in check(capsys, file, options=CONFIGURED)


def test_without_systemd_the_environment_is_no_file(capsys: pytest.CaptureFixture[str], file: Path) -> None:
    assert check(capsys, file, environment={"ONE": "1"})["actions"] == ["start the engine"]


def test_an_engine_that_does_not_run_is_not_stopped(capsys: pytest.CaptureFixture[str], file: Path) -> None:
    result = check(capsys, file, state="stopped")
    assert (result["changed"], result["actions"], result["version"]) == (False, [], None)


def test_what_an_engine_left_behind_is_removed_when_it_is_gone(capsys: pytest.CaptureFixture[str], file: Path) -> None:
    Path(docker_engine.BEFORE).write_text("{}", encoding="utf-8")
    result = check(capsys, file, state="stopped")
    assert result["actions"] == ["remove what the engine left in the kernel"]
    assert Path(docker_engine.BEFORE).exists()


@pytest.mark.parametrize("state", ["started", "stopped"])
def test_an_engine_that_someone_else_started_is_not_touched(
    capsys: pytest.CaptureFixture[str], file: Path, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    monkeypatch.setattr(docker_engine, "_version", lambda path: "20.10.24")
    result = check(capsys, file, state=state)
    assert (result["changed"], result["actions"], result["version"]) == (False, [], "20.10.24")


def test_an_engine_that_someone_else_started_is_not_restarted(
    capsys: pytest.CaptureFixture[str], file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(docker_engine, "_version", lambda path: "20.10.24")
    result = check(capsys, file, options=CONFIGURED)
    assert result["failed"]
    assert result["msg"] == "The engine runs, but neither systemd nor this module started it. Restart it yourself."


def test_an_engine_of_this_module_is_restarted(
    capsys: pytest.CaptureFixture[str], file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(docker_engine, "_version", lambda path: "20.10.24")
    Path(docker_engine.PROCESS).write_text("1\n", encoding="utf-8")
    result = check(capsys, file, options=CONFIGURED)
    assert result["actions"] == [f"write {file}", "stop the engine", "start the engine"]


@pytest.mark.parametrize(
    ("log", "tail"), [("", "empty"), ("".join(f"line {number}\n" for number in range(9)), "line 4 | line 5 | ")]
)
def test_an_engine_that_does_not_answer(capsys: pytest.CaptureFixture[str], file: Path, log: str, tail: str) -> None:
    Path(docker_engine.LOG).write_text(log, encoding="utf-8")
    with engine(file, wait_seconds=0) as silent, pytest.raises(SystemExit):
        silent.wait()
    message = json.loads(capsys.readouterr().out)["msg"]
    start = f"The Docker engine does not answer on {file.parent}/docker.sock after 0 seconds. The end of its log: "
    assert message.startswith(start + tail)
    assert "line 3" not in message


def test_ansible_runs_it(file: Path, tmp_path: Path) -> None:
    write(file, '{"debug": true}')
    command = [str(Path(sys.executable).parent / "ansible"), "localhost", "-m", "packetwalk.labs.docker_engine"]
    command += ["--check", "--diff", "-a", json.dumps(arguments(file, options=CONFIGURED))]
    environment = {
        **os.environ,
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".ansible" / "collections"),
        "ANSIBLE_LOCAL_TEMP": str(tmp_path / "local"),
        "ANSIBLE_REMOTE_TEMP": str(tmp_path / "remote"),
        "ANSIBLE_NOCOLOR": "1",
    }
    done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert '+  "cgroup-parent": "/packetwalk/swarm/manager1",' in done.stdout
    assert "start the engine" in done.stdout
    assert file.read_text(encoding="utf-8") == '{"debug": true}'
