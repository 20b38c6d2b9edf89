# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Check of Docker's own overlay networks where engines share a cluster store and are in no swarm."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._docker_names import is_network_namespace
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._contiv import (
    ENGINE,
    Attachment,
    Contiv,
    Row,
    readable,
    seen,
    subnet_of,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._legacy_swarm_containers import (
    containers_as_wanted,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import (
    Finding,
    Step,
    error,
    evidence,
    evidence_rows,
    judged,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import Unknown, links, read

_CREATE = "Run playbooks/contiv.yml, which makes it."
_STORE = "Look whether the engines share their cluster store (legacy_swarm_engines) and etcd works (legacy_swarm_etcd)."

_Engines = dict[str, dict[str, Row]]
# By MAC address.
_Ends = dict[str, Attachment]


def legacy_swarm_overlay(document: dict[str, Any], intent: dict[str, Any]) -> Iterator[Finding]:
    """Every engine has the overlay networks of the intent, alike, and the kernel leads to where containers are.

    Engines tell each other by Serf, and each writes both rows of an endpoint when the kernel first asks for it: that
    there are none is no fault, but one that leads elsewhere is, and one without the other, as none is written again.
    """
    contiv = Contiv(document, intent)
    engines, problems = readable(contiv, contiv.engine_networks)
    yield from problems
    names = [row["name"] for row in contiv.wanted.get("docker_networks") or ()]
    for wanted in contiv.wanted.get("docker_networks") or ():
        yield judged(wanted["name"], _network_steps(contiv, wanted, engines))
        for node in engines:
            if wanted["name"] in engines[node]:
                yield from _kernel_of_node(contiv, node, wanted["name"], engines)
    yield from containers_as_wanted(contiv, list(engines), lambda network: network in names)


def _network_steps(contiv: Contiv, wanted: Row, engines: _Engines) -> Iterator[Step]:
    name = wanted["name"]
    found = {node: networks[name] for node, networks in engines.items() if name in networks}
    rows = [seen(ENGINE, row, "name", "id", "driver", "subnets", node=node) for node, row in found.items()]
    rows = rows or [seen(ENGINE, None)]
    hint = f"{_CREATE} {_STORE}"
    yield Step(f"engines that have {name}", sorted(engines), sorted(found), rows, hint)
    ids = {node: row["id"] for node, row in found.items()}
    yield Step(f"identifiers of {name}", "one", ids, rows, _STORE, holds=len(set(ids.values())) == 1)
    kinds = {node: f"{row['driver']}, {row['scope']}" for node, row in found.items()}
    kind = dict.fromkeys(found, f"{wanted['driver']}, global")
    yield Step(f"driver and scope of {name}", kind, kinds, rows, "Remove the network and run playbooks/contiv.yml.")
    if wanted.get("subnet"):
        subnets = {node: [subnet_of(pool["subnet"]) for pool in row["subnets"]] for node, row in found.items()}
        expected = dict.fromkeys(found, [subnet_of(wanted["subnet"])])
        yield Step(f"subnets of {name}", expected, subnets, rows, "Remove the network and run playbooks/contiv.yml.")
    ends = _ends(contiv, name, engines)
    times = Counter(end.address for end in ends)
    twice = [f"{end.container} {end}" for end in ends if times[end.address] > 1]
    hint = f"Remove one of the containers and run it again. {_STORE}"
    yield Step(f"containers on {name} with the address of another", [], twice, rows, hint)
    vnis = {
        node: link["vxlan"]["vni"]
        for node, networks in engines.items()
        for _namespace, link in _devices(contiv, node, networks[name])
    }
    yield Step(f"VNI of {name}", "one", vnis, rows, _STORE, holds=len(set(vnis.values())) <= 1)


def _ends(contiv: Contiv, name: str, engines: _Engines) -> list[Attachment]:
    return [
        end
        for node, networks in engines.items()
        if name in networks
        for end in contiv.attached(node, networks[name]).values()
    ]


def _devices(contiv: Contiv, node: str, network: Row) -> Iterator[tuple[str, Row]]:
    """Namespace and VXLAN device of a network; Docker names the namespace for it, and tells no VNI without a swarm."""
    for namespace, link in links(contiv.node(node), "vxlan"):
        if is_network_namespace(namespace, network["id"]):
            yield namespace, link


def _kernel_of_node(contiv: Contiv, node: str, name: str, engines: _Engines) -> Iterator[Finding]:
    subject = f"{node}/{name}"
    try:
        own = contiv.attached(node, engines[node][name])
        found = list(_devices(contiv, node, engines[node][name]))
        if own or found:
            ends = {end.mac: end for end in _ends(contiv, name, engines) if end.mac}
            # Of nodes that could not be read nobody knows what is there.
            complete = len(engines) == len(contiv.nodes)
            yield judged(subject, _kernel_steps(contiv, f"{name} on {node}", node, found, ends, complete))
    except Unknown as reason:
        yield error(subject, f"kernel of {node}", str(reason))


def _kernel_steps(
    contiv: Contiv, where: str, node: str, found: list[tuple[str, Row]], ends: _Ends, complete: bool
) -> Iterator[Step]:
    hint = "Restart the engine, so that it makes the device anew; dmesg tells when it could not."
    devices = [f"{link['name']} in {namespace}" for namespace, link in found]
    rows = [evidence(node, namespace, "links", link) for namespace, link in found]
    yield Step(f"VXLAN devices of {where}", "one", devices, rows, hint, holds=len(found) == 1)
    namespace, link = found[0]
    kernel = read(contiv.node(node), "namespaces")[namespace]
    macs = {end.address: mac for mac, end in ends.items()}
    rows = [
        row
        for row in read(kernel, "neighbours")
        if row["device"] == link["name"]
        and "permanent" in row["states"]
        and row["family"] == "ipv4"
        and (complete or row["address"] in macs)
    ]
    wrong = [row for row in rows if macs.get(row["address"]) != row["mac"]]
    source = f"neighbours on {link['name']}"
    yield Step(
        f"wrong {source} of {where}",
        {row["address"]: macs.get(row["address"]) for row in wrong},
        {row["address"]: row["mac"] for row in wrong},
        evidence_rows(node, namespace, source, wrong or rows),
        f"ip neigh replace it on {link['name']} in namespace {namespace}; Docker does not write a row again.",
    )
    neighbours = {row["mac"] for row in rows if row not in wrong}
    rows = [
        row
        for row in read(kernel, "fdb")
        if row["device"] == link["name"] and row["destination"] and (complete or row["mac"] in ends)
    ]
    leads = {row["mac"]: _vtep(contiv, node, ends.get(row["mac"])) for row in rows}
    wrong = [row for row in rows if leads[row["mac"]] != row["destination"]]
    source = f"fdb of {link['name']}"
    yield Step(
        f"wrong rows in {source} of {where}",
        {row["mac"]: leads[row["mac"]] for row in wrong},
        {row["mac"]: row["destination"] for row in wrong},
        evidence_rows(node, namespace, source, wrong or rows),
        f"bridge fdb replace it on {link['name']} in namespace {namespace}; Docker does not write a row again.",
    )
    there = {
        mac: ", ".join(["neighbour"] * (mac in neighbours) + ["fdb"] * (mac in leads))
        for mac, end in ends.items()
        if end.node != node and (mac in neighbours or mac in leads)
    }
    source = f"neighbours and fdb of {link['name']}"
    yield Step(
        f"rows in {source} of {where}",
        dict.fromkeys(there, "neighbour, fdb"),
        there,
        evidence_rows(node, namespace, source, rows),
        f"Restart the engine of {node}, which writes both anew.",
    )


def _vtep(contiv: Contiv, node: str, end: Attachment | None) -> str | None:
    """Where frames to a container have to be sent from this node; nowhere to those that are on it."""
    if end is None or end.node == node:
        return None
    return str(contiv.hosts[end.node]["address"])
