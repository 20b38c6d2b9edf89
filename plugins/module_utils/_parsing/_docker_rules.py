# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Tell Docker's netfilter rules from other people's."""

from __future__ import annotations

import re

# Docker's chains, and rules that name its bridges: docker0, docker_gwbridge and br-<network id>.
_DOCKER = re.compile(r"(^:|\s)DOCKER(-[A-Z0-9-]+)?(\s|$)|\s(docker0|docker_gwbridge|br-[0-9a-f]{12})(\s|$)")


def without_docker(text: str, forward_policy: str) -> str:
    """Return the output of iptables-save without what a Docker engine adds, with this policy for forwarding.

    Docker sets the policy of filter FORWARD to DROP and nobody sets it back when the engine stops.
    """
    lines = [line for line in text.splitlines() if not _DOCKER.search(line)]
    kept = [re.sub(r"^:FORWARD DROP\b", f":FORWARD {forward_policy}", line) for line in lines]
    return "\n".join(kept) + "\n"
