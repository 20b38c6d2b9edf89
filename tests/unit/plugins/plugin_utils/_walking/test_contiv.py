# SPDX-License-Identifier: GPL-3.0-or-later
"""Walks through the lab of the Contiv tutorial, with what its Open vSwitch said, and over Docker's overlay there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import Unknown
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking import _contiv
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._expectations import unmet
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._names import AmbiguousName, UnknownName
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._packet import Packet
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._switches import Switch
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._walks import walk
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._ways import ways

Document = dict[str, Any]

MASTER, WORKER = "legacy-swarm-master", "legacy-swarm-worker0"


def counting(found: Document, mechanism: str) -> list[Document]:
    """Hops of a mechanism on the branches that count."""
    return [hop for way in ways(found) for hop in way if hop["mechanism"] == mechanism]


def sandboxes(document: Document) -> Iterator[Document]:
    """Of the overlay network."""
    for node in document["nodes"].values():
        yield from (namespace for name, namespace in node["namespaces"].items() if "-4d0ce94dad" in name)


def forget(namespace: Document, *parts: str) -> None:
    """What the VXLAN device of a sandbox knows of others is lost."""
    for part in parts:
        namespace[part] = [row for row in namespace[part] if row["device"] != "vxlan0" or "master" in row["flags"]]


@pytest.mark.parametrize(
    ("start", "to", "protocol", "expected", "via"),
    [
        (
            "contiv-c1",
            "contiv-c2",
            "icmp",
            "delivered to contiv-c2",
            [
                MASTER,
                "vvport1",
                "contivVxlanBridge",
                "vxlan",
                "eth1",
                WORKER,
                "br-vtep",
                "vxlan_end",
                "contivVxlanBridge",
            ],
        ),
        (f"{MASTER}/contiv-c1", f"{WORKER}/contiv-c2:80", "tcp", "delivered to contiv-c2", ["vxlan"]),
        (
            "contiv-vlan-c1",
            "contiv-vlan-c2",
            "icmp",
            "delivered to contiv-vlan-c2",
            [f"{MASTER}/host/contivVlanBridge", f"{MASTER}/host/eth2", f"{WORKER}/host/eth2", "contivVlanBridge"],
        ),
        ("contiv-vlan-c1", "contiv-vlan-c2:81", "tcp", "refused to contiv-vlan-c2", ["contivVlanBridge", "eth2"]),
        ("contiv-c1", "192.168.2.1", "icmp", "left", ["eth1", "docker_gwbridge", "nat", f"{MASTER}/host/eth0"]),
        (
            "outside",
            "192.168.2.51:9099",
            "tcp",
            "delivered to contiv-exposed",
            ["eth0", "nat", "docker_gwbridge", "eth1"],
        ),
        ("contiv-blue-c1", "10.1.2.2", "icmp", "delivered to contiv-blue-c2", ["vxlan"]),
        ("contiv-c1", "10.1.2.3", "icmp", "delivered to contiv-exposed", ["vxlan"]),
        ("contiv-blue-c1", "10.1.2.3", "icmp", "delivered to contiv-blue-c3", ["vvport2", "vvport3"]),
        ("contiv-c1", "10.1.2.4:80", "tcp", "delivered to contiv-web", ["vxlan"]),
        ("contiv-c1", "10.1.2.4", "icmp", "dropped at contivVxlanBridge", [f"{MASTER}/host"]),
        ("contiv-c1", "10.1.2.9", "icmp", "dropped at arp", []),
        ("contiv-vlan-c1", "10.1.3.9", "icmp", "left", []),
        (
            "overlay-c1",
            "overlay-c2:80",
            "tcp",
            "delivered to overlay-c2",
            ["vxlan0", f"{MASTER}/host/eth0", "vxlan_end"],
        ),
    ],
)
def test_ways_of_the_tutorial(
    contiv_walk_state: Document, start: str, to: str, protocol: str, expected: str, via: list[str]
) -> None:
    found = walk(contiv_walk_state, start, to, protocol)
    assert unmet(found, expected, via) == []
    assert found["questions"] == []


@pytest.mark.parametrize(("start", "vni", "tenant"), [("contiv-c1", 1, "default"), ("contiv-blue-c1", 2, "blue")])
def test_one_address_of_two_tenants_is_meant_in_the_own_one(
    contiv_walk_state: Document, start: str, vni: int, tenant: str
) -> None:
    found = walk(contiv_walk_state, start, "10.1.2.2", "icmp")
    (pushed,) = counting(found, "vxlan")
    assert pushed["after"]["tunnel"]["vni"] == vni
    told = [hop["text"] for hop in counting(found, "openvswitch")]
    assert told == [
        f"passes contiv-net of tenant {tenant}, goes to vxif192168351",
        "goes to the end of a tunnel, as br-vtep says: forwarding to learned port",
        f"passes contiv-net of tenant {tenant}, goes to {'vvport1' if tenant == 'default' else 'vvport2'}",
    ]


def test_the_row_that_chose_the_tunnel(contiv_walk_state: Document) -> None:
    first = counting(walk(contiv_walk_state, "contiv-c1", "contiv-c2", "icmp"), "openvswitch")[0]
    assert first["evidence"]["source"] == "OpenFlow table 9 of contivVxlanBridge"
    assert first["evidence"]["row"]["match"] == {"dl_dst": "02:02:0a:01:02:02", "dl_vlan": 1}


def test_the_tag_of_a_vlan_network_is_in_the_frame_between_the_nodes(contiv_walk_state: Document) -> None:
    found = walk(contiv_walk_state, "contiv-vlan-c1", "contiv-vlan-c2", "icmp")
    tagged = [(hop["node"], hop["device"]) for hop in counting(found, "transmit") if hop["after"]["vlans"] == [112]]
    assert tagged == [(MASTER, "eth2")]
    assert counting(found, "delivery")[0]["after"]["vlans"] == []


def test_netplugin_answers_for_an_endpoint_of_the_tenant(contiv_walk_state: Document) -> None:
    (answered,) = counting(walk(contiv_walk_state, "contiv-blue-c1", "10.1.2.2", "icmp"), "arp")
    assert answered["text"] == (
        "10.1.2.2 is at 02:02:0a:01:02:02: netplugin of legacy-swarm-master answers for the endpoint on"
        " legacy-swarm-worker0 in contiv-net of tenant blue"
    )
    assert answered["evidence"]["source"] == "endpoints of netmaster"
    assert (answered["evidence"]["row"]["tenant"], answered["evidence"]["row"]["host"]) == ("blue", WORKER)


def test_nobody_answers_for_an_address_that_the_tenant_does_not_have(contiv_walk_state: Document) -> None:
    endpoints = contiv_walk_state["control"]["contiv"]["endpoints"]
    for endpoint in endpoints:
        if (endpoint["tenant"], endpoint["address"]) == ("default", "10.1.2.3"):
            endpoint["address"] = "10.1.2.77"
    # blue still has it.
    last = walk(contiv_walk_state, "contiv-c1", "10.1.2.3", "icmp")["hops"][-1]
    assert (last["verdict"], last["text"]) == (
        "dropped",
        "nobody answers for 10.1.2.3 on eth0: contiv-net of tenant default has no endpoint with 10.1.2.3",
    )


def test_a_policy_that_drops_is_called_so(contiv_walk_state: Document) -> None:
    last = walk(contiv_walk_state, "contiv-c1", "10.1.2.4", "icmp")["hops"][-1]
    assert last["text"] == "table 5 (policy) of contivVxlanBridge drops it"
    assert last["evidence"]["row"]["match"]["icmp"] is True


def test_what_netplugin_answers_is_unknown_without_netmaster(contiv_walk_state: Document) -> None:
    contiv_walk_state["control"].update(contiv=None, contiv_reason="netmaster does not answer")
    last = walk(contiv_walk_state, "contiv-c1", "contiv-c2", "icmp")["hops"][-1]
    assert (last["mechanism"], last["verdict"]) == ("arp", "undecided")
    assert "a flow with the cookie 0x8 gives it to the controller" in last["text"]


@pytest.mark.parametrize(
    ("to", "source"), [("10.1.2.2", "endpoints of netmaster"), ("10.1.2.9", "networks of netmaster")]
)
def test_netplugin_is_the_router_in_routing_mode(contiv_walk_state: Document, to: str, source: str) -> None:
    contiv = contiv_walk_state["control"]["contiv"]
    contiv["global"]["forwarding_mode"] = "routing"
    next(row for row in contiv["networks"] if row["tenant"] == "default")["gateway"] = "10.1.2.9"
    found = walk(contiv_walk_state, "contiv-c1", to, "icmp")
    (answered,) = counting(found, "arp")
    assert answered["text"].endswith("netplugin of legacy-swarm-master answers, as it routes for tenant default")
    assert (answered["after"]["destination_mac"], answered["evidence"]["source"]) == ("00:00:11:11:11:11", source)
    # That packet was not asked about.
    assert [question["bridge"] for question in found["questions"]] == ["contivVxlanBridge"]


def test_a_router_does_not_answer_for_what_nobody_has(contiv_walk_state: Document) -> None:
    contiv_walk_state["control"]["contiv"]["global"]["forwarding_mode"] = "routing"
    last = walk(contiv_walk_state, "contiv-c1", "10.1.2.9", "icmp")["hops"][-1]
    assert last["text"] == "nobody answers for 10.1.2.9 on eth0: tenant default has no endpoint with 10.1.2.9"


@pytest.mark.parametrize(
    ("asked", "verdict", "text"),
    [
        ("10.1.3.2", "answered", "answers for the endpoint on legacy-swarm-worker0"),
        ("10.1.3.1", "ignored", "netplugin of legacy-swarm-worker0 answers for its own endpoints only"),
        ("10.1.3.9", "ignored", "contiv-vlan of tenant default has no endpoint with 10.1.3.9"),
    ],
)
def test_a_question_from_the_uplink(contiv_walk_state: Document, asked: str, verdict: str, text: str) -> None:
    control = contiv_walk_state["control"]
    switch = Switch(contiv_walk_state["nodes"][WORKER]["ovs"])
    question = Packet("arp", asked, source="10.1.3.77", vlans=(112,))
    network = _contiv.network_at(control, switch, "eth2", question, None)
    assert network is not None
    note = _contiv.answer(control, WORKER, WORKER, network, question, from_container=False)
    assert (note.verdict, text in note.text) == (verdict, True)


def test_a_router_and_a_question_from_the_uplink(contiv_walk_state: Document) -> None:
    control = contiv_walk_state["control"]
    control["contiv"]["global"]["forwarding_mode"] = "routing"
    network = control["contiv"]["networks"][0]
    with pytest.raises(Unknown, match="what netplugin answers to the outside in routing mode"):
        _contiv.answer(control, WORKER, WORKER, network, Packet("arp", "10.1.3.2"), from_container=False)


def test_the_kernel_cuts_the_names_of_devices(contiv_walk_state: Document) -> None:
    switch = Switch(contiv_walk_state["nodes"][MASTER]["ovs"])
    assert switch.device_of("contivVlanBridge") == "contivVlanBridg"
    assert switch.bridge_of("contivVlanBridg") == "contivVlanBridge"
    assert switch.internal_beside("contivVlanBridge") == []
    assert "contivVlanBridg" in [
        link["name"] for link in contiv_walk_state["nodes"][MASTER]["namespaces"]["host"]["links"]
    ]


def test_a_container_of_another_tenant_has_no_name(contiv_walk_state: Document) -> None:
    with pytest.raises(UnknownName, match=r"contiv-c1 is in contiv-net and contiv-blue-c2 in contiv-net/blue"):
        walk(contiv_walk_state, "contiv-c1", "contiv-blue-c2", "icmp")


def test_an_address_of_two_tenants_is_no_place_to_start(contiv_walk_state: Document) -> None:
    with pytest.raises(AmbiguousName, match=r"FROM 10\.1\.2\.1 may be each of"):
        walk(contiv_walk_state, "10.1.2.1", "10.1.2.2", "icmp")


def test_a_container_is_not_on_another_node(contiv_walk_state: Document) -> None:
    with pytest.raises(UnknownName):
        walk(contiv_walk_state, f"{WORKER}/contiv-c1", "contiv-c2", "icmp")


def test_an_engine_learns_of_a_peer_when_it_is_asked_for(contiv_walk_state: Document) -> None:
    for sandbox in sandboxes(contiv_walk_state):
        forget(sandbox, "neighbours", "fdb")
    found = walk(contiv_walk_state, "overlay-c1", "overlay-c2:80")
    assert unmet(found, "delivered to overlay-c2", ["arp", "vxlan0", "vxlan_end"]) == []
    answered, pushed = counting(found, "arp")[0], counting(found, "vxlan")[0]
    assert answered["text"].endswith("lacks it, and its engine learns it from that of legacy-swarm-worker0")
    assert answered["evidence"]["source"] == f"endpoints of network overlay-net on {WORKER}"
    assert pushed["text"].startswith(
        "as the engine learned from that of legacy-swarm-worker0, 02:42:1e:01:01:03 is behind"
    )
    assert pushed["after"]["destination"] == "192.168.2.51"


def test_an_engine_does_not_repair_what_it_entered(contiv_walk_state: Document) -> None:
    for sandbox in sandboxes(contiv_walk_state):
        forget(sandbox, "fdb")
    last = walk(contiv_walk_state, "overlay-c1", "overlay-c2:80")["hops"][-1]
    assert (last["verdict"], last["text"]) == ("dropped", "the fdb of vxlan0 has no VTEP for 02:42:1e:01:01:03")


def test_where_a_peer_is_may_be_unknown(contiv_walk_state: Document) -> None:
    for sandbox in sandboxes(contiv_walk_state):
        forget(sandbox, "neighbours", "fdb")
    contiv_walk_state["nodes"][WORKER].update(legacy_swarm=None, legacy_swarm_reason="the engine does not answer")
    last = walk(contiv_walk_state, "overlay-c1", "overlay-c2:80")["hops"][-1]
    assert last["text"] == (
        "cannot decide: which VTEP the engine of legacy-swarm-worker0 advertises: the engine does not answer"
    )


def test_managers_of_a_swarm_are_not_asked_about_peers(contiv_walk_state: Document) -> None:
    for node in contiv_walk_state["nodes"].values():
        for network in node["docker"]["networks"]:
            network["scope"] = "swarm" if network["name"] == "overlay-net" else network["scope"]
    for sandbox in sandboxes(contiv_walk_state):
        forget(sandbox, "neighbours", "fdb")
    last = walk(contiv_walk_state, "overlay-c1", "overlay-c2:80")["hops"][-1]
    assert (last["verdict"], last["text"]) == ("dropped", "nobody answers for 30.1.1.3 on eth0")
