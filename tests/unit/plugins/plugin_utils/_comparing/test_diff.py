# SPDX-License-Identifier: GPL-3.0-or-later
"""Comparing two states of the recorded labs."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.plugin_utils._comparing import _diff
from ansible_collections.packetwalk.labs.plugins.plugin_utils._comparing._kinds import OBJECTS

OVERLAY = "1-1us5hb6ohx"
BALANCER = "lb_1us5hb6oh"

State = dict[str, Any]
Edit = Callable[[State], Any]


def namespace(state: State, name: str = "host", node: str = "n1") -> dict[str, Any]:
    return state["nodes"][node]["namespaces"][name]


def row(rows: list[dict[str, Any]], **wanted: Any) -> dict[str, Any]:
    """The only row that has these values."""
    (found,) = [row for row in rows if wanted.items() <= row.items()]
    return found


def without(rows: list[dict[str, Any]], **unwanted: Any) -> None:
    kept = [row for row in rows if not unwanted.items() <= row.items()]
    assert len(kept) < len(rows)
    rows[:] = kept


def nat(state: State, chain: str = "POSTROUTING") -> dict[str, Any]:
    return namespace(state)["netfilter"]["tables"]["nat"]["chains"][chain]


def engine(state: State) -> dict[str, Any]:
    return state["nodes"]["n1"]["docker"]


def network(state: State) -> dict[str, Any]:
    return row(engine(state)["networks"], name="ov1")


def swarm(state: State) -> dict[str, Any]:
    return state["control"]["swarm"]


def add_link(state: State) -> None:
    host = namespace(state)
    host["links"].append({**row(host["links"], name="docker0"), "name": "br-new", "index": 99})
    host["addresses"].append({**row(host["addresses"], address="172.17.0.1"), "device": "br-new"})
    host["routes"].append({**row(host["routes"], destination="172.17.0.0/16"), "device": "br-new"})
    host["fdb"].append({**host["fdb"][0], "device": "br-new", "mac": "33:33:00:00:00:01"})


def add_nft_table(state: State) -> None:
    rule = {"expressions": [{"drop": None}], "text": "drop", "packets": None, "bytes": None}
    chain = {"type": None, "hook": None, "priority": None, "policy": None, "rules": [rule]}
    table = {"family": "inet", "name": "filter", "chains": {"forward": chain}, "sets": {}, "maps": {}}
    namespace(state)["netfilter"]["nft"] = [*(namespace(state)["netfilter"].get("nft") or []), table]


def texts(changes: list[_diff.Change]) -> list[str]:
    return [change.text for change in changes]


# What is done to the state, and every sentence about it. What others edit goes after them.
EDITS: dict[str, tuple[Edit, list[str]]] = {
    "link": (add_link, ["n1: created link br-new (bridge, 172.17.0.1/16)"]),
    "field of a link": (
        lambda state: row(namespace(state, OVERLAY)["links"], name="vxlan0")["vxlan"].update(
            vni=4098, ageing_seconds=1
        ),
        ["n1/1-1us5hb6ohx: changed link vxlan0: vxlan.ageing_seconds 300 -> 1, vxlan.vni 4097 -> 4098"],
    ),
    "flags of a link": (
        lambda state: row(namespace(state)["links"], name="docker_gwbridge")["flags"].remove("up"),
        ["n1: changed link docker_gwbridge: flags -up"],
    ),
    "address": (
        lambda state: without(namespace(state, BALANCER)["addresses"], address="10.0.1.2"),
        ["n1/lb_1us5hb6oh: removed address 10.0.1.2/32 dev eth0"],
    ),
    "route": (
        lambda state: row(namespace(state, "ingress_sbox")["routes"], destination="default").update(
            gateway="172.18.0.9"
        ),
        ["n1/ingress_sbox: changed route default dev eth1: gateway 172.18.0.1 -> 172.18.0.9"],
    ),
    "connected route": (
        lambda state: without(namespace(state)["routes"], destination="172.18.0.0/16"),
        ["n1: removed route 172.18.0.0/16 dev docker_gwbridge"],
    ),
    "rule": (
        lambda state: namespace(state)["rules"].append({**namespace(state)["rules"][0], "priority": 9, "mark": 257}),
        ["n1: created rule 9: ipv4, action to_table, mark 257, table 255"],
    ),
    "neighbour": (
        lambda state: without(namespace(state, OVERLAY)["neighbours"], address="10.0.1.10"),
        ["n1/1-1us5hb6ohx: removed neighbour 10.0.1.10 dev vxlan0 (02:42:0a:00:01:0a, permanent)"],
    ),
    "fdb": (
        lambda state: row(
            namespace(state, OVERLAY)["fdb"], mac="02:42:0a:00:01:03", destination="192.168.99.12"
        ).update(destination="192.168.99.13"),
        ["n1/1-1us5hb6ohx: changed fdb 02:42:0a:00:01:03 dev vxlan0 self: destination 192.168.99.12 -> 192.168.99.13"],
    ),
    "netfilter": (
        lambda state: namespace(state)["netfilter"].update(backend="other"),
        ["n1: changed netfilter: backend legacy -> other"],
    ),
    "netfilter chain": (
        lambda state: nat(state).update(policy="DROP"),
        ["n1: changed netfilter chain nat POSTROUTING: policy ACCEPT -> DROP"],
    ),
    "order of rules": (
        lambda state: nat(state, "DOCKER")["rules"].reverse(),
        [
            "n1: changed netfilter chain nat DOCKER: order -A DOCKER -i docker_gwbridge -j RETURN, "
            "-A DOCKER -i docker0 -j RETURN -> -A DOCKER -i docker0 -j RETURN, "
            "-A DOCKER -i docker_gwbridge -j RETURN"
        ],
    ),
    "netfilter rule": (
        lambda state: nat(state, "DOCKER")["rules"].pop(0),
        ["n1: removed netfilter rule nat -A DOCKER -i docker_gwbridge -j RETURN"],
    ),
    "ipvs backend": (
        lambda state: row(namespace(state, BALANCER)["ipvs"], mark=258)["backends"][0].update(weight=0),
        ["n1/lb_1us5hb6oh: changed ipvs backend 10.0.1.3 of fwmark 258: weight 1 -> 0"],
    ),
    "ipvs service": (
        lambda state: without(namespace(state, BALANCER)["ipvs"], mark=258),
        ["n1/lb_1us5hb6oh: removed ipvs service fwmark 258 (rr, backend 10.0.1.3, backend 10.0.1.4)"],
    ),
    "socket": (
        lambda state: namespace(state)["sockets"].append(
            {"protocol": "tcp", "address": "::", "port": 8080, "family": "ipv6", "inode": 7}
        ),
        ["n1: created socket tcp [::]:8080"],
    ),
    "namespace": (
        lambda state: state["nodes"]["n1"]["namespaces"].pop("ingress_sbox"),
        ["n1: removed namespace ingress_sbox (eth0 10.0.0.2/24 10.0.0.5/32, eth1 172.18.0.2/16)"],
    ),
    "namespace of a container": (
        lambda state: state["nodes"]["n1"]["namespaces"].pop("9ff9e882fd39"),
        [
            "n1: removed namespace 9ff9e882fd39 (container cli.mqj106qvllz50890xcb4bxwt5.i1g505611eh8xg6s09bn5vraq, "
            "eth0 10.0.1.8/24, eth1 172.18.0.3/16)"
        ],
    ),
    "settings of a namespace": (
        lambda state: namespace(state).update(kind="other"),
        ["n1: changed namespace host: kind host -> other"],
    ),
    "kernel": (
        lambda state: state["nodes"]["n1"]["capabilities"].update(kernel="7.0"),
        ["n1: changed kernel: release 6.1.176 -> 7.0"],
    ),
    "docker engine": (
        lambda state: engine(state)["swarm"].update(state="inactive", node_id=None),
        ["n1: changed docker engine: swarm.node_id mqj106qvllz50890xcb4bxwt5 -> none, swarm.state active -> inactive"],
    ),
    "peers of a docker network": (
        lambda state: network(state)["peers"].pop(),
        ["n1: changed docker network ov1: peers -address=192.168.99.13, name=a9420dd890a4"],
    ),
    "docker endpoint": (
        lambda state: without(network(state)["endpoints"], address="10.0.1.6"),
        ["n1: removed docker endpoint ov1-endpoint on ov1 (ov1-endpoint 10.0.1.6)"],
    ),
    "docker network service": (
        lambda state: row(network(state)["services"], name="web").update(mark=300),
        ["n1: changed docker network service web on ov1: mark 258 -> 300"],
    ),
    "docker network": (
        lambda state: without(engine(state)["networks"], name="ov1"),
        ["n1: removed docker network ov1 (overlay, 10.0.1.0/24, VNI 4097)"],
    ),
    "container": (
        lambda state: engine(state)["containers"][0].update(state="exited", process_id=None),
        [
            "n1: changed container cli.mqj106qvllz50890xcb4bxwt5.i1g505611eh8xg6s09bn5vraq: "
            "process_id 2674 -> none, state running -> exited"
        ],
    ),
    "swarm node": (
        lambda state: without(swarm(state)["nodes"], hostname="n3"),
        ["lab: removed swarm node n3 (worker, active, ready)"],
    ),
    "swarm service": (
        lambda state: row(swarm(state)["services"], name="web").update(replicas=3),
        ["lab: changed swarm service web: replicas 2 -> 3"],
    ),
    "swarm task": (
        lambda state: row(swarm(state)["tasks"], id="91k5z4omh4jgowjxlyk4c8c4x").update(state="failed"),
        ["lab: changed swarm task web.1.91k5z4omh4jgowjxlyk4c8c4x: state running -> failed"],
    ),
    "swarm": (
        lambda state: state["control"].pop("swarm"),
        ["lab: removed swarm (nodes n1, n2, n3)"],
    ),
    "node": (
        lambda state: state["nodes"].pop("n3"),
        ["node n3 was removed from the lab"],
    ),
}


def northbound(state: State) -> dict[str, Any]:
    return state["control"]["ovn_nb"]


def southbound(state: State) -> dict[str, Any]:
    return state["control"]["ovn_sb"]


def router(state: State) -> dict[str, Any]:
    return row(northbound(state)["routers"], name="router1")


OVN_EDITS: dict[str, tuple[Edit, list[str]]] = {
    "northbound database": (
        lambda state: state["control"].pop("ovn_nb"),
        ["lab: removed northbound database (switches internal1, internal2, public)"],
    ),
    "southbound database": (
        lambda state: state["control"].pop("ovn_sb"),
        ["lab: removed southbound database (chassis chassis1, chassis2, chassis3)"],
    ),
    "logical switch": (
        lambda state: without(northbound(state)["switches"], name="internal2"),
        ["lab: removed logical switch internal2"],
    ),
    "logical switch port": (
        lambda state: row(row(northbound(state)["switches"], name="internal1")["ports"], name="testinstance1").update(
            up=False
        ),
        ["lab: changed logical switch port testinstance1: up yes -> no"],
    ),
    "logical router": (
        lambda state: router(state).update(options={"chassis": "chassis1"}),
        ["lab: changed logical router router1: options.chassis none -> chassis1"],
    ),
    "logical router port": (
        lambda state: without(router(state)["ports"], name="router1-internal2"),
        ["lab: removed logical router port router1-internal2 (10.10.11.1/24)"],
    ),
    "logical route": (
        lambda state: router(state)["routes"].clear(),
        ["lab: removed logical route 0.0.0.0/0 (172.24.4.1)"],
    ),
    "logical policy": (
        lambda state: router(state)["policies"].append(
            {"priority": 9, "match": "ip4", "action": "drop", "next_hops": []}
        ),
        ["lab: created logical policy 9 ip4"],
    ),
    "acl": (
        lambda state: row(northbound(state)["acls"], match="inport == @instances && ip4").update(action="drop"),
        [
            "lab: changed acl instances from-lport 1002 inport == @instances && ip4: action allow-related -> drop",
        ],
    ),
    "nat": (
        lambda state: without(northbound(state)["nats"], external_address="172.24.4.54"),
        ["lab: removed nat router1 dnat_and_snat 172.24.4.54 (10.10.10.4)"],
    ),
    "load balancer": (
        lambda state: northbound(state)["load_balancers"].append({"name": "web", "vips": {}}),
        ["lab: created load balancer web"],
    ),
    "port group": (
        lambda state: northbound(state)["port_groups"][0]["ports"].remove("testinstance4"),
        ["lab: changed port group instances: ports -testinstance4"],
    ),
    "ha chassis group": (
        lambda state: northbound(state)["ha_chassis_groups"].append(
            {"name": "pair", "candidates": [{"chassis": "chassis1", "priority": 7}], "external_ids": {}}
        ),
        ["lab: created ha chassis group pair (chassis1)"],
    ),
    "address set": (
        lambda state: northbound(state)["address_sets"].append({"name": "admins", "addresses": ["10.0.0.0/8"]}),
        ["lab: created address set admins (10.0.0.0/8)"],
    ),
    "dhcp options": (
        lambda state: northbound(state)["dhcp_options"].clear(),
        ["lab: removed dhcp options 10.10.11.0/24"],
    ),
    "dns records": (
        lambda state: northbound(state)["dns"].clear(),
        ["lab: removed dns records internal2"],
    ),
    "chassis": (
        lambda state: without(southbound(state)["chassis"], name="chassis3"),
        ["lab: removed chassis chassis3 (geneve 192.168.98.13)"],
    ),
    "datapath": (
        lambda state: without(southbound(state)["datapaths"], name="internal1"),
        ["lab: removed datapath internal1 (switch VNI 1)"],
    ),
    "port binding": (
        lambda state: row(southbound(state)["port_bindings"], name="testinstance1").update(chassis="chassis3"),
        ["lab: changed port binding testinstance1: chassis chassis1 -> chassis3"],
    ),
    "gateway": (
        lambda state: southbound(state)["gateways"][0].update(chassis="chassis1"),
        ["lab: changed gateway cr-router1-public: chassis chassis2 -> chassis1"],
    ),
    "open vswitch bridge": (
        lambda state: without(state["nodes"]["chassis1"]["ovs"]["bridges"], name="br-ex"),
        ["chassis1: removed open vswitch bridge br-ex (netdev)"],
    ),
    "open vswitch interface": (
        lambda state: without(
            row(state["nodes"]["chassis1"]["ovs"]["bridges"], name="br-int")["ports"], name="ovn-chassi-0"
        ),
        ["chassis1: removed open vswitch interface ovn-chassi-0 (geneve 192.168.98.13)"],
    ),
}


@pytest.mark.parametrize(("edit", "sentences"), OVN_EDITS.values(), ids=OVN_EDITS)
def test_one_thing_changed_of_ovn(ovn_state: State, edit: Edit, sentences: list[str]) -> None:
    # The recording is older.
    northbound(ovn_state)["ha_chassis_groups"] = []
    after = copy.deepcopy(ovn_state)
    edit(after)
    assert texts(_diff.state_diff(ovn_state, after)) == sentences


def test_what_ovn_does_by_itself_is_no_change(ovn_state: State) -> None:
    after = copy.deepcopy(ovn_state)
    southbound(after)["chassis"][0]["nb_cfg"] += 1
    southbound(after)["mac_bindings"].append({"logical_port": "router1-public", "address": "172.24.4.9"})
    northbound(after)["acls"][0]["uuid"] = "00000000-0000-0000-0000-000000000000"
    assert _diff.state_diff(ovn_state, after) == []


def switch(state: State) -> dict[str, Any]:
    return state["nodes"]["ops1"]["switch"]


SWITCH_EDITS: dict[str, tuple[Edit, list[str]]] = {
    "switch": (
        lambda state: state["nodes"]["ops1"].pop("switch"),
        ["ops1: removed switch (frr 8.4.4)"],
    ),
    "configuration line": (
        lambda state: switch(state)["running_config"]["router bgp 65001"].update(
            {"neighbor 192.168.101.2 shutdown": {}}
        ),
        ["ops1: created configuration line router bgp 65001: neighbor 192.168.101.2 shutdown"],
    ),
    "bgp neighbour": (
        lambda state: switch(state)["bgp"]["neighbours"][0].update(state="Idle (Admin)", uptime="00:00:01"),
        ["ops1: changed bgp neighbour 192.168.101.2: state Established -> Idle (Admin)"],
    ),
    "bgp path": (
        lambda state: without(switch(state)["bgp_table"]["paths"], network="192.168.102.0/24"),
        ["ops1: removed bgp path 192.168.102.0/24 via 192.168.101.2 (65002 65003)"],
    ),
}


@pytest.mark.parametrize(("edit", "sentences"), SWITCH_EDITS.values(), ids=SWITCH_EDITS)
def test_one_thing_changed_of_a_switch(switch_state: State, edit: Edit, sentences: list[str]) -> None:
    after = copy.deepcopy(switch_state)
    edit(after)
    assert texts(_diff.state_diff(switch_state, after)) == sentences


def machine_links(state: State) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = state["machine"]["namespaces"]["host"]["links"]
    return found


MACHINE_EDITS: dict[str, tuple[Edit, list[str]]] = {
    "machine": (lambda state: state.pop("machine"), ["lab: removed machine"]),
    "machine link": (
        lambda state: without(machine_links(state), name="ops31-dbe3d"),
        ["lab: removed machine link ops31-dbe3d (veth, port of pw-bridges)"],
    ),
}


@pytest.mark.parametrize(("edit", "sentences"), MACHINE_EDITS.values(), ids=MACHINE_EDITS)
def test_one_thing_changed_of_the_machine(bridges_state: State, edit: Edit, sentences: list[str]) -> None:
    after = copy.deepcopy(bridges_state)
    edit(after)
    assert texts(_diff.state_diff(bridges_state, after)) == sentences


def test_time_that_passed_is_no_change_of_a_switch(switch_state: State) -> None:
    after = copy.deepcopy(switch_state)
    switch(after)["bgp"]["neighbours"][0].update(uptime="01:00:00", messages_sent=65)
    switch(after)["routes"][0].update(uptime="01:00:00")
    assert _diff.state_diff(switch_state, after) == []


def contiv(state: State) -> dict[str, Any]:
    return state["control"]["contiv"]


def manager(state: State) -> dict[str, Any]:
    return state["control"]["legacy_swarm"]


def member(state: State) -> dict[str, Any]:
    return state["nodes"]["legacy-swarm-master"]["legacy_swarm"]


RULE = {
    **{"tenant": "blue", "policy": "shut", "number": "1", "direction": "in", "priority": 1, "protocol": "tcp"},
    **{"port": 80, "action": "deny", "from_group": "web", "from_network": None, "from_address": None},
    **{"to_group": None, "to_network": None, "to_address": None},
}

CONTIV_EDITS: dict[str, tuple[Edit, list[str]]] = {
    "contiv": (
        lambda state: contiv(state)["global"].update(forwarding_mode="routing"),
        ["lab: changed contiv: global.forwarding_mode bridge -> routing"],
    ),
    "contiv tenant": (
        lambda state: contiv(state)["tenants"].append({"name": "green", "default_network": None}),
        ["lab: created contiv tenant green"],
    ),
    "contiv network": (
        lambda state: without(contiv(state)["networks"], name="contiv-vlan"),
        ["lab: removed contiv network default:contiv-vlan (vlan 10.1.3.0/24 VLAN 112)"],
    ),
    "contiv group": (
        lambda state: contiv(state)["endpoint_groups"].append(
            {"tenant": "blue", "name": "web", "network": "contiv-net", "policies": []}
        ),
        ["lab: created contiv group blue:web (on contiv-net)"],
    ),
    "contiv policy": (
        lambda state: contiv(state)["policies"].append({"tenant": "blue", "name": "shut"}),
        ["lab: created contiv policy blue:shut"],
    ),
    "contiv rule": (
        lambda state: contiv(state)["rules"].append(RULE),
        ["lab: created contiv rule blue:shut:1 (deny in tcp 80 web)"],
    ),
    "contiv app profile": (
        lambda state: contiv(state)["app_profiles"].append({"tenant": "blue", "name": "shop", "groups": ["web"]}),
        ["lab: created contiv app profile blue:shop (web)"],
    ),
    "contiv bgp": (
        lambda state: contiv(state)["bgp"].append({"hostname": "legacy-swarm-master", "as": "65002"}),
        ["lab: created contiv bgp legacy-swarm-master"],
    ),
    "contiv endpoint": (
        lambda state: without(contiv(state)["endpoints"], tenant="blue", address="10.1.2.1"),
        ["lab: removed contiv endpoint 10.1.2.1 on blue:contiv-net (02:02:0a:01:02:01 on legacy-swarm-master)"],
    ),
    "legacy swarm": (
        lambda state: manager(state).update(strategy="binpack"),
        ["lab: changed legacy swarm: strategy spread -> binpack"],
    ),
    "legacy swarm node": (
        lambda state: row(manager(state)["nodes"], name="legacy-swarm-worker0").update(
            status="Unhealthy", containers=0
        ),
        ["lab: changed legacy swarm node legacy-swarm-worker0: status Healthy -> Unhealthy"],
    ),
    "legacy swarm container": (
        lambda state: without(manager(state)["containers"], name="contiv-blue-c1"),
        ["lab: removed legacy swarm container contiv-blue-c1 (on legacy-swarm-master, 10.1.2.1)"],
    ),
    "legacy swarm network": (
        lambda state: without(manager(state)["networks"], name="contiv-net/blue"),
        ["lab: removed legacy swarm network contiv-net/blue (netplugin global)"],
    ),
    "etcd": (
        lambda state: member(state)["etcd"].update(healthy=False, leader=None),
        ["legacy-swarm-master: changed etcd: healthy yes -> no, leader legacy-swarm-master -> none"],
    ),
    "etcd member": (
        lambda state: member(state)["etcd"]["members"][0].update(healthy=False),
        ["legacy-swarm-master: changed etcd member legacy-swarm-master: healthy yes -> no"],
    ),
    "docker plugin": (
        lambda state: without(member(state)["plugins"], name="netplugin"),
        ["legacy-swarm-master: removed docker plugin netplugin (IpamDriver, NetworkDriver)"],
    ),
    "daemon": (
        lambda state: member(state)["daemons"]["swarm_agent"].update(running=False, arguments=[]),
        [
            "legacy-swarm-master: removed daemon swarm_agent (join --advertise 192.168.2.50:2385 "
            "etcd://192.168.2.50:2379)"
        ],
    ),
}


@pytest.mark.parametrize(("edit", "sentences"), CONTIV_EDITS.values(), ids=CONTIV_EDITS)
def test_one_thing_changed_of_contiv(contiv_state: State, edit: Edit, sentences: list[str]) -> None:
    after = copy.deepcopy(contiv_state)
    edit(after)
    assert texts(_diff.state_diff(contiv_state, after)) == sentences


def test_a_network_of_contiv_does_not_change_with_its_endpoints(contiv_state: State) -> None:
    after = copy.deepcopy(contiv_state)
    contiv(after)["networks"][0].update(allocated_addresses=[], allocated_count=0, endpoint_count=0)
    assert _diff.state_diff(contiv_state, after) == []


def test_a_netmaster_that_does_not_answer_any_more(contiv_state: State) -> None:
    after = copy.deepcopy(contiv_state)
    after["control"].update(contiv=None, contiv_reason="netmaster does not answer.")
    assert texts(_diff.state_diff(contiv_state, after)) == [
        "lab: contiv could not be compared: before: tenants blue, default; unknown after (netmaster does not answer.)"
    ]


def test_open_vswitch_that_was_not_there_is_not_taken_for_empty(ovn_state: State) -> None:
    before = copy.deepcopy(ovn_state)
    before["nodes"]["chassis1"].update(ovs=None, ovs_reason="there is no such socket")
    assert texts(_diff.state_diff(before, ovn_state)) == [
        "chassis1: open vswitch bridge could not be compared: unknown before (there is no such socket); "
        "after: br-ex, br-int, br-ul"
    ]


@pytest.mark.parametrize("volatile", [False, True])
def test_nothing_changed(swarm_state: State, volatile: bool) -> None:
    assert _diff.state_diff(swarm_state, copy.deepcopy(swarm_state), volatile=volatile) == []


@pytest.mark.parametrize(("edit", "sentences"), EDITS.values(), ids=EDITS)
def test_one_thing_changed(swarm_state: State, edit: Edit, sentences: list[str]) -> None:
    after = copy.deepcopy(swarm_state)
    edit(after)
    assert texts(_diff.state_diff(swarm_state, after)) == sentences


@pytest.mark.parametrize("seed", range(8))
def test_backwards_everything_is_mirrored(swarm_state: State, seed: int) -> None:
    before, after = copy.deepcopy(swarm_state), copy.deepcopy(swarm_state)
    chance = random.Random(seed)
    for edit, _sentences in EDITS.values():
        edit(chance.choice([before, after]))
    mirror = {"created": "removed", "removed": "created", "changed": "changed", "unknown": "unknown"}

    def told(changes: list[_diff.Change], backwards: bool) -> list[str]:
        rows = [change.as_dict() for change in changes]
        for change in rows:
            del change["text"]
            if backwards:
                change.update(before=change["after"], after=change["before"], action=mirror[change["action"]])
        return sorted(json.dumps(row, sort_keys=True) for row in rows)

    forwards = told(_diff.state_diff(before, after, volatile=True), backwards=False)
    assert len(forwards) > 5
    assert told(_diff.state_diff(after, before, volatile=True), backwards=True) == forwards


def disturb(state: State) -> None:
    """What a lab does while nobody touches it."""
    host = namespace(state)
    for chain in host["netfilter"]["tables"]["nat"]["chains"].values():
        chain["packets"] = 4711
        for rule in chain["rules"]:
            rule.update(packets=1, bytes=60)
    for socket in host["sockets"]:
        socket["inode"] = 1
    host["inode"] = 1
    host["neighbours"] = [entry for entry in host["neighbours"] if entry["states"] == ["permanent"]]
    learned = [entry for entry in host["fdb"] if entry["states"] == ["reachable"]]
    assert learned
    learned[0]["states"] = ["stale"]
    host["fdb"].remove(learned[-1])
    own = {"device": "docker0", "address": "fe80::1", "prefix_length": 64, "family": "ipv6", "scope": "link"}
    host["addresses"].append({**own, "label": None})
    host["routes"].append(
        {
            **row(host["routes"], destination="172.17.0.0/16"),
            "destination": "fe80::/64",
            "device": "docker0",
            "family": "ipv6",
            "source": None,
        }
    )
    host["netfilter"]["tables"]["raw"] = {
        "chains": {"PREROUTING": {"policy": "ACCEPT", "packets": 9, "bytes": 9, "rules": []}}
    }


def test_what_comes_and_goes_by_itself_is_told_only_when_asked_for(swarm_state: State) -> None:
    after = copy.deepcopy(swarm_state)
    disturb(after)
    assert _diff.state_diff(swarm_state, after) == []
    changes = _diff.state_diff(swarm_state, after, volatile=True)
    assert {change.object for change in changes} == {
        "address",
        "fdb",
        "namespace",
        "neighbour",
        "netfilter chain",
        "netfilter rule",
        "route",
        "socket",
    }


def test_an_entry_that_becomes_permanent_is_a_change(swarm_state: State) -> None:
    after = copy.deepcopy(swarm_state)
    learned = next(entry for entry in namespace(after)["neighbours"] if entry["states"] != ["permanent"])
    learned["states"] = ["permanent"]
    (change,) = _diff.state_diff(swarm_state, after)
    assert (change.object, change.action, change.fields) == ("neighbour", "changed", ["states"])


def test_an_empty_chain_that_stops_accepting_is_a_change(swarm_state: State) -> None:
    chain = {"policy": "ACCEPT", "packets": 0, "bytes": 0, "rules": []}
    namespace(swarm_state)["netfilter"]["tables"]["raw"] = {"chains": {"OUTPUT": chain}}
    after = copy.deepcopy(swarm_state)
    namespace(after)["netfilter"]["tables"]["raw"]["chains"]["OUTPUT"]["policy"] = "DROP"
    sentence = "n1: changed netfilter chain raw OUTPUT: policy ACCEPT -> DROP"
    assert texts(_diff.state_diff(swarm_state, after)) == [sentence]


def test_tables_of_nft_are_told_as_one_and_their_rules_one_by_one(swarm_state: State) -> None:
    namespace(swarm_state)["netfilter"]["nft"] = []
    after = copy.deepcopy(swarm_state)
    add_nft_table(after)
    assert texts(_diff.state_diff(swarm_state, after)) == ["n1: created nft table inet filter (chains forward)"]
    less = copy.deepcopy(after)
    namespace(less)["netfilter"]["nft"][0]["chains"]["forward"]["rules"] = []
    assert texts(_diff.state_diff(after, less)) == ["n1: removed nft rule inet filter forward drop"]


def test_rows_of_one_name_are_told_apart(swarm_state: State) -> None:
    default = {**namespace(swarm_state, OVERLAY)["fdb"][0], "mac": "00:00:00:00:00:00"}
    before, after = swarm_state, copy.deepcopy(swarm_state)
    for state, hosts in ((before, (12, 13)), (after, (13, 14, 15))):
        namespace(state, OVERLAY)["fdb"] += [{**default, "destination": f"192.168.99.{host}"} for host in hosts]
    assert texts(_diff.state_diff(before, after)) == [
        "n1/1-1us5hb6ohx: created fdb 00:00:00:00:00:00 dev vxlan0 self (to 192.168.99.15)",
        "n1/1-1us5hb6ohx: changed fdb 00:00:00:00:00:00 dev vxlan0 self: destination 192.168.99.12 -> 192.168.99.14",
    ]


def test_all_rows_of_something_new_are_in_its_change(swarm_state: State) -> None:
    before = copy.deepcopy(swarm_state)
    sandbox = before["nodes"]["n1"]["namespaces"].pop("ingress_sbox")
    (change,) = _diff.state_diff(before, swarm_state)
    assert (change.before, change.after) == (None, sandbox)
    add_link(swarm_state)
    (link,) = _diff.state_diff(before, swarm_state, objects=["link"])
    assert link.after is not None
    assert [address["address"] for address in link.after["addresses"]] == ["172.17.0.1"]


UNKNOWNS: dict[str, tuple[Edit, list[str]]] = {
    "part of a namespace": (
        lambda state: namespace(state, BALANCER).update(ipvs=None, ipvs_reason="no ip_vs"),
        [
            "n1/lb_1us5hb6oh: ipvs service could not be compared: before: fwmark 256, fwmark 258; "
            "unknown after (no ip_vs)"
        ],
    ),
    "part of a swarm": (
        lambda state: swarm(state).update(services=None, services_reason="timed out"),
        ["lab: swarm service could not be compared: before: cli, web; unknown after (timed out)"],
    ),
    "the swarm": (
        lambda state: state["control"].update(swarm=None, swarm_reason="no manager answers"),
        ["lab: swarm could not be compared: before: nodes n1, n2, n3; unknown after (no manager answers)"],
    ),
    "engine": (
        lambda state: state["nodes"]["n1"].update(docker=None, docker_reason="no such socket"),
        [
            "n1: docker engine could not be compared: before: version 20.10.24+dfsg1, networks bridge, "
            "docker_gwbridge, ingress, ov1; unknown after (no such socket)"
        ],
    ),
    "services of a network": (
        lambda state: network(state).update(services=None, services_reason="no task here"),
        [
            "n1: docker network service of ov1 could not be compared: before: cli on ov1, web on ov1; "
            "unknown after (no task here)",
        ],
    ),
    "field": (
        lambda state: namespace(state).update(bridge_netfilter=None, bridge_netfilter_reason="not loaded"),
        ["n1: namespace host: bridge_netfilter could not be compared: not loaded"],
    ),
    "node": (
        lambda state: state["nodes"].update(n3={"namespaces": None, "namespaces_reason": "no route", "docker": None}),
        ["node n3 could not be compared: known before; unknown after (no route)"],
    ),
}


@pytest.mark.parametrize(("edit", "sentences"), UNKNOWNS.values(), ids=UNKNOWNS)
def test_what_is_unknown_is_not_taken_for_removed(swarm_state: State, edit: Edit, sentences: list[str]) -> None:
    namespace(swarm_state)["bridge_netfilter"] = {"ipv4": True}
    after = copy.deepcopy(swarm_state)
    edit(after)
    changes = _diff.state_diff(swarm_state, after)
    assert {change.action for change in changes} == {"unknown"}
    assert texts(changes)[: len(sentences)] == sentences


def test_a_swarm_that_nobody_could_tell_of_is_not_called_new(swarm_state: State) -> None:
    before = copy.deepcopy(swarm_state)
    del before["control"]["swarm"]
    before["nodes"]["n2"].update(docker=None, docker_reason="no such socket")
    (change,) = _diff.state_diff(before, swarm_state, objects=["swarm"])
    assert change.action == "unknown"
    assert "the Docker engine of n2 is not known: no such socket" in change.text


def test_a_part_that_is_unknown_for_the_same_reason_is_left_out_but_not_a_node(swarm_state: State) -> None:
    namespace(swarm_state).update(ipvs=None, ipvs_reason="no ip_vs")
    swarm_state["nodes"]["n3"] = {"namespaces": None, "namespaces_reason": "no route", "docker": None}
    assert texts(_diff.state_diff(swarm_state, swarm_state)) == ["node n3 could not be compared: no route"]


def test_changes_are_in_order(swarm_state: State) -> None:
    after = copy.deepcopy(swarm_state)
    for name in ("swarm service", "docker endpoint", "fdb", "namespace", "netfilter rule", "link", "node"):
        EDITS[name][0](after)
    changes = _diff.state_diff(swarm_state, after)
    assert [(change.node, change.namespace, change.object) for change in changes] == [
        ("n1", "host", "link"),
        ("n1", "host", "netfilter rule"),
        ("n1", None, "namespace"),
        ("n1", None, "docker endpoint"),
        ("n1", OVERLAY, "fdb"),
        ("n3", None, "node"),
        (None, None, "swarm service"),
    ]


def test_objects_are_chosen_by_pattern(swarm_state: State) -> None:
    after = copy.deepcopy(swarm_state)
    for name in ("netfilter rule", "ipvs backend", "swarm node"):
        EDITS[name][0](after)
    chosen = _diff.state_diff(swarm_state, after, objects=["netfilter*", "swarm node"])
    assert [change.object for change in chosen] == ["netfilter rule", "swarm node"]
    with pytest.raises(_diff.UnknownObject, match="There is no kind of object nothing; the kinds are node, kernel, "):
        _diff.state_diff(swarm_state, after, objects=["link", "nothing"])


def test_the_summary_counts_every_action(swarm_state: State) -> None:
    after = copy.deepcopy(swarm_state)
    for name in ("link", "fdb", "ipvs backend", "address"):
        EDITS[name][0](after)
    assert _diff.summary(_diff.state_diff(swarm_state, after)) == {
        "created": 1,
        "removed": 1,
        "changed": 2,
        "unknown": 0,
    }


def cloud(state: State) -> dict[str, Any]:
    return state["control"]["neutron"]


def associate(state: State) -> None:
    port = row(cloud(state)["ports"], name="vm2")
    row(cloud(state)["floating_ips"], address="203.0.113.90").update(port=port["id"], fixed_address="10.20.1.181")


NEUTRON_EDITS: dict[str, tuple[Edit, list[str]]] = {
    "neutron": (
        lambda state: state["control"].pop("neutron"),
        ["lab: removed neutron (networks ext-net, int-net, int-net2)"],
    ),
    "neutron network": (
        lambda state: row(cloud(state)["networks"], name="int-net").update(mtu_bytes=1500, revision=3),
        ["lab: changed neutron network int-net: mtu_bytes 1442 -> 1500"],
    ),
    "neutron subnet": (
        lambda state: row(cloud(state)["subnets"], name="int-subnet2").update(dhcp=False),
        ["lab: changed neutron subnet int-subnet2: dhcp yes -> no"],
    ),
    "neutron port": (
        lambda state: row(cloud(state)["ports"], name="vm1").update(host="c3", status="DOWN"),
        ["lab: changed neutron port vm1 on int-net: host c1 -> c3, status ACTIVE -> DOWN"],
    ),
    "neutron router": (
        lambda state: row(cloud(state)["routers"], name="router1").update(
            external_network=None, external_addresses=[], snat=None
        ),
        [
            "lab: changed neutron router router1: external_addresses -address=203.0.113.86, subnet=ext-subnet, "
            "external_network ext-net -> none, snat yes -> none",
        ],
    ),
    "floating ip": (
        associate,
        [
            "lab: changed floating ip 203.0.113.90: fixed_address 10.20.1.172 -> 10.20.1.181, "
            "port vm1 on int-net -> vm2 on int-net",
        ],
    ),
    "security group": (
        lambda state: row(cloud(state)["security_groups"], name="ssh-icmp").update(stateful=False),
        ["lab: changed security group ssh-icmp: stateful yes -> no"],
    ),
    "security group rule": (
        lambda state: row(cloud(state)["security_groups"], name="ssh-icmp")["rules"].append(
            {
                **row(cloud(state)["security_groups"], name="ssh-icmp")["rules"][0],
                **{"direction": "ingress", "protocol": "tcp", "port_min": 80, "port_max": 81},
                **{"remote_group": "b41f22da-867b-4649-b7c9-7f6faad27cd1"},
            }
        ),
        ["lab: created security group rule ssh-icmp ingress IPv4 tcp 80-81 default"],
    ),
    "neutron agent": (
        lambda state: row(cloud(state)["agents"], host="c2").update(alive=False),
        ["lab: changed neutron agent ovn-controller on c2: alive yes -> no"],
    ),
    "nova server": (
        lambda state: cloud(state)["servers"].append(
            {**cloud(state)["servers"][0], "id": "new", "name": "testinstance4", "host": "c2"}
        ),
        ["lab: created nova server testinstance4 (10.20.1.45 on c2)"],
    ),
    "nova service": (
        lambda state: row(cloud(state)["compute_services"], host="c3").update(state="down"),
        ["lab: changed nova service nova-compute on c3: state up -> down"],
    ),
}


@pytest.mark.parametrize(("edit", "sentences"), NEUTRON_EDITS.values(), ids=NEUTRON_EDITS)
def test_one_thing_changed_of_openstack(neutron_state: State, edit: Edit, sentences: list[str]) -> None:
    after = copy.deepcopy(neutron_state)
    edit(after)
    assert texts(_diff.state_diff(neutron_state, after)) == sentences


def test_a_second_port_of_a_server_is_the_only_one_that_is_new(neutron_state: State) -> None:
    vm1, vm3 = (row(cloud(neutron_state)["ports"], name=name) for name in ("vm1", "vm3"))
    vm1.update(device_id=cloud(neutron_state)["servers"][0]["id"])
    vm3.update(device_id="")
    after = copy.deepcopy(neutron_state)
    row(cloud(after)["ports"], name="vm3").update(device_id=vm1["device_id"])
    assert texts(_diff.state_diff(neutron_state, after)) == [
        "lab: created neutron port srv-c1 on int-net2 (10.20.2.190 on c3)",
        "lab: removed neutron port vm3 on int-net2 (10.20.2.190 on c3)",
    ]


def test_servers_that_nobody_could_tell_of_are_not_called_gone(neutron_state: State) -> None:
    after = copy.deepcopy(neutron_state)
    cloud(after).update(servers=None, servers_reason="Nova refuses")
    (change,) = _diff.state_diff(neutron_state, after)
    assert (change.action, change.object) == ("unknown", "nova server")
    assert "Nova refuses" in change.text


def test_every_kind_is_edited_by_a_test() -> None:
    told_otherwise = {"feature", "tool", "docker network task", "nft table", "nft chain", "nft rule", "nft set"}
    edited = [*EDITS, *OVN_EDITS, *SWITCH_EDITS, *MACHINE_EDITS, *CONTIV_EDITS, *NEUTRON_EDITS]
    assert set(OBJECTS) - set(edited) == told_otherwise
