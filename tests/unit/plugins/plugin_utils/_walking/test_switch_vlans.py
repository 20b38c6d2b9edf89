# SPDX-License-Identifier: GPL-3.0-or-later
"""Walks through a VLAN that a switch has by Open vSwitch in the namespace of its ports, with the recorded answers."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._expectations import unmet
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._walks import walk

Document = dict[str, Any]


@pytest.mark.parametrize(
    ("start", "to", "expected", "via"),
    [
        (
            "ops1",
            "192.168.110.3",
            "delivered to ops3",
            ["ops1/swns/3", "ops2/swns/3", "ops2/swns/bridge_normal", "ops2/swns/4", "ops3/swns/3"],
        ),
        (
            "ops1",
            "192.168.110.254",
            "delivered to ops2",
            ["ops1/swns/3", "ops2/swns/3", "ops2/swns/bridge_normal", "ops2/swns/vlan10"],
        ),
        (
            "ops2",
            "192.168.110.3",
            "delivered to ops3",
            ["ops2/swns/vlan10", "ops2/swns/bridge_normal", "ops2/swns/4", "ops3/swns/3"],
        ),
    ],
)
def test_a_packet_goes_through_the_vlan(
    vlan_state: Document, start: str, to: str, expected: str, via: list[str]
) -> None:
    found = walk(vlan_state, start, to, "icmp", 40000, 60)
    assert unmet(found, expected, via) == []
    assert found["questions"] == []


def test_what_was_not_asked_is_a_question_to_the_switch(vlan_state: Document) -> None:
    vlan_state["nodes"]["ops2"]["ovs"]["traces"] = []
    found = walk(vlan_state, "ops1", "192.168.110.3", "icmp", 40000, 60)
    assert [(each["node"], each["bridge"], each["in_port"]) for each in found["questions"]] == [
        ("ops2", "bridge_normal", "3")
    ]


def test_a_port_elsewhere_than_open_vswitch_is_none_of_it(vlan_state: Document) -> None:
    """Its devices are in the namespace of ovs-vswitchd alone."""
    vlan_state["nodes"]["ops2"]["ovs"]["namespace_inode"] = None
    found = walk(vlan_state, "ops1", "192.168.110.254", "icmp", 40000, 60)
    assert unmet(found, "dropped", []) == []
