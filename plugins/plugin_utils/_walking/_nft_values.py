# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Values of nftables expressions for a packet, and comparisons with sets, ranges and prefixes (libnftables-json(5))."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking import _addresses
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._hop import Place
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._packet import Packet

Named = Mapping[str, Any]


class NotKnown(Exception):
    """The state does not tell."""


class NotThere(Exception):
    """The packet has no such header, so that nothing matches."""


_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
_NFPROTO = {"ipv4": "ip", "ipv6": "ip6"}
_L4PROTO = {"icmpv6": "ipv6-icmp"}
_NUMBERS = {1: "icmp", 6: "tcp", 17: "udp", 58: "ipv6-icmp"}


def compare(op: str, left: Any, right: Any, named: Named, packet: Packet, place: Place) -> bool:
    """Whether a match holds. Raises NotKnown and NotThere."""
    actual = value(left, named, packet, place)
    if op == "!=":
        return not _is(actual, right, named)
    if op in _ORDER:
        return _ORDER[op](_comparable(actual), _comparable(right))
    if op in ("==", "in"):
        return _is(actual, right, named)
    raise NotKnown


def value(expression: Any, named: Named, packet: Packet, place: Place) -> Any:
    """What an expression comes to. Raises NotKnown and NotThere."""
    if not isinstance(expression, dict):
        return frozenset(expression) if isinstance(expression, list) else expression
    ((kind, content),) = expression.items()
    if kind == "payload":
        return _payload(content, packet)
    if kind == "meta":
        return _meta(content["key"], packet, place)
    if kind == "ct":
        return _connection(content["key"], packet)
    if kind == "fib":
        return _fib(content, packet, place)
    if kind == "concat":
        return tuple(value(part, named, packet, place) for part in content)
    if kind == "map":
        return look_up(content["key"], content["data"], named, packet, place)
    if kind == "&":
        first, mask = (value(part, named, packet, place) for part in content)
        return first & mask
    if kind in ("|", "^"):
        first, second = (value(part, named, packet, place) for part in content)
        return first | second if kind == "|" else first ^ second
    raise NotKnown


def look_up(key: Any, data: Any, named: Named, packet: Packet, place: Place) -> Any:
    """What a map has for a key. Raises NotKnown, and NotThere when it has nothing."""
    actual = value(key, named, packet, place)
    elements = named[data[1:]]["elements"] if isinstance(data, str) else data["set"]
    for wanted, found in elements:
        if wanted != "*" and _is(actual, wanted, named):
            return _literal(found)
    for wanted, found in elements:
        if wanted == "*":
            return _literal(found)
    raise NotThere


def _literal(found: Any) -> Any:
    return tuple(found["concat"]) if isinstance(found, dict) and "concat" in found else found


def _is(actual: Any, wanted: Any, named: Named) -> bool:
    """Whether a value is a literal, in a range, a prefix or a set, or has flags of a list."""
    if isinstance(wanted, str) and wanted.startswith("@"):
        if wanted[1:] not in named:
            raise NotKnown
        return any(_is(actual, element, named) for element in named[wanted[1:]]["elements"] or [])
    if isinstance(wanted, list):
        return not actual.isdisjoint(wanted) if isinstance(actual, frozenset) else actual in wanted
    if isinstance(wanted, dict):
        return _is_in(actual, wanted, named)
    if isinstance(actual, frozenset):
        return actual == frozenset([wanted]) if wanted else not actual
    if isinstance(wanted, str) and wanted.endswith("*") and isinstance(actual, str):
        return actual.startswith(wanted[:-1])
    return bool(_NUMBERS.get(wanted, wanted) == actual if isinstance(actual, str) else wanted == actual)


def _is_in(actual: Any, wanted: Mapping[str, Any], named: Named) -> bool:
    ((kind, content), *_rest) = wanted.items()
    if kind == "set":
        return any(_is(actual, element, named) for element in content)
    if kind == "prefix":
        return _addresses.contains(f"{content['addr']}/{content['len']}", actual)
    if kind == "range":
        first, last = content
        return bool(_comparable(first) <= _comparable(actual) <= _comparable(last))
    if kind == "elem":
        return _is(actual, content["val"], named)
    if kind == "concat":
        return isinstance(actual, tuple) and all(_is(one, other, named) for one, other in zip(actual, content))
    raise NotKnown


def _comparable(content: Any) -> Any:
    if isinstance(content, str):
        try:
            return _addresses.number(content)
        except ValueError:
            raise NotKnown from None
    return content


def _payload(content: Mapping[str, Any], packet: Packet) -> Any:
    protocol, field = content.get("protocol"), content.get("field")
    if protocol in ("ip", "ip6"):
        if _NFPROTO[packet.family] != protocol:
            raise NotThere
        return _known(_IP_FIELDS, field)(packet)
    if protocol in ("tcp", "udp", "th"):
        if protocol != "th" and packet.protocol != protocol:
            raise NotThere
        if packet.destination_port is None:
            raise NotThere
        return _known(_PORT_FIELDS, field)(packet)
    if protocol in ("icmp", "icmpv6"):
        if packet.protocol != protocol:
            raise NotThere
        if field == "type":
            return "echo-request"
    raise NotKnown


def _l4proto(packet: Packet) -> str:
    return _L4PROTO.get(packet.protocol, packet.protocol)


_IP_FIELDS: dict[str, Callable[[Packet], Any]] = {
    "saddr": lambda packet: packet.source,
    "daddr": lambda packet: packet.destination,
    "protocol": _l4proto,
    "nexthdr": _l4proto,
    "ttl": lambda packet: packet.ttl,
    "hoplimit": lambda packet: packet.ttl,
    "version": lambda packet: 6 if packet.family == "ipv6" else 4,
    "length": lambda packet: packet.size_bytes,
}
_PORT_FIELDS: dict[str, Callable[[Packet], Any]] = {
    "sport": lambda packet: packet.source_port,
    "dport": lambda packet: packet.destination_port,
    "flags": lambda packet: frozenset(["syn"]),
}


def _known(table: Mapping[str, Any], name: Any) -> Any:
    if name not in table:
        raise NotKnown
    return table[name]


def _meta(key: str, packet: Packet, place: Place) -> Any:
    return _known(_META, key)(packet, place)


_META: dict[str, Callable[[Packet, Place], Any]] = {
    "l4proto": lambda packet, place: _l4proto(packet),
    "nfproto": lambda packet, place: packet.family,
    "protocol": lambda packet, place: _NFPROTO[packet.family],
    "mark": lambda packet, place: packet.mark,
    "iifname": lambda packet, place: place.in_device or "",
    "iif": lambda packet, place: place.in_device or "",
    "oifname": lambda packet, place: place.out_device or "",
    "oif": lambda packet, place: place.out_device or "",
    "secpath": lambda packet, place: packet.encrypted,
    "ipsec": lambda packet, place: packet.encrypted,
}


def _connection(key: str, packet: Packet) -> Any:
    """The walk's packet is the first of its connection."""
    first = {"state": "new", "direction": "original", "mark": packet.connection_mark}
    return _known(first, key)


def _fib(content: Mapping[str, Any], packet: Packet, place: Place) -> Any:
    flags = content.get("flags")
    flags = [flags] if isinstance(flags, str) else flags or []
    if content.get("result") != "type" or len(flags) != 1 or flags[0] not in ("saddr", "daddr"):
        raise NotKnown
    address = packet.source if flags[0] == "saddr" else packet.destination
    return place.namespace.address_type(str(address))
