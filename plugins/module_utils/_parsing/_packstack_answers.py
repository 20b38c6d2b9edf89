# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""The answer file of packstack: keys and values, and the same file with other values.

``packstack --gen-answer-file`` writes one section, a comment before each key, and no value over several lines
(``generateAnswerFile`` of its installer/run_setup.py). It reads it back with Python's ``RawConfigParser``, which strips
blanks around values. Comments of packstack 26 have NUL bytes in them, so that ``grep`` takes the file for a binary one.
"""

from __future__ import annotations

import difflib
import re
from typing import Any, Mapping

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError

_COMMAND = "packstack --gen-answer-file"
_SECTION = "[general]"
_ANSWER = re.compile(r"([A-Z][A-Z0-9_]*)=(.*)")

# What packstack asks for without showing it, and what has another name for the same.
_SECRET = re.compile(
    r"_(PW|PASSWORD|AKEY|SECRET|HASH|(SECRET|ENC|PRIVATE|SAT6)_KEY)$|^CONFIG_(RH_PROXY|SATELLITE)(_|$)"
)

HIDDEN = "********"


def is_secret(key: str) -> bool:
    """Whether the value of a key must not be shown."""
    return _SECRET.search(key) is not None


def spelled(answer: Any) -> str:
    """A value as the file has it: ``y`` or ``n`` for a truth value, commas between the elements of a list.

    Raises ``ValueError`` for one that does not fit on a line.
    """
    if isinstance(answer, bool):
        return "y" if answer else "n"
    if isinstance(answer, (list, tuple)):
        return ",".join(spelled(element) for element in answer)
    text = "" if answer is None else str(answer).strip()
    if len(text.splitlines()) > 1:
        raise ValueError("has more than one line")
    return text


def parse(text: str) -> dict[str, str]:
    """Key to value, in the order of the file. Raises ``ParseError`` for what packstack would not have written."""
    answers: dict[str, str] = {}
    section = False
    for number, line in enumerate(text.split("\n"), 1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        if stripped == _SECTION and not section:
            section = True
            continue
        match = _ANSWER.fullmatch(stripped)
        if not match or not section:
            # What is in the line may be a part of a password.
            raise ParseError(_COMMAND, number, "not shown", f"a comment or KEY=VALUE below {_SECTION} was expected")
        if match[1] in answers:
            raise ParseError(_COMMAND, number, match[1], "the key is there for the second time")
        answers[match[1]] = match[2].strip()
    if not answers:
        raise ParseError(_COMMAND, 0, "", "it has no answers")
    return answers


def edited(text: str, wanted: Mapping[str, str]) -> str:
    """The file with other values for keys that it has; all other bytes stay."""

    def line_of(line: str) -> str:
        match = _ANSWER.fullmatch(line.strip())
        if match and match[1] in wanted and match[2].strip() != wanted[match[1]]:
            return f"{match[1]}={wanted[match[1]]}"
        return line

    return "\n".join(line_of(line) for line in text.split("\n"))


def unknown_keys(answers: Mapping[str, str], wanted: Mapping[str, Any]) -> list[str]:
    """One sentence for each key that this version of packstack does not have."""
    return [_unknown(key, list(answers)) for key in wanted if key not in answers]


def _unknown(key: str, known: list[str]) -> str:
    # Most keys begin alike, so that what follows decides.
    by_rest = {name.replace("CONFIG_", "", 1): name for name in known}
    near = difflib.get_close_matches(key.upper().replace("CONFIG_", "", 1), by_rest, n=3, cutoff=0.6)
    hint = f"Did you mean {' or '.join(by_rest[rest] for rest in near)}?" if near else "No other key is like it."
    return f"The installed packstack has no key {key}. {hint}"


def changes(answers: Mapping[str, str], wanted: Mapping[str, str]) -> list[str]:
    """The keys whose values are others, in the order of the file."""
    return [key for key in answers if key in wanted and answers[key] != wanted[key]]


def lines(answers: Mapping[str, str], keys: list[str], secrets: str) -> str:
    """Lines of some keys for people, with ``secrets`` in place of those of secret keys."""
    return "".join(f"{key}={secrets if is_secret(key) else answers[key]}\n" for key in keys)


def without_secrets(answers: Mapping[str, str]) -> dict[str, str]:
    """All but the values that must not be shown, where there are such."""
    return {key: HIDDEN if is_secret(key) and value else value for key, value in answers.items()}
