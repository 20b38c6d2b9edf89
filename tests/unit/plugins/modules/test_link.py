# SPDX-License-Identifier: GPL-3.0-or-later
"""The module on real namespaces; the steps are those of ``isolated_wiring``."""

from __future__ import annotations

import json
import os
import re
import sys
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args
from ansible_collections.packetwalk.labs.plugins.modules import link

sys.path.insert(0, os.path.dirname(__file__))
import isolated_wiring  # noqa: E402

Step = dict[str, Any]


@pytest.fixture(scope="module")
def steps() -> dict[str, Any]:
    found = isolated_wiring.read()
    if "refused" in found:
        pytest.skip(f"links cannot be made here: {found['refused'].splitlines()[-1]}")
    return found


@pytest.fixture(scope="module")
def has_netem(steps: dict[str, Any]) -> bool:
    return bool(steps["impairing"]["made"]["impairments"] == "applied")


def actions(step: Step) -> list[str]:
    return [row["action"] for row in step["links"]]


def lost(step: Step) -> dict[str, list[str]]:
    ends = [end for row in step["links"] for end in row["ends"]]
    return {end["name"]: end["addresses_lost"] for end in ends if end["addresses_lost"]}


def test_nothing_is_left_behind(steps: dict[str, Any]) -> None:
    assert steps["before"] == steps["after"] == {}
    assert steps["namespaces"] == ["host1", "host2"]


def test_check_mode_tells_what_would_be_done_and_does_nothing(steps: dict[str, Any]) -> None:
    checked, made = steps["making"]["checked"], steps["making"]["made"]
    assert checked["seen"] == {}
    assert (checked["changed"], actions(checked), checked["diff"]) == (True, actions(made), made["diff"])
    assert {end["index"] for row in checked["links"] for end in row["ends"]} == {None}
    assert steps["making"]["checked_removal"]["diff"] == steps["making"]["removed"]["diff"]
    assert steps["making"]["checked_removal"]["seen"] == steps["making"]["made_again"]["seen"]


def test_links_are_made_with_names_marks_and_mtu(steps: dict[str, Any]) -> None:
    made = steps["making"]["made"]
    assert actions(made) == ["created"] * 3
    assert made["seen"] == {
        "machine": ["ops13-a7798 up 1500 in br0 [packetwalk.lab=t bridge/br0:ops13-a7798 to ops1:3]"],
        "host1": ["eth0 up 1500 [packetwalk.lab=t namespace/host1:eth0 to ops1:2]"],
        "ops1": [
            "1 up 1400 [packetwalk.lab=t ops1:1 to ops2:1]",
            "2 up 1500 [packetwalk.lab=t ops1:2 to namespace/host1:eth0]",
            "3 up 1500 [packetwalk.lab=t ops1:3 to bridge/br0:ops13-a7798]",
        ],
        "ops2": ["1 up 1400 [packetwalk.lab=t ops2:1 to ops1:1]"],
    }
    assert made["diff"] == {
        "before": "",
        "after": "ops1:1 to ops2:1\n    lab: t\n    mtu_bytes: 1400\n"
        "ops1:2 to namespace/host1:eth0\n    lab: t\n"
        "ops1:3 to bridge/br0:ops13-a7798\n    lab: t\n    bridge: br0\n",
    }
    assert steps["making"]["ping"] is True


def test_indices_lead_from_one_end_to_the_other(steps: dict[str, Any]) -> None:
    ends = [row["ends"] for row in steps["making"]["made"]["links"]]
    assert all((one["index"], one["peer_index"]) == (other["peer_index"], other["index"]) for one, other in ends)
    assert len({end["index"] for pair in ends for end in pair}) == 6
    told = [re.findall(r"peer_ifindex: (\d+)", text) for text in steps["making"]["ethtool"].values()]
    assert told == [[str(one["peer_index"])] for one, _other in ends]


@pytest.mark.parametrize(
    ("part", "step"),
    [
        ("making", "checked_again"),
        ("making", "again"),
        ("making", "only_again"),
        ("making", "removed_again"),
        ("rewiring", "exchanged_again"),
        ("adopting", "again"),
        ("adopting", "released_again"),
        ("taking", "again"),
        ("impairing", "again"),
        ("impairing", "none_again"),
    ],
)
def test_the_second_time_nothing_is_done(steps: dict[str, Any], part: str, step: str) -> None:
    found = steps[part][step]
    assert (found["changed"], set(actions(found)) - {"unchanged"}) == (False, set())
    assert found["diff"]["before"] == found["diff"]["after"]


def test_what_differs_is_changed_and_down_stays_down(steps: dict[str, Any]) -> None:
    disturbed = steps["making"]["disturbed"]
    assert actions(disturbed) == ["changed", "unchanged", "changed"]
    assert disturbed["seen"]["ops1"][:2] == [
        "1 up 1400 [packetwalk.lab=t ops1:1 to ops2:1]",
        "2 down 1500 10.0.2.1/24 [packetwalk.lab=t ops1:2 to namespace/host1:eth0]",
    ]
    assert disturbed["seen"]["machine"] == steps["making"]["made"]["seen"]["machine"]
    moved = steps["making"]["moved_bridge"]
    assert actions(moved) == ["unchanged", "unchanged", "changed"]
    assert moved["seen"]["machine"] == [
        "ops13-a7798 up 1500 in br1 [packetwalk.lab=t bridge/br1:ops13-a7798 to ops1:3]"
    ]


def test_only_the_links_of_the_lab_are_removed(steps: dict[str, Any]) -> None:
    making = steps["making"]
    assert actions(making["only"]) == ["unchanged", "removed", "removed"]
    assert lost(making["only"]) == {"ops1:2": ["10.0.2.1/24"], "namespace/host1:eth0": ["10.0.2.2/24"]}
    other = {
        "machine": ["ops31-1e506 up 1500 in br0 [packetwalk.lab=other bridge/br0:ops31-1e506 to ops3:1]"],
        "ops3": ["1 up 1500 [packetwalk.lab=other ops3:1 to bridge/br0:ops31-1e506]"],
    }
    kept = {name: making["made"]["seen"][name][:1] for name in ("ops1", "ops2")}
    assert making["only"]["seen"] == {**other, **kept}
    assert making["removed_one"]["seen"] == making["removed"]["seen"] == other
    assert actions(making["removed"]) == ["removed"] * 3
    assert making["others_removed"]["seen"] == {}


def test_one_end_moves_and_the_other_one_keeps_what_it_has(steps: dict[str, Any]) -> None:
    moved = steps["rewiring"]["moved"]
    assert actions(moved) == ["moved", "unchanged"]
    assert lost(moved) == {"ops3:1": ["10.0.0.2/24", "fd00::2/64"]}
    assert moved["seen"] == {
        "ops1": [
            "1 up 1500 10.0.0.1/24 [packetwalk.lab=t ops1:1 to ops3:1]",
            "2 up 1500 [packetwalk.lab=t ops1:2 to ops3:2]",
        ],
        "ops3": [
            "1 up 1500 [packetwalk.lab=t ops3:1 to ops1:1]",
            "2 up 1500 [packetwalk.lab=t ops3:2 to ops1:2]",
        ],
    }
    assert moved["diff"]["before"].startswith("ops1:1 to ops2:1\n")


def test_two_ports_change_places(steps: dict[str, Any]) -> None:
    exchanged = steps["rewiring"]["exchanged"]
    assert actions(exchanged) == ["moved", "moved"]
    assert lost(exchanged) == {"ops3:2": ["fd00::3/64"]}
    assert exchanged["seen"]["ops3"] == [
        "2 up 1500 10.0.0.3/24 [packetwalk.lab=t ops3:2 to ops1:1]",
        "1 up 1500 [packetwalk.lab=t ops3:1 to ops1:2]",
    ]


def test_what_was_moved_by_hand_comes_back(steps: dict[str, Any]) -> None:
    rewiring = steps["rewiring"]
    assert [line.split()[0] for line in rewiring["by_hand"]["seen"]["machine"]] == ["2"]
    assert actions(rewiring["healed"]) == ["moved", "moved"]
    assert rewiring["healed"]["seen"]["ops1"] == [
        "1 down 1500 10.0.0.1/24 [packetwalk.lab=t ops1:1 to ops3:2]",
        "2 up 1500 [packetwalk.lab=t ops1:2 to ops3:1]",
    ]
    assert rewiring["healed"]["diff"]["before"].split("\n")[::2] == [
        "ops1/swns:9 to ops3:2",
        "namespace/host:2 to ops3:1",
        "",
    ]


def test_what_others_made_is_adopted_and_released(steps: dict[str, Any]) -> None:
    adopting = steps["adopting"]
    assert actions(adopting["adopted"]) == ["adopted"]
    assert adopting["adopted"]["seen"]["ops2"] == ["1 up 1500 [packetwalk.lab=t ops2:1 to ops1:1 adopted]"]
    assert actions(adopting["other_peer"]) == ["moved", "created"]
    assert actions(adopting["released"]) == ["released", "removed"]
    assert adopting["released"]["seen"] == {"ops1": ["1 up 1500"], "ops3": ["1 up 1500"]}


def test_what_docker_made_becomes_a_port_and_is_given_back(steps: dict[str, Any]) -> None:
    taking = steps["taking"]
    assert taking["checked"]["seen"] == taking["start"]["seen"]
    assert actions(taking["taken"]) == ["moved"]
    assert lost(taking["taken"]) == {"ops1:1": ["192.168.101.1/24"], "ops2:1": ["192.168.101.2/24"]}
    assert taking["taken"]["seen"] == {
        "machine": ["veth1 up 1500 in br1", "veth2 up 1500 in br1"],
        "ops1": ["1 up 1400 [packetwalk.lab=t ops1:1 from eth1]"],
        "ops2": ["1 up 1400 [packetwalk.lab=t ops2:1 from eth1]"],
    }
    assert actions(taking["only"]) == ["unchanged", "released"]
    assert taking["given_back"]["seen"] == {
        "machine": taking["start"]["seen"]["machine"],
        "docker/ops1": ["eth1 up 1400"],
        "docker/ops2": ["eth1 up 1400"],
    }
    assert taking["given_back_again"]["seen"] == taking["given_back"]["seen"]


def test_whatever_is_interrupted_is_carried_on(steps: dict[str, Any]) -> None:
    rows = steps["interrupting"]["rows"]
    cut = [row for row in rows if "failed" in row["interrupted"]]
    whole = [row for row in rows if "failed" not in row["interrupted"]]
    assert len(whole) == 2 and len(cut) > 10
    for row in cut:
        assert row["interrupted"]["msg"] == "interrupted."
        assert row["carried_on"]["changed"] and not row["again"]["changed"]
    for name in ("carried_on", "again"):
        seen = {json.dumps(_sorted(row[name]["seen"])) for row in rows}
        assert seen == {json.dumps(_sorted(row["interrupted"]["seen"])) for row in whole}


def _sorted(seen: dict[str, list[str]]) -> dict[str, list[str]]:
    """Addresses and order say which of the two ends of a cable was there first."""
    return {place: sorted(lines) for place, lines in sorted(seen.items())}


def test_a_name_that_somebody_takes_meanwhile_is_not_marked(steps: dict[str, Any]) -> None:
    collided = steps["colliding"]["collided"]
    assert (collided["failed"], collided["msg"]) == (True, "namespace/host1:1 to namespace/host2:1: File exists.")
    assert collided["seen"] == {"host1": ["1 down 1500"]}


@pytest.mark.parametrize(
    ("part", "step", "message"),
    [
        (
            "refusing",
            "switches",
            "There is no container t-ops9 or ops9. Container stopped is not running. "
            "Container bare has no network namespace swns. Container t-ops1 has no network namespace stale.",
        ),
        (
            "refusing",
            "machine",
            "There is no namespace host9. There is no bridge br9. mine is not a bridge of the kernel.",
        ),
        (
            "refusing",
            "taken",
            "ops1:7 is an interface that was not made for lab t. ops3:7 is an interface that is of lab other.",
        ),
        ("refusing", "same", "ops1:1 is more than one end of link 1."),
        (
            "refusing",
            "no_engine",
            "Switches are containers, and Docker cannot be asked for them: /run/no.sock: there is no such socket: "
            "Docker is not installed or not running.",
        ),
        ("taking", "missing", "ops3 has no interface eth1. Connect the container to a network first."),
        ("taking", "not_given_back", "ops1:1 cannot be given back as eth1: its container has another eth1."),
    ],
)
def test_refused_on_the_machine(steps: dict[str, Any], part: str, step: str, message: str) -> None:
    assert (steps[part][step]["failed"], steps[part][step]["msg"]) == (True, message)
    assert steps["refusing"]["untouched"]["before"] == steps["refusing"]["untouched"]["after"]


def test_impairments_are_skipped_with_the_reason_where_the_kernel_has_none(
    steps: dict[str, Any], has_netem: bool
) -> None:
    made, none = steps["impairing"]["made"], steps["impairing"]["none"]
    assert none["impairments"] == "none" and "impairments_reason" not in none
    if has_netem:
        assert "impairments: delay 20 ms, loss 1.5 %, rate 1000 kbit/s" in made["diff"]["after"]
        assert [actions(steps["impairing"][step]) for step in ("less", "none")] == [["changed"], ["changed"]]
    else:
        assert (made["impairments"], made["impairments_reason"]) == ("skipped", "this kernel does not know netem")
        assert "impairments" not in made["diff"]["after"]
        assert actions(steps["impairing"]["less"]) == ["unchanged"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "state is present but all of the following are missing: links"),
        ({"links": [{}]}, "missing required arguments: ends found in links"),
        ({"links": [{"ends": [{"port": "1"}]}]}, "one of the following is required: switch, namespace, bridge"),
        ({"links": [{"ends": [{"switch": "ops1"}]}]}, "missing parameter(s) required by 'switch': port"),
        ({"links": [{"ends": [{"switch": "ops1", "bridge": "br0", "port": "1"}]}]}, "mutually exclusive"),
        (
            {"links": [{"ends": [{"namespace": "host1", "port": "1", "interface": "eth1"}]}]},
            "missing parameter(s) required by 'interface': switch",
        ),
        (
            {"ports": 8, "links": [{"ends": [{"switch": "ops1", "port": 9}, {"switch": "ops1", "port": 9}]}]},
            "Link 1: ops1 has ports 1 to 8, and no port 9. ops1:9 is more than one end of link 1.",
        ),
    ],
)
def test_refused(capsys: pytest.CaptureFixture[str], arguments: dict[str, Any], message: str) -> None:
    with patch_module_args({"lab": "t", **arguments}), pytest.raises(SystemExit):
        link.main()
    result = json.loads(capsys.readouterr().out)
    assert result["failed"] and message in result["msg"]
