# SPDX-License-Identifier: GPL-3.0-or-later
"""The actions that save and compare states, run by a real playbook: arguments, results and files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable

import pytest

STATE_FILE = Path(__file__).parents[3] / "recordings" / "swarm-three-nodes-ipvs" / "state.json"


@pytest.fixture
def later() -> dict[str, Any]:
    """The recorded state after somebody was at work."""
    document: dict[str, Any] = json.loads(STATE_FILE.read_text(encoding="utf-8"))
    del document["nodes"]["n1"]["namespaces"]["ingress_sbox"]
    document["control"]["swarm"]["services"][1]["replicas"] = 3
    return document


def test_a_file_and_a_document_are_compared(tmp_path: Path, act: Callable[..., Any], later: dict[str, Any]) -> None:
    arguments = {"before": str(STATE_FILE), "after": later, "report": "steps/changes.txt"}
    result, shown = act("state_diff", arguments)
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


def test_options_narrow_what_is_told(tmp_path: Path, act: Callable[..., Any], later: dict[str, Any]) -> None:
    (tmp_path / "later.json").write_text(json.dumps(later), encoding="utf-8")
    arguments = {"before": str(STATE_FILE), "after": "later.json", "objects": ["swarm *"], "quiet": True}
    result, shown = act("state_diff", {**arguments, "report": "changes.txt"}, "--check")
    assert [change["object"] for change in result["changes"]] == ["swarm service"]
    assert "replicas" not in shown
    assert not (tmp_path / "changes.txt").exists()


MISTAKES = [
    ({}, "missing required arguments: after"),
    ({"after": "none.json"}, "after: The state file "),
    ({"after": "playbook.json"}, "after: This is no state document"),
    ({"after": 7}, "after: This is no state document"),
    ({"after": {"schema": 9}}, "after: The state document has schema 9"),
    (
        {
            "after": {
                "schema": 1,
                "nodes": {"n1": {"namespaces": {"host": {"links": [{}], "addresses": []}}}},
                "control": {},
            }
        },
        "A row of the states is not as docs/state.md says: KeyError('name')",
    ),
    ({"after": str(STATE_FILE), "objects": ["lnik"]}, "There is no kind of object lnik"),
    ({"after": str(STATE_FILE), "report": "playbook.json/x"}, "The changes cannot be written to"),
]


def test_mistakes_are_told_in_one_sentence(act_each: Callable[..., Any]) -> None:
    results = act_each("state_diff", [{"before": str(STATE_FILE), **arguments} for arguments, _reason in MISTAKES])
    for result, (_arguments, reason) in zip(results, MISTAKES):
        assert result["failed"] is True
        assert reason in result["msg"]
        assert "\n" not in result["msg"]


def test_a_document_is_put_together_and_saved(tmp_path: Path, act: Callable[..., Any]) -> None:
    nodes = json.loads(STATE_FILE.read_text(encoding="utf-8"))["nodes"]
    nodes["n2"] = {"state": nodes["n2"], "changed": False}
    nodes["n3"] = None
    arguments = {"lab": "swarm", "nodes": nodes, "path": "steps/01-nodes.json"}
    result, _shown = act("state_document", arguments, "--check")
    assert not (tmp_path / "steps").exists()
    result, _shown = act("state_document", arguments)
    assert (result["failed"], result["changed"]) == (False, False)
    assert result["path"] == str(tmp_path / "steps" / "01-nodes.json")
    assert json.loads(Path(result["path"]).read_text(encoding="utf-8")) == result["document"]
    assert result["document"]["control"]["swarm"]["nodes"]
    assert result["document"]["nodes"]["n3"]["namespaces_reason"] == "the node was not asked"


NO_DOCUMENTS = [
    ({"nodes": {"n1": None}}, "missing required arguments: lab"),
    ({"lab": "swarm", "nodes": {}}, "The state document has no nodes."),
    ({"lab": "swarm", "nodes": {"n1": None}, "path": "playbook.json/x"}, "cannot be written to"),
]


def test_no_document_is_made_of_mistakes(act_each: Callable[..., Any]) -> None:
    results = act_each("state_document", [arguments for arguments, _reason in NO_DOCUMENTS])
    for result, (_arguments, reason) in zip(results, NO_DOCUMENTS):
        assert result["failed"] is True
        assert reason in result["msg"]
