# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for every filter that reads the text of a command."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleFilterError
from ansible_collections.packetwalk.labs.plugins.filter import ovn_parsing, ovs_parsing, parsing, vtysh_parsing

DOCUMENTATION = Path(__file__).parents[4] / "plugins" / "filter"
FILTERS = {
    name: function
    for module in (ovn_parsing, ovs_parsing, parsing, vtysh_parsing)
    for name, function in module.FilterModule().filters().items()
}


@pytest.mark.parametrize("name", sorted(FILTERS))
def test_what_is_no_output_is_refused(name: str) -> None:
    with pytest.raises(AnsibleFilterError, match="cannot read"):
        FILTERS[name]("sh: 1: command not found\n")
    with pytest.raises(AnsibleFilterError, match=f"{name} wants the text that a command printed, not dict"):
        FILTERS[name]({"stdout": ""})


@pytest.mark.parametrize("name", sorted(FILTERS))
def test_every_filter_is_documented(name: str) -> None:
    documented: dict[str, Any] = yaml.safe_load((DOCUMENTATION / f"{name}.yml").read_text())

    assert documented["DOCUMENTATION"]["name"] == name
    assert f"packetwalk.labs.{name}" in documented["EXAMPLES"]
