# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""What became of a gateway, and of a steady ping through it, in each step of a failover exercise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ovsdb_monitor import Update
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ping import Ping

Row = Mapping[str, Any]

# A ping has to be answered again by then, counted from the end of a step.
_LAST_SECONDS = 1.0


class Binding(NamedTuple):
    """From when on (seconds since 1970) a chassis has had the gateway; None is no chassis."""

    time: float
    chassis: str | None


def holders(bindings: Sequence[Update], chassis: Sequence[Update]) -> list[Binding]:
    """Who had the gateway when, from the updates of its row in Port_Binding and of the rows of Chassis.

    A chassis that comes back has another row and the same name. Raises ValueError when the gateway has no row, or is
    bound to a chassis that has none.
    """
    names = {update.row: update.columns["name"] for update in chassis if update.action != "delete"}
    if not bindings:
        raise ValueError("The southbound database has no row for the gateway.")
    return [Binding(update.time, _chassis(update, names)) for update in bindings]


def _chassis(update: Update, names: Mapping[str, str]) -> str | None:
    row = update.columns["chassis"]
    if update.action == "delete" or row == "[]":
        return None
    if row not in names:
        raise ValueError(f"The gateway is bound to the chassis {row}, which is not in the table of chassis.")
    return names[row]


def measure(gateway: Row, events: Sequence[Row], held: Sequence[Binding], pings: Sequence[Ping]) -> dict[str, Any]:
    """The document of the exercise, as plugins/modules/ovn_failover_report.py describes it.

    * ``gateway``: its name, the ``chassis`` that has it when all is well, and the ``other_chassis``.
    * ``events``: name, title, mended, node, moves, the times at which it was made (``inject``) and undone (``mend``)
      and at which that had had its time (``end``), None when it did not come to that, and why (``problem``) or None.

    Seconds after a step are those between two clocks: of the node of the event, and of who saw the answer or the move.
    """
    steps = [step for event in events for step in _steps(gateway, event, held, pings)]
    wrong = [step for step in steps if step["problem"]]
    text = f"{len(steps) - len(wrong)} of {len(steps)} steps went as expected"
    if wrong:
        text += f"; {wrong[0]['title']} ({wrong[0]['event']}): {wrong[0]['problem']}"
    return {"gateway": dict(gateway), "steps": steps, "met": bool(steps) and not wrong, "text": text}


def _steps(gateway: Row, event: Row, held: Sequence[Binding], pings: Sequence[Ping]) -> Iterator[dict[str, Any]]:
    moved_to = gateway["other_chassis"] if event["moves"] else gateway["chassis"]
    for step, title, expected, begin, end in (
        ("inject", event["title"], moved_to, event["inject"], event["mend"]),
        ("mend", event["mended"], gateway["chassis"], event["mend"], event["end"]),
    ):
        facts = {"event": event["name"], "step": step, "title": title, "node": event["node"]}
        measured = _NOT_MEASURED if begin is None or end is None else _measured(begin, end, held, pings)
        problem = event["problem"] or _problem(event["moves"], expected, measured)
        yield {**facts, "moves": event["moves"], "expected": expected, **measured, "problem": problem}


def _measured(begin: float, end: float, held: Sequence[Binding], pings: Sequence[Ping]) -> dict[str, Any]:
    before = [binding.chassis for binding in held if binding.time < begin][-1:]
    bindings = [binding for binding in held if begin <= binding.time < end]
    last = [*before, *(binding.chassis for binding in bindings)][-1:]
    arrivals = [binding.time - begin for binding in bindings if [binding.chassis] == last != before]
    sent = [ping for ping in pings if begin <= ping.sent < end]
    return {
        "time": begin,
        "seconds": round(end - begin, 3),
        "bindings": [{"after_seconds": round(time - begin, 3), "chassis": chassis} for time, chassis in bindings],
        "chassis": last[0] if last else None,
        "moved_after_seconds": round(arrivals[-1], 3) if arrivals else None,
        "longest_gap_seconds": _longest_gap(begin, end, pings),
        "answered_after_seconds": [round(ping.sent - begin, 3) for ping in sent if ping.answered],
        "unanswered_after_seconds": [round(ping.sent - begin, 3) for ping in sent if not ping.answered],
    }


def _longest_gap(begin: float, end: float, pings: Sequence[Ping]) -> float | None:
    """Between two packets that were answered; also such as are sent before or after the step, when it lies between."""
    answered = [ping.sent for ping in pings if ping.answered]
    gaps = [after - before for before, after in pairwise(answered) if after >= begin and before < end]
    return round(max(gaps), 3) if gaps else None


def _problem(moves: bool, expected: str, measured: Row) -> str | None:
    if measured["chassis"] != expected:
        return f"the gateway is on {measured['chassis'] or 'no chassis'} afterwards instead of {expected}"
    others = sorted({binding["chassis"] for binding in measured["bindings"]} - {expected, None})
    if others and not moves:
        return f"the gateway was on {', '.join(others)} meanwhile instead of {expected} all the time"
    if all(time < measured["seconds"] - _LAST_SECONDS for time in measured["answered_after_seconds"]):
        return f"no packet was answered in the last {_LAST_SECONDS:g} seconds"
    return None


# Of a step that was not made, or did not come to its end.
_NOT_MEASURED = dict.fromkeys(_measured(0.0, 0.0, (), ()))
