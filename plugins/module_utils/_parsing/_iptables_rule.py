# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""One netfilter rule as data, from the arguments iptables prints for it."""

from __future__ import annotations

import ipaddress
import re
import shlex
from collections import deque
from typing import Any

ALL_BITS = 0xFFFFFFFF

# What one rule can say once, with or without "!" in front.
_FIELDS = {
    "-s": "source",
    "--source": "source",
    "--src": "source",
    "-d": "destination",
    "--destination": "destination",
    "--dst": "destination",
    "-p": "protocol",
    "--protocol": "protocol",
    "-i": "in_interface",
    "--in-interface": "in_interface",
    "-o": "out_interface",
    "--out-interface": "out_interface",
}

# Free text may begin with a dash, so these always take the next word, whatever it looks like.
_FREE_TEXT = frozenset(["comment", "log_prefix", "nflog_prefix", "string", "hex_string", "u32"])

# The IANA numbers that iptables 1.8.9 prints in place of the name.
_PROTOCOLS = {
    "0": None,
    "all": None,
    "1": "icmp",
    "4": "ipencap",
    "6": "tcp",
    "17": "udp",
    "47": "gre",
    "50": "esp",
    "51": "ah",
    "58": "ipv6-icmp",
    "112": "vrrp",
    "132": "sctp",
}

_MARK_OPERATIONS = {"set_xmark": "xset", "set_mark": "set", "and_mark": "and", "or_mark": "or", "xor_mark": "xor"}

# A target without this option is a line that was cut.
_NEEDED_OPTION = {"DNAT": "to_destination", "SNAT": "to_source", "MARK": "mark"}

_NEGATIVE_NUMBER = re.compile(r"-\d")


def new_rule(text: str) -> dict[str, Any]:
    """A rule that matches everything and does nothing; ``text`` is how the tool printed it."""
    return {
        "text": text,
        "source": None,
        "destination": None,
        "protocol": None,
        "in_interface": None,
        "out_interface": None,
        "negated": [],
        "matches": [],
        "target": None,
        "goto": False,
        "options": {},
        "packets": None,
        "bytes": None,
    }


def set_field(rule: dict[str, Any], field: str, printed: str, negated: bool) -> None:
    """Sets one of the five keys that ``negated`` can name; "any" in all its spellings becomes null."""
    if field == "protocol":
        rule[field] = _PROTOCOLS.get(printed, printed)
    elif field in ("source", "destination"):
        rule[field] = _network(printed)
    else:
        rule[field] = None if printed in ("*", "any") else printed
    if negated:
        rule["negated"].append(field)


def _network(printed: str) -> str | None:
    if printed in ("anywhere", "0.0.0.0/0", "::/0"):
        return None
    try:
        return f"{printed}/{ipaddress.ip_address(printed).max_prefixlen}"
    except ValueError:
        return printed  # a network already, or a host name in a listing without -n


def is_protocol(word: str) -> bool:
    """Whether a word is one of the protocols that iptables prints, by name or by number."""
    return word in _PROTOCOLS or word in _PROTOCOLS.values()


def check_complete(rule: dict[str, Any]) -> None:
    """Raises ValueError when the target lacks the option without which it means nothing."""
    needed = _NEEDED_OPTION.get(rule["target"])
    if needed and needed not in rule["options"]:
        raise ValueError(f"{rule['target']} without its {needed.replace('_', ' ')}")


def xmark(operation: str, value: int, mask: int = ALL_BITS) -> dict[str, int]:
    """Options of the MARK target: new mark = (old mark and not ``mask``) exclusive or ``mark``.

    Every spelling of the target is this one operation, see ``extensions/libxt_MARK.c`` of iptables.
    """
    if operation == "set":
        return {"mark": value, "mask": mask | value}
    if operation == "and":
        return {"mark": 0, "mask": ~value & ALL_BITS}
    if operation == "or":
        return {"mark": value, "mask": value}
    if operation == "xor":
        return {"mark": value, "mask": 0}
    return {"mark": value, "mask": mask}


def rule_from_arguments(text: str) -> tuple[str, dict[str, Any]]:
    """Reads ``-A CHAIN ...`` as iptables-save and ``iptables -S`` print it.

    Returns the chain and the rule of docs/state.md; ``packets`` and ``bytes`` are null unless ``-c`` gives them.
    Raises ValueError with one clause when the line cannot be understood as a whole.
    """
    if "[unsupported revision]" in text:
        raise ValueError("this iptables is too old to show the rule")
    words = deque(shlex.split(text))
    if len(words) < 2 or words.popleft() != "-A":
        raise ValueError("expected -A and the name of a chain")
    chain = words.popleft()
    rule = new_rule(text)
    while words:
        _read_argument(rule, words)
    if rule["target"] == "MARK":
        rule["options"] = _mark_options(rule["options"])
    check_complete(rule)
    return chain, rule


def _read_argument(rule: dict[str, Any], words: deque[str]) -> None:
    word = words.popleft()
    negated = word == "!"
    if negated:
        word = _value(words, word)
    if word in _FIELDS:
        value = _value(words, word)
        if value == "!":  # the form before iptables 1.4.3: -d ! 10.0.0.1
            negated, value = True, _value(words, word)
        set_field(rule, _FIELDS[word], value, negated)
    elif word in ("-m", "--match"):
        rule["matches"].append({"module": _value(words, word)})
    elif word in ("-j", "--jump", "-g", "--goto"):
        rule["target"] = _value(words, word)
        rule["goto"] = word in ("-g", "--goto")
    elif word in ("-c", "--set-counters"):
        rule["packets"], rule["bytes"] = int(_value(words, word)), int(_value(words, word))
    elif word == "-f":
        rule["matches"].append({"module": "fragment", **({"not": ["fragment"]} if negated else {}), "fragment": True})
    elif word.startswith("--"):
        _read_option(rule, word[2:].replace("-", "_"), words, negated)
    else:
        raise ValueError(f"unexpected {word!r}")


def _read_option(rule: dict[str, Any], name: str, words: deque[str], negated: bool) -> None:
    values = []
    if name in _FREE_TEXT:
        values.append(_value(words, name))
    elif len(words) > 1 and words[0] == "!" and not words[1].startswith("-"):
        words.popleft()
        negated = True
    while words and name not in _FREE_TEXT and not _begins_argument(words[0]):
        values.append(words.popleft())

    holder = rule["options"] if rule["target"] else _current_match(rule, name)
    holder[name] = " ".join(values) if values else True
    if negated:
        holder.setdefault("not", []).append(name)


def _current_match(rule: dict[str, Any], option: str) -> dict[str, Any]:
    """The match an option belongs to; ``-p tcp`` implies the match "tcp"."""
    if not rule["matches"]:
        if rule["protocol"] is None:
            raise ValueError(f"--{option} belongs to no match and no target")
        rule["matches"].append({"module": rule["protocol"]})
    match: dict[str, Any] = rule["matches"][-1]
    return match


def _begins_argument(word: str) -> bool:
    return word == "!" or (word.startswith("-") and not _NEGATIVE_NUMBER.match(word))


def _value(words: deque[str], argument: str) -> str:
    if not words:
        raise ValueError(f"{argument} has no value")
    return words.popleft()


def _mark_options(options: dict[str, Any]) -> dict[str, int]:
    for operation in _MARK_OPERATIONS:
        if operation in options:
            value, _slash, mask = str(options[operation]).partition("/")
            return xmark(_MARK_OPERATIONS[operation], int(value, 0), int(mask, 0) if mask else ALL_BITS)
    return {}
