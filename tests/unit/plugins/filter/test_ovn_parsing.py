# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters for what OVN's and Open vSwitch's tools print, called as Ansible calls them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.packetwalk.labs.plugins.filter import ovn_parsing, ovs_parsing

RECORDINGS = Path(__file__).parents[3] / "recordings"
DOCUMENTATION = Path(__file__).parents[4] / "plugins" / "filter"
FILTERS = {**ovn_parsing.FilterModule().filters(), **ovs_parsing.FilterModule().filters()}
OF_RECORDINGS = {
    "datapath_flows": ("ovs/ovn-chassis.dpctl-dump-flows.txt", 32),
    "ofproto_trace_text": ("ovs/ofproto-trace-spoofed.txt", 6),
    "openflow": ("ovs/ovn-chassis.dump-flows.txt", 795),
    "openflow_ports": ("ovs/articles-2017.dump-ports-desc.txt", 3),
    "ovn_acl_list": ("ovn/three-chassis.acl-list.txt", 5),
    "ovn_lflow_list": ("ovn/three-chassis.lflow-list-uuid.txt", 488),
    "ovn_nat_list": ("ovn/three-chassis.lr-nat-list.txt", 3),
    "ovn_nbctl_show": ("ovn/three-chassis.ovn-nbctl-show.txt", 2),
    "ovn_route_list": ("ovn/three-chassis.lr-route-list.txt", 1),
    "ovn_sbctl_show": ("ovn/three-chassis.ovn-sbctl-show.txt", 3),
    "ovn_trace_text": ("ovn/trace-spoofed-source-dropped.txt", 5),
    "ovs_vsctl_show": ("ovs/ovn-chassis.ovs-vsctl-show.txt", 4),
}


def documentation(name: str) -> dict[str, Any]:
    documented: dict[str, Any] = yaml.safe_load((DOCUMENTATION / f"{name}.yml").read_text())
    return documented


@pytest.mark.parametrize("name", sorted(OF_RECORDINGS))
def test_recording(name: str) -> None:
    recording, size = OF_RECORDINGS[name]
    text = (RECORDINGS / recording).read_text()

    assert len(FILTERS[name](text)) == size
    # Ansible strips what a command printed.
    assert FILTERS[name](text.strip("\n")) == FILTERS[name](text)


def test_datapath_actions() -> None:
    assert FILTERS["datapath_actions"]("Datapath actions: 2\n") == [{"action": "output", "port": 2}]


def documented_keys(returned: dict[str, Any]) -> dict[str, Any]:
    return {key: documented_keys(value.get("contains", {})) for key, value in returned.items()}


def undocumented(value: Any, keys: dict[str, Any]) -> set[str]:
    """Keys of a result that its documentation does not have; what it documents as a whole is not looked into."""
    if isinstance(value, list):
        return {key for element in value for key in undocumented(element, keys)}
    if not isinstance(value, dict) or not keys:
        return set()
    return {key for key in value if key not in keys}.union(
        *(undocumented(value[key], keys[key]) for key in value if key in keys)
    )


# Documented in words, as they are there only if they are printed.
ONLY_IF_PRINTED = {
    "datapath_flows": {"flags", "dp", "offloaded", "ufid"},
    "openflow": {"idle_age", "idle_timeout", "hard_age", "hard_timeout", "send_flow_rem"},
    "ovs_vsctl_show": {"datapath_type", "fail_mode", "bfd_status"},
}


@pytest.mark.parametrize("name", sorted(OF_RECORDINGS))
def test_documentation_has_every_key(name: str) -> None:
    keys = documented_keys(documentation(name)["RETURN"]["_value"].get("contains", {}))
    result = FILTERS[name]((RECORDINGS / OF_RECORDINGS[name][0]).read_text())

    assert undocumented(result, keys) <= ONLY_IF_PRINTED.get(name, set())
