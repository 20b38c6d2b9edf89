# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""All checks, and running some of them."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._contiv_endpoints import contiv_endpoints
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._contiv_networks import contiv_networks
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._contiv_openflow import contiv_openflow
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._contiv_plugin import contiv_plugin
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._contiv_tags import contiv_tags
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._contiv_tunnels import contiv_tunnels
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._contiv_vxlan_port import contiv_vxlan_port
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._legacy_swarm_engines import (
    legacy_swarm_engines,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._legacy_swarm_etcd import legacy_swarm_etcd
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._legacy_swarm_nodes import legacy_swarm_nodes
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._legacy_swarm_overlay import (
    legacy_swarm_overlay,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._neutron_agreement import (
    neutron_agents,
    neutron_dhcp,
    neutron_floating_ips,
    neutron_gateways,
    neutron_hostnames,
    neutron_mtu,
    neutron_ports,
    neutron_revisions,
    neutron_routers,
    neutron_security_groups,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._nova_computes import nova_computes
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._openstack_resources import openstack_resources
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._ovn_acls import ovn_acls
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._ovn_chassis import (
    ovn_chassis,
    ovn_configuration,
    ovn_controllers,
    ovn_databases,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._ovn_gateways import (
    ovn_bridge_mappings,
    ovn_gateways,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._ovn_mac_bindings import ovn_mac_bindings
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._ovn_openflow import ovn_openflow
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._ovn_ports import ovn_ports
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._ovn_topology import ovn_topology
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._ovn_translation import ovn_nat
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._ovn_tunnels import ovn_bfd, ovn_tunnels
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._swarm_addresses import swarm_addresses
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._swarm_encryption import swarm_encryption
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._swarm_gossip import swarm_peers
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._swarm_load_balancer import swarm_load_balancer
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._swarm_nodes import swarm_nodes, swarm_quorum
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._swarm_overlay import (
    swarm_fdb,
    swarm_neighbours,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._swarm_published_ports import (
    swarm_published_ports,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._swarm_services import (
    swarm_networks,
    swarm_services,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._swarm_tunnels import (
    swarm_mtu,
    swarm_outer_source,
    swarm_vxlan,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._switch_bgp import switch_bgp, switch_routes
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._switch_configuration import (
    switch_addresses,
    switch_configuration,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._switch_links import (
    switch_links,
    switch_subnets,
    switch_wiring,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._switch_ports import (
    switch_daemons,
    switch_ports,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._switch_segments import switch_segments
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._switch_vlans import switch_vlans
from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import Finding, error, skipped
from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import Unknown


@dataclass(frozen=True)
class _ControlPlane:
    """What a lab with a control plane has: ``intent`` in the intent, and ``control`` in that part of the document, of
    which the first tells that the lab has it.

    Where each node has its own instead, ``node`` is in the state of these. With both a lab can do without ``control``,
    for the reason ``without``.
    """

    control: tuple[str, ...]
    intent: str
    absent: str
    node: str = ""
    without: str = ""


_CONTROL_PLANES = {
    "swarm": _ControlPlane(("swarm",), "nodes", "no node of this lab is in a swarm"),
    "ovn": _ControlPlane(("ovn_nb", "ovn_sb", "ovn_lag"), "ovn_topology", "this lab has no OVN"),
    "neutron": _ControlPlane(("neutron", "ovn_nb", "ovn_sb", "ovn_lag"), "openstack", "this lab has no OpenStack"),
    "switch": _ControlPlane((), "openswitch", "this lab has no switches", node="switch"),
    "contiv": _ControlPlane(
        ("contiv",),
        "contiv",
        "this lab has no Contiv",
        node="legacy_swarm",
        without="no binaries of Contiv were given",
    ),
    "legacy_swarm": _ControlPlane((), "contiv", "this lab has no legacy Swarm", node="legacy_swarm"),
}


@dataclass(frozen=True)
class Check:
    """A check: ``function(document, intent)`` yields findings, and is only called when the control plane that
    ``needs`` names is in the document and every key of ``intent`` in the intent."""

    identifier: str
    title: str
    needs: str
    reference: str
    function: Callable[[dict[str, Any], dict[str, Any]], Iterator[Finding]]
    intent: tuple[str, ...] = ()


_MOBY = "https://github.com/moby/moby/issues"
_DOCKER = "https://docs.docker.com/engine"
_OVN = "https://github.com/ovn-org/ovn/issues"
_OVN_KUBERNETES = "https://github.com/ovn-kubernetes/ovn-kubernetes/issues"
_OVN_MANUAL = "https://docs.ovn.org/en/latest/ref"
_NEUTRON = "https://docs.openstack.org/neutron/latest"
_FRR = "https://github.com/FRRouting/frr/issues"
_FRR_MANUAL = "https://docs.frrouting.org/en/latest"
_NETPLUGIN = "https://github.com/contiv/netplugin/issues"

CHECKS = (
    Check("swarm_nodes", "The node table is clean and as intended", "swarm", f"{_MOBY}/24106", swarm_nodes),
    Check("swarm_quorum", "The managers have a leader and a majority", "swarm", f"{_DOCKER}/swarm/raft/", swarm_quorum),
    Check("swarm_services", "Services have converged and are as intended", "swarm", f"{_MOBY}/39023", swarm_services),
    Check(
        "swarm_networks",
        "Overlay networks are as intended",
        "swarm",
        f"{_DOCKER}/network/drivers/overlay/",
        swarm_networks,
        intent=("networks",),
    ),
    Check("swarm_addresses", "Addresses have one owner", "swarm", f"{_MOBY}/33795", swarm_addresses),
    Check("swarm_peers", "NetworkDB agrees on all nodes", "swarm", f"{_MOBY}/53141", swarm_peers),
    Check("swarm_fdb", "Forwarding rows lead to the right hosts", "swarm", f"{_MOBY}/52661", swarm_fdb),
    Check("swarm_neighbours", "Neighbours are the live endpoints", "swarm", f"{_MOBY}/39607", swarm_neighbours),
    Check("swarm_load_balancer", "Virtual addresses lead to tasks", "swarm", f"{_MOBY}/30464", swarm_load_balancer),
    Check("swarm_published_ports", "Published ports lead to tasks", "swarm", f"{_MOBY}/40590", swarm_published_ports),
    Check("swarm_vxlan", "VXLAN devices agree and own their port", "swarm", f"{_MOBY}/33416", swarm_vxlan),
    Check("swarm_mtu", "Packets fit through the underlay", "swarm", f"{_MOBY}/24906", swarm_mtu),
    Check(
        "swarm_encryption",
        "Encrypted networks are really encrypted",
        "swarm",
        f"{_DOCKER}/network/drivers/overlay/#encrypt-traffic-on-an-overlay-network",
        swarm_encryption,
    ),
    Check("swarm_outer_source", "Tunnels leave from the known address", "swarm", f"{_MOBY}/53004", swarm_outer_source),
    Check(
        "ovn_databases",
        "The servers of each database are one cluster",
        "ovn",
        "https://docs.openvswitch.org/en/latest/ref/ovsdb.7/#clustered-database-service-model",
        ovn_databases,
    ),
    Check(
        "ovn_configuration",
        "What was asked for is carried out",
        "ovn",
        f"{_OVN_MANUAL}/ovn-nb.5.html",
        ovn_configuration,
    ),
    Check("ovn_chassis", "Every chassis is registered, once", "ovn", f"{_OVN_KUBERNETES}/4739", ovn_chassis),
    Check("ovn_controllers", "The controllers of all chassis are at work", "ovn", f"{_OVN}/252", ovn_controllers),
    Check("ovn_tunnels", "Chassis have tunnels to each other", "ovn", f"{_OVN_KUBERNETES}/1010", ovn_tunnels),
    Check(
        "ovn_bfd",
        "Chassis that share a gateway hear each other",
        "ovn",
        f"{_OVN_MANUAL}/ovn-architecture.7.html",
        ovn_bfd,
    ),
    Check(
        "ovn_topology",
        "The logical network is as intended",
        "ovn",
        f"{_OVN_MANUAL}/ovn-nb.5.html",
        ovn_topology,
        intent=("ovn_topology",),
    ),
    Check(
        "ovn_ports",
        "Instances are plugged in where OVN has them",
        "ovn",
        f"{_OVN_KUBERNETES}/3115",
        ovn_ports,
    ),
    Check("ovn_openflow", "Chassis carry out the logical flows", "ovn", f"{_OVN}/181", ovn_openflow),
    Check("ovn_gateways", "Gateways are on the preferred live chassis", "ovn", f"{_OVN}/129", ovn_gateways),
    Check(
        "ovn_bridge_mappings",
        "Physical networks have their bridges",
        "ovn",
        f"{_OVN_KUBERNETES}/1446",
        ovn_bridge_mappings,
    ),
    Check("ovn_nat", "External addresses lead to one instance", "ovn", f"{_OVN_MANUAL}/ovn-nb.5.html", ovn_nat),
    Check("ovn_acls", "No ACL is hidden by another", "ovn", f"{_OVN_MANUAL}/ovn-nb.5.html", ovn_acls),
    Check("ovn_mac_bindings", "Routers learnt nothing that is wrong", "ovn", f"{_OVN}/238", ovn_mac_bindings),
    Check(
        "nova_computes",
        "Compute services take instances",
        "neutron",
        "https://docs.openstack.org/nova/latest/admin/services.html",
        nova_computes,
    ),
    Check(
        "neutron_agents",
        "Chassis have agents that are alive",
        "neutron",
        f"{_NEUTRON}/admin/ovn/troubleshooting.html",
        neutron_agents,
    ),
    Check(
        "neutron_hostnames",
        "Hosts have one name everywhere",
        "neutron",
        f"{_NEUTRON}/admin/ovn/troubleshooting.html",
        neutron_hostnames,
    ),
    Check(
        "neutron_ports",
        "Ports are the same at all layers",
        "neutron",
        f"{_NEUTRON}/contributor/internals/ovn/ovn_worker.html",
        neutron_ports,
    ),
    Check(
        "neutron_dhcp",
        "OVN answers DHCP as Neutron wants",
        "neutron",
        f"{_NEUTRON}/contributor/internals/ovn/native_dhcp.html",
        neutron_dhcp,
    ),
    Check(
        "neutron_security_groups",
        "ACLs are the rules of security groups",
        "neutron",
        f"{_NEUTRON}/contributor/internals/ovn/acl_optimizations.html",
        neutron_security_groups,
    ),
    Check(
        "neutron_routers",
        "Routers are as Neutron wants them",
        "neutron",
        f"{_NEUTRON}/contributor/internals/ovn/data_model.html",
        neutron_routers,
    ),
    Check(
        "neutron_gateways",
        "Gateways are where Neutron has them",
        "neutron",
        f"{_NEUTRON}/admin/ovn/l3_scheduler.html",
        neutron_gateways,
    ),
    Check(
        "neutron_floating_ips",
        "Floating IPs are translated, and nothing else",
        "neutron",
        f"{_NEUTRON}/admin/ovn/routing.html",
        neutron_floating_ips,
    ),
    Check(
        "neutron_mtu",
        "Packets of networks fit into tunnels",
        "neutron",
        f"{_NEUTRON}/admin/config-mtu.html",
        neutron_mtu,
    ),
    Check(
        "neutron_revisions",
        "OVN has no other revisions than Neutron",
        "neutron",
        f"{_NEUTRON}/contributor/internals/ovn/database_consistency.html",
        neutron_revisions,
    ),
    Check(
        "openstack_resources",
        "The cloud has what is asked for",
        "neutron",
        "https://docs.openstack.org/openstacksdk/latest/user/",
        openstack_resources,
        intent=("openstack",),
    ),
    Check("switch_daemons", "Switches run in their namespaces", "switch", f"{_FRR_MANUAL}/basic.html", switch_daemons),
    Check(
        "switch_ports",
        "Ports are in the namespaces of their switches",
        "switch",
        f"{_FRR}/1926",
        switch_ports,
        intent=("openswitch",),
    ),
    Check(
        "switch_wiring",
        "Links lead to the ports that they shall lead to",
        "switch",
        f"{_MOBY}/20067",
        switch_wiring,
        intent=("openswitch",),
    ),
    Check(
        "switch_links",
        "Links are up, with one MTU",
        "switch",
        "https://github.com/srl-labs/containerlab/issues/392",
        switch_links,
        intent=("openswitch",),
    ),
    Check(
        "switch_segments",
        "Bridges of links join their ends alone",
        "switch",
        "https://docs.kernel.org/networking/bridge.html",
        switch_segments,
        intent=("openswitch",),
    ),
    Check(
        "switch_vlans",
        "Ports are in their VLANs",
        "switch",
        "https://docs.openvswitch.org/en/latest/faq/vlan/",
        switch_vlans,
        intent=("openswitch",),
    ),
    Check(
        "switch_configuration",
        "Switches run the desired configuration",
        "switch",
        f"{_FRR_MANUAL}/vtysh.html",
        switch_configuration,
        intent=("openswitch",),
    ),
    Check(
        "switch_addresses",
        "The kernel has the addresses of the ports",
        "switch",
        f"{_FRR}/3053",
        switch_addresses,
        intent=("openswitch",),
    ),
    Check(
        "switch_subnets",
        "Both ends of a link are in one subnet",
        "switch",
        f"{_FRR_MANUAL}/zebra.html",
        switch_subnets,
        intent=("openswitch",),
    ),
    Check(
        "switch_bgp",
        "BGP neighbours tell each other all",
        "switch",
        f"{_FRR_MANUAL}/bgp.html",
        switch_bgp,
        intent=("openswitch",),
    ),
    Check("switch_routes", "The kernel routes as BGP says", "switch", f"{_FRR}/4623", switch_routes),
    Check(
        "contiv_vxlan_port",
        "The port of VXLAN has one owner",
        "contiv",
        f"{_MOBY}/33416",
        contiv_vxlan_port,
        intent=("contiv",),
    ),
    Check(
        "contiv_plugin",
        "Contiv's daemons run and answer",
        "contiv",
        f"{_NETPLUGIN}/975",
        contiv_plugin,
        intent=("contiv",),
    ),
    Check(
        "legacy_swarm_etcd",
        "etcd has a quorum, one version and the v2 API",
        "legacy_swarm",
        f"{_NETPLUGIN}/974",
        legacy_swarm_etcd,
        intent=("contiv",),
    ),
    Check("contiv_networks", "Engines have netmaster's networks", "contiv", f"{_NETPLUGIN}/326", contiv_networks),
    Check("contiv_endpoints", "Endpoints are running containers", "contiv", f"{_NETPLUGIN}/389", contiv_endpoints),
    Check(
        "contiv_tunnels",
        "Nodes have tunnels to each other",
        "contiv",
        f"{_NETPLUGIN}/1112",
        contiv_tunnels,
        intent=("contiv",),
    ),
    Check(
        "contiv_openflow",
        "Flows lead to every endpoint",
        "contiv",
        f"{_NETPLUGIN}/577",
        contiv_openflow,
        intent=("contiv",),
    ),
    Check("contiv_tags", "Networks of tenants are kept apart", "contiv", f"{_NETPLUGIN}/213", contiv_tags),
    Check(
        "legacy_swarm_nodes",
        "The legacy Swarm sees every engine",
        "contiv",
        "https://github.com/docker-archive/classicswarm/issues/2687",
        legacy_swarm_nodes,
        intent=("contiv",),
    ),
    Check(
        "legacy_swarm_engines",
        "Engines can do what Contiv takes",
        "legacy_swarm",
        f"{_NETPLUGIN}/776",
        legacy_swarm_engines,
        intent=("contiv",),
    ),
    Check(
        "legacy_swarm_overlay",
        "Overlays over the cluster store lead to containers",
        "legacy_swarm",
        f"{_MOBY}/35401",
        legacy_swarm_overlay,
        intent=("contiv",),
    ),
)


class UnknownCheck(ValueError):
    """A name or pattern that no check has; the message is one sentence for the user."""


def select(wanted: Iterable[str] = ("*",), unwanted: Iterable[str] = ()) -> list[Check]:
    """Checks whose identifier one of ``wanted`` matches and none of ``unwanted`` (shell patterns), in their order.

    Raises UnknownCheck for a pattern that matches none.
    """
    wanted, unwanted = list(wanted), list(unwanted)
    for pattern in wanted + unwanted:
        if not any(fnmatchcase(check.identifier, pattern) for check in CHECKS):
            known = ", ".join(check.identifier for check in CHECKS)
            raise UnknownCheck(f"There is no check {pattern}; the checks are {known}.")
    return [
        check
        for check in CHECKS
        if any(fnmatchcase(check.identifier, pattern) for pattern in wanted)
        and not any(fnmatchcase(check.identifier, pattern) for pattern in unwanted)
    ]


def run(document: dict[str, Any], intent: dict[str, Any], checks: Iterable[Check]) -> list[Finding]:
    """Findings of the checks. A check always has at least one; one that breaks down has an error among them.

    Checks of a control plane that the lab neither has nor should have are left out, unless that would be all of them.
    """
    checks = list(checks)
    concerned = [check for check in checks if _is_expected(_CONTROL_PLANES[check.needs], document, intent)]
    return [
        replace(finding, check=check.identifier, reference=check.reference)
        for check in concerned or checks
        for finding in _findings(check, document, intent)
    ]


def _is_expected(plane: _ControlPlane, document: dict[str, Any], intent: dict[str, Any]) -> bool:
    in_control = any(key in document["control"] for key in plane.control[:1])
    return bool(intent.get(plane.intent)) or in_control or _is_on_nodes(plane, document)


def _is_on_nodes(plane: _ControlPlane, document: dict[str, Any]) -> bool:
    return any(plane.node in node for node in document["nodes"].values())


def _findings(check: Check, document: dict[str, Any], intent: dict[str, Any]) -> list[Finding]:
    subject, plane, control = check.needs, _CONTROL_PLANES[check.needs], document["control"]
    if not _is_expected(plane, document, intent):
        return [skipped(subject, check.title, plane.absent)]
    for key in plane.control:
        if key not in control and plane.without:
            return [skipped(subject, check.title, plane.without)]
        if control.get(key) is None:
            return [error(subject, check.title, control.get(f"{key}_reason") or plane.absent)]
    if plane.node and not _is_on_nodes(plane, document):
        return [error(subject, check.title, plane.absent)]
    if not all(intent.get(key) for key in check.intent):
        return [skipped("intent", check.title, "no intent given")]
    found: list[Finding] = []
    try:
        found.extend(check.function(document, intent))
    except Unknown as unknown:
        found.append(error(subject, check.title, str(unknown)))
    except Exception as problem:  # what was found before must not be lost
        where = traceback.extract_tb(problem.__traceback__)[-1]
        reason = f"the check broke down with {type(problem).__name__}: {problem} ({where.filename}:{where.lineno})"
        found.append(error("check", check.title, reason))
    return found or [skipped(subject, check.title, "there is nothing to judge")]
