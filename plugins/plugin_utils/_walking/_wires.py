# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Which devices that leave their nodes may be on one wire, as far as a state tells."""

from __future__ import annotations

import ipaddress
from collections.abc import Hashable, Iterable, Mapping

# Node, namespace and device.
End = tuple[str, str, str]


class Wires:
    """Devices with a mark in common, such as a subnet, are on one wire.

    Two of one node are on two wires, and so is what shares a wire with either; of all others nothing is known.
    """

    def __init__(self, marks: Mapping[End, Iterable[Hashable]]) -> None:
        self._wire: dict[End, frozenset[End]] = {}
        by_mark: dict[Hashable, frozenset[End]] = {}
        for end, of_end in marks.items():
            joined = frozenset([end]).union(*(by_mark.get(mark, frozenset()) for mark in of_end))
            joined = joined.union(*(self._wire.get(other, frozenset()) for other in joined))
            for other in joined:
                self._wire[other] = joined
                by_mark.update(dict.fromkeys(marks[other], joined))
            by_mark.update(dict.fromkeys(of_end, joined))

    def apart(self, one: End, other: End) -> bool:
        """Whether two devices are known to be on different wires."""
        first, second = self._wire[one], self._wire[other]
        return first is not second and not {end[0] for end in first}.isdisjoint(end[0] for end in second)


def subnets(rows: Iterable[Mapping[str, object]]) -> list[str]:
    """The subnets of addresses that more than one host may be in."""
    found = []
    for row in rows:
        network = ipaddress.ip_interface(f"{row['address']}/{row['prefix_length']}").network
        if row["scope"] == "global" and network.num_addresses > 1:
            found.append(str(network))
    return found
