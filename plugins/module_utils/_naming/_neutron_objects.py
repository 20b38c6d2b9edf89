# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""What Neutron and Nova have, in the words of ``packetwalk.labs.neutron_info``, also where they could not be asked.

Neutron writes into OVN's northbound database what its objects are called (the ``external_ids`` that its mechanism
driver sets: neutron/common/ovn/constants.py), so that most names are known without it.
"""

from __future__ import annotations

from typing import Any, Dict, Iterator, Mapping

Row = Dict[str, Any]

# What Neutron calls the rows that it makes of networks and routers, and the ports of these: this and the identifier.
DATAPATH = "neutron-"
ROUTER_PORT = "lrp-"

ROUTER_INTERFACE = "network:router_interface"
ROUTER_GATEWAY = "network:router_gateway"

_KINDS = ("networks", "subnets", "ports", "routers", "floating_ips", "security_groups", "servers")


def objects_of(control: Mapping[str, Any]) -> dict[str, list[Row]]:
    """Rows by kind: all that ``control.neutron`` has, else what is in ``control.ovn_nb`` (docs/state.md).

    Rows of the northbound database have fewer keys: those that names, addresses and belonging need. Raises ValueError
    with a sentence when neither was read.
    """
    neutron = control.get("neutron")
    if neutron is not None:
        return {kind: neutron.get(kind) or [] for kind in _KINDS}
    northbound = control.get("ovn_nb")
    if northbound is None:
        reasons = [control.get(f"{key}_reason") or "it was not asked" for key in ("neutron", "ovn_nb")]
        raise ValueError(
            f"Names are not known: Neutron was not read ({reasons[0]}), nor OVN's northbound database ({reasons[1]})."
        )
    return {
        "networks": list(_networks(northbound)),
        "subnets": [],
        "ports": list(_ports(northbound)),
        "routers": list(_routers(northbound)),
        "floating_ips": list(_floating_ips(northbound)),
        # It has no names of security groups, and nothing of servers but their identifiers.
        "security_groups": [],
        "servers": [],
    }


def addresses_of(port: Mapping[str, Any]) -> list[str]:
    return [row["address"] for row in port["addresses"]]


def _networks(northbound: Row) -> Iterator[Row]:
    for switch in northbound["switches"]:
        name = switch["external_ids"].get("neutron:network_name")
        if name is not None:
            yield {"id": _identifier(switch["name"]), "name": name}


def _routers(northbound: Row) -> Iterator[Row]:
    for router in northbound["routers"]:
        name = router["external_ids"].get("neutron:router_name")
        if name is not None:
            yield {"id": _identifier(router["name"]), "name": name}


def _ports(northbound: Row) -> Iterator[Row]:
    for switch in northbound["switches"]:
        for port in switch["ports"]:
            ids = port["external_ids"]
            if "neutron:device_owner" not in ids:
                continue
            yield {
                "id": port["name"],
                "name": ids.get("neutron:port_name", ""),
                "network": _identifier(switch["name"]),
                "mac": _mac(northbound, port),
                "addresses": [
                    {"subnet": None, "address": cidr.partition("/")[0]} for cidr in ids.get("neutron:cidrs", "").split()
                ],
                "device_id": ids.get("neutron:device_id", ""),
                "device_owner": ids["neutron:device_owner"],
                "host": ids.get("neutron:host_id"),
                "status": None,
                "security_groups": ids.get("neutron:security_group_ids", "").split(),
            }


def _mac(northbound: Row, port: Row) -> str | None:
    """The first word of its addresses; of a port to a router that is in the router's port."""
    if port["type"] != "router":
        return next((word for text in port["addresses"] for word in text.split() if word.count(":") == 5), None)
    wanted = port["options"].get("router-port")
    return next((row["mac"] for one in northbound["routers"] for row in one["ports"] if row["name"] == wanted), None)


def _floating_ips(northbound: Row) -> Iterator[Row]:
    for nat in northbound["nats"]:
        ids = nat["external_ids"]
        if "neutron:fip_id" in ids:
            yield {
                "id": ids["neutron:fip_id"],
                "address": nat["external_address"],
                "network": ids.get("neutron:fip_network_id"),
                "port": ids.get("neutron:fip_port_id"),
                "fixed_address": nat["logical_address"],
                "router": _identifier(nat["router"]),
                "status": None,
            }


def _identifier(name: str) -> str:
    return name[len(DATAPATH) :] if name.startswith(DATAPATH) else name
