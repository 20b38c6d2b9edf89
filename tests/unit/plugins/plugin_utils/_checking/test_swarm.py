# SPDX-License-Identifier: GPL-3.0-or-later
"""The recorded swarm is healthy, and each fault put into it is found by the checks it concerns and by no other."""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._iptables_rule import rule_from_arguments
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._registry import run, select

sys.path.append(str(Path(__file__).parent))
from judged_state import problems  # noqa: E402

Document = dict[str, Any]
Fault = Callable[[Document], None]

CHECKS = select(["swarm_*"])
OVERLAY = "1-1us5hb6ohx"  # namespace of network ov1
BALANCER = "lb_1us5hb6oh"
WEB_ON_N2 = "97acfd65a327"  # sandbox of web.2, which has 10.0.1.3 and 10.0.0.6
MAC_OF_WEB_ON_N2 = "02:42:0a:00:01:03"
NEVER_GIVEN = "02:42:0a:00:01:63"

INTENT = {
    "nodes": {
        "n1": {"role": "manager", "address": "192.168.99.11", "availability": "active", "labels": {}},
        "n2": {"role": "worker", "address": "192.168.99.12", "availability": "active", "labels": {}},
        "third": {"role": "worker", "address": "192.168.99.13", "availability": "active", "labels": {}},
    },
    "networks": [{"name": "ov1", "subnet": "10.0.1.0/24", "mtu_bytes": None, "encrypted": False, "attachable": True}],
    "services": [
        {"name": "cli", "mode": "global", "replicas": None, "endpoint_mode": "auto", "networks": ["ov1"]},
        {
            "name": "web",
            "mode": "replicated",
            "replicas": 2,
            "endpoint_mode": "vip",
            "networks": ["ov1"],
            "image": "lab/web:1",
            "published_ports": [{"published": 8080, "target": 80, "protocol": "tcp", "mode": "auto"}],
        },
    ],
}


def kernel(document: Document, node: str, namespace: str) -> dict[str, Any]:
    found: dict[str, Any] = document["nodes"][node]["namespaces"][namespace]
    return found


def rows(document: Document, node: str, namespace: str, part: str, **keys: Any) -> list[dict[str, Any]]:
    """Rows of a part with these values; there is at least one, so that no fault misses its aim."""
    found = [row for row in kernel(document, node, namespace)[part] if all(row[key] == keys[key] for key in keys)]
    assert found, f"{node} {namespace} {part} has no row with {keys}"
    return found


def change(node: str, namespace: str, part: str, found_by: dict[str, Any], **keys: Any) -> Fault:
    """The first row found gets other values."""
    return lambda document: rows(document, node, namespace, part, **found_by)[0].update(keys)


def drop(node: str, namespace: str, part: str, **found_by: Any) -> Fault:
    """All rows found are gone."""

    def fault(document: Document) -> None:
        for row in rows(document, node, namespace, part, **found_by):
            kernel(document, node, namespace)[part].remove(row)

    return fault


def add(node: str, namespace: str, part: str, like: dict[str, Any], **keys: Any) -> Fault:
    """One more row, like the first one found but for these values."""

    def fault(document: Document) -> None:
        row = {**copy.deepcopy(rows(document, node, namespace, part, **like)[0]), **keys}
        kernel(document, node, namespace)[part].append(row)

    return fault


def chain_of(document: Document, node: str, namespace: str, table: str, chain: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = kernel(document, node, namespace)["netfilter"]["tables"][table]["chains"][chain][
        "rules"
    ]
    return found


def drop_rule(node: str, namespace: str, table: str, chain: str, part_of_text: str) -> Fault:
    def fault(document: Document) -> None:
        rules = chain_of(document, node, namespace, table, chain)
        found = [rule for rule in rules if part_of_text in rule["text"]]
        assert found
        for rule in found:
            rules.remove(rule)

    return fault


def replace_in_rule(node: str, namespace: str, table: str, chain: str, old: str, new: str) -> Fault:
    def fault(document: Document) -> None:
        rules = chain_of(document, node, namespace, table, chain)
        index = next(index for index, rule in enumerate(rules) if old in rule["text"])
        rules[index] = rule_from_arguments(rules[index]["text"].replace(old, new))[1]

    return fault


def add_rule(node: str, namespace: str, table: str, text: str) -> Fault:
    def fault(document: Document) -> None:
        chain, rule = rule_from_arguments(text)
        chain_of(document, node, namespace, table, chain).append(rule)

    return fault


def server(document: Document, node: str, namespace: str, mark: int) -> dict[str, Any]:
    return rows(document, node, namespace, "ipvs", kind="fwmark", mark=mark)[0]


def other_backend(node: str, namespace: str, mark: int, old: str, **keys: Any) -> Fault:
    def fault(document: Document) -> None:
        backends = server(document, node, namespace, mark)["backends"]
        next(backend for backend in backends if backend["address"] == old).update(keys)

    return fault


def draining_backend(document: Document) -> None:
    backends = server(document, "n1", BALANCER, 258)["backends"]
    backends.append({**backends[0], "address": "10.0.1.99", "weight": 0})


def renumbered_mark(document: Document) -> None:
    """Rule and virtual server agree, but on another mark than the engine believes."""
    replace_in_rule("n2", BALANCER, "mangle", "INPUT", "0x102", "0x109")(document)
    server(document, "n2", BALANCER, 258)["mark"] = 265


def link(document: Document, node: str, namespace: str, name: str) -> dict[str, Any]:
    return rows(document, node, namespace, "links", name=name)[0]


def vxlan(node: str, namespace: str, **keys: Any) -> Fault:
    return lambda document: link(document, node, namespace, "vxlan0")["vxlan"].update(keys)


def foreign_vxlan(node: str, port: int) -> Fault:
    def fault(document: Document) -> None:
        foreign = copy.deepcopy(link(document, node, OVERLAY, "vxlan0"))
        foreign.update(name="vxlan_sys_4789", master=None)
        foreign["vxlan"].update(vni=17, port=port)
        kernel(document, node, "host")["links"].append(foreign)

    return fault


def network(document: Document, node: str, name: str) -> dict[str, Any]:
    networks = document["nodes"][node]["docker"]["networks"]
    found: dict[str, Any] = next(row for row in networks if row["name"] == name)
    return found


def told_service(document: Document, node: str, name: str) -> dict[str, Any]:
    """What NetworkDB tells a node of a service in ov1."""
    found: dict[str, Any] = next(row for row in network(document, node, "ov1")["services"] if row["name"] == name)
    return found


def cluster(document: Document, part: str, **keys: Any) -> dict[str, Any]:
    table = document["control"]["swarm"][part]
    found: dict[str, Any] = next(row for row in table if all(row[key] == keys[key] for key in keys))
    return found


def in_cluster(part: str, found_by: dict[str, Any], **keys: Any) -> Fault:
    return lambda document: cluster(document, part, **found_by).update(keys)


def forget_peer(document: Document) -> None:
    peers = network(document, "n2", "ov1")["peers"]
    peers.remove(next(peer for peer in peers if peer["address"] == "192.168.99.13"))


def unknown_peer(document: Document) -> None:
    network(document, "n2", "ov1")["peers"].append({"name": "0123456789ab", "address": "192.168.99.77"})


def forget_service(document: Document) -> None:
    network(document, "n3", "ov1")["services"].remove(told_service(document, "n3", "web"))


def remember_service(document: Document) -> None:
    gone = {**copy.deepcopy(told_service(document, "n3", "web")), "name": "gone", "vip": "10.0.1.50", "mark": 300}
    network(document, "n3", "ov1")["services"].append(gone)


def forget_task(document: Document) -> None:
    del told_service(document, "n3", "web")["tasks"][0]


def wrong_host_of_task(document: Document) -> None:
    told_service(document, "n1", "web")["tasks"][1]["host"] = "192.168.99.13"


def duplicate_virtual_address(document: Document) -> None:
    cluster(document, "services", name="cli")["virtual_addresses"][0]["address"] = "10.0.1.2"


def address_outside_of_subnet(document: Document) -> None:
    endpoints = network(document, "n3", "ov1")["endpoints"]
    next(row for row in endpoints if row["address"] == "10.0.1.11")["address"] = "10.0.9.11"


def second_row_of_a_node(document: Document) -> None:
    row = {**cluster(document, "nodes", hostname="n3"), "id": "left1234567890", "state": "down"}
    document["control"]["swarm"]["nodes"].append(row)


def more_managers(*reachability: str) -> Fault:
    """The workers become managers."""

    def fault(document: Document) -> None:
        for hostname, state in zip(("n2", "n3"), reachability):
            manager = {"leader": False, "reachability": state, "address": f"{hostname}:2377"}
            cluster(document, "nodes", hostname=hostname).update(role="manager", manager=manager)

    return fault


def no_leader(document: Document) -> None:
    cluster(document, "nodes", hostname="n1")["manager"]["leader"] = False


def paused_update(document: Document) -> None:
    cluster(document, "services", name="web")["update"].update(state="paused", message="update paused due to failure")


def without_namespace(node: str, namespace: str) -> Fault:
    return lambda document: document["nodes"][node]["namespaces"].pop(namespace)


def unknown(node: str, namespace: str, part: str) -> Fault:
    return lambda document: kernel(document, node, namespace).update({part: None, f"{part}_reason": "not permitted"})


def without_engine(document: Document) -> None:
    document["nodes"]["n2"].update(docker=None, docker_reason="the engine does not answer")


def without_namespaces(document: Document) -> None:
    document["nodes"]["n2"].update(namespaces=None, namespaces_reason="setns is not permitted")


def without_node(document: Document) -> None:
    del document["nodes"]["n2"]


def without_ip_vs(document: Document) -> None:
    for node in document["nodes"].values():
        node["capabilities"]["features"]["ip_vs"] = {"present": False, "reason": "no module file"}
        for namespace in node["namespaces"].values():
            namespace.update(ipvs=None, ipvs_reason="no module file")


def encrypted(document: Document) -> None:
    """Network ov1 is encrypted, so that the MTU of all its devices is 1424."""
    for name, node in document["nodes"].items():
        network(document, name, "ov1")["encrypted"] = True
        for label, namespace in node["namespaces"].items():
            devices = {row["device"] for row in namespace["addresses"] if row["address"].startswith("10.0.1.")}
            for row in namespace["links"]:
                if label == OVERLAY or row["name"] in devices - {"lo"}:
                    row["mtu_bytes"] = 1424


def encrypted_with(feature: dict[str, Any] | None) -> Fault:
    """... and this is what the kernel of n2 says of ESP, while the others have it."""

    def fault(document: Document) -> None:
        encrypted(document)
        for node in document["nodes"].values():
            node["capabilities"]["features"]["esp"] = {"present": True}
        document["nodes"]["n2"]["capabilities"]["features"]["esp"] = feature

    return fault


def encrypted_without_capabilities(document: Document) -> None:
    encrypted_with({"present": True})(document)
    document["nodes"]["n2"].update(capabilities=None, capabilities_reason="they were not gathered")


def web_2_stops(document: Document) -> None:
    """Scaled down to one: the swarm has told web.2, on n2, to stop; all rows that lead to it are still there."""
    cluster(document, "services", name="web")["replicas"] = 1
    cluster(document, "tasks", slot=2).update(desired_state="shutdown")


def web_2_stops_unseen(document: Document) -> None:
    """... and no other node knows it any more."""
    web_2_stops(document)
    for node in ("n1", "n3"):
        drop(node, OVERLAY, "fdb", **FDB_ROW)(document)
        drop(node, OVERLAY, "neighbours", **NEIGHBOUR)(document)
    forget_web_2(document)


def web_2_stops_after_its_endpoint(document: Document) -> None:
    """... or the others still do, but its own engine has removed its endpoint."""
    web_2_stops(document)
    for name, address in (("ov1", "10.0.1.3"), ("ingress", "10.0.0.6")):
        endpoints = network(document, "n2", name)["endpoints"]
        endpoints.remove(next(row for row in endpoints if row["address"] == address))


def web_2_stops_but_is_misled(document: Document) -> None:
    web_2_stops(document)
    change("n1", OVERLAY, "fdb", FDB_ROW, destination="192.168.99.13")(document)
    change("n3", OVERLAY, "neighbours", NEIGHBOUR, mac=NEVER_GIVEN)(document)


def web_2_stopped(document: Document) -> None:
    web_2_stops(document)
    cluster(document, "tasks", slot=2).update(state="shutdown")


def forget_web_2(document: Document) -> None:
    for node in document["nodes"]:
        for name, address in (("ov1", "10.0.1.3"), ("ingress", "10.0.0.6")):
            for service in network(document, node, name)["services"]:
                service["tasks"] = [task for task in service["tasks"] if task["address"] != address]
        for balancer, mark, address in ((BALANCER, 258, "10.0.1.3"), ("ingress_sbox", 257, "10.0.0.6")):
            for backend in server(document, node, balancer, mark)["backends"]:
                backend["weight"] = 0 if backend["address"] == address else backend["weight"]


def web_stops(document: Document) -> None:
    """Scaled down to none."""
    cluster(document, "services", name="web")["replicas"] = 0
    for task in document["control"]["swarm"]["tasks"]:
        if task["slot"]:
            task["desired_state"] = "shutdown"


def web_is_removed(document: Document) -> None:
    web_stops(document)
    document["control"]["swarm"]["services"].remove(cluster(document, "services", name="web"))
    for task in document["control"]["swarm"]["tasks"]:
        if task["slot"]:
            task["desired_state"] = "remove"


def n2_is_drained(document: Document) -> None:
    """Both of its tasks stop, and the global one gets no successor."""
    web_2_stops(document)
    row = cluster(document, "nodes", hostname="n2")
    row["availability"] = "drain"
    cluster(document, "tasks", node=row["id"], slot=None).update(desired_state="shutdown")


def route_to_peer_with_source(document: Document) -> None:
    row = next(row for row in rows(document, "n1", "host", "routes", destination="192.168.99.0/24", table=254))
    other = {**row, "destination": "192.168.99.12/32", "source": "172.17.0.1"}
    kernel(document, "n1", "host")["routes"].append(other)


FAILED, WARNING, ERROR = {"failed"}, {"warning"}, {"error"}
OF_EACH_NODE = [
    "swarm_addresses",
    "swarm_peers",
    "swarm_fdb",
    "swarm_neighbours",
    "swarm_load_balancer",
    "swarm_published_ports",
    "swarm_vxlan",
    "swarm_mtu",
    "swarm_encryption",
    "swarm_outer_source",
]

FDB_ROW = {"mac": MAC_OF_WEB_ON_N2, "destination": "192.168.99.12"}
NEIGHBOUR = {"address": "10.0.1.3", "device": "vxlan0"}

FAULTS = {
    "forwarding row missing": (drop("n1", OVERLAY, "fdb", **FDB_ROW), {"swarm_fdb": FAILED}),
    "forwarding row leads to another host": (
        change("n1", OVERLAY, "fdb", FDB_ROW, destination="192.168.99.13"),
        {"swarm_fdb": FAILED},
    ),
    "forwarding row learned only": (
        change("n1", OVERLAY, "fdb", FDB_ROW, states=["reachable"]),
        {"swarm_fdb": WARNING},
    ),
    "two forwarding rows for one endpoint": (
        add("n1", OVERLAY, "fdb", FDB_ROW, destination="192.168.99.13"),
        {"swarm_fdb": FAILED},
    ),
    "forwarding row of an endpoint that is gone": (
        add("n1", OVERLAY, "fdb", FDB_ROW, mac=NEVER_GIVEN),
        {"swarm_fdb": FAILED},
    ),
    "learned row of an endpoint that is gone": (
        add("n1", OVERLAY, "fdb", FDB_ROW, mac=NEVER_GIVEN, states=["reachable"]),
        {"swarm_fdb": WARNING},
    ),
    "forwarding row to another host for a local endpoint": (
        add("n2", OVERLAY, "fdb", {"destination": "192.168.99.11"}, mac=MAC_OF_WEB_ON_N2),
        {"swarm_fdb": FAILED},
    ),
    "forwarding table unknown": (
        unknown("n1", OVERLAY, "fdb"),
        {"swarm_fdb": ERROR, "swarm_neighbours": ERROR},
    ),
    "neighbour missing": (drop("n1", OVERLAY, "neighbours", **NEIGHBOUR), {"swarm_neighbours": FAILED}),
    "neighbour with another MAC address": (
        change("n1", OVERLAY, "neighbours", NEIGHBOUR, mac=NEVER_GIVEN),
        {"swarm_neighbours": FAILED},
    ),
    "neighbour of an endpoint that is gone": (
        add("n1", OVERLAY, "neighbours", NEIGHBOUR, address="10.0.1.99", mac=NEVER_GIVEN),
        {"swarm_neighbours": FAILED},
    ),
    "neighbour learned only": (
        change("n1", OVERLAY, "neighbours", NEIGHBOUR, states=["stale"]),
        {"swarm_neighbours": FAILED},
    ),
    "wrong backend among as many": (
        other_backend("n1", BALANCER, 258, "10.0.1.3", address="10.0.1.9"),
        {"swarm_load_balancer": FAILED},
    ),
    "wrong backend among as many in the ingress network": (
        other_backend("n1", "ingress_sbox", 257, "10.0.0.6", address="10.0.0.9"),
        {"swarm_load_balancer": FAILED, "swarm_published_ports": FAILED},
    ),
    "live task with weight 0": (
        other_backend("n1", BALANCER, 258, "10.0.1.3", weight=0),
        {"swarm_load_balancer": FAILED},
    ),
    "backend that drains": (draining_backend, {}),
    "virtual server missing": (drop("n2", BALANCER, "ipvs", mark=258), {"swarm_load_balancer": FAILED}),
    "virtual servers unknown": (unknown("n2", BALANCER, "ipvs"), {"swarm_load_balancer": ERROR}),
    "MARK missing": (
        drop_rule("n2", BALANCER, "mangle", "INPUT", "10.0.1.2/32"),
        {"swarm_load_balancer": FAILED},
    ),
    "wrong mark": (
        replace_in_rule("n2", BALANCER, "mangle", "INPUT", "0x102", "0x109"),
        {"swarm_load_balancer": FAILED},
    ),
    "mark that the engine does not know": (renumbered_mark, {"swarm_load_balancer": FAILED}),
    "two virtual addresses on one mark": (
        replace_in_rule("n2", BALANCER, "mangle", "INPUT", "0x102", "0x100"),
        {"swarm_load_balancer": FAILED},
    ),
    "MARK of a service that is gone": (
        add_rule("n2", BALANCER, "mangle", "-A INPUT -d 10.0.1.50/32 -j MARK --set-xmark 0x150/0xffffffff"),
        {"swarm_load_balancer": FAILED},
    ),
    "virtual server of a service that is gone": (
        add("n2", BALANCER, "ipvs", {"mark": 258}, mark=336),
        {"swarm_load_balancer": FAILED},
    ),
    "virtual address not on the load balancer": (
        drop("n3", BALANCER, "addresses", address="10.0.1.2"),
        {"swarm_load_balancer": FAILED},
    ),
    "load balancer namespace missing": (without_namespace("n3", BALANCER), {"swarm_load_balancer": FAILED}),
    "kernels without ip_vs": (without_ip_vs, {}),
    "DNAT missing on the node without a task": (
        drop_rule("n3", "host", "nat", "DOCKER-INGRESS", "--dport 8080"),
        {"swarm_published_ports": FAILED},
    ),
    "DNAT to another address": (
        replace_in_rule("n3", "host", "nat", "DOCKER-INGRESS", "172.18.0.2", "172.18.0.9"),
        {"swarm_published_ports": FAILED},
    ),
    "DNAT of another protocol": (
        replace_in_rule("n3", "host", "nat", "DOCKER-INGRESS", "-p tcp -m tcp", "-p udp -m udp"),
        {"swarm_published_ports": FAILED},
    ),
    "jump to DOCKER-INGRESS missing": (
        drop_rule("n2", "host", "nat", "PREROUTING", "DOCKER-INGRESS"),
        {"swarm_published_ports": FAILED},
    ),
    "MARK of the published port missing": (
        drop_rule("n2", "ingress_sbox", "mangle", "PREROUTING", "--dport 8080"),
        {"swarm_published_ports": FAILED},
    ),
    "wrong mark of the published port": (
        replace_in_rule("n2", "ingress_sbox", "mangle", "PREROUTING", "0x101", "0x109"),
        {"swarm_published_ports": FAILED},
    ),
    "REDIRECT in the task missing": (
        drop_rule("n2", WEB_ON_N2, "nat", "PREROUTING", "--dport 8080"),
        {"swarm_published_ports": FAILED},
    ),
    "nobody listens on the published port": (
        drop("n1", "host", "sockets", port=8080),
        {"swarm_published_ports": FAILED},
    ),
    "sockets unknown": (unknown("n1", "host", "sockets"), {"swarm_published_ports": ERROR}),
    "two services with one virtual address": (
        duplicate_virtual_address,
        {"swarm_addresses": FAILED, "swarm_peers": FAILED, "swarm_load_balancer": FAILED},
    ),
    "address outside of its subnet": (
        address_outside_of_subnet,
        {"swarm_addresses": FAILED, "swarm_neighbours": FAILED},
    ),
    "peer missing on one node": (forget_peer, {"swarm_peers": FAILED}),
    "peer that is no node": (unknown_peer, {"swarm_peers": FAILED}),
    "service missing on one node": (forget_service, {"swarm_peers": FAILED}),
    "service remembered by one node": (remember_service, {"swarm_peers": FAILED}),
    "task missing on one node": (forget_task, {"swarm_peers": FAILED}),
    "task on another host for one node": (wrong_host_of_task, {"swarm_peers": FAILED}),
    "another VNI on one node": (vxlan("n2", OVERLAY, vni=4999), {"swarm_vxlan": FAILED}),
    "another UDP port on one node": (vxlan("n2", OVERLAY, port=8472), {"swarm_vxlan": FAILED}),
    "VXLAN device does not answer ARP": (vxlan("n2", OVERLAY, proxy=False), {"swarm_vxlan": FAILED}),
    "VXLAN device missing": (drop("n2", OVERLAY, "links", name="vxlan0"), {"swarm_vxlan": FAILED}),
    "foreign VXLAN device on the port": (foreign_vxlan("n3", 4789), {"swarm_vxlan": FAILED}),
    "foreign VXLAN device on another port": (foreign_vxlan("n3", 8472), {}),
    "underlay too narrow": (
        change("n1", "host", "links", {"name": "eth0"}, mtu_bytes=1400),
        {"swarm_mtu": FAILED},
    ),
    "device of a container too wide": (
        change("n2", WEB_ON_N2, "links", {"mtu_bytes": 1450}, mtu_bytes=1500),
        {"swarm_mtu": FAILED},
    ),
    "bridge too narrow": (
        change("n2", OVERLAY, "links", {"name": "br0"}, mtu_bytes=1400),
        {"swarm_mtu": FAILED},
    ),
    "bridge port too narrow": (
        change("n2", OVERLAY, "links", {"name": "veth1"}, mtu_bytes=1400),
        {"swarm_mtu": FAILED},
    ),
    "encrypted network": (encrypted_with({"present": True}), {}),
    "encrypted network on a kernel without ESP": (
        encrypted_with({"present": False, "reason": "no trace of esp4 in /proc and /sys"}),
        {"swarm_encryption": FAILED},
    ),
    "encrypted network on a kernel that could not be asked": (
        encrypted_with({"present": None, "reason": "not permitted"}),
        {"swarm_encryption": ERROR},
    ),
    "encrypted network on a kernel that was not asked": (encrypted_with(None), {"swarm_encryption": ERROR}),
    "encrypted network without capabilities": (encrypted_without_capabilities, {"swarm_encryption": ERROR}),
    "packets leave from another address": (route_to_peer_with_source, {"swarm_outer_source": FAILED}),
    "node that left is still in the table": (second_row_of_a_node, {"swarm_nodes": FAILED}),
    "node down whose task is still balanced": (
        in_cluster("nodes", {"hostname": "n3"}, state="down"),
        {"swarm_nodes": FAILED, "swarm_load_balancer": FAILED},
    ),
    "no leader": (no_leader, {"swarm_quorum": FAILED}),
    "three managers": (more_managers("reachable", "reachable"), {}),
    "three managers, one reachable": (more_managers("unreachable", "unreachable"), {"swarm_quorum": FAILED}),
    "two managers": (more_managers("reachable"), {"swarm_quorum": WARNING}),
    "one task of three": (in_cluster("services", {"name": "web"}, replicas=3), {"swarm_services": FAILED}),
    "too many tasks": (in_cluster("services", {"name": "web"}, replicas=1), {"swarm_services": FAILED}),
    "task that only prepares": (
        in_cluster("tasks", {"slot": 2}, state="preparing"),
        {
            "swarm_services": FAILED,
            "swarm_peers": FAILED,
            "swarm_load_balancer": FAILED,
            "swarm_published_ports": FAILED,
        },
    ),
    "task that stops": (web_2_stops, {}),
    "task that stops and is forgotten": (web_2_stops_unseen, {}),
    "task that stops, without its endpoint": (web_2_stops_after_its_endpoint, {}),
    "task that stops, with rows that lead elsewhere": (
        web_2_stops_but_is_misled,
        {"swarm_fdb": FAILED, "swarm_neighbours": FAILED},
    ),
    "task that has stopped but is remembered": (
        web_2_stopped,
        {"swarm_peers": FAILED, "swarm_load_balancer": FAILED, "swarm_published_ports": FAILED},
    ),
    "all tasks of a service stop": (web_stops, {}),
    "service that is being removed": (web_is_removed, {}),
    "node that is being drained": (n2_is_drained, {}),
    "paused update": (paused_update, {"swarm_services": FAILED}),
    "engine does not answer": (without_engine, dict.fromkeys(OF_EACH_NODE, ERROR)),
    "namespace of the host missing": (
        without_namespace("n3", "host"),
        {"swarm_published_ports": ERROR, "swarm_mtu": ERROR, "swarm_outer_source": ERROR},
    ),
    "namespaces unknown": (without_namespaces, dict.fromkeys(OF_EACH_NODE, ERROR)),
    "node not asked": (without_node, dict.fromkeys(OF_EACH_NODE, ERROR)),
}


@pytest.mark.parametrize("intent", [{}, INTENT], ids=["without intent", "with intent"])
def test_the_recorded_swarm_is_healthy(swarm_state: Document, intent: dict[str, Any]) -> None:
    findings = run(swarm_state, intent, CHECKS)
    assert problems(findings) == {}
    judged = {finding.check for finding in findings if finding.status == "passed"}
    skipped = {finding.check for finding in findings if finding.status == "skipped"}
    without_intent = {"swarm_nodes", "swarm_services", "swarm_networks"}
    assert skipped == {"swarm_encryption"} | (set() if intent else without_intent)  # no network is encrypted
    assert judged | {"swarm_encryption"} == {check.identifier for check in CHECKS if intent or not check.intent}


@pytest.mark.parametrize(("fault", "expected"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_is_found_where_it_is(swarm_state: Document, fault: Fault, expected: dict[str, set[str]]) -> None:
    fault(swarm_state)
    findings = run(swarm_state, {}, CHECKS)
    assert problems(findings) == expected
    for finding in findings:
        if finding.status in ("failed", "warning"):
            assert finding.hint.endswith(".")
            assert finding.reference


def test_every_check_has_a_fault_that_fails_it() -> None:
    found = {check for _fault, expected in FAULTS.values() for check, statuses in expected.items() if FAILED & statuses}
    assert found == {check.identifier for check in CHECKS if not check.intent}


@pytest.mark.parametrize(
    ("fault", "subject", "message"),
    [
        (
            change("n1", OVERLAY, "fdb", FDB_ROW, destination="192.168.99.13"),
            "n1/ov1/10.0.1.3",
            "fdb of vxlan0 for web.2 - expected 192.168.99.12, actual 192.168.99.13",
        ),
        (
            other_backend("n1", BALANCER, 258, "10.0.1.3", address="10.0.1.9"),
            "n1/ov1/web",
            "backends of mark 258 - expected 10.0.1.3, 10.0.1.4, actual 10.0.1.4, 10.0.1.9",
        ),
        (
            forget_peer,
            "n2/ov1/peers",
            "peers of ov1 - expected 192.168.99.11, 192.168.99.12, 192.168.99.13, actual 192.168.99.11, 192.168.99.12",
        ),
        (
            unknown_peer,
            "n2/ov1/peers",
            "peers of ov1 - expected 192.168.99.11, 192.168.99.12, 192.168.99.13, "
            "actual 192.168.99.11, 192.168.99.12, 192.168.99.13, 192.168.99.77",
        ),
        (
            encrypted_with({"present": False, "reason": "no trace of esp4"}),
            "n2/ov1",
            "ESP in the kernel - expected present, actual absent",
        ),
        (vxlan("n2", OVERLAY, vni=4999), "n2/ov1", "VNI of vxlan0 - expected 4097, actual 4999"),
        (
            foreign_vxlan("n3", 4789),
            "n3/udp/4789",
            "foreign VXLAN devices on UDP port 4789 - expected none, actual vxlan_sys_4789 in host",
        ),
        (
            route_to_peer_with_source,
            "n1/192.168.99.12",
            "source address towards n2 - expected 192.168.99.11, actual 172.17.0.1",
        ),
        (second_row_of_a_node, "n3", "state of n3 in the node table - expected ready, actual down, ready"),
    ],
    ids=lambda value: value if isinstance(value, str) and "/" in value else "",
)
def test_one_finding_names_the_fault(swarm_state: Document, fault: Fault, subject: str, message: str) -> None:
    fault(swarm_state)
    (finding,) = [finding for finding in run(swarm_state, {}, CHECKS) if finding.status == "failed"]
    assert (finding.subject, finding.message) == (subject, message)


def test_a_finding_has_the_row_as_evidence(swarm_state: Document) -> None:
    change("n1", OVERLAY, "fdb", FDB_ROW, destination="192.168.99.13")(swarm_state)
    (finding,) = [finding for finding in run(swarm_state, {}, select(["swarm_fdb"])) if finding.status == "failed"]
    (seen,) = finding.evidence
    assert (seen["node"], seen["namespace"], seen["source"]) == ("n1", OVERLAY, "fdb of vxlan0")
    assert seen["row"] in kernel(swarm_state, "n1", OVERLAY)["fdb"]


@pytest.mark.parametrize(
    ("fault", "row"),
    [
        (second_row_of_a_node, {"id": "left1234567890", "state": "down"}),
        (no_leader, {"leader": False, "reachability": "reachable", "address": "192.168.99.11:2377"}),
        (forget_peer, ["192.168.99.11", "192.168.99.12"]),
        (wrong_host_of_task, {"10.0.1.3": "192.168.99.13", "10.0.1.4": "192.168.99.11"}),
        (forget_service, None),
    ],
)
def test_evidence_is_what_was_compared(swarm_state: Document, fault: Fault, row: Any) -> None:
    fault(swarm_state)
    findings = run(swarm_state, {}, select(["swarm_nodes", "swarm_quorum", "swarm_peers"]))
    (finding,) = [finding for finding in findings if finding.status == "failed"]
    assert row in [seen["row"] for seen in finding.evidence]


def test_without_an_encrypted_network_there_is_nothing_to_judge(swarm_state: Document) -> None:
    (finding,) = run(swarm_state, {}, select(["swarm_encryption"]))
    assert (finding.status, finding.message.rpartition(": ")[2]) == ("skipped", "no network is encrypted")


def test_a_manager_tells_of_an_encrypted_network_before_it_is_used(swarm_state: Document) -> None:
    encrypted_with({"present": True})(swarm_state)
    network(swarm_state, "n1", "ov1")["endpoints"] = []
    findings = run(swarm_state, {}, select(["swarm_encryption"]))
    assert [(finding.subject, finding.status) for finding in findings] == [
        (f"{name}/ov1", "passed") for name in ("n1", "n2", "n3")
    ]


def test_rows_of_a_silent_node_are_not_called_stale(swarm_state: Document) -> None:
    without_engine(swarm_state)
    subjects = {finding.subject: finding.status for finding in run(swarm_state, {}, select(["swarm_fdb"]))}
    assert subjects["n2"] == "error"
    assert subjects["n1/ov1/10.0.1.3"] == "passed"  # a task: the managers tell where it is
    assert "failed" not in subjects.values()  # its load balancer: nobody tells


def test_without_ip_vs_every_node_says_why_it_is_skipped(swarm_state: Document) -> None:
    without_ip_vs(swarm_state)
    findings = run(swarm_state, {}, select(["swarm_load_balancer", "swarm_published_ports"]))
    assert {(finding.status, finding.subject) for finding in findings} == {
        ("skipped", name) for name in swarm_state["nodes"]
    }
    assert all("no module file" in finding.message for finding in findings)


def host_mode(document: Document) -> None:
    """Port 8080 is published in mode host in place of ingress."""
    port = {"protocol": "tcp", "target": 80, "published": 8080, "mode": "host"}
    cluster(document, "services", name="web").update(ports=[port])
    for slot, node, address in ((1, "n1", "172.18.0.4"), (2, "n2", "172.18.0.4")):
        cluster(document, "tasks", slot=slot).update(ports=[port])
        text = f"-A DOCKER ! -i docker_gwbridge -p tcp -m tcp --dport 8080 -j DNAT --to-destination {address}:80"
        add_rule(node, "host", "nat", text)(document)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        pytest.param(lambda document: None, {"passed"}, id="none"),
        pytest.param(
            drop_rule("n1", "host", "nat", "DOCKER", "--dport 8080"), {"passed", "warning"}, id="listener only"
        ),
        pytest.param(
            replace_in_rule("n1", "host", "nat", "DOCKER", "172.18.0.4", "172.18.0.9"),
            {"passed", "failed"},
            id="DNAT to another container",
        ),
        pytest.param(drop("n1", "host", "sockets", port=8080), {"passed", "failed"}, id="no listener"),
    ],
)
def test_ports_in_mode_host(swarm_state: Document, fault: Fault, expected: set[str]) -> None:
    host_mode(swarm_state)
    fault(swarm_state)
    findings = run(swarm_state, {}, select(["swarm_published_ports"]))
    assert [finding.subject for finding in findings] == ["n1/web/8080/tcp/web.1", "n2/web/8080/tcp/web.2"]
    assert {finding.status for finding in findings} == expected


@pytest.mark.parametrize(
    ("constraints", "expected"),
    [
        ([], "passed"),
        (["node.role==worker"], "failed"),  # two nodes fit, but three tasks run
        (["node.role != nobody", "node.hostname != n9"], "passed"),
        (["node.labels.zone == a"], "failed"),
        (["node.labels.zone != a"], "passed"),
        (["node.platform.os==linux"], "skipped"),
        (["engine.labels.disk==ssd"], "skipped"),
    ],
)
def test_nodes_that_fit_a_global_service(swarm_state: Document, constraints: list[str], expected: str) -> None:
    cluster(swarm_state, "services", name="cli")["constraints"] = constraints
    findings = {finding.subject: finding.status for finding in run(swarm_state, {}, select(["swarm_services"]))}
    assert findings["cli"] == expected


def test_a_paused_node_may_keep_its_global_task(swarm_state: Document) -> None:
    cluster(swarm_state, "nodes", hostname="n3")["availability"] = "pause"
    assert problems(run(swarm_state, {}, CHECKS)) == {}


def meant(part: str, index: Any, **keys: Any) -> dict[str, Any]:
    intent = copy.deepcopy(INTENT)
    intent[part][index].update(keys)  # type: ignore[index]
    return intent


@pytest.mark.parametrize(
    ("intent", "check", "subject"),
    [
        pytest.param(meant("nodes", "n2", role="manager"), "swarm_nodes", "n2/intent", id="role"),
        pytest.param(meant("nodes", "n2", availability="drain"), "swarm_nodes", "n2/intent", id="availability"),
        pytest.param(meant("nodes", "n2", labels={"zone": "a"}), "swarm_nodes", "n2/intent", id="label"),
        pytest.param(meant("nodes", "n2", membership="absent"), "swarm_nodes", "n2/intent", id="meant to have left"),
        pytest.param(
            {**INTENT, "nodes": {**INTENT["nodes"], "n4": {"role": "worker", "address": "192.168.99.14"}}},
            "swarm_nodes",
            "n4/intent",
            id="node that has not joined",
        ),
        pytest.param(
            {**INTENT, "nodes": {"n1": INTENT["nodes"]["n1"], "n2": INTENT["nodes"]["n2"]}},
            "swarm_nodes",
            "n3/intent",
            id="unexpected node",
        ),
        pytest.param(meant("services", 1, replicas=3), "swarm_services", "web/intent", id="replicas"),
        pytest.param(meant("services", 1, mode="global"), "swarm_services", "web/intent", id="mode"),
        pytest.param(meant("services", 1, image="lab/web"), "swarm_services", "web/intent", id="image"),
        pytest.param(meant("services", 1, endpoint_mode="dnsrr"), "swarm_services", "web/intent", id="endpoint mode"),
        pytest.param(meant("services", 1, networks=[]), "swarm_services", "web/intent", id="networks"),
        pytest.param(
            meant("services", 1, published_ports=[{"published": 8081, "target": 80}]),
            "swarm_services",
            "web/intent",
            id="published port",
        ),
        pytest.param(meant("services", 1, name="vote"), "swarm_services", "vote/intent", id="missing service"),
        pytest.param(meant("networks", 0, subnet="10.0.2.0/24"), "swarm_networks", "ov1", id="subnet"),
        pytest.param(meant("networks", 0, encrypted=True), "swarm_networks", "ov1", id="encryption"),
        pytest.param(meant("networks", 0, mtu_bytes=1400), "swarm_networks", "ov1", id="MTU"),
        pytest.param(meant("networks", 0, name="ov2"), "swarm_networks", "ov2", id="missing network"),
    ],
)
def test_a_difference_from_the_intent(swarm_state: Document, intent: dict[str, Any], check: str, subject: str) -> None:
    failed = [finding for finding in run(swarm_state, intent, CHECKS) if finding.status not in ("passed", "skipped")]
    assert [(finding.check, finding.subject, finding.status) for finding in failed] == [(check, subject, "failed")]


def test_networkdb_with_dns_round_robin(swarm_state: Document) -> None:
    cluster(swarm_state, "services", name="web").update(endpoint_mode="dnsrr", virtual_addresses=[], ports=[])
    for node in swarm_state["nodes"]:
        for name in ("ov1", "ingress"):
            for service in network(swarm_state, node, name)["services"]:
                service["vip"] = service["vip"] if service["name"] == "cli" else None
    assert problems(run(swarm_state, {}, select(["swarm_peers"]))) == {}
    forget_task(swarm_state)
    assert problems(run(swarm_state, {}, select(["swarm_peers"]))) == {"swarm_peers": FAILED}


def test_a_host_mode_overlay_is_found_by_its_vni(swarm_state: Document) -> None:
    """Where the kernel has no namespace for an overlay network, its devices stay in the host's."""
    for node in swarm_state["nodes"].values():
        host, own = node["namespaces"]["host"], node["namespaces"].pop(OVERLAY)
        for part in ("links", "fdb", "neighbours"):
            for row in own[part]:
                for key in ("name", "device", "master"):
                    if row.get(key) in ("vxlan0", "br0"):
                        row[key] = {"vxlan0": "vx-001001-1us5h", "br0": "ov-001001-1us5h"}[row[key]]
            host[part].extend(own[part])
    assert problems(run(swarm_state, {}, CHECKS)) == {}
