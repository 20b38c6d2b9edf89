# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Whether a netfilter rule (docs/state.md) matches the first packet of a connection: yes, no, or null for cannot tell.

A rule is compiled once into checks, since a walk asks the same rules again and again.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Protocol

from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking import _addresses
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._packet import Packet

Rule = dict[str, Any]


class Circumstances(Protocol):
    """What a rule can ask for beside the packet; Place is one."""

    @property
    def in_device(self) -> str | None: ...

    @property
    def out_device(self) -> str | None: ...

    @property
    def in_port(self) -> str | None: ...

    @property
    def out_port(self) -> str | None: ...

    @property
    def ipvs(self) -> bool | None: ...

    @property
    def namespace(self) -> Any:
        """Something with ``address_type``."""


Check = Callable[[Packet, Any], "bool | None"]

# What iptables calls protocols that a packet has as a number, and ICMPv6.
PROTOCOLS = {
    "ipv6-icmp": "icmpv6",
    "igmp": "2",
    "gre": "47",
    "esp": "50",
    "ah": "51",
    "ospf": "89",
    "vrrp": "112",
    "sctp": "132",
}

ALL_BITS = 0xFFFFFFFF

# The match of Docker's encrypted overlays: the VNI of a VXLAN header, in its upper three octets
# (daemon/libnetwork/drivers/overlay/encryption_u32.go of moby).
_VNI_OF_U32 = re.compile(r"(0|0x0)>>(22|0x16)&0x3C@(12|0xC)&0xFFFFFF00=(?P<value>\d+|0x[0-9a-f]+)", re.IGNORECASE)

_ECHO_REQUESTS = {"icmp": ("8", "8/0", "echo-request"), "icmp6": ("128", "128/0", "echo-request")}

# Flags of a TCP connection's first packet.
_FIRST_FLAGS = frozenset(["SYN"])
_ALL_FLAGS = frozenset(["FIN", "SYN", "RST", "PSH", "ACK", "URG"])


def compile_rule(rule: Rule) -> tuple[Check, ...]:
    """Checks that all have to hold; cheap and selective ones first."""
    checks = [
        _negated(make(rule[field]), field in rule["negated"])
        for field, make in _FIELDS.items()
        if rule[field] is not None
    ]
    for match in rule["matches"]:
        inverted = match.get("not", ())
        for option, wanted in match.items():
            if option not in ("module", "not"):
                checks.append(_negated(_option(match["module"], option, wanted), option in inverted))
    return tuple(checks)


def matches(checks: tuple[Check, ...], packet: Packet, place: Circumstances) -> bool | None:
    """False when one check fails, whatever the others cannot tell."""
    unknown = False
    for check in checks:
        verdict = check(packet, place)
        if verdict is False:
            return False
        unknown = unknown or verdict is None
    return None if unknown else True


def port_in(wanted: str, actual: int | str | None) -> bool | None:
    """Whether a port is one of ``80``, ``8000:8080`` or ``80,443``; null for the names of services."""
    if actual is None:
        return False
    verdicts: list[bool | None] = []
    for part in str(wanted).split(","):
        first, _colon, last = part.partition(":")
        if part == str(actual):
            verdicts.append(True)
        elif first.isdigit() and (last or first).isdigit() and str(actual).isdigit():
            verdicts.append(int(first) <= int(actual) <= int(last or first))
        else:
            verdicts.append(None)
    return True if True in verdicts else None if None in verdicts else False


def _negated(check: Check, negated: bool) -> Check:
    if not negated:
        return check

    def opposite(packet: Packet, place: Any) -> bool | None:
        verdict = check(packet, place)
        return None if verdict is None else not verdict

    return opposite


def _in_network(wanted: str, actual: str | None) -> bool | None:
    if actual is None:
        return False
    try:
        return _addresses.contains(wanted, actual)
    except ValueError:
        return None  # a host name of a listing without -n


def _source(wanted: str) -> Check:
    return lambda packet, place: _in_network(wanted, packet.source)


def _destination(wanted: str) -> Check:
    return lambda packet, place: _in_network(wanted, packet.destination)


def _protocol(wanted: str) -> Check:
    name = PROTOCOLS.get(wanted, wanted)
    return lambda packet, place: packet.protocol == name


def _is_interface(wanted: str, actual: str | None) -> bool:
    if actual is None:
        return False
    return actual.startswith(wanted[:-1]) if wanted.endswith("+") else wanted == actual


def _in_interface(wanted: str) -> Check:
    return lambda packet, place: _is_interface(wanted, place.in_device)


def _out_interface(wanted: str) -> Check:
    return lambda packet, place: _is_interface(wanted, place.out_device)


_FIELDS: dict[str, Callable[[str], Check]] = {
    "protocol": _protocol,
    "destination": _destination,
    "source": _source,
    "in_interface": _in_interface,
    "out_interface": _out_interface,
}


def _option(module: str | None, option: str, wanted: Any) -> Check:
    make = _OPTIONS.get((module, option)) or _OPTIONS.get((None, option))
    return make(wanted) if make else _cannot_tell


def _cannot_tell(packet: Packet, place: Any) -> None:
    return None


def _always(wanted: Any) -> Check:
    return lambda packet, place: True


def _destination_port(wanted: str) -> Check:
    return lambda packet, place: port_in(wanted, packet.destination_port)


def _source_port(wanted: str) -> Check:
    return lambda packet, place: port_in(wanted, packet.source_port)


def _either_port(wanted: str) -> Check:
    def check(packet: Packet, place: Any) -> bool | None:
        verdicts = (port_in(wanted, packet.source_port), port_in(wanted, packet.destination_port))
        return True if True in verdicts else None if None in verdicts else False

    return check


def _is_new(wanted: str) -> Check:
    states = wanted.split(",")
    known = {"NEW", "ESTABLISHED", "RELATED", "INVALID", "UNTRACKED"}
    verdict = True if "NEW" in states else False if known.issuperset(states) else None
    return lambda packet, place: verdict


def _address_type(field: str) -> Callable[[str], Check]:
    def make(wanted: str) -> Check:
        def check(packet: Packet, place: Any) -> bool | None:
            address = getattr(packet, field)
            actual = place.namespace.address_type(address) if address else None
            return None if actual is None else actual.upper() in wanted.split(",")

        return check

    return make


def value_and_mask(printed: Any) -> tuple[int, int]:
    """``0x1/0xff`` or ``0x1``. Raises ValueError."""
    value, _slash, mask = str(printed).partition("/")
    return int(value, 0), int(mask, 0) if mask else ALL_BITS


def _mark(field: str) -> Callable[[Any], Check]:
    def make(wanted: Any) -> Check:
        number, bits = value_and_mask(wanted)
        return lambda packet, place: getattr(packet, field) & bits == number

    return make


def _ipvs(wanted: Any) -> Check:
    return lambda packet, place: place.ipvs


def _policy(wanted: str) -> Check:
    return lambda packet, place: packet.encrypted == (wanted == "ipsec")


def _vni(wanted: str) -> Check:
    found = _VNI_OF_U32.fullmatch(str(wanted).strip('"'))
    if not found:
        return _cannot_tell
    vni = int(found["value"], 0) >> 8
    return lambda packet, place: packet.tunnel is not None and packet.tunnel.vni == vni


def _flags(wanted: str) -> Check:
    mask, _space, expected = wanted.partition(" ")
    examined, there = _flag_set(mask), _flag_set(expected)
    return lambda packet, place: packet.protocol == "tcp" and _FIRST_FLAGS & examined == there


def _flag_set(words: str) -> frozenset[str]:
    return _ALL_FLAGS if words == "ALL" else frozenset(word for word in words.split(",") if word != "NONE")


def _syn(wanted: Any) -> Check:
    return lambda packet, place: packet.protocol == "tcp"


def _icmp_type(module: str) -> Callable[[str], Check]:
    return lambda wanted: lambda packet, place: wanted in _ECHO_REQUESTS[module] or wanted == "any"


def _port(field: str) -> Callable[[str], Check]:
    """Ports of bridges; routed packets have none."""
    return lambda wanted: lambda packet, place: _is_interface(wanted, getattr(place, field))


def _has_port(field: str) -> Callable[[Any], Check]:
    return lambda wanted: lambda packet, place: getattr(place, field) is not None


# Options of matches by module and name; a module of null stands for all that have such an option.
_OPTIONS: dict[tuple[str | None, str], Callable[[Any], Check]] = {
    ("comment", "comment"): _always,
    (None, "dport"): _destination_port,
    (None, "dports"): _destination_port,
    (None, "sport"): _source_port,
    (None, "sports"): _source_port,
    ("multiport", "ports"): _either_port,
    ("tcp", "tcp_flags"): _flags,
    ("tcp", "syn"): _syn,
    ("icmp", "icmp_type"): _icmp_type("icmp"),
    ("icmp6", "icmpv6_type"): _icmp_type("icmp6"),
    (None, "ctstate"): _is_new,
    (None, "state"): _is_new,
    ("addrtype", "dst_type"): _address_type("destination"),
    ("addrtype", "src_type"): _address_type("source"),
    ("mark", "mark"): _mark("mark"),
    ("connmark", "mark"): _mark("connection_mark"),
    ("ipvs", "ipvs"): _ipvs,
    ("policy", "pol"): _policy,
    ("policy", "dir"): _always,
    ("u32", "u32"): _vni,
    ("physdev", "physdev_in"): _port("in_port"),
    ("physdev", "physdev_out"): _port("out_port"),
    ("physdev", "physdev_is_in"): _has_port("in_port"),
    ("physdev", "physdev_is_out"): _has_port("out_port"),
    ("physdev", "physdev_is_bridged"): _has_port("out_port"),
}
