# SPDX-License-Identifier: GPL-3.0-or-later
"""VLANs from ``struct bridge_vlan_info``: flags and identifier."""

from __future__ import annotations

import struct

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import _bridge_vlans

PVID_UNTAGGED, BEGIN, END = 6, 8, 16


def told(*pairs: tuple[int, int]) -> list[bytes]:
    return [struct.pack("=HH", flags, identifier) for flags, identifier in pairs]


def test_a_range_is_all_its_vlans() -> None:
    assert _bridge_vlans.decode(told((PVID_UNTAGGED, 1), (BEGIN, 20), (END, 22))) == [
        {"identifier": 1, "pvid": True, "untagged": True},
        {"identifier": 20, "pvid": False, "untagged": False},
        {"identifier": 21, "pvid": False, "untagged": False},
        {"identifier": 22, "pvid": False, "untagged": False},
    ]


@pytest.mark.parametrize("pairs", [[(BEGIN, 20)], [(BEGIN, 20), (0, 30)]], ids=["at the end", "before another"])
def test_a_range_without_an_end_is_refused(pairs: list[tuple[int, int]]) -> None:
    with pytest.raises(ValueError, match="begins with 20 and has no end"):
        _bridge_vlans.decode(told(*pairs))


def test_a_cut_vlan_is_refused() -> None:
    with pytest.raises(struct.error):
        _bridge_vlans.decode([b"\0\0\0"])
