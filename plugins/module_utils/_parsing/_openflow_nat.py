# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""``nat(...)`` in conntrack actions, of OpenFlow and of the datapath."""

from __future__ import annotations

import re
from typing import Any

_RANGES = [
    re.compile(r"(?P<first>[0-9.]+)(?:-(?P<last>[0-9.]+))?(?::(?P<low>[0-9]+)(?:-(?P<high>[0-9]+))?)?$"),
    re.compile(r"\[(?P<first>[^]]+)\](?:-\[(?P<last>[^]]+)\])?(?::(?P<low>[0-9]+)(?:-(?P<high>[0-9]+))?)?$"),
    re.compile(r"(?P<first>[0-9a-fA-F:.]+)(?:-(?P<last>[0-9a-fA-F:.]+))?(?P<low>)(?P<high>)$"),
]


def nat(text: str | None) -> dict[str, Any]:
    """``{"type": "src"|"dst"|None}`` and, where printed, ``addrs`` and ``ports`` as ``{"start", "end"}`` and flags.

    ``nat`` without a type translates as conntrack remembers. Raises ValueError for a range that is none.
    """
    if not text:
        return {"type": None}
    spec, *flags = text.split(",")
    kind, assigned, span = spec.partition("=")
    if kind not in ("src", "dst"):
        raise ValueError(f"expected nat(src) or nat(dst), not nat({text})")
    result: dict[str, Any] = {"type": kind, **dict.fromkeys(flags, True)}
    if assigned:
        found = next((found for found in (form.match(span) for form in _RANGES) if found), None)
        if not found:
            raise ValueError(f"{span} is no range of addresses and ports")
        result["addrs"] = {"start": found["first"], "end": found["last"] or found["first"]}
        if found["low"]:
            result["ports"] = {"start": int(found["low"]), "end": int(found["high"] or found["low"])}
    return result
