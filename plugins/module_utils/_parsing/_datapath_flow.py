# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Flows and actions of the datapath: ``dpctl/dump-flows`` and "Datapath actions" (lib/odp-util.c of Open vSwitch)."""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._openflow_nat import nat
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ovs_text import scalar, split_item, split_list

_THREAD = re.compile(r"flow-dump from (?P<thread>.+):$")
_FLOW = re.compile(
    r"(?:ufid:(?P<ufid>[0-9a-f-]+), )?(?P<match>[a-z]\S*), packets:(?P<packets>[0-9]+), bytes:(?P<bytes>[0-9]+), "
    r"used:(?P<used>never|[0-9.]+s)(?P<others>(?:, (?:flags|dp|offloaded):[^ ,]+)*), "
    r"actions:(?P<actions>[^ ]+?)(?:, dp-extra-info:.*)?\s*$"
)
_LABEL = "Datapath actions: "
_WITHOUT_ARGUMENT = {"ct_clear", "drop", "pop_eth", "pop_nsh", "pop_vlan"}
_LISTS_OF_ACTIONS = {"actions", "clone", "gt", "le"}
_PORT_NAME = re.compile(r"[A-Za-z_][\w.@-]*$")
# A bare word is a port's name otherwise, also when it is the rest of one of these.
_WITH_ARGUMENT = {
    *("add_mpls", "check_pkt_len", "clone", "ct", "dec_ttl", "encap_nsh", "hash", "lb_output", "meter", "pop_mpls"),
    *("psample", "push_eth", "push_mpls", "push_nsh", "push_vlan", "recirc", "sample", "set", "tnl_pop", "tnl_push"),
    *("trunc", "userspace"),
}


def parse_flows(text: str, command: str = "ovs-appctl dpctl/dump-flows") -> list[dict[str, Any]]:
    """Flows as ``{"thread", "match", "packets", "bytes", "used", "actions"}``, in the order of the dump.

    * ``thread``: the one whose flows these are, None if it is not printed;
    * ``match``: a value, or a dictionary of values, for each key;
    * ``used``: seconds ago (float), None for never; ``actions``: see ``parse_actions``;
    * ``ufid``, ``flags``, ``dp``, ``offloaded``: only where they are printed.

    Raises ParseError for a line that is not a whole flow.
    """
    flows = []
    thread = None
    for line_number, line in enumerate(text.splitlines(), start=1):
        heading = _THREAD.match(line)
        if heading:
            thread = heading["thread"]
        elif line.strip():
            found = _FLOW.match(line.strip())
            if not found:
                raise ParseError(command, line_number, line, "expected a match, packets, bytes, used and actions")
            try:
                flows.append({"thread": thread, **_flow(found)})
            except ValueError as error:
                raise ParseError(command, line_number, line, str(error)) from error
    return flows


def parse_actions(text: str, command: str = "ovs-appctl ofproto/trace") -> list[dict[str, Any]]:
    """Actions as ``{"action": name, ...}``, with or without the label "Datapath actions" before them.

    The argument of an action that has but one (``recirc(0xf)``) is ``value``; actions within actions are ``actions``,
    ``gt`` and ``le``. Raises ParseError.
    """
    line = text.strip()
    try:
        return _actions(line[len(_LABEL) :] if line.startswith(_LABEL) else line)
    except ValueError as error:
        raise ParseError(command, 1, line, str(error)) from error


def outputs_of(actions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Where actions send the packet, as ``{"port", "tunnel"}``, in their order.

    ``tunnel`` is ``{"src", "dst", "id"}`` as set before the output (None without); a port that is no tunnel ignores it.
    """
    outputs = []
    tunnel: dict[str, Any] | None = None
    for action in actions:
        if action["action"] == "output":
            outputs.append({"port": action["port"], "tunnel": tunnel})
        elif action["action"] == "lb_output":
            outputs.append({"port": action["value"], "tunnel": tunnel})
        elif action["action"] == "set" and "tunnel" in action:
            tunnel = _tunnel(action["tunnel"], action["tunnel"].get("tun_id"))
        elif action["action"] == "tnl_push":
            tunnel = _pushed(action["header"])
        for nested in ("actions", "gt", "le"):
            outputs += outputs_of(action.get(nested, []))
    return outputs


def _tunnel(addresses: dict[str, Any], identifier: Any) -> dict[str, Any]:
    source, destination = (addresses.get(end, addresses.get("ipv6_" + end)) for end in ("src", "dst"))
    return {"src": source, "dst": destination, "id": identifier}


def _pushed(header: dict[str, Any]) -> dict[str, Any]:
    kinds = (("geneve", "vni"), ("vxlan", "vni"), ("gre", "key"), ("gtpu", "teid"))
    identifiers = [header[kind].get(key) for kind, key in kinds if kind in header]
    return _tunnel(header.get("ipv4") or header.get("ipv6") or {}, identifiers[0] if identifiers else None)


def _flow(found: re.Match[str]) -> dict[str, Any]:
    flow: dict[str, Any] = {
        "match": _named(found["match"]),
        "packets": int(found["packets"]),
        "bytes": int(found["bytes"]),
        "used": None if found["used"] == "never" else float(found["used"][:-1]),
        "actions": _actions(found["actions"]),
    }
    if found["ufid"]:
        flow["ufid"] = found["ufid"]
    for item in found["others"].split(", ")[1:]:
        name, _colon, value = item.partition(":")
        flow[name] = value
    return flow


def _actions(text: str) -> list[dict[str, Any]]:
    return [_action(part) for part in split_list(text)]


def _action(text: str) -> dict[str, Any]:
    name, assigned, inside, target = split_item(text)
    if inside is None and assigned is None and name not in _WITH_ARGUMENT:
        if name in _WITHOUT_ARGUMENT:
            return {"action": name}
        if name.isdigit() or _PORT_NAME.match(name):
            return {"action": "output", "port": scalar(name)}
    if inside is None or target is not None or name not in _WITH_ARGUMENT:
        raise ValueError(f"{text!r} is not a known action")
    if name == "clone":
        return {"action": name, "actions": _actions(inside)}
    parsed = _named(inside) if name == "ct" else _inside(name, inside)
    return {"action": name, **(parsed if isinstance(parsed, dict) else {"value": parsed})}


def _named(text: str) -> dict[str, Any]:
    """``{name: value}``; a name without a value is true."""
    result: dict[str, Any] = {}
    for part in split_list(text):
        if part.startswith("("):  # gre((flags=0x2000,proto=0x6558),key=0x1)
            result.update(_named(part[1:-1]))
            continue
        name, assigned, inside, _target = split_item(part)
        if not name:
            raise ValueError("a name is missing")
        if name == "nat":
            result[name] = nat(inside)
        elif inside is not None:
            result[name] = _inside(name, inside)
        else:
            result[name] = True if assigned is None else scalar(assigned)
    return result


def _inside(name: str, text: str) -> Any:
    """What is in the brackets after ``name``: actions, Geneve options, names with values, or one value."""
    if name in _LISTS_OF_ACTIONS:
        return _actions(text)
    if text.startswith("{") or (name == "geneve" and not text):
        return [_option(option) for option in re.findall(r"{([^{}]*)}", text)]
    parts = split_list(text)
    if len(parts) == 1 and split_item(parts[0])[1:] == (None, None, None):
        return scalar(text)
    return _named(text)


def _option(text: str) -> dict[str, Any]:
    """A Geneve option: its ``class``, ``type``, ``len`` and, without a name, its ``data``."""
    option = {}
    for part in split_list(text):
        name, assigned, value = part.partition("=")
        option[name if assigned else "data"] = scalar(value if assigned else part)
    return option
