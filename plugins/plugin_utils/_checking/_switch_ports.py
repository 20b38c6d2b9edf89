# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Checks of the namespace of a switch, and of the ports in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._switch import (
    NAMESPACE,
    Row,
    Switches,
    each_switch,
    seen,
    seen_all,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import Finding, Step, evidence, judged
from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import link_named, read

_BGP_PORT = 179
# What the checks ask a switch for.
_PARTS = ("interfaces", "routes", "running_config")
_PARTS_OF_BGP = ("bgp", "bgp_table")


def switch_daemons(document: dict[str, Any], intent: dict[str, Any]) -> Iterator[Finding]:
    """Each switch has its namespace, answers in all its parts, and BGP listens in that namespace."""
    yield from each_switch(document, intent, lambda switches, name: iter([judged(name, _daemons(switches, name))]))


def switch_ports(document: dict[str, Any], intent: dict[str, Any]) -> Iterator[Finding]:
    """Each wired port is in the namespace of the switch alone, and no other one claims to have a link."""
    yield from each_switch(document, intent, _ports)


def _daemons(switches: Switches, name: str) -> Iterator[Step]:
    node = switches.node(name)
    present = [namespace for namespace in read(node, "namespaces") if namespace == NAMESPACE]
    rows = [evidence(name, None, "namespaces", each) for each in present or [None]]
    hint = "Run playbooks/openswitch.yml, which makes it, and starts the switch in it."
    yield Step(f"namespace of the ports of {name}", [NAMESPACE], present, rows, hint)
    switch = read(node, "switch")
    parts = _PARTS + _PARTS_OF_BGP if switches.shall_speak_bgp(name) else _PARTS
    silent = {part: switch.get(f"{part}_reason") for part in parts if switch.get(part) is None}
    rows = [seen(name, "vtysh", switch, "flavour", "version")]
    hint = "Start the daemon that is missing; playbooks/openswitch.yml does so."
    yield Step(f"parts that {name} does not tell of", {}, silent, rows, hint)
    if switches.shall_speak_bgp(name) and switch["bgp"]["as_number"] is not None:
        sockets = read(switches.namespace(name), "sockets")
        listening = [row for row in sockets if (row["protocol"], row["port"]) == ("tcp", _BGP_PORT)]
        rows = seen_all(name, "listening sockets", listening)
        hint = f"Start bgpd in {NAMESPACE}; elsewhere it hears no neighbour."
        yield Step(f"port that BGP of {name} listens at", {_BGP_PORT}, {row["port"] for row in listening}, rows, hint)


def _ports(switches: Switches, name: str) -> Iterator[Finding]:
    own, host = switches.namespace(name), switches.namespace(name, "host")
    wired = switches.asked.get(name, {}).get("wired", [])
    for port in wired:
        found = {NAMESPACE: link_named(own, port), "host": link_named(host, port)}
        places = [place for place, row in found.items() if row]
        rows = [evidence(name, place, "links", found[place]) for place in places] or [seen(name, "links", None)]
        hint = "Run playbooks/openswitch.yml, which moves the end of the link to its port."
        yield judged(
            f"{name}:{port}", [Step(f"namespaces with port {port} of {name}", [NAMESPACE], places, rows, hint)]
        )
    unwired = [str(number) for number in range(1, switches.count + 1) if str(number) not in wired]
    if unwired:
        yield judged(f"{name}/unwired", _unwired_steps(switches, name, own, unwired))


def _unwired_steps(switches: Switches, name: str, own: Row, unwired: list[str]) -> Iterator[Step]:
    links = {link["name"]: link for link in read(own, "links")}
    hint = "Run playbooks/openswitch.yml, which makes a placeholder for each port without a link."
    rows = seen_all(name, "links", (links[port] for port in unwired if port in links), "name", "kind", "flags")
    yield Step(f"ports that {name} lacks", [], [port for port in unwired if port not in links], rows, hint)
    hint = "Take away what is plugged in there, or add its link to openswitch_links."
    carrying = [port for port in unwired if "lower_up" in links[port]["flags"]]
    rows = seen_all(name, "links", (links[port] for port in carrying or unwired), "name", "kind", "flags", "peer")
    yield Step(f"ports of {name} that are up without a link", [], carrying, rows, hint)
    claims = {row["name"]: row for row in switches.says(name, "interfaces") if row["name"] in unwired}
    rows = seen_all(name, "vtysh: show interface", claims.values(), "name", "admin_state", "link_state")
    hint = "Shut the port: its switch tells of a link that it has not got."
    claiming = sorted(port for port, row in claims.items() if (row["admin_state"], row["link_state"]) == ("up", "up"))
    yield Step(f"ports of {name} that claim a link", [], claiming, rows, hint)
