# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""The packet of a walk, as far as anything that forwards it looks at it."""

from __future__ import annotations

from typing import Any, NamedTuple

BROADCAST = "ff:ff:ff:ff:ff:ff"


class Tunnel(NamedTuple):
    """What a tunnel's outer packet carries. ``option``: of Geneve the data of OVN's option, the logical ports."""

    kind: str
    vni: int
    inner: Packet
    option: int | None = None

    def as_dict(self) -> dict[str, Any]:
        return {"kind": self.kind, "vni": self.vni, "option": self.option, "inner": self.inner.as_dict()}


class Packet(NamedTuple):
    """The first packet of a connection, or the ARP request or neighbour solicitation that goes before it.

    * ``protocol``: "tcp", "udp", "icmp", "icmpv6", "arp", "ndp", or the number of another one as a string.
    * ``source`` and ``destination``: addresses; of "arp" and "ndp" the asker's and the one that is asked for. The
      source is null until the sender has found its route.
    * MAC addresses are null above the link layer, ports where there are none, and the source port of a tunnel's outer
      packet, which is a hash.
    * ``vlans``: VLAN identifiers, the outer one first.
    * ``size_bytes``: length of the IP packet.
    * ``connection_mark``: what conntrack keeps beside the mark; like that, only within a namespace.
    """

    protocol: str
    destination: str
    source: str | None = None
    source_port: int | None = None
    destination_port: int | None = None
    source_mac: str | None = None
    destination_mac: str | None = None
    vlans: tuple[int, ...] = ()
    ttl: int = 64
    mark: int = 0
    size_bytes: int = 60
    encrypted: bool = False
    tunnel: Tunnel | None = None
    connection_mark: int = 0

    @property
    def family(self) -> str:
        return "ipv6" if ":" in self.destination else "ipv4"

    @property
    def asks_for_mac(self) -> bool:
        return self.protocol in ("arp", "ndp")

    @property
    def for_many(self) -> bool:
        """Whether the frame is a broadcast or a multicast: the lowest bit of the first octet (IEEE 802)."""
        return self.destination_mac is not None and self.destination_mac[1] in "13579bdf"

    def changed(self, **fields: Any) -> Packet:
        return self._replace(**fields)

    def without_link_layer(self) -> Packet:
        return self._replace(source_mac=None, destination_mac=None)

    def crossing(self) -> Packet:
        """The packet in another namespace, where marks do not follow (skb_scrub_packet() of net/core/skbuff.c)."""
        return self if self.mark == self.connection_mark == 0 else self._replace(mark=0, connection_mark=0)

    def as_dict(self) -> dict[str, Any]:
        return {
            "source_mac": self.source_mac,
            "destination_mac": self.destination_mac,
            "vlans": list(self.vlans),
            "protocol": self.protocol,
            "source": self.source,
            "destination": self.destination,
            "source_port": self.source_port,
            "destination_port": self.destination_port,
            "ttl": self.ttl,
            "mark": self.mark,
            "size_bytes": self.size_bytes,
            "encrypted": self.encrypted,
            "tunnel": self.tunnel.as_dict() if self.tunnel else None,
        }
