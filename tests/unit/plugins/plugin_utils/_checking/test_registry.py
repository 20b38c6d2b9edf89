# SPDX-License-Identifier: GPL-3.0-or-later
"""Choosing checks, and what happens to those that cannot judge."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._registry import (
    CHECKS,
    Check,
    UnknownCheck,
    run,
    select,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import Finding, passed
from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import Unknown

sys.path.append(str(Path(__file__).parent))
from cloud_state import INTENT, cloud  # noqa: E402
from contiv_state import full_lab  # noqa: E402


def test_identifiers_are_unique_and_every_check_has_a_reference() -> None:
    assert len({check.identifier for check in CHECKS}) == len(CHECKS)
    assert all(check.reference.startswith("https://") for check in CHECKS)


@pytest.mark.parametrize(
    ("wanted", "unwanted", "expected"),
    [
        (["swarm_fdb"], [], ["swarm_fdb"]),
        (["swarm_n*"], ["swarm_nodes"], ["swarm_networks", "swarm_neighbours"]),
        (["swarm_vxlan", "swarm_nodes"], [], ["swarm_nodes", "swarm_vxlan"]),
        (["*"], ["*"], []),
    ],
)
def test_patterns(wanted: list[str], unwanted: list[str], expected: list[str]) -> None:
    assert [check.identifier for check in select(wanted, unwanted)] == expected


@pytest.mark.parametrize("patterns", [(["swarm_fbd"], []), (["*"], ["ovs_*"])])
def test_a_pattern_without_a_check_is_a_mistake(patterns: tuple[list[str], list[str]]) -> None:
    with pytest.raises(UnknownCheck, match="the checks are swarm_nodes, "):
        select(*patterns)


def test_a_check_that_breaks_down_is_an_error_and_loses_nothing(swarm_state: dict[str, Any]) -> None:
    def breaks(document: dict[str, Any], intent: dict[str, Any]) -> Iterator[Finding]:
        yield passed("first", "something", 1)
        raise KeyError("surprise")

    broken = Check("broken", "Breaks", "swarm", "https://example.org/", breaks)
    first, second, *rest = run(swarm_state, {}, [broken, *select(["swarm_quorum"])])
    assert (first.check, first.subject, first.status) == ("broken", "first", "passed")
    assert (second.check, second.status) == ("broken", "error")
    assert "KeyError: 'surprise'" in second.message
    assert {finding.check for finding in rest} == {"swarm_quorum"}


def test_a_check_with_nothing_to_judge_says_so(swarm_state: dict[str, Any]) -> None:
    idle = Check("idle", "Finds nothing", "swarm", "https://example.org/", lambda document, intent: iter(()))
    assert [finding.status for finding in run(swarm_state, {}, [idle])] == ["skipped"]


@pytest.mark.parametrize(
    ("control", "intent", "status", "reason"),
    [
        pytest.param({}, {"nodes": {"n1": {}}}, "error", "no node of this lab is in a swarm", id="no swarm, but meant"),
        pytest.param({"swarm": None, "swarm_reason": "no manager told"}, {}, "error", "no manager told", id="swarm"),
        pytest.param({}, {"ovn_topology": {"switches": []}}, "error", "this lab has no OVN", id="no OVN, but meant"),
        pytest.param({"ovn_nb": None, "ovn_nb_reason": "no leader"}, {}, "error", "no leader", id="OVN"),
        pytest.param(
            {"ovn_nb": {}, "ovn_sb": {}, "ovn_lag": None}, {}, "error", "this lab has no OVN", id="part of OVN"
        ),
        pytest.param({"contiv": None, "contiv_reason": "no answer"}, {}, "error", "no answer", id="Contiv"),
        pytest.param({"neutron": None, "neutron_reason": "HTTP 401"}, {}, "error", "HTTP 401", id="OpenStack"),
        pytest.param(
            {}, {"openstack": {"networks": []}}, "error", "this lab has no OpenStack", id="no OpenStack, but meant"
        ),
        pytest.param(
            {}, {"openswitch": {"links": []}}, "error", "this lab has no switches", id="no switches, but meant"
        ),
    ],
)
def test_every_check_tells_why_it_could_not_look(
    swarm_state: dict[str, Any], control: dict[str, Any], intent: dict[str, Any], status: str, reason: str
) -> None:
    swarm_state["control"] = control
    findings = run(swarm_state, intent, CHECKS)
    families = {
        "swarm": "swarm",
        "nodes": "swarm",
        "openswitch": "switch",
        "contiv": "contiv",
        "neutron": "neutron",
        "openstack": "neutron",
    }
    family = families.get(next(iter({**control, **intent})), "ovn")
    assert [finding.check for finding in findings] == [check.identifier for check in CHECKS if check.needs == family]
    assert {finding.status for finding in findings} == {status}
    assert all(reason in finding.message for finding in findings)


def test_without_a_control_plane_every_check_is_skipped(swarm_state: dict[str, Any]) -> None:
    swarm_state["control"] = {}
    findings = run(swarm_state, {}, CHECKS)
    assert [finding.check for finding in findings] == [check.identifier for check in CHECKS]
    assert {finding.status for finding in findings} == {"skipped"}
    assert {finding.message.partition("skipped: ")[2] for finding in findings} == {
        "no node of this lab is in a swarm",
        "this lab has no OVN",
        "this lab has no OpenStack",
        "this lab has no switches",
        "this lab has no Contiv",
        "this lab has no legacy Swarm",
    }


def test_a_lab_may_do_without_contiv_but_not_without_its_nodes(swarm_state: dict[str, Any]) -> None:
    findings = run(swarm_state, {"contiv": {"binaries_from": "none"}}, select(["contiv_*", "legacy_swarm_*"]))
    told = {(finding.status, finding.message.partition("actual ")[2]) for finding in findings}
    assert told == {
        ("skipped", "skipped: no binaries of Contiv were given"),
        ("error", "unknown: this lab has no legacy Swarm"),
    }


def test_what_a_check_could_not_read_is_an_error_with_its_reason(swarm_state: dict[str, Any]) -> None:
    def reads(document: dict[str, Any], intent: dict[str, Any]) -> Iterator[Finding]:
        yield passed("first", "something", 1)
        raise Unknown("nobody answered")

    findings = run(swarm_state, {}, [Check("reads", "Reads", "swarm", "https://example.org/", reads)])
    assert [finding.status for finding in findings] == ["passed", "error"]
    assert findings[1].message == "Reads - expected to be readable, actual unknown: nobody answered"


def test_a_check_that_does_not_apply_says_so_when_it_alone_is_chosen(swarm_state: dict[str, Any]) -> None:
    (finding,) = run(swarm_state, {}, select(["ovn_ports"]))
    assert (finding.status, finding.check) == ("skipped", "ovn_ports")


def test_a_lab_with_all_that_there_is_is_judged_by_all_checks(
    swarm_state: dict[str, Any], ovn_state: dict[str, Any], switch_state: dict[str, Any]
) -> None:
    swarm_state["nodes"].update(ovn_state["nodes"], **switch_state["nodes"])
    swarm_state["control"].update(ovn_state["control"])
    # Every node with an Open vSwitch is a chassis to the checks of OVN, so Contiv and the cloud are labs of their own.
    findings = run(swarm_state, {}, CHECKS) + run(full_lab()[0], {}, CHECKS) + run(cloud(), INTENT, CHECKS)
    assert {finding.check for finding in findings} == {check.identifier for check in CHECKS}
    assert {finding.status for finding in findings} == {"passed", "skipped"}
