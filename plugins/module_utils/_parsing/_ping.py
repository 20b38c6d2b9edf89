# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""``ping -D -O`` of iputils: every packet with the time at which it was sent, answered or not."""

from __future__ import annotations

import re
from typing import NamedTuple

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError

_COMMAND = "ping -D -O"
_ANSWERED = re.compile(
    r"\[(?P<time>\d+\.\d+)\] \d+ bytes from .*icmp_seq=(?P<number>\d+) .*time=(?P<milliseconds>[\d.]+) ms"
)
_UNANSWERED = re.compile(r"\[(?P<time>\d+\.\d+)\] no answer yet for icmp_seq=(?P<number>\d+)$")
# What routers on the way say; ping says of the same packet that it has no answer.
_REFUSED = re.compile(r"(?:\[\d+\.\d+\] )?From \S+ .*icmp_seq=\d+ ")
_END = re.compile(r"--- .* ping statistics ---$")


class Ping(NamedTuple):
    """A packet: when it was sent (seconds since 1970, by the clock of the sender), and whether it was answered."""

    sent: float
    answered: bool


def parse_pings(text: str, interval_seconds: float) -> list[Ping]:
    """All packets in the order in which they were sent, but the last one where its answer was not waited for.

    ``interval_seconds`` is ping's ``-i``: that a packet has no answer is said when the next one is sent. An answer that
    comes later still counts. Raises ParseError, also for output without the statistics at its end, as it is cut then.
    """
    lines = text.splitlines()
    packets = {}
    for line_number, line in enumerate(lines, start=1):
        answered = _ANSWERED.match(line)
        unanswered = _UNANSWERED.match(line)
        if answered:
            sent = float(answered["time"]) - float(answered["milliseconds"]) / 1000
            packets[int(answered["number"])] = Ping(sent, True)
        elif unanswered:
            packets[int(unanswered["number"])] = Ping(float(unanswered["time"]) - interval_seconds, False)
        elif _END.match(line):
            return [packets[number] for number in sorted(packets)]
        elif line and not line.startswith("PING ") and not _REFUSED.match(line):
            raise ParseError(_COMMAND, line_number, line, "expected an answer, or that there is none")
    raise ParseError(_COMMAND, 0, "", "expected statistics at its end")
