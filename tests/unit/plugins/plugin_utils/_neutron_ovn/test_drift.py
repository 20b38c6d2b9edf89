# SPDX-License-Identifier: GPL-3.0-or-later
"""The recorded cloud has no drift, and whatever is changed in one of its rows is found."""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.plugin_utils._neutron_ovn._subjects import compare

sys.path.append(str(Path(__file__).parent))
import recorded_cloud as recorded  # noqa: E402
from recorded_cloud import Row, document  # noqa: E402

Change = Callable[[Row], None]

UUID = "00000000-1111-2222-3333-444444444444"
ROUTE = {"destination": "192.0.2.0/24", "next_hop": "10.20.1.9"}

# Part and list of the state to the keys that agreement depends on, and what they are changed to: another value, or what
# makes one of the recorded value.
ROWS: dict[tuple[str, str], dict[str, Any]] = {
    ("neutron", "networks"): {"id": UUID, "name": "other", "network_type": "local", "mtu_bytes": 9000, "revision": 0},
    ("neutron", "subnets"): {"id": UUID, "dhcp": lambda dhcp: not dhcp, "gateway": "192.0.2.1"},
    ("neutron", "ports"): {
        "id": UUID,
        "network": UUID,
        "mac": "fa:16:3e:00:00:01",
        "addresses": lambda rows: [{**row, "address": "192.0.2.9"} for row in rows],
        "status": "DOWN",
        "revision": 99,
    },
    ("neutron", "routers"): {
        "id": UUID,
        "name": "other",
        "external_addresses": [],
        "snat": False,
        "admin_up": False,
        "routes": [ROUTE],
        "revision": 0,
    },
    ("neutron", "floating_ips"): {
        "id": UUID,
        "address": "203.0.113.91",
        "port": UUID,
        "fixed_address": "10.20.1.9",
        "router": UUID,
        "revision": 0,
    },
    ("neutron", "security_groups"): {"id": UUID, "stateful": False, "rules": lambda rows: rows[1:]},
    ("neutron", "agents"): {
        "host": "other",
        "alive": False,
        "admin_up": False,
        "type": "OVN Controller agent",
        "configuration": {"chassis_name": "other"},
    },
    ("ovn_nb", "switches"): {
        "name": f"neutron-{UUID}",
        "ports": lambda rows: rows[1:],
        "external_ids": lambda ids: {**ids, "neutron:mtu": "1400"},
    },
    ("ovn_nb", "routers"): {
        "name": f"neutron-{UUID}",
        "enabled": False,
        "ports": lambda rows: rows[1:],
        "routes": [],
        "external_ids": lambda ids: {**ids, "neutron:router_name": "other"},
    },
    ("ovn_nb", "nats"): {
        "router": f"neutron-{UUID}",
        "type": "dnat",
        "external_address": "203.0.113.91",
        "logical_address": "10.20.1.9",
    },
    ("ovn_nb", "acls"): {
        "port_group": "neutron_pg_other",
        "direction": "other",
        "priority": 1,
        "match": "ip4 && tcp.dst == 23",
        "action": "allow",
    },
    ("ovn_nb", "port_groups"): {"name": "other", "ports": [UUID]},
    ("ovn_nb", "dhcp_options"): {
        "subnet": "192.0.2.0/24",
        "options": lambda options: {**options, "mtu": "1400"},
        "external_ids": {"subnet_id": UUID},
    },
    ("ovn_nb", "ha_chassis_groups"): {"candidates": [], "external_ids": {"neutron:router_id": UUID}},
    ("ovn_sb", "chassis"): {"name": "other", "hostname": "other", "bridge_mappings": {}},
    ("ovn_sb", "datapaths"): {"name": "other"},
    ("ovn_sb", "port_bindings"): {"name": UUID},
}
# The same of rows in rows.
INNER: dict[tuple[str, str, str], dict[str, Any]] = {
    ("neutron", "security_groups", "rules"): {
        "id": UUID,
        "direction": lambda direction: "egress" if direction == "ingress" else "ingress",
        "ether_type": lambda version: "IPv6" if version == "IPv4" else "IPv4",
        "protocol": "udp",
        "remote_address": "192.0.2.0/24",
        "remote_group": UUID,
    },
    ("ovn_nb", "switches", "ports"): {"name": f"{UUID}-1", "type": "other"},
    ("ovn_nb", "routers", "ports"): {
        "name": f"lrp-{UUID}",
        "mac": "fa:16:3e:00:00:01",
        "networks": ["192.0.2.1/24"],
        "enabled": False,
    },
    ("ovn_nb", "routers", "routes"): ROUTE,
}
# Where a change says nothing.
SILENT = {
    # The port of a floating IP is not in OVN.
    ("ports", "cfdac660-b026-44ed-9a22-45aa281fe784"): {
        "id",
        "network",
        "mac",
        "addresses",
        "status",
        "revision",
        None,
    },
    # No DHCP, so no options; its gateway is the router's next hop.
    ("subnets", "d1be812b-3e30-4de8-87b5-2a8d15e2299b"): {"id", None},
    # Without the identifier it is still the ACL that the rule needs.
    ("rules", "*"): {"id"},
    # A router's port names its group, so that it cannot go alone; those of networks are for ports outside of OVN.
    ("ha_chassis_groups", "*"): {None},
}


def drifts(state: Row) -> list[Row]:
    return [row for compared in compare(state) for row in compared.rows()]


def changes() -> Iterator[Any]:
    """Where a row is, its key, and what that is changed to; without a key the row goes."""
    state = document()["control"]
    for (part, section), others in ROWS.items():
        for number, row in enumerate(state[part][section]):
            yield from _of_row((part, section, number, None, 0), section, row, others)
    for (part, section, inner), others in INNER.items():
        for number, outer in enumerate(state[part][section]):
            for place, row in enumerate(outer[inner]):
                yield from _of_row((part, section, number, inner, place), inner, row, others)


def _of_row(place: tuple[Any, ...], section: str, row: Row, others: dict[str, Any]) -> Iterator[Any]:
    silent = SILENT.get((section, row.get("id", "")), set()) | SILENT.get((section, "*"), set())
    for key, other in {**others, None: None}.items():
        value = other(row[key]) if callable(other) else other
        if key not in silent and (key is None or value != row[key]):
            names = (place[0], section, row.get("name") or row.get("id") or str(place[2]), key or "gone")
            yield pytest.param(place, key, value, id="-".join(map(str, names)))


def instance_changes() -> Iterator[Any]:
    """What is changed of an instance's port, in the words of each layer."""
    port = "06f528e3-300b-4271-b5fc-a6b25a551fbe"

    def neutron(**keys: Any) -> Change:
        return lambda state: recorded.neutron(state, "ports", id=port).update(keys)

    def logical(**keys: Any) -> Change:
        return lambda state: recorded.logical_port(state, port).update(keys)

    def binding(**keys: Any) -> Change:
        return lambda state: recorded.southbound(state, "port_bindings", name=port).update(keys)

    def interface(**keys: Any) -> Change:
        return lambda state: recorded.interface(state, port).update(keys)

    faults: dict[str, tuple[Change, str]] = {
        "Neutron has it down": (neutron(status="DOWN"), "neutron"),
        "Neutron has it elsewhere": (neutron(host="c2"), "northbound"),
        "Neutron has another owner": (neutron(device_owner="network:dhcp"), "northbound"),
        "Neutron has it without port security": (neutron(port_security=False), "northbound"),
        "Neutron has it in no group": (neutron(security_groups=[]), "northbound"),
        "Neutron allows another address": (
            neutron(allowed_address_pairs=[{"mac": "fa:16:3e:b7:75:2a", "address": "192.0.2.1"}]),
            "northbound",
        ),
        "Neutron allows another MAC address": (
            neutron(allowed_address_pairs=[{"mac": "00:00:5e:00:01:01", "address": "192.0.2.1"}]),
            "northbound",
        ),
        "it is disabled": (logical(enabled=False), "northbound"),
        "it is not up": (logical(up=False), "northbound"),
        "it has another address": (logical(addresses=["fa:16:3e:b7:75:2a 10.20.1.173"]), "northbound"),
        "it may have any address": (logical(addresses=["fa:16:3e:b7:75:2a 10.20.1.172", "unknown"]), "northbound"),
        "it may send from everything": (logical(port_security=[]), "northbound"),
        "it has another chassis": (logical(options={"requested-chassis": "c2"}), "northbound"),
        "it has no chassis": (logical(options={}), "northbound"),
        "it is not answered": (logical(dhcpv4_options=None), "northbound"),
        "it has another type": (logical(type="localport"), "northbound"),
        "it is bound elsewhere": (binding(chassis="c2"), "southbound"),
        "it is not bound": (binding(chassis=None), "southbound"),
        "its binding is not up": (binding(up=False), "southbound"),
        "its binding is of another network": (binding(datapath="other"), "southbound"),
        "it has no number": (interface(number=-1), "switch"),
        "it has an error": (interface(error="could not open network device"), "switch"),
        "nothing is plugged": (interface(external_ids={}), "switch"),
    }
    for name, (change, layer) in faults.items():
        yield pytest.param(change, layer, id=name.replace(" ", "-"))


def test_healthy_cloud_has_no_drift() -> None:
    compared = compare(document())
    assert [row for each in compared for row in each.rows()] == []
    assert [each.unknown for each in compared if each.unknown] == []
    assert {"port", "network", "subnet", "router", "router port", "gateway", "floating_ip", "security_group"} <= {
        each.kind for each in compared
    }


@pytest.mark.parametrize(("place", "key", "value"), list(changes()))
def test_every_changed_row_is_found(place: tuple[Any, ...], key: str | None, value: Any) -> None:
    state = document()
    part, section, number, inner, inner_number = place
    rows = state["control"][part][section]
    if inner:
        rows, number = rows[number][inner], inner_number
    if key is None:
        del rows[number]
    else:
        rows[number][key] = copy.deepcopy(value)
    assert drifts(state)


@pytest.mark.parametrize(("change", "layer"), list(instance_changes()))
def test_port_of_an_instance_is_compared_at_each_layer(change: Change, layer: str) -> None:
    state = document()
    change(state)
    assert layer in {row["layer"] for row in drifts(state)}


@pytest.mark.parametrize("database", ["ovn_nb", "neutron"])
def test_drift_has_a_repair_or_the_reason_why_not(database: str) -> None:
    state = document()
    for rows in state["control"][database].values():
        if isinstance(rows, list):
            rows.clear()
    found = drifts(state)
    assert len(found) > 10
    assert [row for row in found if not row["repair"] and not row["repair_reason"]] == []
