# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Check of the way from a published port to a task.

Mode ingress, on every node (moby daemon/libnetwork/service_linux.go): nat DOCKER-INGRESS leads to the namespace
``ingress_sbox``, whose mangle PREROUTING sets the mark of a virtual server; the task redirects the published port to
its own; and the engine listens on the port so that nobody else can take it. Mode host, only where the task is: nat
DOCKER leads straight to the container.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._swarm import each_member
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._swarm_load_balancer import (
    INGRESS_NAMESPACE,
    backend_step,
    mark_rules,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import (
    Finding,
    Step,
    evidence,
    evidence_rows,
    failed,
    judged,
    skipped,
    warning,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import Unknown, read, rules
from ansible_collections.packetwalk.labs.plugins.plugin_utils._swarm import Swarm, task_address, task_label

_HINT = "Restart the engine of this node: a firewall that was reloaded has dropped Docker's rules."


def swarm_published_ports(document: dict[str, Any], intent: dict[str, Any]) -> Iterator[Finding]:
    """A published port leads to the live tasks: in mode ingress from every node, in mode host from the task's node."""
    yield from each_member(Swarm(document), _node)


def _node(swarm: Swarm, name: str) -> Iterator[Finding]:
    without_ip_vs = swarm.missing_ip_vs(name)
    ingress_modes = False
    for service in swarm.cluster["services"]:
        for port in service["ports"]:
            if port["mode"] == "host":
                yield from _host_mode(swarm, name, service, port)
            elif without_ip_vs is None:
                yield from _ingress_mode(swarm, name, service, port)
            ingress_modes |= port["mode"] == "ingress"
    if without_ip_vs and ingress_modes:
        yield skipped(name, f"ports published in mode ingress on {name}", without_ip_vs)


def _ingress_mode(swarm: Swarm, name: str, service: dict[str, Any], port: dict[str, Any]) -> Iterator[Finding]:
    subject = f"{name}/{service['name']}/{_show(port)}"
    ingress = next((network for network in swarm.overlays(name) if network["ingress"]), None)
    if not swarm.live_tasks(service["id"]):
        yield skipped(subject, f"port {_show(port)}", "the service has no live task")
    elif ingress is None or INGRESS_NAMESPACE not in swarm.namespaces(name):
        yield failed(subject, f"ingress network on {name}", INGRESS_NAMESPACE, None, [], _HINT)
    else:
        yield judged(subject, _ingress_steps(swarm, name, service, port, ingress))
        if port["published"] != port["target"]:
            yield from _redirects(swarm, name, service, port, ingress)


def _ingress_steps(
    swarm: Swarm, name: str, service: dict[str, Any], port: dict[str, Any], ingress: dict[str, Any]
) -> Iterator[Step]:
    host, sandbox = swarm.host(name), swarm.namespaces(name)[INGRESS_NAMESPACE]
    jumps = [rule for rule in rules(host, "nat", "PREROUTING") if rule["target"] == "DOCKER-INGRESS"]
    seen = evidence_rows(name, "host", "iptables nat PREROUTING", jumps)
    yield Step("jump to DOCKER-INGRESS", True, bool(jumps), seen, _HINT)

    found = _for_port(rules(host, "nat", "DOCKER-INGRESS"), "DNAT", port)
    seen = evidence_rows(name, "host", "iptables nat DOCKER-INGRESS", found)
    expected = [f"{_gateway_address(sandbox, ingress)}:{port['published']}"]
    actual = [rule["options"].get("to_destination") for rule in found]
    yield Step(f"DNAT of port {_show(port)}", expected, actual, seen, _HINT)

    found = _for_port(mark_rules(sandbox, "PREROUTING"), "MARK", port)
    seen = evidence_rows(name, INGRESS_NAMESPACE, "iptables mangle PREROUTING", found)
    told = next((row["mark"] for row in ingress["services"] if row["name"] == service["name"]), None)
    marks = [rule["options"]["mark"] for rule in found]
    yield Step(f"mark of port {_show(port)}", marks[:1] if told is None else [told], marks, seen, _HINT)
    yield Step(f"MARK rules for port {_show(port)}", 1, len(marks), seen, _HINT)

    live = swarm.live_addresses(service["id"], ingress["id"])
    stopping = swarm.stopping_addresses(ingress["id"])
    yield from backend_step(name, INGRESS_NAMESPACE, sandbox, marks[0], live, stopping)
    yield _listener(name, host, port)


def _redirects(
    swarm: Swarm, name: str, service: dict[str, Any], port: dict[str, Any], ingress: dict[str, Any]
) -> Iterator[Finding]:
    for task in swarm.live_tasks(service["id"]):
        if swarm.name_of[task["node"]] != name:
            continue
        label = task_label(task["name"])
        namespace = _sandbox(swarm, name, task)
        address = task_address(task, ingress["id"])
        chain = rules(swarm.namespaces(name)[namespace], "nat", "PREROUTING")
        found = [rule for rule in _for_port(chain, "REDIRECT", port) if rule["destination"] in (None, f"{address}/32")]
        seen = evidence_rows(name, namespace, "iptables nat PREROUTING", found)
        actual = [rule["options"].get("to_ports") for rule in found]
        step = Step(f"REDIRECT of port {_show(port)} in {label}", [str(port["target"])], actual, seen, _HINT)
        yield judged(f"{name}/{service['name']}/{_show(port)}/{label}", [step])


def _host_mode(swarm: Swarm, name: str, service: dict[str, Any], port: dict[str, Any]) -> Iterator[Finding]:
    host = swarm.host(name)
    for task in swarm.live_tasks(service["id"]):
        if swarm.name_of[task["node"]] != name:
            continue
        # The swarm leaves the number to the node when the service publishes none.
        real = next(
            (
                row
                for row in task["ports"]
                if (row["target"], row["protocol"], row["mode"]) == (port["target"], port["protocol"], "host")
            ),
            port,
        )
        subject = f"{name}/{service['name']}/{_show(real)}/{task_label(task['name'])}"
        found = _for_port(rules(host, "nat", "DOCKER"), "DNAT", real)
        listener = _listener(name, host, real)
        if not found and listener.actual:
            seen = [evidence(name, "host", "iptables nat DOCKER", None)]
            actual = "only a listener, which hides the client's address"
            yield warning(subject, f"DNAT of port {_show(real)}", "a rule", actual, seen, _HINT)
            continue
        addresses = _container_addresses(swarm, name, task)
        seen = evidence_rows(name, "host", "iptables nat DOCKER", found)
        expected = [f"{address}:{real['target']}" for address in addresses]
        actual_destinations = [rule["options"].get("to_destination") for rule in found]
        right = len(found) == 1 and actual_destinations[0] in expected
        what = f"DNAT of port {_show(real)}"
        yield judged(subject, [Step(what, expected, actual_destinations, seen, _HINT, holds=right), listener])


def _listener(name: str, host: dict[str, Any], port: dict[str, Any]) -> Step:
    what = f"listener on port {_show(port)}"
    if port["protocol"] not in ("tcp", "udp"):
        return Step(what, True, True, [evidence(name, "host", f"{port['protocol']} sockets are not read", None)])
    found = [
        socket
        for socket in read(host, "sockets")
        if (socket["protocol"], socket["port"]) == (port["protocol"], port["published"])
    ]
    seen = evidence_rows(name, "host", "sockets", found)
    return Step(what, True, bool(found), seen, _HINT)


def _for_port(chain: list[dict[str, Any]], target: str, port: dict[str, Any]) -> list[dict[str, Any]]:
    """Rules of a chain with a target, for the protocol and the published port."""
    return [
        rule
        for rule in chain
        if rule["target"] == target
        and rule["protocol"] == port["protocol"]
        and any(match.get("dport") == str(port["published"]) for match in rule["matches"])
    ]


def _gateway_address(sandbox: dict[str, Any], ingress: dict[str, Any]) -> str | None:
    """Address of ``ingress_sbox`` on docker_gwbridge: the one that is not of the ingress network."""
    subnets = [ipaddress.ip_network(row["subnet"]) for row in ingress["subnets"]]
    for row in read(sandbox, "addresses"):
        if row["family"] == "ipv4" and row["scope"] == "global":
            address = ipaddress.ip_address(row["address"])
            if not any(address in subnet for subnet in subnets):
                return str(address)
    return None


def _container_addresses(swarm: Swarm, name: str, task: dict[str, Any]) -> list[str]:
    """Addresses of a task's container on the bridges of its node."""
    return [
        endpoint["address"]
        for network in read(swarm.engine(name), "networks")
        if network["driver"] == "bridge"
        for endpoint in network["endpoints"]
        if endpoint["container"] == task["container"]
    ]


def _sandbox(swarm: Swarm, name: str, task: dict[str, Any]) -> str:
    """Namespace of a task's container. Raises Unknown."""
    for container in read(swarm.engine(name), "containers"):
        if container["id"] == task["container"] and container["sandbox"] in swarm.namespaces(name):
            sandbox: str = container["sandbox"]
            return sandbox
    raise Unknown(f"the namespace of {task_label(task['name'])} is not in the state document")


def _show(port: dict[str, Any]) -> str:
    return f"{port['published']}/{port['protocol']}"
