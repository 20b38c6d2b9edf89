# SPDX-License-Identifier: GPL-3.0-or-later
"""Packets as flows of Open vSwitch."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import Unknown
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._flow_fields import flow_of
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._packet import Packet, Tunnel

MACS = {"source_mac": "02:00:00:00:00:01", "destination_mac": "02:00:00:00:00:02"}
FRAME = "dl_src=02:00:00:00:00:01,dl_dst=02:00:00:00:00:02"


def packet(protocol: str, destination: str = "10.0.0.2", source: str | None = "10.0.0.1", **more: Any) -> Packet:
    return Packet(protocol, destination, **{"source": source, **MACS, **more})


PORTS = {"source_port": 40000, "destination_port": 80}


@pytest.mark.parametrize(
    ("sent", "flow"),
    [
        (packet("tcp", **PORTS), f"tcp,nw_src=10.0.0.1,nw_dst=10.0.0.2,nw_ttl=64,tcp_src=40000,tcp_dst=80,{FRAME}"),
        (packet("icmp", ttl=3), f"icmp,icmp_type=8,icmp_code=0,nw_src=10.0.0.1,nw_dst=10.0.0.2,nw_ttl=3,{FRAME}"),
        (packet("47"), f"ip,nw_proto=47,nw_src=10.0.0.1,nw_dst=10.0.0.2,nw_ttl=64,{FRAME}"),
        (
            packet("udp", "fd00::2", "fd00::1", destination_port=53),
            f"udp6,ipv6_src=fd00::1,ipv6_dst=fd00::2,nw_ttl=64,udp_dst=53,{FRAME}",
        ),
        (
            packet("arp"),
            "arp,arp_op=1,arp_spa=10.0.0.1,arp_tpa=10.0.0.2,arp_sha=02:00:00:00:00:01,arp_tha=00:00:00:00:00:00,"
            + FRAME,
        ),
        (
            packet("udp", encrypted=True, destination_port=4789),
            f"ip,nw_proto=50,nw_src=10.0.0.1,nw_dst=10.0.0.2,nw_ttl=64,{FRAME}",
        ),
        (
            packet("icmp", vlans=(7,), mark=0x10, source_mac=None),
            "icmp,icmp_type=8,icmp_code=0,nw_src=10.0.0.1,nw_dst=10.0.0.2,nw_ttl=64,dl_vlan=7,"
            "dl_dst=02:00:00:00:00:02,pkt_mark=0x10",
        ),
    ],
)
def test_flows(sent: Packet, flow: str) -> None:
    assert flow_of(sent) == flow


@pytest.mark.parametrize(("option", "metadata"), [(0x30002, ",tun_metadata0=0x30002"), (None, "")])
def test_a_packet_that_came_in_a_tunnel(option: int | None, metadata: str) -> None:
    inner = packet("47")
    outer = Packet("udp", "192.0.2.2", source="192.0.2.1", tunnel=Tunnel("geneve", 5, inner, option))
    assert flow_of(inner, outer) == (
        "ip,nw_proto=47,nw_src=10.0.0.1,nw_dst=10.0.0.2,nw_ttl=64,tun_id=0x5,tun_src=192.0.2.1,tun_dst=192.0.2.2"
        f"{metadata},{FRAME}"
    )


@pytest.mark.parametrize(
    ("sent", "reason"),
    [(packet("tcp", vlans=(1, 2), **PORTS), "two VLAN tags"), (packet("ndp", "fd00::2", "fd00::1"), "neighbour sol")],
)
def test_what_cannot_be_asked(sent: Packet, reason: str) -> None:
    with pytest.raises(Unknown, match=reason):
        flow_of(sent)
