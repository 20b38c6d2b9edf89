# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""A lab of switches as its checks see it: what is asked for, what each switch says, and what its kernel has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from ipaddress import IPv4Address, IPv6Address, ip_interface
from typing import Any, TypeVar

from ansible_collections.packetwalk.labs.plugins.module_utils._planning import _link_ends
from ansible_collections.packetwalk.labs.plugins.module_utils._planning._link_ends import End, Link
from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import Evidence, Finding, error, evidence
from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import Unknown, link_named, read

Row = dict[str, Any]
Address = IPv4Address | IPv6Address
Thing = TypeVar("Thing")

# The namespace of the ports, by its name in the state document.
NAMESPACE = "swns"


class Switches:
    """Joins of the state document with what ``packetwalk.labs.openswitch_intent`` returned, which may be missing."""

    def __init__(self, document: dict[str, Any], intent: dict[str, Any]) -> None:
        asked = intent.get("openswitch") or {"lab": "", "ports": 0, "switches": {}, "hosts": {}, "links": []}
        self.lab: str = asked["lab"]
        self.count: int = asked["ports"]
        self.asked: dict[str, Row] = asked["switches"]
        # Hosts at ports of switches, which are no switches themselves.
        self.hosts: dict[str, Row] = asked["hosts"]
        rows = asked["links"]
        self.links: list[Link] = (
            _link_ends.links(self.lab, rows, _link_ends.switches(rows, [], self.count)) if rows else []
        )
        # Each address that a switch shall have to the switch.
        self.owners: dict[Address, str] = {
            ip_interface(address).ip: name
            for name in self.asked
            for interface in self.config(name).get("interfaces") or []
            for address in interface["addresses"]
        }
        self._nodes: dict[str, Row] = document["nodes"]
        self.names = sorted({*self.asked, *(name for name, node in self._nodes.items() if "switch" in node)})

    def node(self, name: str) -> Row:
        """The state of a switch's node. Raises Unknown."""
        return dict(read(self._nodes, name))

    def says(self, name: str, part: str) -> Any:
        """What a switch says of itself. Raises Unknown."""
        return read(read(self.node(name), "switch"), part)

    def namespace_of_ports(self, name: str) -> str:
        """Which namespace of a switch, or of a host, its ports are in."""
        return _link_ends.HOST if name in self.hosts else NAMESPACE

    def namespace(self, name: str, namespace: str | None = None) -> Row:
        """A namespace of a switch or a host, that of its ports when none is named. Raises Unknown."""
        namespace = namespace or self.namespace_of_ports(name)
        namespaces = read(self.node(name), "namespaces")
        if namespace not in namespaces:
            raise Unknown(f"there is no namespace {namespace}")
        return dict(namespaces[namespace])

    def port(self, end: End) -> Row | None:
        """The interface at an end of a link, None where it is not on a switch, or is not there. Raises Unknown."""
        if end.place.switch is None:
            return None
        return link_named(self.namespace(end.place.switch, end.place.namespace), end.name)

    def config(self, name: str) -> Row:
        """What is asked for of a switch or a host, with every key; empty where nothing is."""
        return dict((self.asked.get(name) or self.hosts.get(name) or {}).get("config") or {})

    def shall_speak_bgp(self, name: str) -> bool:
        """Whether BGP is asked for of a switch; of one that nobody asks anything of it is not known, so it may."""
        return name not in self.asked or bool(self.config(name).get("bgp"))

    def interface(self, name: str, port: str) -> Row:
        """What is asked for of an interface; empty where nothing is."""
        asked = self.config(name).get("interfaces") or []
        return next((dict(each) for each in asked if each["name"] == port), {})

    def addresses(self, name: str, interface: str) -> set[str]:
        """What the kernel has of a switch's interface, but for link-local addresses. Raises Unknown."""
        return {
            str(ip_interface(f"{row['address']}/{row['prefix_length']}"))
            for row in read(self.namespace(name), "addresses")
            if row["device"] == interface and row["scope"] == "global"
        }


def each_switch(
    document: dict[str, Any], intent: dict[str, Any], judge: Callable[[Switches, str], Iterator[Finding]]
) -> Iterator[Finding]:
    """Findings of ``judge`` on each switch, and an error for each that does not let us look."""
    switches = Switches(document, intent)
    yield from _each(switches, switches.names, judge, _state)


def each_host(
    document: dict[str, Any], intent: dict[str, Any], judge: Callable[[Switches, str], Iterator[Finding]]
) -> Iterator[Finding]:
    """Findings of ``judge`` on each host at a port of a switch, and an error for each that does not let us look."""
    switches = Switches(document, intent)
    yield from _each(switches, switches.hosts, judge, _state)


def each_link(
    document: dict[str, Any], intent: dict[str, Any], judge: Callable[[Switches, Link], Iterator[Finding]]
) -> Iterator[Finding]:
    """Findings of ``judge`` on each link, and an error for each whose ends cannot be looked at."""
    switches = Switches(document, intent)
    yield from _each(switches, switches.links, judge, _ends)


def _each(
    switches: Switches,
    things: Iterable[Thing],
    judge: Callable[[Switches, Thing], Iterator[Finding]],
    told: Callable[[Thing], tuple[str, str]],
) -> Iterator[Finding]:
    """``told`` returns the subject of an error, and what it is that cannot be looked at."""
    for thing in things:
        try:
            yield from judge(switches, thing)
        except Unknown as reason:
            yield error(*told(thing), str(reason))


def _state(name: str) -> tuple[str, str]:
    return name, f"state of {name}"


def _ends(link: Link) -> tuple[str, str]:
    return subject(link), f"ends of {link.text}"


def subject(link: Link) -> str:
    return "/".join(end.label for end in link.ends)


def seen(node: str, source: str, row: Row | None, *keys: str, namespace: str = NAMESPACE) -> Evidence:
    """Where something was seen on a switch, with these keys of the row, or all."""
    return evidence(node, namespace, source, {key: row.get(key) for key in keys} if row and keys else row)


def seen_all(node: str, source: str, rows: Iterable[Row], *keys: str, namespace: str = NAMESPACE) -> list[Evidence]:
    """Where several rows were seen on a switch, or that none was."""
    found = [seen(node, source, row, *keys, namespace=namespace) for row in rows]
    return found or [seen(node, source, None, namespace=namespace)]
