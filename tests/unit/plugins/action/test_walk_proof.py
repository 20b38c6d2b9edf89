# SPDX-License-Identifier: GPL-3.0-or-later
"""The walk_proof action, run by a real playbook: what it takes of other modules, what is shown, and reports."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable

import pytest

STATE_FILE = Path(__file__).parents[3] / "recordings" / "swarm-three-nodes-ipvs" / "state.json"

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


WALKED = {"state_file": str(STATE_FILE), "from": "n1", "to": "n3", "protocol": "icmp", "quiet": True}
COMPLETE = {"walk": "{{ walked.walk }}", "captures": CAPTURES, "probes": SENT}


@pytest.fixture
def prove(tmp_path: Path, play: Callable[..., Any]) -> Callable[..., tuple[Any, ...]]:
    """Result of a task for each of several arguments after a walk from n1 to n3; at last what the terminal showed."""

    def prove(several: list[dict[str, Any]], *options: str) -> tuple[Any, ...]:
        tasks = {
            f"proof_{number}": {"packetwalk.labs.walk_proof": {**COMPLETE, **arguments}}
            for number, arguments in enumerate(several)
        }
        played = play(tmp_path, {"walked": {"packetwalk.labs.walk": WALKED}, **tasks}, *options)
        return (*(played.results[name] for name in tasks), played.stdout)

    return prove


def test_a_proof(tmp_path: Path, prove: Callable[..., Any]) -> None:
    result, shown = prove([{"report_dir": "reports"}])
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


def test_a_difference(tmp_path: Path, prove: Callable[..., Any]) -> None:
    captures = {**CAPTURES, "n3": {"packets": [], "points_missing": []}}
    result, _shown = prove([{"captures": captures, "report_dir": "out"}], "--check")
    assert result["failed"] is True
    assert result["msg"] == "probe 1 to 192.168.99.13 from n1 differs first at hop 6 (n3/host/eth0 in): not seen"
    assert (result["reports"], (tmp_path / "out").exists()) == ({}, False)


def test_probes_and_captures_that_failed(prove: Callable[..., Any]) -> None:
    sent = [{"item": SENT[0]["item"], "failed": True, "msg": "Cannot enter namespace host: no."}]
    result, shown = prove([{"probes": sent, "captures": {"n1": {"failed": True, "msg": "no"}}, "quiet": True}])
    assert result["proof"]["problems"] == [
        "no probe to 192.168.99.13 was sent from n1: Cannot enter namespace host: no.",
        "nothing was captured on n1: no",
        "nothing was captured on n3: it was not watched",
    ]
    assert "hop 4" not in shown


MISTAKES = [
    ({"walk": {"hops": 1}}, "walk: this is no walk document"),
    ({"probes": [{}]}, "probes: give the results that a loop over the probes"),
    ({"report_dir": "playbook.json"}, "The proof cannot be written to"),
]


def test_mistakes_are_told_in_one_sentence(prove: Callable[..., Any]) -> None:
    *results, _shown = prove([arguments for arguments, _reason in MISTAKES])
    for result, (_arguments, reason) in zip(results, MISTAKES):
        assert result["failed"] is True
        assert reason in result["msg"]
        assert "\n" not in result["msg"]
        assert "proof" not in result
