# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Check of the kernels under encrypted overlay networks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._swarm import each_member
from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import (
    Finding,
    Step,
    evidence,
    judged,
    skipped,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import Unknown, read
from ansible_collections.packetwalk.labs.plugins.plugin_utils._swarm import Swarm

_HINT = (
    "Packets of this network to other nodes are lost: take encrypted out of its entry in swarm_networks, "
    "or use nodes whose kernel has ESP."
)


def swarm_encryption(document: dict[str, Any], intent: dict[str, Any]) -> Iterator[Finding]:
    """Where an encrypted network is, the kernel has ESP. Docker builds the network without it as well."""
    findings = list(each_member(Swarm(document), _node))
    yield from findings or [skipped("networks", "encryption of overlay networks", "no network is encrypted")]


def _node(swarm: Swarm, name: str) -> Iterator[Finding]:
    for network in swarm.overlays(name, in_use=False):
        if network["encrypted"]:
            feature = read(read(read(swarm.nodes[name], "capabilities"), "features"), "esp")
            if feature["present"] is None:
                raise Unknown(feature["reason"])
            seen = [evidence(name, None, "ESP by capabilities", feature)]
            actual = "present" if feature["present"] else "absent"
            yield judged(f"{name}/{network['name']}", [Step("ESP in the kernel", "present", actual, seen, _HINT)])
