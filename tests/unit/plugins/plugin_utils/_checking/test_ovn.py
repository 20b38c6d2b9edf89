# SPDX-License-Identifier: GPL-3.0-or-later
"""The recorded OVN is healthy, and each fault put into it is found by the checks it concerns and by no other."""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._registry import run, select

sys.path.append(str(Path(__file__).parent))
from judged_state import problems, row  # noqa: E402

Document = dict[str, Any]
Fault = Callable[[Document], None]

CHECKS = select(["ovn_*"])
FAILED = {"failed"}
ERROR = {"error"}
INTENT: dict[str, Any] = {
    "ovn_topology": {
        "switches": [
            {"name": "internal1", "ports": [{"name": "testinstance1"}, {"name": "testinstance2"}]},
            {"name": "public"},
        ],
        "routers": [
            {
                "name": "router1",
                "ports": [{"name": "router1-internal1"}, {"name": "router1-public"}],
                "routes": [{"destination": "0.0.0.0/0", "next_hop": "172.24.4.1"}],
                "nat": [{"type": "snat", "external_address": "172.24.4.50", "logical_address": "10.10.10.0/23"}],
            }
        ],
        "port_groups": [{"name": "instances"}],
        "acls": [],
    }
}


def northbound(document: Document, section: str, **keys: Any) -> dict[str, Any]:
    return row(document["control"]["ovn_nb"][section], **keys)


def southbound(document: Document, section: str, **keys: Any) -> dict[str, Any]:
    return row(document["control"]["ovn_sb"][section], **keys)


def router_port(document: Document, name: str) -> dict[str, Any]:
    return row(northbound(document, "routers", name="router1")["ports"], name=name)


def bridge(document: Document, node: str, name: str = "br-int") -> dict[str, Any]:
    return row(document["nodes"][node]["ovs"]["bridges"], name=name)


def interface(document: Document, node: str, iface_id: str) -> dict[str, Any]:
    plugged = [one for port in bridge(document, node)["ports"] for one in port["interfaces"]]
    return row([one for one in plugged if one["external_ids"].get("iface-id") == iface_id])


def tunnel(document: Document, node: str, peer: str) -> dict[str, Any]:
    remote = southbound(document, "chassis", name=peer)["encapsulations"][0]["address"]
    return row(document["nodes"][node]["ovs"]["tunnels"], remote=remote)


def change(section: str, found_by: dict[str, Any], **keys: Any) -> Fault:
    """The first row of the southbound database that is found gets other values."""
    return lambda document: southbound(document, section, **found_by).update(keys)


def wish(section: str, found_by: dict[str, Any], **keys: Any) -> Fault:
    """The same in the northbound database."""
    return lambda document: northbound(document, section, **found_by).update(keys)


def wish_port(name: str, **keys: Any) -> Fault:
    def fault(document: Document) -> None:
        ports = [port for switch in document["control"]["ovn_nb"]["switches"] for port in switch["ports"]]
        row(ports, name=name).update(keys)

    return fault


def another(section: str, like: dict[str, Any], **keys: Any) -> Fault:
    """One more row in the northbound database, like the first one found but for these values."""

    def fault(document: Document) -> None:
        found = copy.deepcopy(northbound(document, section, **like))
        document["control"]["ovn_nb"][section].append({**found, **keys})

    return fault


def drop(section: str, **found_by: Any) -> Fault:
    return lambda document: document["control"]["ovn_sb"][section].remove(southbound(document, section, **found_by))


def lag(**counters: Any) -> Fault:
    return lambda document: document["control"]["ovn_lag"].update(counters)


def all_of(*faults: Fault) -> Fault:
    def fault(document: Document) -> None:
        for each in faults:
            each(document)

    return fault


def servers(*rows: dict[str, Any]) -> Fault:
    """The northbound database has three servers; these are what they have in the place of health."""

    def fault(document: Document) -> None:
        healthy = {"model": "clustered", "connected": True, "leader": False, "cluster": "c1", "server": "s", "index": 9}
        document["control"]["ovn_nb"]["cluster"] = [
            {**healthy, "remote": f"tcp:192.168.98.1{number}:6641", "leader": number == 0, **each}
            for number, each in enumerate(rows)
        ]

    return fault


def another_chassis(**keys: Any) -> Fault:
    def fault(document: Document) -> None:
        found = copy.deepcopy(southbound(document, "chassis", name="chassis3"))
        encapsulations = [{**found["encapsulations"][0], "address": keys.pop("address", "192.168.98.19")}]
        left = {**found, "name": "left", "hostname": "left", "encapsulations": encapsulations, **keys}
        document["control"]["ovn_sb"]["chassis"].append(left)

    return fault


def moved_address(document: Document) -> None:
    southbound(document, "chassis", name="chassis3")["encapsulations"][0]["address"] = "192.168.98.99"


def system_id(name: str | None) -> Fault:
    return lambda document: document["nodes"]["chassis3"]["ovs"].update(system_id=name)


def without_tunnel(document: Document) -> None:
    document["nodes"]["chassis1"]["ovs"]["tunnels"].remove(tunnel(document, "chassis1", "chassis3"))


def second_tunnel(**keys: Any) -> Fault:
    def fault(document: Document) -> None:
        more = {**copy.deepcopy(tunnel(document, "chassis1", "chassis3")), "bfd": None, **keys}
        document["nodes"]["chassis1"]["ovs"]["tunnels"].append(more)

    return fault


def change_tunnel(node: str, peer: str, **keys: Any) -> Fault:
    return lambda document: tunnel(document, node, peer).update(keys)


def session(node: str, peer: str, state: str) -> Fault:
    return lambda document: tunnel(document, node, peer)["bfd"].update(state=state)


# Both of the others have lost chassis2, which has the gateway.
CHASSIS2_LOST = all_of(session("chassis1", "chassis2", "down"), session("chassis3", "chassis2", "down"))
MOVED = change("gateways", {}, chassis="chassis1")


def change_interface(node: str, iface_id: str, **keys: Any) -> Fault:
    return lambda document: interface(document, node, iface_id).update(keys)


def unplugged(document: Document) -> None:
    interface(document, "chassis1", "testinstance1")["external_ids"].pop("iface-id")


def plugged_twice(document: Document) -> None:
    interface(document, "chassis2", "testinstance2")["external_ids"]["iface-id"] = "testinstance1"
    # ... while testinstance2 is not meant to be there.
    wish_port("testinstance2", enabled=False)(document)


def gateway_chassis(*names: str) -> Fault:
    rows = [{"chassis": name, "priority": 20 - number} for number, name in enumerate(names)]
    return lambda document: router_port(document, "router1-public").update(gateway_chassis=rows)


def without_mapping(document: Document) -> None:
    southbound(document, "chassis", name="chassis3")["bridge_mappings"].clear()


def without_bridge(document: Document) -> None:
    document["nodes"]["chassis3"]["ovs"]["bridges"].remove(bridge(document, "chassis3", "br-ex"))


def without_patch(document: Document) -> None:
    ports = bridge(document, "chassis3")["ports"]
    ports.remove(row(ports, name="patch-br-int-to-public-extnet"))


def learnt(address: str, mac: str) -> Fault:
    return change("mac_bindings", {"address": "172.24.4.1"}, address=address, mac=mac)


def without_openflow(document: Document) -> None:
    (integration,) = (
        row for row in document["nodes"]["chassis3"]["ovs"]["openflow_cookies"] if row["bridge"] == "br-int"
    )
    integration["tables"].clear()


def unreadable(document: Document) -> None:
    document["nodes"]["chassis3"].update(ovs=None, ovs_reason="no such socket")


HEALTHY: dict[str, Fault] = {
    "as recorded": lambda document: None,
    "a cluster of three servers": servers({}, {}, {}),
    "all have carried out the same": all_of(
        lag(nb_cfg=7, sb_cfg=7, hv_cfg=7), *(change("chassis", {"name": f"chassis{n}"}, nb_cfg=7) for n in (1, 2, 3))
    ),
    "a disabled port": all_of(wish_port("testinstance1", enabled=False), unplugged),
    "a port that is requested where it is": change(
        "port_bindings", {"name": "testinstance1"}, requested_chassis="chassis1"
    ),
    "an OVN that did not tell what is up": change("port_bindings", {"name": "testinstance1"}, up=None),
    "a container's port": all_of(
        change_interface("chassis2", "testinstance3", external_ids={}),
        wish_port("testinstance3", parent="testinstance2"),
    ),
    "a gateway router": wish("routers", {"name": "router1"}, chassis="chassis1"),
    "a tunnel of somebody else": second_tunnel(name="other", remote="192.0.2.9"),
    "networks that leave with the same address": another("nats", {"type": "snat"}, logical_address="10.10.12.0/24"),
    "address translation of other ports": all_of(
        wish("nats", {"external_address": "172.24.4.54"}, external_ports="1-99"),
        another("nats", {"external_address": "172.24.4.54"}, external_ports="100-199", logical_address="10.10.10.10"),
    ),
    "an address in another network": all_of(
        another("routers", {"name": "router1"}, name="router2", ports=[], chassis="chassis1"),
        another("nats", {"external_address": "172.24.4.54"}, router="router2", logical_address="10.10.20.4"),
    ),
    "a floating IP of the gateway with its port noted": wish(
        "nats", {"external_address": "172.24.4.54"}, logical_port="testinstance1"
    ),
    "an ACL again, doing the same": another("acls", {"action": "drop"}, priority=1),
    "an ACL in the other direction": another("acls", {"action": "drop"}, action="allow", direction="to-lport"),
    "an ACL of a later tier": another("acls", {"action": "drop"}, action="allow", tier=1),
    "an ACL of another owner": another("acls", {"action": "drop"}, action="allow", port_group=None, switch="internal1"),
    "a neighbour outside of OVN": learnt("172.24.4.77", "02:00:00:00:00:77"),
    "a learnt floating IP of the gateway": learnt("172.24.4.54", "fa:16:3e:52:20:7c"),
}

FAULTS: dict[str, tuple[Fault, dict[str, set[str]]]] = {
    "a server does not answer": (
        servers({}, {}, {"connected": None, "leader": None, "cluster": None, "reason": "connection refused"}),
        {"ovn_databases": FAILED},
    ),
    "a server is cut off": (servers({}, {"connected": False}, {}), {"ovn_databases": FAILED}),
    "a server is in another cluster": (servers({}, {}, {"cluster": "c2"}), {"ovn_databases": FAILED}),
    "there is no leader": (servers({"leader": False}, {}, {}), {"ovn_databases": FAILED}),
    "northd stands still": (lag(nb_cfg=1), {"ovn_configuration": FAILED}),
    "northd never ran": (lag(northd_version=None), {"ovn_configuration": FAILED}),
    "a controller stands still": (
        all_of(
            lag(nb_cfg=1, sb_cfg=1), *(change("chassis", {"name": name}, nb_cfg=1) for name in ("chassis1", "chassis3"))
        ),
        {"ovn_configuration": FAILED, "ovn_controllers": FAILED},
    ),
    "a controller never told": (change("chassis", {"name": "chassis2"}, nb_cfg=None), {"ovn_controllers": FAILED}),
    "a chassis is not registered": (
        drop("chassis", name="chassis3"),
        # The tunnels to it are still there.
        {"ovn_chassis": FAILED, "ovn_tunnels": FAILED},
    ),
    "a node has no name": (
        all_of(system_id(None), drop("chassis", name="chassis3"), wish_port("testinstance4", enabled=False)),
        {"ovn_chassis": FAILED, "ovn_tunnels": FAILED},
    ),
    "two nodes have one name": (
        system_id("chassis2"),
        {"ovn_chassis": FAILED, "ovn_tunnels": FAILED, "ovn_ports": FAILED, "ovn_openflow": FAILED},
    ),
    "a chassis that left": (another_chassis(), {"ovn_chassis": FAILED, "ovn_tunnels": FAILED}),
    "a host name twice": (change("chassis", {"name": "chassis2"}, hostname="chassis1"), {"ovn_chassis": FAILED}),
    "an address twice": (
        another_chassis(address="192.168.98.13"),
        # The chassis that has it too can have no tunnel to itself.
        {"ovn_chassis": FAILED, "ovn_tunnels": FAILED},
    ),
    "another tunnel address": (moved_address, {"ovn_chassis": FAILED, "ovn_tunnels": FAILED}),
    "a tunnel is missing": (without_tunnel, {"ovn_tunnels": FAILED}),
    "a tunnel twice": (second_tunnel(name="mine"), {"ovn_tunnels": FAILED}),
    "a tunnel to nobody": (second_tunnel(name="ovn-left-0", remote="192.0.2.9"), {"ovn_tunnels": FAILED}),
    "a tunnel with an error": (change_tunnel("chassis1", "chassis3", error="File exists"), {"ovn_tunnels": FAILED}),
    "a tunnel of another type": (change_tunnel("chassis1", "chassis3", type="vxlan"), {"ovn_tunnels": FAILED}),
    "BFD is down": (session("chassis1", "chassis3", "down"), {"ovn_bfd": FAILED}),
    "BFD is off between gateways": (change_tunnel("chassis1", "chassis2", bfd=None), {"ovn_bfd": FAILED}),
    "the gateway is where it was before its chassis was lost": (
        CHASSIS2_LOST,
        {"ovn_bfd": FAILED, "ovn_gateways": FAILED},
    ),
    "the gateway has left its lost chassis": (all_of(CHASSIS2_LOST, MOVED), {"ovn_bfd": FAILED}),
    "the gateway is on the second chassis": (MOVED, {"ovn_gateways": FAILED}),
    "the gateway is nowhere": (change("gateways", {}, chassis=None), {"ovn_gateways": FAILED}),
    "northd made no gateway": (drop("gateways"), {"ovn_gateways": FAILED}),
    "the gateway's chassis does not exist": (gateway_chassis("c7", "c8"), {"ovn_gateways": FAILED}),
    "one gateway chassis does not exist": (gateway_chassis("c7", "chassis2", "chassis1"), {"ovn_gateways": FAILED}),
    "a gateway router is nowhere": (wish("routers", {"name": "router1"}, chassis="c7"), {"ovn_gateways": FAILED}),
    "a port has no binding": (drop("port_bindings", name="testinstance1"), {"ovn_ports": FAILED}),
    "a port is bound nowhere": (
        change("port_bindings", {"name": "testinstance1"}, chassis=None),
        {"ovn_ports": FAILED},
    ),
    "a port is bound where nothing is": (
        change("port_bindings", {"name": "testinstance1"}, chassis="chassis3"),
        {"ovn_ports": FAILED, "ovn_openflow": FAILED},
    ),
    "a port is bound elsewhere than requested": (
        change("port_bindings", {"name": "testinstance1"}, requested_chassis="chassis2"),
        {"ovn_ports": FAILED},
    ),
    "nothing is plugged in": (unplugged, {"ovn_ports": FAILED}),
    "two are plugged in": (plugged_twice, {"ovn_ports": FAILED}),
    "the interface has no device": (
        change_interface("chassis1", "testinstance1", error="could not open network device"),
        {"ovn_ports": FAILED},
    ),
    "the interface is down": (change_interface("chassis1", "testinstance1", link_state="down"), {"ovn_ports": FAILED}),
    "the port is not up": (wish_port("testinstance1", up=False), {"ovn_ports": FAILED}),
    "the binding is not up": (change("port_bindings", {"name": "testinstance1"}, up=False), {"ovn_ports": FAILED}),
    "no OpenFlow": (without_openflow, {"ovn_openflow": FAILED}),
    "no bridge mapping": (without_mapping, {"ovn_bridge_mappings": FAILED}),
    "no bridge": (without_bridge, {"ovn_bridge_mappings": FAILED}),
    "no patch to the bridge": (without_patch, {"ovn_bridge_mappings": FAILED}),
    "an external address twice": (
        another("nats", {"external_address": "172.24.4.54"}, logical_address="10.10.10.10"),
        {"ovn_nat": FAILED},
    ),
    "an external address for a router without gateway": (gateway_chassis(), {"ovn_nat": FAILED}),
    "a distributed address without port": (
        wish("nats", {"external_address": "172.24.4.55"}, logical_port=None),
        {"ovn_nat": FAILED},
    ),
    "a distributed address of no port": (
        wish("nats", {"external_address": "172.24.4.55"}, logical_port="gone"),
        {"ovn_nat": FAILED},
    ),
    "a distributed address of another port": (
        wish("nats", {"external_address": "172.24.4.55"}, logical_port="testinstance1"),
        {"ovn_nat": FAILED},
    ),
    "a distributed address of a port that is bound nowhere": (
        change("port_bindings", {"name": "testinstance4"}, chassis=None),
        {"ovn_nat": FAILED, "ovn_ports": FAILED},
    ),
    "an ACL is hidden": (
        another("acls", {"action": "drop"}, priority=1, action="allow", match="inport==@instances  && ip"),
        {"ovn_acls": FAILED},
    ),
    "two ACLs are asked at once": (another("acls", {"action": "drop"}, action="reject"), {"ovn_acls": FAILED}),
    "a stale neighbour with a floating IP": (
        learnt("172.24.4.54", "02:00:00:00:00:77"),
        {"ovn_mac_bindings": FAILED},
    ),
    "a stale neighbour with the router's address": (
        learnt("172.24.4.50", "02:00:00:00:00:77"),
        {"ovn_mac_bindings": FAILED},
    ),
    "a stale neighbour with an instance's address": (
        change(
            "mac_bindings",
            {"address": "172.24.4.1"},
            logical_port="router1-internal1",
            address="10.10.10.4",
            mac="02:00:00:00:00:77",
        ),
        {"ovn_mac_bindings": FAILED},
    ),
    "a chassis that cannot be read": (
        unreadable,
        dict.fromkeys(
            ("ovn_chassis", "ovn_tunnels", "ovn_bfd", "ovn_ports", "ovn_openflow", "ovn_bridge_mappings"), ERROR
        ),
    ),
}


@pytest.mark.parametrize("change_nothing", HEALTHY.values(), ids=HEALTHY.keys())
def test_what_is_healthy_is_not_accused(ovn_state: Document, change_nothing: Fault) -> None:
    change_nothing(ovn_state)
    assert problems(run(ovn_state, {}, CHECKS)) == {}


@pytest.mark.parametrize("intent", [{}, INTENT], ids=["without intent", "with intent"])
def test_the_recorded_ovn_is_judged_by_every_check(ovn_state: Document, intent: dict[str, Any]) -> None:
    findings = run(ovn_state, intent, CHECKS)
    passed = {finding.check for finding in findings if finding.status == "passed"}
    assert passed == {check.identifier for check in CHECKS if intent or not check.intent}
    assert problems(findings) == {}


@pytest.mark.parametrize(("fault", "expected"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_is_found_where_it_is(ovn_state: Document, fault: Fault, expected: dict[str, set[str]]) -> None:
    fault(ovn_state)
    findings = run(ovn_state, {}, CHECKS)
    assert problems(findings) == expected
    for finding in findings:
        if finding.status == "failed":
            assert finding.hint.endswith(".")
            assert finding.evidence
            assert finding.reference


def test_every_check_has_a_fault_that_fails_it() -> None:
    found = {check for _fault, expected in FAULTS.values() for check, statuses in expected.items() if FAILED & statuses}
    assert found == {check.identifier for check in CHECKS if not check.intent}


def test_a_finding_names_what_and_where(ovn_state: Document) -> None:
    MOVED(ovn_state)
    (finding,) = [finding for finding in run(ovn_state, {}, CHECKS) if finding.status == "failed"]
    assert finding.subject == "router1/router1-public"
    assert finding.message == "chassis of the gateway cr-router1-public - expected chassis2, actual chassis1"
    assert {seen["source"] for seen in finding.evidence} == {"Gateway_Chassis", "Port_Binding"}


def lacks(section: str, part: str, **missing: str) -> dict[str, Any]:
    """The intent with one more part in the first row of a section."""
    intent = copy.deepcopy(INTENT)
    intent["ovn_topology"][section][0][part].append(missing)
    return intent


@pytest.mark.parametrize(
    ("intent", "subject", "actual"),
    [
        pytest.param({"ovn_topology": {"switches": [{"name": "sw9"}]}}, "switches/sw9", None, id="switch"),
        pytest.param({"ovn_topology": {"routers": [{"name": "lr9", "nat": []}]}}, "routers/lr9", None, id="router"),
        pytest.param({"ovn_topology": {"port_groups": [{"name": "pg9"}]}}, "port_groups/pg9", None, id="port group"),
        pytest.param({"ovn_topology": {"load_balancers": [{"name": "b"}]}}, "load_balancers/b", None, id="balancer"),
        pytest.param(lacks("switches", "ports", name="vm9"), "switches/internal1", ["vm9"], id="port"),
        pytest.param(lacks("routers", "ports", name="lr-x"), "routers/router1", ["lr-x"], id="router port"),
        pytest.param(
            lacks("routers", "routes", destination="10.0.0.0/8", next_hop="172.24.4.1"),
            "routers/router1",
            ["10.0.0.0/8 172.24.4.1"],
            id="route",
        ),
        pytest.param(
            lacks("routers", "nat", type="dnat", external_address="172.24.4.9", logical_address="10.10.10.4"),
            "routers/router1",
            ["dnat 172.24.4.9 10.10.10.4"],
            id="address translation",
        ),
    ],
)
def test_what_is_asked_for_and_not_there(
    ovn_state: Document, intent: dict[str, Any], subject: str, actual: Any
) -> None:
    failed = [finding for finding in run(ovn_state, intent, CHECKS) if finding.status not in ("passed", "skipped")]
    assert [(each.check, each.subject, each.status, each.actual) for each in failed] == [
        ("ovn_topology", subject, "failed", actual)
    ]
