# SPDX-License-Identifier: GPL-3.0-or-later
"""The logical network that Neutron had made of a real cloud, from its recording, in databases with northd at work."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any, Iterator

import ovn_daemons

RECORDING = Path(__file__).parents[5] / "tests" / "recordings" / "neutron-ovn" / "state.json"


def control() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(RECORDING.read_text())["control"]
    return found


@contextlib.contextmanager
def logical(directory: Path, unnamed: str) -> Iterator[ovn_daemons.Daemons]:
    """``unnamed`` is a port that users gave no name, as those that Nova makes."""
    northbound, southbound = control()["ovn_nb"], control()["ovn_sb"]
    for switch in northbound["switches"]:
        for port in switch["ports"]:
            if port["name"] == unnamed:
                port["external_ids"]["neutron:port_name"] = ""
    with ovn_daemons.ovn(directory) as started:
        for chassis in southbound["chassis"]:
            encapsulation = ("geneve", chassis["encapsulations"][0]["address"])
            started.run("ovn-sbctl", "chassis-add", chassis["name"], *encapsulation)
        started.run("ovn-nbctl", *(word for command in _commands(northbound) for word in ("--", *command)))
        started.run("ovn-nbctl", "--timeout=30", "--wait=sb", "sync")
        for row in southbound["port_bindings"]:
            if row["chassis"] and not row["type"]:
                started.run("ovn-sbctl", "lsp-bind", row["name"], row["chassis"])
        started.run("ovn-nbctl", "--timeout=30", "--wait=sb", "sync")
        yield started


def _commands(northbound: dict[str, Any]) -> Iterator[list[str]]:
    for switch in northbound["switches"]:
        yield ["ls-add", switch["name"]]
        yield ["set", "Logical_Switch", switch["name"], *_map("external_ids", switch["external_ids"])]
    for router in northbound["routers"]:
        yield ["lr-add", router["name"]]
        yield ["set", "Logical_Router", router["name"], *_map("external_ids", router["external_ids"])]
        for port in router["ports"]:
            yield ["lrp-add", router["name"], port["name"], port["mac"], *port["networks"]]
            for row in port["gateway_chassis"]:
                yield ["lrp-set-gateway-chassis", port["name"], row["chassis"], str(row["priority"])]
        for route in router["routes"]:
            yield ["lr-route-add", router["name"], route["destination"], route["next_hop"]]
    for switch in northbound["switches"]:
        for port in switch["ports"]:
            yield ["lsp-add", switch["name"], port["name"]]
            yield ["lsp-set-addresses", port["name"], *port["addresses"]]
            if port["type"]:
                yield ["lsp-set-type", port["name"], port["type"]]
            maps = {key: port[key] for key in ("options", "external_ids") if port[key]}
            pairs = [pair for key, values in maps.items() for pair in _map(key, values)]
            yield ["set", "Logical_Switch_Port", port["name"], *pairs]
    for group in northbound["port_groups"]:
        yield ["pg-add", group["name"], *group["ports"]]
    for acl in northbound["acls"]:
        words = [acl["port_group"], acl["direction"], str(acl["priority"]), acl["match"], acl["action"]]
        # Of an address set that has no group in the recording nothing can be in a match.
        if "$" not in acl["match"]:
            yield ["--type=port-group", "acl-add", *words]
    for nat in northbound["nats"]:
        yield ["lr-nat-add", nat["router"], nat["type"], nat["external_address"], nat["logical_address"]]


def _map(column: str, values: dict[str, str]) -> list[str]:
    return [f'{column}:"{key}"="{value}"' for key, value in values.items()]
