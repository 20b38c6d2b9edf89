# SPDX-License-Identifier: GPL-3.0-or-later
"""``show running-config`` of FRR and of OpenSwitch."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._vtysh_running_config import (
    parse_lines,
    parse_running_config,
)

RECORDINGS = Path(__file__).parents[4] / "recordings" / "openswitch-on-frr"
FRR = (RECORDINGS / "many-kinds.show-running-config.txt").read_text()
# The form of OpenSwitch 0.4: no "exit", other indentation, and spaces at the end of lines.
OPENSWITCH = """Current configuration:
!
!
!
!Version OpenSwitch 0.4.0 (Build: genericx86-64-ops-0.4.0)
!Schema version 0.1.8
hostname ops1
vlan 1
    no shutdown
ip route 10.10.0.0/16 192.168.101.2
router ospf
    router-id 1.1.1.1
    network 10.0.0.0/24 area 0.0.0.100
router bgp 65001
     bgp router-id 192.168.101.1
     network 192.168.101.0/24
     neighbor 192.168.101.2 remote-as 65002
!
interface 1\x20
    no shutdown
    ip address 192.168.101.1/24
"""


def test_frr() -> None:
    found = parse_running_config(FRR)

    assert (found["flavour"], found["version"]) == ("frr", "8.4.4")
    assert list(found["lines"]["interface 1"]) == [
        "description to ops2",
        "ip address 10.3.3.3/24",
        "ip address 192.168.101.1/24",
        "ipv6 address fd00::1/64",
    ]
    assert list(found["lines"]["router bgp 65001"])[-2:] == [
        "neighbor 192.168.101.2 remote-as 65002",
        "address-family ipv4 unicast",
    ]
    assert found["lines"]["router bgp 65001"]["address-family ipv4 unicast"] == {
        "network 10.3.3.0/24 route-map bigger": {},
        "network 192.168.101.0/24": {},
    }
    assert found["lines"]["ip route 10.11.0.0/16 blackhole"] == {}
    assert not any("exit" in line or line == "end" for line in found["lines"])


def test_openswitch() -> None:
    found = parse_running_config(OPENSWITCH)

    assert (found["flavour"], found["version"]) == ("openswitch", "OpenSwitch 0.4.0 (Build: genericx86-64-ops-0.4.0)")
    assert found["lines"] == {
        "hostname ops1": {},
        "vlan 1": {"no shutdown": {}},
        "ip route 10.10.0.0/16 192.168.101.2": {},
        "router ospf": {"router-id 1.1.1.1": {}, "network 10.0.0.0/24 area 0.0.0.100": {}},
        "router bgp 65001": {
            "bgp router-id 192.168.101.1": {},
            "network 192.168.101.0/24": {},
            "neighbor 192.168.101.2 remote-as 65002": {},
        },
        "interface 1": {"no shutdown": {}, "ip address 192.168.101.1/24": {}},
    }


def test_a_file_that_vtysh_wrote_is_the_same() -> None:
    file = FRR[FRR.index("frr version") : FRR.rindex("end")]

    assert parse_running_config(f"# written by vtysh\n{file}") == parse_running_config(FRR)


def test_a_context_that_comes_twice_is_one() -> None:
    lines = ["interface 1", " shutdown", "exit", "interface 2", "interface 1", " mtu 9000"]

    assert parse_lines(enumerate(lines), "lines") == {
        "interface 1": {"shutdown": {}, "mtu 9000": {}},
        "interface 2": {},
    }


@pytest.mark.parametrize("lines", range(1, len(FRR.splitlines())))
def test_cut(lines: int) -> None:
    with pytest.raises(ParseError, match="show running-config: cannot read"):
        parse_running_config("\n".join(FRR.splitlines()[:lines]))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sh: 1: vtysh: not found\n",
        "Exiting: failed to connect to any daemons.\n",
        "Current configuration:\n!\n    no shutdown\n",
    ],
)
def test_malformed(text: str) -> None:
    with pytest.raises(ParseError, match="show running-config: cannot read"):
        parse_running_config(text)
