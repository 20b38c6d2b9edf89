# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Security groups of a cloud and their rules, read from the inventory's variables."""

from __future__ import annotations

import ipaddress
import typing as t

from ansible_collections.packetwalk.labs.plugins.plugin_utils._intent._openstack_networks import known
from ansible_collections.packetwalk.labs.plugins.plugin_utils._intent._schema import IntentError, Key, entries, entry

Entry = t.Dict[str, t.Any]

# Each project has it from the beginning.
DEFAULT_GROUP = "default"

GROUP_KEYS = {"name": Key(str, required=True), "rules": Key(list, ())}
RULE_KEYS = {
    "direction": Key(str, "ingress", choices=("ingress", "egress")),
    "ether_type": Key(str, "IPv4", choices=("IPv4", "IPv6")),
    "protocol": Key((int, str)),
    "port": Key(int),
    "port_range_min": Key(int),
    "port_range_max": Key(int),
    "remote_address": Key(str),
    "remote_group": Key(str),
}

# The names of protocols that Neutron knows (neutron_lib/constants.py, IP_PROTOCOL_MAP), by IANA's numbers.
_PROTOCOLS = {
    1: "icmp",
    2: "igmp",
    4: "ipip",
    6: "tcp",
    8: "egp",
    17: "udp",
    33: "dccp",
    46: "rsvp",
    47: "gre",
    50: "esp",
    51: "ah",
    58: "ipv6-icmp",
    89: "ospf",
    112: "vrrp",
    113: "pgm",
    132: "sctp",
    136: "udplite",
}
_WITH_PORTS = ("dccp", "sctp", "tcp", "udp", "udplite")
_ALL_PORTS = (1, 65535)
_VERSIONS = {"IPv4": 4, "IPv6": 6}


def groups(given: t.Any) -> list[Entry]:
    """The security groups; raise :class:`IntentError` when they cannot be.

    One that says nothing of what leaves lets all of it leave, as a new one of Neutron does.
    """
    result = entries("openstack_security_groups", given, GROUP_KEYS)
    names = {each["name"] for each in result}
    for each in result:
        label = f"openstack_security_groups ({each['name']})"
        if each["name"] == DEFAULT_GROUP:
            raise IntentError(
                f"{label} has the name of the group that every project has already. Give it another name."
            )
        rules = [_rule(f"{label}: rules[{index}]", rule, names) for index, rule in enumerate(each["rules"])]
        for index, rule in enumerate(rules):
            if rule in rules[:index]:
                raise IntentError(f"{label}: rules[{index}] is the same as rules[{rules.index(rule)}]. Take one out.")
        if all(rule["direction"] == "ingress" for rule in rules):
            rules = [*(_anything_leaves(ether_type) for ether_type in _VERSIONS), *rules]
        each["rules"] = rules
    return result


def _anything_leaves(ether_type: str) -> Entry:
    nothing = dict.fromkeys(("protocol", "port_min", "port_max", "remote_address", "remote_group"))
    return {"direction": "egress", "ether_type": ether_type, **nothing}


def _rule(label: str, given: t.Any, names: t.Collection[str]) -> Entry:
    each = entry(label, given, RULE_KEYS)
    protocol = _protocol(label, each["protocol"], each["ether_type"])
    first, last = _ports(label, each, protocol)
    if each["remote_address"] is not None and each["remote_group"] is not None:
        raise IntentError(f"{label} has remote_address and remote_group. Take one of them out.")
    if each["remote_group"] is not None:
        known(label, "security group", each["remote_group"], {*names, DEFAULT_GROUP}, "openstack_security_groups")
    return {
        "direction": each["direction"],
        "ether_type": each["ether_type"],
        "protocol": protocol,
        "port_min": first,
        "port_max": last,
        "remote_address": _remote(label, each["remote_address"], each["ether_type"]),
        "remote_group": each["remote_group"],
    }


def _protocol(label: str, given: t.Any, ether_type: str) -> str | None:
    """The name, a number as text where there is no name, or None for any."""
    if given in (None, "any"):
        return None
    text = "ipv6-icmp" if given == "icmpv6" else str(given)
    if text.isdigit():
        if int(text) > 255:
            raise IntentError(f"{label}: protocol is {given!r}, but a number has to be from 0 to 255.")
        return _PROTOCOLS.get(int(text), text)
    if text not in _PROTOCOLS.values():
        raise IntentError(
            f"{label}: protocol is {given!r}, which Neutron does not know. Write a name like tcp, udp or icmp, or the "
            "number."
        )
    if text == "ipv6-icmp" and ether_type == "IPv4":
        raise IntentError(f"{label}: protocol is {given}, but ether_type is IPv4. Change one of them.")
    if text == "icmp" and ether_type == "IPv6":
        raise IntentError(f"{label}: protocol is icmp, but ether_type is IPv6. Write icmpv6, or change the ether_type.")
    return text


def _ports(label: str, each: Entry, protocol: str | None) -> tuple[int | None, int | None]:
    first, last = each["port_range_min"], each["port_range_max"]
    if each["port"] is not None:
        if first is not None or last is not None:
            raise IntentError(f"{label} has port and a range of ports. Take one of them out.")
        first = last = each["port"]
    if first is None and last is None:
        return None, None
    if first is None or last is None:
        raise IntentError(f"{label} has only one of port_range_min and port_range_max. Add the other.")
    if protocol not in _WITH_PORTS:
        raise IntentError(
            f"{label} has a port, but its protocol is {protocol or 'any'}. Take the port out, or make it "
            f"{', '.join(_WITH_PORTS[:-1])} or {_WITH_PORTS[-1]}."
        )
    for port in (first, last):
        if not _ALL_PORTS[0] <= port <= _ALL_PORTS[1]:
            raise IntentError(f"{label}: {port} is no port. Take one from {_ALL_PORTS[0]} to {_ALL_PORTS[1]}.")
    if first > last:
        raise IntentError(f"{label}: port_range_min is {first}, above port_range_max {last}. Change one of them.")
    # All ports are said by saying none.
    return (None, None) if (first, last) == _ALL_PORTS else (first, last)


def _remote(label: str, given: str | None, ether_type: str) -> str | None:
    """The prefix as Neutron keeps it."""
    if given is None:
        return None
    try:
        parsed = ipaddress.ip_network(given)
    except ValueError as error:
        raise IntentError(f"{label}: remote_address is {given!r}, which is no subnet ({error}).") from None
    if parsed.version != _VERSIONS[ether_type]:
        raise IntentError(f"{label}: remote_address is {given}, but ether_type is {ether_type}. Change one of them.")
    return str(parsed)
