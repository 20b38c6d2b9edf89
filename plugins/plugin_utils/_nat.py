# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""What netfilter's tables do to the first packet of a connection: destination NAT and firewall marks.

It judges the rules of docs/state.md one by one as the kernel would. Where a rule asks for something that the tables
alone cannot tell, it raises ValueError and names the rule: a guess would be a wrong answer.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Any

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._iptables import parse_save

# Targets after which a packet goes on to the next rule.
_PASSING = frozenset([None, "LOG", "NFLOG", "MARK", "CONNMARK", "CT", "TRACE"])
_FINAL = frozenset(["ACCEPT", "DROP"])


@dataclass(frozen=True)
class Packet:
    """The first packet of a connection; what is null is something that no rule names."""

    address: str | None
    port: int | str | None = None
    protocol: str = "tcp"
    source: str | None = None
    in_interface: str | None = None
    out_interface: str | None = None
    local: bool = True  # whether the address is one of the node's own


def chains_of(tables: Any, table: str) -> dict[str, Any]:
    """The chains of one table, out of iptables-save's text, a node's ``tables`` or the chains of one listing."""
    if isinstance(tables, str):
        tables = parse_save(tables)
    if not isinstance(tables, dict):
        raise ValueError("expected the tables of iptables-save, as text or parsed, or the chains of one table")
    if table in tables:
        chains: dict[str, Any] = tables[table]["chains"]
        return chains
    return tables if all("rules" in chain for chain in tables.values()) else {}


def destination_nat(tables: Any, packet: Packet, chain: str = "PREROUTING") -> dict[str, Any] | None:
    """Where a packet is sent instead: ``{"address", "port", "chain", "rule"}``, or null when it is left alone."""
    chains = chains_of(tables, "nat")
    decision = _traverse(chains, chain, packet) if chain in chains else None
    if decision is None:
        return None
    holder, rule = decision
    if rule["target"] == "REDIRECT":
        # In PREROUTING it is the first address of the device the packet came in by, and that is the node's as well.
        address = "127.0.0.1" if chain == "OUTPUT" else packet.address
        port = rule["options"].get("to_ports")
    elif rule["target"] == "DNAT":
        address, port = _address_and_port(rule["options"]["to_destination"])
    else:
        return None
    return {
        "address": address or packet.address,
        "port": _number(port) if port else packet.port,
        "chain": holder,
        "rule": rule["text"],
    }


def marks(tables: Any, packet: Packet, chain: str | None = None) -> list[int]:
    """The marks that the mangle table's MARK rules give a packet, in the order of the rules of ``chain``, or of all."""
    return [
        rule["options"]["mark"]
        for name, content in chains_of(tables, "mangle").items()
        for rule in content["rules"]
        if chain in (None, name) and rule["target"] == "MARK" and _matches(rule, packet)
    ]


def _traverse(chains: dict[str, Any], chain: str, packet: Packet) -> tuple[str, dict[str, Any]] | None:
    """The rule that decides about a packet with its chain; null when the chain ends or returns."""
    for rule in chains[chain]["rules"]:
        target = rule["target"]
        if target in _PASSING or not _matches(rule, packet):
            continue
        if target == "RETURN":
            return None
        if target in chains:
            decision = _traverse(chains, target, packet)
            if decision or rule["goto"]:
                return decision
        elif target in _FINAL or target in ("DNAT", "REDIRECT"):
            return chain, rule
        else:
            raise ValueError(f"cannot tell what target {target} does to a packet: {rule['text']}")
    return None


def _matches(rule: dict[str, Any], packet: Packet) -> bool:
    verdicts = [_field_matches(rule, field, packet) for field in ("source", "destination", "protocol")]
    verdicts += [_field_matches(rule, field, packet) for field in ("in_interface", "out_interface")]
    verdicts += [_module_matches(match, packet) for match in rule["matches"]]
    if False in verdicts:
        return False
    if None in verdicts:
        raise ValueError(f"cannot tell from the tables alone whether a packet matches: {rule['text']}")
    return True


def _field_matches(rule: dict[str, Any], field: str, packet: Packet) -> bool | None:
    wanted = rule[field]
    if wanted is None:
        return True
    actual = packet.address if field == "destination" else getattr(packet, field)
    if actual is None:
        verdict: bool | None = False
    elif field == "protocol":
        verdict = wanted == actual
    elif field.endswith("_interface"):
        verdict = actual.startswith(wanted[:-1]) if wanted.endswith("+") else wanted == actual
    else:
        verdict = _contains(wanted, actual)
    return _negate(verdict, field in rule["negated"])


def _contains(network: str, address: str) -> bool | None:
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return None  # a host name of a listing without -n


def _module_matches(match: dict[str, Any], packet: Packet) -> bool | None:
    """Whether one match holds; null when the tables cannot tell."""
    negated = match.get("not", [])
    verdicts = []
    for option, wanted in match.items():
        if option not in ("module", "not"):
            verdicts.append(_negate(_option_matches(match["module"], option, wanted, packet), option in negated))
    return False if False in verdicts else None if None in verdicts else True


def _option_matches(module: str | None, option: str, wanted: Any, packet: Packet) -> bool | None:
    if module == "comment":
        return True
    if option in ("dport", "dports"):
        return _port_matches(wanted, packet.port)
    if option in ("ctstate", "state"):
        return "NEW" in wanted.split(",")
    if module == "addrtype" and option == "dst_type" and wanted == "LOCAL":
        return packet.local
    return None


def _port_matches(wanted: str, actual: int | str | None) -> bool | None:
    if actual is None:
        return False
    verdicts: list[bool | None] = []
    for part in wanted.split(","):
        first, _colon, last = part.partition(":")
        if part == str(actual):
            verdicts.append(True)
        elif first.isdigit() and (last or first).isdigit() and str(actual).isdigit():
            verdicts.append(int(first) <= int(actual) <= int(last or first))
        else:
            verdicts.append(None)  # a service's name of a listing without -n
    return True if True in verdicts else None if None in verdicts else False


def _negate(verdict: bool | None, negated: bool) -> bool | None:
    return verdict if verdict is None or not negated else not verdict


def _address_and_port(printed: str) -> tuple[str, str]:
    """``172.18.0.2:8080``, ``172.18.0.2``, ``:53`` or ``[2001:db8::8]:8080``."""
    if printed.startswith("["):
        address, _bracket, port = printed[1:].partition("]")
        return address, port.lstrip(":")
    if printed.count(":") > 1:
        return printed, ""
    address, _colon, port = printed.partition(":")
    return address, port


def _number(port: Any) -> Any:
    return int(port) if str(port).isdigit() else port
