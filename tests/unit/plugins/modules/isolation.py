# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a script of this folder alone in namespaces of its own, and modules within such a script.

The network, mount and process namespaces end with the last process of the script.
"""

from __future__ import annotations

import contextlib
import io
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


def run(module: Any, check: bool = False, **arguments: Any) -> dict[str, Any]:
    """Return what a module, whose file was imported, gives back for arguments, also when it fails."""
    from ansible.module_utils.testing import patch_module_args

    out = io.StringIO()
    arguments["_ansible_check_mode"] = check
    with patch_module_args(arguments), contextlib.redirect_stdout(out), contextlib.suppress(SystemExit):
        module.main()
    result: dict[str, Any] = json.loads(out.getvalue())
    return result
