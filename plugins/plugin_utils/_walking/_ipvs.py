# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""IPVS: the virtual service of a packet and the backends that it may be given to (net/netfilter/ipvs)."""

from __future__ import annotations

from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import Unknown
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._hop import Note, Place, Step, end, undecided
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._packet import Packet
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._translation import socket_address

Row = dict[str, Any]

# Where IPVS stands in the hooks (ip_vs_ops4 of net/netfilter/ipvs/ip_vs_core.c): after destination translation of
# what is sent here, before source translation of what came in.
OUTPUT_PRIORITY = -98
INPUT_PRIORITY = 99

# Others it leaves alone: a virtual address is pinged where it is.
_PROTOCOLS = ("tcp", "udp", "132")


def balance(place: Place, packet: Packet) -> list[Step]:
    """One step for each backend that may get the packet; none when no virtual service wants it."""
    namespace = place.namespace
    if packet.protocol not in _PROTOCOLS:
        return []
    try:
        service = namespace.ipvs_by_mark.get(packet.mark) if packet.mark else None
        service = service or _by_address(place, packet)
    except Unknown as reason:
        return undecided("ipvs", f"the virtual services of {namespace.where} are unknown: {reason}", packet)
    if service is None:
        return []
    backends = [row for row in service["backends"] if row["weight"] > 0]
    if not backends:
        text = f"{_name(service)} has no backend that takes connections"
        return end("ipvs", "dropped", text, packet, source="ipvs", row=service)
    return [_given(place, packet, service, backend, len(backends)) for backend in backends]


def _by_address(place: Place, packet: Packet) -> Row | None:
    port = packet.destination_port or 0
    services = place.namespace.ipvs_by_address
    return services.get((packet.protocol, packet.destination, port)) or services.get(
        (packet.protocol, packet.destination, 0)
    )


def _name(service: Row) -> str:
    if service["kind"] == "fwmark":
        return f"virtual service of mark {service['mark']:#x}"
    return f"virtual service {service['protocol']} {socket_address(service['address'], service['port'])}"


def _given(place: Place, packet: Packet, service: Row, backend: Row, count: int) -> Step:
    row = {**service, "backends": [backend]}
    goes = f"{_name(service)} ({service['scheduler']}) gives it to {backend['address']}"
    text = f"{goes}, one of {count}" if count > 1 else goes
    onward = place._replace(ipvs=True, in_device=None, destination_decided=True)
    if backend["forward"] == "masquerade":
        port = backend["port"] or packet.destination_port
        packet = packet.changed(destination=backend["address"], destination_port=port)
        onward = onward._replace(stage="output", next_hop=None)
    elif backend["forward"] == "route":  # the packet stays as it is, and goes to the backend's MAC address
        onward = onward._replace(stage="output", next_hop=backend["address"])
    elif backend["forward"] == "local":
        onward = place._replace(stage="deliver", ipvs=True)
    else:
        return undecided("ipvs", f"where a {backend['forward']} of IPVS leads", packet, source="ipvs", row=row)[0]
    return Step([(Note("ipvs", text, source="ipvs", row=row), packet)], onward)
