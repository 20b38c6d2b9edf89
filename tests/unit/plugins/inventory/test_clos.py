# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory plugin, used by the real ansible-inventory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[4]


def asked(directory: Path, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".ansible" / "collections"),
        "ANSIBLE_LOCAL_TEMP": str(directory / "temporary"),
        "ANSIBLE_NOCOLOR": "1",
    }
    command = [sys.executable, "-m", "ansible", "inventory", "--inventory", str(folder), *options]
    return subprocess.run(
        command, cwd=directory, env=environment, check=False, capture_output=True, text=True, timeout=60
    )


def written(directory: Path, text: str, name: str = "clos.yml") -> Path:
    folder = directory / "inventory"
    folder.mkdir()
    (folder / name).write_text(f"plugin: packetwalk.labs.clos\n{text}\n", encoding="utf-8")
    return folder


def inventory(directory: Path, folder: Path, *options: str) -> dict[str, Any]:
    done = asked(directory, folder, *options)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_the_lab_of_the_checkout_is_one_file_of_at_most_ten_lines(tmp_path: Path) -> None:
    folder = ROOT / "inventories" / "clos"
    [file] = folder.iterdir()
    assert len(file.read_text(encoding="utf-8").splitlines()) <= 10
    found = inventory(tmp_path, folder, "--list")
    assert set(found["nodes"]["children"]) == {"openswitch", "openswitch_hosts"}
    assert set(found["openswitch"]["children"]) == {"spines", "leaves"}
    assert [len(found[group]["hosts"]) for group in ("spines", "leaves", "openswitch_hosts")] == [4, 16, 16]
    leaf = inventory(tmp_path, folder, "--host", "leaf16")
    assert leaf["nodes_address"] == "192.168.95.21"
    assert leaf["lab_name"] == "clos"
    assert leaf["ansible_connection"] == "community.docker.docker"


def test_all_but_the_plugin_may_be_left_out(tmp_path: Path) -> None:
    found = inventory(tmp_path, written(tmp_path, ""), "--list")
    assert [len(found[group]["hosts"]) for group in ("spines", "leaves", "openswitch_hosts")] == [4, 16, 16]


def test_group_vars_and_extra_variables_win(tmp_path: Path) -> None:
    folder = written(tmp_path, "spines: 1\nleaves: 2")
    (folder / "group_vars").mkdir()
    (folder / "group_vars" / "nodes.yml").write_text("nodes_memory_megabytes_each: 99\n", encoding="utf-8")
    play = [
        {
            "hosts": "leaf2",
            "gather_facts": False,
            "tasks": [{"ansible.builtin.debug": {"msg": "{{ ansible_host }} {{ nodes_memory_megabytes_each }}"}}],
        }
    ]
    (tmp_path / "playbook.json").write_text(json.dumps(play), encoding="utf-8")
    # Without the connection to a container, which wants a client of Docker.
    extra = ["-e", "lab_name=other", "-e", "ansible_connection=local"]
    command = [sys.executable, "-m", "ansible", "playbook", "-i", str(folder), *extra, "playbook.json"]
    environment = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".ansible" / "collections")}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, check=False, capture_output=True, text=True, timeout=60
    )
    assert "other-leaf2 99" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("spines: 0", "spines is 0, but has to be 1 or more."),
        (
            "nodes_subnet: 192.168.95.0/28",
            "nodes_subnet is 192.168.95.0/28, which has room for 13 nodes, and not for 36.",
        ),
        (
            "leafs: 3",
            "leafs is no option of packetwalk.labs.clos, which has as_number, hosts_per_leaf, hosts_subnet, lab_name, "
            "leaves, links_subnet, nodes_subnet, plugin, spines.",
        ),
    ],
)
def test_a_mistake_ends_it_with_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    done = asked(tmp_path, written(tmp_path, text), "--list")
    assert done.returncode != 0
    assert sentence in done.stderr


def test_a_wrong_kind_names_the_option(tmp_path: Path) -> None:
    done = asked(tmp_path, written(tmp_path, "spines: four"), "--list")
    assert done.returncode != 0
    assert "'spines'" in done.stderr
    assert "'four'" in done.stderr


def test_a_file_of_another_name_is_not_read(tmp_path: Path) -> None:
    done = asked(tmp_path, written(tmp_path, "", name="fabric.yml"), "--list")
    assert done.returncode != 0
    assert "could not be verified by inventory plugin 'packetwalk.labs.clos'" in done.stderr
