# SPDX-License-Identifier: GPL-3.0-or-later
"""Datapath actions as Open vSwitch prints them, carried out on a packet."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._datapath_flow import outputs_of, parse_actions
from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import Unknown
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._datapath_actions import Result, carry_out
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._packet import Packet

SENT = Packet(
    "tcp",
    "198.51.100.7",
    source="10.0.0.1",
    source_port=40000,
    destination_port=80,
    source_mac="02:00:00:00:00:01",
    destination_mac="02:00:00:00:00:02",
)
PUSHED = (
    "tnl_push(tnl_port(6),header(size=58,type=5,eth(dst=02:42:00:00:00:0c,src=02:42:00:00:00:0b,dl_type=0x0800),"
    "ipv4(src=192.0.2.11,dst=192.0.2.12,proto=17,tos=0,ttl=64,frag=0x4000),udp(src=0,dst=6081,csum=0xffff),"
    "geneve(crit,vni=0x4,options({class=0x102,type=0x80,len=4,0x40002}))),out_port(1))"
)


def carried_out(*passes: str, flows: dict[int, Any] | None = None, packet: Packet = SENT) -> Result:
    """The actions of the passes 0, 1, and so on."""
    recirculations = [
        {"id": number, "flow": (flows or {}).get(number, {}), "datapath_actions": parse_actions(text)}
        for number, text in enumerate(passes)
    ]
    outputs = [
        {"recirculation": one["id"], **output}
        for one in recirculations
        for output in outputs_of(one["datapath_actions"])
    ]
    return carry_out({"recirculations": recirculations, "outputs": outputs}, packet)


def left(result: Result) -> list[tuple[Any, Packet]]:
    return [(one.port and one.port["port"], one.packet) for one in result.exits]


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        ("3", [(3, {})]),
        ("set(eth(src=02:00:00:00:00:03)),3", [(3, {"source_mac": "02:00:00:00:00:03"})]),
        ("3,set(ipv4(ttl=63)),4", [(3, {}), (4, {"ttl": 63})]),
        ("clone(set(ipv4(ttl=63)),3),4", [(3, {"ttl": 63}), (4, {})]),
        ("push_vlan(vid=7,pcp=0),3", [(3, {"vlans": (7,)})]),
        ("push_vlan(vid=7,pcp=0),pop_vlan,3", [(3, {})]),
        ("set(tcp(dst=8080)),3", [(3, {"destination_port": 8080})]),
        ("check_pkt_len(size=73,gt(3),le(4))", [(3, {})]),
        ("check_pkt_len(size=74,gt(3),le(4))", [(4, {})]),
        ("ct(commit,zone=2,nat(dst=10.0.0.9:8080)),3", [(3, {"destination": "10.0.0.9", "destination_port": 8080})]),
        ("ct(commit,zone=2,nat(src)),3", [(3, {})]),
        ("drop", []),
    ],
)
def test_where_it_leaves_and_how(actions: str, expected: list[tuple[int, dict[str, Any]]]) -> None:
    assert left(carried_out(actions)) == [(port, SENT.changed(**fields)) for port, fields in expected]


def test_it_goes_on_after_connection_tracking() -> None:
    result = carried_out("ct(zone=2),recirc(0x1)", "ct(commit,zone=2,nat(src=203.0.113.5)),recirc(0x2)", "ct_clear,4")
    assert left(result) == [(4, SENT.changed(source="203.0.113.5"))]
    (event,) = result.exits[0].events
    assert (event.recirculation, event.action["zone"]) == (1, 2)


def test_open_vswitch_that_follows_no_translation() -> None:
    with pytest.raises(Unknown, match="its traces do not follow address translation: nw_src is 10.0.0.1 and not 203"):
        carried_out("ct(commit,zone=2,nat(src=203.0.113.5)),recirc(0x1)", "4", flows={1: {"nw_src": "10.0.0.1"}})


def test_a_tunnel_of_the_userspace_datapath() -> None:
    ((port, outer),) = left(carried_out(f"{PUSHED},2"))
    assert port == 2
    assert (outer.protocol, outer.source, outer.destination, outer.destination_port) == (
        "udp",
        "192.0.2.11",
        "192.0.2.12",
        6081,
    )
    assert (outer.source_mac, outer.destination_mac) == ("02:42:00:00:00:0b", "02:42:00:00:00:0c")
    # 14 of Ethernet, and 44 of IP, UDP and Geneve with its option (RFC 8926).
    assert outer.size_bytes == 60 + 14 + 44
    assert outer.tunnel and (outer.tunnel.kind, outer.tunnel.vni, outer.tunnel.option) == ("geneve", 4, 0x40002)
    assert outer.tunnel.inner == SENT


def test_a_vxlan_tunnel_of_the_userspace_datapath() -> None:
    header = (
        "header(size=50,type=4,eth(dst=02:42:00:00:00:0c,src=02:42:00:00:00:0b,dl_type=0x0800),"
        "ipv4(src=192.0.2.11,dst=192.0.2.12,proto=17,tos=0,ttl=64,frag=0x4000),udp(src=0,dst=4789,csum=0xffff),"
        "vxlan(flags=0x8000000,vni=0x3002))"
    )
    ((_port, outer),) = left(carried_out(f"tnl_push(tnl_port(6),{header},out_port(1)),2"))
    assert (outer.destination_port, outer.size_bytes) == (4789, 60 + 50)
    assert outer.tunnel and (outer.tunnel.kind, outer.tunnel.vni, outer.tunnel.option) == ("vxlan", 0x3002, None)


def test_a_tunnel_that_ends_here() -> None:
    (one,) = carried_out("tnl_pop(6)").exits
    assert (one.port, one.packet) == (None, SENT)


def test_an_answer_to_a_question() -> None:
    question = Packet("arp", "10.0.0.9", source="10.0.0.1")
    set_arp = "set(arp(sip=10.0.0.9,tip=10.0.0.1,op=2,sha=02:00:00:00:00:09,tha=02:00:00:00:00:01))"
    flooded, answered = carried_out(f"3,{set_arp},4", packet=question).exits
    assert flooded.answer is None
    assert answered.answer and answered.answer["sha"] == "02:00:00:00:00:09"


def test_what_a_controller_is_asked() -> None:
    asked = "userspace(pid=0,controller(reason=1,dont_send=1,continuation=0,recirc_id=8,rule_cookie=0x6dbe1120,"
    result = carried_out(f"{asked}controller_id=0,max_len=65535))")
    assert (result.exits, result.controllers) == ([], [0x6DBE1120])
    assert carried_out("userspace(pid=0,slow_path(action))").controllers == []


@pytest.mark.parametrize(
    ("actions", "reason"),
    [
        ("ct(commit,nat(src=203.0.113.5-203.0.113.9)),3", "which address from 203.0.113.5 to 203.0.113.9"),
        ("ct(commit,nat(src=203.0.113.5:1000-2000)),3", "which port from 1000 to 2000"),
        ("set(ipv4(src=10.0.0.0/255.0.0.0)),3", "a part of a field"),
        ("set(nsh(ttl=63)),3", r"what set\(nsh\)"),
        ("push_mpls(label=1,tc=0,ttl=64,bos=1,eth_type=0x8847),3", "the action push_mpls"),
        ("recirc(0x5)", r"the trace ends before recirc\(0x5\)"),
    ],
)
def test_what_cannot_be_told(actions: str, reason: str) -> None:
    with pytest.raises(Unknown, match=reason):
        carried_out(actions)
