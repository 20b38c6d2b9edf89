# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Revision numbers: how old what OVN has is, compared with Neutron (neutron/db/ovn_revision_numbers_db.py)."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.packetwalk.labs.plugins.module_utils._naming._neutron_objects import DATAPATH, ROUTER_PORT
from ansible_collections.packetwalk.labs.plugins.plugin_utils._neutron_ovn._cloud import Cloud, Row
from ansible_collections.packetwalk.labs.plugins.plugin_utils._neutron_ovn._drift import (
    NEUTRON,
    NORTHBOUND,
    Compared,
    Drift,
)

_KEY = "neutron:revision_number"
_RESTORED = (
    "Neutron refuses to write what OVN has a newer revision of: its database was restored. Restore that of OVN from "
    "the same time, or change the object until its number is greater"
)
_BEHIND = "Neutron writes the newer one within five minutes; restart its API when it does not"


def revisions(cloud: Cloud) -> Iterator[Compared]:
    """Every object whose row in the northbound database has a revision number."""
    switches, routers = cloud.switches, cloud.logical_routers
    router_ports = cloud.ovn.router_ports
    subnets = {
        row["external_ids"].get("subnet_id"): row
        for row in cloud.dhcp_options.values()
        if "port_id" not in row["external_ids"]
    }
    floating_ips = {row["external_ids"].get("neutron:fip_id"): row for row in cloud.ovn.northbound["nats"]}
    for network in cloud.networks.values():
        yield from _revision("network", network, network["name"], switches.get(f"{DATAPATH}{network['id']}"))
    for subnet in cloud.subnets.values():
        yield from _revision("subnet", subnet, subnet["name"], subnets.get(subnet["id"]), in_step=True)
    for port in cloud.ports.values():
        name = cloud.name_of(port)
        yield from _revision("port", port, name, cloud.ovn.switch_ports.get(port["id"]), in_step=True)
        yield from _revision("router port", port, name, router_ports.get(f"{ROUTER_PORT}{port['id']}"))
    for router in cloud.routers.values():
        yield from _revision("router", router, router["name"], routers.get(f"{DATAPATH}{router['id']}"))
    for address in cloud.floating_ips.values():
        row = floating_ips.get(address["id"])
        yield from _revision("floating_ip", address, address["address"], row, in_step=True)


def _revision(kind: str, wanted: Row, name: str, row: Row | None, in_step: bool = False) -> Iterator[Compared]:
    """Of some kinds Neutron writes each revision at once (``in_step``). Of others a new subnet or interface makes one,
    which it writes with the next change, or when it looks for what it has forgotten."""
    noted = (row or {"external_ids": {}})["external_ids"].get(_KEY)
    if noted is None or wanted["revision"] is None:
        return
    revision = int(noted)
    drifts = []
    if revision > wanted["revision"]:
        drifts.append(Drift("older revision in Neutron", NEUTRON, revision, wanted["revision"], None, _RESTORED))
    elif in_step and revision < wanted["revision"]:
        drifts.append(
            Drift("older revision in the northbound database", NORTHBOUND, wanted["revision"], revision, None, _BEHIND)
        )
    yield Compared(kind, wanted["id"], name, drifts)
