# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Checks of the VXLAN devices of overlay networks and of the network under them."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._routes import source_address
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._swarm import each_member
from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import (
    Evidence,
    Finding,
    Step,
    evidence,
    failed,
    judged,
    skipped,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import link_named, links, read
from ansible_collections.packetwalk.labs.plugins.plugin_utils._swarm import Swarm

# moby daemon/libnetwork/drivers/overlay: createVxlan() in ov_utils.go, maxMTU() in encryption.go.
_FLAGS = ("learning", "proxy", "l2miss", "l3miss")
_DEFAULT_UNDERLAY_MTU = 1500
_VXLAN_OVERHEAD = 50
_ENCRYPTION_OVERHEAD = 26
_ENCRYPTION_BLOCK = 4


def swarm_vxlan(document: dict[str, Any], intent: dict[str, Any]) -> Iterator[Finding]:
    """VNI, UDP port and flags are the same on all nodes, and nobody else has a VXLAN device on that port."""
    yield from each_member(Swarm(document), _vxlan_of_node)


def swarm_mtu(document: dict[str, Any], intent: dict[str, Any]) -> Iterator[Finding]:
    """Every device of an overlay network has the MTU that Docker gives it, and it fits through the underlay."""
    yield from each_member(Swarm(document), _mtu_of_node)


def swarm_outer_source(document: dict[str, Any], intent: dict[str, Any]) -> Iterator[Finding]:
    """The kernel sends to each peer from the address that the peers expect (others are dropped there)."""
    yield from each_member(Swarm(document), _outer_source_of_node)


def overlay_mtu(underlay_mtu: int, encrypted: bool) -> int:
    """Bytes of an inner packet (without its Ethernet header) that fit into an underlay, as Docker reckons them."""
    mtu = underlay_mtu - _VXLAN_OVERHEAD
    if encrypted:
        mtu -= _ENCRYPTION_OVERHEAD
        mtu -= mtu % _ENCRYPTION_BLOCK
    return mtu


def _vxlan_of_node(swarm: Swarm, name: str) -> Iterator[Finding]:
    for network in swarm.overlays(name):
        subject = f"{name}/{network['name']}"
        found = swarm.vxlan(name, network)
        if found is None:
            hint = "Restart the engine of this node; dmesg tells when the device could not be made."
            what, vni = f"VXLAN device of {network['name']}", f"VNI {swarm.vni(network['id'])}"
            yield failed(subject, what, vni, None, [], hint)
            continue
        yield judged(subject, _device_steps(swarm, name, network, *found))
    port = swarm.data_path_port
    foreign = list(_foreign_devices(swarm, name, port))
    seen = [evidence(name, namespace, "links", link) for namespace, link in foreign]
    hint = "Remove the device, or give it or the swarm (docker swarm init --data-path-port) another port."
    actual = [f"{link['name']} in {namespace}" for namespace, link in foreign]
    yield judged(f"{name}/udp/{port}", [Step(f"foreign VXLAN devices on UDP port {port}", [], actual, seen, hint)])


def _device_steps(
    swarm: Swarm, name: str, network: dict[str, Any], namespace: str, link: dict[str, Any]
) -> Iterator[Step]:
    vxlan = link["vxlan"]
    seen = [evidence(name, namespace, "links", {"name": link["name"], "vxlan": vxlan})]
    hint = "Restart the engine of this node, so that it makes the device anew."
    vni = swarm.vni(network["id"])
    yield Step(f"VNI of {network['name']} by docker network inspect", [vni], network["vnis"], seen, hint)
    yield Step(f"VNI of {link['name']}", vni, vxlan["vni"], seen, hint)
    yield Step(f"UDP port of {link['name']}", swarm.data_path_port, vxlan["port"], seen, hint)
    missing = [flag for flag in _FLAGS if vxlan[flag] is False]
    yield Step(f"flags that {link['name']} lacks", [], missing, seen, hint)


def _foreign_devices(swarm: Swarm, name: str, port: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """VXLAN devices with their socket in the host's namespace that are of no overlay network of this node."""
    found = (swarm.vxlan(name, network) for network in swarm.overlays(name, in_use=False))
    own = {(namespace, link["name"]) for namespace, link in filter(None, found)}
    for namespace, link in links(swarm.nodes[name], "vxlan"):
        in_host = (link["vxlan"]["underlay_namespace"] or namespace) == "host"
        if in_host and link["vxlan"]["port"] == port and (namespace, link["name"]) not in own:
            yield namespace, link


def _mtu_of_node(swarm: Swarm, name: str) -> Iterator[Finding]:
    for network in swarm.overlays(name):
        subject = f"{name}/{network['name']}"
        found = swarm.vxlan(name, network)
        if found is None:
            yield skipped(subject, f"MTU of {network['name']}", "it has no VXLAN device here, see swarm_vxlan")
        else:
            yield judged(subject, _mtu_steps(swarm, name, network, *found))


def _mtu_steps(
    swarm: Swarm, name: str, network: dict[str, Any], namespace: str, vxlan: dict[str, Any]
) -> Iterator[Step]:
    wanted = overlay_mtu(network["mtu_bytes"] or _DEFAULT_UNDERLAY_MTU, network["encrypted"])
    for where, link in _path_devices(swarm, name, network, namespace, vxlan):
        hint = f"ip link set {link['name']} mtu {wanted} in namespace {where}, or recreate the network."
        yield Step(f"MTU of {link['name']} in {where}", wanted, link["mtu_bytes"], [_mtu_row(name, where, link)], hint)
    underlay = _underlay_link(swarm, name)
    if underlay is None:
        return
    largest = overlay_mtu(underlay["mtu_bytes"], network["encrypted"])
    yield Step(
        f"MTU of {network['name']} over {underlay['name']} with {underlay['mtu_bytes']} bytes",
        f"at most {largest}",
        wanted,
        [_mtu_row(name, "host", underlay)],
        "Recreate the network with --opt com.docker.network.driver.mtu set to the MTU of the underlay.",
        holds=wanted <= largest,
    )


def _path_devices(
    swarm: Swarm, name: str, network: dict[str, Any], namespace: str, vxlan: dict[str, Any]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """VXLAN device, bridge, bridge ports, and the devices of the endpoints, each with its namespace."""
    kernel = swarm.namespaces(name)
    yield namespace, vxlan
    bridge = link_named(kernel[namespace], vxlan.get("master"))
    if bridge:
        yield namespace, bridge
        for link in read(kernel[namespace], "links"):
            if link.get("master") == bridge["name"] and link["name"] != vxlan["name"]:
                yield namespace, link
    addresses = {endpoint["address"] for endpoint in network["endpoints"]}
    for where, part in kernel.items():
        for row in read(part, "addresses"):
            link = link_named(part, row["device"]) if row["address"] in addresses else None
            if link and link["kind"] == "veth":
                yield where, link


def _mtu_row(name: str, namespace: str, link: dict[str, Any]) -> Evidence:
    return evidence(name, namespace, "links", {"name": link["name"], "mtu_bytes": link["mtu_bytes"]})


def _underlay_link(swarm: Swarm, name: str) -> dict[str, Any] | None:
    host = swarm.host(name)
    device = next((row["device"] for row in read(host, "addresses") if row["address"] == swarm.vteps[name]), None)
    return link_named(host, device)


def _outer_source_of_node(swarm: Swarm, name: str) -> Iterator[Finding]:
    host = swarm.host(name)
    peers = {endpoint.node for network in swarm.overlays(name) for endpoint in swarm.endpoints(network["id"])} - {name}
    for peer in sorted(peers):
        vtep = swarm.vteps[peer]
        if vtep is None or ipaddress.ip_address(vtep).version == 6:
            yield skipped(f"{name}/{peer}", f"source address towards {peer}", f"its VTEP is {vtep}")
            continue
        source, route = source_address(host, vtep)
        hint = "Give the route to the peer this source, or let the node join with another --data-path-addr."
        seen = [evidence(name, "host", "routes", route)]
        yield judged(f"{name}/{vtep}", [Step(f"source address towards {peer}", swarm.vteps[name], source, seen, hint)])
