# SPDX-License-Identifier: GPL-3.0-or-later
"""The module on a real chassis; the steps are those of ``isolated_chassis``."""

from __future__ import annotations

import json
import os
import re
import sys
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args
from ansible_collections.packetwalk.labs.plugins.modules import ovn_port

sys.path.insert(0, os.path.dirname(__file__))
import isolated_chassis  # noqa: E402

VM1, VM2 = "vm1-6dc21", "vm2-cef5c"
BEFORE = {"namespaces": "", "links": ["lo", "ovs-netdev", "br-int"], "ports": [], "vm1": "", "vm2": ""}


@pytest.fixture(scope="module")
def steps() -> dict[str, Any]:
    found = isolated_chassis.read()
    if "refused" in found:
        pytest.skip(f"a chassis cannot be run here: {found['refused'].splitlines()[-1]}")
    return found


def test_check_mode_tells_what_would_be_done_and_does_nothing(steps: dict[str, Any]) -> None:
    assert steps["before"] == steps["checked"]["seen"] == BEFORE
    assert steps["checked"]["actions"] == steps["made"]["actions"]
    assert steps["checked"]["diff"] == steps["made"]["diff"]


def test_a_namespace_is_plugged_in(steps: dict[str, Any]) -> None:
    made = steps["made"]
    assert (made["changed"], made["interface"], made["addresses"]) == (True, VM1, ["10.10.10.5/24"])
    assert made["seen"]["links"][3:] == made["seen"]["ports"] == [VM1]
    assert "mtu 1442" in made["seen"]["vm1"] and "link/ether 50:54:00:00:00:01" in made["seen"]["vm1"]
    assert "default via 10.10.10.1 dev eth0" in made["seen"]["vm1"]
    for external_id in ("iface-id=vm1", 'attached-mac="50:54:00:00:00:01"', "packetwalk_lab=test"):
        assert external_id in steps["external_ids"]
    assert 'ovn-installed="true"' in steps["external_ids"]
    assert "tx-checksumming: off" in steps["checksums"]
    assert made["diff"] == {
        "before": "",
        "after": "namespace vm1\n    bridge: br-int\n    logical_port: vm1\n    mac: 50:54:00:00:00:01\n"
        "    mtu_bytes: 1442\n    addresses: 10.10.10.5/24\n    gateway: 10.10.10.1\n",
    }


def test_an_address_comes_by_dhcp(steps: dict[str, Any]) -> None:
    asked = steps["asked"]
    assert (asked["changed"], asked["addresses"], asked["actions"][-1]) == (True, ["10.10.10.6/24"], "udhcpc")
    assert "mtu 1400" in asked["seen"]["vm2"] and "default via 10.10.10.1" in asked["seen"]["vm2"]
    assert "valid_lft forever" in asked["seen"]["vm2"]


@pytest.mark.parametrize("step", ["again", "asked_again", "removed_again"])
def test_the_second_time_nothing_is_done(steps: dict[str, Any], step: str) -> None:
    assert (steps[step]["changed"], steps[step]["actions"]) == (False, [])
    assert steps[step]["diff"]["before"] == steps[step]["diff"]["after"]


def test_packets_pass(steps: dict[str, Any]) -> None:
    answered = {name: result["probes"][0]["answered"] for name, result in steps["ping"].items()}
    assert answered == {"vm1 to 10.10.10.6": True, "vm2 to 10.10.10.1": True, "vm2 to 10.10.10.9": False}


@pytest.mark.parametrize(
    ("step", "actions", "seen"),
    [
        (
            "address",
            [
                "ip -n vm1 address delete 10.10.10.5/24 dev eth0",
                "ip -n vm1 address add 10.10.10.7/24 dev eth0",
                "ip -n vm1 route replace default via 10.10.10.1",
            ],
            "inet 10.10.10.7/24 .*default via 10.10.10.1 ",
        ),
        (
            "mac",
            [
                "ip -n vm1 link set eth0 address 50:54:00:00:00:09",
                f"ovs-vsctl --may-exist add-port br-int {VM1} -- set Interface {VM1} "
                'external_ids:iface-id="vm1" external_ids:attached-mac="50:54:00:00:00:09" '
                'external_ids:packetwalk_lab="test"',
            ],
            "link/ether 50:54:00:00:00:09 .*default via 10.10.10.1 ",
        ),
        ("no_gateway", ["ip -n vm1 route delete default via 10.10.10.1"], "inet 10.10.10.7/24 (?!.*default via)"),
    ],
)
def test_a_change_changes_only_that(steps: dict[str, Any], step: str, actions: list[str], seen: str) -> None:
    assert steps[step]["actions"] == actions
    assert re.search(seen, steps[step]["seen"]["vm1"], re.DOTALL)
    assert steps[step]["seen"]["vm2"].count("inet 10.10.10.6/24") == 1


def test_other_changes(steps: dict[str, Any]) -> None:
    assert "mtu 1300" in steps["mtu"]["seen"]["vm1"]
    # The address that came by DHCP is kept, and nothing comes by DHCP any more.
    assert steps["static"]["addresses"] == ["10.10.10.6/24"]
    assert "default via" not in steps["static"]["seen"]["vm2"]


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (
            "unknown",
            "Logical port vm9: ovn-controller has not bound the logical port vm9 after 0.5 seconds: is the port in the "
            "northbound database, and does the controller of this chassis run.",
        ),
        ("taken", f"Interface {VM1} of this chassis is the logical port vm1 already."),
        ("not_ours", "Namespace vm1 has an eth0 that is not of logical port vm3."),
        ("no_bridge", "There is no bridge br-no."),
    ],
)
def test_refused_on_the_chassis(steps: dict[str, Any], step: str, message: str) -> None:
    assert (steps[step]["failed"], steps[step]["msg"]) == (True, message)


def test_removal_takes_away_what_was_made_and_nothing_else(steps: dict[str, Any]) -> None:
    assert steps["unknown_removed"]["changed"] is True
    assert steps["others_removed"]["changed"] is False
    assert steps["mine"]["actions"] == [f"ovs-vsctl --if-exists del-port {VM2}", f"ip link delete {VM2}"]
    assert steps["checked_removal"]["changed"] is True and VM1 in steps["checked_removal"]["seen"]["ports"]
    assert [result["actions"][-1] for result in steps["removed"]] == ["ip netns delete vm1", "ip netns delete vm2"]
    assert steps["after"] == {**BEFORE, "namespaces": "mine"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"mac": "50:54"}, "50:54 is no MAC address."),
        ({"addresses": ["10.0.0.1"]}, "10.0.0.1 has no prefix length."),
        ({"addresses": ["10.0.0.300/24"]}, "'10.0.0.300/24' does not appear to be an IPv4 or IPv6 interface."),
        ({"gateway": "gw"}, "'gw' does not appear to be an IPv4 or IPv6 address."),
        ({"dhcp": True, "gateway": "10.0.0.1"}, "With dhcp the addresses, the gateway and the MTU come from OVN."),
        ({"namespace": "a/b"}, "'a/b' cannot be the name of a namespace."),
        ({"mac": None}, "None is no MAC address."),
        ({}, "Logical port vm1: unix:/nowhere/db.sock: there is no such socket."),
    ],
)
def test_refused(capsys: pytest.CaptureFixture[str], arguments: dict[str, Any], message: str) -> None:
    given = {
        "lab": "test",
        "namespace": "vm1",
        "logical_port": "vm1",
        "mac": "50:54:00:00:00:01",
        "database": "unix:/nowhere/db.sock",
        **arguments,
    }
    with patch_module_args(given), pytest.raises(SystemExit):
        ovn_port.main()
    result = json.loads(capsys.readouterr().out)
    assert result["failed"] and message in result["msg"]
