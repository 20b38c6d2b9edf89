# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Addresses as numbers, remembered, since a walk compares the same few again and again."""

from __future__ import annotations

import ipaddress
from functools import lru_cache

LIMITED_BROADCAST = "255.255.255.255"
_BITS = {"ipv4": 32, "ipv6": 128}


@lru_cache(maxsize=65536)
def number(address: str) -> int:
    """Raises ValueError for what is no address."""
    return int(ipaddress.ip_address(address))


@lru_cache(maxsize=65536)
def network(text: str) -> tuple[int, int, int]:
    """``10.0.1.0/24`` as its number, its mask and its prefix length; an address alone is a network of one."""
    parsed = ipaddress.ip_network(text, strict=False)
    return int(parsed.network_address), int(parsed.netmask), parsed.prefixlen


@lru_cache(maxsize=65536)
def contains(text: str, address: str) -> bool:
    """Whether a network has an address; one of another family it has not."""
    if (":" in text) != (":" in address):
        return False
    base, mask, _length = network(text)
    return number(address) & mask == base


def bits(family: str) -> int:
    return _BITS[family]


@lru_cache(maxsize=65536)
def is_multicast(address: str) -> bool:
    return ipaddress.ip_address(address).is_multicast


@lru_cache(maxsize=65536)
def is_loopback(address: str) -> bool:
    return ipaddress.ip_address(address).is_loopback


@lru_cache(maxsize=65536)
def is_link_local(address: str) -> bool:
    return ipaddress.ip_address(address).is_link_local


@lru_cache(maxsize=4096)
def multicast_mac(address: str) -> str:
    """The MAC address that frames to a multicast group carry (RFC 1112, section 6.4, and RFC 2464, section 7)."""
    digits = number(address)
    octets = (
        [0x33, 0x33, *digits.to_bytes(16, "big")[-4:]]
        if ":" in address
        else [1, 0, 0x5E, (digits >> 16) & 0x7F, (digits >> 8) & 0xFF, digits & 0xFF]
    )
    return ":".join(f"{octet:02x}" for octet in octets)
