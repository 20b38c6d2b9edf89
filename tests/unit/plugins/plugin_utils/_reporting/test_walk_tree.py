# SPDX-License-Identifier: GPL-3.0-or-later
"""The walk as a text tree."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.plugin_utils._reporting import _walk_tree

NARROW = """\
client.1 (10.0.1.8) on manager1 -> vote:80, tcp: mixed
lab swarm, state of 2026-01-31T12:00:00Z

manager1 · 9ff9e882fd39 (client.1)
   1  output             client.1 sends
                           tcp 10.0.1.8:40000 -> 10.0.1.2:80
   2  mangle             -d 10.0.1.2/32 -j MARK in OUTPUT
                         sets a mark
                           mark 0 -> 0x102
   3  route      eth0    10.0.1.2 is on the link of eth0
                         (10.0.1.0/24)
├─    4  ipvs               one of 2 backends of mark 0x102
│                           (rr)
│                             dst 10.0.1.2 -> 10.0.1.4
│     5  neighbour  eth0    10.0.1.4 is at 02:42:0a:00:01:04
│                             src mac 02:42:0a:00:01:08
│                             dst mac 02:42:0a:00:01:04
│  manager1 · 1-1us5hb6ohx
│     6  receive    veth1   a frame arrives over the veth
│                           pair
│                             mark 0x102 -> 0
│     7  vxlan      vxlan0  the fdb of vxlan0 has
│                           02:42:0a:00:01:04 at
│                           192.168.99.101
│                             vni 4097, 192.168.99.100 ->
│                               192.168.99.101
│                             110 bytes
│  worker1 · 1-1us5hb6ohx
│     8  vxlan_end  vxlan0  port 4789 has a VXLAN device of
│                           VNI 4097
│                             vni 4097 taken off
│    2 flooded copies ignored: worker1 · lb_1us5hb6oh,
│      worker1 · 1-1us5hb6ohx
│  worker1 · d7f92170ec4e (vote.2)
│    11  receive    eth1    a frame arrives over the veth
│                           pair
│    12  delivery           delivered to vote.2 (worker1,
│                           namespace d7f92170ec4e), which
│                           listens on 0.0.0.0:80
│    ✔ delivered
└─   13  ipvs               one of 2 backends of mark 0x102
                            (rr)
                              dst 10.0.1.2 -> 10.0.1.3
   manager1 · 97acfd65a327 (vote.1)
     14  receive    eth1    a frame arrives over the veth
                            pair
     15  filter             dropped by a rule of INPUT
     ✘ dropped
       seen: manager1 · 97acfd65a327 (vote.1), netfilter
         filter INPUT: -A INPUT -p tcp -m comment --comment
         "no [80] #1" -j DROP

mixed: 1 delivered and 1 dropped of 2 branches, 15 hops, 2
  nodes
"""

WIDE = """\
client.1 (10.0.1.8) on manager1 -> vote:80, tcp: mixed
lab swarm, state of 2026-01-31T12:00:00Z

manager1 · 9ff9e882fd39 (client.1)
   1  output             client.1 sends                                       tcp 10.0.1.8:40000 -> 10.0.1.2:80
   2  mangle             -d 10.0.1.2/32 -j MARK in OUTPUT sets a mark         mark 0 -> 0x102
   3  route      eth0    10.0.1.2 is on the link of eth0 (10.0.1.0/24)
├─    4  ipvs               one of 2 backends of mark 0x102 (rr)              dst 10.0.1.2 -> 10.0.1.4
│     5  neighbour  eth0    10.0.1.4 is at 02:42:0a:00:01:04                  src mac 02:42:0a:00:01:08
│                                                                             dst mac 02:42:0a:00:01:04
│  manager1 · 1-1us5hb6ohx
│     6  receive    veth1   a frame arrives over the veth pair                mark 0x102 -> 0
│     7  vxlan      vxlan0  the fdb of vxlan0 has 02:42:0a:00:01:04 at        vni 4097, 192.168.99.100 -> 192.168.99.101
│                           192.168.99.101                                    110 bytes
│  worker1 · 1-1us5hb6ohx
│     8  vxlan_end  vxlan0  port 4789 has a VXLAN device of VNI 4097          vni 4097 taken off
│    2 flooded copies ignored: worker1 · lb_1us5hb6oh, worker1 · 1-1us5hb6ohx
│  worker1 · d7f92170ec4e (vote.2)
│    11  receive    eth1    a frame arrives over the veth pair
│    12  delivery           delivered to vote.2 (worker1, namespace
│                           d7f92170ec4e), which listens on 0.0.0.0:80
│    ✔ delivered
└─   13  ipvs               one of 2 backends of mark 0x102 (rr)              dst 10.0.1.2 -> 10.0.1.3
   manager1 · 97acfd65a327 (vote.1)
     14  receive    eth1    a frame arrives over the veth pair
     15  filter             dropped by a rule of INPUT
     ✘ dropped
       seen: manager1 · 97acfd65a327 (vote.1), netfilter filter INPUT: -A INPUT -p tcp -m comment --comment "no [80] #1"
         -j DROP

mixed: 1 delivered and 1 dropped of 2 branches, 15 hops, 2 nodes
"""


def text(walk: dict[str, Any], width: int, only_ascii: bool = False) -> str:
    return "".join(f"{line}\n" for line, _status in _walk_tree.lines(walk, width, only_ascii))


def test_narrow(walk: dict[str, Any]) -> None:
    assert text(walk, 60) == NARROW


def test_wide(walk: dict[str, Any]) -> None:
    assert text(walk, 120) == WIDE


@pytest.mark.parametrize("width", [60, 80, 100, 119, 120, 200])
def test_nothing_is_wider_than_the_terminal(walk: dict[str, Any], width: int) -> None:
    assert max(len(line) for line, _status in _walk_tree.lines(walk, width)) <= width


def test_ascii_keeps_every_column(walk: dict[str, Any]) -> None:
    drawn, plain = text(walk, 100).splitlines(), text(walk, 100, only_ascii=True).splitlines()

    assert all(line.isascii() for line in plain)
    assert [len(line) for line in plain] == [len(line) for line in drawn]
    assert [line for line in plain if "13  ipvs" in line][0].startswith("`- ")


def test_colours(walk: dict[str, Any]) -> None:
    coloured = {status for _line, status in _walk_tree.lines(walk, 100)}
    (delivered,) = [line for line, status in _walk_tree.lines(walk, 100) if status == "delivered"]

    assert coloured == {None, "mixed", "ignored", "delivered", "dropped"}
    assert delivered.endswith("✔ delivered")


def test_several_roots_are_branches(walk: dict[str, Any]) -> None:
    walk["hops"] = [{**walk["hops"][0], "number": number, "verdict": "delivered"} for number in (1, 2)]
    walk["verdict"] = "delivered"
    tree = text(walk, 100).splitlines()

    assert tree[3:5] == ["├─ manager1 · 9ff9e882fd39 (client.1)", "│    1  output    client.1 sends"]
    assert tree[7] == "└─ manager1 · 9ff9e882fd39 (client.1)"
    assert tree[-1] == "delivered: 2 of 2 branches, 2 hops, 1 node"


def test_outside_of_the_lab(walk: dict[str, Any]) -> None:
    walk["from"] = {"name": "203.0.113.9", "node": None, "namespace": None, "address": "203.0.113.9"}
    walk["hops"] = [{"number": 1, "node": None, "mechanism": "wire", "text": "it goes out", "verdict": "left"}]
    walk["verdict"] = "left"

    assert text(walk, 100).splitlines() == [
        "203.0.113.9 -> vote:80, tcp: left",
        "lab swarm, state of 2026-01-31T12:00:00Z",
        "",
        "outside of the lab",
        "  1  wire    it goes out",
        "  > left",
        "",
        "left: 1 of 1 branch, 1 hop, 0 nodes",
    ]


def test_a_walk_in_which_every_copy_is_ignored(walk: dict[str, Any]) -> None:
    walk["hops"] = walk["hops"][:10]
    walk["verdict"] = "ignored"

    assert "\n  2 flooded copies ignored: worker1 · lb_1us5hb6oh, worker1 · 1-1us5hb6ohx\n" in text(walk, 100)
    assert text(walk, 100).endswith("ignored: 2 of 2 branches, 10 hops, 2 nodes\n")


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({}, "it has no hops"),
        ([], "it has no hops"),
        ({"schema": 1, "nodes": {}}, "it has no hops"),
        ({"schema": 2, "hops": []}, "only schema 1 is understood"),
    ],
)
def test_no_walk(document: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        _walk_tree.lines(document, 80)
