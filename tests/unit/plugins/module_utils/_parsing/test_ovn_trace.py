# SPDX-License-Identifier: GPL-3.0-or-later
"""``ovn-trace`` of OVN 2.7 and 23.03, in all of its forms."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ovn_trace import parse_trace

RECORDINGS = Path(__file__).parents[4] / "recordings" / "ovn"


def recorded(name: str) -> str:
    return (RECORDINGS / f"{name}.txt").read_text()


@pytest.mark.parametrize(
    ("recording", "verdict", "outputs", "steps"),
    [
        ("articles-2017.ovn-trace-l2", "output", [("0bc5e22d-bd80-4cac-a9b3-51c0d0b284d1", "")], 5),
        ("articles-2017.ovn-trace-l3", "error", [], 5),
        ("trace-l2-vm1-vm2-icmp-ctnew", "output", [("vm2", "")], 17),
        ("trace-l2-vm1-vm2-tcp80-dropped", "drop", [], 15),
        ("trace-l2-vm1-vm2-tcp22-allowed-summary", "output", [("vm2", "")], 4),
        ("trace-l3-vm1-vm3-minimal", "output", [("vm3", None)], 2),
        ("trace-snat-vm1-ext-minimal", "output", [("provnet-ext", None)], 3),
        ("trace-snat-vm1-ext-detailed", "output", [("provnet-ext", "localnet")], 46),
        ("trace-spoofed-source-dropped", "drop", [], 3),
        ("trace-dhcp-discover", "output", [("vm1", "")], 16),
        ("trace-fip-ext-vm1-all", "output", [("vm1", "")], 44),
        ("trace-with-ovs-local", "output", [("vm2", "")], 17),
        ("trace-friendly-names-minimal", "output", [("provnet-e1f8a0", None)], 3),
    ],
)
def test_recordings(recording: str, verdict: str, outputs: list[tuple[str, str | None]], steps: int) -> None:
    trace = parse_trace(recorded(recording))

    assert trace["verdict"] == verdict
    assert [(output["port"], output["type"]) for output in trace["outputs"]] == outputs
    assert [step["number"] for step in trace["steps"]] == list(range(steps))


@pytest.mark.parametrize("recording", sorted(file.name for file in RECORDINGS.glob("*trace-*.txt")))
def test_no_line_is_left_over(recording: str) -> None:
    text = (RECORDINGS / recording).read_text().partition("# Summary trace.")[0].replace("# Detailed trace.", "")
    trace = parse_trace(text)
    found = [text for step in trace["steps"] for text in (step["text"], *step["actions"], *step["notes"])]
    # Brackets, rulers, the packet, what --ovs adds, and a refusal are no lines of steps.
    expected = [re.sub(r"( {|;)$", "", line.strip()) for line in text.splitlines()[1:]]
    rows = [line for line in expected if line.strip("-}") and not line.startswith("cookie=")]

    assert sorted(text.rstrip(";") for text in found if text not in ("", "no match (implicit drop)")) == sorted(rows)
    assert sum(len(step["openflow"]) for step in trace["steps"]) == text.count("    cookie=")


def test_table() -> None:
    assert parse_trace(recorded("trace-l2-vm1-vm2-icmp-ctnew"))["steps"][6] == {
        "number": 6,
        "parent": 5,
        "kind": "table",
        "pipeline": "ingress",
        "datapath": "sw-a",
        "inport": "vm1",
        "outport": None,
        "table": 8,
        "stage": "ls_in_acl",
        "source": "northd.c:6445",
        "match": "reg0[7] == 1 && (inport == @pg_vm && ip4)",
        "priority": 2002,
        "uuid": "fa1d32b1",
        "actions": ["reg0[1] = 1;", "next;"],
        "changes": [{"field": "reg0[1]", "value": "1"}],
        "notes": [],
        "openflow": [],
        "text": "8. ls_in_acl (northd.c:6445): reg0[7] == 1 && (inport == @pg_vm && ip4), priority 2002, uuid fa1d32b1",
    }


def test_tree() -> None:
    trace = parse_trace(recorded("trace-snat-vm1-ext-detailed"))
    multicast = next(step for step in trace["steps"] if step["pipeline"] == "multicast")
    below = [step for step in trace["steps"] if step["parent"] == multicast["number"]]

    assert (multicast["datapath"], multicast["outport"]) == ("sw-ext", "_MC_unknown")
    assert [(step["kind"], step["pipeline"], step["outport"]) for step in below] == [
        ("pipeline", "egress", "provnet-ext"),
    ]
    assert [step["parent"] for step in trace["steps"]] == [None, *range(45)]


def test_several_ports_of_a_multicast_group_have_the_same_parent() -> None:
    head, _found, egress = recorded("trace-snat-vm1-ext-detailed").partition("\n    egress(")
    egress = "\n    egress(" + egress
    trace = parse_trace(head + egress + egress.replace("provnet-ext", "another-ext"))
    pipelines = [step for step in trace["steps"] if step["pipeline"] == "egress" and step["kind"] == "pipeline"]

    assert [step["parent"] for step in pipelines[-2:]] == [41, 41]
    assert [output["port"] for output in trace["outputs"]] == ["provnet-ext", "another-ext"]


@pytest.mark.parametrize(
    ("recording", "changes"),
    [
        (
            "trace-snat-vm1-ext-minimal",
            [("ip.ttl", "ip.ttl - 1"), ("eth.src", "0a:00:00:00:ff:01"), ("eth.dst", "12:28:b8:6f:2c:0e")]
            + [("ip4.src", "203.0.113.101")],
        ),
        (
            "trace-snat-vm1-ext-detailed",
            [("ip.ttl", "ip.ttl - 1"), ("eth.src", "0a:00:00:00:ff:01"), ("eth.dst", "12:28:b8:6f:2c:0e")]
            + [("ip4.src", "203.0.113.101")],
        ),
        (
            "trace-fip-ext-vm1-all",
            [("ip4.dst", "10.10.1.11"), ("ip.ttl", "ip.ttl - 1"), ("eth.src", "0a:00:00:00:01:01")]
            + [("eth.dst", "0a:00:00:00:01:11")],
        ),
    ],
)
def test_what_changed_in_the_packet(recording: str, changes: list[tuple[str, str]]) -> None:
    steps = parse_trace(recorded(recording))["steps"]
    changed = [(change["field"], change["value"]) for step in steps for change in step["changes"]]

    assert [change for change in changed if change[0].startswith(("eth.", "ip.")) or "ip4." in change[0]] == changes


def test_openflow_of_a_logical_flow() -> None:
    steps = parse_trace(recorded("trace-with-ovs-local"))["steps"]

    assert {flow["table"] for flow in steps[1]["openflow"]} == {8}
    assert all(flow["cookie"] == int(step["uuid"], 16) for step in steps for flow in step["openflow"])


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (recorded("trace-bad-expr"), "error parsing flow: Syntax error at `bogus.field' expecting field name."),
        (recorded("trace-bad-datapath"), 'unknown datapath "nosuch"'),
    ],
)
def test_refusal_with_exit_code_0(text: str, error: str) -> None:
    assert parse_trace(text) == {"flow": None, "steps": [], "verdict": "error", "outputs": [], "errors": [error]}


@pytest.mark.parametrize(
    ("remark", "verdict"),
    [
        ("*** unknown port or multicast group 7", "error"),
        ("*** no load balancing destination (use --lb-dst)", "error"),
        ("*** output to null logical port", "drop"),
        ("*** TTL underflow", "drop"),
    ],
)
def test_errors_within_a_trace(remark: str, verdict: str) -> None:
    trace = parse_trace(recorded("trace-spoofed-source-dropped").replace("drop;", "output;") + f"    {remark}\n")

    assert (trace["verdict"], trace["errors"]) == (verdict, [remark[4:]])


def test_actions_outside_of_any_heading() -> None:
    text = '# ip,nw_ttl=64\nclone {\n    output("vm2");\n};\nip.ttl--;\noutput("vm3");\n'
    steps = parse_trace(text)["steps"]

    assert [(step["kind"], step["text"], step["actions"]) for step in steps] == [
        ("transformation", "clone", ['output("vm2");']),
        ("trace", "", ["ip.ttl--;", 'output("vm3");']),
    ]


def test_no_match() -> None:
    text = recorded("trace-spoofed-source-dropped")
    step = parse_trace(text[: text.index(" 1. ")] + " 1. ls_in_apply_port_sec: no match (implicit drop)\n")["steps"][-1]

    assert (step["table"], step["stage"], step["match"]) == (1, "ls_in_apply_port_sec", None)
    assert step["notes"] == ["no match (implicit drop)"]


DETAILED = recorded("trace-l2-vm1-vm2-icmp-ctnew")
SUMMARY = recorded("trace-l2-vm1-vm2-tcp22-allowed-summary")


@pytest.mark.parametrize(
    "text",
    [
        "",
        recorded("trace-bad-expr")[:10],
        "ovn-trace: unix:/run/ovn/ovnsb_db.sock: database connection failed\n",
        DETAILED.splitlines()[0],
        DETAILED.splitlines()[0] + "\n# Minimal trace.\n",
        DETAILED.splitlines()[0] + "\n---\n",
        DETAILED[: DETAILED.index("cc72e6da") + 4],
        DETAILED[: DETAILED.index("cc72e6da") + 8],
        DETAILED[: DETAILED.index("    next;") + 6],
        DETAILED[: DETAILED.index("    next;") + 10],
        DETAILED[: DETAILED.index("\negress")],
        DETAILED[: DETAILED.index("output to") + 5],
        DETAILED.replace("    reg0[15]", "  reg0[15]"),
        DETAILED.replace("    next;", "        next;"),
        SUMMARY[:-4],
        SUMMARY.replace("    };\n", "", 1),
        SUMMARY + "};\n",
        SUMMARY.replace("    ct_next;", "     ct_next;"),
    ],
)
def test_malformed(text: str) -> None:
    with pytest.raises(ParseError, match="ovn-trace: cannot read"):
        parse_trace(text)
