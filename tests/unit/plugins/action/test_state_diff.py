# SPDX-License-Identifier: GPL-3.0-or-later
"""The actions that save and compare states, run by a real playbook: arguments, results and files."""

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


def run(directory: Path, action: str, arguments: dict[str, Any], *options: str) -> tuple[dict[str, Any], str]:
    """Result of the task, and what the terminal showed."""
    task = {f"packetwalk.labs.{action}": arguments, "register": "seen", "ignore_errors": True}
    keep = {
        "ansible.builtin.copy": {"content": "{{ seen | to_json }}", "dest": str(directory / "result.json")},
        "check_mode": False,
    }
    play = {"hosts": "localhost", "gather_facts": False, "tasks": [task, keep]}
    playbook = directory / "playbook.json"
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


@pytest.fixture
def later() -> dict[str, Any]:
    """The recorded state after somebody was at work."""
    document: dict[str, Any] = json.loads(STATE_FILE.read_text(encoding="utf-8"))
    del document["nodes"]["n1"]["namespaces"]["ingress_sbox"]
    document["control"]["swarm"]["services"][1]["replicas"] = 3
    return document


def test_a_file_and_a_document_are_compared(tmp_path: Path, later: dict[str, Any]) -> None:
    arguments = {"before": str(STATE_FILE), "after": later, "report": "steps/changes.txt"}
    result, shown = run(tmp_path, "state_diff", arguments)
    assert (result["failed"], result["changed"]) == (False, False)
    assert result["summary"] == {"created": 0, "removed": 1, "changed": 1, "unknown": 0}
    assert result["msg"] == "0 created, 1 removed, 1 changed, 0 unknown"
    namespace, service = result["changes"]
    assert namespace["text"].startswith("n1: removed namespace ingress_sbox (eth0 10.0.0.2/24")
    assert (namespace["before"]["kind"], namespace["after"]) == ("docker", None)
    assert (service["node"], service["name"], service["fields"]) == (None, "web", ["replicas"])
    report = (tmp_path / "steps" / "changes.txt").read_text(encoding="utf-8")
    assert report.splitlines()[-2:] == ["  ~ swarm service web: replicas 2 -> 3", result["msg"]]
    assert report in shown


def test_options_narrow_what_is_told(tmp_path: Path, later: dict[str, Any]) -> None:
    (tmp_path / "later.json").write_text(json.dumps(later), encoding="utf-8")
    arguments = {"before": str(STATE_FILE), "after": "later.json", "objects": ["swarm *"], "quiet": True}
    result, shown = run(tmp_path, "state_diff", {**arguments, "report": "changes.txt"}, "--check")
    assert [change["object"] for change in result["changes"]] == ["swarm service"]
    assert "replicas" not in shown
    assert not (tmp_path / "changes.txt").exists()


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        pytest.param({}, "missing required arguments: after", id="nothing"),
        pytest.param({"after": "none.json"}, "after: The state file ", id="no file"),
        pytest.param({"after": "playbook.json"}, "after: This is no state document", id="another file"),
        pytest.param({"after": 7}, "after: This is no state document", id="number"),
        pytest.param({"after": {"schema": 9}}, "after: The state document has schema 9", id="newer"),
        pytest.param(
            {
                "after": {
                    "schema": 1,
                    "nodes": {"n1": {"namespaces": {"host": {"links": [{}], "addresses": []}}}},
                    "control": {},
                }
            },
            "A row of the states is not as docs/state.md says: KeyError('name')",
            id="row",
        ),
        pytest.param({"after": str(STATE_FILE), "objects": ["lnik"]}, "There is no kind of object lnik", id="kind"),
        pytest.param(
            {"after": str(STATE_FILE), "report": "playbook.json/x"}, "The changes cannot be written to", id="report"
        ),
    ],
)
def test_mistakes_are_told_in_one_sentence(tmp_path: Path, arguments: dict[str, Any], reason: str) -> None:
    result, _shown = run(tmp_path, "state_diff", {"before": str(STATE_FILE), **arguments})
    assert result["failed"] is True
    assert reason in result["msg"]
    assert "\n" not in result["msg"]


def test_a_document_is_put_together_and_saved(tmp_path: Path) -> None:
    nodes = json.loads(STATE_FILE.read_text(encoding="utf-8"))["nodes"]
    nodes["n2"] = {"state": nodes["n2"], "changed": False}
    nodes["n3"] = None
    arguments = {"lab": "swarm", "nodes": nodes, "path": "steps/01-nodes.json"}
    result, _shown = run(tmp_path, "state_document", arguments, "--check")
    assert not (tmp_path / "steps").exists()
    result, _shown = run(tmp_path, "state_document", arguments)
    assert (result["failed"], result["changed"]) == (False, False)
    assert result["path"] == str(tmp_path / "steps" / "01-nodes.json")
    assert json.loads(Path(result["path"]).read_text(encoding="utf-8")) == result["document"]
    assert result["document"]["control"]["swarm"]["nodes"]
    assert result["document"]["nodes"]["n3"]["namespaces_reason"] == "the node was not asked"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        pytest.param({"nodes": {"n1": None}}, "missing required arguments: lab", id="no lab"),
        pytest.param({"lab": "swarm", "nodes": {}}, "The state document has no nodes.", id="no nodes"),
        pytest.param(
            {"lab": "swarm", "nodes": {"n1": None}, "path": "playbook.json/x"}, "cannot be written to", id="path"
        ),
    ],
)
def test_no_document_is_made_of_mistakes(tmp_path: Path, arguments: dict[str, Any], reason: str) -> None:
    result, _shown = run(tmp_path, "state_document", arguments)
    assert result["failed"] is True
    assert reason in result["msg"]
