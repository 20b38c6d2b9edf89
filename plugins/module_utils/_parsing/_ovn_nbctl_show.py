# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""``ovn-nbctl show``."""

from __future__ import annotations

import json
import re
import textwrap
from typing import Any

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError

_NODE = re.compile(
    r"(?P<kind>switch|router) (?P<uuid>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}) "
    r"\((?P<name>.*?)\)(?: \(aka (?P<alias>.*)\))?$"
)
_PORT = re.compile(r"    port (?P<name>\S+)(?: \(aka (?P<alias>.*)\))?$")
_NAT = re.compile(r"    nat (?P<uuid>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$")
_COLUMN = re.compile(r"        (?P<name>[a-z][a-z0-9 ()-]*): (?P<value>.+)$")
_KEYS = {"external port(s)": "external_port"}


def parse_show(text: str, command: str = "ovn-nbctl show") -> dict[str, list[dict[str, Any]]]:
    """``{"switches": [...], "routers": [...]}``, each ``{"uuid", "name", "alias", "ports"}``, routers also ``nats``.

    * A port of a switch is ``{"name", "alias", "type", "addresses", "router_port"}`` and what else is printed; the
      type is "" for a plain port. OVN 2.7 prints no type: there it is "router" for the address ``router``, else None.
    * A port of a router has ``mac``, ``networks`` and, where printed, ``gateway_chassis`` (23.03 does not sort them).
    * A NAT is ``{"uuid", "type", "external_ip", "logical_ip"}``; OVN 2.7 prints none.

    Raises ParseError for a line that is none of them.
    """
    # OVN 2.7 indents everything by four blanks, and prints no type of a port.
    old = bool(re.search(r"^    (?:switch|router) ", text, re.MULTILINE))
    nodes: dict[str, list[dict[str, Any]]] = {"switches": [], "routers": []}
    node: dict[str, Any] | None = None
    owner: dict[str, Any] | None = None
    for line_number, line in enumerate(textwrap.dedent(text).splitlines(), start=1):
        found = _NODE.match(line.rstrip())
        port = _PORT.match(line.rstrip())
        nat = _NAT.match(line.rstrip())
        column = _COLUMN.match(line.rstrip())
        if found:
            node = {"uuid": found["uuid"], "name": found["name"], "alias": found["alias"], "ports": []}
            if found["kind"] == "router":
                node["nats"] = []
            nodes["switches" if found["kind"] == "switch" else "routers"].append(node)
            owner = None
        elif port and node is not None:
            owner = {"name": port["name"], "alias": port["alias"]}
            if "nats" not in node:
                owner.update(type=None if old else "", addresses=[], router_port=None)
            node["ports"].append(owner)
        elif nat and node is not None and "nats" in node:
            owner = {"uuid": nat["uuid"]}
            node["nats"].append(owner)
        elif column and owner is not None:
            key = _KEYS.get(column["name"], re.sub("[ -]", "_", column["name"]))
            try:
                owner[key] = _value(column["value"])
            except ValueError as error:
                raise ParseError(command, line_number, line, str(error)) from error
            if old and owner.get("addresses") == ["router"]:
                owner["type"] = "router"
        elif line.strip():
            raise ParseError(command, line_number, line, "expected a switch, a router, their ports or what they have")
    return nodes


def _value(text: str) -> Any:
    if text[0] == '"' or text[:2] == '["':
        return json.loads(text)
    if text[0] == "[":
        if text[-1] != "]":
            raise ValueError("the list is not closed")
        return text[1:-1].split()
    return int(text) if text.isdigit() else text
