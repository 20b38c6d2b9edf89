# SPDX-License-Identifier: GPL-3.0-or-later
"""The listings of the OVN articles, field by field, as the client ``openstack`` has them in the lab.

Identifiers, MAC addresses and times differ from run to run, so they are not compared.
"""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest


def openstack(command: str) -> Any:
    labels = ["--filter", "label=packetwalk.lab=openstack", "--filter", "label=packetwalk.node=controller"]
    controller = subprocess.check_output(["docker", "ps", "-q", *labels], text=True).strip()
    asked = ["docker", "exec", controller, "openstack", *command.split(), "--format", "json"]
    return json.loads(subprocess.check_output(asked))


@pytest.mark.parametrize(
    ("command", "fields", "expected"),
    [
        pytest.param(
            "network list",
            ("Name", "Subnets"),
            [("external_network", ["ID"]), ("internal1", ["ID"]), ("internal2", ["ID"])],
            id="network list",
        ),
        # OVN has no distributed routers of Neutron's own kind, so that column of the article is gone; gateways are on
        # several chassis now, which Neutron calls HA.
        pytest.param(
            "router list",
            ("Name", "Status", "State", "HA"),
            [("router1", "ACTIVE", True, True)],
            id="router list",
        ),
        pytest.param(
            "server list --long",
            ("Name", "Status", "Host", "Networks"),
            [
                ("testinstance1", "ACTIVE", "compute1", {"internal1": ["10.10.10.4", "172.24.5.54"]}),
                ("testinstance2", "ACTIVE", "compute2", {"internal1": ["10.10.10.10"]}),
                ("testinstance3", "ACTIVE", "compute2", {"internal2": ["10.10.11.4"]}),
            ],
            id="server list",
        ),
        pytest.param(
            "floating ip list",
            ("Floating IP Address", "Fixed IP Address"),
            [("172.24.5.54", "10.10.10.4")],
            id="floating ip list",
        ),
        # The agents that the article misses are the ovn-controller of each chassis.
        pytest.param(
            "network agent list",
            ("Host", "Agent Type", "Alive", "State", "Binary"),
            [
                (host, "OVN Controller Gateway agent", True, True, "ovn-controller")
                for host in ("compute1", "compute2", "controller")
            ],
            id="network agent list",
        ),
    ],
)
def test_the_listing_is_that_of_the_article(command: str, fields: tuple[str, ...], expected: list[Any]) -> None:
    rows = [{**row, "Subnets": ["ID"] * len(row.get("Subnets", []))} for row in openstack(command)]
    assert sorted((tuple(row[field] for field in fields) for row in rows), key=str) == expected


def test_ports_are_active() -> None:
    ports = {
        row["Fixed IP Addresses"][0]["ip_address"]: (row["Device Owner"], row["Status"])
        for row in openstack("port list --long")
    }
    assert ports == {
        "10.10.10.1": ("network:router_interface", "ACTIVE"),
        "10.10.10.10": ("compute:nova", "ACTIVE"),
        "10.10.10.4": ("compute:nova", "ACTIVE"),
        "10.10.11.1": ("network:router_interface", "ACTIVE"),
        "10.10.11.4": ("compute:nova", "ACTIVE"),
        "172.24.5.50": ("network:router_gateway", "ACTIVE"),
        # It is no port that anything is plugged into.
        "172.24.5.54": ("network:floatingip", "N/A"),
    }


def test_the_network_is_that_of_the_article() -> None:
    shown = openstack("network show internal1")
    shown["subnets"] = ["ID"] * len(shown["subnets"])
    own = {"created_at", "description", "id", "project_id", "provider:segmentation_id", "revision_number", "updated_at"}
    article = {
        "admin_state_up": True,
        "availability_zone_hints": [],
        "availability_zones": [],
        "dns_domain": None,
        "ipv4_address_scope": None,
        "ipv6_address_scope": None,
        "is_default": None,
        # What OVN of today can say and the one of the article could not.
        "is_vlan_transparent": False,
        "mtu": 1442,
        "name": "internal1",
        "port_security_enabled": True,
        "provider:network_type": "geneve",
        "provider:physical_network": None,
        "qos_policy_id": None,
        "router:external": False,
        "segments": None,
        "shared": False,
        "status": "ACTIVE",
        "subnets": ["ID"],
        "tags": [],
    }
    assert own <= shown.keys()
    assert {field: shown[field] for field in article} == article
