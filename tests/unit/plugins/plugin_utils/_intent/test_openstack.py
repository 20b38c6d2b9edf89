# SPDX-License-Identifier: GPL-3.0-or-later
"""Each mistake in the inventory of a cloud gives one sentence; what is left out is filled in."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.plugin_utils._intent._openstack import Inventory, notes, read
from ansible_collections.packetwalk.labs.plugins.plugin_utils._intent._schema import IntentError

SUBNET1 = {"name": "internal1_subnet", "cidr": "10.10.10.0/24"}
SUBNET2 = {"name": "internal2_subnet", "cidr": "10.10.11.0/24"}
POOL = {"start": "172.24.5.50", "end": "172.24.5.52"}
OUTSIDE = {"name": "external_subnet", "cidr": "172.24.5.0/24", "dhcp": False, "allocation_pools": [POOL]}
INTERNAL1 = {"name": "internal1", "subnets": [SUBNET1]}
INTERNAL2 = {"name": "internal2", "subnets": [SUBNET2]}
EXTERNAL = {"name": "external_network", "external": True, "physical_network": "extnet", "subnets": [OUTSIDE]}
ROUTER = {
    "name": "router1",
    "external_network": "external_network",
    "external_address": "172.24.5.50",
    "networks": ["internal1"],
    "subnets": ["internal2_subnet"],
}
SSH = {"protocol": "tcp", "port": 22}
GROUP = {"name": "ping_and_ssh", "rules": [{"protocol": "icmp"}, SSH]}
SERVER = {
    "name": "testinstance1",
    "network": "internal1",
    "address": "10.10.10.4",
    "image": "cirros",
    "flavor": "m1.tiny",
    "security_groups": ["ping_and_ssh"],
    "host": "compute1",
}
OTHER_SERVER = {"name": "testinstance2", "network": "internal1", "image": "cirros", "flavor": "m1.tiny"}
FLOATING_IP = {"server": "testinstance1", "network": "external_network", "address": "172.24.5.51"}
OTHER_FLOATING_IP = {"server": "testinstance2", "network": "external_network"}

VARIABLES: dict[str, Any] = {
    "networks": [INTERNAL1, INTERNAL2, EXTERNAL],
    "routers": [ROUTER],
    "security_groups": [GROUP],
    "images": [{"name": "cirros"}],
    "flavors": [{"name": "m1.tiny", "ram_megabytes": 512, "disk_gigabytes": 1}],
    "servers": [SERVER, OTHER_SERVER],
    "floating_ips": [FLOATING_IP],
}
MAPPINGS = [{"network": "extnet", "bridge": "br-ex", "interface": "eth1"}]


def inventory(**changed: Any) -> Inventory:
    """A good inventory with other ``openstack_...`` variables; capital keys are its fields."""
    fields = {key.lower(): changed.pop(key) for key in list(changed) if key.isupper()}
    variables = copy.deepcopy({**VARIABLES, **changed})
    good = Inventory(
        lab="openstack",
        controllers={
            "controller": {
                "nodes_address": "192.168.96.39",
                **{f"openstack_{key}": given for key, given in variables.items()},
            }
        },
        computes={"compute1": {"nodes_address": "192.168.96.15"}, "compute2": {"nodes_address": "192.168.96.207"}},
        chassis={"controller": {}, "compute1": {"ovn_chassis_bridge_mappings": MAPPINGS}},
        provider="container",
        subnet="192.168.96.0/24",
    )
    return good._replace(**fields)


def cloud(**changed: Any) -> dict[str, Any]:
    found: dict[str, Any] = read(inventory(**changed))["openstack"]
    return found


def subnet(**changed: Any) -> dict[str, Any]:
    """The variables with another subnet of internal1."""
    return {"networks": [{**INTERNAL1, "subnets": [{**SUBNET1, **changed}]}, INTERNAL2, EXTERNAL]}


def pools(*bounds: tuple[str, str]) -> dict[str, Any]:
    return subnet(allocation_pools=[{"start": f"10.10.10.{a}", "end": f"10.10.10.{b}"} for a, b in bounds])


def network(**changed: Any) -> dict[str, Any]:
    """The variables with one more network."""
    return {"networks": [INTERNAL1, INTERNAL2, EXTERNAL, {"name": "other", **changed}]}


def router(**changed: Any) -> dict[str, Any]:
    return {"routers": [{**ROUTER, **changed}]}


def rule(**changed: Any) -> dict[str, Any]:
    return {"security_groups": [{"name": "ping_and_ssh", "rules": [changed]}]}


def server(**changed: Any) -> dict[str, Any]:
    return {"servers": [{**SERVER, **changed}, OTHER_SERVER]}


def floating_ip(**changed: Any) -> dict[str, Any]:
    return {"floating_ips": [{**FLOATING_IP, **changed}]}


HOSTS: list[tuple[dict[str, Any], str]] = [
    (
        {"CONTROLLERS": {}},
        "The group openstack_controller has no host, but Keystone and Neutron need one. Put a host into it.",
    ),
    (
        {"COMPUTES": {"compute1": {"nodes_address": "192.168.96.39"}}},
        "nodes_address of compute1 is 192.168.96.39, which controller has already. Give each node its own.",
    ),
    (
        {"COMPUTES": {}},
        "The group openstack_computes has no host, but openstack_servers need one. Put a host into it.",
    ),
    (
        {"embedded_compute_driver": "xen"},
        "The group openstack: openstack_embedded_compute_driver is 'xen', but has to be one of fake, libvirt, none.",
    ),
]

NETWORKS: list[tuple[dict[str, Any], str]] = [
    ({"networks": "internal1"}, "openstack_networks is 'internal1', but has to be a list."),
    (
        {"networks": [{"nam": "x"}]},
        'openstack_networks[0] has the unknown key "nam". Did you mean "name"?',
    ),
    (
        {"networks": [INTERNAL1, INTERNAL1]},
        'openstack_networks has "internal1" twice. Take one of them out, or rename it.',
    ),
    (
        network(external=True, physical_network="provider"),
        "openstack_networks (other): physical_network is provider, which no chassis has a bridge for (those of "
        "ovn_chassis_bridge_mappings are extnet). Add the mapping, or correct the name.",
    ),
    (
        {"CHASSIS": {"compute1": {}}},
        "openstack_networks (external_network): physical_network is extnet, which no chassis has a bridge for (those "
        "of ovn_chassis_bridge_mappings are none). Add the mapping, or correct the name.",
    ),
    (
        network(external=True),
        "openstack_networks (other) is external, but has no physical_network, so nothing outside would be reached. "
        "Add it.",
    ),
    (
        network(network_type="vlan", segmentation_id=7),
        "openstack_networks (other): network_type is vlan, which needs a physical_network. Add it.",
    ),
    (
        network(network_type="geneve", physical_network="extnet"),
        "openstack_networks (other): network_type is geneve, which has no physical_network. Take it out, or change "
        "the network_type.",
    ),
    (
        network(network_type="vxlan"),
        "openstack_networks[3] (other): network_type is 'vxlan', but has to be one of flat, geneve, vlan.",
    ),
    (
        network(network_type="vlan", physical_network="extnet"),
        "openstack_networks (other): network_type is vlan, which needs a segmentation_id. Add it.",
    ),
    (
        network(physical_network="extnet", segmentation_id=7),
        "openstack_networks (other): network_type is flat, which has no segmentation_id. Take it out.",
    ),
    (
        network(network_type="vlan", physical_network="extnet", segmentation_id=4095),
        "openstack_networks (other): segmentation_id is 4095, but has to be from 1 to 4094 for vlan.",
    ),
    (
        network(physical_network="extnet"),
        "openstack_networks (other) is flat on extnet, as external_network is. Take another.",
    ),
    (
        {"networks": [{**INTERNAL1, "segmentation_id": 7}, {**INTERNAL2, "segmentation_id": 7}, EXTERNAL]},
        "openstack_networks (internal2) is geneve 7, as internal1 is. Take another.",
    ),
    (
        network(mtu_bytes=1500),
        "openstack_networks (other): mtu_bytes is 1500, but geneve over 1500 bytes of Ethernet leaves 1442. Make it "
        "smaller, or leave it out.",
    ),
    (
        network(network_type="vlan", physical_network="extnet", segmentation_id=7, mtu_bytes=9000),
        "openstack_networks (other): mtu_bytes is 9000, but vlan over 1500 bytes of Ethernet leaves 1500. Make it "
        "smaller, or leave it out.",
    ),
    (
        network(mtu_bytes=60),
        "openstack_networks (other): mtu_bytes is 60, but IPv4 needs 68 at least. Make it larger.",
    ),
    (
        network(mtu_bytes=True),
        "openstack_networks[3] (other): mtu_bytes is True, but has to be a whole number.",
    ),
]

_SUBNET = "openstack_networks (internal1): subnets[0] (internal1_subnet)"
SUBNETS: list[tuple[dict[str, Any], str]] = [
    (
        subnet(cidr="10.10.10.1/24"),
        f"{_SUBNET}: cidr is '10.10.10.1/24', which is no IPv4 subnet (10.10.10.1/24 has host bits set). Write it like "
        "10.0.1.0/24.",
    ),
    (
        subnet(cidr="10.10.10.0"),
        f"{_SUBNET}: cidr is '10.10.10.0', which is no IPv4 subnet (it has no prefix length). Write it like "
        "10.0.1.0/24.",
    ),
    (
        subnet(cidr="10.10.10.0/31"),
        f"{_SUBNET}: cidr is 10.10.10.0/31, which has no room for a gateway and an instance. Take a /30.",
    ),
    (
        subnet(gateway="10.10.12.1"),
        f"{_SUBNET}: gateway is 10.10.12.1, outside of 10.10.10.0/24. Change one of them.",
    ),
    (
        subnet(gateway="10.10.10.255"),
        f"{_SUBNET}: gateway is 10.10.10.255, which 10.10.10.0/24 needs itself (first or last). Take another.",
    ),
    (
        subnet(dns_servers=["dns.example"]),
        f"{_SUBNET}: dns_servers is 'dns.example', which is no IPv4 address. Write it like 192.168.99.100.",
    ),
    (
        pools(("60", "50")),
        f"{_SUBNET}: allocation_pools[0] starts at 10.10.10.60, after its end 10.10.10.50. Change one of them.",
    ),
    (
        pools(("50", "255")),
        f"{_SUBNET}: allocation_pools[0] is from 10.10.10.50 to 10.10.10.255, outside of the addresses for hosts of "
        "10.10.10.0/24.",
    ),
    (
        pools(("1", "50")),
        f"{_SUBNET}: allocation_pools[0] is from 10.10.10.1 to 10.10.10.50, with the gateway 10.10.10.1 in it. Leave "
        "that out.",
    ),
    (
        pools(("20", "50"), ("50", "60")),
        f"{_SUBNET}: allocation_pools[1] is from 10.10.10.50 to 10.10.10.60, which overlaps 10.10.10.20 to "
        "10.10.10.50.",
    ),
    (
        subnet(allocation_pools=[{"start": "10.10.10.5"}]),
        f'{_SUBNET}: allocation_pools[0] has no "end". Add it.',
    ),
    (
        network(subnets=[SUBNET1]),
        'openstack_networks (other) has the subnet "internal1_subnet", as internal1 has. Rename one of them.',
    ),
    (
        network(subnets=[{"name": "a", "cidr": "10.9.0.0/16"}, {"name": "b", "cidr": "10.9.9.0/24"}]),
        "openstack_networks (other): b (10.9.9.0/24) overlaps openstack_networks (other): a (10.9.0.0/16). Give one of "
        "them another subnet.",
    ),
]

ROUTERS: list[tuple[dict[str, Any], str]] = [
    (
        {"routers": [ROUTER, ROUTER]},
        'openstack_routers has "router1" twice. Take one of them out, or rename it.',
    ),
    (
        router(networks=["internal9"]),
        'openstack_routers (router1) names the network "internal9", which is unknown. Add it to openstack_networks, or '
        "correct the name.",
    ),
    (
        router(subnets=["internal1"]),
        'openstack_routers (router1) names the subnet "internal1", which is unknown. Add it to openstack_networks, or '
        "correct the name.",
    ),
    (
        router(networks=[{"name": "internal1"}]),
        "openstack_routers (router1) names the network \"{'name': 'internal1'}\", which is unknown. Add it to "
        "openstack_networks, or correct the name.",
    ),
    (
        router(external_network="internal2"),
        "openstack_routers (router1): external_network is internal2, which is not external. Make it, or take another.",
    ),
    (
        {"networks": [INTERNAL1, INTERNAL2, {**EXTERNAL, "subnets": []}]},
        "openstack_routers (router1): external_network is external_network, which has no subnets. Add one.",
    ),
    (
        router(external_network=None),
        "openstack_routers (router1) has an external_address, but no external_network. Add it.",
    ),
    (
        router(external_address="172.24.9.50"),
        "openstack_routers (router1): external_address is 172.24.9.50, outside of the subnets of external_network "
        "(172.24.5.0/24). Change one of them.",
    ),
    (
        router(external_address="172.24.5.1"),
        "openstack_routers (router1): external_address is 172.24.5.1, which is that of the gateway of external_subnet. "
        "Take another.",
    ),
    (
        {"routers": [ROUTER, {"name": "router2", "networks": ["internal1"]}]},
        "openstack_routers (router2) is on the subnet internal1_subnet, where router1 has the gateway's address "
        "10.10.10.1 already. Take it out of one of them.",
    ),
    (
        {"networks": [INTERNAL1, {**INTERNAL2, "subnets": [{**SUBNET2, "cidr": "10.10.10.128/25"}]}, EXTERNAL]},
        "openstack_routers (router1) is on internal1_subnet (10.10.10.0/24) and internal2_subnet (10.10.10.128/25), "
        "which overlap. Give one of them another cidr.",
    ),
    (
        {"networks": [INTERNAL1, {**INTERNAL2, "subnets": [{**SUBNET2, "cidr": "172.24.0.0/16"}]}, EXTERNAL]},
        "openstack_routers (router1) is on internal2_subnet (172.24.0.0/16) and external_subnet (172.24.5.0/24), which "
        "overlap. Give one of them another cidr.",
    ),
]

_RULE = "openstack_security_groups (ping_and_ssh): rules[0]"
RULES: list[tuple[dict[str, Any], str]] = [
    (
        {"security_groups": [{"name": "default"}]},
        "openstack_security_groups (default) has the name of the group that every project has already. Give it another "
        "name.",
    ),
    (rule(direction="in"), f"{_RULE}: direction is 'in', but has to be one of ingress, egress."),
    (
        rule(protocol="tpc"),
        f"{_RULE}: protocol is 'tpc', which Neutron does not know. Write a name like tcp, udp or icmp, or the number.",
    ),
    (rule(protocol=256), f"{_RULE}: protocol is 256, but a number has to be from 0 to 255."),
    (
        rule(protocol="icmpv6"),
        f"{_RULE}: protocol is icmpv6, but ether_type is IPv4. Change one of them.",
    ),
    (
        rule(protocol="icmp", ether_type="IPv6"),
        f"{_RULE}: protocol is icmp, but ether_type is IPv6. Write icmpv6, or change the ether_type.",
    ),
    (
        rule(port=22),
        f"{_RULE} has a port, but its protocol is any. Take the port out, or make it dccp, sctp, tcp, udp or udplite.",
    ),
    (
        rule(protocol="icmp", port=8),
        f"{_RULE} has a port, but its protocol is icmp. Take the port out, or make it dccp, sctp, tcp, udp or udplite.",
    ),
    (rule(protocol="tcp", port=65536), f"{_RULE}: 65536 is no port. Take one from 1 to 65535."),
    (rule(protocol="tcp", port=0), f"{_RULE}: 0 is no port. Take one from 1 to 65535."),
    (
        rule(protocol="tcp", port=22, port_range_max=23),
        f"{_RULE} has port and a range of ports. Take one of them out.",
    ),
    (
        rule(protocol="udp", port_range_min=22),
        f"{_RULE} has only one of port_range_min and port_range_max. Add the other.",
    ),
    (
        rule(protocol="udp", port_range_min=30, port_range_max=20),
        f"{_RULE}: port_range_min is 30, above port_range_max 20. Change one of them.",
    ),
    (
        rule(remote_address="10.0.0.1/8"),
        f"{_RULE}: remote_address is '10.0.0.1/8', which is no subnet (10.0.0.1/8 has host bits set).",
    ),
    (
        rule(remote_address="fd00::/8"),
        f"{_RULE}: remote_address is fd00::/8, but ether_type is IPv4. Change one of them.",
    ),
    (
        rule(remote_address="10.0.0.0/8", remote_group="ping_and_ssh"),
        f"{_RULE} has remote_address and remote_group. Take one of them out.",
    ),
    (
        rule(remote_group="web"),
        f'{_RULE} names the security group "web", which is unknown. Add it to openstack_security_groups, or correct '
        "the name.",
    ),
    (
        {"security_groups": [{"name": "ping_and_ssh", "rules": [SSH, {"protocol": 6, "port": 22}]}]},
        "openstack_security_groups (ping_and_ssh): rules[1] is the same as rules[0]. Take one out.",
    ),
]

SERVERS: list[tuple[dict[str, Any], str]] = [
    (
        {"flavors": [{"name": "m1.tiny", "ram_megabytes": 0}]},
        "openstack_flavors (m1.tiny): ram_megabytes is 0, but has to be 1 at least.",
    ),
    ({"flavors": [{"name": "m1.tiny"}]}, 'openstack_flavors[0] (m1.tiny) has no "ram_megabytes". Add it.'),
    (
        {"images": [{"name": "cirros"}, {"name": "cirros"}]},
        'openstack_images has "cirros" twice. Take one of them out, or rename it.',
    ),
    (
        server(name="two words"),
        "openstack_servers (two words) has a name that is no hostname. Use letters, digits, and . - within.",
    ),
    (
        server(name="testinstance2"),
        'openstack_servers has "testinstance2" twice. Take one of them out, or rename it.',
    ),
    (
        server(network="internal9"),
        'openstack_servers (testinstance1) names the network "internal9", which is unknown. Add it to '
        "openstack_networks, or correct the name.",
    ),
    (
        server(image="debian"),
        'openstack_servers (testinstance1) names the image "debian", which is unknown. Add it to openstack_images, or '
        "correct the name.",
    ),
    (
        server(flavor="m1.huge"),
        'openstack_servers (testinstance1) names the flavor "m1.huge", which is unknown. Add it to openstack_flavors, '
        "or correct the name.",
    ),
    (
        server(security_groups=["web"]),
        'openstack_servers (testinstance1) names the security group "web", which is unknown. Add it to '
        "openstack_security_groups, or correct the name.",
    ),
    (
        server(host="controller"),
        "openstack_servers (testinstance1): host is controller, which is not in the group openstack_computes "
        "(compute1, compute2). Correct the name.",
    ),
    (
        {**network(), **server(network="other", address=None), "floating_ips": []},
        "openstack_servers (testinstance1) is on the network other, which has no subnets. Add one.",
    ),
    (
        server(address="10.10.11.4"),
        "openstack_servers (testinstance1): address is 10.10.11.4, outside of the subnets of internal1 "
        "(10.10.10.0/24). Change one of them.",
    ),
    (
        server(address="10.10.10.1"),
        "openstack_servers (testinstance1): address is 10.10.10.1, which is that of the gateway of internal1_subnet. "
        "Take another.",
    ),
    (
        server(address="10.10.10.255"),
        "openstack_servers (testinstance1): address is 10.10.10.255, which 10.10.10.0/24 needs itself (first or last). "
        "Take another.",
    ),
    (
        {"servers": [SERVER, {**OTHER_SERVER, "address": "10.10.10.4"}]},
        "openstack_servers (testinstance2): address is 10.10.10.4, which is that of the server testinstance1. Take "
        "another.",
    ),
    (
        {**pools(("10", "10")), "servers": [{**SERVER, "address": None}, OTHER_SERVER]},
        "The allocation_pools of internal1 have 1 address, but 2 are wanted by the server testinstance1, the server "
        "testinstance2. Widen them, or ask for less.",
    ),
]

FLOATING_IPS: list[tuple[dict[str, Any], str]] = [
    ({"floating_ips": {}}, "openstack_floating_ips is {}, but has to be a list."),
    (
        floating_ip(server="testinstance9"),
        'openstack_floating_ips (testinstance9) names the server "testinstance9", which is unknown. Add it to '
        "openstack_servers, or correct the name.",
    ),
    (
        floating_ip(network="public"),
        'openstack_floating_ips (testinstance1) names the network "public", which is unknown. Add it to '
        "openstack_networks, or correct the name.",
    ),
    (
        floating_ip(network="internal2"),
        "openstack_floating_ips (testinstance1): network is internal2, which is not external. Take one that is.",
    ),
    (
        floating_ip(address="172.24.6.51"),
        "openstack_floating_ips (testinstance1): address is 172.24.6.51, outside of the subnets of external_network "
        "(172.24.5.0/24). Change one of them.",
    ),
    (
        floating_ip(address="172.24.5.50"),
        "openstack_floating_ips (testinstance1): address is 172.24.5.50, which is that of the router router1. Take "
        "another.",
    ),
    (
        {"floating_ips": [FLOATING_IP, {**FLOATING_IP, "address": None}]},
        "openstack_floating_ips has testinstance1 twice. Take one of them out.",
    ),
    (
        router(networks=[]),
        "openstack_floating_ips (testinstance1): no router leads from internal1 to external_network. Give a router of "
        "openstack_routers both.",
    ),
    (
        {"routers": [{"name": "router1", "networks": ["internal1"]}]},
        "openstack_floating_ips (testinstance1): no router leads from internal1 to external_network. Give a router of "
        "openstack_routers both.",
    ),
    (
        # The pool is .50 to .52.
        {
            "servers": [SERVER, OTHER_SERVER, {**OTHER_SERVER, "name": "c"}],
            "floating_ips": [FLOATING_IP, OTHER_FLOATING_IP, {**OTHER_FLOATING_IP, "server": "c"}],
        },
        "The allocation_pools of external_network have 3 addresses, but 4 are wanted by the router router1, the "
        "floating IP of testinstance1, the floating IP of testinstance2, the floating IP of c. Widen them, or ask for "
        "less.",
    ),
]


@pytest.mark.parametrize(
    ("changed", "sentence"), [*HOSTS, *NETWORKS, *SUBNETS, *ROUTERS, *RULES, *SERVERS, *FLOATING_IPS]
)
def test_each_mistake_is_one_sentence(changed: dict[str, Any], sentence: str) -> None:
    with pytest.raises(IntentError) as caught:
        read(inventory(**changed))
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({}, id="the good one"),
        pytest.param({"floating_ips": [FLOATING_IP, OTHER_FLOATING_IP]}, id="as many as the pool has"),
        pytest.param(
            {
                **floating_ip(address="172.24.5.60"),
                "servers": [SERVER, OTHER_SERVER, {**OTHER_SERVER, "name": "c"}],
                "floating_ips": [
                    {**FLOATING_IP, "address": "172.24.5.60"},
                    OTHER_FLOATING_IP,
                    {**OTHER_FLOATING_IP, "server": "c"},
                ],
            },
            id="addresses beside the pool do not use it up",
        ),
        pytest.param(network(subnets=[{"name": "o", "cidr": "10.10.10.0/24"}]), id="two networks may overlap"),
        pytest.param({**network(mtu_bytes=8942), "PROVIDER": "existing"}, id="existing hosts may have jumbo frames"),
        pytest.param(
            {
                "CHASSIS": {},
                "networks": [INTERNAL1, INTERNAL2, {**EXTERNAL, "physical_network": "provider"}],
            },
            id="bridges are unknown without chassis",
        ),
        pytest.param(
            network(network_type="vlan", physical_network="extnet", segmentation_id=7), id="a vlan beside the flat one"
        ),
    ],
)
def test_what_can_be_is_not_refused(changed: dict[str, Any]) -> None:
    assert cloud(**changed)["controller"] == "controller"


def test_networks_and_subnets_are_filled_in() -> None:
    first, _second, external = cloud()["networks"]
    assert first == {
        "name": "internal1",
        "external": False,
        "network_type": "geneve",
        "physical_network": None,
        "segmentation_id": None,
        "mtu_bytes": None,
        "subnets": [
            {
                **SUBNET1,
                "gateway": "10.10.10.1",
                "dhcp": True,
                "dns_servers": [],
                "allocation_pools": [{"start": "10.10.10.2", "end": "10.10.10.254"}],
            }
        ],
    }
    assert (external["network_type"], external["subnets"][0]["gateway"]) == ("flat", "172.24.5.1")


@pytest.mark.parametrize(
    ("gateway", "bounds"),
    [
        ("10.10.10.254", [("10.10.10.1", "10.10.10.253")]),
        ("10.10.10.9", [("10.10.10.1", "10.10.10.8"), ("10.10.10.10", "10.10.10.254")]),
    ],
)
def test_without_pools_all_addresses_but_the_gateway_are_given(gateway: str, bounds: list[tuple[str, str]]) -> None:
    found = cloud(**subnet(gateway=gateway))["networks"][0]["subnets"][0]
    assert [(pool["start"], pool["end"]) for pool in found["allocation_pools"]] == bounds


def test_routers_have_subnets() -> None:
    assert cloud()["routers"] == [
        {
            "name": "router1",
            "external_network": "external_network",
            "external_address": "172.24.5.50",
            "external_subnet": "external_subnet",
            "subnets": ["internal1_subnet", "internal2_subnet"],
        }
    ]


ANY = {"protocol": None, "port_min": None, "port_max": None, "remote_address": None, "remote_group": None}


def test_a_group_lets_leave_what_no_rule_mentions() -> None:
    assert cloud()["security_groups"][0]["rules"] == [
        {**ANY, "direction": "egress", "ether_type": "IPv4"},
        {**ANY, "direction": "egress", "ether_type": "IPv6"},
        {**ANY, "direction": "ingress", "ether_type": "IPv4", "protocol": "icmp"},
        {**ANY, "direction": "ingress", "ether_type": "IPv4", "protocol": "tcp", "port_min": 22, "port_max": 22},
    ]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"direction": "egress"}, {}),
        ({"direction": "egress", "protocol": 17, "port": 53}, {"protocol": "udp", "port_min": 53, "port_max": 53}),
        ({"direction": "egress", "protocol": "any"}, {}),
        ({"direction": "egress", "protocol": 99}, {"protocol": "99"}),
        ({"direction": "egress", "protocol": "tcp", "port_range_min": 1, "port_range_max": 65535}, {"protocol": "tcp"}),
        ({"direction": "egress", "remote_address": "10.0.0.1"}, {"remote_address": "10.0.0.1/32"}),
        ({"direction": "egress", "remote_group": "default"}, {"remote_group": "default"}),
        (
            {"direction": "egress", "ether_type": "IPv6", "protocol": "icmpv6", "remote_address": "FD00::/8"},
            {"ether_type": "IPv6", "protocol": "ipv6-icmp", "remote_address": "fd00::/8"},
        ),
    ],
)
def test_rules_are_as_neutron_keeps_them(given: dict[str, Any], expected: dict[str, Any]) -> None:
    found = cloud(**rule(**given))["security_groups"][0]["rules"]
    assert found == [{**ANY, "direction": "egress", "ether_type": "IPv4", **expected}]


def test_servers_are_filled_in() -> None:
    first, second = cloud()["servers"]
    assert first == {**SERVER, "subnet": "internal1_subnet"}
    assert second == {
        **OTHER_SERVER,
        "address": None,
        "security_groups": ["default"],
        "host": None,
        "subnet": "internal1_subnet",
    }


def test_neutron_chooses_among_subnets_when_there_are_two() -> None:
    both = [SUBNET1, {"name": "more", "cidr": "10.10.20.0/24"}]
    found = cloud(networks=[{**INTERNAL1, "subnets": both}, INTERNAL2, EXTERNAL])
    assert [each["subnet"] for each in found["servers"]] == ["internal1_subnet", None]


def test_floating_ips_know_their_router() -> None:
    assert cloud()["floating_ips"] == [{**FLOATING_IP, "router": "router1"}]


def test_without_nova_there_are_networks_alone() -> None:
    asked = inventory(embedded_compute_driver="none")
    found = read(asked)["openstack"]
    assert (found["images"], found["servers"], found["floating_ips"]) == ([], [], [])
    assert [each["name"] for each in found["routers"]] == ["router1"]
    assert notes(asked) == [
        "Without Nova (openstack_embedded_compute_driver is none) these are ignored: openstack_images, "
        "openstack_flavors, openstack_servers, openstack_floating_ips"
    ]
    assert notes(inventory()) == []
