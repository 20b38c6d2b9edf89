# SPDX-License-Identifier: GPL-3.0-or-later
"""The module with a real Open vSwitch; the steps are those of ``isolated_vlans``."""

from __future__ import annotations

import os
import sys
from typing import Any

import pytest

sys.path.insert(0, os.path.dirname(__file__))
import isolated_vlans  # noqa: E402

MADE = """bridge_normal: netdev
  3: VLAN 10, index 2
  4: VLAN 10, index 3
  5: VLAN 20, index 4
  bridge_normal: type internal
  vlan10: VLAN 10, type internal
  vlan20: VLAN 20, type internal
"""
MOVED = MADE.replace("4: VLAN 10", "4: VLAN 20")
# Of others.
OTHERS = {"6": "", "br0": ""}
TAGS = {**OTHERS, "bridge_normal": "", "3": "10", "4": "10", "5": "20", "vlan10": "10", "vlan20": "20"}
TAGS_MOVED = {**TAGS, "4": "20", "7": ""}


@pytest.fixture(scope="module")
def steps() -> dict[str, Any]:
    found = isolated_vlans.read()
    if "refused" in found:
        pytest.skip(f"Open vSwitch cannot be run here: {found['refused'].splitlines()[-1]}")
    return found


def diff(step: dict[str, Any]) -> tuple[str, str]:
    return step["diff"]["before"], step["diff"]["after"]


@pytest.mark.parametrize("step", ["checked_without", "checked"])
def test_check_mode_tells_what_would_be_done_and_does_nothing(steps: dict[str, Any], step: str) -> None:
    assert (steps[step]["changed"], steps[step]["operations"], diff(steps[step])) == (True, [], ("", MADE))
    assert steps["checked"]["ports"] == ["br0"]


def test_ports_of_a_vlan_hear_each_other_and_nobody_else(steps: dict[str, Any]) -> None:
    made, moved = steps["made"], steps["moved"]
    assert (made["changed"], diff(made)) == (True, ("", MADE))
    assert made["seen"] == {"tags": TAGS, "hears": ["h3 h4"]}
    assert (moved["changed"], diff(moved)) == (True, (MADE, MOVED))
    assert moved["seen"] == {"tags": TAGS_MOVED, "hears": ["h4 h5"]}


def test_a_port_has_its_own_number_in_openflow(steps: dict[str, Any]) -> None:
    assert sorted(steps["numbers"]) == ["3", "3", "4", "4", "5", "5"]


@pytest.mark.parametrize("step", ["again", "replaced_again", "removed_again", "nothing_of_other_lab"])
def test_the_second_time_nothing_is_done(steps: dict[str, Any], step: str) -> None:
    before, after = diff(steps[step])
    assert (steps[step]["changed"], steps[step]["operations"], before) == (False, [], after)


def test_what_was_changed_by_hand_is_mended(steps: dict[str, Any]) -> None:
    changed = MOVED.replace("3: VLAN 10", "3: VLAN 30, trunks 10, 20, vlan_mode native-untagged")
    assert diff(steps["mended"]) == (changed, MOVED)
    assert steps["mended"]["seen"] == steps["moved"]["seen"]


def test_a_device_that_was_replaced_is_opened_again(steps: dict[str, Any]) -> None:
    assert (steps["deaf"]["tags"], steps["deaf"]["hears"]) == (TAGS_MOVED, [])
    assert steps["checked_replaced"]["diff"] == steps["replaced"]["diff"]
    # The first transaction takes the port out, the second puts it in again.
    assert len(steps["replaced"]["operations"]) == 2
    assert steps["replaced"]["seen"] == steps["moved"]["seen"]


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("twice", "The VLAN of interface 4 is given twice."),
        ("no_number", "VLAN 4095 is not from 1 to 4094."),
        ("no_port", "There is no interface 9 in host."),
        ("of_other_bridge", "Port 6 is in bridge br0 and not of lab test: take it out."),
        ("of_nobody", "Port 7 is in bridge bridge_normal and not of lab test: take it out."),
        (
            "goes_with_it",
            "Bridge bridge_normal has the port 7, which is not of lab test and would go with it: take it out.",
        ),
        ("other_lab", "There is a bridge bridge_normal that is not of lab other: remove it."),
    ],
)
def test_refused_before_anything_is_changed(steps: dict[str, Any], step: str, message: str) -> None:
    assert (steps[step]["failed"], steps[step]["msg"], steps[step]["problems"]) == (True, message, [message])
    assert steps["before_removal"] == TAGS_MOVED


def test_without_vlans_there_is_no_bridge(steps: dict[str, Any]) -> None:
    removed = steps["removed"]
    assert (removed["changed"], removed["diff"]["after"], removed["ports"]) == (True, "", ["br0"])
    assert steps["checked_removal"]["diff"] == removed["diff"]


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("without", "unix:/run/openvswitch/db.sock: there is no such socket"),
        ("dead", "ovs-vswitchd has not carried it out after 0.5 seconds; see if it runs"),
    ],
)
def test_open_vswitch_has_to_run(steps: dict[str, Any], step: str, message: str) -> None:
    assert steps[step]["msg"] == f"The VLANs could not be made: {message}."
