# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Kinds of objects that a switch tells of itself, and of links on the machine that carries switches.

The interfaces and routes of a switch are told of its kernel already.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._comparing._fields import Row
from ansible_collections.packetwalk.labs.plugins.plugin_utils._comparing._kind import Kind, Named, words
from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import read

# Other keys of a neighbour count what passes, and for how long.
_LASTING = ("remote_as", "state", "prefixes_received")
_HOST = "host"


def _lines(tree: Mapping[str, Any], *above: str) -> Iterator[tuple[str, Row]]:
    for line, below in tree.items():
        path = (*above, line)
        # A context without a line of its own says nothing but in itself.
        if not below:
            yield ": ".join(path), {}
        yield from _lines(below, *path)


def _neighbours(switch: Row) -> Named:
    rows = read(switch, "bgp")["neighbours"]
    return [(row["address"], {key: row[key] for key in _LASTING}) for row in rows]


def _paths(switch: Row) -> Named:
    return [(f"{row['network']} via {row['next_hop']}", row) for row in read(switch, "bgp_table")["paths"]]


def _machine_links(machine: Row) -> Named:
    return [
        (words(row["name"], None if namespace == _HOST else f"in {namespace}"), row)
        for namespace, found in read(machine, "namespaces").items()
        for row in read(found, "links")
    ]


SWITCH = Kind(
    "switch",
    lambda node: [("", read(node, "switch"))] if "switch" in node else [],
    lambda row: words(row["flavour"], row["version"]),
    parts=frozenset(
        {"interfaces", "routes", "bgp", "bgp_table", "ospf_neighbours", "lldp_neighbours", "running_config"}
    ),
    children=(
        Kind("configuration line", lambda switch: _lines(read(switch, "running_config"))),
        Kind("bgp neighbour", _neighbours, lambda row: words("AS", row["remote_as"], row["state"])),
        Kind("bgp path", _paths, lambda row: row["path"]),
    ),
)

MACHINE = Kind(
    "machine",
    lambda document: [("", read(document, "machine"))] if "machine" in document else [],
    parts=frozenset({"namespaces"}),
    children=(
        Kind(
            "machine link",
            _machine_links,
            lambda row: ", ".join([row["kind"], *([f"port of {row['master']}"] if "master" in row else [])]),
        ),
    ),
)
