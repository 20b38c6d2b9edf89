# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Where a walk is to end: what TO means, seen from where it starts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from ansible_collections.packetwalk.labs.plugins.module_utils._planning import _link_ends
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._docker_networks import DockerNetworks
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._machines import Machine
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._names import (
    PORTS,
    TASKS,
    NamedNamespace,
    Names,
    UnknownName,
    address_of,
    only_one,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._origins import Origin, addresses_of

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Target:
    """An address that the packet is sent to.

    * ``name``: how it is shown: ``vote:80``.
    * ``port``: null for icmp.
    * ``text``: how the name became the address, as a clause.
    * ``evidence``: ``{"node", "namespace", "source", "row"}``, or null when the address was given.
    """

    name: str
    address: str
    port: int | None
    protocol: str
    text: str
    evidence: Row | None


class _Answer(NamedTuple):
    address: str
    text: str
    evidence: Row | None


def targets(document: Row, origin: Origin, text: str, protocol: str = "tcp", port: int | None = None) -> list[Target]:
    """What TO means: ``NAME[:PORT]``, ``ADDRESS[:PORT]`` or ``[IPV6]:PORT``.

    * A node is its address in the lab, ``localhost`` is 127.0.0.1. Of a host at a port of a switch it is that of the
      port.
    * A switch, a namespace, and a logical port of OVN, is the one address that it has. A virtual machine is the one
      that Neutron gave it.
    * Other names mean what Docker's DNS answers in the origin's container: of every network that it shares with what
      it asks for (sorted by name) a service's virtual address; with DNS round robin, and for ``tasks.NAME``, the
      address of each running task; the address of a task or a container.

    ``port`` is for a TO without one. Where there is none either, it is the one port of the service that its published
    ports lead to. Raises UnknownName and AmbiguousName.
    """
    name, given = _split(text)
    port = given or port
    if protocol == "icmp" and port:
        raise UnknownName(f"TO {text}: icmp has no ports")
    service, answers = _Resolver(Names(document), origin, name).answers()
    if protocol != "icmp" and not port:
        port = _only_port(name, service, protocol)
    shown = _with_port(name, port) if port else name
    return [Target(shown, answer.address, port, protocol, answer.text, answer.evidence) for answer in answers]


def _split(text: str) -> tuple[str, int | None]:
    """Name and port, which is null when there is none."""
    if address_of(text):
        return text, None
    found = re.fullmatch(r"(?:\[([^\]]+)\]|([^:\[\]]+))(?::(.*))?", text)
    if not found:
        raise UnknownName(f"TO {text}: expected NAME, NAME:PORT or [IPV6]:PORT")
    bracketed, name, port = found.groups()
    if port is not None and not (port.isdecimal() and 0 < int(port) < 2**16):
        raise UnknownName(f"TO {text}: a port is a number from 1 to 65535")
    return bracketed or name, int(port) if port else None


def _with_port(name: str, port: int | str) -> str:
    return f"[{name}]:{port}" if ":" in name else f"{name}:{port}"


def _only_port(name: str, service: Row | None, protocol: str) -> int:
    ports = sorted({row["target"] for row in (service or {}).get("ports") or () if row["protocol"] == protocol})
    if len(ports) != 1:
        choice = f"{name} has {', '.join(map(str, ports))}" if ports else "none is known"
        raise UnknownName(f"TO {name}: {protocol} needs a port and {choice}; write {_with_port(name, 'PORT')}")
    return int(ports[0])


class _Resolver:
    """What one name means in one place."""

    def __init__(self, known: Names, origin: Origin, name: str) -> None:
        self._known = known
        self._networks = DockerNetworks(known.nodes)
        self._origin = origin
        self._name = name
        start = known.by_path.get(f"{origin.node}/{origin.namespace}")
        self._container = start if start and start.container else None
        self._own = set(self._networks.attachments(self._container)) if self._container else set()

    def answers(self) -> tuple[Row | None, list[_Answer]]:
        """The service that the name is of, or null, and its addresses."""
        known, name = self._known, self._name
        address = address_of(name)
        if address:
            return None, [_Answer(str(address), f"{address} is an address", None)]
        if name == "localhost" and self._origin.node:
            return None, [_Answer("127.0.0.1", f"localhost is 127.0.0.1, of {self._origin.name} itself", None)]
        service = known.services.get(name[len(TASKS) :]) if name.startswith(TASKS) else None
        if service:
            return service, self._of_tasks(service, "")
        kind, found = known.find("TO", name)
        if kind in ("namespace", "logical port", "server"):
            one = only_one("TO", name, found)
            return None, [self._of_machine(one.machine) if one.machine else self._of_namespace(one)]
        if kind == "service":
            service = known.services[name]
            round_robin = service["endpoint_mode"] == "dnsrr"
            return service, self._of_tasks(service, " (DNS round robin)") if round_robin else self._virtual(service)
        asked = only_one("TO", name, found)
        if kind == "node" and asked.namespace == PORTS:
            return None, [self._of_namespace(asked)]
        if kind == "node":
            return None, [self._of_node(asked.node)]
        owner = (asked.task or {}).get("service")
        service = next((row for row in known.services.values() if row["id"] == owner), None)
        return service, self._of_container(asked)

    def _of_node(self, node_name: str) -> _Answer:
        """What its engine tells, else the managers, else that of a port, or of its default route's device."""
        node, swarm = self._known.nodes[node_name], self._known.swarm
        host = (node.get("namespaces") or {}).get("host", {})
        rows = [row for row in host.get("addresses") or () if row.get("family") != "ipv6"]
        devices = [row["name"] for row in host.get("links") or () if _link_ends.mark_of(row.get("alias") or "")]
        devices += [row["device"] for row in host.get("routes") or () if row["destination"] == "default"]
        told = [
            ((node.get("docker") or {}).get("swarm") or {}).get("address"),
            *(row["address"] for row in swarm.cluster["nodes"] if swarm.name_of[row["id"]] == node_name),
            *(row["address"] for device in devices for row in rows if row["device"] == device),
        ]
        address = next(filter(None, told), None)
        if address is None:
            raise self._error("the address of this node is unknown")
        row = next((row for row in rows if row["address"] == address), None)
        source = f"address of {row['device'] if row else node_name}"
        evidence = {"node": node_name, "namespace": "host", "source": source, "row": row}
        return _Answer(address, f"{self._name} is {address}, its address in the lab", evidence)

    def _of_namespace(self, asked: NamedNamespace) -> _Answer:
        """Its one address, of IPv4 when it has both."""
        found = addresses_of(self._known, "TO", asked)
        addresses = [address for address in found if ":" not in address] or list(found)
        if len(addresses) != 1:
            told = f"it has the addresses {', '.join(addresses)}" if addresses else "it has no address"
            raise UnknownName(f"TO {self._name}: {told}; give the one that is meant")
        rows = self._known.content(asked)["addresses"]
        row = next(row for row in rows if row["address"] == addresses[0])
        source = f"address of {row['device']}"
        evidence = {"node": asked.node, "namespace": asked.namespace, "source": source, "row": row}
        return _Answer(addresses[0], f"{self._name} is {addresses[0]}, its address", evidence)

    def _of_machine(self, machine: Machine) -> _Answer:
        """The first address that Neutron gave it, of IPv4 when it has both."""
        found = sorted(machine.addresses, key=lambda address: ":" in address)
        if not found:
            raise self._error("its port has no address")
        evidence = {"node": machine.node, "namespace": None, "source": "ports of Neutron", "row": machine.port}
        return _Answer(found[0], f"{self._name} is {found[0]}, its address in Neutron", evidence)

    def _of_container(self, asked: NamedNamespace) -> list[_Answer]:
        attached = self._networks.attachments(asked)
        return [
            _Answer(address, f"{self._name} is {address} in {self._networks.listed([network])}", evidence)
            for network in self._shared(attached)
            for address, evidence in [attached[network]]
        ]

    def _virtual(self, service: Row) -> list[_Answer]:
        self._require_resolver(service)
        rows = {row["network"]: row for row in service["virtual_addresses"] or () if row["address"]}
        answers = []
        for network in self._shared(rows):
            address = rows[network]["address"]
            text = f"{self._name} is {address}, its virtual address in {self._networks.listed([network])}"
            evidence = {"node": None, "namespace": None, "source": f"service {service['name']}", "row": rows[network]}
            answers.append(_Answer(address, text, evidence))
        return answers

    def _of_tasks(self, service: Row, how: str) -> list[_Answer]:
        self._require_resolver(service)
        attached = [self._networks.attachments(task) for task in self._known.tasks_of(service)]
        answers = []
        for network in self._shared({network for row in attached for network in row}):
            there = [row[network] for row in attached if network in row]
            count = f"one of {len(there)} tasks" if len(there) > 1 else "the only task"
            shown = f"{count}{how} in {self._networks.listed([network])}"
            answers += [_Answer(found, f"{self._name} is {found}, {shown}", evidence) for found, evidence in there]
        return answers

    def _shared(self, there: Iterable[str]) -> list[str]:
        """Networks of the origin among ``there``. Raises UnknownName when there is none."""
        shared = self._networks.sorted(self._own.intersection(there))
        if not shared:
            own, other = self._networks.listed(self._own), self._networks.listed(there)
            raise self._error(f"no network is shared, {self._origin.name} is in {own} and {self._name} in {other}")
        return shared

    def _require_resolver(self, service: Row) -> None:
        if self._container:
            return
        asking = {"host": "a node", None: "the outside"}.get(self._origin.namespace, self._origin.name)
        published = next((row["published"] for row in service["ports"] or () if row["published"]), None)
        # A port published in host mode is open only where a task is.
        node = next((task.node for task in self._known.tasks_of(service)), next(iter(self._known.nodes)))
        way = ", and it publishes no port"
        if published:
            way = f"; use a node's address and the published port, e.g. {node}:{published}"
        raise UnknownName(f"TO {self._name}: {asking} does not resolve service names{way}")

    def _error(self, problem: str) -> UnknownName:
        return UnknownName("; ".join([f"TO {self._name}: {problem}", *self._known.gaps]))
