# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules on real FRR; the steps are those of ``isolated_switches``."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._vtysh_bgp import parse_table
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._vtysh_interface_brief import parse_brief
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._vtysh_running_config import parse_running_config
from ansible_collections.packetwalk.labs.plugins.modules import switch_config

sys.path.insert(0, os.path.dirname(__file__))
import isolated_switches  # noqa: E402

SWITCHES = ("ops1", "ops2", "ops3")


@pytest.fixture(scope="module")
def steps() -> dict[str, Any]:
    found = isolated_switches.read()
    if "refused" in found:
        pytest.skip(f"switches cannot be run here: {found['refused'].splitlines()[-1]}")
    return found


def test_check_mode_tells_what_would_be_done_and_does_nothing(steps: dict[str, Any]) -> None:
    checked, made = steps["checked"], steps["made"]["ops1"]

    assert (checked["changed"], checked["addresses"]) == (True, [])
    assert "interface 1" not in checked["running"] and "router bgp" not in checked["running"]
    assert (checked["commands"], checked["diff"]) == (made["commands"], made["diff"])


def test_the_configuration_of_the_article(steps: dict[str, Any]) -> None:
    made = steps["made"]

    assert [made[switch]["changed"] for switch in SWITCHES] == [True, True, True]
    assert made["ops2"]["addresses"] == ["1 192.168.101.2/24", "2 192.168.102.1/24"]
    assert parse_running_config(made["ops1"]["running"])["lines"]["router bgp 65001"] == {
        "bgp router-id 192.168.101.1": {},
        "no bgp ebgp-requires-policy": {},
        "neighbor 192.168.101.2 remote-as 65002": {},
        "address-family ipv4 unicast": {"network 192.168.101.0/24": {}},
    }
    after = made["ops1"]["diff"]["after"]
    assert "interface 1\n ip address 192.168.101.1/24\n no shutdown\nexit\n" in after
    assert "ip address" not in made["ops1"]["diff"]["before"]


@pytest.mark.parametrize("switch", SWITCHES)
def test_the_second_time_nothing_is_done(steps: dict[str, Any], switch: str) -> None:
    again = steps["again"][switch]

    assert (again["changed"], again["commands"]) == (False, [])
    assert again["diff"]["before"] == again["diff"]["after"]


def test_the_table_of_the_article(steps: dict[str, Any]) -> None:
    switch = steps["looked"]["switch"]
    own, learnt = switch["bgp_table"]["paths"]

    assert switch["bgp_table"] == parse_table(steps["printed"]["show ip bgp"])
    assert (own["network"], own["next_hop"], own["weight"], own["path"]) == ("192.168.101.0/24", "0.0.0.0", 32768, "")
    assert (learnt["network"], learnt["next_hop"]) == ("192.168.102.0/24", "192.168.101.2")
    assert (learnt["path"], learnt["valid"], learnt["best"]) == ("65002 65003", True, True)
    assert [(row["address"], row["state"]) for row in switch["bgp"]["neighbours"]] == [("192.168.101.2", "Established")]
    assert ("192.168.102.0/24", "bgp", True) in {
        (route["destination"], route["protocol"], route["installed"]) for route in switch["routes"]
    }
    assert [row["name"] for row in switch["interfaces"]] == [
        row["name"] for row in parse_brief(steps["printed"]["show interface brief"])
    ]


def test_the_ping_of_the_article(steps: dict[str, Any]) -> None:
    assert steps["ping"]["probes"][0]["answered"]


def test_a_port_that_was_moved_gets_its_address_again(steps: dict[str, Any]) -> None:
    assert (steps["away"]["changed"], steps["away"]["addresses"]) == (False, [])
    # FRR lists what the kernel has not got.
    assert "ip address 192.168.101.1/24" in steps["moved"]["running"] and steps["moved"]["addresses"] == []
    assert steps["restored"]["commands"] == ["interface 1", " ip address 192.168.101.1/24", " no shutdown", "exit"]
    assert steps["restored"]["addresses"] == ["1 192.168.101.1/24"]
    assert "ip address" not in steps["restored"]["diff"]["before"]
    assert steps["restored_again"]["changed"] is False
    assert len(steps["looked_again"]["switch"]["bgp_table"]["paths"]) == 2


def test_an_address_that_was_lost_comes_back(steps: dict[str, Any]) -> None:
    assert steps["readdressed"]["commands"] == ["interface 1", " ip address 192.168.101.1/24", "exit"]
    assert steps["readdressed"]["addresses"] == ["1 192.168.101.1/24"]


def test_what_is_not_owned_stays(steps: dict[str, Any]) -> None:
    assert steps["owned"]["commands"] == ["router bgp 65001", " no neighbor 10.66.0.1", "exit"]
    assert "neighbor 192.168.101.2 timers 3 9" in steps["owned"]["running"]
    assert "ip route 10.99.0.0/16 192.168.101.2" in steps["owned"]["running"]
    assert "10.66.0.1" not in steps["owned"]["running"]


def test_all_kinds(steps: dict[str, Any]) -> None:
    made = steps["kinds"]
    lines = parse_running_config(made["running"])["lines"]

    assert (steps["kinds_checked"]["commands"], steps["kinds_checked"]["diff"]) == (made["commands"], made["diff"])
    assert "mtu 1500" in steps["kinds_checked"]["links"] and "mtu 1400" in made["links"]
    assert set(made["addresses"]) == {"1 192.168.101.1/24", "1 10.5.0.1/24", "1 fd05::1/64"}
    assert "description to ops2" in lines["interface 1"]
    assert "ip route 10.98.0.0/16 192.168.101.2" in lines and "ipv6 route fd98::/32 fd05::2" in lines
    assert "ip route 10.99.0.0/16 192.168.101.2" not in lines
    assert set(lines["router ospf"]) == {
        *("ospf router-id 1.1.1.1", "network 192.168.101.0/24 area 0.0.0.0", "network 10.5.0.0/24 area 0.0.0.7"),
    }
    assert "neighbor 192.168.101.2 description north" in lines["router bgp 65001"]
    assert steps["kinds_again"]["changed"] is False


def test_neighbours_of_ospf(steps: dict[str, Any]) -> None:
    switch = steps["adjacent"]["switch"]
    (neighbour,) = switch["ospf_neighbours"]

    assert set(switch) == {"flavour", "version", "ospf_neighbours", "routes"}
    assert (neighbour["router_id"], neighbour["address"], neighbour["interface"]) == ("2.2.2.2", "192.168.101.2", "1")


def test_an_ipv6_address_outlives_that_its_interface_is_shut_down(steps: dict[str, Any]) -> None:
    assert "fd05::1/64" not in " ".join(steps["down"]["addresses"])
    assert steps["down_again"]["changed"] is False
    assert steps["back"]["addresses"] == ["1 192.168.101.1/24", "1 fd05::1/64"]
    assert steps["back_again"]["changed"] is False


def test_what_is_not_desired_any_more_is_removed(steps: dict[str, Any]) -> None:
    fewer = steps["fewer"]
    lines = parse_running_config(fewer["running"])["lines"]

    assert lines["interface 1"] == {"ip address 192.168.101.1/24": {}, "shutdown": {}}
    assert not any(line.startswith(("ip route", "ipv6 route")) for line in lines)
    assert lines["router ospf"] == {}
    assert "mtu 1500" in fewer["links"] and "state DOWN" in fewer["links"]
    assert steps["fewer_again"]["changed"] is False
    assert steps["up"]["commands"] == ["interface 1", " no shutdown", "exit"]


def test_another_as_number(steps: dict[str, Any]) -> None:
    assert steps["another_as"]["commands"][0] == "no router bgp 65001"
    assert "router bgp 65010" in steps["another_as"]["running"] and "65001" not in steps["another_as"]["running"]
    assert steps["another_as_again"]["changed"] is False


def test_a_neighbour_is_shut_down_and_another_removed(steps: dict[str, Any]) -> None:
    assert [command.strip() for command in steps["shut"]["commands"] if command.startswith(" ")] == [
        "no neighbor 192.168.102.2",
        "neighbor 192.168.101.1 remote-as 65010",
        "neighbor 192.168.101.1 shutdown",
    ]
    neighbours = steps["looked_shut"]["switch"]["bgp"]["neighbours"]
    assert [(row["address"], row["remote_as"], row["state"]) for row in neighbours] == [
        ("192.168.101.1", 65010, "Idle (Admin)")
    ]


def test_saved_once(steps: dict[str, Any]) -> None:
    assert (steps["saved"]["changed"], steps["saved"]["saved"], steps["saved"]["commands"]) == (True, True, [])
    assert "router bgp 65002" in steps["file"]
    assert (steps["saved_again"]["changed"], steps["saved_again"]["saved"]) == (False, False)


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("no_daemon", "router ospf: ospfd does not run on this switch."),
        (
            "no_line",
            "FRR cannot read bgp router-id none: Unknown command. FRR cannot read mtu 7: Unknown command.",
        ),
        ("overlapping", "Interfaces 1 and 2: 192.168.101.2/24 and 192.168.101.9/24 overlap."),
        ("vlans", "FRR has no VLANs: give vlans to packetwalk.labs.switch_vlans, or leave them out."),
    ],
)
def test_refused_before_anything_is_changed(steps: dict[str, Any], step: str, message: str) -> None:
    assert (steps[step]["failed"], steps[step]["msg"]) == (True, message)
    assert steps[step]["running"] == steps[step]["before"]


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("renamed", "vtysh cannot make it another: give the node that name."),
        (
            "not_shown",
            "The switch took the configuration and does not have it after 5 seconds: it would still have to be told "
            "interface 1; no description.",
        ),
        (
            "not_taken",
            "The switch refused neighbor 10.9.9.9 shutdown: Failure to communicate to bgpd "
            "(Specify remote-as or peer-group commands first).",
        ),
        ("no_namespace", "The switch could not be configured: there is no namespace swns."),
        (
            "no_socket",
            "The switch could not be configured: show running-config: Exiting: failed to connect to any daemons.",
        ),
    ],
)
def test_failed(steps: dict[str, Any], step: str, message: str) -> None:
    assert steps[step]["failed"] and message in steps[step]["msg"]


def test_an_interface_that_is_not_there_is_warned_of(steps: dict[str, Any]) -> None:
    assert "ip address 10.9.9.9/24" in steps["no_interface"]["running"]
    assert "Interface 9: namespace ops3 has none of that name" in json.dumps(steps["no_interface"]["warnings"])


def test_what_cannot_be_read_is_null(steps: dict[str, Any]) -> None:
    switch = steps["looked_at_ops3"]["switch"]

    assert (switch["ospf_neighbours"], switch["lldp_neighbours"]) == (None, None)
    assert switch["ospf_neighbours_reason"] == "show ip ospf neighbor json: ospfd is not running"
    assert switch["lldp_neighbours_reason"] == "FRR has none"
    assert switch["bgp"]["as_number"] == 65003
    assert "neighbor 192.168.102.1 remote-as 65002" in switch["running_config"]["router bgp 65003"]


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"bgp": {}}, "BGP has no as_number."),
        (
            {"bgp": {"as_number": 1, "neighbours": [{"address": "10.0.0.2"}]}},
            "BGP neighbour 10.0.0.2 has no remote_as.",
        ),
        ({}, "The switch could not be configured: show running-config: "),
    ],
)
def test_refused_without_a_switch(capsys: pytest.CaptureFixture[str], config: dict[str, Any], message: str) -> None:
    with patch_module_args({"config": config, "vty_socket": "/nowhere"}), pytest.raises(SystemExit):
        switch_config.main()
    result = json.loads(capsys.readouterr().out)

    if "vtysh was not found" in result["msg"]:
        pytest.skip("there is no vtysh here")
    assert result["failed"] and message in result["msg"]
