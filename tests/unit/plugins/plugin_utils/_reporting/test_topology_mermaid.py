# SPDX-License-Identifier: GPL-3.0-or-later
"""The topology of the recorded swarm as a Mermaid flowchart."""

from __future__ import annotations

from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._reporting._topology_mermaid import topology_mermaid

OVERLAY = "1-1us5hb6ohx"
VTEP = "vxlan0<br/>VNI 4097, port 4789"


def tunnels(drawing: Any, vni: int) -> set[tuple[str, str, str]]:
    """Nodes at both ends of the edges with a VNI."""
    edges = [edge for edge in drawing.edges if edge.label.startswith(f"VNI {vni},")]
    return {(edge.first.boxes[0], edge.arrow, edge.second.boxes[0]) for edge in edges}


def labels(drawing: Any) -> list[tuple[str, str, str, str]]:
    return [(edge.first.label, edge.arrow, edge.second.label, edge.label) for edge in drawing.edges]


def test_nodes_and_namespaces(swarm_state: dict[str, Any], read_mermaid: Any) -> None:
    text = topology_mermaid(swarm_state)
    boxes = {vertex.boxes for vertex in read_mermaid(text).vertices}

    assert {box[0] for box in boxes} == {"n1", "n2", "n3"}
    assert {box[1] for box in boxes if box[0] == "n1"} == {
        "1-1us5hb6ohx (ov1)",
        "1-qglven21op (ingress)",
        "9ff9e882fd39 (cli)",
        "d7f92170ec4e (web.1)",
        "host",
        "ingress_sbox",
        "lb_1us5hb6oh (ov1)",
    }
    assert "127.0.0.1" not in text
    assert "docker0" not in text
    assert "docker_gwbridge" in text


def test_veth_pairs_and_ports(swarm_state: dict[str, Any], read_mermaid: Any) -> None:
    edges = labels(read_mermaid(topology_mermaid(swarm_state)))

    assert ("br0<br/>10.0.1.1/24", "---", "eth1<br/>10.0.1.4/24", "veth2") in edges
    assert ("eth1<br/>172.18.0.3/16", "---", "docker_gwbridge<br/>172.18.0.1/16", "vethf9742d4") in edges
    assert edges.count(("br0<br/>10.0.1.1/24", "---", VTEP, "")) == 3


def test_every_node_has_a_tunnel_to_every_other(swarm_state: dict[str, Any], read_mermaid: Any) -> None:
    drawing = read_mermaid(topology_mermaid(swarm_state))
    everyone = {("n1", "<-->", "n2"), ("n1", "<-->", "n3"), ("n2", "<-->", "n3")}

    assert tunnels(drawing, 4097) == everyone
    assert tunnels(drawing, 4096) == everyone


def test_a_tunnel_that_one_end_does_not_know(swarm_state: dict[str, Any], read_mermaid: Any) -> None:
    overlay = swarm_state["nodes"]["n2"]["namespaces"][OVERLAY]
    overlay["fdb"] = [row for row in overlay["fdb"] if row["destination"] != "192.168.99.11"]

    assert tunnels(read_mermaid(topology_mermaid(swarm_state)), 4097) == {
        ("n1", "-->", "n2"),
        ("n1", "<-->", "n3"),
        ("n2", "<-->", "n3"),
    }


def test_a_vtep_that_no_node_has(swarm_state: dict[str, Any], read_mermaid: Any) -> None:
    row = swarm_state["nodes"]["n1"]["namespaces"][OVERLAY]["fdb"][0]
    swarm_state["nodes"]["n1"]["namespaces"][OVERLAY]["fdb"] = [
        {**row, "device": "vxlan0", "destination": "192.0.2.1", "vni": None, "port": 8472}
    ]
    drawing = read_mermaid(topology_mermaid(swarm_state))

    assert dict(drawing.vertices)["192.0.2.1"] == ("VTEPs of no node that was read",)
    assert (VTEP, "-->", "192.0.2.1", "VNI 4097, port 8472") in labels(drawing)


def test_patterns(swarm_state: dict[str, Any], read_mermaid: Any) -> None:
    drawing = read_mermaid(topology_mermaid(swarm_state, ["1-1us*", "web.*"]))

    assert {vertex.boxes[1] for vertex in drawing.vertices} == {
        "1-1us5hb6ohx (ov1)",
        "97acfd65a327 (web.2)",
        "d7f92170ec4e (web.1)",
    }
    assert ("br0<br/>10.0.1.1/24", "---", "eth1<br/>10.0.1.3/24", "veth2") in labels(drawing)
    assert len(tunnels(drawing, 4097)) == 3


def test_what_was_not_read_is_in_the_drawing(swarm_state: dict[str, Any], read_mermaid: Any) -> None:
    swarm_state["nodes"]["n3"] = {"namespaces": None, "namespaces_reason": 'ssh: "timeout" #1', "docker": None}
    overlay = swarm_state["nodes"]["n2"]["namespaces"][OVERLAY]
    overlay.update(links=None, links_reason="setns: not permitted", fdb=None, addresses=None)
    vertices = dict(read_mermaid(topology_mermaid(swarm_state)).vertices)

    assert vertices["not known<br/>ssh: #34;timeout#34; #35;1"] == ("n3",)
    assert vertices["not known<br/>setns: not permitted"] == ("n2", "1-1us5hb6ohx (ov1)")


def test_devices_on_top_of_others_and_hardware(read_mermaid: Any) -> None:
    def link(name: str, kind: str, **more: Any) -> dict[str, Any]:
        return {"name": name, "kind": kind, "index": 1, "flags": ["up"], **more}

    parent = {"index": 2, "namespace": "host", "name": "eth1"}
    links = [
        link("eth1", "ethernet"),
        link("eth2", "ethernet"),
        link("eth1.100", "vlan", parent=parent, vlan={"identifier": 100, "protocol": "802.1Q"}),
        link("mac0", "macvlan", parent=parent, macvlan={"mode": "bridge"}),
        link("tap0", "tun", master="br-lan"),
        link("br-lan", "bridge"),
    ]
    state = {"nodes": {"n1": {"namespaces": {"host": {"links": links}}}}}

    assert sorted(labels(read_mermaid(topology_mermaid(state)))) == [
        ("br-lan", "---", "tap0", ""),
        ("eth1", "---", "eth1.100<br/>VLAN 100", ""),
        ("eth1", "---", "mac0<br/>macvlan, bridge", ""),
    ]


def test_the_same_state_is_the_same_text(swarm_state: dict[str, Any]) -> None:
    turned = {**swarm_state, "nodes": dict(reversed(swarm_state["nodes"].items()))}

    assert topology_mermaid(turned) == topology_mermaid(swarm_state)
