# SPDX-License-Identifier: GPL-3.0-or-later
"""What is expected of a trace."""

from __future__ import annotations

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._trace_expectation import parse, unmet

VERDICTS = ("output", "drop")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("output", []),
        ("output to vm2", []),
        ("output to chassis1", []),
        (" output to vm2 at ls_out ", []),
        ("drop", ["verdict - expected drop, actual output"]),
        ("output to vm3", ["outputs - expected vm3, actual vm2"]),
        ("output at ls_in_acl", ["end - expected ls_in_acl, actual ls_out, sw0"]),
        (
            "drop to vm3 at sw1",
            [
                "verdict - expected drop, actual output",
                "outputs - expected vm3, actual vm2",
                "end - expected sw1, actual ls_out, sw0",
            ],
        ),
    ],
)
def test_what_does_not_hold(text: str, said: list[str]) -> None:
    assert unmet(parse(text, VERDICTS), "output", [["vm2", "chassis1"]], ["ls_out", "sw0", "ls_out"]) == said


def test_all_outputs_have_to_be_to_the_recipient() -> None:
    found = unmet(parse("output to vm2", VERDICTS), "output", [["vm2"], ["vm3"]], [])
    assert found == ["outputs - expected vm2, actual vm2, vm3"]


def test_nothing_is_to_a_recipient_without_an_output() -> None:
    assert unmet(parse("drop to vm2", VERDICTS), "drop", [], []) == ["outputs - expected vm2, actual none"]


@pytest.mark.parametrize("text", ["", "delivered", "output vm2", "drop in ls_in_acl", "output to", "drop at a b"])
def test_what_is_no_expectation(text: str) -> None:
    with pytest.raises(ValueError, match="VERDICT .to NAME. .at PLACE., with one of output, drop"):
        parse(text, VERDICTS)
