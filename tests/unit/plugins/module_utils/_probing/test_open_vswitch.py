# SPDX-License-Identifier: GPL-3.0-or-later
"""A real Open vSwitch in user space, whose network devices are dummies."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any, Iterator

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ovs_vsctl_show import parse_show
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ovsdb import OvsdbError
from ansible_collections.packetwalk.labs.plugins.module_utils._probing import _open_vswitch

sys.path.insert(0, str(Path(__file__).parent))
import ovn_daemons  # noqa: E402

pytestmark = pytest.mark.skipif(bool(ovn_daemons.missing()), reason=ovn_daemons.missing() or "all is there")

Row = dict[str, Any]

SWITCH = """
set Open_vSwitch . external_ids:system-id=chassis1 ovs_version=3.1.0
add-br br-int
set-fail-mode br-int secure
add-port br-int vm1 tag=10
set Interface vm1 type=dummy external_ids:iface-id=vm1
add-port br-int vm2
set Interface vm2 type=dummy
add-port br-int ovn-two-0
set Interface ovn-two-0 type=geneve options:remote_ip=192.168.98.12 options:key=flow bfd:enable=true
add-port br-int broken
set Interface broken type=nonsense
add-br br-new
set Bridge br-new protocols=OpenFlow13,OpenFlow15
set-controller br-new unix:/nowhere.sock
"""
FLOWS = """
cookie=0xddd015c3,table=0,priority=20,ip,metadata=0x3,actions=resubmit(,1)
cookie=0xddd01111,table=1,priority=10,metadata=0x4,actions=drop
cookie=0x1,table=0,priority=5,tcp,actions=ct(commit,zone=7,exec(load:0x2->NXM_NX_CT_MARK[])),output:vm2
"""
PACKET = (
    "in_port(1),eth(src=50:54:00:00:00:09,dst=50:54:00:00:00:0a),eth_type(0x0800),"
    "ipv4(src=10.0.0.1,dst=10.0.0.2,proto=6,tos=0,ttl=64,frag=no),tcp(src=40000,dst=80),tcp_flags(syn)"
)


@pytest.fixture(scope="module")
def switch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ovn_daemons.Daemons]:
    with ovn_daemons.open_vswitch(tmp_path_factory.mktemp("ovs")) as started:
        arguments = [part for line in SWITCH.strip().splitlines() for part in ["--", *line.split()]]
        started.run("ovs-vsctl", "--timeout=30", *arguments)
        for flow in FLOWS.split():
            started.run("ovs-ofctl", "--names", "add-flow", "br-int", flow)
        started.run("ovs-appctl", "netdev-dummy/receive", "vm1", PACKET)
        yield started


def read(switch: ovn_daemons.Daemons, *parts: str, names: tuple[str, ...] = (), **filters: Any) -> Row:
    document, unread = _open_vswitch.read(str(switch.directory), parts, names, filters, 20.0)
    assert unread == []
    return document


def flows(switch: ovn_daemons.Daemons, **filters: Any) -> list[int]:
    (of_bridge,) = read(switch, "openflow", names=("br-int",), **filters)["openflow"]
    return sorted(flow["cookie"] for flow in of_bridge["flows"])


def test_bridges_are_what_ovs_vsctl_shows(switch: ovn_daemons.Daemons) -> None:
    document = read(switch, "bridges")
    shown = {bridge["name"]: bridge for bridge in parse_show(switch.run("ovs-vsctl", "show"))["bridges"]}
    assert {
        bridge["name"]: {port["name"]: [one["name"] for one in port["interfaces"]] for port in bridge["ports"]}
        for bridge in document["bridges"]
    } == {
        name: {port["name"]: [one["name"] for one in port["interfaces"]] for port in bridge["ports"]}
        for name, bridge in shown.items()
    }
    assert (document["system_id"], document["version"]) == ("chassis1", "3.1.0")
    assert document["namespace_inode"] == Path("/proc/self/ns/net").stat().st_ino


def test_what_a_bridge_and_its_ports_say(switch: ovn_daemons.Daemons) -> None:
    integration, new = read(switch, "bridges")["bridges"]
    assert (integration["fail_mode"], integration["datapath_type"], integration["protocols"]) == (
        "secure",
        "system",
        [],
    )
    assert new["protocols"] == ["OpenFlow13", "OpenFlow15"]
    assert new["controllers"] == [{"target": "unix:/nowhere.sock", "connected": False, "role": None}]
    ports = {port["name"]: port for port in integration["ports"]}
    assert list(ports) == sorted(ports)
    (interface,) = ports["vm1"]["interfaces"]
    assert ports["vm1"]["tag"] == 10 and ports["vm2"]["tag"] is None
    assert (interface["type"], interface["external_ids"], interface["bfd"]) == ("dummy", {"iface-id": "vm1"}, None)
    assert (interface["admin_state"], interface["link_state"], interface["mtu_bytes"]) == ("up", "up", 1500)
    assert interface["number"] > 0 and len(interface["mac"]) == 17
    (broken,) = ports["broken"]["interfaces"]
    assert broken["number"] is None and broken["error"].startswith("could not open network device broken")


def test_tunnels_with_the_state_of_bfd(switch: ovn_daemons.Daemons) -> None:
    (tunnel,) = read(switch, "bridges")["tunnels"]
    assert tunnel == {
        "bridge": "br-int",
        "name": "ovn-two-0",
        "type": "geneve",
        "local": None,
        "remote": "192.168.98.12",
        "key": "flow",
        "egress": None,
        "bfd": {
            "enabled": True,
            "state": "down",
            "remote_state": "down",
            "forwarding": False,
            "diagnostic": "No Diagnostic",
            "remote_diagnostic": "No Diagnostic",
            "flap_count": 0,
        },
        "error": None,
    }


@pytest.mark.parametrize(
    ("filters", "cookies"),
    [
        ({}, [0x1, 0xDDD01111, 0xDDD015C3]),
        ({"table": 1}, [0xDDD01111]),
        ({"table": 9}, []),
        ({"cookie": "0xddd015c3"}, [0xDDD015C3]),
        ({"cookie": "3721401795"}, [0xDDD015C3]),
        ({"cookie": "0xddd00000/0xfff00000"}, [0xDDD01111, 0xDDD015C3]),
        ({"metadata": "3"}, [0xDDD015C3]),
        ({"metadata": "0x4", "table": 1}, [0xDDD01111]),
        ({"metadata": None, "table": None, "cookie": None}, [0x1, 0xDDD01111, 0xDDD015C3]),
    ],
)
def test_openflow_by_table_cookie_and_metadata(switch: ovn_daemons.Daemons, filters: Row, cookies: list[int]) -> None:
    assert flows(switch, **filters) == cookies


def test_openflow_of_a_bridge_that_does_not_speak_the_default_version(switch: ovn_daemons.Daemons) -> None:
    integration, new = read(switch, "openflow")["openflow"]
    assert (integration["bridge"], len(integration["flows"])) == ("br-int", 3)
    # What every new bridge has.
    (flow,) = new["flows"]
    assert flow["actions"] == [{"action": "output", "port": "NORMAL"}]


def test_cookies_by_table_and_metadata(switch: ovn_daemons.Daemons) -> None:
    (of_bridge,) = read(switch, "openflow_cookies", names=("br-int",))["openflow_cookies"]
    assert {(row["table"], row["metadata"], cookie) for row in of_bridge["tables"] for cookie in row["cookies"]} == {
        (flow["table"], flow["match"].get("metadata"), flow["cookie"])
        for flow in read(switch, "openflow", names=("br-int",))["openflow"][0]["flows"]
    }
    assert read(switch, "openflow_cookies", names=("br-int",), cookie="0xddd015c3")["openflow_cookies"][0][
        "tables"
    ] == [row for row in of_bridge["tables"] if row["cookies"] == [0xDDD015C3]]


def test_what_the_datapath_made_of_a_packet(switch: ovn_daemons.Daemons) -> None:
    deadline = time.monotonic() + 10
    while not (found := read(switch, "conntrack")["conntrack"][0]["connections"]) and time.monotonic() < deadline:
        time.sleep(0.1)
    (connection,) = found
    assert (connection["protocol"], connection["state"], connection["zone"], connection["mark"]) == (
        "tcp",
        "SYN_SENT",
        7,
        2,
    )
    assert connection["original"] == {
        "source": "10.0.0.1",
        "destination": "10.0.0.2",
        "source_port": 40000,
        "destination_port": 80,
    }
    switch.run("ovs-appctl", "netdev-dummy/receive", "vm1", PACKET)
    (datapath,) = read(switch, "datapath_flows")["datapath_flows"]
    assert datapath["datapath"] == "system@ovs-system"
    (flow,) = [flow for flow in datapath["flows"] if flow["actions"][0].get("zone") == 7]
    assert flow["actions"][-1] == {"action": "output", "port": 2}


def test_a_bridge_that_there_is_not_is_said(switch: ovn_daemons.Daemons) -> None:
    assert [row["name"] for row in read(switch, "bridges", names=("br-new",))["bridges"]] == ["br-new"]
    with pytest.raises(OvsdbError, match="^there is no bridge br-ex$"):
        read(switch, "bridges", names=("br-int", "br-ex"))


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        ({"cookie": "0xg"}, "^cookie 0xg is no number with or without a mask$"),
        ({"metadata": "3,table=1"}, "^metadata 3,table=1 is no number with or without a mask$"),
        ({"table": -1}, "^table -1 is no number$"),
    ],
)
def test_a_filter_that_is_none_is_refused(switch: ovn_daemons.Daemons, filters: Row, said: str) -> None:
    with pytest.raises(OvsdbError, match=said):
        flows(switch, **filters)


def test_what_cannot_be_read_is_null_with_the_reason(tmp_path: Path) -> None:
    with ovn_daemons.daemons(tmp_path) as started:
        # The database is there, and ovs-vswitchd is not.
        started.serve("Open_vSwitch")
        started.run("ovs-vsctl", "--no-wait", "--", "init", "--", "add-br", "br-int")
        document, unread = _open_vswitch.read(str(tmp_path), _open_vswitch.PARTS, (), {}, 20.0)
    assert document["openflow"] == [
        {
            "bridge": "br-int",
            "flows": None,
            "flows_reason": "ovs-ofctl --no-names dump-flows br-int: ovs-ofctl: br-int is not a bridge or a socket",
        }
    ]
    assert document["conntrack"] is None and "cannot read pidfile" in document["conntrack_reason"]
    assert (document["bridges"][0]["datapath_id"], document["namespace_inode"]) == (None, None)
    assert document["openflow_cookies"][0]["tables"] is None
    assert len(unread) == 4 and all(sentence.endswith(".") for sentence in unread)
    assert "Flows of br-int could not be read: " + document["openflow"][0]["flows_reason"] + "." in unread


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo garbage", "cannot read line 1 ('garbage')"),
        ("sleep 60", "did not end in 1 seconds"),
        ("exit 3", "exit status 3"),
        ("echo two >&2; echo lines >&2; exit 1", "dump-flows br-int: two"),
    ],
)
def test_a_command_that_fails_is_a_reason(
    switch: ovn_daemons.Daemons, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, said: str
) -> None:
    (tmp_path / "ovs-ofctl").write_text(f"#!/bin/sh\n{script.replace('sleep', 'exec sleep')}\n")
    (tmp_path / "ovs-ofctl").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(_open_vswitch._tools, "find", _open_vswitch._tools.find.__wrapped__)
    document, unread = _open_vswitch.read(str(switch.directory), ["openflow"], ["br-int"], {}, 1.0)
    assert document["openflow"][0]["flows"] is None
    assert said in document["openflow"][0]["flows_reason"] and said in unread[0]
