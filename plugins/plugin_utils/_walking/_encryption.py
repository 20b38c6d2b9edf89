# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Encrypted overlays: ESP between two VTEPs, by Docker's mark (daemon/libnetwork/drivers/overlay/encryption.go).

The state has no security associations, so that a packet which should be encrypted is taken to arrive and be decrypted.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._hop import Note, Place, Step, Walker
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._packet import Packet

_DOCKERS_MARK = 0xD0C4E3


def encrypt(walker: Walker, place: Place, packet: Packet) -> list[Step]:
    """A tunnel's outer packet, marked or not, on its way out."""
    onward = place._replace(stage="postrouting")
    network = _network(walker, place, packet)
    if network is None or not network["encrypted"]:
        return [Step([], onward)]
    source = f"docker network {network['name']}"
    if packet.mark != _DOCKERS_MARK:
        text = f"leaves in clear although {network['name']} is encrypted, as it has no mark {_DOCKERS_MARK:#x}"
        return [Step([(Note("encryption", text, source=source, row=network), packet)], onward)]
    note = Note("encryption", f"is encrypted (ESP), as {network['name']} is", source=source, row=network)
    return [Step([(note, packet.changed(encrypted=True))], onward)]


def _network(walker: Walker, place: Place, packet: Packet) -> dict[str, Any] | None:
    engine = walker.world.document["nodes"][place.namespace.node].get("docker") or {}
    vni = packet.tunnel.vni if packet.tunnel else None
    return next((network for network in engine.get("networks") or [] if vni in (network.get("vnis") or [])), None)
