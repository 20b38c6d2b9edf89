# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Where the commands are that a node may have."""

from __future__ import annotations

import functools
import os
import shutil

# Not in the PATH of an ordinary user, nor of some remote shells.
_ADMINISTRATION = ("/usr/local/sbin", "/usr/sbin", "/sbin")


@functools.lru_cache(maxsize=None)
def find(command: str) -> str | None:
    """Return the path of a command, ``None`` when there is none."""
    return shutil.which(command, path=os.pathsep.join((os.environ.get("PATH", os.defpath),) + _ADMINISTRATION))
