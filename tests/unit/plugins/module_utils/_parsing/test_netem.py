# SPDX-License-Identifier: GPL-3.0-or-later
"""Units of netem, and its options as the kernel prints them; messages are in ``_formatting/test_link_messages.py``."""

from __future__ import annotations

import struct

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import _netem, _netlink
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._netem import Netem


@pytest.mark.parametrize(
    ("delay_milliseconds", "loss_percent", "rate_kilobits", "netem", "text"),
    [
        (None, None, None, None, None),
        (0, 0.0, 0, None, None),
        # 15.625 ticks are a microsecond.
        (0.001, None, None, Netem(16, 0, 0), "delay 0.001024 ms"),
        (20, None, None, Netem(312500, 0, 0), "delay 20 ms"),
        (None, 100, None, Netem(0, 0xFFFFFFFF, 0), "loss 100 %"),
        (None, None, 1000, Netem(0, 0, 125000), "rate 1000 kbit/s"),
        (5, 1.5, 64, Netem(78125, 64424509, 8000), "delay 5 ms, loss 1.5 %, rate 64 kbit/s"),
        (
            _netem.LONGEST_MILLISECONDS,
            None,
            _netem.HIGHEST_KILOBITS,
            Netem(4294953125, 0, 4294967250),
            "delay 274877 ms, rate 3.43597e+07 kbit/s",
        ),
    ],
)
def test_units(
    delay_milliseconds: float | None,
    loss_percent: float | None,
    rate_kilobits: int | None,
    netem: Netem | None,
    text: str | None,
) -> None:
    found = _netem.wanted(delay_milliseconds, loss_percent, rate_kilobits)
    assert found == netem
    assert (None if found is None else str(found)) == text


def _discipline(kind: bytes, options: bytes, parent: int = _netlink.TC_H_ROOT) -> bytes:
    header = _netlink.TCMSG.pack(0, 4, 0, parent, 0) + _netlink.attribute(_netlink.TCA_KIND, kind)
    return header + _netlink.attribute(_netlink.TCA_OPTIONS, options)


OPTIONS = struct.pack("=IIIIII", 312500, 1000, 0, 0, 0, 0)
LATENCY64 = _netlink.attribute(10, struct.pack("=q", 20_000_000))


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (_discipline(b"netem\0", OPTIONS), (4, Netem(312500, 0, 0))),
        # A kernel says more than what is asked for.
        (_discipline(b"netem\0", OPTIONS + LATENCY64), (4, Netem(312500, 0, 0))),
        (_discipline(b"netem\0", OPTIONS, parent=0x10001), None),
        (_discipline(b"fq_codel\0", b""), None),
    ],
)
def test_the_netem_at_the_root_is_read(message: bytes, expected: tuple[int, Netem] | None) -> None:
    assert _netlink.root_netem(message) == expected


@pytest.mark.parametrize("message", [b"", _discipline(b"netem\0", OPTIONS[:8]), _discipline(b"netem\0", OPTIONS)[:-4]])
def test_what_is_cut_is_an_error(message: bytes) -> None:
    with pytest.raises(ParseError):
        _netlink.root_netem(message)
