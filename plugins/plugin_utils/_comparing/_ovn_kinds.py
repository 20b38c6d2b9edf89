# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Kinds of objects of OVN's databases, and of the Open vSwitch of a node."""

from __future__ import annotations

from collections.abc import Callable

from ansible_collections.packetwalk.labs.plugins.plugin_utils._comparing._fields import Row
from ansible_collections.packetwalk.labs.plugins.plugin_utils._comparing._kind import Kind, Named, listed, words
from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import show
from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import read

# A row that was made anew is the same to everybody but the database.
_IDENTIFIERS = frozenset({"uuid", "logical_uuid", "dhcpv4_options", "dhcpv6_options"})
_NORTHBOUND = (
    "acls",
    "address_sets",
    "dhcp_options",
    "dns",
    "ha_chassis_groups",
    "load_balancers",
    "nats",
    "port_groups",
    "routers",
    "switches",
)
_SOUTHBOUND = ("chassis", "datapaths", "gateways", "logical_flows", "mac_bindings", "port_bindings")


def _name(row: Row) -> str:
    return str(row["name"])


def _plain(row: Row) -> str:
    return ""


def _kind(
    name: str,
    key: str,
    named: Callable[[Row], str] = _name,
    detail: Callable[[Row], str] = _plain,
    children: tuple[Kind, ...] = (),
    parts: frozenset[str] = frozenset(),
) -> Kind:
    return Kind(name, listed(key, named), detail, children, parts | _IDENTIFIERS)


def _database(key: str) -> Callable[[Row], Named]:
    return lambda document: [("", read(document["control"], key))] if key in document["control"] else []


def _interfaces(bridge: Row) -> Named:
    return [(row["name"], {**row, "tag": port["tag"]}) for port in read(bridge, "ports") for row in port["interfaces"]]


def _interface_detail(row: Row) -> str:
    return words(row["type"], row["options"].get("remote_ip"), row["external_ids"].get("iface-id"))


def _acl_name(row: Row) -> str:
    return words(row["switch"] or row["port_group"], row["direction"], row["priority"], row["match"])


NORTHBOUND = Kind(
    "northbound database",
    _database("ovn_nb"),
    lambda row: f"switches {show([switch['name'] for switch in row['switches']])}",
    # Whether its servers are well is a question for the checks. In the settings Neutron notes when it asked last.
    parts=frozenset({"cluster", "settings", *_NORTHBOUND}),
    children=(
        _kind(
            "logical switch",
            "switches",
            children=(_kind("logical switch port", "ports", detail=lambda row: ", ".join(row["addresses"])),),
            parts=frozenset({"ports"}),
        ),
        _kind(
            "logical router",
            "routers",
            children=(
                _kind("logical router port", "ports", detail=lambda row: ", ".join(row["networks"])),
                _kind("logical route", "routes", lambda row: str(row["destination"]), lambda row: row["next_hop"]),
                _kind("logical policy", "policies", lambda row: words(row["priority"], row["match"])),
            ),
            parts=frozenset({"ports", "routes", "policies"}),
        ),
        _kind(
            "ha chassis group",
            "ha_chassis_groups",
            detail=lambda row: ", ".join(str(each["chassis"]) for each in row["candidates"]),
        ),
        _kind("acl", "acls", _acl_name, lambda row: str(row["action"])),
        _kind(
            "nat",
            "nats",
            lambda row: words(row["router"], row["type"], row["external_address"]),
            lambda row: str(row["logical_address"]),
        ),
        _kind("load balancer", "load_balancers"),
        _kind("port group", "port_groups", detail=lambda row: ", ".join(row["ports"])),
        _kind("address set", "address_sets", detail=lambda row: ", ".join(row["addresses"])),
        _kind("dhcp options", "dhcp_options", lambda row: str(row["subnet"])),
        _kind("dns records", "dns", lambda row: show(row["switches"])),
    ),
)

SOUTHBOUND = Kind(
    "southbound database",
    _database("ovn_sb"),
    lambda row: f"chassis {show([chassis['name'] for chassis in row['chassis']])}",
    # Logical flows follow from the northbound database, and MAC bindings come and go by themselves.
    parts=frozenset({"cluster", *_SOUTHBOUND}),
    children=(
        _kind(
            "chassis",
            "chassis",
            detail=lambda row: ", ".join(words(each["type"], each["address"]) for each in row["encapsulations"]),
            # Asking all chassis whether they are done changes these.
            parts=frozenset({"nb_cfg", "nb_cfg_timestamp_milliseconds", "private_external_ids"}),
        ),
        _kind("datapath", "datapaths", detail=lambda row: words(row["kind"], "VNI", row["tunnel_key"])),
        _kind(
            "port binding",
            "port_bindings",
            detail=lambda row: f"on {row['chassis']}" if row["chassis"] else "",
        ),
        _kind("gateway", "gateways", detail=lambda row: f"on {row['chassis']}" if row["chassis"] else ""),
    ),
)

SWITCH_BRIDGE = Kind(
    "open vswitch bridge",
    lambda node: [(row["name"], row) for row in read(node, "ovs")["bridges"]],
    lambda row: words(row["datapath_type"]),
    # There ovn-controller keeps account of what it did.
    parts=frozenset({"ports", "external_ids"}),
    children=(
        Kind(
            "open vswitch interface",
            _interfaces,
            _interface_detail,
            # How often a peer was lost is no difference in what is there.
            parts=frozenset({"uuid", "bfd"}),
        ),
    ),
)
