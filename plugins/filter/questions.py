# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters that ask something of parsed rows or names; each is documented in the .yml file of its name."""

from __future__ import annotations

from typing import Any, Callable

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._docker_names import (
    parse_vxlan_name,
    vxlan_name,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._errors import speaks_ansible
from ansible_collections.packetwalk.labs.plugins.plugin_utils._nat import Packet, destination_nat
from ansible_collections.packetwalk.labs.plugins.plugin_utils._rows import mark_number, veth_pairs, vteps
from ansible_collections.packetwalk.labs.plugins.plugin_utils._udp_port import vxlan_port_owners


def _nat_lookup(tables: Any, address: str, port: Any = None, chain: str = "PREROUTING", **packet: Any) -> Any:
    return destination_nat(tables, Packet(address, port, **packet), chain)


def _vtep_of(fdb: Any, mac: str) -> str | None:
    found = vteps(fdb, mac)
    if len(found) > 1:
        raise ValueError(f"{mac} has several VTEPs: {', '.join(found)}")
    return found[0] if found else None


def _hex_mark(mark: Any) -> str:
    return f"{mark_number(mark):#x}"


def _vni(device: str) -> int:
    number: int = parse_vxlan_name(device)["vni"]
    return number


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        questions: dict[str, Callable[..., Any]] = {
            "fwmark": mark_number,
            "hex_mark": _hex_mark,
            "nat_lookup": _nat_lookup,
            "veth_pairs": veth_pairs,
            "vni": _vni,
            "vtep_of": _vtep_of,
            "vxlan_device": vxlan_name,
            "vxlan_port_owners": vxlan_port_owners,
        }
        return {name: speaks_ansible(question) for name, question in questions.items()}
