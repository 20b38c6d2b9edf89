# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Checks of BGP between switches, and of the routes that the kernel has from it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_address, ip_interface, ip_network
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._switch import (
    Row,
    Switches,
    each_host,
    each_switch,
    seen,
    seen_all,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import Evidence, Finding, Step, judged, warning
from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import read

_OWN = "0.0.0.0"
_MAIN_TABLE = 254
# Lines with which a neighbour gets, or is believed, something else than the table.
_POLICY = re.compile(
    r"neighbor .*(route-map|-list|maximum-prefix|allowas-in|as-override|default-originate|remove-private)"
    r"|no neighbor .* activate"
)
# Of sessions that were lost; some are what a restart at each end takes.
_MANY = 3
_WITHIN_A_MINUTE = "00:00:"
_RECONFIGURE = "Run playbooks/openswitch.yml, which tells the switch."


def switch_bgp(document: dict[str, Any], intent: dict[str, Any]) -> Iterator[Finding]:
    """Each switch announces its networks, and has a session with each neighbour, with all that this one announces."""
    yield from each_switch(document, intent, _speaker)


def switch_routes(document: dict[str, Any], intent: dict[str, Any]) -> Iterator[Finding]:
    """The kernel of each switch sends packets to where the best paths of BGP lead, that of a host to its switch."""
    yield from each_switch(document, intent, _routes)
    yield from each_host(document, intent, _host_routes)


def _speaker(switches: Switches, name: str) -> Iterator[Finding]:
    asked = switches.config(name).get("bgp")
    if asked:
        yield judged(name, _own_steps(switches, name, asked))
        for neighbour in asked["neighbours"]:
            if not neighbour["shutdown"]:
                found = judged(f"{name}/{neighbour['address']}", _neighbour_steps(switches, name, neighbour))
                restless = _restless(switches, name, neighbour["address"]) if found.status == "passed" else None
                yield restless or found


def _own_steps(switches: Switches, name: str, asked: Row) -> Iterator[Step]:
    bgp, table = switches.says(name, "bgp"), switches.says(name, "bgp_table")
    rows = [seen(name, "vtysh: show ip bgp summary", bgp, "as_number", "router_id")]
    yield Step(f"AS number of {name}", asked["as_number"], bgp["as_number"], rows, _RECONFIGURE)
    networks = {str(ip_network(each)) for each in asked["networks"]}
    own = [path for path in table["paths"] if path["next_hop"] == _OWN and path["network"] in networks]
    rows = seen_all(name, "vtysh: show ip bgp", own, "network", "next_hop", "valid", "best")
    hint = "A network is announced as long as the switch itself has a route to it; see whether its interface is up."
    announced = {path["network"] for path in own if path["valid"]}
    yield Step(f"networks that {name} announces", networks, announced, rows, hint)


def _neighbour(switches: Switches, name: str, address: str) -> Row:
    """What a switch says of a neighbour; empty where it has none."""
    known: list[Row] = switches.says(name, "bgp")["neighbours"]
    return next((row for row in known if ip_address(row["address"]) == ip_address(address)), {})


def _neighbour_steps(switches: Switches, name: str, asked: Row) -> Iterator[Step]:
    address, bgp = asked["address"], switches.says(name, "bgp")
    row = _neighbour(switches, name, address)
    rows = [seen(name, "vtysh: show ip bgp summary", row or None)]
    number = row.get("remote_as")
    yield Step(f"AS number of {address} for {name}", asked["remote_as"], number, rows, _RECONFIGURE)
    hint = "Each has to reach the other and to have its AS number, and neither may have the other shut down."
    yield Step(f"session of {name} with {address}", "Established", row.get("state"), rows, hint)
    other = switches.owners.get(ip_address(address))
    is_counted = bgp["as_number"] != asked["remote_as"] and row["prefixes_received"] is not None
    if other and switches.config(other)["bgp"] and is_counted and not _have_policies(switches, name, other):
        paths = list(_announced(switches, other, name, bgp["as_number"]))
        rows += seen_all(other, "vtysh: show ip bgp", paths, "network", "next_hop", "path", "best")
        hint = "Look for what the switch refuses: show ip bgp neighbors, and the log of bgpd."
        yield Step(f"prefixes that {name} has of {address}", len(paths), row["prefixes_received"], rows, hint)


def _restless(switches: Switches, name: str, address: str) -> Finding | None:
    """A warning of a session that is young, and not the first one: whoever looks often sees it lost."""
    row = _neighbour(switches, name, address)
    lost = row.get("connections_dropped") or 0
    if lost < _MANY or not (row["uptime"] or "").startswith(_WITHIN_A_MINUTE):
        return None
    rows = [seen(name, "vtysh: show ip bgp summary", row)]
    what = f"sessions of {name} with {address} that were lost, the last one within a minute"
    hint = "When there are ever more, a link goes down and up: see Link downs in show interface."
    return warning(f"{name}/{address}", what, 0, lost, rows, hint)


def _have_policies(switches: Switches, *names: str) -> bool:
    running = [switches.says(name, "running_config") for name in names]
    contexts = [below for tree in running for line, below in tree.items() if line.startswith("router bgp ")]
    families = [family for below in contexts for family in below.values()]
    return any(_POLICY.match(line) for below in contexts + families for line in below)


def _announced(switches: Switches, name: str, to: str, as_number: int) -> Iterator[Row]:
    """Best paths of a switch that a neighbour in another AS takes, those without that AS (RFC 4271, 9.1.2)."""
    for path in switches.says(name, "bgp_table")["paths"]:
        is_told = path["best"] and not (path["suppressed"] or path["removed"] or path["history"])
        passed = re.findall(r"\d+", path["path"])
        if is_told and str(as_number) not in passed and switches.owners.get(ip_address(path["next_hop"])) != to:
            yield path


def _routes(switches: Switches, name: str) -> Iterator[Finding]:
    if not switches.shall_speak_bgp(name):
        return
    connected = _connected(switches, name)
    # They are preferred to what BGP says, and meant to be.
    preferred = {str(network) for network in connected}
    preferred |= {route["destination"] for route in switches.config(name).get("static_routes") or []}
    used: dict[str, list[Row]] = {}
    for path in switches.says(name, "bgp_table")["paths"]:
        if path["next_hop"] != _OWN and (path["best"] or path["multipath"]) and path["network"] not in preferred:
            used.setdefault(path["network"], []).append(path)
    for network, paths in used.items():
        devices = {
            path["next_hop"]: device
            for path in paths
            for subnet, device in connected.items()
            if ip_address(path["next_hop"]) in subnet
        }
        # A next hop that is not of a subnet here is resolved by other routes.
        if all(path["next_hop"] in devices for path in paths):
            wanted = {f"{next_hop} dev {device}" for next_hop, device in devices.items()}
            rows = seen_all(name, "vtysh: show ip bgp", paths, "network", "next_hop", "path", "best", "multipath")
            hint = "See what zebra made of it: show ip route. Another kind of route, or a lower metric, is preferred."
            yield judged(f"{name}/{network}", [_route_step(switches, name, network, wanted, rows, hint)])


def _host_routes(switches: Switches, name: str) -> Iterator[Finding]:
    connected = _connected(switches, name)
    for route in switches.config(name)["static_routes"] or []:
        next_hop, network = route["next_hop"], route["destination"]
        devices = {device for subnet, device in connected.items() if ip_address(next_hop) in subnet}
        wanted = {f"{next_hop} dev {device}" for device in devices} or {next_hop}
        hint = "A route goes with its interface; playbooks/openswitch.yml gives it again."
        yield judged(f"{name}/{network}", [_route_step(switches, name, network, wanted, [], hint)])


def _connected(switches: Switches, name: str) -> dict[Any, str]:
    """Networks of a switch or a host, each with its device."""
    rows = [row for row in read(switches.namespace(name), "addresses") if row["family"] == "ipv4"]
    return {ip_interface(f"{row['address']}/{row['prefix_length']}").network: row["device"] for row in rows}


def _route_step(
    switches: Switches, name: str, network: str, wanted: set[str], reasons: list[Evidence], hint: str
) -> Step:
    routes = [
        row
        for row in read(switches.namespace(name), "routes")
        if (row["table"], row["destination"]) == (_MAIN_TABLE, _as_in_kernel(network)) and row["family"] == "ipv4"
    ]
    # Of routes to one network Linux takes the one with the lowest metric.
    chosen = min(routes, key=lambda row: row["metric"] or 0, default=None)
    rows = seen_all(name, "routes", routes, namespace=switches.namespace_of_ports(name)) + reasons
    return Step(f"next hops of {name} to {network}", wanted, _next_hops(chosen), rows, hint)


def _next_hops(route: Row | None) -> set[str]:
    if route is None:
        return set()
    if route["type"] != "unicast":
        return {route["type"]}
    return {f"{hop['gateway']} dev {hop['device']}" for hop in route.get("next_hops") or [route]}


def _as_in_kernel(network: str) -> str:
    return "default" if network == "0.0.0.0/0" else network
