# SPDX-License-Identifier: GPL-3.0-or-later
"""Both databases of a real OVN, read by this collection and by OVN's own commands."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import (
    _ovn_acl_list,
    _ovn_lflow_list,
    _ovn_nat_list,
    _ovn_nbctl_show,
    _ovn_route_list,
    _ovn_sbctl_show,
)
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ovsdb import OvsdbError
from ansible_collections.packetwalk.labs.plugins.module_utils._probing import _ovn_northbound, _ovn_southbound
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._ovsdb_client import OvsdbClient

sys.path.insert(0, str(Path(__file__).parent))
import ovn_daemons  # noqa: E402
import ovn_topology  # noqa: E402

pytestmark = pytest.mark.skipif(bool(ovn_daemons.missing()), reason=ovn_daemons.missing() or "all is there")

Row = dict[str, Any]
ALL_FLOWS = ("pipeline", "table", "stage", "priority", "match", "actions")


@pytest.fixture(scope="module")
def ovn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ovn_daemons.Daemons]:
    with ovn_daemons.ovn(tmp_path_factory.mktemp("ovn")) as started:
        ovn_topology.build(started)
        yield started


def northbound(ovn: ovn_daemons.Daemons, *names: str, parts: tuple[str, ...] = _ovn_northbound.PARTS) -> Row:
    with OvsdbClient(ovn.environment["OVN_NB_DB"], _ovn_northbound.DATABASE) as client:
        return _ovn_northbound.read(client, parts, names)


def southbound(ovn: ovn_daemons.Daemons, *names: str, parts: tuple[str, ...] = _ovn_southbound.PARTS) -> Row:
    with OvsdbClient(ovn.environment["OVN_SB_DB"], _ovn_southbound.DATABASE) as client:
        return _ovn_southbound.read(client, parts, names)


def named(rows: list[Row], name: str) -> Row:
    (row,) = [row for row in rows if row["name"] == name]
    return row


def picked(row: Row, *keys: str) -> Row:
    return {key: row[key] for key in keys}


# ----- as OVN's own commands tell it


def test_the_topology_is_what_ovn_nbctl_shows(ovn: ovn_daemons.Daemons) -> None:
    shown = _ovn_nbctl_show.parse_show(ovn.run("ovn-nbctl", "show"))
    read = northbound(ovn)

    def switch(row: Row, router_port: Callable[[Row], Any]) -> Row:
        ports = {
            # It does not show that a port to a router has the address "router".
            port["name"]: (port["type"], sorted({*port["addresses"]} - {"router"}), router_port(port))
            for port in row["ports"]
        }
        return {**picked(row, "name", "uuid"), "ports": ports}

    def router(row: Row) -> Row:
        ports = {port["name"]: (port["mac"].lower(), sorted(port["networks"])) for port in row["ports"]}
        return {**picked(row, "name", "uuid"), "ports": ports}

    assert [switch(row, lambda port: port["options"].get("router-port")) for row in read["switches"]] == sorted(
        (switch(row, lambda port: port["router_port"]) for row in shown["switches"]), key=lambda row: row["name"]
    )
    assert [router(row) for row in read["routers"]] == sorted(
        (router(row) for row in shown["routers"]), key=lambda row: row["name"]
    )


def test_nats_and_routes_are_what_ovn_nbctl_lists(ovn: ovn_daemons.Daemons) -> None:
    read = northbound(ovn)
    listed = _ovn_nat_list.parse_list(ovn.run("ovn-nbctl", "lr-nat-list", "lr0"))
    names = {
        "type": "type",
        "external_ip": "external_address",
        "logical_ip": "logical_address",
        "external_mac": "external_mac",
        "logical_port": "logical_port",
    }
    assert [{key: row[name] for key, name in names.items()} for row in read["nats"]] == [
        picked(row, *names) for row in sorted(listed, key=lambda row: row["type"])
    ]
    assert {row["router"] for row in read["nats"]} == {"lr0"}

    routes = _ovn_route_list.parse_list(ovn.run("ovn-nbctl", "lr-route-list", "lr0"))
    assert {
        (row["destination"], row["next_hop"], row["policy"] or "dst-ip", row["port"], row["table"])
        for row in named(read["routers"], "lr0")["routes"]
    } == {(row["ip_prefix"], row["nexthop"], row["policy"], row["output_port"], row["route_table"]) for row in routes}


def test_acls_come_in_the_order_that_ovn_nbctl_lists_them(ovn: ovn_daemons.Daemons) -> None:
    keys = ("direction", "priority", "match", "action", "log", "severity", "name")
    read = northbound(ovn)["acls"]
    for kind, owner, options in (("switch", "sw0", []), ("port_group", "pg_web", ["--type=port-group"])):
        listed = _ovn_acl_list.parse_list(ovn.run("ovn-nbctl", *options, "acl-list", owner))
        found = [acl for acl in read if acl[kind] == owner]
        assert [picked(acl, *keys) for acl in found] == [picked(acl, *keys) for acl in listed]
        assert len(found) == (3 if kind == "switch" else 1)


def flow_keys(flows: list[Row]) -> list[tuple[Any, ...]]:
    return sorted((flow["datapath"], *(flow[key] for key in ALL_FLOWS), flow["uuid"][:8]) for flow in flows)


def test_logical_flows_are_what_ovn_sbctl_lists_shared_ones_too(ovn: ovn_daemons.Daemons) -> None:
    listed = _ovn_lflow_list.parse_list(ovn.run("ovn-sbctl", "--uuid", "lflow-list"))
    read = southbound(ovn, parts=("flows",))["logical_flows"]
    assert len(read) > 500
    assert flow_keys(read) == flow_keys(listed)
    assert {flow["cookie"] for flow in read} == {int(flow["uuid"][:8], 16) for flow in listed}
    assert len({flow["uuid"] for flow in read}) < len(read), "no flow is shared by several datapaths"


@pytest.mark.parametrize("datapath", ["sw0", "lr0", "gw1"])
def test_logical_flows_of_one_datapath_are_what_ovn_sbctl_lists(ovn: ovn_daemons.Daemons, datapath: str) -> None:
    listed = _ovn_lflow_list.parse_list(ovn.run("ovn-sbctl", "--uuid", "lflow-list", datapath))
    read = southbound(ovn, datapath, parts=("flows",))
    assert flow_keys(read["logical_flows"]) == flow_keys(listed)
    assert [row["name"] for row in read["datapaths"]] == [datapath]
    stages = [(flow["pipeline"] == "ingress", flow["table"]) for flow in read["logical_flows"]]
    assert stages == sorted(stages, key=lambda stage: (not stage[0], stage[1]))


def test_chassis_and_what_is_bound_there_are_what_ovn_sbctl_shows(ovn: ovn_daemons.Daemons) -> None:
    read = southbound(ovn)
    bound = {row["name"]: [] for row in read["chassis"]}
    for binding in read["port_bindings"]:
        if binding["chassis"]:
            bound[binding["chassis"]].append(binding["name"])
    shown = _ovn_sbctl_show.parse_show(ovn.run("ovn-sbctl", "show"))
    assert bound == {row["name"]: sorted(row["port_bindings"]) for row in shown}
    assert {
        row["name"]: [(one["type"], one["address"]) for one in row["encapsulations"]] for row in read["chassis"]
    } == {row["name"]: sorted((one["type"], one["ip"]) for one in row["encaps"]) for row in shown}


# ----- what no command tells in one place


def test_what_was_asked_for(ovn: ovn_daemons.Daemons) -> None:
    read = northbound(ovn)
    vm1, nested = (named(named(read["switches"], "sw0")["ports"], name) for name in ("vm1", "nested"))
    assert vm1["port_security"] == ["50:54:00:00:00:01 10.10.10.5"] and vm1["enabled"]
    assert (nested["parent"], nested["tag"], nested["enabled"]) == ("vm1", 42, False)
    assert named(named(read["switches"], "sw0")["ports"], "vm2")["dynamic_addresses"].endswith(" 10.10.10.2")
    router, gateway_router = named(read["routers"], "lr0"), named(read["routers"], "gw1")
    assert (router["chassis"], gateway_router["chassis"]) == (None, "chassis2")
    assert [(row["priority"], row["action"], row["next_hops"]) for row in router["policies"]] == [
        (200, "drop", []),
        (100, "reroute", ["172.24.4.2"]),
    ]
    assert named(router["ports"], "lr0-ext")["gateway_chassis"] == [
        {"chassis": "chassis1", "priority": 20},
        {"chassis": "chassis2", "priority": 10},
        {"chassis": "ghost", "priority": 5},
    ]
    of_group = named(router["ports"], "lr0-sw1")
    assert of_group["ha_chassis_group"] == "pair"
    assert [row["chassis"] for row in of_group["gateway_chassis"]] == ["chassis2", "chassis1"]
    assert named(router["ports"], "lr0-sw0")["mac"] == "00:00:00:00:ff:01"


def test_what_is_used_by_others_says_by_whom(ovn: ovn_daemons.Daemons) -> None:
    read = northbound(ovn)
    assert [(row["name"], row["switches"], row["routers"]) for row in read["load_balancers"]] == [
        ("lb0", ["sw0"], ["lr0"]),
        ("lb1", ["sw1"], []),
        ("unused", [], []),
    ]
    assert [picked(row, "name", "ports") for row in read["port_groups"]] == [
        {"name": "pg_none", "ports": []},
        {"name": "pg_web", "ports": ["vm1", "vm3"]},
    ]
    assert [(row["records"], row["switches"]) for row in read["dns"]] == [({"host.example": "10.10.10.5"}, ["sw0"])]
    used, unused = read["dhcp_options"]
    assert named(named(read["switches"], "sw0")["ports"], "vm1")["dhcpv4_options"] == used["uuid"]
    assert (used["subnet"], used["options"], unused["subnet"]) == (
        "10.10.10.0/24",
        {"router": "10.10.10.1"},
        "10.10.30.0/24",
    )
    assert read["address_sets"][0]["addresses"] == ["10.10.10.0/24", "10.10.20.0/24"]


def test_who_has_the_gateway(ovn: ovn_daemons.Daemons) -> None:
    ext, sw1 = southbound(ovn, parts=("gateways",))["gateways"]
    assert picked(ext, "name", "router", "router_port", "chassis") == {
        "name": "cr-lr0-ext",
        "router": "lr0",
        "router_port": "lr0-ext",
        "chassis": "chassis1",
    }
    assert ext["candidates"] == [
        {"chassis": "chassis1", "priority": 20, "exists": True},
        {"chassis": "chassis2", "priority": 10, "exists": True},
        {"chassis": "ghost", "priority": 5, "exists": False},
    ]
    assert (sw1["router_port"], sw1["chassis"]) == ("lr0-sw1", None)


def test_chassis_say_what_they_are_for(ovn: ovn_daemons.Daemons) -> None:
    one, two = southbound(ovn, parts=("chassis",))["chassis"]
    assert one["bridge_mappings"] == {"extnet": "br-ex", "other": "br-other"} and two["bridge_mappings"] == {}
    assert (one["can_be_gateway"], two["can_be_gateway"]) == (True, False)
    assert (one["hostname"], one["nb_cfg"], one["nb_cfg_timestamp_milliseconds"]) == ("one.example", 3, 1795271371543)
    assert two["nb_cfg"] is None


def test_bindings_and_datapaths_have_names_for_identifiers(ovn: ovn_daemons.Daemons) -> None:
    read = southbound(ovn, parts=("bindings",))
    vm1 = named(read["port_bindings"], "vm1")
    assert picked(vm1, "datapath", "type", "chassis", "up") == {
        "datapath": "sw0",
        "type": "",
        "chassis": "chassis1",
        "up": True,
    }
    assert [(row["name"], row["kind"]) for row in read["datapaths"]] == [
        ("ext", "switch"),
        ("gw1", "router"),
        ("lr0", "router"),
        ("sw0", "switch"),
        ("sw1", "switch"),
    ]
    assert {row["logical_uuid"] for row in read["datapaths"]} == {
        row["uuid"] for key in ("switches", "routers") for row in northbound(ovn)[key]
    }


def test_mac_bindings_learned_and_told(ovn: ovn_daemons.Daemons) -> None:
    learned, told = southbound(ovn, parts=("mac_bindings",))["mac_bindings"]
    assert learned == {
        "datapath": "lr0",
        "logical_port": "lr0-ext",
        "address": "172.24.4.1",
        "mac": "02:42:ac:18:04:01",
        "static": False,
        "timestamp_milliseconds": 1795271371543,
    }
    assert (told["logical_port"], told["static"], told["timestamp_milliseconds"]) == ("lr0-sw1", True, None)


def test_the_lag_ends_when_northd_is_done(ovn: ovn_daemons.Daemons) -> None:
    with OvsdbClient(ovn.environment["OVN_NB_DB"], _ovn_northbound.DATABASE) as client:
        read = _ovn_northbound.lag(client)
    assert read["sb_cfg"] == read["nb_cfg"] > 0
    assert read["sb_cfg_timestamp_milliseconds"] >= read["nb_cfg_timestamp_milliseconds"] > 0
    assert read["northd_version"] in ovn.run("ovn-northd", "--version") or read["northd_version"][0].isdigit()


# ----- only what was asked for


def test_only_the_named_datapaths_and_what_they_use(ovn: ovn_daemons.Daemons) -> None:
    whole, read = northbound(ovn), northbound(ovn, "sw0", "gw1")
    assert read["switches"] == [named(whole["switches"], "sw0")]
    assert read["routers"] == [named(whole["routers"], "gw1")]
    assert read["acls"] == [acl for acl in whole["acls"] if acl["switch"] == "sw0" or acl["port_group"] == "pg_web"]
    assert read["nats"] == []
    assert [row["name"] for row in read["load_balancers"]] == ["lb0"]
    assert [row["name"] for row in read["port_groups"]] == ["pg_web"]
    assert [row["subnet"] for row in read["dhcp_options"]] == ["10.10.10.0/24"]
    assert northbound(ovn, "sw1")["load_balancers"] == [{**named(whole["load_balancers"], "lb1"), "switches": ["sw1"]}]
    assert northbound(ovn, "lr0")["routers"] == [named(whole["routers"], "lr0")]
    assert northbound(ovn, "lr0")["nats"] == whole["nats"]


def test_only_bindings_of_the_named_datapaths(ovn: ovn_daemons.Daemons) -> None:
    parts = ("bindings", "gateways", "mac_bindings")
    whole, read = southbound(ovn, parts=parts), southbound(ovn, "lr0", parts=parts)
    assert read["port_bindings"] == [row for row in whole["port_bindings"] if row["datapath"] == "lr0"]
    assert read["gateways"] == whole["gateways"] and read["mac_bindings"] == whole["mac_bindings"]
    assert southbound(ovn, "sw0", parts=parts)["gateways"] == []


def test_only_the_parts_that_were_asked_for(ovn: ovn_daemons.Daemons) -> None:
    assert set(northbound(ovn, parts=("nats",))) == {"nats"}
    assert set(southbound(ovn, parts=("chassis",))) == {"chassis"}


def test_a_name_that_there_is_not_is_said(ovn: ovn_daemons.Daemons) -> None:
    with pytest.raises(OvsdbError, match="^there is no logical switch and no logical router nowhere$"):
        northbound(ovn, "sw0", "nowhere")
    with pytest.raises(OvsdbError, match="^there is no datapath nowhere$"):
        southbound(ovn, "nowhere")
