# SPDX-License-Identifier: GPL-3.0-or-later
"""What is refused before netmaster is asked, and what is said of netmaster's own refusals."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._planning import _contiv_objects as objects
from ansible_collections.packetwalk.labs.plugins.module_utils._planning import _contiv_refusals as refusals
from ansible_collections.packetwalk.labs.plugins.module_utils._planning._contiv_mends import mend

NETWORK = {"encapsulation": "vxlan", "subnet": "10.1.2.0/24"}
RULE = {"direction": "in", "priority": 1, "action": "allow"}
BGP = {"router_address": "50.1.1.1/24", "as": 65002}


def options(kind: objects.Kind, given: dict[str, Any]) -> dict[str, Any]:
    """All options of a kind, as a module has them."""
    return {**{field.option: None for field in kind.names + kind.fields}, **given}


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (objects.NETWORK, {**NETWORK, "gateway": "10.1.2.254", "tag": 65535}),
        (objects.NETWORK, {**NETWORK, "encapsulation": "vlan", "tag": 4094}),
        (objects.NETWORK, {**NETWORK, "subnet": "10.1.2.0/31", "gateway": "10.1.2.1"}),
        (objects.NETWORK, {**NETWORK, "ipv6_subnet": "2001:db8::/64", "ipv6_gateway": "2001:db8::1"}),
        (objects.GROUP, {"network": "n", "policies": [], "net_profile": ""}),
        (objects.RULE, {**RULE, "from_group": "db", "from_address": "10.0.0.0/8"}),
        (objects.RULE, {**RULE, "direction": "out", "to_network": "n", "protocol": "6", "port": 80}),
        (objects.BGP, {**BGP, "neighbor": "50.1.1.2", "neighbor_as": 500}),
        (objects.GLOBAL, {"vlan_range": "1-4094"}),
        (objects.APP_PROFILE, {"groups": ["web", "db"]}),
        (objects.TENANT, {}),
    ],
)
def test_what_is_possible(kind: objects.Kind, given: dict[str, Any]) -> None:
    assert list(refusals.impossible(kind, options(kind, given))) == []


@pytest.mark.parametrize(
    ("kind", "given", "sentence"),
    [
        (objects.NETWORK, {"subnet": "10.1.2.0"}, "subnet: '10.1.2.0' has no prefix length."),
        (
            objects.NETWORK,
            {**NETWORK, "encapsulation": "vlan", "tag": 5000},
            "tag: 5000 is not from 1 to 4094, which a vlan has. Leave it out for one that netmaster chooses.",
        ),
        (
            objects.NETWORK,
            {**NETWORK, "tag": -1},
            "tag: -1 is not from 1 to 65535, which a vxlan has. Leave it out for one that netmaster chooses.",
        ),
        (objects.NETWORK, {**NETWORK, "gateway": "192.0.2.1"}, "gateway: 192.0.2.1 is not in subnet 10.1.2.0/24."),
        (
            objects.NETWORK,
            {**NETWORK, "gateway": "10.1.2.255"},
            "gateway: 10.1.2.255 is no address of a host in subnet 10.1.2.0/24.",
        ),
        (
            objects.NETWORK,
            {**NETWORK, "ipv6_gateway": "2001::1"},
            "ipv6_gateway: there is no ipv6_subnet that it could be in.",
        ),
        (
            objects.NETWORK,
            {**NETWORK, "ipv6_subnet": "2001:db8::/64", "ipv6_gateway": "2001:db9::1"},
            "ipv6_gateway: 2001:db9::1 is not in ipv6_subnet 2001:db8::/64.",
        ),
        (objects.RULE, {**RULE, "to_group": "g"}, "to_group: a rule with direction in has from_... options only."),
        (
            objects.RULE,
            {**RULE, "direction": "out", "from_address": "10.0.0.0/8"},
            "from_address: a rule with direction out has to_... options only.",
        ),
        (
            objects.RULE,
            {**RULE, "from_network": "n", "from_address": "10.0.0.0/8"},
            "from_network and from_address exclude one another. Give one of them.",
        ),
        (
            objects.RULE,
            {**RULE, "from_network": "n", "from_group": "g"},
            "from_network and from_group exclude one another. Give one of them.",
        ),
        (objects.RULE, {**RULE, "port": 80}, "port: only tcp and udp have ports. Give one of them as protocol."),
        (
            objects.BGP,
            {**BGP, "neighbor": "50.1.1.1", "neighbor_as": 500},
            "neighbor: 50.1.1.1 is the router itself.",
        ),
        (objects.BGP, {**BGP, "neighbor_as": 500}, "neighbor and neighbor_as belong together. Give both or none."),
        (objects.BGP, {"as": 1}, "router_address: give one."),
        (objects.RULE, {**RULE, "action": ""}, "action: give one."),
    ],
)
def test_what_is_impossible(kind: objects.Kind, given: dict[str, Any], sentence: str) -> None:
    assert list(refusals.impossible(kind, options(kind, given))) == [sentence]


@pytest.mark.parametrize(
    ("kind", "given"),
    [(objects.GROUP, {"network": "n", "policies": ["p", "bad_name"]}), (objects.APP_PROFILE, {"groups": ["bad_name"]})],
)
def test_each_name_of_a_list_is_looked_at(kind: objects.Kind, given: dict[str, Any]) -> None:
    (sentence,) = refusals.impossible(kind, options(kind, given))
    assert "'bad_name' is no name for netmaster" in sentence


def test_names_are_looked_at_by_themselves() -> None:
    given = options(objects.RULE, {"tenant": "t", "policy": "bad_name", "number": "1"})
    (sentence,) = refusals.misspelled_names(objects.RULE, given)
    assert sentence.startswith("policy: 'bad_name' is no name")


def test_what_netmaster_does_not_change_is_told_with_both_values() -> None:
    changes = {"pool": (None, "10.0.0.1-10.0.0.9"), "policies": (["p"], []), "network": ("a", "b")}
    given = options(objects.GROUP, {"tenant": "t", "name": "g"})
    assert list(refusals.unchangeable(objects.GROUP, given, changes)) == [
        "Endpoint group t:g: pool is not set and shall be 10.0.0.1-10.0.0.9, network is a and shall be b, which "
        "netmaster does not change. Delete the endpoint group and make it again."
    ]


def other(key: str, **fields: Any) -> dict[str, Any]:
    return {"key": key, "tenantName": key.partition(":")[0], **fields}


OTHERS = {
    "networks": [other("t:a"), other("u:a")],
    "endpointGroups": [
        other("t:web", networkName="a", policies=["p", "q"]),
        other("t:db", networkName="b"),
        other("u:web", networkName="a", policies=["p"]),
    ],
    "policys": [other("t:p")],
    "rules": [
        other("t:p:1", fromEndpointGroup="db"),
        other("t:p:2", toNetwork="a"),
        other("u:p:1", fromEndpointGroup="db", fromNetwork="a"),
    ],
    "appProfiles": [other("t:shop", endpointGroups=["web", "db"])],
    "serviceLBs": [other("t:svc", networkName="a")],
    "netprofiles": [],
    "extContractsGroups": [],
}


@pytest.mark.parametrize(
    ("kind", "names", "users"),
    [
        (
            objects.TENANT,
            {"name": "t"},
            [
                "application profile t:shop",
                "endpoint group t:db",
                "endpoint group t:web",
                "policy t:p",
                "service t:svc",
                "network t:a",
            ],
        ),
        (objects.NETWORK, {"tenant": "t", "name": "a"}, ["endpoint group t:web", "service t:svc", "rule t:p:2"]),
        (objects.GROUP, {"tenant": "t", "name": "db"}, ["application profile t:shop", "rule t:p:1"]),
        (objects.GROUP, {"tenant": "u", "name": "web"}, []),
        (objects.POLICY, {"tenant": "t", "name": "q"}, ["endpoint group t:web"]),
        (objects.RULE, {"tenant": "t", "policy": "p", "number": "1"}, []),
        (objects.BGP, {"hostname": "t"}, []),
    ],
)
def test_what_needs_an_object(kind: objects.Kind, names: dict[str, str], users: list[str]) -> None:
    assert list(refusals.still_used(kind, options(kind, names), OTHERS, {})) == users


def test_endpoints_need_their_network() -> None:
    oper = {
        "numEndpoints": 3,
        "endpoints": [
            {"endpointID": "c83a", "homingHost": "legacy-swarm-worker0", "ipAddress": ["10.1.2.3", ""]},
            {"endpointID": "451f", "homingHost": "legacy-swarm-master", "ipAddress": ["10.1.2.1", ""]},
        ],
    }
    given = options(objects.NETWORK, {"tenant": "default", "name": "contiv-net"})
    users = list(refusals.still_used(objects.NETWORK, given, OTHERS, oper))
    assert list(refusals.undeletable(objects.NETWORK, given, users)) == [
        "Network default:contiv-net is used by endpoint 10.1.2.1 on legacy-swarm-master, endpoint 10.1.2.3 on "
        "legacy-swarm-worker0, endpoints that netmaster does not show (1). Delete or change these first."
    ]
    assert list(refusals.undeletable(objects.NETWORK, given, [])) == []


def test_hosts_do_not_need_their_networks() -> None:
    host = {"endpointID": "legacy-swarm-master", "homingHost": "legacy-swarm-master", "ipAddress": ["10.77.1.2", ""]}
    given = options(objects.NETWORK, {"tenant": "default", "name": "infra1"})
    assert list(refusals.still_used(objects.NETWORK, given, OTHERS, {"numEndpoints": 1, "endpoints": [host]})) == []


def test_the_tenant_of_contiv_itself_stays() -> None:
    given = options(objects.TENANT, {"name": "default"})
    assert list(refusals.undeletable(objects.TENANT, given, [])) == [
        "Tenant default belongs to Contiv and is not deleted."
    ]


SETTINGS = {"vlans_in_use": "112, 150", "vxlans_in_use": "1-2, 5000"}
ROWS = [
    {"tenant": "default", "name": "a", "encapsulation": "vlan", "packet_tag": 112, "external_tag": None},
    {"tenant": "t", "name": "b", "encapsulation": "vlan", "packet_tag": 150, "external_tag": None},
    {"tenant": "t", "name": "c", "encapsulation": "vxlan", "packet_tag": 3, "external_tag": 5000},
]


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"forwarding_mode": ("bridge", "routing")}, "default:a, t:b, t:c"),
        ({"private_subnet": ("172.19.0.0/16", "172.20.0.0/16")}, "default:a, t:b, t:c"),
        ({"vlan_range": ("1-4094", "120-200")}, "default:a"),
        ({"vxlan_range": ("1-10000", "1-4999")}, "t:c"),
        # Tags of networks that somebody deletes at the moment.
        ({"vxlan_range": ("1-10000", "3-5000")}, "not listed"),
        ({"vlan_range": ("1-4094", "112-150"), "vxlan_range": ("1-10000", "1-5000")}, None),
        ({"arp_mode": ("proxy", "flood")}, None),
    ],
)
def test_tags_in_use(changes: dict[str, Any], names: str | None) -> None:
    sentences = list(refusals.tags_in_use(SETTINGS, changes, ROWS))
    if names is None:
        assert sentences == []
    else:
        ((option, (present, wanted)),) = changes.items()
        assert sentences == [
            f"The global configuration: {option} is {present} and cannot become {wanted} while there are networks that "
            "need it (VLANs 112, 150 and VXLANs 1-2, 5000 are in use). Delete these networks first: "
            f"{names}."
        ]


def test_without_networks_all_can_be_changed() -> None:
    nothing = {"vlans_in_use": "", "vxlans_in_use": ""}
    changes = {"forwarding_mode": ("bridge", "routing"), "vlan_range": ("1-4094", "1-2")}
    assert list(refusals.tags_in_use(nothing, changes, [])) == []


@pytest.mark.parametrize(
    ("kind", "words", "sentence"),
    [
        (objects.NETWORK, "Tenant not found", "Make the tenant first, with contiv_tenant."),
        (objects.RULE, "endpoint group not found", "Make the endpoint group first, with contiv_group"),
        (objects.APP_PROFILE, "EndpointGroup green:nosuch not found", "Make the endpoint group first"),
        (objects.RULE, "From Network not found", "Make the network first, with contiv_network"),
        (objects.GROUP, "Key not found", "netmaster has lost a part of the endpoint group, as after deleting it while"),
        (objects.NETWORK, "subnet string invalid format", "Correct subnet."),
        (objects.NETWORK, "pktTag Value Out of bound", "Correct tag."),
        (objects.BGP, "neighbor-as string invalid format", "Correct neighbor_as."),
        (objects.NETWORK, "nosuch string invalid format", "See the end of netmaster's log."),
        (objects.RULE, "Can not update a rule after its created", "Delete the rule and make it again."),
        (objects.NETWORK, "Error: Network has active endpoints", "Remove the containers in the network first."),
        (
            objects.NETWORK,
            'Error response from daemon: Post "http://%2Frun%2Fdocker%2Fplugins%2Fnetplugin.sock/IpamDriver.RequestPool'
            '": dial unix /run/docker/plugins/netplugin.sock: connect: connection refused',
            "Start netplugin",
        ),
        (objects.NETWORK, "nobody has seen this", "See the end of netmaster's log."),
    ],
)
def test_a_refusal_has_a_mend(kind: objects.Kind, words: str, sentence: str) -> None:
    assert mend(kind, words).startswith(sentence)
