# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""What every IP packet goes through between two devices: PREROUTING, FORWARD and POSTROUTING."""

from __future__ import annotations

from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._hop import Note, Place, Step, Walker
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._netfilter import pass_hook
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._packet import Packet


def prerouting(walker: Walker, place: Place, packet: Packet) -> list[Step]:
    return _passed("PREROUTING", "route_in", packet, place)


def forward(walker: Walker, place: Place, packet: Packet) -> list[Step]:
    """The routing decision has been made; the time to live counts down before the hook is asked."""
    lower = packet.changed(ttl=packet.ttl - 1)
    note = Note("forward", f"is forwarded from {place.in_device} to {place.out_device}", device=place.out_device)
    (step,) = _passed("FORWARD", "postrouting", lower, place)
    return [Step([(note, lower), *step.notes], step.place)]


def postrouting(walker: Walker, place: Place, packet: Packet) -> list[Step]:
    return _passed("POSTROUTING", "neighbour", packet, place)


def _passed(hook: str, stage: str, packet: Packet, place: Place) -> list[Step]:
    notes, _packet, after = pass_hook(hook, packet, place)
    return [Step(notes, after._replace(stage=stage) if after else None)]
