# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Output of ``iptables -L``, with or without ``-n``, ``-v`` and ``--line-numbers``.

A listing is made for people: it leaves things out and has no grammar of its own. What is not recognised is kept as a
match without a module, ``{"module": null, "text": ...}``, so that a rule never looks wider than it is.
"""

from __future__ import annotations

import re
from collections import deque
from typing import Any, Callable, Dict

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._iptables_rule import (
    check_complete,
    is_protocol,
    new_rule,
    set_field,
    xmark,
)

_CHAIN = re.compile(
    r"Chain (?P<name>\S+) \((?:\d+ references"
    r"|policy (?P<policy>\S+)(?: (?P<packets>\d+[KMGTP]?) packets, (?P<bytes>\d+[KMGTP]?) bytes)?)\)$"
)
_COLUMNS = {
    "target prot opt source destination": False,
    "pkts bytes target prot opt in out source destination": True,
}
_OPTS = ("--", "-f", "!f")
_MULTIPLIERS = {"K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15}

Found = Callable[[Dict[str, Any], "re.Match[str]"], None]


def parse_listing(text: str, command: str = "iptables -L") -> dict[str, Any]:
    """Chains of one table: ``{chain: {"policy", "packets", "bytes", "rules": [rule]}}``.

    ``text`` of a rule is its line. Unlike in iptables-save: without ``-v`` interfaces and counters are not shown and
    stay null; without ``-n`` names stand for addresses (``localhost``) and ports (``webcache``); counters of six
    digits and more are rounded to K, M or G. Raises ParseError when a chain, its header or a column is missing.
    """
    chains: dict[str, Any] = {}
    rules: list[dict[str, Any]] | None = None
    verbose = numbered = None
    for number, line in enumerate(text.splitlines(), start=1):
        words = deque(line.split())
        chain = _CHAIN.match(" ".join(words))
        if not words or line.startswith("#"):
            continue
        if chain:
            rules, verbose = [], None
            chains[chain["name"]] = {
                "policy": chain["policy"],
                "packets": _counter(chain["packets"]),
                "bytes": _counter(chain["bytes"]),
                "rules": rules,
            }
        elif rules is None:
            raise ParseError(command, number, line, "expected a line with Chain and its name")
        elif verbose is None:
            numbered = words[0] == "num"
            verbose = _COLUMNS.get(" ".join(words)[4 * numbered :])
            if verbose is None:
                raise ParseError(command, number, line, "expected the names of the columns")
        else:
            try:
                if numbered:
                    words.popleft()
                rules.append(_rule(line.strip(), words, verbose))
            except IndexError:
                raise ParseError(command, number, line, "expected a rule in the columns above it") from None
            except ValueError as error:
                raise ParseError(command, number, line, str(error)) from None
    if not chains or verbose is None:
        raise ParseError(command, 0, "", "it ends before the columns of a chain")
    return chains


def _rule(text: str, words: deque[str], verbose: bool) -> dict[str, Any]:
    rule = new_rule(text)
    if verbose:
        rule["packets"], rule["bytes"] = _counter(words.popleft()), _counter(words.popleft())
    # The target's column is empty when a rule only counts; ip6tables before 1.8.9 leaves that of "opt" empty.
    if words[1] not in _OPTS and not is_protocol(words[0].lstrip("!")):
        rule["target"] = words.popleft()
    _set_field(rule, "protocol", words.popleft())
    if words[0] in _OPTS and words.popleft() != "--":
        rule["matches"].append({"module": "fragment", "fragment": True})
    if verbose:
        _set_field(rule, "in_interface", words.popleft())
        _set_field(rule, "out_interface", words.popleft())
    _set_field(rule, "source", words.popleft())
    _set_field(rule, "destination", words.popleft())
    _read_extensions(rule, " ".join(words))
    check_complete(rule)
    return rule


def _set_field(rule: dict[str, Any], field: str, printed: str) -> None:
    set_field(rule, field, printed.lstrip("!"), printed.startswith("!"))


def _counter(printed: str | None) -> int | None:
    if printed is None:
        return None
    return int(printed[:-1]) * _MULTIPLIERS[printed[-1]] if printed[-1] in _MULTIPLIERS else int(printed)


def _read_extensions(rule: dict[str, Any], rest: str) -> None:
    unread = []
    while rest:
        for pattern, found in _EXTENSIONS.get(rule["target"], []) + _MATCHES:
            match = pattern.match(rest)
            if match:
                found(rule, match)
                break
        else:
            match = _WORD.match(rest)
            unread.append(match[0] if match else rest)
        rest = rest[match.end() if match else len(rest) :].lstrip()
    if unread:
        rule["matches"].append({"module": None, "text": " ".join(unread)})


_WORD = re.compile(r"\S+")
_END = r"(?= |$)"


def _matches(module: str) -> Found:
    """Adds a match; named groups are its options, the group "no" stands for a negation of the first one."""

    def add(rule: dict[str, Any], found: re.Match[str]) -> None:
        options = {name: value for name, value in found.groupdict().items() if value is not None and name != "no"}
        match: dict[str, Any] = {"module": module, **options}
        if module == "ipvs":
            match["ipvs"] = True
        if found.groupdict().get("no"):
            match["not"] = [list(match)[1]]
        rule["matches"].append(match)

    return add


def _protocol_match(rule: dict[str, Any], found: re.Match[str]) -> None:
    rule["matches"].append({"module": found[1]})


def _port(rule: dict[str, Any], found: re.Match[str]) -> None:
    if not rule["matches"]:  # nft's listing shows "dpt:80" without the protocol before it
        rule["matches"].append({"module": rule["protocol"]})
    option = {"s": "sport", "d": "dport"}[found["side"]]
    rule["matches"][-1][option] = found["port"]
    if found["no"]:
        rule["matches"][-1].setdefault("not", []).append(option)


def _goto(rule: dict[str, Any], found: re.Match[str]) -> None:
    rule["goto"] = True


def _mark(rule: dict[str, Any], found: re.Match[str]) -> None:
    mask = {"mask": int(found["mask"], 16)} if found["mask"] else {}
    rule["options"] = xmark(found["operation"], int(found["mark"], 16), **mask)


def _options(rule: dict[str, Any], found: re.Match[str]) -> None:
    rule["options"].update((name, value) for name, value in found.groupdict().items() if value is not None)


def _flag(rule: dict[str, Any], found: re.Match[str]) -> None:
    rule["options"][found[0].replace("-", "_")] = True


# The print functions of iptables' extensions/, one line for each thing they say.
_MATCHES: list[tuple[re.Pattern[str], Found]] = [
    (re.compile(r"\[goto\]" + _END), _goto),
    (re.compile(r"/\* (?P<comment>.*?) \*/" + _END), _matches("comment")),
    (re.compile(r"(tcp|udp|sctp|dccp)" + _END), _protocol_match),
    (re.compile(r"(?P<side>[sd])pts?:(?P<no>!?)(?P<port>\S+)"), _port),
    (re.compile(r"ADDRTYPE match src-type (?P<no>!?)(?P<src_type>\S+)"), _matches("addrtype")),
    (re.compile(r"ADDRTYPE match dst-type (?P<no>!?)(?P<dst_type>\S+)"), _matches("addrtype")),
    (re.compile(r"(?P<no>! )?ctstate (?P<ctstate>\S+)"), _matches("conntrack")),
    (re.compile(r"(?P<no>! )?state (?P<state>\S+)"), _matches("state")),
    (re.compile(r"(?P<no>! )?ipvs" + _END), _matches("ipvs")),
    (re.compile(r"multiport dports (?P<no>! ?)?(?P<dports>\S+)"), _matches("multiport")),
    (re.compile(r"multiport sports (?P<no>! ?)?(?P<sports>\S+)"), _matches("multiport")),
    (re.compile(r"multiport ports (?P<no>! ?)?(?P<ports>\S+)"), _matches("multiport")),
    (re.compile(r"icmp(?:type)? (?P<icmp_type>\S+)"), _matches("icmp")),
    (re.compile(r"connmark match +(?P<no>! ?)?(?P<mark>0x\S+)"), _matches("connmark")),
    (re.compile(r"mark match (?P<no>! ?)?(?P<mark>0x\S+)"), _matches("mark")),
    (re.compile(r"(?P<no>! )?match-set (?P<match_set>\S+ \S+)"), _matches("set")),
    (re.compile(r"policy match dir (?P<dir>\S+) pol (?P<pol>\S+)"), _matches("policy")),
    (re.compile(r'u32 "(?P<u32>[^"]*)"'), _matches("u32")),
]

_MARK = (
    re.compile(r"MARK (?P<operation>set|xset|and|or|xor) (?P<mark>0x[0-9a-f]+)(?:/(?P<mask>0x[0-9a-f]+))?"),
    _mark,
)
_NAT_FLAG = (re.compile(r"(random-fully|random|persistent)" + _END), _flag)

_EXTENSIONS: dict[str | None, list[tuple[re.Pattern[str], Found]]] = {
    "MARK": [_MARK],
    "DNAT": [(re.compile(r"to:(?P<to_destination>\S+)"), _options), _NAT_FLAG],
    "SNAT": [(re.compile(r"to:(?P<to_source>\S+)"), _options), _NAT_FLAG],
    "REDIRECT": [(re.compile(r"redir ports (?P<to_ports>\S+)"), _options), _NAT_FLAG],
    "MASQUERADE": [(re.compile(r"masq ports: (?P<to_ports>\S+)"), _options), _NAT_FLAG],
    "REJECT": [(re.compile(r"reject-with (?P<reject_with>\S+)"), _options)],
    "LOG": [
        (re.compile(r"LOG flags \d+ level (?P<log_level>\S+)"), _options),
        (re.compile(r'prefix "(?P<log_prefix>[^"]*)"'), _options),
    ],
}
