# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Images, flavors, servers and floating IPs of a cloud, read from the inventory's variables."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.packetwalk.labs.plugins.plugin_utils._intent._openstack_addresses import Addresses
from ansible_collections.packetwalk.labs.plugins.plugin_utils._intent._openstack_networks import known
from ansible_collections.packetwalk.labs.plugins.plugin_utils._intent._openstack_security import DEFAULT_GROUP
from ansible_collections.packetwalk.labs.plugins.plugin_utils._intent._schema import IntentError, Key, entries, entry

Entry = t.Dict[str, t.Any]
Rows = t.Sequence[Entry]

IMAGE_KEYS = {
    "name": Key(str, required=True),
    # A file on the machine that runs Ansible; without it the image is empty.
    "file": Key(str),
    "disk_format": Key(str, "raw", choices=("iso", "qcow2", "raw", "vmdk")),
}
FLAVOR_KEYS = {
    "name": Key(str, required=True),
    "vcpus": Key(int, 1),
    "ram_megabytes": Key(int, required=True),
    "disk_gigabytes": Key(int, 0),
}
SERVER_KEYS = {
    "name": Key(str, required=True),
    "network": Key(str, required=True),
    "address": Key(str),
    "image": Key(str, required=True),
    "flavor": Key(str, required=True),
    "security_groups": Key(list, (DEFAULT_GROUP,)),
    "host": Key(str),
}
FLOATING_IP_KEYS = {
    "server": Key(str, required=True),
    "network": Key(str, required=True),
    "address": Key(str),
}

# Least of each, of Nova's API for flavors.
_LEAST = {"vcpus": 1, "ram_megabytes": 1, "disk_gigabytes": 0}

# It is a hostname (RFC 1123), and the name of a network namespace.
_SERVER_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,61}[A-Za-z0-9])?")


def read(
    given: t.Mapping[str, t.Any],
    networks: Rows,
    routers: Rows,
    groups: Rows,
    computes: t.Collection[str],
    addresses: Addresses,
) -> dict[str, list[Entry]]:
    """What Nova and Glance are told, and floating IPs; raise :class:`IntentError` when it cannot be.

    ``given``: the variables; ``networks``, ``routers`` and ``groups``: rows of the intent.
    """
    images = entries("openstack_images", given.get("openstack_images", []), IMAGE_KEYS)
    flavors = entries("openstack_flavors", given.get("openstack_flavors", []), FLAVOR_KEYS)
    for each in flavors:
        for key, least in _LEAST.items():
            if each[key] < least:
                raise IntentError(
                    f"openstack_flavors ({each['name']}): {key} is {each[key]}, but has to be {least} at least."
                )
    servers = entries("openstack_servers", given.get("openstack_servers", []), SERVER_KEYS)
    if servers and not computes:
        raise IntentError(
            "The group openstack_computes has no host, but openstack_servers need one. Put a host into it."
        )
    by_name = {each["name"]: each for each in networks}
    named = {
        "network": ("openstack_networks", by_name),
        "image": ("openstack_images", {each["name"] for each in images}),
        "flavor": ("openstack_flavors", {each["name"] for each in flavors}),
    }
    group_names = {*(each["name"] for each in groups), DEFAULT_GROUP}
    for each in servers:
        label = f"openstack_servers ({each['name']})"
        if not _SERVER_NAME.fullmatch(each["name"]):
            raise IntentError(f"{label} has a name that is no hostname. Use letters, digits, and . - within.")
        for key, (variable, names) in named.items():
            known(label, key, each[key], names, variable)
        for name in each["security_groups"]:
            known(label, "security group", name, group_names, "openstack_security_groups")
        if each["host"] is not None and each["host"] not in computes:
            raise IntentError(
                f"{label}: host is {each['host']}, which is not in the group openstack_computes "
                f"({', '.join(computes)}). Correct the name."
            )
        if not by_name[each["network"]]["subnets"]:
            raise IntentError(f"{label} is on the network {each['network']}, which has no subnets. Add one.")
        each["subnet"] = addresses.take(
            f"{label}: address", f"the server {each['name']}", each["network"], each["address"]
        )
    return {
        "images": images,
        "flavors": flavors,
        "servers": servers,
        "floating_ips": _floating_ips(
            given.get("openstack_floating_ips", []),
            by_name,
            routers,
            {each["name"]: each for each in servers},
            addresses,
        ),
    }


def _floating_ips(
    given: t.Any,
    networks: t.Mapping[str, Entry],
    routers: Rows,
    servers: t.Mapping[str, Entry],
    addresses: Addresses,
) -> list[Entry]:
    if not isinstance(given, list):
        raise IntentError(f"openstack_floating_ips is {given!r}, but has to be a list.")
    result: list[Entry] = []
    for index, raw in enumerate(given):
        each = entry(f"openstack_floating_ips[{index}]", raw, FLOATING_IP_KEYS)
        label = f"openstack_floating_ips ({each['server']})"
        known(label, "server", each["server"], servers, "openstack_servers")
        known(label, "network", each["network"], networks, "openstack_networks")
        if not networks[each["network"]]["external"]:
            raise IntentError(f"{label}: network is {each['network']}, which is not external. Take one that is.")
        if each["server"] in (other["server"] for other in result):
            raise IntentError(f"openstack_floating_ips has {each['server']} twice. Take one of them out.")
        addresses.take(f"{label}: address", f"the floating IP of {each['server']}", each["network"], each["address"])
        each["router"] = _router(label, each, servers[each["server"]], networks, routers)
        result.append(each)
    return result


def _router(label: str, each: Entry, server: Entry, networks: t.Mapping[str, Entry], routers: Rows) -> str:
    """Name of the router that translates the address."""
    subnets = {subnet["name"] for subnet in networks[server["network"]]["subnets"]}
    if server["subnet"] is not None:
        subnets = {server["subnet"]}
    for router in routers:
        if router["external_network"] == each["network"] and subnets.intersection(router["subnets"]):
            name: str = router["name"]
            return name
    raise IntentError(
        f"{label}: no router leads from {server['network']} to {each['network']}. Give a router of openstack_routers "
        "both."
    )
