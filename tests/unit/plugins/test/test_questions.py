# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests on rows, called as Ansible calls them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleFilterError
from ansible_collections.packetwalk.labs.plugins.filter.parsing import FilterModule
from ansible_collections.packetwalk.labs.plugins.test.questions import TestModule as Questions

RECORDINGS = Path(__file__).parents[3] / "recordings"
DOCUMENTATION = Path(__file__).parents[4] / "plugins" / "test"
TESTS = Questions().tests()
PARSERS = FilterModule().filters()
HOST = (RECORDINGS / "iptables" / "swarm-host.save.txt").read_text()
INGRESS = (RECORDINGS / "iptables" / "swarm-ingress-sandbox.save.txt").read_text()
LOAD_BALANCER = (RECORDINGS / "ipvs" / "swarm-load-balancer.Ln.txt").read_text()
FDB = PARSERS["fdb"]((RECORDINGS / "iproute2" / "swarm-overlay.bridge-fdb.txt").read_text())


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"to_address": "172.18.0.2", "to_port": 8080, "port": 8080}, True),
        ({"to_address": "172.18.0.2", "port": 8080, "address": "192.168.99.11", "chain": "OUTPUT"}, True),
        ({"to_address": "172.18.0.2", "to_port": 80, "port": 8080}, False),
        ({"to_address": "172.18.0.3", "port": 8080}, False),
        ({"to_address": "172.18.0.2", "port": 8081}, False),
        ({"to_address": "172.18.0.2", "port": 8080, "local": False}, False),
    ],
)
def test_natted_to(arguments: dict[str, Any], expected: bool) -> None:
    assert TESTS["natted_to"](HOST, **arguments) is expected


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"mark": 257, "port": 8080}, True),
        ({"mark": "0x101", "address": "10.0.0.5"}, True),
        ({"mark": 257, "address": "10.0.0.5", "chain": "INPUT"}, True),
        ({"mark": 257, "address": "10.0.0.5", "chain": "OUTPUT"}, False),
        ({"mark": 258, "port": 8080}, False),
        ({"mark": 257, "port": 8080, "protocol": "udp"}, False),
        ({"mark": 257, "port": 80}, False),
        ({"mark": 257, "address": "10.0.0.6"}, False),
    ],
)
def test_marked(arguments: dict[str, Any], expected: bool) -> None:
    assert TESTS["marked"](INGRESS, **arguments) is expected


def test_marked_in_a_listing() -> None:
    chains = PARSERS["iptables_listing"](
        "Chain OUTPUT (policy ACCEPT)\ntarget     prot opt source               destination\n"
        "MARK       all  --  anywhere             10.255.0.4           MARK set 0x102\n"
    )

    assert TESTS["marked"](chains, 258, "10.255.0.4")


@pytest.mark.parametrize(
    ("mark", "addresses", "expected"),
    [
        (258, ["10.0.1.4", "10.0.1.3"], True),
        ("0x102", ["10.0.1.3", "10.0.1.4"], True),
        (258, ["10.0.1.3"], False),
        (258, ["10.0.1.3", "10.0.1.4", "10.0.1.5"], False),
        (259, ["10.0.1.3", "10.0.1.4"], False),
        (259, [], True),
    ],
)
def test_balanced_over(mark: Any, addresses: list[str], expected: bool) -> None:
    assert TESTS["balanced_over"](LOAD_BALANCER, mark, addresses) is expected
    assert TESTS["balanced_over"](PARSERS["ipvsadm"](LOAD_BALANCER), mark, addresses) is expected


def test_a_backend_without_weight_gets_no_connections() -> None:
    text = "-A -f 258 -s rr\n-a -f 258 -r 10.0.1.3:0 -m -w 1\n-a -f 258 -r 10.0.1.4:0 -m -w 0\n"

    assert TESTS["balanced_over"](text, 258, ["10.0.1.3"])


@pytest.mark.parametrize(
    ("expected", "verdict"),
    [
        ({"02:42:0a:00:01:03": "192.168.99.12", "02:42:0a:00:01:0a": "192.168.99.13"}, True),
        ({"02:42:0a:00:01:03": "192.168.99.13"}, False),
        ({"02:42:0a:00:01:04": "192.168.99.11"}, False),
        ({"02:42:0a:00:01:ff": "192.168.99.12"}, False),
    ],
)
def test_vtep_consistent(expected: dict[str, str], verdict: bool) -> None:
    assert TESTS["vtep_consistent"](FDB, expected) is verdict


def test_one_node_that_disagrees() -> None:
    mac, vtep = "02:42:0a:00:01:03", "192.168.99.12"
    other = [{**row, "destination": "192.168.99.13"} for row in FDB if row["mac"] == mac and row["destination"]]
    state = {"nodes": {name: {"namespaces": {"1-1us5hb6ohx": {"fdb": FDB}}} for name in ("n1", "n3")}}

    assert TESTS["vtep_consistent"](state, {mac: vtep})
    state["nodes"]["n3"]["namespaces"]["1-1us5hb6ohx"]["fdb"] = other
    assert not TESTS["vtep_consistent"](state, {mac: vtep})


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("natted_to", ("*nat\n", "172.18.0.2")),
        ("marked", (INGRESS, "red")),
        ("balanced_over", ("ipvsadm: not found\n", 258, [])),
        ("balanced_over", ([{"port": 80}], 258, [])),
        ("vtep_consistent", ("text", {"02:42:0a:00:01:03": "192.168.99.12"})),
    ],
)
def test_bad_input(name: str, arguments: tuple[Any, ...]) -> None:
    with pytest.raises(AnsibleFilterError):
        TESTS[name](*arguments)


@pytest.mark.parametrize("name", sorted(TESTS))
def test_every_test_is_documented(name: str) -> None:
    documented: dict[str, Any] = yaml.safe_load((DOCUMENTATION / f"{name}.yml").read_text())

    assert documented["DOCUMENTATION"]["name"] == name
    assert f"packetwalk.labs.{name}" in documented["EXAMPLES"]
