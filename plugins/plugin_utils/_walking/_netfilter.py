# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Netfilter's base chains at one hook, in the kernel's order, and what the rules of iptables do to a packet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import Unknown, read
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking import _nft, _rules, _translation
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._chains import BaseChain, CannotDecide, Verdict
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._hop import Note, Place
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._packet import Packet
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._world import Namespace

Rule = dict[str, Any]

# Tables and their priorities, of include/uapi/linux/netfilter_ipv4.h; nat has one for each kind of translation.
_TABLES = {"raw": -300, "mangle": -150, "nat": -100, "filter": 0, "security": 50}
SOURCE_TRANSLATION = 100
_HOOKS = {
    "PREROUTING": ("raw", "mangle", "nat"),
    "INPUT": ("mangle", "filter", "security", "nat"),
    "FORWARD": ("mangle", "filter", "security"),
    "OUTPUT": ("raw", "mangle", "nat", "filter", "security"),
    "POSTROUTING": ("mangle", "nat"),
}
_KEYS = {"ipv4": "tables", "ipv6": "tables_ipv6"}

# Targets that leave the packet as it is and go on with the next rule.
PASSING = frozenset(
    [None, "AUDIT", "CHECKSUM", "CLASSIFY", "CT", "LED", "LOG", "NFLOG", "SET", "TCPMSS", "TRACE", "ULOG"]
)


class CompiledRule(NamedTuple):
    checks: tuple[_rules.Check, ...]
    target: str | None
    rule: Rule


class Program:
    """All chains of one iptables table."""

    def __init__(self, chains: Mapping[str, Any]) -> None:
        self.chains = {
            name: [CompiledRule(_rules.compile_rule(rule), rule["target"], rule) for rule in chain["rules"]]
            for name, chain in chains.items()
        }

    def run(
        self, chain: str, packet: Packet, place: Place, changes: list[tuple[Rule, Packet]]
    ) -> tuple[Verdict | None, Packet]:
        """The verdict of a chain, null when it ends or returns, and the packet then.

        Rules that change the packet on the way are added to ``changes``. Raises CannotDecide.
        """
        for checks, target, rule in self.chains[chain]:
            verdict = _rules.matches(checks, packet, place)
            if verdict is False or (target in PASSING and "notrack" not in rule["options"]):
                continue
            if verdict is None:
                raise CannotDecide(rule, f"whether the rule matches: {rule['text']}")
            if target in _MARKING:
                marked = _MARKING[target](packet, rule["options"])
                if marked != packet:
                    packet = marked
                    changes.append((rule, packet))
            elif target == "RETURN":
                return None, packet
            elif target in _FINAL:
                return Verdict(_FINAL[target], rule), packet
            elif target in self.chains:
                decision, packet = self.run(target, packet, place, changes)
                if decision or rule["goto"]:
                    return decision, packet
            else:
                raise CannotDecide(rule, f"what the target {target} does to a packet: {rule['text']}")
        return None, packet


def _set_mark(packet: Packet, options: Mapping[str, Any]) -> Packet:
    """``extensions/libxt_MARK.c``: clear the mask's bits, then exclusive or."""
    return packet.changed(mark=(packet.mark & ~options["mask"]) ^ options["mark"])


def _connection_mark(packet: Packet, options: Mapping[str, Any]) -> Packet:
    """``extensions/libxt_CONNMARK.c``: between the packet's mark and the connection's, or from outside."""
    whole = f"{_rules.ALL_BITS:#x}"
    of_packet, of_connection = (
        int(str(options.get(name, options.get("mask", whole))), 0) for name in ("nfmask", "ctmask")
    )
    if "restore_mark" in options:
        return packet.changed(mark=(packet.mark & ~of_packet) ^ (packet.connection_mark & of_connection))
    if "save_mark" in options:
        return packet.changed(connection_mark=(packet.connection_mark & ~of_connection) ^ (packet.mark & of_packet))
    value, mask = _rules.value_and_mask(options.get("set_xmark", options.get("set_mark", "0/0")))
    return packet.changed(connection_mark=(packet.connection_mark & ~mask) ^ value)


_MARKING = {"MARK": _set_mark, "CONNMARK": _connection_mark}
_FINAL = {
    "ACCEPT": "accept",
    "DROP": "drop",
    "REJECT": "reject",
    **dict.fromkeys(_translation.TARGETS, "translate"),
}


def base_chains(namespace: Namespace, family: str, hook: str) -> list[BaseChain]:
    """Chains that can do something at a hook ("PREROUTING" and so on), in the order in which the kernel asks them.

    Raises Unknown when they could not be read.
    """
    known = namespace.base_chains
    if (family, hook) not in known:
        known[family, hook] = _read_chains(read(namespace.content, "netfilter"), family, hook)
    return known[family, hook]


def _read_chains(netfilter: Mapping[str, Any], family: str, hook: str) -> list[BaseChain]:
    found = _nft.base_chains(netfilter, family, hook)
    tables = netfilter[_KEYS[family]] if netfilter.get("backend") == "none" else read(netfilter, _KEYS[family])
    for table in _HOOKS[hook]:
        chains = (tables or {}).get(table, {}).get("chains", {})
        chain = chains.get(hook)
        if chain and (chain["rules"] or chain["policy"] == "DROP"):
            priority = SOURCE_TRANSLATION if table == "nat" and hook in ("INPUT", "POSTROUTING") else _TABLES[table]
            mechanism = "filter" if table == "security" else table
            policy = "drop" if chain["policy"] == "DROP" else "accept"
            title = f"iptables {table} {hook}"
            found.append(BaseChain(priority, title, mechanism, table == "nat", policy, Program(chains), hook))
    return sorted(found, key=lambda chain: chain.priority)


def pass_hook(
    hook: str, packet: Packet, place: Place, first: int | None = None, last: int | None = None
) -> tuple[list[tuple[Note, Packet]], Packet, Place | None]:
    """What the chains of a hook do: notes, the packet and the place then, which is null where the packet ends.

    Only chains of a priority from ``first`` up to before ``last`` are asked.
    """
    notes: list[tuple[Note, Packet]] = []
    try:
        chains = base_chains(place.namespace, packet.family, hook)
    except Unknown as reason:
        text = f"cannot decide: the netfilter rules of {place.namespace.where} are unknown: {reason}"
        return [(Note("filter", text, verdict="undecided"), packet)], packet, None
    decided, priority = _DECIDED.get(hook, (None, 0))
    if (first is not None and priority < first) or (last is not None and priority >= last):
        decided = None
    for chain in chains:
        if (first is not None and chain.priority < first) or (last is not None and chain.priority >= last):
            continue
        if chain.translates and decided and getattr(place, decided):
            continue
        changes: list[tuple[Rule, Packet]] = []
        try:
            verdict, after = chain.program.run(chain.name, packet, place, changes)
            for rule, changed in changes:
                notes.append(_marked(chain, rule, changed, packet))
                packet = changed
            packet = after
            if verdict is None:
                verdict = Verdict(chain.policy, None)
            if verdict.word == "translate" and verdict.rule is not None:
                packet = _translation.translated(verdict.rule, packet, place, hook)
                text = _translation.describe(verdict.rule, packet)
                notes.append((Note(chain.mechanism, text, source=chain.title, row=verdict.rule), packet))
                place = _settled(place, decided)
        except (CannotDecide, _translation.NotTranslatable) as problem:
            text = f"cannot decide: {problem}"
            note = Note(chain.mechanism, text, source=chain.title, row=problem.rule, verdict="undecided")
            return [*notes, (note, packet)], packet, None
        if verdict.word in ("drop", "reject"):
            notes.append((_stopped(chain, verdict), packet))
            return notes, packet, None
    return notes, packet, _settled(place, decided)


# Which half of a connection's translation each hook settles, and where in the hook (net/netfilter/nf_nat_core.c).
_DECIDED = {
    "PREROUTING": ("destination_decided", _TABLES["nat"]),
    "OUTPUT": ("destination_decided", _TABLES["nat"]),
    "INPUT": ("source_decided", SOURCE_TRANSLATION),
    "POSTROUTING": ("source_decided", SOURCE_TRANSLATION),
}


def _settled(place: Place, decided: str | None) -> Place:
    if decided is None or getattr(place, decided):
        return place
    return place._replace(**{decided: True})  # type: ignore[arg-type]


def _marked(chain: BaseChain, rule: Rule, packet: Packet, before: Packet) -> tuple[Note, Packet]:
    text = f"gets the mark {packet.mark:#x}"
    if packet.mark == before.mark:
        text = f"its connection gets the mark {packet.connection_mark:#x}"
    return Note(chain.mechanism, text, source=chain.title, row=rule), packet


def _stopped(chain: BaseChain, verdict: Verdict) -> Note:
    word = "rejected" if verdict.word == "reject" else "dropped"
    by = verdict.rule["text"] if verdict.rule else f"the policy of {chain.title}"
    return Note(chain.mechanism, f"{word} by {by}", source=chain.title, row=verdict.rule, verdict="dropped")
