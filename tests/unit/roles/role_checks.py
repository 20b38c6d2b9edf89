# SPDX-License-Identifier: GPL-3.0-or-later
"""Run what a role refuses, without hosts: the hosts of an inventory are cases, and what was seen on them is given."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]

Variables = dict[str, Any]


def check(
    role: str,
    groups: dict[str, dict[str, Variables]],
    temporary: Path,
    tasks_from: str = "check.yml",
    group: str | None = None,
) -> tuple[str, dict[str, bool]]:
    """Run the checks of a role on the group of its name, or another one.

    Returns what was printed on one line, and whether each host passed.
    """
    inventory = temporary / "inventory.json"
    inventory.write_text(
        json.dumps({"all": {"children": {name: {"hosts": hosts} for name, hosts in groups.items()}}}), encoding="utf-8"
    )
    tasks = [{"ansible.builtin.include_role": {"name": f"packetwalk.labs.{role}", "tasks_from": tasks_from}}]
    playbook = temporary / "playbook.json"
    playbook.write_text(
        json.dumps([{"hosts": group or role, "gather_facts": False, "connection": "local", "tasks": tasks}]),
        encoding="utf-8",
    )
    environment = {
        **os.environ,
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_LOCAL_TEMP": str(temporary / "temporary"),
        "ANSIBLE_NOCOLOR": "1",
    }
    command = [Path(sys.executable).parent / "ansible-playbook", "-i", inventory, playbook]
    shown = subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True, timeout=120)
    recap = re.findall(r"^(\S+) +: ok=.* failed=(\d+)", shown.stdout, re.MULTILINE)
    return " ".join((shown.stdout + shown.stderr).split()), {host: failed == "0" for host, failed in recap}
