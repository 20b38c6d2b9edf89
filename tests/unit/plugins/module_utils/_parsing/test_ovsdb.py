# SPDX-License-Identifier: GPL-3.0-or-later
"""Values as RFC 7047 writes them."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ovsdb import (
    ColumnType,
    OvsdbError,
    Schema,
    checked_results,
)

ONE = "15055d50-7ea5-4100-bae7-a39360e3f526"
TWO = "d61d1b8c-a274-4edb-af94-7e197d536fa9"

STRING = ColumnType("string")
OPTIONAL = ColumnType("integer", minimum=0)
STRINGS = ColumnType("string", minimum=0, maximum=None)
AT_LEAST_ONE = ColumnType("string", maximum=None)
FEW = ColumnType("integer", minimum=0, maximum=4096)
REFERENCE = ColumnType("uuid")
REFERENCES = ColumnType("uuid", minimum=0, maximum=None)
MAP = ColumnType("string", "string", 0, None)
PRIORITIES = ColumnType("integer", "uuid", 0, None)

DOCUMENT: dict[str, Any] = {
    "name": "Shop",
    "version": "1.2.0",
    "tables": {
        "Shelf": {
            "columns": {
                "name": {"type": "string"},
                "height": {"type": {"key": {"type": "integer", "minInteger": 0}, "min": 0, "max": 1}},
                "books": {"type": {"key": {"type": "uuid", "refTable": "Book"}, "min": 0, "max": "unlimited"}},
                "labels": {"type": {"key": "string", "value": "string", "min": 0, "max": "unlimited"}},
            }
        },
        "Book": {"columns": {"title": {"type": "string"}}},
    },
}


@pytest.mark.parametrize(
    ("column", "json_value", "value"),
    [
        (STRING, "a", "a"),
        (ColumnType("integer"), -3, -3),
        (ColumnType("real"), 2, 2),
        (ColumnType("boolean"), False, False),
        (OPTIONAL, ["set", []], None),
        (OPTIONAL, 5, 5),
        (OPTIONAL, ["set", [5]], 5),
        (STRINGS, ["set", ["b", "a"]], ["a", "b"]),
        (STRINGS, "a", ["a"]),
        (STRINGS, ["set", []], []),
        (AT_LEAST_ONE, "a", ["a"]),
        (FEW, ["set", [20, 3]], [3, 20]),
        (REFERENCE, ["uuid", ONE], ONE),
        (REFERENCES, ["uuid", ONE], [ONE]),
        (REFERENCES, ["set", [["uuid", TWO], ["uuid", ONE]]], [ONE, TWO]),
        (MAP, ["map", []], {}),
        (MAP, ["map", [["b", "2"], ["a", "1"]]], {"a": "1", "b": "2"}),
        (PRIORITIES, ["map", [[7, ["uuid", ONE]]]], {7: ONE}),
    ],
)
def test_json_becomes_python(column: ColumnType, json_value: Any, value: Any) -> None:
    decoded = column.decode(json_value)
    assert decoded == value and type(decoded) is type(value)
    assert column.decode(column.encode(decoded)) == value


@pytest.mark.parametrize(
    ("column", "json_value"),
    [
        (STRING, 1),
        (STRING, None),
        (STRING, ["set", []]),
        (STRING, ["set", ["a", "b"]]),
        (ColumnType("integer"), True),
        (ColumnType("integer"), 1.5),
        (ColumnType("boolean"), 1),
        (OPTIONAL, ["set", [1, 2]]),
        (OPTIONAL, ["set"]),
        (OPTIONAL, ["set", 1]),
        (STRINGS, ["set", ["a", 1]]),
        (REFERENCE, ONE),
        (REFERENCE, ["named-uuid", "row1"]),
        (REFERENCE, ["uuid"]),
        (MAP, ["set", []]),
        (MAP, ["map", [["a"]]]),
        (MAP, ["map", {"a": "1"}]),
        (MAP, {}),
    ],
)
def test_json_of_another_type_is_refused(column: ColumnType, json_value: Any) -> None:
    with pytest.raises(ValueError):
        column.decode(json_value)


@pytest.mark.parametrize(
    ("column", "value", "json_value"),
    [
        (STRINGS, ["b", "a"], ["set", ["b", "a"]]),
        (OPTIONAL, None, ["set", []]),
        (REFERENCE, ONE, ["uuid", ONE]),
        (REFERENCE, "row1", ["named-uuid", "row1"]),
        (REFERENCES, [ONE, "_new"], ["set", [["uuid", ONE], ["named-uuid", "_new"]]]),
        (MAP, {"b": "2", "a": "1"}, ["map", [["a", "1"], ["b", "2"]]]),
    ],
)
def test_python_becomes_json(column: ColumnType, value: Any, json_value: Any) -> None:
    assert column.encode(value) == json_value


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        (STRING, 1, "1 is no string"),
        (OPTIONAL, True, "True is no integer"),
        (REFERENCE, "not-a-uuid", "'not-a-uuid' is neither a UUID nor the name of one"),
        (MAP, ["a"], "a dictionary was expected"),
    ],
)
def test_python_of_another_type_is_refused(column: ColumnType, value: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        column.encode(value)


def test_a_schema_knows_the_types_of_columns_and_that_rows_have_identifiers() -> None:
    schema = Schema(DOCUMENT)
    assert (schema.name, schema.version) == ("Shop", "1.2.0")
    assert schema.tables["Shelf"] == {
        "_uuid": REFERENCE,
        "name": STRING,
        "height": OPTIONAL,
        "books": REFERENCES,
        "labels": MAP,
    }


@pytest.mark.parametrize(
    "document",
    [None, [], {}, {"name": "Shop"}, {"name": "Shop", "tables": {"Shelf": {}}}, {"name": "Shop", "tables": []}],
)
def test_what_is_no_schema_is_refused(document: Any) -> None:
    with pytest.raises(ParseError, match="expected the schema of a database"):
        Schema(document)


def test_rows_and_conditions_go_by_the_schema() -> None:
    schema = Schema(DOCUMENT)
    assert schema.encode_row("Shelf", {"name": "a", "books": ["new"]}) == {
        "name": "a",
        "books": ["set", [["named-uuid", "new"]]],
    }
    assert schema.decode_row("Shelf", {"_uuid": ["uuid", ONE], "height": ["set", []]}) == {"_uuid": ONE, "height": None}
    assert schema.condition("Shelf", "labels", "includes", {"a": "b"}) == ["labels", "includes", ["map", [["a", "b"]]]]


def test_what_is_selected_has_its_identifier_and_no_columns_of_other_versions() -> None:
    where = Schema(DOCUMENT).condition("Book", "_uuid", "==", ONE)
    assert Schema(DOCUMENT).select("Book", ["title", "colour"], [where]) == {
        "op": "select",
        "table": "Book",
        "where": [["_uuid", "==", ["uuid", ONE]]],
        "columns": ["_uuid", "title"],
    }


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"name": 5}, "Shelf.name: 5 is no string"),
        ({"colour": "red"}, "Shop 1.2.0 has no Shelf.colour"),
    ],
)
def test_a_row_that_does_not_fit_names_its_column(row: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Schema(DOCUMENT).encode_row("Shelf", row)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"name": ["set", []]}, "OVSDB select from Shelf: cannot read its output: column name: .* has 0 elements"),
        ({"colour": "red"}, "it has no column colour"),
        ("row", "'row' is no row"),
    ],
)
def test_a_row_of_something_else_is_refused(row: Any, said: str) -> None:
    with pytest.raises(ParseError, match=said):
        Schema(DOCUMENT).decode_row("Shelf", row)


OPERATIONS = [{"op": "insert", "table": "Shelf"}, {"op": "delete", "table": "Book"}]


def test_results_of_a_transaction() -> None:
    assert checked_results(OPERATIONS, [{"uuid": ["uuid", ONE]}, {"count": 1}]) == [
        {"uuid": ["uuid", ONE]},
        {"count": 1},
    ]


@pytest.mark.parametrize(
    ("answer", "said", "code"),
    [
        (
            [{"error": "constraint violation", "details": "name is taken"}, None],
            r"^operation 1, insert of Shelf, was refused: constraint violation \(name is taken\)$",
            "constraint violation",
        ),
        ([{}, {"error": "timed out"}], "^operation 2, delete of Book, was refused: timed out$", "timed out"),
        (
            [{}, {}, {"error": "referential integrity violation", "details": "Book is in use"}],
            r"^the transaction was refused: referential integrity violation \(Book is in use\)$",
            "referential integrity violation",
        ),
    ],
)
def test_what_was_refused_is_said_in_a_sentence(answer: Any, said: str, code: str) -> None:
    with pytest.raises(OvsdbError, match=said) as caught:
        checked_results(OPERATIONS, answer)
    assert caught.value.code == code


@pytest.mark.parametrize("answer", [None, {}, [], [{}], [{}, None], [{}, {}, {}]])
def test_results_of_something_else_are_refused(answer: Any) -> None:
    with pytest.raises(ParseError):
        checked_results(OPERATIONS, answer)
