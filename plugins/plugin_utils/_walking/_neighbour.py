# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""From the next hop's address to its MAC address: the neighbour table, else ARP or neighbour discovery."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import Unknown
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking import _addresses, _routing
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._hop import (
    IGNORED,
    Hop,
    Note,
    Place,
    Step,
    Walker,
    end,
    undecided,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._nft import not_simulated
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._packet import BROADCAST, Packet
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._sources import source_address
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._world import Namespace

_TELLS_OF_TUNNELS = (5, 9)

Row = dict[str, Any]
Found = tuple[str, str, Row]  # why it is answered, and the evidence with its source

_OPEN = ("undecided", "controller", "limit")
_SOLICITING = {"ipv4": "arp", "ipv6": "ndp"}


class Answers(NamedTuple):
    """What asking for an address came to: who answers, as hops, and what was left undecided on the way.

    ``outside``: the question left the lab, where somebody may have the address. ``lost`` is how it was dropped.
    ``learned`` is what bridges learn from the answer (see Place).
    """

    hops: list[Any]
    open_questions: list[Note]
    outside: bool = False
    lost: str | None = None
    learned: Mapping[Any, str] = {}


def neighbour(walker: Walker, place: Place, packet: Packet) -> list[Step]:
    """The frame's MAC addresses."""
    namespace, device = place.namespace, str(place.out_device)
    link = namespace.links.get(device)
    if link is None:
        text = f"the route leads to {device}, which {namespace.where} does not have"
        return undecided("neighbour", text, packet, device=device, source="links")
    next_hop = place.next_hop or packet.destination
    onward = place._replace(stage="transmit")
    if link["kind"] == "loopback" or "noarp" in link["flags"] or link["mac"] is None:
        return [Step([], onward)]
    if packet.size_bytes > link["mtu_bytes"]:
        return _too_big(place, packet, link)
    if namespace.is_broadcast(packet.destination):
        return [_addressed(link, BROADCAST, None, packet, onward, "is for all on the link")]
    if _addresses.is_multicast(packet.destination):
        return [_addressed(link, _addresses.multicast_mac(packet.destination), None, packet, onward, "is a group")]
    row = namespace.neighbours.get((device, next_hop))
    if row is not None:
        text = f"{next_hop} is at {row['mac']} ({', '.join(row['states'])})"
        return [_addressed(link, row["mac"], row, packet, onward, text)]
    return _asked(walker, place, packet, link, next_hop, onward)


def _addressed(link: Any, mac: str, row: Any, packet: Packet, onward: Place, text: str) -> Step:
    after = packet.changed(source_mac=link["mac"], destination_mac=mac)
    note = Note("neighbour", text, device=link["name"], source=f"neighbour of {link['name']}", row=row)
    return Step([(note, after)], onward)


def _too_big(place: Place, packet: Packet, link: Any) -> list[Step]:
    """What is sent here is cut to fit; what is forwarded is not (Linux sets "don't fragment" on TCP by default)."""
    limit = link["mtu_bytes"]
    if place.in_device is None and not place.ipvs:
        if packet.tunnel is None:
            note = Note(
                "output", f"is sent in packets of {limit} bytes at most", device=link["name"], source="links", row=link
            )
            return [Step([(note, packet.changed(size_bytes=limit))], place)]
        return _fragmented(place, packet, link)
    text = f"{packet.size_bytes} bytes are more than the {limit} of {link['name']}; the sender is told"
    return end("forward", "dropped", text, packet, device=link["name"], source="links", row=link)


def _fragmented(place: Place, packet: Packet, link: Any) -> list[Step]:
    """Outer packets may be cut. Newer kernels tell the sender of a bridged one first (skb_tunnel_check_pmtu())."""
    if place.namespace.kernel >= _TELLS_OF_TUNNELS:
        text = f"{packet.size_bytes} bytes are more than the {link['mtu_bytes']} of {link['name']}; the sender is told"
        return end("vxlan", "dropped", text, packet, device=link["name"], source="links", row=link)
    text = f"the outer packet is cut into fragments of {link['mtu_bytes']} bytes"
    note = Note("output", text, device=link["name"], source="links", row=link)
    return [Step([(note, packet.changed(size_bytes=link["mtu_bytes"]))], place)]


def _asked(walker: Walker, place: Place, packet: Packet, link: Any, next_hop: str, onward: Place) -> list[Step]:
    device = link["name"]
    answers = _answers(walker, place, link, next_hop, packet.source)
    macs = {hop.note.row["mac"] for hop in answers.hops}
    if len(macs) > 1:
        owners = ", ".join(sorted(f"{hop.note.row['mac']} ({hop.note.text})" for hop in answers.hops))
        return undecided("arp", f"{len(macs)} answer for {next_hop}: {owners}", packet, device=device, source="arp")
    if macs:
        hop = answers.hops[0]
        after = packet.changed(source_mac=link["mac"], destination_mac=hop.note.row["mac"])
        text = f"{next_hop} is at {hop.note.row['mac']}: {hop.note.text}"
        note = Note("arp", text, device=device, source=hop.note.source, row=hop.note.row)
        return [Step([(note, after)], onward._replace(learned=answers.learned))]
    if answers.open_questions:
        note = answers.open_questions[0]
        text = f"who has {next_hop}, as {note.text.removeprefix('cannot decide: ')}"
        return undecided("arp", text, packet, device=device, source=note.source or "arp", row=note.row)
    if answers.outside:
        text = f"nobody in the lab answers for {next_hop} on {device}"
        return end("arp", "left", text, packet, device=device, source=f"neighbour of {device}")
    text = f"nobody answers for {next_hop} on {device}" + (f": {answers.lost}" if answers.lost else "")
    return end("arp", "dropped", text, packet, device=device, source=f"neighbour of {device}")


def _answers(walker: Walker, place: Place, link: Any, next_hop: str, source: str | None) -> Answers:
    """Walk the question through the lab; each is asked once. A question that needs its own answer stays open."""
    known = walker.world.answers
    key = (place.namespace.node, place.namespace.name, link["name"], next_hop)
    if key not in known:
        known[key] = Answers([], [Note("arp", f"the question for {next_hop} leads back to itself")])
        known[key] = _explored(walker, place, link, next_hop, source)
    answers: Answers = known[key]
    return answers


def _explored(walker: Walker, place: Place, link: Any, next_hop: str, source: str | None) -> Answers:
    family = "ipv6" if ":" in next_hop else "ipv4"
    asker = source_address(place.namespace, link["name"], next_hop, family) or source
    question = Packet(
        _SOLICITING[family],
        next_hop,
        source=asker,
        source_mac=link["mac"],
        destination_mac=BROADCAST if family == "ipv4" else _addresses.multicast_mac(_solicited(next_hop)),
        size_bytes=28 if family == "ipv4" else 72,
    )
    start = Place("transmit", place.namespace, out_device=link["name"])
    walk = walker.explore(start, question)
    ends = [hop for hop in walk.hops if hop.note.verdict]
    answered = [hop for hop in ends if hop.note.verdict == "answered"]
    return Answers(
        answered,
        [_as_seen_from(place, hop) for hop in ends if hop.note.verdict in _OPEN],
        any(hop.note.verdict == "left" for hop in ends),
        next((hop.note.text for hop in ends if hop.note.verdict == "dropped"), None),
        _learned(answered[0]) if answered else {},
    )


def _as_seen_from(place: Place, hop: Hop) -> Note:
    """What a hop says; its row is evidence only in the namespace that it is of."""
    if (hop.node, hop.namespace) == (place.namespace.node, place.namespace.name):
        return hop.note
    return hop.note._replace(source=None, row=None)


def _learned(answer: Hop) -> dict[Any, str]:
    """The answer comes back by the ports through which the question went out."""
    learned = {}
    hop = answer
    while hop.parent is not None:
        bridge = hop.parent
        if hop.note.mechanism == "transmit" and bridge.note.mechanism == "bridge" and hop.note.device:
            learned[hop.node, hop.namespace, bridge.note.device, answer.note.row["mac"]] = hop.note.device
        hop = bridge
    return learned


def _solicited(address: str) -> str:
    """The solicited-node multicast address (RFC 4291, section 2.7.1)."""
    return f"ff02::1:ff{_addresses.number(address) >> 16 & 0xFF:02x}:{_addresses.number(address) & 0xFFFF:x}"


def answer(walker: Walker, place: Place, packet: Packet) -> list[Step]:
    """What a namespace does with a question that arrives by ``in_device``."""
    namespace, device = place.namespace, str(place.in_device)
    mac = namespace.links[device]["mac"]
    chain = not_simulated(namespace, "arp") if packet.protocol == "arp" else None
    if chain:
        return undecided("arp", f"what {chain} does to a question", packet, device=device, source=chain)
    try:
        found = (_own if packet.protocol == "arp" else _own_ipv6)(namespace, device, packet)
    except _routing.CannotRoute as reason:
        return undecided("arp", str(reason), packet, device=device, source="device settings")
    except _routing.NoRoute as reason:
        return end("arp", IGNORED, f"{namespace.where} refuses the question: {reason}", packet, device=device)
    except Unknown as reason:
        return undecided("arp", f"the addresses of {namespace.where} are unknown: {reason}", packet, device=device)
    if found is None:
        return end("arp", IGNORED, f"{namespace.where} does not have {packet.destination}", packet, device=device)
    text, source, row = found
    return end("arp", "answered", text, packet, device=device, source=source, row={**row, "mac": mac})


def _own(namespace: Namespace, device: str, packet: Packet) -> Found | None:
    """arp_process() of net/ipv4/arp.c: the route of what is asked for decides, and settings of the device."""
    try:
        route = _routing.find(namespace, packet, device)
    except _routing.CannotRoute:
        raise
    except _routing.NoRoute:
        return None
    found = _answer_of(namespace, device, packet, route)
    if found is not None:
        _routing.arrival(namespace, device, packet)
    return found


def _answer_of(namespace: Namespace, device: str, packet: Packet, route: Row) -> Found | None:
    if route["type"] == "local":
        row = namespace.addresses.get(packet.destination, route)
        if _may_answer(row, device, packet, _routing.setting(namespace, device, "ipv4", "arp_ignore") or 0):
            return f"{namespace.where} has it on {row['device']}", "addresses", row
        return None
    # A state that does not tell is taken to be like most.
    proxy = _routing.setting(namespace, device, "ipv4", "proxy_arp")
    forwards = _routing.setting(namespace, device, "ipv4", "forwarding")
    if route["type"] == "unicast" and proxy and forwards and route["device"] != device:
        return f"{namespace.where} answers in its place (proxy ARP on {device})", "device settings", {}
    return None


def _may_answer(row: Row, device: str, packet: Packet, ignore: int) -> bool:
    """``arp_ignore`` of the kernel's ip-sysctl documentation."""
    if ignore in (1, 2) and row["device"] != device:
        return False
    if ignore == 2 and "prefix_length" in row:
        return _addresses.contains(f"{row['address']}/{row['prefix_length']}", packet.source or "0.0.0.0")
    return ignore != 8 and not (ignore == 3 and row["scope"] == "host")


def _own_ipv6(namespace: Namespace, device: str, packet: Packet) -> Found | None:
    """ndisc_recv_ns() of net/ipv6/ndisc.c: addresses of the device, and those that a proxy entry names."""
    row = namespace.addresses.get(packet.destination)
    if row is not None and row["device"] == device:
        return f"{namespace.where} has it on {device}", "addresses", row
    if _routing.setting(namespace, device, "ipv6", "proxy_ndp"):
        raise Unknown(f"whether it answers for {packet.destination} as a proxy is not in the state")
    return None
