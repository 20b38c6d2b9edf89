# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Kinds of objects of OpenStack.

An object says what it belongs to by identifiers, which tell nobody anything. Its row has names in their place, but for
its own ``id``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._comparing._fields import Row
from ansible_collections.packetwalk.labs.plugins.plugin_utils._comparing._kind import Kind, Named, words
from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import show
from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import read

_LISTS = (
    *("networks", "subnets", "ports", "routers", "floating_ips", "security_groups"),
    *("agents", "servers", "compute_services"),
)
_NAMED = ("networks", "subnets", "routers", "security_groups", "servers")
# What was changed is told by what is different.
_REVISION = frozenset({"revision"})


def _neutron(document: Row) -> Named:
    return [("", read(document["control"], "neutron"))] if "neutron" in document["control"] else []


def _objects(key: str) -> Callable[[Row], Named]:
    """Rows of a list, by their names, with names in place of other identifiers."""

    def rows(neutron: Row) -> Named:
        names = _names(neutron)
        return [(names[row["id"]], {**_named(row, names), "id": row["id"]}) for row in read(neutron, key)]

    return rows


def _names(neutron: Row) -> dict[str, str]:
    """By identifier. One that depended on what else there is would be another one after a change of that."""
    names = {row["id"]: row["name"] or row["id"] for key in _NAMED for row in neutron[key] or ()}
    for port in neutron["ports"]:
        owner = names.get(port["device_id"]) or port["name"] or port["device_owner"] or port["id"]
        names[port["id"]] = words(owner, "on", names.get(port["network"], port["network"]))
    names.update((row["id"], row["address"]) for row in neutron["floating_ips"])
    return names


def _named(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, Mapping):
        return {key: _named(part, names) for key, part in value.items()}
    if isinstance(value, list):
        return [_named(part, names) for part in value]
    return names.get(value, value) if isinstance(value, str) else value


def _programs(key: str) -> Callable[[Row], Named]:
    return lambda neutron: [(f"{row['binary']} on {row['host']}", row) for row in read(neutron, key)]


def _rules(group: Row) -> Named:
    return [(words(group["name"], row["direction"], row["ether_type"], _packets(row)), row) for row in group["rules"]]


def _packets(rule: Row) -> str:
    ports = [str(rule[key]) for key in ("port_min", "port_max") if rule[key] is not None]
    other = [rule[key] for key in ("remote_address", "remote_group", "remote_address_group")]
    return words(rule["protocol"], "-".join(dict.fromkeys(ports)), *other)


def _addresses(row: Row) -> str:
    return ", ".join(each["address"] for each in row["addresses"])


def _on(host: Any) -> str:
    return f"on {host}" if host else ""


NEUTRON = Kind(
    "neutron",
    _neutron,
    lambda row: f"networks {show([network['name'] for network in row['networks']])}",
    parts=frozenset(_LISTS),
    children=(
        Kind(
            "neutron network",
            _objects("networks"),
            lambda row: words(row["network_type"], row["segmentation_id"]),
            parts=_REVISION,
        ),
        Kind("neutron subnet", _objects("subnets"), lambda row: str(row["cidr"]), parts=_REVISION),
        Kind("neutron port", _objects("ports"), lambda row: words(_addresses(row), _on(row["host"])), parts=_REVISION),
        Kind("neutron router", _objects("routers"), lambda row: words(row["external_network"]), parts=_REVISION),
        Kind("floating ip", _objects("floating_ips"), lambda row: words(row["fixed_address"]), parts=_REVISION),
        Kind(
            "security group",
            _objects("security_groups"),
            parts=_REVISION | {"rules"},
            children=(Kind("security group rule", _rules, parts=_REVISION),),
        ),
        Kind("neutron agent", _programs("agents"), lambda row: str(row["type"])),
        Kind(
            "nova server",
            _objects("servers"),
            lambda row: words(", ".join(row["addresses"]), _on(row["host"])),
        ),
        Kind("nova service", _programs("compute_services"), lambda row: words(row["state"], row["status"])),
    ),
)
