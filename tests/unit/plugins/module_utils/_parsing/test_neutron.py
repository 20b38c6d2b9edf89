# SPDX-License-Identifier: GPL-3.0-or-later
"""What openstacksdk printed of a real cloud, and what the REST API documents, in the one shape of docs/state.md."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any, Callable

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import _neutron
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError

RECORDINGS = Path(__file__).parents[4] / "recordings" / "neutron"

VM1, ROUTER1 = "06f528e3-300b-4271-b5fc-a6b25a551fbe", "40971f38-91e5-436b-9c73-441b6ae1e25e"
INTERNAL, EXTERNAL = "e3b3ccb9-491b-4809-9373-315abe2f3817", "497a82f5-95a7-4909-9a55-7a4de0f1b613"
SUBNET, GROUP = "bc9f31a8-8b59-495a-b0d7-4f33da6d7106", "b1154238-29f9-40ca-a748-91ad11983200"

# A port as "Show port details" of the Networking API documents it, without what is not read.
REST_PORT = {
    "id": VM1,
    "name": "vm1",
    "network_id": INTERNAL,
    "mac_address": "FA:16:3E:B7:75:2A",
    "fixed_ips": [{"subnet_id": SUBNET, "ip_address": "10.20.1.172"}],
    "device_id": "",
    "device_owner": "",
    "binding:host_id": "c1",
    "binding:vif_type": "ovs",
    "binding:vnic_type": "normal",
    "status": "ACTIVE",
    "admin_state_up": True,
    "port_security_enabled": True,
    "security_groups": [GROUP],
    "allowed_address_pairs": [{"ip_address": "10.20.1.200", "mac_address": "fa:16:3e:b7:75:2a"}],
    "revision_number": 4,
}


def recorded() -> dict[str, Any]:
    return {key: json.loads((RECORDINGS / f"{key}.json").read_text()) for key in _neutron.KINDS}


def only(rows: list[dict[str, Any]], **wanted: Any) -> dict[str, Any]:
    (row,) = [row for row in rows if all(row[key] == value for key, value in wanted.items())]
    return row


def test_what_openstacksdk_prints() -> None:
    told = _neutron.neutron(recorded(), {}, {})
    assert [row["name"] for row in told["networks"]] == ["ext-net", "int-net", "int-net2"]
    assert only(told["networks"], id=EXTERNAL) == {
        "id": EXTERNAL,
        "name": "ext-net",
        "project": "0c4959bcaea34c7e9c5039bb95636b68",
        "external": True,
        "network_type": "flat",
        "physical_network": "extnet",
        "segmentation_id": None,
        "mtu_bytes": 1500,
        "admin_up": True,
        "status": "ACTIVE",
        "shared": False,
        "subnets": ["d1be812b-3e30-4de8-87b5-2a8d15e2299b"],
        "revision": 2,
    }
    assert only(told["subnets"], id=SUBNET) == {
        "id": SUBNET,
        "name": "int-subnet",
        "network": INTERNAL,
        "cidr": "10.20.1.0/24",
        "gateway": "10.20.1.1",
        "dhcp": True,
        "dns_servers": ["192.0.2.53"],
        "host_routes": [],
        "pools": [{"first": "10.20.1.2", "last": "10.20.1.254"}],
        "ip_version": 4,
        "revision": 0,
    }
    assert only(told["ports"], id=VM1) == {
        "id": VM1,
        "name": "vm1",
        "network": INTERNAL,
        "mac": "fa:16:3e:b7:75:2a",
        "addresses": [{"subnet": SUBNET, "address": "10.20.1.172"}],
        "device_id": "00000000-0000-0000-0000-000000000000",
        "device_owner": "compute:lab",
        "host": "c1",
        "vif_type": "ovs",
        "vnic_type": "normal",
        "status": "ACTIVE",
        "admin_up": True,
        "port_security": True,
        "security_groups": [GROUP],
        "allowed_address_pairs": [],
        "revision": 4,
    }
    assert told["routers"] == [
        {
            "id": ROUTER1,
            "name": "router1",
            "external_network": EXTERNAL,
            "external_addresses": [{"subnet": "d1be812b-3e30-4de8-87b5-2a8d15e2299b", "address": "203.0.113.86"}],
            "snat": True,
            "status": "ACTIVE",
            "admin_up": True,
            "routes": [],
            "ports": [
                "06d3996d-385d-4ce0-b32e-d0e7febacc83",
                "35518b6c-d301-4e05-ab6e-41126f0c3888",
                "74d01daa-6489-4ef7-9131-736a21e9880a",
            ],
            "gateway_hosts": None,
            "revision": 4,
        }
    ]
    assert told["floating_ips"] == [
        {
            "id": "805e84db-59cd-42e6-928a-008f729cb34d",
            "address": "203.0.113.90",
            "network": EXTERNAL,
            "port": VM1,
            "fixed_address": "10.20.1.172",
            "router": ROUTER1,
            "status": "ACTIVE",
            "revision": 1,
        }
    ]
    rules = only(told["security_groups"], id=GROUP)["rules"]
    assert [(row["direction"], row["ether_type"], row["protocol"], row["port_min"]) for row in rules] == [
        ("egress", "IPv4", None, None),
        ("egress", "IPv6", None, None),
        ("ingress", "IPv4", "icmp", None),
        ("ingress", "IPv4", "tcp", 22),
    ]
    assert rules[3]["remote_address"] == "0.0.0.0/0"
    assert told["agents"][0] == {
        "id": "c1",
        "type": "OVN Controller Gateway agent",
        "binary": "ovn-controller",
        "host": "c1",
        "alive": True,
        "admin_up": True,
        "availability_zone": None,
        "configuration": {"chassis_name": "c1", "bridge-mappings": "extnet:br-ex"},
    }
    assert only(told["compute_services"], host="c1") == {
        "host": "c1",
        "binary": "nova-compute",
        "state": "up",
        "status": "enabled",
        "reason": None,
    }


def test_servers_and_their_ports() -> None:
    found = recorded()
    server = found["servers"][0]
    found["ports"][1].update(device_id=server["id"], device_owner="compute:nova")
    assert only(_neutron.neutron(found, {}, {})["servers"], id=server["id"]) == {
        "id": server["id"],
        "name": "srv-c3",
        "host": "c3",
        "status": "ACTIVE",
        "power_state": "running",
        "addresses": ["10.20.1.104"],
        "ports": [found["ports"][1]["id"]],
    }


def test_a_port_of_the_rest_api() -> None:
    (port,) = _neutron.KINDS["ports"].rows([REST_PORT])
    assert port["mac"] == "fa:16:3e:b7:75:2a"
    assert (port["device_id"], port["device_owner"], port["host"]) == ("", "", "c1")
    assert port["allowed_address_pairs"] == [{"mac": "fa:16:3e:b7:75:2a", "address": "10.20.1.200"}]


def test_what_a_policy_or_an_older_release_leaves_out_is_null() -> None:
    # OpenStack Zed without the extension for port security, asked by a user who is no administrator.
    hidden = ("binding:host_id", "binding:vif_type", "binding:vnic_type", "port_security_enabled", "revision_number")
    port = {key: value for key, value in REST_PORT.items() if key not in hidden}
    (row,) = _neutron.KINDS["ports"].rows([port])
    assert [row[key] for key in ("host", "vif_type", "vnic_type", "port_security", "revision")] == [None] * 5


def test_what_could_not_be_read_has_a_reason() -> None:
    found = {**recorded(), "servers": None, "compute_services": None}
    told = _neutron.neutron(found, {}, {"servers": "there is no Nova"})
    assert (told["servers"], told["servers_reason"]) == (None, "there is no Nova")
    assert told["compute_services_reason"] == "it was not asked"


def test_who_may_have_a_gateway_the_preferred_one_first() -> None:
    # The agents of "List L3 agents hosting a router"; Zed has no priority.
    agents = [{"host": host, "ha_chassis_priority": priority} for host, priority in (("c3", 1), ("c1", 3), ("c2", 2))]
    (router,) = _neutron.neutron(recorded(), {ROUTER1: agents}, {})["routers"]
    assert [row["host"] for row in router["gateway_hosts"]] == ["c1", "c2", "c3"]
    (router,) = _neutron.neutron(recorded(), {ROUTER1: [{"host": "c2"}, {"host": "c1"}]}, {})["routers"]
    assert router["gateway_hosts"] == [{"host": "c1", "priority": None}, {"host": "c2", "priority": None}]


@pytest.mark.parametrize("key", _neutron.KINDS)
def test_the_order_of_the_answer_does_not_matter(key: str) -> None:
    found = recorded()[key]
    assert _neutron.KINDS[key].rows(found) == _neutron.KINDS[key].rows(found[::-1])


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda port: port.pop("mac_address"), f"GET /ports: cannot read its output: {VM1} has no mac_address"),
        (lambda port: port.update(fixed_ips=["10.20.1.172"]), f"{VM1} has an odd fixed_ips: ['10.20.1.172']"),
        (lambda port: port.update(fixed_ips=[{"ip_address": "10.20.1.172"}]), f"{VM1} has an odd fixed_ips: "),
        (lambda port: port.update(security_groups=4), f"{VM1} has an odd security_groups: 4"),
    ],
)
def test_an_odd_object_is_refused(edit: Callable[[dict[str, Any]], Any], said: str) -> None:
    port = copy.deepcopy(REST_PORT)
    edit(port)
    with pytest.raises(ParseError) as refused:
        _neutron.KINDS["ports"].rows([port])
    assert said in str(refused.value)


@pytest.mark.parametrize("answer", [[], {}, {"ports": None}, {"ports": {}}, "ports"])
def test_an_answer_without_a_list_is_refused(answer: Any) -> None:
    with pytest.raises(ParseError, match="GET /ports: cannot read its output: expected "):
        _neutron.page(_neutron.KINDS["ports"], answer)
    with pytest.raises(ParseError, match="expected objects in the list"):
        _neutron.KINDS["ports"].rows(["ports"])


def test_the_next_page() -> None:
    ports = _neutron.KINDS["ports"]
    asked = ports.asked()
    links = [
        {"rel": "previous", "href": "http://a/v2.0/ports"},
        {"rel": "next", "href": "http://a/v2.0/ports?marker=b&limit=2"},
    ]
    assert _neutron.next_page(ports, {"ports": [], "ports_links": links}, asked) == [("marker", "b"), ("limit", "2")]
    assert _neutron.next_page(ports, {"ports": [], "ports_links": links[:1]}, asked) is None
    assert _neutron.next_page(ports, {"ports": []}, asked) is None
    with pytest.raises(ParseError, match="the next page is the same one again"):
        _neutron.next_page(ports, {"ports_links": links}, [("limit", "2"), ("marker", "b")])


def test_each_attribute_is_asked_for_once_by_its_name_in_the_rest_api() -> None:
    asked = _neutron.KINDS["routers"].asked()
    assert [name for _key, name in asked].count("external_gateway_info") == 1
    assert ("fields", "admin_state_up") in asked and ("fields", "is_admin_state_up") not in asked
    assert _neutron.KINDS["servers"].asked() == [("all_tenants", "1")]
