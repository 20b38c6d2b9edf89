# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Address translation by the targets of the nat table (iptables-extensions(8)): new addresses and ports."""

from __future__ import annotations

from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._hop import Place
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._packet import Packet
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._sources import source_address

Rule = dict[str, Any]


class NotTranslatable(Exception):
    """The new address cannot be told from the state."""

    def __init__(self, rule: Rule, what: str) -> None:
        super().__init__(what)
        self.rule = rule


def translated(rule: Rule, packet: Packet, place: Place, hook: str) -> Packet:
    """The packet after the target of a rule. Raises NotTranslatable."""
    return TARGETS[rule["target"]](rule, packet, place, hook)


def describe(rule: Rule, packet: Packet) -> str:
    if rule["target"] in ("DNAT", "REDIRECT"):
        return f"is sent to {socket_address(packet.destination, packet.destination_port)} instead"
    return f"is sent from {socket_address(packet.source, packet.source_port)} instead"


def socket_address(address: str | None, port: Any) -> str:
    if port is None or address is None:
        return str(address)
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def address_and_port(printed: str) -> tuple[str, str]:
    """``172.18.0.2:8080``, ``172.18.0.2``, ``:53`` or ``[2001:db8::8]:8080``."""
    if printed.startswith("["):
        address, _bracket, port = printed[1:].partition("]")
        return address, port.lstrip(":")
    if printed.count(":") > 1:
        return printed, ""
    address, _colon, port = printed.partition(":")
    return address, port


def _destination(rule: Rule, packet: Packet, place: Place, hook: str) -> Packet:
    address, port = _single(rule, rule["options"]["to_destination"])
    return packet.changed(destination=address or packet.destination, destination_port=port or packet.destination_port)


def _redirect(rule: Rule, packet: Packet, place: Place, hook: str) -> Packet:
    """To the namespace itself: in PREROUTING the first address of the device the packet came in by."""
    family = packet.family
    if hook == "OUTPUT":
        address = "127.0.0.1" if family == "ipv4" else "::1"
    else:
        rows = place.namespace.addresses_of(str(place.in_device), family)
        if not rows:
            raise NotTranslatable(
                rule, f"where it is redirected to, as {place.in_device} has no address: {rule['text']}"
            )
        address = rows[0]["address"]
    port = _single(rule, f":{rule['options'].get('to_ports', '')}")[1]
    return packet.changed(destination=address, destination_port=port or packet.destination_port)


def _source(rule: Rule, packet: Packet, place: Place, hook: str) -> Packet:
    address, port = _single(rule, rule["options"]["to_source"])
    return packet.changed(source=address or packet.source, source_port=port or packet.source_port)


def _masquerade(rule: Rule, packet: Packet, place: Place, hook: str) -> Packet:
    address = source_address(
        place.namespace, str(place.out_device), place.next_hop or packet.destination, packet.family
    )
    if address is None:
        raise NotTranslatable(rule, f"the address it gets, as {place.out_device} has none: {rule['text']}")
    return packet.changed(source=address)


def _single(rule: Rule, printed: str) -> tuple[str, int | None]:
    address, port = address_and_port(printed)
    if "-" in address or "-" in port or (port and not port.isdigit()):
        raise NotTranslatable(rule, f"which of several addresses or ports it gets: {rule['text']}")
    return address, int(port) if port else None


TARGETS = {"DNAT": _destination, "REDIRECT": _redirect, "SNAT": _source, "MASQUERADE": _masquerade}
