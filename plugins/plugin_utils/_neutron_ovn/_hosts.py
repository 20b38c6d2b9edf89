# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Host names: Neutron and Nova bind ports to a host by its name, which has to be that of a chassis to the letter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from ansible_collections.packetwalk.labs.plugins.module_utils._naming._neutron_objects import ROUTER_GATEWAY
from ansible_collections.packetwalk.labs.plugins.plugin_utils._neutron_ovn._cloud import Cloud, is_bound
from ansible_collections.packetwalk.labs.plugins.plugin_utils._neutron_ovn._drift import (
    SOUTHBOUND,
    SWITCH,
    Compared,
    Drift,
    differing,
)

KIND = "host"
_COMPUTE = "nova-compute"


def hosts(cloud: Cloud) -> Iterator[Compared]:
    """Every host that ports are bound to or Nova has, and the host name of every chassis."""
    for host, users in sorted(_hosts(cloud).items()):
        yield Compared(KIND, host, host, list(_host(cloud, host, users)))
    for name, row in cloud.ovn.chassis.items():
        node = cloud.node_of(name)
        if node is not None:
            noted = cloud.ovn.switch_of[node]["external_ids"].get("hostname", row["hostname"])
            command = f"ovs-vsctl set Open_vSwitch . external_ids:hostname={row['hostname']}"
            drifts = list(differing("host name", SWITCH, row["hostname"], noted, command, node=node))
            yield Compared("chassis", name, name, drifts)


def _hosts(cloud: Cloud) -> dict[str, list[str]]:
    """Each name to what it is used for."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in cloud.neutron["compute_services"] or ():
        if row["binary"] == _COMPUTE:
            found[row["host"]].append(_COMPUTE)
    for port in cloud.ports.values():
        # The host of a gateway is only noted.
        if is_bound(port) and port["device_owner"] != ROUTER_GATEWAY:
            found[port["host"]].append(f"port {cloud.name_of(port)}")
    return found


def _host(cloud: Cloud, host: str, users: list[str]) -> Iterator[Drift]:
    chassis = cloud.chassis_of(host)
    if chassis is None:
        reason = "no chassis has a name like it: start ovn-controller there, or bind what uses it to another host"
        what = f"chassis with this host name, for {', '.join(users[:3])}, in the southbound database"
        yield Drift(what, SOUTHBOUND, host, None, None, reason)
        return
    command = f"ovs-vsctl set Open_vSwitch . external_ids:hostname={host}"
    node = cloud.node_of(chassis["name"])
    yield from differing("host name of the chassis", SOUTHBOUND, host, chassis["hostname"], command, node=node)
