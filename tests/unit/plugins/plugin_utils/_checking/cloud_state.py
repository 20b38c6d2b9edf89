# SPDX-License-Identifier: GPL-3.0-or-later
"""The recorded cloud of Neutron with OVN, and an inventory that asks for it."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

RECORDINGS = Path(__file__).parents[4] / "recordings"
CLOUD = json.loads((RECORDINGS / "neutron-ovn/state.json").read_text())
NOVA = json.loads((RECORDINGS / "neutron-ovn/nova.json").read_text())
VM1 = "06f528e3-300b-4271-b5fc-a6b25a551fbe"

_RULE = dict.fromkeys(("protocol", "port_min", "port_max", "remote_address", "remote_group"))
INTENT: dict[str, Any] = {
    "openstack": {
        "computes": ["c1", "c2", "c3"],
        "compute_driver": "fake",
        "networks": [
            {
                "name": "int-net",
                "external": False,
                "network_type": "geneve",
                "physical_network": None,
                "segmentation_id": None,
                "mtu_bytes": None,
                "subnets": [
                    {
                        "name": "int-subnet",
                        "cidr": "10.20.1.0/24",
                        "gateway": "10.20.1.1",
                        "dhcp": True,
                        "dns_servers": ["192.0.2.53"],
                        "allocation_pools": [{"start": "10.20.1.2", "end": "10.20.1.254"}],
                    }
                ],
            },
        ],
        "routers": [
            {
                "name": "router1",
                "external_network": "ext-net",
                "external_address": "203.0.113.86",
                "subnets": ["int-subnet", "int-subnet2"],
            }
        ],
        "security_groups": [
            {
                "name": "ssh-icmp",
                "rules": [
                    {**_RULE, "direction": "egress", "ether_type": "IPv4"},
                    {**_RULE, "direction": "egress", "ether_type": "IPv6"},
                    {**_RULE, "direction": "ingress", "ether_type": "IPv4", "protocol": "icmp"},
                    {
                        **_RULE,
                        "direction": "ingress",
                        "ether_type": "IPv4",
                        "protocol": "tcp",
                        "port_min": 22,
                        "port_max": 22,
                    },
                ],
            }
        ],
        "servers": [
            {
                "name": "vm1",
                "network": "int-net",
                "address": "10.20.1.172",
                "host": "c1",
                "security_groups": ["ssh-icmp"],
            }
        ],
        "floating_ips": [{"server": "vm1", "network": "ext-net", "address": "203.0.113.90"}],
    }
}


def cloud() -> dict[str, Any]:
    """The recorded cloud with the recorded compute services, and a server that has the port vm1."""
    document: dict[str, Any] = copy.deepcopy(CLOUD)
    neutron = document["control"]["neutron"]
    neutron["compute_services"] = copy.deepcopy(NOVA["compute_services"])
    (server,) = (each for each in copy.deepcopy(NOVA["servers"]) if each["host"] == "c1")
    device = "00000000-0000-0000-0000-000000000000"
    server.update(id=device, name="vm1", addresses=["10.20.1.172", "203.0.113.90"], ports=[VM1])
    neutron["servers"] = [server]
    return document
