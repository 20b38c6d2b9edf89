# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Check of the chain that leads from a virtual address to a task: firewall mark, virtual server, backends.

Since engine 18.09 the chain stands once per node and network, in the namespace ``lb_<first 9 of the network id>`` (in
``ingress_sbox`` for the ingress network): the virtual address is an alias there and ``mangle INPUT`` sets the mark.
Before, it stood in each container that may be a client, with ``mangle OUTPUT`` (moby libnetwork/service_linux.go).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._swarm import each_member
from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import (
    Finding,
    Step,
    evidence,
    evidence_rows,
    failed,
    judged,
    skipped,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import read, rules
from ansible_collections.packetwalk.labs.plugins.plugin_utils._swarm import Swarm

INGRESS_NAMESPACE = "ingress_sbox"

_HINT = "Scale the service down and up again, so that Docker writes its load balancing on this node anew."


@dataclass(frozen=True)
class _Balancer:
    """Where one node balances the load of one network."""

    namespace: str
    chain: str
    has_aliases: bool


def swarm_load_balancer(document: dict[str, Any], intent: dict[str, Any]) -> Iterator[Finding]:
    """Each virtual address has one mark, the mark one virtual server, and its backends are the live tasks."""
    yield from each_member(Swarm(document), _node)


def mark_rules(namespace: dict[str, Any], chain: str) -> list[dict[str, Any]]:
    """Rules of a mangle chain that set a firewall mark. Raises Unknown."""
    return [rule for rule in rules(namespace, "mangle", chain) if rule["target"] == "MARK"]


def backend_step(
    name: str, namespace: str, kernel: dict[str, Any], mark: int | None, live: set[str], stopping: set[str]
) -> Iterator[Step]:
    """The virtual server of a mark is there and its backends are ``live``; those that are ``stopping`` may be.

    A weight of 0 takes a backend out while its last connections end, so such a backend counts as none.
    """
    servers = [server for server in read(kernel, "ipvs") if server["kind"] == "fwmark" and server["mark"] == mark]
    seen = evidence_rows(name, namespace, "ipvs", servers)
    yield Step(f"virtual servers for mark {mark}", 1, len(servers), seen, _HINT)
    active = {backend["address"] for backend in servers[0]["backends"] if backend["weight"]} - stopping
    yield Step(f"backends of mark {mark}", live, active, seen, _HINT)


def _node(swarm: Swarm, name: str) -> Iterator[Finding]:
    reason = swarm.missing_ip_vs(name)
    if reason:
        yield skipped(name, f"load balancing on {name}", reason)
        return
    known: dict[_Balancer, set[str]] = defaultdict(set)
    stopping: set[str] = set()
    for network in swarm.overlays(name):
        stopping |= swarm.stopping_addresses(network["id"])
        services = swarm.virtual_services(network["id"])
        for balancer in _balancers(swarm, name, network):
            known[balancer] |= {vip for _service, vip, _live in services}
            for service, vip, live in services:
                subject = f"{name}/{network['name']}/{service['name']}"
                if not swarm.has_balancers(name):
                    subject += f"/{balancer.namespace}"
                yield _judge(swarm, name, network, balancer, subject, service, vip, live)
    for balancer, vips in known.items():
        if balancer.namespace in swarm.namespaces(name):
            yield from _left_over(name, balancer, swarm.namespaces(name)[balancer.namespace], vips, stopping)


def _balancers(swarm: Swarm, name: str, network: dict[str, Any]) -> list[_Balancer]:
    has_balancers = swarm.has_balancers(name)
    if network["ingress"] or has_balancers:
        namespace = INGRESS_NAMESPACE if network["ingress"] else f"lb_{network['id'][:9]}"
        return [_Balancer(namespace, "INPUT" if has_balancers else "OUTPUT", has_balancers)]
    attached = {endpoint["container"] for endpoint in network["endpoints"]}
    return [
        _Balancer(container["sandbox"], "OUTPUT", has_aliases=False)
        for container in read(swarm.engine(name), "containers")
        if container["id"] in attached and container["state"] == "running"
    ]


def _judge(
    swarm: Swarm,
    name: str,
    network: dict[str, Any],
    balancer: _Balancer,
    subject: str,
    service: dict[str, Any],
    vip: str,
    live: set[str],
) -> Finding:
    kernel = swarm.namespaces(name).get(balancer.namespace)
    if kernel is None:
        what = f"load balancer namespace of {network['name']}"
        return failed(subject, what, balancer.namespace, None, [], _HINT)
    marks = mark_rules(kernel, balancer.chain)
    own = [rule for rule in marks if rule["destination"] == f"{vip}/32"]
    if not live and not own:
        return skipped(subject, f"load balancing of {service['name']}", "the service has no live task")
    told = next((row["mark"] for row in network["services"] if row["name"] == service["name"]), None)
    stopping = swarm.stopping_addresses(network["id"])
    return judged(subject, _steps(name, balancer, kernel, vip, live, stopping, marks, own, told))


def _steps(
    name: str,
    balancer: _Balancer,
    kernel: dict[str, Any],
    vip: str,
    live: set[str],
    stopping: set[str],
    marks: list[dict[str, Any]],
    own: list[dict[str, Any]],
    told: int | None,
) -> Iterator[Step]:
    source = f"iptables mangle {balancer.chain}"
    seen = evidence_rows(name, balancer.namespace, source, own)
    yield Step(f"MARK rules for {vip}", 1, len(own), seen, _HINT)
    mark = own[0]["options"]["mark"]
    if told is not None:
        yield Step(f"mark of {vip}", told, mark, seen, _HINT)
    same = [rule for rule in marks if rule["options"]["mark"] == mark and rule["destination"]]
    shared = [evidence(name, balancer.namespace, source, rule) for rule in same]
    yield Step(f"addresses with mark {mark}", {f"{vip}/32"}, {rule["destination"] for rule in same}, shared, _HINT)
    if balancer.has_aliases:
        aliases = [row for row in read(kernel, "addresses") if row["address"] == vip]
        seen = evidence_rows(name, balancer.namespace, "addresses", aliases)
        yield Step(f"virtual address on the load balancer of {name}", vip, aliases and vip, seen, _HINT)
    yield from backend_step(name, balancer.namespace, kernel, mark, live, stopping)


def _left_over(
    name: str, balancer: _Balancer, kernel: dict[str, Any], vips: set[str], stopping: set[str]
) -> Iterator[Finding]:
    """Marks of addresses that no service has, and virtual servers whose mark nothing sets.

    What leads to ``stopping`` tasks alone is of a service that is being removed.
    """
    marks = mark_rules(kernel, balancer.chain)
    ending = {
        server["mark"]
        for server in read(kernel, "ipvs")
        if server["kind"] == "fwmark"
        and server["backends"]
        and {backend["address"] for backend in server["backends"]} <= stopping
    }
    for rule in marks:
        address = (rule["destination"] or "").partition("/")[0]
        if address and address not in vips and rule["options"]["mark"] not in ending:
            seen = [evidence(name, balancer.namespace, f"iptables mangle {balancer.chain}", rule)]
            subject = f"{name}/{balancer.namespace}/{address}"
            yield failed(subject, f"MARK rule for {address}, which no service has", None, rule["text"], seen, _HINT)
    marked = {rule["options"]["mark"] for rule in marks + mark_rules(kernel, "PREROUTING")}
    for server in read(kernel, "ipvs"):
        if server["kind"] == "fwmark" and server["mark"] not in marked | ending:
            seen = [evidence(name, balancer.namespace, "ipvs", server)]
            subject = f"{name}/{balancer.namespace}/mark {server['mark']}"
            what = f"virtual server of mark {server['mark']}, which no rule sets"
            yield failed(subject, what, None, f"FWM {server['mark']}", seen, _HINT)
