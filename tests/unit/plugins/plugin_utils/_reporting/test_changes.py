# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes for people."""

from __future__ import annotations

import copy
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._comparing._diff import state_diff
from ansible_collections.packetwalk.labs.plugins.plugin_utils._reporting import _changes


def test_the_whole_report(swarm_state: dict[str, Any]) -> None:
    after = copy.deepcopy(swarm_state)
    namespaces = after["nodes"]["n1"]["namespaces"]
    namespaces["host"]["sockets"].append({"protocol": "udp", "address": "0.0.0.0", "port": 4789, "inode": None})
    del namespaces["ingress_sbox"]
    del namespaces["1-1us5hb6ohx"]["neighbours"][0]
    after["nodes"]["n2"]["docker"]["swarm"]["state"] = "inactive"
    after["nodes"]["n3"] = {"namespaces": None, "namespaces_reason": "no route", "docker": None}
    after["control"]["swarm"]["services"][0]["replicas"] = 2
    changes = state_diff(swarm_state, after)
    assert _changes.text(changes).splitlines() == [
        "n1",
        "  + socket udp 0.0.0.0:4789",
        "  - namespace ingress_sbox (eth0 10.0.0.2/24 10.0.0.5/32, eth1 172.18.0.2/16)",
        "  1-1us5hb6ohx",
        "    - neighbour 10.0.1.10 dev vxlan0 (02:42:0a:00:01:0a, permanent)",
        "n2",
        "  ~ docker engine: swarm.state active -> inactive",
        "n3",
        "  ? node n3 could not be compared: known before; unknown after (no route)",
        "lab",
        "  ~ swarm service cli: replicas none -> 2",
        "1 created, 2 removed, 2 changed, 1 unknown",
    ]
    actions = [action for _line, action in _changes.lines(changes)]
    assert actions[:4] == [None, "created", "removed", None]
    assert actions[-2:] == ["changed", None]


def test_no_change_is_one_line(swarm_state: dict[str, Any]) -> None:
    assert _changes.text(state_diff(swarm_state, swarm_state)) == "0 created, 0 removed, 0 changed, 0 unknown\n"
