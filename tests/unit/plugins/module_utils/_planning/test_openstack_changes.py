# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be done in a real cloud of release 2026.2: nothing, or what differs from what was asked for."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any, Callable

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._planning import _openstack_changes as planning

RECORDINGS = Path(__file__).parents[4] / "recordings" / "openstack"
FOUND: dict[str, list[dict[str, Any]]] = json.loads((RECORDINGS / "cloud.json").read_text())
INTENT: dict[str, Any] = json.loads((RECORDINGS / "intent.json").read_text())

Change = Callable[[dict[str, Any]], Any]


def row(kind: str, name: str, rows: dict[str, Any]) -> dict[str, Any]:
    key = "server" if rows is not FOUND and kind == "floating_ips" and "server" in rows[kind][0] else "name"
    found: dict[str, Any] = next(each for each in rows[kind] if each.get(key) == name)
    return found


def compared(asked: Change | None = None, there: Change | None = None) -> planning.Changes:
    """The changes after one of what is asked for, or of what is there."""
    intent, found = copy.deepcopy(INTENT), copy.deepcopy(FOUND)
    if asked:
        asked(intent)
    if there:
        there(found)
    return planning.changes(intent, found)


def names(rows: dict[str, list[dict[str, Any]]]) -> dict[str, list[str]]:
    return {kind: [each.get("name") or each["server"] for each in several] for kind, several in rows.items() if several}


def without(kind: str, name: str) -> Change:
    return lambda rows: rows[kind].remove(row(kind, name, rows))


def with_(kind: str, name: str, **changed: Any) -> Change:
    return lambda rows: row(kind, name, rows).update(changed)


def test_nothing_is_to_do_in_the_cloud_that_was_made() -> None:
    changes = compared()
    assert (changes.refused, names(changes.made), names(changes.removed)) == ([], {}, {})


def test_everything_is_made_in_an_empty_cloud() -> None:
    changes = planning.changes(INTENT, {kind: [] for kind in planning.KINDS})
    assert names(changes.made) == {
        "networks": ["internal1", "internal2", "external_network"],
        "subnets": ["internal1_subnet", "internal2_subnet", "external_subnet"],
        "routers": ["router1"],
        "security_groups": ["ping_and_ssh"],
        "images": ["cirros"],
        "flavors": ["m1.tiny"],
        "servers": ["testinstance1", "testinstance2", "testinstance3"],
        "floating_ips": ["testinstance1"],
    }
    assert changes.made["subnets"][0]["network"] == "internal1"
    assert names(changes.removed) == {}


def test_everything_that_left_the_inventory_is_removed_and_nothing_foreign() -> None:
    nothing = {**INTENT, **{kind: [] for kind in INTENT if isinstance(INTENT[kind], list)}}
    changes = planning.changes(nothing, FOUND)
    assert names(changes.made) == {}
    assert names(changes.removed) == {
        "networks": ["external_network", "internal1", "internal2"],
        "routers": ["router1"],
        "security_groups": ["ping_and_ssh"],
        "images": ["cirros"],
        "flavors": ["m1.tiny"],
        "servers": ["testinstance1", "testinstance2", "testinstance3"],
        "floating_ips": ["172.24.5.54"],
    }


def test_a_subnet_goes_alone_when_its_network_stays() -> None:
    changes = compared(lambda intent: row("networks", "internal1", intent)["subnets"].clear())
    assert names(changes.removed) == {"subnets": ["internal1_subnet"]}


def test_another_lab_sees_foreign_things_only() -> None:
    changes = compared(asked=lambda intent: intent.update(lab="other"))
    identifier = row("routers", "router1", FOUND)["id"]
    assert names(changes.removed) == {}
    assert (
        f"The cloud has a router router1 already ({identifier}), which is not of this lab. Give that of the inventory "
        "another name."
    ) in changes.refused
    identifier = FOUND["floating_ips"][0]["id"]
    assert changes.refused[-1] == (
        f"The cloud has the floating IP 172.24.5.54 already ({identifier}), which is not of this lab. Take another "
        "address in openstack_floating_ips."
    )


MADE: list[tuple[str, Change, dict[str, list[str]]]] = [
    ("networks", with_("networks", "internal1", mtu_bytes=1400), {"networks": ["internal1"]}),
    ("networks", with_("networks", "internal1", external=True), {"networks": ["internal1"]}),
    (
        "subnets",
        lambda intent: row("networks", "internal1", intent)["subnets"][0].update(dhcp=False),
        {"subnets": ["internal1_subnet"]},
    ),
    (
        "subnets",
        lambda intent: row("networks", "internal1", intent)["subnets"][0].update(dns_servers=["9.9.9.9"]),
        {"subnets": ["internal1_subnet"]},
    ),
    (
        "subnets",
        lambda intent: row("networks", "internal1", intent)["subnets"][0]["allocation_pools"].pop(),
        {"subnets": ["internal1_subnet"]},
    ),
    ("routers", with_("routers", "router1", subnets=["internal1_subnet"]), {"routers": ["router1"]}),
    ("routers", with_("routers", "router1", external_address="172.24.5.51"), {"routers": ["router1"]}),
    (
        "routers",
        with_("routers", "router1", external_network=None, external_address=None),
        {"routers": ["router1"]},
    ),
    (
        "security_groups",
        lambda intent: intent["security_groups"][0]["rules"].pop(),
        {"security_groups": ["ping_and_ssh"]},
    ),
    ("flavors", with_("flavors", "m1.tiny", ram_megabytes=256), {"flavors": ["m1.tiny"]}),
    ("servers", with_("servers", "testinstance2", security_groups=["default"]), {"servers": ["testinstance2"]}),
]


@pytest.mark.parametrize(("kind", "asked", "expected"), MADE)
def test_what_differs_is_made_and_stays(kind: str, asked: Change, expected: dict[str, list[str]]) -> None:
    changes = compared(asked)
    assert (names(changes.made), names(changes.removed), changes.refused) == (expected, {}, [])


REPLACED: list[tuple[Change | None, Change | None]] = [
    (with_("servers", "testinstance1", host="compute9"), None),
    (with_("servers", "testinstance1", address="10.10.10.5"), None),
    (with_("servers", "testinstance1", network="internal2", address=None), None),
    (with_("servers", "testinstance1", flavor="m1.small"), None),
    (with_("servers", "testinstance1", image="debian"), None),
    (None, with_("servers", "testinstance1", status="ERROR")),
    # On a host that left the group openstack_computes.
    (
        with_("servers", "testinstance1", host=None),
        with_("servers", "testinstance1", **{"OS-EXT-SRV-ATTR:host": "compute9"}),
    ),
]


@pytest.mark.parametrize(("asked", "there"), REPLACED)
def test_a_server_that_cannot_change_is_replaced_with_its_floating_ip(
    asked: Change | None, there: Change | None
) -> None:
    changes = compared(asked, there)
    expected = {"servers": ["testinstance1"], "floating_ips": ["testinstance1"]}
    assert names(changes.made) == expected
    assert names(changes.removed) == {"servers": ["testinstance1"], "floating_ips": ["172.24.5.54"]}


def test_neutron_may_choose_what_was_not_asked_for() -> None:
    def asked(intent: dict[str, Any]) -> None:
        intent["routers"][0]["external_address"] = None
        intent["floating_ips"][0]["address"] = None
        for server in intent["servers"]:
            server.update(address=None, host=None)

    changes = compared(asked)
    assert (names(changes.made), names(changes.removed)) == ({}, {})


def test_a_floating_ip_with_another_address_is_replaced() -> None:
    changes = compared(lambda intent: intent["floating_ips"][0].update(address="172.24.5.60"))
    assert names(changes.made) == {"floating_ips": ["testinstance1"]}
    assert names(changes.removed) == {"floating_ips": ["172.24.5.54"]}


def test_groups_that_name_each_other_are_there_before_their_rules() -> None:
    def asked(intent: dict[str, Any]) -> None:
        rule = intent["security_groups"][0]["rules"][-1]
        intent["security_groups"] += [
            {"name": "one", "rules": [{**rule, "remote_group": "two"}, {**rule, "remote_group": "one"}]},
            {"name": "two", "rules": [{**rule, "remote_group": "ping_and_ssh"}]},
        ]

    made = compared(asked).made["security_groups"]
    assert [(each["name"], len(each["rules"])) for each in made] == [("two", 0), ("one", 2), ("two", 1)]


REFUSED: list[tuple[Change, str]] = [
    (
        with_("networks", "internal1", network_type="vlan"),
        "The network internal1 has the network_type geneve, which cannot become vlan any more. Give the network "
        "another name, so that it is made anew.",
    ),
    (
        lambda intent: row("networks", "internal1", intent)["subnets"][0].update(cidr="10.10.20.0/24"),
        "The subnet internal1_subnet has the cidr 10.10.10.0/24, which cannot become 10.10.20.0/24 any more. Give the "
        "subnet another name, so that it is made anew.",
    ),
    (
        lambda intent: intent["networks"][0]["subnets"].append(intent["networks"][1]["subnets"].pop()),
        "The subnet internal2_subnet has the network internal2, which cannot become internal1 any more. Give the "
        "subnet another name, so that it is made anew.",
    ),
]


@pytest.mark.parametrize(("asked", "sentence"), REFUSED)
def test_what_neutron_cannot_change_is_refused(asked: Change, sentence: str) -> None:
    assert compared(asked).refused == [sentence]


def test_without_nova_only_neutron_is_asked() -> None:
    assert planning.kinds("fake") == list(planning.KINDS)
    assert {planning.KINDS[kind].service for kind in planning.kinds("none")} == {"network"}
