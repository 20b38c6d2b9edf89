# SPDX-License-Identifier: GPL-3.0-or-later
"""``ovn-sbctl lflow-list`` of OVN 2.7 and 23.03."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ovn_lflow_list import parse_list

RECORDINGS = Path(__file__).parents[4] / "recordings" / "ovn"
HEADING = 'Datapath: "sw-a" (61def3a3-5931-44fc-a781-e388a87798e7)  Pipeline: ingress\n'
FLOW = "  table=8 (ls_in_acl          ), priority=2002 , match=(reg0[7] == 1 && (ip4)), action=(reg0[1] = 1; next;)\n"


@pytest.mark.parametrize(
    ("recording", "flows", "datapaths"),
    [("articles-2017.lflow-list", 9, 1), ("three-chassis.lflow-list-uuid", 488, 8), ("neutron.lflow-list", 59, 1)],
)
def test_every_line_of_the_recordings(recording: str, flows: int, datapaths: int) -> None:
    text = (RECORDINGS / f"{recording}.txt").read_text()
    rows = parse_list(text)

    assert len(rows) == flows == len(text.splitlines()) - datapaths
    assert len({(row["datapath"], row["pipeline"]) for row in rows}) == datapaths


@pytest.mark.parametrize(
    ("recording", "expected"),
    [
        (
            "articles-2017.lflow-list",
            {
                "datapath": "neutron-89113f8b-bc01-46b1-84fb-edd5d606879c",
                "datapath_alias": None,
                "datapath_uuid": "75c461bc-bf27-4402-ac7d-98630213a25e",
                "pipeline": "ingress",
                "table": 0,
                "stage": "ls_in_port_sec_l2",
                "priority": 100,
                "match": "eth.src[40]",
                "actions": "drop;",
                "uuid": None,
                "openflow": [],
            },
        ),
        (
            "three-chassis.lflow-list-uuid",
            {
                "datapath": "lr0",
                "datapath_alias": None,
                "datapath_uuid": "8ff26038-b3de-425f-bf2d-637f8c5d4f0b",
                "pipeline": "ingress",
                "table": 0,
                "stage": "lr_in_admission",
                "priority": 100,
                "match": "vlan.present || eth.src[40]",
                "actions": "drop;",
                "uuid": "10e9d074",
                "openflow": [],
            },
        ),
    ],
)
def test_old_and_new(recording: str, expected: dict[str, object]) -> None:
    assert parse_list((RECORDINGS / f"{recording}.txt").read_text())[0] == expected


def test_alias_of_neutron() -> None:
    assert parse_list((RECORDINGS / "neutron.lflow-list.txt").read_text())[0]["datapath_alias"] == "router1"


def test_openflow_below_logical_flows() -> None:
    text = HEADING + FLOW + "    table=16 ip,metadata=0x2 actions=resubmit(,17)\n" + FLOW

    assert [[flow["table"] for flow in row["openflow"]] for row in parse_list(text)] == [[16], []]


@pytest.mark.parametrize(
    "text",
    [
        "ovn-sbctl: unix:/run/ovn/ovnsb_db.sock: database connection failed",
        FLOW,
        HEADING[:-10],
        HEADING + FLOW[:-5],
        HEADING + FLOW[:60],
        HEADING + FLOW.replace("table=8", "table=eight"),
        HEADING + FLOW + "    table=16 ip,metadata=0x2 actions=resubmit(,17",
    ],
)
def test_malformed(text: str) -> None:
    with pytest.raises(ParseError, match="ovn-sbctl lflow-list: cannot read line"):
        parse_list(text)
