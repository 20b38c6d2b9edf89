# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""A rule of libnftables' JSON (libnftables-json(5)) in the syntax of nft(8), for people."""

from __future__ import annotations

import json
from typing import Any, Callable, Mapping, Sequence

# Names of interfaces are the only strings that nft puts in quotes.
_INTERFACE_KEYS = ("iif", "iifname", "oif", "oifname", "ibrname", "obrname")

_OPERATIONS = ("|", "^", "&", "<<", ">>")


def rule_text(expressions: Sequence[Mapping[str, Any]], comment: str | None = None) -> str:
    """The statements of a rule one after the other; one that is not known here as its JSON."""
    words = [_statement(expression) for expression in expressions]
    if comment is not None:
        words.append(f"comment {_quoted(comment)}")
    return " ".join(words)


def _statement(expression: Mapping[str, Any]) -> str:
    ((kind, content),) = expression.items()
    if content is None:
        return kind
    try:
        return _STATEMENTS[kind](content) if kind in _STATEMENTS else _json(expression)
    except (AttributeError, KeyError, TypeError, ValueError):
        # A form that a later nft has given to it.
        return _json(expression)


def _match(content: Any) -> str:
    left, operator, right = content["left"], content["op"], content["right"]
    # nft leaves out "==", except after a computation.
    if operator == "in" or (operator == "==" and not _is_operation(left)):
        operator = ""
    return " ".join(filter(None, [_value(left), operator, _value(right, _names_interfaces(left))]))


def _mangle(content: Any) -> str:
    return f"{_value(content['key'])} set {_value(content['value'], _names_interfaces(content['key']))}"


def _mapped(word: str) -> Callable[[Any], str]:
    def mapped(content: Any) -> str:
        return f"{_value(content['key'])} {word} {_value(content['data'], _names_interfaces(content['key']))}"

    return mapped


def _counter(content: Any) -> str:
    if isinstance(content, str):
        return f"counter name {_quoted(content)}"
    return f"counter packets {content['packets']} bytes {content['bytes']}"


def _limit(content: Any) -> str:
    if isinstance(content, str):
        return f"limit name {_quoted(content)}"
    over = "over " if content.get("inv") else ""
    unit = content.get("rate_unit", "packets")
    rate = f"{content['rate']}/{content['per']}" if unit == "packets" else f"{content['rate']} {unit}/{content['per']}"
    burst = f" burst {content['burst']} {content.get('burst_unit', 'packets')}" if content.get("burst") else ""
    return f"limit rate {over}{rate}{burst}"


def _log(content: Any) -> str:
    words = ["log"]
    if "prefix" in content:
        words.append(f"prefix {_quoted(content['prefix'])}")
    words += [f"{key} {content[key]}" for key in ("group", "snaplen", "queue-threshold", "level") if key in content]
    if "flags" in content:
        words.append(f"flags {_value(content['flags'])}")
    return " ".join(words)


def _reject(content: Any) -> str:
    return " ".join(["reject with", *(str(content[key]) for key in ("type", "expr") if key in content)])


def _translation(word: str) -> Callable[[Any], str]:
    def translation(content: Any) -> str:
        destination = ""
        if "addr" in content:
            destination = _value(content["addr"])
            if "port" in content and ":" in destination:
                destination = f"[{destination}]"
        if "port" in content:
            destination += f":{_value(content['port'])}"
        words = [word, content.get("family", ""), f"to {destination}" if destination else ""]
        return " ".join(filter(None, [*words, _value(content.get("flags", ""))]))

    return translation


def _changed_set(content: Any) -> str:
    statements = "".join(f" {_statement(each)}" for each in content.get("stmt", []))
    return f"{content['op']} {content['set']} {{ {_value(content['elem'])}{statements} }}"


_STATEMENTS: dict[str, Callable[[Any], str]] = {
    "counter": _counter,
    "dnat": _translation("dnat"),
    "goto": lambda content: f"goto {content['target']}",
    "jump": lambda content: f"jump {content['target']}",
    "limit": _limit,
    "log": _log,
    "mangle": _mangle,
    "masquerade": _translation("masquerade"),
    "match": _match,
    "redirect": _translation("redirect"),
    "reject": _reject,
    "set": _changed_set,
    "snat": _translation("snat"),
    "vmap": _mapped("vmap"),
    "xt": lambda content: f"xt {content['type']} {content['name']}",
}


def _value(value: Any, in_quotes: bool = False) -> str:
    if isinstance(value, bool):
        return "exists" if value else "missing"
    if isinstance(value, str):
        return _quoted(value) if in_quotes and not value.startswith("@") else value
    if isinstance(value, list):
        return ",".join(_value(each, in_quotes) for each in value)
    if not isinstance(value, dict):
        return str(value)
    ((kind, content),) = value.items()
    if kind in _OPERATIONS:
        return f" {kind} ".join(_operand(each) for each in content)
    if kind == "set":
        # A set of one has no brackets.
        elements = content if isinstance(content, list) else [content]
        return f"{{ {', '.join(_element(each, in_quotes) for each in elements)} }}"
    return _VALUES[kind](content) if kind in _VALUES else _statement(value)


def _element(element: Any, in_quotes: bool) -> str:
    # Of a map an element is a pair.
    if isinstance(element, list):
        key, data = element
        return f"{_value(key, in_quotes)} : {_value(data)}"
    return _value(element, in_quotes)


def _operand(value: Any) -> str:
    if isinstance(value, list):
        return f"({' | '.join(map(_value, value))})"
    return f"({_value(value)})" if _is_operation(value) else _value(value)


def _payload(content: Any) -> str:
    if "base" in content:
        return f"@{content['base']},{content['offset']},{content['len']}"
    return f"{content['protocol']} {content['field']}"


def _meta(content: Any) -> str:
    key: str = content["key"]
    return key if key.startswith(("iif", "oif")) else f"meta {key}"


def _connection(content: Any) -> str:
    return " ".join(["ct", *(content[key] for key in ("dir", "key") if key in content)])


def _numbers(content: Any) -> str:
    offset = f" offset {content['offset']}" if content.get("offset") else ""
    return f"numgen {content['mode']} mod {content['mod']}{offset}"


def _with_lifetime(content: Any) -> str:
    words = [_value(content["val"])]
    words += [f"{key} {content[key]}s" for key in ("timeout", "expires") if key in content]
    return " ".join(words)


_VALUES: dict[str, Callable[[Any], str]] = {
    "concat": lambda content: " . ".join(map(_value, content)),
    "ct": _connection,
    "elem": _with_lifetime,
    "exthdr": lambda content: f"exthdr {content['name']} {content.get('field', '')}".strip(),
    "fib": lambda content: f"fib {' . '.join(content['flags'])} {content['result']}",
    "map": _mapped("map"),
    "meta": _meta,
    "numgen": _numbers,
    "payload": _payload,
    "prefix": lambda content: f"{_value(content['addr'])}/{content['len']}",
    "range": lambda content: "-".join(map(_value, content)),
    "socket": lambda content: f"socket {content['key']}",
}


def _is_operation(value: Any) -> bool:
    return isinstance(value, dict) and any(key in _OPERATIONS for key in value)


def _names_interfaces(left: Any) -> bool:
    return isinstance(left, dict) and left.get("meta", {}).get("key") in _INTERFACE_KEYS


def _quoted(text: str) -> str:
    return f'"{text}"'


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
