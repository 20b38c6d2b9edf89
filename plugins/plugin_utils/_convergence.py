# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Have the services of a swarm converged, and if not, what is still missing?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._swarm_services import (
    counted_tasks,
    wanted_tasks,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._swarm import Swarm

# What an engine watches a new task for, when the service does not say (swarmkit: api/defaults/service.go).
DEFAULT_MONITOR_SECONDS = 5.0


class Progress(NamedTuple):
    """``waiting``: one sentence for each service that has not converged; ``stuck``: those that cannot by themselves."""

    waiting: list[str]
    stuck: list[str]


def progress(document: dict[str, Any], names: Sequence[str]) -> Progress:
    """Judge the named services of a state document. Tasks count by their real state, on nodes that are not Down."""
    waiting, stuck = [], []
    swarm = Swarm(document)
    known = {service["name"]: service for service in swarm.cluster["services"]}
    for name in names:
        if name not in known:
            waiting.append(f"{name} is not there")
            continue
        state = (known[name]["update"] or {}).get("state") or "completed"
        if state.endswith("paused"):
            stuck.append(f"{name}: its update is {state} ({known[name]['update'].get('message') or 'no reason given'})")
        elif state not in ("completed", "rollback_completed"):
            waiting.append(f"{name}: its update is {state}")
        else:
            waiting.extend(f"{name}: {missing}" for missing in _missing(swarm, known[name]))
    return Progress(waiting, stuck)


def _missing(swarm: Swarm, service: dict[str, Any]) -> list[str]:
    wanted, running = wanted_tasks(swarm, service), len(counted_tasks(swarm, service))
    if wanted != running and isinstance(wanted, int):
        return [f"{running} of {wanted} tasks run"]
    stopping = len(swarm.stopping_tasks(service["id"]))
    if stopping:
        return [f"{stopping} {'task is' if stopping == 1 else 'tasks are'} still stopping"]
    return []


def monitor_seconds(document: dict[str, Any], names: Sequence[str]) -> float:
    """Return the longest time that one of the services watches a new task before it counts as good."""
    services = [service for service in Swarm(document).cluster["services"] if service["name"] in names]
    given = [(service["update"] or {}).get("monitor_seconds") for service in services]
    return max([DEFAULT_MONITOR_SECONDS if each is None else each for each in given], default=0.0)
