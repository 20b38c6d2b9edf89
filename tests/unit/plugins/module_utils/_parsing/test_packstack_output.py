# SPDX-License-Identifier: GPL-3.0-or-later
"""What packstack 26 prints while it runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import _packstack_output as output

DRY_RUN = (Path(__file__).parents[4] / "recordings" / "packstack" / "dry-run.txt").read_text(encoding="utf-8")

# No step of Puppet was recorded; these lines are as plugins/puppet_950.py writes them.
PUPPET = """Preparing Puppet manifests                           [ \033[32mDONE\033[0m ]
Applying 192.168.122.15_compute.pp
Applying 192.168.122.207_compute.pp
\r192.168.122.15_compute.pp:                           [ \033[32mDONE\033[0m ]
"""


def test_dry_run_off_enterprise_linux() -> None:
    progress = output.parse(DRY_RUN)
    assert progress["steps"] == [
        {"title": "Clean Up", "state": "done"},
        {"title": "Discovering ip protocol version", "state": "done"},
        {"title": "Setting up ssh keys", "state": "error"},
    ]
    assert progress["error"].startswith("Failed to run remote script, stdout:")
    assert "restorecon: command not found" in progress["error"]
    assert "log file" not in progress["error"]
    assert not progress["succeeded"]
    assert output.where(progress) == "Setting up ssh keys: error"


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "it has begun"),
        ("Installing:\nClean Up                             [ DONE ]\nDiscov", "Clean Up: done"),
        (PUPPET, "Puppet applies 192.168.122.207_compute.pp"),
        (PUPPET + "192.168.122.207_compute.pp:     [ ERROR ]\n", "192.168.122.207_compute.pp: error"),
    ],
)
def test_where_it_is(text: str, where: str) -> None:
    assert output.where(output.parse(text)) == where


def test_success() -> None:
    progress = output.parse(PUPPET + "\n **** Installation completed successfully ******\n\nAdditional information:\n")
    assert progress["succeeded"]
    assert progress["error"] is None


def test_cut_in_an_error() -> None:
    assert output.parse("\033[0;31mERROR : Error appeared during")["error"] == "Error appeared during"
