# SPDX-License-Identifier: GPL-3.0-or-later
"""The collector against iproute2 and iptables, on real namespaces."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import _iproute_json
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._iptables import parse_save
from ansible_collections.packetwalk.labs.plugins.module_utils._probing import _node

sys.path.insert(0, os.path.dirname(__file__))
import isolated_lab  # noqa: E402

NAMESPACES = ("host", "1-overlay0id", "red", "blue", "green")


@pytest.fixture(scope="module")
def lab() -> dict[str, Any]:
    read = isolated_lab.read()
    if "refused" in read:
        pytest.skip(f"the lab cannot be built here: {read['refused'].splitlines()[0]}")
    return read


def link(lab: dict[str, Any], namespace: str, name: str) -> dict[str, Any]:
    return next(row for row in lab["namespaces"][namespace]["links"] if row["name"] == name)


def ordered(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: str(sorted(row.items(), key=str)))


def without_other_namespaces(row: dict[str, Any]) -> dict[str, Any]:
    """A link's row as far as it can be known from inside its namespace, and as ip(8) prints it."""
    hidden = {"ipv4", "ipv6", *(["parent"] if row["kind"] == "vxlan" else [])}
    row = {key: found for key, found in row.items() if key not in hidden}
    for key in row.keys() & {"bridge", "port"}:
        row[key] = {setting: found for setting, found in row[key].items() if setting != "vlans"}
    for key in row.keys() & {"peer", "parent"}:
        row[key] = {"index": row[key]["index"]}
    if "vxlan" in row:
        row["vxlan"] = {**row["vxlan"], "underlay_namespace": None}
    return row


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_links_are_those_of_iproute2(lab: dict[str, Any], namespace: str) -> None:
    printed = _iproute_json.links_from_json(lab["printed"][namespace]["links"])
    read = lab["namespaces"][namespace]["links"]
    assert ordered(map(without_other_namespaces, read)) == ordered(map(without_other_namespaces, printed))


def test_alias(lab: dict[str, Any]) -> None:
    aliases = {link["name"]: link["alias"] for link in lab["namespaces"]["host"]["links"] if "alias" in link}
    assert aliases == {"veth-red": "packetwalk.lab=test br0 to red:eth0"}


@pytest.mark.parametrize("namespace", NAMESPACES)
@pytest.mark.parametrize("table", ["addresses", "routes", "neighbours", "fdb"])
def test_rows_are_those_of_iproute2(lab: dict[str, Any], namespace: str, table: str) -> None:
    printed = getattr(_iproute_json, f"{table}_from_json")(lab["printed"][namespace][table])
    read = lab["namespaces"][namespace][table]
    if table == "neighbours":
        # The kernel adds some for its own multicasts whenever it likes.
        read, printed = ([row for row in rows if row["states"] != ["noarp"]] for rows in (read, printed))
    assert ordered(read) == ordered(printed)


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_rules_are_those_of_iproute2(lab: dict[str, Any], namespace: str) -> None:
    printed = lab["printed"][namespace]
    rules = _iproute_json.rules_from_json(printed["rules"], family="ipv4")
    rules += _iproute_json.rules_from_json(printed["rules_ipv6"], family="ipv6")
    assert ordered(lab["namespaces"][namespace]["rules"]) == ordered(rules)


def test_the_lab_has_something_of_everything(lab: dict[str, Any]) -> None:
    """The comparisons above would also pass on two empty lists."""
    red, overlay = lab["namespaces"]["red"], lab["namespaces"]["1-overlay0id"]
    assert {"source": "10.9.0.0/24", "mark": 0x102, "mask": 0xFF0, "table": 1000, "priority": 100}.items() <= (
        next(rule for rule in red["rules"] if rule["priority"] == 100).items()
    )
    assert next(route for route in red["routes"] if route["table"] == 1000)["next_hops"] == [
        {"gateway": "10.9.0.1", "device": "eth0", "weight": 3},
        {"gateway": "10.9.0.3", "device": "eth0", "weight": 1},
    ]
    assert {"02:42:0a:00:01:0a": "192.168.99.13", "02:42:0a:00:01:0b": "192.168.99.12"}.items() <= {
        row["mac"]: row["destination"] for row in overlay["fdb"]
    }.items()
    assert [row["address"] for row in overlay["neighbours"] if row["states"] == ["permanent"]] == ["10.0.1.10"]


@pytest.mark.parametrize(
    ("namespace", "name", "peer"),
    [
        ("host", "veth-red", {"index": 2, "namespace": "red", "name": "eth0"}),
        ("red", "eth0", {"index": 70, "namespace": "host", "name": "veth-red"}),
        # The same two indices as the pair above.
        ("blue", "eth0", {"index": 70, "namespace": "green", "name": "far"}),
        ("green", "far", {"index": 2, "namespace": "blue", "name": "eth0"}),
    ],
)
def test_the_other_end_of_a_pair_is_found(lab: dict[str, Any], namespace: str, name: str, peer: dict[str, Any]) -> None:
    assert link(lab, namespace, name)["peer"] == peer


def test_underlay_and_parents_are_found_in_other_namespaces(lab: dict[str, Any]) -> None:
    assert link(lab, "1-overlay0id", "vxlan0")["vxlan"]["underlay_namespace"] == "host"
    assert "parent" not in link(lab, "1-overlay0id", "vxlan0")
    assert link(lab, "host", "vxlan1")["parent"]["name"] == "br0"
    parent = link(lab, "host", "br0")
    assert link(lab, "red", "mv0")["parent"] == {"index": parent["index"], "namespace": "host", "name": "br0"}


@pytest.mark.parametrize(
    ("namespace", "name", "family", "settings"),
    [
        (
            "red",
            "eth0",
            "ipv4",
            {
                "forwarding": True,
                "proxy_arp": True,
                "rp_filter": 2,
                "route_localnet": True,
                "arp_ignore": 2,
                "accept_local": False,
            },
        ),
        (
            "red",
            "mv0",
            "ipv4",
            {
                "forwarding": False,
                "proxy_arp": False,
                "rp_filter": 1,
                "route_localnet": True,
                "arp_ignore": 8,
                "accept_local": True,
            },
        ),
        ("red", "eth0", "ipv6", {"forwarding": True, "disabled": False, "proxy_ndp": True}),
        # The device's own "forwarding" of IPv6 decides nothing, whichever way it is set.
        ("red", "mv0", "ipv6", {"forwarding": True, "disabled": True, "proxy_ndp": False}),
        ("blue", "eth0", "ipv6", {"forwarding": False, "disabled": False, "proxy_ndp": False}),
    ],
)
def test_settings_are_those_that_the_kernel_goes_by(
    lab: dict[str, Any], namespace: str, name: str, family: str, settings: dict[str, Any]
) -> None:
    assert link(lab, namespace, name)[family] == settings


def test_vlans_are_those_of_bridge(lab: dict[str, Any]) -> None:
    def expanded(vlan: dict[str, Any]) -> list[dict[str, Any]]:
        flags = vlan.get("flags", [])
        return [
            {"identifier": identifier, "pvid": "PVID" in flags, "untagged": "Egress Untagged" in flags}
            for identifier in range(vlan["vlan"], vlan.get("vlanEnd", vlan["vlan"]) + 1)
        ]

    if "vlans" not in lab["printed"]["green"]:
        pytest.skip("this kernel has no VLANs in its bridges")
    printed = {
        row["ifname"]: [vlan for told in row["vlans"] for vlan in expanded(told)]
        for row in json.loads(lab["printed"]["green"]["vlans"])
    }
    read = {"far": link(lab, "green", "far")["port"]["vlans"], "br1": link(lab, "green", "br1")["bridge"]["vlans"]}
    assert read == printed
    assert {"identifier": 10, "pvid": True, "untagged": True} in read["far"]
    assert [vlan["identifier"] for vlan in read["far"]] == [1, 10, 20, 21, 22]


def test_only_bridges_that_filter_have_vlans(lab: dict[str, Any]) -> None:
    assert "vlans" not in link(lab, "host", "br0")["bridge"]
    assert "vlans" not in link(lab, "host", "veth-red")["port"]


def test_forwarding_is_that_of_each_namespace(lab: dict[str, Any]) -> None:
    assert link(lab, "blue", "eth0")["ipv4"]["forwarding"] is False
    assert link(lab, "red", "lo")["ipv4"]["forwarding"] is True


@pytest.mark.parametrize(
    ("namespace", "settings"),
    [
        ("red", {"ipv4": False, "ipv6": True, "arp": False}),
        ("blue", {"ipv4": True, "ipv6": False, "arp": True}),
    ],
)
def test_whether_bridges_ask_netfilter(lab: dict[str, Any], namespace: str, settings: dict[str, bool]) -> None:
    read = lab["namespaces"][namespace]
    if os.path.isdir("/proc/sys/net/bridge"):
        assert read["bridge_netfilter"] == settings
    else:
        assert (read["bridge_netfilter"], read["bridge_netfilter_reason"]) == (None, "br_netfilter is not loaded")


@pytest.mark.parametrize(
    ("namespace", "backend", "sources"),
    [
        ("host", "none", {"tables": [], "tables_ipv6": []}),
        ("red", "nft", {"tables": ["nft"], "tables_ipv6": ["nft_ipv6"]}),
        ("blue", "legacy", {"tables": ["legacy"], "tables_ipv6": []}),
        ("green", "both", {"tables": ["nft", "legacy"], "tables_ipv6": []}),
    ],
)
def test_netfilter_is_that_of_iptables_save(
    lab: dict[str, Any], namespace: str, backend: str, sources: dict[str, list[str]]
) -> None:
    expected: dict[str, Any] = {"backend": backend, "nft": []}
    for key, commands in sources.items():
        expected[key] = {}
        for command in commands:
            expected[key].update(parse_save(lab["printed"][namespace][command]))
    assert lab["namespaces"][namespace]["netfilter"] == expected


def test_namespaces_are_found_in_files_and_processes(lab: dict[str, Any]) -> None:
    holder = f"pid-{lab['holder']}"
    kinds = {name: row["kind"] for name, row in lab["namespaces"].items()}
    named = {"blue": "named", "green": "named", "red": "named"}
    assert kinds == {"host": "host", "1-overlay0id": "docker", holder: "process", **named}
    assert len({row["inode"] for row in lab["namespaces"].values()}) == len(kinds)


def test_a_file_without_a_namespace_is_told(lab: dict[str, Any]) -> None:
    assert lab["warnings"] == ["/run/docker/netns/stale is a stale file: no namespace is mounted on it."]


@pytest.fixture(scope="module")
def without_rights() -> dict[str, Any]:
    """The state as root sees it without CAP_SYS_ADMIN and CAP_NET_ADMIN, beside a namespace named "other"."""
    if os.geteuid() != 0:
        pytest.skip("only root has rights to give away")
    program = (
        "import json, sys\n"
        f"sys.path.insert(0, {isolated_lab.COLLECTIONS!r})\n"
        "from ansible_collections.packetwalk.labs.plugins.module_utils._probing import _node\n"
        "print(json.dumps(_node.gather(['namespaces', 'capabilities'], '/nowhere', [])))\n"
    )
    script = (
        "mount -t tmpfs tmpfs /run; mkdir -p /run/netns; touch /run/netns/other; unshare --net=/run/netns/other true;"
        'exec setpriv --bounding-set=-sys_admin,-net_admin "$0" -c "$1"'
    )
    unshare = ["unshare", "--mount", "--net", "--pid", "--fork", "--mount-proc", "sh", "-e", "-c"]
    done = subprocess.run(
        [*unshare, script, sys.executable, program], check=False, capture_output=True, text=True, timeout=60
    )
    if done.returncode:
        pytest.skip(f"no isolation here: {done.stderr.strip().splitlines()[-1]}")
    state, warnings = json.loads(done.stdout)
    return {**state, "warnings": warnings}


def test_a_namespace_that_cannot_be_entered_is_null_with_the_reason(without_rights: dict[str, Any]) -> None:
    other = without_rights["namespaces"]["other"]
    tables = ("links", "addresses", "routes", "rules", "neighbours", "fdb")
    tables += ("bridge_netfilter", "netfilter", "ipvs", "sockets")
    assert other["reason"] == "/run/netns/other: Operation not permitted"
    assert {table: other[table] for table in tables} == dict.fromkeys(tables)
    assert f"Namespace other is not wholly in the state: {other['reason']}." in without_rights["warnings"]


def test_what_takes_no_rights_is_read_without_them(without_rights: dict[str, Any]) -> None:
    host = without_rights["namespaces"]["host"]
    assert [row["name"] for row in host["links"]] == ["lo"]
    assert (host["netfilter"], host["netfilter_reason"]) == (None, "nfnetlink: Operation not permitted")


def test_missing_rights_are_told(without_rights: dict[str, Any]) -> None:
    capabilities = without_rights["capabilities"]
    assert capabilities["privileges"] == {"setns": False, "setns_reason": "Operation not permitted"}
    unknown = {name for name, feature in capabilities["features"].items() if feature["present"] is None}
    assert all(capabilities["features"][name]["reason"] for name in unknown)
    # Only files can still prove anything, so nothing may be called missing for want of rights.
    assert all(feature["present"] is not False for feature in capabilities["features"].values())


def test_patterns_limit_the_namespaces() -> None:
    assert list(_node.gather_namespaces(["host"])[0]) == ["host"]
    assert _node.gather_namespaces(["no-such-*"])[0] == {}


def test_without_docker_the_state_says_why() -> None:
    state, warnings = _node.gather(["docker"], "/nowhere/docker.sock", [])
    reason = "/nowhere/docker.sock: there is no such socket: Docker is not installed or not running"
    assert (state["docker"], state["docker_reason"]) == (None, reason)
    assert warnings == [f"Docker is not in the state: {reason}."]
