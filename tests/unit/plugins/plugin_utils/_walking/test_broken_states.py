# SPDX-License-Identifier: GPL-3.0-or-later
"""What is broken in a state ends the walk where it would end the packet.

The first table breaks the recorded swarm, in which the client on n1 asks for the virtual address of web; the second one
is of small labs made by hand.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._engine import Engine
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._hop import Place, Walk
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._packet import Packet
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._world import World

sys.path.insert(0, os.path.dirname(__file__))

from state_lab import Lab, Namespace, port, rule, story  # noqa: E402

State = dict[str, Any]
Broken = tuple[Callable[[State], Any], str, str, str]

CLIENT, WEB1, WEB2 = "9ff9e882fd39", "d7f92170ec4e", "97acfd65a327"
OVERLAY, BALANCER, SANDBOX = "1-1us5hb6ohx", "lb_1us5hb6oh", "ingress_sbox"
WEB2_MAC, BALANCER_MAC = "02:42:0a:00:01:03", "02:42:0a:00:01:06"


def namespace(state: State, node: str, name: str) -> Any:
    return state["nodes"][node]["namespaces"][name]


def link(state: State, node: str, name: str, device: str) -> Any:
    return next(row for row in namespace(state, node, name)["links"] if row["name"] == device)


def without(rows: list[Any], **wanted: Any) -> None:
    """Remove the rows with these values; there has to be one."""
    kept = [row for row in rows if any(row[key] != value for key, value in wanted.items())]
    assert len(kept) < len(rows), wanted
    rows[:] = kept


def row_of(rows: list[Any], **wanted: Any) -> Any:
    (found,) = [row for row in rows if all(row[key] == value for key, value in wanted.items())]
    return found


def rules(state: State, node: str, name: str, table: str, chain: str) -> list[Any]:
    return namespace(state, node, name)["netfilter"]["tables"][table]["chains"][chain]["rules"]


def new_rule(text: str, **fields: Any) -> State:
    empty = dict.fromkeys(["source", "destination", "protocol", "in_interface", "out_interface", "target"])
    return {**empty, "text": text, "negated": [], "matches": [], "goto": False, "options": {}, **fields}


def filtered(node: str, name: str, chain: str, target: str, **fields: Any) -> Callable[[State], None]:
    def apply(state: State) -> None:
        tables = namespace(state, node, name)["netfilter"]["tables"]
        chains = {one: {"policy": "ACCEPT", "rules": []} for one in ("INPUT", "FORWARD", "OUTPUT")}
        table = tables.setdefault("filter", {"chains": chains})
        table["chains"][chain]["rules"].insert(0, new_rule(f"-A {chain} -j {target}", target=target, **fields))

    return apply


def policy(node: str, name: str, chain: str) -> Callable[[State], None]:
    def apply(state: State) -> None:
        filtered(node, name, chain, "LOG")(state)
        namespace(state, node, name)["netfilter"]["tables"]["filter"]["chains"][chain]["policy"] = "DROP"

    return apply


def down(node: str, name: str, device: str) -> Callable[[State], None]:
    return lambda state: link(state, node, name, device)["flags"].remove("up")


def unknown(node: str, name: str, part: str) -> Callable[[State], None]:
    return lambda state: namespace(state, node, name).update({part: None, f"{part}_reason": "it was not allowed"})


def fdb(state: State, node: str) -> list[Any]:
    return namespace(state, node, OVERLAY)["fdb"]


def to_vtep(node: str, mac: str, vtep: str) -> Callable[[State], None]:
    return lambda state: row_of(fdb(state, node), mac=mac, device="vxlan0", flags=["self"]).update(destination=vtep)


def all_of(*changes: Callable[[State], Any]) -> Callable[[State], None]:
    def apply(state: State) -> None:
        for change in changes:
            change(state)

    return apply


def services(state: State) -> list[Any]:
    return namespace(state, "n1", BALANCER)["ipvs"]


def forget_neighbours(node: str, name: str) -> Callable[[State], None]:
    return lambda state: namespace(state, node, name)["neighbours"].clear()


def forget_learned(state: State) -> None:
    """What the overlay's bridge on n1 learned about the remote task."""
    without(fdb(state, "n1"), mac=WEB2_MAC, device="vxlan0", flags=["master"])


def unread(node: str, name: str) -> Callable[[State], None]:
    def apply(state: State) -> None:
        content = namespace(state, node, name)
        keys = ("links", "addresses", "routes", "rules", "neighbours", "fdb", "netfilter", "ipvs", "sockets")
        content.update(dict.fromkeys(keys), reason="/run/docker/netns: Operation not permitted")

    return apply


# Name: how the state is broken, and how the branch to web.2 on n2 ends.
SWARM: dict[str, Broken] = {
    "as recorded": (lambda state: None, "delivered", "delivery", r"delivered to web\.2.*listens on"),
    # The overlay
    "no row in the fdb": (
        lambda state: without(fdb(state, "n1"), mac=WEB2_MAC, flags=["self"]),
        "dropped",
        "vxlan",
        f"fdb of vxlan0 has no VTEP for {WEB2_MAC}",
    ),
    "no row in either fdb": (
        all_of(lambda state: without(fdb(state, "n1"), mac=WEB2_MAC, flags=["self"]), forget_learned),
        "dropped",
        "vxlan",
        "has no VTEP",
    ),
    "VTEP of another node": (
        to_vtep("n1", WEB2_MAC, "192.168.99.13"),
        # The bridge of n3 knows that this MAC is behind its VXLAN device, and sends nothing back where it came from.
        "dropped",
        "bridge",
        "behind vxlan0, where it came from",
    ),
    "VTEP that nobody has": (to_vtep("n1", WEB2_MAC, "192.168.99.77"), "left", "arp", "nobody in the lab answers"),
    "VTEP of the sender itself": (
        to_vtep("n1", WEB2_MAC, "192.168.99.11"),
        "dropped",
        "bridge",
        "behind vxlan0, where it came from",
    ),
    "sender behind another VTEP for the receiver": (
        to_vtep("n2", BALANCER_MAC, "192.168.99.13"),
        "dropped",
        "vxlan_end",
        f"{BALANCER_MAC} comes from 192.168.99.11, but vxlan0 .* behind 192.168.99.13 and drops it",
    ),
    "proxy without the neighbour": (
        all_of(
            forget_neighbours("n1", BALANCER),
            lambda state: without(namespace(state, "n1", OVERLAY)["neighbours"], address="10.0.1.3"),
        ),
        "dropped",
        "arp",
        "nobody answers for 10.0.1.3",
    ),
    "neighbour failed": (
        lambda state: row_of(namespace(state, "n1", BALANCER)["neighbours"], address="10.0.1.3").update(
            states=["failed"], mac=None
        ),
        "delivered",
        "delivery",
        "delivered to",
    ),
    "neighbour with the MAC of another task": (
        lambda state: row_of(namespace(state, "n1", BALANCER)["neighbours"], address="10.0.1.3").update(
            mac="02:42:0a:00:01:09"
        ),
        # On n2 that is the client, which forwards as every container does.
        "delivered",
        "delivery",
        "delivered to web.2",
    ),
    "VNI of another network at the receiver": (
        lambda state: link(state, "n2", OVERLAY, "vxlan0")["vxlan"].update(vni=4999),
        "dropped",
        "vxlan_end",
        "no VXLAN device with VNI 4097 on port 4789",
    ),
    "another port of VXLAN at the sender": (
        lambda state: link(state, "n1", OVERLAY, "vxlan0")["vxlan"].update(port=4790),
        "dropped",
        "vxlan_end",
        "no VXLAN device with VNI 4097 on port 4790",
    ),
    "underlay of the VXLAN device unknown": (
        lambda state: link(state, "n1", OVERLAY, "vxlan0")["vxlan"].update(underlay_namespace=None),
        "undecided",
        "vxlan",
        "underlay of vxlan0 is unknown",
    ),
    # Links
    "VXLAN device down": (down("n1", OVERLAY, "vxlan0"), "dropped", "transmit", "vxlan0 .* is down"),
    "receiver's VXLAN device down": (down("n2", OVERLAY, "vxlan0"), "dropped", "vxlan_end", "vxlan0 .* is down"),
    "receiver's bridge down": (down("n2", OVERLAY, "br0"), "dropped", "bridge", "br0 is down"),
    "receiver's link down": (down("n2", WEB2, "eth1"), "dropped", "transmit", "eth1 of web.2.* is down"),
    "port blocked": (
        lambda state: link(state, "n2", OVERLAY, "vxlan0")["port"].update(state="blocking"),
        "dropped",
        "bridge",
        "vxlan0 is blocking",
    ),
    "veth without its other end": (
        lambda state: link(state, "n2", OVERLAY, "veth2").update(peer={"index": 23, "namespace": None, "name": None}),
        "undecided",
        "transmit",
        "the other end of veth2 was not found",
    ),
    "veth with an other end that is gone": (
        lambda state: link(state, "n2", OVERLAY, "veth2")["peer"].update(index=999),
        "undecided",
        "transmit",
        "has no link 999",
    ),
    "receiver's namespace not readable": (
        unread("n2", WEB2),
        "undecided",
        "transmit",
        f"the namespace {WEB2} .* is unknown: .*not permitted",
    ),
    "receiver's overlay not readable": (unread("n2", OVERLAY), "undecided", "vxlan_end", "may have the device of VNI"),
    "receiver's node missing": (lambda state: state["nodes"].pop("n2"), "left", "wire", "is on no node of the lab"),
    "receiver's node not readable": (
        lambda state: state["nodes"]["n2"].update(namespaces=None, namespaces_reason="unreachable"),
        "undecided",
        "wire",
        "no node that could be read, but n2",
    ),
    "MTU of the receiver's port": (
        lambda state: link(state, "n2", OVERLAY, "veth2").update(mtu_bytes=40),
        "dropped",
        "bridge",
        "60 bytes are more than the 40 of veth2; nobody is told",
    ),
    "MTU of the underlay": (
        lambda state: link(state, "n1", "host", "eth0").update(mtu_bytes=100),
        "dropped",
        "vxlan",
        "110 bytes are more than the 100 of eth0; the sender is told",
    ),
    # Load balancing
    "mark missing": (
        lambda state: rules(state, "n1", BALANCER, "mangle", "INPUT").clear(),
        "refused",
        "delivery",
        "nobody in lb_1us5hb6oh on n1 listens on tcp port 80",
    ),
    "mark without a service": (
        lambda state: rules(state, "n1", BALANCER, "mangle", "INPUT")[1]["options"].update(mark=0x999),
        "refused",
        "delivery",
        "nobody in lb_1us5hb6oh",
    ),
    "backend gone": (
        all_of(
            lambda state: state["nodes"]["n2"]["namespaces"].pop(WEB2),
            lambda state: without(namespace(state, "n2", OVERLAY)["links"], name="veth2"),
            lambda state: without(fdb(state, "n2"), device="veth2"),
        ),
        # The bridge of n2 does not know the MAC any more, and nobody takes the copies.
        "ignored",
        "receive",
        f"ignores a frame to {WEB2_MAC}",
    ),
    "no backends": (
        lambda state: [service.update(backends=[]) for service in services(state)],
        "dropped",
        "ipvs",
        "mark 0x102 has no backend that takes connections",
    ),
    "weights of 0": (
        lambda state: [row.update(weight=0) for service in services(state) for row in service["backends"]],
        "dropped",
        "ipvs",
        "has no backend that takes connections",
    ),
    "one weight of 0": (
        lambda state: row_of(row_of(services(state), mark=0x102)["backends"], address="10.0.1.4").update(weight=0),
        "delivered",
        "delivery",
        "delivered to",
    ),
    "IPVS unknown": (unknown("n1", BALANCER, "ipvs"), "undecided", "ipvs", "virtual services .* it was not allowed"),
    "source translation missing": (
        lambda state: without(rules(state, "n1", BALANCER, "nat", "POSTROUTING"), target="SNAT"),
        # The task on n2 gets it from the client itself, and the answer would not come back by the load balancer.
        "delivered",
        "delivery",
        "delivered to",
    ),
    # Filters
    "INPUT of the task drops": (
        filtered("n2", WEB2, "INPUT", "DROP"),
        "dropped",
        "filter",
        "dropped by -A INPUT -j DROP",
    ),
    "INPUT of the task rejects": (filtered("n2", WEB2, "INPUT", "REJECT"), "dropped", "filter", "rejected by"),
    "INPUT of the task drops by policy": (policy("n2", WEB2, "INPUT"), "dropped", "filter", "the policy of iptables"),
    "VXLAN dropped on the node": (
        filtered("n2", "host", "INPUT", "DROP", protocol="udp", matches=[{"module": "udp", "dport": "4789"}]),
        "dropped",
        "filter",
        "dropped by -A INPUT",
    ),
    "OUTPUT of the client drops": (filtered("n1", CLIENT, "OUTPUT", "DROP"), "dropped", "filter", "dropped by"),
    "a match that cannot be decided": (
        filtered("n2", WEB2, "INPUT", "DROP", matches=[{"module": "recent", "name": "knock", "rcheck": True}]),
        "undecided",
        "filter",
        "whether the rule matches: -A INPUT -j DROP",
    ),
    "a match that cannot be decided, of another protocol": (
        filtered("n2", WEB2, "INPUT", "DROP", protocol="udp", matches=[{"module": "recent", "rcheck": True}]),
        "delivered",
        "delivery",
        "delivered to",
    ),
    "a target that cannot be decided": (filtered("n2", WEB2, "INPUT", "NFQUEUE"), "undecided", "filter", "NFQUEUE"),
    "netfilter unknown": (unknown("n2", WEB2, "netfilter"), "undecided", "filter", "it was not allowed"),
    # The task
    "nobody listens": (
        lambda state: without(namespace(state, "n2", WEB2)["sockets"], port=80),
        "refused",
        "delivery",
        "nobody in web.2.* listens on tcp port 80",
    ),
    "sockets unknown": (unknown("n2", WEB2, "sockets"), "undecided", "delivery", "the sockets of web.2"),
    "address gone": (
        all_of(
            lambda state: without(namespace(state, "n2", WEB2)["routes"], destination="10.0.1.3/32"),
            lambda state: without(namespace(state, "n2", WEB2)["addresses"], address="10.0.1.3"),
        ),
        # As all containers it forwards, and asks the others for the address that it does not have itself.
        "dropped",
        "arp",
        "nobody answers for 10.0.1.3",
    ),
    "routes of the client unknown": (unknown("n1", CLIENT, "routes"), "undecided", "limit", "it was not allowed"),
    "no route of the client": (
        lambda state: namespace(state, "n1", CLIENT)["routes"].clear(),
        "dropped",
        "route",
        "no route to 10.0.1.2",
    ),
    "two have the virtual address": (
        all_of(
            forget_neighbours("n1", CLIENT),
            lambda state: namespace(state, "n1", WEB1)["addresses"].append(
                {"device": "eth1", "address": "10.0.1.2", "prefix_length": 32, "family": "ipv4", "scope": "global"}
            ),
            lambda state: namespace(state, "n1", WEB1)["routes"].append(
                {
                    **namespace(state, "n1", WEB1)["routes"][0],
                    "destination": "10.0.1.2/32",
                    "device": "eth1",
                    "table": 255,
                    "type": "local",
                }
            ),
        ),
        "undecided",
        "arp",
        "2 answer for 10.0.1.2: .*02:42:0a:00:01:04",
    ),
}


def walk_to_web(state: State) -> Walk:
    engine = Engine(World(state))
    packet = Packet("tcp", "10.0.1.2", source_port=40000, destination_port=80)
    return engine.explore(Place("output", engine.world.namespace("n1", CLIENT)), packet)


def remote_ends(walk: Walk) -> list[Any]:
    """Ends of the branch to web.2, or of all when the walk does not come that far."""

    def goes_to_web2(hop: Any) -> bool:
        while hop is not None:
            if hop.note.mechanism == "ipvs" and "to 10.0.1.4" in hop.note.text:
                return False
            hop = hop.parent
        return True

    return [hop for hop in walk.ends if goes_to_web2(hop)]


@pytest.mark.parametrize("name", SWARM)
def test_broken_swarm(swarm_state: State, name: str) -> None:
    change, verdict, mechanism, text = SWARM[name]
    change(swarm_state)

    walk = walk_to_web(swarm_state)

    assert {(end.note.verdict, end.note.mechanism) for end in remote_ends(walk)} == {(verdict, mechanism)}, story(walk)
    for end in remote_ends(walk):
        assert re.search(text, end.note.text), story(walk)


PUBLISHED: dict[str, Broken] = {
    "DNAT missing": (
        lambda state: without(rules(state, "n1", "host", "nat", "DOCKER-INGRESS"), target="DNAT"),
        # The engine holds the port itself.
        "delivered",
        "delivery",
        "delivered to n1, which listens on",
    ),
    "DNAT to an address that nobody has": (
        lambda state: row_of(rules(state, "n1", "host", "nat", "DOCKER-INGRESS"), target="DNAT")["options"].update(
            to_destination="172.18.0.99:8080"
        ),
        "dropped",
        "arp",
        "nobody answers for 172.18.0.99 on docker_gwbridge",
    ),
    "DNAT to several addresses": (
        lambda state: row_of(rules(state, "n1", "host", "nat", "DOCKER-INGRESS"), target="DNAT")["options"].update(
            to_destination="172.18.0.2-172.18.0.9"
        ),
        "undecided",
        "nat",
        "which of several addresses or ports",
    ),
    "forwarding off": (
        lambda state: [row["ipv4"].update(forwarding=False) for row in namespace(state, "n1", "host")["links"]],
        "dropped",
        "forward",
        "n1 does not forward what comes in by eth0",
    ),
    "forwarding unknown": (
        lambda state: link(state, "n1", "host", "eth0").pop("ipv4"),
        "undecided",
        "forward",
        "whether n1 forwards",
    ),
    "FORWARD drops": (filtered("n1", "host", "FORWARD", "DROP"), "dropped", "filter", "dropped by -A FORWARD -j DROP"),
    "mark of the published port missing": (
        lambda state: rules(state, "n1", SANDBOX, "mangle", "PREROUTING").clear(),
        "refused",
        "delivery",
        "nobody in ingress_sbox on n1 listens on tcp port 8080",
    ),
    "REDIRECT missing": (
        lambda state: without(rules(state, "n2", WEB2, "nat", "PREROUTING"), target="REDIRECT"),
        "dropped",
        "filter",
        r"dropped by -A INPUT -d 10.0.0.6/32 -p tcp -j DROP",
    ),
    "REDIRECT and filter missing": (
        all_of(
            lambda state: without(rules(state, "n2", WEB2, "nat", "PREROUTING"), target="REDIRECT"),
            lambda state: rules(state, "n2", WEB2, "filter", "INPUT").clear(),
        ),
        "refused",
        "delivery",
        "nobody in web.2.* listens on tcp port 8080",
    ),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_broken_published_port(swarm_state: State, name: str) -> None:
    change, verdict, mechanism, text = PUBLISHED[name]
    change(swarm_state)
    engine = Engine(World(swarm_state))
    host = engine.world.namespace("n1", "host")
    packet = Packet("tcp", "192.168.99.11", source="192.168.99.1", source_port=40000, destination_port=8080)

    walk = engine.explore(Place("receive", host, in_device="eth0"), packet)

    ends = [hop for hop in walk.ends if not (hop.node == "n1" and hop.namespace == WEB1)]
    assert [(hop.note.verdict, hop.note.mechanism) for hop in ends] == [(verdict, mechanism)], story(walk)
    assert re.search(text, ends[0].note.text), story(walk)


@pytest.mark.parametrize(
    ("marked", "text"), [(True, "is encrypted"), (False, "leaves in clear although ov1 is encrypted")]
)
def test_encrypted_overlay(swarm_state: State, marked: bool, text: str) -> None:
    for node in swarm_state["nodes"].values():
        row_of(node["docker"]["networks"], name="ov1")["encrypted"] = True
        tables = node["namespaces"]["host"]["netfilter"]["tables"]
        chains = tables.setdefault("mangle", {"chains": {"OUTPUT": {"policy": "ACCEPT", "rules": []}}})["chains"]
        matches = [
            {"module": "udp", "dport": "4789"},
            {"module": "u32", "u32": "0x0>>0x16&0x3c@0xc&0xffffff00=0x100100"},
        ]
        mark = {"mark": 0xD0C4E3, "mask": 0xFFFFFFFF}
        docker = new_rule("-A OUTPUT -j MARK", protocol="udp", matches=matches, target="MARK", options=mark)
        chains["OUTPUT"]["rules"] = [docker] if marked else []

    walk = walk_to_web(swarm_state)

    (hop,) = [hop for hop in walk.hops if hop.note.mechanism == "encryption"]
    assert hop.note.text.startswith(text)
    assert hop.after.encrypted is marked
    assert walk.verdict == "delivered"


# Labs made by hand ---------------------------------------------------------------------------------------------------


class Routed:
    """left - middle - right, and the middle forwards."""

    def __init__(self) -> None:
        self.lab = Lab()
        self.left, self.middle = self.lab.namespace("left"), self.lab.namespace("middle")
        self.right = self.lab.namespace("right", listens=80)
        self.lab.wire(self.left, "eth0", "10.0.1.2/24", self.middle, "west", "10.0.1.1/24")
        self.lab.wire(self.right, "eth0", "10.0.2.2/24", self.middle, "east", "10.0.2.1/24")
        self.left.route("default", "eth0", "10.0.1.1")
        self.right.route("default", "eth0", "10.0.2.1")
        self.middle.forward()

    def send(self) -> Walk:
        return self.lab.send(self.left, "10.0.2.2", size_bytes=1400)

    def default_back(self, device: str) -> None:
        """Let the middle send everything for left out by another device."""
        row_of(self.middle.content["routes"], destination="10.0.1.0/24")["device"] = device


class Bridged:
    """left, right and other on one bridge of a switch."""

    def __init__(self) -> None:
        self.lab = Lab()
        self.left, self.switch = self.lab.namespace("left"), self.lab.namespace("switch")
        self.right, self.other = self.lab.namespace("right", listens=80), self.lab.namespace("other", listens=80)
        self.switch.device("br0", "bridge")
        for number, one in enumerate((self.left, self.right, self.other), start=1):
            self.lab.wire(one, "eth0", f"10.0.2.{number}/24", self.switch, f"to-{one.name}", None, master="br0")
            self.switch.link(f"to-{one.name}")["port"] = port()

    @property
    def macs(self) -> dict[str, str]:
        return {one.name: one.link("eth0")["mac"] for one in (self.left, self.right, self.other)}

    def send(self) -> Walk:
        return self.lab.send(self.left, "10.0.2.2", size_bytes=1400)


ROUTED: dict[str, tuple[Callable[[Routed], Any], str, str, str]] = {
    "nothing broken": (lambda it: None, "delivered", "delivery", "delivered to right"),
    "no route": (lambda it: it.middle.content["routes"].clear(), "dropped", "arp", "nobody answers for 10.0.1.1"),
    "blackhole": (
        lambda it: it.middle.route("10.0.2.2/32", type="blackhole"),
        "dropped",
        "route",
        "says blackhole, and nobody is told",
    ),
    "prohibiting rule": (
        lambda it: it.middle.routing_rule(10, None, action="prohibit", in_interface="west"),
        "dropped",
        "route",
        "rule 10 says prohibit",
    ),
    "rule that cannot be decided": (
        lambda it: it.left.routing_rule(10, 100, user_identifiers="1000-1000"),
        "undecided",
        "route",
        "whether rule 10 applies",
    ),
    "rule with an unknown action": (
        lambda it: it.middle.routing_rule(10, None, action="17"),
        "undecided",
        "route",
        "what rule 10 does",
    ),
    "forwarding off": (
        lambda it: it.middle.link("west")["ipv4"].update(forwarding=False),
        "dropped",
        "forward",
        "middle on node does not forward what comes in by west",
    ),
    "reverse path strict": (
        lambda it: (it.default_back("east"), it.middle.link("west")["ipv4"].update(rp_filter=1), known(it)),
        "dropped",
        "route",
        "would leave by east, and rp_filter of west is strict",
    ),
    "reverse path not known": (
        lambda it: (it.default_back("east"), it.middle.link("west").update(ipv4={"forwarding": True}), known(it)),
        "undecided",
        "route",
        "rp_filter of west is not in the state",
    ),
    "reverse path loose": (
        lambda it: (it.default_back("east"), it.middle.link("west")["ipv4"].update(rp_filter=2), known(it)),
        "delivered",
        "delivery",
        "delivered to",
    ),
    "own source": (
        lambda it: it.middle.iptables("nat", "-A POSTROUTING -o east -j SNAT --to-source 10.0.2.2"),
        "dropped",
        "route",
        "10.0.2.2 is the source, but it is an address of right",
    ),
    "loopback source": (
        lambda it: it.middle.iptables("nat", "-A POSTROUTING -o east -j SNAT --to-source 127.0.0.1"),
        "dropped",
        "route",
        "127.0.0.1 may not be used on eth0 of right on node, as route_localnet is off",
    ),
    "MTU of a route": (
        lambda it: it.middle.link("east").update(mtu_bytes=1300),
        "dropped",
        "forward",
        "1400 bytes are more than the 1300 of east; the sender is told",
    ),
    "MTU of the sender": (
        lambda it: it.left.link("eth0").update(mtu_bytes=1300),
        "delivered",
        "delivery",
        "delivered to",
    ),
    "MTU of the other end": (
        lambda it: it.right.link("eth0").update(mtu_bytes=1300),
        "dropped",
        "transmit",
        "more than the 1300 of eth0 of right on node; nobody is told",
    ),
    "no carrier": (
        lambda it: it.middle.link("east")["flags"].remove("lower_up"),
        "dropped",
        "arp",
        "nobody answers for 10.0.2.2 on east: east of middle on node has no carrier",
    ),
    "routing loop": (
        lambda it: (
            it.right.content["addresses"].clear(),
            it.right.content["routes"].clear(),
            it.right.route("default", "eth0", "10.0.2.1"),
            it.middle.neighbour("10.0.2.2", it.right.link("eth0")["mac"], "east"),
            it.right.neighbour("10.0.2.1", it.middle.link("east")["mac"], "eth0"),
            it.right.forward(),
        ),
        "loop",
        "receive",
        "it comes to .* as it was before",
    ),
    "neighbour with a wrong MAC": (
        lambda it: it.left.neighbour("10.0.1.1", "02:99:99:99:99:99", "eth0"),
        "dropped",
        "receive",
        "ignores a frame to 02:99:99:99:99:99",
    ),
    "device that is no more": (
        lambda it: without(it.middle.content["links"], name="east"),
        "undecided",
        "neighbour",
        "the route leads to east, which middle on node does not have",
    ),
    "unknown kind of device": (
        lambda it: it.middle.link("east").update(kind="wireguard"),
        "undecided",
        "arp",
        r"where a frame goes that leaves by east \(wireguard\)",
    ),
    "untracked": (
        lambda it: it.middle.iptables("raw", "-A PREROUTING -i west -j NOTRACK"),
        "undecided",
        "raw",
        "what the target NOTRACK does",
    ),
    "no address to send from": (
        lambda it: (it.left.content["addresses"].clear(), it.left.content["routes"].clear(), on_link(it.left)),
        "dropped",
        "route",
        "left on node has no address to send to 10.0.2.2 from",
    ),
}


def known(it: Routed) -> None:
    """Neighbours are known, so that nobody has to ask."""
    it.left.neighbour("10.0.1.1", it.middle.link("west")["mac"], "eth0")
    it.middle.neighbour("10.0.2.2", it.right.link("eth0")["mac"], "east")


def on_link(one: Namespace) -> None:
    one.route("10.0.2.0/24", "eth0")


@pytest.mark.parametrize("name", ROUTED)
def test_broken_routed_lab(name: str) -> None:
    change, verdict, mechanism, text = ROUTED[name]
    it = Routed()
    change(it)

    assert_end(it.send(), verdict, mechanism, text)


def assert_end(walk: Walk, verdict: str, mechanism: str, text: str) -> None:
    (end,) = walk.ends
    assert (end.note.verdict, end.note.mechanism) == (verdict, mechanism), story(walk)
    assert re.search(text, end.note.text), story(walk)


BRIDGED: dict[str, tuple[Callable[[Bridged], Any], str, str, str]] = {
    "nothing broken": (lambda it: None, "delivered", "delivery", "delivered to right"),
    "isolated ports": (
        lambda it: [it.switch.link(f"to-{name}")["port"].update(isolated=True) for name in ("left", "right")],
        "dropped",
        "arp",
        "nobody answers for 10.0.2.2 on eth0",
    ),
    "isolated ports and a known neighbour": (
        lambda it: [
            it.left.neighbour("10.0.2.2", it.macs["right"], "eth0"),
            it.switch.fdb(it.macs["right"], "to-right"),
            *[it.switch.link(f"to-{name}")["port"].update(isolated=True) for name in ("left", "right")],
        ],
        "dropped",
        "bridge",
        "to-right and to-left are isolated from each other",
    ),
    "no hairpin": (
        lambda it: (
            it.left.neighbour("10.0.2.2", it.macs["right"], "eth0"),
            it.switch.fdb(it.macs["right"], "to-left"),
        ),
        "dropped",
        "bridge",
        "is behind to-left, where it came from",
    ),
    "hairpin": (
        lambda it: (
            it.left.neighbour("10.0.2.2", it.macs["right"], "eth0"),
            it.switch.fdb(it.macs["right"], "to-left"),
            it.switch.link("to-left")["port"].update(hairpin=True),
        ),
        "dropped",
        "receive",
        "eth0 of left on node has .* and ignores a frame to",
    ),
    "row of a wrong port": (
        lambda it: (
            it.left.neighbour("10.0.2.2", it.macs["right"], "eth0"),
            it.switch.fdb(it.macs["right"], "to-other"),
        ),
        "dropped",
        "receive",
        "eth0 of other on node has .* and ignores a frame to",
    ),
    "port that is down": (
        lambda it: it.switch.link("to-right")["flags"].remove("up"),
        "dropped",
        "arp",
        "nobody answers for 10.0.2.2",
    ),
    "bridge that is down": (
        lambda it: it.switch.link("br0")["flags"].remove("up"),
        "dropped",
        "arp",
        "nobody answers for 10.0.2.2 on eth0: br0 is down",
    ),
    "MTU of a port": (
        lambda it: (it.switch.link("to-right").update(mtu_bytes=1300), it.right.link("eth0").update(mtu_bytes=1300)),
        "dropped",
        "bridge",
        "1400 bytes are more than the 1300 of to-right; nobody is told",
    ),
    "VLANs that the state does not have": (
        lambda it: it.switch.link("br0")["bridge"].update(vlan_filtering=True),
        "undecided",
        "arp",
        "the VLANs of to-left in br0 are not in the state",
    ),
    "another VLAN": (
        lambda it: (
            it.switch.link("br0")["bridge"].update(vlan_filtering=True, vlans=[]),
            *[
                it.switch.link(f"to-{name}")["port"].update(
                    vlans=[{"identifier": vlan, "pvid": True, "untagged": True}]
                )
                for name, vlan in (("left", 10), ("right", 20), ("other", 10))
            ],
        ),
        "dropped",
        "arp",
        "nobody answers for 10.0.2.2",
    ),
    "netfilter asked about bridged frames": (
        lambda it: (
            it.switch.content["bridge_netfilter"].update(ipv4=True),
            it.switch.iptables("filter", ":FORWARD DROP", "-A FORWARD -p udp -j ACCEPT"),
        ),
        "dropped",
        "filter",
        "dropped by the policy of iptables filter FORWARD",
    ),
    "netfilter asked, or not": (
        lambda it: (
            it.switch.content.update(bridge_netfilter=None, bridge_netfilter_reason="it was not allowed"),
            it.switch.iptables("filter", ":FORWARD DROP"),
        ),
        "undecided",
        "bridge",
        "whether netfilter is asked about frames in br0: it was not allowed",
    ),
    "two have the address": (
        lambda it: it.other.address("eth0", "10.0.2.2/24"),
        "undecided",
        "arp",
        "2 answer for 10.0.2.2: .* on node has it on eth0.*, .*has it on eth0",
    ),
    "two have the MAC": (
        lambda it: it.other.link("eth0").update(mac=it.macs["right"]),
        "delivered",
        "delivery",
        "delivered to right",
    ),
    "rows that contradict each other": (
        lambda it: (
            it.left.neighbour("10.0.2.2", it.macs["right"], "eth0"),
            it.switch.fdb(it.macs["right"], "to-right"),
            it.switch.fdb(it.macs["right"], "to-other"),
        ),
        "undecided",
        "bridge",
        "2 rows",
    ),
}


@pytest.mark.parametrize("name", BRIDGED)
def test_broken_bridged_lab(name: str) -> None:
    change, verdict, mechanism, text = BRIDGED[name]
    it = Bridged()
    change(it)

    assert_end(it.send(), verdict, mechanism, text)


def test_loop_of_two_bridges() -> None:
    """Two bridges with two cables between them, and no spanning tree."""
    lab = Lab()
    left, one, two = lab.namespace("left"), lab.namespace("one"), lab.namespace("two")
    for switch in (one, two):
        switch.device("br0", "bridge")
    lab.wire(left, "eth0", "10.0.2.1/24", one, "to-left", None, master="br0")
    for cable in ("a", "b"):
        lab.wire(one, f"cable-{cable}", None, two, f"cable-{cable}", None, master="br0")
        one.link(f"cable-{cable}").update(master="br0", port=port())
    left.neighbour("10.0.2.9", "02:99:99:99:99:99", "eth0")

    walk = lab.send(left, "10.0.2.9")

    assert {hop.note.verdict for hop in walk.ends} == {"loop"}
    # One way round by each cable, and the copies that go back to the sender.
    assert len(walk.ends) == 2
    assert len(walk.hops) < 60


def test_undecided_on_one_branch_only() -> None:
    it = Routed()
    it.middle.content["rules"] = [rule(0, 255), rule(32766, 254), rule(32767, 253)]
    it.middle.content["ipvs"] = None
    it.middle.content["ipvs_reason"] = "it was not allowed"

    # What is forwarded does not come to IPVS.
    assert it.send().verdict == "delivered"
    assert_end(it.lab.send(it.left, "10.0.2.1"), "undecided", "ipvs", "it was not allowed")
