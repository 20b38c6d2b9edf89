# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Where an OVSDB server listens, as Open vSwitch writes it (ovsdb(7), "Connection Methods")."""

from __future__ import annotations

import re
from dataclasses import dataclass

_INTERNET = re.compile(r"(?P<kind>tcp|ssl):(?P<host>\[[^]\s]+\]|[^][:\s]+)(?::(?P<port>[0-9]{1,5}))?$")
# Assigned by IANA; OVN's databases have ports of their own.
_PORT = 6640


@dataclass(frozen=True)
class Remote:
    """One server. ``kind`` is ``unix``, ``tcp`` or ``ssl``; ``host`` and ``port`` are those of the last two, ``path``
    is that of the first."""

    text: str
    kind: str
    path: str = ""
    host: str = ""
    port: int = 0


def parse_remotes(text: str) -> list[Remote]:
    """The servers of ``unix:/run/ovn/ovnnb_db.sock`` or ``tcp:192.0.2.1:6641,ssl:[2001:db8::1]:6641``.

    Raises ValueError.
    """
    return [_remote(part.strip()) for part in text.split(",")]


def _remote(text: str) -> Remote:
    kind, _colon, rest = text.partition(":")
    if kind == "unix" and rest:
        return Remote(text, kind, path=rest)
    found = _INTERNET.match(text)
    port = int(found["port"] or _PORT) if found else 0
    if not found or not 0 < port < 65536:
        raise ValueError(f"{text!r} is not unix:PATH, tcp:HOST:PORT or ssl:HOST:PORT")
    return Remote(text, found["kind"], host=found["host"].strip("[]"), port=port)
