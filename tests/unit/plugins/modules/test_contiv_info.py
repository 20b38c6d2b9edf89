# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.packetwalk.labs.plugins.modules import contiv_info

sys.path.insert(0, str(Path(__file__).parent))
import contiv_world  # noqa: E402
import isolation  # noqa: E402
from netmaster_double import NetmasterDouble  # noqa: E402
from netmaster_objects import Objects, Panic  # noqa: E402

PROXY = {"username": "admin", "password": "admin", "validate_certs": False}


@pytest.fixture(scope="module")
def double() -> Iterator[NetmasterDouble]:
    with NetmasterDouble() as served:
        contiv_world.make(served)
        served.objects.plug("green:net1", "legacy-swarm-master", group="web")
        yield served


@pytest.fixture(scope="module")
def contiv(double: NetmasterDouble) -> dict[str, Any]:
    result = contiv_world.run("contiv_info", double)
    assert result["changed"] is False
    found: dict[str, Any] = result["contiv"]
    return found


def test_it_returns_what_is_documented(contiv: dict[str, Any]) -> None:
    documented = yaml.safe_load(contiv_info.RETURN)["contiv"]["contains"]
    assert set(contiv) == set(documented)
    for key, part in documented.items():
        for row in contiv[key] if part["type"] == "list" else [contiv[key]]:
            assert set(row) == set(part["contains"]), key


def test_all_lists_have_rows_and_are_sorted(contiv: dict[str, Any]) -> None:
    names = {
        key: [[row[name] for name in list(row)[:2]] for row in rows]
        for key, rows in contiv.items()
        if rows and isinstance(rows, list)
    }
    assert len(names) == 8
    assert all(rows == sorted(rows) for rows in names.values())
    assert names["networks"] == [
        ["blue", "contiv-net"],
        ["default", "contiv-net"],
        ["default", "contiv-vlan"],
        ["default", "infra1"],
        ["green", "net1"],
        ["green", "net2"],
        ["green", "net3"],
    ]


def test_the_tutorial(contiv: dict[str, Any]) -> None:
    networks = {row["docker_network"]: row for row in contiv["networks"]}
    assert networks["contiv-net/blue"]["external_tag"] == 2
    assert networks["contiv-vlan"]["packet_tag"] == 112
    assert networks["contiv-net"]["allocated_addresses"] == ["10.1.2.1", "10.1.2.2", "10.1.2.3"]
    assert {row["address"] for row in contiv["endpoints"] if row["tenant"] == "blue"} == {
        "10.1.2.1",
        "10.1.2.2",
        "10.1.2.3",
    }
    assert [(row["group"], row["host"]) for row in contiv["endpoints"] if row["group"]] == [
        ("web", "legacy-swarm-master")
    ]
    assert (contiv["global"]["vlans_in_use"], contiv["global"]["vxlans_in_use"]) == ("112, 150, 300", "1-3, 5000")


def test_rules_are_in_the_order_of_their_numbers(double: NetmasterDouble) -> None:
    with NetmasterDouble() as other:
        contiv_world.make(other)
        for number in ("10", "9"):
            contiv_world.run("contiv_rule", other, policy="web-pol", tenant="green", number=number, action="allow")
        rules = contiv_world.run("contiv_info", other)["contiv"]["rules"]
    assert [rule["number"] for rule in rules] == ["1", "2", "3", "9", "10"]


def test_nothing_is_asked_for_twice_and_nothing_is_changed() -> None:
    with NetmasterDouble() as double:
        contiv_world.make(double)
        contiv_world.run("contiv_info", double)
    asked = [path for _method, path, _body in double.requests]
    assert double.changes() == []
    assert {path for path in asked if asked.count(path) > 1} <= {"/api/v1/tenants/"}
    assert len(asked) == 19


def test_through_the_auth_proxy() -> None:
    with NetmasterDouble(password="admin") as double:
        contiv_world.make(double)
        result = contiv_world.run("contiv_info", double, **PROXY)
    with NetmasterDouble() as direct:
        contiv_world.make(direct)
        expected = contiv_world.run("contiv_info", direct)["contiv"]
    assert result["contiv"].pop("version") == {"version": "1.0.3", "commit": None, "built": None}
    assert expected.pop("version")["commit"] == "c61eb64"
    assert result["contiv"] == expected
    assert [path for _method, path, _body in double.requests].count("/api/v1/auth_proxy/login/") == 1


def test_a_certificate_that_nobody_trusts() -> None:
    with NetmasterDouble(password="admin") as double:
        result = contiv_world.run("contiv_info", double, username="admin", password="admin")
    assert "has a certificate that is not trusted: set validate_certs to false, or trust it." in result["msg"]


def test_a_part_that_cannot_be_read_is_null_with_the_reason() -> None:
    with NetmasterDouble() as double:
        contiv_world.make(double)
        # What netmaster made of it is gone, as after a deletion during which its handler died.
        double.objects.docker_networks.remove("web/green")
        double.objects.found["appProfiles"].clear()
        double.objects.found["endpointGroups"]["green:web"]["links"]["AppProfile"] = {}
        for _time in range(2):
            contiv_world.run("contiv_group", double, name="web", tenant="green", state="absent", docker_socket="/none")
        contiv = contiv_world.run("contiv_info", double)["contiv"]
    assert contiv["endpoint_groups"] is None
    assert contiv["endpoint_groups_reason"] == "green:web: Key not found"
    assert len(contiv["networks"]) == 7
    assert [key for key in contiv if key.endswith("_reason")] == ["endpoint_groups_reason"]


def test_a_malformed_part_is_null_with_the_reason() -> None:
    with NetmasterDouble() as double:
        double.objects.found["policys"]["t:p"] = {"key": "t:p", "policyName": "p"}
        contiv = contiv_world.run("contiv_info", double)["contiv"]
    assert contiv["policies"] is None
    assert contiv["policies_reason"] == "policys: cannot read its output: expected tenantName"


def test_no_netmaster_at_all() -> None:
    with NetmasterDouble() as double:
        url = double.url
    result = isolation.run(contiv_info, url=url)
    assert result["msg"] == f"Cannot read Contiv: {url} refuses connections: start netmaster there, or correct url."


def test_the_auth_proxy_without_a_login() -> None:
    with NetmasterDouble(password="admin") as double:
        result = isolation.run(contiv_info, url=double.url, validate_certs=False)
    assert f"{double.url} is an auth proxy: give username and password" in result["msg"]


def test_a_part_whose_handler_dies_is_null_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def dying(objects: Objects, _config: Any) -> None:
        raise Panic

    monkeypatch.setattr(Objects, "_oper_of_networks", dying)
    with NetmasterDouble() as double:
        contiv_world.make(double)
        contiv = contiv_world.run("contiv_info", double)["contiv"]
    assert (contiv["networks"], contiv["endpoints"], len(contiv["tenants"])) == (None, None, 4)
    assert "closed the connection without an answer" in contiv["networks_reason"]
