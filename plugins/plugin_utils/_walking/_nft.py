# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""What the chains of native nftables tables do to a packet (docs/state.md: netfilter.nft; libnftables-json(5))."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import read
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking import _nft_values
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._chains import BaseChain, CannotDecide, Verdict
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._hop import Place
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._packet import Packet
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._world import Namespace

Rule = dict[str, Any]
Changes = list[tuple[Rule, Packet]]

# Tables that see a packet, by its family.
_FAMILIES = {"ipv4": ("ip", "inet"), "ipv6": ("ip6", "inet")}

# Statements that leave the packet as it is, and go on with the next one.
_PASSING = frozenset(["continue", "counter", "ct helper", "ct timeout", "log", "set", "map"])
_ENDING = frozenset(["accept", "drop", "reject"])
# Statements of nftables as targets of iptables, which the translation knows.
_TRANSLATING = {
    "dnat": ("DNAT", "to_destination"),
    "snat": ("SNAT", "to_source"),
    "redirect": ("REDIRECT", "to_ports"),
    "masquerade": ("MASQUERADE", None),
}
# What can be set without deciding where a packet goes.
_HARMLESS_KEYS = frozenset(["nftrace", "priority", "pkttype", "secmark", "label", "zone"])


def base_chains(netfilter: Mapping[str, Any], family: str, hook: str) -> list[BaseChain]:
    """Base chains of a hook ("PREROUTING" and so on). Raises Unknown when the tables could not be read."""
    found = []
    for table in read(netfilter, "nft") if netfilter.get("nft", []) != [] else []:
        if table["family"] not in _FAMILIES[family]:
            continue
        for name, chain in table["chains"].items():
            if chain["hook"] != hook.lower() or (not chain["rules"] and chain["policy"] != "drop"):
                continue
            mechanism = "nat" if chain["type"] == "nat" else "filter"
            title = f"nft {table['family']} {table['name']} {name}"
            translates = chain["type"] == "nat"
            policy = chain["policy"] or "accept"
            found.append(BaseChain(chain["priority"], title, mechanism, translates, policy, Program(table), name))
    return found


def not_simulated(namespace: Namespace, family: str, device: str | None = None) -> str | None:
    """The title of a chain with rules that sees frames (family bridge, netdev or arp) and is not followed here."""
    key = (family, "frames")
    if key not in namespace.base_chains:
        tables = (namespace.content.get("netfilter") or {}).get("nft") or []
        namespace.base_chains[key] = [
            (f"nft {family} {table['name']} {name}", chain.get("devices"))
            for table in tables
            if table["family"] == family
            for name, chain in table["chains"].items()
            if chain["hook"] and chain["rules"]
        ]
    for title, devices in namespace.base_chains[key]:
        if device is None or devices is None or device in devices:
            return str(title)
    return None


class Program:
    """The chains of one table."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        self._chains = table["chains"]
        self._named = {**table.get("sets", {}), **table.get("maps", {})}

    def run(self, chain: str, packet: Packet, place: Place, changes: Changes) -> tuple[Verdict | None, Packet]:
        """The verdict of a chain, null when it ends or returns, and the packet then. Raises CannotDecide.

        Rules that change the packet on the way are added to ``changes``.
        """
        for rule in self._chains[chain]["rules"]:
            word, argument, packet = self._apply(rule, packet, place, changes)
            if word == "return":
                return None, packet
            if word in ("jump", "goto"):
                verdict, packet = self.run(argument, packet, place, changes)
                if verdict or word == "goto":
                    return verdict, packet
            elif word == "translate":
                return Verdict(word, argument), packet
            elif word is not None:
                return Verdict(word, rule), packet
        return None, packet

    def _apply(self, rule: Rule, packet: Packet, place: Place, changes: Changes) -> tuple[str | None, Any, Packet]:
        """What a rule comes to: a word with what it needs, null to go on with the next rule, and the packet."""
        for position, expression in enumerate(rule["expressions"]):
            (kind, content), *_rest = expression.items()
            if kind == "match":
                verdict = self._matches(content, packet, place)
                if verdict is None and self._has_effect(rule["expressions"][position + 1 :]):
                    raise CannotDecide(rule, f"whether the rule matches: {rule['text']}")
                if not verdict:
                    return None, None, packet
            elif kind == "mangle":
                after = self._set(rule, content, packet, place)
                if after != packet:
                    packet = after
                    changes.append((rule, packet))
            elif kind in _TRANSLATING:
                return "translate", self._translation(rule, kind, content, packet, place), packet
            elif kind in _ENDING or kind == "return":
                return kind, None, packet
            elif kind in ("jump", "goto"):
                return kind, content["target"], packet
            elif kind == "vmap":
                found = self._looked_up(rule, content, packet, place)
                if found is None:
                    return None, None, packet
                (word, target), *_rest = found.items()
                if word != "continue":
                    return word, (target or {}).get("target"), packet
            elif kind not in _PASSING:
                raise CannotDecide(rule, f"what {kind} does to a packet: {rule['text']}")
        return None, None, packet

    def _matches(self, content: Mapping[str, Any], packet: Packet, place: Place) -> bool | None:
        try:
            return _nft_values.compare(content["op"], content["left"], content["right"], self._named, packet, place)
        except _nft_values.NotKnown:
            return None
        except _nft_values.NotThere:
            return False

    @staticmethod
    def _has_effect(expressions: list[Rule]) -> bool:
        return any(not _PASSING.issuperset(expression) for expression in expressions if "match" not in expression)

    def _set(self, rule: Rule, content: Mapping[str, Any], packet: Packet, place: Place) -> Packet:
        ((kind, key),) = content["key"].items()
        name = str(key["key"]) if isinstance(key, dict) and "key" in key else ""
        field = {("meta", "mark"): "mark", ("ct", "mark"): "connection_mark"}.get((str(kind), name))
        if field is None:
            if name in _HARMLESS_KEYS:
                return packet
            raise CannotDecide(rule, f"what the rule does to a packet: {rule['text']}")
        return packet.changed(**{field: self._value(rule, content["value"], packet, place)})

    def _value(self, rule: Rule, expression: Any, packet: Packet, place: Place) -> Any:
        try:
            return _nft_values.value(expression, self._named, packet, place)
        except (_nft_values.NotKnown, _nft_values.NotThere):
            raise CannotDecide(rule, f"what value the rule sets: {rule['text']}") from None

    def _looked_up(self, rule: Rule, content: Mapping[str, Any], packet: Packet, place: Place) -> Any:
        try:
            return _nft_values.look_up(content["key"], content["data"], self._named, packet, place)
        except _nft_values.NotKnown:
            raise CannotDecide(rule, f"what the rule looks up: {rule['text']}") from None
        except _nft_values.NotThere:
            return None

    def _translation(self, rule: Rule, kind: str, content: Any, packet: Packet, place: Place) -> Rule:
        """The rule with the target and the option that iptables would have for it."""
        target, option = _TRANSLATING[kind]
        address, port = (content or {}).get("addr"), (content or {}).get("port")
        made = {**rule, "target": target, "options": {}}
        if isinstance(address, dict) or isinstance(port, dict):
            address = self._one(rule, address, packet, place)
            port = self._one(rule, port, packet, place)
        if isinstance(address, tuple):
            address, port = address
        if option == "to_ports":
            made["options"] = {option: str(port)} if port else {}
        elif option:
            shown = f"[{address}]" if address and ":" in address and port else address or ""
            made["options"] = {option: f"{shown}:{port}" if port else shown}
        return made

    def _one(self, rule: Rule, expression: Any, packet: Packet, place: Place) -> Any:
        if not isinstance(expression, dict):
            return expression
        return self._value(rule, expression, packet, place)
