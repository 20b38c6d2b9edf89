# SPDX-License-Identifier: GPL-3.0-or-later
"""Each mistake in the inventory of a lab with Contiv gives one sentence; what is left out is filled in."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.plugin_utils._intent import _contiv
from ansible_collections.packetwalk.labs.plugins.plugin_utils._intent._contiv import Inventory, notes, read, warnings
from ansible_collections.packetwalk.labs.plugins.plugin_utils._intent._schema import IntentError

NETWORK = {"name": "contiv-net", "subnet": "10.1.2.0/24"}
BLUE = {**NETWORK, "tenant": "blue"}
VLAN = {"name": "contiv-vlan", "encapsulation": "vlan", "tag": 112, "subnet": "10.1.3.0/24"}
GROUP = {"name": "web", "network": "contiv-net", "policies": ["shut"]}
RULE = {"number": 1, "direction": "in", "action": "deny", "protocol": "tcp", "port": 80}
POLICY = {"name": "shut", "rules": [RULE]}
CONTAINER = {"name": "c1", "image": "packetwalk/web:1", "network": "contiv-net/blue", "node": "worker0"}

VARIABLES: dict[str, Any] = {
    "contiv_binaries_from": "present",
    "contiv_tenants": [{"name": "blue"}],
    "contiv_networks": [NETWORK, BLUE, VLAN],
    "contiv_policies": [POLICY],
    "contiv_groups": [GROUP],
    "contiv_app_profiles": [{"name": "shop", "groups": ["web"]}],
    "legacy_swarm_networks": [{"name": "overlay-net", "subnet": "30.1.1.0/24"}],
    "legacy_swarm_containers": [CONTAINER, {"name": "c2", "image": "x", "published_ports": ["9099:9099"]}],
}
MASTER = {"nodes_address": "192.168.2.50", "contiv_vtep_address": "192.168.3.50"}
WORKER = {"nodes_address": "192.168.2.51", "contiv_vtep_address": "192.168.3.51"}
OTHER_NETWORKS = [{"name": "vtep", "subnet": "192.168.3.0/24"}, {"name": "uplink", "subnet": "192.168.4.0/24"}]


def inventory(**changed: Any) -> Inventory:
    """A good inventory with other variables; ``worker`` are those of the worker, capital keys are its fields."""
    fields = {key.lower(): changed.pop(key) for key in list(changed) if key.isupper()}
    worker = {**WORKER, **changed.pop("worker", {})}
    good = Inventory(
        lab="contiv",
        masters={"master": copy.deepcopy({**MASTER, **VARIABLES, **changed})},
        workers={"worker0": worker},
        provider="container",
        subnet="192.168.2.0/24",
        other_networks=OTHER_NETWORKS,
    )
    return good._replace(**fields)


MISTAKES: list[tuple[dict[str, Any], str]] = [
    # Hosts
    (
        {"MASTERS": {}},
        "The group contiv_masters has no host, but netmaster and etcd need one. Put a host into it.",
    ),
    (
        {"WORKERS": {"master": MASTER}},
        "master is in the groups contiv_masters and contiv_workers. Take it out of one of them.",
    ),
    (
        {"worker": {"nodes_address": "192.168.2.50"}},
        "nodes_address of worker0 is 192.168.2.50, which master has already. Give each node its own.",
    ),
    ({"worker": {"contiv_vtep_address": None}}, 'worker0 has no "contiv_vtep_address". Add it.'),
    (
        {"worker": {"contiv_vtep_address": "192.168.3.50"}},
        "contiv_vtep_address of worker0 is 192.168.3.50, which master has already. Give each host its own.",
    ),
    (
        {"worker": {"contiv_vtep_address": "192.168.9.51"}},
        "contiv_vtep_address of worker0 is 192.168.9.51, which is in no subnet of nodes_other_networks. Change the "
        "address, or add the network.",
    ),
    (
        {"worker": {"contiv_vtep_address": "192.168.3"}},
        "contiv_vtep_address of worker0 is '192.168.3', which is no IPv4 address. Write it like 192.168.99.100.",
    ),
    (
        {"OTHER_NETWORKS": OTHER_NETWORKS[:1]},
        "contiv_uplink_interface of master is eth2, but nodes_other_networks gives it eth1 only. Add a network, or "
        "correct the name.",
    ),
    (
        {"worker": {"contiv_uplink_interface": "eth1"}},
        "contiv_uplink_interface of worker0 is eth1, which contiv_vtep_address 192.168.3.51 is on. Take another.",
    ),
    (
        {"OTHER_NETWORKS": {}},
        "nodes_other_networks is {}, but has to be a list of networks with subnets.",
    ),
    # Where the programs come from
    (
        {"contiv_binaries_from": "local"},
        "contiv_binaries_from is local, but there is no contiv_binaries. Add it, a folder or an archive.",
    ),
    (
        {"contiv_binaries_from": "release", "contiv_release_url": "https://one.example/netplugin.tar.bz2"},
        "contiv_binaries_from is release, but there is no contiv_release_checksum. Add it, or set contiv_binaries_from "
        "to local, present or none.",
    ),
    (
        {"contiv_binaries_from": "release", "contiv_release_checksum": "abc"},
        "contiv_release_checksum is 'abc'. Write the kind and the checksum, as in \"sha256:0123...\".",
    ),
    (
        {"legacy_swarm_port": 9999},
        "legacy_swarm_port is 9999, the port of netmaster. Choose another one.",
    ),
    (
        {
            "contiv_bgp": [
                {"hostname": "h9", "router_address": "50.1.1.1/24", "as": 1, "neighbor": "50.1.1.2", "neighbor_as": 2}
            ]
        },
        "contiv_bgp (h9) is of no host of the lab. Correct the hostname.",
    ),
    (
        {"contiv_tenants": [{"name": "blue", "default_network": "contiv-vlan"}]},
        'contiv_tenants (blue) names the network "contiv-vlan", which tenant blue has not. Add it to contiv_networks, '
        "or correct the name.",
    ),
    (
        {
            "contiv_groups": [
                {**GROUP, "pool": "10.1.2.10-10.1.2.20"},
                {"name": "db", "network": "contiv-net", "pool": "10.1.2.20-10.1.2.30"},
            ]
        },
        "contiv_groups (db): pool is 10.1.2.20-10.1.2.30, of which web has 10.1.2.10-10.1.2.20. Give each group its "
        "own.",
    ),
    (
        {"contiv_app_profiles": [{"name": "shop"}]},
        'contiv_app_profiles[0] has no "groups". Add it.',
    ),
    (
        {"legacy_swarm_containers": [{**CONTAINER, "name": "two words"}]},
        "legacy_swarm_containers (two words) has a name that Docker does not take. Use letters, digits, and _ . - "
        "within.",
    ),
    (
        {"legacy_swarm_containers": [{**CONTAINER, "published_ports": ["2385:80"]}]},
        "legacy_swarm_containers (c1) publishes port 2385, which is that of the engine. Publish another one.",
    ),
    (
        {"contiv_binaries_from": "here"},
        "The group contiv: contiv_binaries_from is 'here', but has to be one of release, local, present, none.",
    ),
    (
        {"legacy_swarm_binary_from": "local"},
        "legacy_swarm_binary_from is local, but there is no legacy_swarm_binary. Add it.",
    ),
    (
        {"contiv_vxlan_port": 70000},
        "contiv_vxlan_port is 70000, which cannot be: 70000 is not from 1 to 65535.",
    ),
    (
        {"legacy_swarm_port": 2385},
        "legacy_swarm_port and legacy_swarm_engine_port are both 2385, but the manager and the engine run on one node. "
        "Change one of them.",
    ),
    # What netmaster is told
    ({"contiv_networks": {}}, "contiv_networks is {}, but has to be a list."),
    (
        {"contiv_networks": [{**NETWORK, "sub_net": "10.1.9.0/24"}]},
        'contiv_networks[0] has the unknown key "sub_net". Did you mean "subnet"?',
    ),
    (
        {"contiv_tenants": [{"name": "bad_name"}]},
        "contiv_tenants (bad_name): name is 'bad_name', which cannot be: 'bad_name' is no name for netmaster, which "
        "takes letters, digits, hyphens between them and dots, 64 characters at most.",
    ),
    (
        {"contiv_networks": [NETWORK, {**NETWORK, "subnet": "10.9.0.0/24"}]},
        "contiv_networks (contiv-net) is there twice. Take one of them out, or rename it.",
    ),
    (
        {"contiv_networks": [{**NETWORK, "tenant": "green"}]},
        'contiv_networks (contiv-net) is of the unknown tenant "green". Add it to contiv_tenants, or correct the name.',
    ),
    (
        {"contiv_networks": [NETWORK, {"name": "other", "subnet": "10.1.2.128/25"}]},
        "contiv_networks: other (10.1.2.128/25) overlaps contiv-net (10.1.2.0/24) of the same tenant default. Give one "
        "of them another subnet.",
    ),
    (
        {"contiv_networks": [{**NETWORK, "subnet": "10.1.2.0/32"}]},
        "contiv_networks (contiv-net): subnet is '10.1.2.0/32', which cannot be: the prefix of 10.1.2.0/32 is not 8 to "
        "31 bits long.",
    ),
    (
        {"contiv_networks": [{**NETWORK, "gateway": "192.0.2.1"}]},
        "contiv_networks (contiv-net): gateway is 192.0.2.1, outside of 10.1.2.0/24. Change one of them.",
    ),
    (
        {"contiv_networks": [{**VLAN, "tag": 4095}]},
        "contiv_networks (contiv-vlan): tag is 4095, but a VLAN is from 1 to 4094 (vlan_range of contiv_global).",
    ),
    (
        {"contiv_networks": [VLAN], "contiv_global": {"vlan_range": "200-300"}},
        "contiv_networks (contiv-vlan): tag is 112, but a VLAN is from 200 to 300 (vlan_range of contiv_global).",
    ),
    (
        {"contiv_networks": [VLAN, {**VLAN, "tenant": "blue"}]},
        "contiv_networks (contiv-vlan of tenant blue): tag is 112, which contiv-vlan has already. Give each network "
        "its own.",
    ),
    (
        {"contiv_groups": [{**GROUP, "network": "gone"}]},
        'contiv_groups (web) names the network "gone", which tenant default has not. Add it to contiv_networks, or '
        "correct the name.",
    ),
    (
        {"contiv_policies": []},
        'contiv_groups (web) names the policy "shut", which tenant default has not. Add it to contiv_policies, or '
        "correct the name.",
    ),
    (
        {"contiv_groups": [{**GROUP, "name": "contiv-vlan"}]},
        "contiv_groups (contiv-vlan) has the name of a network. Give one of them another name.",
    ),
    (
        {"contiv_groups": [{**GROUP, "pool": "10.1.2.10-10.1.9.1"}]},
        "contiv_groups (web): pool is 10.1.2.10-10.1.9.1, outside of 10.1.2.0/24. Change one of them.",
    ),
    (
        {"contiv_policies": [{**POLICY, "rules": [{**RULE, "from_group": "gone"}]}]},
        'contiv_policies (shut): rule 1 names the group "gone", which tenant default has not. Add it to contiv_groups, '
        "or correct the name.",
    ),
    (
        {"contiv_policies": [{**POLICY, "rules": [{**RULE, "to_network": "contiv-net"}]}]},
        "contiv_policies (shut): rule 1: its direction is in, so it cannot have to_network. Take it out, or change the "
        "direction.",
    ),
    (
        {
            "contiv_policies": [
                {**POLICY, "rules": [{**RULE, "from_network": "contiv-net", "from_address": "10.1.2.1"}]}
            ]
        },
        "contiv_policies (shut): rule 1 has from_network and from_address. Take one of them out.",
    ),
    (
        {"contiv_policies": [{**POLICY, "rules": [RULE, RULE]}]},
        "contiv_policies (shut) has rule 1 twice. Give each its own number.",
    ),
    (
        {"contiv_policies": [{**POLICY, "rules": [{**RULE, "priority": 101}]}]},
        "contiv_policies (shut): rule 1: priority is 101, which cannot be: 101 is not from 1 to 100.",
    ),
    (
        {"contiv_app_profiles": [{"name": "shop", "groups": ["gone"]}]},
        'contiv_app_profiles (shop) names the group "gone", which tenant default has not. Add it to contiv_groups, or '
        "correct the name.",
    ),
    (
        {"contiv_global": {"vlan_range": "10"}},
        "contiv_global: vlan_range is '10', which cannot be: '10' is no first and last tag with a hyphen between them.",
    ),
    # Docker
    (
        {"legacy_swarm_networks": [{"name": "contiv-net/blue"}]},
        "legacy_swarm_networks (contiv-net/blue) has the name of a network of Contiv. Rename it.",
    ),
    (
        {"legacy_swarm_networks": [{"name": "overlay-net", "subnet": "192.168.0.0/16"}]},
        "nodes_subnet (192.168.2.0/24) overlaps legacy_swarm_networks (overlay-net): subnet (192.168.0.0/16). Give one "
        "of them another subnet.",
    ),
    (
        {"legacy_swarm_containers": [CONTAINER, CONTAINER]},
        'legacy_swarm_containers has "c1" twice. Take one of them out, or rename it.',
    ),
    (
        {"legacy_swarm_containers": [{**CONTAINER, "network": "contiv-net/green"}]},
        'legacy_swarm_containers (c1) is on the unknown network "contiv-net/green". Those of the lab are contiv-net, '
        "contiv-net/blue, contiv-vlan, overlay-net, web.",
    ),
    (
        {"legacy_swarm_containers": [{**CONTAINER, "node": "worker9"}]},
        'legacy_swarm_containers (c1) is on the unknown node "worker9". Correct the name.',
    ),
    (
        {"legacy_swarm_containers": [{**CONTAINER, "published_ports": ["80"]}]},
        "legacy_swarm_containers (c1): published_ports has '80'. Write it like \"8080:80\", in quotes.",
    ),
    (
        {
            "legacy_swarm_containers": [
                {**CONTAINER, "name": name, "published_ports": ["80:80"]} for name in ("c1", "c2")
            ]
        },
        "legacy_swarm_containers (c2) publishes port 80 on worker0, as c1 does. Give one of them another port.",
    ),
    (
        {"contiv_binaries_from": "none", "legacy_swarm_containers": [{"name": "c2", "image": "x"}]},
        "legacy_swarm_containers (c2) has no node, and without a manager (legacy_swarm_binary_from is none) nobody "
        "chooses one. Add the node.",
    ),
]


@pytest.mark.parametrize(("changed", "message"), MISTAKES)
def test_a_mistake_is_one_sentence(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(IntentError) as problem:
        read(inventory(**changed))
    assert str(problem.value) == message


def test_everything_is_filled_in() -> None:
    intent = read(inventory())
    assert {key: intent[key] for key in ("masters", "workers", "binaries_from", "vxlan_port", "engine_port")} == {
        "masters": ["master"],
        "workers": ["worker0"],
        "binaries_from": "present",
        "vxlan_port": 4789,
        "engine_port": 2385,
    }
    assert intent["hosts"]["worker0"] == {
        "address": "192.168.2.51",
        "vtep_address": "192.168.3.51",
        "uplink_interface": "eth2",
    }
    assert [tenant["name"] for tenant in intent["tenants"]] == ["default", "blue"]
    assert [row["docker_network"] for row in intent["networks"]] == ["contiv-net", "contiv-net/blue", "contiv-vlan"]
    assert intent["networks"][1] == {
        "tenant": "blue",
        "name": "contiv-net",
        "type": "data",
        "encapsulation": "vxlan",
        "tag": None,
        "subnet": "10.1.2.0/24",
        "gateway": None,
        "ipv6_subnet": None,
        "ipv6_gateway": None,
        "docker_network": "contiv-net/blue",
    }
    assert intent["groups"][0]["docker_network"] == "web"
    (rule,) = intent["policies"][0]["rules"]
    assert (rule["number"], rule["priority"], rule["from_group"]) == ("1", 1, None)
    assert [row["node"] for row in intent["containers"]] == ["worker0", None]


@pytest.mark.parametrize(
    ("source", "swarm"), [("release", "image"), ("local", "local"), ("present", "present"), ("none", "none")]
)
def test_where_swarm_comes_from_follows_contiv(source: str, swarm: str) -> None:
    given = {"contiv_binaries": "/opt", "contiv_release_url": "u", "contiv_release_checksum": "sha256:" + 64 * "0"}
    containers = {"legacy_swarm_containers": []}
    assert read(inventory(contiv_binaries_from=source, **given, **containers))["swarm_binary_from"] == swarm


def test_without_programs_there_are_no_objects_and_a_note() -> None:
    asked = inventory(contiv_binaries_from="none", legacy_swarm_containers=[{**CONTAINER, "network": "overlay-net"}])
    intent = read(asked)
    assert not any(
        intent[key] for key in ("tenants", "networks", "policies", "groups", "app_profiles", "bgp", "global")
    )
    assert [row["name"] for row in intent["docker_networks"]] == ["overlay-net"]
    assert notes(asked) == [
        "Without Contiv's programs (contiv_binaries_from is none) these are ignored: contiv_tenants, contiv_networks, "
        "contiv_policies, contiv_groups, contiv_app_profiles"
    ]
    assert notes(inventory()) == []


@pytest.mark.parametrize(
    "networks",
    [
        [NETWORK, BLUE],
        [{**NETWORK, "subnet": "10.1.2.10-10.1.2.20/24"}, {"name": "other", "subnet": "10.1.2.30-10.1.2.40/24"}],
        [{**NETWORK, "tag": 112}, VLAN],
        [{**NETWORK, "gateway": "10.1.2.254", "tag": 10000}],
    ],
    ids=["other_tenants_may_overlap", "ranges_of_one_subnet", "vxlan_and_vlan_of_one_number", "the_last_tag"],
)
def test_what_looks_like_a_mistake_and_is_none(networks: list[dict[str, Any]]) -> None:
    others = {"contiv_groups": [], "contiv_app_profiles": [], "legacy_swarm_containers": []}
    intent = read(inventory(contiv_networks=networks, **others))
    assert len(intent["networks"]) == len(networks)


def test_existing_hosts_have_networks_of_their_own() -> None:
    intent = read(inventory(PROVIDER="existing", OTHER_NETWORKS=[], worker={"contiv_vtep_address": "10.9.9.9"}))
    assert intent["hosts"]["worker0"]["vtep_address"] == "10.9.9.9"


def test_an_even_number_of_masters_is_worth_a_warning() -> None:
    assert warnings(read(inventory())) == []
    two = {"master": {**MASTER, **VARIABLES, "legacy_swarm_containers": []}, "other": WORKER}
    (warning,) = warnings(read(inventory(MASTERS=two, WORKERS={})))
    assert warning.startswith("The group contiv_masters has 2 hosts.")


def test_all_variables_are_documented() -> None:
    text = (_contiv.__file__.rpartition("/plugin_utils/")[0]) + "/modules/contiv_intent.py"
    with open(text, encoding="utf-8") as file:
        documentation = file.read()
    assert [name for name in (*_contiv.HOST_KEYS, *_contiv.VARIABLES) if f"C({name})" not in documentation] == []
