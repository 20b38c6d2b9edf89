# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""What the checks of a Docker swarm share."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import Finding, error
from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import Unknown
from ansible_collections.packetwalk.labs.plugins.plugin_utils._swarm import Swarm


def each_member(swarm: Swarm, judge: Callable[[Swarm, str], Iterator[Finding]]) -> Iterator[Finding]:
    """Findings of ``judge`` on every node of the swarm, and an error for each node that does not let us look."""
    for name, reason in sorted(swarm.unreadable.items()):
        yield error(name, f"state of {name}", reason)
    for name in swarm.members:
        try:
            yield from judge(swarm, name)
        except Unknown as reason:
            yield error(name, f"state of {name}", str(reason))
