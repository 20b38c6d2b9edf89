# SPDX-License-Identifier: GPL-3.0-or-later
"""TO: what each name means, seen from a container, a node and the outside, and what is said when it means nothing."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._names import AmbiguousName, UnknownName
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._origins import origins
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._targets import Target, targets

Document = dict[str, Any]

OV1 = "1us5hb6ohxcnt57qpxskmsmwq"
SECOND = "zz0000000000000000000ov00"
CLI_ON_N1 = "c4a5256e81633899409f4e0b3c021a5428fcdb351acee09b50e43eadc1c7dde0"


def resolve(document: Document, start: str, text: str, **options: Any) -> list[Target]:
    (origin,) = origins(document, start)
    return targets(document, origin, text, **options)


def message(document: Document, start: str, text: str, **options: Any) -> str:
    with pytest.raises(UnknownName) as problem:
        resolve(document, start, text, **options)
    return str(problem.value)


def service(document: Document, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(row for row in document["control"]["swarm"]["services"] if row["name"] == name)
    return found


def second_network(document: Document) -> None:
    """Network another_net, in which cli.n1 and service web are, too; its name comes before ov1."""
    engine = document["nodes"]["n1"]["docker"]
    network = copy.deepcopy(next(row for row in engine["networks"] if row["id"] == OV1))
    endpoints = [{**row, "address": "10.0.2.8"} for row in network["endpoints"] if row["container"] == CLI_ON_N1]
    network.update(id=SECOND, name="another_net", endpoints=endpoints)
    engine["networks"].append(network)
    virtual = {"network": SECOND, "address": "10.0.2.2", "prefix_length": 24}
    service(document, "web")["virtual_addresses"].append(virtual)


# One target: FROM, TO, and what it is.
ONE = [
    ("cli.n1", "web", "web:80", "10.0.1.2", 80, "web is 10.0.1.2, its virtual address in ov1"),
    ("cli.n1", "web:8080", "web:8080", "10.0.1.2", 8080, "web is 10.0.1.2, its virtual address in ov1"),
    ("web.2", "web", "web:80", "10.0.1.2", 80, "web is 10.0.1.2, its virtual address in ov1"),  # not that in ingress
    ("n2/97acfd65a327", "cli:9", "cli:9", "10.0.1.7", 9, "cli is 10.0.1.7, its virtual address in ov1"),
    ("cli.n1", "web.2", "web.2:80", "10.0.1.3", 80, "web.2 is 10.0.1.3 in ov1"),
    ("cli.n1", "268q:81", "268q:81", "10.0.1.3", 81, "268q is 10.0.1.3 in ov1"),
    ("web.1", "cli.n3:9", "cli.n3:9", "10.0.1.10", 9, "cli.n3 is 10.0.1.10 in ov1"),
    ("cli.n1", "n2:8080", "n2:8080", "192.168.99.12", 8080, "n2 is 192.168.99.12, its address in the lab"),
    ("n1", "n2:8080", "n2:8080", "192.168.99.12", 8080, "n2 is 192.168.99.12, its address in the lab"),
    ("outside", "n2:8080", "n2:8080", "192.168.99.12", 8080, "n2 is 192.168.99.12, its address in the lab"),
    ("cli.n1", "localhost:80", "localhost:80", "127.0.0.1", 80, "localhost is 127.0.0.1, of cli.n1 itself"),
    ("n1", "10.0.1.2:80", "10.0.1.2:80", "10.0.1.2", 80, "10.0.1.2 is an address"),
    ("outside", "[2001:DB8::1]:80", "[2001:DB8::1]:80", "2001:db8::1", 80, "2001:db8::1 is an address"),
]


@pytest.mark.parametrize(("start", "text", "shown", "address", "port", "told"), ONE)
def test_one_target(
    swarm_state: Document, start: str, text: str, shown: str, address: str, port: int, told: str
) -> None:
    (target,) = resolve(swarm_state, start, text)
    assert (target.name, target.address, target.port, target.text) == (shown, address, port, told)
    assert target.protocol == "tcp"


@pytest.mark.parametrize(
    ("text", "node", "namespace", "source", "keys"),
    [
        ("web:80", None, None, "service web", {"network": OV1, "address": "10.0.1.2"}),
        ("web.2:80", "n2", "97acfd65a327", "endpoints of network ov1", {"mac": "02:42:0a:00:01:03"}),
        ("tasks.web:80", "n1", "d7f92170ec4e", "endpoints of network ov1", {"mac": "02:42:0a:00:01:04"}),
        ("n2:80", "n2", "host", "address of eth0", {"address": "192.168.99.12", "device": "eth0"}),
    ],
)
def test_evidence(
    swarm_state: Document, text: str, node: str | None, namespace: str | None, source: str, keys: dict[str, Any]
) -> None:
    evidence = resolve(swarm_state, "cli.n1", text)[0].evidence
    assert evidence is not None
    assert (evidence["node"], evidence["namespace"], evidence["source"]) == (node, namespace, source)
    assert keys.items() <= evidence["row"].items()


def test_an_address_needs_no_evidence(swarm_state: Document) -> None:
    assert resolve(swarm_state, "cli.n1", "10.0.1.2:80")[0].evidence is None


def told(document: Document, start: str, text: str) -> list[str]:
    return [target.text for target in resolve(document, start, text)]


def test_every_task(swarm_state: Document) -> None:
    assert told(swarm_state, "cli.n1", "tasks.web") == [
        "tasks.web is 10.0.1.4, one of 2 tasks in ov1",
        "tasks.web is 10.0.1.3, one of 2 tasks in ov1",
    ]


def test_dns_round_robin(swarm_state: Document) -> None:
    service(swarm_state, "web").update(endpoint_mode="dnsrr", virtual_addresses=[])
    assert told(swarm_state, "cli.n1", "web") == [
        "web is 10.0.1.4, one of 2 tasks (DNS round robin) in ov1",
        "web is 10.0.1.3, one of 2 tasks (DNS round robin) in ov1",
    ]
    swarm_state["control"]["swarm"]["tasks"][-1]["state"] = "failed"
    assert told(swarm_state, "cli.n1", "web") == ["web is 10.0.1.4, the only task (DNS round robin) in ov1"]


def test_a_target_for_each_shared_network(swarm_state: Document) -> None:
    second_network(swarm_state)
    assert told(swarm_state, "cli.n1", "web") == [
        "web is 10.0.2.2, its virtual address in another_net",
        "web is 10.0.1.2, its virtual address in ov1",
    ]
    assert told(swarm_state, "cli.n2", "web") == ["web is 10.0.1.2, its virtual address in ov1"]
    assert told(swarm_state, "cli.n1", "cli.n1:9") == [
        "cli.n1 is 10.0.2.8 in another_net",
        "cli.n1 is 10.0.1.8 in ov1",
    ]


def test_containers_of_one_bridge_network(swarm_state: Document) -> None:
    node = swarm_state["nodes"]["n3"]
    endpoints = []
    for number, name in enumerate(("left", "right"), start=2):
        identifier, sandbox, address = name[0] * 64, name[0] * 12, f"172.20.0.{number}"
        row = {"device": "eth0", "address": address, "prefix_length": 16, "family": "ipv4", "scope": "global"}
        node["namespaces"][sandbox] = {"addresses": [row], "container": {"id": identifier, "name": name}}
        endpoints.append({"name": name, "container": identifier, "address": address})
    node["docker"]["networks"].append({"id": "plain", "name": "plain", "driver": "bridge", "endpoints": endpoints})
    assert told(swarm_state, "left", "right:80") == ["right is 172.20.0.3 in plain"]
    node["docker"]["networks"][-1]["name"] = "bridge"  # Docker's own, in which nothing has a name
    assert "no network is shared" in message(swarm_state, "left", "right:80")


def test_icmp_needs_no_port(swarm_state: Document) -> None:
    (target,) = resolve(swarm_state, "cli.n1", "cli", protocol="icmp")
    assert (target.name, target.port, target.protocol) == ("cli", None, "icmp")
    assert message(swarm_state, "cli.n1", "cli:80", protocol="icmp") == "TO cli:80: icmp has no ports"


@pytest.mark.parametrize(
    ("text", "address"), [("testinstance4:22", "10.10.11.10"), ("chassis2/testinstance2:22", "10.10.10.10")]
)
def test_a_namespace_is_its_one_address(ovn_walk_state: Document, text: str, address: str) -> None:
    (target,) = resolve(ovn_walk_state, "testinstance1", text)
    assert (target.address, target.port, target.name) == (address, 22, text)
    assert target.evidence and target.evidence["row"]["address"] == address


def test_a_logical_port_is_what_is_plugged_in(ovn_walk_state: Document) -> None:
    interfaces = ovn_walk_state["nodes"]["chassis3"]["ovs"]["bridges"]
    (plugged,) = [
        interface
        for bridge in interfaces
        for port in bridge["ports"]
        for interface in port["interfaces"]
        if interface["external_ids"].get("iface-id") == "testinstance4"
    ]
    plugged["external_ids"]["iface-id"] = "4f1d-port"
    (target,) = resolve(ovn_walk_state, "testinstance1", "4f1d-port:22")
    assert target.address == "10.10.11.10"
    assert [origin.node for origin in origins(ovn_walk_state, "4f1d-port")] == ["chassis3"]


def test_the_port_given_beside_the_name(swarm_state: Document) -> None:
    assert resolve(swarm_state, "cli.n1", "web", port=90)[0].name == "web:90"
    assert resolve(swarm_state, "cli.n1", "web:91", port=90)[0].name == "web:91"
    assert resolve(swarm_state, "cli.n1", "2001:db8::1", port=90)[0].name == "[2001:db8::1]:90"


def test_the_default_is_the_only_port_of_the_protocol(swarm_state: Document) -> None:
    ports = service(swarm_state, "web")["ports"]
    ports.append({"protocol": "udp", "target": 53, "published": 5353, "mode": "ingress"})
    ports.append({"protocol": "tcp", "target": 80, "published": 8081, "mode": "ingress"})
    assert resolve(swarm_state, "cli.n1", "web")[0].port == 80
    assert resolve(swarm_state, "cli.n1", "web", protocol="udp")[0].port == 53
    ports.append({"protocol": "tcp", "target": 443, "published": 8443, "mode": "ingress"})
    assert message(swarm_state, "cli.n1", "web") == "TO web: tcp needs a port and web has 80, 443; write web:PORT"


NO_PORT = "a port is a number from 1 to 65535"
HOST_ADDRESSES = "it has the addresses 172.17.0.1, 172.18.0.1, 192.168.99.11; give the one that is meant"
SANDBOX_ADDRESSES = "it has the addresses 10.0.0.2, 10.0.0.5, 172.18.0.2; give the one that is meant"
NOT_RESOLVED = "does not resolve service names"
PUBLISHED = "; use a node's address and the published port, e.g. n1:8080"


@pytest.mark.parametrize(
    ("start", "text", "expected"),
    [
        ("cli.n1", "cli", "cli: tcp needs a port and none is known; write cli:PORT"),
        ("cli.n1", "n1", "n1: tcp needs a port and none is known; write n1:PORT"),
        ("cli.n1", "fd00::1", "fd00::1: tcp needs a port and none is known; write [fd00::1]:PORT"),
        ("cli.n1", "web:0", f"web:0: {NO_PORT}"),
        ("cli.n1", "web:65536", f"web:65536: {NO_PORT}"),
        ("cli.n1", "web:", f"web:: {NO_PORT}"),
        ("cli.n1", "web:http", f"web:http: {NO_PORT}"),
        ("cli.n1", "", ": expected NAME, NAME:PORT or [IPV6]:PORT"),
        ("cli.n1", "n1/host:80", f"n1/host: {HOST_ADDRESSES}"),
        ("cli.n1", "ingress_sbox:80", "ingress_sbox may be each of n1/ingress_sbox, n2/ingress_sbox, n3/ingress_sbox"),
        ("cli.n1", "n1/ingress_sbox:80", f"n1/ingress_sbox: {SANDBOX_ADDRESSES}"),
        ("n1", "web", f"web: a node {NOT_RESOLVED}{PUBLISHED}"),
        ("outside", "tasks.web:80", f"tasks.web: the outside {NOT_RESOLVED}{PUBLISHED}"),
        ("n1/ingress_sbox", "cli:80", f"cli: n1/ingress_sbox {NOT_RESOLVED}, and it publishes no port"),
        ("n1", "web.2:80", "web.2: no network is shared, n1 is in no network with Docker's DNS and web.2 in ov1"),
    ],
)
def test_no_target(swarm_state: Document, start: str, text: str, expected: str) -> None:
    assert message(swarm_state, start, text) == f"TO {expected}"


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("wbe:80", "near names are web"),
        ("tasks.wbe:80", "near names are tasks.web, tasks.cli"),
        ("web.3:80", "near names are web.2, web.1, web"),
    ],
)
def test_near_names(swarm_state: Document, text: str, near: str) -> None:
    assert message(swarm_state, "cli.n1", text).endswith(f"is called so; {near}")


def test_no_localhost_outside(swarm_state: Document) -> None:
    assert message(swarm_state, "outside", "localhost:80").startswith("TO localhost: no node")


def test_a_prefix_of_two_identifiers(swarm_state: Document) -> None:
    for number, task in enumerate(swarm_state["control"]["swarm"]["tasks"]):
        task["id"] = f"many{number}"
    with pytest.raises(AmbiguousName, match="TO many may be each of n1/"):
        resolve(swarm_state, "cli.n1", "many:80")


def test_the_published_port_is_shown_on_a_node_with_a_task(swarm_state: Document) -> None:
    web_1 = next(task for task in swarm_state["control"]["swarm"]["tasks"] if task["slot"] == 1)
    web_1["state"] = "failed"
    assert message(swarm_state, "n1", "web").endswith("e.g. n2:8080")


def test_networks_that_are_not_shared(swarm_state: Document) -> None:
    second_network(swarm_state)
    service(swarm_state, "web")["virtual_addresses"][:] = [{"network": SECOND, "address": "10.0.2.2"}]
    assert message(swarm_state, "cli.n2", "web") == (
        "TO web: no network is shared, cli.n2 is in ov1 and web in another_net"
    )


def test_a_node_without_docker_has_the_address_of_its_default_route(swarm_state: Document) -> None:
    swarm_state["control"] = {}
    node = swarm_state["nodes"]["n2"]
    del node["docker"]
    assert resolve(swarm_state, "n1", "n2:22")[0].address == "192.168.99.12"
    node["namespaces"]["host"]["routes"] = None
    assert message(swarm_state, "n1", "n2:22") == "TO n2: the address of this node is unknown"


def test_the_managers_tell_the_address_of_a_node_that_was_not_reached(swarm_state: Document) -> None:
    swarm_state["nodes"]["n2"] = {
        "namespaces": None,
        "namespaces_reason": "down",
        "docker": None,
        "docker_reason": "down",
    }
    (target,) = resolve(swarm_state, "n1", "n2:22")
    assert target.address == "192.168.99.12"
    assert target.evidence == {"node": "n2", "namespace": "host", "source": "address of n2", "row": None}
    swarm_state["control"] = {"swarm": None, "swarm_reason": "no quorum"}
    assert message(swarm_state, "n1", "n2:22") == (
        "TO n2: the address of this node is unknown; the swarm's services are unknown: no quorum; "
        "the namespaces of n2 are unknown: down; the containers of n2 are unknown: down"
    )


def test_a_swarm_that_is_unknown(swarm_state: Document) -> None:
    swarm_state["control"] = {"swarm": None, "swarm_reason": "no quorum"}
    assert message(swarm_state, "10.0.1.8", "web").endswith("the swarm's services are unknown: no quorum")
    assert resolve(swarm_state, "10.0.1.8", "web.2.268q2rc84yz7ubtxwa0xfiq6g:80")[0].address == "10.0.1.3"


def test_the_managers_know_networks_where_the_node_was_not_asked(swarm_state: Document) -> None:
    swarm_state["nodes"]["n2"].update(docker=None, docker_reason="no socket")
    (target,) = resolve(swarm_state, "cli.n2", "web.2")
    assert target.address == "10.0.1.3"
    assert target.evidence is not None
    assert (target.evidence["node"], target.evidence["source"]) == (None, "task web.2")
    for node in swarm_state["nodes"].values():
        node.update(docker=None, docker_reason="no socket")
    assert "no network is shared" in message(swarm_state, "cli.n2", "web")
    assert message(swarm_state, "cli.n2", "web").endswith("the containers of n3 are unknown: no socket")


def test_tasks_whose_addresses_are_unknown(swarm_state: Document) -> None:
    for task in swarm_state["control"]["swarm"]["tasks"]:
        task["addresses"] = None
    for node in swarm_state["nodes"].values():
        for network in node["docker"]["networks"]:
            network["endpoints"] = None
    assert "no network is shared" in message(swarm_state, "cli.n1", "web.2")
    assert "no network is shared" in message(swarm_state, "cli.n1", "tasks.web")


def test_a_running_task_without_a_container_is_no_load_balancer(swarm_state: Document) -> None:
    # Both have null where a container's identifier stands.
    for task in swarm_state["control"]["swarm"]["tasks"]:
        if task["slot"] == 2:
            task.update(container=None, addresses=[])
    assert "no network is shared" in message(swarm_state, "cli.n1", "web.2")


def test_names_in_a_swarm_of_2017(swarm_state: Document) -> None:
    """Before Docker 18.09 a node has no namespaces of load balancers, and containers have virtual addresses."""
    for node in swarm_state["nodes"].values():
        node["docker"]["version"] = "17.09.0-ce"
        node["namespaces"].pop("lb_1us5hb6oh")
        for namespace in node["namespaces"].values():
            name = (namespace.get("container") or {"name": ""})["name"].partition(".")[0]
            virtual = {"web": "10.0.1.2", "cli": "10.0.1.7"}.get(name)
            if virtual:
                row = {"device": "lo", "address": virtual, "prefix_length": 32, "family": "ipv4", "scope": "global"}
                namespace["addresses"].append(row)
    assert told(swarm_state, "cli.n1", "web") == ["web is 10.0.1.2, its virtual address in ov1"]
    assert origins(swarm_state, "cli.n1")[0].addresses == ("10.0.1.8", "172.18.0.3")
    with pytest.raises(AmbiguousName, match="n1/d7f92170ec4e, n2/97acfd65a327"):
        origins(swarm_state, "10.0.1.2")
