# SPDX-License-Identifier: GPL-3.0-or-later
"""A topology with one of everything, for tests."""

from __future__ import annotations

import copy
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.packetwalk.labs.plugins.modules.ovn_topology import TOPOLOGY

WHOLE: dict[str, Any] = {
    "switches": [
        {
            "name": "sw0",
            "subnet": "10.10.10.0/24",
            "dhcp": {"router": "10.10.10.1", "dns_servers": ["8.8.8.8", "8.8.4.4"], "mtu_bytes": 1442},
            "dns": {"Host.example": ["10.10.10.5", "fd00::5"]},
            "ports": [
                {
                    "name": "vm1",
                    "mac": "50:54:00:00:00:0A",
                    "addresses": ["10.10.10.5", "fd00::5"],
                    "port_security": True,
                    "dhcp": True,
                },
                {"name": "vm2", "mac": "50:54:00:00:00:02", "addresses": ["10.10.10.6"], "enabled": False},
            ],
        },
        {
            "name": "sw1",
            "subnet": "10.10.11.0/24",
            "ports": [{"name": "vm3", "mac": "50:54:00:00:00:03", "addresses": ["10.10.11.5"]}],
        },
        {"name": "public", "subnet": "172.24.4.0/24", "localnet": {"network": "extnet", "vlan": 7}},
        {"name": "dmz"},
    ],
    "routers": [
        {
            "name": "lr0",
            "ports": [
                {"name": "lr0-sw0", "switch": "sw0", "mac": "00:00:00:00:ff:01", "networks": ["10.10.10.1/24"]},
                {"name": "lr0-sw1", "switch": "sw1", "mac": "00:00:00:00:ff:02", "networks": ["10.10.11.1/24"]},
                {
                    "name": "lr0-public",
                    "switch": "public",
                    "mac": "00:00:00:00:ff:03",
                    "networks": ["172.24.4.10/24"],
                    "gateway_chassis": {"chassis1": 20, "chassis2": 10},
                },
            ],
            "routes": [{"destination": "0.0.0.0/0", "next_hop": "172.24.4.1", "port": "lr0-public"}],
            "nat": [
                {"type": "snat", "external_address": "172.24.4.10", "logical_address": "10.10.10.0/24"},
                {"type": "dnat", "external_address": "172.24.4.20", "logical_address": "10.10.10.6"},
                {
                    "type": "dnat_and_snat",
                    "external_address": "172.24.4.21",
                    "logical_address": "10.10.10.5",
                    "logical_port": "vm1",
                    "external_mac": "00:00:00:00:FE:01",
                },
            ],
        },
        {
            "name": "lr1",
            "ports": [
                {
                    "name": "lr1-dmz",
                    "switch": "dmz",
                    "mac": "00:00:00:00:ff:04",
                    "networks": ["192.0.2.1/24", "fd01::1/64"],
                    "ha_chassis_group": "gateways",
                }
            ],
        },
    ],
    "ha_chassis_groups": [{"name": "gateways", "chassis": {"chassis1": 1, "chassis2": 2}}],
    "port_groups": [{"name": "pg_web", "ports": ["vm1", "vm2"]}],
    "address_sets": [{"name": "as_admins", "addresses": ["10.10.10.0/24", "10.10.11.7"]}],
    "acls": [
        {
            "switch": "sw0",
            "direction": "to-lport",
            "priority": 1000,
            "match": 'outport == "vm1" &&\n  ip4.src == $as_admins',
            "action": "allow-related",
        },
        {
            "port_group": "pg_web",
            "direction": "to-lport",
            "priority": 900,
            "match": "outport == @pg_web && tcp.dst == 80",
            "action": "drop",
        },
    ],
    "load_balancers": [
        {
            "name": "lb0",
            "vips": {"10.10.10.100:80": ["10.10.10.5:80", "10.10.10.6:80"]},
            "switches": ["sw0"],
            "routers": ["lr0"],
        }
    ],
}


def changed(*steps: tuple[tuple[Any, ...], Any]) -> dict[str, Any]:
    """Return the whole topology with other values at some places; a place is the way there, ``None`` removes."""
    topology = copy.deepcopy(WHOLE)
    for (*way, last), value in steps:
        place: Any = topology
        for step in way:
            place = place[step]
        if value is None:
            del place[last]
        elif last == "+":
            place.append(value)
        else:
            place[last] = value
    return topology


def complete(topology: dict[str, Any]) -> dict[str, Any]:
    """Return a topology as the module hands it on: with all that was left out."""
    done = ArgumentSpecValidator({"topology": {"type": "dict", "options": TOPOLOGY}}).validate({"topology": topology})
    if done.error_messages:
        raise ValueError(done.error_messages)
    whole: dict[str, Any] = done.validated_parameters["topology"]
    for switch in whole["switches"]:
        switch["dns"] = switch["dns"] or {}
    return whole
