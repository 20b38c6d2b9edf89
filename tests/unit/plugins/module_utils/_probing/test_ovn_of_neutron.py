# SPDX-License-Identifier: GPL-3.0-or-later
"""What Neutron wrote into the databases of OVN, read from a database that holds the recorded rows."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Iterator

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._probing import _ovn_northbound, _ovn_southbound
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._ovsdb_client import OvsdbClient

sys.path.insert(0, str(Path(__file__).parent))
import ovn_daemons  # noqa: E402

pytestmark = pytest.mark.skipif(bool(ovn_daemons.missing()), reason=ovn_daemons.missing() or "all is there")

RECORDINGS = Path(__file__).parents[4] / "recordings" / "ovn-neutron"
DATABASES = {_ovn_northbound.DATABASE: "northbound", _ovn_southbound.DATABASE: "southbound"}

ROUTER1, EXTERNAL = "40971f38-91e5-436b-9c73-441b6ae1e25e", "497a82f5-95a7-4909-9a55-7a4de0f1b613"

Row = dict[str, Any]


@pytest.fixture(scope="module")
def ovn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ovn_daemons.Daemons]:
    """Both databases, without a northd that would change them."""
    with ovn_daemons.daemons(tmp_path_factory.mktemp("ovn")) as started:
        for database, recording in DATABASES.items():
            started.serve(database)
            inserts = _inserts(json.loads((RECORDINGS / f"{recording}.json").read_text()))
            socket = f"unix:{started.directory / ovn_daemons.SOCKETS[database]}"
            answer = started.run("ovsdb-client", "transact", socket, json.dumps([database, *inserts]))
            assert "error" not in answer, answer
        yield started


def _inserts(tables: dict[str, Row]) -> Iterator[Row]:
    """Each row with the identifier that it had, by which others name it (ovsdb-server(7), 4.1.4)."""
    for table, found in tables.items():
        for values in found["data"]:
            row = dict(zip(found["headings"], values, strict=True))
            # How the servers are reached is no part of the recording.
            for column in ("connections", "ssl"):
                row.pop(column, None)
            (_uuid, identifier) = row.pop("_uuid")
            yield {"op": "insert", "table": table, "uuid": identifier, "row": row}


def northbound(ovn: ovn_daemons.Daemons, *names: str) -> Row:
    with OvsdbClient(ovn.environment["OVN_NB_DB"], _ovn_northbound.DATABASE) as client:
        return _ovn_northbound.read(client, _ovn_northbound.PARTS, names)


def only(rows: list[Row], **wanted: Any) -> Row:
    (row,) = [row for row in rows if all(row[key] == value for key, value in wanted.items())]
    return row


def test_the_candidates_for_the_gateway_are_those_of_the_group_of_the_router(ovn: ovn_daemons.Daemons) -> None:
    read = northbound(ovn)
    candidates = [{"chassis": f"c{number}", "priority": 4 - number} for number in (1, 2, 3)]
    assert only(read["ha_chassis_groups"], name=f"neutron-{ROUTER1}") == {
        "name": f"neutron-{ROUTER1}",
        "uuid": "ab1c62d1-c562-495c-9ad2-cc27e23aea85",
        "candidates": candidates,
        "external_ids": {"neutron:availability_zone_hints": "", "neutron:router_id": ROUTER1},
    }
    (router,) = read["routers"]
    gateway = only(router["ports"], ha_chassis_group=f"neutron-{ROUTER1}")
    assert gateway["gateway_chassis"] == candidates
    assert gateway["external_ids"]["neutron:is_ext_gw"] == "True"
    assert len(read["ha_chassis_groups"]) == 3


def test_of_some_datapaths_only_the_groups_that_they_use(ovn: ovn_daemons.Daemons) -> None:
    assert [row["name"] for row in northbound(ovn, f"neutron-{ROUTER1}")["ha_chassis_groups"]] == [f"neutron-{ROUTER1}"]
    assert northbound(ovn, f"neutron-{EXTERNAL}")["ha_chassis_groups"] == []


def test_neutron_counts_its_changes_of_all_but_groups_and_acls(ovn: ovn_daemons.Daemons) -> None:
    read = northbound(ovn)
    counted = [
        *read["switches"],
        *(port for switch in read["switches"] for port in switch["ports"] if not port["name"].startswith("provnet-")),
        *read["routers"],
        *(port for router in read["routers"] for port in router["ports"]),
        *read["dhcp_options"],
        only(read["nats"], type="dnat_and_snat"),
    ]
    assert len(counted) == 16
    assert all(row["external_ids"]["neutron:revision_number"].isdigit() for row in counted)


def test_what_identifies_the_objects_of_neutron(ovn: ovn_daemons.Daemons) -> None:
    read = northbound(ovn)
    rules = {acl["external_ids"].get("neutron:security_group_rule_id") for acl in read["acls"]}
    assert len(rules - {None}) == 8 and len(read["acls"]) == 10
    assert {row["external_ids"].get("neutron:security_group_id") for row in read["port_groups"]} == {
        None,
        "b1154238-29f9-40ca-a748-91ad11983200",
        "b41f22da-867b-4649-b7c9-7f6faad27cd1",
    }
    assert {row["external_ids"]["subnet_id"] for row in read["dhcp_options"]} == {
        "a312a5ec-0353-4e00-a9f0-796a5c957ad8",
        "bc9f31a8-8b59-495a-b0d7-4f33da6d7106",
    }
    assert only(read["nats"], type="dnat_and_snat")["external_ids"]["neutron:fip_id"] == (
        "805e84db-59cd-42e6-928a-008f729cb34d"
    )
    assert read["settings"]["external_ids"]["neutron:fip-distributed"] == "False"
    assert read["settings"]["options"]["mac_prefix"] == "12:f0:f9"
    assert {port["ha_chassis_group"] for switch in read["switches"] for port in switch["ports"]} == {None}


def test_what_agents_noted_of_their_chassis(ovn: ovn_daemons.Daemons) -> None:
    noted = "external_ids:neutron\\:ovn-metadata-id=4a4c9f2a-3a4b-5f9e-9d53-0a4a1f9b8c11"
    ovn.run("ovn-sbctl", "set", "Chassis_Private", "c2", noted)
    with OvsdbClient(ovn.environment["OVN_SB_DB"], _ovn_southbound.DATABASE) as client:
        chassis = _ovn_southbound.read(client, ("chassis",), ())["chassis"]
    assert [row["private_external_ids"] for row in chassis] == [
        {},
        {"neutron:ovn-metadata-id": "4a4c9f2a-3a4b-5f9e-9d53-0a4a1f9b8c11"},
        {},
    ]
