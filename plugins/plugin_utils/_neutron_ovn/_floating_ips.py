# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Floating IPs: a translation for each that has a port, and none for others."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.packetwalk.labs.plugins.module_utils._naming._neutron_objects import DATAPATH
from ansible_collections.packetwalk.labs.plugins.plugin_utils._neutron_ovn._cloud import (
    FLOATING_IP,
    Cloud,
    Row,
    identifier,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._neutron_ovn._drift import (
    NORTHBOUND,
    SYNCHRONIZE,
    Compared,
    Drift,
    differing,
    left,
    missing,
)

KIND = "floating_ip"


def floating_ips(cloud: Cloud) -> Iterator[Compared]:
    """Every floating IP, and every translation of an address that is none, or has no port."""
    translations = [
        row for row in cloud.ovn.northbound["nats"] if row["type"] == "dnat_and_snat" and identifier(row["router"])
    ]
    used = []
    for address in cloud.floating_ips.values():
        found = [row for row in translations if _is_of(row, address)] if _is_translated(address) else []
        used += found[:1]
        drifts = list(_translated(cloud, address, found[0] if found else None)) if _is_translated(address) else []
        yield Compared(KIND, address["id"], address["address"], drifts)
    for row in translations:
        if row not in used:
            external = row["external_address"]
            command = f"ovn-nbctl lr-nat-del {row['router']} dnat_and_snat {external}"
            if any(each["external_address"] == external and each["router"] == row["router"] for each in used):
                # lr-nat-del would remove both.
                command = f"ovn-nbctl remove Logical_Router {row['router']} nat {row['uuid']}"
            drift = left(NORTHBOUND, f"{external} to {row['logical_address']}", command)
            yield Compared(KIND, row["external_ids"].get("neutron:fip_id", row["uuid"]), external, [drift])


def _is_translated(address: Row) -> bool:
    """Without a router it has no port, and for the forwarding of ports it is a load balancer."""
    return bool(address["router"] and address["port"] and address["fixed_address"])


def _is_of(row: Row, address: Row) -> bool:
    noted = row["external_ids"].get("neutron:fip_id")
    return noted == address["id"] or (noted is None and row["external_address"] == address["address"])


def _translated(cloud: Cloud, address: Row, row: Row | None) -> Iterator[Drift]:
    port = cloud.ports.get(address["port"])
    if row is None:
        yield missing(NORTHBOUND, f"{address['address']} to {address['fixed_address']}", SYNCHRONIZE)
        return
    command = "openstack floating ip"
    again = f"{command} unset --port {address['id']} && {command} set --port {address['port']} {address['id']}"
    yield from differing("router", NORTHBOUND, f"{DATAPATH}{address['router']}", row["router"], again)
    yield from differing("external address", NORTHBOUND, address["address"], row["external_address"], again)
    yield from differing("logical address", NORTHBOUND, address["fixed_address"], row["logical_address"], again)
    distributed = cloud.setting("neutron:fip-distributed")
    is_up = port is not None and (cloud.ovn.switch_ports.get(port["id"]) or {}).get("up")
    if distributed == "True" and row["logical_port"] is None and row["external_mac"] is None:
        return  # of a member of a load balancer, which the gateway translates for
    yield from differing("logical port", NORTHBOUND, address["port"], row["logical_port"], again)
    if distributed == "False":
        yield from differing("external MAC address", NORTHBOUND, None, row["external_mac"], again)
    elif distributed == "True" and is_up:
        yield from differing("external MAC address", NORTHBOUND, _mac(cloud, address), row["external_mac"], again)


def _mac(cloud: Cloud, address: Row) -> str | None:
    """Of the port that Neutron has for the address."""
    owned = (
        port
        for port in cloud.ports.values()
        if port["device_owner"] == FLOATING_IP and port["device_id"] == address["id"]
    )
    return next((port["mac"] for port in owned), None)
