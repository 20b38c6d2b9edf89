# SPDX-License-Identifier: GPL-3.0-or-later
"""``ovsdb-client --timestamp --format=csv monitor-cond`` of Open vSwitch 3.1.0."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ovsdb_monitor import Update, parse_updates

RECORDINGS = Path(__file__).parents[4] / "recordings" / "ovn-failover"
BINDINGS = (RECORDINGS / "bindings.csv").read_text()
CHASSIS = (RECORDINGS / "chassis.csv").read_text()


def test_the_rows_of_a_table_and_what_becomes_of_them() -> None:
    updates = parse_updates(CHASSIS)
    assert [(update.action, update.columns) for update in updates] == [
        ("initial", {"name": "chassis3"}),
        ("initial", {"name": "chassis1"}),
        ("initial", {"name": "chassis2"}),
        ("delete", {"name": ""}),
        ("insert", {"name": "chassis2"}),
    ]
    rows = [update.row for update in updates]
    assert rows[3] == rows[2] != rows[4]


def test_times_are_utc() -> None:
    text = '1970-01-02 00:00:01.250\nrow,action,name\nef0c5846-8012-4081-b5f9-57cff4eff476,initial,"a, b"\n\n'
    row = "ef0c5846-8012-4081-b5f9-57cff4eff476"
    assert parse_updates(text) == [Update(86401.25, row, "initial", {"name": "a, b"})]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("", "its output: expected updates", id="empty"),
        pytest.param(BINDINGS[:-20], "its output: expected updates that end with a line", id="cut line"),
        pytest.param(BINDINGS.replace(",modify,", ",changed,"), "line 7", id="another action"),
        pytest.param(BINDINGS.partition("\n")[2], "line 1 ('row,action,chassis')", id="without times"),
        pytest.param(BINDINGS.replace("row,action", "action,row"), "line 2", id="another order"),
        pytest.param(BINDINGS.replace(",initial,", ","), "line 3", id="a column less"),
    ],
)
def test_malformed_output(text: str, reason: str) -> None:
    with pytest.raises(ParseError, match="^ovsdb-client monitor-cond: cannot read ") as caught:
        parse_updates(text)
    assert reason in str(caught.value)
