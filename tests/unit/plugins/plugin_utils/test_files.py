# SPDX-License-Identifier: GPL-3.0-or-later
"""Files on the controller."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.plugin_utils import _files, _state


def test_what_was_written_is_read(tmp_path: Path, swarm_state: dict[str, Any]) -> None:
    path = tmp_path / "new" / "folder" / "state.json"
    for lab in ("old", "new"):
        _files.write(path, _state.dump({**swarm_state, "lab": lab}))
    assert _files.load_state(str(path)) == {**swarm_state, "lab": "new"}
    assert list(path.parent.iterdir()) == [path]


def test_a_file_that_cannot_be_read_is_told_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(_state.StateError, match=r"^The state file .*none.json cannot be read: No such file"):
        _files.load_state(str(tmp_path / "none.json"))


def test_a_text_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(OSError, match="taken"):
        _files.write(tmp_path / "taken", "text")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]
