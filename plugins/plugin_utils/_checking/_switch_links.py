# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Checks of the links between ports: where they lead, whether they carry, and what is on both ends."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_interface
from itertools import combinations
from typing import Any

from ansible_collections.packetwalk.labs.plugins.module_utils._planning import _link_ends
from ansible_collections.packetwalk.labs.plugins.module_utils._planning._link_ends import End, Link
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._switch import (
    Row,
    Switches,
    each_link,
    seen,
    subject,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import Evidence, Finding, Step, judged
from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import read

_REWIRE = "Run playbooks/openswitch.yml, which wires the ports as openswitch_links says."


def switch_wiring(document: dict[str, Any], intent: dict[str, Any]) -> Iterator[Finding]:
    """Each link leads to the port that it shall lead to."""
    yield from each_link(document, intent, _wiring)


def switch_links(document: dict[str, Any], intent: dict[str, Any]) -> Iterator[Finding]:
    """Each link is up at both ends, with one MTU, which is the one that is asked for."""
    yield from each_link(document, intent, _carrying)


def switch_subnets(document: dict[str, Any], intent: dict[str, Any]) -> Iterator[Finding]:
    """The addresses at the two ends of a link are different ones of one subnet."""
    yield from each_link(document, intent, _subnets)


def _present(switches: Switches, link: Link) -> list[tuple[End, Row]]:
    """Ends that are there; the check switch_ports tells of the others."""
    found = ((end, switches.port(end)) for end in link.ends)
    return [(end, row) for end, row in found if row]


def _ports(switches: Switches, link: Link) -> list[tuple[str, End, Row]]:
    """Ends that are ports of switches and hosts and are there, with the name of the switch or the host."""
    rows = ((end.place.switch, end, row) for end, row in _present(switches, link))
    return [
        (name, end, row) for name, end, row in rows if name and end.place.namespace == switches.namespace_of_ports(name)
    ]


def _wiring(switches: Switches, link: Link) -> Iterator[Finding]:
    ends = _present(switches, link)
    if link.is_taken or any(end.place.switch is None for end in link.ends):
        # The other end is a namespace or a bridge of the machine, which is no node: what the mark says has to do.
        marks = {mark.end: mark for mark in _link_ends.marks(switches.lab, link)}
        steps = [_marked(end, row, marks[end.label]) for end, row in ends if row.get("alias") is not None]
    else:
        steps = [_paired(switches, *ends)] if len(ends) == len(link.ends) else []
    if steps:
        yield judged(subject(link), steps)


def _marked(end: End, row: Row, mark: _link_ends.Mark) -> Step:
    found = _link_ends.mark_of(row["alias"])
    actual = found and found._replace(adopted=False).text
    return Step(f"mark of {end.label}", mark.text, actual, [_seen(end, row, "name", "alias")], _REWIRE)


def _paired(switches: Switches, one: tuple[End, Row], other: tuple[End, Row]) -> Step:
    # Indexes are counted in each namespace, so others may fit as well.
    fitting = {other[0].label} if _is_pair(one[1], other[1]) else set(_fitting(switches, one[1]))
    rows = [_seen(end, row, "name", "index", "peer", "alias") for end, row in (one, other)]
    return Step(f"port that {one[0].label} is linked to", {other[0].label}, fitting, rows, _REWIRE)


def _fitting(switches: Switches, one: Row) -> Iterator[str]:
    for name in (*switches.names, *switches.hosts):
        for row in read(switches.namespace(name), "links"):
            if _is_pair(one, row):
                yield f"{name}/{_link_ends.HOST}:{row['name']}" if name in switches.hosts else f"{name}:{row['name']}"


def _is_pair(one: Row, other: Row) -> bool:
    indexes = [((row.get("peer") or {}).get("index"), row["index"]) for row in (one, other)]
    return one is not other and indexes[0] == indexes[1][::-1]


def _carrying(switches: Switches, link: Link) -> Iterator[Finding]:
    ports = _ports(switches, link)
    if ports and all(end.name in switches.asked[name]["up"] for name, end, _row in ports if name in switches.asked):
        yield judged(subject(link), _carrying_steps(switches, link, ports))


def _carrying_steps(switches: Switches, link: Link, ports: list[tuple[str, End, Row]]) -> Iterator[Step]:
    rows = [_seen(end, row, "name", "flags", "operational_state", "mtu_bytes") for _name, end, row in ports]
    states = {end.label: _state(row) for _name, end, row in ports}
    hint = "A port without carrier has its other end down or gone; take one that is down up with no shutdown."
    yield Step("state of " + subject(link), dict.fromkeys(states, "up"), states, rows, hint)
    mtus = {end.label: row["mtu_bytes"] for _name, end, row in ports}
    asked = [link.mtu_bytes, *(switches.interface(name, end.name).get("mtu_bytes") for name, end, _row in ports)]
    wanted = next(filter(None, asked), max(mtus.values()))
    hint = "Frames longer than the lower MTU are lost without a word; give both ends the same."
    yield Step("MTU of " + subject(link), dict.fromkeys(mtus, wanted), mtus, rows, hint)
    told = {end.label: _told(switches, name, end.name) for name, end, _row in ports if name in switches.asked}
    hint = "The kernel has it up; look at the log of the switch."
    yield Step(f"state of {subject(link)} in vtysh", dict.fromkeys(told, "up/up"), told, rows, hint)


def _state(row: Row) -> str:
    if "up" not in row["flags"]:
        return "shut down"
    return "up" if "lower_up" in row["flags"] else "no carrier"


def _told(switches: Switches, name: str, port: str) -> str | None:
    rows = [row for row in switches.says(name, "interfaces") if row["name"] == port]
    return next((f"{row['admin_state']}/{row['link_state']}" for row in rows), None)


def _subnets(switches: Switches, link: Link) -> Iterator[Finding]:
    for one, other in combinations(_ports(switches, link), 2):
        steps = list(_subnet_steps(switches, one, other))
        if steps:
            yield judged(f"{one[1].label}/{other[1].label}", steps)


def _subnet_steps(switches: Switches, *ports: tuple[str, End, Row]) -> Iterator[Step]:
    found = [[ip_interface(each) for each in switches.addresses(name, end.name)] for name, end, _row in ports]
    labels = " and ".join(end.label for _name, end, _row in ports)
    rows = [
        seen(name, "addresses", row, namespace=end.place.namespace)
        for name, end, _row in ports
        for row in read(switches.namespace(name), "addresses")
        if row["device"] == end.name
    ]
    for version in (4, 6):
        # A host's own address goes with any other.
        one, other = (
            [each for each in side if each.version == version and each.network.num_addresses > 1] for side in found
        )
        if one and other:
            here, there = ({str(each.network) for each in side} for side in (one, other))
            hint = "Give both ends addresses of one subnet."
            yield Step(f"subnets of {labels}", here, there, rows, hint, holds=bool(here & there))
            both = {str(each.ip) for each in one} & {str(each.ip) for each in other}
            yield Step(f"addresses that {labels} both have", set(), both, rows, "Give one of them another address.")


def _seen(end: End, row: Row, *keys: str) -> Evidence:
    return seen(end.place.switch or "", "links", row, *keys, namespace=end.place.namespace)
