# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""What somebody expects of a walk, in words: ``delivered to vote.2``, ``dropped at vxlan0``, and a way."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._names import PORTS
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._ways import Row, Way, ways

VERDICTS = ("delivered", "refused", "dropped", "ignored", "left", "controller", "undecided", "loop", "limit")

_EXPECTED = re.compile(rf"({'|'.join(VERDICTS)})(?: (?:to (\S+)|at (\S+)))?")


class NotUnderstood(ValueError):
    """An expectation that is none; the message is one sentence."""


def unmet(walk: Row, expect: str | None, via: Sequence[str]) -> list[str]:
    """What of the expectations does not hold, one sentence each ("what - expected X, actual Y"); nothing when all do.

    Every end that counts has to be as expected, and every branch to it has to pass the places of ``via`` in their
    order. Raises NotUnderstood.
    """
    wanted = _understood(expect) if expect is not None else None
    found = []
    for way in ways(walk):
        end = way[-1]
        if wanted is not None and not wanted.is_met(end):
            found.append(f"end at hop {end['number']} - expected {expect}, actual {end['verdict']}: {end['text']}")
        missing = _not_passed(way, via)
        if missing is not None:
            found.append(f"way to hop {end['number']} - expected {' > '.join(via)}, actual no {missing} on it")
    return found


class _Expected(NamedTuple):
    verdict: str
    recipient: str | None
    place: str | None

    def is_met(self, end: Row) -> bool:
        return (
            end["verdict"] == self.verdict
            and (self.recipient is None or _is_called(end["recipient"], self.recipient))
            and (self.place is None or _is_at(end, self.place))
        )


def _understood(expect: str) -> _Expected:
    found = _EXPECTED.fullmatch(expect.strip())
    if found is None:
        raise NotUnderstood(
            f"expect: {expect!r} is not understood; write VERDICT, VERDICT to NAME or VERDICT at PLACE,"
            f" with one of {', '.join(VERDICTS)}."
        )
    return _Expected(*found.groups())


def _is_called(recipient: str | None, name: str) -> bool:
    """A task is called by its whole name, by service and slot, and by its service, a namespace with its node or not.

    A switch is the namespace of its ports.
    """
    if recipient is None:
        return False
    names = (recipient, recipient.partition("/")[2])
    return name in names or recipient == f"{name}/{PORTS}" or recipient.startswith(f"{name}.")


def _not_passed(way: Way, via: Sequence[str]) -> str | None:
    """The first place of ``via`` that a way does not come to, at the hop of the place before it or later."""
    start = 0
    for place in via:
        found = [index for index in range(start, len(way)) if _is_at(way[index], place)]
        if not found:
            return place
        start = found[0]
    return None


def _is_at(hop: Row, place: str) -> bool:
    """Whether a hop is at a node, a namespace, a device, NODE/NAMESPACE, NODE/NAMESPACE/DEVICE, a mechanism or a stage.

    Stages, as ``ls_in_acl``, are those of OVN's logical flows. A place is also each logical network and router that is
    passed.
    """
    node, namespace, device = hop["node"], hop["namespace"], hop["device"]
    names = (node, namespace, device, hop["mechanism"], f"{node}/{namespace}", f"{node}/{namespace}/{device}")
    return place in (*names, *hop["passes"]) or place == ((hop["evidence"] or {}).get("row") or {}).get("stage")
