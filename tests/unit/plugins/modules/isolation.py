# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a script of this folder alone in network, mount and process namespaces, which end with its last process."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Collection
from typing import Any


def outcome(script: str, commands: Collection[str], seconds: int) -> dict[str, Any]:
    """Return what the script printed, or ``refused``: what the kernel or a missing command said instead."""
    absent = [command for command in commands if not shutil.which(command)]
    if absent:
        return {"refused": f"no {', '.join(absent)}"}
    unshare = ["unshare", "--mount", "--net", "--pid", "--fork", "--mount-proc"]
    done = subprocess.run(
        [*unshare, sys.executable, script], check=False, capture_output=True, text=True, timeout=seconds
    )
    found: dict[str, Any] = json.loads(done.stdout) if done.returncode == 0 else {"refused": done.stderr.strip()}
    return found
