# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Output of iptables-save and ``iptables -S`` (legacy and nft backends, IPv4 and IPv6)."""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._iptables_rule import rule_from_arguments

_CHAIN = re.compile(r":(?P<name>\S+) (?P<policy>\S+)(?: \[(?P<packets>\d+):(?P<bytes>\d+)\])?$")
_COUNTERS = re.compile(r"\[(?P<packets>\d+):(?P<bytes>\d+)\] ")
_POLICY = re.compile(r"-P (?P<name>\S+) (?P<policy>\S+)(?: -c (?P<packets>\d+) (?P<bytes>\d+))?$")
_NEW_CHAIN = re.compile(r"-N (?P<name>\S+)$")


def parse_save(text: str, command: str = "iptables-save") -> dict[str, Any]:
    """Tables of iptables-save, with or without ``-c``.

    Returns ``{table: {"chains": {chain: {"policy", "packets", "bytes", "rules": [rule]}}}}`` with the rules of
    docs/state.md. Counters that were not printed are null. No output is no tables: a kernel nobody has given a rule.
    Raises ParseError for a table without COMMIT and for every line that is not understood as a whole.
    """
    tables: dict[str, Any] = {}
    chains: dict[str, Any] | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        line = line.rstrip()
        if line.startswith("#"):
            # "# Table `nat' is incompatible, use 'nft' tool." stands where the table should be.
            if "incompatible" in line:
                raise ParseError(command, number, line, "the table was written by nft and cannot be shown")
        elif line.startswith("*"):
            if chains is not None:
                raise ParseError(command, number, line, "the table before it has no COMMIT")
            if line[1:] in tables:
                raise ParseError(command, number, line, "the table is there twice")
            chains = {}
            tables[line[1:]] = {"chains": chains}
        elif line:
            if chains is None:
                raise ParseError(command, number, line, "expected a line with * and the name of a table")
            if line == "COMMIT":
                chains = None
            elif line.startswith(":"):
                _add_chain(chains, _CHAIN.match(line), command, number, line)
            else:
                _add_rule(chains, command, number, line)
    if chains is not None:
        raise ParseError(command, 0, "", "it ends without COMMIT")
    return tables


def parse_rules(text: str, command: str = "iptables -S") -> dict[str, Any]:
    """Chains of one table as ``iptables -t TABLE -S`` prints them, with or without ``-v``.

    Returns ``{chain: {"policy", "packets", "bytes", "rules": [rule]}}``; counters that were not printed are null.
    Raises ParseError for no output at all and for every line that is not understood as a whole.
    """
    chains: dict[str, Any] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        line = line.rstrip()
        if line.startswith("#") or not line:
            continue
        if line.startswith(("-P ", "-N ")):
            _add_chain(chains, _POLICY.match(line) or _NEW_CHAIN.match(line), command, number, line)
        else:
            _add_rule(chains, command, number, line)
    if not chains:
        raise ParseError(command, 0, "", "it is empty")
    return chains


def _add_chain(chains: dict[str, Any], found: re.Match[str] | None, command: str, number: int, line: str) -> None:
    if found is None:
        raise ParseError(command, number, line, "expected a chain, its policy and its counters")
    chain = found.groupdict()
    chains[chain["name"]] = {
        "policy": None if chain.get("policy") == "-" else chain.get("policy"),
        "packets": _number(chain.get("packets")),
        "bytes": _number(chain.get("bytes")),
        "rules": [],
    }


def _add_rule(chains: dict[str, Any], command: str, number: int, line: str) -> None:
    counters = _COUNTERS.match(line)
    try:
        chain, rule = rule_from_arguments(line[counters.end() :] if counters else line)
    except ValueError as error:
        raise ParseError(command, number, line, str(error)) from None
    if chain not in chains:
        raise ParseError(command, number, line, f"chain {chain} was not declared before its rule")
    if counters:
        rule["packets"], rule["bytes"] = int(counters["packets"]), int(counters["bytes"])
    chains[chain]["rules"].append(rule)


def _number(digits: str | None) -> int | None:
    return None if digits is None else int(digits)
