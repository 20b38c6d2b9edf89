# SPDX-License-Identifier: GPL-3.0-or-later
"""Walks through the recorded swarm (Docker 20.10 with IPVS) against what its own tasks and nodes were answered."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._engine import Engine
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._hop import Place, Walk
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._packet import Packet
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._world import World

NODES = {"n1": "192.168.99.11", "n2": "192.168.99.12", "n3": "192.168.99.13"}
# Container namespaces by node: a "cli" task on each, a "web" task on two.
CLIENTS = {"n1": ("9ff9e882fd39", "10.0.1.8"), "n2": ("e82c21490dc2", "10.0.1.9"), "n3": ("af1900212c60", "10.0.1.10")}
WEB = {
    "n1": ("web.1.91k5z4omh4jgowjxlyk4c8c4x", "10.0.1.4", "10.0.0.7", "02:42:0a:00:01:04"),
    "n2": ("web.2.268q2rc84yz7ubtxwa0xfiq6g", "10.0.1.3", "10.0.0.6", "02:42:0a:00:01:03"),
}
WEB_NAMESPACES = {"n1": "d7f92170ec4e", "n2": "97acfd65a327"}
# The load balancer of the overlay on each node, and the ingress sandbox: what they send from.
BALANCER = {"n1": "10.0.1.6", "n2": "10.0.1.5", "n3": "10.0.1.11"}
SANDBOX = {"n1": "10.0.0.2", "n2": "10.0.0.3", "n3": "10.0.0.4"}
VIP, VIP_MARK, OVERLAY_VNI = "10.0.1.2", 0x102, 4097
CLI_VIP, CLI_MARK = "10.0.1.7", 0x100
PUBLISHED, PUBLISHED_MARK, INGRESS_VNI = 8080, 0x101, 4096
OUTSIDE = "192.168.99.1"


@pytest.fixture
def engine(swarm_state: dict[str, Any]) -> Engine:
    return Engine(World(swarm_state))


def send(engine: Engine, node: str, namespace: str, destination: str, port: int, **more: Any) -> Walk:
    packet = Packet("tcp", destination, source_port=40000, destination_port=port, **more)
    return engine.explore(Place("output", engine.world.namespace(node, namespace)), packet)


def branches(walk: Walk) -> dict[str, list[Any]]:
    """The hops to each end, by its recipient."""
    found = {}
    for hop in walk.ends:
        path = [hop]
        while path[0].parent is not None:
            path.insert(0, path[0].parent)
        found[str(hop.note.recipient)] = path
    return found


def hops(path: list[Any], mechanism: str) -> list[str]:
    return [hop.note.text for hop in path if hop.note.mechanism == mechanism]


def web(at: int) -> dict[str, str]:
    """Recipients with an address each: 1 is that on the overlay, 2 on the ingress network."""
    return {row[0]: row[at] for row in WEB.values()}


def assert_tunnel(path: list[Any], node: str, to_node: str, vni: int) -> None:
    """A remote task is reached by one tunnel to its node, a local one by none."""
    outer = [hop.after for hop in path if hop.note.mechanism == "vxlan"]
    if node == to_node:
        assert outer == []
        return
    (packet,) = outer
    assert (packet.tunnel.vni, packet.destination, packet.destination_port) == (vni, NODES[to_node], 4789)
    (sent,) = {hop.after.source for hop in path if hop.note.mechanism == "wire" and hop.after.tunnel}
    assert sent == NODES[node]
    assert [(hop.node, hop.note.device) for hop in path if hop.note.mechanism == "vxlan_end"] == [(to_node, "vxlan0")]


@pytest.mark.parametrize("node", NODES)
def test_the_virtual_address_from_every_client(engine: Engine, node: str) -> None:
    namespace, address = CLIENTS[node]

    walk = send(engine, node, namespace, VIP, 80)

    assert walk.verdict == "delivered"
    assert branches(walk).keys() == web(1).keys()
    for to_node, (task, backend, _ingress, mac) in WEB.items():
        path = branches(walk)[task]
        # The virtual address is the load balancer's on the client's own node.
        assert any(VIP in text and "02:42:0a:00:01" in text for text in hops(path, "neighbour") + hops(path, "arp"))
        assert path[0].after.source == address
        assert hops(path, "mangle") == [f"gets the mark {VIP_MARK:#x}"]
        assert hops(path, "ipvs") == [f"virtual service of mark {VIP_MARK:#x} (rr) gives it to {backend}, one of 2"]
        assert hops(path, "nat") == [f"is sent from {BALANCER[node]}:40000 instead"]
        assert any(f"{backend} is at {mac}" in text for text in hops(path, "neighbour") + hops(path, "arp"))
        assert_tunnel(path, node, to_node, OVERLAY_VNI)
        end = path[-1]
        assert (end.node, end.namespace, end.after.destination) == (to_node, WEB_NAMESPACES[to_node], backend)
        assert (end.after.source, end.after.mark, end.after.destination_port) == (BALANCER[node], 0, 80)


@pytest.mark.parametrize("node", NODES)
def test_the_other_service_from_every_client(engine: Engine, node: str) -> None:
    walk = send(engine, node, CLIENTS[node][0], CLI_VIP, 80)

    # The clients only sleep.
    assert {(end.node, end.after.destination, end.note.verdict) for end in walk.ends} == {
        (to_node, address, "refused") for to_node, (_namespace, address) in CLIENTS.items()
    }
    for path in branches(walk).values():
        assert hops(path, "mangle") == [f"gets the mark {CLI_MARK:#x}"]


@pytest.mark.parametrize("node", NODES)
@pytest.mark.parametrize("to_node", WEB)
def test_a_task_itself_from_every_client(engine: Engine, node: str, to_node: str) -> None:
    walk = send(engine, node, CLIENTS[node][0], WEB[to_node][1], 80)

    assert walk.verdict == "delivered"
    (path,) = list(branches(walk).values())
    assert path[-1].after.source == CLIENTS[node][1]
    assert hops(path, "ipvs") == []
    assert_tunnel(path, node, to_node, OVERLAY_VNI)


@pytest.mark.parametrize("node", NODES)
def test_the_virtual_address_is_pinged_where_it_is(engine: Engine, node: str) -> None:
    namespace = engine.world.namespace(node, CLIENTS[node][0])

    walk = engine.explore(Place("output", namespace), Packet("icmp", VIP))

    assert [(end.node, end.namespace, end.note.verdict) for end in walk.ends] == [(node, "lb_1us5hb6oh", "delivered")]


def assert_published(path: list[Any], node: str, to_node: str) -> None:
    """What a node and its ingress sandbox do with the published port."""
    _task, _overlay, backend, _mac = WEB[to_node]
    assert any("is sent to 172.18.0.2:8080 instead" in text for text in hops(path, "nat"))
    assert hops(path, "mangle") == [f"gets the mark {PUBLISHED_MARK:#x}"]
    assert hops(path, "ipvs") == [f"virtual service of mark {PUBLISHED_MARK:#x} (rr) gives it to {backend}, one of 2"]
    # Between sandbox and task it is the published port, which the task's own namespace turns into its own.
    assert hops(path, "nat")[-2:] == [f"is sent from {SANDBOX[node]}:40000 instead", f"is sent to {backend}:80 instead"]
    assert_tunnel(path, node, to_node, INGRESS_VNI)
    end = path[-1]
    assert (end.after.source, end.after.destination, end.after.destination_port) == (SANDBOX[node], backend, 80)


@pytest.mark.parametrize("node", NODES)
def test_the_published_port_of_every_node_from_outside(engine: Engine, node: str) -> None:
    host = engine.world.namespace(node, "host")
    packet = Packet(
        "tcp",
        NODES[node],
        source=OUTSIDE,
        source_port=40000,
        destination_port=PUBLISHED,
        source_mac="02:00:00:00:00:01",
        destination_mac=host.links["eth0"]["mac"],
    )

    walk = engine.explore(Place("receive", host, in_device="eth0"), packet)

    assert walk.verdict == "delivered"
    assert branches(walk).keys() == web(2).keys()
    for to_node, (task, *_rest) in WEB.items():
        path = branches(walk)[task]
        assert_published(path, node, to_node)
        assert [hop.after.source for hop in path if hop.note.mechanism == "forward"] == [OUTSIDE]


@pytest.mark.parametrize("node", NODES)
@pytest.mark.parametrize("to", NODES)
def test_the_published_port_of_every_node_from_every_node(engine: Engine, node: str, to: str) -> None:
    walk = send(engine, node, "host", NODES[to], PUBLISHED)

    assert walk.verdict == "delivered"
    for to_node, (task, *_rest) in WEB.items():
        assert_published(branches(walk)[task], to, to_node)


def allow_loopback_out(state: dict[str, Any]) -> None:
    """Docker sets it (programIngress() of libnetwork's service_linux.go); only the values of "all" were recorded."""
    for node in state["nodes"].values():
        for link in node["namespaces"]["host"]["links"]:
            if link["name"] == "docker_gwbridge":
                link["ipv4"]["route_localnet"] = True


@pytest.mark.parametrize("node", NODES)
def test_the_published_port_of_localhost(swarm_state: dict[str, Any], node: str) -> None:
    allow_loopback_out(swarm_state)

    walk = send(Engine(World(swarm_state)), node, "host", "127.0.0.1", PUBLISHED)

    assert walk.verdict == "delivered"
    for to_node, (task, *_rest) in WEB.items():
        path = branches(walk)[task]
        assert_published(path, node, to_node)
        # Its source was settled by the first route, to lo; it leaves masqueraded.
        assert [hop.note.device for hop in path if hop.note.mechanism == "route"][:2] == ["lo", "docker_gwbridge"]
        assert path[0].after.source == "127.0.0.1"
        assert "is sent from 172.18.0.1:40000 instead" in hops(path, "nat")


def test_localhost_needs_a_setting_that_was_not_recorded(engine: Engine) -> None:
    walk = send(engine, "n1", "host", "127.0.0.1", PUBLISHED)

    assert walk.verdict == "undecided"
    assert "route_localnet is not in the state" in walk.ends[0].note.text


@pytest.mark.parametrize("node", NODES)
def test_dns_of_docker_stays_in_the_namespace(engine: Engine, node: str) -> None:
    packet = Packet("udp", "127.0.0.11", source_port=40000, destination_port=53)
    walk = engine.explore(Place("output", engine.world.namespace(node, CLIENTS[node][0])), packet)

    (path,) = list(branches(walk).values())
    assert (walk.verdict, path[-1].namespace) == ("delivered", CLIENTS[node][0])
    assert path[-1].after.destination_port != 53


@pytest.mark.parametrize("node", NODES)
def test_clients_reach_the_world_masqueraded(engine: Engine, node: str) -> None:
    walk = send(engine, node, CLIENTS[node][0], "203.0.113.7", 443)

    assert walk.verdict in ("left", "dropped")
    (end,) = walk.ends
    assert end.namespace == "host"


def test_a_port_that_nobody_published(engine: Engine) -> None:
    walk = send(engine, "n1", "host", NODES["n2"], 8081)

    (end,) = walk.ends
    assert (end.note.verdict, end.node, end.note.text) == (
        "refused",
        "n2",
        "nobody in n2 listens on tcp port 8081",
    )
