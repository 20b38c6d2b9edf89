# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Servers of OpenStack, by the names of Neutron and Nova: in a namespace of the lab, or a virtual machine.

Of a virtual machine the lab has the device of its chassis that it is plugged in with, and nothing behind that: what it
sends begins there, and what comes there is delivered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ansible_collections.packetwalk.labs.plugins.module_utils._naming._neutron_flow import next_mac
from ansible_collections.packetwalk.labs.plugins.module_utils._naming._neutron_names import Names, UnknownObject
from ansible_collections.packetwalk.labs.plugins.module_utils._naming._neutron_objects import addresses_of
from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import Unknown
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._hop import IGNORED, Note, Place, Step, end
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._logical_ports import interfaces_of_ports
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._packet import Packet

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Machine:
    """A port of a server whose interface is in no namespace of the lab; ``port`` is Neutron's row of it."""

    name: str
    node: str
    device: str
    port: Row

    @property
    def addresses(self) -> tuple[str, ...]:
        return tuple(addresses_of(self.port))


class Servers:
    """Servers of a state document; none without Neutron and without what it wrote into OVN's database."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._nodes = document["nodes"]
        control = document.get("control") or {}
        known = control.get("neutron") is not None or control.get("ovn_nb") is not None
        self._names = Names(control) if known else None

    def named(self, text: str) -> str:
        """Names in place of the identifiers of Neutron, see ``Names.named``."""
        return str(self._names.named(text)) if self._names else text

    def has(self, name: str) -> bool:
        return self._names is not None and name in self._names.server_names()

    @cached_property
    def plugged_in(self) -> dict[str, list[str | Machine]]:
        """Each name of a server with what is behind its ports: NODE/NAMESPACE, or a virtual machine."""
        found: dict[str, list[str | Machine]] = {}
        if self._names is None:
            return found
        interfaces: dict[str, list[tuple[str, str, str | None]]] = {}
        for logical_port, node, device, namespace in interfaces_of_ports(self._nodes):
            interfaces.setdefault(logical_port, []).append((node, device, namespace))
        for name in self._names.server_names():
            for port in self._names.called(name):
                for node, device, namespace in interfaces.get(port["id"], []):
                    behind = f"{node}/{namespace}" if namespace else Machine(name, node, device, port)
                    found.setdefault(name, []).append(behind)
        return found

    @cached_property
    def _by_device(self) -> dict[tuple[str, str], Machine]:
        machines = [one for there in self.plugged_in.values() for one in there if isinstance(one, Machine)]
        return {(one.node, one.device): one for one in machines}

    def machine_at(self, node: str, device: str) -> Machine | None:
        return self._by_device.get((node, device))

    def sent(self, machine: Machine, packet: Packet) -> Packet:
        """What a virtual machine sends, as Neutron tells it by DHCP: its addresses, and its gateway. Raises Unknown."""
        family = 6 if ":" in packet.destination else 4
        sources = [address for address in machine.addresses if (":" in address) == (family == 6)]
        if not sources or self._names is None:
            raise Unknown(f"{machine.name} has no address of IPv{family}")
        ports = self._names.objects["ports"]
        ends = [port for port in ports if packet.destination in addresses_of(port)]
        try:
            mac = next_mac(self._names, machine.port, ends)
        except UnknownObject as reason:
            raise Unknown(str(reason).rstrip(".")) from None
        return packet.changed(source=sources[0], source_mac=machine.port["mac"], destination_mac=mac)


def take(machine: Machine, place: Place, packet: Packet, told: list[tuple[Note, Packet]]) -> Step:
    """A frame comes to the device that a virtual machine is plugged in with."""
    more: Row = {"device": machine.device, "direction": "out", "source": "ports of Neutron", "row": machine.port}
    if packet.asks_for_mac:
        if packet.destination in machine.addresses:
            note = Note("arp", f"{machine.name} has it", verdict="answered", **more)
        else:
            note = Note("arp", f"{machine.name} does not have {packet.destination}", verdict=IGNORED, **more)
        return Step([*told, (note, packet)], None)
    if not packet.for_many and packet.destination_mac != machine.port["mac"]:
        verdict = IGNORED if place.copies else "dropped"
        text = f"{machine.name} has {machine.port['mac']} and ignores a frame to {packet.destination_mac}"
    else:
        verdict = "delivered"
        text = f"delivered to {machine.name}, a virtual machine, in which nobody looks for who listens"
    (ended,) = end("delivery", verdict, text, packet, recipient=machine.name, **more)
    return Step([*told, *ended.notes], None)
