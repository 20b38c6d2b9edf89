# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""The routing decision: policy rules, tables, and what a route of each type means (net/ipv4/fib_rules.c)."""

from __future__ import annotations

from typing import Any, NamedTuple

from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking import _addresses
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._hop import (
    IGNORED,
    Note,
    Place,
    Step,
    Walker,
    end,
    undecided,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._packet import Packet
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._routes import Tables
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._world import Namespace

Row = dict[str, Any]

# Route types that end a packet, and what its sender is told (rtnetlink(7)).
_REFUSING = {
    "blackhole": "and nobody is told",
    "unreachable": "and the sender is told that the host is unreachable",
    "prohibit": "and the sender is told that it is prohibited",
}
_PROTOCOL_NUMBERS = {"icmp": 1, "tcp": 6, "udp": 17, "icmpv6": 58}
LOCAL = ("local", "broadcast", "anycast", "multicast")


class NoRoute(Exception):
    """Nothing says where to; ``row`` is the rule or route that says so, if there is one."""

    def __init__(self, text: str, row: Row | None = None) -> None:
        super().__init__(text)
        self.row = row


class CannotRoute(NoRoute):
    """The state does not tell which rule or route applies."""


class Way(NamedTuple):
    """One way a route leads."""

    row: Row
    device: str | None
    gateway: str | None


def find(namespace: Namespace, packet: Packet, in_device: str | None) -> Row:
    """The route of a packet, of a type in LOCAL or "unicast". Raises NoRoute and CannotRoute."""
    tables = namespace.tables(packet.family)
    row = tables.first(packet.destination) if tables.simple else _by_rules(tables, packet, in_device)
    if row is None:
        raise NoRoute(f"no route to {packet.destination}")
    if row["type"] in _REFUSING:
        raise NoRoute(f"the route {row['destination']} says {row['type']}, {_REFUSING[row['type']]}", row)
    if row["type"] not in (*LOCAL, "unicast"):
        raise CannotRoute(f"what a route of type {row['type']} does", row)
    return row


def _by_rules(tables: Tables, packet: Packet, in_device: str | None) -> Row | None:
    wanted = 0  # rules of a lower priority are jumped over by "goto"
    for rule in tables.rules:
        if rule["priority"] < wanted:
            continue
        chosen = _selected(rule, packet, in_device)
        if chosen is None:
            raise CannotRoute(f"whether rule {rule['priority']} applies", rule)
        if not chosen or rule["action"] == "nop":
            continue
        if rule["action"] == "goto":
            wanted = max(rule["goto"], rule["priority"] + 1)
        elif rule["action"] in _REFUSING:
            raise NoRoute(f"rule {rule['priority']} says {rule['action']}, {_REFUSING[rule['action']]}", rule)
        elif rule["action"] == "to_table" and rule["table"] is not None:
            row = tables.find(rule["table"], packet.destination, rule.get("suppress_prefix_length", -1) + 1)
            if row is not None and row["type"] != "throw":
                return row
        else:
            raise CannotRoute(f"what rule {rule['priority']} does ({rule['action']})", rule)
    return None


def _selected(rule: Row, packet: Packet, in_device: str | None) -> bool | None:
    verdicts = [
        rule["source"] is None or (packet.source is not None and _addresses.contains(rule["source"], packet.source)),
        rule["destination"] is None or _addresses.contains(rule["destination"], packet.destination),
        rule["mark"] is None or packet.mark & (rule["mask"] or 0xFFFFFFFF) == rule["mark"],
        # What a process of the namespace sends comes in by "lo" as far as rules are concerned.
        rule["in_interface"] is None or rule["in_interface"] == (in_device or "lo"),
        rule["out_interface"] is None,  # only sockets bound to a device have one before they are routed
        _ports(rule.get("source_ports"), packet.source_port),
        _ports(rule.get("destination_ports"), packet.destination_port),
        rule.get("ip_protocol") in (None, _PROTOCOL_NUMBERS.get(packet.protocol)),
        not rule.get("tos"),
    ]
    verdict = False not in verdicts
    if rule.get("inverted"):
        verdict = not verdict
    if verdict and (rule.get("user_identifiers") or rule.get("l3mdev")):
        return None
    return verdict


def _ports(wanted: str | None, actual: int | None) -> bool:
    """Whether a port is in a range as docs/state.md writes it ("80-90")."""
    if wanted is None:
        return True
    first, _dash, last = wanted.partition("-")
    return actual is not None and int(first) <= actual <= int(last)


def ways(row: Row) -> list[Way]:
    """Where a route leads: one way, or one for each next hop of a multipath route."""
    hops = row.get("next_hops")
    if hops:
        return [Way(row, hop["device"], hop.get("gateway")) for hop in hops]
    return [Way(row, row["device"], row["gateway"])]


def describe(row: Row, way: Way, packet: Packet) -> str:
    if way.gateway:
        return f"{packet.destination} is reached by {way.gateway} out of {way.device} ({row['destination']})"
    return f"{packet.destination} is on the link of {way.device} ({row['destination']})"


def note(row: Row, text: str, verdict: str | None = None) -> Note:
    return Note("route", text, device=row["device"], source=f"route of table {row['table']}", row=row, verdict=verdict)


def failed(problem: NoRoute, packet: Packet, device: str | None = None) -> list[Step]:
    """The end of a packet that has no route, or whose route cannot be told."""
    more = {"device": device, "source": _source(problem.row), "row": problem.row}
    if isinstance(problem, CannotRoute):
        return undecided("route", str(problem), packet, **more)
    return end("route", "dropped", str(problem), packet, **more)


def _source(row: Row | None) -> str:
    if row is None:
        return "routes"
    if "gateway" in row:
        return f"route of table {row['table']}"
    return "rule" if "priority" in row else "device settings"


def route_in(walker: Walker, place: Place, packet: Packet) -> list[Step]:
    """A packet that came in by a device: for this namespace, to be forwarded, or to be dropped."""
    namespace, device = place.namespace, str(place.in_device)
    if _addresses.is_multicast(packet.destination):
        return _for_group(place, packet)
    if packet.destination == _addresses.LIMITED_BROADCAST:
        return [Step([], place._replace(stage="input"))]
    try:
        row = arrival(namespace, device, packet)
    except NoRoute as problem:
        return failed(problem, packet, device)
    if row["type"] in LOCAL:
        meaning = "for all on the link" if row["type"] == "broadcast" else f"an address of {namespace.where}"
        text = f"{packet.destination} is {meaning}"
        return [Step([(note(row, text), packet)], place._replace(stage="input"))]
    return _forwarded(place, packet, row)


def _for_group(place: Place, packet: Packet) -> list[Step]:
    """What listens to a group has its MAC address in the fdb of the device."""
    namespace, device = place.namespace, str(place.in_device)
    if (device, _addresses.multicast_mac(packet.destination)) in namespace.tunnel_rows:
        return [Step([], place._replace(stage="input"))]
    text = f"{namespace.where} is not in the group {packet.destination} on {device}"
    return end("route", IGNORED, text, packet, device=device, source="fdb")


def _forwarded(place: Place, packet: Packet, row: Row) -> list[Step]:
    namespace, device = place.namespace, str(place.in_device)
    forwarding = setting(namespace, device, packet.family, "forwarding")
    more = {"device": device, "source": "device settings"}
    if forwarding is None:
        reason = f"whether {namespace.where} forwards what comes in by {device} is not in the state"
        return undecided("forward", reason, packet, **more)
    if not forwarding:
        text = f"{namespace.where} does not forward what comes in by {device}"
        return end("forward", "dropped", text, packet, row={"forwarding": False}, **more)
    if packet.ttl <= 1:
        return end("forward", "dropped", "its time to live ends here", packet, device=device, source="packet")
    steps = []
    for way in ways(row):
        onward = place._replace(stage="forward", out_device=way.device, next_hop=way.gateway or packet.destination)
        steps.append(Step([(note(row, describe(row, way, packet)), packet)], onward))
    return steps


def setting(namespace: Namespace, device: str, family: str, name: str) -> Any:
    """A setting of a device (docs/state.md); null when it is not known."""
    return (namespace.links.get(device, {}).get(family) or {}).get(name)


def arrival(namespace: Namespace, device: str, packet: Packet) -> Row:
    """The route of what came in by a device. Raises NoRoute when it is refused there, and CannotRoute.

    As ip_route_input_slow() and fib_validate_source() of net/ipv4, and ip6_rcv_core() of net/ipv6, which is content
    with every source but the loopback address.
    """
    if device == "lo":
        return find(namespace, packet, device)
    for address in (packet.destination, packet.source):
        if address and _addresses.is_loopback(address):
            permit_loopback(namespace, device, address)
    row = find(namespace, packet, device)
    if packet.family == "ipv4" and packet.source not in (None, "0.0.0.0"):
        _validate_source(namespace, device, packet)
    return row


def permit_loopback(namespace: Namespace, device: str, address: str) -> None:
    """Raises NoRoute where a loopback address may not be used on a device, CannotRoute when that is not known."""
    allowed = False if ":" in address else setting(namespace, device, "ipv4", "route_localnet")
    if allowed is None:
        raise CannotRoute(
            f"whether {address} may be used on {device} of {namespace.where}: route_localnet is not in the state"
        )
    if not allowed:
        raise NoRoute(
            f"{address} may not be used on {device} of {namespace.where}, as route_localnet is off there",
            {"route_localnet": False},
        )


def _validate_source(namespace: Namespace, device: str, packet: Packet) -> None:
    if packet.source in namespace.addresses and not setting(namespace, device, "ipv4", "accept_local"):
        raise NoRoute(
            f"{packet.source} is the source, but it is an address of {namespace.where} itself",
            {"accept_local": setting(namespace, device, "ipv4", "accept_local")},
        )
    mode = setting(namespace, device, "ipv4", "rp_filter")
    if mode == 0:
        return
    problem = _reverse_path(namespace, device, packet, mode)
    if problem and mode is None:
        raise CannotRoute(f"whether rp_filter drops it, as {problem}, and rp_filter of {device} is not in the state")
    if problem:
        raise NoRoute(f"{problem}, and rp_filter of {device} is {_MODES[mode]}", {"rp_filter": mode})


def _reverse_path(namespace: Namespace, device: str, packet: Packet, mode: int | None) -> str | None:
    """What a reverse path filter (RFC 3704) has against a packet; strict asks that an answer leaves by this device."""
    try:
        row = find(namespace, Packet(packet.protocol, str(packet.source), source=packet.destination), None)
    except CannotRoute:
        raise
    except NoRoute:
        return f"there is no route back to {packet.source}"
    if mode != _LOOSE and device not in [way.device for way in ways(row)]:
        return f"the answer to {packet.source} would leave by {row['device']}"
    return None


_LOOSE = 2
_MODES = {1: "strict", _LOOSE: "loose"}
