# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""What every Mermaid flowchart needs: boxes, and labels that cannot break it (https://mermaid.js.org/syntax/flowchart.html)."""

from __future__ import annotations

import re
from collections.abc import Iterable

# What Mermaid could take for its syntax, for HTML or for Markdown is written as an entity; all else stays readable.
_UNSAFE = re.compile(r"[^\w .,:/()=+→✔✘·-]")


def label(*parts: str) -> str:
    """A quoted label with a line for each part that is not empty."""
    return f'"{"<br/>".join(_escaped(part) for part in parts if part)}"'


def box(identifier: str, title: str, content: Iterable[str]) -> list[str]:
    """A subgraph; nothing when there is nothing in it, as Mermaid would make a vertex of that."""
    inside = list(content)
    return [f"subgraph {identifier}[{label(title)}]", *_indented(inside), "end"] if inside else []


def flowchart(direction: str, lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in [f"flowchart {direction}", *_indented(lines)])


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"  {line}" for line in lines]


def _escaped(text: str) -> str:
    return _UNSAFE.sub(lambda found: f"#{ord(found[0])};", text.replace("->", "→"))
