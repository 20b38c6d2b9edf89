# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Netfilter hooks of IP for bridged frames, where br_netfilter says so (net/bridge/br_netfilter_hooks.c)."""

from __future__ import annotations

from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import Unknown
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._hop import Note, Place, Step, undecided
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._netfilter import base_chains, pass_hook
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._packet import Packet

Row = dict[str, Any]

_HOOKS = ("PREROUTING", "FORWARD", "POSTROUTING")


def asked(place: Place, packet: Packet, link: Row, port: Row, first: tuple[Note, Packet]) -> list[Step]:
    """The frame from one port of a bridge to another, after the note ``first`` of the bridge."""
    onward = place._replace(stage="transmit", out_device=port["name"])
    if place.in_device is None or packet.asks_for_mac or not _has_rules(place, packet):
        return [Step([first], onward)]
    content = place.namespace.content
    settings = content.get("bridge_netfilter")
    wanted = False if _not_loaded(content) else (settings or {}).get(packet.family)
    if wanted is None:
        reason = content.get("bridge_netfilter_reason") or "the state does not tell"
        text = f"whether netfilter is asked about frames in {link['name']}: {reason}"
        return [Step([first, *undecided("bridge", text, packet, source="device settings")[0].notes], None)]
    if not wanted:
        return [Step([first], onward)]
    return [_passed(place, packet, link, port, first, onward)]


def _passed(place: Place, packet: Packet, link: Row, port: Row, first: tuple[Note, Packet], onward: Place) -> Step:
    notes = [first]
    # The chains see the bridge as the device on both sides, and the ports by the match physdev.
    current: Place | None = place._replace(
        in_device=link["name"], out_device=link["name"], in_port=place.in_device, out_port=port["name"]
    )
    for hook in _HOOKS:
        if current is None:
            break
        more, after, current = pass_hook(hook, packet, current)
        notes += more
        if (after.source, after.destination) != (packet.source, packet.destination):
            text = "where a bridged frame goes whose address is translated"
            return Step([*notes, *undecided("bridge", text, after)[0].notes], None)
        packet = after
    return Step(notes, onward if current else None)


def _has_rules(place: Place, packet: Packet) -> bool:
    try:
        return any(base_chains(place.namespace, packet.family, hook) for hook in _HOOKS)
    except Unknown:
        return True


def _not_loaded(content: Row) -> bool:
    """A state from before the setting was read has no such key, and is no proof of anything."""
    return "not loaded" in str(content.get("bridge_netfilter_reason"))
