# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""How values of netmaster's objects are written. Each function raises ValueError with a clause that says what is wrong.

Source: what netmaster 1.0.3 takes and refuses. Where it takes what cannot work, for example a gateway with the address
of the network itself, the functions here do not.
"""

from __future__ import annotations

import ipaddress
import re

VLANS = range(1, 4095)
# netmaster reads ranges of VXLANs up to here.
VXLANS = range(1, 65536)
_MOST_VXLANS = 16000
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"
_NAME = re.compile(rf"{_LABEL}(\.{_LABEL})*")
_LONGEST_NAME = 64


def name(text: str) -> str:
    """Read the name of an object."""
    if len(text) > _LONGEST_NAME or not _NAME.fullmatch(text):
        raise ValueError(
            f"{text!r} is no name for netmaster, which takes letters, digits, hyphens between them and dots, "
            f"{_LONGEST_NAME} characters at most"
        )
    return text


def address(text: str) -> ipaddress.IPv4Address:
    """Read an IPv4 address."""
    return ipaddress.IPv4Address(text)


def address6(text: str) -> ipaddress.IPv6Address:
    """Read an IPv6 address."""
    return ipaddress.IPv6Address(text)


def network6(text: str) -> ipaddress.IPv6Network:
    """Read an IPv6 network; bits of a host are allowed."""
    _need_prefix(text)
    return ipaddress.IPv6Interface(text).network


def interface(text: str) -> ipaddress.IPv4Interface:
    """Read an IPv4 address with the length of its network's prefix."""
    _need_prefix(text)
    return ipaddress.IPv4Interface(text)


def address_or_network(text: str) -> ipaddress.IPv4Network:
    """Read an IPv4 address, or a network; bits of a host are allowed."""
    return ipaddress.IPv4Interface(text).network


def subnet(text: str) -> ipaddress.IPv4Network:
    """Read ``10.1.2.0/24``, or ``10.1.2.10-10.1.2.40/24`` where only these addresses are given out."""
    _need_prefix(text)
    addresses, _slash, length = text.partition("/")
    first, dash, last = addresses.partition("-")
    network = ipaddress.IPv4Interface(f"{first}/{length}").network
    if not 8 <= network.prefixlen <= 31:
        raise ValueError(f"the prefix of {text} is not 8 to 31 bits long")
    if dash and pool(addresses)[1] not in network:
        raise ValueError(f"{last} is outside of {network}")
    return network


def pool(text: str) -> tuple[ipaddress.IPv4Address, ipaddress.IPv4Address]:
    """Read the first and the last address of ``10.1.2.10-10.1.2.40``."""
    first, dash, last = text.partition("-")
    if not dash:
        raise ValueError(f"{text!r} is no first and last address with a hyphen between them")
    if address(last) < address(first):
        raise ValueError(f"{last} is before {first}")
    return address(first), address(last)


def vlan_range(text: str) -> None:
    """Read ``1-4094``."""
    _tag_range(text, VLANS)


def vxlan_range(text: str) -> None:
    """Read ``1-10000``."""
    first, last = _tag_range(text, VXLANS)
    if last - first > _MOST_VXLANS:
        raise ValueError(f"{text} has more tags than netmaster takes, which is {_MOST_VXLANS}")


def private_subnet(text: str) -> None:
    """Read ``172.19.0.0/16``."""
    _need_prefix(text)
    if ipaddress.IPv4Network(text).prefixlen != 16:
        raise ValueError(f"the prefix of {text} is not 16 bits long")


def protocol(text: str) -> None:
    """Read a protocol by one of the three names that netmaster knows, or by its number."""
    if text not in ("tcp", "udp", "icmp") and not (text.isdigit() and int(text) in range(1, 256)):
        raise ValueError(f"{text!r} is not tcp, udp, icmp or a number from 1 to 255")


def priority(number: int) -> None:
    """Take the priority of a rule."""
    within(number, range(1, 101))


def port(number: int) -> None:
    """Take a port."""
    within(number, range(1, 65536))


def autonomous_system(number: int) -> None:
    """Take the number of an autonomous system (RFC 6793)."""
    within(number, range(1, 2**32))


def within(number: int, allowed: range) -> None:
    """Take a number of a range."""
    if number not in allowed:
        raise ValueError(f"{number} is not from {allowed.start} to {allowed.stop - 1}")


def _need_prefix(text: str) -> None:
    if "/" not in text:
        raise ValueError(f"{text!r} has no prefix length")


def _tag_range(text: str, allowed: range) -> tuple[int, int]:
    first, dash, last = text.partition("-")
    if not (dash and first.isdigit() and last.isdigit()):
        raise ValueError(f"{text!r} is no first and last tag with a hyphen between them")
    if int(last) < int(first):
        raise ValueError(f"{last} is less than {first}")
    within(int(first), allowed)
    within(int(last), allowed)
    return int(first), int(last)
