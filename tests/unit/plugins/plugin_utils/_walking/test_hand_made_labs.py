# SPDX-License-Identifier: GPL-3.0-or-later
"""What Linux can do beyond what a swarm uses, in small labs made by hand.

Most of it is held against a real kernel as well (test_against_the_kernel.py); this runs where no namespace can be made,
and has what the kernel at hand may lack.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking import _engine
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._hop import Walk

sys.path.insert(0, os.path.dirname(__file__))

from state_lab import Lab, Namespace, port, story  # noqa: E402


def texts(walk: Walk, *mechanisms: str) -> list[str]:
    return [hop.note.text for hop in walk.hops if not mechanisms or hop.note.mechanism in mechanisms]


def delivered(walk: Walk) -> Any:
    """The packet as the one receiver gets it."""
    (end,) = walk.ends
    assert end.note.verdict == "delivered", story(walk)
    return end.after


class Routed:
    """left - middle - right, and the middle forwards; all speak IPv4 and IPv6."""

    def __init__(self) -> None:
        self.lab = Lab()
        self.left, self.middle = self.lab.namespace("left"), self.lab.namespace("middle")
        self.right = self.lab.namespace("right", listens=80)
        self.lab.wire(self.left, "eth0", "10.0.1.2/24", self.middle, "west", "10.0.1.1/24")
        self.lab.wire(self.right, "eth0", "10.0.2.2/24", self.middle, "east", "10.0.2.1/24")
        for one, device, address in (
            (self.left, "eth0", "fd01::2"),
            (self.middle, "west", "fd01::1"),
            (self.middle, "east", "fd02::1"),
            (self.right, "eth0", "fd02::2"),
        ):
            one.address(device, f"{address}/64")
        for one, gateway, gateway6 in ((self.left, "10.0.1.1", "fd01::1"), (self.right, "10.0.2.1", "fd02::1")):
            one.route("default", "eth0", gateway)
            one.route("default", "eth0", gateway6)
        self.middle.forward()


def sent(change: Callable[[Routed], Any], destination: str, port_number: int = 80, **more: Any) -> tuple[Routed, Walk]:
    it = Routed()
    change(it)
    return it, it.lab.send(it.left, destination, port_number, **more)


DNAT = "-A PREROUTING -p tcp --dport 8080 -j DNAT --to-destination"


@pytest.mark.parametrize(
    ("change", "destination", "port_number", "source", "arrives_at"),
    [
        (lambda it: None, "10.0.2.2", 80, "10.0.1.2:40000", "10.0.2.2:80"),
        (lambda it: None, "fd02::2", 80, "fd01::2:40000", "fd02::2:80"),
        (
            lambda it: it.middle.iptables("nat", f"{DNAT} 10.0.2.2:80"),
            "10.0.1.1",
            8080,
            "10.0.1.2:40000",
            "10.0.2.2:80",
        ),
        (lambda it: it.right.iptables("nat", f"{DNAT} :80"), "10.0.2.2", 8080, "10.0.1.2:40000", "10.0.2.2:80"),
        (
            lambda it: it.middle.iptables("nat", "-A POSTROUTING -o east -j MASQUERADE"),
            "10.0.2.2",
            80,
            "10.0.2.1:40000",
            "10.0.2.2:80",
        ),
        (
            lambda it: it.middle.iptables("nat", "-A POSTROUTING -o east -j MASQUERADE", family="ipv6"),
            "fd02::2",
            80,
            "fd02::1:40000",
            "fd02::2:80",
        ),
        (
            lambda it: it.right.iptables("nat", "-A PREROUTING -p tcp --dport 8080 -j REDIRECT --to-ports 80"),
            "10.0.2.2",
            8080,
            "10.0.1.2:40000",
            "10.0.2.2:80",
        ),
        (
            lambda it: it.left.iptables("nat", "-A OUTPUT -d 10.9.9.9 -p tcp -j DNAT --to-destination 10.0.2.2:80"),
            "10.9.9.9",
            8080,
            "10.0.1.2:40000",
            "10.0.2.2:80",
        ),
        (
            lambda it: it.middle.iptables(
                "filter",
                ":FORWARD DROP",
                "-A FORWARD -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -m multiport --dports 22,80:90 -j ACCEPT",
            ),
            "10.0.2.2",
            80,
            "10.0.1.2:40000",
            "10.0.2.2:80",
        ),
    ],
)
def test_addresses_and_ports(
    change: Callable[[Routed], Any], destination: str, port_number: int, source: str, arrives_at: str
) -> None:
    packet = delivered(sent(change, destination, port_number)[1])

    assert f"{packet.source}:{packet.source_port}" == source
    assert f"{packet.destination}:{packet.destination_port}" == arrives_at
    assert packet.ttl == 63


@pytest.mark.parametrize(
    ("rule", "passes"),
    [
        ("-p tcp -m tcp --tcp-flags SYN,ACK ACK -j ACCEPT", False),
        ("-p tcp -m tcp ! --syn -j ACCEPT", False),
        ("-p tcp -m multiport --sports 1:100 -j ACCEPT", False),
        ("-p tcp -m multiport --ports 40000 -j ACCEPT", True),
        ("-m addrtype --dst-type UNICAST -j ACCEPT", True),
        ("-m addrtype --dst-type LOCAL -j ACCEPT", False),
        ("-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT", False),
        ("-m conntrack ! --ctstate INVALID -j ACCEPT", True),
        ("-m mark --mark 0x0/0xff -j ACCEPT", True),
        ("-m connmark --mark 0x1 -j ACCEPT", False),
        ("-i we+ ! -o west -j ACCEPT", True),
        ("! -s 10.0.1.0/24 -j ACCEPT", False),
        ("-p icmp -m icmp --icmp-type 8 -j ACCEPT", False),
        ("-m policy --dir in --pol none -j ACCEPT", True),
        ("-m physdev --physdev-is-bridged -j ACCEPT", False),
        ("-m ipvs --ipvs -j ACCEPT", False),
        ("-m comment --comment allow -j ACCEPT", True),
    ],
)
def test_matches(rule: str, passes: bool) -> None:
    _it, walk = sent(lambda it: it.middle.iptables("filter", ":FORWARD DROP", f"-A FORWARD {rule}"), "10.0.2.2")

    assert walk.verdict == ("delivered" if passes else "dropped"), story(walk)


@pytest.mark.parametrize(
    ("lines", "mark"),
    [
        (["-j MARK --set-xmark 0x5/0xffffffff"], 5),
        (["-j MARK --set-xmark 0x5/0xff", "-j MARK --set-xmark 0x100/0xff00"], 0x105),
        (["-j CONNMARK --restore-mark --nfmask 0xffffffff --ctmask 0xffffffff"], 0),
        (["-j CONNMARK --set-xmark 0x7/0xffffffff", "-j CONNMARK --restore-mark"], 7),
        (
            ["-j MARK --set-xmark 0x5/0xffffffff", "-j CONNMARK --save-mark", "-j MARK --set-xmark 0x0/0xffffffff"]
            + ["-j CONNMARK --restore-mark"],
            5,
        ),
        (["-j MARK --set-xmark 0x5/0xffffffff", "-j CONNMARK --restore-mark --nfmask 0xf --ctmask 0xf"], 0),
    ],
)
def test_marks(lines: list[str], mark: int) -> None:
    """A mark chooses the table, in which every route but the wanted one is a dead end."""

    def change(it: Routed) -> None:
        it.middle.iptables("mangle", *[f"-A PREROUTING {line}" for line in lines])
        if mark:
            it.middle.routing_rule(100, 100, mark=mark, mask=0xFFFFFFFF)
            it.middle.route("default", type="prohibit", table=100)

    _it, walk = sent(change, "10.0.2.2")
    assert walk.verdict == ("dropped" if mark else "delivered"), story(walk)


def test_mark_of_what_is_sent_chooses_another_way() -> None:
    def change(it: Routed) -> None:
        it.left.iptables("mangle", "-A OUTPUT -p tcp --dport 80 -j MARK --set-xmark 0x5/0xffffffff")
        it.left.routing_rule(100, 100, mark=5, mask=0xFFFFFFFF)
        it.left.route("default", "eth0", "10.0.1.9", table=100)

    _it, walk = sent(change, "10.0.2.2")

    assert texts(walk, "route") == [
        "10.0.2.2 is reached by 10.0.1.1 out of eth0 (default)",
        "10.0.2.2 is reached by 10.0.1.9 out of eth0 (default)",
    ]


def test_multipath_is_a_branch_for_each_way() -> None:
    it = Routed()
    south = it.lab.namespace("south").forward()
    it.lab.wire(it.left, "eth1", "10.0.3.2/24", south, "left", "10.0.3.1/24")
    it.lab.wire(it.right, "eth1", "10.0.4.2/24", south, "right", "10.0.4.1/24")
    south.forward()
    south.route("10.0.2.0/24", "right", "10.0.4.2")
    it.left.route(
        "10.0.2.0/24",
        next_hops=[
            {"device": "eth0", "gateway": "10.0.1.1", "weight": 1},
            {"device": "eth1", "gateway": "10.0.3.1", "weight": 1},
        ],
    )

    walk = it.lab.send(it.left, "10.0.2.2")

    assert [(end.note.verdict, end.after.source) for end in walk.ends] == [
        ("delivered", "10.0.1.2"),
        ("delivered", "10.0.3.2"),
    ]
    assert walk.verdict == "delivered"


@pytest.mark.parametrize(("proxy", "verdict"), [(True, "delivered"), (False, "dropped")])
def test_proxy_arp(proxy: bool, verdict: str) -> None:
    def change(it: Routed) -> None:
        it.left.route("10.0.2.0/24", "eth0", source="10.0.1.2")
        it.middle.link("west")["ipv4"]["proxy_arp"] = proxy

    assert sent(change, "10.0.2.2")[1].verdict == verdict


def test_neighbour_discovery() -> None:
    it, walk = sent(lambda it: None, "fd02::2")

    asked = [hop for hop in walk.hops if hop.note.mechanism == "arp"]
    assert [hop.note.text for hop in asked] == [
        f"fd01::1 is at {it.middle.link('west')['mac']}: middle on node has it on west",
        f"fd02::2 is at {it.right.link('eth0')['mac']}: right on node has it on eth0",
    ]


def trunk(native: bool = False) -> tuple[Lab, Namespace, Namespace]:
    """Two namespaces with a device of VLAN 100 each, over a veth pair."""
    lab = Lab()
    left, right = lab.namespace("left"), lab.namespace("right", listens=80)
    lab.wire(left, "eth0", None, right, "eth0", None)
    for one, address in ((left, "10.0.0.1/24"), (right, "10.0.0.2/24")):
        below = one.link("eth0")
        if one is right and native:
            one.address("eth0", address)
            continue
        parent = {"index": below["index"], "namespace": one.name, "name": "eth0"}
        one.device("eth0.100", "vlan", parent=parent, vlan={"identifier": 100, "protocol": "802.1Q"}, mac=below["mac"])
        one.address("eth0.100", address)
    return lab, left, right


def test_vlan_devices_over_a_trunk() -> None:
    lab, left, _right = trunk()

    walk = lab.send(left, "10.0.0.2")

    assert delivered(walk).vlans == ()
    assert [hop.after.vlans for hop in walk.hops if hop.note.device == "eth0"] == [(100,), (100,)]
    assert texts(walk, "vlan") == ["gets the tag of VLAN 100", "loses the tag of VLAN 100"]


def test_a_tag_that_nobody_takes() -> None:
    lab, left, right = trunk(native=True)
    left.neighbour("10.0.0.2", right.link("eth0")["mac"], "eth0.100")

    (end,) = lab.send(left, "10.0.0.2").ends

    assert (end.note.verdict, end.note.text) == ("dropped", "eth0 of right on node has no device for VLAN 100")


@pytest.mark.parametrize(
    ("left_vlan", "right_vlan", "verdict"), [(10, 10, "delivered"), (10, 20, "dropped"), (None, 10, "dropped")]
)
def test_bridge_that_filters_vlans(left_vlan: int | None, right_vlan: int, verdict: str) -> None:
    lab = Lab()
    left, switch, right = lab.namespace("left"), lab.namespace("switch"), lab.namespace("right", listens=80)
    bridge = switch.device("br0", "bridge")
    bridge["bridge"].update(vlan_filtering=True, vlans=[{"identifier": 1, "pvid": True, "untagged": True}])
    for one, address, vlan in ((left, "10.0.0.1/24", left_vlan), (right, "10.0.0.2/24", right_vlan)):
        lab.wire(one, "eth0", address, switch, one.name, None, master="br0")
        vlans = [{"identifier": vlan, "pvid": True, "untagged": True}] if vlan else []
        switch.link(one.name)["port"] = port(vlans=vlans)

    assert lab.send(left, "10.0.0.2").verdict == verdict


def macvlans(mode: str) -> tuple[Lab, Namespace, Namespace]:
    lab = Lab()
    host = lab.namespace("host")
    lab.uplink(host, "eth0", "10.0.0.9/24")
    parent = {"index": host.link("eth0")["index"], "namespace": "host", "name": "eth0"}
    made = []
    for name, address in (("left", "10.0.0.1/24"), ("right", "10.0.0.2/24")):
        one = lab.namespace(name, listens=80)
        one.device("eth0", "macvlan", macvlan={"mode": mode}, parent=parent)
        one.address("eth0", address)
        made.append(one)
    return lab, made[0], made[1]


@pytest.mark.parametrize(("mode", "verdict"), [("bridge", "delivered"), ("private", "left"), ("vepa", "left")])
def test_macvlan(mode: str, verdict: str) -> None:
    lab, left, _right = macvlans(mode)

    assert lab.send(left, "10.0.0.2").verdict == verdict


def test_macvlan_does_not_reach_its_parent() -> None:
    lab, left, _right = macvlans("bridge")

    assert lab.send(left, "10.0.0.9").verdict == "left"


def test_macvlan_on_another_node() -> None:
    lab, left, _right = macvlans("bridge")
    other = lab.namespace("host", node="other", listens=80)
    lab.uplink(other, "eth0", "10.0.0.8/24")

    walk = lab.send(left, "10.0.0.8")
    assert delivered(walk).source == "10.0.0.1"
    back = lab.send(other, "10.0.0.2")
    assert delivered(back).destination == "10.0.0.2"
    assert "is for eth0 of right on node" in texts(back, "macvlan")


def test_broadcast_goes_to_all_on_the_link() -> None:
    lab = Lab()
    switch = lab.namespace("switch")
    switch.device("br0", "bridge")
    ends = [lab.namespace(name, listens=None) for name in ("left", "right", "other")]
    for number, one in enumerate(ends, start=1):
        lab.wire(one, "eth0", f"10.0.0.{number}/24", switch, one.name, None, master="br0")
        one.listen("udp", 67)

    walk = lab.send(ends[0], "10.0.0.255", 67, "udp")

    assert sorted(str(end.namespace) for end in walk.ends if end.note.verdict == "delivered") == ["other", "right"]


@pytest.mark.parametrize(("forward", "source"), [("masquerade", "10.0.1.2"), ("route", "10.0.1.2")])
def test_ipvs_by_address(forward: str, source: str) -> None:
    """A virtual service of an address, whose backend gets the packet translated or as it is ("direct routing")."""

    def change(it: Routed) -> None:
        backend = {
            "address": "10.0.2.2",
            "port": 80 if forward == "masquerade" else 8080,
            "forward": forward,
            "weight": 1,
        }
        service = {"kind": "address", "protocol": "tcp", "address": "10.0.1.1", "port": 8080, "scheduler": "rr"}
        it.middle.content["ipvs"] = [{**service, "flags": [], "backends": [backend]}]
        if forward == "route":
            it.right.address("lo", "10.0.1.1/32")
            it.right.listen("tcp", 8080)

    packet = delivered(sent(change, "10.0.1.1", 8080)[1])

    assert packet.source == source
    arrived = ("10.0.2.2", 80) if forward == "masquerade" else ("10.0.1.1", 8080)
    assert (packet.destination, packet.destination_port) == arrived


@pytest.mark.parametrize("known", [True, False])
def test_a_bridge_with_the_uplink_as_its_port(known: bool) -> None:
    lab = Lab()
    host = lab.namespace("host", "one")
    host.device("eth0", "ethernet", master="br0")
    host.device("br0", "bridge")
    guest = lab.namespace("guest", "one", listens=80)
    lab.wire(guest, "eth0", "10.0.0.1/24", host, "guest", None, master="br0")
    other = lab.namespace("host", "two")
    lab.uplink(other, "eth0", "10.0.0.2/24")
    if known:
        other.neighbour("10.0.0.1", guest.link("eth0")["mac"], "eth0")

    assert delivered(lab.send(other, "10.0.0.1")).source == "10.0.0.2"
    # Somebody else on the wire may have it.
    assert lab.send(other, "10.0.0.3").verdict == "left"


def vxlan(lab: Lab, name: str, address: str, node: str, **settings: Any) -> Namespace:
    """A node whose own namespace has a VXLAN device with an address."""
    host = lab.namespace("host", node, listens=80)
    lab.uplink(host, "eth0", address)
    values = {"vni": 7, "port": 4789, "local": None, "group": None, "learning": True, "proxy": False}
    values.update(l2miss=False, l3miss=False, ageing_seconds=300, underlay_namespace="host", **settings)
    host.device("vxlan0", "vxlan", mtu_bytes=1450, vxlan=values)
    host.address("vxlan0", name)
    return host


def test_vxlan_that_floods() -> None:
    lab = Lab()
    hosts = [vxlan(lab, f"10.7.0.{number}/24", f"192.0.2.{number}/24", f"node{number}") for number in (1, 2, 3)]
    for host in hosts:
        for number in (1, 2, 3):
            if host.node != f"node{number}":
                host.fdb("00:00:00:00:00:00", "vxlan0", f"192.0.2.{number}")

    walk = lab.send(hosts[0], "10.7.0.3")

    # One copy for each VTEP; that of the node which does not take it counts for nothing.
    assert sorted(str(hop.note.verdict) for hop in walk.hops if hop.note.verdict) == ["delivered", "ignored"]
    assert delivered(walk).destination == "10.7.0.3"


def test_vxlan_in_a_multicast_group() -> None:
    lab = Lab()
    one = vxlan(lab, "10.7.0.1/24", "192.0.2.1/24", "node1", group="239.1.1.1")
    one.fdb("00:00:00:00:00:00", "vxlan0", "239.1.1.1")

    (end,) = lab.send(one, "10.7.0.2").ends

    assert end.note.verdict == "undecided"
    assert "which VTEPs are in the multicast group 239.1.1.1 of vxlan0" in end.note.text


def chain_of_routers(length: int) -> tuple[Lab, Namespace]:
    lab = Lab()
    first = last = lab.namespace("router0")
    for number in range(1, length + 1):
        router = lab.namespace(f"router{number}", listens=80)
        network = f"10.{number // 250}.{number % 250}"
        lab.wire(last, "next", f"{network}.1/24", router, "back", f"{network}.2/24")
        last.route("default", "next", f"{network}.2")
        last.forward()
        last = router
    last.address("lo", "192.0.2.1/32")
    return lab, first


def test_the_time_to_live_ends() -> None:
    lab, first = chain_of_routers(70)

    (end,) = lab.send(first, "192.0.2.1").ends

    assert (end.note.verdict, end.namespace, end.note.text) == ("dropped", "router64", "its time to live ends here")


def test_a_walk_has_at_most_so_many_hops() -> None:
    lab, first = chain_of_routers(230)

    walk = lab.send(first, "192.0.2.1", ttl=255)

    (end,) = walk.ends
    assert (end.note.verdict, end.note.mechanism) == ("limit", "limit")
    assert re.search(r"it has made 1000 hops", end.note.text)
    assert 1000 < len(walk.hops) < 1010


def test_a_walk_has_at_most_so_many_branches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_engine, "MOST_BRANCHES", 20)
    lab = Lab()
    switch = lab.namespace("switch")
    switch.device("br0", "bridge")
    sender = lab.namespace("sender")
    lab.wire(sender, "eth0", "10.0.0.1/24", switch, "sender", None, master="br0")
    for number in range(30):
        lab.wire(lab.namespace(f"one{number}"), "eth0", None, switch, f"one{number}", None, master="br0")
    sender.neighbour("10.0.0.9", "02:99:99:99:99:99", "eth0")

    walk = lab.send(sender, "10.0.0.9")

    assert walk.verdict == "limit"
    assert {hop.note.text for hop in walk.ends} == {"the walk ends here, as there are more than 20 branches"}
    parents = {hop.parent.number for hop in walk.hops if hop.parent}
    assert all(hop.note.verdict for hop in walk.hops if hop.number not in parents)
