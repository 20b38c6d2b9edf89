# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Checks of Nova's compute services."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import (
    Finding,
    Step,
    evidence,
    judged,
    skipped,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import read

_BINARY = "nova-compute"


def nova_computes(document: dict[str, Any], intent: dict[str, Any]) -> Iterator[Finding]:
    """Every compute service is up and takes instances, and each compute node of the inventory has one."""
    neutron = read(document["control"], "neutron")
    wanted = intent.get("openstack") or {}
    if neutron["compute_services"] is None and wanted.get("compute_driver", "none") == "none":
        without = "the lab has no Nova (openstack_embedded_compute_driver is none)"
        reason = (
            without if "compute_driver" in wanted else neutron.get("compute_services_reason") or "the cloud has no Nova"
        )
        yield skipped("nova", "compute services", reason)
        return
    services = {row["host"]: row for row in read(neutron, "compute_services") if row["binary"] == _BINARY}
    for host in sorted({*services, *wanted.get("computes", ())}):
        yield judged(host, _steps(host, services.get(host)))


def _steps(host: str, row: dict[str, Any] | None) -> Iterator[Step]:
    rows = [evidence(None, None, "compute services of Nova", row)]
    hint = f"Start {_BINARY} with the host name {host}; its log tells when it cannot reach RabbitMQ."
    yield Step(f"compute service of {host}", host, row and row["host"], rows, hint)
    yield Step(f"state of the compute service of {host}", "up", row and row["state"], rows, hint)
    hint = f"Run: openstack compute service set --enable {host} {_BINARY}"
    yield Step(f"status of the compute service of {host}", "enabled", row and row["status"], rows, hint)
