# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Where something is, as people call it."""

from __future__ import annotations

import re

# Swarm appends the identifiers of the task and, for a global service, of the node to the service's name.
_IDENTIFIERS = re.compile(r"(\.[a-z0-9]{25})+$")


def place(node: str | None, namespace: str | None, container: str | None = None) -> str:
    """``worker1 · d7f92170ec4e (vote.2)``; without a node it is outside of the lab."""
    if node is None:
        return "outside of the lab"
    return f"{node} · {named(namespace, container)}" if namespace else node


def named(namespace: str, alias: str | None) -> str:
    """``d7f92170ec4e (vote.2)``: a namespace with the container or the network it is made for."""
    return f"{namespace} ({short_name(alias)})" if alias else namespace


def short_name(container: str) -> str:
    """``vote.2`` of ``vote.2.91k5z4omh4jgowjxlyk4c8c4x``."""
    return _IDENTIFIERS.sub("", container)
