# SPDX-License-Identifier: GPL-3.0-or-later
"""The cheat sheet of OVN by names, on what was read of a real cloud; the filters are called as Ansible calls them."""

from __future__ import annotations

import copy
import functools
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleFilterError
from ansible_collections.packetwalk.labs.plugins.filter.neutron import FilterModule

Row = dict[str, Any]

TESTS = Path(__file__).parents[4] / "tests"
DOCUMENTATION = TESTS.parent / "plugins" / "filter"
FILTERS = FilterModule().filters()
VM1 = "06f528e3-300b-4271-b5fc-a6b25a551fbe"


@functools.lru_cache(maxsize=1)
def _recorded() -> Row:
    document: Row = json.loads((TESTS / "recordings" / "neutron-ovn" / "state.json").read_text())
    return document


@pytest.fixture
def state() -> Row:
    return copy.deepcopy(_recorded())


def test_a_state_document_and_its_control_are_the_same(state: Row) -> None:
    ask = FILTERS["neutron_server_ports"]
    assert ask(state, "vm1") == ask(state["control"], "vm1")


def test_ports_of_a_server(state: Row) -> None:
    assert FILTERS["neutron_server_ports"](state, "vm1") == [
        {
            "id": VM1,
            "name": "vm1",
            "network": "int-net",
            "mac": "fa:16:3e:b7:75:2a",
            "addresses": ["10.20.1.172"],
            "floating_addresses": ["203.0.113.90"],
            "host": "c1",
            "chassis": "c1",
            "status": "ACTIVE",
            "up": True,
            "security_groups": ["ssh-icmp"],
        }
    ]


def test_ports_of_a_server_without_neutron(state: Row) -> None:
    (known,) = FILTERS["neutron_server_ports"](state, "vm1")
    state["control"]["neutron"] = None
    (port,) = FILTERS["neutron_server_ports"](state, "vm1")
    changed = {key: value for key, value in port.items() if value != known[key]}
    assert changed == {"status": None, "security_groups": ["b1154238-29f9-40ca-a748-91ad11983200"]}


@pytest.mark.parametrize(
    ("server", "expected"),
    [("vm1", [("dnat_and_snat", "203.0.113.90"), ("snat", "203.0.113.86")]), ("vm2", [("snat", "203.0.113.86")])],
)
def test_address_translation_of_a_server(state: Row, server: str, expected: list[tuple[str, str]]) -> None:
    rows = FILTERS["neutron_server_nats"](state, server)
    assert [(row["type"], row["external_address"]) for row in rows] == expected
    assert {(row["router"], row["port"], row["chassis"], row["distributed"]) for row in rows} == {
        ("router1", server, "c1", False)
    }


def test_a_distributed_floating_address_is_translated_where_the_server_is(state: Row) -> None:
    (nat,) = [row for row in state["control"]["ovn_nb"]["nats"] if row["type"] == "dnat_and_snat"]
    nat.update(external_mac="fa:16:3e:7b:95:ce", logical_port=VM1)
    for row in state["control"]["ovn_sb"]["port_bindings"]:
        row["chassis"] = "c3" if row["name"] == VM1 else row["chassis"]
    first, second = FILTERS["neutron_server_nats"](state, "vm1")
    assert (first["distributed"], first["chassis"], second["chassis"]) == (True, "c3", "c1")


def test_rows_of_other_routers_and_families_are_not_for_a_server(state: Row) -> None:
    nats = state["control"]["ovn_nb"]["nats"]
    nats += [{**nats[0], "router": "neutron-other"}, {**nats[0], "logical_address": "2001:db8::/64"}]
    assert len(FILTERS["neutron_server_nats"](state, "vm1")) == 2


def test_acls_in_the_order_in_which_they_are_asked(state: Row) -> None:
    rows = FILTERS["neutron_port_acls"](state, "vm1")
    assert [(row["direction"], row["priority"], row["security_group"], row["action"]) for row in rows] == [
        ("from-lport", 1002, "ssh-icmp", "allow-related"),
        ("from-lport", 1002, "ssh-icmp", "allow-related"),
        ("from-lport", 1000, None, "drop"),
        ("to-lport", 1002, "ssh-icmp", "allow-related"),
        ("to-lport", 1002, "ssh-icmp", "allow-related"),
        ("to-lport", 1000, None, "drop"),
    ]
    assert rows[4]["match"] == "outport == @ssh-icmp && ip4 && ip4.src == 0.0.0.0/0 && tcp && tcp.dst == 22"
    assert rows[5]["port_group"] == "neutron_pg_drop"


def test_the_gateway_of_a_router(state: Row) -> None:
    assert FILTERS["neutron_router_gateway"](state, "router1") == {
        "router": "router1",
        "network": "ext-net",
        "port": "router1-ext-net",
        "mac": "fa:16:3e:28:5c:e5",
        "addresses": ["203.0.113.86"],
        "chassis": "c1",
        "candidates": [
            {"chassis": "c1", "priority": 3, "exists": True},
            {"chassis": "c2", "priority": 2, "exists": True},
            {"chassis": "c3", "priority": 1, "exists": True},
        ],
    }


def test_chassis_are_called_by_their_hosts(state: Row) -> None:
    for row in state["control"]["ovn_sb"]["chassis"]:
        row["hostname"] = f"host-{row['name']}"
    gateway = FILTERS["neutron_router_gateway"](state, "router1")
    assert (gateway["chassis"], gateway["candidates"][1]["chassis"]) == ("host-c1", "host-c2")
    assert FILTERS["neutron_server_ports"](state, "vm2")[0]["chassis"] == "host-c2"


def test_a_router_that_leads_nowhere(state: Row) -> None:
    ports = state["control"]["neutron"]["ports"]
    ports[:] = [row for row in ports if row["device_owner"] != "network:router_gateway"]
    assert FILTERS["neutron_router_gateway"](state, "router1") is None
    assert "# Gateway of router1\nnone\n" in FILTERS["neutron_sheet"](state, router="router1")


@pytest.mark.parametrize(
    ("ends", "way"),
    [(("vm1", "vm2"), ["int-net"]), (("vm1", "vm3"), ["int-net", "router1", "int-net2"])],
)
def test_the_way_between_two_servers(state: Row, ends: tuple[str, str], way: list[str]) -> None:
    assert FILTERS["neutron_path"](state, *ends) == way


def test_no_way_between_two_servers(state: Row) -> None:
    ports = state["control"]["neutron"]["ports"]
    ports[:] = [row for row in ports if not row["device_owner"].startswith("network:")]
    assert FILTERS["neutron_path"](state, "vm1", "vm3") == []


def test_the_sheet_of_a_server(state: Row) -> None:
    sheet = FILTERS["neutron_sheet"](state, server="vm1", router=None, network=None)
    assert [line for line in sheet.splitlines() if line.startswith("#")] == [
        "# Ports of vm1",
        "# NAT of vm1",
        "# ACLs of vm1",
    ]
    assert "    host: c1, bound to: c1\n    status: ACTIVE, up: yes\n    security groups: ssh-icmp\n" in sheet
    assert "dnat_and_snat    203.0.113.90       10.20.1.172           vm1                  c1\n" in sheet
    assert "  to-lport  1002 (outport == @ssh-icmp && ip4 && icmp4) allow-related\n" in sheet


def test_the_sheet_of_a_cloud(state: Row) -> None:
    sheet = FILTERS["neutron_sheet"](state)
    assert (
        "switch ext-net\n    port ext-net-router1\n        type: router\n        router-port: router1-ext-net\n"
        in sheet
    )
    assert "Chassis c1\n    hostname: c1\n    Encap geneve\n" in sheet
    assert "    Port_Binding cr-router1-ext-net\n    Port_Binding vm1\n" in sheet
    assert "router1-ext-net (203.0.113.86) in ext-net\n    c1                       3  has it\n    c2 " in sheet
    assert "snat             203.0.113.86       0.0.0.0/0                                  c1\n" in sheet


def test_the_sheet_of_a_gateway_that_nobody_has(state: Row) -> None:
    (gateway,) = state["control"]["ovn_sb"]["gateways"]
    gateway["chassis"] = None
    gateway["candidates"][0]["exists"] = False
    sheet = FILTERS["neutron_sheet"](state, router="router1")
    assert "    c1                       3  there is no such chassis\n" in sheet
    assert sheet.endswith("    no chassis has it\n")


def test_the_sheet_of_a_network(state: Row) -> None:
    sheet = FILTERS["neutron_sheet"](state, network="int-net")
    assert [line.split(" ")[0] for line in sheet.splitlines() if line.endswith(")")] == [
        "int-net-router1",
        "vm1",
        "vm2",
    ]


def test_the_acls_of_a_network_are_each_there_once(state: Row) -> None:
    lines = FILTERS["neutron_sheet"](state, network="int-net").split("# ACLs of int-net\n")[1].splitlines()
    assert "  to-lport  1002 (outport == @ssh-icmp && ip4 && icmp4) allow-related" in lines
    assert len(lines) == len(set(lines))


def test_the_flows_of_a_router(state: Row) -> None:
    sheet = FILTERS["neutron_sheet"](state, router="router1", flows=True)
    flows = sheet.split("# Logical flows of router1\n")[1].splitlines()
    assert flows[0] == "Pipeline: ingress"
    assert flows[1].startswith(
        "  table=4  (lr_in_unsnat       ), priority=100  , match=(ip && ip4.dst == 203.0.113.86 && "
    )
    assert 'inport == "router1-ext-net" && flags.loopback == 0' in flows[1]
    assert flows[1].endswith(", action=(ct_snat_in_czone;)")
    assert "Logical flows" not in FILTERS["neutron_sheet"](state, router="router1")


def test_the_flows_of_a_network(state: Row) -> None:
    state["control"]["ovn_sb"]["logical_flows"] = []
    sheet = FILTERS["neutron_sheet"](state, network="int-net", flows=True)
    assert sheet.endswith("\n\n# Logical flows of int-net\nnone\n")


def test_the_sheet_says_that_neutron_was_not_read(state: Row) -> None:
    state["control"].update(neutron=None, neutron_reason="503 Service Unavailable")
    sheet = FILTERS["neutron_sheet"](state, network="int-net")
    said = "503 Service Unavailable; servers and security groups have no names"
    assert sheet.startswith(f"# Neutron was not read\n{said}\n\n# Ports of int-net\n")


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("neutron_server_ports", ["nowhere"], "No server or port is called nowhere; there is vm1, vm2, vm3."),
        ("neutron_router_gateway", ["nowhere"], "No router is called nowhere; there is router1."),
        ("neutron_path", ["vm1", "nowhere"], "No server or port is called nowhere; there is vm1, vm2, vm3."),
    ],
)
def test_unknown_names(state: Row, name: str, arguments: list[str], said: str) -> None:
    with pytest.raises(AnsibleFilterError) as problem:
        FILTERS[name](state, *arguments)
    assert str(problem.value) == said


def test_a_database_that_was_not_read(state: Row) -> None:
    state["control"].update(ovn_nb=None, ovn_nb_reason="connection refused", ovn_sb=None)
    with pytest.raises(AnsibleFilterError, match="OVN's northbound database is not known: connection refused."):
        FILTERS["neutron_port_acls"](state, "vm1")
    with pytest.raises(AnsibleFilterError, match="OVN's southbound database is not known: it was not asked."):
        FILTERS["neutron_router_gateway"](state, "router1")
    with pytest.raises(AnsibleFilterError, match="expected a state document or its control, not str."):
        FILTERS["neutron_server_ports"]("state.json", "vm1")


@pytest.mark.parametrize("name", sorted(FILTERS))
def test_each_is_documented(name: str) -> None:
    documentation = yaml.safe_load((DOCUMENTATION / f"{name}.yml").read_text())
    assert documentation["DOCUMENTATION"]["name"] == name
    assert documentation["RETURN"]["_value"]["type"]
