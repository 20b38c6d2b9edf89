# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters for what vtysh prints, called as Ansible calls them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.packetwalk.labs.plugins.filter import vtysh_parsing

RECORDINGS = Path(__file__).parents[3] / "recordings" / "openswitch-on-frr"
DOCUMENTATION = Path(__file__).parents[4] / "plugins" / "filter"
FILTERS = vtysh_parsing.FilterModule().filters()
OF_RECORDINGS = {
    "vtysh_bgp": "many-kinds.show-ip-bgp.txt",
    "vtysh_interface_brief": "many-kinds.show-interface-brief.txt",
    "vtysh_running_config": "many-kinds.show-running-config.txt",
}


def documentation(name: str) -> dict[str, Any]:
    documented: dict[str, Any] = yaml.safe_load((DOCUMENTATION / f"{name}.yml").read_text())
    return documented


def keys_of(value: Any, documented: dict[str, Any]) -> Any:
    """Keys of a result, as deep as its documentation goes."""
    if isinstance(value, list):
        return keys_of(value[0], documented)
    contains = documented.get("contains")
    return {key: keys_of(value[key], contains.get(key, {})) for key in value} if contains else None


def documented_keys(documented: dict[str, Any]) -> Any:
    contains = documented.get("contains")
    return {key: documented_keys(each) for key, each in contains.items()} if contains else None


@pytest.mark.parametrize("name", sorted(FILTERS))
def test_recording(name: str) -> None:
    text = (RECORDINGS / OF_RECORDINGS[name]).read_text()
    documented = documentation(name)["RETURN"]["_value"]

    # Ansible strips what a command printed.
    assert FILTERS[name](text.strip("\n")) == FILTERS[name](text)
    assert keys_of(FILTERS[name](text), documented) == documented_keys(documented)
