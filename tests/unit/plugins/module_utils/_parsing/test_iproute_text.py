# SPDX-License-Identifier: GPL-3.0-or-later
"""Text of ip and bridge."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import _iproute_json as of_json
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._iproute_text import (
    addresses_from_text,
    fdb_from_text,
    links_from_text,
    neighbours_from_text,
)

RECORDINGS = Path(__file__).parents[4] / "recordings" / "iproute2"

# Of the Swarm articles of 2017: BusyBox inside a task's container.
BUSYBOX = """\
1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN qlen 1
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
    inet 127.0.0.1/8 scope host lo
       valid_lft forever preferred_lft forever
    inet 10.255.0.4/32 scope global lo
       valid_lft forever preferred_lft forever
    inet 10.0.0.4/32 scope global lo
       valid_lft forever preferred_lft forever
27: eth0@if28: <BROADCAST,MULTICAST,UP,LOWER_UP,M-DOWN> mtu 1450 qdisc noqueue state UP
    link/ether 02:42:0a:ff:00:06 brd ff:ff:ff:ff:ff:ff
    inet 10.255.0.6/16 scope global eth0
       valid_lft forever preferred_lft forever
"""
# Of the same articles: the host, by iproute2.
HOST = """\
6: docker0: <NO-CARRIER,BROADCAST,MULTICAST,UP> mtu 1500 qdisc noqueue state DOWN group default
    link/ether 02:42:61:2b:60:62 brd ff:ff:ff:ff:ff:ff
    inet 172.17.0.1/16 scope global docker0
       valid_lft forever preferred_lft forever
13: veth903e7a7@if12: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue master docker_gwbridge state UP group default
    link/ether e2:eb:2f:41:b8:34 brd ff:ff:ff:ff:ff:ff link-netnsid 1
    inet6 fe80::e0eb:2fff:fe41:b834/64 scope link tentative
       valid_lft forever preferred_lft forever
"""  # noqa: E501
# iproute2 6.1: ip -d link, of a port that packetwalk.labs.link made.
WITH_ALIAS = """\
664: 1@if665: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP mode DEFAULT group default qlen 1000
    link/ether 62:9b:aa:35:6a:16 brd ff:ff:ff:ff:ff:ff link-netnsid 0 promiscuity 0  allmulti 0 minmtu 68 maxmtu 65535
    veth addrgenmode eui64 numtxqueues 2 numrxqueues 2 gso_max_size 65536 gso_max_segs 65535 tso_max_size 524280 tso_max_segs 65535 gro_max_size 65536
    alias packetwalk.lab=openswitch ops1:1 to ops2:1
"""  # noqa: E501
# Of the Swarm networking deep dive, whose page lost the indentation.
WITHOUT_BLANKS = """\
7: ov-001000-wo0i1: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 qdisc noqueue state UP mode DEFAULT group default
link/ether 1e:8f:6f:32:78:a0 brd ff:ff:ff:ff:ff:ff
8: vx-001000-wo0i1: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 qdisc noqueue master ov-001000-wo0i1 state UNKNOWN mode DEFAULT group default
link/ether 5e:20:18:b1:1d:0e brd ff:ff:ff:ff:ff:ff
"""  # noqa: E501
# Of the same page: bridge fdb show dev vx-001001-7672d, of an older iproute2.
OLD_FDB = """\
42:a3:4b:f3:ca:05 vlan 0 permanent
02:42:0a:00:00:09 vlan 0
02:42:0a:00:00:06 dst 159.89.39.105 self permanent
"""


def recording(name: str) -> str:
    return (RECORDINGS / name).read_text()


@pytest.mark.parametrize(
    ("from_text", "text", "from_json", "json"),
    [
        (links_from_text, "ip-d-link.txt", of_json.links_from_json, "ip-d-j-link.json"),
        (links_from_text, "ip-d-a.txt", of_json.links_from_json, "ip-d-j-link.json"),
        (links_from_text, "ip-a.txt", of_json.links_from_json, "ip-j-addr.json"),
        (addresses_from_text, "ip-a.txt", of_json.addresses_from_json, "ip-j-addr.json"),
        (addresses_from_text, "ip-d-a.txt", of_json.addresses_from_json, "ip-j-addr.json"),
        (neighbours_from_text, "ip-neigh.txt", of_json.neighbours_from_json, "ip-j-neigh.json"),
        (neighbours_from_text, "ip-s-neigh.txt", of_json.neighbours_from_json, "ip-j-neigh.json"),
        (neighbours_from_text, "ip-neigh-proxy.txt", of_json.neighbours_from_json, "ip-j-neigh-proxy.json"),
        (fdb_from_text, "bridge-fdb.txt", of_json.fdb_from_json, "bridge-j-fdb.json"),
        (fdb_from_text, "bridge-s-fdb.txt", of_json.fdb_from_json, "bridge-j-fdb.json"),
    ],
)
def test_both_dialects_give_the_same_rows(
    from_text: Callable[[str], Any], text: str, from_json: Callable[[str], Any], json: str
) -> None:
    rows = from_text(recording(f"many-kinds.{text}"))

    assert rows == from_json(recording(f"many-kinds.{json}"))
    assert len(rows) > 0


def test_fdb_of_an_overlay_namespace() -> None:
    rows = fdb_from_text(recording("swarm-overlay.bridge-fdb.txt"))

    assert rows == of_json.fdb_from_json(recording("swarm-overlay.bridge-j-fdb.json"))
    assert {row["mac"]: row["destination"] for row in rows if row["destination"]} == {
        "02:42:0a:00:01:03": "192.168.99.12",
        "02:42:0a:00:01:05": "192.168.99.12",
        "02:42:0a:00:01:09": "192.168.99.12",
        "02:42:0a:00:01:0a": "192.168.99.13",
        "02:42:0a:00:01:0b": "192.168.99.13",
    }


def test_fdb_of_one_device() -> None:
    rows = fdb_from_text(recording("many-kinds.bridge-fdb-dev-vxlan0.txt"), "vxlan0")

    assert rows == [row for row in fdb_from_text(recording("many-kinds.bridge-fdb.txt")) if row["device"] == "vxlan0"]


def test_old_fdb() -> None:
    rows = fdb_from_text(OLD_FDB, "vx-001001-7672d")

    assert [(row["states"], row["flags"], row["destination"], row["vlan"]) for row in rows] == [
        (["permanent"], [], None, None),
        (["reachable"], [], None, None),
        (["permanent"], ["self"], "159.89.39.105", None),
    ]
    assert {row["device"] for row in rows} == {"vx-001001-7672d"}


def test_busybox() -> None:
    loopback, eth0 = links_from_text(BUSYBOX)

    assert loopback["kind"] == "loopback"
    assert eth0 == {
        "name": "eth0",
        "index": 27,
        "kind": None,
        "mac": "02:42:0a:ff:00:06",
        "mtu_bytes": 1450,
        "flags": ["broadcast", "lower_up", "multicast", "up"],
        "operational_state": "up",
        "peer": {"index": 28, "namespace": None, "name": None},
    }
    assert [row["address"] for row in addresses_from_text(BUSYBOX)] == [
        "127.0.0.1",
        "10.255.0.4",
        "10.0.0.4",
        "10.255.0.6",
    ]


def test_host_of_2017() -> None:
    docker0, veth = links_from_text(HOST)

    assert (docker0["operational_state"], docker0["flags"]) == ("down", ["broadcast", "multicast", "up"])
    assert (veth["master"], veth["peer"]["index"]) == ("docker_gwbridge", 12)
    assert addresses_from_text(HOST)[1] == {
        "device": "veth903e7a7",
        "address": "fe80::e0eb:2fff:fe41:b834",
        "prefix_length": 64,
        "family": "ipv6",
        "scope": "link",
        "label": None,
    }


def test_alias() -> None:
    (port,) = links_from_text(WITH_ALIAS)

    assert (port["name"], port["kind"], port["peer"]["index"]) == ("1", "veth", 665)
    assert port["alias"] == "packetwalk.lab=openswitch ops1:1 to ops2:1"
    assert "alias" not in links_from_text(HOST)[0]


def test_lost_indentation_does_not_matter() -> None:
    overlay, vxlan = links_from_text(WITHOUT_BLANKS)

    assert (vxlan["master"], vxlan["mtu_bytes"], vxlan["mac"]) == (overlay["name"], 1450, "5e:20:18:b1:1d:0e")


def test_statistics_are_passed_over() -> None:
    (link,) = links_from_text(recording("many-kinds.ip-s-link.txt"))

    assert (link["name"], link["peer"]["name"]) == ("v1", "v0")


def test_neutron() -> None:
    links = links_from_text(recording("neutron-host.ip-a.txt"))
    neighbours = neighbours_from_text(recording("neutron-fip.ip-neigh.txt"))

    assert [link["name"] for link in links][-1] == "tap9c3a2b6d-40"
    assert (neighbours[0]["states"], neighbours[-1]["family"]) == (["permanent"], "ipv6")


@pytest.mark.parametrize(
    ("parser", "text"),
    [
        (links_from_text, ""),
        (links_from_text, 'Device "eth9" does not exist.\n'),
        (links_from_text, BUSYBOX.splitlines()[0]),
        (links_from_text, BUSYBOX + "28: eth1: <UP> mtu\n"),
        (links_from_text, BUSYBOX + "    unknown line\n"),
        (links_from_text, BUSYBOX.replace("02:42:0a:ff:00:06", "02:42:0a:ff:00")),
        (addresses_from_text, BUSYBOX.replace("10.255.0.6/16 scope global eth0", "10.255.0.6/16")),
        (addresses_from_text, BUSYBOX.replace("10.255.0.6/16", "10.255.0.6")),
        (neighbours_from_text, "10.0.0.9 dev v1 lladdr 02:00:00:00:00:09\n"),
        (neighbours_from_text, "10.0.0.9 dev v1 lladdr 02:00:00:00 STALE\n"),
        (neighbours_from_text, "10.0.0.9 dev v1 lladdr 02:00:00:00:00:09 STAL\n"),
        (neighbours_from_text, "10.0.0.9 dev\n"),
        (fdb_from_text, "02:42:0a:00:00 dev vxlan0 self\n"),
        (fdb_from_text, "02:42:0a:00:00:06 dst 159.89.39.105\n"),
        (fdb_from_text, "02:42:0a:00:00:06 dev vxlan0 dst\n"),
        (fdb_from_text, "02:42:0a:00:00:06 dev vxlan0 self perma\n"),
        (fdb_from_text, "02:42:0a:00:00:06 dev vxlan0 vni x self\n"),
    ],
)
def test_broken_output(parser: Callable[[str], Any], text: str) -> None:
    with pytest.raises(ParseError, match="cannot read"):
        parser(text)


@pytest.mark.parametrize(
    ("parser", "name"),
    [
        (fdb_from_text, "swarm-overlay.bridge-fdb.txt"),
        (neighbours_from_text, "neutron-fip.ip-neigh.txt"),
        (addresses_from_text, "neutron-host.ip-a.txt"),
        (links_from_text, "neutron-host.ip-a.txt"),
    ],
)
def test_a_cut_after_any_line_gives_a_beginning_or_an_error(parser: Callable[[str], Any], name: str) -> None:
    whole = parser(recording(name))
    lines = recording(name).splitlines(keepends=True)
    for count in range(1, len(lines)):
        try:
            rows = parser("".join(lines[:count]))
        except ParseError:
            continue
        assert rows == whole[: len(rows)]


def test_a_cut_within_a_line_never_gives_a_wrong_vtep() -> None:
    text = recording("swarm-overlay.bridge-fdb.txt")
    whole = fdb_from_text(text)
    destinations = {row["destination"] for row in whole}
    for position in range(0, len(text), 3):
        try:
            rows = fdb_from_text(text[:position])
        except ParseError:
            continue
        assert {row["destination"] for row in rows} <= destinations
        assert [row["mac"] for row in rows] == [row["mac"] for row in whole[: len(rows)]]
