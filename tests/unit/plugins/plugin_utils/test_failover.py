# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of a gateway and of a ping in each step of an exercise."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ovsdb_monitor import Update
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ping import Ping
from ansible_collections.packetwalk.labs.plugins.plugin_utils._failover import Binding, holders, measure

GATEWAY = {"name": "cr-router1-public", "chassis": "chassis2", "other_chassis": "chassis1"}
START = Binding(90.0, "chassis2")
AWAY = Binding(102.5, "chassis1")
BACK = Binding(111.25, "chassis2")


def event(**changes: Any) -> dict[str, Any]:
    told = {"name": "killed", "title": "It is killed", "mended": "It is started", "node": "chassis2", "moves": True}
    return {**told, "inject": 100.0, "mend": 110.0, "end": 120.0, "problem": None, **changes}


def pings(*lost: tuple[float, float]) -> list[Ping]:
    """One each tenth of a second from 95 to 125, those sent from and before the times of a pair are lost."""
    times = [95 + number / 10 for number in range(300)]
    return [Ping(time, not any(begin <= time < end for begin, end in lost)) for time in times]


def test_a_gateway_that_moves_and_comes_back() -> None:
    document = measure(GATEWAY, [event()], [START, AWAY, BACK], pings((100.0, 102.7), (111.0, 111.3)))
    assert (document["met"], document["text"]) == (True, "2 of 2 steps went as expected")
    away, back = document["steps"]
    assert (away["step"], away["title"], away["expected"], away["chassis"]) == (
        *("inject", "It is killed"),
        *("chassis1", "chassis1"),
    )
    assert (away["time"], away["seconds"], away["moved_after_seconds"]) == (100.0, 10.0, 2.5)
    assert away["bindings"] == [{"after_seconds": 2.5, "chassis": "chassis1"}]
    assert (len(away["unanswered_after_seconds"]), len(away["answered_after_seconds"])) == (27, 73)
    assert (away["unanswered_after_seconds"][:2], away["longest_gap_seconds"]) == ([0.0, 0.1], 2.8)
    assert (back["step"], back["title"], back["expected"], back["chassis"]) == (
        *("mend", "It is started"),
        *("chassis2", "chassis2"),
    )
    assert (back["moved_after_seconds"], len(back["unanswered_after_seconds"])) == (1.25, 3)


def test_a_gateway_that_stays() -> None:
    document = measure(GATEWAY, [event(moves=False)], [START], pings())
    assert document["met"]
    assert [step["moved_after_seconds"] for step in document["steps"]] == [None, None]
    assert [step["longest_gap_seconds"] for step in document["steps"]] == [0.1, 0.1]


def test_moved_is_when_it_had_settled() -> None:
    restless = [
        Binding(100.5, "chassis1"),
        Binding(100.6, "chassis2"),
        Binding(100.7, None),
        Binding(100.8, "chassis1"),
    ]
    away, _back = measure(GATEWAY, [event()], [START, *restless, BACK], pings())["steps"]
    assert away["moved_after_seconds"] == 0.8
    assert [row["after_seconds"] for row in away["bindings"]] == [0.5, 0.6, 0.7, 0.8]


@pytest.mark.parametrize(
    ("changes", "held", "lost", "problems"),
    [
        pytest.param(
            {}, [], [], ["the gateway is on chassis2 afterwards instead of chassis1", None], id="it should have moved"
        ),
        pytest.param(
            {"moves": False},
            [AWAY, Binding(103.0, "chassis2")],
            [],
            ["the gateway was on chassis1 meanwhile instead of chassis2 all the time", None],
            id="it should have stayed",
        ),
        pytest.param(
            {},
            [AWAY, Binding(111.0, None)],
            [],
            [None, "the gateway is on no chassis afterwards instead of chassis2"],
            id="nobody has it",
        ),
        pytest.param(
            {},
            [AWAY, BACK],
            [(108.5, 112.0), (115.0, 130.0)],
            ["no packet was answered in the last 1 seconds"] * 2,
            id="it moved, and nothing comes through",
        ),
        pytest.param(
            {"mend": None, "end": None, "problem": "no such file"}, [], [], ["no such file"] * 2, id="not made"
        ),
        pytest.param({"end": None, "problem": "failed!"}, [AWAY], [], ["failed!"] * 2, id="not undone"),
    ],
)
def test_what_is_not_as_expected(
    changes: dict[str, Any], held: list[Binding], lost: list[tuple[float, float]], problems: list[str | None]
) -> None:
    document = measure(GATEWAY, [event(**changes)], [START, *held], pings(*lost))
    assert not document["met"]
    assert [step["problem"] for step in document["steps"]] == problems
    first = next(problem for problem in problems if problem)
    assert document["text"].endswith(f"(killed): {first}")


def test_what_was_not_measured_is_null() -> None:
    away, back = measure(GATEWAY, [event(end=None, problem="no")], [START], pings())["steps"]
    assert away["seconds"] == 10.0
    assert (away.keys(), back["seconds"], back["answered_after_seconds"]) == (back.keys(), None, None)


def test_a_chassis_that_comes_back_has_another_row() -> None:
    chassis = [
        Update(1.0, "row1", "initial", {"name": "chassis2"}),
        Update(5.0, "row1", "delete", {"name": ""}),
        Update(6.0, "row2", "insert", {"name": "chassis2"}),
    ]
    bindings = [
        Update(1.0, "port", "initial", {"chassis": "row1"}),
        Update(5.1, "port", "modify", {"chassis": "[]"}),
        Update(6.1, "port", "modify", {"chassis": "row2"}),
        Update(7.0, "port", "delete", {"chassis": ""}),
    ]
    held = [Binding(1.0, "chassis2"), Binding(5.1, None), Binding(6.1, "chassis2"), Binding(7.0, None)]
    assert holders(bindings, chassis) == held
    with pytest.raises(ValueError, match="bound to the chassis row2, which is not in the table of chassis"):
        holders(bindings, chassis[:2])
    with pytest.raises(ValueError, match="has no row for the gateway"):
        holders([], chassis)


def test_an_exercise_without_an_event_shows_nothing() -> None:
    document = measure(GATEWAY, [], [START], pings())
    assert (document["met"], document["text"]) == (False, "0 of 0 steps went as expected")
