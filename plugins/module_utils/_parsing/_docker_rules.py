# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Tell Docker's netfilter rules from other people's."""

from __future__ import annotations

import re
from typing import Iterator

# Docker's chains, and rules that lead into them or name its bridges: docker0, docker_gwbridge and br-<network id>.
# Where such a word may stand matters: in a comment it is other people's.
_CHAIN = r"DOCKER(-[A-Z0-9-]+)?(\s|$)"
_DOCKER = re.compile(rf"^(:|-A ){_CHAIN}|\s-[jg] {_CHAIN}|\s-[io] (docker0|docker_gwbridge|br-[0-9a-f]{{12}})(\s|$)")
_FORWARD = re.compile(r"^:FORWARD (\S+)")


def _with_table(text: str) -> Iterator[tuple[str, str]]:
    table = ""
    for line in text.splitlines():
        if line.startswith("*"):
            table = line[1:].strip()
        yield table, line


def forward_policy(text: str) -> str:
    """Return the policy for forwarding (table filter) in the output of iptables-save; it is ACCEPT until one is set."""
    for table, line in _with_table(text):
        found = _FORWARD.match(line)
        if table == "filter" and found:
            return found.group(1)
    return "ACCEPT"


def without_docker(text: str, policy: str) -> str:
    """Return the output of iptables-save without what a Docker engine adds, with this policy for forwarding.

    Docker sets the policy of filter FORWARD to DROP and nobody sets it back when the engine stops.
    """
    kept = [
        _FORWARD.sub(f":FORWARD {policy}", line) if table == "filter" else line
        for table, line in _with_table(text)
        if not _DOCKER.search(line)
    ]
    return "\n".join(kept) + "\n"
