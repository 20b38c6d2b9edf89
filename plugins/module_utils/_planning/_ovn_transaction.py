# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""From the rows that a lab owns, and the rows that it wants, to one transaction of OVSDB (RFC 7047, 5.2).

What is inserted carries the lab's mark. Rows without it are neither changed nor removed, nor is what others put into
columns that the lab shares with them. The transaction is refused as a whole when a row of the lab, or a name that it is
about to take, changed after it was read.
"""

from __future__ import annotations

from typing import Any, Dict, Iterable, Iterator, NamedTuple

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ovsdb import Schema
from ansible_collections.packetwalk.labs.plugins.module_utils._planning._ovn_rows import (
    LAB,
    NAMED_TABLES,
    OBJECT,
    TABLES,
    Column,
    Columns,
    Key,
    Rows,
    words,
)

Operation = Dict[str, Any]

# What a wait answers when something else is there (RFC 7047, 5.2.6).
CHANGED_MEANWHILE = "timed out"

# northd and the chassis repeat the number when they have carried it out (ovn-nb(5)). The table has one row.
_NEXT_CONFIGURATION: Operation = {"op": "mutate", "table": "NB_Global", "where": [], "mutations": [["nb_cfg", "+=", 1]]}


class Present(NamedTuple):
    """What a database holds.

    * ``owned``: rows with the lab's mark, as Python's values with ``_uuid``, by table.
    * ``names``: by table and name, the labs that have it, ``None`` for no lab. Switches may share a name, for one.
    """

    owned: dict[str, list[Columns]]
    names: dict[str, dict[str, set[str | None]]]


class Plan(NamedTuple):
    """What to do.

    * ``operations``: the transaction; none when nothing is to be changed.
    * ``inserted``: index of the operation that inserts a row, by key; its result holds the UUID.
    * ``kept``: UUID of each row that was there and stays, by key.
    * ``counts``: by table, how many rows are ``inserted``, ``changed`` and ``deleted``.
    """

    operations: list[Operation]
    inserted: dict[Key, int]
    kept: dict[Key, str]
    counts: dict[str, dict[str, int]]


class _Change(NamedTuple):
    """Of one row: new values of whole columns, and mutations of others."""

    row: Columns
    mutations: list[list[Any]]

    def columns(self) -> set[str]:
        return {*self.row, *(mutation[0] for mutation in self.mutations)}


def questions(schema: Schema, lab: str) -> list[Operation]:
    """Return the operations whose results ``answers`` understands.

    Raises ``ValueError`` for a database of a version that has no room for the rows.
    """
    for table, columns in TABLES.items():
        missing = sorted({"external_ids", *columns} - schema.tables.get(table, {}).keys())
        if missing:
            raise ValueError(f"{schema.name} {schema.version} has no {table}.{missing[0]}")
    return [
        schema.select(
            table,
            ["_uuid", "external_ids", *TABLES[table]],
            [schema.condition(table, "external_ids", "includes", {LAB: lab})],
        )
        for table in TABLES
    ] + [schema.select(table, ["name", "external_ids"]) for table in NAMED_TABLES]


def answers(schema: Schema, results: list[dict[str, Any]]) -> Present:
    """Return what the database holds from the results of ``questions``. Raises ``ParseError``."""
    decoded = [
        [schema.decode_row(table, row) for row in result["rows"]]
        for table, result in zip([*TABLES, *NAMED_TABLES], results)
    ]
    names: dict[str, dict[str, set[str | None]]] = {table: {} for table in NAMED_TABLES}
    for table, rows in zip(NAMED_TABLES, decoded[len(TABLES) :]):
        for row in rows:
            names[table].setdefault(row["name"], set()).add(row["external_ids"].get(LAB))
    return Present(owned=dict(zip(TABLES, decoded)), names=names)


def owned_rows(present: Present) -> Rows:
    """Return the lab's rows as they are, without what others put into them."""
    objects = _objects(present)
    return {
        _key(table, row): {name: _own_part(column, row[name], objects) for name, column in TABLES[table].items()}
        for table, rows in present.owned.items()
        for row in rows
    }


def refusals(present: Present, lab: str, desired: Rows) -> Iterator[str]:
    """Yield, as one sentence each, why a database cannot become what is desired without touching rows of others."""
    for key in sorted(desired):
        for owner in present.names.get(key[0], {}).get(key[1], set()) - {lab}:
            belongs = "no lab" if owner is None else f"lab {owner}"
            yield f"{words(key)} is there already and belongs to {belongs}: rename yours, or remove that one."
    own = _objects(present)
    for table, rows in present.owned.items():
        for row in rows:
            if _key(table, row) in desired:
                continue
            for name, column in TABLES[table].items():
                if column.holds and not own.keys() >= set(row[name]):
                    yield (
                        f"{words(_key(table, row))} holds {name.replace('_', ' ')} that are not of lab "
                        f"{lab} and would go away with it: remove them first."
                    )


def names_afterwards(present: Present, lab: str, desired: Rows) -> dict[str, set[str]]:
    """Return, by table, the names that there will be: those of others, and the desired ones."""
    return {
        table: {name for name, labs in names.items() if labs - {lab}} | {key[1] for key in desired if key[0] == table}
        for table, names in present.names.items()
    }


def plan(schema: Schema, lab: str, present: Present, desired: Rows) -> Plan:
    """Return the transaction that makes a lab's rows the desired ones."""
    kept: dict[Key, Columns] = {}
    surplus: list[tuple[str, Columns]] = []
    for table, rows in present.owned.items():
        for row in rows:
            key = _key(table, row)
            if key in desired and key not in kept:
                kept[key] = row
            else:
                surplus.append((table, row))
    new = [key for key in sorted(desired) if key not in kept]
    identifiers = {key: row["_uuid"] for key, row in kept.items()}
    identifiers.update((key, f"row{number}") for number, key in enumerate(new))

    owned = set(_objects(present))
    changes = {}
    for key in sorted(kept):
        change = _change(schema, key, kept[key], desired[key], identifiers, owned)
        if change.row or change.mutations:
            changes[key] = change

    waits = [
        *(_unchanged(schema, key[0], kept[key], change.columns()) for key, change in changes.items()),
        *(_unchanged(schema, table, row, TABLES[table]) for table, row in surplus),
        *(wait for key in new for wait in _absent(schema, lab, key)),
    ]
    inserts = [
        {
            "op": "insert",
            "table": key[0],
            "uuid-name": identifiers[key],
            "row": schema.encode_row(key[0], _new_row(lab, key, desired[key], identifiers)),
        }
        for key in new
    ]
    edits = [edit for key, change in changes.items() for edit in _edits(schema, key[0], kept[key], change)]
    deletes = [{"op": "delete", "table": table, "where": _itself(schema, table, row)} for table, row in surplus]
    operations = [*waits, *inserts, *edits, *deletes]
    if operations:
        operations.append(_NEXT_CONFIGURATION)
        operations.append({"op": "comment", "comment": f"packetwalk.labs.ovn_topology: lab {lab}"})
    return Plan(
        operations=operations,
        inserted={key: len(waits) + number for number, key in enumerate(new)},
        kept={key: row["_uuid"] for key, row in kept.items()},
        counts=_counts(new, changes, [table for table, _row in surplus]),
    )


def _key(table: str, row: Columns) -> Key:
    return table, row["external_ids"].get(OBJECT, row.get("name", row["_uuid"]))


def _objects(present: Present) -> dict[str, str]:
    return {row["_uuid"]: _key(table, row)[1] for table, rows in present.owned.items() for row in rows}


def _own_part(column: Column, value: Any, objects: dict[str, str]) -> Any:
    if column.kind == "keys":
        return {key: value.get(key) for key in column.keys}
    if column.kind == "reference":
        return objects.get(value, value)
    if column.kind == "references":
        return sorted(objects[each] for each in value if each in objects)
    return value


def _identified(column: Column, value: Any, identifiers: dict[Key, str]) -> Any:
    """Return a desired value with identifiers in the place of objects."""
    if column.kind == "reference":
        return None if value is None else identifiers[column.table, value]
    if column.kind == "references":
        return [identifiers[column.table, each] for each in value]
    return value


def _change(
    schema: Schema, key: Key, row: Columns, desired: Columns, identifiers: dict[Key, str], owned: set[str]
) -> _Change:
    table = key[0]
    whole: Columns = {}
    mutations: list[list[Any]] = []
    for name, wanted in desired.items():
        column = TABLES[table][name]
        value = _identified(column, wanted, identifiers)
        present = row[name]
        gone: Any = None
        come: Any = None
        if column.kind == "keys":
            stale = sorted(each for each in value if each in present and value[each] != present[each])
            gone = ["set", stale] if stale else None
            come = {each: text for each, text in value.items() if text is not None and text != present.get(each)}
        elif column.kind == "references":
            stale = sorted(set(present) & owned - set(value))
            gone = schema.encode_row(table, {name: stale})[name] if stale else None
            come = sorted(set(value) - set(present))
        elif value != present:
            whole[name] = value
        if gone:
            mutations.append([name, "delete", gone])
        if come:
            mutations.append([name, "insert", schema.encode_row(table, {name: come})[name]])
    return _Change(whole, mutations)


def _new_row(lab: str, key: Key, desired: Columns, identifiers: dict[Key, str]) -> Columns:
    row: Columns = {"external_ids": {LAB: lab, OBJECT: key[1]}}
    for name, wanted in desired.items():
        value = _identified(TABLES[key[0]][name], wanted, identifiers)
        if isinstance(value, dict):
            value = {each: text for each, text in value.items() if text is not None}
        # It is what the database has for a column that is not given.
        if value not in (None, [], {}):
            row[name] = value
    return row


def _edits(schema: Schema, table: str, row: Columns, change: _Change) -> Iterator[Operation]:
    where = _itself(schema, table, row)
    if change.row:
        yield {"op": "update", "table": table, "where": where, "row": schema.encode_row(table, change.row)}
    if change.mutations:
        yield {"op": "mutate", "table": table, "where": where, "mutations": change.mutations}


def _itself(schema: Schema, table: str, row: Columns) -> list[Any]:
    return [schema.condition(table, "_uuid", "==", row["_uuid"])]


def _unchanged(schema: Schema, table: str, row: Columns, columns: Iterable[str]) -> Operation:
    return _wait(schema, table, _itself(schema, table, row), {name: row[name] for name in columns})


def _absent(schema: Schema, lab: str, key: Key) -> Iterator[Operation]:
    table, name = key
    mark = schema.condition(table, "external_ids", "includes", {LAB: lab, OBJECT: name})
    yield {**_wait(schema, table, [mark], {"external_ids": {}}), "rows": []}
    if table in NAMED_TABLES:
        yield {**_wait(schema, table, [schema.condition(table, "name", "==", name)], {"name": name}), "rows": []}


def _wait(schema: Schema, table: str, where: list[Any], row: Columns) -> Operation:
    return {
        "op": "wait",
        "timeout": 0,
        "table": table,
        "where": where,
        "columns": sorted(row),
        "until": "==",
        "rows": [schema.encode_row(table, row)],
    }


def _counts(new: Iterable[Key], changed: Iterable[Key], deleted: Iterable[str]) -> dict[str, dict[str, int]]:
    done = {"inserted": [key[0] for key in new], "changed": [key[0] for key in changed], "deleted": list(deleted)}
    touched = sorted({table for tables in done.values() for table in tables})
    return {table: {what: tables.count(table) for what, tables in done.items()} for table in touched}
