# SPDX-License-Identifier: GPL-3.0-or-later
"""From a desired configuration and a running one to commands."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._vtysh_running_config import (
    parse_lines,
    parse_running_config,
)
from ansible_collections.packetwalk.labs.plugins.module_utils._planning import _switch_config
from ansible_collections.packetwalk.labs.plugins.module_utils._planning._switch_config import FRR, OPENSWITCH, Link

sys.path.insert(0, str(Path(__file__).parent))
from switch_configs import bgp, config, interface, neighbour, ospf  # noqa: E402

RECORDINGS = Path(__file__).parents[4] / "recordings" / "openswitch-on-frr"
OPS1 = parse_running_config((RECORDINGS / "ops1.show-running-config.txt").read_text())["lines"]
ONE = Link(up=True, mtu_bytes=1500, addresses=frozenset({"192.168.101.1/24", "fe80::1/64"}))
OF_OPS1 = config(
    interfaces=[interface("1", "192.168.101.1/24")],
    bgp=bgp(router_id="192.168.101.1", networks=["192.168.101.0/24"], neighbours=[neighbour("192.168.101.2")]),
)


def tree(text: str) -> dict[str, Any]:
    return parse_lines(enumerate(text.strip("\n").splitlines(), start=1), "lines")


def told(desired: dict[str, Any], running: Any = None, flavour: str = FRR, **links: Link) -> list[str]:
    """Commands, for ops1 unless something else runs, without those that only leave a context."""
    lines = tree(running) if isinstance(running, str) else running or OPS1
    plan = _switch_config.plan(desired, lines, {"1": ONE, **{name[1:]: link for name, link in links.items()}}, flavour)
    return [command for command in plan.commands if command.strip() != "exit"]


def test_the_configuration_of_the_article() -> None:
    plan = _switch_config.plan(OF_OPS1, {}, {"1": ONE._replace(up=False, addresses=frozenset())}, FRR)

    assert plan.commands == [
        "interface 1",
        " ip address 192.168.101.1/24",
        " no shutdown",
        "exit",
        "router bgp 65001",
        " bgp router-id 192.168.101.1",
        " no bgp ebgp-requires-policy",
        " neighbor 192.168.101.2 remote-as 65002",
        " network 192.168.101.0/24",
        "exit",
    ]
    assert plan.after == "\n".join(plan.commands) + "\n"


def test_what_runs_already() -> None:
    plan = _switch_config.plan(OF_OPS1, OPS1, {"1": ONE}, FRR)

    assert (plan.commands, plan.mtus, plan.before) == ([], {}, plan.after)
    assert "address-family" not in plan.before and " network 192.168.101.0/24\n" in plan.before


@pytest.mark.parametrize(
    ("link", "commands"),
    [
        (ONE._replace(addresses=frozenset()), ["interface 1", " ip address 192.168.101.1/24"]),
        (ONE._replace(up=False), ["interface 1", " no shutdown"]),
        (Link(False, 1500, frozenset()), ["interface 1", " ip address 192.168.101.1/24", " no shutdown"]),
    ],
    ids=["address lost", "down", "moved"],
)
def test_what_the_kernel_has_not_got_is_said_again(link: Link, commands: list[str]) -> None:
    assert told(OF_OPS1, _1=link) == commands


def test_an_interface_that_the_kernel_has_not_got_is_configured_once() -> None:
    desired = config(interfaces=[interface("9", "10.9.9.9/24", mtu_bytes=9000)])

    assert told(desired) == ["interface 9", " ip address 10.9.9.9/24"]
    assert told(desired, {**OPS1, **tree("interface 9\n ip address 10.9.9.9/24")}) == []
    assert _switch_config.absent_interfaces(desired, {"1": ONE}) == ["9"]


def test_the_kernel_is_told_the_mtu_for_frr() -> None:
    desired = config(interfaces=[interface("1", "192.168.101.1/24", mtu_bytes=1400)])
    plan = _switch_config.plan(desired, OPS1, {"1": ONE}, FRR)

    assert (plan.commands, plan.mtus) == ([], {"1": 1400})
    assert " mtu 1500\n" in plan.before and " mtu 1400\n" in plan.after
    assert not _switch_config.plan(desired, OPS1, {"1": ONE._replace(mtu_bytes=1400)}, FRR).mtus


RUNNING = """
hostname vm
ip route 10.10.0.0/16 192.168.101.2
ip route 10.11.0.0/16 Null0
ipv6 route fd10::/32 fd00::2
interface 1
 description to ops2
 ip address 192.168.101.1/24
 ipv6 address fd00::1/64
 ip ospf cost 7
interface 2
 ip address 10.2.0.1/24
 shutdown
router bgp 65001
 bgp router-id 192.168.101.1
 no bgp ebgp-requires-policy
 timers bgp 3 9
 neighbor PEERS peer-group
 neighbor PEERS remote-as 65005
 neighbor 10.2.0.3 peer-group PEERS
 neighbor 192.168.101.2 remote-as 65002
 neighbor 192.168.101.2 shutdown message until Monday
 neighbor 192.168.101.2 timers 3 9
 address-family ipv4 unicast
  network 192.168.101.0/24
  network 10.2.0.0/24
 address-family ipv6 unicast
  neighbor PEERS activate
  network fd00::/64
router bgp 65001 vrf red
 neighbor 10.7.7.7 remote-as 7
router ospf
 ospf router-id 1.1.1.1
 passive-interface 2
 network 192.168.101.0/24 area 0
 network 10.2.0.0/24 area 0.0.0.7
vrf red
 ip route 10.12.0.0/16 10.7.7.7
line vty
"""
FULL = ONE._replace(addresses=frozenset({"192.168.101.1/24", "fd00::1/64"}))


@pytest.mark.parametrize(
    ("desired", "commands"),
    [
        (config(), []),
        (config(interfaces=[]), []),
        (
            config(interfaces=[interface("1", "192.168.101.9/24")]),
            [
                *("interface 1", " no description", " no ip address 192.168.101.1/24"),
                *(" no ipv6 address fd00::1/64", "interface 1", " ip address 192.168.101.9/24"),
            ],
        ),
        (
            config(interfaces=[interface("1", "192.168.101.1/24", "FD00:0::1/64", description="a  b")]),
            ["interface 1", " description a b"],
        ),
        (
            config(interfaces=[interface("2", "10.2.0.1/24")]),
            ["interface 2", " no shutdown"],
        ),
        (
            config(static_routes=[{"destination": "10.10.0.0/16", "next_hop": "192.168.101.3"}]),
            [
                *("no ip route 10.10.0.0/16 192.168.101.2", "no ip route 10.11.0.0/16 Null0"),
                *("no ipv6 route fd10::/32 fd00::2", "ip route 10.10.0.0/16 192.168.101.3"),
            ],
        ),
        (
            config(bgp=bgp(neighbours=[neighbour("192.168.101.2", 65003)], networks=["10.2.0.0/24"])),
            [
                *("router bgp 65001", " no neighbor 10.2.0.3", " no neighbor PEERS peer-group"),
                *(" no bgp router-id 192.168.101.1", " no neighbor 192.168.101.2 shutdown"),
                *(" no network 192.168.101.0/24", "router bgp 65001", " neighbor 192.168.101.2 remote-as 65003"),
            ],
        ),
        (
            config(bgp=bgp(65009, neighbours=[neighbour("192.168.101.2")])),
            [
                *("no router bgp 65001", "router bgp 65009", " no bgp ebgp-requires-policy"),
                " neighbor 192.168.101.2 remote-as 65002",
            ],
        ),
        (
            config(ospf=ospf(("192.168.101.0/24", "0"), ("10.2.0.0/24", "8"), router_id="2.2.2.2")),
            [
                *("router ospf", " no network 10.2.0.0/24 area 0.0.0.7", "router ospf"),
                *(" ospf router-id 2.2.2.2", " network 10.2.0.0/24 area 0.0.0.8"),
            ],
        ),
        (
            config(
                lines=["ip forwarding", "interface 1", " ip ospf cost 8", "router ospf", " network 10.0.0.0/8 area 7"]
            ),
            ["interface 1", " ip ospf cost 8", "router ospf", " network 10.0.0.0/8 area 0.0.0.7"],
        ),
        (
            config(lines=["router bgp 65001", " address-family ipv6 unicast", "  network fd01::/64"]),
            ["router bgp 65001", " address-family ipv6 unicast", "  network fd01::/64", " exit-address-family"],
        ),
        (
            config(lines=["router bgp 65001", " address-family ipv4 unicast", "  network 10.2.0.0/24"]),
            [],
        ),
    ],
    ids=[
        *("nothing", "no interface", "addresses", "description", "not shut down", "static routes", "bgp", "another AS"),
        *("ospf", "lines", "lines in contexts", "lines that are there"),
    ],
)
def test_only_what_is_owned_is_changed(desired: dict[str, Any], commands: list[str]) -> None:
    two = Link(up=False, mtu_bytes=1500, addresses=frozenset({"10.2.0.1/24"}))

    assert told(desired, RUNNING, _1=FULL, _2=two) == commands


def test_what_lines_say_is_not_removed() -> None:
    lines = ["router bgp 65001", " neighbor PEERS peer-group", " neighbor PEERS remote-as 65005"]
    desired = config(bgp=bgp(networks=["192.168.101.0/24", "10.2.0.0/24"], router_id="192.168.101.1"), lines=lines)

    assert told(desired, RUNNING, _1=FULL) == [
        "router bgp 65001",
        " no neighbor 10.2.0.3",
        " no neighbor 192.168.101.2",
    ]


def test_a_neighbour_that_is_removed_is_gone_everywhere() -> None:
    plan = _switch_config.plan(config(bgp=bgp()), tree(RUNNING), {"1": FULL}, FRR)

    assert "PEERS" in plan.before and "PEERS" not in plan.after
    assert "  network fd00::/64\n" in plan.after and " neighbor 10.7.7.7 remote-as 7\n" in plan.after
    assert " timers bgp 3 9\n" in plan.after


@pytest.mark.parametrize("desired", [OF_OPS1, config(bgp=bgp(65009)), config(ospf=ospf(("10.0.0.0/8", "1")))])
def test_what_comes_after_needs_no_command(desired: dict[str, Any]) -> None:
    plan = _switch_config.plan(desired, tree(RUNNING), {}, FRR)

    assert plan.commands
    assert _switch_config.plan(desired, tree(plan.after), {}, FRR).commands == []


OF_OPENSWITCH = """
hostname switch
vlan 1
    no shutdown
vlan 20
    no shutdown
interface 1
    ip address 192.168.101.1/24
interface 2
    no shutdown
    no routing
    vlan access 20
router ospf
    router-id 1.1.1.1
    network 10.0.0.0/24 area 0.0.0.100
"""


def test_openswitch() -> None:
    desired = config(
        hostname="ops1",
        vlans=[{"id": 10, "interfaces": ["2"]}],
        interfaces=[interface("1", "192.168.101.1/24", "10.5.0.1/24", "fd00::1/64", mtu_bytes=9000)],
        bgp=bgp(neighbours=[neighbour("192.168.101.2")]),
        ospf=ospf(("10.0.0.0/24", "100"), router_id="2.2.2.2"),
    )
    two = Link(up=True, mtu_bytes=1500, addresses=frozenset())
    plan = _switch_config.plan(desired, tree(OF_OPENSWITCH), {"1": ONE._replace(up=False), "2": two}, OPENSWITCH)

    assert plan.commands == [
        "no vlan 20",
        *("hostname ops1", "vlan 10", " no shutdown", "exit"),
        *("interface 1", " mtu 9000", " ip address 10.5.0.1/24 secondary", " ipv6 address fd00::1/64"),
        *(" no shutdown", "exit", "interface 2", " vlan access 10", "exit"),
        *("router bgp 65001", " neighbor 192.168.101.2 remote-as 65002", "exit"),
        *("router ospf", " router-id 2.2.2.2", "exit"),
    ]
    assert plan.mtus == {}
    assert "hostname switch" not in plan.after and "vlan access 20" not in plan.after


def test_openswitch_shuts_down_without_being_told() -> None:
    desired = config(interfaces=[interface("1", "192.168.101.1/24", shutdown=True)])

    assert told(desired, OF_OPENSWITCH, OPENSWITCH, _1=ONE._replace(up=False)) == []


def test_addresses_of_interfaces_that_are_not_named_stay() -> None:
    desired = config(interfaces=[interface("1", "10.1.0.1/24")])

    assert _switch_config.addresses_by_interface(desired, tree(RUNNING)) == {"1": ["10.1.0.1/24"], "2": ["10.2.0.1/24"]}


def test_a_setting_of_vtysh_is_not_in_the_file() -> None:
    saved = {line: below for line, below in OPS1.items() if line != "service integrated-vtysh-config"}

    assert len(saved) == len(OPS1) - 1
    assert _switch_config.starts_with(saved, OPS1) and not _switch_config.starts_with({}, OPS1)
