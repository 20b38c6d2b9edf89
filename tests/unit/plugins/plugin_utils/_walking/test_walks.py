# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole walks through the recorded swarm, from a name to a name."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._names import UnknownName
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._walks import walk

Document = dict[str, Any]

WEB_1 = "web.1.91k5z4omh4jgowjxlyk4c8c4x"
WEB_2 = "web.2.268q2rc84yz7ubtxwa0xfiq6g"


def recipients(found: Document) -> list[str]:
    hops = {hop["number"]: hop for hop in found["hops"]}
    return [hops[number]["recipient"] for number in found["ends"]]


@pytest.mark.parametrize(
    ("start", "to", "protocol", "verdict", "ends"),
    [
        pytest.param("cli.n1", "web:80", "tcp", "delivered", [WEB_2, WEB_1], id="virtual address"),
        pytest.param("cli.n1", "tasks.web", "tcp", "delivered", [WEB_1, WEB_2], id="one root for each task"),
        pytest.param("cli", "web.2:80", "tcp", "delivered", [WEB_2] * 3, id="one root for each origin"),
        pytest.param("cli", "tasks.web:80", "tcp", "delivered", [WEB_1, WEB_2] * 3, id="origins and targets"),
        pytest.param("n1", "n3", "icmp", "delivered", ["n3"], id="echo request"),
        pytest.param("n2/97acfd65a327", "web.1:81", "tcp", "refused", [WEB_1], id="nobody listens"),
        pytest.param("web.1", "192.0.2.1:9", "udp", "left", [None], id="out of the lab"),
        pytest.param("outside", "n2:8080", "tcp", "delivered", [WEB_2, WEB_1], id="outside, by the gateway"),
    ],
)
def test_where_it_ends(
    swarm_state: Document, start: str, to: str, protocol: str, verdict: str, ends: list[str | None]
) -> None:
    found = walk(swarm_state, start, to, protocol)
    assert (found["verdict"], recipients(found)) == (verdict, ends)


def test_the_document(swarm_state: Document) -> None:
    found = walk(swarm_state, "cli.n1", "web.2", source_port=40001, size_bytes=100)
    assert {key: found[key] for key in found if key not in ("hops", "ends")} == {
        "schema": 1,
        "lab": "swarm",
        "taken_at": swarm_state["taken_at"],
        "from": {
            "name": "cli.n1",
            "node": "n1",
            "namespace": "9ff9e882fd39",
            "container": "cli.mqj106qvllz50890xcb4bxwt5.i1g505611eh8xg6s09bn5vraq",
            "address": "10.0.1.8",
        },
        "to": {"name": "web.2", "protocol": "tcp", "port": 80},
        "verdict": "delivered",
        "questions": [],
    }
    assert [hop["number"] for hop in found["hops"]] == list(range(1, len(found["hops"]) + 1))
    assert found["ends"] == [len(found["hops"])]
    root = found["hops"][0]
    assert (root["parent"], root["before"], root["mechanism"]) == (None, None, "name")
    assert (root["after"]["source_port"], root["after"]["size_bytes"]) == (40001, 100)
    for hop in found["hops"][1:]:
        assert hop["parent"] < hop["number"]
        assert hop["before"] == found["hops"][hop["parent"] - 1]["after"]


def test_several_origins_have_no_place_in_common(swarm_state: Document) -> None:
    assert walk(swarm_state, "cli", "web.2:80")["from"] == {
        "name": "cli",
        "node": None,
        "namespace": None,
        "container": None,
        "address": None,
    }


@pytest.mark.parametrize(
    ("start", "source", "given"),
    [("outside", "192.168.99.1", None), ("outside:203.0.113.9", "203.0.113.9", "203.0.113.9")],
)
def test_from_outside(swarm_state: Document, start: str, source: str, given: str | None) -> None:
    found = walk(swarm_state, start, "n2:8080")
    first, arrival = found["hops"][:2]
    assert (first["node"], first["after"]["source"], found["from"]["address"]) == (None, source, given)
    assert (arrival["node"], arrival["device"], arrival["mechanism"]) == ("n2", "eth0", "wire")
    assert arrival["after"]["source_mac"] is None


@pytest.mark.parametrize(
    ("start", "to", "sentence"),
    [
        ("cli.n4", "web:80", "FROM cli.n4: no node, task, .* is called so; near names are cli.n3, cli.n2, cli.n1"),
        ("cli.n1", "wep:80", "TO wep: no node, .*; near names are web"),
        ("cli.n1", "web:http", "TO web:http: a port is a number from 1 to 65535"),
        ("outside:web", "n2:8080", "FROM outside:web: expected outside, or outside: and an address"),
        ("outside:2001:db8::9", "n2:8080", "FROM outside: 2001:db8::9 cannot send to 192.168.99.12, .* another family"),
        ("outside", "10.0.1.3:80", r"TO 10\.0\.1\.3:80: no node of the lab has 10\.0\.1\.3 where the outside could"),
        ("outside", "web:80", r"TO web: the outside does not resolve service names; .* n1:8080"),
    ],
)
def test_names_that_mean_nothing(swarm_state: Document, start: str, to: str, sentence: str) -> None:
    with pytest.raises(UnknownName, match=sentence):
        walk(swarm_state, start, to)


def test_outside_of_nodes_without_a_gateway(swarm_state: Document) -> None:
    routes = swarm_state["nodes"]["n2"]["namespaces"]["host"]["routes"]
    routes[:] = [row for row in routes if row["destination"] != "default"]
    with pytest.raises(UnknownName, match="FROM outside: n2 has no gateway to take the address of; name one"):
        walk(swarm_state, "outside", "n2:8080")
