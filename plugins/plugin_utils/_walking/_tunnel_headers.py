# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Headers that Open vSwitch puts around a frame: Geneve (RFC 8926) and VXLAN (RFC 7348)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import Unknown
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._packet import Packet, Tunnel

Row = Mapping[str, Any]

PORTS = {"geneve": 6081, "vxlan": 4789}  # IANA
HEADERS = {"geneve": "a Geneve", "vxlan": "a VXLAN"}

# Outer IP and UDP headers, the VXLAN header or that of Geneve without options, and the inner Ethernet header.
OVERHEAD_BYTES = {"ipv4": 20 + 8 + 8 + 14, "ipv6": 40 + 8 + 8 + 14}

_OPTION_BYTES = 4
# Where OVN has the logical ports that a packet comes from and goes to (ovn-architecture(7)). ovn-controller maps it to
# tun_metadata0.
_OVN_OPTION = (0x102, 0x80)


def pushed(packet: Packet, header: Row) -> Packet:
    """What ``tnl_push`` of the userspace datapath makes of a packet; its header is complete. Raises Unknown."""
    kind = next((kind for kind in PORTS if kind in header), None)
    addresses = header.get("ipv4") or header.get("ipv6")
    if kind is None or addresses is None:
        raise Unknown(f"a tunnel of another kind than {' and '.join(PORTS)}")
    return Packet(
        "udp",
        addresses["dst"],
        source=addresses["src"],
        destination_port=header["udp"]["dst"],
        source_mac=header["eth"]["src"],
        destination_mac=header["eth"]["dst"],
        ttl=addresses.get("ttl", addresses.get("hlimit")),
        # The header's own Ethernet header is as long as that of the frame in it.
        size_bytes=packet.size_bytes + header["size"],
        tunnel=Tunnel(kind, header[kind]["vni"], packet.changed(mark=0), _option(header[kind].get("options"))),
    )


def around(packet: Packet, kind: str, settings: Row) -> Packet:
    """What the kernel's datapath makes of a packet that has ``set(tunnel(...))`` before its output. Raises Unknown."""
    if kind not in PORTS:
        raise Unknown(f"a tunnel of the kind {kind}")
    destination = settings.get("dst") or settings["ipv6_dst"]
    options = settings.get("geneve") or []
    header_bytes = OVERHEAD_BYTES["ipv6" if ":" in destination else "ipv4"]
    option_bytes = sum(_OPTION_BYTES + option.get("len", 0) for option in options)
    return Packet(
        "udp",
        destination,
        source=settings.get("src") or settings.get("ipv6_src"),
        destination_port=settings.get("tp_dst") or PORTS[kind],
        ttl=settings.get("ttl", 64),
        size_bytes=packet.size_bytes + header_bytes + option_bytes,
        tunnel=Tunnel(kind, settings["tun_id"], packet.changed(mark=0), _option(options)),
    )


def _option(options: Any) -> int | None:
    for option in options or []:
        if (option["class"], option["type"]) == _OVN_OPTION:
            return int(option["data"])
    return None
