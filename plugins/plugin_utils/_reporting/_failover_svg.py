# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""A failover exercise as a picture: a lane for each step, with a mark for each packet (SVG 1.1, https://www.w3.org/TR/SVG11)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from xml.etree import ElementTree

Row = Mapping[str, Any]

# In pixels.
_WIDTH = 960
_LANES_FROM = 330
_LANES_TO = 930
_TOP = 48
_LANE = 32
_MARK = 16

_ANSWERED = "#1a7f37"
_LOST = "#cf222e"
_MOVED = "#0969da"
_TEXT = "#1f2328"
_GRID = "#d0d7de"
_PAGE = "#ffffff"


def picture(failover: Row) -> str:
    """The SVG document: answered and lost packets of each step from its moment on, and when the gateway had moved."""
    steps = [step for step in failover["steps"] if step["seconds"] is not None]
    seconds = max((step["seconds"] for step in steps), default=1.0)
    height = _TOP + _LANE * len(steps) + 40
    root = ElementTree.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {_WIDTH} {height}",
            "font-family": "sans-serif",
            "font-size": "13",
            "fill": _TEXT,
        },
    )
    # Without it the picture could not be read on a dark page.
    ElementTree.SubElement(root, "rect", {"width": str(_WIDTH), "height": str(height), "fill": _PAGE})
    for name, attributes, text in [*_legend(), *_axis(seconds, height), *_lanes(steps, seconds)]:
        ElementTree.SubElement(root, name, attributes).text = text
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode") + "\n"


_Element = tuple[str, dict[str, str], "str | None"]


def _text(x: float, y: float, text: str, **attributes: str) -> _Element:
    return "text", {"x": f"{x:g}", "y": f"{y:g}", **attributes}, text


def _marks(places: Iterable[float], y: float, colour: str, width: float, length: float) -> _Element:
    """Vertical lines from ``y`` downwards; one element for all of them keeps the file small."""
    path = "".join(f"M{x:.1f} {y:g}v{length:g}" for x in places)
    return "path", {"d": path, "stroke": colour, "stroke-width": f"{width:g}"}, None


def _legend() -> Iterator[_Element]:
    x = float(_LANES_FROM)
    for colour, text in ((_ANSWERED, "answered"), (_LOST, "lost"), (_MOVED, "gateway has moved")):
        yield _marks([x], 10, colour, 3, 14)
        yield _text(x + 8, 22, text)
        x += 110


def _axis(seconds: float, height: float) -> Iterator[_Element]:
    bottom = height - 32
    whole = range(int(seconds) + 1)
    yield _marks((_place(second, seconds) for second in whole), _TOP - 8, _GRID, 1, bottom - _TOP + 8)
    for second in whole:
        yield _text(_place(second, seconds), bottom + 18, f"{second} s", **{"text-anchor": "middle"})


def _lanes(steps: Iterable[Row], seconds: float) -> Iterator[_Element]:
    for number, step in enumerate(steps):
        y = _TOP + _LANE * number
        yield _text(_LANES_FROM - 12, y + _MARK - 3, step["title"], **{"text-anchor": "end"})
        for key, colour in (("answered_after_seconds", _ANSWERED), ("unanswered_after_seconds", _LOST)):
            yield _marks((_place(second, seconds) for second in step[key]), y, colour, 2, _MARK)
        if step["moved_after_seconds"] is not None:
            yield _marks([_place(step["moved_after_seconds"], seconds)], y - 5, _MOVED, 3, _MARK + 10)


def _place(second: float, seconds: float) -> float:
    return _LANES_FROM + (_LANES_TO - _LANES_FROM) * second / seconds
