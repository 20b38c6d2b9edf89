# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Checks of a cloud's resources against what the inventory asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ansible_collections.packetwalk.labs.plugins.module_utils._naming._neutron_objects import ROUTER_GATEWAY
from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import Finding, Step, evidence, judged
from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import read

Row = dict[str, Any]

_HINT = "Run the playbook openstack_resources.yml again."
_NETWORK_KEYS = ("external", "network_type", "physical_network", "segmentation_id", "mtu_bytes")
_SUBNET_KEYS = ("cidr", "gateway", "dhcp", "dns_servers")
_RULE_KEYS = ("direction", "ether_type", "protocol", "port_min", "port_max", "remote_address")
# Neutron keeps "all addresses" as it was asked for.
_ANYWHERE = ("0.0.0.0/0", "::/0", None)


class _Resources:
    """What there is, by name and by identifier."""

    def __init__(self, document: Row) -> None:
        self.neutron: Row = read(document["control"], "neutron")

    def named(self, kind: str, name: str | None) -> Row | None:
        return next((row for row in self.neutron[kind] or () if row["name"] == name), None)

    def name(self, kind: str, identifier: str | None) -> str | None:
        return next((row["name"] for row in self.neutron[kind] if row["id"] == identifier), identifier)

    def ports(self, device: str) -> list[Row]:
        return [port for port in self.neutron["ports"] if port["device_id"] == device]


def openstack_resources(document: dict[str, Any], intent: dict[str, Any]) -> Iterator[Finding]:
    """Everything that is asked for is there, as it is asked for."""
    there, wanted = _Resources(document), intent["openstack"]
    for kind, steps in _KINDS.items():
        for row in wanted.get(kind) or ():
            if kind == "servers":
                read(there.neutron, "servers")
            yield judged(f"{kind}/{row.get('name') or row['server']}", steps(there, row))


def _found(kind: str, name: str, row: Row | None) -> Step:
    rows = [evidence(None, None, f"{kind.replace('_', ' ')} of the cloud", row)]
    return Step(f"{name} in {kind.replace('_', ' ')}", name, row and row["name"], rows, _HINT)


def _same(name: str, wanted: Row, row: Row, keys: Iterable[str]) -> Iterator[Step]:
    """Steps for the keys that the inventory says something of."""
    for key in keys:
        if wanted.get(key) is not None:
            yield Step(f"{key} of {name}", wanted[key], row[key], hint=_HINT)


def _network(there: _Resources, wanted: Row) -> Iterator[Step]:
    network = there.named("networks", wanted["name"])
    yield _found("networks", wanted["name"], network)
    yield from _same(wanted["name"], wanted, network or {}, _NETWORK_KEYS)
    for subnet in wanted["subnets"]:
        row = there.named("subnets", subnet["name"])
        yield _found("subnets", subnet["name"], row)
        yield from _same(subnet["name"], subnet, row or {}, _SUBNET_KEYS)
        pools = [{"first": pool["start"], "last": pool["end"]} for pool in subnet["allocation_pools"]]
        yield Step(f"pools of {subnet['name']}", pools, (row or {})["pools"], hint=_HINT)
        of = there.name("networks", (row or {})["network"])
        yield Step(f"network of {subnet['name']}", wanted["name"], of, hint=_HINT)


def _router(there: _Resources, wanted: Row) -> Iterator[Step]:
    name, router = wanted["name"], there.named("routers", wanted["name"])
    yield _found("routers", name, router)
    external = there.name("networks", (router or {})["external_network"])
    yield Step(f"external network of {name}", wanted["external_network"], external, hint=_HINT)
    addresses = [row["address"] for row in (router or {})["external_addresses"]]
    if wanted["external_address"] is not None:
        yield Step(f"external addresses of {name}", [wanted["external_address"]], addresses, hint=_HINT)
    inside = [port for port in there.ports((router or {})["id"]) if port["device_owner"] != ROUTER_GATEWAY]
    subnets = {there.name("subnets", row["subnet"]) for port in inside for row in port["addresses"]}
    yield Step(f"subnets that {name} is not on", set(), set(wanted["subnets"]) - subnets, hint=_HINT)


def _group(there: _Resources, wanted: Row) -> Iterator[Step]:
    group = there.named("security_groups", wanted["name"])
    yield _found("security_groups", wanted["name"], group)
    asked = {_rule(rule, rule["remote_group"]) for rule in wanted["rules"]}
    found = {_rule(rule, there.name("security_groups", rule["remote_group"])) for rule in (group or {})["rules"]}
    yield Step(f"rules that {wanted['name']} lacks", set(), asked - found, hint=_HINT)
    yield Step(f"rules of {wanted['name']} that nobody asked for", set(), found - asked, hint=_HINT)


def _rule(rule: Row, group: str | None) -> str:
    told = {key: rule[key] for key in _RULE_KEYS if rule[key] is not None}
    if told.get("remote_address") in _ANYWHERE:
        told.pop("remote_address", None)
    return " ".join([*(str(value) for value in told.values()), *([f"from {group}"] if group else [])])


def _server(there: _Resources, wanted: Row) -> Iterator[Step]:
    name, server = wanted["name"], there.named("servers", wanted["name"])
    yield _found("servers", name, server)
    row = server or {}
    yield Step(f"status of {name}", "ACTIVE", row["status"], hint=f"Run: openstack server show {name}")
    if wanted["host"] is not None:
        yield Step(f"host of {name}", wanted["host"], row["host"], hint=_HINT)
    if wanted["address"] is not None:
        addresses = row["addresses"]
        holds = wanted["address"] in addresses
        yield Step(f"addresses of {name}", wanted["address"], addresses, hint=_HINT, holds=holds)
    ports = there.ports(row["id"])
    networks = {there.name("networks", port["network"]) for port in ports}
    yield Step(f"networks of {name}", {wanted["network"]}, networks, hint=_HINT)
    groups = {there.name("security_groups", group) for port in ports for group in port["security_groups"]}
    yield Step(f"security groups of {name}", set(wanted["security_groups"]), groups, hint=_HINT)


def _floating_ip(there: _Resources, wanted: Row) -> Iterator[Step]:
    name, server = wanted["server"], there.named("servers", wanted["server"])
    yield _found("servers", name, server)
    ports = {port["id"] for port in there.ports((server or {})["id"])}
    found = [row for row in there.neutron["floating_ips"] if row["port"] in ports]
    rows = [evidence(None, None, "floating ips of the cloud", row) for row in found]
    addresses = [row["address"] for row in found]
    asked = wanted["address"] or "an address"
    holds = wanted["address"] in addresses if wanted["address"] else bool(addresses)
    yield Step(f"floating IPs of {name}", asked, addresses, rows, _HINT, holds=holds)
    networks = {there.name("networks", row["network"]) for row in found}
    yield Step(f"networks of the floating IPs of {name}", {wanted["network"]}, networks, rows, _HINT)


_KINDS: dict[str, Callable[[_Resources, Row], Iterator[Step]]] = {
    "networks": _network,
    "routers": _router,
    "security_groups": _group,
    "servers": _server,
    "floating_ips": _floating_ip,
}
