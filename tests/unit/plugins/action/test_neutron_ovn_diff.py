# SPDX-License-Identifier: GPL-3.0-or-later
"""The action that compares Neutron with OVN, run by a real playbook: arguments, results, texts and files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable

import pytest

STATE_FILE = Path(__file__).parents[3] / "recordings" / "neutron-ovn" / "state.json"
VM1 = "06f528e3-300b-4271-b5fc-a6b25a551fbe"


def recorded() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(STATE_FILE.read_text(encoding="utf-8"))
    return document


def test_a_cloud_without_drift_passes(act: Callable[..., Any]) -> None:
    result, shown = act("neutron_ovn_diff", {"state_file": str(STATE_FILE)})
    assert (result["failed"], result["passed"], result["drifts"], result["unknown"]) == (False, True, [], [])
    assert result["msg"].startswith("0 drifts in 0 of ")
    assert result["msg"] in shown


def test_drift_fails_and_is_told_with_its_repair(tmp_path: Path, act: Callable[..., Any]) -> None:
    document = recorded()
    nats = document["control"]["ovn_nb"]["nats"]
    document["control"]["ovn_nb"]["nats"] = [row for row in nats if row["type"] == "snat"]
    (tmp_path / "state.json").write_text(json.dumps(document), encoding="utf-8")
    result, shown = act("neutron_ovn_diff", {"state_file": "state.json", "report_dir": "reports"})
    assert (result["failed"], result["passed"]) == (True, False)
    assert result["drifts"] == [
        {
            "kind": "floating_ip",
            "id": "805e84db-59cd-42e6-928a-008f729cb34d",
            "name": "203.0.113.90",
            "what": "missing in the northbound database",
            "layer": "northbound",
            "expected": "203.0.113.90 to 10.20.1.172",
            "actual": None,
            "node": None,
            "repair": "neutron-ovn-db-sync-util --ovn-neutron_sync_mode repair",
        }
    ]
    report = (tmp_path / "reports" / "drift.txt").read_text(encoding="utf-8")
    assert report.splitlines()[:3] == [
        "floating ip 203.0.113.90 (805e84db-59cd-42e6-928a-008f729cb34d)",
        "  missing in the northbound database - expected 203.0.113.90 to 10.20.1.172, actual none",
        "    repair: neutron-ovn-db-sync-util --ovn-neutron_sync_mode repair",
    ]
    assert report.splitlines()[-1] == result["msg"]
    assert report in shown
    assert json.loads((tmp_path / "reports" / "drift.json").read_text(encoding="utf-8")) == result["drifts"]


def test_what_cannot_be_compared_is_no_success(tmp_path: Path, act: Callable[..., Any]) -> None:
    document = recorded()
    document["nodes"]["c1"].update(ovs=None, ovs_reason="no such socket")
    (tmp_path / "state.json").write_text(json.dumps(document), encoding="utf-8")
    result, shown = act("neutron_ovn_diff", {"state_file": "state.json"}, "--check")
    assert (result["failed"], result["drifts"]) == (True, [])
    assert [(row["name"], row["reason"]) for row in result["unknown"]] == [
        ("vm1", "Open vSwitch of c1 could not be read")
    ]
    assert "could not be compared to the end: Open vSwitch of c1 could not be read" in shown


@pytest.mark.parametrize(
    ("control", "reason"),
    [
        pytest.param({}, "the state document has no neutron here", id="no OpenStack"),
        pytest.param(
            {"neutron": None, "neutron_reason": "nothing listens there"}, "nothing listens there", id="unread"
        ),
    ],
)
def test_without_neutron_it_says_why(
    tmp_path: Path, act: Callable[..., Any], control: dict[str, Any], reason: str
) -> None:
    document = recorded()
    document["control"].pop("neutron")
    document["control"].update(control)
    (tmp_path / "state.json").write_text(json.dumps(document), encoding="utf-8")
    result, _shown = act("neutron_ovn_diff", {"state_file": "state.json"})
    assert (result["failed"], result["msg"]) == (True, f"Neutron cannot be compared with OVN: {reason}.")
