# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Files on the controller: reading a saved state document, and writing reports as a whole or not at all."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils import _state


def load_state(path: str) -> dict[str, Any]:
    """The state document in a file. Raises StateError, also when the file cannot be read."""
    try:
        return _state.load(Path(path).read_text(encoding="utf-8"))
    except OSError as problem:
        raise _state.StateError(f"The state file {path} cannot be read: {problem.strerror}.") from None


def as_json(data: Any) -> str:
    """The text of a report for programs, byte for byte the same for the same data."""
    return json.dumps(data, indent=1, sort_keys=True) + "\n"


def write(path: Path, text: str) -> None:
    """Makes the file, and its directory when there is none. Who reads it meanwhile sees the old text or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
