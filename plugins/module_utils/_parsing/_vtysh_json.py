# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""What vtysh of FRR prints for a command that ends with ``json``."""

from __future__ import annotations

import contextlib
import json
from typing import Any, Iterator

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError


def parse(text: str, command: str) -> dict[str, Any]:
    """The object that was printed. Raises ParseError for what is none."""
    try:
        found = json.loads(text)
    except ValueError as error:
        lines = text.splitlines()
        raise ParseError(command, 1 if lines else 0, lines[0] if lines else "", f"expected JSON: {error}") from error
    if not isinstance(found, dict):
        raise ParseError(command, 0, "", "expected a JSON object")
    return found


@contextlib.contextmanager
def fields(command: str) -> Iterator[None]:
    """Turn what is missing, or is of another kind, into ParseError."""
    try:
        yield
    except KeyError as error:
        raise ParseError(command, 0, "", f"expected {error.args[0]!r} in its JSON") from error
    except (AttributeError, TypeError, ValueError) as error:
        raise ParseError(command, 0, "", f"expected other JSON: {error}") from error
