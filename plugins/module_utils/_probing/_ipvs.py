# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Read the virtual services of IPVS in the network namespace that the thread is in."""

from __future__ import annotations

from typing import Any

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import _ipvs
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError

# Not /proc/net, which leads to the main thread's namespace.
_FILE = "/proc/thread-self/net/ip_vs"


def read() -> dict[str, Any]:
    """Return ``ipvs`` of the document, or null and ``ipvs_reason``."""
    try:
        with open(_FILE, encoding="ascii") as file:
            return {"ipvs": _ipvs.parse_proc(file.read())}
    except FileNotFoundError:
        return {"ipvs": None, "ipvs_reason": "this kernel has no ip_vs, or it is not loaded"}
    except OSError as error:
        return {"ipvs": None, "ipvs_reason": f"{_FILE}: {error.strerror}"}
    except ParseError as error:
        return {"ipvs": None, "ipvs_reason": str(error)}
