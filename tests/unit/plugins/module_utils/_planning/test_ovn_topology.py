# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import sys
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._planning import _ovn_rows, _ovn_topology

sys.path.insert(0, os.path.dirname(__file__))
import topologies  # noqa: E402

ROWS = list(_ovn_topology.rows_of(topologies.complete(topologies.WHOLE)))
PORT = {"type": "", "port_security": [], "tag": None, "enabled": None, "dhcpv4_options": None}
OPTIONS = {"router-port": None, "nat-addresses": None, "network_name": None}
VM1 = "50:54:00:00:00:0a 10.10.10.5 fd00::5"
ADMINS = 'switch sw0 to-lport 1000 outport == "vm1" && ip4.src == $as_admins'
WEB = "port group pg_web to-lport 900 outport == @pg_web && tcp.dst == 80"


@pytest.mark.parametrize(
    ("table", "name", "columns"),
    [
        (
            "Logical_Switch",
            "sw0",
            {
                "other_config": {"subnet": "10.10.10.0/24"},
                "ports": ["sw0-lr0", "vm1", "vm2"],
                "acls": [ADMINS],
                "load_balancer": ["lb0"],
                "dns_records": ["sw0"],
            },
        ),
        (
            "Logical_Switch",
            "dmz",
            {
                "other_config": {"subnet": None},
                "ports": ["dmz-lr1"],
                "acls": [],
                "load_balancer": [],
                "dns_records": [],
            },
        ),
        (
            "Logical_Switch_Port",
            "vm1",
            {
                **PORT,
                "options": OPTIONS,
                "addresses": [VM1],
                "port_security": [VM1],
                "enabled": True,
                "dhcpv4_options": "sw0",
            },
        ),
        (
            "Logical_Switch_Port",
            "vm2",
            {**PORT, "options": OPTIONS, "addresses": ["50:54:00:00:00:02 10.10.10.6"], "enabled": False},
        ),
        (
            "Logical_Switch_Port",
            "sw0-lr0",
            {**PORT, "type": "router", "options": {**OPTIONS, "router-port": "lr0-sw0"}, "addresses": ["router"]},
        ),
        (
            "Logical_Switch_Port",
            "public-lr0",
            {
                **PORT,
                "type": "router",
                "options": {**OPTIONS, "router-port": "lr0-public", "nat-addresses": "router"},
                "addresses": ["router"],
            },
        ),
        (
            "Logical_Switch_Port",
            "public-extnet",
            {
                **PORT,
                "type": "localnet",
                "options": {**OPTIONS, "network_name": "extnet"},
                "addresses": ["unknown"],
                "tag": 7,
            },
        ),
        (
            "Logical_Router",
            "lr0",
            {
                "ports": ["lr0-public", "lr0-sw0", "lr0-sw1"],
                "static_routes": ["lr0 0.0.0.0/0 via 172.24.4.1"],
                "nat": ["lr0 dnat 172.24.4.20", "lr0 dnat_and_snat 172.24.4.21", "lr0 snat 10.10.10.0/24"],
                "load_balancer": ["lb0"],
            },
        ),
        (
            "Logical_Router_Port",
            "lr0-public",
            {
                "mac": "00:00:00:00:ff:03",
                "networks": ["172.24.4.10/24"],
                "gateway_chassis": ["lr0-public-chassis1", "lr0-public-chassis2"],
                "ha_chassis_group": None,
            },
        ),
        (
            "Logical_Router_Port",
            "lr1-dmz",
            {
                "mac": "00:00:00:00:ff:04",
                "networks": ["192.0.2.1/24", "fd01::1/64"],
                "gateway_chassis": [],
                "ha_chassis_group": "gateways",
            },
        ),
        ("Gateway_Chassis", "lr0-public-chassis1", {"chassis_name": "chassis1", "priority": 20}),
        ("HA_Chassis_Group", "gateways", {"ha_chassis": ["gateways chassis1", "gateways chassis2"]}),
        ("HA_Chassis", "gateways chassis2", {"chassis_name": "chassis2", "priority": 2}),
        (
            "Logical_Router_Static_Route",
            "lr0 0.0.0.0/0 via 172.24.4.1",
            {"ip_prefix": "0.0.0.0/0", "nexthop": "172.24.4.1", "output_port": "lr0-public"},
        ),
        (
            "NAT",
            "lr0 snat 10.10.10.0/24",
            {
                "type": "snat",
                "external_ip": "172.24.4.10",
                "logical_ip": "10.10.10.0/24",
                "logical_port": None,
                "external_mac": None,
            },
        ),
        (
            "NAT",
            "lr0 dnat_and_snat 172.24.4.21",
            {
                "type": "dnat_and_snat",
                "external_ip": "172.24.4.21",
                "logical_ip": "10.10.10.5",
                "logical_port": "vm1",
                "external_mac": "00:00:00:00:fe:01",
            },
        ),
        (
            "ACL",
            ADMINS,
            {
                "direction": "to-lport",
                "priority": 1000,
                "match": 'outport == "vm1" && ip4.src == $as_admins',
                "action": "allow-related",
            },
        ),
        ("Port_Group", "pg_web", {"ports": ["vm1", "vm2"], "acls": [WEB]}),
        ("Address_Set", "as_admins", {"addresses": ["10.10.10.0/24", "10.10.11.7"]}),
        (
            "Load_Balancer",
            "lb0",
            {"protocol": "tcp", "vips": {"10.10.10.100:80": "10.10.10.5:80,10.10.10.6:80"}},
        ),
        (
            "DHCP_Options",
            "sw0",
            {
                "cidr": "10.10.10.0/24",
                "options": {
                    "server_id": "10.10.10.1",
                    "server_mac": "00:00:00:00:ff:01",
                    "router": "10.10.10.1",
                    "lease_time": "3600",
                    "dns_server": "{8.8.8.8, 8.8.4.4}",
                    "mtu": "1442",
                },
            },
        ),
        ("DNS", "sw0", {"records": {"host.example": "10.10.10.5 fd00::5"}}),
    ],
)
def test_rows(table: str, name: str, columns: dict[str, Any]) -> None:
    found = {column: value for column, value in dict(ROWS)[table, name].items() if column != "name"}
    assert found == columns


def test_each_row_comes_once_and_has_all_columns_of_its_table() -> None:
    assert len(dict(ROWS)) == len(ROWS) == 34
    assert {table for (table, _name), _columns in ROWS} == set(_ovn_rows.TABLES)
    for (table, _name), columns in ROWS:
        assert set(columns) == set(_ovn_rows.TABLES[table])


def test_what_is_referred_to_is_there() -> None:
    rows = dict(ROWS)
    for (table, _name), columns in ROWS:
        for name, column in _ovn_rows.TABLES[table].items():
            objects = {"references": list, "reference": lambda one: [one] if one else []}.get(column.kind, lambda _: [])
            assert all((column.table, each) in rows for each in objects(columns[name]))


def test_without_a_router_the_dhcp_server_has_an_address_that_stays() -> None:
    topology = {"switches": [{"name": "sw", "subnet": "10.0.0.0/24", "dhcp": {"router": "10.0.0.1"}}]}
    macs = {
        dict(_ovn_topology.rows_of(topologies.complete(topology)))["DHCP_Options", "sw"]["options"]["server_mac"]
        for _attempt in range(2)
    }
    assert len(macs) == 1 and macs.pop().startswith("0a:")


def test_text() -> None:
    rows = {key: columns for key, columns in ROWS if key[1] in ("sw0", "lr0-public-chassis1", "public-extnet")}
    assert _ovn_rows.text(rows) == (
        "DHCP options sw0\n"
        "    cidr: 10.10.10.0/24\n"
        "    options: dns_server={8.8.8.8, 8.8.4.4}, lease_time=3600, mtu=1442, router=10.10.10.1, "
        "server_id=10.10.10.1, server_mac=00:00:00:00:ff:01\n"
        "DNS sw0\n"
        "    records: host.example=10.10.10.5 fd00::5\n"
        "Gateway chassis lr0-public-chassis1\n"
        "    chassis_name: chassis1\n"
        "    priority: 20\n"
        "Logical switch sw0\n"
        f"    acls: {ADMINS}\n"
        "    dns_records: sw0\n"
        "    load_balancer: lb0\n"
        "    other_config: subnet=10.10.10.0/24\n"
        "    ports: sw0-lr0, vm1, vm2\n"
        "Logical switch port public-extnet\n"
        "    addresses: unknown\n"
        "    options: network_name=extnet\n"
        "    tag: 7\n"
        "    type: localnet\n"
    )
