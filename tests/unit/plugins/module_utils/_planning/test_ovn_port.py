# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands for what a chassis may hold; that they do what they should is tested with the module."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._planning import _ovn_port as planning

WANTED = planning.Wanted(
    lab="ovn",
    namespace="vm1",
    logical_port="vm1",
    bridge="br-int",
    mac="50:54:00:00:00:01",
    addresses=("10.0.0.5/24",),
    gateway="10.0.0.1",
    dhcp=False,
    mtu_bytes=1442,
)
OUTER = planning.outer_name("ovn", "vm1")
NOTHING = planning.Present(
    namespace_alias=None,
    outer_alias=None,
    inner_alias=None,
    paired=False,
    mac=None,
    mtu_bytes=None,
    up=False,
    checksums=False,
    addresses=(),
    gateway=None,
    bridge_exists=True,
    bridge=None,
    other_interface=None,
    external_ids=None,
)
THERE = planning.Present(
    namespace_alias="packetwalk ovn",
    outer_alias="packetwalk ovn vm1",
    inner_alias="packetwalk ovn vm1",
    paired=True,
    mac="50:54:00:00:00:01",
    mtu_bytes=1442,
    up=True,
    checksums=False,
    addresses=("10.0.0.5/24",),
    gateway="10.0.0.1",
    bridge_exists=True,
    bridge="br-int",
    other_interface=None,
    external_ids={"iface-id": "vm1", "attached-mac": "50:54:00:00:00:01", "packetwalk_lab": "ovn"},
)
PLUG = (
    f"ovs-vsctl --may-exist add-port br-int {OUTER} -- set Interface {OUTER} "
    'external_ids:iface-id="vm1" external_ids:attached-mac="50:54:00:00:00:01" external_ids:packetwalk_lab="ovn"'
)


def lines(commands: list[planning.Command]) -> list[str]:
    return [" ".join(command) for command in commands]


@pytest.mark.parametrize(
    ("port", "name"),
    [("vm1", "vm1"), ("0bc5e22d-bd80-4cac-a9b3-51c0d0b284d1", "0bc5e22db"), ("a/b c", "abc"), ("", "")],
)
def test_names_are_short_and_tell_ports_and_labs_apart(port: str, name: str) -> None:
    outer = planning.outer_name("ovn", port)
    assert outer.rpartition("-")[0] == name and len(outer) <= 15
    assert outer == planning.outer_name("ovn", port)
    assert len({outer, planning.outer_name("ovn2", port), planning.outer_name("ovn", f"{port}x")}) == 3


@pytest.mark.parametrize(
    ("alias", "owned"),
    [
        ("packetwalk ovn", True),
        ("packetwalk ovn vm1", True),
        ("packetwalk ovn2 vm1", False),
        ("", False),
        (None, False),
    ],
)
def test_is_owned(alias: str | None, owned: bool) -> None:
    assert planning.is_owned(alias, "ovn") is owned


@pytest.mark.parametrize(
    ("present", "commands"),
    [
        ({}, []),
        ({"namespace_alias": ""}, []),
        ({"mac": "50:54:00:00:00:02"}, ["ip -n vm1 link set eth0 address 50:54:00:00:00:01"]),
        ({"mtu_bytes": 1500}, [f"ip link set {OUTER} mtu 1442", "ip -n vm1 link set eth0 mtu 1442"]),
        ({"up": False}, [f"ip link set {OUTER} up", "ip -n vm1 link set eth0 up"]),
        (
            {"checksums": True},
            [f"ethtool -K {OUTER} tx off", "ip netns exec vm1 ethtool -K eth0 tx off"],
        ),
        ({"bridge": None, "external_ids": None}, [PLUG]),
        ({"external_ids": {**(THERE.external_ids or {}), "iface-id": "vm2"}}, [PLUG]),
        ({"external_ids": {**(THERE.external_ids or {}), "ovn-installed": "true"}}, []),
        ({"bridge": "br-x"}, [f"ovs-vsctl --if-exists del-port {OUTER}", PLUG]),
        (
            {"addresses": ("10.0.0.6/24",)},
            [
                "ip -n vm1 address delete 10.0.0.6/24 dev eth0",
                "ip -n vm1 address add 10.0.0.5/24 dev eth0",
                "ip -n vm1 route replace default via 10.0.0.1",
            ],
        ),
        ({"gateway": None}, ["ip -n vm1 route replace default via 10.0.0.1"]),
        (
            {"outer_alias": "packetwalk ovn vm1 dhcp", "inner_alias": "packetwalk ovn vm1 dhcp"},
            [f"ip link set {OUTER} alias packetwalk ovn vm1", "ip -n vm1 link set eth0 alias packetwalk ovn vm1"],
        ),
    ],
)
def test_only_what_differs_is_changed(present: dict[str, Any], commands: list[str]) -> None:
    there = THERE._replace(**present)
    assert lines(planning.plugging(WANTED, there) + planning.addressing(WANTED, there)) == commands
    assert not planning.asks(WANTED, there)


def test_a_pair_with_one_end_is_made_anew() -> None:
    there = NOTHING._replace(namespace_alias="", outer_alias="packetwalk ovn vm1")
    assert lines(planning.plugging(WANTED, there))[:2] == [
        f"ip link delete {OUTER}",
        f"ip link add {OUTER} type veth peer name eth0 netns vm1",
    ]


@pytest.mark.parametrize(
    ("present", "asks"),
    [
        (NOTHING, True),
        (THERE, True),
        (THERE._replace(inner_alias="packetwalk ovn vm1 dhcp"), False),
        (THERE._replace(inner_alias="packetwalk ovn vm1 dhcp", addresses=()), True),
    ],
)
def test_an_address_is_asked_for_once(present: planning.Present, asks: bool) -> None:
    wanted = WANTED._replace(dhcp=True, addresses=(), gateway=None, mtu_bytes=None)
    assert planning.asks(wanted, present) is asks
    stale = "ip -n vm1 address delete 10.0.0.5/24 dev eth0" in lines(planning.addressing(wanted, present))
    assert stale is (present is THERE)


@pytest.mark.parametrize(
    ("present", "sentence"),
    [
        ({"bridge_exists": False}, "There is no bridge br-int."),
        ({"other_interface": "tap0"}, "Interface tap0 of this chassis is the logical port vm1 already."),
        ({"outer_alias": "mine"}, f"There is an interface {OUTER} that is not of lab ovn."),
        ({"inner_alias": "", "namespace_alias": ""}, "Namespace vm1 has an eth0 that is not of logical port vm1."),
        ({"bridge": "br-int", "external_ids": {}}, f"Bridge br-int has a port {OUTER} that is not of lab ovn."),
    ],
)
def test_refused(present: dict[str, Any], sentence: str) -> None:
    assert list(planning.refusals(WANTED, NOTHING._replace(**present))) == [sentence]


def test_a_sound_port_is_not_refused() -> None:
    assert [list(planning.refusals(WANTED, present)) for present in (NOTHING, THERE)] == [[], []]


REMOVE = [f"ovs-vsctl --if-exists del-port {OUTER}", f"ip link delete {OUTER}", "ip netns delete vm1"]


@pytest.mark.parametrize(
    ("present", "commands"),
    [
        (THERE, REMOVE),
        (NOTHING, []),
        (THERE._replace(namespace_alias=""), REMOVE[:2]),
        (THERE._replace(outer_alias="mine"), [REMOVE[0], REMOVE[2]]),
        (THERE._replace(external_ids={"packetwalk_lab": "other"}), REMOVE[1:]),
        (NOTHING._replace(namespace_alias="packetwalk ovn"), REMOVE[2:]),
        (NOTHING._replace(namespace_alias="packetwalk ovn", inner_alias="packetwalk ovn vm2"), []),
    ],
)
def test_removal(present: planning.Present, commands: list[str]) -> None:
    assert lines(planning.unplugging(WANTED, present)) == commands


@pytest.mark.parametrize(
    ("present", "text"),
    [
        (NOTHING, ""),
        (NOTHING._replace(namespace_alias="packetwalk ovn"), "namespace vm1\n"),
        (THERE, planning.wanted_text(WANTED)),
    ],
)
def test_text(present: planning.Present, text: str) -> None:
    assert planning.present_text(WANTED, present) == text
