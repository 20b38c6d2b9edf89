# SPDX-License-Identifier: GPL-3.0-or-later
"""A mistake in the inventory ends the real playbook with its sentence, before anything is changed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]
LAB = "badinput"

Variables = dict[str, Any]
Break = Callable[[Variables], None]


def no_manager(hosts: Variables) -> None:
    swarm = hosts["all"]["children"]["nodes"]["children"]["swarm"]["children"]
    swarm["swarm_workers"]["hosts"].update(swarm["swarm_managers"].pop("hosts"))


def address_twice(hosts: Variables) -> None:
    swarm = hosts["all"]["children"]["nodes"]["children"]["swarm"]["children"]
    swarm["swarm_workers"]["hosts"]["worker2"]["nodes_address"] = "192.168.99.101"


def unknown_provider(nodes: Variables) -> None:
    nodes["nodes_provider"] = "vagrant"


def overlapping_subnets(swarm: Variables) -> None:
    swarm["swarm_networks"][0]["subnet"] = "192.168.0.0/16"


def unknown_key(swarm: Variables) -> None:
    swarm["swarm_networks"][0]["subnt"] = swarm["swarm_networks"][0].pop("subnet")


def port_twice(swarm: Variables) -> None:
    swarm["swarm_services"][2]["published_ports"] = swarm["swarm_services"][1]["published_ports"]


def run_site(inventory: Path, temporary: Path) -> subprocess.CompletedProcess[str]:
    command = [Path(sys.executable).parent / "ansible-playbook", "-i", inventory, "playbooks/site.yml"]
    environment = {
        **os.environ,
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_LOCAL_TEMP": str(temporary),
        "ANSIBLE_NOCOLOR": "1",
    }
    return subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True, timeout=120)


def containers() -> list[str]:
    """Containers of the lab, of which there can be none where there is no Docker."""
    if shutil.which("docker") is None:
        return []
    command = ["docker", "ps", "--all", "--quiet", "--filter", f"name={LAB}-"]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=60).stdout.split()


@pytest.mark.parametrize(
    ("file", "breaks", "sentence"),
    [
        (
            "hosts.yml",
            no_manager,
            "The group swarm_managers has no member, but a swarm needs a manager. Put a host into it.",
        ),
        (
            "hosts.yml",
            address_twice,
            "nodes_address of worker2 is 192.168.99.101, which worker1 has already. Give each node its own.",
        ),
        (
            "group_vars/nodes.yml",
            unknown_provider,
            "nodes_provider is 'vagrant', but has to be one of container, existing.",
        ),
        (
            "group_vars/swarm.yml",
            overlapping_subnets,
            "nodes_subnet (192.168.99.0/24) overlaps swarm_networks (overlay1): subnet (192.168.0.0/16). "
            "Give one of them another subnet.",
        ),
        (
            "group_vars/swarm.yml",
            unknown_key,
            'swarm_networks[0] (overlay1) has the unknown key "subnt". Did you mean "subnet"?',
        ),
        (
            "group_vars/swarm.yml",
            port_twice,
            "swarm_services: redis and vote both publish port 8080/tcp. Give one of them another published port.",
        ),
    ],
)
def test_nothing_is_changed(tmp_path: Path, file: str, breaks: Break, sentence: str) -> None:
    inventory = tmp_path / "inventory"
    shutil.copytree(ROOT / "inventories" / "swarm", inventory)
    (inventory / "group_vars" / "all.yml").write_text(yaml.safe_dump({"lab_name": LAB}), encoding="utf-8")
    variables = yaml.safe_load((inventory / file).read_text(encoding="utf-8"))
    breaks(variables)
    (inventory / file).write_text(yaml.safe_dump(variables), encoding="utf-8")

    done = run_site(inventory, tmp_path / "temporary")
    shown = done.stdout + done.stderr
    assert done.returncode != 0
    assert sentence in " ".join(shown.split())
    assert "Traceback" not in shown
    assert re.findall(r"^TASK \[(.*)\]", done.stdout, re.MULTILINE) == ["Check what was asked for"]
    assert set(re.findall(r"changed=(\d+)", done.stdout)) == {"0"}
    assert containers() == []
