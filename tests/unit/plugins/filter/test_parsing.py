# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters that parse, called as Ansible calls them."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.packetwalk.labs.plugins.filter.parsing import FilterModule

RECORDINGS = Path(__file__).parents[3] / "recordings"
DOCUMENTATION = Path(__file__).parents[4] / "plugins" / "filter"
FILTERS = FilterModule().filters()


@pytest.mark.parametrize(
    ("name", "recording", "rows"),
    [
        ("addresses", "iproute2/many-kinds.ip-a.txt", 10),
        ("addresses", "iproute2/many-kinds.ip-j-addr.json", 10),
        ("docker_listing", "docker/node-ls.txt", 3),
        ("fdb", "iproute2/swarm-overlay.bridge-fdb.txt", 25),
        ("fdb", "iproute2/swarm-overlay.bridge-j-fdb.json", 25),
        ("iptables_listing", "iptables/neutron-router.nat.nvL.txt", 10),
        ("iptables_rules", "iptables/neutron-router.nat.S.txt", 10),
        ("iptables_save", "iptables/swarm-host.save.txt", 3),
        ("ipvsadm", "ipvs/swarm-load-balancer.Ln.txt", 2),
        ("ipvsadm", "ipvs/swarm-load-balancer.Sn.txt", 2),
        ("links", "iproute2/many-kinds.ip-d-link.txt", 9),
        ("links", "iproute2/many-kinds.ip-d-j-link.json", 9),
        ("neighbours", "iproute2/many-kinds.ip-neigh.txt", 3),
        ("neighbours", "iproute2/many-kinds.ip-j-neigh.json", 3),
    ],
)
def test_both_dialects_by_themselves(name: str, recording: str, rows: int) -> None:
    assert len(FILTERS[name]((RECORDINGS / recording).read_text())) == rows


def test_brctl() -> None:
    text = "bridge name\tbridge id\t\tSTP enabled\tinterfaces\nbr0\t\t8000.32520c129a68\tno\t\tveth0\n"

    assert FILTERS["brctl"](text)[0]["ports"] == ["veth0"]


@pytest.mark.parametrize("name", ["fdb", "neighbours"])
def test_device_of_a_limited_listing(name: str) -> None:
    text = {
        "fdb": "02:42:0a:00:00:06 dst 159.89.39.105 self permanent",
        "neighbours": "10.0.0.9 lladdr 02:00:00:00:00:09 PERMANENT",
    }[name]

    assert FILTERS[name](text, "vxlan0")[0]["device"] == "vxlan0"
