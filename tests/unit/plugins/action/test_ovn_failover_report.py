# SPDX-License-Identifier: GPL-3.0-or-later
"""The ovn_failover_report action, run with what was recorded when ovn-controller was told to exit."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parents[4]
RECORDINGS = ROOT / "tests" / "recordings" / "ovn-failover"
EVENT = {
    "name": "controller_exits",
    "title": "ovn-controller is told to exit",
    "mended": "ovn-controller is started",
    "node": "chassis2",
    "moves": True,
}
PING = {
    "instance": "testinstance1",
    "chassis": "chassis1",
    "destination": "172.24.72.1",
    "interval_seconds": 0.1,
    "output": (RECORDINGS / "ping.txt").read_text(),
}
ARGUMENTS: dict[str, Any] = {
    "gateway": {"name": "cr-router1-public", "chassis": "chassis2", "other_chassis": "chassis1"},
    "ping": PING,
    "events": [{"item": EVENT, "rc": 0, "stdout_lines": (RECORDINGS / "times.txt").read_text().splitlines()}],
    "bindings": (RECORDINGS / "bindings.csv").read_text(),
    "chassis": (RECORDINGS / "chassis.csv").read_text(),
}


def report(directory: Path, changes: dict[str, Any], *options: str) -> tuple[dict[str, Any], str]:
    """Result of the task, and what the terminal showed."""
    keep = {
        "ansible.builtin.copy": {"content": "{{ result | to_json }}", "dest": str(directory / "result.json")},
        "check_mode": False,
    }
    task = {
        "packetwalk.labs.ovn_failover_report": {**ARGUMENTS, **changes},
        "register": "result",
        "ignore_errors": True,
    }
    playbook = directory / "playbook.json"
    play = {"hosts": "localhost", "gather_facts": False, "tasks": [task, keep]}
    playbook.write_text(json.dumps([play]), encoding="utf-8")
    environment = {
        **os.environ,
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".ansible" / "collections"),
        "ANSIBLE_LOCAL_TEMP": str(directory / "temporary"),
        "ANSIBLE_NOCOLOR": "1",
    }
    command = [sys.executable, "-m", "ansible", "playbook", *options, str(playbook)]
    done = subprocess.run(
        command, cwd=directory, env=environment, check=False, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    result: dict[str, Any] = json.loads((directory / "result.json").read_text(encoding="utf-8"))
    return result, done.stdout


def test_an_exercise(tmp_path: Path) -> None:
    result, shown = report(tmp_path, {"report_dir": "reports"})
    assert (result["failed"], result["changed"]) == (False, False)
    assert result["msg"] == "2 of 2 steps went as expected"
    failover = result["failover"]
    assert "output" not in failover["ping"]
    assert [step["chassis"] for step in failover["steps"]] == ["chassis1", "chassis2"]
    assert [step["moved_after_seconds"] for step in failover["steps"]] == [0.122, 1.402]
    assert [len(step["unanswered_after_seconds"]) for step in failover["steps"]] == [1, 0]
    reports = {name: Path(path) for name, path in result["reports"].items()}
    assert set(reports.values()) == set((tmp_path / "reports").iterdir())
    assert json.loads(reports["json"].read_text()) == failover
    assert all(line in shown.splitlines() for line in reports["md"].read_text().splitlines()[:-2])
    assert reports["md"].read_text().endswith(f"({reports['svg'].name})\n")
    assert ElementTree.parse(reports["svg"]).getroot().tag == "{http://www.w3.org/2000/svg}svg"


def test_a_gateway_that_should_have_stayed(tmp_path: Path) -> None:
    events = [{**ARGUMENTS["events"][0], "item": {**EVENT, "moves": False}}]
    result, shown = report(tmp_path, {"events": events, "report_dir": "out", "quiet": True}, "--check")
    assert result["failed"] is True
    assert result["msg"].startswith(
        "0 of 2 steps went as expected; ovn-controller is told to exit (controller_exits): "
    )
    assert "the gateway is on chassis1 afterwards instead of chassis2" in result["msg"]
    assert (result["reports"], (tmp_path / "out").exists()) == ({}, False)
    assert "# Failover of" not in shown


@pytest.mark.parametrize(
    ("failed", "problem"),
    [
        ({"rc": 1, "stdout_lines": [], "stderr": "one\nno such process"}, "no such process"),
        (
            {"rc": 1, "stdout_lines": ["inject 1.5"], "stderr": "", "msg": "non-zero return code"},
            "non-zero return code",
        ),
        ({"failed": True, "msg": "it took too long"}, "it took too long"),
    ],
)
def test_an_event_that_could_not_be_made(tmp_path: Path, failed: dict[str, Any], problem: str) -> None:
    result, _shown = report(tmp_path, {"events": [{"item": EVENT, **failed}], "quiet": True})
    assert result["failed"] is True
    assert [step["problem"] for step in result["failover"]["steps"]] == [problem, problem]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"events": [{}]}, "events: 'item' is missing in what a loop over the events", id="no item"),
        pytest.param(
            {"events": [{"item": EVENT, "rc": 0, "stdout_lines": ["Starting"]}]},
            "events: controller_exits has the line 'Starting', which is no time.",
            id="no time",
        ),
        pytest.param({"bindings": ""}, "ovsdb-client monitor-cond: cannot read its output", id="nothing seen"),
        pytest.param({"ping": {**PING, "output": ""}}, "ping -D -O: cannot read its output", id="no ping"),
        pytest.param({"report_dir": "playbook.json"}, "The report cannot be written to", id="no directory"),
    ],
)
def test_mistakes_are_told_in_one_sentence(tmp_path: Path, changes: dict[str, Any], reason: str) -> None:
    result, _shown = report(tmp_path, changes)
    assert result["failed"] is True
    assert reason in result["msg"]
    assert "\n" not in result["msg"]
    assert "failover" not in result
