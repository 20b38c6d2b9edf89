# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Actions and instructions of OpenFlow as ``ovs-ofctl`` prints them (ovs-actions(7))."""

from __future__ import annotations

import re
from typing import Any, Callable

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._openflow_nat import nat
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ovs_text import (
    is_number,
    number,
    scalar,
    split_item,
    split_list,
)

_FIELD = re.compile(r"(?P<field>[A-Za-z]\w*)(?:\[(?:(?P<start>[0-9]+)(?:\.\.(?P<end>[0-9]+))?)?\])?$")
# Numbers above 0xff00 are printed as these.
_RESERVED_PORTS = {"ALL", "ANY", "CONTROLLER", "FLOOD", "IN_PORT", "LOCAL", "NONE", "NORMAL", "TABLE"}
_WITHOUT_ARGUMENT = {
    *("clear_actions", "ct_clear", "dec_mpls_ttl", "dec_nsh_ttl", "dec_ttl", "decap"),
    *("drop", "exit", "pop_queue", "pop_vlan", "strip_vlan"),
}
_OCTETS = {"note", "userdata"}

_Argument = Callable[[str], "dict[str, Any]"]


def parse_actions(text: str, parse: Callable[[str], dict[str, Any]] | None = None) -> list[dict[str, Any]]:
    """The actions of ``text``, the list after ``actions=``; ``parse`` can remember those that were seen before.

    Raises ValueError.
    """
    parts = split_list(text) if "(" in text or '"' in text else text.split(",")
    return [(parse or parse_action)(part) for part in parts]


def parse_action(text: str) -> dict[str, Any]:
    """One action as ``{"action": name, ...}``, with the keys of its arguments.

    * An argument alone (``group:1``, ``mod_vlan_vid:2``) is ``value``.
    * A part of a field is ``{"field", "start", "end"}``, bits counted from 0, without them the whole field.
    * Actions within actions (``clone``, ``write_actions``, ``learn``) are ``actions``, those of ``ct`` ``exec``.

    Raises ValueError for what is no action.
    """
    if is_number(text) or text[:1] == '"' or text in _RESERVED_PORTS:
        return {"action": "output", "port": scalar(text)}
    name, assigned, inside, target = split_item(text)
    name = name.lower()
    if name in _WITHOUT_ARGUMENT and not assigned and not inside:
        return {"action": name}
    argument = assigned if inside is None else inside
    if target is not None:
        argument = f"{argument}->{target}"
    if argument is None or name not in _ARGUMENTS:
        raise ValueError(f"{text} is not a known action")
    return {"action": name, **_ARGUMENTS[name](argument)}


def parse_field(text: str) -> dict[str, Any]:
    """``{"field", "start", "end"}``, as in ``NXM_NX_REG13[0..15]``. Raises ValueError."""
    found = _FIELD.match(text)
    if not found:
        raise ValueError(f"{text} is not a field")
    field: dict[str, Any] = {"field": found["field"]}
    if found["start"]:
        field.update(start=int(found["start"]), end=int(found["end"] or found["start"]))
    return field


def _value(text: str) -> dict[str, Any]:
    if not text:
        raise ValueError("an argument is missing")
    return {"value": scalar(text)}


def _text(text: str) -> dict[str, Any]:
    return {"value": text}


def _source_and_destination(text: str) -> tuple[str, dict[str, Any]]:
    source, arrow, destination = text.partition("->")
    if not source or not arrow:
        raise ValueError(f"expected source->field, not {text}")
    return source, parse_field(destination)


def _set_field(text: str) -> dict[str, Any]:
    value, destination = _source_and_destination(text)
    return {"value": scalar(value), "dst": destination}


def _load(text: str) -> dict[str, Any]:
    source, destination = _source_and_destination(text)
    if is_number(source):
        return {"value": number(source), "dst": destination}
    return {"src": parse_field(source), "dst": destination}


def _move(text: str) -> dict[str, Any]:
    source, destination = _source_and_destination(text)
    return {"src": parse_field(source), "dst": destination}


def _check_pkt_larger(text: str) -> dict[str, Any]:
    length, destination = _source_and_destination(text)
    return {"pkt_len": number(length), "dst": destination}


def _number_or_field(text: str) -> Any:
    return number(text) if is_number(text) else parse_field(text)


def _positions(separators: str, *names: tuple[str, Callable[[str], Any]]) -> _Argument:
    """Arguments that their place gives a meaning; an empty one is left out."""
    separator = re.compile(separators)

    def parse(text: str) -> dict[str, Any]:
        parts = separator.split(text)
        if len(parts) > len(names):
            raise ValueError(f"expected at most {len(names)} arguments in {text}")
        return {name: read(part) for (name, read), part in zip(names, parts) if part}

    return parse


def _settings(special: dict[str, Callable[[str | None], Any]] | None = None) -> _Argument:
    """Arguments that have a name; one without a value is true."""

    def parse(text: str) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for part in split_list(text):
            name, assigned, inside, _target = split_item(part)
            argument = assigned if inside is None else inside
            if special and name in special:
                result[name] = special[name](argument)
            elif argument is None:
                result[name] = True
            else:
                result[name] = argument if name in _OCTETS else scalar(argument)
        return result

    return parse


def _output(text: str) -> dict[str, Any]:
    if not text:
        raise ValueError("the port is missing")
    return _settings()(text) if "=" in text else {"port": scalar(text)}


def _controller(text: str) -> dict[str, Any]:
    return {"max_len": number(text)} if is_number(text) else _settings()(text)


def _nested(text: str | None) -> dict[str, Any]:
    return {"actions": parse_actions(text) if text else []}


def _bundle(text: str) -> dict[str, Any]:
    head, found, members = re.sub(r"\bslaves:", "members:", text).partition("members:")
    if not found:
        raise ValueError(f"expected members in {text}")
    names = ("fields", "basis", "algorithm", "type", "dst")
    settings = {name: scalar(part) for name, part in zip(names, head.rstrip(",").split(","))}
    del settings["type"]
    return {**settings, "members": [scalar(port) for port in members.split(",") if port]}


def _encap(text: str) -> dict[str, Any]:
    name, _assigned, inside, _target = split_item(text)
    return {"header": name} if inside is None else {"header": name, "props": _settings()(inside)}


def _learn(text: str) -> dict[str, Any]:
    """Settings of the flow to be made, its ``match`` as ``{"dst", "src" or "value"}`` and its ``actions``."""
    result: dict[str, Any] = {"match": [], "actions": []}
    for part in split_list(text):
        name, assigned, _inside, _target = split_item(part)
        if name in _ARGUMENTS:
            result["actions"].append(parse_action(part))
        elif name == "result_dst":
            result[name] = parse_field(assigned or "")
        elif name in _LEARN_SETTINGS:
            result[name] = True if assigned is None else scalar(assigned)
        else:
            destination, _equal, source = part.partition("=")
            if source and not _FIELD.match(source):
                entry: dict[str, Any] = {"dst": parse_field(destination), "value": scalar(source)}
            else:
                entry = {"dst": parse_field(destination), "src": parse_field(source or destination)}
            result["match"].append(entry)
    return result


_LEARN_SETTINGS = {
    *("idle_timeout", "hard_timeout", "fin_idle_timeout", "fin_hard_timeout", "delete_learned", "limit"),
    *("cookie", "priority", "send_flow_rem", "table"),
}
_WITH_A_VALUE = {
    *("goto_table", "group", "meter", "write_metadata", "set_queue", "set_tunnel", "set_tunnel64"),
    *("mod_dl_dst", "mod_dl_src", "mod_nw_dst", "mod_nw_ecn", "mod_nw_src", "mod_nw_tos", "mod_nw_ttl"),
    *("mod_tp_dst", "mod_tp_src", "mod_vlan_pcp", "mod_vlan_vid", "set_vlan_pcp", "set_vlan_vid", "push_vlan"),
    *("pop_mpls", "push_mpls", "set_mpls_label", "set_mpls_tc", "set_mpls_ttl"),
}
_ARGUMENTS: dict[str, _Argument] = {
    "bundle": _bundle,
    "bundle_load": _bundle,
    "check_pkt_larger": _check_pkt_larger,
    "clone": _nested,
    "conjunction": _positions("[,/]", ("id", number), ("k", number), ("n", number)),
    "controller": _controller,
    "ct": _settings(
        {
            "exec": lambda text: parse_actions(text or ""),
            "nat": nat,
            "zone": lambda text: _number_or_field(text or ""),
        }
    ),
    "dec_ttl": lambda text: {"value": [number(part) for part in text.split(",")]},
    "delete_field": parse_field,
    "encap": _encap,
    "enqueue": _positions("[,:]", ("port", scalar), ("queue", number)),
    "fin_timeout": _settings(),
    "learn": _learn,
    "load": _load,
    "move": _move,
    "multipath": _positions(
        ",",
        ("fields", scalar),
        ("basis", number),
        ("algorithm", scalar),
        ("n_links", number),
        ("arg", number),
        ("dst", parse_field),
    ),
    "note": _text,
    "output": _output,
    "pop": parse_field,
    "push": parse_field,
    "resubmit": _positions(",", ("port", scalar), ("table", scalar), ("ct", lambda _text: True)),
    "sample": _settings(
        {name: lambda text: _number_or_field(text or "") for name in ("obs_domain_id", "obs_point_id")}
    ),
    "set_field": _set_field,
    "write_actions": _nested,
    **dict.fromkeys(_WITH_A_VALUE, _value),
}
