# SPDX-License-Identifier: GPL-3.0-or-later
"""Walks through a swarm of Docker 17.09, whose containers balance for themselves, as in the Swarm articles of 2017.

Marks, virtual services and addresses are those of the articles; devices, routes and fdb are what such an engine makes.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._iptables_listing import parse_listing
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ipvs import parse_listing as parse_ipvs
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._engine import Engine
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._hop import Place, Walk
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._packet import Packet
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._world import World

sys.path.insert(0, os.path.dirname(__file__))

from state_lab import Lab, Namespace, story  # noqa: E402

# In the client's namespace.
MANGLE = """\
Chain OUTPUT (policy ACCEPT 105 packets, 6489 bytes)
 pkts bytes target     prot opt in     out     source               destination
    0     0 MARK       all  --  *      *       0.0.0.0/0            10.0.0.2             MARK set 0x101
   39  2484 MARK       all  --  *      *       0.0.0.0/0            10.0.0.4             MARK set 0x103
"""
NAT = """\
Chain POSTROUTING (policy ACCEPT)
target     prot opt source               destination
SNAT       all  --  anywhere             10.0.0.0/24          ipvs to:10.0.0.3
"""
IPVS = """\
IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
FWM  257 rr
  -> 10.0.0.3:0                   Masq    1      0          0
FWM  259 rr
  -> 10.0.0.5:0                   Masq    1      0          0
  -> 10.0.0.6:0                   Masq    1      0          0
"""
# In the namespace ingress_sbox.
SANDBOX_NAT = """\
Chain OUTPUT (policy ACCEPT)
target     prot opt source               destination
DNAT       icmp --  anywhere             10.255.0.4           icmp echo-request to:127.0.0.1

Chain POSTROUTING (policy ACCEPT)
target     prot opt source               destination
SNAT       all  --  anywhere             10.255.0.0/16        ipvs to:{address}
"""
SANDBOX_MANGLE = """\
Chain PREROUTING (policy ACCEPT)
target     prot opt source               destination
MARK       tcp  --  anywhere             anywhere             tcp dpt:{port} MARK set 0x102

Chain OUTPUT (policy ACCEPT)
target     prot opt source               destination
MARK       all  --  anywhere             10.255.0.4           MARK set 0x102
"""
SANDBOX_IPVS = """\
IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
FWM  258 rr
  -> 10.255.0.5:0                 Masq    1      0          0
  -> 10.255.0.6:0                 Masq    1      0          0
"""

NODES = {"manager1": "192.168.99.100", "worker1": "192.168.99.101", "worker2": "192.168.99.102"}
SANDBOXES = {"manager1": "10.255.0.2", "worker1": "10.255.0.3", "worker2": "10.255.0.7"}
# Tasks: node, address on overlay1, address on the ingress network.
VOTE = {"vote.1": ("worker1", "10.0.0.5", "10.255.0.5"), "vote.2": ("manager1", "10.0.0.6", "10.255.0.6")}
CLIENT = ("manager1", "10.0.0.3")
NETWORKS = {"1-uhtur2cqne": 4097, "1-sh0h7as3pr": 4096}


def mac(address: str) -> str:
    """The MAC address that Docker makes of an address."""
    return "02:42:" + ":".join(f"{int(octet):02x}" for octet in address.split("."))


def attach(lab: Lab, one: Namespace, device: str, address: str, length: int, overlay: Namespace) -> None:
    """To the overlay on its own node, and to the fdb and the neighbours of all others."""
    lab.wire(one, device, f"{address}/{length}", overlay, f"veth-{one.name}", None, master="br0")
    one.link(device).update(mac=mac(address), mtu_bytes=1450)
    for node, content in lab.document["nodes"].items():
        if node == one.node:
            continue
        there = content["namespaces"][overlay.name]
        row = {"mac": mac(address), "device": "vxlan0", "flags": ["self"], "vlan": None, "vni": None, "port": None}
        there["fdb"].append({**row, "destination": NODES[one.node], "states": ["permanent"]})
        neighbour = {"address": address, "mac": mac(address), "device": "vxlan0", "family": "ipv4", "flags": []}
        there["neighbours"].append({**neighbour, "states": ["permanent"]})


def container(one: Namespace, name: str) -> None:
    one.content["container"] = {"id": name, "name": name}
    one.listen("tcp", 80)


@pytest.fixture
def lab() -> Lab:
    lab = Lab()
    hosts: dict[str, Namespace] = {}
    networks: dict[tuple[str, str], Namespace] = {}
    for node, address in NODES.items():
        host = hosts[node] = lab.namespace("host", node)
        lab.uplink(host, "eth0", f"{address}/24")
        host.device("docker_gwbridge", "bridge")
        host.address("docker_gwbridge", "172.18.0.1/16")
        host.iptables(
            "nat",
            ":DOCKER-INGRESS -",
            "-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER-INGRESS",
            "-A DOCKER-INGRESS -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.18.0.2:8080",
            "-A DOCKER-INGRESS -j RETURN",
        )
        host.forward()
        for name, vni in NETWORKS.items():
            overlay = networks[node, name] = lab.namespace(name, node)
            overlay.device("br0", "bridge", mtu_bytes=1450)
            settings = {"vni": vni, "port": 4789, "local": None, "group": None, "learning": True, "proxy": True}
            settings.update(l2miss=True, l3miss=True, ageing_seconds=300, underlay_namespace="host")
            overlay.device("vxlan0", "vxlan", mtu_bytes=1450, master="br0", vxlan=settings)
    for node, address in SANDBOXES.items():
        sandbox = lab.namespace("ingress_sbox", node)
        attach(lab, sandbox, "eth0", address, 16, networks[node, "1-sh0h7as3pr"])
        lab.wire(sandbox, "eth1", "172.18.0.2/16", hosts[node], "gateway", None, master="docker_gwbridge")
        sandbox.content["netfilter"]["tables"] = {
            "nat": {"chains": parse_listing(SANDBOX_NAT.format(address=address))},
            "mangle": {"chains": parse_listing(SANDBOX_MANGLE.format(port="8080"))},
        }
        sandbox.content["ipvs"] = parse_ipvs(SANDBOX_IPVS)
    for name, (node, address, ingress) in VOTE.items():
        task = lab.namespace(name, node)
        container(task, name)
        attach(lab, task, "eth2", address, 24, networks[node, "1-uhtur2cqne"])
        attach(lab, task, "eth0", ingress, 16, networks[node, "1-sh0h7as3pr"])
        task.address("lo", "10.0.0.4/32")
        task.iptables("nat", f"-A PREROUTING -d {ingress}/32 -p tcp -m tcp --dport 8080 -j REDIRECT --to-ports 80")
    node, address = CLIENT
    client = lab.namespace("727bc5c9f5d0", node)
    container(client, "client.1")
    attach(lab, client, "eth0", address, 24, networks[node, "1-uhtur2cqne"])
    client.address("lo", "10.0.0.2/32")
    client.content["netfilter"]["tables"] = {
        "mangle": {"chains": parse_listing(MANGLE)},
        "nat": {"chains": parse_listing(NAT)},
    }
    client.content["ipvs"] = parse_ipvs(IPVS)
    return lab


def paths(walk: Walk) -> dict[str, list[Any]]:
    found = {}
    for hop in walk.ends:
        path = [hop]
        while path[0].parent is not None:
            path.insert(0, path[0].parent)
        found[str(hop.note.recipient)] = path
    return found


def send(lab: Lab, namespace: str, destination: str, protocol: str = "tcp") -> Walk:
    world = World(lab.document)
    port = 80 if protocol == "tcp" else None
    packet = Packet(protocol, destination, source_port=port and 40000, destination_port=port)
    return Engine(world).explore(Place("output", world.namespace("manager1", namespace)), packet)


def mechanisms(path: list[Any], node: str | None = None) -> list[str]:
    return [hop.note.mechanism for hop in path if node in (None, hop.node)]


def test_the_client_balances_for_itself(lab: Lab) -> None:
    walk = send(lab, "727bc5c9f5d0", "10.0.0.4")

    assert walk.verdict == "delivered", story(walk)
    assert paths(walk).keys() == VOTE.keys()
    for task, (node, address, _ingress) in VOTE.items():
        path = paths(walk)[task]
        # All of it in the client's namespace: the mark, the choice and the new source, before anybody is asked for.
        own = [hop for hop in path if hop.namespace == "727bc5c9f5d0"]
        assert mechanisms(own) == ["route", "mangle", "ipvs", "route", "nat", "arp", "transmit"]
        assert own[1].note.text == "gets the mark 0x103"
        assert own[2].note.text == f"virtual service of mark 0x103 (rr) gives it to {address}, one of 2"
        assert (own[4].after.source, own[5].after.destination_mac) == ("10.0.0.3", mac(address))
        assert path[-1].node == node
        assert ("vxlan" in mechanisms(path)) == (node == "worker1")
    tunnel = next(hop.after for hop in paths(walk)["vote.1"] if hop.note.mechanism == "vxlan")
    assert (tunnel.destination, tunnel.destination_port, tunnel.tunnel.vni) == ("192.168.99.101", 4789, 4097)


def test_the_address_of_a_missing_mark_is_nobodys(lab: Lab) -> None:
    sandbox = lab.document["nodes"]["manager1"]["namespaces"]["727bc5c9f5d0"]
    del sandbox["netfilter"]["tables"]["mangle"]["chains"]["OUTPUT"]["rules"][1]

    walk = send(lab, "727bc5c9f5d0", "10.0.0.4")

    # The task on the same node has the virtual address on lo and answers for it, as Linux does.
    (end,) = walk.ends
    assert (end.note.verdict, end.namespace) == ("delivered", "vote.2"), story(walk)


def test_the_clients_own_virtual_address(lab: Lab) -> None:
    walk = send(lab, "727bc5c9f5d0", "10.0.0.2")

    (end,) = walk.ends
    assert (end.note.verdict, end.note.recipient, end.after.destination) == ("delivered", "client.1", "10.0.0.3")
    assert "ipvs" in mechanisms(walk.hops)


@pytest.mark.parametrize("node", NODES)
def test_a_published_port_from_outside(lab: Lab, node: str) -> None:
    world = World(lab.document)
    packet = Packet("tcp", NODES[node], source="192.168.99.1", source_port=56472, destination_port=8080)

    walk = Engine(world).explore(Place("receive", world.namespace(node, "host"), in_device="eth0"), packet)

    assert walk.verdict == "delivered", story(walk)
    assert paths(walk).keys() == VOTE.keys()
    for task, (to_node, _address, ingress) in VOTE.items():
        path = paths(walk)[task]
        marked = [hop.note.text for hop in path if hop.note.mechanism == "mangle"]
        assert marked == ["gets the mark 0x102"]
        # As tcpdump showed it on the task's eth0: from the sandbox of the node, to the published port.
        arrived = next(hop for hop in path if hop.namespace == task)
        assert (arrived.note.device, arrived.after.source) == ("eth0", SANDBOXES[node])
        assert (arrived.after.destination, arrived.after.destination_port) == (ingress, 8080)
        assert path[-1].after.destination_port == 80
        assert ("vxlan" in mechanisms(path)) == (to_node != node)


def test_the_virtual_address_of_the_ingress_network_is_pinged_in_the_sandbox(lab: Lab) -> None:
    walk = send(lab, "ingress_sbox", "10.255.0.4", "icmp")

    (end,) = walk.ends
    assert (end.note.verdict, end.namespace, end.after.destination) == ("delivered", "ingress_sbox", "127.0.0.1")
    assert "ipvs" not in mechanisms(walk.hops)
