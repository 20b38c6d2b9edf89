# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Checks of address translation on routers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._ovn import Ovn, Row, owned, seen
from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import Finding, Step, judged


def ovn_nat(document: dict[str, Any], intent: dict[str, Any]) -> Iterator[Finding]:
    """An external address leads to one logical address, and the chassis that is to translate is known."""
    ovn = Ovn(document)
    routers = {router["name"]: router for router in ovn.northbound["routers"]}
    owners: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for nat in ovn.northbound["nats"]:
        # Any number of networks may leave with one address; what comes in can only go to one.
        if nat["type"] != "snat":
            owners[_outside(ovn, routers[nat["router"]], nat)].append(nat)
    for nat in ovn.northbound["nats"]:
        router = routers[nat["router"]]
        rivals = [nat] if nat["type"] == "snat" else owners[_outside(ovn, router, nat)]
        subject = f"{router['name']}/{nat['type']}/{nat['external_address']}/{nat['logical_address']}"
        yield judged(subject, _nat_steps(ovn, router, nat, rivals))


def _outside(ovn: Ovn, router: Row, nat: Row) -> tuple[Any, ...]:
    address = nat["external_address"]
    return ovn.external_network(router, address), address, nat["external_ports"]


def _nat_steps(ovn: Ovn, router: Row, nat: Row, rivals: list[Row]) -> Iterator[Step]:
    address, inside, port = nat["external_address"], nat["logical_address"], nat["logical_port"]
    rows = [
        seen("NAT", row, "router", "type", "external_address", "logical_address", "logical_port", "external_mac")
        for row in rivals
    ]
    hint = "Remove all rows of the address but one."
    yield Step(f"logical addresses of {address}", [inside], [row["logical_address"] for row in rivals], rows, hint)
    hint = "Give a router port gateway chassis (ovn-nbctl lrp-set-gateway-chassis), or the router a chassis."
    gateways = [each["name"] for each in router["ports"] if each["gateway_chassis"] or each["ha_chassis_group"]]
    has_gateway = bool(gateways or router["chassis"])
    yield Step(f"gateways of {router['name']}", "at least one", gateways, rows, hint, holds=has_gateway)
    if nat["external_mac"] is None:  # the gateway translates
        return
    hint = "Give the row its logical port, whose chassis is to translate, or take its external MAC address away."
    yield Step(f"logical port of {address}", "a logical port", port, rows, hint, holds=port is not None)
    row = ovn.switch_ports.get(port)
    yield Step(f"port of {address}", port, row and row["name"], rows, "Name a port that there is.")
    if row is not None:
        known = {each for _mac, each in owned([*row["addresses"], row["dynamic_addresses"]])}
        holds = inside in known or not known
        yield Step(f"addresses of {port}", inside, known, rows, "Name the port that has the address.", holds=holds)
    chassis = ovn.bindings.get(port, {}).get("chassis")
    hint = f"Plug an interface with external_ids:iface-id={port} into a chassis; nobody translates before."
    yield Step(f"chassis of {port}", "a chassis", chassis, rows, hint, holds=chassis is not None)
