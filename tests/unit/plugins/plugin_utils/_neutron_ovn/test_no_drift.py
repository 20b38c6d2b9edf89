# SPDX-License-Identifier: GPL-3.0-or-later
"""What may differ between Neutron and OVN is no drift."""

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
NETWORK = "e3b3ccb9-491b-4809-9373-315abe2f3817"
SUBNET = "bc9f31a8-8b59-495a-b0d7-4f33da6d7106"
GROUP = "pg_b1154238_29f9_40ca_a748_91ad11983200"
NEW = "00000000-1111-2222-3333-444444444444"


def another_port(state: Row, neutron: Row, logical: Row, binding: Row) -> None:
    """One more port like that of vm1, with nothing plugged in."""
    ports = state["control"]["neutron"]["ports"]
    ports.append({**copy.deepcopy(recorded.neutron(state, "ports", id=VM1)), "id": NEW, "name": "new", **neutron})
    switch = recorded.northbound(state, "switches", name=f"neutron-{NETWORK}")
    row = {**copy.deepcopy(recorded.logical_port(state, VM1)), "name": NEW, **logical}
    switch["ports"].append(row)
    bindings = state["control"]["ovn_sb"]["port_bindings"]
    found = copy.deepcopy(recorded.southbound(state, "port_bindings", name=VM1))
    bindings.append({**found, "name": NEW, "chassis": None, "up": False, **binding})
    secured = row["port_security"]
    for group in state["control"]["ovn_nb"]["port_groups"]:
        if secured and group["name"] in ("neutron_pg_drop", GROUP):
            group["ports"].append(NEW)


def unbound(state: Row) -> None:
    port = {"host": None, "vif_type": "unbound", "status": "DOWN"}
    another_port(state, port, {"up": False, "options": {}}, {"requested_chassis": None})


def disabled(state: Row) -> None:
    recorded.neutron(state, "ports", id=VM1).update(admin_up=False, status="DOWN")
    recorded.logical_port(state, VM1).update(enabled=False, up=False)


def metadata(state: Row) -> None:
    """Neutron's port for metadata, one in each network and on each chassis, which nobody says is up."""
    port = {
        "device_owner": "network:distributed",
        "device_id": f"ovnmeta-{NETWORK}",
        "host": None,
        "vif_type": "unbound",
        "status": "DOWN",
        "security_groups": [],
        "port_security": False,
        "addresses": [{"subnet": SUBNET, "address": "10.20.1.2"}],
        "mac": "fa:16:3e:00:00:02",
    }
    logical = {
        "type": "localport",
        "up": False,
        "port_security": [],
        "addresses": ["fa:16:3e:00:00:02 10.20.1.2"],
        "dhcpv4_options": None,
        "options": {},
    }
    another_port(state, port, logical, {"type": "localport"})
    options = recorded.northbound(state, "dhcp_options", subnet="10.20.1.0/24")["options"]
    options["classless_static_route"] = "{169.254.169.254/32,10.20.1.2, 0.0.0.0/0,10.20.1.1}"


def without_port_security(state: Row) -> None:
    recorded.neutron(state, "ports", id=VM1).update(port_security=False, security_groups=[])
    port = recorded.logical_port(state, VM1)
    port.update(port_security=[], addresses=["fa:16:3e:b7:75:2a 10.20.1.172", "unknown"])
    for group in state["control"]["ovn_nb"]["port_groups"]:
        group["ports"] = [name for name in group["ports"] if name != VM1]


def stopped(state: Row) -> None:
    """Nova stopped the server, and took its interface away."""
    server(state, "SHUTOFF")
    recorded.neutron(state, "ports", id=VM1)["status"] = "DOWN"
    recorded.logical_port(state, VM1)["up"] = False
    recorded.southbound(state, "port_bindings", name=VM1).update(chassis=None, up=False)
    recorded.interface(state, VM1)["external_ids"].clear()


def server(state: Row, status: str) -> None:
    row = {"id": "00000000-0000-0000-0000-000000000000", "name": "vm1", "status": status, "host": "c1", "ports": [VM1]}
    state["control"]["neutron"]["servers"] = [row]


def deleted(state: Row) -> None:
    """Nova is deleting the server; the port is gone from OVN already."""
    server(state, "DELETED")
    switch = recorded.northbound(state, "switches", name=f"neutron-{NETWORK}")
    switch["ports"].remove(recorded.logical_port(state, VM1))
    bindings = state["control"]["ovn_sb"]["port_bindings"]
    bindings.remove(recorded.southbound(state, "port_bindings", name=VM1))
    recorded.interface(state, VM1)["external_ids"].clear()
    for group in state["control"]["ovn_nb"]["port_groups"]:
        group["ports"] = [name for name in group["ports"] if name != VM1]


def shared(state: Row) -> None:
    recorded.neutron(state, "networks", id=NETWORK).update(shared=True, project="other")
    recorded.neutron(state, "ports", id=VM1)["project"] = "other"


def address_pairs(state: Row) -> None:
    pairs = [
        {"mac": "fa:16:3e:b7:75:2a", "address": "192.0.2.1"},
        {"mac": "00:00:5e:00:01:01", "address": "192.0.2.2"},
    ]
    recorded.neutron(state, "ports", id=VM1)["allowed_address_pairs"] = pairs
    recorded.logical_port(state, VM1).update(
        addresses=["00:00:5e:00:01:01", "fa:16:3e:b7:75:2a 10.20.1.172"],
        port_security=[
            "VRRPv3 fa:16:3e:b7:75:2a 00:00:5e:00:01:01 192.0.2.2",
            "00:00:5e:00:01:01 192.0.2.2",
            "fa:16:3e:b7:75:2a 192.0.2.1 10.20.1.172",
        ],
    )


def unassociated(state: Row) -> None:
    addresses = state["control"]["neutron"]["floating_ips"]
    addresses.append({**addresses[0], "id": NEW, "port": None, "fixed_address": None, "router": None, "status": "DOWN"})


def distributed(state: Row) -> None:
    state["control"]["ovn_nb"]["settings"]["external_ids"]["neutron:fip-distributed"] = "True"
    recorded.northbound(state, "nats", type="dnat_and_snat")["external_mac"] = "fa:16:3e:7b:95:ce"


def source_nat_of_each_subnet(state: Row) -> None:
    nats = state["control"]["ovn_nb"]["nats"]
    nat = recorded.northbound(state, "nats", type="snat")
    nats.append({**nat, "uuid": NEW, "logical_address": "10.20.2.0/24"})
    nat["logical_address"] = "10.20.1.0/24"


def gateway_chassis_of_the_port(state: Row) -> None:
    """As Neutron did before it made groups."""
    for router in state["control"]["ovn_nb"]["routers"]:
        for port in router["ports"]:
            port["ha_chassis_group"] = None
    state["control"]["ovn_nb"]["ha_chassis_groups"].clear()


def logging(state: Row) -> None:
    acls = state["control"]["ovn_nb"]["acls"]
    drop = copy.deepcopy(recorded.northbound(state, "acls", port_group="neutron_pg_drop"))
    acls.append({**drop, "port_group": GROUP, "priority": 1001, "log": True, "uuid": NEW})


def written_in_another_way(state: Row) -> None:
    acl = next(row for row in state["control"]["ovn_nb"]["acls"] if "tcp.dst" in row["match"])
    acl["match"] = f"tcp.dst >= 22 && tcp.dst<=22 && tcp && ip4 && outport == @{GROUP}"


def migrating(state: Row) -> None:
    recorded.logical_port(state, VM1)["options"]["requested-chassis"] = "c1,c2"
    recorded.southbound(state, "port_bindings", name=VM1)["additional_chassis"] = ["c2"]


def somebody_elses(state: Row) -> None:
    northbound = state["control"]["ovn_nb"]
    switch = {**copy.deepcopy(northbound["switches"][0]), "name": "mine", "ports": [], "external_ids": {}}
    northbound["switches"].append(switch)
    northbound["port_groups"].append({"name": "mine", "uuid": NEW, "ports": [], "external_ids": {}})
    northbound["dhcp_options"].append({"uuid": NEW, "subnet": "192.0.2.0/24", "options": {}, "external_ids": {}})


MAY_BE: dict[str, Change] = {
    function.__name__: function
    for function in (
        unbound,
        disabled,
        metadata,
        without_port_security,
        stopped,
        deleted,
        shared,
        address_pairs,
        unassociated,
        distributed,
        source_nat_of_each_subnet,
        gateway_chassis_of_the_port,
        logging,
        written_in_another_way,
        migrating,
        somebody_elses,
    )
}


@pytest.mark.parametrize("name", MAY_BE)
def test_what_may_be_is_no_drift(name: str) -> None:
    state: dict[str, Any] = recorded.document()
    MAY_BE[name](state)
    assert [row for compared in compare(state) for row in compared.rows()] == []
