# SPDX-License-Identifier: GPL-3.0-or-later
"""The tag of a node image names what is in it, and what is put into it from elsewhere is pinned."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROLES = Path(__file__).parents[3] / "roles"
ENVIRONMENTS = sorted(ROLES.glob("*/files/environment"))


def tags(roles: Path, environments: list[str]) -> tuple[str, str]:
    """Tag of the image of packages, and tag of that with environments, as the role says them."""
    role = roles / "nodes"
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "vars_files": [str(role / folder / "main.yml") for folder in ("defaults", "vars")],
        "vars": {"lab_name": "any", "role_path": str(role)},
        "tasks": [
            {
                "ansible.builtin.debug": {"msg": "<{{ nodes_image_of_packages }}> <{{ nodes_image_made }}>"},
                "vars": {"nodes_image_environments": environments},
            }
        ],
    }
    playbook = roles / "playbook.json"
    playbook.write_text(json.dumps([play]), encoding="utf-8")
    command = [Path(sys.executable).parent / "ansible-playbook", "-i", "localhost,", playbook]
    variables = {**os.environ, "ANSIBLE_LOCAL_TEMP": str(roles / "temporary")}
    shown = subprocess.run(command, env=variables, check=True, capture_output=True, text=True, timeout=60)
    packages, made = re.findall(r"<(packetwalk/node:[0-9a-f]{12})>", shown.stdout)
    return packages, made


@pytest.fixture
def roles(tmp_path: Path) -> Path:
    """A copy of the roles, which may be changed."""
    for role in ("nodes", "openstack_embedded"):
        shutil.copytree(ROLES / role, tmp_path / role)
    return tmp_path


def test_without_environments_the_image_is_that_of_the_packages(roles: Path) -> None:
    packages, made = tags(roles, [])
    assert made == packages


def test_another_requirement_is_another_image_on_the_same_packages(roles: Path) -> None:
    packages, made = tags(roles, ["openstack_embedded"])
    assert made != packages
    requirements = roles / "openstack_embedded" / "files" / "environment" / "requirements.txt"
    requirements.write_text(requirements.read_text(encoding="utf-8") + "one-more==1.0\n", encoding="utf-8")
    assert tags(roles, ["openstack_embedded"])[0] == packages
    assert tags(roles, ["openstack_embedded"])[1] != made


@pytest.mark.parametrize("folder", ENVIRONMENTS, ids=lambda folder: folder.parents[1].name)
def test_every_requirement_is_pinned(folder: Path) -> None:
    lines = (folder / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not re.fullmatch(r"[a-z0-9-]+==[0-9][\w.]*( ; .+)?", line)] == []
    assert lines == sorted(set(lines))
    assert (folder / "environment.sh").stat().st_mode & 0o111
