# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with answers for the cloud of the articles, one mistake at a time."""

from __future__ import annotations

import copy
from typing import Any, Callable

import pytest
from ansible_collections.packetwalk.labs.plugins.plugin_utils import _packstack_lint as packstack

ANSWERS = {
    "CONFIG_CONTROLLER_HOST": "192.168.122.39",
    "CONFIG_NETWORK_HOSTS": "192.168.122.39",
    "CONFIG_COMPUTE_HOSTS": "192.168.122.15,192.168.122.207",
    "CONFIG_NEUTRON_L2_AGENT": "ovn",
    "CONFIG_NEUTRON_ML2_MECHANISM_DRIVERS": "ovn",
    "CONFIG_NEUTRON_ML2_TYPE_DRIVERS": "vxlan,flat,geneve",
    "CONFIG_NEUTRON_ML2_TENANT_NETWORK_TYPES": "geneve",
    "CONFIG_NEUTRON_OVN_BRIDGE_MAPPINGS": "extnet:br-ex",
    "CONFIG_NEUTRON_OVN_BRIDGE_IFACES": "br-ex:ens4",
    "CONFIG_NEUTRON_OVN_BRIDGES_COMPUTE": "br-ex",
    "CONFIG_NEUTRON_OVN_EXTERNAL_PHYSNET": "extnet",
    "CONFIG_NEUTRON_OVN_TUNNEL_IF": "",
    "CONFIG_NEUTRON_OVN_TUNNEL_SUBNETS": "",
}

Hosts = list[dict[str, Any]]
Break = Callable[[Hosts], Any]


def host(name: str, number: int) -> dict[str, Any]:
    """A host as Ansible's facts describe it."""
    address = f"192.168.122.{number}"
    facts = {
        "interfaces": ["lo", "ens3", "ens4", "br-tun"],
        "ens3": {"ipv4": {"address": address, "netmask": "255.255.255.0", "prefix": "24"}},
        "ens4": {},
        "br_tun": {"ipv4": {"address": f"10.20.0.{number}", "netmask": "255.255.255.0"}},
        "selinux": {"status": "enabled", "mode": "permissive"},
        "services": {"firewalld.service": {"state": "stopped"}, "sshd.service": {"state": "running"}},
    }
    return {"name": name, "address": address, "computes": name != "controller", "facts": facts}


def lint(change: dict[str, str], broken: Break | None = None) -> packstack.Lint:
    hosts = [host("controller", 39), host("compute1", 15), host("compute2", 207)]
    if broken:
        broken(hosts)
    return packstack.lint({**ANSWERS, **change}, hosts)


def test_the_cloud_of_the_articles() -> None:
    assert lint({}) == packstack.Lint([], [])


@pytest.mark.parametrize(
    ("change", "sentences"),
    [
        (
            {"CONFIG_NEUTRON_L2_AGENT": "openvswitch"},
            ["CONFIG_NEUTRON_L2_AGENT is openvswitch, but this role builds clouds with OVN. Set it to ovn."],
        ),
        (
            {"CONFIG_USE_SUBNETS": "y"},
            ["CONFIG_USE_SUBNETS is y, but this role names interfaces and no subnets. Set it to n."],
        ),
        (
            {"CONFIG_NEUTRON_ML2_TYPE_DRIVERS": "vxlan,flat"},
            [
                "CONFIG_NEUTRON_ML2_TYPE_DRIVERS is vxlan,flat, without geneve, the only tunnels that OVN has. "
                "Add geneve to packstack_type_drivers."
            ],
        ),
        (
            {"CONFIG_NEUTRON_ML2_TYPE_DRIVERS": "geneve"},
            [
                "CONFIG_NEUTRON_OVN_BRIDGES_COMPUTE names br-ex, but packstack makes no bridges on computes without "
                "the type driver flat or vlan. Add one to packstack_type_drivers."
            ],
        ),
        (
            {"CONFIG_NEUTRON_ML2_TENANT_NETWORK_TYPES": "gre"},
            [
                "CONFIG_NEUTRON_ML2_TENANT_NETWORK_TYPES is gre, without geneve, which tenant networks of OVN are. "
                "Add geneve to packstack_tenant_network_types.",
                "CONFIG_NEUTRON_ML2_TENANT_NETWORK_TYPES has gre, which CONFIG_NEUTRON_ML2_TYPE_DRIVERS has not. "
                "Add gre to packstack_type_drivers, or take it out of packstack_tenant_network_types.",
            ],
        ),
        (
            {"CONFIG_NEUTRON_OVN_BRIDGE_MAPPINGS": "extnet"},
            [
                'CONFIG_NEUTRON_OVN_BRIDGE_MAPPINGS has "extnet:", but it takes two names with a colon between. '
                "Correct it.",
                "CONFIG_NEUTRON_OVN_BRIDGE_IFACES gives br-ex an interface, but no network is mapped to br-ex. "
                "Add a mapping to packstack_bridge_mappings.",
                "CONFIG_NEUTRON_OVN_BRIDGES_COMPUTE names br-ex, which CONFIG_NEUTRON_OVN_BRIDGE_MAPPINGS has not, and "
                "packstack ends at it. Give it a network and an interface in packstack_bridge_mappings.",
            ],
        ),
        (
            {"CONFIG_NEUTRON_OVN_EXTERNAL_PHYSNET": "outside"},
            [
                "packstack_external_network is outside, but packstack_bridge_mappings maps only extnet to a bridge. "
                "Add a mapping for it."
            ],
        ),
        (
            {"CONFIG_NEUTRON_OVN_BRIDGE_IFACES": ""},
            [
                "CONFIG_NEUTRON_OVN_BRIDGES_COMPUTE names br-ex, which CONFIG_NEUTRON_OVN_BRIDGE_IFACES has not, and "
                "packstack ends at it. Give it a network and an interface in packstack_bridge_mappings."
            ],
        ),
        (
            {"CONFIG_COMPUTE_HOSTS": "192.168.122.15"},
            [
                "compute2 is in the group packstack_computes, but CONFIG_COMPUTE_HOSTS has not its address "
                "192.168.122.207. Take CONFIG_COMPUTE_HOSTS out of packstack_answers."
            ],
        ),
        (
            {"CONFIG_NETWORK_HOSTS": "192.168.122.39, 192.168.122.40"},
            [
                "The answers name 192.168.122.40, but packstack_address of the hosts of the group packstack is "
                "192.168.122.39, 192.168.122.15, 192.168.122.207. Correct packstack_address or packstack_answers."
            ],
        ),
        (
            {"CONFIG_NEUTRON_OVN_TUNNEL_IF": "br-tun"},
            [
                "packstack_tunnel_interface is br-tun without packstack_tunnel_subnets, and then packstack lets hosts "
                "have tunnels with the controller only. Give the subnets of the tunnels."
            ],
        ),
        (
            {"CONFIG_NEUTRON_OVN_TUNNEL_IF": "br-tun", "CONFIG_NEUTRON_OVN_TUNNEL_SUBNETS": "10.20.0.0/24"},
            [],
        ),
        (
            {"CONFIG_NEUTRON_OVN_TUNNEL_SUBNETS": "192.168.122.0/24"},
            [],
        ),
        (
            {"CONFIG_NEUTRON_OVN_TUNNEL_SUBNETS": "192.168.122"},
            ['packstack_tunnel_subnets has "192.168.122", which is no subnet. Write it like 192.168.122.0/24.'],
        ),
    ],
)
def test_answers(change: dict[str, str], sentences: list[str]) -> None:
    assert lint(change).problems == sentences


def without_ens4(hosts: Hosts) -> None:
    hosts[2]["facts"]["interfaces"].remove("ens4")


def address_of_another(hosts: Hosts) -> None:
    hosts[1]["facts"]["ens3"]["ipv4"]["address"] = "192.168.122.16"


def tunnel_elsewhere(hosts: Hosts) -> None:
    hosts[1]["facts"]["br_tun"]["ipv4"]["address"] = "10.21.0.15"


def tunnel_without_address(hosts: Hosts) -> None:
    hosts[2]["facts"]["br_tun"] = {}


def no_tunnel_interface(hosts: Hosts) -> None:
    hosts[0]["facts"]["interfaces"].remove("br-tun")


TUNNELS = {"CONFIG_NEUTRON_OVN_TUNNEL_IF": "br-tun", "CONFIG_NEUTRON_OVN_TUNNEL_SUBNETS": "10.20.0.0/24"}


@pytest.mark.parametrize(
    ("change", "broken", "sentence"),
    [
        (
            {},
            without_ens4,
            "br-ex shall get the interface ens4, but compute2 has only br-tun, ens3, lo. Correct "
            "packstack_bridge_mappings; packstack has one name for all hosts.",
        ),
        (
            {},
            address_of_another,
            "packstack_address of compute1 is 192.168.122.15, but it has only 192.168.122.16, 10.20.0.15. "
            "Correct packstack_address.",
        ),
        (
            TUNNELS,
            tunnel_elsewhere,
            "The tunnels of compute1 have the address 10.21.0.15, which is not in packstack_tunnel_subnets "
            "(10.20.0.0/24), so that packet filters drop them. Add its subnet.",
        ),
        (
            TUNNELS,
            tunnel_without_address,
            "packstack_tunnel_interface br-tun of compute2 has no IPv4 address. Give it one.",
        ),
        (
            TUNNELS,
            no_tunnel_interface,
            "packstack_tunnel_interface is br-tun, but controller has only ens3, ens4, lo. Correct it; packstack has "
            "one name for all hosts.",
        ),
    ],
)
def test_hosts(change: dict[str, str], broken: Break, sentence: str) -> None:
    assert lint(change, broken).problems == [sentence]


def test_a_bridge_of_the_controller_needs_no_interface_elsewhere() -> None:
    assert lint({"CONFIG_NEUTRON_OVN_BRIDGES_COMPUTE": ""}, without_ens4).problems == []


def test_the_interface_with_the_address_as_in_the_articles() -> None:
    """Before packstack has run, it is a risk; afterwards the address is on the bridge, and it is none."""
    found = lint({"CONFIG_NEUTRON_OVN_BRIDGE_IFACES": "br-ex:ens3"})
    assert found.problems == []
    assert len(found.warnings) == 3
    assert found.warnings[0].startswith("ens3 of controller has its address 192.168.122.39, which moves to br-ex.")

    def packstack_has_run(hosts: Hosts) -> None:
        for each in hosts:
            each["facts"]["br_ex"] = copy.deepcopy(each["facts"]["ens3"])
            each["facts"]["ens3"] = {}
            each["facts"]["interfaces"].append("br-ex")

    assert lint({"CONFIG_NEUTRON_OVN_BRIDGE_IFACES": "br-ex:ens3"}, packstack_has_run) == packstack.Lint([], [])


def test_what_is_in_the_way() -> None:
    def in_the_way(hosts: Hosts) -> None:
        for each in hosts[1:]:
            each["facts"]["services"]["firewalld.service"]["state"] = "running"
            each["facts"]["services"]["NetworkManager.service"] = {"state": "running"}
        hosts[0]["facts"]["selinux"]["mode"] = "enforcing"

    found = lint({"CONFIG_NEUTRON_ML2_TENANT_NETWORK_TYPES": "vxlan,geneve"}, in_the_way)
    assert found.problems == []
    assert [warning.split(" ", 1)[0] for warning in found.warnings] == [
        "packstack_tenant_network_types",
        "NetworkManager",
        "firewalld",
        "SELinux",
    ]
    assert "compute1, compute2" in found.warnings[2]
    assert "setenforce 0" in found.warnings[3]


def test_without_selinux() -> None:
    def missing_library(hosts: Hosts) -> None:
        hosts[0]["facts"]["selinux"] = {"status": "Missing selinux Python library"}
        hosts[1]["facts"]["selinux"] = False

    assert lint({}, missing_library).warnings == []
