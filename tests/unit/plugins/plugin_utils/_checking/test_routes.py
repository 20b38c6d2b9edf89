# SPDX-License-Identifier: GPL-3.0-or-later
"""The kernel's choice of a source address."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._routes import source_address


def route(destination: str, **keys: Any) -> dict[str, Any]:
    row = {"destination": destination, "gateway": None, "device": "eth0", "source": None, "table": 254}
    return {**row, "metric": 0, "type": "unicast", "family": "ipv4", **keys}


def rule(priority: int, table: int, **keys: Any) -> dict[str, Any]:
    row = {"priority": priority, "source": None, "destination": None, "table": table, "mark": None}
    return {**row, "in_interface": None, "out_interface": None, "action": "to_table", "family": "ipv4", **keys}


def address(device: str, address: str, prefix_length: int) -> dict[str, Any]:
    row = {"device": device, "address": address, "prefix_length": prefix_length}
    return {**row, "family": "ipv4", "scope": "global"}


USUAL = [rule(0, 255), rule(32766, 254), rule(32767, 253)]
ADDRESSES = [address("eth0", "192.168.99.11", 24), address("eth0", "10.9.0.1", 16), address("eth1", "172.16.0.1", 24)]


@pytest.mark.parametrize(
    ("routes", "rules", "expected"),
    [
        pytest.param([], USUAL, None, id="no route"),
        pytest.param([route("default", source="10.9.0.1")], USUAL, "10.9.0.1", id="source of the route"),
        pytest.param([route("default", gateway="10.9.0.254")], USUAL, "10.9.0.1", id="subnet of the gateway"),
        pytest.param([route("192.168.99.0/24")], USUAL, "192.168.99.11", id="subnet of the destination"),
        pytest.param([route("default", device="eth1", gateway="172.16.9.9")], USUAL, "172.16.0.1", id="first address"),
        pytest.param([route("default", device="eth2")], USUAL, None, id="device without an address"),
        pytest.param(
            [route("default", source="10.9.0.1"), route("192.168.99.12/32", source="172.16.0.1")],
            USUAL,
            "172.16.0.1",
            id="longest prefix",
        ),
        pytest.param(
            [route("default", source="10.9.0.1", metric=100), route("default", source="172.16.0.1")],
            USUAL,
            "172.16.0.1",
            id="lowest metric",
        ),
        pytest.param(
            [route("default", source="10.9.0.1"), route("default", table=100, source="172.16.0.1")],
            [rule(100, 100, destination="192.168.99.0/24"), *USUAL],
            "172.16.0.1",
            id="rule for the destination",
        ),
        pytest.param(
            [route("default", source="10.9.0.1"), route("default", table=100, source="172.16.0.1")],
            [rule(100, 100, mark=1), rule(101, 100, source="10.9.0.0/16"), rule(102, 100, inverted=True), *USUAL],
            "10.9.0.1",
            id="rules that ask for more",
        ),
        pytest.param(
            [route("default", source="10.9.0.1"), route("default", table=100, source="172.16.0.1")],
            [rule(100, 100, suppress_prefix_length=0), *USUAL],
            "10.9.0.1",
            id="suppressed default route",
        ),
    ],
)
def test_source_address(routes: list[dict[str, Any]], rules: list[dict[str, Any]], expected: str | None) -> None:
    namespace = {"routes": routes, "rules": rules, "addresses": ADDRESSES}
    assert source_address(namespace, "192.168.99.12")[0] == expected
