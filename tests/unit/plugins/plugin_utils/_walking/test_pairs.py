# SPDX-License-Identifier: GPL-3.0-or-later
"""Which ends of veth pairs belong together, by what they say of each other."""

from __future__ import annotations

import pytest
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._pairs import End, Pairs, other_by_mark


def end(node: str, index: int, peer: int | None, alias: str | None = None) -> End:
    told = {} if alias is None else {"alias": alias}
    return End(node, "swns", {"index": index, "peer": {"index": peer, "namespace": None}, **told})


OPS1 = end("ops1", 7, 8, "packetwalk.lab=one ops1:1 to ops2:1")
OPS2 = end("ops2", 8, 7, "packetwalk.lab=one ops2:1 to ops1:1")
OTHER1 = end("other1", 7, 8, "packetwalk.lab=two other1:1 to other2:1")
OTHER2 = end("other2", 8, 7, "packetwalk.lab=two other2:1 to other1:1")
BARE1 = end("bare1", 7, 8)
BARE2 = end("bare2", 8, 7)
BARE3 = end("bare3", 8, 7)


@pytest.mark.parametrize(
    ("ends", "others"),
    [
        ([OPS1, OPS2], [OPS2]),
        ([OPS1, BARE2], [BARE2]),
        ([OPS1], []),
        ([OPS1, OTHER1], []),
        ([OPS1, end("ops2", 8, 9)], []),
        ([OPS1, end("ops2", 9, 7)], []),
        ([OPS1, end("ops2", 8, None)], []),
        ([OPS1, end("ops1", 8, 7)], []),
        ([OPS1, OPS2, OTHER1, OTHER2], [OPS2]),
        ([OPS1, OPS2, BARE1, BARE2], [OPS2]),
        ([OPS1, OTHER2, BARE2], [OTHER2, BARE2]),
        ([OPS1, BARE1, BARE2], [BARE2, BARE1]),
    ],
)
def test_the_other_end(ends: list[End], others: list[End]) -> None:
    assert Pairs(ends).others(OPS1) == others


def test_of_another_link_there_is_none() -> None:
    assert Pairs([OPS2]).others(OPS1) == []


def test_without_aliases_it_is_certain_only_where_it_is_the_only_one() -> None:
    assert Pairs([BARE1, BARE2]).others(BARE1) == [BARE2]
    assert Pairs([BARE1, BARE2, BARE3]).others(BARE1) == [BARE2, BARE3]
    assert Pairs([BARE1, BARE2, BARE3]).others(BARE2) == [BARE1, BARE3]


@pytest.mark.parametrize(
    ("alias", "other"),
    [
        ("packetwalk.lab=one ops1:1 to namespace/host1:eth0", "namespace/host1:eth0"),
        ("packetwalk.lab=one ops1:1 to ops2:1 adopted", "ops2:1"),
        ("packetwalk.lab=one ops1:1 from eth1", None),
        ("to the web server", None),
        (None, None),
    ],
)
def test_what_the_mark_calls_the_other_end(alias: str | None, other: str | None) -> None:
    assert other_by_mark(end("ops1", 7, 8, alias).link) == other
