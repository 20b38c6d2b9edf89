# SPDX-License-Identifier: GPL-3.0-or-later
"""Who has a UDP port of a node, by what node_state returns of it."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.packetwalk.labs.plugins.filter.questions import FilterModule

owners = FilterModule().filters()["vxlan_port_owners"]


def device(name: str, port: int, underlay: str | None = "host") -> dict[str, Any]:
    return {"name": name, "kind": "vxlan", "vxlan": {"vni": 256, "port": port, "underlay_namespace": underlay}}


def bound(port: int, inode: int, protocol: str = "udp") -> dict[str, Any]:
    return {"protocol": protocol, "address": "0.0.0.0", "port": port, "family": "ipv4", "inode": inode}


def node(host: dict[str, Any], **others: list[dict[str, Any]]) -> dict[str, Any]:
    """A node whose engine has the tutorial's overlay network."""
    namespaces = {"host": {"links": [{"name": "eth0", "kind": "veth"}], "sockets": [], **host}}
    namespaces.update({name.replace("_", "-"): {"links": links} for name, links in others.items()})
    networks = [{"name": "overlay-net", "id": "eb222a5d69f996b40ec579a10209afa7fd4abff2ed22056314770e2c7d37f0c5"}]
    return {"namespaces": namespaces, "docker": {"networks": networks}}


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        pytest.param(node({}), [], id="nobody"),
        pytest.param(
            node({"sockets": [bound(4789, 0)]}, **{"1_eb222a5d69": [device("vxlan0", 4789)]}),
            ["the VXLAN device vxlan0 in the namespace 1-eb222a5d69, of Docker's network overlay-net"],
            id="an overlay network of Docker",
        ),
        pytest.param(
            node({"links": [device("vx0", 4789, None)]}),
            ["the VXLAN device vx0 in the namespace host"],
            id="a device that stayed where it was made",
        ),
        pytest.param(
            node({"sockets": [bound(4789, 81), bound(4789, 82, "tcp"), bound(8472, 83)]}),
            ["a process at 0.0.0.0"],
            id="a socket of a process",
        ),
        pytest.param(node({"links": [device("vxlan_sys_4789", 4789)]}), [], id="Open vSwitch itself"),
        pytest.param(node({"links": [device("vx0", 8472)]}), [], id="another port"),
        pytest.param(node({}, web=[device("vx0", 4789, "web"), device("vx1", 4789, None)]), [], id="in a container"),
    ],
)
def test_owners(state: dict[str, Any], expected: list[str]) -> None:
    assert owners(state, 4789) == expected
    assert owners(state, "4789") == expected


def test_a_node_that_was_not_read() -> None:
    with pytest.raises(AnsibleFilterError):
        owners({"namespaces": None}, 4789)


def test_an_engine_that_was_not_read() -> None:
    state = {**node({}, **{"1_eb222a5d69": [device("vxlan0", 4789)]}), "docker": None}
    assert owners(state, 4789) == ["the VXLAN device vxlan0 in the namespace 1-eb222a5d69"]
