# SPDX-License-Identifier: GPL-3.0-or-later
"""Walks through Open vSwitch: what a real one said of the packets of an OVN lab, and a kernel's datapath by hand."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ofproto_trace import parse_trace
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking import _switches
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._expectations import unmet
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._walks import walk
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._ways import ways

sys.path.insert(0, os.path.dirname(__file__))

from state_lab import Lab  # noqa: E402

Document = dict[str, Any]

GATEWAY_MAC, FLOATING_MAC = "fa:16:3e:52:20:7c", "fa:16:3e:52:20:55"


def hops(found: Document, mechanism: str) -> list[Document]:
    """Those on the branches that count."""
    return [hop for way in ways(found) for hop in way if hop["mechanism"] == mechanism]


def texts(found: Document, mechanism: str) -> list[str]:
    return [hop["text"] for hop in hops(found, mechanism)]


def traces(document: Document) -> Iterator[Document]:
    for node in document["nodes"].values():
        yield from (node.get("ovs") or {}).get("traces", [])


@pytest.mark.parametrize(
    ("start", "to", "protocol", "expected", "way"),
    [
        (
            "testinstance1",
            "testinstance2",
            "icmp",
            "delivered to testinstance2",
            [
                "passes internal1, goes to ovn-chassi-0",
                "goes to the end of a tunnel",
                "passes internal1, goes to testins",
            ],
        ),
        (
            "testinstance1",
            "testinstance4:22",
            "tcp",
            "refused to testinstance4",
            ["passes internal1, router1 and internal2, goes to ovn-chassi-1", "goes to the end", "passes internal2"],
        ),
        (
            "testinstance2",
            "172.24.4.1",
            "icmp",
            "delivered to outside",
            ["passes internal1 and router1", "passes router1, public and br-ex, goes to eth1"],
        ),
        (
            "testinstance1",
            "172.24.4.1",
            "icmp",
            "delivered to central/outside",
            [
                "passes internal1 and router1, goes to ovn",
                "goes to the end",
                "passes router1",
                "passes router1, public",
            ],
        ),
        (
            "outside",
            "172.24.4.54",
            "icmp",
            "delivered to testinstance1",
            [
                "passes br-int, public and router1",
                "passes router1 and internal1, goes to ovn",
                "goes to the",
                "passes int",
            ],
        ),
        (
            "outside",
            "172.24.4.55:22",
            "tcp",
            "refused to testinstance4",
            ["passes br-int, public and router1", "passes router1 and internal2, goes to testins"],
        ),
        (
            "testinstance1",
            "testinstance2:80",
            "tcp",
            "dropped at ls_out_acl",
            [
                "passes internal1, goes to ovn-chassi-0",
                "goes to the end",
                "ls_out_acl of internal1 drops it: reg0[9] == 1",
            ],
        ),
        (
            "testinstance2",
            "172.24.4.77",
            "icmp",
            "controller at lr_in_arp_request",
            ["lr_in_arp_request of router1 gives it to the controller"],
        ),
        (
            "testinstance1",
            "10.10.10.1",
            "icmp",
            "delivered to router1",
            ["delivered to router1: br-int of chassis1 answers"],
        ),
        (
            "chassis1",
            "central",
            "icmp",
            "delivered to central",
            ["goes to eth0, as br-ul says: forwarding to learned port"],
        ),
    ],
)
def test_ways_through_ovn(
    ovn_walk_state: Document, start: str, to: str, protocol: str, expected: str, way: list[str]
) -> None:
    found = walk(ovn_walk_state, start, to, protocol)
    assert unmet(found, expected, []) == []
    assert found["questions"] == []
    told = texts(found, "openvswitch")
    assert [text[: len(begin)] for text, begin in zip(told, way, strict=True)] == way


def test_the_outer_packet_of_a_tunnel(ovn_walk_state: Document) -> None:
    found = walk(ovn_walk_state, "testinstance1", "testinstance4:22")
    (pushed,), (taken,) = hops(found, "geneve"), hops(found, "geneve_end")
    outer = pushed["after"]
    assert pushed["text"] == (
        "ovn-chassi-1 leads to chassis3; gets a Geneve header with VNI 2 and OVN's option 0x10003"
    )
    assert (outer["source"], outer["destination"], outer["destination_port"]) == (
        "192.168.98.11",
        "192.168.98.13",
        6081,
    )
    assert (outer["size_bytes"], outer["tunnel"]["vni"], outer["tunnel"]["option"]) == (118, 2, 0x10003)
    # It leaves by the port of another bridge, where a capture sees it.
    (left,) = [hop for hop in found["hops"] if hop["parent"] == pushed["number"]]
    assert (left["device"], left["direction"], left["after"]) == ("eth0", "out", outer)
    assert (taken["node"], taken["device"], taken["after"]) == ("chassis3", "ovn-chassi-1", outer["tunnel"]["inner"])


@pytest.mark.parametrize(
    ("start", "to", "text", "field"),
    [
        ("testinstance2", "172.24.4.1", "is sent from 172.24.4.50 instead", "source"),
        ("testinstance1", "172.24.4.1", "is sent from 172.24.4.54 instead", "source"),
        ("outside", "172.24.4.54", "is sent to 10.10.10.4 instead", "destination"),
    ],
)
def test_translation(ovn_walk_state: Document, start: str, to: str, text: str, field: str) -> None:
    found = walk(ovn_walk_state, start, to, "icmp")
    (hop,) = hops(found, "nat")
    assert hop["text"].startswith(f"{text}, as conntrack remembers in zone ")
    changed = {key for key, value in hop["after"].items() if value != hop["before"][key]}
    assert changed == {field}


@pytest.mark.parametrize(
    ("to", "protocol", "mac", "node"),
    [("172.24.4.54", "icmp", GATEWAY_MAC, "chassis2"), ("172.24.4.55:22", "tcp", FLOATING_MAC, "chassis3")],
)
def test_the_chassis_of_a_floating_address_answers_and_takes(
    ovn_walk_state: Document, to: str, protocol: str, mac: str, node: str
) -> None:
    found = walk(ovn_walk_state, "outside", to, protocol)
    (answered,) = texts(found, "arp")
    assert answered == f"{to.partition(':')[0]} is at {mac}: br-ex of {node} answers in its place"
    # The frame is for a MAC address that is on no device: all chassis get it, and one wants it.
    assert [hop["node"] for hop in found["hops"] if hop["mechanism"] == "wire"][:3].count(node) == 1
    assert {hop["node"] for hop in found["hops"] if hop["verdict"] == "ignored"} == (
        {"chassis1", "chassis2", "chassis3"} - {node}
    )


def test_a_drop_has_the_logical_flow_as_its_row(ovn_walk_state: Document) -> None:
    found = walk(ovn_walk_state, "testinstance1", "testinstance2:80")
    evidence = found["hops"][-1]["evidence"]
    assert evidence["source"] == "OpenFlow table 46 of br-int"
    assert (evidence["row"]["stage"], evidence["row"]["priority"]) == ("ls_out_acl", 2001)


def test_a_drop_without_the_databases_has_the_step(ovn_walk_state: Document) -> None:
    ovn_walk_state["control"] = {}
    found = walk(ovn_walk_state, "testinstance1", "testinstance2:80")
    last = found["hops"][-1]
    assert (last["verdict"], last["text"]) == ("dropped", "table 46 of br-int drops it")
    assert last["evidence"]["row"]["text"].startswith("46. ")


def test_what_was_not_asked_is_a_question(ovn_walk_state: Document) -> None:
    for node in ovn_walk_state["nodes"].values():
        (node.get("ovs") or {}).pop("traces", None)
    found = walk(ovn_walk_state, "testinstance1", "testinstance2", "icmp")
    assert found["verdict"] == "undecided"
    (question,) = found["questions"]
    assert (question["node"], question["bridge"], question["flow"][:4]) == ("chassis1", "br-int", "arp,")
    assert question["in_port"].startswith("testinsta-")


def test_answers_lead_on_to_the_next_question(ovn_walk_state: Document) -> None:
    given = {name: node["ovs"].pop("traces") for name, node in ovn_walk_state["nodes"].items() if "ovs" in node}
    rounds = 0
    document, found = ovn_walk_state, walk(ovn_walk_state, "outside", "172.24.4.54", "icmp")
    while found["questions"]:
        answers = [
            {"item": question, "trace": row["trace"]}
            for question in found["questions"]
            for row in given[question["node"]]
            if all(row[key] == question[key] for key in ("bridge", "in_port", "flow"))
        ]
        assert len(answers) == len(found["questions"])
        document = _switches.with_answers(document, answers)
        found = walk(document, "outside", "172.24.4.54", "icmp")
        rounds += 1
    # ARP and the packet at three chassis, its tunnel at the other one, and what comes out of that.
    assert (found["verdict"], rounds) == ("delivered", 4)


def test_a_switch_that_gives_no_answer(ovn_walk_state: Document) -> None:
    for row in traces(ovn_walk_state):
        row.update(trace=None, trace_reason="ovs-appctl: cannot connect")
    found = walk(ovn_walk_state, "chassis1", "central", "icmp")
    assert found["hops"][-1]["text"] == (
        "cannot decide: what br-ul of chassis1 does with it: ovs-appctl: cannot connect"
    )
    assert found["questions"] == []


def test_a_switch_that_cannot_go_on(ovn_walk_state: Document) -> None:
    for row in traces(ovn_walk_state):
        row["trace"]["errors"] = ["recursion too deep"]
    found = walk(ovn_walk_state, "chassis1", "central", "icmp")
    assert found["hops"][-1]["text"].endswith("recursion too deep")


def test_a_switch_that_could_not_be_read(ovn_walk_state: Document) -> None:
    ovn_walk_state["nodes"]["chassis1"].update(ovs=None, ovs_reason="no database")
    found = walk(ovn_walk_state, "testinstance1", "testinstance2", "icmp")
    assert found["verdict"] == "undecided"
    assert "no database" in found["hops"][-1]["text"]


def test_a_packet_that_is_too_big_for_the_underlay(ovn_walk_state: Document) -> None:
    links = ovn_walk_state["nodes"]["chassis1"]["namespaces"]["host"]["links"]
    next(link for link in links if link["name"] == "eth0")["mtu_bytes"] = 1400
    found = walk(ovn_walk_state, "testinstance1", "testinstance2", "icmp", size_bytes=1400)
    last = found["hops"][-1]
    assert (last["verdict"], last["text"]) == ("dropped", "1458 bytes are more than the 1400 of eth0; nobody is told")


def test_a_tunnel_that_leads_to_somebody_else(ovn_walk_state: Document) -> None:
    for bridge in ovn_walk_state["nodes"]["chassis2"]["ovs"]["bridges"]:
        for port in bridge["ports"]:
            for interface in port["interfaces"]:
                if interface["options"].get("remote_ip") == "192.168.98.11":
                    interface["options"]["remote_ip"] = "192.168.98.99"
    found = walk(ovn_walk_state, "testinstance1", "testinstance2", "icmp")
    last = found["hops"][-1]
    assert (last["mechanism"], last["verdict"]) == ("geneve_end", "dropped")
    assert last["text"] == "Open vSwitch of chassis2 has no port for geneve from 192.168.98.11 with VNI 1"


# The datapath of the kernel says where a tunnel leads, and the kernel sends its packet; port 3 is the tunnels' there.
SENT = """\
Flow: icmp,in_port=1
bridge("br0")
-------------
 0. priority 0, cookie 0x0
    output:2
     -> output to kernel tunnel

Final flow: unchanged
Megaflow: recirc_id=0,eth,ip,in_port=1
Datapath actions: set(tunnel(tun_id=0x7,dst=192.0.2.2,ttl=64,tp_dst={port},{options}flags(df|key))),3
"""
TAKEN = """\
Flow: icmp,in_port=2
bridge("br0")
-------------
 0. priority 0, cookie 0x0
    output:1

Final flow: unchanged
Megaflow: recirc_id=0,eth,ip,in_port=2
Datapath actions: 2
"""
OVN_OPTION = "geneve({class=0x102,type=0x80,len=4,0x10002}),"


def interface(name: str, kind: str = "system", **options: str) -> Document:
    return {"name": name, "type": kind, "options": options, "external_ids": {}}


@pytest.mark.parametrize(
    ("kind", "port", "options", "overhead"), [("geneve", 6081, OVN_OPTION, 58), ("vxlan", 4789, "", 50)]
)
def test_tunnels_of_the_kernels_datapath(kind: str, port: int, options: str, overhead: int) -> None:
    lab = Lab()
    for node, own, inside in (("one", "192.0.2.1", "10.0.0.1"), ("two", "192.0.2.2", "10.0.0.2")):
        host, instance = lab.namespace("host", node), lab.namespace(f"vm-{node}", node)
        lab.uplink(host, "eth0", f"{own}/24")
        lab.wire(instance, "eth0", f"{inside}/24", host, "tap", None)
        other = {"192.0.2.1": "192.0.2.2", "192.0.2.2": "192.0.2.1"}[own]
        ports = [interface("tap"), interface("tun0", kind, remote_ip=other, key="flow")]
        bridge = {"name": "br0", "ports": [{"name": row["name"], "interfaces": [row]} for row in ports]}
        lab.node(node)["ovs"] = {"bridges": [bridge]}
    first, second = (lab.document["nodes"][node]["namespaces"] for node in ("one", "two"))
    mac = next(link["mac"] for link in second["vm-two"]["links"] if link["name"] == "eth0")
    row = {"address": "10.0.0.2", "mac": mac, "device": "eth0", "states": ["permanent"], "flags": [], "family": "ipv4"}
    first["vm-one"]["neighbours"].append(row)
    texts_of = {"one": SENT.format(port=port, options=options), "two": TAKEN}
    document = lab.document

    for node in texts_of:
        (question,) = walk(document, "one/vm-one", "10.0.0.2", "icmp")["questions"]
        assert question["node"] == node
        trace = parse_trace(texts_of[node])
        (output,) = trace["outputs"]
        output.update(
            {"one": {"device": "tun0", "interface": "tun0"}, "two": {"device": "tap", "interface": "tap"}}[node]
        )
        document = _switches.with_answers(document, [{"item": question, "trace": trace}])
    found = walk(document, "one/vm-one", "10.0.0.2", "icmp")

    assert (found["verdict"], found["questions"]) == ("delivered", [])
    assert ("tun_metadata0=0x10002" in question["flow"]) == bool(options)
    assert "tun_id=0x7,tun_src=192.0.2.1,tun_dst=192.0.2.2" in question["flow"]
    (outer,) = [hop["after"] for hop in found["hops"] if hop["mechanism"] == "wire"]
    assert (outer["source"], outer["destination"], outer["destination_port"]) == ("192.0.2.1", "192.0.2.2", port)
    assert outer["size_bytes"] == 60 + overhead
    assert [hop["device"] for hop in found["hops"] if hop["mechanism"] == f"{kind}_end"] == ["tun0"]
