# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Where something is, as people call it."""

from __future__ import annotations

from ansible_collections.packetwalk.labs.plugins.plugin_utils._swarm import short_name


def place(node: str | None, namespace: str | None, container: str | None = None) -> str:
    """``worker1 · d7f92170ec4e (vote.2)``; without a node it is outside of the lab."""
    if node is None:
        return "outside of the lab"
    return f"{node} · {named(namespace, container)}" if namespace else node


def named(namespace: str, alias: str | None) -> str:
    """``d7f92170ec4e (vote.2)``: a namespace with the container or the network it is made for."""
    return f"{namespace} ({short_name(alias)})" if alias else namespace
