# SPDX-License-Identifier: GPL-3.0-or-later
"""Each module for Contiv makes, changes and deletes its object once, says so before, and refuses what would do harm.

Netmaster and the engine are doubles here. What netmaster refuses is in test_contiv_errors.py.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.module_utils.basic import AnsibleModule

sys.path.insert(0, str(Path(__file__).parent))
import isolation  # noqa: E402
from docker_double import DockerDouble  # noqa: E402
from netmaster_double import NetmasterDouble  # noqa: E402
from netmaster_objects import NETPLUGIN_GONE  # noqa: E402

NETWORK = {"tenant": "green", "name": "net1", "subnet": "10.9.1.0/24"}
GROUP = {"tenant": "green", "name": "web", "network": "net1"}
POLICY = {"tenant": "green", "name": "web-pol"}
RULE = {"tenant": "green", "policy": "web-pol", "number": "1", "protocol": "tcp", "action": "deny"}
BGP = {"hostname": "h1", "router_address": "50.1.1.1/24", "as": 65002, "neighbor": "50.1.1.2", "neighbor_as": 500}
APP_PROFILE = {"tenant": "green", "name": "app1", "groups": ["web"]}


class Lab:
    """Doubles of a netmaster and of an engine in its cluster, and modules that talk to them."""

    def __init__(self, netmaster: NetmasterDouble, engine: DockerDouble) -> None:
        self.netmaster = netmaster
        self.engine = engine
        self.objects = netmaster.objects

    def run(self, kind: str, check: bool = False, **options: Any) -> dict[str, Any]:
        """Return the result of a module, with ``sent``: what was asked of netmaster that may have changed something."""
        before = len(self.netmaster.changes())
        if kind in ("network", "group"):
            options.setdefault("docker_socket", self.engine.path)
        result = isolation.run(module(kind), check, url=self.netmaster.url, **options)
        result["sent"] = [" ".join(each) for each in self.netmaster.changes()[before:]]
        return result

    def make(self, *wanted: tuple[str, dict[str, Any]]) -> None:
        for kind, options in wanted:
            result = self.run(kind, **options)
            assert result.get("changed"), result


def module(kind: str) -> Any:
    return importlib.import_module(f"ansible_collections.packetwalk.labs.plugins.modules.contiv_{kind}")


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    with NetmasterDouble() as netmaster:
        engine = DockerDouble(tmp_path / "docker.sock", netmaster.objects.docker_networks)
        with engine:
            yield Lab(netmaster, engine)


GREEN = ("tenant", {"name": "green"})
# The module, what must be there before, its options, the key of the object, and a difference that shows.
KINDS = [
    ("tenant", [], {"name": "green"}, "tenants green", {"name": "green", "default_network": None}),
    ("network", [GREEN], NETWORK, "networks green:net1", {"subnet": "10.9.1.0/24", "type": "data"}),
    ("policy", [GREEN], POLICY, "policys green:web-pol", POLICY),
    ("group", [GREEN, ("network", NETWORK)], GROUP, "endpointGroups green:web", {"network": "net1", "policies": []}),
    ("rule", [GREEN, ("policy", POLICY)], RULE, "rules green:web-pol:1", {"priority": 1, "protocol": "tcp"}),
    ("bgp", [], BGP, "Bgps h1", BGP),
    (
        "app_profile",
        [GREEN, ("network", NETWORK), ("group", GROUP)],
        APP_PROFILE,
        "appProfiles green:app1",
        {"groups": ["web"]},
    ),
]


@pytest.mark.parametrize(("kind", "needed", "options", "key", "shown"), KINDS, ids=[each[0] for each in KINDS])
def test_an_object_is_made_and_deleted_once(
    lab: Lab, kind: str, needed: list[Any], options: dict[str, Any], key: str, shown: dict[str, Any]
) -> None:
    lab.make(*needed)
    row = f"contiv_{kind}"
    path = "/api/v1/" + key.replace(" ", "/") + "/"

    planned = lab.run(kind, check=True, **options)
    assert (planned["changed"], planned["sent"], planned["actions"]) == (True, [], [f"POST {key}"])
    made = lab.run(kind, **options)
    assert (made["changed"], made["sent"], made["actions"]) == (True, [f"POST {path}"], [f"POST {key}"])
    assert planned["diff"] == made["diff"]
    assert made["diff"]["before"] == {}
    assert shown.items() <= made["diff"]["after"].items() <= made[row].items()

    for check in (True, False):
        again = lab.run(kind, check=check, **options)
        assert (again["changed"], again["sent"], again["actions"]) == (False, [], [])
        assert again[row] == made[row]
        assert again["diff"]["before"] == again["diff"]["after"]

    names = {name: options[name] for name in ("tenant", "name", "policy", "number", "hostname") if name in options}
    planned = lab.run(kind, check=True, state="absent", **names)
    assert (planned["changed"], planned["sent"]) == (True, [])
    deleted = lab.run(kind, state="absent", **names)
    assert (deleted["changed"], deleted["sent"], deleted[row]) == (True, [f"DELETE {path}"], None)
    assert planned["diff"] == deleted["diff"] == {"before": made["diff"]["after"], "after": {}}
    for check in (True, False):
        gone = lab.run(kind, check=check, state="absent", **names)
        assert (gone["changed"], gone["sent"], gone[row]) == (False, [], None)


@pytest.mark.parametrize("kind", [each[0] for each in KINDS] + ["global"])
def test_what_is_returned_is_documented(lab: Lab, kind: str) -> None:
    needed, options = next(((each[1], each[2]) for each in KINDS if each[0] == kind), ([], {}))
    lab.make(*needed)
    result = lab.run(kind, **options)
    returned = yaml.safe_load(module(kind).RETURN)
    assert set(returned) | {"changed", "diff", "sent", "invocation"} >= set(result) - {"warnings", "deprecations"}
    assert set(returned) <= set(result)
    assert set(returned[f"contiv_{kind}"]["contains"]) == set(result[f"contiv_{kind}"])


@pytest.mark.parametrize(
    ("kind", "needed", "before", "change", "after"),
    [
        ("group", [("policy", POLICY)], GROUP, {"policies": ["web-pol"]}, {"policies": ["web-pol"]}),
        ("group", [("policy", POLICY)], {**GROUP, "policies": ["web-pol"]}, {"policies": []}, {"policies": []}),
        ("bgp", [], BGP, {"neighbor": "50.1.1.3"}, {"neighbor": "50.1.1.3", "neighbor_as": 500}),
        ("app_profile", [("group", GROUP)], APP_PROFILE, {"groups": []}, {"groups": []}),
        ("global", [], {}, {"arp_mode": "flood"}, {"arp_mode": "flood", "vlan_range": "1-4094"}),
        ("global", [], {}, {"vlan_range": "1-100"}, {"arp_mode": "proxy", "forwarding_mode": "bridge"}),
    ],
)
def test_what_netmaster_changes(
    lab: Lab,
    kind: str,
    needed: list[Any],
    before: dict[str, Any],
    change: dict[str, Any],
    after: dict[str, Any],
) -> None:
    lab.make(GREEN, ("network", NETWORK), *needed)
    lab.run(kind, **before)
    planned = lab.run(kind, check=True, **{**before, **change})
    assert (planned["changed"], planned["sent"]) == (True, [])
    changed = lab.run(kind, **{**before, **change})
    assert changed["changed"] and len(changed["sent"]) == 1
    assert planned["diff"] == changed["diff"]
    assert after.items() <= changed[f"contiv_{kind}"].items()
    different = {name for name, value in changed["diff"]["before"].items() if value != changed["diff"]["after"][name]}
    assert different == set(change)
    assert lab.run(kind, **{**before, **change})["changed"] is False


@pytest.mark.parametrize(
    ("kind", "needed", "before", "change", "sentence"),
    [
        ("tenant", [], {"name": "t"}, {"default_network": "n"}, "default_network is not set and shall be n"),
        ("network", [], NETWORK, {"tag": 7}, "tag is not set and shall be 7"),
        ("network", [], NETWORK, {"encapsulation": "vlan"}, "encapsulation is vxlan and shall be vlan"),
        ("group", [("network", NETWORK)], GROUP, {"network": "net2"}, "network is net1 and shall be net2"),
        ("rule", [("policy", POLICY)], RULE, {"port": 80}, "port is not set and shall be 80"),
        ("rule", [("policy", POLICY)], {**RULE, "port": 80}, {"port": None}, "port is 80 and shall be not set"),
    ],
)
@pytest.mark.parametrize("check", [False, True])
def test_what_netmaster_does_not_change(
    lab: Lab,
    kind: str,
    needed: list[Any],
    before: dict[str, Any],
    change: dict[str, Any],
    sentence: str,
    check: bool,
) -> None:
    lab.make(GREEN, *needed, (kind, before))
    refused = lab.run(kind, check=check, **{**before, **change})
    assert refused["failed"] and refused["sent"] == []
    assert f": {sentence}, which netmaster does not change. Delete the " in refused["msg"]


def test_a_network_that_is_used_is_not_asked_to_go(lab: Lab) -> None:
    lab.make(GREEN, ("network", NETWORK))
    lab.objects.plug("green:net1", "legacy-swarm-master")
    for check in (True, False):
        refused = lab.run("network", check=check, state="absent", tenant="green", name="net1")
        assert refused["sent"] == []
        assert refused["msg"] == (
            "Network green:net1 is used by endpoint 10.9.1.1 on legacy-swarm-master. Delete or change these first."
        )
    lab.objects.unplug("green:net1")
    assert lab.run("network", state="absent", tenant="green", name="net1")["changed"]


def test_a_network_that_its_tenant_has_lost_is_told_and_still_goes(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.make(GREEN, ("network", NETWORK))
    lab.objects.plug("green:net1", "legacy-swarm-master")
    assert "failed" not in lab.run("network", **NETWORK)
    # Somebody else asks for what this module would not.
    from ansible_collections.packetwalk.labs.plugins.module_utils._probing._netmaster import Netmaster, Refused

    with pytest.raises(Refused, match="active endpoints"):
        Netmaster(lab.netmaster.url).delete("networks", "green:net1")
    # Where other tests have loaded the controller's side, warnings go to its terminal and not into the result.
    warnings: list[str] = []
    monkeypatch.setattr(AnsibleModule, "warn", lambda module, warning: warnings.append(warning))
    found = lab.run("network", **NETWORK)
    assert (found["changed"], found["contiv_network"]["in_tenant"]) == (False, False)
    assert "its tenant does not know it any more" in str(warnings)
    assert "Tenant green is used by network green:net1." in lab.run("tenant", name="green", state="absent")["msg"]
    lab.objects.unplug("green:net1")
    lab.run("network", state="absent", tenant="green", name="net1")
    assert lab.run("network", **NETWORK)["contiv_network"]["in_tenant"] is True


def test_a_lost_create_is_repaired(lab: Lab) -> None:
    lab.make(GREEN)
    lab.objects.docker_refusal = NETPLUGIN_GONE
    failed = lab.run("network", **NETWORK)
    assert failed["msg"].startswith("Network green:net1: netmaster refuses: Error response from daemon")
    assert "Start netplugin on the node of netmaster and run this again" in failed["msg"]
    lab.objects.docker_refusal = None
    repaired = lab.run("network", **NETWORK)
    assert repaired["actions"] == ["POST networks green:net1", "DELETE networks green:net1", "POST networks green:net1"]
    assert (repaired["repaired"], repaired["docker_network_checked"]) == (True, True)
    assert "net1/green" in lab.engine.networks
    again = lab.run("network", **NETWORK)
    assert (again["changed"], again["repaired"], again["docker_network_checked"]) == (False, False, True)


def test_a_network_that_was_removed_in_docker_is_repaired(lab: Lab) -> None:
    lab.make(GREEN, ("network", NETWORK))
    lab.engine.networks.discard("net1/green")
    planned = lab.run("network", check=True, **NETWORK)
    assert (planned["changed"], planned["repaired"], planned["sent"]) == (True, True, [])
    repaired = lab.run("network", **NETWORK)
    assert (repaired["changed"], repaired["repaired"]) == (True, True)
    # The first deletion is not answered.
    path = "/api/v1/networks/green:net1/"
    assert repaired["sent"] == [f"DELETE {path}", f"DELETE {path}", f"POST {path}"]
    assert "net1/green" in lab.engine.networks
    assert lab.run("network", **NETWORK)["changed"] is False


@pytest.mark.parametrize("state", ["present", "absent"])
def test_a_group_is_never_deleted_while_docker_does_not_have_its_network(lab: Lab, state: str) -> None:
    lab.make(GREEN, ("network", NETWORK), ("group", GROUP))
    lab.engine.networks.discard("web/green")
    result = lab.run("group", **GROUP, state=state)
    path = "/api/v1/endpointGroups/green:web/"
    made_again = [f"POST {path}"] if state == "present" else []
    assert result["sent"] == [f"DELETE {path}", *made_again]
    assert result["repaired"] is (state == "present")
    assert ("web/green" in lab.engine.networks) is (state == "present")
    assert lab.run("group", **GROUP, state=state)["changed"] is False


def test_a_group_of_which_netmaster_has_lost_a_part_is_told(lab: Lab, tmp_path: Path) -> None:
    lab.make(GREEN, ("network", NETWORK), ("group", GROUP))
    lab.engine.networks.discard("web/green")
    unasked = {"docker_socket": str(tmp_path / "no.sock"), "state": "absent"}
    for options in (unasked, unasked, {"state": "present"}):
        failed = lab.run("group", **{**GROUP, **options})
        assert "netmaster refuses: Key not found. netmaster has lost a part of the endpoint group" in failed["msg"]


def test_a_network_that_is_used_is_not_repaired(lab: Lab) -> None:
    lab.make(GREEN, ("network", NETWORK), ("group", GROUP))
    lab.engine.networks.discard("net1/green")
    refused = lab.run("network", **NETWORK)
    assert refused["sent"] == []
    assert refused["msg"] == (
        "Network green:net1 has no network net1/green in Docker, and cannot be made again while it is used by endpoint "
        "group green:web. Delete or change these first, then run this again."
    )


@pytest.mark.parametrize("engine", ["none", "alone"])
def test_without_an_engine_of_the_cluster_docker_is_not_looked_at(lab: Lab, tmp_path: Path, engine: str) -> None:
    lab.make(GREEN)
    lab.engine.cluster_store = ""
    options = {"docker_socket": str(tmp_path / "no.sock")} if engine == "none" else {}
    lab.run("network", **NETWORK, **options)
    lab.engine.networks.discard("net1/green")
    found = lab.run("network", **NETWORK, **options)
    assert (found["changed"], found["repaired"], found["docker_network_checked"]) == (False, False, False)


def test_networks_of_hosts_have_none_in_docker(lab: Lab) -> None:
    lab.make(GREEN)
    infra = {**NETWORK, "type": "infra"}
    made = lab.run("network", **infra)
    assert (made["repaired"], made["contiv_network"]["docker_network"]) == (False, None)
    assert lab.run("network", **infra)["changed"] is False


def test_a_refused_group_leaves_nothing_in_docker(lab: Lab) -> None:
    lab.make(GREEN, ("network", NETWORK))
    refused = lab.run("group", **GROUP, policies=["nosuch"])
    assert "netmaster refuses: Policy not found. Make the policy first" in refused["msg"]
    assert lab.engine.networks == {"net1/green"}


def test_global_settings_that_networks_need_are_kept(lab: Lab) -> None:
    lab.make(GREEN, ("network", {**NETWORK, "encapsulation": "vlan", "tag": 112}))
    for check in (True, False):
        for options in ({"forwarding_mode": "routing"}, {"vlan_range": "200-300"}):
            refused = lab.run("global", check=check, **options)
            assert refused["sent"] == []
            assert "(VLANs 112 are in use). Delete these networks first: green:net1." in refused["msg"]
    assert lab.run("global", vlan_range="100-200")["changed"]


@pytest.mark.parametrize(
    ("kind", "options", "sentence"),
    [
        ("network", {"tenant": "bad_name", "name": "n", "subnet": "10.1.0.0/24"}, "tenant: 'bad_name' is no name"),
        (
            "network",
            {"name": "n", "subnet": "10.1.0.0/24", "gateway": "10.2.0.1"},
            "gateway: 10.2.0.1 is not in subnet",
        ),
        ("network", {"name": "n"}, "subnet: give one."),
        ("rule", {**RULE, "priority": 101}, "priority: 101 is not from 1 to 100."),
        ("bgp", {"hostname": "h1", "router_address": "50.1.1.1/24"}, "as: give one."),
        ("bgp", {**BGP, "neighbor_as": None}, "neighbor and neighbor_as belong together. Give both or none."),
        ("tenant", {"name": "t", "username": "admin"}, "parameters are required together: username, password"),
        ("tenant", {"name": "bad_name", "state": "absent"}, "name: 'bad_name' is no name"),
    ],
)
def test_what_cannot_be_is_told_before_anything_is_asked(
    lab: Lab, kind: str, options: dict[str, Any], sentence: str
) -> None:
    refused = lab.run(kind, **options)
    assert refused["failed"] and sentence in refused["msg"]
    assert lab.netmaster.requests == []


def test_through_the_auth_proxy() -> None:
    login = {"username": "admin", "password": "secret"}
    with NetmasterDouble(password="secret") as proxy:

        def tenant(**options: Any) -> dict[str, Any]:
            return isolation.run(module("tenant"), url=proxy.url, name="blue", **options)

        assert "has a certificate that is not trusted" in tenant(**login)["msg"]
        assert "is an auth proxy: give username and password" in tenant(validate_certs=False)["msg"]
        wrong = tenant(validate_certs=False, username="admin", password="wrong")
        assert "Invalid username/password. Correct username and password." in wrong["msg"]
        assert tenant(validate_certs=False, **login)["changed"] is True
        found = tenant(validate_certs=False, **login)
        assert (found["changed"], "secret" in str(found)) == (False, False)
