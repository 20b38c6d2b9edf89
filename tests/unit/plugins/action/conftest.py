# SPDX-License-Identifier: GPL-3.0-or-later
"""Actions are run by a real playbook."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Callable, NamedTuple

import pytest

ROOT = Path(__file__).parents[4]


class Played(NamedTuple):
    results: dict[str, Any]
    stdout: str
    stderr: str


def _play(
    directory: Path, tasks: dict[str, dict[str, Any]], *options: str, inventory: dict[str, Any] | None = None
) -> Played:
    """The result of each task by its name, which later tasks can use as a variable. Every task may fail."""
    everything = ", ".join(f"'{name}': {name}" for name in tasks)
    keep = {
        "ansible.builtin.copy": {
            "content": f"{{{{ {{{everything}}} | to_json }}}}",
            "dest": str(directory / "results.json"),
        },
        "check_mode": False,
    }
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "tasks": [*({**task, "register": name, "ignore_errors": True} for name, task in tasks.items()), keep],
    }
    (directory / "playbook.json").write_text(json.dumps([play]), encoding="utf-8")
    if inventory is not None:
        (directory / "hosts.json").write_text(json.dumps(inventory), encoding="utf-8")
        options = ("-i", "hosts.json", *options)
    environment = {
        **os.environ,
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".ansible" / "collections"),
        "ANSIBLE_LOCAL_TEMP": str(directory / "temporary"),
        "ANSIBLE_NOCOLOR": "1",
        "COLUMNS": "120",
    }
    command = [sys.executable, "-m", "ansible", "playbook", *options, "playbook.json"]
    done = subprocess.run(
        command, cwd=directory, env=environment, check=False, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    results = json.loads((directory / "results.json").read_text(encoding="utf-8"))
    return Played(results, done.stdout, done.stderr)


@pytest.fixture(scope="session")
def play() -> Callable[..., Played]:
    """Runs tasks in a directory."""
    return _play


@pytest.fixture
def act(tmp_path: Path) -> Callable[..., tuple[dict[str, Any], str]]:
    """Runs one action, given by its name and arguments. Returns its result, and what the terminal showed."""

    def act(action: str, arguments: dict[str, Any], *options: str) -> tuple[dict[str, Any], str]:
        played = _play(tmp_path, {"result": {f"packetwalk.labs.{action}": arguments}}, *options)
        return played.results["result"], played.stdout

    return act


@pytest.fixture
def act_each(tmp_path: Path) -> Callable[..., list[dict[str, Any]]]:
    """Runs one action for each of several arguments, in one play: to start Ansible takes longer than they do."""

    def act_each(action: str, several: list[dict[str, Any]]) -> list[dict[str, Any]]:
        tasks = {f"result_{number}": {f"packetwalk.labs.{action}": row} for number, row in enumerate(several)}
        return list(_play(tmp_path, tasks).results.values())

    return act_each
