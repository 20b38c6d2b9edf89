# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""What a rule of a security group means, and what the match of an ACL does, in the same words.

Source: neutron/common/ovn/acl.py. A meaning is a set of conditions, each ``(field, operator, operand)``, that all have
to hold. Two matches that are written in another order, with a range of one port or with an address that is not
normalised have the same meaning.
"""

from __future__ import annotations

import re
from contextlib import suppress
from ipaddress import ip_network
from typing import Any

Condition = tuple[str, str, str]
Meaning = frozenset[Condition]

# IP protocols that rules may name (neutron_lib, IP_PROTOCOL_MAP); others come as numbers.
_NUMBERS = {
    "ah": 51,
    "dccp": 33,
    "egp": 8,
    "esp": 50,
    "gre": 47,
    "hopopt": 0,
    "icmp": 1,
    "icmpv6": 58,
    "igmp": 2,
    "ip": 0,
    "ipip": 4,
    "ipv6-encap": 41,
    "ipv6-frag": 44,
    "ipv6-icmp": 58,
    "ipv6-nonxt": 59,
    "ipv6-opts": 60,
    "ipv6-route": 43,
    "ospf": 89,
    "pgm": 113,
    "rsvp": 46,
    "sctp": 132,
    "tcp": 6,
    "udp": 17,
    "udplite": 136,
    "vrrp": 112,
}
_TRANSPORTS = {6: "tcp", 17: "udp", 132: "sctp"}
_ICMP = {1, 58}

_DIRECTIONS = {"ingress": ("to-lport", "outport", "src"), "egress": ("from-lport", "inport", "dst")}
_VERSIONS = {"IPv4": "4", "IPv6": "6"}
_ANYWHERE = ("0.0.0.0/0", "::/0")

_COMPARED = re.compile(r"(?P<field>[\w.]+) *(?P<operator>==|>=|<=) *(?P<operand>\S+)$")


def port_group(group: str) -> str:
    """The port group that Neutron makes of a security group."""
    return f"pg_{_underscored(group)}"


def direction_of(rule: dict[str, Any]) -> str:
    """``to-lport`` or ``from-lport``, as ACLs say."""
    return _DIRECTIONS[rule["direction"]][0]


def match_of(rule: dict[str, Any], group: str) -> str:
    """The match of the ACL that Neutron makes of a rule of the port group ``group``."""
    _direction, port, side = _DIRECTIONS[rule["direction"]]
    version = _VERSIONS[rule["ether_type"]]
    terms = [f"{port} == @{group}", f"ip{version}"]
    if rule["remote_address"]:
        terms.append(f"ip{version}.{side} == {rule['remote_address']}")
    if rule["remote_group"]:
        terms.append(f"ip{version}.{side} == ${port_group(rule['remote_group'])}_ip{version}")
    if rule.get("remote_address_group"):
        terms.append(f"ip{version}.{side} == $as_ip{version}_{_underscored(rule['remote_address_group'])}")
    return " && ".join([*terms, *_protocol(rule, version)])


def meaning(match: str) -> Meaning:
    """The conditions of a match that joins them with ``&&``. What is written in another way is one of its own."""
    conditions: set[Condition] = set()
    for term in match.split("&&"):
        text = " ".join(term.split())
        found = _COMPARED.match(text)
        conditions |= _comparison(found["field"], found["operator"], found["operand"]) if found else {(text, "", "")}
    return frozenset(conditions)


def _underscored(identifier: str) -> str:
    """As names in expressions of OVN have no hyphens."""
    return identifier.replace("-", "_")


def _protocol(rule: dict[str, Any], version: str) -> list[str]:
    if rule["protocol"] in (None, "", "any"):
        return []
    name = str(rule["protocol"]).lower()
    number = int(name) if name.isdigit() else _NUMBERS.get(name, name)
    first, last = rule["port_min"], rule["port_max"]
    if number in _ICMP:
        # Ports of these are the type and the code.
        kinds = ((f"icmp{version}.type", first), (f"icmp{version}.code", last))
        return [f"icmp{version}", *(f"{field} == {value}" for field, value in kinds if value is not None)]
    if number not in _TRANSPORTS:
        return [f"ip.proto == {number}"]
    protocol = _TRANSPORTS[int(number)]
    bounds = ((">=", first), ("<=", last))
    return [protocol, *(f"{protocol}.dst {operator} {port}" for operator, port in bounds if port is not None)]


def _comparison(field: str, operator: str, operand: str) -> set[Condition]:
    if operator == "==" and field in ("tcp.dst", "udp.dst", "sctp.dst"):
        return {(field, ">=", operand), (field, "<=", operand)}
    if field in ("ip4.src", "ip4.dst", "ip6.src", "ip6.dst"):
        with suppress(ValueError):  # it may name a set of addresses
            operand = str(ip_network(operand, strict=False))
        return set() if operand in _ANYWHERE else {(field, operator, operand)}
    return {(field, operator, operand)}
