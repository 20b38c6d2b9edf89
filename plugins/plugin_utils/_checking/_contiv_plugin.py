# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Check of Contiv's daemons."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._contiv import (
    DRIVER,
    NETMASTER,
    Contiv,
    each_node,
    seen,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import Finding, Step, judged
from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import read

# What an engine asks a plugin for (moby pkg/plugins: the manifest of Plugin.Activate).
_DRIVERS = ["IpamDriver", "NetworkDriver"]


def contiv_plugin(document: dict[str, Any], intent: dict[str, Any]) -> Iterator[Finding]:
    """netplugin runs on every node and answers the engine as both of its drivers; netmaster runs on the masters."""
    yield from each_node(Contiv(document, intent), _daemons)


def _daemons(contiv: Contiv, name: str) -> Iterator[Finding]:
    yield judged(f"{name}/{DRIVER}", _plugin_steps(contiv, name))
    if name in contiv.wanted["masters"]:
        yield judged(f"{name}/{NETMASTER}", [_daemon_step(contiv, name, NETMASTER)])


def _daemon_step(contiv: Contiv, name: str, daemon: str) -> Step:
    row = read(contiv.swarm(name), "daemons").get(daemon)
    hint = f"Look at the log of {daemon}, and start it again with playbooks/contiv.yml."
    return Step(f"{daemon} of {name} runs", True, contiv.runs(name, daemon), [seen("daemons", row, node=name)], hint)


def _plugin_steps(contiv: Contiv, name: str) -> Iterator[Step]:
    yield _daemon_step(contiv, name, DRIVER)
    found = [row for row in read(contiv.swarm(name), "plugins") if row["name"] == DRIVER]
    row = found[0] if found else None
    rows = [seen("plugins", row, node=name)]
    hint = "Restart netplugin, which makes its socket when it starts; engines find it there."
    yield Step(f"plugins {DRIVER} that {name} has a socket of", 1, len(found), rows, hint)
    answer = "an answer" if row and row["answers"] else (row or {}).get("reason")
    yield Step(f"{DRIVER} of {name} on its socket", "an answer", answer, rows, hint)
    drivers = row["implements"] if row else []
    hint = "Only netplugin with -plugin-mode docker has both drivers; engines in swarm mode refuse them."
    yield Step(
        f"drivers that {DRIVER} of {name} is", _DRIVERS, drivers, rows, hint, holds=set(drivers) >= set(_DRIVERS)
    )
