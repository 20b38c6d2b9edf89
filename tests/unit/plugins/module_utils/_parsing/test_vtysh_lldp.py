# SPDX-License-Identifier: GPL-3.0-or-later
"""``show lldp neighbor-info`` of OpenSwitch."""

from __future__ import annotations

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._vtysh_lldp import parse_neighbours

# The form of OpenSwitch 0.4.
LISTING = """
Total neighbor entries : 1
Total neighbor entries deleted : 0
Total neighbor entries dropped : 0
Total neighbor entries aged-out : 0

Local Port     Neighbor Chassis-ID      Neighbor Port-ID         TTL
1                 70:72:cf:fd:e9:26      2                      120
2
"""


def test_ports_with_a_neighbour() -> None:
    assert parse_neighbours(LISTING) == [
        {"port": "1", "chassis_id": "70:72:cf:fd:e9:26", "port_id": "2", "ttl_seconds": 120}
    ]


@pytest.mark.parametrize(
    ("before", "after"), [("  120", "  long"), ("Local Port ", "Port "), ("entries : 1", "entries : one")]
)
def test_malformed(before: str, after: str) -> None:
    assert before in LISTING
    with pytest.raises(ParseError, match="show lldp neighbor-info: cannot read"):
        parse_neighbours(LISTING.replace(before, after))
