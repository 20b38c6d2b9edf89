# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever the state and the packet: a walk ends, every branch in a verdict, and its hops fit each other."""

from __future__ import annotations

import copy
import functools
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.plugin_utils import _state
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking import _engine
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._engine import Engine
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._hop import Place, Walk
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._packet import Packet, Tunnel
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._world import World
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.insert(0, os.path.dirname(__file__))

from state_lab import Lab, port  # noqa: E402

RECORDED = Path(__file__).parents[4] / "recordings" / "swarm-three-nodes-ipvs" / "state.json"
MECHANISMS = {
    *("name", "output", "receive", "vlan", "macvlan", "bridge", "arp", "raw", "mangle", "nat", "filter", "ipvs"),
    *("route", "forward", "neighbour", "transmit", "vxlan", "vxlan_end", "encryption", "wire", "delivery", "limit"),
}
VERDICTS = {"delivered", "refused", "dropped", "ignored", "answered", "left", "undecided", "loop", "limit"}

# The same examples on every run, and no more than take some seconds.
bounded = settings(
    derandomize=True,
    deadline=None,
    max_examples=150,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@functools.lru_cache(maxsize=1)
def recorded() -> dict[str, Any]:
    return _state.load(RECORDED.read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def few_branches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loops of bridges multiply; they end sooner with a lower limit, and in the same way."""
    monkeypatch.setattr(_engine, "MOST_BRANCHES", 200)


def assert_sound(walk: Walk) -> None:
    assert walk.hops
    parents = {hop.parent.number for hop in walk.hops if hop.parent}
    for number, hop in enumerate(walk.hops, start=1):
        assert hop.number == number
        assert hop.note.mechanism in MECHANISMS
        assert hop.note.text.strip()
        assert hop.note.verdict is None or hop.note.verdict in VERDICTS
        assert (hop.note.verdict is None) == (number in parents), hop.note
        if hop.parent is not None:
            assert hop.parent.number < number
            assert hop.before == hop.parent.after
        if hop.note.verdict == "undecided":
            assert hop.note.text.startswith("cannot decide: ")
    assert walk.ends
    assert walk.verdict in VERDICTS | {"mixed"}
    assert all(hop.note.verdict for hop in walk.ends)
    json.dumps([hop.as_dict() for hop in walk.hops])


IPV4 = ("10.0.1.2", "10.0.1.3", "10.0.1.4", "10.0.0.5", "10.0.0.6", "10.0.1.255", "127.0.0.1", "127.0.0.11")
IPV4_OF_NODES = ("172.18.0.1", "172.18.0.2", "192.168.99.12", "192.168.99.13", "203.0.113.9", "255.255.255.255")
IPV6 = ("fd00::1", "fe80::1", "::1", "ff02::1")
ADDRESSES = st.sampled_from([*IPV4, *IPV4_OF_NODES, "224.0.0.1", *IPV6])
BROADCAST, SOLICITED, NOBODY = "ff:ff:ff:ff:ff:ff", "33:33:00:00:00:01", "02:99:99:99:99:99"
MACS = st.sampled_from([BROADCAST, SOLICITED, NOBODY, "02:42:0a:00:01:03", "02:42:0a:00:01:06"])


@st.composite
def packets(draw: Any) -> Packet:
    destination = draw(ADDRESSES)
    of_other_family = ":" in destination
    protocol = draw(st.sampled_from(["tcp", "udp", "icmpv6" if of_other_family else "icmp", "47"]))
    has_ports = protocol in ("tcp", "udp")
    return Packet(
        protocol,
        destination,
        source_port=40000 if has_ports else None,
        destination_port=draw(st.sampled_from([53, 80, 4789, 8080, 9999])) if has_ports else None,
        ttl=draw(st.sampled_from([1, 2, 64])),
        mark=draw(st.sampled_from([0, 0x102])),
        size_bytes=draw(st.sampled_from([28, 60, 1450, 1500, 9000])),
    )


@st.composite
def arriving(draw: Any) -> Packet:
    """A frame: a packet, a question, or a tunnel's outer packet."""
    packet = draw(packets())
    if draw(st.booleans()):
        packet = packet.changed(protocol="ndp" if ":" in packet.destination else "arp")
    source = draw(ADDRESSES)
    if (":" in source) == (":" in packet.destination):
        packet = packet.changed(source=source)
    packet = packet.changed(source_mac=draw(MACS), destination_mac=draw(MACS), vlans=draw(st.sampled_from([(), (1,)])))
    if draw(st.integers(0, 4)) == 0:
        return packet.changed(protocol="udp", destination_port=4789, tunnel=Tunnel("vxlan", 4097, packet))
    return packet


def parts(content: dict[str, Any]) -> list[str]:
    return [key for key, part in content.items() if isinstance(part, list) and part]


def damage(draw: Any, state: dict[str, Any]) -> None:
    """Take a row away, give it a value of another row, or make the whole part unknown."""
    node = draw(st.sampled_from(sorted(state["nodes"])))
    namespaces = state["nodes"][node]["namespaces"]
    content = namespaces[draw(st.sampled_from(sorted(namespaces)))]
    if not parts(content):
        return
    key = draw(st.sampled_from(parts(content)))
    rows = content[key]
    number = draw(st.integers(0, len(rows) - 1))
    kind = draw(st.sampled_from(["delete", "unknown", "swap", "down", "netfilter", "settings"]))
    if kind == "delete":
        del rows[number]
    elif kind == "unknown":
        content.update({key: None, f"{key}_reason": "it was not allowed"})
    elif kind == "swap":
        other = rows[draw(st.integers(0, len(rows) - 1))]
        field = draw(st.sampled_from(sorted(rows[number].keys() & other.keys())))
        rows[number] = {**rows[number], field: copy.deepcopy(other[field])}
    elif kind == "down":
        for link in content.get("links") or []:
            link["flags"] = [flag for flag in link["flags"] if flag != draw(st.sampled_from(["up", "lower_up"]))]
    elif kind == "netfilter" and content["netfilter"] is not None:
        content["netfilter"] = {"backend": "legacy", "tables": None, "tables_ipv6": None, "nft": None}
    elif kind == "settings":
        for link in content.get("links") or []:
            link.pop(draw(st.sampled_from(["ipv4", "ipv6", "port", "peer", "master"])), None)


@bounded
@given(st.data())
def test_walks_through_a_damaged_swarm(data: st.DataObject) -> None:
    state = copy.deepcopy(recorded())
    for _damage in range(data.draw(st.integers(0, 6))):
        damage(data.draw, state)
    world = World(state)
    places = [(node, name) for node, content in state["nodes"].items() for name in content["namespaces"]]
    node, name = data.draw(st.sampled_from(places))
    if data.draw(st.booleans()):
        walk = Engine(world).explore(Place("output", world.namespace(node, name)), data.draw(packets()))
    else:
        links = state["nodes"][node]["namespaces"][name]["links"] or [{"name": "gone"}]
        device = data.draw(st.sampled_from([link["name"] for link in links]))
        place = Place("receive", world.namespace(node, name), in_device=device)
        walk = Engine(world).explore(place, data.draw(arriving()))

    assert_sound(walk)


TARGETS = st.sampled_from(
    [
        "-A PREROUTING -p tcp --dport 80 -j DNAT --to-destination 10.0.{n}.2:80",
        "-A PREROUTING -p tcp -j REDIRECT --to-ports 80",
        "-A OUTPUT -p tcp -j DNAT --to-destination 10.0.{n}.1",
        "-A POSTROUTING -j MASQUERADE",
        "-A POSTROUTING -j SNAT --to-source 10.0.{n}.9",
    ]
)


@bounded
@given(st.data())
def test_walks_through_a_random_lab(data: st.DataObject) -> None:
    """Namespaces with bridges and veth pairs between any two of them, loops among them."""
    lab = Lab()
    number = st.integers(0, 3)
    flag = st.booleans()
    ones = [lab.namespace(f"one{index}", listens=80) for index in range(4)]
    for index, one in enumerate(ones):
        if data.draw(flag):
            one.device("br0", "bridge")
            one.address("br0", f"10.1.{index}.1/24")
    for index in range(data.draw(st.integers(1, 6))):
        left, right = ones[data.draw(number)], ones[data.draw(number)]
        network = data.draw(number)
        lab.wire(left, f"a{index}", f"10.0.{network}.1/24", right, f"b{index}", f"10.0.{network}.2/24")
        for one, device in ((left, f"a{index}"), (right, f"b{index}")):
            if data.draw(flag) and any(link["name"] == "br0" for link in one.content["links"]):
                one.link(device).update(master="br0", port=port(hairpin=data.draw(flag)))
            if data.draw(flag):
                one.route("default", device, f"10.0.{network}.{data.draw(st.sampled_from([1, 2]))}")
    for one in ones:
        if data.draw(flag):
            one.forward()
        if data.draw(flag):
            line = data.draw(TARGETS).format(n=data.draw(number))
            one.iptables("nat", line)
        if data.draw(flag):
            one.routing_rule(10, None if data.draw(flag) else 254, action="prohibit" if data.draw(flag) else "to_table")
    destination = f"10.{data.draw(st.integers(0, 1))}.{data.draw(number)}.{data.draw(st.sampled_from([1, 2, 9, 255]))}"

    walk = lab.send(ones[0], destination)

    assert_sound(walk)
