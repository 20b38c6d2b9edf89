# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Read what a switch says of itself: FRR in JSON, OpenSwitch, which has none, in text."""

from __future__ import annotations

from typing import Any, Callable, Collection, Mapping, Tuple

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import (
    _vtysh_bgp,
    _vtysh_bgp_summary,
    _vtysh_interfaces,
    _vtysh_lldp,
    _vtysh_ospf_neighbours,
    _vtysh_routes,
    _vtysh_running_config,
    _vtysh_version,
)
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._planning._switch_config import FRR, OPENSWITCH
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._vtysh import Failed, Vtysh


def _running_config(text: str, command: str) -> _vtysh_running_config.Tree:
    lines: _vtysh_running_config.Tree = _vtysh_running_config.parse_running_config(text, command)["lines"]
    return lines


# A command, and what makes data of its output.
_Reader = Tuple[str, Callable[[str, str], Any]]

# What each part is made of, by flavour; a flavour that is not there has nothing of the kind.
_READERS: Mapping[str, dict[str, _Reader]] = {
    "interfaces": {
        FRR: ("show interface json", _vtysh_interfaces.parse_interfaces_json),
        OPENSWITCH: ("show interface", _vtysh_interfaces.parse_interfaces),
    },
    "routes": {
        FRR: ("show ip route json", _vtysh_routes.parse_routes_json),
        OPENSWITCH: ("show ip route", _vtysh_routes.parse_routes),
    },
    "bgp": {
        FRR: ("show ip bgp summary json", _vtysh_bgp_summary.parse_summary_json),
        OPENSWITCH: ("show ip bgp summary", _vtysh_bgp_summary.parse_summary),
    },
    "bgp_table": {
        FRR: ("show ip bgp json", _vtysh_bgp.parse_table_json),
        OPENSWITCH: ("show ip bgp", _vtysh_bgp.parse_table),
    },
    "ospf_neighbours": {
        FRR: ("show ip ospf neighbor json", _vtysh_ospf_neighbours.parse_neighbours_json),
        OPENSWITCH: ("show ip ospf neighbor", _vtysh_ospf_neighbours.parse_neighbours),
    },
    "lldp_neighbours": {
        OPENSWITCH: ("show lldp neighbor-info", _vtysh_lldp.parse_neighbours),
    },
    "running_config": {
        FRR: ("show running-config", _running_config),
        OPENSWITCH: ("show running-config", _running_config),
    },
}
_NAMES = {FRR: "FRR", OPENSWITCH: "OpenSwitch"}

PARTS = tuple(_READERS)


def read(vtysh: Vtysh, parts: Collection[str]) -> tuple[dict[str, Any], list[str]]:
    """Return the switch and, in one sentence each, what could not be read.

    A part that could not be read is ``None``, with the reason beside it as ``<part>_reason``. Raises Failed and
    ParseError when not even its version can be read.
    """
    switch: dict[str, Any] = _vtysh_version.parse_version(vtysh.show("show version"))
    warnings = []
    for part in PARTS:
        if part in parts:
            reader = _READERS[part].get(switch["flavour"])
            try:
                if reader is None:
                    raise Failed(f"{_NAMES[switch['flavour']]} has none")
                command, parse = reader
                switch[part] = parse(vtysh.show(command), command)
            except (Failed, ParseError) as error:
                switch.update({part: None, f"{part}_reason": str(error)})
                warnings.append(f"{part.replace('_', ' ').capitalize()} could not be read: {error}.")
    return switch, warnings
