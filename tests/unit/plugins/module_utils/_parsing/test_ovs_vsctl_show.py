# SPDX-License-Identifier: GPL-3.0-or-later
"""``ovs-vsctl show`` of Open vSwitch 2.7 and 3.1."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ovs_vsctl_show import parse_show

RECORDINGS = Path(__file__).parents[4] / "recordings" / "ovs"
LISTING = (RECORDINGS / "ovn-chassis.ovs-vsctl-show.txt").read_text()
OTHER_ROWS = """\
e0efd19c-b56e-464d-ab2e-8b9e9b83d66f
    Manager "ptcp:6640:127.0.0.1"
        is_connected: true
    Bridge br-int
        Controller "tcp:127.0.0.1:6633"
            is_connected: true
        fail_mode: secure
        Port bond0
            tag: 5
            trunks: [10, 20]
            Interface eth0
            Interface eth1
                error: "could not open network device eth1 (No such device)"
    ovs_version: "2.17.9"
"""


@pytest.mark.parametrize(
    ("recording", "version", "bridges", "tunnels"),
    [
        ("articles-2017", "2.7.2", {"br-ex": 3, "br-int": 6}, ["192.168.122.39", "192.168.122.15"]),
        ("ovn-chassis", "3.1.0", {"br-ex": 3, "br-ul": 2, "br-int": 5}, ["172.31.0.12", "172.31.0.13"]),
    ],
)
def test_recordings(recording: str, version: str, bridges: dict[str, int], tunnels: list[str]) -> None:
    shown = parse_show((RECORDINGS / f"{recording}.ovs-vsctl-show.txt").read_text())
    ports = [port for bridge in shown["bridges"] for port in bridge["ports"]]
    interfaces = [interface for port in ports for interface in port["interfaces"]]

    assert shown["ovs_version"] == version
    assert {bridge["name"]: len(bridge["ports"]) for bridge in shown["bridges"]} == bridges
    assert [one["options"]["remote_ip"] for one in interfaces if one["type"] == "geneve"] == tunnels


def test_other_rows() -> None:
    assert parse_show(OTHER_ROWS) == {
        "uuid": "e0efd19c-b56e-464d-ab2e-8b9e9b83d66f",
        "ovs_version": "2.17.9",
        "managers": [{"target": "ptcp:6640:127.0.0.1", "is_connected": True}],
        "bridges": [
            {
                "name": "br-int",
                "fail_mode": "secure",
                "controllers": [{"target": "tcp:127.0.0.1:6633", "is_connected": True}],
                "ports": [
                    {
                        "name": "bond0",
                        "tag": 5,
                        "trunks": [10, 20],
                        "interfaces": [
                            {"name": "eth0", "type": ""},
                            {
                                "name": "eth1",
                                "type": "",
                                "error": "could not open network device eth1 (No such device)",
                            },
                        ],
                    }
                ],
            }
        ],
    }


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ovs-vsctl: unix:/run/openvswitch/db.sock: database connection failed (No such file or directory)",
        LISTING[LISTING.index("\n") + 1 :],
        LISTING[: LISTING.index("Interface eth-ext")],
        LISTING[: LISTING.index("options") + 20],
        LISTING.replace('ovs_version: "3.1.0"', 'ovs_version: "3.1'),
        LISTING.replace("Bridge br-ul", "Bridges br-ul"),
        OTHER_ROWS.replace("        Port bond0", "          Port bond0"),
    ],
)
def test_malformed(text: str) -> None:
    with pytest.raises(ParseError, match="ovs-vsctl show: cannot read"):
        parse_show(text)
