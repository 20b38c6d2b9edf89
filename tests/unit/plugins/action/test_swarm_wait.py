# SPDX-License-Identifier: GPL-3.0-or-later
"""The loop of swarm_wait over recorded documents, on a clock that only its own sleep moves."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.playbook.play_context import PlayContext
from ansible.playbook.task import Task
from ansible.plugins.connection.local import Connection
from ansible_collections.packetwalk.labs.plugins.action import swarm_wait
from ansible_collections.packetwalk.labs.plugins.plugin_utils import _state

Document = dict[str, Any]

STATE_FILE = Path(__file__).parents[3] / "recordings" / "swarm-three-nodes-ipvs" / "state.json"
CONVERGED: Document = _state.load(
    STATE_FILE.read_text(encoding="utf-8")
)  # every service watches new tasks for 5 seconds


def changed(part: str, start_of_name: str, **keys: Any) -> Document:
    document = copy.deepcopy(CONVERGED)
    rows = document["control"]["swarm"][part]
    next(row for row in rows if row["name"].startswith(start_of_name)).update(keys)
    return document


PREPARING = changed("tasks", "web.1", state="preparing")
PAUSED = changed("services", "web", update={"state": "paused", "message": "task failed", "monitor_seconds": 5.0})
QUICK = changed("services", "web", update={"state": "completed", "message": None, "monitor_seconds": 1.0})


class Clock:
    """In place of the module ``time``: nothing passes but what is slept."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class ManagerDouble(swarm_wait.ActionModule):
    """Asks no host: each look is the next of ``documents``, and the last one again and again."""

    documents: list[Document]
    looks = 0

    def _look(self, task_vars: dict[str, Any] | None) -> Document:
        self.looks += 1
        return self.documents[min(self.looks, len(self.documents)) - 1]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(swarm_wait, "time", clock)
    return clock


def action(kind: type[swarm_wait.ActionModule], **arguments: Any) -> Any:
    task = Task()
    task.action, task.args = "packetwalk.labs.swarm_wait", arguments
    context = PlayContext()
    return kind(task, Connection(context), context, None, None, None)


def wait(documents: list[Document], **arguments: Any) -> dict[str, Any]:
    manager = action(ManagerDouble, services=["cli", "web"], **arguments)
    manager.documents = documents
    result: dict[str, Any] = manager.run()
    return result


@pytest.mark.parametrize(
    ("documents", "arguments", "seconds"),
    [
        pytest.param([CONVERGED], {"hold_seconds": 0}, 0.0, id="at the first look"),
        pytest.param([CONVERGED], {}, 5.0, id="watched as long as the services watch new tasks"),
        pytest.param([CONVERGED], {"hold_seconds": 2.5}, 2.5, id="watched for a time of one's own"),
        pytest.param([PREPARING] * 6 + [CONVERGED], {"hold_seconds": 0}, 3.0, id="waited first"),
        pytest.param(
            [PREPARING, CONVERGED, PREPARING, CONVERGED], {}, 6.5, id="a task that dies starts the watch again"
        ),
        pytest.param([QUICK], {}, 5.0, id="the longest time of all services"),
        pytest.param([QUICK], {"hold_seconds": 120}, 120.0, id="until the last moment"),
    ],
)
def test_how_long_it_takes(clock: Clock, documents: list[Document], arguments: dict[str, Any], seconds: float) -> None:
    result = wait(documents, **arguments)
    assert result == {"changed": False, "services": ["cli", "web"], "waited_seconds": seconds}
    assert clock.now == seconds


@pytest.mark.parametrize(
    ("documents", "arguments", "sentence", "seconds"),
    [
        pytest.param(
            [PREPARING],
            {"timeout": 10},
            "After 10 seconds these services have not converged: web: 1 of 2 tasks run",
            10.5,
            id="tasks are missing",
        ),
        pytest.param(
            [CONVERGED, PREPARING],
            {},
            "After 120 seconds these services have not converged: web: 1 of 2 tasks run",
            120.5,
            id="a task died",
        ),
        pytest.param(
            [PREPARING, PREPARING, CONVERGED],
            {"timeout": 3},
            "After 3 seconds these services have not converged: all services run; watching whether they stay up",
            3.5,
            id="not watched for long enough",
        ),
        pytest.param(
            [PREPARING, PAUSED],
            {},
            "These services cannot converge by themselves: web: its update is paused (task failed)",
            0.5,
            id="a paused update is not waited for",
        ),
    ],
)
def test_when_it_gives_up(
    clock: Clock, documents: list[Document], arguments: dict[str, Any], sentence: str, seconds: float
) -> None:
    with pytest.raises(AnsibleActionFail) as error:
        wait(documents, **arguments)
    assert str(error.value) == sentence
    assert clock.now == seconds


def test_it_says_what_is_missing_whenever_that_changes(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    wait([PREPARING, PREPARING, CONVERGED, CONVERGED, PREPARING, CONVERGED], hold_seconds=1)
    assert capsys.readouterr().out.splitlines() == [
        "  waiting (0 s): web: 1 of 2 tasks run",
        "  waiting (1 s): all services run; watching whether they stay up",
        "  waiting (2 s): web: 1 of 2 tasks run",
        "  waiting (2 s): all services run; watching whether they stay up",
    ]


NODE = {"docker": None, "docker_reason": "/var/run/docker.sock: nothing listens there"}
MEMBER = {"docker": {"swarm": {"state": "active"}, "cluster": None, "cluster_reason": "this node is a worker"}}


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"failed": True, "msg": "no such host"}, "no such host"),
        ({"state": NODE}, "/var/run/docker.sock: nothing listens there"),
        ({"state": MEMBER}, "no manager told about the swarm (manager: this node is a worker)"),
        ({"state": {"docker": {"swarm": {"state": "inactive"}, "cluster": None}}}, "it is in no swarm"),
    ],
)
def test_a_host_that_is_no_manager(monkeypatch: pytest.MonkeyPatch, answer: dict[str, Any], reason: str) -> None:
    plugin = action(swarm_wait.ActionModule, services=["web"])
    monkeypatch.setattr(plugin, "_execute_module", lambda **arguments: answer)
    with pytest.raises(AnsibleActionFail) as error:
        plugin.run()
    assert str(error.value) == f"The manager cannot be asked: {reason}"


def test_services_have_to_be_named() -> None:
    with pytest.raises(AnsibleError, match="missing required arguments: services"):
        action(swarm_wait.ActionModule).run()
