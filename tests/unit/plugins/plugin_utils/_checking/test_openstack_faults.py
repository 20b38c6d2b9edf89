# SPDX-License-Identifier: GPL-3.0-or-later
"""Every check of OpenStack has a break test, and the faults of OVN that are told of are there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._registry import select

FOLDER = Path(__file__).parents[5] / "playbooks/vars"
OPENSTACK = yaml.safe_load((FOLDER / "openstack_faults.yml").read_text())
FAULTS: list[dict[str, Any]] = OPENSTACK["openstack_faults"]
OF_OVN: list[dict[str, Any]] = yaml.safe_load((FOLDER / "ovn_faults.yml").read_text())["ovn_faults"]


def test_every_check_is_broken_by_a_fault() -> None:
    broken = {name for fault in FAULTS for name in fault["checks"]}
    assert {check.identifier for check in select(["neutron_*", "nova_*", "openstack_*"])} <= broken
    assert broken <= {check.identifier for check in select()}


def test_faults_can_be_told_apart_and_mended() -> None:
    assert len({fault["name"] for fault in FAULTS + OF_OVN}) == len(FAULTS + OF_OVN)
    assert all(fault["inject"] and fault["mend"] and fault["title"] and fault["nodes"] for fault in FAULTS)


def test_faults_of_ovn_are_among_those_of_ovn() -> None:
    besides = OPENSTACK["openstack_ovn_faults"]
    assert set(besides) <= {fault["name"] for fault in OF_OVN}
    assert {name for names in besides.values() for name in names} <= {check.identifier for check in select()}
