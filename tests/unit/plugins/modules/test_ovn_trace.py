# SPDX-License-Identifier: GPL-3.0-or-later
"""The module ovn_trace as Ansible starts it, on a real southbound database with the real ovn-trace."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Iterator

import pytest
from ansible.module_utils.testing import patch_module_args
from ansible_collections.packetwalk.labs.plugins.modules import ovn_trace

sys.path.insert(0, str(Path(__file__).parents[1] / "module_utils" / "_probing"))
import neutron_network  # noqa: E402
import ovn_daemons  # noqa: E402
import traced_network  # noqa: E402
from traced_network import TO_VM2, TO_VM3, VM1  # noqa: E402

pytestmark = pytest.mark.skipif(bool(traced_network.missing()), reason=traced_network.missing() or "all is there")

Row = dict[str, Any]

OUTSIDE = f"{VM1} && eth.dst == 00:00:00:00:ff:01 && ip4.dst == 172.24.4.1 && icmp4.type == 8"


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ovn_daemons.Daemons]:
    with traced_network.logical(tmp_path_factory.mktemp("ovn")) as started:
        yield started


@pytest.fixture
def kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[str]:
    directory = str(tmp_path / "daemons")
    yield directory
    run(capsys, daemon="stopped", daemon_directory=directory)


@pytest.fixture
def ask(network: ovn_daemons.Daemons, capsys: pytest.CaptureFixture[str]) -> Any:
    southbound = network.environment["OVN_SB_DB"]
    return lambda **options: run(capsys, **{"southbound": southbound, "daemon": "unused", **options})


def run(capsys: pytest.CaptureFixture[str], **arguments: Any) -> Row:
    with patch_module_args(arguments), pytest.raises(SystemExit):
        ovn_trace.main()
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("options", "expect"),
    [
        ({"microflow": f"{TO_VM2} && icmp4.type == 8"}, "output to vm2"),
        ({"microflow": f"{TO_VM3} && icmp4.type == 8"}, "output to chassis2 at sw1"),
        ({"microflow": f"{TO_VM2} && tcp.dst == 80", "ct_states": ["new", "new"]}, "drop at ls_out_acl"),
        ({"microflow": f"{TO_VM2} && tcp.dst == 81", "ct_states": ["new", "new"]}, "reject at sw0/ls_out_acl"),
        ({"microflow": f"{TO_VM2} && tcp.dst == 82", "ct_states": ["new", "new"]}, "output"),
        ({"microflow": TO_VM2.replace("00:01", "66:66")}, "drop at sw0"),
        ({"microflow": OUTSIDE}, "output to ext-net at ext"),
        ({"microflow": OUTSIDE.replace("172.24.4.1 ", "172.24.4.7 ")}, "unresolved to ext-net"),
        (
            {
                "datapath": "sw0",
                "fields": {
                    "inport": "vm1",
                    "eth.src": "50:54:00:00:00:01",
                    "eth.dst": "50:54:00:00:00:02",
                    "ip4.src": "10.10.10.5",
                    "ip4.dst": "10.10.10.6",
                    "udp": True,
                },
            },
            "output to vm2",
        ),
    ],
)
def test_packets_end_where_they_have_to(ask: Any, options: Row, expect: str) -> None:
    result = ask(**options, expect=expect)
    assert "failed" not in result, result["msg"]
    assert result["unmet"] == [] and result["changed"] is False
    assert result["trace"]["datapath"] == "sw0"


def test_a_trace_is_a_tree_with_what_changed(ask: Any) -> None:
    trace = ask(microflow=f"{TO_VM3} && icmp4.type == 8")["trace"]
    assert trace["outputs"] == [
        {"port": "vm3", "logical_port": "vm3", "type": "", "datapath": "sw1", "chassis": "chassis2"}
    ]
    routed = next(step for step in trace["steps"] if step["stage"] == "lr_in_ip_routing")
    assert {"field": "eth.src", "value": "00:00:00:00:ff:02"} in routed["changes"]
    assert len(routed["uuid"]) == 8 and routed["match"] and routed["priority"] > 0
    assert [step["number"] for step in trace["steps"]] == list(range(len(trace["steps"])))
    assert all(step["parent"] is None or step["parent"] < step["number"] for step in trace["steps"])


def test_a_port_that_is_bound_to_none(ask: Any) -> None:
    flow = TO_VM2.replace("00:02", "00:09").replace("10.10.10.6", "10.10.10.9")
    assert [(output["port"], output["chassis"]) for output in ask(microflow=flow)["trace"]["outputs"]] == [
        ("gone", None)
    ]


def test_what_is_not_as_expected_fails_and_is_returned(ask: Any) -> None:
    result = ask(microflow=TO_VM2, expect="drop to vm3")
    assert result["failed"]
    assert result["unmet"] == ["verdict - expected drop, actual output", "outputs - expected vm3, actual vm2"]
    assert result["trace"]["verdict"] == "output"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            {"microflow": f"{VM1} && bogus == 1"},
            "Cannot trace: error parsing flow: Syntax error at `bogus' expecting field name.",
        ),
        ({"microflow": TO_VM2.replace("vm1", "vm9")}, "Cannot trace: inport vm9 is no logical port."),
        (
            {"microflow": TO_VM2, "datapath": "sw1"},
            "Cannot trace: inport vm1 is no port of datapath sw1, it is one of sw0.",
        ),
        (
            {"microflow": "ip4"},
            'Cannot trace: the microflow does not say where the packet comes from; it takes one inport == "NAME".',
        ),
        (
            {"fields": {"inport": "vm1", "eth.src": 39484800001}},
            "Cannot trace: eth.src is the number 39484800001; YAML takes some MAC addresses for one, put it in quotes.",
        ),
        ({"microflow": VM1, "ct_states": ["odd"]}, "Cannot trace: "),
        ({"microflow": VM1, "southbound": "unix:/nowhere.sock"}, "Cannot trace: unix:/nowhere.sock: there is no"),
        ({"microflow": VM1, "expect": "gone"}, "expect: 'gone' is not understood;"),
        ({}, "daemon is unused but any of the following are missing: microflow, fields"),
        ({"microflow": VM1, "fields": {}}, "parameters are mutually exclusive: microflow|fields"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(ask: Any, options: Row, said: str) -> None:
    result = ask(**options)
    assert result["failed"] and said in result["msg"]


@pytest.mark.parametrize(
    ("flow", "expected"),
    [
        (f"{TO_VM2} && icmp4.type == 8", ("sw0", "vm1")),
        (f"{TO_VM3} && tcp.src == 40000 && tcp.dst == 443", ("sw1", "vm1")),
        # A floating IP: both ways are rules.
        (OUTSIDE, ("ext", "vm1")),
    ],
)
def test_the_answer_comes_back(ask: Any, flow: str, expected: tuple[str, str]) -> None:
    result = ask(microflow=flow, reverse=True)
    assert result["answer_reason"] is None
    assert result["answer"]["datapath"] == expected[0]
    assert [output["port"] for output in result["answer"]["outputs"]] == [expected[1]]


@pytest.mark.parametrize(
    ("flow", "states", "reason"),
    [
        (f"{TO_VM2} && tcp.dst == 80", ["new", "new"], "the packet has no receiver: drop"),
        (f"{TO_VM2} && ip.proto == 89", [], "only TCP, UDP, SCTP and ICMP echo have an answer that is known"),
        (f"{VM1} && eth.dst == ff:ff:ff:ff:ff:ff && ip4.dst == 10.10.10.255", [], "the packet has several receivers"),
        (
            'inport == "vm3" && eth.src == 50:54:00:00:00:03 && eth.dst == 00:00:00:00:ff:02 && ip4.src == 10.10.20.5'
            " && ip4.dst == 172.24.4.1 && ip.ttl == 64 && icmp4.type == 8",
            [],
            "addresses are translated for the connection, which ovn-trace does not remember",
        ),
    ],
)
def test_an_answer_that_cannot_be_traced(ask: Any, flow: str, states: list[str], reason: str) -> None:
    result = ask(microflow=flow, ct_states=states, reverse=True)
    assert (result["answer"], result["answer_reason"]) == (None, reason)


def test_the_daemon_is_found_again_and_ended(ask: Any, kept: str, capsys: pytest.CaptureFixture[str]) -> None:
    options = {"microflow": TO_VM2, "daemon": "kept", "daemon_directory": kept}
    first = ask(**options)["trace"]
    process = _daemon(kept)
    assert ask(**options)["trace"] == first == ask(microflow=TO_VM2)["trace"]
    assert _daemon(kept) == process
    assert run(capsys, daemon="stopped", daemon_directory=kept, _ansible_check_mode=True)["changed"] is True
    assert _is_running(process)
    assert run(capsys, daemon="stopped", daemon_directory=kept)["changed"] is True
    assert not _is_running(process) and not Path(kept).exists()
    assert run(capsys, daemon="stopped", daemon_directory=kept)["changed"] is False


def test_no_daemon_is_started_in_check_mode(ask: Any, kept: str) -> None:
    result = ask(microflow=TO_VM2, daemon="kept", daemon_directory=kept, _ansible_check_mode=True)
    assert result["trace"]["verdict"] == "output" and not Path(kept).exists()


def test_a_daemon_is_replaced_when_the_database_changes(ask: Any, kept: str, network: ovn_daemons.Daemons) -> None:
    options = {"microflow": f"{TO_VM2} && udp", "daemon": "kept", "daemon_directory": kept}
    assert ask(**options)["trace"]["verdict"] == "output"
    process = _daemon(kept)
    network.run("ovn-nbctl", "--wait=sb", "acl-add", "sw0", "from-lport", "1000", "udp", "drop")
    try:
        network.wait(lambda: ask(**options)["trace"]["verdict"] == "drop", "the new ACL is traced")
        assert _daemon(kept) != process and not _is_running(process)
    finally:
        network.run("ovn-nbctl", "--wait=sb", "acl-del", "sw0", "from-lport", "1000", "udp")


def test_a_daemon_that_died_is_replaced(ask: Any, kept: str, network: ovn_daemons.Daemons) -> None:
    options = {"microflow": TO_VM2, "daemon": "kept", "daemon_directory": kept}
    first = ask(**options)["trace"]
    (control,) = Path(kept).glob("*/trace.ctl")
    network.run("ovs-appctl", "-t", str(control), "exit")
    network.wait(lambda: not control.exists(), "it has ended")
    assert ask(**options)["trace"] == first
    assert control.exists()


def _daemon(directory: str) -> int:
    (file,) = Path(directory).glob("*/trace.pid")
    return int(file.read_text())


def _is_running(process: int) -> bool:
    # In a container nobody may wait for what is detached, so that it stays as a zombie.
    status = Path(f"/proc/{process}/status")
    return status.exists() and "State:\tZ" not in status.read_text()


CLOUD_VM1, CLOUD_VM3 = "06f528e3-300b-4271-b5fc-a6b25a551fbe", "9036c03d-3495-4e91-a38c-55e6e38f62b8"
PING = {"icmp4.type": 8}


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ovn_daemons.Daemons]:
    """Port vm3 has no name there, and is of the server web3."""
    with neutron_network.logical(tmp_path_factory.mktemp("cloud"), unnamed=CLOUD_VM3) as started:
        yield started


@pytest.fixture
def neutron() -> Row:
    known: Row = neutron_network.control()["neutron"]
    known["servers"] = [{"id": "00000000-0000-0000-0000-000000000002", "name": "web3"}]
    for row in known["ports"]:
        row["name"] = "" if row["id"] == CLOUD_VM3 else row["name"]
    return known


@pytest.fixture
def ask_cloud(cloud: ovn_daemons.Daemons, capsys: pytest.CaptureFixture[str]) -> Any:
    southbound = cloud.environment["OVN_SB_DB"]
    new = ["new", "new", "new", "new"]
    return lambda **options: run(capsys, **{"southbound": southbound, "daemon": "unused", "ct_states": new, **options})


def test_a_packet_from_server_to_server(ask_cloud: Any, neutron: Row) -> None:
    result = ask_cloud(
        neutron=neutron, **{"from": "vm1", "to": "web3"}, fields=PING, expect="output to web3", reverse=True
    )
    trace = result["trace"]
    assert trace["microflow"].startswith(f'inport == "{CLOUD_VM1}" && eth.src == fa:16:3e:b7:75:2a && ')
    assert trace["outputs"] == [
        {"port": "web3", "logical_port": CLOUD_VM3, "type": "", "datapath": "int-net2", "chassis": "c3"}
    ]
    ports = {(step["datapath"], step["inport"], step["outport"]) for step in trace["steps"]}
    assert ("router1", "router1-int-net", "router1-int-net2") in ports
    assert ("int-net2", "int-net2-router1", "web3") in ports
    # Ports without names are found again for the answer.
    assert (result["answer"]["verdict"], result["answer"]["outputs"][0]["port"]) == ("output", "vm1")


@pytest.mark.parametrize(
    ("options", "expect"),
    [
        ({"from": "web3", "to": "vm1", "fields": {"tcp.dst": 80}}, "drop at int-net/ls_out_acl"),
        ({"from": "web3", "to": "vm1", "fields": {"tcp.dst": 22}}, "output to vm1"),
        ({"from": "vm1", "to": "203.0.113.1", "fields": PING}, "unresolved"),
        ({"fields": {"inport": "web3", "eth.src": "fa:16:3e:00:00:99"}}, "drop at int-net2"),
        ({"from": "vm1", "to": "web3", "fields": {**PING, "ip.ttl": 1}}, "output to vm1"),
    ],
)
def test_servers_of_a_cloud(ask_cloud: Any, neutron: Row, options: Row, expect: str) -> None:
    result = ask_cloud(neutron=neutron, expect=expect, **options)
    assert result.get("unmet") == [], result["msg"]


def test_names_of_ports_need_no_neutron(ask_cloud: Any) -> None:
    known = 'inport == "vm1" && eth.src == fa:16:3e:b7:75:2a && eth.dst == fa:16:3e:eb:49:d9 && ip4.src == 10.20.1.172'
    result = ask_cloud(microflow=f"{known} && ip4.dst == 10.20.1.181 && ip.ttl == 64 && icmp4.type == 8", reverse=True)
    (output,) = result["trace"]["outputs"]
    assert (output["port"], output["logical_port"][:8], output["chassis"]) == ("vm2", "8c700365", "c2")
    assert result["answer"]["outputs"][0]["port"] == "vm1"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"from": "nowhere", "to": "vm1"}, "No server or port is called nowhere; there is vm1, vm2, web3."),
        ({"fields": {"inport": "nowhere"}}, "Cannot trace: inport nowhere is no logical port."),
        ({"from": "vm1", "to": "vm2", "neutron": None}, "missing parameter(s) required by 'from': neutron"),
        ({"from": "vm1"}, "parameters are required together: from, to"),
    ],
)
def test_servers_that_are_none(ask_cloud: Any, neutron: Row, options: Row, said: str) -> None:
    result = ask_cloud(**{"neutron": neutron, **options})
    assert result["failed"] and result["msg"] == said
