# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters that make data of what vtysh printed; each is documented in the .yml file of its name."""

from __future__ import annotations

from typing import Any, Callable

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import (
    _vtysh_bgp,
    _vtysh_interface_brief,
    _vtysh_running_config,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._text_filters import text_filters


class FilterModule:
    def filters(self) -> dict[str, Callable[[Any], Any]]:
        return text_filters(
            {
                "vtysh_bgp": _vtysh_bgp.parse_table,
                "vtysh_interface_brief": _vtysh_interface_brief.parse_brief,
                "vtysh_running_config": _vtysh_running_config.parse_running_config,
            }
        )
