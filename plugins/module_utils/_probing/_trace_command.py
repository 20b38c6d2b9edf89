# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Run the commands of Open vSwitch and OVN that trace packets."""

from __future__ import annotations

import os
import re
import subprocess
from typing import Mapping, NamedTuple, Sequence

from ansible_collections.packetwalk.labs.plugins.module_utils._probing import _tools

_LOGGED = re.compile(r"[0-9-]+T[0-9:]+Z\|")


class TraceError(Exception):
    """No trace came of it; the text is the reason, a clause."""


class Finished(NamedTuple):
    """``status`` is that of subprocess: negative for a signal. ``said`` is what it complained of, one line."""

    status: int
    output: str
    said: str


def run(command: Sequence[str], environment: Mapping[str, str], timeout_seconds: float) -> Finished:
    """A command that has ended, however it did. Raises TraceError."""
    try:
        finished = subprocess.run(
            [path_of(command[0]), *command[1:]],
            env={**os.environ, "LC_ALL": "C", **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise TraceError(f"{command[0]} did not end in {timeout_seconds:g} seconds") from error
    except OSError as error:
        raise TraceError(f"{command[0]}: {error.strerror}") from error
    errors = finished.stderr.decode(errors="replace").strip().splitlines()
    # Lines of the log come before what it ended of, and ovs-appctl adds that a server returned an error.
    said = [line for line in errors if not _LOGGED.match(line)]
    return Finished(finished.returncode, finished.stdout.decode(errors="replace"), said[0] if said else "")


def path_of(name: str) -> str:
    """Raises TraceError."""
    path = _tools.find(name)
    if path is None:
        raise TraceError(f"there is no {name} here")
    return path
