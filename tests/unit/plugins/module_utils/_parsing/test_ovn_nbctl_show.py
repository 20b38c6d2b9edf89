# SPDX-License-Identifier: GPL-3.0-or-later
"""``ovn-nbctl show`` of OVN 2.7 and 23.03."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ovn_nbctl_show import parse_show

RECORDINGS = Path(__file__).parents[4] / "recordings" / "ovn"
LISTING = (RECORDINGS / "three-chassis.ovn-nbctl-show.txt").read_text()
OLD = (RECORDINGS / "articles-2017.ovn-nbctl-show.txt").read_text()


@pytest.mark.parametrize(
    ("recording", "switches", "ports", "router_ports", "nats"),
    [
        ("articles-2017", 3, 7, 3, 0),
        ("three-chassis", 3, 7, 3, 3),
        ("neutron", 3, 7, 3, 2),
    ],
)
def test_recordings(recording: str, switches: int, ports: int, router_ports: int, nats: int) -> None:
    shown = parse_show((RECORDINGS / f"{recording}.ovn-nbctl-show.txt").read_text())
    router = shown["routers"][0]

    assert len(shown["switches"]) == switches
    assert sum(len(switch["ports"]) for switch in shown["switches"]) == ports
    assert (len(router["ports"]), len(router["nats"])) == (router_ports, nats)


def test_old_and_new_ports() -> None:
    old, new = parse_show(OLD)["switches"][0]["ports"], parse_show(LISTING)["switches"][0]["ports"]

    assert [(port["type"], port["addresses"], port["router_port"]) for port in old[:2] + new] == [
        ("router", ["router"], None),
        (None, ["fa:16:3e:ef:50:3e 10.10.10.10"], None),
        ("", ["0a:00:00:00:02:13 10.10.2.13"], None),
        ("router", [], "lr0-b"),
    ]


def test_router() -> None:
    router = parse_show(LISTING)["routers"][0]

    assert router["ports"][2] == {
        "name": "lr0-ext",
        "alias": None,
        "mac": "0a:00:00:00:ff:01",
        "networks": ["203.0.113.10/24"],
        "gateway_chassis": ["c2", "c3", "c1"],
    }
    assert router["nats"][0] == {
        "uuid": "6a056786-a013-4d9c-8c0b-85d90a3276ff",
        "external_ip": "203.0.113.101",
        "logical_ip": "10.10.1.11",
        "type": "dnat_and_snat",
    }


def test_what_younger_versions_add() -> None:
    text = LISTING.replace(
        '        networks: ["10.10.1.1/24"]\n',
        '        ipv6-lla: "fe80::1"\n        networks: ["10.10.1.1/24", "fd00::1/64"]\n        route-table: t1\n',
    ).replace("        type: localnet\n", "        type: localnet\n        tag: 101\n")
    shown = parse_show(text)

    assert shown["routers"][0]["ports"][0] == {
        "name": "lr0-a",
        "alias": None,
        "mac": "0a:00:00:00:01:01",
        "ipv6_lla": "fe80::1",
        "networks": ["10.10.1.1/24", "fd00::1/64"],
        "route_table": "t1",
    }
    assert shown["switches"][2]["ports"][1]["tag"] == 101


def test_names_of_neutron() -> None:
    switch = parse_show((RECORDINGS / "neutron.ovn-nbctl-show.txt").read_text())["switches"][1]

    assert (switch["alias"], switch["ports"][0]["alias"]) == ("int-net", "vm2")


def test_nothing() -> None:
    assert parse_show("") == {"switches": [], "routers": []}


@pytest.mark.parametrize(
    "text",
    [
        "ovn-nbctl: unix:/run/ovn/ovnnb_db.sock: database connection failed",
        LISTING[:30],
        LISTING[: LISTING.index("10.10.2.13")],
        LISTING[: LISTING.index("c2 c3")],
        "    port vm3\n",
        LISTING.replace("    nat ", "    nut "),
        LISTING.replace("switch ", "Switch "),
    ],
)
def test_malformed(text: str) -> None:
    with pytest.raises(ParseError, match="ovn-nbctl show: cannot read line"):
        parse_show(text)
