# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any, Callable

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import _contiv
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError

RECORDINGS = Path(__file__).parents[4] / "recordings" / "contiv" / "rest"


def body(name: str) -> Any:
    return json.loads((RECORDINGS / f"{name}.json").read_text())["response"]["body"]


def test_version() -> None:
    assert _contiv.version(body("version")) == {
        "version": "1.0.3",
        "commit": "c61eb64",
        "built": "06-08-2017.01-26-14.UTC",
    }


def test_the_auth_proxy_tells_the_number_of_the_version_only() -> None:
    assert _contiv.version({"Version": "1.0.3"}) == {"version": "1.0.3", "commit": None, "built": None}


def test_tenant() -> None:
    assert _contiv.tenant(body("get-tenant-blue")) == {"name": "blue", "default_network": None}
    assert _contiv.tenant({"tenantName": "t", "defaultNetwork": "n"})["default_network"] == "n"


def test_networks_that_tenants_know() -> None:
    assert _contiv.linked_networks(body("list-tenants")) == {
        "default:contiv-net",
        "default:contiv-vlan",
        "blue:contiv-net",
    }
    assert _contiv.linked_networks(body("list-final-tenants")) == {"default:contiv-vlan"}


def test_a_vxlan_of_a_tenant() -> None:
    assert _contiv.network(body("inspect-network-blue")) == {
        "tenant": "blue",
        "name": "contiv-net",
        "type": "data",
        "encapsulation": "vxlan",
        "subnet": "10.1.2.0/24",
        "gateway": None,
        "ipv6_subnet": None,
        "ipv6_gateway": None,
        "tag": None,
        "packet_tag": 2,
        "external_tag": 2,
        "docker_network": "contiv-net/blue",
        "allocated_addresses": ["10.1.2.1", "10.1.2.2", "10.1.2.3"],
        "allocated_count": 3,
        "endpoint_count": 3,
        "in_tenant": True,
    }


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "inspect-network-vlan-with-endpoints",
            {"tag": 112, "packet_tag": 112, "external_tag": None, "docker_network": "contiv-vlan", "endpoint_count": 2},
        ),
        (
            "inspect-network-green-net2",
            {
                "gateway": "10.9.2.254",
                "ipv6_subnet": "2001:4391:5:11:1::/120",
                "ipv6_gateway": "2001:4391:5:11:1::1",
                "allocated_addresses": ["10.9.2.254"],
                "allocated_count": 0,
            },
        ),
        ("inspect-network-green-net3", {"tag": 5000, "packet_tag": 4, "external_tag": 5000, "allocated_addresses": []}),
    ],
)
def test_other_networks(name: str, expected: dict[str, Any]) -> None:
    row = _contiv.network(body(name))
    assert {key: row[key] for key in expected} == expected


def test_a_network_of_the_nodes_is_none_of_docker() -> None:
    config = body("create-network-infra")
    row = _contiv.network({"Config": config, "Oper": {"pktTag": 300}}, in_tenant=False)
    assert (row["type"], row["docker_network"], row["packet_tag"], row["in_tenant"]) == ("infra", None, 300, False)


@pytest.mark.parametrize(
    ("ranges", "expected"),
    [
        ("10.9.1.1-10.9.1.2, 10.9.1.9", ["10.9.1.1", "10.9.1.2", "10.9.1.9"]),
        ("10.0.0.255-10.0.1.0", ["10.0.0.255", "10.0.1.0"]),
        ("", []),
    ],
)
def test_ranges_of_addresses(ranges: str, expected: list[str]) -> None:
    inspected = copy.deepcopy(body("inspect-network-green-net1"))
    inspected["Oper"]["allocatedIPAddresses"] = ranges
    assert _contiv.network(inspected)["allocated_addresses"] == expected


def test_endpoints() -> None:
    rows = _contiv.endpoints(body("inspect-network-vlan-with-endpoints"))
    assert [row["id"][:4] for row in rows] == ["875b", "f858"]
    assert rows[1] == {
        "id": "f8580b7bb7061667d3beb48a5f68d8608e575aab001bcfa47b0e02fc9a4ba26f",
        "tenant": "default",
        "network": "contiv-vlan",
        "host": "legacy-swarm-master",
        "address": "10.1.3.1",
        "address6": None,
        "mac": "02:02:0a:01:03:01",
        "group": None,
        "container": None,
    }


def test_the_group_of_an_endpoint() -> None:
    row = _contiv.endpoint(
        {
            "endpointGroupId": 6,
            "endpointGroupKey": "web:green",
            "endpointID": "07c464e7601b2b949a73e745dd4dba5e39f9a7063dfb49c49e999dd7e1f312f1",
            "homingHost": "legacy-swarm-master",
            "ipAddress": ["10.9.1.1", ""],
            "labels": "map[]",
            "macAddress": "02:02:0a:09:01:01",
            "network": "net1.green",
            "serviceName": "web",
        },
        "green",
        "net1",
    )
    assert (row["group"], row["address"]) == ("web", "10.9.1.1")


def test_groups() -> None:
    assert _contiv.group(body("inspect-epg")) == {
        "tenant": "green",
        "name": "web",
        "network": "net1",
        "policies": ["web-pol"],
        "pool": None,
        "net_profile": None,
        "docker_network": "web/green",
        "packet_tag": 3,
    }
    assert _contiv.group(body("inspect-epg-ippool"))["pool"] == "10.9.1.100-10.9.1.110"


def test_policy() -> None:
    assert _contiv.policy(body("get-policy")) == {"tenant": "green", "name": "web-pol"}


def test_rules() -> None:
    rows = {row["number"]: row for row in map(_contiv.rule, body("list-rules-after"))}
    assert rows["2"] == {
        "tenant": "green",
        "policy": "web-pol",
        "number": "2",
        "direction": "in",
        "priority": 10,
        "protocol": "tcp",
        "port": 80,
        "action": "allow",
        "from_group": "db",
        "from_network": None,
        "from_address": None,
        "to_group": None,
        "to_network": None,
        "to_address": None,
    }
    assert (rows["1"]["port"], rows["3"]["to_address"]) == (None, "10.9.1.0/24")


def test_app_profile() -> None:
    assert _contiv.app_profile(body("get-appprofile")) == {"tenant": "green", "name": "app1", "groups": ["db", "web"]}


def test_bgp() -> None:
    assert _contiv.bgp(body("get-bgp")) == {
        "hostname": "legacy-swarm-worker0",
        "router_address": "50.1.1.1/24",
        "as": 65002,
        "neighbor": "50.1.1.2",
        "neighbor_as": 500,
    }
    # netmaster takes any words for these.
    assert _contiv.bgp({"hostname": "h", "as": "two"}) == {
        "hostname": "h",
        "router_address": None,
        "as": "two",
        "neighbor": None,
        "neighbor_as": None,
    }


def test_global_settings() -> None:
    assert _contiv.global_settings(body("inspect-global")) == {
        "infrastructure": "default",
        "vlan_range": "1-4094",
        "vxlan_range": "1-10000",
        "forwarding_mode": "bridge",
        "arp_mode": "proxy",
        "private_subnet": "172.19.0.0/16",
        "vlans_in_use": "112",
        "vxlans_in_use": "1-2",
        "cluster_mode": "docker",
    }
    nothing_in_use = {"Config": body("get-global"), "Oper": {"clusterMode": "docker"}}
    assert _contiv.global_settings(nothing_in_use)["vxlans_in_use"] == ""


@pytest.mark.parametrize(
    ("read", "answer", "reason"),
    [
        (_contiv.version, [], "expected an object"),
        (_contiv.version, {"GitCommit": "c61eb64"}, "expected Version"),
        (_contiv.tenant, {"tenantName": 7}, "expected a text for tenantName"),
        (_contiv.linked_networks, {}, "expected a list of them"),
        (_contiv.linked_networks, [{"link-sets": []}], "expected an object"),
        (_contiv.network, None, "expected an object"),
        (_contiv.network, {"key": "blue:contiv-net"}, "expected Config and Oper"),
        (_contiv.network, {"Config": {}}, "expected tenantName"),
        (
            _contiv.group,
            {"Config": {"tenantName": "t", "groupName": "g", "networkName": "n", "policies": [1]}},
            "texts",
        ),
        (
            _contiv.endpoints,
            {"Config": {"tenantName": "t", "networkName": "n"}, "Oper": {"endpoints": {}}},
            "a list for",
        ),
        (
            _contiv.endpoints,
            {"Config": {"tenantName": "t", "networkName": "n"}, "Oper": {"endpoints": [{"network": "m.t"}]}},
            "expected network n.t",
        ),
        (
            _contiv.rule,
            {"tenantName": "t", "policyName": "p", "ruleId": "1", "direction": "in", "priority": "1"},
            "number",
        ),
        (_contiv.policy, {"tenantName": "", "policyName": "p"}, "expected tenantName"),
    ],
)
def test_what_is_no_such_object(read: Callable[[Any], Any], answer: Any, reason: str) -> None:
    with pytest.raises(ParseError, match=reason):
        read(answer)


@pytest.mark.parametrize(
    "ranges", ["10.1.2.3-10.1.2.1", "10.1.2.1-", "-10.1.2.1", "10.1.2", "10.1.2.1,10.1.2.2", "none"]
)
def test_what_are_no_ranges_of_addresses(ranges: str) -> None:
    inspected = copy.deepcopy(body("inspect-network-green-net1"))
    inspected["Oper"]["allocatedIPAddresses"] = ranges
    with pytest.raises(ParseError, match="expected ranges of addresses"):
        _contiv.network(inspected)
