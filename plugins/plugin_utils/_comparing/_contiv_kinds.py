# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Kinds of objects of a lab with Contiv: those of netmaster, of the legacy swarm's manager, and of a node of it."""

from __future__ import annotations

from collections.abc import Callable

from ansible_collections.packetwalk.labs.plugins.plugin_utils._comparing._fields import Row
from ansible_collections.packetwalk.labs.plugins.plugin_utils._comparing._kind import Kind, Named, listed, words
from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import show
from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import read

_OBJECTS = ("tenants", "networks", "endpoint_groups", "policies", "rules", "app_profiles", "bgp", "endpoints")


def _control(key: str) -> Callable[[Row], Named]:
    return lambda document: [("", read(document["control"], key))] if key in document["control"] else []


def _name(row: Row) -> str:
    return str(row["name"])


def _of_tenant(row: Row) -> str:
    """As netmaster has it in its keys."""
    return f"{row['tenant']}:{row['name']}"


def _network_detail(row: Row) -> str:
    tag = f"VNI {row['external_tag']}" if row["external_tag"] else f"VLAN {row['packet_tag']}"
    return words(row["encapsulation"], row["subnet"], tag)


def _rule_detail(row: Row) -> str:
    other = [row[f"{way}_{kind}"] for way in ("from", "to") for kind in ("group", "network", "address")]
    return words(row["action"], row["direction"], row["protocol"], row["port"], *other)


def _endpoint_name(row: Row) -> str:
    return f"{row['address']} on {row['tenant']}:{row['network']}"


def _container_detail(row: Row) -> str:
    return ", ".join([f"on {row['node']}", *(each["address"] for each in row["networks"] if each["address"])])


def _daemons(node: Row) -> Named:
    return [(name, row) for name, row in read(read(node, "legacy_swarm"), "daemons").items() if row["running"]]


CONTIV = Kind(
    "contiv",
    _control("contiv"),
    lambda row: f"tenants {show([tenant['name'] for tenant in row['tenants']])}",
    parts=frozenset(_OBJECTS),
    children=(
        Kind("contiv tenant", listed("tenants", _name)),
        Kind(
            "contiv network",
            listed("networks", _of_tenant),
            _network_detail,
            # Endpoints are told one by one.
            parts=frozenset({"allocated_addresses", "allocated_count", "endpoint_count"}),
        ),
        Kind("contiv group", listed("endpoint_groups", _of_tenant), lambda row: f"on {row['network']}"),
        Kind("contiv policy", listed("policies", _of_tenant)),
        Kind(
            "contiv rule", listed("rules", lambda row: f"{row['tenant']}:{row['policy']}:{row['number']}"), _rule_detail
        ),
        Kind("contiv app profile", listed("app_profiles", _of_tenant), lambda row: show(row["groups"])),
        Kind("contiv bgp", listed("bgp", lambda row: str(row["hostname"]))),
        Kind("contiv endpoint", listed("endpoints", _endpoint_name), lambda row: words(row["mac"], "on", row["host"])),
    ),
)

LEGACY_SWARM = Kind(
    "legacy swarm",
    _control("legacy_swarm"),
    lambda row: f"nodes {show([node['name'] or node['address'] for node in row['nodes']])}",
    parts=frozenset({"nodes", "containers", "networks"}),
    children=(
        Kind(
            "legacy swarm node",
            listed("nodes", lambda row: str(row["name"] or row["address"])),
            lambda row: words(row["address"], row["status"]),
            # Containers are told one by one.
            parts=frozenset({"containers"}),
        ),
        Kind("legacy swarm container", listed("containers", _name), _container_detail),
        Kind("legacy swarm network", listed("networks", _name), lambda row: words(row["driver"], row["scope"])),
    ),
)

ETCD = Kind(
    "etcd",
    lambda node: [("", read(read(node, "legacy_swarm"), "etcd"))],
    lambda row: words(row["role"], row["version"]),
    parts=frozenset({"members"}),
    children=(
        Kind(
            "etcd member",
            listed("members", lambda row: str(row["name"] or row["id"])),
            lambda row: ", ".join(row["client_urls"]),
        ),
    ),
)

PLUGIN = Kind(
    "docker plugin",
    lambda node: [(row["name"], row) for row in read(read(node, "legacy_swarm"), "plugins")],
    lambda row: ", ".join(row["implements"]),
)

DAEMON = Kind("daemon", _daemons, lambda row: " ".join(row["arguments"]))
