# SPDX-License-Identifier: GPL-3.0-or-later
"""The walk_proof action, run by a real playbook: what it takes of other modules, what is shown, and reports."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[4]
STATE_FILE = ROOT / "tests" / "recordings" / "swarm-three-nodes-ipvs" / "state.json"

# Of the walk of the same play, as packet_capture and packet_probe return it.
TOKEN = "{{ walked.probes[0].token }}"
RESULT = {"number": 1, "outcome": "answered", "error": None}
SENT = [{"item": "{{ walked.probes[0] }}", "probes": [RESULT]}]


def seen(device: str, hop: int, direction: str) -> dict[str, Any]:
    side = "after" if direction == "out" else "before"
    return {
        "namespace": "host",
        "device": device,
        "direction": direction,
        "packet": f"{{{{ walked.walk.hops[{hop - 1}].{side} }}}}",
        "kind": "echo_request",
        "flags": None,
        "sequence": 1,
        "payload": TOKEN,
    }


CAPTURES = {
    "n1": {"packets": [seen("eth0", 4, "out")], "points_missing": [], "dropped": 0},
    "n3": {"packets": [seen("eth0", 6, "in")], "points_missing": [], "dropped": 0},
    "n2": {"skipped": True},
}


def prove(directory: Path, arguments: dict[str, Any], *options: str) -> tuple[dict[str, Any], str]:
    """Result of the task after a walk from n1 to n3, and what the terminal showed."""
    walked = {"state_file": str(STATE_FILE), "from": "n1", "to": "n3", "protocol": "icmp", "quiet": True}
    complete = {"walk": "{{ walked.walk }}", "captures": CAPTURES, "probes": SENT, **arguments}
    keep = {
        "ansible.builtin.copy": {"content": "{{ proof | to_json }}", "dest": str(directory / "result.json")},
        "check_mode": False,
    }
    tasks = [
        {"packetwalk.labs.walk": walked, "register": "walked"},
        {"packetwalk.labs.walk_proof": complete, "register": "proof", "ignore_errors": True},
        keep,
    ]
    playbook = directory / "playbook.json"
    playbook.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]), encoding="utf-8")
    environment = {
        **os.environ,
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".ansible" / "collections"),
        "ANSIBLE_LOCAL_TEMP": str(directory / "temporary"),
        "ANSIBLE_NOCOLOR": "1",
        "COLUMNS": "120",
    }
    command = [sys.executable, "-m", "ansible", "playbook", *options, str(playbook)]
    done = subprocess.run(
        command, cwd=directory, env=environment, check=False, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    result: dict[str, Any] = json.loads((directory / "result.json").read_text(encoding="utf-8"))
    return result, done.stdout


def test_a_proof(tmp_path: Path) -> None:
    result, shown = prove(tmp_path, {"report_dir": "reports"})
    assert result["msg"] == "proven: 2 of 2 places saw what was predicted, with 1 probe (answered)"
    assert (result["failed"], result["changed"], result["proof"]["proven"]) == (False, False, True)
    lines = shown.splitlines()
    first = lines.index(result["msg"])
    assert lines[first + 2] == "hop 4  n1 · host eth0 out"
    assert '"points"' not in shown
    reports = {name: Path(path) for name, path in result["reports"].items()}
    assert set(reports.values()) == set((tmp_path / "reports").iterdir())
    assert json.loads(reports["json"].read_text()) == result["proof"]
    assert reports["txt"].read_text().startswith(result["msg"])


def test_a_difference(tmp_path: Path) -> None:
    captures = {**CAPTURES, "n3": {"packets": [], "points_missing": []}}
    result, _shown = prove(tmp_path, {"captures": captures, "report_dir": "out"}, "--check")
    assert result["failed"] is True
    assert result["msg"] == "probe 1 to 192.168.99.13 from n1 differs first at hop 6 (n3/host/eth0 in): not seen"
    assert (result["reports"], (tmp_path / "out").exists()) == ({}, False)


def test_probes_and_captures_that_failed(tmp_path: Path) -> None:
    sent = [{"item": SENT[0]["item"], "failed": True, "msg": "Cannot enter namespace host: no."}]
    result, shown = prove(tmp_path, {"probes": sent, "captures": {"n1": {"failed": True, "msg": "no"}}, "quiet": True})
    assert result["proof"]["problems"] == [
        "no probe to 192.168.99.13 was sent from n1: Cannot enter namespace host: no.",
        "nothing was captured on n1: no",
        "nothing was captured on n3: it was not watched",
    ]
    assert "hop 4" not in shown


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        pytest.param({"walk": {"hops": 1}}, "walk: this is no walk document", id="no walk"),
        pytest.param({"probes": [{}]}, "probes: give the results that a loop over the probes", id="no item"),
        pytest.param({"report_dir": "playbook.json"}, "The proof cannot be written to", id="no directory"),
    ],
)
def test_mistakes_are_told_in_one_sentence(tmp_path: Path, arguments: dict[str, Any], reason: str) -> None:
    result, _shown = prove(tmp_path, arguments)
    assert result["failed"] is True
    assert reason in result["msg"]
    assert "\n" not in result["msg"]
    assert "proof" not in result
