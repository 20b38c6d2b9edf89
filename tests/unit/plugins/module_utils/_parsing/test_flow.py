# SPDX-License-Identifier: GPL-3.0-or-later
"""Which packets are of a flow."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._flow import Flow
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._frames import decode

RECORDED = json.loads(
    (Path(__file__).resolve().parents[4] / "recordings" / "frames" / "overlay.json").read_text(encoding="ascii")
)
ENCRYPTED = "ffffffffffff02420a00010408004500002400000000403264940a0001040a00010a0000200100000005a5a5a5a5a5a5a5a5"


def has(flow: Flow, frame: str) -> bool:
    content = bytes.fromhex(frame)
    found = flow.has(content, decode(content)["packet"])
    # What is not worth decoding is not of the flow.
    assert flow.may_have(content) or not found
    return found


@pytest.mark.parametrize(
    ("flow", "expected"),
    [
        (Flow(), set(RECORDED)),
        (Flow("tcp"), {"syn_in_vxlan", "syn_ack", "request_over_tcp"}),
        (Flow("tcp", [40000]), {"syn_in_vxlan", "syn_ack", "request_over_tcp"}),
        (Flow("tcp", [8080, 80]), {"syn_in_vxlan", "syn_ack", "request_over_tcp"}),
        # The tunnel's port is not the flow's, nor is its protocol.
        (Flow(None, [4789]), set()),
        (Flow("udp"), set()),
        (Flow("arp"), {"arp_request_in_vxlan", "arp_reply"}),
        (Flow("ndp"), {"neighbour_solicitation", "neighbour_advertisement_in_vxlan"}),
        (Flow("icmp"), {"echo_reply", "destination_unreachable"}),
        # The error quotes the datagram that had the token.
        (Flow("udp", token=b"packetwalk"), {"destination_unreachable", "echo_reply", "echo_request_of_icmpv6"}),
        (Flow("udp", [53], b"elsewhere"), set()),
        (Flow("tcp", [80], b"elsewhere"), {"syn_in_vxlan", "syn_ack", "request_over_tcp"}),
        (Flow("tcp", token=b"elsewhere"), set()),
    ],
)
def test_packets_of_a_flow(flow: Flow, expected: set[str]) -> None:
    assert {name for name, frame in RECORDED.items() if has(flow, frame)} == expected


def test_what_is_encrypted_may_be_of_any_flow() -> None:
    assert has(Flow("tcp", [80], b"token"), ENCRYPTED)


@pytest.mark.parametrize("name", ["arp_reply", "echo_reply", "echo_request_of_icmpv6"])
def test_what_cannot_be_of_the_flow_is_not_decoded(name: str) -> None:
    assert not Flow("tcp", [40001, 81], b"token").may_have(bytes.fromhex(RECORDED[name]))
