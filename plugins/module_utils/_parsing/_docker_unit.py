# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Read the systemd unit of the Docker engine."""

from __future__ import annotations

import re

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError

_START = re.compile(r"^ExecStart=(.*\S)", re.MULTILINE)
_HOST = re.compile(r"\s(-H|--host)(=|\s+)\S+")


def start_without_hosts(text: str) -> str:
    """Return the command that starts the engine without the addresses that it listens at.

    The engine does not start when its command and its configuration file both say where it listens. ``text`` is the
    output of ``systemctl cat docker``: the unit and its drop-ins, the last of which counts. Raises ``ParseError``.
    """
    commands = _START.findall(text)
    if not commands:
        raise ParseError("systemctl cat docker", 0, "", "no line begins with ExecStart=")
    return _HOST.sub("", commands[-1])
