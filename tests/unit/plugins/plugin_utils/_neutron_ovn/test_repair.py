# SPDX-License-Identifier: GPL-3.0-or-later
"""The command that is told for a drift names what has to be repaired, and the node that it is for."""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.plugin_utils._neutron_ovn._subjects import compare

sys.path.append(str(Path(__file__).parent))
import recorded_cloud as recorded  # noqa: E402
from recorded_cloud import Row  # noqa: E402

Change = Callable[[Row], None]

VM1 = "06f528e3-300b-4271-b5fc-a6b25a551fbe"
ROUTER = "neutron-40971f38-91e5-436b-9c73-441b6ae1e25e"
GATEWAY = "lrp-74d01daa-6489-4ef7-9131-736a21e9880a"
GROUP = "pg_b1154238_29f9_40ca_a748_91ad11983200"
FLOATING = "805e84db-59cd-42e6-928a-008f729cb34d"
INT_NET = "e3b3ccb9-491b-4809-9373-315abe2f3817"
NEW = "00000000-1111-2222-3333-444444444444"
SYNCHRONIZE = "neutron-ovn-db-sync-util --ovn-neutron_sync_mode repair"


def northbound(section: str, found_by: Row, **keys: Any) -> Change:
    return lambda state: recorded.northbound(state, section, **found_by).update(keys)


def another(section: str, found_by: Row, **keys: Any) -> Change:
    """One more row in the northbound database, like the first one found but for these values."""

    def change(state: Row) -> None:
        found = copy.deepcopy(recorded.northbound(state, section, **found_by))
        state["control"]["ovn_nb"][section].append({**found, **keys})

    return change


def another_logical_port(state: Row) -> None:
    port = copy.deepcopy(recorded.logical_port(state, VM1))
    recorded.northbound(state, "switches", name="neutron-e3b3ccb9-491b-4809-9373-315abe2f3817")["ports"].append(
        {**port, "name": NEW}
    )
    bindings = state["control"]["ovn_sb"]["port_bindings"]
    bindings.append({**copy.deepcopy(recorded.southbound(state, "port_bindings", name=VM1)), "name": NEW})


def plugged(port: str) -> Change:
    """The interface of vm2 on c2 is for this port, and vm2 is not meant to run."""

    def change(state: Row) -> None:
        bridge = recorded.row(state["nodes"]["c2"]["ovs"]["bridges"], name="br-int")
        found = copy.deepcopy(next(each for each in bridge["ports"] if each["name"] == "t-vm2"))
        found["name"] = found["interfaces"][0]["name"] = "t-more"
        found["interfaces"][0]["external_ids"] = {"iface-id": port}
        bridge["ports"].append(found)

    return change


def router_port(**keys: Any) -> Change:
    def change(state: Row) -> None:
        ports = [port for router in state["control"]["ovn_nb"]["routers"] for port in router["ports"]]
        recorded.row(ports, name=GATEWAY).update(keys)

    return change


def unregistered_candidate(state: Row) -> None:
    candidates = [{"chassis": "c9", "priority": 1}]
    row = next(each for each in state["control"]["ovn_nb"]["ha_chassis_groups"] if each["name"] == ROUTER)
    row["candidates"] += candidates


def distributed(state: Row) -> None:
    state["control"]["ovn_nb"]["settings"]["external_ids"]["neutron:fip-distributed"] = "True"


def other_hostname(state: Row) -> None:
    recorded.southbound(state, "chassis", name="c2")["hostname"] = "C2"
    recorded.neutron(state, "agents", id="c2")["host"] = "C2"
    state["nodes"]["c2"]["ovs"]["external_ids"]["hostname"] = "C2"


def left_agent(state: Row) -> None:
    agents = state["control"]["neutron"]["agents"]
    agents.append({**agents[0], "id": "c9", "host": "c9", "alive": False, "configuration": {"chassis_name": "c9"}})


REPAIRS: dict[str, tuple[Change, str | None, str]] = {
    "left logical port": (another_logical_port, None, f"ovn-nbctl lsp-del {NEW}"),
    "left interface": (plugged(NEW), "c2", "ovs-vsctl del-port br-int t-more"),
    "interface elsewhere": (plugged(VM1), "c2", "ovs-vsctl del-port br-int t-more"),
    "addresses": (
        lambda state: recorded.logical_port(state, VM1).update(addresses=["unknown"]),
        None,
        f"openstack port set {VM1} --name vm1- && openstack port set {VM1} --name vm1",
    ),
    "name of a network": (
        northbound("switches", {"name": f"neutron-{INT_NET}"}, external_ids={"neutron:network_name": "former"}),
        None,
        f"openstack network set {INT_NET} --name int-net- && openstack network set {INT_NET} --name int-net",
    ),
    "left network": (
        another("switches", {}, name=f"neutron-{NEW}", ports=[]),
        None,
        f"ovn-nbctl ls-del neutron-{NEW}",
    ),
    "left options": (
        another("dhcp_options", {}, uuid=NEW, external_ids={"subnet_id": NEW}),
        None,
        f"ovn-nbctl dhcp-options-del {NEW}",
    ),
    "left group": (
        another("port_groups", {}, name="pg_x", external_ids={"neutron:security_group_id": NEW}, ports=[]),
        None,
        "ovn-nbctl pg-del pg_x",
    ),
    "left ACL": (
        another("acls", {"port_group": GROUP}, uuid=NEW, match="ip4 && tcp", external_ids={}, direction="to-lport"),
        None,
        f"ovn-nbctl --type=port-group acl-del {GROUP} to-lport 1002 'ip4 && tcp'",
    ),
    "member missing": (
        northbound("port_groups", {"name": GROUP}, ports=[]),
        None,
        f"ovn-nbctl pg-set-ports {GROUP} {VM1} 8c700365-9c4e-447b-a67b-6fa0db74ca66 "
        "9036c03d-3495-4e91-a38c-55e6e38f62b8",
    ),
    "left member": (
        northbound("port_groups", {"name": "pg_b41f22da_867b_4649_b7c9_7f6faad27cd1"}, ports=[VM1]),
        None,
        "ovn-nbctl clear Port_Group pg_b41f22da_867b_4649_b7c9_7f6faad27cd1 ports",
    ),
    "left router": (
        another("routers", {}, name=f"neutron-{NEW}", ports=[]),
        None,
        f"ovn-nbctl lr-del neutron-{NEW}",
    ),
    "route missing": (
        northbound("routers", {"name": ROUTER}, routes=[]),
        None,
        f"ovn-nbctl lr-route-add {ROUTER} 0.0.0.0/0 203.0.113.1",
    ),
    "router that is disabled": (
        northbound("routers", {"name": ROUTER}, enabled=False),
        None,
        f"openstack router set --disable {ROUTER[8:]} && openstack router set --enable {ROUTER[8:]}",
    ),
    "left source NAT": (
        another("nats", {"type": "snat"}, uuid=NEW, logical_address="192.0.2.0/24"),
        None,
        f"ovn-nbctl lr-nat-del {ROUTER} snat 192.0.2.0/24",
    ),
    "floating IP to another address": (
        northbound("nats", {"type": "dnat_and_snat"}, logical_address="10.20.1.181"),
        None,
        f"openstack floating ip unset --port {FLOATING} && openstack floating ip set --port {VM1} {FLOATING}",
    ),
    "floating IP twice": (
        another("nats", {"type": "dnat_and_snat"}, uuid=NEW, logical_address="10.20.1.181"),
        None,
        f"ovn-nbctl remove Logical_Router {ROUTER} nat {NEW}",
    ),
    "distributed floating IP without MAC address": (
        distributed,
        None,
        f"openstack floating ip unset --port {FLOATING} && openstack floating ip set --port {VM1} {FLOATING}",
    ),
    "gateway chassis that is gone, of the port": (
        router_port(
            ha_chassis_group=None, gateway_chassis=[{"chassis": "c1", "priority": 2}, {"chassis": "c9", "priority": 1}]
        ),
        None,
        f"ovn-nbctl lrp-del-gateway-chassis {GATEWAY} c9",
    ),
    "gateway chassis that is gone, of the group": (
        unregistered_candidate,
        None,
        f"ovn-nbctl ha-chassis-group-remove-chassis {ROUTER} c9",
    ),
    "left group of chassis": (
        another("ha_chassis_groups", {}, name="neutron-x", external_ids={"neutron:router_id": NEW}),
        None,
        "ovn-nbctl ha-chassis-group-del neutron-x",
    ),
    "host name in another case": (
        other_hostname,
        "c2",
        "ovs-vsctl set Open_vSwitch . external_ids:hostname=c2",
    ),
    "left agent": (left_agent, None, "openstack network agent delete c9"),
    "missing rule": (
        lambda state: state["control"]["ovn_nb"]["acls"].remove(
            recorded.northbound(state, "acls", port_group=GROUP, direction="to-lport")
        ),
        None,
        SYNCHRONIZE,
    ),
}


@pytest.mark.parametrize("name", REPAIRS)
def test_repair_of_a_drift(name: str) -> None:
    change, node, repair = REPAIRS[name]
    state = recorded.document()
    change(state)
    found = [(row["node"], row["repair"]) for compared in compare(state) for row in compared.rows()]
    assert (node, repair) in found
