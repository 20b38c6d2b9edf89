# SPDX-License-Identifier: GPL-3.0-or-later
"""The ovn_failover_report action, run with what was recorded when ovn-controller was told to exit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable
from xml.etree import ElementTree

RECORDINGS = Path(__file__).parents[3] / "recordings" / "ovn-failover"
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


def test_an_exercise(tmp_path: Path, act: Callable[..., Any]) -> None:
    result, shown = act("ovn_failover_report", {**ARGUMENTS, "report_dir": "reports"})
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


def test_a_gateway_that_should_have_stayed(tmp_path: Path, act: Callable[..., Any]) -> None:
    events = [{**ARGUMENTS["events"][0], "item": {**EVENT, "moves": False}}]
    arguments = {**ARGUMENTS, "events": events, "report_dir": "out", "quiet": True}
    result, shown = act("ovn_failover_report", arguments, "--check")
    assert result["failed"] is True
    assert result["msg"].startswith(
        "0 of 2 steps went as expected; ovn-controller is told to exit (controller_exits): "
    )
    assert "the gateway is on chassis1 afterwards instead of chassis2" in result["msg"]
    assert (result["reports"], (tmp_path / "out").exists()) == ({}, False)
    assert "# Failover of" not in shown


FAILED = [
    ({"rc": 1, "stdout_lines": [], "stderr": "one\nno such process"}, "no such process"),
    ({"rc": 1, "stdout_lines": ["inject 1.5"], "stderr": "", "msg": "non-zero return code"}, "non-zero return code"),
    ({"failed": True, "msg": "it took too long"}, "it took too long"),
]


def test_an_event_that_could_not_be_made(act_each: Callable[..., Any]) -> None:
    several = [{**ARGUMENTS, "events": [{"item": EVENT, **failed}], "quiet": True} for failed, _problem in FAILED]
    for result, (_failed, problem) in zip(act_each("ovn_failover_report", several), FAILED):
        assert result["failed"] is True
        assert [step["problem"] for step in result["failover"]["steps"]] == [problem, problem]


MISTAKES: list[tuple[dict[str, Any], str]] = [
    ({"events": [{}]}, "events: 'item' is missing in what a loop over the events"),
    (
        {"events": [{"item": EVENT, "rc": 0, "stdout_lines": ["Starting"]}]},
        "events: controller_exits has the line 'Starting', which is no time.",
    ),
    ({"bindings": ""}, "ovsdb-client monitor-cond: cannot read its output"),
    ({"ping": {**PING, "output": ""}}, "ping -D -O: cannot read its output"),
    ({"report_dir": "playbook.json"}, "The report cannot be written to"),
]


def test_mistakes_are_told_in_one_sentence(act_each: Callable[..., Any]) -> None:
    results = act_each("ovn_failover_report", [{**ARGUMENTS, **changes} for changes, _reason in MISTAKES])
    for result, (_changes, reason) in zip(results, MISTAKES):
        assert result["failed"] is True
        assert reason in result["msg"]
        assert "\n" not in result["msg"]
        assert "failover" not in result
