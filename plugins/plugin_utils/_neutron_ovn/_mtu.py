# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""MTU: packets of networks with tunnels have to fit through what the tunnels of each chassis leave by."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from shlex import quote
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._neutron_ovn._cloud import Cloud, Row
from ansible_collections.packetwalk.labs.plugins.plugin_utils._neutron_ovn._drift import SWITCH, Compared, Drift

KIND = "network"

# What a tunnel puts before the packet: Ethernet inside (14), the tunnel's header with OVN's option (8 + 8), UDP (8) and
# IP. VXLAN has no options.
_HEADERS = {"geneve": 38, "vxlan": 30}
_IP = {4: 20, 6: 40}


def mtus(cloud: Cloud) -> Iterator[Compared]:
    """Every network whose packets go through tunnels."""
    for network in cloud.networks.values():
        if network["network_type"] in _HEADERS and network["mtu_bytes"]:
            drifts: list[Drift] = []
            unknown: list[str] = []
            for node in cloud.ovn.switch_of:
                for tunnel in cloud.ovn.switch_of[node]["tunnels"]:
                    if tunnel["type"] in _HEADERS:
                        device, mtu = _way_out(cloud, node, tunnel)
                        if mtu is None:
                            unknown.append(f"the MTU of what {tunnel['name']} on {node} leaves by is not known")
                        else:
                            drifts += _fits(network, node, tunnel, str(device), mtu)
            # Several tunnels leave by one interface.
            each = list({(drift.node, drift.what): drift for drift in drifts}.values())
            yield Compared(KIND, network["id"], network["name"], each, unknown[0] if unknown and not each else None)


def _fits(network: Row, node: str, tunnel: Row, device: str, mtu: int) -> Iterator[Drift]:
    overhead = _HEADERS[tunnel["type"]] + _IP[ip_address(tunnel["remote"]).version]
    room = mtu - overhead
    if network["mtu_bytes"] > room:
        command = f"openstack network set --mtu {room} {quote(network['name'])}"
        what = f"MTU less {overhead} bytes of {tunnel['type']} of {device} in Open vSwitch"
        yield Drift(what, SWITCH, network["mtu_bytes"], room, command, node=node)


def _way_out(cloud: Cloud, node: str, tunnel: Row) -> tuple[str | None, int | None]:
    """The interface with the smallest MTU that a tunnel leaves by: its device, or with the userspace datapath all
    interfaces of the bridge of that name."""
    for bridge in cloud.ovn.switch_of[node]["bridges"]:
        interfaces = [one for port in bridge["ports"] for one in port["interfaces"]]
        if any(one["name"] == tunnel["egress"] for one in interfaces):
            known = [(one["mtu_bytes"], one["name"]) for one in interfaces if one["mtu_bytes"]]
            if known:
                mtu, name = min(known)
                return name, mtu
    return tunnel["egress"], _kernel_mtu(cloud.document["nodes"][node], tunnel["egress"])


def _kernel_mtu(node: dict[str, Any], device: str | None) -> int | None:
    links = ((node.get("namespaces") or {}).get("host") or {}).get("links") or ()
    return next((link["mtu_bytes"] for link in links if link["name"] == device), None)
