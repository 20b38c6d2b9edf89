# SPDX-License-Identifier: GPL-3.0-or-later
"""The module as Ansible starts it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args
from ansible_collections.packetwalk.labs.plugins.modules import docker_network_verbose_info, node_state

RUNNER = """
import json, sys
from ansible.module_utils.testing import patch_module_args
from ansible_collections.packetwalk.labs.plugins.modules import node_state
with patch_module_args(json.loads(sys.argv[1])["ANSIBLE_MODULE_ARGS"]):
    node_state.main()
"""


def run(module: Any, capsys: pytest.CaptureFixture[str], **arguments: Any) -> dict[str, Any]:
    with patch_module_args(arguments), pytest.raises(SystemExit):
        module.main()
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("check_mode", [False, True])
def test_it_returns_the_own_namespace_and_changes_nothing(capsys: pytest.CaptureFixture[str], check_mode: bool) -> None:
    result = run(node_state, capsys, gather=["namespaces"], namespaces=["host"], _ansible_check_mode=check_mode)
    assert result["changed"] is False
    assert result["state"]["namespaces"]["host"]["links"][0]["name"] == "lo"
    assert "docker" not in result["state"] and "capabilities" not in result["state"]


def test_what_could_not_be_read_is_a_warning() -> None:
    # In a process of its own: where the controller's code is imported too, warnings go to its display.
    arguments = {"ANSIBLE_MODULE_ARGS": {"gather": ["docker"], "docker_socket": "/nowhere.sock"}}
    process = subprocess.run(
        [sys.executable, "-c", RUNNER, json.dumps(arguments)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    result = json.loads(process.stdout)
    assert result["state"]["docker"] is None
    assert result["state"]["docker_reason"].startswith("/nowhere.sock: there is no such socket")
    assert "Docker is not in the state" in json.dumps(result["warnings"])


def test_a_part_that_there_is_not_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    result = run(node_state, capsys, gather=["weather"])
    assert result["failed"] and "weather" in result["msg"]


def test_no_key_is_the_name_of_a_dictionary_method(capsys: pytest.CaptureFixture[str]) -> None:
    def keys(value: Any) -> set[str]:
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
        return set(value if isinstance(value, dict) else []).union(*map(keys, inner))

    result = run(node_state, capsys, gather=["namespaces", "capabilities"], namespaces=["host"])
    assert not keys(result) & set(dir(dict))


def test_the_networks_module_fails_with_the_reason(capsys: pytest.CaptureFixture[str]) -> None:
    result = run(docker_network_verbose_info, capsys, docker_socket="/nowhere.sock")
    assert result["failed"]
    assert result["msg"].startswith("Cannot read the networks: /nowhere.sock: there is no such socket")
