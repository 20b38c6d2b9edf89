# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Texts that have to be addresses, before anything compares them."""

from __future__ import annotations

import ipaddress
from typing import Any, Callable, Iterable, Iterator, Tuple

# Whose text it is, what reads it or raises ValueError, and the text.
Text = Tuple[str, Callable[[str], Any], str]


def misspelled(texts: Iterable[Text]) -> Iterator[str]:
    """Yield a sentence for each text that cannot be read."""
    for what, reader, text in texts:
        try:
            reader(text)
        except ValueError as error:
            yield f"{what}: {error}."


def interface(text: str) -> None:
    """Read an address with the length of its prefix. Raises ValueError."""
    if "/" not in text:
        raise ValueError(f"{text!r} has no prefix length")
    ipaddress.ip_interface(text)
