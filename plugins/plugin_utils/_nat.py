# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""What netfilter's tables do to the first packet of a connection: destination NAT and firewall marks.

It judges the rules of docs/state.md one by one as the kernel would. Where a rule asks for something that the tables
alone cannot tell, it raises ValueError and names the rule: a guess would be a wrong answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._iptables import parse_save
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking import _packet, _rules
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._translation import address_and_port

# Targets after which a packet goes on to the next rule.
_PASSING = frozenset([None, "LOG", "NFLOG", "MARK", "CONNMARK", "CT", "TRACE"])
_FINAL = frozenset(["ACCEPT", "DROP"])

# Matches that ask for more than a packet's addresses and ports.
_BEYOND_TABLES = frozenset(["connmark", "ipvs", "mark", "physdev", "policy", "u32"])


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
        address, port = address_and_port(rule["options"]["to_destination"])
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
    known = [match for match in rule["matches"] if match["module"] not in _BEYOND_TABLES]
    first = _packet.Packet(
        _rules.PROTOCOLS.get(packet.protocol, packet.protocol),
        _destination(packet),
        source=packet.source,
        destination_port=packet.port,  # type: ignore[arg-type]  # the name of a service in a listing without -n
    )
    verdict = _rules.matches(_rules.compile_rule({**rule, "matches": known}), first, _Circumstances(packet))
    if verdict is None or (verdict and len(known) < len(rule["matches"])):
        raise ValueError(f"cannot tell from the tables alone whether a packet matches: {rule['text']}")
    return verdict


def _destination(packet: Packet) -> str:
    return packet.address or "0.0.0.0"  # which no rule names


class _Circumstances:
    """What a rule may ask for beside the packet."""

    in_port = out_port = ipvs = None

    def __init__(self, packet: Packet) -> None:
        self.in_device = packet.in_interface
        self.out_device = packet.out_interface
        self.namespace = self
        self._packet = packet

    def address_type(self, address: str) -> str | None:
        if address != _destination(self._packet):
            return None
        return "local" if self._packet.local else "unicast"


def _number(port: Any) -> Any:
    return int(port) if str(port).isdigit() else port
