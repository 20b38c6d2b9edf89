# SPDX-License-Identifier: GPL-3.0-or-later
"""How values of netmaster's objects are written."""

from __future__ import annotations

from typing import Any, Callable

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._planning import _contiv_spelling as spelling


@pytest.mark.parametrize(
    ("reader", "value"),
    [
        (spelling.name, "contiv-net"),
        (spelling.name, "a"),
        (spelling.name, "m.x-1"),
        (spelling.name, "a" * 64),
        (spelling.subnet, "10.1.2.0/24"),
        (spelling.subnet, "10.50.9.7/24"),
        (spelling.subnet, "10.9.3.10-10.9.3.40/24"),
        (spelling.subnet, "10.56.0.0/31"),
        (spelling.pool, "10.9.1.100-10.9.1.100"),
        (spelling.network6, "2001:4391:5:11:1::/120"),
        (spelling.address_or_network, "10.1.2.3"),
        (spelling.address_or_network, "10.0.0.0/8"),
        (spelling.vlan_range, "1-4094"),
        (spelling.vxlan_range, "1-16001"),
        (spelling.vxlan_range, "50000-65535"),
        (spelling.private_subnet, "172.19.0.0/16"),
        (spelling.protocol, "icmp"),
        (spelling.protocol, "132"),
        (spelling.priority, 100),
        (spelling.port, 65535),
        (spelling.autonomous_system, 4294967295),
        (spelling.interface, "50.1.1.1/24"),
    ],
)
def test_what_can_be(reader: Callable[[Any], Any], value: Any) -> None:
    try:
        reader(value)
    except ValueError as error:
        pytest.fail(str(error))


@pytest.mark.parametrize(
    ("reader", "value", "clause"),
    [
        (spelling.name, "bad_name", "'bad_name' is no name for netmaster"),
        (spelling.name, "", "'' is no name for netmaster"),
        (spelling.name, "-a", "'-a' is no name for netmaster"),
        (spelling.name, "a..b", "'a..b' is no name for netmaster"),
        (spelling.name, "a\n", "is no name for netmaster"),
        (spelling.name, "a" * 65, "64 characters at most"),
        (spelling.subnet, "10.1.1.0", "'10.1.1.0' has no prefix length"),
        (spelling.subnet, "10.1.300.0/24", "300"),
        (spelling.subnet, "10.50.1.5/32", "the prefix of 10.50.1.5/32 is not 8 to 31 bits long"),
        (spelling.subnet, "10.58.0.0/7", "is not 8 to 31 bits long"),
        (spelling.subnet, "10.55.0.7-10.55.0.3/24", "10.55.0.3 is before 10.55.0.7"),
        (spelling.subnet, "10.57.0.10-10.57.1.40/24", "10.57.1.40 is outside of 10.57.0.0/24"),
        (spelling.subnet, "2001:db8::/64", "2001:db8::"),
        (spelling.address, "abc", "abc"),
        (spelling.pool, "10.9.1.100", "is no first and last address with a hyphen between them"),
        (spelling.network6, "zz::/64", "zz::"),
        (spelling.network6, "2001:db8::", "has no prefix length"),
        (spelling.vlan_range, "5000-6000", "5000 is not from 1 to 4094"),
        (spelling.vlan_range, "0-10", "0 is not from 1 to 4094"),
        (spelling.vlan_range, "10-5", "5 is less than 10"),
        (spelling.vlan_range, "100", "is no first and last tag with a hyphen between them"),
        (spelling.vxlan_range, "1-65536", "65536 is not from 1 to 65535"),
        (spelling.vxlan_range, "1-20000", "1-20000 has more tags than netmaster takes, which is 16000"),
        (spelling.private_subnet, "172.19.0.0/24", "the prefix of 172.19.0.0/24 is not 16 bits long"),
        (spelling.private_subnet, "172.19.1.0/16", "host bits"),
        (spelling.protocol, "sctpx", "'sctpx' is not tcp, udp, icmp or a number from 1 to 255"),
        (spelling.protocol, "300", "is not tcp, udp, icmp or a number"),
        (spelling.priority, 101, "101 is not from 1 to 100"),
        (spelling.port, 70000, "70000 is not from 1 to 65535"),
        (spelling.autonomous_system, 0, "0 is not from 1 to 4294967295"),
        (spelling.interface, "50.1.1.1", "has no prefix length"),
    ],
)
def test_what_cannot_be(reader: Callable[[Any], Any], value: Any, clause: str) -> None:
    with pytest.raises(ValueError) as raised:
        reader(value)
    assert clause in str(raised.value)
