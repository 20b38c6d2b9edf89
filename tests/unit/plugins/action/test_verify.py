# SPDX-License-Identifier: GPL-3.0-or-later
"""The verify action, run by a real playbook: arguments, verdict and reports."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable
from xml.etree import ElementTree

RECORDINGS = Path(__file__).parents[3] / "recordings"
STATE_FILE = RECORDINGS / "swarm-three-nodes-ipvs" / "state.json"
SWITCH_STATE_FILE = RECORDINGS / "openswitch-three-switches" / "state.json"
OVN_STATE_FILE = RECORDINGS / "ovn-three-chassis" / "state.json"


def test_a_healthy_state_file(tmp_path: Path, act: Callable[..., Any]) -> None:
    result, shown = act("verify", {"state_file": str(STATE_FILE), "report_dir": "reports"})
    assert (result["failed"], result["changed"]) == (False, False)
    assert result["summary"]["passed"] == sum(finding["status"] == "passed" for finding in result["findings"]) > 100
    assert (result["summary"]["failed"], result["summary"]["error"]) == (0, 0)
    assert result["msg"] in shown
    assert "swarm_fdb " in shown

    reports = {name: Path(path) for name, path in result["reports"].items()}
    assert set(reports.values()) == set((tmp_path / "reports").iterdir())
    assert json.loads(reports["state"].read_text()) == json.loads(STATE_FILE.read_text())
    assert json.loads(reports["findings"].read_text()) == result["findings"]
    assert reports["report"].read_text().endswith(f"{result['msg']}\n")
    assert len(list(ElementTree.parse(reports["junit"]).iter("testcase"))) == len(result["findings"])


def test_results_of_the_nodes_with_a_fault_and_a_silent_node(tmp_path: Path, act: Callable[..., Any]) -> None:
    nodes = json.loads(STATE_FILE.read_text())["nodes"]
    nodes["n1"]["namespaces"]["1-1us5hb6ohx"]["neighbours"] = []
    nodes["n2"] = {"state": nodes["n2"], "changed": False}
    nodes["n3"] = {"failed": True, "msg": "no route to host"}
    arguments = {"lab": "swarm", "nodes": nodes, "checks": ["swarm_neighbours", "swarm_quorum"], "report_dir": "out"}
    result, shown = act("verify", arguments, "--check")
    assert result["failed"] is True
    assert result["msg"].startswith("4 of 16 findings failed: swarm_neighbours n1/ov1/10.0.1.3: ")
    assert "1 of 16 findings could not be looked at: swarm_neighbours n3: state of n3" in result["msg"]
    assert "no route to host" in shown
    assert {finding["check"] for finding in result["findings"]} == {"swarm_neighbours", "swarm_quorum"}
    assert (result["reports"], (tmp_path / "out").exists()) == ({}, False)


def test_a_lab_with_ovn_that_lost_a_chassis(tmp_path: Path, act: Callable[..., Any]) -> None:
    document = json.loads(OVN_STATE_FILE.read_text())
    control = document["control"]
    chassis = {name: {"ovs": node.pop("ovs")} for name, node in document["nodes"].items() if "ovs" in node}
    chassis["chassis3"] = {"unreachable": True, "msg": "no route to host"}
    central = {"northbound": control["ovn_nb"], "southbound": control["ovn_sb"], "lag": control["ovn_lag"]}
    ovn = {"central": central, "chassis": chassis}
    arguments = {"lab": "ovn", "nodes": document["nodes"], "ovn": ovn, "report_dir": "out"}
    result, shown = act("verify", arguments)
    assert result["failed"] is True
    assert {finding["check"].partition("_")[0] for finding in result["findings"]} == {"ovn"}
    assert (result["summary"]["failed"], result["summary"]["error"]) == (0, 6)
    assert "no route to host" in shown
    saved = json.loads((tmp_path / "out" / "state.json").read_text())
    assert saved["control"] == control
    assert saved["nodes"]["chassis3"]["ovs_reason"] == "no route to host"


def test_a_lab_of_switches_that_lost_one(tmp_path: Path, act: Callable[..., Any]) -> None:
    nodes = json.loads(SWITCH_STATE_FILE.read_text())["nodes"]
    switches = {name: {"switch": node.pop("switch")} for name, node in nodes.items()}
    switches["ops3"] = {"unreachable": True, "msg": "no route to host"}
    arguments = {"lab": "openswitch", "nodes": nodes, "switches": switches, "report_dir": "out"}
    result, shown = act("verify", arguments)
    assert result["failed"] is True
    assert {finding["check"].partition("_")[0] for finding in result["findings"]} == {"switch"}
    assert (result["summary"]["failed"], result["summary"]["error"]) == (0, 2)
    assert "no intent given" in shown
    saved = json.loads((tmp_path / "out" / "state.json").read_text())
    assert saved["nodes"]["ops1"]["switch"] == switches["ops1"]["switch"]
    assert saved["nodes"]["ops3"]["switch_reason"] == "no route to host"


def test_warnings_fail_only_when_they_are_meant_to(tmp_path: Path, act_each: Callable[..., Any]) -> None:
    document = json.loads(STATE_FILE.read_text())
    manager = {"leader": False, "reachability": "reachable", "address": "192.168.99.12:2377"}
    document["control"]["swarm"]["nodes"][1].update(role="manager", manager=manager)
    (tmp_path / "state.json").write_text(json.dumps(document))
    arguments = {"state_file": "state.json", "checks": ["swarm_quorum"]}
    unharmed, result = act_each("verify", [arguments, {**arguments, "warnings_fail": True}])
    assert unharmed["failed"] is False
    assert result["failed"] is True
    assert result["msg"].startswith("1 of 3 findings are warnings: swarm_quorum managers: ")


MISTAKES = [
    ({}, "one of the following is required: nodes, state_file"),
    ({"nodes": {"n1": None}}, "missing parameter(s) required by 'nodes': lab"),
    ({"state_file": "none.json"}, "none.json cannot be read: No such file or directory."),
    ({"state_file": "playbook.json"}, "This is no state document"),
    ({"lab": "swarm", "nodes": {}}, "The state document has no nodes."),
    ({"state_file": str(STATE_FILE), "skip_checks": ["swarm_fbd"]}, "There is no check swarm_fbd"),
    ({"state_file": str(STATE_FILE), "report_dir": "playbook.json"}, "cannot be written to"),
]


def test_mistakes_are_told_in_one_sentence(act_each: Callable[..., Any]) -> None:
    results = act_each("verify", [arguments for arguments, _reason in MISTAKES])
    for result, (_arguments, reason) in zip(results, MISTAKES):
        assert result["failed"] is True
        assert reason in result["msg"]
        assert "\n" not in result["msg"]
