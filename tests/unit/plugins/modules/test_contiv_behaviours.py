# SPDX-License-Identifier: GPL-3.0-or-later
"""The behaviours of netmaster and what is around it that modules must know, by the numbers that they were given.

11 and 12 are missing: they are of packets, and modules do not send any. Each test shows first what netmaster does, by
its double, and then that a module is safe from it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable

import pytest
from ansible.module_utils.basic import AnsibleModule
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._netmaster import Netmaster, Refused, Unanswered

sys.path.insert(0, str(Path(__file__).parent))
import contiv_world  # noqa: E402
import netmaster_objects  # noqa: E402
from docker_double import DockerDouble  # noqa: E402
from netmaster_double import NetmasterDouble  # noqa: E402
from netmaster_recordings import exchange  # noqa: E402

NETWORK = {"name": "net", "tenant": "green", "subnet": "10.70.0.0/24"}
PATH = "/api/v1/networks/green:net/"
BODY = {"tenantName": "green", "networkName": "net", "encap": "vxlan", "subnet": "10.70.0.0/24"}

Run = Callable[..., dict[str, Any]]


@pytest.fixture
def double() -> Iterator[NetmasterDouble]:
    with NetmasterDouble() as served:
        contiv_world.make(served)
        yield served


@pytest.fixture
def docker(double: NetmasterDouble, tmp_path: Path) -> Iterator[DockerDouble]:
    with DockerDouble(tmp_path / "docker.sock", double.objects.docker_networks) as served:
        yield served


@pytest.fixture
def run(double: NetmasterDouble, docker: DockerDouble) -> Run:
    """Run a module; those that make networks of Docker ask the double of an engine."""

    def module(module_name: str, **options: Any) -> dict[str, Any]:
        if module_name in ("contiv_network", "contiv_group"):
            options.setdefault("docker_socket", docker.path)
        return contiv_world.run(module_name, double, **options)

    return module


def info(run: Run) -> dict[str, Any]:
    found: dict[str, Any] = run("contiv_info")["contiv"]
    return found


def test_01_what_is_there_is_never_sent_again(double: NetmasterDouble, run: Run) -> None:
    assert exchange(double.url, "POST", "/api/v1/tenants/green/", {"tenantName": "green"})[0] == 500
    sent = len(double.changes())
    again = [
        run("contiv_tenant", name="green"),
        run("contiv_network", name="net1", tenant="green", subnet="10.9.1.0/24"),
        run("contiv_policy", name="web-pol", tenant="green"),
        run("contiv_rule", policy="web-pol", tenant="green", number="1", protocol="tcp", action="deny"),
        run("contiv_group", name="web", tenant="green", network="net1", policies=["web-pol"]),
        run("contiv_app_profile", name="app1", tenant="green", groups=["db", "web"]),
        run("contiv_global", forwarding_mode="bridge", private_subnet="172.19.0.0/16"),
    ]
    assert [result["changed"] for result in again] == [False] * len(again)
    assert len(double.changes()) == sent


def test_02_a_refused_deletion_of_a_network_makes_its_tenant_forget_it(
    double: NetmasterDouble, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = run("contiv_network", name="contiv-net", state="absent")
    assert "Network default:contiv-net is used by endpoint 10.1.2.1 on legacy-swarm-master" in refused["msg"]
    assert double.changes() == []
    assert [row["in_tenant"] for row in info(run)["networks"] if row["docker_network"] == "contiv-net"] == [True]

    path = "/api/v1/networks/default:contiv-net/"
    assert exchange(double.url, "DELETE", path)[1].startswith("Error: Network has active endpoints")
    assert exchange(double.url, "GET", path)[0] == 200
    links = exchange(double.url, "GET", "/api/v1/tenants/default/")[1]["link-sets"]["Networks"]
    assert "default:contiv-net" not in links
    # Somebody else has done that: it is told, the tenant is not deleted, and an overlap is taken.
    assert [row["in_tenant"] for row in info(run)["networks"] if row["docker_network"] == "contiv-net"] == [False]
    # Where other tests have loaded the controller's side, warnings go to its terminal and not into the result.
    warnings: list[str] = []
    monkeypatch.setattr(AnsibleModule, "warn", lambda module, warning: warnings.append(warning))
    run("contiv_network", name="contiv-net", subnet="10.1.2.0/24")
    assert "its tenant does not know it any more" in str(warnings)
    assert exchange(double.url, "DELETE", "/api/v1/networks/blue:contiv-net/")[0] == 500
    assert "Tenant blue is used by network blue:contiv-net" in run("contiv_tenant", name="blue", state="absent")["msg"]
    assert run("contiv_network", name="overlapping", subnet="10.1.2.0/24")["changed"] is True


def test_03_a_network_that_failed_in_docker_is_repaired(double: NetmasterDouble, run: Run) -> None:
    double.objects.docker_refusal = netmaster_objects.NETPLUGIN_GONE
    failed = run("contiv_network", **NETWORK)
    assert "connect: connection refused. Start netplugin on the node of netmaster" in failed["msg"]
    double.objects.docker_refusal = None
    assert exchange(double.url, "POST", PATH, BODY)[0] == 200
    assert "net/green" not in double.objects.docker_networks

    repaired = run("contiv_network", **NETWORK)
    assert (repaired["changed"], repaired["repaired"]) == (True, True)
    assert repaired["actions"] == ["DELETE networks green:net", "POST networks green:net"]
    assert "net/green" in double.objects.docker_networks
    again = run("contiv_network", **NETWORK)
    assert (again["changed"], again["repaired"], again["docker_network_checked"]) == (False, False, True)


def test_03_it_is_also_repaired_where_nobody_sent_it_again(double: NetmasterDouble, run: Run) -> None:
    double.objects.docker_refusal = netmaster_objects.NETPLUGIN_GONE
    assert run("contiv_network", **NETWORK)["failed"] is True
    double.objects.docker_refusal = None
    assert run("contiv_network", **NETWORK)["repaired"] is True
    assert "net/green" in double.objects.docker_networks


def test_03_without_an_engine_it_is_said_that_docker_was_not_asked(run: Run, tmp_path: Path) -> None:
    made = run("contiv_network", **NETWORK, **contiv_world.without_docker(tmp_path))
    assert (made["changed"], made["docker_network_checked"], made["repaired"]) == (True, False, False)


def test_04_an_empty_reply_to_a_deletion_is_followed_by_one_more(double: NetmasterDouble, run: Run) -> None:
    run("contiv_network", **NETWORK)
    double.objects.docker_networks.remove("net/green")
    sent = len(double.changes())
    deleted = run("contiv_network", **NETWORK, state="absent")
    assert (deleted.get("msg"), deleted["changed"]) == (None, True)
    assert double.changes()[sent:] == [("DELETE", PATH), ("DELETE", PATH)]
    assert exchange(double.url, "GET", PATH) == (500, "network not found\n")


def test_04_a_group_would_be_lost_so_docker_gets_a_network_for_it_first(double: NetmasterDouble, run: Run) -> None:
    """netmaster forgets what it made of the group before its handler dies, and never deletes it then."""
    client, key = Netmaster(double.url), "green:api"
    run("contiv_group", name="api", tenant="green", network="net2")
    double.objects.docker_networks.remove("api/green")
    assert exchange(double.url, "DELETE", f"/api/v1/endpointGroups/{key}/") == (None, None)
    with pytest.raises(Refused, match="Key not found"):
        client.delete("endpointGroups", key)

    run("contiv_group", name="shop", tenant="green", network="net2")
    double.objects.docker_networks.remove("shop/green")
    repaired = run("contiv_group", name="shop", tenant="green", network="net2")
    assert (repaired.get("msg"), repaired["repaired"]) == (None, True)
    double.objects.docker_networks.remove("shop/green")
    deleted = run("contiv_group", name="shop", tenant="green", state="absent")
    assert (deleted.get("msg"), deleted["changed"]) == (None, True)
    assert "shop/green" not in double.objects.docker_networks
    assert client.get("endpointGroups", "green:shop") is None


def test_05_a_network_that_docker_made_is_none_of_netmasters(double: NetmasterDouble, run: Run) -> None:
    double.objects.docker_networks.add("direct1")
    assert "direct1" not in [row["docker_network"] for row in info(run)["networks"]]
    made = run("contiv_network", name="direct1", subnet="10.88.0.0/24")
    assert (made["changed"], made["contiv_network"]["docker_network"]) == (True, "direct1")
    assert "direct1" in [row["docker_network"] for row in info(run)["networks"]]


def test_06_global_settings_are_sent_as_a_whole(double: NetmasterDouble, run: Run) -> None:
    path = "/api/v1/globals/global/"
    part = {"name": "global", "arpMode": "flood", "vlans": "1-4094", "vxlans": "1-10000", "pvtSubnet": "172.19.0.0/16"}
    assert exchange(double.url, "POST", path, part)[1].startswith("Please delete 112, 150, 300 vlans and 1-3, 5000 vx")
    before = exchange(double.url, "GET", path)[1]
    assert run("contiv_global", arp_mode="flood")["changed"] is True
    assert exchange(double.url, "GET", path)[1] == {**before, "arpMode": "flood"}
    assert run("contiv_global", arp_mode="flood")["changed"] is False


def test_06_networks_keep_the_forwarding_mode(run: Run) -> None:
    with NetmasterDouble() as double:
        made = {"docker_socket": "/nonexistent/docker.sock", "name": "n", "subnet": "10.1.0.0/24"}
        contiv_world.run("contiv_network", double, **made)
        kept = contiv_world.run("contiv_global", double, forwarding_mode="routing")
        assert "Delete these networks first: default:n." in kept["msg"]
        contiv_world.run("contiv_network", double, **made, state="absent")
        changed = contiv_world.run("contiv_global", double, forwarding_mode="routing")
    assert (changed["changed"], changed["contiv_global"]["forwarding_mode"]) == (True, "routing")


def test_07_overlaps_are_refused_in_one_tenant_only(run: Run) -> None:
    taken = run("contiv_network", name="n", tenant="olive", subnet="10.9.1.0/24")
    assert taken["changed"] is True
    refused = run("contiv_network", name="m", tenant="olive", subnet="10.9.1.128/25")
    assert "netmaster refuses: Network n conflicts with subnet 10.9.1.128/25." in refused["msg"]


def test_08_a_group_that_cannot_be_made_leaves_no_network_behind(double: NetmasterDouble, run: Run) -> None:
    body = {"tenantName": "green", "groupName": "e9", "networkName": "net1", "netProfile": "nosuch"}
    assert exchange(double.url, "POST", "/api/v1/endpointGroups/green:e9/", body)[1] == "Netprofile not found\n"
    assert "e9/green" in double.objects.docker_networks

    refused = run("contiv_group", name="e8", tenant="green", network="net1", net_profile="nosuch")
    assert "there is no network profile nosuch in its tenant" in refused["msg"]
    refused = run("contiv_group", name="e8", tenant="green", network="net1", policies=["nosuch"])
    assert "netmaster refuses: Policy not found." in refused["msg"]
    assert "e8/green" not in double.objects.docker_networks


def test_09_all_goes_in_an_order_in_which_nothing_loses_what_it_names(double: NetmasterDouble, run: Run) -> None:
    steps = (
        ("contiv_app_profile", {"name": "app1"}),
        ("contiv_rule", {"policy": "web-pol", "number": "2"}),
        ("contiv_group", {"name": "db"}),
        ("contiv_group", {"name": "web"}),
        ("contiv_policy", {"name": "web-pol"}),
        ("contiv_network", {"name": "net1"}),
        ("contiv_network", {"name": "net2"}),
    )
    refused = run("contiv_group", name="db", tenant="green", state="absent")
    assert "is used by application profile green:app1, rule green:web-pol:2." in refused["msg"]
    results = [run(module, tenant="green", state="absent", **options) for module, options in steps]
    assert [(result.get("msg"), result.get("changed")) for result in results] == [(None, True)] * len(steps)
    # The policy took its rules along.
    assert (info(run)["rules"], info(run)["policies"]) == ([], [])


def test_09_netmaster_itself_deletes_a_group_that_a_rule_names(double: NetmasterDouble) -> None:
    for path in ("appProfiles/green:app1", "endpointGroups/green:db"):
        assert exchange(double.url, "DELETE", f"/api/v1/{path}/")[0] == 200
    assert exchange(double.url, "GET", "/api/v1/rules/green:web-pol:2/")[1]["fromEndpointGroup"] == "db"


def test_10_the_engine_is_asked_for_the_network_and_not_the_manager_of_a_swarm(run: Run, docker: DockerDouble) -> None:
    run("contiv_network", **NETWORK)
    listed = [path for method, path in docker.requests if method == "GET" and path.endswith("/networks")]
    # Once before it is made, and once after that.
    assert len(listed) == 2


def test_13_in_other_modes_netmaster_makes_nothing_in_docker(double: NetmasterDouble, run: Run) -> None:
    double.objects.cluster_mode = "swarm-mode"
    made = run("contiv_network", **NETWORK)
    assert (made["changed"], made["repaired"]) == (True, False)
    assert "net/green" not in double.objects.docker_networks
    assert run("contiv_network", **NETWORK)["changed"] is False
    assert info(run)["global"]["cluster_mode"] == "swarm-mode"


def test_14_services_are_not_asked_for_and_the_type_of_an_answer_does_not_count(
    double: NetmasterDouble, run: Run
) -> None:
    assert exchange(double.url, "GET", "/services")[1].startswith("Key not found")
    asked = len(double.requests)
    assert info(run)["version"] == {"version": "1.0.3", "commit": "c61eb64", "built": "06-08-2017.01-26-14.UTC"}
    assert "/services" not in [path for _method, path, _body in double.requests[asked:]]


def test_a_half_made_service_closes_the_connection_and_that_is_said(double: NetmasterDouble) -> None:
    body = {"tenantName": "green", "serviceName": "svc9", "networkName": "net3", "ports": ["80"]}
    with pytest.raises(Unanswered, match="closed the connection without an answer"):
        Netmaster(double.url).write("serviceLBs", "green:svc9", body)
