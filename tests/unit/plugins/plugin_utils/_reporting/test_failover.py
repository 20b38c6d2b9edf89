# SPDX-License-Identifier: GPL-3.0-or-later
"""A failover exercise as a table and as a picture."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

from ansible_collections.packetwalk.labs.plugins.plugin_utils._reporting import _failover
from ansible_collections.packetwalk.labs.plugins.plugin_utils._reporting._failover_svg import picture

SVG = "{http://www.w3.org/2000/svg}"


def step(**changes: Any) -> dict[str, Any]:
    return {
        "event": "killed",
        "step": "inject",
        "title": "It gets <SIGKILL>",
        "node": "chassis2",
        "moves": True,
        "chassis": "chassis1",
        "seconds": 10.1,
        "moved_after_seconds": 2.581,
        "longest_gap_seconds": 2.6,
        "answered_after_seconds": [0.0, 0.1, 2.6, 10.0],
        "unanswered_after_seconds": [0.2, 0.3],
        "problem": None,
        **changes,
    }


UNKNOWN = ("chassis", "seconds", "moved_after_seconds", "longest_gap_seconds")
LISTS = ("answered_after_seconds", "unanswered_after_seconds")
NOT_MADE = step(step="mend", title="It is started", problem="failed!", **dict.fromkeys((*UNKNOWN, *LISTS)))
FAILOVER = {
    "gateway": {"name": "cr-router1-public", "chassis": "chassis2", "other_chassis": "chassis1"},
    "ping": {"instance": "i1", "chassis": "chassis3", "destination": "172.24.4.1", "interval_seconds": 0.1},
    "steps": [step(), NOT_MADE, step(title="It stays", moves=False, moved_after_seconds=None)],
    "met": False,
    "text": "2 of 3 steps went as expected; It is started (killed): failed!",
}


def test_a_table() -> None:
    assert _failover.text(FAILOVER, "failover.svg").splitlines() == [
        "# Failover of cr-router1-public from chassis2 to chassis1",
        "",
        "i1 on chassis3 sends a ping to 172.24.4.1 every 0.1 seconds.",
        "",
        "| event             | node     | expected   | moved after | packets lost | longest gap | gateway then on |",
        "| ----------------- | -------- | ---------- | ----------- | ------------ | ----------- | --------------- |",
        "| It gets <SIGKILL> | chassis2 | moves      | 2.58 s      | 2 of 6       | 2.60 s      | chassis1        |",
        "| It is started     | chassis2 | moves back | ?           | ?            | ?           | ?               |",
        "| It stays          | chassis2 | stays      | never       | 2 of 6       | 2.60 s      | chassis1        |",
        "",
        "2 of 3 steps went as expected; It is started (killed): failed!",
        "* It is started (killed): failed!",
        "",
        "![Answers to the ping in each step](failover.svg)",
    ]


def test_rows_and_the_end_have_colours() -> None:
    colours = [status for _line, status in _failover.lines(FAILOVER)]
    assert colours == [*[None] * 6, "passed", "failed", "passed", None, "failed", "failed"]


def test_a_picture_has_a_lane_for_each_step_that_was_made() -> None:
    root = ElementTree.fromstring(picture(FAILOVER))
    texts = [element.text for element in root.iter(f"{SVG}text")]
    assert texts[:3] == ["answered", "lost", "gateway has moved"]
    assert texts[3:] == [*(f"{second} s" for second in range(11)), "It gets <SIGKILL>", "It stays"]
    paths = [element.attrib for element in root.iter(f"{SVG}path")]
    lane = [(path["stroke"], path["d"].count("M")) for path in paths[4:7]]
    assert [marks for _colour, marks in lane] == [4, 2, 1]
    assert [colour for colour, _marks in lane] == [path["stroke"] for path in paths[:3]]
    # The last lane has no mark for a move.
    assert len(paths) == 4 + 3 + 2


def test_marks_are_where_the_seconds_are() -> None:
    root = ElementTree.fromstring(picture({**FAILOVER, "steps": [step(seconds=10.0, moved_after_seconds=5.0)]}))
    paths = [element.attrib["d"] for element in root.iter(f"{SVG}path")]
    seconds = [float(mark.split()[0]) for mark in paths[3].split("M")[1:]]
    moved = float(paths[-1][1:].split()[0])
    assert (len(seconds), seconds[5]) == (11, moved)


def test_an_exercise_without_a_step_is_a_picture_too() -> None:
    root = ElementTree.fromstring(picture({**FAILOVER, "steps": [NOT_MADE]}))
    assert [element.text for element in root.iter(f"{SVG}text")][3:] == ["0 s", "1 s"]
