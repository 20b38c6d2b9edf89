# SPDX-License-Identifier: GPL-3.0-or-later
"""Recording of steps, on this machine as if it were the nodes of a lab."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]


def record(directory: Path, steps: list[str], *options: str, groups: dict[str, str] | None = None) -> str:
    """What the terminal showed of a play with these steps; the nodes are n1 and n2, ``groups`` have one of them."""
    hosts = {name: None for name in ("n1", "n2")}
    variables = {
        "lab_name": "recorded",
        "ansible_connection": "local",
        "ansible_python_interpreter": sys.executable,
        "nodes_address": "127.0.0.1",
    }
    children = {name: {"hosts": {host: None}} for name, host in (groups or {}).items()}
    inventory = {"all": {"vars": variables, "children": {"nodes": {"hosts": hosts}, **children}}}
    (directory / "inventory.json").write_text(json.dumps(inventory), encoding="utf-8")
    tasks: list[dict[str, Any]] = [
        {
            "ansible.builtin.include_tasks": {"file": str(ROOT / "playbooks" / "tasks" / "record_step.yml")},
            "vars": {"step_name": step},
            "tags": [step],
        }
        for step in steps
    ]
    play = {"hosts": "nodes", "gather_facts": False, "tasks": tasks}
    (directory / "playbook.json").write_text(json.dumps([play]), encoding="utf-8")
    environment = {
        **os.environ,
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".ansible" / "collections"),
        "ANSIBLE_LOCAL_TEMP": str(directory / "temporary"),
        "ANSIBLE_NOCOLOR": "1",
        "PWD": str(directory),
    }
    command = [sys.executable, "-m", "ansible", "playbook", "-i", "inventory.json", *options, "playbook.json"]
    done = subprocess.run(
        command, cwd=directory, env=environment, check=False, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_steps_are_saved_and_compared_with_the_one_before(tmp_path: Path) -> None:
    shown = record(
        tmp_path, ["nodes", "docker_engine", "swarm_services"], "--limit", "n1", "--skip-tags", "docker_engine"
    )
    steps = tmp_path / "reports" / "recorded" / "steps"
    assert sorted(path.name for path in steps.iterdir()) == [
        "01-nodes.json",
        "05-swarm_services.json",
        "05-swarm_services.txt",
    ]
    document = json.loads((steps / "01-nodes.json").read_text(encoding="utf-8"))
    assert document["nodes"]["n1"]["namespaces"]["host"]["links"]
    assert document["nodes"]["n2"]["namespaces"] is None
    told = (steps / "05-swarm_services.txt").read_text(encoding="utf-8")
    assert "? node n2 could not be compared: the node was not asked" in told
    assert told in shown
    assert "changed=0" in shown


def test_another_folder(tmp_path: Path) -> None:
    record(tmp_path, ["nodes"], "--extra-vars", f"report_dir={tmp_path}/elsewhere")
    assert [path.name for path in (tmp_path / "elsewhere" / "steps").iterdir()] == ["01-nodes.json"]
    assert not (tmp_path / "reports").exists()


def test_ovn_is_part_of_a_step_also_where_it_cannot_be_read(tmp_path: Path) -> None:
    groups = {"ovn_central": "n1", "ovn_chassis": "n2"}
    record(tmp_path, ["nodes", "ovn_topology"], groups=groups)
    steps = tmp_path / "reports" / "recorded" / "steps"
    assert (steps / "09-ovn_topology.txt").exists()
    document = json.loads((steps / "09-ovn_topology.json").read_text(encoding="utf-8"))
    assert document["control"]["ovn_nb"] is None
    assert "tcp:127.0.0.1:6641" in document["control"]["ovn_nb_reason"]
    assert "ovs" in document["nodes"]["n2"] and "ovs" not in document["nodes"]["n1"]
