# SPDX-License-Identifier: GPL-3.0-or-later
"""The recorded labs, for all tests of the controller's side."""

from __future__ import annotations

import copy
import functools
import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import _neutron
from ansible_collections.packetwalk.labs.plugins.plugin_utils import _state

RECORDINGS = Path(__file__).parents[3] / "recordings"
STATE_FILE = RECORDINGS / "swarm-three-nodes-ipvs" / "state.json"


@functools.lru_cache(maxsize=4)
def _recorded(file: Path) -> dict[str, Any]:
    return _state.load(file.read_text(encoding="utf-8"))


@pytest.fixture
def swarm_state() -> dict[str, Any]:
    """State document of a healthy swarm of three nodes; a test may change it."""
    return copy.deepcopy(_recorded(STATE_FILE))


@pytest.fixture
def ovn_state() -> dict[str, Any]:
    """State document of a healthy OVN with three chassis; a test may change it."""
    return copy.deepcopy(_recorded(RECORDINGS / "ovn-three-chassis" / "state.json"))


@pytest.fixture
def ovn_walk_state() -> dict[str, Any]:
    """State document of the same lab with what Open vSwitch said of some packets; a test may change it."""
    return copy.deepcopy(_recorded(RECORDINGS / "ovn-walk" / "state.json"))


@pytest.fixture
def neutron_state() -> dict[str, Any]:
    """State document of what Neutron and Nova say of a cloud, without its nodes; a test may change it."""
    found = {key: json.loads((RECORDINGS / "neutron" / f"{key}.json").read_text()) for key in _neutron.KINDS}
    told = {"neutron": _neutron.neutron(found, {}, {})}
    return _state.assemble("openstack", "2026-01-31T12:00:00Z", {}, openstack={"neutron": told})


@pytest.fixture
def contiv_state() -> dict[str, Any]:
    """State document of a healthy lab with Contiv on two nodes; a test may change it."""
    return copy.deepcopy(_recorded(RECORDINGS / "contiv-lab" / "state.json"))


@pytest.fixture
def contiv_walk_state() -> dict[str, Any]:
    """State document of the Contiv lab with what Open vSwitch said of some packets; a test may change it."""
    return copy.deepcopy(_recorded(RECORDINGS / "contiv-walk" / "state.json"))


@pytest.fixture
def switch_state() -> dict[str, Any]:
    """State document of three healthy switches in a row that speak BGP; a test may change it."""
    return copy.deepcopy(_recorded(RECORDINGS / "openswitch-three-switches" / "state.json"))


@pytest.fixture
def vlan_state() -> dict[str, Any]:
    """State document of the same switches with a VLAN, and what Open vSwitch said of some packets; as above."""
    return copy.deepcopy(_recorded(RECORDINGS / "openswitch-vlans" / "state.json"))


@pytest.fixture
def bridges_state() -> dict[str, Any]:
    """Links of the same switches, and of the machine that carries them, with bridges between the switches; as above."""
    return copy.deepcopy(_recorded(RECORDINGS / "openswitch-bridges" / "state.json"))


@pytest.fixture
def clos_state() -> dict[str, Any]:
    """State document of a healthy Clos: 2 spines, 3 leaves and 3 hosts; as above."""
    return copy.deepcopy(_recorded(RECORDINGS / "clos" / "state.json"))
