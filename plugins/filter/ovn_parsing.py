# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters that make data of what the tools of OVN printed; each is documented in the .yml file of its name."""

from __future__ import annotations

from typing import Any, Callable

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import (
    _ovn_acl_list,
    _ovn_lflow_list,
    _ovn_nat_list,
    _ovn_nbctl_show,
    _ovn_route_list,
    _ovn_sbctl_show,
    _ovn_trace,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._text_filters import text_filters


class FilterModule:
    def filters(self) -> dict[str, Callable[[Any], Any]]:
        return text_filters(
            {
                "ovn_acl_list": _ovn_acl_list.parse_list,
                "ovn_lflow_list": _ovn_lflow_list.parse_list,
                "ovn_nat_list": _ovn_nat_list.parse_list,
                "ovn_nbctl_show": _ovn_nbctl_show.parse_show,
                "ovn_route_list": _ovn_route_list.parse_list,
                "ovn_sbctl_show": _ovn_sbctl_show.parse_show,
                "ovn_trace_text": _ovn_trace.parse_trace,
            }
        )
