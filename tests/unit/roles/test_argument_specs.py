# SPDX-License-Identifier: GPL-3.0-or-later
"""A role's documentation says what its defaults are, and the defaults are what it says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

ROLES = sorted((Path(__file__).parents[3] / "roles").iterdir())


def read(file: Path) -> dict[str, Any]:
    return yaml.safe_load(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_documented_defaults_are_the_defaults(role: Path) -> None:
    entry_points = read(role / "meta" / "argument_specs.yml")["argument_specs"].values()
    options = [named for entry_point in entry_points for named in entry_point["options"].items()]
    documented = {name: option["default"] for name, option in options if "default" in option}
    assert documented == read(role / "defaults" / "main.yml")
