# SPDX-License-Identifier: GPL-3.0-or-later
"""A proof for people."""

from __future__ import annotations

from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._reporting import _proof

INNER = {
    "source_mac": "02:42:0a:00:01:08",
    "destination_mac": "02:42:0a:00:01:04",
    "protocol": "icmp",
    "source": "10.0.1.8",
    "destination": "10.0.1.4",
}
OUTER = {"protocol": "udp", "source": "192.168.99.11", "destination": "192.168.99.12", "destination_port": 4789}
CLIENT = {"node": "manager1", "namespace": "9ff9e882fd39", "device": "eth0", "direction": "out"}
WIRE = {"node": "manager1", "namespace": "host", "device": "eth0", "direction": "out"}
VOTE = {"node": "worker1", "namespace": "d7f92170ec4e", "device": "eth1", "direction": "in"}


def tunnelled(vni: int) -> dict[str, Any]:
    return {**OUTER, "tunnel": {"kind": "vxlan", "vni": vni, "inner": INNER}}


PROOF: dict[str, Any] = {
    "proven": False,
    "text": "first difference: hop 7",
    "points": [
        {"hop": 5, **CLIENT, "expected": INNER, "observed": INNER, "count": 3, "equal": True, "differences": []},
        {
            "hop": 7,
            **WIRE,
            "expected": tunnelled(4097),
            "observed": tunnelled(4098),
            "count": 1,
            "equal": False,
            "differences": ["vni: expected 4097, observed 4098"],
        },
        {"hop": 9, **VOTE, "expected": INNER, "observed": None, "count": 0, "equal": False, "differences": []},
    ],
    "table": [
        {**CLIENT, **INNER, "vlans": [], "vni": None, "count": 12},
        {**CLIENT, **INNER, "protocol": "arp", "destination_mac": "ff:ff:ff:ff:ff:ff", "vlans": [], "count": 1},
        {**WIRE, **INNER, **OUTER, "vlans": [100, 7], "vni": 4098, "count": 12},
    ],
}

REPORT = """\
first difference: hop 7

hop 5  manager1 · 9ff9e882fd39 eth0 out
   ✔ 3 packets
   predicted                              │ observed
   02:42:0a:00:01:08 -> 02:42:0a:00:01:04 │ 02:42:0a:00:01:08 -> 02:42:0a:00:01:04
   icmp 10.0.1.8 -> 10.0.1.4              │ icmp 10.0.1.8 -> 10.0.1.4

hop 7  manager1 · host eth0 out
   ✘ 1 packet
   predicted                               │ observed
   udp 192.168.99.11 -> 192.168.99.12:4789 │ udp 192.168.99.11 -> 192.168.99.12:4789
   vni 4097                                │ vni 4098
   02:42:0a:00:01:08 -> 02:42:0a:00:01:04  │ 02:42:0a:00:01:08 -> 02:42:0a:00:01:04
   icmp 10.0.1.8 -> 10.0.1.4               │ icmp 10.0.1.8 -> 10.0.1.4
   vni: expected 4097, observed 4098

hop 9  worker1 · d7f92170ec4e eth1 in
   ✘ 0 packets
   predicted                              │ observed
   02:42:0a:00:01:08 -> 02:42:0a:00:01:04 │ not seen
   icmp 10.0.1.8 -> 10.0.1.4              │

packets counted by MAC pair, address pair, VLAN and VNI at each point
   packets  source MAC         destination MAC    source         destination    protocol  VLAN    VNI
manager1 · 9ff9e882fd39 eth0 out
        12  02:42:0a:00:01:08  02:42:0a:00:01:04  10.0.1.8       10.0.1.4       icmp
         1  02:42:0a:00:01:08  ff:ff:ff:ff:ff:ff  10.0.1.8       10.0.1.4       arp
manager1 · host eth0 out
        12  02:42:0a:00:01:08  02:42:0a:00:01:04  192.168.99.11  192.168.99.12  udp       100, 7  4098
"""


def text(proof: dict[str, Any], width: int) -> str:
    return "".join(f"{line}\n" for line, _status in _proof.lines(proof, width))


def test_the_whole_report() -> None:
    assert text(PROOF, 120) == REPORT


def test_colours() -> None:
    coloured = [(line.strip(), status) for line, status in _proof.lines(PROOF, 120) if status]

    assert coloured == [
        ("first difference: hop 7", "failed"),
        ("✔ 3 packets", "passed"),
        ("✘ 1 packet", "failed"),
        ("vni: expected 4097, observed 4098", "failed"),
        ("✘ 0 packets", "failed"),
    ]


def test_rows_of_the_table_go_on_in_a_narrow_terminal() -> None:
    narrow = text(PROOF, 70)

    assert narrow.splitlines()[-2:] == [
        "        12  02:42:0a:00:01:08  02:42:0a:00:01:04  192.168.99.11",
        "            192.168.99.12  udp       100, 7  4098",
    ]
    assert max(map(len, narrow[narrow.index("packets counted") :].splitlines())) <= 70


def test_nothing_was_captured() -> None:
    proof = {"proven": True, "text": "proven: no packet anywhere, as predicted", "points": [], "table": []}

    assert _proof.lines(proof, 80) == [("proven: no packet anywhere, as predicted", "passed")]
    assert _proof.lines({**proof, "text": "ü"}, 80, only_ascii=True) == [("?", "passed")]
