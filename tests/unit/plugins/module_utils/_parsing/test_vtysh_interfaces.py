# SPDX-License-Identifier: GPL-3.0-or-later
"""Interfaces of FRR 8.4 and of OpenSwitch, in full and in brief."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._vtysh_interface_brief import parse_brief
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._vtysh_interfaces import (
    parse_interfaces,
    parse_interfaces_json,
)

RECORDINGS = Path(__file__).parents[4] / "recordings" / "openswitch-on-frr"
FRR = (RECORDINGS / "many-kinds.show-interface.json").read_text()
FRR_BRIEF = (RECORDINGS / "many-kinds.show-interface-brief.txt").read_text()
# The form of OpenSwitch 0.4.
OPENSWITCH = """
Interface 1 is up
 Admin state is up
 Hardware: Ethernet, MAC Address: 70:72:CF:FD:E7:B4
 IPv4 address: 192.168.101.1/24
 IPv6 address: fd00::1/64
 MTU 1500
 Full-duplex
 RX
      0 input packets     0 bytes
 TX
      0 output packets  0 bytes

Interface 2 is down (Administratively down)
 Admin state is down
 State information: admin_down
 Hardware: Ethernet, MAC Address: 70:72:cf:fd:e7:b5
 MTU 9192
"""
# The article shows the first lines without their columns; all it shows is what is below the second header.
OPENSWITCH_BRIEF = """--------------------------------------------------------------------------------
Ethernet      VLAN    Type Mode   Status  Reason                   Speed     Port
Interface                                                          (Mb/s)    Ch#
--------------------------------------------------------------------------------
 bridge_normal  --      eth  routed up                               auto      --
 1              --      eth  routed down    Administratively down    auto      --
 2              10      eth  access up                               1000      lag100
"""


def test_frr() -> None:
    one, ghost, loopback = parse_interfaces_json(FRR)

    assert {key: one[key] for key in ("name", "present", "admin_state", "link_state", "mtu_bytes", "description")} == {
        "name": "1",
        "present": True,
        "admin_state": "up",
        "link_state": "up",
        "mtu_bytes": 1500,
        "description": "to ops2",
    }
    assert {"10.3.3.3/24", "192.168.101.1/24", "fd00::1/64"} < set(one["addresses"])
    assert ghost == {
        "name": "9",
        "present": False,
        "admin_state": "down",
        "link_state": None,
        "mac": None,
        "mtu_bytes": None,
        "addresses": [],
        "description": "nothing here",
        "vrf": "default",
    }
    assert (loopback["name"], loopback["mac"]) == ("lo", None)


def test_openswitch() -> None:
    one, two = parse_interfaces(OPENSWITCH)

    assert one == {
        "name": "1",
        "present": True,
        "admin_state": "up",
        "link_state": "up",
        "mac": "70:72:cf:fd:e7:b4",
        "mtu_bytes": 1500,
        "addresses": ["192.168.101.1/24", "fd00::1/64"],
        "description": None,
        "vrf": None,
    }
    assert (two["admin_state"], two["link_state"], two["mtu_bytes"]) == ("down", "down", 9192)
    assert list(one) == list(parse_interfaces_json(FRR)[0])


@pytest.mark.parametrize(
    ("before", "after"),
    [(OPENSWITCH, ""), ("\nInterface 1 is up", "% no such"), (" MTU 9192", ""), (" Admin state is up\n", "")],
)
def test_malformed(before: str, after: str) -> None:
    assert before in OPENSWITCH
    with pytest.raises(ParseError, match="show interface: cannot read"):
        parse_interfaces(OPENSWITCH.replace(before, after))


@pytest.mark.parametrize("text", ["", "zebra is not running\n", '{"1": {}}', FRR[:-4]])
def test_malformed_json(text: str) -> None:
    with pytest.raises(ParseError, match="show interface json: cannot read"):
        parse_interfaces_json(text)


def test_brief_of_frr() -> None:
    rows = parse_brief(FRR_BRIEF)

    assert [(row["name"], row["status"], row["vrf"], row["addresses"]) for row in rows] == [
        ("1", "up", "default", ["10.3.3.3/24", "192.168.101.1/24", "fd00::1/64"]),
        ("9", "down", "default", []),
        ("lo", "up", "default", []),
    ]


@pytest.mark.parametrize("spaces", ["as printed", "as on a web page"])
def test_brief_of_openswitch(spaces: str) -> None:
    text = OPENSWITCH_BRIEF
    if spaces == "as on a web page":
        text = "\n".join(" ".join(line.split()) for line in text.splitlines())
    rows = parse_brief(text)

    keys = ("name", "vlan", "mode", "status", "reason", "speed", "port_channel")
    assert [tuple(row[key] for key in keys) for row in rows] == [
        ("bridge_normal", None, "routed", "up", None, "auto", None),
        ("1", None, "routed", "down", "Administratively down", "auto", None),
        ("2", "10", "access", "up", None, "1000", "lag100"),
    ]
    assert set(rows[0]) == set(parse_brief(FRR_BRIEF)[0])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sh: 1: vtysh: not found\n",
        "\n".join(FRR_BRIEF.splitlines()[2:]),
        FRR_BRIEF.replace(" down ", " gone "),
        OPENSWITCH_BRIEF.replace(" down ", " gone "),
        OPENSWITCH_BRIEF.replace("1000      lag100", ""),
    ],
)
def test_malformed_brief(text: str) -> None:
    with pytest.raises(ParseError, match="show interface brief: cannot read"):
        parse_brief(text)
