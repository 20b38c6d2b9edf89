# SPDX-License-Identifier: GPL-3.0-or-later
"""Proofs of walks through the recorded swarm.

``Reality`` makes captures of a walk's own predictions, which must prove it. Each test then alters one thing.
"""

from __future__ import annotations

import copy
import itertools
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._plan import plan
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._proving import prove
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._walks import walk
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._ways import is_seen, packet_seen, ways

Document = dict[str, Any]

TOKEN = "4f1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e"
OUTCOMES = {"tcp": "connected", "udp": "sent", "icmp": "answered"}
UNKNOWN_MAC = "02:00:00:00:00:01"


class Reality:
    """What captures and probes of a walk return when all is as predicted.

    ``takes``: numbers of the ends to which the probes go in turn; without it each way has its turn.
    """

    def __init__(self, found: Document, takes: list[int] | None = None, outcome: str | None = None) -> None:
        self.walk = found
        self.plan = plan(found, TOKEN)
        self.captures: Document = {
            node: {"packets": [], "points": points, "points_missing": [], "dropped": 0, "undecoded": 0, "limited": None}
            for node, points in self.plan["points"].items()
        }
        self.sent = []
        turns = itertools.cycle([way for way in ways(found) if takes is None or way[-1]["number"] in takes])
        for probe in self.plan["probes"]:
            results = []
            for number in range(1, probe["count"] + 1):
                way = next(way for way in turns if way[0]["number"] == probe["root"])
                result = outcome or OUTCOMES[probe["protocol"]]
                results.append({"number": number, "outcome": result, "error": None})
                for hop in filter(is_seen, way):
                    self.see(hop, probe, number)
            self.sent.append({**probe, "results": results, "msg": None})

    def see(self, hop: Document, probe: Document, number: int, **changes: Any) -> Document:
        """The first packet of a probe at a hop."""
        packet = self._on_the_wire(packet_seen(hop), probe, number)
        is_tcp = probe["protocol"] == "tcp"
        row = {
            "namespace": hop["namespace"],
            "device": hop["device"],
            "direction": hop["direction"],
            "packet": packet,
            "kind": "echo_request" if probe["protocol"] == "icmp" else None,
            "flags": "S" if is_tcp else None,
            "sequence": None if probe["protocol"] == "udp" else number + (probe["root"] * 1000 if is_tcp else 0),
            "payload": None if is_tcp else probe["token"],
            **changes,
        }
        self.captures[hop["node"]]["packets"].append(row)
        return row

    def _on_the_wire(self, predicted: Document, probe: Document, number: int) -> Document:
        packet = {**copy.deepcopy(predicted), "mark": None}
        for mac in ("source_mac", "destination_mac"):
            packet[mac] = packet[mac] or UNKNOWN_MAC
        if packet["encrypted"]:
            return {**packet, "protocol": "50", "destination_port": None, "tunnel": None}
        if packet["tunnel"]:
            packet["tunnel"]["inner"] = self._on_the_wire(packet["tunnel"]["inner"], probe, number)
        elif packet["source_port"] == self.walk["hops"][0]["after"]["source_port"] and packet["source_port"]:
            packet["source_port"] = probe["source_port"] + number - 1
        return packet

    def at(self, number: int) -> list[Document]:
        """Captured rows at the place of a hop."""
        hop = self.walk["hops"][number - 1]
        place = (hop["namespace"], hop["device"], hop["direction"])
        rows = self.captures[hop["node"]]["packets"]
        return [row for row in rows if (row["namespace"], row["device"], row["direction"]) == place]

    def lose(self, *numbers: int) -> None:
        for number in numbers:
            rows = self.captures[self.walk["hops"][number - 1]["node"]]["packets"]
            rows[:] = [row for row in rows if not any(row is lost for lost in self.at(number))]

    def proof(self) -> Document:
        return prove(self.walk, self.captures, self.sent)


@pytest.fixture
def overlay(swarm_state: Document) -> Reality:
    """cli.n1 to web.2: hops 4, 5, 7 and 11 on n1, then 13, 16, 18 and 19 on n2; in the tunnel at 11 and 13."""
    return Reality(walk(swarm_state, "cli.n1", "web.2:80"))


@pytest.fixture
def balanced(swarm_state: Document) -> Document:
    """cli.n1 to web: IPVS gives it to web.2 (hop 11, end 32) or web.1 (hop 33, end 43)."""
    return walk(swarm_state, "cli.n1", "web:80")


@pytest.mark.parametrize(
    ("start", "to", "protocol", "told"),
    [
        ("cli.n1", "web.2:80", "tcp", "8 of 8 places saw what was predicted, with 1 probe (connected)"),
        ("cli.n1", "web:80", "tcp", "16 of 16 places saw what was predicted, with 4 probes (connected)"),
        ("cli", "web:80", "tcp", "with 12 probes (connected)"),
        ("cli.n1", "web.2:53", "udp", "8 of 8 places saw what was predicted, with 1 probe (refused)"),
        ("cli", "web.2", "icmp", "with 3 probes (answered)"),
        ("outside", "n2:8080", "tcp", "with 4 probes (connected)"),
        ("n1", "n3", "icmp", "2 of 2 places saw what was predicted, with 1 probe (answered)"),
        ("cli.n1", "localhost:80", "tcp", "2 of 2 places saw what was predicted, with 1 probe (refused)"),
    ],
)
def test_what_is_as_predicted_is_proven(swarm_state: Document, start: str, to: str, protocol: str, told: str) -> None:
    found = walk(swarm_state, start, to, protocol)
    reality = Reality(found, outcome="refused" if found["verdict"] == "refused" else None)
    proof = reality.proof()
    assert proof["problems"] == []
    assert proof["proven"] is True
    assert proof["text"].startswith("proven: ")
    assert proof["text"].endswith(told)
    assert all(point["equal"] and point["count"] and not point["differences"] for point in proof["points"])


def test_a_point(overlay: Reality) -> None:
    proof = overlay.proof()
    point = next(point for point in proof["points"] if point["hop"] == 11)
    assert point == {
        "hop": 11,
        "node": "n1",
        "namespace": "host",
        "device": "eth0",
        "direction": "out",
        "expected": overlay.walk["hops"][10]["after"],
        "observed": overlay.at(11)[0]["packet"],
        "count": 1,
        "equal": True,
        "differences": [],
    }
    row = next(row for row in proof["table"] if (row["node"], row["namespace"]) == ("n1", "host"))
    assert (row["vni"], row["vlans"], row["protocol"], row["count"]) == (4097, [], "udp", 1)


ALTERED = [
    (
        5,
        {"destination_mac": "02:42:0a:00:01:09"},
        "destination_mac: expected 02:42:0a:00:01:03, observed 02:42:0a:00:01:09",
    ),
    (4, {"source_mac": "02:42:0a:00:01:09"}, "source_mac: expected 02:42:0a:00:01:08, observed 02:42:0a:00:01:09"),
    (7, {"source": "10.0.1.9"}, "source: expected 10.0.1.8, observed 10.0.1.9"),
    (13, {"destination": "192.168.99.13"}, "destination: expected 192.168.99.12, observed 192.168.99.13"),
    (13, {"destination_port": 4790}, "destination_port: expected 4789, observed 4790"),
    (18, {"destination_port": 81}, "destination_port: expected 80, observed 81"),
    (19, {"source_port": 40001}, "source_port: expected 40000, observed 40001"),
    (11, {"vlans": [10]}, "vlans: expected [], observed [10]"),
]


@pytest.mark.parametrize(("number", "change", "told"), ALTERED)
def test_one_thing_is_different(overlay: Reality, number: int, change: Document, told: str) -> None:
    (row,) = overlay.at(number)
    row["packet"].update(change)
    proof = overlay.proof()
    hop = overlay.walk["hops"][number - 1]
    where = f"{hop['node']}/{hop['namespace']}/{hop['device']} {hop['direction']}"
    assert proof["proven"] is False
    assert proof["problems"] == [f"probe 1 to 10.0.1.3 from n1 differs first at hop {number} ({where}): {told}"]
    (point,) = [point for point in proof["points"] if not point["equal"]]
    assert (point["hop"], point["observed"], point["differences"]) == (number, row["packet"], [told])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"vni": 4098}, "vni: expected 4097, observed 4098"),
        ({"kind": "geneve"}, "kind: expected vxlan, observed geneve"),
        ({"inner": None}, "inner packet: cut off"),
        ({"inner.destination": "10.0.1.4"}, "inner destination: expected 10.0.1.3, observed 10.0.1.4"),
        ({"inner.source_mac": UNKNOWN_MAC}, f"inner source_mac: expected 02:42:0a:00:01:08, observed {UNKNOWN_MAC}"),
    ],
)
def test_the_tunnel_is_different(overlay: Reality, change: Document, told: str) -> None:
    tunnel = overlay.at(13)[0]["packet"]["tunnel"]
    for key, value in change.items():
        name = key.removeprefix("inner.")
        (tunnel["inner"] if name != key else tunnel)[name] = value
    assert overlay.proof()["text"].endswith(f"differs first at hop 13 (n2/host/eth0 in): {told}")


def test_there_is_no_tunnel(overlay: Reality) -> None:
    row = overlay.at(11)[0]
    row["packet"] = {
        **row["packet"]["tunnel"]["inner"],
        **{key: row["packet"][key] for key in ("source", "destination")},
    }
    assert "tunnel: expected vxlan with VNI 4097, observed none" in overlay.proof()["text"]


def test_it_is_lost_on_its_way(overlay: Reality) -> None:
    overlay.lose(13, 16, 18, 19)
    proof = overlay.proof()
    assert proof["problems"] == ["probe 1 to 10.0.1.3 from n1 differs first at hop 13 (n2/host/eth0 in): not seen"]
    assert [(point["hop"], point["observed"]) for point in proof["points"] if not point["equal"]] == [
        (13, None),
        (16, None),
        (18, None),
        (19, None),
    ]


def test_one_of_several_probes_is_lost(balanced: Document) -> None:
    reality = Reality(balanced)
    gone = [row for row in reality.at(15) if row["sequence"] == 1003]
    reality.captures["n1"]["packets"] = [row for row in reality.captures["n1"]["packets"] if row not in gone]
    proof = reality.proof()
    assert proof["problems"] == [
        "probe 3 to 10.0.1.2 from n1 differs first at hop 15 (n1/lb_1us5hb6oh/eth0 out): not seen"
    ]
    (point,) = [point for point in proof["points"] if not point["equal"]]
    assert (point["hop"], point["count"]) == (15, 1)


def test_another_probe_is_no_witness(balanced: Document) -> None:
    """Probe 1 went out by hop 15 as predicted; that probe 3 has another address there is not hidden by it."""
    reality = Reality(balanced)
    next(row for row in reality.at(15) if row["sequence"] == 1003)["packet"]["source"] = "10.0.1.9"
    assert reality.proof()["text"].endswith("source: expected 10.0.1.6, observed 10.0.1.9")


def test_a_node_without_a_capture(overlay: Reality) -> None:
    overlay.captures["n2"] = {"failed": True, "msg": "Cannot capture: no room"}
    proof = overlay.proof()
    assert proof["problems"] == ["nothing was captured on n2: Cannot capture: no room"]
    del overlay.captures["n2"]
    assert overlay.proof()["text"] == "nothing was captured on n2: it was not watched"
    overlay.captures["n2"] = {"finished": 0}
    assert overlay.proof()["text"] == "nothing was captured on n2: the capture did not end"
    assert [point["hop"] for point in proof["points"] if point["differences"] == ["not watched"]] == [13, 16, 18, 19]


def test_a_device_that_could_not_be_watched(overlay: Reality) -> None:
    reason = {"namespace": "1-1us5hb6ohx", "device": "vxlan0", "reason": "Operation not permitted"}
    overlay.captures["n1"]["points_missing"].append(reason)
    overlay.lose(7)
    proof = overlay.proof()
    assert proof["problems"] == ["n1/1-1us5hb6ohx/vxlan0 could not be watched: Operation not permitted"]
    assert [point["hop"] for point in proof["points"] if not point["equal"]] == [7]


@pytest.mark.parametrize(
    ("loss", "told"),
    [
        ({"dropped": 3}, "the capture on n2 lost 3 packets, so what was not seen may have been there"),
        ({"undecoded": 2}, "the capture on n2 has 2 packets that make no sense"),
        ({"limited": "seconds"}, "the capture on n2 ended too early, as it has a limit of seconds"),
    ],
)
def test_losses_of_the_capture_explain_what_was_not_seen(overlay: Reality, loss: Document, told: str) -> None:
    overlay.captures["n2"].update(loss)
    assert overlay.proof()["proven"] is True
    overlay.lose(19)
    assert overlay.proof()["problems"] == [
        told,
        "probe 1 to 10.0.1.3 from n1 differs first at hop 19 (n2/97acfd65a327/eth1 in): not seen",
    ]


def test_other_traffic_is_no_part_of_it(overlay: Reality) -> None:
    """Another client has the same source port, to another server; answers, acknowledgements and ARP are around."""
    (probe,) = overlay.sent
    for number in (4, 11, 16):
        hop = overlay.walk["hops"][number - 1]
        other = overlay.see(hop, probe, 1, sequence=99)
        inner = (other["packet"]["tunnel"] or {"inner": other["packet"]})["inner"]
        inner.update(source="10.0.1.77", destination="10.0.1.78")
        overlay.see(hop, probe, 1, flags="SA", sequence=5)
        overlay.see(hop, probe, 1, flags="A", sequence=1002)
        arp = overlay.see(hop, probe, 1, flags=None, sequence=None, kind="request")
        arp["packet"].update(protocol="arp", source_port=None, destination_port=None)
    proof = overlay.proof()
    assert proof["problems"] == []
    assert sum(row["count"] for row in proof["table"]) == 8 + 3 * 4


def test_other_traffic_is_no_witness(overlay: Reality) -> None:
    (row,) = overlay.at(16)
    row.update(sequence=99)
    assert "differs first at hop 16 (n2/1-1us5hb6ohx/vxlan0 in): not seen" in overlay.proof()["text"]


def test_retransmissions_are_counted(overlay: Reality) -> None:
    for number in (4, 5):
        overlay.see(overlay.walk["hops"][number - 1], overlay.sent[0], 1)
    proof = overlay.proof()
    assert proof["proven"] is True
    assert [point["count"] for point in proof["points"]] == [2, 2, 1, 1, 1, 1, 1, 1]


def test_explicit_congestion_notification_changes_the_flags(overlay: Reality) -> None:
    for capture in overlay.captures.values():
        for row in capture["packets"]:
            row["flags"] = "SEW"
    assert overlay.proof()["proven"] is True


def test_what_the_walk_cannot_know_is_not_compared(overlay: Reality) -> None:
    for capture in overlay.captures.values():
        for row in capture["packets"]:
            row["packet"].update(ttl=63, size_bytes=1000)
    assert overlay.proof()["proven"] is True


SNAT = {
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


def translate(state: Document) -> None:
    """cli.n1 sends from another port than its processes do."""
    tables = state["nodes"]["n1"]["namespaces"]["9ff9e882fd39"]["netfilter"]["tables"]
    tables["nat"]["chains"]["POSTROUTING"]["rules"].insert(0, SNAT)


@pytest.mark.parametrize(("to", "protocol"), [("web.2:80", "tcp"), ("web.2:53", "udp")])
def test_a_source_port_that_is_translated_before_it_is_seen(swarm_state: Document, to: str, protocol: str) -> None:
    translate(swarm_state)
    reality = Reality(walk(swarm_state, "cli.n1", to, protocol))
    assert {row["packet"]["source_port"] for row in reality.captures["n2"]["packets"]} == {None, 1024}
    assert reality.proof()["proven"] is True
    reality.at(20)[0]["packet"]["source_port"] = 1025
    assert reality.proof()["text"].endswith("(n2/97acfd65a327/eth1 in): source_port: expected 1024, observed 1025")


def test_answers_and_errors_that_carry_the_token(swarm_state: Document) -> None:
    """They are in the table only."""
    for to, protocol in (("web.2:53", "udp"), ("web.2", "icmp")):
        reality = Reality(walk(swarm_state, "cli.n1", to, protocol))
        (probe,), hop = reality.sent, reality.walk["hops"][3]
        answer = reality.see(hop, probe, 1, kind="echo_reply" if protocol == "icmp" else None)
        packet = answer["packet"]
        packet.update(source=packet["destination"], destination=packet["source"])
        packet.update(source_port=packet["destination_port"], destination_port=packet["source_port"])
        error = reality.see(hop, probe, 1, kind="destination_unreachable", payload="4500" + probe["token"])
        error["packet"].update(protocol="icmp", source_port=None, destination_port=None)
        assert reality.proof()["proven"] is True
        reality.captures["n1"]["packets"].remove(reality.at(4)[0])
        (problem,) = reality.proof()["problems"]
        assert problem.endswith("differs first at hop 4 (n1/9ff9e882fd39/eth0 out): not seen")


def test_a_token_of_another_root_is_no_witness(swarm_state: Document) -> None:
    reality = Reality(walk(swarm_state, "cli", "web.2", "icmp"))
    (row,) = reality.at(4)
    row["payload"] = reality.sent[1]["token"]
    assert reality.proof()["text"] == (
        "probe 1 to 10.0.1.3 from n1 differs first at hop 4 (n1/9ff9e882fd39/eth0 out): not seen"
    )


# IPVS gives the probes to web.2 by hop 11, which ends at hop 32, and to web.1 by hop 33, which ends at hop 43.


def scheduler(found: Document, name: str, *flags: str) -> None:
    for hop in found["hops"]:
        if hop["mechanism"] == "ipvs":
            hop["evidence"]["row"].update(scheduler=name, flags=list(flags))


def test_a_backend_that_gets_no_turn(balanced: Document) -> None:
    proof = Reality(balanced, takes=[32]).proof()
    assert proof["problems"] == [
        "no probe took the way of hop 33, although its virtual service gives each backend a turn (rr)"
    ]
    assert max(point["hop"] for point in proof["points"]) < 33


@pytest.mark.parametrize("choice", [("sh",), ("wrr",), ("rr", "persistent")])
def test_a_backend_that_need_not_get_a_turn(balanced: Document, choice: tuple[str, ...]) -> None:
    scheduler(balanced, *choice)
    proof = Reality(balanced, takes=[43]).proof()
    assert proof["proven"] is True
    assert proof["text"] == (
        "proven: 8 of 16 places saw what was predicted, with 4 probes (connected); no probe took the way of hop 11"
    )


def test_too_few_probes_for_a_turn_of_each(balanced: Document) -> None:
    reality = Reality(balanced, takes=[32])
    reality.sent[0]["results"] = reality.sent[0]["results"][:1]
    assert reality.proof()["text"].endswith("with 1 probe (connected); no probe took the way of hop 33")


def test_a_way_that_ends_where_another_goes_on(balanced: Document) -> None:
    """The second backend is out of reach before the packet comes to a device."""
    balanced.update(hops=balanced["hops"][:33], ends=[32, 33])
    balanced["hops"][32].update(verdict="dropped", text="no route to 10.0.1.4")
    assert Reality(balanced, takes=[32]).proof()["text"].startswith("no probe took the way of hop 33, although ")
    reality = Reality(balanced)
    for result in reality.sent[0]["results"]:
        result["outcome"] = "connected" if result["number"] % 2 else "timeout"
    assert reality.proof()["text"] == (
        "proven: 12 of 12 places saw what was predicted, with 4 probes (connected, timeout)"
    )
    reality.sent[0]["results"][0]["outcome"] = "timeout"
    assert reality.proof()["text"].endswith("came to timeout, which does not fit delivered at hop 32")


def test_a_difference_on_one_way_of_two(balanced: Document) -> None:
    """The probes that went to web.1 are not blamed for not having been on the way to web.2, nor the other way round."""
    reality = Reality(balanced)
    for row in reality.at(24):
        row["packet"]["tunnel"]["vni"] = 4098
    proof = reality.proof()
    assert proof["problems"] == [
        f"probe {number} to 10.0.1.2 from n1 differs first at hop 24 (n2/host/eth0 in): "
        "vni: expected 4097, observed 4098"
        for number in (1, 3)
    ]
    assert [point["hop"] for point in proof["points"] if not point["equal"]] == [24]


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        ("timeout", "came to timeout, which does not fit delivered at hop 21"),
        ("refused", "came to refused, which does not fit delivered at hop 21"),
        ("unreachable", "came to unreachable, which does not fit delivered at hop 21"),
    ],
)
def test_a_wrong_outcome(overlay: Reality, outcome: str, told: str) -> None:
    overlay.sent[0]["results"][0]["outcome"] = outcome
    assert overlay.proof()["problems"] == [f"probe 1 to 10.0.1.3 from n1 was seen as predicted, but {told}"]


def test_each_outcome_is_of_its_own_way(balanced: Document) -> None:
    hops = {hop["number"]: hop for hop in balanced["hops"]}
    hops[43].update(verdict="refused")
    reality = Reality(balanced)
    for result in reality.sent[0]["results"]:
        result["outcome"] = "connected" if result["number"] % 2 else "refused"
    assert reality.proof()["proven"] is True
    for result in reality.sent[0]["results"]:
        result["outcome"] = "connected"
    assert len(reality.proof()["problems"]) == 2


def test_a_probe_that_was_not_sent(overlay: Reality) -> None:
    for capture in overlay.captures.values():
        capture["packets"] = []
    overlay.sent[0]["results"][0].update(outcome="not_sent", error="Address already in use")
    assert overlay.proof()["problems"] == ["probe 1 to 10.0.1.3 from n1 was not sent: Address already in use"]
    overlay.sent[0].update(results=[], msg="Cannot enter namespace 9ff9e882fd39: Operation not permitted.")
    assert overlay.proof()["problems"] == [
        "no probe to 10.0.1.3 was sent from n1: Cannot enter namespace 9ff9e882fd39: Operation not permitted."
    ]


def test_a_walk_without_a_device(swarm_state: Document) -> None:
    swarm_state["nodes"]["n1"]["namespaces"]["host"]["routes"] = []
    reality = Reality(walk(swarm_state, "n1", "203.0.113.9:80"), outcome="unreachable")
    assert reality.proof()["problems"] == [
        "the walk passes no device that can be watched, so there is nothing to prove"
    ]


def cut_tunnel(state: Document) -> None:
    overlay = state["nodes"]["n1"]["namespaces"]["1-1us5hb6ohx"]
    overlay["fdb"] = [row for row in overlay["fdb"] if row["device"] != "vxlan0" or "self" not in row["flags"]]


def test_a_drop_is_compared_as_far_as_it_goes(swarm_state: Document) -> None:
    cut_tunnel(swarm_state)
    found = walk(swarm_state, "cli.n1", "web.2:80")
    reality = Reality(found, outcome="timeout")
    assert reality.proof()["text"] == "proven: 3 of 3 places saw what was predicted, with 1 probe (timeout)"
    reality.sent[0]["results"][0]["outcome"] = "connected"
    assert reality.proof()["text"].endswith("but came to connected, which does not fit dropped at hop 8")


def test_nothing_tells_where_a_datagram_ends(swarm_state: Document) -> None:
    cut_tunnel(swarm_state)
    text = Reality(walk(swarm_state, "cli.n1", "web.2:53", "udp")).proof()["text"]
    assert text.endswith("with 1 probe (sent); no answer tells whether datagrams end at hop 8")


@pytest.mark.parametrize("outcome", ["timeout", "connected", "refused", "unreachable"])
def test_what_leaves_the_lab_may_come_to_anything(swarm_state: Document, outcome: str) -> None:
    proof = Reality(walk(swarm_state, "web.1", "192.0.2.1:80"), outcome=outcome).proof()
    assert proof["proven"] is True
    assert proof["text"] == (
        f"proven: 4 of 4 places saw what was predicted, with 1 probe ({outcome}); nothing is compared beyond hop 13:"
        " 3a:30:d6:d6:cc:eb is on no node of the lab"
    )


def test_what_cannot_be_decided_may_come_to_anything(swarm_state: Document) -> None:
    namespace = swarm_state["nodes"]["n2"]["namespaces"]["1-1us5hb6ohx"]
    namespace.update(fdb=None, fdb_reason="it was not recorded")
    proof = Reality(walk(swarm_state, "cli.n1", "web.2:80")).proof()
    assert proof["proven"] is True
    assert "with 1 probe (connected); nothing is compared beyond hop " in proof["text"]
    assert proof["text"].endswith("is unknown: it was not recorded")


def test_a_bridge_that_has_learned_in_the_meantime(swarm_state: Document) -> None:
    """The copies that others ignore are neither missed nor a difference."""
    overlay = swarm_state["nodes"]["n2"]["namespaces"]["1-1us5hb6ohx"]
    overlay["fdb"] = [row for row in overlay["fdb"] if row["mac"] != "02:42:0a:00:01:03" or "self" in row["flags"]]
    reality = Reality(walk(swarm_state, "cli.n1", "web.2:80"))
    copies = [hop for hop in reality.walk["hops"] if hop["verdict"] == "ignored"]
    assert copies
    assert reality.proof()["text"] == "proven: 8 of 8 places saw what was predicted, with 1 probe (connected)"
    for hop in copies:
        reality.see(hop, reality.sent[0], 1)
    assert reality.proof()["proven"] is True


@pytest.fixture
def encrypted(swarm_state: Document) -> Reality:
    found = walk(swarm_state, "cli.n1", "web.2:80")
    for number in (11, 13):
        hop = found["hops"][number - 1]
        for side in ("before", "after"):
            hop[side]["encrypted"] = True
    return Reality(found)


def test_encrypted_packets(encrypted: Reality) -> None:
    assert [row["packet"]["protocol"] for row in encrypted.at(11)] == ["50"]
    assert encrypted.proof()["proven"] is True
    encrypted.at(13)[0]["packet"]["source"] = "192.168.99.13"
    assert encrypted.proof()["text"].endswith(
        "(n2/host/eth0 in): source: expected 192.168.99.11, observed 192.168.99.13"
    )


def test_a_packet_that_should_be_encrypted(encrypted: Reality, overlay: Reality) -> None:
    encrypted.lose(11)
    encrypted.captures["n1"]["packets"] += overlay.at(11)
    assert encrypted.proof()["text"].endswith("(n1/host/eth0 out): encrypted: expected True, observed False")


def test_a_packet_that_should_not_be_encrypted(encrypted: Reality, overlay: Reality) -> None:
    overlay.lose(11)
    overlay.captures["n1"]["packets"] += encrypted.at(11)
    assert "hop 11 (n1/host/eth0 out): encrypted: expected False, observed True" in overlay.proof()["text"]


def test_other_encrypted_packets_are_no_difference(encrypted: Reality, overlay: Reality) -> None:
    overlay.captures["n1"]["packets"] += encrypted.at(11)
    assert overlay.proof()["proven"] is True
