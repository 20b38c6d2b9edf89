# SPDX-License-Identifier: GPL-3.0-or-later
"""Which logical flows the recorded chassis must have as OpenFlow, and which nobody can expect of them."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._registry import run, select
from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import Finding

Document = dict[str, Any]
Row = dict[str, Any]
Fault = Callable[[Document], None]

CHECKS = select(["ovn_openflow"])
# An ACL that only this logical flow is made of in its stage and priority.
LAST_ACL = "reg0[9] == 1 && (outport == @instances && ip)"
# Somewhere no logical flow is.
COOKIE = 0xFEEDFACE


def judged(document: Document) -> dict[str, Finding]:
    return {finding.subject: finding for finding in run(document, {}, CHECKS)}


def failures(document: Document) -> dict[str, Any]:
    """By chassis what is wrong with it."""
    return {node: finding.actual for node, finding in judged(document).items() if finding.status != "passed"}


def logical_flow(document: Document, datapath: str, match: str) -> Row:
    """The first one with that match; there is one, so that no test misses its aim."""
    flows = document["control"]["ovn_sb"]["logical_flows"]
    return next(row for row in flows if (row["datapath"], row["match"]) == (datapath, match))


def tables(document: Document, node: str) -> list[Row]:
    (integration,) = (row for row in document["nodes"][node]["ovs"]["openflow_cookies"] if row["bridge"] == "br-int")
    found: list[Row] = integration["tables"]
    return found


def without(document: Document, node: str, datapath: str, match: str) -> Row:
    """A chassis loses what it has of a logical flow in one datapath."""
    flow = logical_flow(document, datapath, match)
    datapaths = document["control"]["ovn_sb"]["datapaths"]
    (key,) = (row["tunnel_key"] for row in datapaths if row["name"] == datapath)
    (row,) = (row for row in tables(document, node) if row["metadata"] == key and flow["cookie"] in row["cookies"])
    row["cookies"].remove(flow["cookie"])
    return flow


@pytest.mark.parametrize(
    ("node", "datapath", "match"),
    [
        pytest.param("chassis1", "internal1", "1", id="one that other datapaths have too"),
        pytest.param("chassis1", "internal1", "eth.dst == fa:16:3e:ef:50:3e", id="for an instance elsewhere"),
        pytest.param(
            "chassis1",
            "internal1",
            'arp.tpa == 10.10.10.4 && arp.op == 1 && inport == "testinstance1"',
            id="of an instance here",
        ),
        pytest.param("chassis3", "public", 'ip && inport == "public-router1"', id="of the port to a router"),
        pytest.param(
            "chassis2",
            "router1",
            'ip && ip4.dst == 172.24.4.54 && inport == "router1-public" && is_chassis_resident("cr-router1-public")',
            id="of the gateway",
        ),
        pytest.param(
            "chassis3",
            "public",
            'eth.dst == fa:16:3e:52:20:55 && is_chassis_resident("testinstance4")',
            id="of a distributed address",
        ),
        pytest.param("chassis1", "internal1", LAST_ACL, id="of an ACL"),
    ],
)
def test_a_logical_flow_that_a_chassis_lacks_is_named(
    ovn_state: Document, node: str, datapath: str, match: str
) -> None:
    flow = without(ovn_state, node, datapath, match)
    text = f"{datapath} {flow['stage']} {flow['priority']} {match}"
    assert failures(ovn_state) == {node: [text]}
    finding = judged(ovn_state)[node]
    assert finding.message == f"logical flows that {node} lacks - expected none, actual {text}"
    assert finding.evidence[0]["row"] == flow


def test_most_of_what_a_chassis_has_is_expected_of_it(ovn_state: Document) -> None:
    has = sum(len(row["cookies"]) for row in tables(ovn_state, "chassis1"))
    tables(ovn_state, "chassis1").clear()
    *first, more = judged(ovn_state)["chassis1"].actual
    assert len(first) == 5
    assert int(more.removesuffix(" more")) > 0.7 * has


def test_a_datapath_that_is_not_there_at_all(ovn_state: Document) -> None:
    tables(ovn_state, "chassis3")[:] = [row for row in tables(ovn_state, "chassis3") if row["metadata"] != 4]
    assert list(failures(ovn_state)) == ["chassis3"]


def test_what_is_left_of_a_logical_flow_that_is_gone(ovn_state: Document) -> None:
    row = next(row for row in tables(ovn_state, "chassis2") if (row["table"], row["metadata"]) == (16, 1))
    row["cookies"].append(COOKIE)
    finding = judged(ovn_state)["chassis2"]
    assert finding.status == "failed"
    assert finding.message == (
        "cookies on chassis2 that no logical flow has - expected none, actual 0xfeedface in table 16"
    )
    assert finding.evidence[0]["row"] == {"table": 16, "metadata": 1, "cookie": COOKIE}


def one_more(datapath: str, like: str, **keys: Any) -> Fault:
    """One more logical flow, like another one but for these values, and no OpenFlow of it."""

    def fault(document: Document) -> None:
        found = copy.deepcopy(logical_flow(document, datapath, like))
        document["control"]["ovn_sb"]["logical_flows"].append({**found, "cookie": COOKIE, **keys})

    return fault


def change_binding(name: str, **keys: Any) -> Fault:
    def fault(document: Document) -> None:
        bindings = document["control"]["ovn_sb"]["port_bindings"]
        next(row for row in bindings if row["name"] == name).update(keys)

    return fault


def always_redirected(document: Document) -> None:
    """The router sends everything outside through the gateway; chassis3 has no part in that."""
    change_binding("cr-router1-public", options={"always-redirect": "true"})(document)
    tables(document, "chassis3")[:] = [row for row in tables(document, "chassis3") if row["metadata"] != 3]


def same_name(document: Document) -> None:
    datapaths = document["control"]["ovn_sb"]["datapaths"]
    without(document, "chassis1", datapaths[0]["name"], "1")
    datapaths.append({**datapaths[0], "tunnel_key": 99})


def contested(document: Document) -> None:
    """Two chassis have plugged in one port, which the second one has just taken."""
    for switch in (document["nodes"][node]["ovs"] for node in ("chassis1", "chassis3")):
        interface = {**switch["bridges"][0]["ports"][0]["interfaces"][0], "external_ids": {"iface-id": "testinstance1"}}
        switch["bridges"][0]["ports"].append({"name": "veth1", "interfaces": [interface]})
    change_binding("testinstance1", chassis="chassis3")(document)
    one_more("router1", "1", match='!is_chassis_resident("testinstance1")')(document)


def other_bridge(document: Document) -> None:
    for node in ("chassis1", "chassis2", "chassis3"):
        switch = document["nodes"][node]["ovs"]
        switch["external_ids"]["ovn-bridge"] = "br-ovn"
        next(row for row in switch["openflow_cookies"] if row["bridge"] == "br-int")["bridge"] = "br-ovn"


def other_tables(document: Document) -> None:
    for node in ("chassis1", "chassis2", "chassis3"):
        for row in tables(document, node):
            row["table"] += 8


def physical(document: Document) -> None:
    next(row for row in tables(document, "chassis1") if row["table"] == 65)["cookies"].append(COOKIE)


NOT_EXPECTED: dict[str, Fault] = {
    "the same match": one_more("internal1", "eth.dst == fa:16:3e:ef:50:3e"),
    "the same ACL in other words": one_more("internal1", LAST_ACL, match="reg0[9] == 1 && (outport == @instances)"),
    "an ACL that contradicts itself": one_more("internal1", LAST_ACL, priority=2003, match="ip4 && ip6"),
    "a port in another way": one_more("internal1", "vlan.present", match='inport != "testinstance9"'),
    "a multicast group": one_more("internal1", "vlan.present", match='outport == "_MC_flood"'),
    "a port of another router": one_more("router1", "1", match='inport == "router2-public"'),
    "a group with nobody here": one_more("internal1", "vlan.present", match="inport == @others && ip4"),
    "an address set": one_more("internal1", "vlan.present", match="ip4.src == $nobody"),
    "a template": one_more("internal1", "vlan.present", match="ip4.src == ^address"),
    "a port that is not resident": one_more("router1", "1", match='is_chassis_resident("testinstance9")'),
    "no port that is resident": one_more("router1", "1", match='!(is_chassis_resident("testinstance1"))'),
    "a gateway that is nowhere": one_more("router1", "1", match='!is_chassis_resident("cr-other")'),
    "a port that is not up yet": change_binding("testinstance4", up=False),
    "a port that is plugged in twice": contested,
    "a switch behind the gateway": always_redirected,
    "two datapaths of one name": same_name,
    "an integration bridge of another name": other_bridge,
    "pipelines in other tables": other_tables,
    "OpenFlow that is made of no logical flow": physical,
}


@pytest.mark.parametrize("change", NOT_EXPECTED.values(), ids=NOT_EXPECTED.keys())
def test_what_nobody_can_expect_is_not_missed(ovn_state: Document, change: Fault) -> None:
    change(ovn_state)
    assert failures(ovn_state) == {}


@pytest.mark.parametrize(
    ("datapath", "match", "nodes"),
    [
        pytest.param("internal1", 'inport == "testinstance2" && ip4', {"chassis2"}, id="of an instance"),
        pytest.param("internal2", "inport == @instances && ip4", {"chassis2", "chassis3"}, id="of a group"),
        pytest.param("router1", 'is_chassis_resident("cr-router1-public")', {"chassis2"}, id="of the gateway"),
        pytest.param("router1", '!is_chassis_resident("testinstance4")', {"chassis1", "chassis2"}, id="of the others"),
    ],
)
def test_what_is_expected_of_some(ovn_state: Document, datapath: str, match: str, nodes: set[str]) -> None:
    one_more(datapath, "1", match=match)(ovn_state)
    assert set(failures(ovn_state)) == nodes


def test_an_acl_is_expected_where_another_chassis_has_it(ovn_state: Document) -> None:
    for node in ("chassis1", "chassis2"):
        without(ovn_state, node, "internal1", LAST_ACL)
    assert failures(ovn_state) == {}


def test_a_controller_that_is_behind_is_not_judged(ovn_state: Document) -> None:
    tables(ovn_state, "chassis1").clear()
    next(row for row in ovn_state["control"]["ovn_sb"]["chassis"] if row["name"] == "chassis1")["nb_cfg"] = -1
    assert judged(ovn_state)["chassis1"].status == "skipped"
    assert {finding.status for finding in judged(ovn_state).values()} == {"skipped", "passed"}


def test_cookies_that_could_not_be_read_are_an_error(ovn_state: Document) -> None:
    for row in ovn_state["nodes"]["chassis1"]["ovs"]["openflow_cookies"]:
        row.update(tables=None, tables_reason="there is no ovs-ofctl here")
    finding = judged(ovn_state)["chassis1"]
    assert finding.status == "error"
    assert finding.message.endswith("there is no ovs-ofctl here")
    assert judged(ovn_state)["chassis2"].status == "passed"
