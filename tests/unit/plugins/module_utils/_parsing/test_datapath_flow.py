# SPDX-License-Identifier: GPL-3.0-or-later
"""Flows and actions of the datapath."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._datapath_flow import (
    outputs_of,
    parse_actions,
    parse_flows,
)
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError

RECORDING = Path(__file__).parents[4] / "recordings" / "ovs" / "ovn-chassis.dpctl-dump-flows.txt"
# Of the OVN articles of 2017.
KERNEL_TUNNEL = (
    "Datapath actions: set(tunnel(tun_id=0x5,dst=192.168.122.207,ttl=64,tp_dst=6081,"
    "geneve({class=0x102,type=0x80,len=4,0x20003}),flags(df|csum|key))),2"
)
FLOW = RECORDING.read_text().splitlines()[1]


def test_kernel_tunnel() -> None:
    actions = parse_actions(KERNEL_TUNNEL)

    assert actions == [
        {
            "action": "set",
            "tunnel": {
                "tun_id": 5,
                "dst": "192.168.122.207",
                "ttl": 64,
                "tp_dst": 6081,
                "geneve": [{"class": 0x102, "type": 0x80, "len": 4, "data": 0x20003}],
                "flags": "df|csum|key",
            },
        },
        {"action": "output", "port": 2},
    ]
    assert outputs_of(actions) == [{"port": 2, "tunnel": {"src": None, "dst": "192.168.122.207", "id": 5}}]


@pytest.mark.parametrize(
    ("text", "outputs"),
    [
        ("drop", []),
        ("ct(zone=10),recirc(0xf)", []),
        ("1,vm-port.2", [(1, None), ("vm-port.2", None)]),
        (
            "clone(tnl_push(tnl_port(6),header(size=58,type=5,eth(dst=6e:b4:50:02:ef:3f,src=7e:0f:19:9b:ad:f0,"
            "dl_type=0x0800),ipv4(src=172.31.0.11,dst=172.31.0.12,proto=17,tos=0,ttl=64,frag=0x4000),"
            "udp(src=0,dst=6081,csum=0xffff),geneve(crit,vni=0x2,options({class=0x102,type=0x80,len=4,0x20003}))),"
            "out_port(1)),2),3",
            [(2, {"src": "172.31.0.11", "dst": "172.31.0.12", "id": 2}), (3, None)],
        ),
        ("check_pkt_len(size=1456,gt(userspace(pid=0,controller(reason=1))),le(4))", [(4, None)]),
    ],
)
def test_outputs(text: str, outputs: list[tuple[Any, Any]]) -> None:
    assert [(output["port"], output["tunnel"]) for output in outputs_of(parse_actions(text))] == outputs


def test_every_line_of_the_recording() -> None:
    flows = parse_flows(RECORDING.read_text())

    assert len(flows) == 32
    assert flows[0] == {
        "thread": "the main thread",
        "match": {
            "recirc_id": 0,
            "in_port": 2,
            "packet_type": {"ns": 0, "id": 0},
            "eth": {"src": "a2:38:f5:47:ab:fb", "dst": "6e:b4:50:02:ef:3f"},
            "eth_type": 0x800,
            "ipv4": {"dst": "172.31.0.12", "proto": 17, "frag": "no"},
            "udp": {"dst": 6081},
        },
        "packets": 114,
        "bytes": 13224,
        "used": 0.1,
        "actions": [{"action": "tnl_pop", "value": 6}],
    }
    assert next(flow for flow in flows if "flags" in flow)["flags"] == "P."


def test_kernel_flow() -> None:
    line = (
        "ufid:3cd3ad24-1e1c-4d2c-a0a4-f9d5dd2e8d05, recirc_id(0),in_port(2),eth(src=fe:16:3e:00:00:01),"
        "eth_type(0x0800),ipv4(frag=no), packets:1, bytes:98, used:never, dp:ovs, offloaded:yes, "
        "actions:push_vlan(vid=5,pcp=0),3"
    )
    flow = parse_flows(line)[0]

    assert (flow["ufid"], flow["dp"], flow["offloaded"], flow["used"], flow["thread"]) == (
        "3cd3ad24-1e1c-4d2c-a0a4-f9d5dd2e8d05",
        "ovs",
        "yes",
        None,
        None,
    )
    assert flow["actions"] == [{"action": "push_vlan", "vid": 5, "pcp": 0}, {"action": "output", "port": 3}]


@pytest.mark.parametrize(
    "line",
    [
        "ovs-dpctl: opening datapath",
        FLOW[:50],
        FLOW[:-1],
        FLOW + ",set(ipv4",
        FLOW + ",set(ipv4(ttl=63)",
        FLOW + ",foo(1)",
    ],
)
def test_malformed_flow(line: str) -> None:
    with pytest.raises(ParseError, match="dpctl/dump-flows: cannot read line 2"):
        parse_flows(FLOW + "\n" + line)


@pytest.mark.parametrize(
    "text", [KERNEL_TUNNEL[:60], "set", "recirc", "ct(zone=1", "1,,2", "userspace(pid=0,slow_path(bfd)"]
)
def test_malformed_actions(text: str) -> None:
    with pytest.raises(ParseError, match="cannot read line 1"):
        parse_actions(text)
