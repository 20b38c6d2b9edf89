# SPDX-License-Identifier: GPL-3.0-or-later
"""Each mistake in the inventory of an OpenSwitch lab gives one sentence; the rest says what has to be waited for."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.plugin_utils._intent._openswitch import Inventory, read
from ansible_collections.packetwalk.labs.plugins.plugin_utils._intent._schema import IntentError

ONE, TWO, THREE = ({"switch": name, "port": 1} for name in ("ops1", "ops2", "ops3"))
SECOND = {"switch": "ops2", "port": 2}
LINKS = [{"ends": [ONE, TWO]}, {"ends": [SECOND, THREE]}]


def interface(name: Any, *addresses: str, **keys: Any) -> dict[str, Any]:
    return {"name": name, "addresses": list(addresses), **keys}


def bgp(as_number: int, *neighbours: tuple[str, int | None], **keys: Any) -> dict[str, Any]:
    rows = [{"address": address, "remote_as": remote_as} for address, remote_as in neighbours]
    return {"as_number": as_number, "neighbours": rows, **keys}


def vlans(number: int, *interfaces: Any) -> dict[str, Any]:
    return {"vlans": [{"id": number, "interfaces": list(interfaces)}]}


CONFIGS: dict[str, dict[str, Any]] = {
    "ops1": {"interfaces": [interface("1", "192.168.101.1/24")], "bgp": bgp(65001, ("192.168.101.2", 65002))},
    "ops2": {
        "interfaces": [interface("1", "192.168.101.2/24"), interface("2", "192.168.102.1/24")],
        "bgp": bgp(65002, ("192.168.101.1", 65001), ("192.168.102.2", 65003)),
    },
    "ops3": {"interfaces": [interface("1", "192.168.102.2/24")], "bgp": bgp(65003, ("192.168.102.1", 65002))},
}


def inventory(configs: dict[str, Any] | None = None, **fields: Any) -> Inventory:
    """A good inventory with other fields; ``configs`` are sections that some switches have in place of theirs."""
    hosts: dict[str, dict[str, Any]] = {
        host: {
            "nodes_address": f"192.168.96.{11 + number}",
            "openswitch_config": {**copy.deepcopy(config), **(configs or {}).get(host, {})},
        }
        for number, (host, config) in enumerate(CONFIGS.items())
    }
    good = Inventory(
        lab="openswitch", hosts=hosts, provider="container", subnet="192.168.96.0/24", ports=8, links=LINKS
    )
    return good._replace(**fields)


MISTAKES = [
    # Links
    ({"links": {}}, "openswitch_links is {}, but has to be a list."),
    (
        {"links": [{"ends": [ONE, TWO], "mtu_byte": 1400}]},
        'openswitch_links (link 1) has the unknown key "mtu_byte". Did you mean "mtu_bytes"?',
    ),
    ({"links": [*LINKS, {"ends": [ONE, THREE]}]}, "openswitch_links: ops1:1 is in links 1 and 3."),
    (
        {"links": [{"ends": [{"switch": "ops1", "port": 9}, TWO]}]},
        "openswitch_links: Link 1: ops1 has ports 1 to 8, and no port 9.",
    ),
    (
        {"links": [LINKS[0], {"ends": [SECOND, {"switch": "ops4", "port": 1}]}]},
        'openswitch_links (link 2): ends[1] names the unknown switch "ops4". Add it to the group openswitch, or '
        "correct the name.",
    ),
    ({"links": [{"ends": [ONE]}]}, "openswitch_links: Link 1 has 1 ends, and not two."),
    ({"links": [{"ends": [ONE, {"switch": "ops2"}]}]}, 'openswitch_links (link 1): ends[1] has no "port". Add it.'),
    (
        {"links": [{"ends": [ONE, {"port": 1}]}]},
        "openswitch_links (link 1): ends[1] has no switch, no namespace and no bridge. Add one of them.",
    ),
    (
        {"links": [{"ends": [ONE, {**TWO, "bridge": "br0"}]}]},
        "openswitch_links (link 1): ends[1] has a bridge, and a switch or a namespace too. Take one of them out.",
    ),
    # What two ports have that are linked
    (
        {"configs": {"ops3": {"interfaces": [interface("1", "192.168.102.1/24")], "bgp": None}}},
        "openswitch_links (link 2): ops2:2 and ops3:1 both have 192.168.102.1. Give one of them another address.",
    ),
    (
        {"configs": {"ops1": {"interfaces": [interface(1, "192.168.103.1/24")]}}},
        "openswitch_links (link 1): ops1:1 is in 192.168.103.0/24, and ops2:1 in 192.168.101.0/24. "
        "Put both into one subnet.",
    ),
    pytest.param(
        {"configs": {"ops1": {"interfaces": [interface("1", "192.168.101.1/25")]}}},
        "openswitch_links (link 1): ops1:1 is in 192.168.101.0/25, and ops2:1 in 192.168.101.0/24. "
        "Put both into one subnet.",
        id="overlapping subnets on a link",
    ),
    # One switch
    (
        {"configs": {"ops1": {"bgp": {"neighbours": []}}}},
        "openswitch_config of ops1: BGP has no as_number.",
    ),
    (
        {"configs": {"ops1": {"bgp": bgp(65001, ("192.168.101.2", None))}}},
        "openswitch_config of ops1: BGP neighbour 192.168.101.2 has no remote_as.",
    ),
    (
        {"configs": {"ops1": {"bgp": bgp(65001, ("192.168.101.2", 65009))}}},
        "openswitch_config of ops1: BGP neighbour 192.168.101.2 has the remote_as 65009, but ops2 has the as_number "
        "65002. Change one of them.",
    ),
    (
        {"configs": {"ops1": {"bgp": bgp(65001, neighbors=[])}}},
        'openswitch_config of ops1: bgp has the unknown key "neighbors". Did you mean "neighbours"?',
    ),
    (
        {"configs": {"ops1": {"interfaces": [interface("1", "192.168.101.1")]}}},
        "openswitch_config of ops1: Interface 1: '192.168.101.1' has no prefix length.",
    ),
    (
        {"configs": {"ops1": {"interfaces": [interface("1", "10.0.0.1/8"), interface("2", "10.1.0.1/16")]}}},
        "openswitch_config of ops1: Interfaces 1 and 2: 10.0.0.1/8 and 10.1.0.1/16 overlap.",
    ),
    (
        {"configs": {"ops1": {"interfaces": [interface("9")]}}},
        "openswitch_config of ops1 has interface 9, but openswitch_ports is 8. Change one of them.",
    ),
    # VLANs
    (
        {"configs": {"ops1": vlans(10, 9)}},
        "openswitch_config of ops1: VLAN 10 has interface 9, but ports are 1 to 8.",
    ),
    (
        {"configs": {"ops1": vlans(10, "eth0")}},
        "openswitch_config of ops1: VLAN 10 has interface eth0, but ports are 1 to 8.",
    ),
    (
        {"configs": {"ops1": vlans(4095, 3)}},
        "openswitch_config of ops1: VLAN 4095 is not from 1 to 4094.",
    ),
    (
        {"configs": {"ops1": vlans(10, 1)}},
        "openswitch_config of ops1: Interface 1 is in VLAN 10 and has an address: give that to vlan10, or take it out "
        "of the VLAN.",
    ),
    (
        {"configs": {"ops1": {"vlans": [{"id": 10, "interfaces": [3]}, {"id": 20, "interfaces": ["3"]}]}}},
        "openswitch_config of ops1: The VLAN of interface 3 is given twice.",
    ),
    (
        {"configs": {"ops1": {"interfaces": [interface("vlan10", "10.0.0.1/24")]}}},
        "openswitch_config of ops1 has interface vlan10, but vlans has no VLAN 10. Add it.",
    ),
    # The lab
    ({"ports": 0}, "openswitch_ports is 0, but has to be 1 or more."),
    (
        {"subnet": "192.168.99.0/24"},
        "nodes_address of ops1 is 192.168.96.11, outside nodes_subnet 192.168.99.0/24. Change the address, or the "
        "subnet.",
    ),
]


@pytest.mark.parametrize(("fields", "sentence"), MISTAKES)
def test_a_mistake_is_one_sentence(fields: dict[str, Any], sentence: str) -> None:
    with pytest.raises(IntentError) as refused:
        read(inventory(**fields))
    assert str(refused.value) == sentence


def test_every_key_is_there_as_the_modules_take_it() -> None:
    intent = read(inventory(configs={"ops3": {"interfaces": [interface(1)], "bgp": None}}))
    switch = intent["switches"]["ops3"]
    nothing = dict.fromkeys(("hostname", "vlans", "static_routes", "bgp", "ospf", "lines"))
    row = {"name": "1", "addresses": [], "shutdown": False, "description": None, "mtu_bytes": None}
    assert switch == {
        "address": "192.168.96.13",
        "config": {**nothing, "interfaces": [row]},
        "wired": ["1"],
        "up": ["1"],
        "sessions": [],
        "facing_vlans": [],
    }
    assert intent["links"][0]["ends"][0] == {
        "switch": "ops1", "namespace": None, "port": "1", "bridge": None, "interface": None
    }  # fmt: skip


def test_ports_that_lead_to_a_vlan_are_known() -> None:
    ends = [{"switch": name, "port": 3} for name in ("ops1", "ops2", "ops3")]
    fourth = {"switch": "ops2", "port": 4}
    links = [*LINKS, {"ends": [ends[0], ends[1]]}, {"ends": [fourth, ends[2]]}]
    configs = {"ops2": {**vlans(10, 3, "4")}, "ops3": {**vlans(10, 3)}}
    switches = read(inventory(configs=configs, links=links))["switches"]
    assert switches["ops2"]["config"]["vlans"] == [{"id": 10, "interfaces": ["3", "4"]}]
    assert [switch["facing_vlans"] for switch in switches.values()] == [["3"], [], []]


def waited_for(**fields: Any) -> dict[str, tuple[list[str], list[str]]]:
    """The ports that shall be up and the sessions that shall be established, of each switch."""
    switches = read(inventory(**fields))["switches"]
    return {name: (switch["up"], switch["sessions"]) for name, switch in switches.items()}


def test_links_and_sessions_are_waited_for() -> None:
    assert waited_for() == {
        "ops1": (["1"], ["192.168.101.2"]),
        "ops2": (["1", "2"], ["192.168.101.1", "192.168.102.2"]),
        "ops3": (["1"], ["192.168.102.1"]),
    }


SHUT = interface("1", "192.168.102.2/24", shutdown=True)
SHUT_NEIGHBOUR = {"address": "192.168.102.1", "remote_as": 65002, "shutdown": True}


@pytest.mark.parametrize(
    ("section", "ports"),
    [
        pytest.param({"interfaces": [SHUT]}, ["1"], id="a port is shut down"),
        pytest.param({"bgp": {"as_number": 65003, "neighbours": [SHUT_NEIGHBOUR]}}, ["1", "2"], id="a neighbour is"),
        pytest.param({"bgp": bgp(65003)}, ["1", "2"], id="the other end has no such neighbour"),
        pytest.param({"bgp": None}, ["1", "2"], id="the other end has no BGP"),
    ],
)
def test_what_cannot_come_up_is_not_waited_for(section: dict[str, Any], ports: list[str]) -> None:
    assert waited_for(configs={"ops3": section})["ops2"] == (ports, ["192.168.101.1"])


def test_a_neighbour_outside_of_the_lab_is_not_waited_for() -> None:
    outside = bgp(65001, ("192.168.101.2", 65002), ("192.0.2.1", 65099))
    assert waited_for(configs={"ops1": {"bgp": outside}})["ops1"] == (["1"], ["192.168.101.2"])


def test_a_session_is_found_however_its_address_is_written() -> None:
    configs = {
        "ops1": {"interfaces": [interface("1", "2001:db8::1/64")], "bgp": bgp(65001, ("2001:DB8:0::2", 65002))},
        "ops2": {"interfaces": [interface("1", "2001:db8::2/64")], "bgp": bgp(65002, ("2001:db8::1", 65001))},
    }
    assert waited_for(configs=configs, links=LINKS[:1])["ops1"] == (["1"], ["2001:DB8:0::2"])


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"namespace": "host1", "port": "eth0"}, id="a namespace of the machine"),
        pytest.param({"bridge": "br0"}, id="a bridge"),
        pytest.param({"switch": "ops1", "namespace": "blue", "port": "1"}, id="another namespace of a switch"),
    ],
)
def test_a_link_may_leave_the_switches(other: dict[str, Any]) -> None:
    assert waited_for(links=[{"ends": [THREE, other]}])["ops3"][0] == ["1"]


def test_ends_may_be_interfaces_that_docker_made() -> None:
    ends = [{**ONE, "interface": "eth1"}, {**TWO, "interface": "eth1"}]
    intent = read(inventory(links=[{"ends": ends}]))
    assert [intent["switches"][name]["wired"] for name in CONFIGS] == [["1"], ["1"], []]


@pytest.mark.parametrize("addresses", [["10.0.0.1/32"], ["fe80::1/64"], []])
def test_addresses_that_go_with_any_subnet(addresses: list[str]) -> None:
    configs = {"ops3": {"interfaces": [interface("1", *addresses)]}}
    assert read(inventory(configs=configs))["switches"]["ops3"]["wired"] == ["1"]


def test_a_switch_may_be_left_unconfigured() -> None:
    hosts = {"ops1": {"nodes_address": "192.168.96.11"}}
    intent = read(inventory(hosts=hosts, links=[]))
    assert set(intent["switches"]["ops1"]["config"].values()) == {None}


HOST_END = {"switch": "host1", "namespace": "host", "port": "eth1"}
HOST_LINK = {"ends": [HOST_END, {"switch": "ops3", "port": 2}]}
HOST_CONFIG = {
    "interfaces": [interface("eth1", "192.168.103.2/24")],
    "static_routes": [{"destination": "192.168.0.0/16", "next_hop": "192.168.103.1"}],
}


def with_host(config: dict[str, Any] | None = None, name: str = "host1", **fields: Any) -> Inventory:
    """The inventory with a host at port 2 of ops3, and with other sections in the configuration of that host."""
    end_hosts = {name: {"nodes_address": "192.168.96.21", "openswitch_host_config": {**HOST_CONFIG, **(config or {})}}}
    at_switch = {"ops3": {"interfaces": [interface("1", "192.168.102.2/24"), interface("2", "192.168.103.1/24")]}}
    return inventory(configs=at_switch, **{"links": [*LINKS, HOST_LINK], "end_hosts": end_hosts, **fields})


def test_a_host_is_no_switch() -> None:
    intent = read(with_host())
    assert set(intent["switches"]) == {"ops1", "ops2", "ops3"}
    [host] = intent["hosts"].values()
    assert host["address"] == "192.168.96.21"
    assert [each["addresses"] for each in host["config"]["interfaces"]] == [["192.168.103.2/24"]]
    assert host["config"]["static_routes"] == HOST_CONFIG["static_routes"]
    assert intent["switches"]["ops3"]["wired"] == ["1", "2"]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (
            with_host(name="host2"),
            'openswitch_links (link 3): ends[0] names the unknown switch "host1". Add it to the group openswitch, or '
            "correct the name.",
        ),
        (
            with_host(links=[{"ends": [{"switch": "host1", "port": "eth1"}, {"switch": "ops3", "port": 2}]}]),
            'openswitch_links (link 1): ends[0] is of the host host1, which has its port in "namespace: host". Add it.',
        ),
        (
            with_host(links=LINKS),
            "openswitch_host_config of host1: no link comes to eth1. Add one to openswitch_links.",
        ),
        (
            with_host({"interfaces": [interface("eth1", "192.168.104.2/24")]}),
            "openswitch_host_config of host1: 192.168.103.1 is on no subnet of its interfaces. Take another next_hop.",
        ),
        (
            with_host({"interfaces": [interface("eth1", "192.168.104.2/24")], "static_routes": []}),
            "openswitch_links (link 3): host1:eth1 is in 192.168.104.0/24, and ops3:2 in 192.168.103.0/24. "
            "Put both into one subnet.",
        ),
        (
            with_host({"interfaces": [interface("eth1", "192.168.103.1/24")]}),
            "openswitch_links (link 3): host1:eth1 and ops3:2 both have 192.168.103.1. Give one of them another "
            "address.",
        ),
        (
            with_host({"interfaces": [interface("eth1", "fd00::2/64")], "static_routes": []}),
            "openswitch_host_config of host1: fd00::2/64 is not of IPv4, and Docker turns IPv6 off in containers.",
        ),
        (
            with_host({"interfaces": [interface("eth1", "192.168.103.2/255.255.255.0")]}),
            "openswitch_host_config of host1: 192.168.103.2/255.255.255.0 has to be written as 192.168.103.2/24.",
        ),
        (
            with_host({"interfaces": [interface("eth1", shutdown=True)]}),
            'openswitch_host_config of host1: interfaces[0] has the unknown key "shutdown". It knows addresses, name.',
        ),
        (
            with_host({"bgp": {}}),
            'openswitch_host_config of host1 has the unknown key "bgp". It knows interfaces, static_routes.',
        ),
        (
            with_host(name="ops1"),
            "ops1 is in the groups openswitch and openswitch_hosts. Take it out of one of them.",
        ),
    ],
)
def test_a_mistake_about_a_host_is_one_sentence(given: Inventory, sentence: str) -> None:
    with pytest.raises(IntentError) as refused:
        read(given)
    assert str(refused.value) == sentence
