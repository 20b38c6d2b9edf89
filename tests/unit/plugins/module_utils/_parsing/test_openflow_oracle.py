# SPDX-License-Identifier: GPL-3.0-or-later
"""Flows as ovs.flow.ofp of the PyPI package ovs reads them: all recorded ones, and all kinds of actions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._openflow import parse_flows

netaddr = pytest.importorskip("netaddr")
decoders = pytest.importorskip("ovs.flow.decoders")
OFPFlow = pytest.importorskip("ovs.flow.ofp").OFPFlow

RECORDINGS = Path(__file__).parents[4] / "recordings" / "ovs"
# Not in the recordings; the first is how Neutron's br-tun learns, the others are of ovs-actions(7).
ACTIONS = [
    "learn(table=20,hard_timeout=300,priority=1,cookie=0xaf99cd17f7d44000,NXM_OF_VLAN_TCI[0..11],"
    "NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],load:0->NXM_OF_VLAN_TCI[],load:NXM_NX_TUN_ID[]->NXM_NX_TUN_ID[],"
    "output:NXM_OF_IN_PORT[]),output:1",
    "learn(table=10,idle_timeout=10,fin_idle_timeout=2,eth_type=0x800,NXM_OF_IP_SRC[],load:0x1->NXM_NX_REG0[16..31])",
    "ct(commit,force,zone=5,alg=ftp,nat(dst=10.0.0.1-10.0.0.9:80-90,random),exec(move:NXM_NX_REG0[]->NXM_NX_CT_MARK[]))",
    "ct(commit,table=1,zone=NXM_NX_REG0[0..15],nat(src=[fd00::1]-[fd00::9]:255-300))",
    "ct(commit,nat(src=10.1.1.1,persistent))",
    "ct(commit,nat(src=fd00::1-fd00::9))",
    "group:3",
    "write_metadata:0x5/0xff,goto_table:7",
    "clear_actions,write_actions(set_field:5->tun_id,output:4),meter:2",
    "output(port=1,max_len=100),output:NXM_NX_REG15[0..15],IN_PORT",
    "enqueue:1:2",
    "resubmit:5,resubmit(6,7),resubmit(,8,ct)",
    "mod_vlan_vid:2,mod_vlan_pcp:1,push_vlan:0x8100,set_field:4097->vlan_vid,pop_vlan",
    "mod_dl_src:fa:16:3e:00:00:01,mod_nw_dst:10.0.0.1,mod_nw_tos:32,mod_tp_dst:80,mod_nw_ttl:64",
    "multipath(eth_src,50,modulo_n,1,0,NXM_NX_REG0[0..7])",
    "bundle(eth_src,0,hrw,ofport,members:4,8)",
    "set_tunnel:0x5,set_queue:3,pop_queue,push_mpls:0x8847,set_mpls_label:5,dec_mpls_ttl,pop_mpls:0x800",
    "dec_ttl(0,1),fin_timeout(idle_timeout=10,hard_timeout=20),note:00.11.22,exit",
    "encap(ethernet),encap(nsh(md_type=1)),decap()",
    "sample(probability=65535,collector_set_id=1,obs_domain_id=2,obs_point_id=NXM_NX_REG0[],sampling_port=3,egress)",
    "CONTROLLER:65535,controller(reason=no_match,max_len=10,id=5,pause)",
    "delete_field:tun_metadata0,set_field:fd00::1->ipv6_src,set_field:fa:16:3e:00:00:01->eth_src",
    "LOCAL,NORMAL,FLOOD,ALL,drop",
]
MATCHES = [
    "priority=1,tcp,tp_dst=0x50/0xfff0,nw_src=10.0.0.0/8,nw_dst=10.0.0.1/255.0.255.0",
    "priority=2,tcp6,ipv6_src=fd00::/64,ct_state=+trk-new,ct_label=0x1/0x1,tcp_flags=+syn-ack",
    "arp,dl_dst=01:00:00:00:00:00/01:00:00:00:00:00,arp_op=1,arp_tpa=10.0.0.1,arp_sha=fa:16:3e:00:00:01",
    "vlan_tci=0x1000/0x1000,in_port=LOCAL,nw_frag=later,tun_id=0x5,tun_metadata0=0x1/0xffff",
]


START = " cookie=0x1, duration=1.5s, table=3, n_packets=2, n_bytes=300, idle_timeout=5, idle_age=7, "
MADE = [START + f"priority=9 actions={actions}" for actions in ACTIONS]
MADE += [START + f"{match} actions=drop" for match in MATCHES]
DUMPS = ["ovn-chassis.dump-flows.txt", "neutron-chassis.dump-flows-names.txt", "articles-2017.dump-flows.txt"]


def text_of(field: dict[str, Any]) -> str:
    """A field of learn() as it is printed."""
    bits = f"{field['start']}..{field['end']}" if "start" in field else ""
    return f"{field['field']}[{bits}]" if field["field"].isupper() else str(field["field"])


def as_ovs(action: dict[str, Any]) -> tuple[str, Any]:
    """An action's name and argument in the shape that ovs.flow.ofp has for it."""
    name = action["action"]
    argument: Any = {key: part for key, part in action.items() if key != "action"}
    if name == "set_field":
        argument["value"] = {argument["dst"]["field"]: argument["value"]}
    elif name == "ct":
        argument.update({key: True for key in ("nat",) if argument.get(key) == {"type": None}})
        argument.update({key: in_list(argument[key]) for key in ("exec",) if key in argument})
    elif name in ("clone", "write_actions"):
        argument = in_list(argument["actions"])
    elif name == "learn":
        match, actions = argument.pop("match"), argument.pop("actions")
        matched = [{text_of(part["dst"]): part.get("src", part.get("value"))} for part in match]
        argument = [{key: value} for key, value in argument.items()] + matched + in_list(actions)
    elif name == "resubmit":
        argument = {"port": "", **argument}
    return name, argument["value"] if list(argument) == ["value"] else argument or True


def in_list(actions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [dict([as_ovs(action)]) for action in actions]


def same(ours: Any, theirs: Any) -> bool:
    if isinstance(theirs, decoders.IntMask):
        whole = ours if isinstance(ours, dict) else {"value": ours, "mask": theirs.max_mask()}
        return bool(whole == theirs.dict())
    if isinstance(theirs, (decoders.EthMask, decoders.IPMask, netaddr.IPAddress)):
        return bool(type(theirs)(ours) == theirs)
    if isinstance(theirs, dict):
        return theirs.keys() == ours.keys() and all(same(ours[key], theirs[key]) for key in theirs)
    if isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    if isinstance(theirs, str):
        return bool(ours == theirs.strip('"'))
    return bool(ours == theirs and isinstance(ours, bool) == isinstance(theirs, bool))


def differs(line: str) -> bool:
    theirs = OFPFlow(line)
    ours = parse_flows(line)[0]
    actions = in_list(ours.pop("actions"))
    match = {"priority": ours.pop("priority"), **ours.pop("match")}
    unprinted = {"table": 0, "cookie": 0, "duration": None, "n_packets": None, "n_bytes": None}
    in_lower_case = [{key.lower(): value for key, value in action.items()} for action in theirs.actions]
    return not (
        same(ours, {**unprinted, **theirs.info})
        and same(match, {"priority": 32768, **theirs.match})
        and same(actions, in_lower_case)
    )


@pytest.mark.parametrize("dump", DUMPS)
def test_recorded_flows(dump: str) -> None:
    lines = [line for line in (RECORDINGS / dump).read_text().splitlines() if " actions=" in line]
    # ovs.flow.ofp wants numbers in bundle().
    comparable = [line for line in lines if 'members:"' not in line]

    assert len(lines) - 2 <= len(comparable) and comparable
    assert [line for line in comparable if differs(line)] == []


@pytest.mark.parametrize("line", MADE)
def test_made_flow(line: str) -> None:
    assert not differs(line), (OFPFlow(line).match, OFPFlow(line).actions)
