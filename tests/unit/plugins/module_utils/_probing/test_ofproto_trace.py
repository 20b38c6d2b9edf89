# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said of a switch's trace, on recordings and on a real database. Real traces are in test_ofproto_trace.py of
the modules."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ofproto_trace import parse_trace
from ansible_collections.packetwalk.labs.plugins.module_utils._probing import _ofproto_trace
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._ovsdb_client import OvsdbClient
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._trace_command import TraceError
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._trace_expectation import parse

sys.path.insert(0, str(Path(__file__).parent))
import ovn_daemons  # noqa: E402

RECORDINGS = Path(__file__).parents[5] / "tests" / "recordings" / "ovs"
NOTHING = {"interface": None, "logical_port": None, "chassis": None}

SHOWN = """\
netdev@ovs-netdev: hit:1214 missed:171
  br-int:
    br-int 65534/5: (tap)
    ovn-c2-0 1/6: (geneve: csum=true, key=flow, remote_ip=172.31.0.12)
    patch-br-int-to-provnet-ext 3/none: (patch: peer=patch-provnet-ext-to-br-int)
    t-vm1 4/7: (system)
system@ovs-system: hit:0 missed:0
  br-other:
    br-other 65534/5: (internal)
"""
TUNNELS = """
add-port br-int ovn-c2-0 -- set Interface ovn-c2-0 type=geneve options:remote_ip=172.31.0.12
add-port br-int ovn-c3-0 -- set Interface ovn-c3-0 type=geneve options:remote_ip=172.31.0.13
set Port ovn-c3-0 external_ids:ovn-chassis-id=c3@172.31.0.13
add-port br-int own -- set Interface own type=geneve options:remote_ip=172.31.0.14
"""


def recorded(name: str) -> dict[str, Any]:
    trace = parse_trace((RECORDINGS / name).read_text())
    for output in trace["outputs"]:
        output.update({**NOTHING, "chassis": "c2"})
    return trace


@pytest.mark.parametrize(
    ("name", "expect", "said"),
    [
        ("ofproto-trace-vm1-vm2.txt", "output to c2", []),
        ("ofproto-trace-vm1-vm2.txt", "output to 172.31.0.12 at br-int/39", []),
        ("ofproto-trace-vm1-vm2.txt", "output to 172.31.0.13", ["outputs - expected 172.31.0.13, actual c2"]),
        ("ofproto-trace-spoofed.txt", "drop", []),
        ("ofproto-trace-spoofed.txt", "drop at 9", []),
        # The check of port security is another table, which the packet came back from.
        ("ofproto-trace-spoofed.txt", "drop at 73", ["end - expected 73, actual 9, br-int/9, br-int"]),
    ],
)
def test_expectations(name: str, expect: str, said: list[str]) -> None:
    assert _ofproto_trace.unmet(parse(expect, _ofproto_trace.VERDICTS), recorded(name)) == said


@pytest.mark.parametrize(
    ("fields", "flow"),
    [
        ({}, ""),
        ({"nw_dst": "10.0.0.1", "icmp": True, "tcp": False}, "icmp,nw_dst=10.0.0.1"),
        ({"tcp_dst": 80, "dl_dst": "50:54:00:00:00:01", "tcp": True}, "tcp,tcp_dst=80,dl_dst=50:54:00:00:00:01"),
    ],
)
def test_fields_become_a_flow(fields: dict[str, Any], flow: str) -> None:
    assert _ofproto_trace.flow_of(fields) == flow


def test_a_mac_address_that_yaml_took_for_a_number() -> None:
    with pytest.raises(TraceError, match="dl_src is the number 39484800001"):
        _ofproto_trace.flow_of({"dl_src": 39484800001})


def test_ports_are_those_of_the_bridge_s_datapath() -> None:
    assert _ofproto_trace._ports_of(SHOWN, "br-int") == {5: "br-int", 6: "ovn-c2-0", 7: "t-vm1"}
    assert _ofproto_trace._ports_of(SHOWN, "br-other") == {5: "br-other"}
    assert _ofproto_trace._ports_of(SHOWN, "br-none") == {}


def test_a_listing_that_is_cut() -> None:
    with pytest.raises(ParseError, match=r"line 3 \('br-int 655'\)"):
        _ofproto_trace._ports_of(SHOWN[: SHOWN.index("34/5")], "br-int")


@pytest.mark.skipif(bool(ovn_daemons.missing()), reason=ovn_daemons.missing() or "all is there")
def test_tunnels_are_told_apart_by_their_address(tmp_path: Path) -> None:
    with ovn_daemons.daemons(tmp_path) as started:
        started.serve("Open_vSwitch")
        started.run("ovs-vsctl", "--no-wait", "init")
        started.run("ovs-vsctl", "--no-wait", "add-br", "br-int")
        for line in TUNNELS.strip().splitlines():
            started.run("ovs-vsctl", "--no-wait", *line.split())
        with OvsdbClient(f"unix:{tmp_path}/db.sock", "Open_vSwitch") as client:
            switch = _ofproto_trace.Switch(client, str(tmp_path), 10.0)
    described = {address: switch._described(6, {"dst": f"172.31.0.{address}"}) for address in (12, 13, 14, 15)}
    assert described[13] == {"interface": "ovn-c3-0", "logical_port": None, "chassis": "c3"}
    assert described[12] == {**NOTHING, "interface": "ovn-c2-0"}
    assert described[14] == {**NOTHING, "interface": "own"}
    assert described[15] == NOTHING
    assert (switch.system_id, switch.southbound) == (None, None)
