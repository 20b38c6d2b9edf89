# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Check of what keeps networks apart: VNIs, VLANs, and the ports that have them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._contiv import (
    BRIDGES,
    NETMASTER,
    SWITCH,
    VLAN_BRIDGE,
    Contiv,
    Row,
    each_node,
    label,
    seen,
    seen_all,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import Finding, Step, judged
from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import read

_KEYS = ("tenant", "name", "encapsulation", "subnet", "packet_tag", "external_tag")
# Encapsulation to the key of what packets of a network have on the wire, and what netmaster calls all that it gave.
_TAGS = {
    "vxlan": ("VNI", "external_tag", "vxlan_range", "vxlans_in_use"),
    "vlan": ("VLAN", "packet_tag", "vlan_range", "vlans_in_use"),
}


def contiv_tags(document: dict[str, Any], intent: dict[str, Any]) -> Iterator[Finding]:
    """No two networks, of whatever tenants, share a VNI or VLAN, and ports of endpoints have that of their network."""
    contiv = Contiv(document, intent)
    for encapsulation in _TAGS:
        yield judged(encapsulation, _unique_steps(contiv, encapsulation))
    yield from each_node(contiv, _bridges_of_node)


def _unique_steps(contiv: Contiv, encapsulation: str) -> Iterator[Step]:
    what, key, allowed, used = _TAGS[encapsulation]
    told = read(contiv.netmaster, "global")
    networks = [row for row in read(contiv.netmaster, "networks") if row["encapsulation"] == encapsulation]
    rows = seen_all(NETMASTER, networks, *_KEYS)
    hint = "Their tenants see each other: delete one of the networks and create it again."
    yield Step(f"{what}s that two networks have", {}, _shared(networks, key), rows, hint)
    # It tells networks apart inside of the bridge.
    yield Step(f"VLANs that two networks of {encapsulation} have", {}, _shared(networks, "packet_tag"), rows, hint)
    tags = {row[key] for row in networks if row[key]}
    outside = sorted(tags - numbers(told[allowed]))
    rows = [*rows, seen(NETMASTER, told, allowed, used)]
    hint = "Delete the network and create it again without a tag."
    yield Step(f"{what}s outside of {told[allowed]}", [], outside, rows, hint)
    hint = "Restart netmaster. What it does not know to be in use it gives to the next network."
    yield Step(f"{what}s that netmaster knows to be in use", sorted(tags), sorted(numbers(told[used])), rows, hint)


def _shared(networks: Iterable[Row], key: str) -> dict[str, list[str]]:
    """Tag to the networks that have it, of those that more than one has."""
    found: dict[str, list[str]] = {}
    for row in networks:
        found.setdefault(str(row[key]), []).append(label(row))
    return {tag: names for tag, names in found.items() if len(names) > 1}


def numbers(text: str | None) -> set[int]:
    """Those of ``1-2, 112``."""
    found: set[int] = set()
    for part in (text or "").replace(" ", "").split(","):
        first, _dash, last = part.partition("-")
        if first:
            found.update(range(int(first), int(last or first) + 1))
    return found


def _bridges_of_node(contiv: Contiv, name: str) -> Iterator[Finding]:
    for encapsulation in BRIDGES:
        yield judged(f"{name}/{BRIDGES[encapsulation]}", _bridge_steps(contiv, name, encapsulation))


def _bridge_steps(contiv: Contiv, name: str, encapsulation: str) -> Iterator[Step]:
    wanted = BRIDGES[encapsulation]
    bridge = contiv.bridge(name, wanted)
    rows = [seen(SWITCH, bridge, "name", "datapath_type", "fail_mode", "controllers", node=name)]
    hint = f"Run playbooks/contiv.yml, which prepares it and starts netplugin on {name}."
    yield Step(f"bridge {wanted} of {name}", True, bridge is not None, rows, hint)
    if bridge is None:
        return
    datapath = contiv.wanted.get("datapath")
    if datapath in ("system", "netdev"):
        hint = f"netplugin makes its bridges anew when the forwarding mode changes. {hint}"
        yield Step(f"datapath of {wanted}", datapath, bridge["datapath_type"] or "system", rows, hint)
    controllers = [row["connected"] for row in bridge["controllers"]]
    hint = f"Restart netplugin on {name}, which is the controller of its bridges."
    yield Step(f"controller of {wanted} is connected", [True], controllers, rows, hint)
    if wanted == VLAN_BRIDGE:
        yield _uplink_step(contiv, name)
    yield _tags_step(contiv, name, encapsulation)


def _uplink_step(contiv: Contiv, name: str) -> Step:
    uplink = (contiv.hosts.get(name) or {}).get("uplink_interface")
    pairs = [(port, row) for port, row in contiv.interfaces(name, VLAN_BRIDGE) if row["name"] == uplink]
    rows = seen_all(SWITCH, (row for _port, row in pairs), "name", "number", "error", node=name)
    actual = [f"{row['name']} {row['error'] or ''}".strip() for _port, row in pairs]
    hint = f"ovs-vsctl add-port {VLAN_BRIDGE} {uplink}, and restart netplugin, which has to know its number."
    return Step(f"uplink in {VLAN_BRIDGE} of {name}", [uplink] if uplink else [], actual, rows, hint)


def _tags_step(contiv: Contiv, name: str, encapsulation: str) -> Step:
    wanted, found, rows = {}, {}, []
    for network in contiv.networks(encapsulation):
        for endpoint in contiv.endpoints(network):
            if contiv.name_of.get(endpoint["host"]) == name:
                pair = contiv.port_of(name, network, endpoint)
                subject = f"{endpoint['address']} of {label(network)}"
                wanted[subject] = network["packet_tag"]
                found[subject] = pair[0]["tag"] if pair else "no port"
                rows.append(seen(SWITCH, {"endpoint": endpoint["id"], "port": pair and pair[0]["name"]}, node=name))
    hint = "Remove the container and run it again, so that netplugin makes its port anew."
    return Step(f"tags of ports of endpoints in {BRIDGES[encapsulation]}", wanted, found, rows, hint)
