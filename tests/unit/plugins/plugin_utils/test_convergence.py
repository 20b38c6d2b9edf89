# SPDX-License-Identifier: GPL-3.0-or-later
"""The recorded swarm has converged; each change to its tasks or updates is told in one sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.plugin_utils._convergence import monitor_seconds, progress

Document = dict[str, Any]
Change = Callable[[Document], None]

NAMES = ["cli", "web"]  # a global service on three nodes, and one with two replicas


def service(document: Document, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(row for row in document["control"]["swarm"]["services"] if row["name"] == name)
    return found


def task(document: Document, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(
        row for row in document["control"]["swarm"]["tasks"] if row["name"].startswith(f"{name}.")
    )
    return found


def task_is(name: str, /, **keys: Any) -> Change:
    return lambda document: task(document, name).update(keys)


def node_is(hostname: str, **keys: Any) -> Change:
    def change(document: Document) -> None:
        next(row for row in document["control"]["swarm"]["nodes"] if row["hostname"] == hostname).update(keys)

    return change


def update_is(name: str, state: str, message: str | None = None) -> Change:
    return lambda document: service(document, name)["update"].update(state=state, message=message)


def service_is(service_name: str, **keys: Any) -> Change:
    return lambda document: service(document, service_name).update(keys)


def both(*changes: Change) -> Change:
    def change(document: Document) -> None:
        for each in changes:
            each(document)

    return change


@pytest.mark.parametrize(
    ("change", "waiting"),
    [
        pytest.param(lambda document: None, [], id="as recorded"),
        pytest.param(task_is("web.1", state="preparing"), ["web: 1 of 2 tasks run"], id="a task prepares"),
        pytest.param(task_is("web.1", state="failed"), ["web: 1 of 2 tasks run"], id="a task failed"),
        pytest.param(
            task_is("web.1", desired_state="shutdown"), ["web: 1 of 2 tasks run"], id="a task that is being replaced"
        ),
        pytest.param(
            node_is("n2", state="down"),
            ["web: 1 of 2 tasks run"],
            id="a task on a node that is Down, though it says running",
        ),
        pytest.param(service_is("web", replicas=3), ["web: 2 of 3 tasks run"], id="scaled up"),
        pytest.param(service_is("web", replicas=1), ["web: 2 of 1 tasks run"], id="scaled down"),
        pytest.param(
            task_is("cli.mqj106qvllz50890xcb4bxwt5", state="starting"),
            ["cli: 2 of 3 tasks run"],
            id="of a global service",
        ),
        pytest.param(
            service_is("cli", constraints=["node.hostname == n1"]), ["cli: 3 of 1 tasks run"], id="fewer nodes fit"
        ),
        pytest.param(update_is("web", "updating"), ["web: its update is updating"], id="updating"),
        pytest.param(update_is("web", "completed"), [], id="updated"),
        pytest.param(update_is("web", "rollback_started"), ["web: its update is rollback_started"], id="rolling back"),
        pytest.param(update_is("web", "rollback_completed"), [], id="rolled back"),
        pytest.param(
            both(update_is("web", "rollback_completed"), task_is("web.1", state="starting")),
            ["web: 1 of 2 tasks run"],
            id="rolled back, but a task starts",
        ),
        pytest.param(
            both(service_is("web", replicas=1), task_is("web.2", desired_state="shutdown")),
            ["web: 1 task is still stopping"],
            id="scaled down, and a task stops",
        ),
        pytest.param(
            both(
                service_is("web", replicas=0),
                task_is("web.1", desired_state="remove"),
                task_is("web.2", desired_state="shutdown", state="starting"),
            ),
            ["web: 2 tasks are still stopping"],
            id="scaled down to none",
        ),
        pytest.param(
            both(service_is("web", replicas=1), task_is("web.2", desired_state="shutdown", state="shutdown")),
            [],
            id="scaled down, and the task has stopped",
        ),
        pytest.param(
            both(
                service_is("web", replicas=1),
                task_is("web.2", desired_state="shutdown"),
                node_is("n2", state="down"),
                service_is("cli", constraints=["node.hostname != n2"]),
            ),
            [],
            id="scaled down, and the task is on a node that is Down",
        ),
        pytest.param(
            both(service_is("web", replicas=1), task_is("web.2", desired_state="shutdown", state="pending", node=None)),
            [],
            id="scaled down, and the task never got a node",
        ),
        pytest.param(service_is("web", update=None), [], id="never updated"),
        pytest.param(service_is("web", name="vote"), ["web is not there"], id="missing"),
    ],
)
def test_what_is_waited_for(swarm_state: Document, change: Change, waiting: list[str]) -> None:
    change(swarm_state)
    assert progress(swarm_state, NAMES) == (waiting, [])


@pytest.mark.parametrize(
    ("change", "stuck"),
    [
        (update_is("web", "paused", "task failed"), "web: its update is paused (task failed)"),
        (update_is("web", "paused"), "web: its update is paused (no reason given)"),
        (update_is("cli", "rollback_paused", "task failed"), "cli: its update is rollback_paused (task failed)"),
    ],
)
def test_what_cannot_converge_by_itself(swarm_state: Document, change: Change, stuck: str) -> None:
    change(swarm_state)
    assert progress(swarm_state, NAMES) == ([], [stuck])


def test_a_service_may_be_called_intent(swarm_state: Document) -> None:
    service_is("web", name="intent", replicas=3)(swarm_state)
    assert progress(swarm_state, ["intent"]) == (["intent: 2 of 3 tasks run"], [])


def test_tasks_of_a_job_are_not_counted(swarm_state: Document) -> None:
    service_is("web", mode="replicated-job")(swarm_state)
    assert progress(swarm_state, ["web"]) == ([], [])


def test_only_the_named_services_count(swarm_state: Document) -> None:
    task_is("web.1", state="preparing")(swarm_state)
    assert progress(swarm_state, ["cli"]) == ([], [])
    assert progress(swarm_state, []) == ([], [])


@pytest.mark.parametrize(
    ("web", "cli", "names", "seconds"),
    [
        (5.0, 5.0, NAMES, 5.0),
        (30.0, 5.0, NAMES, 30.0),
        (30.0, 5.0, ["cli"], 5.0),
        # Shorter than the engine's own default, which holds where a service does not say.
        (1.0, 2.0, NAMES, 2.0),
        (1.0, None, NAMES, 5.0),
        (0.0, 0.0, NAMES, 0.0),
        (30.0, 30.0, [], 0.0),
    ],
)
def test_how_long_new_tasks_are_watched(
    swarm_state: Document, web: float | None, cli: float | None, names: list[str], seconds: float
) -> None:
    service(swarm_state, "web")["update"]["monitor_seconds"] = web
    service(swarm_state, "cli")["update"]["monitor_seconds"] = cli
    assert monitor_seconds(swarm_state, names) == seconds


def test_a_service_that_was_never_updated_is_watched_as_long_as_the_engine_does(swarm_state: Document) -> None:
    service(swarm_state, "web")["update"] = None
    assert monitor_seconds(swarm_state, ["web"]) == 5.0
