# SPDX-License-Identifier: GPL-3.0-or-later
"""Flows and actions of OpenFlow; test_openflow_oracle.py compares with another parser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._openflow import (
    parse_cookies,
    parse_flow,
    parse_flows,
    parse_match,
)

RECORDINGS = Path(__file__).parents[4] / "recordings" / "ovs"
FLOW = (
    " cookie=0x5bfa3fe2, duration=143.304s, table=14, n_packets=1, n_bytes=98, idle_age=14, "
    "priority=100,ip,reg0=0x1/0x1,metadata=0x2,nw_dst=10.10.1.0/24 actions=ct(table=15,zone=NXM_NX_REG13[0..15])"
)


def test_flow() -> None:
    assert parse_flows("NXST_FLOW reply (xid=0x4):\n" + FLOW + "\n") == [
        {
            "table": 14,
            "priority": 100,
            "cookie": 0x5BFA3FE2,
            "duration": 143.304,
            "n_packets": 1,
            "n_bytes": 98,
            "idle_age": 14,
            "match": {"ip": True, "reg0": {"value": 1, "mask": 1}, "metadata": 2, "nw_dst": "10.10.1.0/24"},
            "actions": [{"action": "ct", "table": 15, "zone": {"field": "NXM_NX_REG13", "start": 0, "end": 15}}],
        }
    ]


@pytest.mark.parametrize(
    ("dump", "flows"),
    [
        ("ovn-chassis.dump-flows.txt", 795),
        ("neutron-chassis.dump-flows-names.txt", 250),
        ("articles-2017.dump-flows.txt", 13),
    ],
)
def test_every_line_of_the_recordings(dump: str, flows: int) -> None:
    assert len(parse_flows((RECORDINGS / dump).read_text())) == flows


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (" priority=0 actions=NORMAL", {"table": 0, "cookie": 0, "n_packets": None, "match": {}, "priority": 0}),
        (" cookie=0x0, duration=1s, table=1, n_packets=0, n_bytes=0, idle_age=1, actions=drop", {"priority": 32768}),
        (" cookie=0x0, duration=1s, table=1, n_packets=0, n_bytes=0, send_flow_rem actions=drop", {"match": {}}),
        (
            " cookie=0x0, duration=1s, table=1, n_packets=0, n_bytes=0, idle_timeout=9, send_flow_rem idle_age=1, "
            "ip actions=drop",
            {"idle_timeout": 9, "send_flow_rem": True, "idle_age": 1, "match": {"ip": True}},
        ),
        ("    table=8 metadata=0x1 actions=resubmit(,9)", {"table": 8, "match": {"metadata": 1}}),
        (' in_port="ovn-c2-0" actions=drop', {"match": {"in_port": "ovn-c2-0"}}),
    ],
    ids=["no statistics", "matches everything", "flag last", "flags", "of ovn-sbctl", "names"],
)
def test_what_may_be_left_out(line: str, expected: dict[str, Any]) -> None:
    flow = parse_flow(line)

    assert {key: flow[key] for key in expected} == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("drop", [{"action": "drop"}]),
        ("output:7,NORMAL", [{"action": "output", "port": 7}, {"action": "output", "port": "NORMAL"}]),
        ('output:"ovn-c2-0"', [{"action": "output", "port": "ovn-c2-0"}]),
        ("group:3", [{"action": "group", "value": 3}]),
        ("pop:NXM_NX_REG0[]", [{"action": "pop", "field": "NXM_NX_REG0"}]),
        ("resubmit(,16)", [{"action": "resubmit", "table": 16}]),
        (
            "load:0x5->NXM_NX_TUN_ID[0..23]",
            [{"action": "load", "value": 5, "dst": {"field": "NXM_NX_TUN_ID", "start": 0, "end": 23}}],
        ),
        (
            "set_field:0/0x1000->reg10",
            [{"action": "set_field", "value": {"value": 0, "mask": 0x1000}, "dst": {"field": "reg10"}}],
        ),
        (
            "ct(commit,zone=7,nat(src=10.0.0.1),exec(set_field:0/0x1->ct_mark))",
            [
                {
                    "action": "ct",
                    "commit": True,
                    "zone": 7,
                    "nat": {"type": "src", "addrs": {"start": "10.0.0.1", "end": "10.0.0.1"}},
                    "exec": [
                        {"action": "set_field", "value": {"value": 0, "mask": 1}, "dst": {"field": "ct_mark"}},
                    ],
                }
            ],
        ),
        (
            "learn(table=20,NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],eth_type=0x800,output:OXM_OF_IN_PORT[])",
            [
                {
                    "action": "learn",
                    "table": 20,
                    "match": [
                        {"dst": {"field": "NXM_OF_ETH_DST"}, "src": {"field": "NXM_OF_ETH_SRC"}},
                        {"dst": {"field": "eth_type"}, "value": 0x800},
                    ],
                    "actions": [{"action": "output", "port": "OXM_OF_IN_PORT[]"}],
                }
            ],
        ),
        (
            "clone(ct_clear,resubmit(,8))",
            [{"action": "clone", "actions": [{"action": "ct_clear"}, {"action": "resubmit", "table": 8}]}],
        ),
        (
            'bundle(eth_src,0,active_backup,ofport,members:"ovn-c3-0",1)',
            [
                {
                    "action": "bundle",
                    "fields": "eth_src",
                    "basis": 0,
                    "algorithm": "active_backup",
                    "members": ["ovn-c3-0", 1],
                }
            ],
        ),
        ("controller(userdata=00.00.00.07)", [{"action": "controller", "userdata": "00.00.00.07"}]),
    ],
)
def test_actions(text: str, expected: list[dict[str, Any]]) -> None:
    assert parse_flow(" priority=1 actions=" + text)["actions"] == expected


def test_match_of_a_flow_in_a_trace() -> None:
    assert parse_match("ct_state=new|trk,eth,tcp,in_port=4,vlan_tci=0x0000") == {
        "ct_state": "new|trk",
        "eth": True,
        "tcp": True,
        "in_port": 4,
        "vlan_tci": 0,
    }


def test_cookies_by_table_and_metadata() -> None:
    more = [
        " cookie=0x1, duration=1s, table=0, n_packets=0, n_bytes=0, idle_age=1, in_port=1 actions=resubmit(,8)",
        " cookie=0x2, duration=1s, table=14, n_packets=0, n_bytes=0, idle_age=1, metadata=0x2 actions=drop",
        " cookie=0x2, duration=1s, table=14, n_packets=0, n_bytes=0, idle_age=1, priority=9,metadata=0x2 actions=drop",
        " cookie=0x3, duration=1s, table=14, n_packets=0, n_bytes=0, idle_age=1, metadata=0x2/0x3 actions=drop",
        " priority=0 actions=NORMAL",
    ]
    assert parse_cookies("\n".join(["NXST_FLOW reply (xid=0x4):", FLOW, *more])) == [
        {"table": 0, "metadata": None, "cookies": [0, 1]},
        {"table": 14, "metadata": None, "cookies": [3]},
        {"table": 14, "metadata": 2, "cookies": [2, 0x5BFA3FE2]},
    ]


@pytest.mark.parametrize("dump", ["ovn-chassis.dump-flows.txt", "neutron-chassis.dump-flows-names.txt"])
def test_cookies_are_those_of_the_flows(dump: str) -> None:
    text = (RECORDINGS / dump).read_text()
    read = {(row["table"], row["metadata"], cookie) for row in parse_cookies(text) for cookie in row["cookies"]}
    metadata = [(flow, flow["match"].get("metadata")) for flow in parse_flows(text)]
    assert read == {(flow["table"], key if isinstance(key, int) else None, flow["cookie"]) for flow, key in metadata}


def test_cookies_of_what_is_no_dump() -> None:
    with pytest.raises(ParseError, match=r"ovs-ofctl dump-flows: cannot read line 2 "):
        parse_cookies(FLOW + "\n" + FLOW[:60])


@pytest.mark.parametrize(
    "line",
    [
        "ovs-ofctl: br-int is not a bridge or a socket",
        FLOW[:60],
        FLOW[:120],
        FLOW[:-1],
        FLOW[: FLOW.index("ct(") + 2],
        FLOW.replace("ct(", "ctt("),
        FLOW.replace("n_bytes", "n_octets"),
        FLOW.replace("metadata=0x2", "metadata="),
        FLOW.replace("metadata=0x2", "metadat"),
        FLOW.replace("zone=NXM_NX_REG13[0..15]", "zone=NXM_NX_REG13[0..15"),
        FLOW.replace("zone=NXM_NX_REG13[0..15]", "nat(src=10.0.0.x)"),
        " priority=1 actions=",
        " priority=1 actions=output:",
        " priority=1 actions=drop,",
        " priority=1 actions=move:NXM_NX_REG13[]",
    ],
)
def test_malformed(line: str) -> None:
    with pytest.raises(ParseError, match=r"ovs-ofctl dump-flows: cannot read line 2 "):
        parse_flows(FLOW + "\n" + line)
