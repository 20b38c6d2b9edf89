# SPDX-License-Identifier: GPL-3.0-or-later
"""What two rows differ in, and how that reads."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.plugin_utils._comparing._fields import differences


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        pytest.param({"mtu": 1}, {"mtu": 1}, [], id="equal"),
        pytest.param({"mtu": 1}, {"mtu": 2}, ["mtu 1 -> 2"], id="value"),
        pytest.param({}, {"master": "br0"}, ["master none -> br0"], id="new"),
        pytest.param({"up": True}, {"up": False}, ["up yes -> no"], id="truth"),
        pytest.param({"a": {"b": {"c": 1}}}, {"a": {"b": {"c": 2}}}, ["a.b.c 1 -> 2"], id="inner"),
        pytest.param({"flags": ["a", "b"]}, {"flags": ["b", "c"]}, ["flags -a +c"], id="members"),
        pytest.param({"order": ["a", "b"]}, {"order": ["b", "a"]}, ["order a, b -> b, a"], id="order"),
        pytest.param({"rows": [{"packets": 1}]}, {"rows": [{"packets": 2}]}, [], id="ignored in a list"),
        pytest.param({"packets": 1}, {"packets": 2}, [], id="ignored"),
        pytest.param({"a": {"packets": 1}}, {"a": {"packets": 2}}, [], id="ignored inside"),
        pytest.param({"part": 1}, {"part": 2}, [], id="part"),
        pytest.param({"a": {"part": 1}}, {"a": {"part": 2}}, ["a.part 1 -> 2"], id="no part inside"),
        pytest.param({"x_reason": "this"}, {"x_reason": "that"}, [], id="reason"),
    ],
)
def test_differences(before: dict[str, Any], after: dict[str, Any], told: list[str]) -> None:
    found = list(differences(before, after, frozenset({"part"}), frozenset({"packets"})))
    assert [str(difference) for difference in found] == told
    assert [difference.reason for difference in found] == [None] * len(found)


@pytest.mark.parametrize("backwards", [False, True])
def test_a_null_with_a_reason_is_unknown(backwards: bool) -> None:
    rows = [{"in": {"x": None, "x_reason": "not permitted"}}, {"in": {"x": 1}}]
    before, after = reversed(rows) if backwards else rows
    (found,) = differences(before, after, frozenset(), frozenset())
    assert (found.field, found.reason) == ("in.x", "not permitted")
