# SPDX-License-Identifier: GPL-3.0-or-later
"""``ping -D -O`` of iputils 20221126."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ping import Ping, parse_pings

RECORDED = (Path(__file__).parents[4] / "recordings" / "ovn-failover" / "ping.txt").read_text()
END = "\n--- 172.24.4.1 ping statistics ---\n3 packets transmitted, 1 received\n"
LATE = (
    "[1795279856.402100] no answer yet for icmp_seq=1\n"
    "[1795279856.463206] 64 bytes from 172.24.4.1: icmp_seq=1 ttl=63 time=163 ms\n"
)
REFUSED = (
    "[1795279856.402100] no answer yet for icmp_seq=1\n"
    "[1795279846.861503] From 172.24.4.50 icmp_seq=1 Destination Net Unreachable\n"
)


def test_what_was_recorded() -> None:
    pings = parse_pings(RECORDED, 0.1)
    counted = [line for line in RECORDED.splitlines() if "packets transmitted" in line]
    lost = [number for number, ping in enumerate(pings, start=1) if not ping.answered]
    # The last one was not waited for.
    assert counted[0].startswith(f"{len(pings) + 1} packets transmitted, {len(pings) - len(lost)} received")
    # The answer to the 391st came after the next one had been sent.
    assert lost == [138]
    apart = [after.sent - before.sent for before, after in zip(pings, pings[1:])]
    assert all(0 < seconds < 0.5 for seconds in apart)


@pytest.mark.parametrize(
    ("said", "pings"),
    [
        pytest.param("", [], id="none"),
        pytest.param(LATE, [Ping(1795279856.300206, True)], id="late"),
        pytest.param(REFUSED, [Ping(1795279856.3021, False)], id="refused"),
    ],
)
def test_small_pieces(said: str, pings: list[Ping]) -> None:
    read = parse_pings(f"PING 172.24.4.1 (172.24.4.1) 56(84) bytes of data.\n{said}{END}", 0.1)
    assert [ping.answered for ping in read] == [ping.answered for ping in pings]
    assert [ping.sent for ping in read] == pytest.approx([ping.sent for ping in pings], abs=1e-5)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("", "its output: expected statistics at its end", id="empty"),
        pytest.param(RECORDED[:2000].rpartition("\n")[0], "its output: expected statistics at its end", id="cut"),
        pytest.param(RECORDED[:2000] + END, "expected an answer, or that there is none", id="cut line"),
        pytest.param("64 bytes from 172.24.4.1: icmp_seq=1 ttl=63 time=4.37 ms\n" + END, "line 1", id="without times"),
        pytest.param("ping: connect: Network is unreachable\n", "line 1 ('ping: connect", id="error"),
    ],
)
def test_malformed_output(text: str, reason: str) -> None:
    with pytest.raises(ParseError, match=r"^ping -D -O: cannot read ") as caught:
        parse_pings(text, 0.1)
    assert reason in str(caught.value)
