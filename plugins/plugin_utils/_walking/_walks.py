# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""A walk from a name to a name, as the document that doors, drawings and proofs take (docs/walk.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import Unknown
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._engine import Engine
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._hop import Hop, Note, Place, Walk
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._machines import Machine
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._names import UnknownName
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._origins import Origin, origins
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._packet import Packet
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._targets import Target, targets
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._world import Namespace, World

SCHEMA = 1
PROTOCOLS = ("tcp", "udp", "icmp")

# The first port of a range that Linux gives to clients, when nobody asks for another.
SOURCE_PORT = 40000
_ECHO_REQUEST = {"ipv4": "icmp", "ipv6": "icmpv6"}


def walk(
    document: Mapping[str, Any],
    from_name: str,
    to_name: str,
    protocol: str = "tcp",
    source_port: int = SOURCE_PORT,
    size_bytes: int = 60,
) -> dict[str, Any]:
    """Walk the first packet of a connection from FROM to TO through a state document.

    Returns the walk document: one root for each address that TO means at each place that FROM means. Raises
    UnknownName with one sentence when a name means nothing, or too much.
    """
    state = dict(document)
    engine = Engine(World(state))
    found = Walk()
    starts = origins(state, from_name)
    for origin in starts:
        for target in targets(state, origin, to_name, protocol):
            _begin(engine, found, origin, target, source_port, size_bytes)
    only = starts[0] if len(starts) == 1 else None
    return {
        "schema": SCHEMA,
        "lab": state["lab"],
        "taken_at": state["taken_at"],
        "from": {
            "name": only.name if only else from_name,
            "node": only.node if only else None,
            "namespace": only.namespace if only else None,
            "container": only.container if only else None,
            "address": only.addresses[0] if only and only.addresses else None,
        },
        "to": {"name": to_name, "protocol": protocol, "port": found.hops[0].after.destination_port},
        "verdict": found.verdict,
        "ends": [hop.number for hop in found.ends],
        "hops": [_named(hop.as_dict(), engine.world) for hop in found.hops],
        "questions": [question.as_dict() for question in engine.world.questions],
    }


def _begin(engine: Engine, found: Walk, origin: Origin, target: Target, source_port: int, size_bytes: int) -> None:
    packet = Packet(
        target.protocol,
        target.address,
        source_port=source_port if target.port else None,
        destination_port=target.port,
        size_bytes=size_bytes,
    )
    if target.protocol == "icmp":
        packet = packet.changed(protocol=_ECHO_REQUEST[packet.family])
    if origin.machine:
        _leave(engine, found, origin, origin.machine, target, packet)
        return
    if origin.node is None or origin.namespace is None:
        _arrive(engine, found, origin, target, packet)
        return
    place = Place("output", engine.world.namespace(origin.node, origin.namespace))
    engine.extend(found, _root(found, origin, target, packet), place, packet)


def _named(hop: dict[str, Any], world: World) -> dict[str, Any]:
    """A hop in the names of Neutron; the row that decided has its identifiers."""
    named = world.servers.named
    return {
        **hop,
        "text": named(hop["text"]),
        "recipient": hop["recipient"] and named(hop["recipient"]),
        "passes": [named(name) for name in hop["passes"]],
    }


def _leave(engine: Engine, found: Walk, origin: Origin, machine: Machine, target: Target, packet: Packet) -> None:
    """From a virtual machine a packet comes to the device that this is plugged in with."""
    world = engine.world
    root = _root(found, origin, target, packet)
    try:
        namespace = world.namespace(machine.node, world.switching(machine.node))
        frame = world.servers.sent(machine, packet)
    except Unknown as reason:
        raise UnknownName(f"FROM {origin.name}: what the virtual machine sends is unknown: {reason}") from None
    text = f"{machine.name} sends from {frame.source}; it is a virtual machine, so what it has is what Neutron gave it"
    note = Note("output", text, device=machine.device, source="ports of Neutron", row=machine.port)
    hop = Hop(len(found.hops) + 1, root, machine.node, namespace.name, packet, frame, note)
    found.hops.append(hop)
    engine.extend(found, hop, Place("receive", namespace, in_device=machine.device), frame)


def _root(found: Walk, origin: Origin, target: Target, packet: Packet, verdict: str | None = None) -> Hop:
    evidence = target.evidence or {}
    note = Note("name", target.text, source=evidence.get("source"), row=evidence.get("row"), verdict=verdict)
    hop = Hop(len(found.hops) + 1, None, origin.node, origin.namespace, None, packet, note, origin.container)
    found.hops.append(hop)
    return hop


def _arrive(engine: Engine, found: Walk, origin: Origin, target: Target, packet: Packet) -> None:
    """From outside a packet comes to the link of the node that has the address."""
    receivers = engine.world.outward_by_address.get(target.address, [])
    if not receivers:
        raise UnknownName(f"TO {target.name}: no node of the lab has {target.address} where the outside could reach it")
    for namespace, link in receivers:
        source = origin.addresses[0] if origin.addresses else _gateway(namespace, packet)
        if source is None:
            raise UnknownName(f"FROM {origin.name}: {namespace.where} has no gateway to take the address of; name one")
        arriving = packet.changed(source=source)
        if (":" in source) != (":" in target.address):
            raise UnknownName(
                f"FROM {origin.name}: {source} cannot send to {target.address}, which is of another family"
            )
        root = _root(found, origin, target, arriving)
        frame = arriving.changed(destination_mac=link["mac"])
        text = f"comes to {link['name']} of {namespace.where} from outside"
        note = Note("wire", text, device=link["name"], source="links", row=link)
        hop = Hop(len(found.hops) + 1, root, namespace.node, namespace.name, arriving, frame, note)
        found.hops.append(hop)
        engine.extend(found, hop, Place("receive", namespace, in_device=link["name"]), frame)


def _gateway(namespace: Namespace, packet: Packet) -> str | None:
    """Who stands for the outside when nobody is named: the gateway of the default route."""
    for row in namespace.content.get("routes") or []:
        if row["destination"] == "default" and row["family"] == packet.family and row["gateway"]:
            return str(row["gateway"])
    return None
