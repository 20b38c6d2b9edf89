# SPDX-License-Identifier: GPL-3.0-or-later
"""FROM: each kind of name, which comes first, and what is said when a name leads nowhere."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._names import AmbiguousName, UnknownName, names
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._origins import Origin, origins

Document = dict[str, Any]

WEB_1 = "web.1.91k5z4omh4jgowjxlyk4c8c4x"
WEB_2 = "web.2.268q2rc84yz7ubtxwa0xfiq6g"
CLI_ON_N2 = "cli.8jpo02zc2efl6ligzi82hnghg.4ayin8l5u32tu15n44kaipyu7"

WEB_2_ORIGIN = Origin("web.2", "n2", "97acfd65a327", WEB_2, ("10.0.0.6", "10.0.1.3", "172.18.0.4"))
CLI_N2_ORIGIN = Origin("cli.n2", "n2", "e82c21490dc2", CLI_ON_N2, ("10.0.1.9", "172.18.0.3"))
N2_ORIGIN = Origin("n2", "n2", "host", None, ("172.17.0.1", "172.18.0.1", "192.168.99.12"))
SANDBOX_ORIGIN = Origin("n3/ingress_sbox", "n3", "ingress_sbox", None, ("10.0.0.4", "10.0.0.5", "172.18.0.2"))


def tasks(document: Document, service: str) -> list[dict[str, Any]]:
    found = [task for task in document["control"]["swarm"]["tasks"] if (task["name"] or "").startswith(f"{service}.")]
    assert found
    return found


def message(document: Document, name: str) -> str:
    with pytest.raises(UnknownName) as problem:
        origins(document, name)
    return str(problem.value)


@pytest.mark.parametrize(
    ("name", "origin"),
    [
        ("n2", N2_ORIGIN),
        ("n2/host", N2_ORIGIN),
        ("192.168.99.12", N2_ORIGIN),
        ("web.2", WEB_2_ORIGIN),
        (WEB_2, WEB_2_ORIGIN),
        ("268q", WEB_2_ORIGIN),  # of the task's identifier
        ("5c735", WEB_2_ORIGIN),  # of the container's
        ("97acfd65a327", WEB_2_ORIGIN),
        ("n2/97acfd65a327", WEB_2_ORIGIN),
        ("10.0.1.3", WEB_2_ORIGIN),
        ("cli.n2", CLI_N2_ORIGIN),
        ("cli.8jpo02zc2efl6ligzi82hnghg", CLI_N2_ORIGIN),
        (CLI_ON_N2, CLI_N2_ORIGIN),
        ("n3/ingress_sbox", SANDBOX_ORIGIN),
        ("10.0.0.4", SANDBOX_ORIGIN),
        ("outside", Origin("outside", None, None, None, ())),
        ("outside:203.0.113.9", Origin("outside", None, None, None, ("203.0.113.9",))),
        ("outside:2001:DB8::1", Origin("outside", None, None, None, ("2001:db8::1",))),
    ],
)
def test_one_origin(swarm_state: Document, name: str, origin: Origin) -> None:
    assert origins(swarm_state, name) == [origin]


@pytest.mark.parametrize(("service", "shown"), [("web", ["web.1", "web.2"]), ("cli", ["cli.n1", "cli.n2", "cli.n3"])])
def test_a_service_is_all_its_running_tasks(swarm_state: Document, service: str, shown: list[str]) -> None:
    assert [origin.name for origin in origins(swarm_state, service)] == shown


def test_tasks_are_in_the_order_of_their_slots(swarm_state: Document) -> None:
    web_1 = tasks(swarm_state, "web")[0]
    web_1.update(slot=10, name="web.10")
    assert [origin.name for origin in origins(swarm_state, "web")] == ["web.2", "web.10"]


def test_a_node_is_meant_before_a_namespace_without_a_container(swarm_state: Document) -> None:
    row = {"device": "br0", "address": "192.168.99.12", "prefix_length": 24, "family": "ipv4", "scope": "global"}
    swarm_state["nodes"]["n1"]["namespaces"]["1-1us5hb6ohx"]["addresses"].append(row)
    assert origins(swarm_state, "192.168.99.12") == [N2_ORIGIN]


def test_every_listed_name_leads_somewhere(swarm_state: Document) -> None:
    listed = names(swarm_state)
    assert {"n1", "web", "web.2", "cli.n3", "n2/lb_1us5hb6oh", "outside"} <= set(listed)
    assert all(origins(swarm_state, name) for name in listed)


def test_the_name_in_the_document_and_the_host_name(swarm_state: Document) -> None:
    swarm_state["nodes"]["third"] = swarm_state["nodes"].pop("n3")
    assert [origin.node for name in ("third", "n3") for origin in origins(swarm_state, name)] == ["third", "third"]
    assert origins(swarm_state, "cli.third") == origins(swarm_state, "cli.n3")
    assert origins(swarm_state, "cli.n3")[0].name == "cli.third"


def test_a_container_without_a_service_and_one_in_the_hosts_namespace(swarm_state: Document) -> None:
    node = swarm_state["nodes"]["n3"]
    node["docker"]["containers"] += [
        {"id": "a" * 64, "name": "probe", "sandbox": "0123456789ab", "service": None, "task_id": None},
        {"id": "b" * 64, "name": "agent", "sandbox": "default", "service": None, "task_id": None},
        {"id": "c" * 64, "name": "stopped", "sandbox": None, "service": None, "task_id": None},
    ]
    row = {"device": "eth0", "address": "172.17.0.2", "prefix_length": 16, "family": "ipv4", "scope": "global"}
    node["namespaces"]["0123456789ab"] = {"addresses": [row]}
    probe = Origin("probe", "n3", "0123456789ab", "probe", ("172.17.0.2",))
    assert (
        origins(swarm_state, "probe") == origins(swarm_state, "aaaa") == origins(swarm_state, "172.17.0.2") == [probe]
    )
    (agent,) = origins(swarm_state, "agent")
    assert (agent.namespace, agent.container) == ("host", "agent")
    assert origins(swarm_state, "n3/host")[0].name == "n3"
    assert "near names" not in message(swarm_state, "stopped")


@pytest.mark.parametrize(
    ("name", "candidates"),
    [
        ("lb_1us5hb6oh", "n1/lb_1us5hb6oh, n2/lb_1us5hb6oh, n3/lb_1us5hb6oh"),
        ("10.0.1.2", "n1/lb_1us5hb6oh, n2/lb_1us5hb6oh, n3/lb_1us5hb6oh"),
        ("172.18.0.2", "n1/ingress_sbox, n2/ingress_sbox, n3/ingress_sbox"),
        ("172.18.0.4", "n1/d7f92170ec4e, n2/97acfd65a327"),
        ("172.18.0.1", "n1/host, n2/host, n3/host"),
    ],
)
def test_several_namespaces(swarm_state: Document, name: str, candidates: str) -> None:
    with pytest.raises(AmbiguousName) as problem:
        origins(swarm_state, name)
    assert str(problem.value) == f"FROM {name} may be each of {candidates}"


def test_a_prefix_of_two_identifiers(swarm_state: Document) -> None:
    for task in tasks(swarm_state, "web"):
        task["id"] = f"twice{task['slot']}"
    assert origins(swarm_state, "twice2") == [WEB_2_ORIGIN]
    with pytest.raises(AmbiguousName, match="n1/d7f92170ec4e, n2/97acfd65a327"):
        origins(swarm_state, "twice")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("wbe", "FROM wbe: no node, task, container, service, namespace or address of the lab is called so; near"),
        ("web.3", "near names are web.2, web.1, web"),
        ("n1/ingres_sbox", "near names are n1/ingress_sbox"),
        ("n9/host", "near names are n3/host"),
        ("10.9.9.9", "no node, task, container, service, namespace or address"),
        ("268", "no node, task, container, service, namespace or address"),
        ("outside:web", "expected outside, or outside: and an address"),
        ("", "no node, task"),
    ],
)
def test_no_such_name(swarm_state: Document, name: str, told: str) -> None:
    assert told in message(swarm_state, name)


def rename_service(document: Document) -> None:
    document["control"]["swarm"]["services"][1]["name"] = "same"


def rename_node(document: Document) -> None:
    document["nodes"] = {"same" if name == "n1" else name: node for name, node in document["nodes"].items()}


def rename_task(document: Document) -> None:
    tasks(document, "web")[0]["name"] = "same"


def rename_container(document: Document) -> None:
    document["nodes"]["n3"]["namespaces"]["af1900212c60"]["container"]["name"] = "same"


def rename_namespace(document: Document) -> None:
    namespaces = document["nodes"]["n2"]["namespaces"]
    namespaces["same"] = namespaces.pop("lb_1us5hb6oh")


RENAMES = [
    (rename_node, {("n1", "host")}),
    (rename_task, {("n1", "d7f92170ec4e")}),
    (rename_container, {("n3", "af1900212c60")}),
    (rename_service, {("n1", "d7f92170ec4e"), ("n2", "97acfd65a327")}),
    (rename_namespace, {("n2", "lb_1us5hb6oh")}),
]


@pytest.mark.parametrize("first", range(len(RENAMES)))
def test_what_comes_first_of_things_with_one_name(swarm_state: Document, first: int) -> None:
    # From the last to the first, as a renamed node is not found any more.
    for rename, _expected in reversed(RENAMES[first:]):
        rename(swarm_state)
    renamed = {"same": "n1", "lb_1us5hb6oh": "same"}
    expected = {(node, renamed.get(namespace, namespace)) for node, namespace in RENAMES[first][1]}
    found = {(renamed.get(str(row.node), row.node), row.namespace) for row in origins(swarm_state, "same")}
    assert found == expected


def test_a_task_that_does_not_run(swarm_state: Document) -> None:
    web_1 = tasks(swarm_state, "web")[0]
    web_1.update(state="pending", node=None, container=None)
    swarm_state["control"]["swarm"]["tasks"].append(
        {**web_1, "id": "a" * 25, "name": "web.1." + "a" * 25, "desired_state": "shutdown", "state": "failed"}
    )
    assert "FROM web.1: this task does not run, it is pending; near names" in message(swarm_state, "web.1")
    assert [origin.name for origin in origins(swarm_state, "web")] == ["web.2"]
    swarm_state["control"]["swarm"]["nodes"][1]["state"] = "down"
    assert "this task does not run, it is on a node that is down" in message(swarm_state, "web.2")
    assert message(swarm_state, "web") == "FROM web: no task of this service runs"


def test_a_running_task_without_a_container_yet(swarm_state: Document) -> None:
    tasks(swarm_state, "web")[1]["container"] = None
    assert "its namespace on n2 is unknown: it is not in the state document" in message(swarm_state, "web.2")


def test_a_node_that_was_not_reached(swarm_state: Document) -> None:
    reason = "no route to host"
    unknown = {"namespaces": None, "namespaces_reason": reason, "docker": None, "docker_reason": reason}
    swarm_state["nodes"]["n2"] = unknown
    assert message(swarm_state, "n2") == f"FROM n2: its namespace on n2 is unknown: {reason}"
    assert message(swarm_state, "web.1x").endswith(
        f"the namespaces of n2 are unknown: {reason}; the containers of n2 are unknown: {reason}"
    )
    assert origins(swarm_state, "cli.n1")[0].node == "n1"


def test_a_node_of_the_swarm_that_the_document_lacks(swarm_state: Document) -> None:
    del swarm_state["nodes"]["n2"]
    assert message(swarm_state, "web.2").endswith("unknown: the node is not in the state document")


@pytest.mark.parametrize(
    ("control", "gap"),
    [
        ({"swarm": None, "swarm_reason": "no manager told"}, "; the swarm's services are unknown: no manager told"),
        (
            {"swarm": {"nodes": [], "services": []}},
            "; the swarm's services are unknown: the state document has no tasks",
        ),
        ({}, "is called so"),
    ],
)
def test_without_a_known_swarm(swarm_state: Document, control: dict[str, Any], gap: str) -> None:
    swarm_state["control"] = control
    assert gap in message(swarm_state, "web")
    assert origins(swarm_state, WEB_1)[0].namespace == "d7f92170ec4e"
    assert origins(swarm_state, "10.0.1.4")[0].name == WEB_1


def test_a_sandbox_that_only_the_engine_knows(swarm_state: Document) -> None:
    for node in swarm_state["nodes"].values():
        for namespace in node["namespaces"].values():
            namespace.pop("container", None)
    assert origins(swarm_state, "web.2") == origins(swarm_state, "10.0.1.3") == [WEB_2_ORIGIN]


def test_without_docker(swarm_state: Document) -> None:
    for node in swarm_state["nodes"].values():
        del node["docker"]
    # Which container a namespace is of was written down where it was read.
    assert origins(swarm_state, "web.2") == [WEB_2_ORIGIN]


def test_unknown_addresses(swarm_state: Document) -> None:
    swarm_state["nodes"]["n2"]["namespaces"]["97acfd65a327"]["addresses"] = None
    assert origins(swarm_state, "web.2")[0].addresses == ()
    for task in swarm_state["control"]["swarm"]["tasks"]:
        task["addresses"] = None
    assert [origin.name for origin in origins(swarm_state, "web")] == ["web.1", "web.2"]


def test_only_global_addresses_and_none_of_the_loopback_device(swarm_state: Document) -> None:
    row = {"device": "lo", "address": "10.0.1.2", "prefix_length": 32, "family": "ipv4", "scope": "global"}
    # Before Docker 18.09 a container has the virtual addresses of its own service there.
    swarm_state["nodes"]["n2"]["namespaces"]["97acfd65a327"]["addresses"].append(row)
    assert origins(swarm_state, "web.2") == origins(swarm_state, "10.0.1.2") == [WEB_2_ORIGIN]
