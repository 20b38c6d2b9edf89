# SPDX-License-Identifier: GPL-3.0-or-later
"""Which devices are known to be on different wires."""

from __future__ import annotations

import pytest
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._wires import Wires, subnets

UNDERLAY, PHYSICAL, OUTSIDE = "192.0.2.0/24", "extnet", "203.0.113.0/24"
MARKS = {
    ("n1", "host", "eth0"): [UNDERLAY],
    ("n1", "host", "eth1"): [PHYSICAL],
    ("n2", "host", "eth0"): [UNDERLAY],
    ("n2", "host", "eth1"): [PHYSICAL],
    ("n3", "host", "eth0"): [UNDERLAY],
    ("n3", "outside", "eth1"): [OUTSIDE],
    ("n4", "host", "eth0"): [],
}


@pytest.mark.parametrize(
    ("ends", "apart"),
    [
        ([("n1", "host", "eth0"), ("n2", "host", "eth0")], False),
        ([("n1", "host", "eth0"), ("n1", "host", "eth1")], True),
        ([("n1", "host", "eth0"), ("n2", "host", "eth1")], True),
        ([("n3", "outside", "eth1"), ("n1", "host", "eth0")], True),
        ([("n3", "outside", "eth1"), ("n1", "host", "eth1")], False),
        ([("n4", "host", "eth0"), ("n1", "host", "eth1")], False),
    ],
)
def test_apart(ends: list[tuple[str, str, str]], apart: bool) -> None:
    wires = Wires(MARKS)
    assert (wires.apart(*ends), wires.apart(*reversed(ends))) == (apart, apart)


def test_a_device_with_two_subnets_joins_them() -> None:
    wires = Wires({("a", "", "1"): ["x"], ("b", "", "1"): ["y"], ("c", "", "1"): ["x", "y"], ("c", "", "2"): []})
    assert wires.apart(("a", "", "1"), ("c", "", "2"))
    assert wires.apart(("b", "", "1"), ("c", "", "2"))


def test_subnets() -> None:
    rows = [
        {"address": "192.0.2.7", "prefix_length": 24, "scope": "global"},
        {"address": "192.0.2.8", "prefix_length": 32, "scope": "global"},
        {"address": "fe80::1", "prefix_length": 64, "scope": "link"},
    ]
    assert subnets(rows) == ["192.0.2.0/24"]
