# SPDX-License-Identifier: GPL-3.0-or-later
"""Options and what is there, to what is different and what is sent. The objects are those of a real netmaster."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._planning import _contiv_changes as planning
from ansible_collections.packetwalk.labs.plugins.module_utils._planning import _contiv_objects as objects

NETWORK: dict[str, Any] = {
    "key": "blue:contiv-net",
    "encap": "vxlan",
    "networkName": "contiv-net",
    "nwType": "data",
    "subnet": "10.1.2.0/24",
    "tenantName": "blue",
    "link-sets": {},
    "links": {"Tenant": {"type": "tenant", "key": "blue"}},
}
GROUP: dict[str, Any] = {
    "key": "green:db",
    "cfgdTag": "dbtag",
    "groupName": "db",
    "ipPool": "10.9.1.100-10.9.1.110",
    "networkName": "net1",
    "policies": ["p", "q"],
    "tenantName": "green",
    "link-sets": {},
    "links": {},
}
RULE: dict[str, Any] = {
    "key": "t:p:3",
    "action": "deny",
    "direction": "in",
    "fromIpAddress": "10.1.97.0/24",
    "fromNetwork": "a",
    "policyName": "p",
    "priority": 1,
    "ruleId": "3",
    "tenantName": "t",
}
BGP = {"key": "h1", "as": "65002", "hostname": "h1", "neighbor": "50.1.1.2", "neighbor-as": "500"}
GLOBAL = {
    "key": "global",
    "arpMode": "proxy",
    "fwdMode": "bridge",
    "name": "global",
    "networkInfraType": "default",
    "pvtSubnet": "172.19.0.0/16",
    "vlans": "1-4094",
    "vxlans": "1-10000",
}


def options(kind: objects.Kind, **given: Any) -> dict[str, Any]:
    """All options of a kind, as a module has them."""
    return {**{field.option: None for field in kind.names + kind.fields}, **given}


def row(kind: objects.Kind, config: dict[str, Any]) -> objects.Row:
    return kind.row({"Config": config, "Oper": {}} if kind.inspected else config)


@pytest.mark.parametrize(
    ("kind", "config", "given", "changes"),
    [
        (objects.NETWORK, NETWORK, {"subnet": "10.1.2.0/24", "encapsulation": "vxlan", "type": "data"}, {}),
        (objects.NETWORK, {**NETWORK, "gateway": "10.1.2.254", "pktTag": 7}, {"subnet": "10.1.2.0/24"}, {}),
        (objects.NETWORK, NETWORK, {"gateway": ""}, {}),
        (
            objects.NETWORK,
            NETWORK,
            {"subnet": "10.1.9.0/24", "tag": 7},
            {"subnet": ("10.1.2.0/24", "10.1.9.0/24"), "tag": (None, 7)},
        ),
        (objects.GROUP, GROUP, {"network": "net1", "policies": ["q", "p"]}, {}),
        (objects.GROUP, GROUP, {"network": "net1", "policies": []}, {"policies": (["p", "q"], [])}),
        (objects.GROUP, {**GROUP, "netProfile": "np1"}, {"net_profile": ""}, {"net_profile": ("np1", "")}),
        (objects.RULE, RULE, {"direction": "in", "priority": 1, "action": "deny", "from_network": "a"}, {}),
        (
            objects.RULE,
            RULE,
            {"direction": "in", "priority": 1, "action": "deny"},
            {"from_network": ("a", None), "from_address": ("10.1.97.0/24", None)},
        ),
        (
            objects.RULE,
            {**RULE, "protocol": "tcp", "port": 80},
            {"direction": "in", "priority": 1, "action": "deny", "from_network": "a", "protocol": "tcp"},
            {"port": (80, None)},
        ),
        (objects.GLOBAL, GLOBAL, {"forwarding_mode": "bridge"}, {}),
        (objects.GLOBAL, GLOBAL, {"arp_mode": "flood"}, {"arp_mode": ("proxy", "flood")}),
        (objects.BGP, BGP, {"as": 65002, "neighbor_as": 501}, {"neighbor_as": (500, 501)}),
    ],
)
def test_what_is_different(
    kind: objects.Kind, config: dict[str, Any], given: dict[str, Any], changes: planning.Changes
) -> None:
    assert planning.changes(kind, row(kind, config), options(kind, **given)) == changes


@pytest.mark.parametrize(
    ("kind", "config", "given", "body"),
    [
        (
            objects.NETWORK,
            {},
            {"tenant": "blue", "name": "n", "subnet": "10.1.2.0/24", "encapsulation": "vlan", "tag": 112},
            {"tenantName": "blue", "networkName": "n", "subnet": "10.1.2.0/24", "encap": "vlan", "pktTag": 112},
        ),
        # What no option says, and what is left out, is kept.
        (
            objects.GROUP,
            GROUP,
            {"tenant": "green", "name": "db", "network": "net1", "policies": ["q"]},
            {
                "cfgdTag": "dbtag",
                "groupName": "db",
                "ipPool": "10.9.1.100-10.9.1.110",
                "networkName": "net1",
                "policies": ["q"],
                "tenantName": "green",
            },
        ),
        (
            objects.GLOBAL,
            GLOBAL,
            {"arp_mode": "flood"},
            {
                "name": "global",
                "arpMode": "flood",
                "fwdMode": "bridge",
                "networkInfraType": "default",
                "pvtSubnet": "172.19.0.0/16",
                "vlans": "1-4094",
                "vxlans": "1-10000",
            },
        ),
        (
            objects.BGP,
            {},
            {"hostname": "h1", "router_address": "50.1.1.1/24", "as": 65002},
            {"hostname": "h1", "routerip": "50.1.1.1/24", "as": "65002"},
        ),
    ],
)
def test_what_is_sent_is_whole(
    kind: objects.Kind, config: dict[str, Any], given: dict[str, Any], body: dict[str, Any]
) -> None:
    assert planning.body(kind, config, options(kind, **given)) == body


@pytest.mark.parametrize(
    ("kind", "given", "key", "title"),
    [
        (objects.TENANT, {"name": "blue"}, "blue", "Tenant blue"),
        (objects.RULE, {"tenant": "t", "policy": "p", "number": "1"}, "t:p:1", "Rule t:p:1"),
        (objects.BGP, {"hostname": "h1"}, "h1", "BGP configuration h1"),
        (objects.GLOBAL, {}, "global", "The global configuration"),
    ],
)
def test_keys_and_titles(kind: objects.Kind, given: dict[str, str], key: str, title: str) -> None:
    assert (planning.key(kind, given), planning.title(kind, given)) == (key, title)


def test_what_is_shown_has_the_names_of_options() -> None:
    assert planning.shown(objects.RULE, None) == {}
    assert planning.shown(objects.BGP, row(objects.BGP, BGP)) == {
        "hostname": "h1",
        "router_address": None,
        "as": 65002,
        "neighbor": "50.1.1.2",
        "neighbor_as": 500,
    }
