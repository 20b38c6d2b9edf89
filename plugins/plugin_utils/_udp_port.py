# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Who has a UDP port of a node already."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._docker_names import is_network_namespace

# Open vSwitch makes such a device where the kernel forwards for it (lib/dpif-netlink-rtnl.c).
_OF_OPEN_VSWITCH = "vxlan_sys_"
_ANY = ("0.0.0.0", "::")


def vxlan_port_owners(state: dict[str, Any], port: int) -> list[str]:
    """What receives on a UDP port of the node's own namespace and is not Open vSwitch, each as a noun phrase.

    ``state`` is what ``packetwalk.labs.node_state`` returned of ``namespaces``, and of ``docker`` if networks are to be
    named. The socket of a VXLAN device stays in the namespace that the device was made in (drivers/net/vxlan), so those
    of Docker's overlay networks count, which are in namespaces of their own. Nothing tells such a socket from that of a
    process, but where it is, at all addresses, no process can have one.

    Raises KeyError where the namespaces could not be read.
    """
    port = int(port)
    of_device = next(_devices(state, port), None) is not None
    owners = [
        _named(state, namespace, link)
        for namespace, link in _devices(state, port)
        if not link["name"].startswith(_OF_OPEN_VSWITCH)
    ]
    return owners + [
        f"a process at {row['address']}"
        for row in state["namespaces"]["host"]["sockets"]
        if row["protocol"] == "udp" and row["port"] == port and not (of_device and row["address"] in _ANY)
    ]


def _devices(state: dict[str, Any], port: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Namespace and VXLAN device of each socket that such a device has on the port."""
    for namespace, content in sorted(state["namespaces"].items()):
        for link in content["links"]:
            vxlan = link.get("vxlan")
            if vxlan and vxlan["port"] == port and (vxlan["underlay_namespace"] or namespace) == "host":
                yield namespace, link


def _named(state: dict[str, Any], namespace: str, link: dict[str, Any]) -> str:
    network = _network(state, namespace)
    of_docker = f", of Docker's network {network}" if network else ""
    return f"the VXLAN device {link['name']} in the namespace {namespace}{of_docker}"


def _network(state: dict[str, Any], namespace: str) -> str | None:
    """Name of the overlay network that a namespace like ``1-1us5hb6ohx`` is of (libnetwork's drivers/overlay)."""
    networks = (state.get("docker") or {}).get("networks") or []
    return next((row["name"] for row in networks if is_network_namespace(namespace, row["id"])), None)
