# SPDX-License-Identifier: GPL-3.0-or-later
"""The ovn_failover playbook: its mistakes are told before any node is touched, and every event has what it needs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[3]
EVENTS = yaml.safe_load((ROOT / "playbooks" / "vars" / "ovn_failover.yml").read_text(encoding="utf-8"))


def run(temporary: Path, lab: str, *options: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_LOCAL_TEMP": str(temporary),
        "ANSIBLE_NOCOLOR": "1",
    }
    playbook = ["-m", "ansible", "playbook", "-i", f"inventories/{lab}", "playbooks/ovn_failover.yml"]
    return subprocess.run(
        [sys.executable, *playbook, *options],
        cwd=ROOT,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize(
    ("lab", "options", "sentence"),
    [
        ("swarm", [], "The inventory has no group ovn_central, so there is no gateway of OVN that could fail over."),
        (
            "ovn",
            ["-e", "event=earthquake"],
            'There is no event "earthquake". There are: priority_raised, controller_terminated, controller_exits,',
        ),
        (
            "ovn",
            ["-e", '{"ovn_external_gateway": "{{ undef() }}"}'],
            "Nothing outside answers to a ping, as ovn_external_gateway is not set.",
        ),
    ],
)
def test_mistakes_are_told_in_one_sentence(tmp_path: Path, lab: str, options: list[str], sentence: str) -> None:
    done = run(tmp_path, lab, *options)
    shown = done.stdout + done.stderr
    assert done.returncode != 0
    assert sentence in " ".join(shown.split())
    assert "Traceback" not in shown
    assert re.findall(r"^TASK \[(.*)\]", done.stdout, re.MULTILINE) == ["Check what is asked for"]


def test_every_event_has_what_the_playbook_and_the_report_take() -> None:
    events = EVENTS["failover_events"]
    names = [event["name"] for event in events]
    assert len(set(names)) == len(names) == 5
    for event in events:
        assert event.keys() - {"possible"} == {"name", "title", "mended", "node", "inject", "mend", "moves"}
        assert isinstance(event["moves"], bool)
