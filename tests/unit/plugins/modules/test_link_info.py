# SPDX-License-Identifier: GPL-3.0-or-later
"""The module on real bridges; the steps are those of ``isolated_wiring``."""

from __future__ import annotations

import os
import sys
from typing import Any

import pytest

sys.path.insert(0, os.path.dirname(__file__))
import isolated_wiring  # noqa: E402


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    found = isolated_wiring.read()
    if "refused" in found:
        pytest.skip(f"links cannot be made here: {found['refused'].splitlines()[-1]}")
    return dict(found["telling"])


def links(step: dict[str, Any], namespace: str = "host") -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in step["machine"]["namespaces"][namespace]["links"]}


def test_bridges_are_told_with_all_their_ports(told: dict[str, Any]) -> None:
    found = links(told["before"])
    own, other = sorted(name for name in found if name.startswith("ops"))
    assert sorted(found) == ["br0", own, other]
    assert (found[own]["master"], found[other]["master"]) == ("br0", "br0")
    assert found[own]["alias"] == f"packetwalk.lab=t bridge/br0:{own} to ops1:3"
    assert found[other]["alias"].startswith("packetwalk.lab=other ")
    assert found[own]["peer"]["namespace"] is None and found[own]["peer"]["index"] > 0


def test_what_docker_made_is_found_from_its_end_in_the_container(told: dict[str, Any]) -> None:
    before, after = links(told["before"]), links(told["after"])
    assert after.keys() - before.keys() == {"br1", "veth9"}
    assert after["veth9"]["master"] == "br1"
    assert "alias" not in after["veth9"]


def test_settings_are_those_that_were_made(told: dict[str, Any]) -> None:
    found = links(told["before"])
    own = min(name for name in found if name.startswith("ops"))
    assert {"stp": False, "group_fwd_mask": 0x4000}.items() <= found["br0"]["bridge"].items()
    assert found[own]["port"] == {
        "state": "forwarding",
        "hairpin": False,
        "isolated": True,
        "learning": True,
        "flood": True,
        "multicast_flood": False,
        "broadcast_flood": True,
        "group_fwd_mask": 0x4,
    }
    assert "ipv4" not in found["br0"]


def test_named_namespaces_are_told_with_ends_of_the_lab(told: dict[str, Any]) -> None:
    assert sorted(told["before"]["machine"]["namespaces"]) == ["host", "host1"]
    assert list(links(told["before"], "host1")) == ["eth0"]


def test_a_bridge_is_told_because_it_is_named(told: dict[str, Any]) -> None:
    assert told["none"]["machine"] == {"namespaces": {"host": {"links": []}}}
    assert list(links(told["named"])) == ["br1"]
