# SPDX-License-Identifier: GPL-3.0-or-later
"""Each refusal that was recorded, with the module that would meet it: it says what netmaster says and what to do, it
says so before netmaster is asked, or it asks in a way that is not refused.

A recording of a refusal that has no row here fails a test.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._planning._contiv_objects import KINDS
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._netmaster import (
    Netmaster,
    Refused,
    Unanswered,
)

sys.path.insert(0, str(Path(__file__).parent))
import contiv_world  # noqa: E402
from netmaster_double import NetmasterDouble  # noqa: E402
from netmaster_recordings import RECORDINGS, recording  # noqa: E402

KIND = {kind.plural: kind for kind in KINDS}

# netmaster is asked and refuses; the sentence says what to do.
REFUSED = {
    "errors/appprofile-missing-epg": "Make the endpoint group first, with contiv_group, in the same tenant.",
    "errors/epg-bad-ippool": "Choose a pool in the subnet of the network.",
    "errors/epg-missing-network": "Make the network first, with contiv_network, in the same tenant.",
    "errors/epg-missing-policy": "Make the policy first, with contiv_policy, in the same tenant.",
    "errors/epg-missing-tenant": "Make the tenant first, with contiv_tenant.",
    "errors/epg-overlapping-ippool": "Choose a pool without addresses that endpoints or the pools of other groups",
    "errors/epg-same-name-as-network": "A network and an endpoint group of a tenant cannot have one name.",
    "errors/network-missing-tenant": "Make the tenant first, with contiv_tenant.",
    "errors/network-name-like-epg": "A network and an endpoint group of a tenant cannot have one name.",
    "errors/network-overlap-contained": "Choose a subnet that overlaps with that of no other network of the tenant.",
    "errors/network-overlap-containing": "Choose a subnet that overlaps with that of no other network of the tenant.",
    "errors/network-overlap-same-subnet": "Choose a subnet that overlaps with that of no other network of the tenant.",
    "errors/network-vlan-tag-in-use": "Choose a tag that no network has",
    "errors/network-vxlan-tag-in-use": "Choose a tag that no network has",
    "errors/network-vxlan-tag-out-of-range": "Choose a tag that no network has, in vlan_range or vxlan_range",
    "errors/policy-missing-tenant": "Make the tenant first, with contiv_tenant.",
    "errors/rule-missing-from-epg": "Make the endpoint group first, with contiv_group, in the same tenant.",
    "errors/rule-missing-from-network": "Make the network first, with contiv_network, in the same tenant.",
    "errors/rule-missing-policy": "Make the policy first, with contiv_policy, in the same tenant.",
}

# The module says this, and netmaster is not asked to change anything.
SAID_BEFORE = {
    "errors/bgp-bad-routerip": "router_address: '50.1.1.1' has no prefix length.",
    "errors/create-network-change-subnet": "subnet is 10.9.1.0/24 and shall be 10.9.7.0/24",
    "errors/delete-default-tenant": "Tenant default belongs to Contiv and is not deleted.",
    "errors/delete-epg-in-appprofile": "Endpoint group green:web is used by application profile green:app1.",
    "errors/delete-network-with-endpoints": "Network default:contiv-net is used by endpoint 10.1.2.1 on legacy-swarm-m",
    "errors/delete-network-with-epg": "Network green:net1 is used by endpoint group green:db, endpoint group green:w",
    "errors/delete-network-with-service": "Network green:net3 is used by service green:svc1.",
    "errors/delete-policy-in-use": "Policy green:web-pol is used by endpoint group green:web.",
    "errors/delete-tenant-blue-in-use": "Tenant blue is used by network blue:contiv-net.",
    "errors/delete-tenant-in-use": "Tenant green is used by application profile green:app1",
    "errors/epg-bad-netprofile": "Endpoint group green:e9: there is no network profile nosuch in its tenant.",
    "errors/global-bad-arpmode": "value of arp_mode must be one of: proxy, flood, got: x",
    "errors/global-bad-fwdmode": "value of forwarding_mode must be one of: bridge, routing, got: l3",
    "errors/global-bad-pvtsubnet": "private_subnet: the prefix of 172.19.0.0/24 is not 16 bits long.",
    "errors/global-bad-vlans": "vlan_range: 5000 is not from 1 to 4094.",
    "errors/global-fwdmode-while-networks": "forwarding_mode is bridge and cannot become routing while there are netw",
    "errors/global-vlans-excluding-used": "vlan_range is 1-4094 and cannot become 200-300 while there are networks",
    "errors/network-bad-encap": "value of encapsulation must be one of: vlan, vxlan, got: gre",
    "errors/network-bad-gateway": "gateway: ",
    "errors/network-bad-ipv6": "ipv6_subnet: ",
    "errors/network-bad-name": "name: 'bad_name' is no name for netmaster",
    "errors/network-bad-nwtype": "value of type must be one of: data, infra, got: mgmt",
    "errors/network-bad-subnet": "subnet: '10.1.1.0' has no prefix length.",
    "errors/network-bad-subnet-octet": "subnet: ",
    "errors/network-gateway-outside-subnet": "gateway: 192.0.2.1 is not in subnet 10.51.1.0/24.",
    "errors/network-ipv6-gw-only": "ipv6_gateway: there is no ipv6_subnet that it could be in.",
    "errors/network-no-subnet": "subnet: give one.",
    "errors/network-subnet-32": "subnet: the prefix of 10.50.1.5/32 is not 8 to 31 bits long.",
    "errors/network-tag-negative": "tag: -1 is not from 1 to",
    "errors/network-tag-too-big": "tag: 16777217 is not from 1 to",
    "errors/network-vlan-tag-out-of-range": "tag: 5000 is not from 1 to 4094, which a vlan has.",
    "errors/rule-bad-action": "value of action must be one of: allow, deny, got: drop",
    "errors/rule-bad-direction": "value of direction must be one of: in, out, got: both",
    "errors/rule-bad-protocol": "protocol: 'sctpx' is not tcp, udp, icmp or a number from 1 to 255.",
    "errors/rule-in-both-from": "from_network and from_address exclude one another.",
    "errors/rule-in-with-to": "to_address: a rule with direction in has from_... options only.",
    "errors/rule-out-with-from": "from_address: a rule with direction out has to_... options only.",
    "errors/rule-port-70000": "port: 70000 is not from 1 to 65535.",
    "errors/rule-priority-101": "priority: 101 is not from 1 to 100.",
    "errors/rule-update-refused": "priority is 1 and shall be 2, which netmaster does not change.",
    "errors/tenant-bad-name": "name: 'bad_name' is no name for netmaster",
    "errors/tenant-name-too-long": "64 characters at most.",
    "errors/update-epg-ippool": "pool is 10.9.1.100-10.9.1.110 and shall be 10.9.1.100-10.9.1.120",
    "errors/update-epg-other-network": "network is net1 and shall be net2, which netmaster does not change.",
}


class Done(NamedTuple):
    """The module succeeds where the request that was recorded did not; ``why`` it cannot make that request."""

    changed: bool
    why: str
    options: dict[str, Any] = {}


DONE = {
    "errors/create-network-repeat-identical": Done(False, "what is as it shall be is not sent again"),
    "errors/delete-bgp-missing": Done(False, "what is not there is not deleted"),
    "errors/delete-network-missing": Done(False, "what is not there is not deleted"),
    "errors/delete-policy-missing": Done(False, "what is not there is not deleted"),
    "errors/delete-rule-missing": Done(False, "what is not there is not deleted"),
    "errors/delete-tenant-missing": Done(False, "what is not there is not deleted"),
    "errors/network-hostbits-set": Done(True, "it is no refusal"),
    "errors/network-key-mismatch": Done(True, "the path is made of the names in the body"),
    "errors/network-no-encap": Done(True, "encapsulation has a default"),
    "errors/network-same-subnet-other-tenant": Done(True, "it is no refusal"),
    "errors/network-tag-string": Done(True, "numbers are sent as numbers"),
    "errors/post-empty-body": Done(True, "there is always a body"),
    "errors/post-invalid-json": Done(True, "the body is always JSON"),
    "errors/post-no-content-type": Done(True, "it is no refusal, and the type is sent"),
    "errors/tenant-empty-object": Done(True, "names are always sent"),
    "errors/tenant-explicit-wrong-key": Done(True, "it is no refusal, and no key is sent"),
    "errors/tenant-key-mismatch": Done(True, "the path is made of the names in the body"),
    "errors/tenant-unknown-field": Done(True, "it is no refusal, and no unknown field is sent"),
    "errors/tenant-wrong-type": Done(True, "names are sent as texts"),
    "rest/create-tenant-put": Done(False, "what is as it shall be is not sent again"),
    "rest/create-tenant-repeat-identical": Done(False, "what is as it shall be is not sent again"),
    "rest/global-set-minimal-valid": Done(True, "all settings are sent", {"arp_mode": "flood"}),
    "rest/global-set-partial-only-arpmode": Done(True, "all settings are sent", {"arp_mode": "flood"}),
}

# What is not there is None for our client.
MISSING = (
    "errors/get-bgp-missing",
    "errors/get-epg-missing",
    "errors/get-global-missing",
    "errors/get-network-missing",
    "errors/get-policy-missing",
    "errors/get-rule-missing",
    "errors/get-tenant-missing",
    "errors/inspect-endpoint-unknown",
    "errors/inspect-network-missing",
    "errors/inspect-tenant-missing",
)


def write(client: Netmaster, recorded: dict[str, Any]) -> Any:
    plural, key = recorded["path"].split("/")[3:5]
    return client.write(plural, key, recorded["body"])


# Requests that no module of ours makes: what our client makes of the answer.
BY_CLIENT: dict[str, tuple[type[Exception], str, Callable[[Netmaster, dict[str, Any]], Any]]] = {
    "errors/netprofile-bad-bandwidth": (
        Refused,
        "bandwidth string invalid format",
        write,
    ),
    "errors/netprofile-bad-dscp": (Refused, "DSCP Value Out of bound", write),
    "errors/servicelb-bad-port": (
        Unanswered,
        "closed the connection without an answer",
        write,
    ),
    "errors/unknown-path": (
        Unanswered,
        "does not answer /api/v1/foos/ like netmaster",
        lambda client, _body: client.list("foos"),
    ),
    "rest/delete-servicelb9": (
        Refused,
        "Key not found",
        lambda client, _body: client.delete("serviceLBs", "green:svc9"),
    ),
    "rest/inspect-bgp": (
        Refused,
        "Error fetching bgp",
        lambda client, _body: client.inspect("Bgps", "legacy-swarm-worker0"),
    ),
}


# Tests of their own below, or of others.
ELSEWHERE = {
    "auth_proxy/bad-token": "test_a_token_that_the_auth_proxy_does_not_know",
    "auth_proxy/login-bad": "test_a_wrong_password",
    "auth_proxy/network-error-through-proxy": "test_a_refusal_through_the_auth_proxy",
    "auth_proxy/no-token": "test_no_login_at_the_auth_proxy",
    "errors/failed-delete-loses-links": "test_contiv_behaviours.py: a refused deletion",
    "errors/network-links-after-failed-delete": "test_contiv_behaviours.py: a refused deletion",
    "errors/no-trailing-slash": "test_each_path_ends_with_a_slash",
    "errors/overlay-pool-overlap": "Docker says it of its own networks",
    "errors/tenant-links-after-failed-network-delete": "test_contiv_behaviours.py: a refused deletion",
    "errors/wrong-method": "test_nothing_is_written_without_a_name",
    "rest/netplugin-9090-inspect-bgp": "netplugin says it, and nothing asks it",
    "rest/services": "nothing asks for it",
}


def test_every_recorded_refusal_has_a_row() -> None:
    refusals = {f"{path.parent.name}/{path.stem}" for path in RECORDINGS.glob("errors/*")}
    refusals |= {
        f"{path.parent.name}/{path.stem}"
        for path in RECORDINGS.glob("*/*.json")
        if recording(f"{path.parent.name}/{path.stem}")["response"]["status"] != 200
    }
    rows = [*REFUSED, *SAID_BEFORE, *DONE, *MISSING, *BY_CLIENT, *ELSEWHERE]
    assert len(rows) == len(set(rows))
    assert set(rows) == refusals


def asked(name: str, tmp_path: Path) -> tuple[str, dict[str, Any]]:
    """The module and its options for a recorded request."""
    request = recording(name)["request"]
    plural, key = request["path"].split("/")[3:5]
    kind = KIND[plural]
    body = request["body"] if isinstance(request["body"], dict) else {}
    options = dict(zip((field.option for field in kind.names), key.split(":")))
    options.update({field.option: body[field.json] for field in kind.names + kind.fields if field.json in body})
    if request["method"] == "DELETE":
        options["state"] = "absent"
    return kind.module, {**options, **(contiv_world.without_docker(tmp_path) if kind.docker else {})}


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_is_told_with_what_to_do(name: str, tmp_path: Path) -> None:
    module, options = asked(name, tmp_path)
    recorded = recording(name)
    with NetmasterDouble() as double:
        contiv_world.make(double)
        result = contiv_world.run(module, double, **options)
    words = re.sub(r" \[github.*\]", "", recorded["response"]["body"]).strip()
    assert f"netmaster refuses: {words}. {REFUSED[name]}" in result["msg"]
    assert double.changes() == [("POST", recorded["request"]["path"])]


@pytest.mark.parametrize("name", SAID_BEFORE)
def test_what_would_be_refused_is_not_asked_for(name: str, tmp_path: Path) -> None:
    module, options = asked(name, tmp_path)
    with NetmasterDouble() as double:
        contiv_world.make(double)
        result = contiv_world.run(module, double, **options)
    assert result["failed"] is True
    assert SAID_BEFORE[name] in result["msg"]
    assert double.changes() == []


@pytest.mark.parametrize("name", DONE)
def test_a_module_asks_in_a_way_that_is_not_refused(name: str, tmp_path: Path) -> None:
    module, options = asked(name, tmp_path)
    with NetmasterDouble() as double:
        contiv_world.make(double)
        result = contiv_world.run(module, double, **{**options, **DONE[name].options})
    assert (result.get("msg"), result["changed"]) == (None, DONE[name].changed)
    sent = [(path, json.loads(body)) for method, path, body in double.requests if method == "POST"]
    assert len(sent) == DONE[name].changed
    for path, body in sent:
        plural, key = path.split("/")[3:5]
        names = [body[field.json] for field in KIND[plural].names] or ["global"]
        assert ":".join(names) == key
        assert "key" not in body


@pytest.mark.parametrize("name", MISSING)
def test_what_is_not_there_is_none(name: str) -> None:
    path = recording(name)["request"]["path"].split("/")[3:-1]
    with NetmasterDouble() as double:
        client = Netmaster(double.url)
        found = client.inspect(*path[1:]) if path[0] == "inspect" else client.get(*path)
    assert found is None
    assert [said for _method, said, _body in double.requests] == [recording(name)["request"]["path"]]


@pytest.mark.parametrize("name", BY_CLIENT)
def test_what_no_module_asks_for(name: str) -> None:
    error, words, ask = BY_CLIENT[name]
    with NetmasterDouble() as double:
        contiv_world.make(double)
        if name == "rest/delete-servicelb9":
            with pytest.raises(Unanswered):
                write(Netmaster(double.url), recording("errors/servicelb-bad-port")["request"])
        with pytest.raises(error, match=re.escape(words)):
            ask(Netmaster(double.url), recording(name)["request"])


def test_each_path_ends_with_a_slash() -> None:
    with NetmasterDouble() as double:
        contiv_world.make(double)
        result = contiv_world.run("contiv_info", double)
    assert "contiv" in result
    assert {path for _method, path, _body in double.requests if not path.endswith("/")} == {"/version"}


def test_nothing_is_written_without_a_name() -> None:
    with NetmasterDouble() as double:
        result = contiv_world.run("contiv_tenant", double, name="")
    assert result["msg"].startswith("name: ")
    assert double.changes() == []


def test_a_wrong_password() -> None:
    with NetmasterDouble(password="admin") as double:
        result = contiv_world.run("contiv_info", double, username="admin", password="wrong", validate_certs=False)
    assert f"{double.url} does not let admin in: Invalid username/password." in result["msg"]


def test_no_login_at_the_auth_proxy() -> None:
    with NetmasterDouble(password="admin") as double:
        result = contiv_world.run("contiv_tenant", double, name="green", validate_certs=False)
    assert f"{double.url} is an auth proxy: give username and password (Empty auth token)." in result["msg"]


def test_a_token_that_the_auth_proxy_does_not_know(monkeypatch: pytest.MonkeyPatch) -> None:
    with NetmasterDouble(password="admin") as double:
        client = Netmaster(double.url, "admin", "admin", validate_certs=False)
        monkeypatch.setattr("netmaster_double.TOKEN", "that.of.before")
        client.list("tenants")
        monkeypatch.setattr("netmaster_double.TOKEN", "another.one.now")
        with pytest.raises(Exception, match="Bad token"):
            client.list("tenants")


def test_a_refusal_through_the_auth_proxy(tmp_path: Path) -> None:
    module, options = asked("auth_proxy/network-error-through-proxy", tmp_path)
    with NetmasterDouble(password="admin") as double:
        result = contiv_world.run(module, double, **options, username="admin", password="admin", validate_certs=False)
    assert "netmaster refuses: Tenant not found. Make the tenant first, with contiv_tenant." in result["msg"]
