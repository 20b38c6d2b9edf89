# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Rows, conditions and operations of OVSDB, as JSON and as Python (RFC 7047).

A column's value is in Python what its type in the schema says:

* a map is a dict, and a set a sorted list;
* a set of at most one is that one, or None;
* a UUID is a str. What does not look like one names a row that is inserted in the same transaction (``named-uuid``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Iterable, Mapping, Sequence

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError

_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")
_NAMED_UUID = re.compile(r"[A-Za-z_][A-Za-z0-9_]*$")
_ATOMS = {"integer": (int,), "real": (int, float), "boolean": (bool,), "string": (str,), "uuid": (str,)}


class OvsdbError(Exception):
    """The server refused; the text is one clause that says what and why.

    * ``code``: the ``error`` of the server, for example ``constraint violation``; "" where there was none.
    * ``details``: what it said besides, or "".
    """

    def __init__(self, message: str, code: str = "", details: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.details = details


@dataclass(frozen=True)
class ColumnType:
    """Type of a column (RFC 7047, 3.2): ``key`` and, of a map, ``value`` are ``integer``, ``real``, ``boolean``,
    ``string`` or ``uuid``; ``maximum`` is None when there is none."""

    key: str
    value: str | None = None
    minimum: int = 1
    maximum: int | None = 1

    def decode(self, json_value: Any) -> Any:
        """Python's value of a JSON value. Raises ValueError."""
        if self.value is not None:
            pairs = map(_pair, _items(json_value, "map"))
            return dict(sorted((_decoded(self.key, key), _decoded(self.value, value)) for key, value in pairs))
        if not isinstance(json_value, list) or json_value[:1] != ["set"]:
            # A set of one may be written without being one.
            element = _decoded(self.key, json_value)
            return element if self.maximum == 1 else [element]
        elements = sorted(_decoded(self.key, atom) for atom in _items(json_value, "set"))
        if self.maximum != 1:
            return elements
        if not self.minimum <= len(elements) <= 1:
            raise ValueError(f"{json_value!r} has {len(elements)} elements")
        return elements[0] if elements else None

    def encode(self, value: Any) -> Any:
        """JSON's value of a Python value. Raises ValueError; how many elements there may be is left to the server."""
        if self.value is not None:
            if not isinstance(value, Mapping):
                raise ValueError(f"a dictionary was expected, not {value!r}")
            of_value = self.value
            return ["map", [[_encoded(self.key, key), _encoded(of_value, value[key])] for key in sorted(value)]]
        if value is None:
            return ["set", []]
        if isinstance(value, (list, tuple, set, frozenset)):
            return ["set", [_encoded(self.key, element) for element in value]]
        return _encoded(self.key, value)


class Schema:
    """A database's schema: ``name``, ``version`` and ``tables``, by name the types of their columns by name."""

    def __init__(self, document: Any) -> None:
        """``document`` is the answer to ``get_schema`` (RFC 7047, 4.1.2). Raises ParseError."""
        try:
            self.name: str = document["name"]
            self.version: str = document.get("version", "")
            self.tables: dict[str, dict[str, ColumnType]] = {
                table: {
                    "_uuid": ColumnType("uuid"),
                    **{name: _column_type(column["type"]) for name, column in described["columns"].items()},
                }
                for table, described in document["tables"].items()
            }
        except (AttributeError, KeyError, TypeError) as error:
            raise ParseError("OVSDB get_schema", 0, "", "expected the schema of a database") from error

    def decode_row(self, table: str, row: Any) -> dict[str, Any]:
        """Python's values of a row. Raises ParseError."""
        columns = self.tables[table]
        if not isinstance(row, dict):
            raise ParseError(f"OVSDB select from {table}", 0, "", f"{row!r} is no row")
        values = {}
        for name, value in row.items():
            try:
                values[name] = columns[name].decode(value)
            except KeyError as error:
                raise ParseError(f"OVSDB select from {table}", 0, "", f"it has no column {name}") from error
            except (TypeError, ValueError) as error:
                raise ParseError(f"OVSDB select from {table}", 0, "", f"column {name}: {error}") from error
        return values

    def encode_row(self, table: str, row: Mapping[str, Any]) -> dict[str, Any]:
        """JSON's values of a row to insert or update. Raises ValueError that names the column."""
        return {name: self._encoded(table, name, value) for name, value in row.items()}

    def condition(self, table: str, column: str, function: str, value: Any) -> list[Any]:
        """One condition of a ``where`` (RFC 7047, 5.1): ``==``, ``!=``, ``includes``, ``excludes``, ``<`` and so on.

        Raises ValueError that names the column.
        """
        return [column, function, self._encoded(table, column, value)]

    def select(self, table: str, columns: Iterable[str], where: Sequence[Sequence[Any]] = ()) -> dict[str, Any]:
        """The operation that reads ``columns`` of the rows that all of the conditions are true for.

        Columns that this version of the schema does not have are left out. ``_uuid`` is always there: without it a
        server gives one row for all that are alike in these columns.
        """
        known = [name for name in dict.fromkeys(["_uuid", *columns]) if name in self.tables[table]]
        return {"op": "select", "table": table, "where": list(where), "columns": known}

    def _encoded(self, table: str, column: str, value: Any) -> Any:
        try:
            return self.tables[table][column].encode(value)
        except KeyError as error:
            raise ValueError(f"{self.name} {self.version} has no {table}.{column}") from error
        except ValueError as error:
            raise ValueError(f"{table}.{column}: {error}") from error


def checked_results(operations: Sequence[Mapping[str, Any]], answer: Any) -> list[dict[str, Any]]:
    """The results of a transaction, one of each operation.

    Raises OvsdbError where one of them or the whole was refused, and ParseError for no such answer.
    """
    if not isinstance(answer, list):
        raise ParseError("OVSDB transact", 0, "", "expected a list of results")
    for number, result in enumerate(answer):
        if isinstance(result, dict) and "error" in result:
            what = "the transaction"
            if number < len(operations):
                operation = operations[number]
                what = f"operation {number + 1}, {operation['op']} of {operation.get('table', 'no table')},"
            raise refusal(what, result)
    if len(answer) != len(operations) or not all(isinstance(result, dict) for result in answer):
        raise ParseError("OVSDB transact", 0, "", f"expected {len(operations)} results")
    return answer


def refusal(what: str, error: Any) -> OvsdbError:
    """The exception of an ``<error>`` (RFC 7047, 3.1), or of what a server sent in the place of one."""
    code, details = (error.get("error"), error.get("details")) if isinstance(error, dict) else (error, None)
    said = f"{code} ({details})" if details else f"{code}"
    return OvsdbError(f"{what} was refused: {said}", str(code), str(details or ""))


def _column_type(described: Any) -> ColumnType:
    if isinstance(described, str):
        return ColumnType(described)
    maximum = described.get("max", 1)
    return ColumnType(
        _base_type(described["key"]),
        _base_type(described["value"]) if "value" in described else None,
        described.get("min", 1),
        None if maximum == "unlimited" else maximum,
    )


def _base_type(described: Any) -> str:
    name: str = described if isinstance(described, str) else described["type"]
    return name


def _items(json_value: Any, kind: str) -> list[Any]:
    if not isinstance(json_value, list) or len(json_value) != 2 or json_value[0] != kind:
        raise ValueError(f"{json_value!r} is no {kind}")
    items = json_value[1]
    if not isinstance(items, list):
        raise ValueError(f"{json_value!r} is no {kind}")
    return items


def _pair(json_value: Any) -> tuple[Any, Any]:
    if not isinstance(json_value, list) or len(json_value) != 2:
        raise ValueError(f"{json_value!r} is no pair")
    return json_value[0], json_value[1]


def _decoded(kind: str, atom: Any) -> Any:
    if kind == "uuid":
        mark, atom = _pair(atom)
        if mark != "uuid":
            raise ValueError(f"{[mark, atom]!r} is no uuid")
    _check(kind, atom)
    return atom


def _encoded(kind: str, atom: Any) -> Any:
    _check(kind, atom)
    if kind != "uuid":
        return atom
    if _UUID.match(atom):
        return ["uuid", atom]
    if _NAMED_UUID.match(atom):
        return ["named-uuid", atom]
    raise ValueError(f"{atom!r} is neither a UUID nor the name of one")


def _check(kind: str, atom: Any) -> None:
    # To Python a bool is an int, so the types themselves are compared.
    if type(atom) not in _ATOMS[kind]:
        raise ValueError(f"{atom!r} is no {kind}")
