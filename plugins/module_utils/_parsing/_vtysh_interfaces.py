# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Interfaces of a switch: ``show interface`` of OpenSwitch, and ``show interface json`` of FRR."""

from __future__ import annotations

import re
from typing import Any, Dict

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import _vtysh_json
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError

Row = Dict[str, Any]

_INTERFACE = re.compile(r"(?:Interface|Aggregate) (?P<name>\S+) is (?P<state>up|down)\b")
_NEEDED = {
    "admin_state": re.compile(r"\s*Admin state is (up|down)\b"),
    "mac": re.compile(r"\s*Hardware: .*MAC Address: ([\da-fA-F:]+)"),
    "mtu_bytes": re.compile(r"\s*MTU (\d+)\b"),
}
_ADDRESS = re.compile(r"\s*IPv[46] address(?: secondary)?:? ([\da-fA-F.:]+/\d+)")


def parse_interfaces(text: str, command: str = "show interface") -> list[Row]:
    """Interfaces of OpenSwitch, in the order they are printed.

    An interface has ``name``, ``present`` (whether it is there, and not only configured), ``admin_state`` and
    ``link_state`` (``up`` or ``down``), ``mac``, ``mtu_bytes``, ``addresses`` with the length of their prefix, and
    ``description`` and ``vrf``, which OpenSwitch does not print; None is what is not known. Raises ParseError for what
    is not below an interface, and for an interface without its state, MAC address or MTU. Counters are passed over.
    """
    interfaces: list[Row] = []
    for number, line in enumerate(text.splitlines(), start=1):
        begins = _INTERFACE.match(line)
        if begins:
            _require_whole(interfaces[-1:], command)
            interfaces.append(
                {
                    "name": begins["name"],
                    "present": True,
                    "admin_state": None,
                    "link_state": begins["state"],
                    "mac": None,
                    "mtu_bytes": None,
                    "addresses": [],
                    "description": None,
                    "vrf": None,
                }
            )
        elif line.strip():
            if not interfaces:
                raise ParseError(command, number, line, "expected an interface")
            _read(line, interfaces[-1])
    if not interfaces:
        raise ParseError(command, 0, "", "expected interfaces")
    _require_whole(interfaces[-1:], command)
    return interfaces


def _read(line: str, interface: Row) -> None:
    for key, pattern in _NEEDED.items():
        found = pattern.match(line)
        if found:
            interface[key] = int(found[1]) if key == "mtu_bytes" else found[1].lower()
    address = _ADDRESS.match(line)
    if address:
        interface["addresses"].append(address[1])


def _require_whole(interfaces: list[Row], command: str) -> None:
    for interface in interfaces:
        for key in _NEEDED:
            if interface[key] is None:
                raise ParseError(command, 0, "", f"expected the {key} of interface {interface['name']}")


def parse_interfaces_json(text: str, command: str = "show interface json") -> list[Row]:
    """Interfaces of FRR, in the form of ``parse_interfaces``. Raises ParseError for what is not FRR's JSON."""
    printed = _vtysh_json.parse(text, command)
    with _vtysh_json.fields(command):
        return [
            {
                "name": name,
                # FRR keeps the configuration of an interface that is gone, or is not there yet.
                "present": not interface["pseudoInterface"],
                "admin_state": interface["administrativeStatus"],
                "link_state": interface.get("operationalStatus"),
                "mac": interface.get("hardwareAddress"),
                "mtu_bytes": interface.get("mtu"),
                "addresses": [row["address"] for row in interface.get("ipAddresses", [])],
                "description": interface.get("description"),
                "vrf": interface["vrfName"],
            }
            for name, interface in printed.items()
        ]
