# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""A packet in the words of Open vSwitch (ovs-fields(7)), always in the same order."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import Unknown
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._packet import Packet

# With the protocol a flow names the EtherType too, and what of it the first packet of a connection has.
_PROTOCOLS = {
    ("tcp", "ipv4"): "tcp",
    ("tcp", "ipv6"): "tcp6",
    ("udp", "ipv4"): "udp",
    ("udp", "ipv6"): "udp6",
    ("icmp", "ipv4"): "icmp,icmp_type=8,icmp_code=0",
    ("icmpv6", "ipv6"): "icmp6,icmpv6_type=128,icmpv6_code=0",
    ("ndp", "ipv6"): "icmp6,icmpv6_type=135,icmpv6_code=0",
}
_IP = {"ipv4": "ip", "ipv6": "ipv6"}
_ADDRESSES = {"ipv4": ("nw_src", "nw_dst"), "ipv6": ("ipv6_src", "ipv6_dst")}
_TUNNEL_ADDRESSES = {"ipv4": ("tun_src", "tun_dst"), "ipv6": ("tun_ipv6_src", "tun_ipv6_dst")}
_ENCAPSULATING_SECURITY_PAYLOAD = "50"


def flow_of(packet: Packet, tunnel: Packet | None = None) -> str:
    """The flow that a packet is of; ``tunnel`` is the outer packet that it came in. Raises Unknown."""
    words = [*(_of_tunnel(tunnel) if tunnel else ()), *_link_layer(packet)]
    words[:0] = [_question(packet)] if packet.protocol == "arp" else _network_layer(packet)
    return ",".join(words)


def _question(packet: Packet) -> str:
    return (
        f"arp,arp_op=1,arp_spa={packet.source},arp_tpa={packet.destination},arp_sha={packet.source_mac}"
        ",arp_tha=00:00:00:00:00:00"
    )


def _network_layer(packet: Packet) -> Iterator[str]:
    if packet.protocol == "ndp":
        raise Unknown("which of its addresses a neighbour solicitation is sent from is not in the state")
    protocol = _ENCAPSULATING_SECURITY_PAYLOAD if packet.encrypted else packet.protocol
    yield _PROTOCOLS.get((protocol, packet.family), f"{_IP[packet.family]},nw_proto={protocol}")
    source, destination = _ADDRESSES[packet.family]
    if packet.source:
        yield f"{source}={packet.source}"
    yield f"{destination}={packet.destination}"
    yield f"nw_ttl={packet.ttl}"
    if protocol in ("tcp", "udp"):
        # The source port of a tunnel is a hash.
        yield from (f"{protocol}_src={packet.source_port}",) if packet.source_port else ()
        yield f"{protocol}_dst={packet.destination_port}"


def _link_layer(packet: Packet) -> Iterator[str]:
    if len(packet.vlans) > 1:
        raise Unknown("a frame with two VLAN tags cannot be asked about")
    yield from (f"dl_vlan={identifier}" for identifier in packet.vlans)
    if packet.source_mac:
        yield f"dl_src={packet.source_mac}"
    yield f"dl_dst={packet.destination_mac}"
    if packet.mark:
        yield f"pkt_mark={packet.mark:#x}"


def _of_tunnel(outer: Packet) -> Iterator[str]:
    if outer.tunnel is None:
        return
    source, destination = _TUNNEL_ADDRESSES[outer.family]
    yield from (f"tun_id={outer.tunnel.vni:#x}", f"{source}={outer.source}", f"{destination}={outer.destination}")
    if outer.tunnel.option is not None:
        yield f"tun_metadata0={outer.tunnel.option:#x}"
