# SPDX-License-Identifier: GPL-3.0-or-later
"""Operations for a schema with a few of the tables; the real one is tested with the module."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ovsdb import Schema
from ansible_collections.packetwalk.labs.plugins.module_utils._planning import _ovn_rows, _ovn_transaction
from ansible_collections.packetwalk.labs.plugins.module_utils._planning._ovn_transaction import Present

STRINGS = {"key": "string", "min": 0, "max": "unlimited"}
MAP = {**STRINGS, "value": "string"}
ROWS = {"key": {"type": "uuid"}, "min": 0, "max": "unlimited"}
TYPES: dict[str, dict[str, Any]] = {
    "Logical_Switch": {"name": "string", "other_config": MAP, "ports": ROWS},
    "Logical_Switch_Port": {"name": "string", "addresses": STRINGS, "dhcpv4_options": {**ROWS, "max": 1}},
    "DHCP_Options": {"cidr": "string"},
}
SCHEMA = Schema(
    {
        "name": "OVN_Northbound",
        "version": "7.0.0",
        "tables": {
            table: {"columns": {name: {"type": kind} for name, kind in {**columns, "external_ids": MAP}.items()}}
            for table, columns in TYPES.items()
        },
    }
)
SWITCH = ("Logical_Switch", "sw0")
PORT = ("Logical_Switch_Port", "vm1")
DHCP = ("DHCP_Options", "sw0")
UUIDS = {
    name: f"{number:08d}-0000-0000-0000-000000000000"
    for number, name in enumerate(("switch", "port", "dhcp", "foreign", "copy"))
}
DESIRED: _ovn_rows.Rows = {
    SWITCH: {"name": "sw0", "other_config": {"subnet": "10.0.0.0/24"}, "ports": ["vm1"]},
    PORT: {"name": "vm1", "addresses": ["50:54:00:00:00:01 10.0.0.5"], "dhcpv4_options": "sw0"},
    DHCP: {"cidr": "10.0.0.0/24"},
}


@pytest.fixture(autouse=True)
def tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """The lab has rows in the tables of this schema only."""
    known = {table: {name: _ovn_rows.TABLES[table][name] for name in columns} for table, columns in TYPES.items()}
    monkeypatch.setattr(_ovn_transaction, "TABLES", known)
    monkeypatch.setattr(_ovn_transaction, "NAMED_TABLES", ("Logical_Switch", "Logical_Switch_Port"))


def uuid(name: str) -> list[str]:
    return ["uuid", UUIDS[name]]


def marked(name: str) -> dict[str, str]:
    return {"packetwalk_lab": "ovn", "packetwalk_object": name}


def there(**changes: dict[str, Any]) -> Present:
    """Return a database that holds what is desired; ``changes`` are columns of its rows."""
    rows: dict[str, dict[str, Any]] = {
        "switch": {
            "name": "sw0",
            "other_config": {"subnet": "10.0.0.0/24", "mcast_snoop": "true"},
            "ports": [UUIDS["port"], UUIDS["foreign"]],
            "external_ids": {**marked("sw0"), "note": "hands off"},
        },
        "port": {
            "name": "vm1",
            "addresses": ["50:54:00:00:00:01 10.0.0.5"],
            "dhcpv4_options": UUIDS["dhcp"],
            "external_ids": marked("vm1"),
        },
        "dhcp": {"cidr": "10.0.0.0/24", "external_ids": marked("sw0")},
    }
    for name, columns in changes.items():
        rows[name].update(columns)
    owned = {
        table: [{"_uuid": UUIDS[name], **rows[name]}]
        for table, name in (("Logical_Switch", "switch"), ("Logical_Switch_Port", "port"), ("DHCP_Options", "dhcp"))
    }
    return Present(owned, {"Logical_Switch": {"sw0": {"ovn"}}, "Logical_Switch_Port": {"vm1": {"ovn"}, "vm7": {None}}})


EMPTY = Present({table: [] for table in TYPES}, {"Logical_Switch": {}, "Logical_Switch_Port": {}})


def effects(plan: _ovn_transaction.Plan) -> list[dict[str, Any]]:
    of_the_lab = [operation for operation in plan.operations if operation.get("table") in TYPES]
    return [operation for operation in of_the_lab if operation["op"] != "wait"]


def waits(plan: _ovn_transaction.Plan) -> list[dict[str, Any]]:
    return [operation for operation in plan.operations if operation["op"] == "wait"]


def test_nothing_is_done_where_nothing_differs() -> None:
    plan = _ovn_transaction.plan(SCHEMA, "ovn", there(), DESIRED)
    assert (plan.operations, plan.counts, plan.inserted) == ([], {}, {})
    assert plan.kept == {SWITCH: UUIDS["switch"], PORT: UUIDS["port"], DHCP: UUIDS["dhcp"]}
    assert _ovn_transaction.owned_rows(there()) == DESIRED


def test_new_rows_are_marked_and_refer_to_one_another() -> None:
    plan = _ovn_transaction.plan(SCHEMA, "ovn", EMPTY, DESIRED)
    rows = {operation["table"]: operation for operation in effects(plan)}
    names = {table: operation["uuid-name"] for table, operation in rows.items()}
    assert {operation["op"] for operation in rows.values()} == {"insert"}
    assert rows["Logical_Switch"]["row"] == {
        "name": "sw0",
        "other_config": ["map", [["subnet", "10.0.0.0/24"]]],
        "ports": ["set", [["named-uuid", names["Logical_Switch_Port"]]]],
        "external_ids": ["map", [["packetwalk_lab", "ovn"], ["packetwalk_object", "sw0"]]],
    }
    assert rows["Logical_Switch_Port"]["row"]["dhcpv4_options"] == ["named-uuid", names["DHCP_Options"]]
    assert plan.operations[-2:] == [
        {"op": "mutate", "table": "NB_Global", "where": [], "mutations": [["nb_cfg", "+=", 1]]},
        {"op": "comment", "comment": "packetwalk.labs.ovn_topology: lab ovn"},
    ]
    assert all(plan.operations[number]["table"] == key[0] for key, number in plan.inserted.items())
    assert plan.counts["DHCP_Options"] == {"inserted": 1, "changed": 0, "deleted": 0}


def test_neither_the_mark_nor_the_name_of_a_new_row_may_be_there_by_then() -> None:
    found = [
        (each["table"], each["where"], each["rows"])
        for each in waits(_ovn_transaction.plan(SCHEMA, "ovn", EMPTY, DESIRED))
    ]
    marks = [["packetwalk_lab", "ovn"], ["packetwalk_object", "sw0"]]
    assert ("DHCP_Options", [["external_ids", "includes", ["map", marks]]], []) in found
    assert ("Logical_Switch", [["name", "==", "sw0"]], []) in found
    assert len(found) == 5


@pytest.mark.parametrize(
    ("changes", "effect", "waited"),
    [
        (
            {"port": {"addresses": ["dynamic"]}},
            {
                "op": "update",
                "table": "Logical_Switch_Port",
                "row": {"addresses": ["set", ["50:54:00:00:00:01 10.0.0.5"]]},
            },
            {"addresses": ["set", ["dynamic"]]},
        ),
        (
            {"port": {"dhcpv4_options": UUIDS["foreign"]}},
            {"op": "update", "table": "Logical_Switch_Port", "row": {"dhcpv4_options": uuid("dhcp")}},
            {"dhcpv4_options": uuid("foreign")},
        ),
        (
            {"switch": {"name": "renamed"}},
            {"op": "update", "table": "Logical_Switch", "row": {"name": "sw0"}},
            {"name": "renamed"},
        ),
        (
            {"switch": {"other_config": {"subnet": "10.9.0.0/24", "x": "y"}}},
            {
                "op": "mutate",
                "table": "Logical_Switch",
                "mutations": [
                    ["other_config", "delete", ["set", ["subnet"]]],
                    ["other_config", "insert", ["map", [["subnet", "10.0.0.0/24"]]]],
                ],
            },
            {"other_config": ["map", [["subnet", "10.9.0.0/24"], ["x", "y"]]]},
        ),
        (
            {"switch": {"ports": [UUIDS["foreign"]]}},
            {"op": "mutate", "table": "Logical_Switch", "mutations": [["ports", "insert", ["set", [uuid("port")]]]]},
            {"ports": ["set", [uuid("foreign")]]},
        ),
    ],
)
def test_only_what_differs_is_changed(changes: dict[str, Any], effect: dict[str, Any], waited: dict[str, Any]) -> None:
    plan = _ovn_transaction.plan(SCHEMA, "ovn", there(**changes), DESIRED)
    row = "switch" if effect["table"] == "Logical_Switch" else "port"
    assert effects(plan) == [{**effect, "where": [["_uuid", "==", uuid(row)]]}]
    assert [(each["rows"], each["timeout"], each["until"]) for each in waits(plan)] == [([waited], 0, "==")]
    assert plan.counts == {effect["table"]: {"inserted": 0, "changed": 1, "deleted": 0}}


def test_a_key_that_is_no_longer_wanted_goes_and_those_of_others_stay() -> None:
    desired = {**DESIRED, SWITCH: {**DESIRED[SWITCH], "other_config": {"subnet": None}}}
    (effect,) = effects(_ovn_transaction.plan(SCHEMA, "ovn", there(), desired))
    assert effect["mutations"] == [["other_config", "delete", ["set", ["subnet"]]]]


def test_what_is_no_longer_wanted_is_let_go_and_deleted() -> None:
    desired = {SWITCH: {**DESIRED[SWITCH], "ports": []}, DHCP: DESIRED[DHCP]}
    plan = _ovn_transaction.plan(SCHEMA, "ovn", there(), desired)
    assert effects(plan) == [
        {
            "op": "mutate",
            "table": "Logical_Switch",
            "where": [["_uuid", "==", uuid("switch")]],
            "mutations": [["ports", "delete", ["set", [uuid("port")]]]],
        },
        {"op": "delete", "table": "Logical_Switch_Port", "where": [["_uuid", "==", uuid("port")]]},
    ]
    assert {tuple(each["columns"]) for each in waits(plan)} == {("ports",), ("addresses", "dhcpv4_options", "name")}


def test_a_second_row_of_the_same_object_is_deleted() -> None:
    present = there()
    present.owned["DHCP_Options"].append({"_uuid": UUIDS["copy"], "cidr": "10.0.0.0/24", "external_ids": marked("sw0")})
    (effect,) = effects(_ovn_transaction.plan(SCHEMA, "ovn", present, DESIRED))
    assert effect == {"op": "delete", "table": "DHCP_Options", "where": [["_uuid", "==", uuid("copy")]]}


def test_names_of_others_are_refused() -> None:
    present = there()
    present.names["Logical_Switch_Port"]["vm1"].add("other")
    desired = {**DESIRED, ("Logical_Switch_Port", "vm7"): DESIRED[PORT]}
    assert list(_ovn_transaction.refusals(present, "ovn", desired)) == [
        "Logical switch port vm1 is there already and belongs to lab other: rename yours, or remove that one.",
        "Logical switch port vm7 is there already and belongs to no lab: rename yours, or remove that one.",
    ]
    assert _ovn_transaction.names_afterwards(present, "ovn", DESIRED) == {
        "Logical_Switch": {"sw0"},
        "Logical_Switch_Port": {"vm1", "vm7"},
    }


def test_rows_of_others_do_not_go_away_with_those_of_the_lab() -> None:
    assert list(_ovn_transaction.refusals(there(), "ovn", {})) == [
        "Logical switch sw0 holds ports that are not of lab ovn and would go away with it: remove them first."
    ]
    assert list(_ovn_transaction.refusals(there(), "ovn", DESIRED)) == []


def test_what_was_read_is_understood() -> None:
    questions = _ovn_transaction.questions(SCHEMA, "ovn")
    assert questions[0]["where"] == [["external_ids", "includes", ["map", [["packetwalk_lab", "ovn"]]]]]
    present = there()
    results = [{"rows": [SCHEMA.encode_row(table, row) for row in rows]} for table, rows in present.owned.items()] + [
        {
            "rows": [
                {"name": name, "external_ids": ["map", [["packetwalk_lab", lab]] if lab else []]}
                for name, labs in names.items()
                for lab in labs
            ]
        }
        for names in present.names.values()
    ]
    assert len(questions) == len(results)
    assert _ovn_transaction.answers(SCHEMA, results) == present


def test_a_database_without_a_column_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_ovn_transaction, "TABLES", {"DNS": _ovn_rows.TABLES["DNS"]})
    with pytest.raises(ValueError, match=r"OVN_Northbound 7.0.0 has no DNS.external_ids"):
        _ovn_transaction.questions(SCHEMA, "ovn")
