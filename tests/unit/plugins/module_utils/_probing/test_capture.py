# SPDX-License-Identifier: GPL-3.0-or-later
"""Real packets over a real overlay network, captured on every device on their way."""

from __future__ import annotations

import os
import struct
import sys
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._frames import innermost

sys.path.insert(0, os.path.dirname(__file__))
import overlay_lab  # noqa: E402

# From the client to the server: every device, which way the packet goes there, and whether it is in the tunnel.
THERE = [
    ("client", "eth0", "out", False),
    ("left", "port0", "in", False),
    ("left", "vxlan0", "out", False),
    ("left", "eth0", "out", True),
    ("right", "eth0", "in", True),
    ("right", "vxlan0", "in", False),
    ("server", "eth0", "in", False),
]
BACK = [(*place, "in" if direction == "out" else "out", tunnel) for *place, direction, tunnel in reversed(THERE)]


@pytest.fixture(scope="module")
def lab() -> dict[str, Any]:
    read = overlay_lab.read()
    if "refused" in read:
        pytest.skip(f"the lab cannot be built here: {read['refused'].splitlines()[0]}")
    return read


def packets(lab: dict[str, Any], experiment: str, **having: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = lab[experiment]["captured"]["packets"]
    return [row for row in found if all(row[key] == value for key, value in having.items())]


def places(rows: list[dict[str, Any]]) -> list[tuple[str, str, str, bool]]:
    return [(row["namespace"], row["device"], row["direction"], row["packet"]["tunnel"] is not None) for row in rows]


@pytest.mark.parametrize(("flags", "way", "ports"), [("S", THERE, (40000, 80)), ("SA", BACK, (80, 40000))])
def test_a_connection_is_seen_on_every_device_with_its_direction(
    lab: dict[str, Any], flags: str, way: list[tuple[str, str, str, bool]], ports: tuple[int, int]
) -> None:
    rows = packets(lab, "tcp", flags=flags)
    # The kernel gives a packet that leaves a tunnel the time at which it came in.
    assert sorted(places(rows)) == sorted(way)
    assert [place[0] for place in places(rows)] == [place[0] for place in way]
    ends = ("10.0.1.4", "10.0.1.10") if way is THERE else ("10.0.1.10", "10.0.1.4")
    for row in rows:
        inner = innermost(row["packet"])
        assert (inner["source"], inner["destination"]) == ends
        assert (inner["source_port"], inner["destination_port"]) == ports
        assert (inner["source_mac"], inner["ttl"], row["truncated"]) == (
            "02:42:0a:00:01:04" if way is THERE else "02:42:0a:00:01:0a",
            64,
            False,
        )


def test_the_tunnel_is_that_of_the_lab(lab: dict[str, Any]) -> None:
    for row in packets(lab, "tcp", device="eth0", flags="S"):
        if row["namespace"] in ("left", "right"):
            outer = row["packet"]
            assert (outer["tunnel"]["kind"], outer["tunnel"]["vni"], outer["source_port"]) == ("vxlan", 4097, None)
            assert (outer["source"], outer["destination"]) == ("192.168.99.1", "192.168.99.2")
            assert (outer["destination_port"], outer["size_bytes"]) == (
                4789,
                outer["tunnel"]["inner"]["size_bytes"] + 50,
            )


def test_one_connection_has_one_sequence_number_everywhere(lab: dict[str, Any]) -> None:
    sent = {row["sequence"] for row in packets(lab, "tcp", flags="S")}
    acknowledged = {row["acknowledgement"] for row in packets(lab, "tcp", flags="SA")}
    assert len(sent) == 1
    assert acknowledged == {(sent.pop() + 1) % (1 << 32)}


def test_the_times_are_those_of_the_probe(lab: dict[str, Any]) -> None:
    times = [row["time_seconds"] for row in packets(lab, "tcp")]
    assert times == sorted(times)
    assert 0 < times[-1] - times[0] < lab["tcp"]["probe"]["probes"][0]["seconds"] + 0.1


@pytest.mark.parametrize(
    ("experiment", "asks", "answers"), [("arp", "request", "reply"), ("icmp", "echo_request", "echo_reply")]
)
def test_questions_and_answers_are_told_apart(lab: dict[str, Any], experiment: str, asks: str, answers: str) -> None:
    for kind, way in ((asks, THERE), (answers, BACK)):
        rows = packets(lab, experiment, kind=kind)
        assert sorted(set(places(rows))) == sorted(way)
        assert len(rows) == len(way) * len(lab[experiment]["probe"]["probes"])


def test_a_capture_without_match_has_all_of_a_flow_of_ipv6(lab: dict[str, Any]) -> None:
    for kind in ("neighbour_solicitation", "neighbour_advertisement", "echo_request", "echo_reply"):
        of_the_probe = [
            row
            for row in packets(lab, "icmpv6", kind=kind)
            if {innermost(row["packet"])[end] for end in ("source", "destination")} == {"fd01::4", "fd01::a"}
        ]
        assert len(of_the_probe) >= len(THERE)


def test_a_token_finds_the_datagram_and_the_error_about_it(lab: dict[str, Any]) -> None:
    assert len(packets(lab, "udp_silent")) == len(THERE)
    assert sorted(places(packets(lab, "udp_refused", kind="destination_unreachable"))) == sorted(BACK)
    assert sorted(places(packets(lab, "udp_refused", kind=None))) == sorted(THERE)


def test_tags_are_seen_that_the_kernel_keeps_beside_the_frame(lab: dict[str, Any]) -> None:
    rows = [row for row in packets(lab, "by_hand") if row["packet"]["protocol"] == "udp"]
    assert [(row["namespace"], row["direction"]) for row in rows] == [("client", "out"), ("left", "in")]
    for row in rows:
        assert (row["packet"]["vlans"], row["packet"]["source_port"], row["truncated"]) == ([100, 7], 40000, False)


def test_encrypted_packets_are_kept_whatever_the_match(lab: dict[str, Any]) -> None:
    rows = [row for row in packets(lab, "by_hand") if row["packet"]["encrypted"]]
    assert [(row["device"], row["identifier"], row["sequence"]) for row in rows] == [
        ("eth0", 0x2001, 5),
        ("port0", 0x2001, 5),
    ]


def test_what_cannot_be_watched_is_named(lab: dict[str, Any]) -> None:
    captured = lab["missing"]["captured"]
    no_namespace = "there is no namespace nowhere"
    no_ethernet = "its frames do not begin with an Ethernet header (hardware type 65534)"
    assert [tuple(row.values()) for row in captured["points_missing"]] == [
        ("left", "down0", "Network is down"),
        ("left", "raw0", no_ethernet),
        ("left", "nothing0", "No such device"),
        ("nowhere", "eth0", no_namespace),
        ("nowhere", None, no_namespace),
    ]
    # A namespace without a device is all of it, and a device that is named twice is watched once.
    assert [row["device"] for row in captured["points"]] == ["lo", "eth0"]
    assert {(row["device"], row["direction"]) for row in captured["packets"]} == {("lo", "in"), ("lo", "out")}
    assert [row["kind"] for row in packets(lab, "missing", direction="in")] == ["echo_request", "echo_reply"]


def test_a_device_that_is_set_down_meanwhile_is_named(lab: dict[str, Any]) -> None:
    captured = lab["set_down"]["captured"]
    assert captured["points_missing"] == [{"namespace": "left", "device": "port0", "reason": "Network is down"}]


def test_a_file_ends_the_capture_and_both_files_are_removed(lab: dict[str, Any]) -> None:
    for experiment in ("tcp", "arp", "udp_silent", "missing"):
        # 0.3 of them for the last packets, the rest for the end of the process.
        assert 0.3 < lab[experiment]["seconds"] < 8
        assert lab[experiment]["left_behind"] == []
        assert lab[experiment]["captured"]["limited"] is None
        assert lab[experiment]["captured"]["dropped"] == 0


def test_time_and_number_end_the_capture_too(lab: dict[str, Any]) -> None:
    assert 0.5 < lab["seconds"]["seconds"] < 8
    assert lab["seconds"]["captured"]["limited"] is None
    assert lab["seconds_too_few"]["limited"] == "seconds"
    assert lab["packets"]["captured"]["limited"] == "packets"
    assert len(packets(lab, "packets")) == 3


def test_a_killed_capture_leaves_nothing_and_disturbs_no_other(lab: dict[str, Any]) -> None:
    killed = lab["killed"]
    assert (killed["watching"], killed["after"]) == (len(THERE), 0)
    assert killed["namespaces"] == ["client", "left", "right", "server"]
    assert len(killed["again"]["points"]) == len(THERE)
    assert killed["left_behind"] == []


def test_the_file_has_the_same_packets(lab: dict[str, Any]) -> None:
    content = bytes.fromhex(lab["tcp"]["pcapng"])
    blocks = []
    while content:
        kind, size = struct.unpack_from("<II", content)
        blocks.append((kind, content[8:size]))
        content = content[size:]
    frames = [body for kind, body in blocks if kind == 6]
    assert len([kind for kind, _body in blocks if kind == 1]) == len(THERE)
    assert len(frames) == len(packets(lab, "tcp"))
    assert lab["tcp"]["captured"]["changed"] is True
    assert lab["arp"]["captured"]["changed"] is False
