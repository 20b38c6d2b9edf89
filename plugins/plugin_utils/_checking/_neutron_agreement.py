# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Checks that OVN and Open vSwitch have what Neutron wants: drift as findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import (
    Finding,
    error,
    evidence,
    failed,
    passed,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._neutron_ovn._cloud import Cloud
from ansible_collections.packetwalk.labs.plugins.plugin_utils._neutron_ovn._drift import PLACES, Compared
from ansible_collections.packetwalk.labs.plugins.plugin_utils._neutron_ovn._subjects import SUBJECTS

_Check = Callable[[dict[str, Any], dict[str, Any]], Iterator[Finding]]


def _agreement(*subjects: str) -> _Check:
    """The check that there is no drift of these subjects."""
    comparisons = [SUBJECTS[subject] for subject in subjects]

    def check(document: dict[str, Any], intent: dict[str, Any]) -> Iterator[Finding]:
        cloud = Cloud(document)
        for compare in comparisons:
            for compared in compare(cloud):
                yield from _findings(compared)

    return check


neutron_ports = _agreement("networks", "ports")
neutron_dhcp = _agreement("subnets")
neutron_security_groups = _agreement("security_groups")
neutron_routers = _agreement("routers")
neutron_gateways = _agreement("gateways")
neutron_floating_ips = _agreement("floating_ips")
neutron_agents = _agreement("agents")
neutron_hostnames = _agreement("hosts")
neutron_mtu = _agreement("mtu")
neutron_revisions = _agreement("revisions")


def _findings(compared: Compared) -> Iterator[Finding]:
    subject = f"{compared.kind}/{compared.name}"
    what = f"{compared.kind.replace('_', ' ')} {compared.name}"
    for drift in compared.drifts:
        rows = [evidence(drift.node, None, PLACES[drift.layer], {"id": compared.identifier, "actual": drift.actual})]
        hint = (
            f"Run: {drift.repair}" if drift.repair else f"{drift.repair_reason[:1].upper()}{drift.repair_reason[1:]}."
        )
        yield failed(subject, f"{what}, {drift.what}", drift.expected, drift.actual, rows, hint)
    if compared.unknown:
        yield error(subject, what, compared.unknown)
    elif not compared.drifts:
        yield passed(subject, f"{what} in Neutron and OVN", "the same")
