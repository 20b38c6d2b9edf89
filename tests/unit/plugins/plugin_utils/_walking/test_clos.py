# SPDX-License-Identifier: GPL-3.0-or-later
"""Walks through the recorded Clos: over all of its paths, from host to host."""

from __future__ import annotations

from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._expectations import unmet
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._walks import walk
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._ways import ways


def spines_of(walked: dict[str, Any]) -> list[set[str]]:
    """Of each branch the spines on it."""
    return [{hop["node"] for hop in way if hop["node"].startswith("spine")} for way in ways(walked)]


def test_each_spine_is_a_branch(clos_state: dict[str, Any]) -> None:
    walked = walk(clos_state, "host1", "host3", "icmp")
    assert walked["verdict"] == "delivered"
    assert sorted(map(sorted, spines_of(walked))) == [["spine1"], ["spine2"]]
    assert (
        unmet(walked, "delivered to host3", ["host1/host/eth1", "leaf1/swns/3", "leaf3/swns", "host3/host/eth1"]) == []
    )


def test_the_name_of_a_host_is_the_address_of_its_port(clos_state: dict[str, Any]) -> None:
    walked = walk(clos_state, "leaf1", "host1", "icmp")
    assert walked["hops"][0]["text"] == "host1 is 10.2.1.2, its address in the lab"
    assert walked["hops"][0]["after"]["destination"] == "10.2.1.2"


def test_without_the_way_over_one_spine_the_other_is_left(clos_state: dict[str, Any]) -> None:
    for route in clos_state["nodes"]["leaf1"]["namespaces"]["swns"]["routes"]:
        if route["destination"] == "10.2.3.0/24":
            route["next_hops"] = route["next_hops"][1:]
    assert spines_of(walk(clos_state, "host1", "host3", "icmp")) == [{"spine2"}]
