# SPDX-License-Identifier: GPL-3.0-or-later
"""Putting together, saving and loading the state document."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.plugin_utils import _state


def test_a_saved_document_is_the_same_after_loading(swarm_state: dict[str, Any]) -> None:
    text = _state.dump(swarm_state)
    assert _state.load(text) == swarm_state
    shuffled = dict(reversed(swarm_state.items()))
    assert _state.dump(shuffled) == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("", "no complete JSON document", id="empty"),
        pytest.param('{"schema": 1, "nodes": {"n1"', "no complete JSON document", id="cut"),
        pytest.param("[]", "no schema number", id="another document"),
        pytest.param('{"schema": 2, "nodes": {}}', "schema 2, but only schema 1", id="newer"),
        pytest.param('{"schema": 1, "control": {}}', "has no nodes", id="without nodes"),
        pytest.param('{"schema": 1, "nodes": {}, "control": {}}', "has no nodes", id="no node"),
        pytest.param('{"schema": 1, "nodes": {"n1": {}}, "control": {}}', "n1 .* has no namespaces", id="empty node"),
        pytest.param('{"schema": 1, "nodes": {"n1": {"namespaces": {}}}}', "no control part", id="without control"),
    ],
)
def test_what_is_no_document_is_refused_in_one_sentence(text: str, reason: str) -> None:
    with pytest.raises(_state.StateError, match=reason) as problem:
        _state.load(text)
    assert str(problem.value).endswith(".")
    assert "\n" not in str(problem.value)


def test_the_leader_tells_about_the_swarm(swarm_state: dict[str, Any]) -> None:
    cluster = swarm_state["control"]["swarm"]
    follower = {**cluster, "services": []}
    nodes = swarm_state["nodes"]
    nodes["n0"] = json.loads(json.dumps(nodes["n2"]))
    nodes["n0"]["docker"]["cluster"] = follower
    assert _state.assemble("swarm", "now", nodes)["control"] == {"swarm": cluster}
    nodes["n1"]["docker"]["cluster"] = None
    assert _state.assemble("swarm", "now", nodes)["control"] == {"swarm": follower}


def test_a_swarm_without_a_manager_that_answers_has_a_reason(swarm_state: dict[str, Any]) -> None:
    del swarm_state["nodes"]["n1"]
    control = _state.assemble("swarm", "now", swarm_state["nodes"])["control"]
    assert control["swarm"] is None
    assert "n2: not a manager; n3: not a manager" in control["swarm_reason"]


def test_a_lab_without_a_swarm_has_no_swarm(swarm_state: dict[str, Any]) -> None:
    for node in swarm_state["nodes"].values():
        node["docker"] = None
    assert _state.assemble("bare", "now", swarm_state["nodes"])["control"] == {}


def test_results_of_the_gathering_module_are_taken_as_they_come(swarm_state: dict[str, Any]) -> None:
    results = {
        "n1": {"changed": False, "state": swarm_state["nodes"]["n1"]},
        "n2": swarm_state["nodes"]["n2"],
        "n3": {"failed": True, "msg": "no route to host"},
        "n4": None,
    }
    nodes = _state.assemble("swarm", "now", results)["nodes"]
    assert nodes["n1"] == swarm_state["nodes"]["n1"]
    assert nodes["n2"] == swarm_state["nodes"]["n2"]
    assert (nodes["n3"]["docker"], nodes["n3"]["docker_reason"]) == (None, "no route to host")
    assert nodes["n4"]["namespaces_reason"] == "the node was not asked"


def test_what_was_read_of_ovn_is_part_of_the_state(ovn_state: dict[str, Any]) -> None:
    control = ovn_state["control"]
    switches = {name: {"ovs": node.pop("ovs")} for name, node in ovn_state["nodes"].items() if "ovs" in node}
    central = {"northbound": control["ovn_nb"], "southbound": control["ovn_sb"], "lag": control["ovn_lag"]}
    ovn = {"central": {"changed": False, **central}, "chassis": switches}
    document = _state.assemble("ovn", "now", ovn_state["nodes"], ovn)
    assert document["control"] == control
    assert document["nodes"]["chassis1"]["ovs"] == switches["chassis1"]["ovs"]
    assert "ovs" not in document["nodes"]["central"]


def test_what_could_not_be_read_of_ovn_has_its_reason(ovn_state: dict[str, Any]) -> None:
    ovn = {
        "central": {"failed": True, "msg": "Cannot read OVN: no leader."},
        "chassis": {"chassis1": {"unreachable": True, "msg": "no route to host"}, "chassis2": None},
    }
    document = _state.assemble("ovn", "now", {"chassis1": ovn_state["nodes"]["chassis1"]}, ovn)
    assert document["control"] == {
        key: value
        for part in ("ovn_nb", "ovn_sb", "ovn_lag")
        for key, value in ((part, None), (f"{part}_reason", "Cannot read OVN: no leader."))
    }
    first, second = document["nodes"]["chassis1"], document["nodes"]["chassis2"]
    assert (first["ovs"], first["ovs_reason"]) == (None, "no route to host")
    assert (second["ovs"], second["ovs_reason"], second["namespaces"]) == (None, "it was not asked", None)


def test_what_the_machine_has_is_part_of_the_state_where_it_was_read() -> None:
    machine = {"namespaces": {"host": {"links": []}}}
    assert (
        _state.assemble("openswitch", "now", {}, machine={"changed": False, "machine": machine})["machine"] == machine
    )
    unread = _state.assemble("openswitch", "now", {}, machine={"failed": True, "msg": "Operation not permitted."})
    assert (unread["machine"], unread["machine_reason"]) == (None, "Operation not permitted.")
    assert "machine" not in _state.assemble("openswitch", "now", {})


def test_what_switches_said_is_part_of_the_state(switch_state: dict[str, Any]) -> None:
    said = {name: {"switch": node.pop("switch")} for name, node in switch_state["nodes"].items()}
    switches = {**said, "ops3": {"failed": True, "msg": "The switch cannot be read: vtysh was not found."}}
    document = _state.assemble("openswitch", "now", switch_state["nodes"], switches=switches)
    assert document["nodes"]["ops1"]["switch"] == said["ops1"]["switch"]
    last = document["nodes"]["ops3"]
    assert (last["switch"], last["switch_reason"]) == (None, "The switch cannot be read: vtysh was not found.")
    assert document["control"] == {}


def test_an_unknown_part_is_not_an_empty_one() -> None:
    namespace = {"fdb": [], "ipvs": None, "ipvs_reason": "not permitted", "netfilter": {"tables": {}}}
    assert _state.read(namespace, "fdb") == []
    with pytest.raises(_state.Unknown, match="not permitted"):
        _state.read(namespace, "ipvs")
    with pytest.raises(_state.Unknown, match="no sockets here"):
        _state.read(namespace, "sockets")
    assert _state.rules(namespace, "nat", "DOCKER") == []


def test_what_open_vswitch_of_switches_said_is_part_of_the_state(vlan_state: dict[str, Any]) -> None:
    nodes = vlan_state["nodes"]
    ovs = nodes["ops2"].pop("ovs")
    switches = {name: {"switch": node.pop("switch")} for name, node in nodes.items()}
    switches["ops2"]["open_vswitch"] = {"changed": False, "ovs": ovs}
    switches["ops3"]["open_vswitch"] = {"failed": True, "msg": "Cannot read Open vSwitch: there is no such socket."}
    document = _state.assemble("openswitch", "now", nodes, switches=switches)
    assert document["nodes"]["ops2"]["ovs"] == ovs
    assert document["nodes"]["ops3"]["ovs_reason"] == "Cannot read Open vSwitch: there is no such socket."
    assert "ovs" not in document["nodes"]["ops1"]


def manager(role: str) -> dict[str, Any]:
    """What legacy_swarm_info returned on a node with a manager."""
    return {"legacy_swarm": {"engine": {"name": "one"}, "manager": {"role": role, "nodes": []}}}


UNMANAGED = {"legacy_swarm": {"engine": {"name": "two"}, "manager": None, "manager_reason": "nothing listens there"}}


def test_what_was_read_of_contiv_is_part_of_the_state() -> None:
    netmaster = {"changed": False, "contiv": {"tenants": [{"name": "blue"}]}}
    contiv = {
        "nodes": {"a": UNMANAGED, "b": manager("replica"), "c": manager("primary")},
        "switches": {"a": {"ovs": {"bridges": []}}, "b": {"failed": True, "msg": "there is no such socket"}},
        "netmaster": netmaster,
    }
    document = _state.assemble("contiv", "now", {"a": {"namespaces": {}}}, contiv=contiv)
    assert document["control"] == {
        "legacy_swarm": contiv["nodes"]["c"]["legacy_swarm"]["manager"],
        "contiv": netmaster["contiv"],
    }
    nodes = document["nodes"]
    assert nodes["a"] == {"namespaces": {}, "ovs": {"bridges": []}, "legacy_swarm": UNMANAGED["legacy_swarm"]}
    assert (nodes["b"]["ovs"], nodes["b"]["ovs_reason"]) == (None, "there is no such socket")
    assert "ovs" not in nodes["c"]


def test_what_could_not_be_read_of_contiv_has_its_reason() -> None:
    contiv = {
        "nodes": {"a": UNMANAGED, "b": manager("replica"), "c": {"unreachable": True, "msg": "no route to host"}},
        "switches": {},
        "netmaster": {"failed": True, "msg": "netmaster does not answer."},
    }
    control = _state.assemble("contiv", "now", {}, contiv=contiv)["control"]
    assert control == {
        "legacy_swarm": None,
        "legacy_swarm_reason": "no primary manager told about the swarm (a: nothing listens there; b: it is a replica; "
        "c: no route to host)",
        "contiv": None,
        "contiv_reason": "netmaster does not answer.",
    }


@pytest.mark.parametrize("netmaster", [{}, {"netmaster": None}], ids=["left_out", "null"])
def test_without_contivs_programs_there_is_no_control_of_contiv(netmaster: dict[str, None]) -> None:
    document = _state.assemble("contiv", "now", {}, contiv={"nodes": {"a": UNMANAGED}, "switches": {}, **netmaster})
    assert "contiv" not in document["control"]
    assert document["nodes"]["a"]["legacy_swarm"] == UNMANAGED["legacy_swarm"]


def test_what_was_read_of_openstack_is_part_of_the_state() -> None:
    neutron = {"networks": [{"name": "internal1"}]}
    read = {"neutron": {"changed": False, "neutron": neutron}}
    assert _state.assemble("openstack", "now", {}, openstack=read)["control"] == {"neutron": neutron}
    failed = {"neutron": {"failed": True, "msg": "Cannot read the cloud: Keystone cannot be reached."}}
    assert _state.assemble("openstack", "now", {}, openstack=failed)["control"] == {
        "neutron": None,
        "neutron_reason": "Cannot read the cloud: Keystone cannot be reached.",
    }
    assert "neutron" not in _state.assemble("ovn", "now", {})["control"]


def test_a_lab_without_contiv_has_none_of_it(swarm_state: dict[str, Any]) -> None:
    document = _state.assemble("swarm", "now", swarm_state["nodes"])
    assert list(document["control"]) == ["swarm"]
    assert not any("legacy_swarm" in node for node in document["nodes"].values())
