# SPDX-License-Identifier: GPL-3.0-or-later
"""The walk action, run by a real playbook: arguments, what is shown, and reports."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable

STATE_FILE = Path(__file__).parents[3] / "recordings" / "swarm-three-nodes-ipvs" / "state.json"
OVN_STATE_FILE = STATE_FILE.parents[1] / "ovn-walk" / "state.json"

ONE = {"state_file": str(STATE_FILE), "from": "cli.n1", "to": "web.2:80"}
BOTH = {"state_file": str(STATE_FILE), "from": "cli.n1", "to": "web:80"}


def test_a_walk(tmp_path: Path, act: Callable[..., Any]) -> None:
    expected = {
        "expect": "delivered to web",
        "via": ["9ff9e882fd39", "veth1", "ipvs", "delivery"],
        "report_dir": "reports",
    }
    result, shown = act("walk", {**BOTH, **expected})
    assert (result["failed"], result["changed"], result["unmet"]) == (False, False, [])
    assert result["verdict"] == result["walk"]["verdict"] == "delivered"
    assert result["recipients"] == ["web.1.91k5z4omh4jgowjxlyk4c8c4x", "web.2.268q2rc84yz7ubtxwa0xfiq6g"]
    assert result["msg"] == f"cli.n1 to web:80, tcp: delivered ({', '.join(result['recipients'])})"
    assert [probe["count"] for probe in result["probes"]] == [4]
    assert (set(result["points"]), result["vxlan_ports"]) == ({"n1", "n2"}, [4789])
    assert result["match"] == {"protocol": "tcp", "ports": [40000, 40001, 40002, 40003]}

    lines = shown.splitlines()
    first = lines.index("cli.n1 (10.0.1.8) on n1 -> web:80, tcp: delivered")
    assert "n1 · 9ff9e882fd39" in lines[first + 3]
    assert max(map(len, lines[first:])) <= 120
    assert '"walk"' not in shown
    assert "taken_at" not in shown

    reports = {name: Path(path) for name, path in result["reports"].items()}
    # The state was in a file before.
    assert set(reports) == {"json", "txt", "mmd"}
    assert set(reports.values()) == set((tmp_path / "reports").iterdir())
    assert json.loads(reports["json"].read_text()) == result["walk"]
    assert reports["txt"].read_text().startswith(lines[first])
    assert reports["mmd"].read_text().startswith(("flowchart", "sequenceDiagram", "graph"))


def test_an_expectation_that_does_not_hold(act: Callable[..., Any]) -> None:
    result, _shown = act("walk", {**ONE, "expect": "delivered to web.1", "via": ["n3"]}, "--check")
    assert result["failed"] is True
    assert result["msg"] == "; ".join(result["unmet"])
    assert result["unmet"][0].startswith("end at hop 21 - expected delivered to web.1, actual delivered: ")
    assert result["unmet"][1] == "way to hop 21 - expected n3, actual no n3 on it"


def test_open_vswitch_is_asked_before_anything_is_shown(tmp_path: Path, play: Callable[..., Any]) -> None:
    state = json.loads(OVN_STATE_FILE.read_text())
    switches = {name: {"ovs": node.pop("ovs")} for name, node in state["nodes"].items() if "ovs" in node}
    traces = [{"node": name, **row} for name, switch in switches.items() for row in switch["ovs"].pop("traces")]
    keys = ("node", "bridge", "in_port", "flow")
    results = [{"item": {key: row[key] for key in keys}, "trace": row["trace"]} for row in traces]
    central = {"northbound": state["control"]["ovn_nb"], "southbound": state["control"]["ovn_sb"]}
    packet = {
        "from": "testinstance1",
        "to": "testinstance2",
        "protocol": "icmp",
        "expect": "delivered to testinstance2",
    }
    given = {"lab": "ovn", "nodes": state["nodes"], "ovn": {"central": central, "chassis": switches}, **packet}
    played = play(
        tmp_path,
        {
            "nobody_asks": {"packetwalk.labs.walk": given},
            "asked": {"packetwalk.labs.walk": {**given, "answers": [], "report_dir": "asked"}},
            "answered": {"packetwalk.labs.walk": {**given, "answers": results, "report_dir": "answered"}},
            "again": {"packetwalk.labs.walk": {**packet, "state_file": str(tmp_path / "answered" / "state.json")}},
        },
    )
    nobody_asks, asked, answered, again = played.results.values()
    assert nobody_asks["msg"].startswith("end at hop 3 - expected delivered to testinstance2, actual undecided")
    assert (asked["unmet"], asked["reports"], [row["node"] for row in asked["walk"]["questions"]]) == (
        [],
        {},
        ["chassis1"],
    )
    assert (answered["verdict"], answered["unmet"], answered["walk"]["questions"]) == ("delivered", [], [])
    assert (answered["match"]["protocol"], answered["vxlan_ports"]) == ("icmp", [4789])
    assert set(answered["reports"]) == {"json", "txt", "mmd", "state"}
    assert again["walk"]["hops"] == answered["walk"]["hops"]


def test_quiet_and_check(tmp_path: Path, act: Callable[..., Any]) -> None:
    result, shown = act("walk", {**ONE, "quiet": True, "report_dir": "out"}, "--check")
    assert "-> web.2:80" not in shown
    assert (result["failed"], result["reports"], (tmp_path / "out").exists()) == (False, {}, False)


def test_results_of_nodes(act_each: Callable[..., Any]) -> None:
    nodes = json.loads(STATE_FILE.read_text())["nodes"]
    nodes["n1"] = {"state": nodes["n1"], "changed": False}
    nodes["n2"] = {"failed": True, "msg": "no route to host"}
    arguments = {"lab": "swarm", "nodes": nodes, "from": "n1", "to": "n3", "protocol": "icmp", "source_port": 1}
    between_nodes, from_unread = act_each("walk", [arguments, {**arguments, "from": "cli.n2"}])
    assert between_nodes["verdict"] == "delivered"
    assert from_unread["msg"].startswith("FROM cli.n2: its namespace on n2 is unknown: no route to host")


def test_each_walk_has_a_token_of_its_own(act_each: Callable[..., Any]) -> None:
    one, other = act_each("walk", [{**ONE, "to": "web.2", "protocol": "icmp"}] * 2)
    assert one["walk"] == other["walk"]
    assert one["match"]["token"] != other["match"]["token"]


MISTAKES = [
    ({"from": "n1", "to": "n2"}, "one of the following is required: nodes, state_file"),
    ({**ONE, "lab": "x"}, "mutually exclusive: lab|state_file"),
    ({"state_file": "none.json", "from": "n1", "to": "n2"}, "No such file or directory."),
    ({"state_file": "playbook.json", "from": "n1", "to": "n2"}, "This is no state document"),
    ({**ONE, "from": "cli.n4"}, "FROM cli.n4: no node, task, "),
    ({**ONE, "to": "n2"}, "TO n2: tcp needs a port and none is known; write n2:PORT"),
    ({**ONE, "protocol": "sctp"}, "value of protocol must be one of: tcp, udp, icmp"),
    ({**ONE, "expect": "arrived"}, "expect: 'arrived' is not understood; write VERDICT"),
    ({**ONE, "source_port": 0}, "source_port is 0. Give a number from 1 to 65535."),
    ({**ONE, "size_bytes": 20}, "size_bytes is 20. Give a number from 28 to 65535."),
    ({**ONE, "report_dir": "playbook.json"}, "The walk cannot be written to"),
]


def test_mistakes_are_told_in_one_sentence(act_each: Callable[..., Any]) -> None:
    results = act_each("walk", [arguments for arguments, _reason in MISTAKES])
    for result, (_arguments, reason) in zip(results, MISTAKES):
        assert result["failed"] is True
        assert reason in result["msg"]
        assert "\n" not in result["msg"]
        assert "walk" not in result
