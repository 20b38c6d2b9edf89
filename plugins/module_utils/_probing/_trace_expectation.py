# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""What somebody expects of a trace, in words: ``output to vm2``, ``drop at ls_in_acl``."""

from __future__ import annotations

import re
from typing import Any, Iterable, NamedTuple, Sequence


class Expectation(NamedTuple):
    """``recipient`` and ``place`` are None where any will do."""

    text: str
    verdict: str
    recipient: str | None
    place: str | None


def parse(text: str, verdicts: Sequence[str]) -> Expectation:
    """Raises ValueError with a sentence."""
    found = re.match(rf"({'|'.join(verdicts)})(?: to (\S+))?(?: at (\S+))?$", text.strip())
    if not found:
        raise ValueError(
            f"expect: {text!r} is not understood; write VERDICT [to NAME] [at PLACE], with one of"
            f" {', '.join(verdicts)}."
        )
    return Expectation(text.strip(), *found.groups())


def unmet(wanted: Expectation, verdict: str, recipients: Sequence[Iterable[Any]], places: Iterable[Any]) -> list[str]:
    """What does not hold, one sentence each ("what - expected X, actual Y"); nothing when all does.

    * ``recipients``: names of each output, the first one to show; all outputs have to be to the recipient.
    * ``places``: names of where the packet or a copy of it ended; one of them has to be the place.
    """
    found = []
    if verdict != wanted.verdict:
        found.append(f"verdict - expected {wanted.verdict}, actual {verdict}")
    named = [list(names) for names in recipients]
    if wanted.recipient is not None and not (named and all(wanted.recipient in names for names in named)):
        actual = ", ".join(str(names[0]) for names in named) or "none"
        found.append(f"outputs - expected {wanted.recipient}, actual {actual}")
    if wanted.place is not None and wanted.place not in places:
        actual = ", ".join(dict.fromkeys(str(place) for place in places)) or "none"
        found.append(f"end - expected {wanted.place}, actual {actual}")
    return found
