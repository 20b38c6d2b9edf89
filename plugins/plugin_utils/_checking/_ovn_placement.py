# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Which logical flows a chassis must carry out (controller/lflow.c, local_data.c and binding.c of OVN)."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._ovn import Ovn, Row

_RESIDENT = re.compile(r'(?P<negated>!\s*)?is_chassis_resident\("(?P<port>[^"]+)"\)')
_PORT = re.compile(r'\b(?:inport|outport) == (?:"(?P<port>[^"]+)"|@(?P<group>[\w.]+))')
# Ports in any other way, address sets, port groups, templates, and what is negated as a whole.
_UNDECIDED = re.compile(r'inport|outport|["$@^]|!\s*\(')


class Placement:
    """What is certain of one chassis, of which OVN has versions with differences in what is not said here.

    ``datapaths`` are the names of those that are on it: where a port is bound to it, and what is reached from there
    over patch ports. A router's port with a gateway is crossed by chassis that may have the gateway, and from the
    router's side by all, unless OVN sends everything to the gateway. Datapaths with the same name are left out.
    """

    def __init__(self, ovn: Ovn, chassis: str) -> None:
        self._ovn = ovn
        self._chassis = chassis
        plugged = Counter(
            interface["external_ids"].get("iface-id")
            for node in ovn.switch_of
            for _bridge, _port, interface in ovn.interfaces(node)
        )
        # Chassis that have the same port take it from each other again and again.
        self._contested = {name for name, count in plugged.items() if count > 1}
        # A port is up when its chassis has finished with it. Before OVN 21.03 nobody knew.
        self._ports = {
            name
            for name, row in ovn.bindings.items()
            if row["chassis"] == chassis and row["up"] is not False and name not in self._contested
        }
        self._candidates = {
            row["name"]: {candidate["chassis"] for candidate in row["candidates"]} for row in ovn.southbound["gateways"]
        }
        self._group_ports = {row["name"]: set(row["ports"]) for row in ovn.northbound["port_groups"]}
        self._nameable = self._nameable_ports()
        self.datapaths = self._reached()

    def meets(self, flow: Row) -> bool:
        """Whether the match of a logical flow of ``datapaths`` names only what is there, so that it can be met.

        * What ``is_chassis_resident`` asks is so.
        * A port is one of the router, or one of the switch that is bound here or leads to a router; a port group has
          one of these.
        * There are no address sets or templates, and ports in no other way than by equality.
        """
        match: str = flow["match"]
        nameable = self._nameable[flow["datapath"]]
        return (
            all(self._is_so(found) for found in _RESIDENT.finditer(match))
            and all(
                self._group_ports.get(found["group"], {found["port"]}) & nameable for found in _PORT.finditer(match)
            )
            and not _UNDECIDED.search(_PORT.sub("", _RESIDENT.sub("", match)))
        )

    def _is_so(self, asked: re.Match[str]) -> bool:
        if asked["negated"]:
            binding = self._ovn.bindings.get(asked["port"])
            is_elsewhere = binding is not None and binding["chassis"] not in (None, self._chassis)
            return is_elsewhere and asked["port"] not in self._contested
        return asked["port"] in self._ports

    def _nameable_ports(self) -> dict[str, set[str]]:
        """By datapath the ports that make a match possible: flows of a switch for ports elsewhere are left out."""
        is_switch = {row["name"]: row["kind"] == "switch" for row in self._ovn.southbound["datapaths"]}
        found: dict[str, set[str]] = defaultdict(set)
        for name, row in self._ovn.bindings.items():
            if not is_switch.get(row["datapath"]) or name in self._ports or row["type"] == "patch":
                found[row["datapath"]].add(name)
        return found

    def _reached(self) -> set[str]:
        bindings = self._ovn.bindings
        patches: dict[str, list[tuple[Row, Row]]] = defaultdict(list)
        for row in bindings.values():
            peer = bindings.get(row["options"].get("peer", ""))
            if row["type"] == "patch" and peer:
                patches[row["datapath"]].append((row, peer))
        names = Counter(row["name"] for row in self._ovn.southbound["datapaths"])
        # Of two with one name nobody knows which one a port is on.
        known = {name for name, count in names.items() if count == 1}
        reached: set[str] = set()
        ahead = known & {bindings[name]["datapath"] for name in self._ports}
        while ahead:
            datapath = ahead.pop()
            reached.add(datapath)
            found = {peer["datapath"] for port, peer in patches[datapath] if self._crosses(port, peer)}
            ahead |= found & known - reached
        return reached

    def _crosses(self, port: Row, peer: Row) -> bool:
        """Whether a datapath is on the chassis because the one on the other side of a patch port is."""
        gateways = [name for name in map(_gateway, (port, peer)) if name]
        if all(self._chassis in self._candidates.get(name, ()) for name in gateways):
            return True
        redirect = self._ovn.bindings.get(_gateway(port) or "")
        return redirect is not None and redirect["options"].get("always-redirect") != "true"


def _gateway(port: Row) -> str | None:
    """The port of type chassisredirect of a router's port that has a gateway."""
    name: str | None = port["options"].get("chassis-redirect-port")
    return name
