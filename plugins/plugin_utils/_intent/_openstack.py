# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""What the cloud of an OpenStack lab should have, read from the inventory's variables.

What Neutron and Nova would refuse, and what they would take though it cannot work, is refused here before there are
nodes, with one sentence for each mistake.
"""

from __future__ import annotations

import typing as t

from ansible_collections.packetwalk.labs.plugins.plugin_utils._intent import (
    _openstack_networks,
    _openstack_security,
    _openstack_servers,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._intent._openstack_addresses import Addresses
from ansible_collections.packetwalk.labs.plugins.plugin_utils._intent._schema import IntentError, Key, entry, nodes

Hosts = t.Mapping[str, t.Mapping[str, t.Any]]

# Of the whole lab; the first controller's are taken.
LAB_KEYS = {"openstack_embedded_compute_driver": Key(str, "fake", choices=("fake", "libvirt", "none"))}

# What the cloud has because of Nova alone.
COMPUTE_VARIABLES = ("openstack_images", "openstack_flavors", "openstack_servers", "openstack_floating_ips")
VARIABLES = (*LAB_KEYS, "openstack_networks", "openstack_routers", "openstack_security_groups", *COMPUTE_VARIABLES)
CHASSIS_VARIABLES = ("ovn_chassis_bridge_mappings",)


class Inventory(t.NamedTuple):
    """The part of an inventory that describes a cloud.

    ``controllers``, ``computes`` and ``chassis``: host name -> its variables, of the groups ``openstack_controller``,
    ``openstack_computes`` and ``ovn_chassis``.
    """

    lab: str
    controllers: Hosts
    computes: Hosts
    chassis: Hosts
    provider: t.Any
    subnet: t.Any


def read(inventory: Inventory) -> dict[str, t.Any]:
    """Return the intent of a cloud (module openstack_intent); raise :class:`IntentError` when it cannot be."""
    if not inventory.controllers:
        raise IntentError(
            "The group openstack_controller has no host, but Keystone and Neutron need one. Put a host into it."
        )
    nodes({**inventory.controllers, **inventory.computes}, inventory.subnet, inventory.provider)
    given = dict(next(iter(inventory.controllers.values())))
    if _compute_driver(given) == "none":
        given.update({variable: [] for variable in COMPUTE_VARIABLES})
    networks = _openstack_networks.networks(
        given.get("openstack_networks", []), _physical_networks(inventory.chassis), inventory.provider
    )
    addresses = Addresses(networks)
    routers = _openstack_networks.routers(given.get("openstack_routers", []), networks, addresses)
    groups = _openstack_security.groups(given.get("openstack_security_groups", []))
    compute = _openstack_servers.read(given, networks, routers, groups, inventory.computes, addresses)
    addresses.check_pools()
    return {
        "openstack": {
            "lab": inventory.lab,
            "controller": next(iter(inventory.controllers)),
            "computes": list(inventory.computes),
            "compute_driver": _compute_driver(given),
            "networks": networks,
            "routers": routers,
            "security_groups": groups,
            **compute,
        }
    }


def notes(inventory: Inventory) -> list[str]:
    """Return what was asked for in vain, one sentence each."""
    given = next(iter(inventory.controllers.values()))
    ignored = [variable for variable in COMPUTE_VARIABLES if given.get(variable)]
    if _compute_driver(given) != "none" or not ignored:
        return []
    return [f"Without Nova (openstack_embedded_compute_driver is none) these are ignored: {', '.join(ignored)}"]


def _compute_driver(given: t.Mapping[str, t.Any]) -> str:
    settings = entry("The group openstack", {name: given[name] for name in LAB_KEYS if name in given}, LAB_KEYS)
    driver: str = settings["openstack_embedded_compute_driver"]
    return driver


def _physical_networks(chassis: Hosts) -> set[str] | None:
    """Those that a bridge is mapped to on any chassis; None when the inventory names no chassis, as with packstack."""
    if not chassis:
        return None
    return {
        mapping["network"]
        for variables in chassis.values()
        for mapping in variables.get("ovn_chassis_bridge_mappings") or ()
        if isinstance(mapping, dict) and "network" in mapping
    }
