# SPDX-License-Identifier: GPL-3.0-or-later
"""The module ofproto_trace as Ansible starts it, on a real switch that a real ovn-controller fills."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Iterator

import pytest
from ansible.module_utils.testing import patch_module_args
from ansible_collections.packetwalk.labs.plugins.modules import ofproto_trace

sys.path.insert(0, str(Path(__file__).parents[1] / "module_utils" / "_probing"))
import ovn_daemons  # noqa: E402
import traced_network  # noqa: E402

pytestmark = pytest.mark.skipif(bool(traced_network.missing()), reason=traced_network.missing() or "all is there")

Row = dict[str, Any]

FIELDS = {
    "dl_src": "50:54:00:00:00:01",
    "dl_dst": "50:54:00:00:00:02",
    "nw_src": "10.10.10.5",
    "nw_dst": "10.10.10.6",
    "nw_ttl": 64,
}
TO_VM2 = {**FIELDS, "icmp": True, "icmp_type": 8}
TO_VM3 = {**TO_VM2, "dl_dst": "00:00:00:00:ff:01", "nw_dst": "10.10.20.5"}
WEB = {**FIELDS, "tcp": True, "tcp_dst": 80}


@pytest.fixture(scope="module")
def switch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ovn_daemons.Daemons]:
    with traced_network.chassis(tmp_path_factory.mktemp("lab")) as started:
        yield started


@pytest.fixture
def ask(switch: ovn_daemons.Daemons, capsys: pytest.CaptureFixture[str]) -> Any:
    return lambda **options: run(capsys, **{"run_directory": str(switch.directory), **options})


def run(capsys: pytest.CaptureFixture[str], **arguments: Any) -> Row:
    with patch_module_args(arguments), pytest.raises(SystemExit):
        ofproto_trace.main()
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("options", "expect"),
    [
        ({"in_port": "vm1", "fields": TO_VM2}, "output to vm2"),
        ({"in_port": "t-vm1", "fields": TO_VM2}, "output to t-vm2"),
        ({"in_port": "t-vm1", "fields": TO_VM2}, "output to chassis1"),
        ({"in_port": "vm1", "fields": TO_VM3}, "output to chassis2"),
        (
            {"in_port": "vm1", "fields": {**WEB, "tcp_dst": 82}, "ct_next": ["trk,new"] * 2},
            "output to vm2",
        ),
        ({"in_port": "vm1", "fields": WEB, "detrace": True}, "drop at ls_out_acl"),
        ({"in_port": "vm1", "fields": WEB, "detrace": True}, "drop at sw0/ls_out_acl"),
        ({"in_port": "vm1", "fields": WEB}, "drop at br-int"),
        ({"in_port": "vm1", "flow": "icmp,dl_src=50:54:00:00:66:66"}, "drop"),
    ],
)
@pytest.mark.parametrize("check_mode", [False, True])
def test_packets_end_where_they_have_to(ask: Any, options: Row, expect: str, check_mode: bool) -> None:
    result = ask(**options, expect=expect, _ansible_check_mode=check_mode)
    assert "failed" not in result, result["msg"]
    assert result["unmet"] == [] and result["changed"] is False


def test_outputs_say_what_is_there(ask: Any) -> None:
    (output,) = ask(in_port="vm1", fields=TO_VM2)["trace"]["outputs"]
    assert (output["interface"], output["logical_port"], output["chassis"]) == ("t-vm2", "vm2", "chassis1")
    assert output["device"] == "t-vm2"
    assert output["tunnel"] is None
    (output,) = ask(in_port="vm1", fields=TO_VM3)["trace"]["outputs"]
    assert (output["logical_port"], output["chassis"]) == (None, "chassis2")
    assert output["interface"].startswith("ovn-chassi")


def test_steps_are_explained_by_logical_flows_and_ports(ask: Any) -> None:
    steps = ask(in_port="vm1", fields=TO_VM2, detrace=True)["trace"]["steps"]
    tables = [step for step in steps if step["kind"] == "table"]
    flows = [step for step in tables if step["logical_flow"]]
    assert all(step["logical_flow"]["uuid"].startswith(f"{step['cookie']:08x}") for step in flows)
    assert {step["logical_flow"]["datapath"] for step in flows} == {"sw0"}
    stages = [step["logical_flow"]["stage"] for step in flows]
    assert stages[0] == "ls_in_check_port_sec" and "ls_in_l2_lkup" in stages and "ls_out_apply_port_sec" in stages
    assert tables[0]["port_binding"]["name"] == "vm1" and tables[0]["logical_flow"] is None


def test_the_states_of_connections_count(ask: Any) -> None:
    states = ["trk,est", "trk,est"]
    result = ask(in_port="vm1", fields=WEB, ct_next=states)
    passes = result["trace"]["recirculations"]
    assert {one["ct_state"] for one in passes[1:]} == {"est|trk"}


def test_what_is_not_as_expected_fails_and_is_returned(ask: Any) -> None:
    result = ask(in_port="vm1", fields=TO_VM2, expect="drop to vm3")
    assert result["failed"]
    assert result["unmet"] == ["verdict - expected drop, actual output", "outputs - expected vm3, actual vm2"]
    assert result["trace"]["verdict"] == "output"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            {"in_port": "vm9", "flow": "ip"},
            "Cannot trace: in_port vm9 is neither an interface nor a logical port",
        ),
        ({"in_port": "broken", "flow": "ip"}, "Cannot trace: in_port broken has no number, ovs-vswitchd could not"),
        ({"in_port": "vm1", "flow": "ip,in_port=1"}, "Cannot trace: in_port is given twice."),
        ({"flow": "bogus=1"}, "Cannot trace: Bad openflow flow syntax: bogus=1: unknown field bogus."),
        ({"flow": "ip", "bridge": "br-no"}, "Cannot trace: "),
        ({"flow": "ip", "ct_next": ["odd"]}, "Cannot trace: "),
        ({"flow": "ip", "run_directory": "/nowhere"}, "Cannot trace: unix:/nowhere/db.sock: there is no such socket."),
        ({"fields": {"dl_src": 39484800001}}, "Cannot trace: dl_src is the number 39484800001; YAML takes"),
        ({"flow": "ip", "expect": "gone"}, "expect: 'gone' is not understood;"),
        ({}, "one of the following is required: flow, fields"),
        (
            {"flow": "ip", "detrace": True, "southbound": "unix:/nowhere.sock"},
            "Cannot trace: unix:/nowhere.sock: there is no such socket.",
        ),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(ask: Any, options: Row, said: str) -> None:
    result = ask(**options)
    assert result["failed"] and said in result["msg"]
