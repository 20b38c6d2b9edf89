# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""OVN of a cloud as ovn-nbctl(8) and ovn-sbctl(8) list it, with names of Neutron in place of identifiers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.packetwalk.labs.plugins.module_utils._naming._neutron_names import Names
from ansible_collections.packetwalk.labs.plugins.plugin_utils import _neutron_questions as questions

Row = Mapping[str, Any]

_UP = {True: "yes", False: "no", None: "unknown"}
_NAT = "{type:<16} {external_address:<18} {logical_address:<21} {port:<20} {place}"


def sheet(
    state: Row,
    server: str | None = None,
    router: str | None = None,
    network: str | None = None,
    flows: bool = False,
) -> str:
    """The listings for what is named; without a name those of the whole cloud. Raises ValueError with a sentence.

    With ``flows`` also the logical flows of the network and the router.
    """
    sections: list[tuple[str, Iterable[str]]] = []
    control = questions.control_of(state)
    if control.get("neutron") is None and "neutron" in control:
        reason = f"{control.get('neutron_reason')}; servers and security groups have no names"
        sections.append(("Neutron was not read", [reason]))
    if not (server or router or network):
        sections += [("Logical network", _northbound(state)), ("Chassis", _southbound(state))]
        sections += [(f"NAT of {name}", _nats(questions.router_nats(state, name))) for name in _routers(state)]
        sections += [(f"Gateway of {name}", _gateway(state, name)) for name in _routers(state)]
    if network:
        sections.append((f"Ports of {network}", _ports(questions.network_ports(state, network))))
        sections.append((f"ACLs of {network}", _acls(questions.network_acls(state, network))))
    if router:
        sections.append((f"NAT of {router}", _nats(questions.router_nats(state, router))))
        sections.append((f"Gateway of {router}", _gateway(state, router)))
    if server:
        sections.append((f"Ports of {server}", _ports(questions.server_ports(state, server))))
        sections.append((f"NAT of {server}", _nats(questions.server_nats(state, server))))
        sections.append((f"ACLs of {server}", _acls(questions.port_acls(state, server))))
    if flows and network:
        sections.append((f"Logical flows of {network}", _flows(questions.network_flows(state, network))))
    if flows and router:
        sections.append((f"Logical flows of {router}", _flows(questions.router_flows(state, router))))
    return "\n\n".join("\n".join([f"# {heading}", *(lines or ["none"])]) for heading, lines in _made(sections)) + "\n"


def _made(sections: Iterable[tuple[str, Iterable[str]]]) -> Iterator[tuple[str, list[str]]]:
    return ((heading, list(lines)) for heading, lines in sections)


def _routers(state: Row) -> list[str]:
    return sorted(Names(questions.control_of(state)).router_name.values())


def _northbound(state: Row) -> Iterator[str]:
    """As ``ovn-nbctl show`` has it."""
    control = questions.control_of(state)
    named = Names(control).named
    northbound = questions.read(control, "ovn_nb")
    for switch in sorted(northbound["switches"], key=lambda row: str(named(row["name"]))):
        yield f"switch {named(switch['name'])}"
        for port in switch["ports"]:
            yield f"    port {named(port['name'])}"
            if port["type"]:
                yield f"        type: {port['type']}"
            if port["type"] == "router":
                yield f"        router-port: {named(port['options'].get('router-port', ''))}"
            else:
                yield f"        addresses: {_quoted(port['addresses'])}"
    for router in northbound["routers"]:
        yield f"router {named(router['name'])}"
        for port in router["ports"]:
            yield f"    port {named(port['name'])}"
            yield f'        mac: "{port["mac"]}"'
            yield f"        networks: {_quoted(port['networks'])}"


def _southbound(state: Row) -> Iterator[str]:
    """As ``ovn-sbctl show`` has it."""
    control = questions.control_of(state)
    named = Names(control).named
    southbound = questions.read(control, "ovn_sb")
    for chassis in southbound["chassis"]:
        yield f"Chassis {named(chassis['name'])}"
        yield f"    hostname: {chassis['hostname']}"
        for encapsulation in chassis["encapsulations"]:
            yield f"    Encap {encapsulation['type']}"
            yield f'        ip: "{encapsulation["address"]}"'
        bound = [row["name"] for row in southbound["port_bindings"] if row["chassis"] == chassis["name"]]
        yield from (f"    Port_Binding {name}" for name in sorted(map(named, bound)))


def _quoted(texts: Iterable[str]) -> str:
    return "[" + ", ".join(f'"{text}"' for text in texts) + "]"


def _ports(rows: Iterable[Row]) -> Iterator[str]:
    for row in rows:
        yield f"{row['name']} ({row['id']})"
        yield f"    network: {row['network']}"
        yield f"    addresses: {_quoted([' '.join([row['mac'] or '?', *row['addresses']])])}"
        if row["floating_addresses"]:
            yield f"    floating IP: {', '.join(row['floating_addresses'])}"
        if row["host"] or row["chassis"]:
            yield f"    host: {row['host'] or 'none'}, bound to: {row['chassis'] or 'none'}"
        yield f"    status: {row['status'] or 'unknown'}, up: {_UP[row['up']]}"
        if row["security_groups"]:
            yield f"    security groups: {', '.join(row['security_groups'])}"


def _nats(rows: Sequence[Row]) -> Iterator[str]:
    """As ``ovn-nbctl lr-nat-list`` has it, and where it is done."""
    if rows:
        columns = {"type": "TYPE", "external_address": "EXTERNAL_IP", "logical_address": "LOGICAL_IP", "port": "PORT"}
        yield _NAT.format(**columns, place="CHASSIS")
    for row in rows:
        yield _NAT.format(**{**row, "port": row["port"] or ""}, place=row["chassis"] or "none").rstrip()


def _acls(rows: Sequence[Row]) -> Iterator[str]:
    """As ``ovn-nbctl acl-list`` has it; of several ports each has its own."""
    ports = list(dict.fromkeys(row["port"] for row in rows))
    for port in ports:
        if len(ports) > 1:
            yield f"{port}:"
        for row in rows:
            if row["port"] == port:
                yield f"{row['direction']:>10} {row['priority']:>5} ({row['match']}) {row['action']}"


def _flows(rows: Sequence[Row]) -> Iterator[str]:
    """As ``ovn-sbctl lflow-list`` has it."""
    for pipeline in dict.fromkeys(row["pipeline"] for row in rows):
        yield f"Pipeline: {pipeline}"
        for row in rows:
            if row["pipeline"] == pipeline:
                where = f"table={row['table']:<2} ({row['stage']:<19}), priority={row['priority']:<5}"
                yield f"  {where}, match=({row['match']}), action=({row['actions']})"


def _gateway(state: Row, router: str) -> Iterator[str]:
    """As ``ovn-nbctl lrp-get-gateway-chassis`` has it, for both ways in which candidates are stored."""
    found = questions.router_gateway(state, router)
    if found is None:
        return
    yield f"{found['port']} ({', '.join(found['addresses'])}) in {found['network']}"
    for row in found["candidates"]:
        notes = ["has it"] if row["chassis"] == found["chassis"] else []
        notes += [] if row["exists"] else ["there is no such chassis"]
        yield f"    {row['chassis']:<20} {row['priority']:>5}  {', '.join(notes)}".rstrip()
    if found["chassis"] is None:
        yield "    no chassis has it"
