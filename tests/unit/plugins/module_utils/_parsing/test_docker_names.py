# SPDX-License-Identifier: GPL-3.0-or-later
"""Names that Docker makes up, those of a recorded swarm and of the Swarm networking deep dive."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._docker_names import (
    is_network_namespace,
    load_balancer_namespace,
    network_namespace,
    parse_namespace,
    parse_vxlan_name,
    vxlan_name,
)

NETWORK = "1us5hb6ohxcnt57qpxskmsmwq"


@pytest.mark.parametrize(
    ("name", "vni", "prefix"),
    [("ov-001000-lpq3t", 4096, "lpq3t"), ("vx-001001-7672d", 4097, "7672d"), ("vx-ffffff-abcde", 0xFFFFFF, "abcde")],
)
def test_vni_in_a_name(name: str, vni: int, prefix: str) -> None:
    assert parse_vxlan_name(name) == {"vni": vni, "network_id_prefix": prefix}


@pytest.mark.parametrize("name", ["vxlan0", "vx-1000-lpq3t", "vx-00100g-lpq3t", "xx-001000-lpq3t", "vx-001000-", ""])
def test_other_names(name: str) -> None:
    with pytest.raises(ValueError, match="not the name of an overlay device"):
        parse_vxlan_name(name)


def test_names_of_a_network() -> None:
    assert vxlan_name(4097, NETWORK) == "vx-001001-1us5h"
    assert network_namespace(NETWORK) == "1-1us5hb6ohx"
    assert load_balancer_namespace(NETWORK) == "lb_1us5hb6oh"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("1-1us5hb6ohx", {"kind": "network", "network_id_prefix": "1us5hb6ohx"}),
        ("lb_1us5hb6oh", {"kind": "load_balancer", "network_id_prefix": "1us5hb6oh"}),
        ("ingress_sbox", {"kind": "ingress", "network_id_prefix": None}),
        ("9ff9e882fd39", {"kind": "sandbox", "network_id_prefix": None}),
        ("default", {"kind": "sandbox", "network_id_prefix": None}),
    ],
)
def test_what_a_namespace_is(name: str, expected: dict[str, Any]) -> None:
    assert parse_namespace(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("1-1us5hb6ohx", True),
        ("3-1us5hb6ohx", True),
        ("1-lpq3t0000x", False),
        ("lb_1us5hb6oh", False),
        ("d7f92170ec4e", False),
        ("host", False),
    ],
)
def test_namespace_of_a_network(name: str, expected: bool) -> None:
    assert is_network_namespace(name, NETWORK) is expected
