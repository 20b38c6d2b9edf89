# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters that ask something, called as Ansible calls them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleFilterError
from ansible_collections.packetwalk.labs.plugins.filter.parsing import FilterModule as Parsing
from ansible_collections.packetwalk.labs.plugins.filter.questions import FilterModule

RECORDINGS = Path(__file__).parents[3] / "recordings"
DOCUMENTATION = Path(__file__).parents[4] / "plugins" / "filter"
FILTERS = FilterModule().filters()
PARSERS = Parsing().filters()
HOST = (RECORDINGS / "iptables" / "swarm-host.save.txt").read_text()
CONTAINER = (RECORDINGS / "iptables" / "swarm-container.save.txt").read_text()
ROUTER = (RECORDINGS / "iptables" / "neutron-router.nat.S.txt").read_text()
MANY = (RECORDINGS / "iptables" / "many-matches-nft.save.txt").read_text()

nat_lookup = FILTERS["nat_lookup"]


def nat(*rules: str) -> dict[str, Any]:
    """Chains with one rule after the other in PREROUTING, and an empty chain USER."""
    return PARSERS["iptables_rules"]("-P PREROUTING ACCEPT\n-N USER\n" + "".join(f"-A {rule}\n" for rule in rules))


@pytest.mark.parametrize(
    ("tables", "packet", "expected"),
    [
        (HOST, {"address": "192.168.99.11", "port": 8080}, ("172.18.0.2", 8080, "DOCKER-INGRESS")),
        (HOST, {"address": "127.0.0.1", "port": 8080, "chain": "OUTPUT"}, ("172.18.0.2", 8080, "DOCKER-INGRESS")),
        (HOST, {"address": "192.168.99.11", "port": 8081}, None),
        (HOST, {"address": "192.168.99.11", "port": 8080, "protocol": "udp"}, None),
        (HOST, {"address": "192.168.99.12", "port": 8080, "local": False}, None),
        (CONTAINER, {"address": "10.0.0.7", "port": 8080}, ("10.0.0.7", 80, "PREROUTING")),
        (CONTAINER, {"address": "127.0.0.11", "port": 53, "chain": "OUTPUT"}, ("127.0.0.11", 35413, "DOCKER_OUTPUT")),
        (MANY, {"address": "10.0.0.1", "port": 81, "in_interface": "docker0"}, None),
        (MANY, {"address": "10.0.0.1", "port": 91, "in_interface": "eth0"}, ("172.17.0.2", 80, "DOCKER")),
        (MANY, {"address": "10.0.0.1", "port": "5353", "protocol": "udp"}, ("10.0.0.1", 53, "DOCKER")),
        (MANY, {"address": "10.0.0.1", "port": 91, "chain": "OUTPUT"}, ("172.17.0.2", 80, "DOCKER")),
        (MANY, {"address": "127.0.0.1", "port": 91, "chain": "OUTPUT"}, None),
        ("", {"address": "10.0.0.1", "port": 80}, None),
    ],
)
def test_nat_lookup(tables: str, packet: dict[str, Any], expected: tuple[Any, ...] | None) -> None:
    found = nat_lookup(tables, **packet)

    assert (found and (found["address"], found["port"], found["chain"])) == expected
    assert found is None or found["rule"] in tables


def test_nat_lookup_by_device() -> None:
    chains = PARSERS["iptables_rules"](ROUTER)

    assert nat_lookup(chains, "10.11.48.106", in_interface="rfp-5338c110-f")["address"] == "10.10.10.56"
    assert nat_lookup(chains, "10.11.48.106", in_interface="qr-6b6ce840-d1") is None


def test_nat_lookup_in_a_listing_with_names() -> None:
    listing = (RECORDINGS / "iptables" / "many-matches-legacy.nat.L.txt").read_text()
    chains = PARSERS["iptables_listing"](listing)

    assert nat_lookup(chains, "10.0.0.7", "domain", protocol="udp")["port"] == 53
    with pytest.raises(AnsibleFilterError, match="cannot tell from the tables alone"):
        nat_lookup(chains, "10.0.0.7", 53, protocol="udp")


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (("PREROUTING -j ACCEPT", "PREROUTING -j DNAT --to-destination 10.0.0.9"), None),
        (("PREROUTING -j USER", "PREROUTING -j DNAT --to-destination 10.0.0.9"), "10.0.0.9"),
        (("PREROUTING -g USER", "PREROUTING -j DNAT --to-destination 10.0.0.9"), None),
        (("USER -j RETURN", "PREROUTING -j USER", "PREROUTING -j DNAT --to-destination 10.0.0.9"), "10.0.0.9"),
        (("PREROUTING -j LOG", "PREROUTING -j DNAT --to-destination [2001:db8::9]:80"), "2001:db8::9"),
        (("PREROUTING -i eth+ -j DNAT --to-destination 10.0.0.9",), "10.0.0.9"),
        (("PREROUTING ! -s 10.0.0.0/8 -j DNAT --to-destination 10.0.0.9",), None),
        (("PREROUTING -m conntrack --ctstate NEW -j DNAT --to-destination 10.0.0.9",), "10.0.0.9"),
        (("PREROUTING -m conntrack --ctstate INVALID -j DNAT --to-destination 10.0.0.9",), None),
        (("PREROUTING -j DNAT --to-destination 10.0.0.9-10.0.0.12:80-90",), "10.0.0.9-10.0.0.12"),
    ],
)
def test_order_of_rules(rules: tuple[str, ...], expected: str | None) -> None:
    found = nat_lookup(nat(*rules), "10.0.0.1", 80, source="10.1.1.1", in_interface="eth0")

    assert (found and found["address"]) == expected


@pytest.mark.parametrize(
    "rule",
    [
        "PREROUTING -m statistic --mode random --probability 0.5 -j DNAT --to-destination 10.0.0.9",
        "PREROUTING -m mark --mark 0x1 -j DNAT --to-destination 10.0.0.9",
        "PREROUTING -j NETMAP --to 10.0.0.0/24",
    ],
)
def test_a_guess_is_refused(rule: str) -> None:
    with pytest.raises(AnsibleFilterError, match="cannot tell"):
        nat_lookup(nat(rule), "10.0.0.1", 80)


@pytest.mark.parametrize("tables", [None, [], "*nat\n", {"nat": {}}])
def test_tables_that_are_none(tables: Any) -> None:
    with pytest.raises(AnsibleFilterError):
        nat_lookup(tables, "10.0.0.1", 80)


@pytest.mark.parametrize(("mark", "number"), [("0x103", 259), (259, 259), ("258", 258), (0, 0)])
def test_fwmark(mark: Any, number: int) -> None:
    assert FILTERS["fwmark"](mark) == number
    assert FILTERS["fwmark"](FILTERS["hex_mark"](number)) == number


def test_hex_mark() -> None:
    assert FILTERS["hex_mark"](259) == "0x103"


@pytest.mark.parametrize("mark", ["0x103/0xff", "web", None, -1, 2**32, True, ""])
def test_no_mark(mark: Any) -> None:
    with pytest.raises(AnsibleFilterError, match="is not a firewall mark"):
        FILTERS["fwmark"](mark)


def test_names_of_devices() -> None:
    assert FILTERS["vni"]("ov-001000-lpq3t") == 4096
    assert FILTERS["vxlan_device"](4097, "7672d0f1x2y3") == "vx-001001-7672d"
    with pytest.raises(AnsibleFilterError, match="not the name of an overlay device"):
        FILTERS["vni"]("vxlan0")


def test_vtep_of() -> None:
    fdb = PARSERS["fdb"]((RECORDINGS / "iproute2" / "swarm-overlay.bridge-fdb.txt").read_text())
    state = {"nodes": {"n1": {"namespaces": {"1-1us5hb6ohx": {"fdb": fdb}, "host": {"fdb": None}}}}}

    for data in (fdb, state):
        assert FILTERS["vtep_of"](data, "02:42:0A:00:01:0A") == "192.168.99.13"
        assert FILTERS["vtep_of"](data, "02:42:0a:00:01:04") is None


def test_vtep_of_an_address_behind_two() -> None:
    fdb = PARSERS["fdb"](
        "00:00:00:00:00:00 dev vx0 dst 10.0.0.2 self permanent\n00:00:00:00:00:00 dev vx0 dst 10.0.0.3 self permanent\n"
    )
    with pytest.raises(AnsibleFilterError, match="several VTEPs: 10.0.0.2, 10.0.0.3"):
        FILTERS["vtep_of"](fdb, "00:00:00:00:00:00")
    with pytest.raises(AnsibleFilterError, match="expected fdb rows"):
        FILTERS["vtep_of"]("text", "00:00:00:00:00:00")


def links(name: str) -> list[dict[str, Any]]:
    return PARSERS["links"]((RECORDINGS / "iproute2" / name).read_text())


def test_veth_pairs_across_namespaces() -> None:
    pairs = FILTERS["veth_pairs"](
        {
            "overlay": {"links": links("swarm-overlay.ip-d-j-link.json")},
            "web": links("swarm-container.ip-d-j-link.json"),
        }
    )

    assert pairs == [
        {
            "first": {"namespace": "overlay", "name": "veth2", "index": 23},
            "second": {"namespace": "web", "name": "eth1", "index": 22},
            "ambiguous": False,
        }
    ]


def test_veth_pair_within_a_namespace() -> None:
    (pair,) = FILTERS["veth_pairs"]({"host": links("many-kinds.ip-d-link.txt")})

    assert (pair["first"]["name"], pair["second"]["name"], pair["ambiguous"]) == ("v1", "v0", False)


def test_two_links_that_claim_a_third() -> None:
    twice = links("swarm-container.ip-d-j-link.json")
    pairs = FILTERS["veth_pairs"]({"overlay": links("swarm-overlay.ip-d-j-link.json"), "one": twice, "two": twice})

    assert [(pair["second"]["namespace"], pair["ambiguous"]) for pair in pairs] == [("one", True), ("two", True)]


@pytest.mark.parametrize("name", sorted(FILTERS))
def test_every_filter_is_documented(name: str) -> None:
    documented: dict[str, Any] = yaml.safe_load((DOCUMENTATION / f"{name}.yml").read_text())

    assert documented["DOCUMENTATION"]["name"] == name
    assert f"packetwalk.labs.{name}" in documented["EXAMPLES"]
