# SPDX-License-Identifier: GPL-3.0-or-later
"""Names for identifiers, on listings of a real cloud and on those of the OVN articles."""

from __future__ import annotations

import copy
import functools
import json
import re
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._naming import _neutron_flow, _neutron_trace
from ansible_collections.packetwalk.labs.plugins.module_utils._naming._neutron_names import (
    AmbiguousObject,
    Names,
    UnknownObject,
)

Row = dict[str, Any]

RECORDINGS = Path(__file__).parents[5] / "tests" / "recordings"
IDENTIFIER = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-|[0-9a-f]{8}_[0-9a-f]{4}_")
VM1, VM2 = "06f528e3-300b-4271-b5fc-a6b25a551fbe", "8c700365-9c4e-447b-a67b-6fa0db74ca66"
DEFAULT_GROUP = "b41f22da-867b-4649-b7c9-7f6faad27cd1"


@functools.lru_cache(maxsize=1)
def _recorded() -> Row:
    control: Row = json.loads((RECORDINGS / "neutron-ovn" / "state.json").read_text())["control"]
    return control


@pytest.fixture
def control() -> Row:
    return copy.deepcopy(_recorded())


@pytest.fixture
def unread(control: Row) -> Row:
    """Neutron did not answer."""
    return {**control, "neutron": None, "neutron_reason": "no route to host"}


def listing(name: str) -> str:
    return (RECORDINGS / "ovn" / f"{name}.txt").read_text()


def server(control: Row, name: str, *ports: str) -> None:
    """Nova gives ports to a server, and no names."""
    neutron = control["neutron"]
    identifier = f"00000000-0000-4000-8000-{len(neutron['servers'] or []):012}"
    neutron["servers"] = [*(neutron["servers"] or []), {"id": identifier, "name": name}]
    for row in neutron["ports"]:
        if row["id"] in ports:
            row.update(device_id=identifier, name="")


def test_the_logical_network(control: Row) -> None:
    printed = Names(control).named(listing("neutron.ovn-nbctl-show"))
    lines = [line.strip() for line in printed.splitlines()]
    assert [line for line in lines if line.startswith(("switch", "router ", "port", "router-port"))] == [
        "switch ext-net",
        "port ext-net-router1",
        "router-port: router1-ext-net",
        "port provnet-ext-net",
        "switch int-net",
        "port vm2",
        "port int-net-router1",
        "router-port: router1-int-net",
        "port vm1",
        "switch int-net2",
        "port vm3",
        "port int-net2-router1",
        "router-port: router1-int-net2",
        "router router1",
        "port router1-int-net",
        "port router1-ext-net",
        "port router1-int-net2",
    ]
    # A floating IP is called by its address; the row of SNAT is nothing of Neutron's.
    assert [line for line in lines if line.startswith("nat")] == [
        "nat 4aa9f665-5b66-4d31-9a00-681359cb4248",
        "nat 203.0.113.90",
    ]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("neutron.acl-list", "  to-lport  1002 (outport == @default && ip4 && ip4.src == $default_ip4) allow-related"),
        ("neutron.ovn-sbctl-show", "    Port_Binding cr-router1-ext-net"),
        ("neutron.lflow-list", 'Datapath: "router1"  Pipeline: ingress'),
    ],
)
def test_listings_have_no_identifier_left(control: Row, name: str, line: str) -> None:
    printed = Names(control).named(listing(name))
    assert line in printed.splitlines()
    assert not IDENTIFIER.search(printed)


def test_what_ovn_trace_leaves_of_an_identifier(control: Row) -> None:
    server(control, "web", VM1)
    names = Names(control)
    assert names.named('output("provnet-e1f8a0");') == 'output("provnet-ext-net");'
    assert names.named('ingress(dp="int-net", inport="06f528")') == 'ingress(dp="int-net", inport="web")'
    assert names.named("06f528") == "web"
    # Not between quotes it may be anything.
    assert names.named("uuid 06f528e3, 06f528") == "uuid 06f528e3, 06f528"


def test_a_short_form_of_two_objects_is_left(control: Row) -> None:
    twin = {
        **control["neutron"]["ports"][0],
        "id": f"{VM1[:6]}00-0000-4000-8000-000000000000",
        "device_owner": "compute:nova",
    }
    control["neutron"]["ports"].append({**twin, "device_id": "other", "name": "twin"})
    assert Names(control).named('inport="06f528"') == 'inport="06f528"'


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("ovnmeta-e3b3ccb9-491b-4809-9373-315abe2f3817", "ovnmeta-int-net"),
        ("/var/ce3b3ccb9-491b-4809-9373-315abe2f3817", "/var/ce3b3ccb9-491b-4809-9373-315abe2f3817"),
        ("neutron-00000000-0000-4000-8000-000000000000", "neutron-00000000-0000-4000-8000-000000000000"),
        ("$as_ip4_b41f22da_867b_4649_b7c9_7f6faad27cd1", "$as_ip4_default"),
        ("vm1 (vm1)", "vm1 (vm1)"),
        ("", ""),
    ],
)
def test_texts(control: Row, text: str, named: str) -> None:
    assert Names(control).named(text) == named


@pytest.mark.parametrize(
    ("owner", "device", "name"),
    [
        ("network:distributed", "ovnmeta-1", "distributed-int-net"),
        ("compute:nova", "of a server that Nova did not tell", "nova-int-net"),
        ("", "", "06f528"),
    ],
)
def test_ports_that_nobody_named(control: Row, owner: str, device: str, name: str) -> None:
    port = next(row for row in control["neutron"]["ports"] if row["id"] == VM1)
    port.update(name="", device_owner=owner, device_id=device)
    assert Names(control).named(VM1) == name


def test_data(control: Row) -> None:
    given = {"ports": [VM1, VM2], VM1: {"up": True}, "count": 2, "nothing": None}
    assert Names(control).named(given) == {"ports": ["vm1", "vm2"], "vm1": {"up": True}, "count": 2, "nothing": None}


def test_a_chassis_is_called_by_its_host(control: Row) -> None:
    control["ovn_sb"]["chassis"][0].update(name="07e20ac2-4f66-41d4-b8c6-a5b6ae80921b", hostname="controller")
    printed = Names(control).named('Chassis "07e20ac2-4f66-41d4-b8c6-a5b6ae80921b"\n    hostname: controller')
    assert printed == 'Chassis "controller"\n    hostname: controller'


def test_servers_have_the_names_of_nova(control: Row) -> None:
    server(control, "web", VM1)
    server(control, "db", VM2, "9036c03d-3495-4e91-a38c-55e6e38f62b8")
    names = Names(control)
    assert names.named(f'port {VM1} (aka vm1)\nPort_Binding "{VM2}"') == 'port web (aka vm1)\nPort_Binding "db-int-net"'
    assert names.server_names() == ["db", "web"]
    assert [row["id"] for row in names.ports_of("web")] == [VM1]
    assert len(names.ports_of("db")) == 2


def test_things_with_one_name_are_told_apart(control: Row) -> None:
    for group in control["neutron"]["security_groups"]:
        group["name"] = "default"
    for port in control["neutron"]["ports"]:
        port["name"] = "eth0" if port["name"] else ""
    names = Names(control)
    assert names.named(DEFAULT_GROUP) == "default-b41f22"
    assert names.named([VM1, VM2]) == ["eth0-06f528", "eth0-8c7003"]
    with pytest.raises(AmbiguousObject, match=f"is called eth0; give the identifier, one of {VM1}, {VM2}, "):
        names.ports_of("eth0")
    assert [row["id"] for row in names.ports_of("eth0-06f528")] == [VM1]


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("ports_of", "No server or port is called nowhere; there is vm1, vm2, vm3."),
        ("router", "No router is called nowhere; there is router1."),
        ("network", "No network is called nowhere; there is ext-net, int-net, int-net2."),
    ],
)
def test_unknown_names(control: Row, unread: Row, what: str, said: str) -> None:
    for known in (control, unread):
        with pytest.raises(UnknownObject) as problem:
            getattr(Names(known), what)("nowhere")
        assert str(problem.value) == said


def test_a_long_list_is_cut(control: Row) -> None:
    control["neutron"]["networks"] += [{"id": str(number), "name": f"net{number:03}"} for number in range(40)]
    with pytest.raises(UnknownObject, match=r"there is ext-net, .*, net016 and 23 more\.$"):
        Names(control).network("nowhere")


def test_an_empty_cloud() -> None:
    with pytest.raises(UnknownObject, match="No router is called router1; there is none at all."):
        Names({"neutron": {}}).router("router1")


def test_names_that_neutron_wrote_into_the_database(control: Row, unread: Row) -> None:
    printed = Names(unread).named(listing("neutron.ovn-nbctl-show"))
    assert printed == Names(control).named(listing("neutron.ovn-nbctl-show"))
    # Those of security groups are not there.
    assert "@pg_b41f22da_867b_4649_b7c9_7f6faad27cd1 &&" in Names(unread).named(listing("neutron.acl-list"))


def test_nothing_is_known() -> None:
    reasons = {"neutron_reason": "401 Unauthorized", "ovn_nb_reason": "connection refused"}
    with pytest.raises(ValueError, match=r"Neutron was not read \(401 Unauth.*\), nor OVN's .* \(connection refused\)"):
        Names({"neutron": None, "ovn_nb": None, **reasons})


NETWORK, ROUTER = "89113f8b-bc01-46b1-84fb-edd5d606879c", "67dc2e78-e109-4dac-acce-b71b2c944dc1"
ARTICLES: Row = {
    "neutron": {
        "networks": [
            {"id": NETWORK, "name": "internal1"},
            {"id": "7a2cf4c3-1476-4a86-8757-8102ec511362", "name": "internal2"},
            {"id": "e411bbe8-e169-4268-b2bf-d5959d9d7260", "name": "external_network"},
        ],
        "routers": [{"id": ROUTER, "name": "router1"}],
        "servers": [{"id": "edef7dd9-0114-4463-a13c-c9a2edaf6ce4", "name": "testinstance1"}],
        "security_groups": [{"id": "329529f7-d012-4ba1-a689-dd443b0ec795", "name": "default"}],
        "ports": [
            {
                "id": "0bc5e22d-bd80-4cac-a9b3-51c0d0b284d1",
                "name": "",
                "network": NETWORK,
                "device_id": "edef7dd9-0114-4463-a13c-c9a2edaf6ce4",
                "device_owner": "compute:nova",
            },
            {
                "id": "b95e9ae7-5c91-4037-8d2c-660d4af00974",
                "name": "",
                "network": "e411bbe8-e169-4268-b2bf-d5959d9d7260",
                "device_id": ROUTER,
                "device_owner": "network:router_gateway",
            },
        ],
    },
}


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        (
            "articles-2017.ovn-nbctl-show",
            [
                "switch 0d413d9c-7f23-4ace-9a8a-29817b3b33b5 (internal1)",
                "port testinstance1",
                "port provnet-external_network",
                "port router1-external_network",
            ],
        ),
        (
            "articles-2017.ovn-sbctl-show",
            ['Port_Binding "cr-router1-external_network"', 'Port_Binding "testinstance1"'],
        ),
        (
            "articles-2017.acl-list",
            ['to-lport  1002 (outport == "testinstance1" && ip4 && ip4.src == $as_ip4_default) allow-related'],
        ),
    ],
)
def test_listings_of_the_articles(name: str, lines: list[str]) -> None:
    printed = [line.strip() for line in Names(ARTICLES).named(listing(name)).splitlines()]
    assert [line for line in lines if line not in printed] == []


@pytest.mark.parametrize(
    ("source", "destination", "inport", "next_mac", "addresses"),
    [
        ("vm1", "vm2", VM1, "fa:16:3e:eb:49:d9", ("10.20.1.172", "10.20.1.181")),
        ("vm1", "vm3", VM1, "fa:16:3e:67:d4:c6", ("10.20.1.172", "10.20.2.190")),
        ("vm1", "203.0.113.1", VM1, "fa:16:3e:67:d4:c6", ("10.20.1.172", "203.0.113.1")),
        ("vm1", "10.20.1.181", VM1, "fa:16:3e:eb:49:d9", ("10.20.1.172", "10.20.1.181")),
        ("vm1", "10.20.2.190", VM1, "fa:16:3e:67:d4:c6", ("10.20.1.172", "10.20.2.190")),
    ],
)
def test_packets_between_servers(
    control: Row,
    unread: Row,
    source: str,
    destination: str,
    inport: str,
    next_mac: str,
    addresses: tuple[str, str],
) -> None:
    for known in (control, unread):
        assert _neutron_flow.flow_between(Names(known), source, destination) == {
            "inport": inport,
            "eth.src": "fa:16:3e:b7:75:2a",
            "eth.dst": next_mac,
            "ip4.src": addresses[0],
            "ip4.dst": addresses[1],
        }


def test_the_gateway_of_the_subnet_is_the_router_that_is_meant(control: Row) -> None:
    ports = control["neutron"]["ports"]
    gateway = next(row for row in ports if row["mac"] == "fa:16:3e:67:d4:c6")
    ports.insert(
        0, {**gateway, "id": "other", "mac": "fa:16:3e:00:00:01", "addresses": [{"subnet": "", "address": "10.20.1.9"}]}
    )
    assert _neutron_flow.flow_between(Names(control), "vm1", "vm3")["eth.dst"] == "fa:16:3e:67:d4:c6"


def test_a_server_is_asked_by_the_port_that_shares_the_network(control: Row) -> None:
    server(control, "two", VM2, "9036c03d-3495-4e91-a38c-55e6e38f62b8")
    assert _neutron_flow.flow_between(Names(control), "two", "vm1")["inport"] == VM2
    with pytest.raises(UnknownObject, match="Server two has several ports; name .*, one of two-int-net, two-int-net2."):
        _neutron_flow.flow_between(Names(control), "two", "203.0.113.1")
    assert _neutron_flow.flow_between(Names(control), "two-int-net", "203.0.113.1")["inport"] == VM2


def test_ipv6(control: Row) -> None:
    for port, address in ((VM1, "2001:db8::1"), (VM2, "2001:db8::2")):
        row = next(row for row in control["neutron"]["ports"] if row["id"] == port)
        row["addresses"] = [*([] if port == VM1 else row["addresses"]), {"subnet": "six", "address": address}]
    found = _neutron_flow.flow_between(Names(control), "vm1", "vm2")
    assert (found["ip6.src"], found["ip6.dst"]) == ("2001:db8::1", "2001:db8::2")
    with pytest.raises(UnknownObject, match="The port of vm1 has no address of IPv4"):
        _neutron_flow.flow_between(Names(control), "vm1", "10.20.1.181")


def test_a_network_without_a_router(control: Row) -> None:
    ports = control["neutron"]["ports"]
    ports[:] = [row for row in ports if not row["device_owner"].startswith("network:router_interface")]
    with pytest.raises(UnknownObject, match="Network int-net has no router, so nothing can be sent out of it."):
        _neutron_flow.flow_between(Names(control), "vm1", "vm3")


@pytest.mark.parametrize(
    ("microflow", "asked"),
    [
        ('inport == "vm1" && ip4', f'inport == "{VM1}" && ip4'),
        (f'inport=="{VM1}" && outport == "vm2"', f'inport=="{VM1}" && outport == "{VM2}"'),
        ('inport == "provnet-x"', 'inport == "provnet-x"'),
    ],
)
def test_servers_in_a_question(control: Row, microflow: str, asked: str) -> None:
    assert _neutron_trace.asked(Names(control), microflow) == asked


def test_a_question_about_several_ports(control: Row) -> None:
    server(control, "two", VM1, VM2)
    with pytest.raises(UnknownObject, match="Server two has several ports"):
        _neutron_trace.asked(Names(control), 'inport == "two"')
