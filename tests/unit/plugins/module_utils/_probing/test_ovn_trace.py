# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said of a logical trace, on recordings. Real traces are in test_ovn_trace.py of the modules."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ovn_trace import parse_trace
from ansible_collections.packetwalk.labs.plugins.module_utils._probing import _ovn_trace
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._trace_command import TraceError
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._trace_expectation import parse

RECORDINGS = Path(__file__).parents[5] / "tests" / "recordings" / "ovn"


@pytest.mark.parametrize(
    ("fields", "microflow"),
    [
        ({"inport": "vm1"}, 'inport == "vm1"'),
        ({"inport": "vm1", "tcp": True, "vlan.present": False}, 'inport == "vm1" && tcp && !vlan.present'),
        ({"ip4.dst": "10.0.0.1"}, "ip4.dst == 10.0.0.1 && ip.ttl == 64"),
        ({"ip6": True}, "ip6 && ip.ttl == 64"),
        ({"ip4.dst": "10.0.0.1", "ip.ttl": 1}, "ip4.dst == 10.0.0.1 && ip.ttl == 1"),
    ],
)
def test_fields_become_an_expression(fields: dict[str, Any], microflow: str) -> None:
    assert _ovn_trace.microflow_of(fields) == microflow


@pytest.mark.parametrize(
    ("microflow", "inport"),
    [
        ('inport == "vm1" && ip4', "vm1"),
        ('ip4 && inport=="a b"', "a b"),
        ('inport == "say \\"a\\""', 'say "a"'),
        ('inport == "vm1" && (ip4 || inport == "vm1")', "vm1"),
    ],
)
def test_the_port_is_found(microflow: str, inport: str) -> None:
    assert _ovn_trace._inport(microflow) == inport


@pytest.mark.parametrize("microflow", ["", "ip4", "inport == vm1", 'inport == "a" || inport == "b"', 'outport == "a"'])
def test_a_microflow_without_its_port(microflow: str) -> None:
    with pytest.raises(TraceError, match="it takes one inport"):
        _ovn_trace._inport(microflow)


@pytest.mark.parametrize(
    ("name", "expect", "said"),
    [
        ("trace-l2-vm1-vm2-icmp-ctnew.txt", "output to vm2", []),
        ("trace-l2-vm1-vm2-icmp-ctnew.txt", "output to vm2 at sw-a/ls_out_apply_port_sec", []),
        ("trace-l2-vm1-vm2-tcp80-dropped.txt", "drop at ls_out_acl", []),
        ("trace-l2-vm1-vm2-tcp80-dropped.txt", "output", ["verdict - expected output, actual drop"]),
        (
            "trace-spoofed-source-dropped.txt",
            "drop at ls_in_acl",
            ["end - expected ls_in_acl, actual ls_in_apply_port_sec, sw-a/ls_in_apply_port_sec, sw-a"],
        ),
    ],
)
def test_expectations(name: str, expect: str, said: list[str]) -> None:
    trace = parse_trace((RECORDINGS / name).read_text())
    for output in trace["outputs"]:
        output["chassis"] = None
    assert _ovn_trace.unmet(parse(expect, _ovn_trace.VERDICTS), trace) == said
