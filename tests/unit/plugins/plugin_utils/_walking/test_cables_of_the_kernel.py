# SPDX-License-Identifier: GPL-3.0-or-later
"""The kernel's word about veth pairs between containers: what the walk says is what becomes of a real packet."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._walks import walk

sys.path.insert(0, str(Path(__file__).parent))

import cabled_lab  # noqa: E402


@pytest.mark.parametrize(
    ("more", "payload_bytes", "told"),
    [
        ("", 20, "delivered to swns on ops3, which listens on 0.0.0.0:7777"),
        (
            "nsenter --net=$(inside 3) ip link set 1 mtu 1400",
            1450,
            "1478 bytes are more than the 1400 of 1 of swns on ops3; nobody is told",
        ),
        (
            "nsenter --net=$(inside 2) ip link set 1 down",
            20,
            "nobody answers for 10.0.1.2 on 1: 1 of swns on ops1 has no carrier",
        ),
    ],
)
def test_one_packet(more: str, payload_bytes: int, told: str) -> None:
    found = cabled_lab.run(more, "10.0.2.2", payload_bytes)
    if "refused" in found:
        pytest.skip(f"this needs namespaces of its own: {found['refused']}")
    state = {"schema": 1, "lab": "cabled", "taken_at": "2026-01-31T12:00:00Z", "nodes": found["nodes"], "control": {}}
    walked = walk(state, "ops1", f"ops3:{cabled_lab.PORT}", "udp", size_bytes=payload_bytes + 28)
    (end,) = walked["ends"]
    assert walked["hops"][end - 1]["text"] == told
    assert (walked["verdict"] == "delivered") is found["arrived"]
