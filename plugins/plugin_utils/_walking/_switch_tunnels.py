# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""The end of a tunnel in Open vSwitch: the port that leads to the sender takes the frame out (lib/tnl-ports.c)."""

from __future__ import annotations

from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._hop import Note, Place, Step, Walker
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._packet import Packet, Tunnel
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._switches import Switch
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._tunnel_headers import PORTS

Row = dict[str, Any]

_BY_FLOW = "flow"


def taken(walker: Walker, place: Place, packet: Packet, told: list[tuple[Note, Packet]] | None = None) -> Step:
    """The frame comes out at the port of its tunnel, after what was told already."""
    notes = list(told or [])
    node, tunnel = place.namespace.node, packet.tunnel
    if tunnel is None:
        return Step([*notes, (_ended("cannot decide: there is no tunnel in it", "undecided"), packet)], None)
    found = _port(walker.world.switch(node), packet, tunnel)
    if found is None:
        text = f"Open vSwitch of {node} has no port for {tunnel.kind} from {packet.source} with VNI {tunnel.vni}"
        note = _ended(text, "dropped", mechanism=f"{tunnel.kind}_end")
        return Step([*notes, (note, packet)], None)
    name = found["name"]
    seen = (node, place.namespace.name, name, tunnel.inner.changed(ttl=0))
    if seen in place.trail:
        text = f"it comes to {name} of {node} as it was before"
        return Step([*notes, (_ended(text, "loop", row=found, device=name), packet)], None)
    text = f"VNI {tunnel.vni} from {packet.source} is {name} of {node}"
    note = Note(f"{tunnel.kind}_end", text, device=name, source="ports of Open vSwitch", row=found)
    onward = Place(
        "switch",
        place.namespace,
        in_device=name,
        trail=place.trail | {seen},
        copies=place.copies,
        outer=packet,
    )
    return Step([*notes, (note, tunnel.inner)], onward)


def has_port(walker: Walker, place: Place, packet: Packet) -> bool:
    switch = walker.world.switch(place.namespace.node)
    return packet.tunnel is not None and _port(switch, packet, packet.tunnel) is not None


def _ended(text: str, verdict: str, mechanism: str = "openvswitch", **more: Any) -> Note:
    return Note(mechanism, text, source="ports of Open vSwitch", verdict=verdict, **more)


def _port(switch: Switch, packet: Packet, tunnel: Tunnel) -> Row | None:
    """The port with the most particular options (ovs-vswitchd.conf.db(5), Tunnel Options)."""
    fitting = [row for row in switch.interfaces() if _takes(row, packet, tunnel)]
    return min(fitting, key=lambda row: list(row["options"].values()).count(_BY_FLOW), default=None)


def _takes(row: Row, packet: Packet, tunnel: Tunnel) -> bool:
    options = row["options"]
    return (
        row["type"] == tunnel.kind
        and options.get("remote_ip", _BY_FLOW) in (packet.source, _BY_FLOW)
        and options.get("local_ip", _BY_FLOW) in (packet.destination, _BY_FLOW)
        and options.get("key", "0") in (str(tunnel.vni), _BY_FLOW)
        and int(options.get("dst_port", PORTS[tunnel.kind])) == packet.destination_port
    )
