# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""What netem does to the packets that leave a device: the kernel's units and people's.

Source: linux/pkt_sched.h (``struct tc_netem_qopt``, ``struct tc_netem_rate``) and net/sched/sch_netem.c.
"""

from __future__ import annotations

import struct
from typing import Mapping, NamedTuple

# linux/pkt_sched.h
TCA_NETEM_RATE = 6

# Delay, packets that the queue holds, loss, gap, duplication and jitter.
QOPT = struct.Struct("=IIIIII")
# Bytes per second, then the overhead of packets and cells.
RATE = struct.Struct("=IiIi")

# A tick of the packet scheduler is 64 ns (PSCHED_SHIFT in net/pkt_sched.h), and "always" is all ones.
_TICKS_PER_MILLISECOND = 15625
_ALWAYS = 0xFFFFFFFF
_BYTES_PER_KILOBIT = 125

# What fits into 32 bits of the kernel's units.
LONGEST_MILLISECONDS = _ALWAYS // _TICKS_PER_MILLISECOND
HIGHEST_KILOBITS = _ALWAYS // _BYTES_PER_KILOBIT


class Netem(NamedTuple):
    """Delay in ticks, probability of a loss in parts of 2^32-1, and bytes per second; 0 where there is none."""

    delay_ticks: int
    loss: int
    rate_bytes: int

    def __str__(self) -> str:
        parts = (
            (self.delay_ticks, f"delay {self.delay_ticks / _TICKS_PER_MILLISECOND:g} ms"),
            (self.loss, f"loss {self.loss / _ALWAYS * 100:g} %"),
            (self.rate_bytes, f"rate {self.rate_bytes / _BYTES_PER_KILOBIT:g} kbit/s"),
        )
        return ", ".join(text for amount, text in parts if amount)


def wanted(delay_milliseconds: float | None, loss_percent: float | None, rate_kilobits: int | None) -> Netem | None:
    """Return the kernel's units; ``None`` where nothing is done to packets."""
    found = Netem(
        round((delay_milliseconds or 0) * _TICKS_PER_MILLISECOND),
        round((loss_percent or 0) / 100 * _ALWAYS),
        (rate_kilobits or 0) * _BYTES_PER_KILOBIT,
    )
    return found if any(found) else None


def decode(options: bytes, attributes: Mapping[int, bytes]) -> Netem:
    """Decode TCA_OPTIONS of a netem; ``attributes`` are those after the structure."""
    delay, _limit, loss, _gap, _duplicate, _jitter = QOPT.unpack_from(options)
    rate = RATE.unpack_from(attributes[TCA_NETEM_RATE])[0] if TCA_NETEM_RATE in attributes else 0
    return Netem(delay, loss, rate)
