# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters that make data of what the tools of Open vSwitch printed; each is documented in the .yml file of its name."""

from __future__ import annotations

from typing import Any, Callable

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import (
    _datapath_flow,
    _ofproto_trace,
    _openflow,
    _openflow_ports,
    _ovs_vsctl_show,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._text_filters import text_filters


class FilterModule:
    def filters(self) -> dict[str, Callable[[Any], Any]]:
        return text_filters(
            {
                "datapath_actions": _datapath_flow.parse_actions,
                "datapath_flows": _datapath_flow.parse_flows,
                "ofproto_trace_text": _ofproto_trace.parse_trace,
                "openflow": _openflow.parse_flows,
                "openflow_ports": _openflow_ports.parse_ports,
                "ovs_vsctl_show": _ovs_vsctl_show.parse_show,
            }
        )
