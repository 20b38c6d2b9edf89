# SPDX-License-Identifier: GPL-3.0-or-later
"""What is expected of a walk, and the sentences for what does not hold."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._expectations import NotUnderstood, unmet
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._walks import walk

Document = dict[str, Any]


@pytest.fixture
def to_one(swarm_state: Document) -> Document:
    """From n1 over the overlay network to n2."""
    return walk(swarm_state, "cli.n1", "web.2:80")


@pytest.fixture
def to_both(swarm_state: Document) -> Document:
    """Over the load balancer to web.2 on n2 (hop 32) and web.1 on n1 (hop 43)."""
    return walk(swarm_state, "cli.n1", "web:80")


@pytest.mark.parametrize(
    "expect",
    [
        "delivered",
        " delivered ",
        "delivered to web",
        "delivered to web.2",
        "delivered to web.2.268q2rc84yz7ubtxwa0xfiq6g",
        "delivered at n2",
        "delivered at n2/97acfd65a327",
        "delivered at 97acfd65a327",
        "delivered at delivery",
    ],
)
def test_met(to_one: Document, expect: str) -> None:
    assert unmet(to_one, expect, []) == []


@pytest.mark.parametrize(
    "expect", ["refused", "dropped at filter", "delivered to we", "delivered to web.1", "delivered at n1", "left"]
)
def test_unmet(to_one: Document, expect: str) -> None:
    (sentence,) = unmet(to_one, expect, [])
    number = to_one["ends"][0]
    assert sentence.startswith(f"end at hop {number} - expected {expect}, actual delivered: delivered to web.2 on n2")


def test_every_branch_has_to_be_as_expected(to_both: Document) -> None:
    assert unmet(to_both, "delivered to web", []) == []
    assert unmet(to_both, "delivered to web.2", []) == [
        "end at hop 43 - expected delivered to web.2, actual delivered: "
        "delivered to web.1 on n1, which listens on [::]:80"
    ]


def test_a_drop_has_a_place(swarm_state: Document) -> None:
    overlay = swarm_state["nodes"]["n1"]["namespaces"]["1-1us5hb6ohx"]
    overlay["fdb"] = [row for row in overlay["fdb"] if row["device"] != "vxlan0" or "self" not in row["flags"]]
    found = walk(swarm_state, "cli.n1", "10.0.1.3:80")
    for place in ("n1", "vxlan0", "n1/1-1us5hb6ohx", "n1/1-1us5hb6ohx/vxlan0", "vxlan"):
        assert unmet(found, f"dropped at {place}", []) == []
    (sentence,) = unmet(found, "dropped at n2", [])
    assert sentence.endswith("actual dropped: the fdb of vxlan0 has no VTEP for 02:42:0a:00:01:03")


@pytest.mark.parametrize(
    "via",
    [
        [],
        ["vxlan"],
        ["n1", "vxlan0", "wire", "n2", "vxlan0"],
        ["n1/1-1us5hb6ohx/br0", "n2/1-1us5hb6ohx/br0", "delivery"],
        ["n2", "wire", "eth0"],  # the first hop on n2 is of the wire, and at eth0
    ],
)
def test_passed(to_one: Document, via: list[str]) -> None:
    assert unmet(to_one, None, via) == []


@pytest.mark.parametrize(
    ("via", "missing"),
    [
        (["br9"], "br9"),
        (["n2", "n1"], "n1"),
        (["br0", "br0", "n3", "br9"], "n3"),
        (["n2/host/vxlan0"], "n2/host/vxlan0"),
    ],
)
def test_not_passed(to_one: Document, via: list[str], missing: str) -> None:
    number = to_one["ends"][0]
    assert unmet(to_one, None, via) == [f"way to hop {number} - expected {' > '.join(via)}, actual no {missing} on it"]


def test_every_branch_has_to_pass(to_both: Document) -> None:
    assert unmet(to_both, "delivered to web.1", ["n2"]) == [
        unmet(to_both, "delivered to web.1", [])[0],
        "way to hop 43 - expected n2, actual no n2 on it",
    ]


@pytest.mark.parametrize(
    "expect",
    ["", "arrives", "delivered to", "delivered  to web", "delivered by web", "delivered to web at n1", "Delivered"],
)
def test_not_understood(to_one: Document, expect: str) -> None:
    with pytest.raises(NotUnderstood) as problem:
        unmet(to_one, expect, [])
    assert str(problem.value).startswith(f"expect: {expect!r} is not understood; write VERDICT, VERDICT to NAME or ")
