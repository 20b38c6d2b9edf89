# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""A Linux bridge: to the port that the fdb names, to all, or up to the bridge itself (net/bridge/br_input.c)."""

from __future__ import annotations

from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import Unknown
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking import _bridge_netfilter, _bridge_vlans
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._hop import (
    Note,
    Place,
    Step,
    Walker,
    copied,
    end,
    undecided,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._nft import not_simulated
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._packet import Packet
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._world import Namespace, is_up

Row = dict[str, Any]

_TAG_BYTES = 4


def bridge(walker: Walker, place: Place, packet: Packet) -> list[Step]:
    """A frame in the bridge ``out_device``, from the port ``in_device``, or from the namespace itself (null)."""
    namespace = place.namespace
    link = namespace.links[str(place.out_device)]
    came_by = namespace.links[place.in_device] if place.in_device else None
    if not is_up(link):
        return end(
            "bridge", "dropped", f"{link['name']} is down", packet, device=link["name"], source="links", row=link
        )
    chain = not_simulated(namespace, "bridge")
    if chain:
        return undecided("bridge", f"what {chain} does to a frame", packet, device=link["name"], source=chain)
    if came_by is not None and not _forwards(came_by):
        text = f"{came_by['name']} is {came_by['port']['state']}, so nothing passes"
        return end("bridge", "dropped", text, packet, device=came_by["name"], source="links", row=came_by)
    try:
        inside = _bridge_vlans.entered(link, came_by, packet)
    except _bridge_vlans.Filtered as problem:
        return end("bridge", "dropped", str(problem), packet, device=link["name"], source="links", row=came_by or link)
    except Unknown as reason:
        return undecided("bridge", str(reason), packet, device=link["name"], source="links", row=link)
    if packet.for_many:
        return _flooded(place, packet, link, came_by, inside, "everybody")
    try:
        row = _learned(place, link, packet, inside) or _known(namespace, link, packet, inside)
    except Unknown as reason:
        return undecided("bridge", f"the fdb of {link['name']} is unknown: {reason}", packet, source="fdb")
    if packet.destination_mac == link["mac"] or (row is not None and _is_own(row, link, namespace, packet)):
        return _up(place, packet, link, row, inside)
    if row is None:
        return _flooded(place, packet, link, came_by, inside, f"{packet.destination_mac}, which the fdb does not have")
    port = namespace.links[row["device"]]
    text = f"{packet.destination_mac} is behind {port['name']}"
    if port is came_by and not (port.get("port") or {}).get("hairpin"):
        text = f"{packet.destination_mac} is behind {port['name']}, where it came from"
        return end("bridge", "dropped", text, packet, device=link["name"], source=f"fdb of {link['name']}", row=row)
    if _isolated(port, came_by):
        text = f"{port['name']} and {came_by and came_by['name']} are isolated from each other"
        return end("bridge", "dropped", text, packet, device=link["name"], source="links", row=port)
    return _out(place, packet, link, port, row, text, inside)


def _known(namespace: Namespace, link: Row, packet: Packet, inside: _bridge_vlans.Inside) -> Row | None:
    """The row of a MAC address, in a VLAN where the bridge has any."""
    rows = namespace.bridge_rows.get((link["name"], str(packet.destination_mac)), [])
    rows = [row for row in rows if row["vlan"] == inside.vlan]
    if len({row["device"] for row in rows}) > 1:
        raise Unknown(f"it has {len(rows)} rows of {packet.destination_mac}")
    return rows[0] if rows else None


def _learned(place: Place, link: Row, packet: Packet, inside: _bridge_vlans.Inside) -> Row | None:
    """A row that is not in the state yet."""
    namespace = place.namespace
    port = place.learned.get((namespace.node, namespace.name, link["name"], packet.destination_mac))
    if port is None:
        return None
    return {"mac": packet.destination_mac, "device": port, "states": ["reachable"], "vlan": inside.vlan}


def _is_own(row: Row, link: Row, namespace: Namespace, packet: Packet) -> bool:
    """Permanent rows are the MAC addresses of the bridge itself and of its ports."""
    device = namespace.links.get(row["device"], {})
    return "permanent" in row["states"] and (device is link or device.get("mac") == packet.destination_mac)


def _forwards(port: Row) -> bool:
    return bool((port.get("port") or {}).get("state", "forwarding") == "forwarding")


def _isolated(port: Row, came_by: Row | None) -> bool:
    return bool((port.get("port") or {}).get("isolated") and came_by and (came_by.get("port") or {}).get("isolated"))


def _up(place: Place, packet: Packet, link: Row, row: Row | None, inside: _bridge_vlans.Inside) -> list[Step]:
    """To the namespace of the bridge."""
    more = {"device": link["name"], "source": f"fdb of {link['name']}", "row": row}
    after = _bridge_vlans.left(link, link, packet, inside)
    if place.in_device is None:
        return end("bridge", "dropped", f"{link['name']} does not send to itself", packet, **more)
    if after is None:
        return end("bridge", "dropped", f"{link['name']} itself is not in VLAN {inside.vlan}", packet, **more)
    note = Note("bridge", f"is for {link['name']} itself", **more)
    return [Step([(note, after)], place.arriving(place.namespace, link["name"]))]


def _out(
    place: Place, packet: Packet, link: Row, port: Row, row: Row | None, text: str, inside: _bridge_vlans.Inside
) -> list[Step]:
    after = _bridge_vlans.left(link, port, packet, inside)
    more = {"device": link["name"], "source": f"fdb of {link['name']}", "row": row}
    if after is None:
        text = f"{port['name']} is not in VLAN {inside.vlan}"
        return end("bridge", "dropped", text, packet, **more)
    if not _forwards(port):
        return end("bridge", "dropped", f"{port['name']} is {port['port']['state']}", packet, **more)
    if packet.size_bytes > port["mtu_bytes"] + _TAG_BYTES:
        text = f"{packet.size_bytes} bytes are more than the {port['mtu_bytes']} of {port['name']}; nobody is told"
        return end("bridge", "dropped", text, packet, **more)
    note = (Note("bridge", text, **more), after)
    return _bridge_netfilter.asked(place, after, link, port, note)


def _flooded(
    place: Place, packet: Packet, link: Row, came_by: Row | None, inside: _bridge_vlans.Inside, whom: str
) -> list[Step]:
    """To all other ports that flood, and to the bridge itself when it is for many."""
    steps = []
    text = f"goes to every port of {link['name']}, as it is for {whom}"
    for port in place.namespace.ports.get(link["name"], []):
        settings = port.get("port") or {}
        skipped = port is came_by and not settings.get("hairpin")
        # Broadcasts and multicasts have settings of their own, which are not in the state.
        closed = not is_up(port) or not _forwards(port) or (settings.get("flood") is False and not packet.for_many)
        if skipped or closed or _isolated(port, came_by) or not _bridge_vlans.left(link, port, packet, inside):
            continue
        steps += _out(place, packet, link, port, None, text, inside)
    if packet.for_many and came_by is not None and _bridge_vlans.left(link, link, packet, inside):
        steps += _up(place, packet, link, None, inside)
    if not steps:
        return end("bridge", "dropped", f"{link['name']} has no other port to send it to", packet, device=link["name"])
    return copied(steps)
