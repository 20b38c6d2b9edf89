# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Where a walk starts: what FROM means."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import Unknown
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._machines import Machine
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._names import (
    OUTSIDE,
    NamedNamespace,
    Names,
    UnknownName,
    address_of,
    only_one,
)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the packet begins.

    * ``name``: how it is shown: ``web.1``, ``n1``, ``n1/ingress_sbox`` or ``outside``.
    * ``node``, ``namespace``: null outside of the lab.
    * ``container``: whole name of the container whose namespace it is, else null.
    * ``addresses``: global addresses of the namespace but those of its loopback device, or the one given for the
      outside; empty also when they are unknown.
    * ``machine``: the virtual machine that it is, whose packets begin at its device, else null.
    """

    name: str
    node: str | None
    namespace: str | None
    container: str | None
    addresses: tuple[str, ...]
    machine: Machine | None = None


def origins(document: dict[str, Any], name: str) -> list[Origin]:
    """What FROM means: one origin, of a service one for each of its running tasks.

    Beside names there are addresses (a container that has it is meant before a node), ``outside`` where nothing in the
    lab is called so, and ``outside:ADDRESS``. Raises UnknownName, and AmbiguousName with the candidates as
    NODE/NAMESPACE.
    """
    known = Names(document)
    outside, colon, source = name.partition(":")
    if outside == OUTSIDE and not known.has(name):
        if colon and not address_of(source):
            raise UnknownName(f"FROM {name}: expected {OUTSIDE}, or {OUTSIDE}: and an address")
        return [Origin(OUTSIDE, None, None, None, (str(address_of(source)),) if colon else ())]
    address = address_of(name)
    kind, found = ("address", _holders(known, str(address))) if address else known.find("FROM", name)
    if kind == "service" and not found:
        raise UnknownName("; ".join([f"FROM {name}: no task of this service runs", *known.gaps]))
    if not found:
        raise known.unknown("FROM", name)
    return [_origin(known, row) for row in (found if kind == "service" else [only_one("FROM", name, found)])]


def _holders(known: Names, address: str) -> list[NamedNamespace]:
    """Namespaces that have an address: of containers when there are such, else of nodes, else all."""
    found = [
        namespace
        for namespace in known.by_path.values()
        if any(row["address"] == address for row in known.content(namespace).get("addresses") or ())
    ]
    containers = [namespace for namespace in found if namespace.container]
    return containers or [namespace for namespace in found if namespace.namespace == "host"] or found


def _origin(known: Names, found: NamedNamespace) -> Origin:
    if found.machine:
        return Origin(found.name, found.node, None, None, found.machine.addresses, found.machine)
    container = found.container["name"] if found.container else None
    return Origin(found.name, found.node, found.namespace, container, addresses_of(known, "FROM", found))


def addresses_of(known: Names, side: str, found: NamedNamespace) -> tuple[str, ...]:
    """Global addresses of a namespace but those of its loopback device, sorted. Raises UnknownName."""
    try:
        rows = known.content(found).get("addresses") or ()
    except Unknown as reason:
        raise UnknownName(f"{side} {found.name}: its namespace on {found.node} is unknown: {reason}") from None
    addresses = {row["address"] for row in rows if row.get("scope", "global") == "global" and row["device"] != "lo"}
    ordered = sorted(map(ipaddress.ip_address, addresses), key=lambda address: (address.version, int(address)))
    return tuple(map(str, ordered))
