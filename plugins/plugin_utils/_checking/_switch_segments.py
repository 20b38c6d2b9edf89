# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Checks of the bridges of the machine that links lead to, and of what else of links is on the machine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ansible_collections.packetwalk.labs.plugins.module_utils._planning import _link_ends
from ansible_collections.packetwalk.labs.plugins.module_utils._planning._link_ends import HOST, End, Mark
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._switch import NAMESPACE, Row, Switches, subject
from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import (
    Evidence,
    Finding,
    Step,
    error,
    evidence,
    judged,
    passed,
    warning,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import Unknown, links, read

# The last byte of reserved addresses, 01-80-C2-00-00-00 to -0F (IEEE 802.1Q, table 8-1), to who speaks to them, and to
# how a bridge lets them pass.
_STP = 0x0
_RESERVED = {
    _STP: ("STP", "ip link set dev {} type bridge stp_state 0"),
    0x2: ("LACP", "ip link set dev PORT type bridge_slave group_fwd_mask 0x4 for each of its ports"),
    0xE: ("LLDP", "ip link set dev {} type bridge group_fwd_mask 0x4000"),
}

_FLOODING = ("flood", "broadcast_flood", "multicast_flood")

_REWIRE = "Run playbooks/openswitch.yml, which wires the ports as openswitch_links says."


class _Segment(NamedTuple):
    """Ends that one bridge joins, and its name where links give it."""

    subject: str
    bridge: str | None
    ends: list[End]


class _Machine:
    """What the machine has of the links: its bridges, and what is plugged into them. Raises Unknown.

    * ``ports``: ports of all bridges by their ends of links, else by what they lead to, else by their names.
    * ``connections``: those that are interfaces of nodes, as Docker has them on its networks, and of no link.
    """

    def __init__(self, document: dict[str, Any], lab: str) -> None:
        self.namespaces: dict[str, Row] = read(document, "machine")["namespaces"]
        self._lab = lab
        own = read(self.namespaces[HOST], "links")
        self.bridges: dict[str, Row] = {row["name"]: row for row in own if row["kind"] == "bridge"}
        self.ports: dict[str, Row] = {}
        self.connections: set[str] = set()
        nodes = _ends_in_nodes(document)
        for port in own:
            if port.get("master") in self.bridges:
                self.ports[self._label(port, nodes)] = port

    def _label(self, port: Row, nodes: Mapping[tuple[Any, int], tuple[str, str, Row]]) -> str:
        pair = ((port.get("peer") or {}).get("index"), port["index"])
        node, namespace, interface = nodes.get(pair, ("", "", {}))
        for mark in map(self.mark, (port, interface)):
            if mark is not None:
                return mark.end
        if not interface:
            return str(port["name"])
        label = f"{node}{'' if namespace == NAMESPACE else f'/{namespace}'}:{interface['name']}"
        if namespace == HOST:
            self.connections.add(label)
        return label

    def mark(self, row: Row) -> Mark | None:
        """What is written on an interface, where it is of this lab."""
        mark = _link_ends.mark_of(row.get("alias", ""))
        return mark if mark is not None and mark.lab == self._lab else None

    def marks(self) -> Iterator[tuple[str, Row, Mark]]:
        """Namespace, interface and mark of each end of the lab's links that is on the machine."""
        for name, namespace in self.namespaces.items():
            for row in read(namespace, "links"):
                mark = self.mark(row)
                if mark is not None:
                    yield name, row, mark


def switch_segments(document: dict[str, Any], intent: dict[str, Any]) -> Iterator[Finding]:
    """Each bridge between ends of links has these and no others, and passes frames on from each to all others."""
    switches = Switches(document, intent)
    segments = list(_segments(switches))
    # Nobody looks at the machine where no link leads to it.
    if not segments and "machine" not in document:
        return
    try:
        machine = _Machine(document, switches.lab)
    except Unknown as reason:
        yield error("machine", "bridges of links", str(reason))
        return
    yield judged("machine", [_left_over(switches, machine)])
    for segment in segments:
        yield judged(segment.subject, _steps(switches, machine, segment))
        yield from _reserved(machine, segment)


def _ends_in_nodes(document: dict[str, Any]) -> dict[tuple[Any, int], tuple[str, str, Row]]:
    """Own index and that of the other end, to node, namespace and interface, of each pair that leaves a node."""
    return {
        (row["index"], row["peer"]["index"]): (name, namespace, row)
        for name, node in document["nodes"].items()
        for namespace, row in links(node, "veth")
        if row["peer"]["namespace"] is None
    }


def _left_over(switches: Switches, machine: _Machine) -> Step:
    wanted = {mark for link in switches.links for mark in _link_ends.marks(switches.lab, link)}
    left = [found for found in machine.marks() if found[2]._replace(adopted=False) not in wanted]
    rows = [_seen(row, "name", "alias", namespace=name) for name, row, _mark in left or machine.marks()]
    ends = [found[2].end for found in left]
    return Step("ends of links on the machine that nobody asks for", [], ends, rows, _REWIRE)


def _segments(switches: Switches) -> Iterator[_Segment]:
    named: dict[str, list[End]] = {}
    for link in switches.links:
        if link.is_taken:
            yield _Segment(subject(link), None, list(link.ends))
        for end in link.ends:
            if end.bridge is not None:
                named.setdefault(end.bridge, []).append(end)
    for bridge, ends in named.items():
        yield _Segment(bridge, bridge, ends)


def _bridge(machine: _Machine, segment: _Segment) -> str:
    """The bridge that should join the ends: the named one, else that of most of them, else an empty text."""
    if segment.bridge is not None:
        return segment.bridge
    found = Counter(machine.ports[end.label]["master"] for end in segment.ends if end.label in machine.ports)
    return next((str(name) for name, _count in found.most_common(1)), "")


def _steps(switches: Switches, machine: _Machine, segment: _Segment) -> Iterator[Step]:
    name = _bridge(machine, segment)
    bridge: Row = machine.bridges.get(name, {})
    rows = [_seen(bridge, "name", "flags", "bridge")]
    hint = "Make the bridge, or connect the containers to their network again."
    yield Step(f"bridge of {segment.subject}", name or "any", bridge.get("name"), rows, hint)
    ports = {label: port for label, port in machine.ports.items() if port["master"] == name}
    of_others = {end.label for link in switches.links for end in link.ends} & ports.keys()
    wanted = {end.label for end in segment.ends} | of_others
    rows = [_seen(port, "name", "index", "peer", "alias", "port") for port in ports.values()]
    yield Step(f"ports of {name}", wanted, ports.keys() - (machine.connections - wanted), rows, _REWIRE)
    state = "up" if "up" in bridge["flags"] else "shut down"
    yield Step(f"state of {name}", "up", state, [_seen(bridge, "name", "flags")], f"Run ip link set dev {name} up.")
    ends = {label: ports[label] for label in wanted - _shut(switches)}
    eating = {label: words for label in ends for words in [_eating(label, ends)] if words}
    rows = [_seen(ends[label], "name", "port") for label in eating]
    hint = "Frames are lost there without a word, and the switches see no loss of carrier; see bridge -d link."
    yield Step(f"what keeps frames from passing {name}", {}, eating, rows, hint)
    if bridge["bridge"]["vlan_filtering"]:
        vlans = {label: _untagged_vlan(port) for label, port in ends.items()}
        usual = Counter(filter(None, vlans.values())).most_common(1)
        same = dict.fromkeys(vlans, usual[0][0] if usual else "any")
        rows = [_seen(ends[label], "name", "port") for label in vlans if vlans[label] != same[label]]
        hint = "Ports hear each other within one VLAN; see bridge vlan."
        yield Step(f"VLANs of untagged frames at the ports of {name}", same, vlans, rows, hint)


def _shut(switches: Switches) -> set[str]:
    """Ends of links that need not carry, as a switch shall have its port shut."""
    return {
        each.label
        for link in switches.links
        for end in link.ends
        if end.place.switch in switches.asked
        and end.place.namespace == NAMESPACE
        and end.name not in switches.asked[end.place.switch]["up"]
        for each in link.ends
    }


def _eating(label: str, ports: Mapping[str, Row]) -> list[str]:
    port = ports[label]["port"]
    words = [] if port["state"] == "forwarding" else [port["state"]]
    words += [f"no {key.replace('_', ' ')}" for key in _FLOODING if not port[key]]
    if port["isolated"] and any(row["port"]["isolated"] for other, row in ports.items() if other != label):
        words.append("isolated like others")
    return words


def _untagged_vlan(port: Row) -> str | None:
    vlans = [vlan for vlan in port["port"].get("vlans", []) if vlan["pvid"]]
    return next((f"{vlan['identifier']}{'' if vlan['untagged'] else ' tagged'}" for vlan in vlans), None)


def _reserved(machine: _Machine, segment: _Segment) -> Iterator[Finding]:
    """Whether what a switch says to the next bridge reaches the next switch.

    A bridge that keeps it does as IEEE 802.1Q says, and addresses, routes and BGP do not suffer: a warning.
    """
    name = _bridge(machine, segment)
    found = [machine.ports[end.label] for end in segment.ends if end.label in machine.ports]
    ports = [port for port in found if port["master"] == name]
    if len(ports) < 2:
        return
    bridge = machine.bridges[name]
    kept = {number for number in _RESERVED if not all(_passes(bridge, port, number) for port in ports)}
    rows = [_seen(bridge, "name", "bridge"), *(_seen(port, "name", "port") for port in ports)]
    place, what = f"{segment.subject}/reserved", f"what {name} keeps to itself"
    if not kept:
        yield passed(place, what, [], rows)
        return
    protocols = [_RESERVED[number][0] for number in sorted(kept)]
    remedies = "; ".join(_RESERVED[number][1].format(name) for number in sorted(kept))
    yield warning(place, what, [], protocols, rows, f"Where switches speak them, let them pass: {remedies}.")


def _passes(bridge: Row, port: Row, number: int) -> bool:
    """As ``br_handle_frame`` of net/bridge/br_input.c decides on a frame from a port to a reserved address."""
    if number == _STP and not bridge["bridge"]["stp"]:
        return True
    return bool((bridge["bridge"]["group_fwd_mask"] | port["port"]["group_fwd_mask"]) >> number & 1)


def _seen(row: Row, *keys: str, namespace: str = HOST) -> Evidence:
    """Where an interface was seen, or, for an empty row, that there is none."""
    return evidence(None, namespace, "links of the machine", {key: row[key] for key in keys if key in row} or None)
