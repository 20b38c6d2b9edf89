# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Drift: where OVN, or the Open vSwitch of a chassis, is not what Neutron wants it to be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from shlex import quote
from typing import Any

# Who is not as the others are.
NEUTRON, NORTHBOUND, SOUTHBOUND, SWITCH = "neutron", "northbound", "southbound", "switch"

PLACES = {
    NEUTRON: "Neutron",
    NORTHBOUND: "the northbound database",
    SOUTHBOUND: "the southbound database",
    SWITCH: "Open vSwitch",
}

# Makes what is missing and removes what is left of networks, ports, DHCP options, routers, address translation and
# security groups. Where Neutron's configuration is not in /etc/neutron it needs --config-file as well.
SYNCHRONIZE = "neutron-ovn-db-sync-util --ovn-neutron_sync_mode repair"

NORTHD = "ovn-northd makes it of what the northbound database has; start it, or look at its log"
CONTROLLER = "ovn-controller does it when it runs there and reaches the southbound database; look at its log"


def renamed(kind: str, row: dict[str, Any]) -> str:
    """Has Neutron write all of a port or network to OVN, as it does after a change; what is the same is not sent."""
    rename = f"openstack {kind} set {row['id']} --name"
    return f"{rename} {quote(row['name'] + '-')} && {rename} {quote(row['name'])}"


@dataclass(frozen=True)
class Drift:
    """One thing that is not as it should be. ``repair`` is one line of a shell, else ``repair_reason`` says why not."""

    what: str
    layer: str
    expected: Any
    actual: Any
    repair: str | None = None
    repair_reason: str = ""
    node: str | None = None


@dataclass(frozen=True)
class Compared:
    """One object, and all drift of it. ``unknown`` is the reason when it could not be compared to the end."""

    kind: str
    identifier: str
    name: str
    drifts: Sequence[Drift] = ()
    unknown: str | None = None

    def rows(self) -> list[dict[str, Any]]:
        """Its drift as ``packetwalk.labs.neutron_ovn_diff`` returns it."""
        return [
            {
                "kind": self.kind,
                "id": self.identifier,
                "name": self.name,
                "what": drift.what,
                "layer": drift.layer,
                "expected": drift.expected,
                "actual": drift.actual,
                "node": drift.node,
                "repair": drift.repair,
                **({} if drift.repair else {"repair_reason": drift.repair_reason}),
            }
            for drift in self.drifts
        ]


def missing(layer: str, expected: Any, repair: str | None = None, repair_reason: str = "") -> Drift:
    return Drift(f"missing in {PLACES[layer]}", layer, expected, None, repair, repair_reason)


def left(layer: str, actual: Any, repair: str | None = None, repair_reason: str = "", node: str | None = None) -> Drift:
    """What nobody wants any more."""
    return Drift(f"left in {PLACES[layer]}", layer, None, actual, repair, repair_reason, node)


def differing(
    what: str,
    layer: str,
    expected: Any,
    actual: Any,
    repair: str | None = None,
    repair_reason: str = "",
    node: str | None = None,
) -> Iterable[Drift]:
    """Drift unless both are the same."""
    if expected != actual:
        yield Drift(f"{what} in {PLACES[layer]}", layer, _plain(expected), _plain(actual), repair, repair_reason, node)


def _plain(value: Any) -> Any:
    """As JSON can hold it, and in one order."""
    return sorted(value) if isinstance(value, (set, frozenset)) else value
