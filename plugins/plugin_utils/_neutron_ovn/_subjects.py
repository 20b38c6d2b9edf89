# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""All that is compared between Neutron and OVN."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._neutron_ovn._agents import agents
from ansible_collections.packetwalk.labs.plugins.plugin_utils._neutron_ovn._cloud import Cloud
from ansible_collections.packetwalk.labs.plugins.plugin_utils._neutron_ovn._dhcp import subnets
from ansible_collections.packetwalk.labs.plugins.plugin_utils._neutron_ovn._drift import Compared
from ansible_collections.packetwalk.labs.plugins.plugin_utils._neutron_ovn._floating_ips import floating_ips
from ansible_collections.packetwalk.labs.plugins.plugin_utils._neutron_ovn._gateways import gateways
from ansible_collections.packetwalk.labs.plugins.plugin_utils._neutron_ovn._hosts import hosts
from ansible_collections.packetwalk.labs.plugins.plugin_utils._neutron_ovn._mtu import mtus
from ansible_collections.packetwalk.labs.plugins.plugin_utils._neutron_ovn._networks import networks
from ansible_collections.packetwalk.labs.plugins.plugin_utils._neutron_ovn._ports import ports
from ansible_collections.packetwalk.labs.plugins.plugin_utils._neutron_ovn._revisions import revisions
from ansible_collections.packetwalk.labs.plugins.plugin_utils._neutron_ovn._routers import routers
from ansible_collections.packetwalk.labs.plugins.plugin_utils._neutron_ovn._security_groups import security_groups

Compare = Callable[[Cloud], Iterator[Compared]]

# What people call a subject, and what compares it, in the order that one follows from another.
SUBJECTS: dict[str, Compare] = {
    "hosts": hosts,
    "agents": agents,
    "networks": networks,
    "subnets": subnets,
    "ports": ports,
    "security_groups": security_groups,
    "routers": routers,
    "gateways": gateways,
    "floating_ips": floating_ips,
    "mtu": mtus,
    "revisions": revisions,
}


def compare(document: dict[str, Any]) -> list[Compared]:
    """All objects of a cloud, those with drift and those without. Raises Unknown."""
    cloud = Cloud(document)
    return [compared for subject in SUBJECTS.values() for compared in subject(cloud)]
