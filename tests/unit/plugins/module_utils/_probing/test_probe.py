# SPDX-License-Identifier: GPL-3.0-or-later
"""Real probes: what each receiver's answer is called."""

from __future__ import annotations

import os
import sys
from typing import Any

import pytest

sys.path.insert(0, os.path.dirname(__file__))
import overlay_lab  # noqa: E402


@pytest.fixture(scope="module")
def lab() -> dict[str, Any]:
    read = overlay_lab.read()
    if "refused" in read:
        pytest.skip(f"the lab cannot be built here: {read['refused'].splitlines()[0]}")
    return read


def probes(lab: dict[str, Any], experiment: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = lab[experiment].get("probe", lab[experiment])["probes"]
    return found


@pytest.mark.parametrize(
    ("experiment", "outcome", "answered", "error", "answer"),
    [
        ("tcp", "connected", True, None, "hello from the server"),
        ("tcp_again", "connected", True, None, None),
        ("tcp_refused", "refused", False, "Connection refused", None),
        ("tcp_timeout", "timeout", False, None, None),
        ("udp_answered", "answered", True, None, "answer to packetwalk"),
        ("udp_silent", "sent", False, None, None),
        ("udp_refused", "refused", False, "Connection refused", None),
        ("icmp", "answered", True, None, None),
        ("icmpv6", "answered", True, None, None),
        ("unreachable", "unreachable", False, "No route to host", None),
        # The rule that prohibits it is one for the mark.
        ("marked", "unreachable", False, "Permission denied", None),
        ("not_sent", "not_sent", False, "Invalid argument", None),
    ],
)
def test_outcomes(
    lab: dict[str, Any], experiment: str, outcome: str, answered: bool, error: str | None, answer: str | None
) -> None:
    for row in probes(lab, experiment):
        assert (row["outcome"], row["answered"], row["error"], row["answer"]) == (outcome, answered, error, answer)


def test_each_probe_has_the_next_port_and_the_first_one_can_be_used_again(lab: dict[str, Any]) -> None:
    assert [row["source_port"] for row in probes(lab, "tcp")] == [40000]
    again = [(row["number"], row["source"], row["source_port"]) for row in probes(lab, "tcp_again")]
    assert again == [(1, "10.0.1.4", 40000), (2, "10.0.1.4", 40001), (3, "10.0.1.4", 40002)]


def test_the_source_is_the_one_that_the_kernel_chose(lab: dict[str, Any]) -> None:
    assert [(row["source"], row["source_port"]) for row in probes(lab, "icmpv6")] == [("fd01::4", None)]
    assert [row["source"] for row in probes(lab, "udp_silent")] == ["10.0.1.4"]
    assert [row["source"] for row in probes(lab, "tcp_refused")] == ["10.0.1.4"]
    assert [row["source"] for row in probes(lab, "unreachable")] == [None]


def test_a_probe_takes_no_longer_than_it_may(lab: dict[str, Any]) -> None:
    assert 0.2 <= probes(lab, "tcp_timeout")[0]["seconds"] < 0.9
    assert 0.3 <= probes(lab, "udp_silent")[0]["seconds"] < 0.9


@pytest.mark.parametrize(
    ("experiment", "message"),
    [
        ("no_address", "fd01::a is no address to which icmp can be sent."),
        ("no_namespace", "Cannot enter namespace nowhere: there is no namespace nowhere."),
    ],
)
def test_what_cannot_be_tried_fails_with_the_reason(lab: dict[str, Any], experiment: str, message: str) -> None:
    assert lab[experiment]["failed"] is True
    assert lab[experiment]["msg"] == message
