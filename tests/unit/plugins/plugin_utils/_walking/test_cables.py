# SPDX-License-Identifier: GPL-3.0-or-later
"""Walks over veth pairs between nodes, in labs made by hand."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._expectations import unmet
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._hop import Walk
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._walks import walk

sys.path.insert(0, str(Path(__file__).parent))

from state_lab import Lab, Namespace, port, story  # noqa: E402


class Row:
    """ops1 - ops2 - ops3, port by port, and by their own eth0 on the network between the nodes."""

    def __init__(self) -> None:
        self.lab = Lab()
        for number in (1, 2, 3):
            self.plug(self.lab.namespace("host", f"ops{number}"), "eth0", f"192.0.2.{number}/24")
        one, two, three = (self.lab.namespace("swns", f"ops{number}") for number in (1, 2, 3))
        self.switches: dict[str, Namespace] = {"ops1": one, "ops2": two, "ops3": three}
        self.first = self.lab.cable(one, "1", "10.0.1.1/24", two, "1", "10.0.1.2/24")
        self.second = self.lab.cable(two, "2", "10.0.2.1/24", three, "1", "10.0.2.2/24")
        two.forward()
        one.route("10.0.2.0/24", "1", "10.0.1.2")

    def plug(self, namespace: Namespace, device: str, address: str, **fields: Any) -> None:
        """An end of a pair whose other end is on no node, as Docker makes it."""
        namespace.device(device, "veth", peer={"index": 900, "namespace": None, "name": None}, **fields)
        namespace.address(device, address)

    def ping(self, sender: str = "ops1", to: str = "10.0.2.2", **more: Any) -> Walk:
        return self.lab.send(self.switches[sender], to, None, "icmp", **more)


@pytest.fixture
def row() -> Row:
    return Row()


def ended(walk: Walk) -> str:
    assert len(walk.ends) == 1, story(walk)
    return f"{walk.verdict}: {walk.ends[0].note.text}"


def test_from_switch_to_switch(row: Row) -> None:
    walked = row.ping()
    assert ended(walked) == "delivered: delivered to swns on ops3, whose kernel answers"
    crossed = [hop.note.text for hop in walked.hops if hop.note.mechanism == "transmit"]
    assert crossed == ["leaves by 1 to 1 of swns on ops2", "leaves by 2 to 1 of swns on ops3"]


def test_the_mark_of_a_packet_stays_in_its_namespace(row: Row) -> None:
    assert [hop.after.mark for hop in row.ping(mark=7).hops if hop.note.mechanism == "receive"] == [0, 0]


def test_the_network_between_the_nodes_is_there_as_before(row: Row) -> None:
    document = walk(row.lab.document, "ops1/host", "ops3/host", "icmp")
    assert document["verdict"] == "delivered"
    assert [hop["text"] for hop in document["hops"] if hop["mechanism"] == "wire"] == ["comes to eth0 of ops3"]


def test_nobody_on_a_cable_hears_what_is_on_the_network(row: Row) -> None:
    one = row.switches["ops1"]
    row.plug(one, "9", "198.51.100.1/24")
    one.route("10.0.1.2/32", "9")
    assert ended(row.ping("ops1", "10.0.1.2")) == "left: nobody in the lab answers for 10.0.1.2 on 9"


def test_who_is_not_at_the_other_end_does_not_answer(row: Row) -> None:
    row.switches["ops1"].route("10.0.2.2/32", "1")
    assert ended(row.ping()).startswith("dropped: nobody answers for 10.0.2.2 on 1")


@pytest.mark.parametrize(
    ("change", "size_bytes", "told"),
    [
        ({"mtu_bytes": 1400}, 1400, "delivered: delivered to swns on ops3, whose kernel answers"),
        ({"mtu_bytes": 1400}, 1450, "dropped: 1450 bytes are more than the 1400 of 1 of swns on ops2; nobody is told"),
        ({"flags": ["broadcast"]}, 60, "dropped: nobody answers for 10.0.1.2 on 1: 1 of swns on ops2 is down"),
    ],
)
def test_the_other_end_is_as_it_is(row: Row, change: dict[str, Any], size_bytes: int, told: str) -> None:
    row.first[1].update(change)
    assert ended(row.ping(size_bytes=size_bytes)) == told


def test_a_port_of_a_bridge_in_the_switch(row: Row) -> None:
    two = row.switches["ops2"]
    two.device("vlan10", "bridge")
    two.forward().link("1").update(master="vlan10", port=port())
    for table in ("addresses", "routes"):
        for entry in two.content[table]:
            if entry["device"] == "1":
                entry["device"] = "vlan10"
    assert ended(row.ping()) == "delivered: delivered to swns on ops3, whose kernel answers"


def test_several_may_be_the_other_end(row: Row) -> None:
    end = row.first[1]
    for link in row.first:
        del link["alias"]
    twin = row.switches["ops3"].device("3", "veth", peer=dict(end["peer"]))
    twin["index"] = end["index"]
    row.switches["ops1"].neighbour("10.0.1.2", end["mac"], "1")
    walked = row.ping()
    assert ended(walked) == (
        f"undecided: cannot decide: the other end of 1 has index {end['index']}, and 1 of swns on ops2 and "
        "3 of swns on ops3 say that this pair is theirs"
    )
    assert walked.ends[0].note.row == {"end": row.first[0], "others": [end, twin]}
    document = walk(row.lab.document, "ops1", "ops3", "icmp")
    assert unmet(document, "undecided at ops1/swns/1", ["route"]) == []


@pytest.mark.parametrize(
    ("unread", "told"),
    [
        (None, "ops2:1, the other end of 1, is on no node of the lab"),
        ("node", "ops2:1, the other end of 1, is on no node that could be read, but ops2 could not"),
        ("namespace", "ops2:1, the other end of 1, is on no node that could be read, but ops2 could not"),
    ],
)
def test_the_other_end_is_not_in_the_state(row: Row, unread: str | None, told: str) -> None:
    nodes = row.lab.document["nodes"]
    if unread == "node":
        nodes["ops2"] = {"namespaces": None, "namespaces_reason": "it was not reached"}
    elif unread == "namespace":
        nodes["ops2"]["namespaces"]["swns"] = {"kind": "named", "links": None, "links_reason": "permission denied"}
    else:
        del nodes["ops2"]
    walked = row.ping()
    assert ended(walked) == f"undecided: cannot decide: who has 10.0.1.2, as {told}"
    assert walked.ends[0].note.row == row.first[0]
    row.switches["ops1"].neighbour("10.0.1.2", "02:00:00:00:00:99", "1")
    walked = row.ping()
    assert ended(walked) == f"undecided: cannot decide: {told}"
    assert walked.ends[0].note.row == row.first[0]


def test_what_docker_put_into_a_switch_is_on_the_network(row: Row) -> None:
    for number, node in (1, "ops1"), (3, "ops3"):
        alias = f"packetwalk.lab=hand-made {node}:9 from eth1"
        row.plug(row.switches[node], "9", f"198.51.100.{number}/24", alias=alias)
    assert ended(row.ping("ops1", "198.51.100.3")) == "delivered: delivered to swns on ops3, whose kernel answers"


@pytest.mark.parametrize(
    ("start", "to", "shown"),
    [
        ("ops1", "ops3", ("ops1", "swns", "10.0.1.1", "10.0.2.2")),
        ("ops1/swns", "10.0.2.2", ("ops1", "swns", "10.0.1.1", "10.0.2.2")),
        ("ops1/host", "ops3/host", ("ops1/host", "host", "192.0.2.1", "192.0.2.3")),
    ],
)
def test_the_name_of_a_switch_means_its_ports(row: Row, start: str, to: str, shown: tuple[str, ...]) -> None:
    document = walk(row.lab.document, start, to, "icmp")
    origin = document["from"]
    found = origin["name"], origin["namespace"], origin["address"], document["hops"][0]["after"]["destination"]
    assert found == shown
    assert document["verdict"] == "delivered"
    assert unmet(document, "delivered to ops3", ["ops1"]) == []
    assert unmet(document, "delivered to ops2", []) != []
