# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Routing tables and policy rules of one family in one namespace, indexed for longest prefix match."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking import _addresses

Row = dict[str, Any]

# The tables of the rules that a kernel has from the start (net/ipv4/fib_rules.c, net/ipv6/fib6_rules.c).
_LOCAL_FIRST = {"ipv4": [255, 254, 253], "ipv6": [255, 254]}


class Tables:
    """Routes by table and prefix, and the rules in their order."""

    def __init__(self, routes: list[Row], rules: list[Row], family: str) -> None:
        self._bits = _addresses.bits(family)
        self._prefixes: dict[int, dict[int, dict[int, list[Row]]]] = defaultdict(lambda: defaultdict(dict))
        for row in routes:
            if row["family"] == family:
                self._add(row)
        self._lengths = {table: sorted(prefixes, reverse=True) for table, prefixes in self._prefixes.items()}
        self.rules = sorted((row for row in rules if row["family"] == family), key=lambda row: row["priority"])
        # Without a rule that selects, all packets are looked up in the same tables.
        self._order = _LOCAL_FIRST[family]
        tables = [row["table"] for row in self.rules] or self._order  # a state taken as text may leave them out
        self.simple = tables == self._order and not any(map(_selects, self.rules))

    def first(self, address: str) -> Row | None:
        """The route that applies where the rules are ``simple``."""
        for table in self._order:
            row = self.find(table, address)
            if row is not None and row["type"] != "throw":
                return row
        return None

    def find(self, table: int, address: str, shortest: int = 0) -> Row | None:
        """The route of the longest prefix, of these the one of the lowest metric."""
        prefixes = self._prefixes.get(table)
        if prefixes is None:
            return None
        wanted = _addresses.number(address)
        for length in self._lengths[table]:
            if length < shortest:
                break
            rows = prefixes[length].get(wanted >> (self._bits - length))
            if rows:
                return rows[0]
        return None

    def _add(self, row: Row) -> None:
        if row["destination"] == "default":
            base, length = 0, 0
        else:
            base, _mask, length = _addresses.network(row["destination"])
        rows = self._prefixes[row["table"]][length].setdefault(base >> (self._bits - length), [])
        rows.append(row)
        rows.sort(key=lambda row: row["metric"] or 0)


def _selects(rule: Row) -> bool:
    return (
        any(rule[key] is not None for key in ("source", "destination", "mark", "in_interface", "out_interface"))
        or rule["action"] != "to_table"
        or any(key not in _USUAL for key in rule)
    )


_USUAL = frozenset(
    ["priority", "source", "destination", "table", "mark", "mask", "in_interface", "out_interface", "action", "family"]
)
