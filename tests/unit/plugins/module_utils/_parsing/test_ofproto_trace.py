# SPDX-License-Identifier: GPL-3.0-or-later
"""``ovs-appctl ofproto/trace`` of Open vSwitch 2.7 and 3.1."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ofproto_trace import parse_trace

RECORDINGS = Path(__file__).parents[4] / "recordings" / "ovs"


def recorded(name: str) -> str:
    return (RECORDINGS / f"{name}.txt").read_text()


@pytest.mark.parametrize(
    ("recording", "verdict", "outputs", "steps", "passes"),
    [
        ("articles-2017.ofproto-trace", "output", [(0, 2, "192.168.122.207")], 17, [0]),
        ("ofproto-trace-vm1-vm2", "output", [(0xF, 2, "172.31.0.12")], 35, [0, 0xF]),
        ("ofproto-trace-spoofed", "drop", [], 5, [0]),
        ("ofproto-trace-vm1-ext", "output", [(0x11, 2, "172.31.0.13")], 74, [0, 0x11]),
        ("ofproto-trace-neutron-snat", "output", [(0x1D, 3, None)], 134, [0, 0x1A, 0x1C, 0x1D]),
    ],
)
def test_recordings(
    recording: str, verdict: str, outputs: list[tuple[int, int, str | None]], steps: int, passes: list[int]
) -> None:
    trace = parse_trace(recorded(recording))

    assert (trace["verdict"], trace["errors"]) == (verdict, [])
    assert [
        (output["recirculation"], output["port"], (output["tunnel"] or {"dst": None})["dst"])
        for output in trace["outputs"]
    ] == outputs
    assert [step["number"] for step in trace["steps"]] == list(range(steps))
    assert [one["id"] for one in trace["recirculations"]] == passes


@pytest.mark.parametrize("recording", sorted(file.name for file in RECORDINGS.glob("*ofproto-trace*.txt")))
def test_no_line_is_left_over(recording: str) -> None:
    text = (RECORDINGS / recording).read_text()
    steps = parse_trace(text)["steps"]
    found = [text for step in steps for text in (step["text"], *step["actions"], *step["notes"])]
    others = ("Flow:", "Final flow:", "Megaflow:", "Datapath actions:", "recirc(", "Replacing", "Initial", "Modified")
    lines = [line.strip() for line in text.splitlines() if line.strip().strip("-=")]
    rows = [line[3:] if line.startswith("-> ") else line for line in lines if not line.startswith(others)]

    # A table without a match is a note, too.
    assert sorted(found) == sorted(rows + ["No match."] * text.count("No match."))


def test_tables() -> None:
    steps = parse_trace(recorded("ofproto-trace-vm1-vm2"))["steps"]

    assert steps[2] == {
        "number": 2,
        "parent": 1,
        "kind": "table",
        "recirculation": 0,
        "datapath": "br-int",
        "pipeline": None,
        "table": 8,
        "stage": None,
        "match": {"metadata": 2},
        "priority": 50,
        "cookie": 0xCC72E6DA,
        "actions": [
            "set_field:0/0x1000->reg10",
            "resubmit(,73)",
            "move:NXM_NX_REG10[12]->NXM_NX_XXREG0[111]",
            "resubmit(,9)",
        ],
        "changes": [
            {"field": "reg10", "value": "0/0x1000"},
            {"field": "NXM_NX_XXREG0[111]", "value": "0"},
        ],
        "notes": ["NXM_NX_XXREG0[111] is now 0"],
        "text": "8. metadata=0x2, priority 50, cookie 0xcc72e6da",
    }
    # Table 73 returns; table 9 is where table 8 goes on.
    assert [(step["table"], step["parent"]) for step in steps[3:5]] == [(73, 2), (9, 2)]


def test_other_bridge_and_the_way_back() -> None:
    steps = parse_trace(recorded("ofproto-trace-vm1-vm2"))["steps"][-4:]

    assert [(step["kind"], step["datapath"], step["table"], step["parent"]) for step in steps] == [
        ("table", "br-int", 39, 30),
        ("bridge", "br-ul", None, 31),
        ("table", "br-ul", 0, 32),
        ("table", "br-int", 40, 31),
    ]


def test_passes() -> None:
    first, second = parse_trace(recorded("ofproto-trace-vm1-vm2"))["recirculations"]

    assert (first["ct_state"], second["ct_state"]) == (None, "new|trk")
    assert first["datapath_actions"] == [{"action": "ct", "zone": 10}, {"action": "recirc", "value": 0xF}]
    assert (first["final_flow"]["reg14"], second["megaflow"]["nw_dst"]) == (2, "10.10.1.8/29")


def test_table_without_a_match() -> None:
    steps = parse_trace(recorded("ofproto-trace-vm1-ext"))["steps"]
    step = next(step for step in steps if step["table"] == 75)

    assert (step["match"], step["priority"], step["actions"], step["notes"]) == (None, None, ["drop"], ["No match."])


TRACE = recorded("ofproto-trace-spoofed")
DROP = "Datapath actions: drop"


@pytest.mark.parametrize(
    ("old", "new", "verdict", "errors"),
    [
        (DROP, "Datapath actions: 3", "output", []),
        (DROP, "Datapath actions: userspace(pid=0,controller(reason=1,dont_send=0))", "controller", []),
        (DROP, "Datapath actions: ct(zone=1),recirc(0x5)", "error", ["recirc(0x5) is not followed"]),
        (
            DROP,
            "Datapath actions: 3\nThis flow is handled by the userspace slow path because it:\n  - Uses BFD.",
            "output",
            [],
        ),
        (
            DROP,
            DROP + "\nTranslation failed (Recursion too deep), packet is dropped.",
            "error",
            ["Translation failed (Recursion too deep), packet is dropped."],
        ),
        ("    drop\n", "    output:9\n     >>>> Nonexistent output port <<<<\n", "error", ["Nonexistent output port"]),
        ("    drop\n", "    group:5\n    bucket 0\n            output:2\n    drop\n", "drop", []),
    ],
)
def test_verdicts(old: str, new: str, verdict: str, errors: list[str]) -> None:
    trace = parse_trace(TRACE.replace(old, new))

    assert (trace["verdict"], trace["errors"]) == (verdict, errors)


def test_slow_path() -> None:
    reason = "\nThis flow is handled by the userspace slow path because it:\n  - Uses BFD."

    assert parse_trace(TRACE.rstrip() + reason)["recirculations"][0]["slow_path"] == ["Uses BFD."]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Bad openflow flow syntax: in_port=nosuch,icmp: bad value for in_port\n",
        TRACE[: TRACE.index("Final flow")],
        TRACE[: TRACE.index("Datapath actions")],
        TRACE[: TRACE.index(" 8. ")],
        TRACE.replace("Datapath actions: drop", "Datapath actions: ct(zone=1"),
        TRACE.replace("priority 50, cookie 0xcc72e6da", "prio"),
        TRACE.replace(" 8. metadata=0x2, priority 50, cookie 0xcc72e6da", "18. metadata=0x2, prio"),
        TRACE.replace("    resubmit(,8)", "            resubmit(,8)"),
        TRACE.replace("Flow: icmp,", "Flow: imcp,"),
        TRACE[TRACE.index("bridge") :],
        TRACE[: TRACE.index("Datapath actions")] + TRACE,
    ],
)
def test_malformed(text: str) -> None:
    with pytest.raises(ParseError, match="ovs-appctl ofproto/trace: cannot read"):
        parse_trace(text)
