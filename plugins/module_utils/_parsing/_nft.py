# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""JSON of ``nft -j list ruleset`` (libnftables-json(5), schema 1) as the tables of docs/state.md."""

from __future__ import annotations

import json
from typing import Any, Callable, Dict, Mapping, Tuple

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._nft_rule import rule_text

Row = Dict[str, Any]
Tables = Dict[Tuple[str, str], Row]

_SCHEMA = 1

# They decide nothing by themselves: a rule that uses one names it.
_OBJECTS = (
    "counter",
    "quota",
    "limit",
    "ct helper",
    "ct timeout",
    "ct expectation",
    "flowtable",
    "secmark",
    "synproxy",
    "tunnel",
)


def parse_ruleset(text: str, command: str = "nft -j list ruleset") -> list[Row]:
    """Tables of the ruleset, sorted by family and name.

    Expressions of rules and elements of sets stay as nft printed them; elements are sorted, as the kernel has them in
    no order. Raises ParseError for anything but a whole ruleset of schema 1, and for an object that is not known.
    """
    tables: Tables = {}
    for number, entry in enumerate(_entries(text, command), start=1):
        try:
            kind, content = _only(entry)
            if kind in _READERS:
                _READERS[kind](tables, content)
            elif kind not in _OBJECTS:
                raise ValueError(f"{kind} is not known")
        except KeyError as error:
            raise ParseError(command, number, json.dumps(entry), f"{error} is missing") from None
        except (AttributeError, TypeError, ValueError) as error:
            raise ParseError(command, number, json.dumps(entry), str(error)) from None
    return [tables[name] for name in sorted(tables)]


def _entries(text: str, command: str) -> list[Any]:
    try:
        document = json.loads(text)
    except ValueError as error:
        raise ParseError(command, 0, "", f"no JSON, {error}") from None
    entries = document.get("nftables") if isinstance(document, dict) else None
    if not isinstance(entries, list) or not entries or not isinstance(entries[0], dict) or "metainfo" not in entries[0]:
        raise ParseError(command, 0, "", "expected an object with nftables, a list that begins with metainfo")
    return entries


def _only(entry: Any) -> tuple[str, Row]:
    if not isinstance(entry, dict) or len(entry) != 1:
        raise ValueError("expected an object with one key")
    ((kind, content),) = entry.items()
    if not isinstance(content, dict):
        raise ValueError(f"expected an object in {kind}")
    return kind, content


def _check_schema(_tables: Tables, content: Row) -> None:
    if content["json_schema_version"] != _SCHEMA:
        raise ValueError(f"the schema is {content['json_schema_version']}, but only schema {_SCHEMA} is understood")


def _add_table(tables: Tables, content: Row) -> None:
    name = (content["family"], content["name"])
    tables[name] = {"family": name[0], "name": name[1], "chains": {}, "sets": {}, "maps": {}}


def _add_chain(tables: Tables, content: Row) -> None:
    chain = {key: content.get(printed) for key, printed in _CHAIN.items()}
    if "dev" in content:
        chain["devices"] = _listed(content["dev"])
    _table(tables, content)["chains"][content["name"]] = {**chain, "rules": []}


def _add_rule(tables: Tables, content: Row) -> None:
    chains = _table(tables, content)["chains"]
    if content["chain"] not in chains:
        raise ValueError(f"chain {content['chain']} was not declared before its rule")
    expressions = content["expr"]
    if not isinstance(expressions, list) or not all(isinstance(each, dict) and len(each) == 1 for each in expressions):
        raise ValueError("expected a list of objects with one key in expr")
    # A counter of a name is shared by rules, and has its numbers elsewhere.
    counters = [each["counter"] for each in expressions if isinstance(each.get("counter"), dict)]
    counter = counters[0] if counters else {}
    chains[content["chain"]]["rules"].append(
        {
            "expressions": expressions,
            "text": rule_text(expressions, content.get("comment")),
            "packets": counter.get("packets"),
            "bytes": counter.get("bytes"),
        }
    )


def _add_set(tables: Tables, content: Row) -> None:
    _table(tables, content)["sets"][content["name"]] = _set(content)


def _add_map(tables: Tables, content: Row) -> None:
    _table(tables, content)["maps"][content["name"]] = {**_set(content), "map": content["map"]}


def _set(content: Row) -> Row:
    return {
        "type": content["type"],
        "flags": sorted(_listed(content.get("flags", []))),
        "elements": sorted(_listed(content.get("elem", [])), key=lambda element: json.dumps(element, sort_keys=True)),
    }


def _table(tables: Tables, content: Mapping[str, Any]) -> Row:
    name = (content["family"], content["table"])
    if name not in tables:
        raise ValueError(f"table {' '.join(name)} was not declared before what is in it")
    return tables[name]


def _listed(printed: Any) -> list[Any]:
    """Nft prints a list of one without its brackets."""
    return printed if isinstance(printed, list) else [printed]


# Key of a chain, and nft's word; a chain that is no base chain has none of them.
_CHAIN = {"type": "type", "hook": "hook", "priority": "prio", "policy": "policy"}

_READERS: dict[str, Callable[[Tables, Row], None]] = {
    "metainfo": _check_schema,
    "table": _add_table,
    "chain": _add_chain,
    "rule": _add_rule,
    "set": _add_set,
    "map": _add_map,
}
