# SPDX-License-Identifier: GPL-3.0-or-later
"""Which devices are watched for a proof, and which probes are sent."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._plan import plan, source_ports
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._walks import walk

Document = dict[str, Any]

TOKEN = "4f1c2d3e"


def test_one_way(swarm_state: Document) -> None:
    found = plan(walk(swarm_state, "cli.n1", "web.2:80"), TOKEN)
    assert found == {
        "points": {
            "n1": [
                {"namespace": "9ff9e882fd39", "device": "eth0"},
                {"namespace": "1-1us5hb6ohx", "device": "veth1"},
                {"namespace": "1-1us5hb6ohx", "device": "vxlan0"},
                {"namespace": "host", "device": "eth0"},
            ],
            "n2": [
                {"namespace": "host", "device": "eth0"},
                {"namespace": "1-1us5hb6ohx", "device": "vxlan0"},
                {"namespace": "1-1us5hb6ohx", "device": "veth2"},
                {"namespace": "97acfd65a327", "device": "eth1"},
            ],
        },
        "probes": [
            {
                "root": 1,
                "node": "n1",
                "namespace": "9ff9e882fd39",
                "protocol": "tcp",
                "source": None,
                "source_port": 40000,
                "destination": "10.0.1.3",
                "destination_port": 80,
                "count": 1,
                "token": "4f1c2d3e0001",
            }
        ],
        "match": {"protocol": "tcp", "ports": [40000]},
        "vxlan_ports": [4789],
    }


def test_several_probes_for_several_backends(swarm_state: Document) -> None:
    found = plan(walk(swarm_state, "cli.n1", "web:80"), TOKEN)
    assert [(probe["destination"], probe["count"]) for probe in found["probes"]] == [("10.0.1.2", 4)]
    assert found["match"]["ports"] == source_ports(found["probes"][0]) == [40000, 40001, 40002, 40003]
    # A device that both ways pass is watched once.
    assert found["points"]["n1"].count({"namespace": "1-1us5hb6ohx", "device": "veth0"}) == 1


def test_no_two_probes_have_one_port(swarm_state: Document) -> None:
    found = plan(walk(swarm_state, "cli", "web:80"), TOKEN)
    assert [(probe["node"], probe["source_port"], probe["count"]) for probe in found["probes"]] == [
        ("n1", 40000, 4),
        ("n2", 40004, 4),
        ("n3", 40008, 4),
    ]
    assert found["match"]["ports"] == list(range(40000, 40012))
    assert len({probe["token"] for probe in found["probes"]}) == 3


def test_no_more_than_twenty_probes(swarm_state: Document) -> None:
    service = swarm_state["nodes"]["n1"]["namespaces"]["lb_1us5hb6oh"]["ipvs"]
    for row in service:
        row["backends"] = [row["backends"][0]] * 30
    (probe,) = plan(walk(swarm_state, "cli.n1", "web:80"), TOKEN)["probes"]
    assert probe["count"] == 20


@pytest.mark.parametrize(("protocol", "to"), [("udp", "web.2:53"), ("icmp", "web.2")])
def test_others_carry_a_token(swarm_state: Document, protocol: str, to: str) -> None:
    found = plan(walk(swarm_state, "cli.n1", to, protocol), TOKEN)
    assert found["match"] == {"protocol": protocol, "token": TOKEN}
    assert found["probes"][0]["token"].startswith(TOKEN)
    assert (found["probes"][0]["source_port"] is None) == (protocol == "icmp")


def test_translated_ports_are_watched_for(swarm_state: Document) -> None:
    chain = swarm_state["nodes"]["n1"]["namespaces"]["9ff9e882fd39"]["netfilter"]["tables"]["nat"]["chains"][
        "POSTROUTING"
    ]
    rule = {
        "text": "-A POSTROUTING -j SNAT --to-source 10.0.1.8:1024",
        **dict.fromkeys(("source", "destination", "protocol", "in_interface", "out_interface")),
        "negated": [],
        "matches": [],
        "target": "SNAT",
        "goto": False,
        "options": {"to_source": "10.0.1.8:1024"},
        "packets": 0,
        "bytes": 0,
    }
    chain["rules"].insert(0, rule)
    assert plan(walk(swarm_state, "cli.n1", "web.2:80"), TOKEN)["match"]["ports"] == [1024, 40000]


def test_tunnels_on_other_ports_are_looked_into(swarm_state: Document) -> None:
    for node in swarm_state["nodes"].values():
        for link in node["namespaces"]["1-1us5hb6ohx"]["links"]:
            if link["kind"] == "vxlan":
                link["vxlan"]["port"] = 7777
    assert plan(walk(swarm_state, "cli.n1", "web.2:80"), TOKEN)["vxlan_ports"] == [4789, 7777]


def test_from_outside(swarm_state: Document) -> None:
    unnamed = plan(walk(swarm_state, "outside", "n2:8080"), TOKEN)["probes"][0]
    assert (unnamed["node"], unnamed["namespace"], unnamed["source"]) == (None, None, None)
    named = plan(walk(swarm_state, "outside:203.0.113.9", "n2:8080"), TOKEN)["probes"][0]
    assert named["source"] == "203.0.113.9"


def test_nothing_to_watch(swarm_state: Document) -> None:
    swarm_state["nodes"]["n1"]["namespaces"]["host"]["routes"] = []
    found = walk(swarm_state, "n1", "203.0.113.9:80")
    assert found["verdict"] == "dropped"
    assert plan(found, TOKEN)["points"] == {}
