# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of security groups and matches of ACLs that mean the same, and that do not."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.plugin_utils._neutron_ovn._rule_meaning import match_of, meaning

GROUP = "pg_b1154238_29f9_40ca_a748_91ad11983200"
OTHER = "b41f22da-867b-4649-b7c9-7f6faad27cd1"
RULE: dict[str, Any] = {
    "direction": "ingress",
    "ether_type": "IPv4",
    "protocol": None,
    "port_min": None,
    "port_max": None,
    "remote_address": None,
    "remote_group": None,
}
TO = f"outport == @{GROUP}"

SAME: list[tuple[dict[str, Any], str]] = [
    ({}, f"{TO} && ip4"),
    ({"direction": "egress"}, f"inport == @{GROUP} && ip4"),
    ({"ether_type": "IPv6"}, f"{TO} && ip6"),
    ({"protocol": "tcp", "port_min": 22, "port_max": 22}, f"{TO} && ip4 && tcp && tcp.dst == 22"),
    ({"protocol": "6", "port_min": 22, "port_max": 22}, f"tcp.dst == 22 && tcp && ip4 && {TO}"),
    (
        {"protocol": "udp", "port_min": 1000, "port_max": 2000},
        f"{TO} && ip4 && udp && udp.dst >= 1000 && udp.dst <= 2000",
    ),
    ({"protocol": "sctp"}, f"{TO} && ip4 && sctp"),
    ({"protocol": "icmp"}, f"{TO} && ip4 && icmp4"),
    ({"protocol": "icmp", "port_min": 8, "port_max": 0}, f"{TO} && ip4 && icmp4 && icmp4.type == 8 && icmp4.code == 0"),
    ({"protocol": "ipv6-icmp", "ether_type": "IPv6", "port_min": 128}, f"{TO} && ip6 && icmp6 && icmp6.type == 128"),
    ({"protocol": "icmp", "ether_type": "IPv6"}, f"{TO} && ip6 && icmp6"),
    ({"protocol": "vrrp"}, f"{TO} && ip4 && ip.proto == 112"),
    ({"protocol": "200"}, f"{TO} && ip4 && ip.proto == 200"),
    ({"remote_address": "10.0.0.0/8"}, f"{TO} && ip4 && ip4.src == 10.0.0.0/8"),
    ({"remote_address": "10.1.2.3/8"}, f"{TO} && ip4 && ip4.src == 10.0.0.0/8"),
    ({"remote_address": "10.1.2.3/32"}, f"{TO} && ip4 && ip4.src == 10.1.2.3"),
    ({"remote_address": "0.0.0.0/0"}, f"{TO} && ip4"),
    ({}, f"{TO} && ip4 && ip4.src == 0.0.0.0/0"),
    (
        {"ether_type": "IPv6", "direction": "egress", "remote_address": "2001:DB8::/32"},
        f"inport == @{GROUP} && ip6 && ip6.dst == 2001:db8::/32",
    ),
    ({"remote_group": OTHER}, f"{TO} && ip4 && ip4.src == $pg_b41f22da_867b_4649_b7c9_7f6faad27cd1_ip4"),
    ({"remote_address_group": OTHER}, f"{TO} && ip4 && ip4.src == $as_ip4_b41f22da_867b_4649_b7c9_7f6faad27cd1"),
]
DIFFERENT: list[tuple[dict[str, Any], str]] = [
    ({}, "ip4"),
    ({}, f"{TO} && ip6"),
    ({"protocol": "tcp", "port_min": 22, "port_max": 22}, f"{TO} && ip4 && tcp"),
    ({"protocol": "tcp", "port_min": 22, "port_max": 23}, f"{TO} && ip4 && tcp && tcp.dst == 22"),
    ({"protocol": "tcp"}, f"{TO} && ip4 && udp"),
    ({"remote_address": "10.0.0.0/8"}, f"{TO} && ip4 && ip4.dst == 10.0.0.0/8"),
    ({"remote_address": "10.0.0.0/8"}, f"{TO} && ip4 && ip4.src == 10.0.0.0/16"),
    ({"remote_address": "10.0.0.0/8"}, f"{TO} && ip4 && ip4.src == nonsense"),
    ({"remote_group": OTHER}, f"{TO} && ip4 && ip4.src == $pg_0_ip4"),
    ({}, f"{TO} && (ip4 || arp)"),
    ({}, f"{TO} && !ip4"),
]


@pytest.mark.parametrize(("rule", "match"), SAME)
def test_means_the_same(rule: dict[str, Any], match: str) -> None:
    assert meaning(match_of({**RULE, **rule}, GROUP)) == meaning(match)


@pytest.mark.parametrize(("rule", "match"), DIFFERENT)
def test_means_something_else(rule: dict[str, Any], match: str) -> None:
    assert meaning(match_of({**RULE, **rule}, GROUP)) != meaning(match)
