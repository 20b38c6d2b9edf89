# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""What a request has to say so that an object of netmaster is as it shall be."""

from __future__ import annotations

from typing import Any, Dict, Mapping, Tuple

from ansible_collections.packetwalk.labs.plugins.module_utils._planning._contiv_objects import Kind, Row

Options = Mapping[str, Any]
# By option: the value that is there and the one that is wanted.
Changes = Dict[str, Tuple[Any, Any]]

# netmaster keeps these itself.
_KEPT = ("key", "links", "link-sets")


def key(kind: Kind, options: Options) -> str:
    """Return the key of an object, for example ``blue:contiv-net``."""
    return ":".join(options[field.option] for field in kind.names) or "global"


def title(kind: Kind, options: Options) -> str:
    """Return what sentences about an object begin with."""
    words = kind.words[0].upper() + kind.words[1:]
    return f"{words} {key(kind, options)}" if kind.names else f"The {kind.words}"


def changes(kind: Kind, row: Row, options: Options) -> Changes:
    """Return what is different between an object that is there and what is wanted."""
    found: Changes = {}
    for field in kind.fields:
        wanted = options[field.option]
        if wanted is None and (not kind.whole or (field.filled_from and options[field.filled_from])):
            continue
        present = row[field.option]
        if _plain(present) != _plain(wanted):
            found[field.option] = (present, wanted)
    return found


def body(kind: Kind, config: Mapping[str, Any], options: Options) -> dict[str, Any]:
    """Return all fields of an object, those that are there (``config``) and over them those that are wanted.

    What is not sent is lost, because netmaster replaces whole objects.
    """
    merged = {name: value for name, value in config.items() if name not in _KEPT}
    for field in kind.names + kind.fields:
        if options.get(field.option) is not None:
            merged[field.json] = field.written(options[field.option])
    if not kind.names:
        merged["name"] = "global"
    return merged


def shown(kind: Kind, row: Row | None) -> dict[str, Any]:
    """Return the part of a row that options say, for a comparison that people read. Empty without an object."""
    return {} if row is None else {field.option: row[field.option] for field in kind.names + kind.fields}


def _plain(value: Any) -> Any:
    """Make nothing of all that means nothing, because netmaster leaves out what is empty or zero."""
    return (sorted(value) if isinstance(value, list) else value) or None
