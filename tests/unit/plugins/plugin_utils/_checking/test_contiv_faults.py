# SPDX-License-Identifier: GPL-3.0-or-later
"""Every check of Contiv and of legacy Swarm has a break test, which names checks that there are."""

from __future__ import annotations

from pathlib import Path

import yaml
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._registry import select

FAULTS = yaml.safe_load((Path(__file__).parents[5] / "playbooks/vars/contiv_faults.yml").read_text())["contiv_faults"]


def test_every_check_is_broken_by_a_fault() -> None:
    assert {name for fault in FAULTS for name in fault["checks"]} == {
        check.identifier for check in select(["contiv_*", "legacy_swarm_*"])
    }


def test_faults_can_be_told_apart_and_mended() -> None:
    assert len({fault["name"] for fault in FAULTS}) == len(FAULTS)
    assert all(fault["inject"] and fault["mend"] and fault["title"] and fault["nodes"] for fault in FAULTS)
