# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""What iptables and nftables have in common: base chains at hooks, and how a chain ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

Rule = dict[str, Any]


class CannotDecide(Exception):
    """A rule asks for something that the state does not tell."""

    def __init__(self, rule: Rule, what: str) -> None:
        super().__init__(what)
        self.rule = rule


class Verdict(NamedTuple):
    """How a chain ended: "accept", "drop", "reject" or "translate", and the rule; null rule for a policy."""

    word: str
    rule: Rule | None


@dataclass(frozen=True, slots=True)
class BaseChain:
    """One chain that a hook asks; ``translates`` for those of type nat."""

    priority: int
    title: str
    mechanism: str
    translates: bool
    policy: str
    program: Any
    name: str
