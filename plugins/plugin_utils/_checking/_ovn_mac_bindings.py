# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Checks of what routers have learnt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._ovn import Ovn, Row, owned, seen
from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import Finding, Step, judged

_ANY_MAC = {"router", "virtual"}  # Ports whose addresses say nothing of the MAC address, or not all the time.


def ovn_mac_bindings(document: dict[str, Any], intent: dict[str, Any]) -> Iterator[Finding]:
    """What a router learnt of an address that OVN itself gives does not contradict that."""
    ovn = Ovn(document)
    owners = {switch["name"]: _owners(ovn, switch) for switch in ovn.northbound["switches"]}
    for row in ovn.southbound["mac_bindings"]:
        switch = ovn.attached.get(row["logical_port"])
        known = owners[switch["name"]].get(row["address"]) if switch else None
        if known:
            hint = "Remove the row: ovn-sbctl destroy MAC_Binding UUID; the router asks again."
            what = f"MAC address of {row['address']} for {row['logical_port']}"
            step = Step(what, sorted(known), row["mac"], [seen("MAC_Binding", row)], hint, holds=row["mac"] in known)
            yield judged(f"{row['logical_port']}/{row['address']}", [step])


def _owners(ovn: Ovn, switch: Row) -> dict[str, set[str]]:
    """By address on a logical switch the MAC addresses that OVN gives it."""
    found: dict[str, set[str]] = defaultdict(set)
    for port in switch["ports"]:
        if port["type"] not in _ANY_MAC:
            for mac, address in owned([*port["addresses"], port["dynamic_addresses"]]):
                found[address].add(mac)
    for router in ovn.northbound["routers"]:
        for port in router["ports"]:
            if ovn.attached.get(port["name"]) is switch:
                for network in port["networks"]:
                    found[network.partition("/")[0]].add(port["mac"])
                for nat in ovn.northbound["nats"]:
                    if nat["router"] == router["name"]:
                        found[nat["external_address"]].add(nat["external_mac"] or port["mac"])
    return found
