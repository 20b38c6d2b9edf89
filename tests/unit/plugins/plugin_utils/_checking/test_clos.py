# SPDX-License-Identifier: GPL-3.0-or-later
"""The recorded Clos is healthy, hosts and all, and each fault put into it is found by the checks it concerns."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._registry import run, select
from ansible_collections.packetwalk.labs.plugins.plugin_utils._clos import Clos, Options
from ansible_collections.packetwalk.labs.plugins.plugin_utils._intent import _openswitch

sys.path.append(str(Path(__file__).parent))
from judged_state import problems, row  # noqa: E402

Document = dict[str, Any]
Fault = Callable[[Document], None]

# Those of VLANs and of bridges have nothing to judge here.
CHECKS = select(["switch_*"], ["switch_vlans", "switch_segments"])
FAILED = {"failed"}
ERROR = {"error"}


@pytest.fixture(scope="module")
def intent() -> dict[str, Any]:
    """That of molecule/clos."""
    clos = Clos(Options(2, 3, 1, "192.168.92.0/24", "10.1.0.0/16", "10.2.0.0/16", 65000))
    hosts, links = {**clos.spines, **clos.leaves}, clos.variables["openswitch_links"]
    ports = clos.variables["openswitch_ports"]
    inventory = _openswitch.Inventory("clos-small", hosts, "container", "192.168.92.0/24", ports, links, clos.hosts)
    return {"openswitch": _openswitch.read(inventory)}


def host(document: Document, name: str = "host1") -> Document:
    namespace: Document = document["nodes"][name]["namespaces"]["host"]
    return namespace


def drop(table: str, **found_by: Any) -> Fault:
    def fault(document: Document) -> None:
        rows = host(document)[table]
        rows.remove(row(rows, **found_by))

    return fault


def link(**keys: Any) -> Fault:
    return lambda document: row(host(document)["links"], name="eth1").update(keys)


def address(**keys: Any) -> Fault:
    return lambda document: row(host(document)["addresses"], device="eth1").update(keys)


def route(**keys: Any) -> Fault:
    return lambda document: row(host(document)["routes"], destination="10.2.0.0/16").update(keys)


def crossed(document: Document) -> None:
    """The ends of host1 and host2 change places."""
    one, other = (row(host(document, name)["links"], name="eth1") for name in ("host1", "host2"))
    one["index"], other["index"] = other["index"], one["index"]
    one["peer"], other["peer"] = other["peer"], one["peer"]


def one_path_less(document: Document) -> None:
    """What zebra of FRR 8.4 made of a link that was down for a moment, with next hops as objects of the kernel."""
    rows = document["nodes"]["leaf1"]["namespaces"]["swns"]["routes"]
    known = row(rows, destination="10.2.2.0/24")
    known.update({key: known["next_hops"][1][key] for key in ("gateway", "device")})
    del known["next_hops"]


def unreachable(document: Document) -> None:
    document["nodes"]["host1"] = {"namespaces": None, "namespaces_reason": "no route to host"}


def test_a_healthy_clos_fails_nothing(clos_state: Document, intent: dict[str, Any]) -> None:
    findings = run(clos_state, intent, CHECKS)
    assert problems(findings) == {}
    judged = {(finding.check, finding.subject) for finding in findings if finding.status == "passed"}
    assert {
        ("switch_wiring", "host1/host:eth1/leaf1:3"),
        ("switch_links", "host1/host:eth1/leaf1:3"),
        ("switch_subnets", "host1/host:eth1/leaf1:3"),
        ("switch_addresses", "host1:eth1"),
        ("switch_routes", "host1/10.2.0.0/16"),
        ("switch_routes", "leaf1/10.2.2.0/24"),
    } <= judged


def test_hosts_are_no_switches(clos_state: Document, intent: dict[str, Any]) -> None:
    findings = run(clos_state, intent, select(["switch_daemons", "switch_ports", "switch_configuration", "switch_bgp"]))
    assert not [finding.subject for finding in findings if finding.subject.startswith("host")]


@pytest.mark.parametrize(
    ("fault", "expected", "told"),
    [
        pytest.param(
            drop("addresses", device="eth1"),
            {"switch_addresses": FAILED, "switch_routes": FAILED},
            "addresses of port eth1 of host1 - expected 10.2.1.2/24, actual none",
            id="address lost",
        ),
        pytest.param(
            address(address="10.2.2.2"),
            {"switch_addresses": FAILED, "switch_subnets": FAILED, "switch_routes": FAILED},
            "subnets of host1/host:eth1 and leaf1:3 - expected 10.2.2.0/24, actual 10.2.1.0/24",
            id="other subnet",
        ),
        pytest.param(
            drop("routes", destination="10.2.0.0/16"),
            {"switch_routes": FAILED},
            "next hops of host1 to 10.2.0.0/16 - expected 10.2.1.1 dev eth1, actual none",
            id="route lost",
        ),
        pytest.param(
            route(gateway="192.168.92.1", device="eth0"),
            {"switch_routes": FAILED},
            "expected 10.2.1.1 dev eth1, actual 192.168.92.1 dev eth0",
            id="route by the management port",
        ),
        pytest.param(
            link(flags=["broadcast", "multicast"]),
            {"switch_links": FAILED},
            "state of host1/host:eth1/leaf1:3 - expected host1/host:eth1=up, leaf1:3=up, "
            "actual host1/host:eth1=shut down, leaf1:3=up",
            id="port down",
        ),
        pytest.param(link(mtu_bytes=1400), {"switch_links": FAILED}, "actual host1/host:eth1=1400", id="MTU"),
        pytest.param(
            crossed,
            {"switch_wiring": FAILED},
            "port that host1/host:eth1 is linked to - expected leaf1:3, actual leaf2:3",
            id="hosts in each other's place",
        ),
        pytest.param(
            one_path_less,
            {"switch_routes": FAILED},
            "next hops of leaf1 to 10.2.2.0/24 - expected 10.1.0.0 dev 1, 10.1.0.2 dev 2, actual 10.1.0.2 dev 2",
            id="a path is not in the kernel",
        ),
        pytest.param(
            unreachable,
            dict.fromkeys(
                ("switch_wiring", "switch_links", "switch_subnets", "switch_addresses", "switch_routes"), ERROR
            ),
            "no route to host",
            id="host unreachable",
        ),
    ],
)
def test_a_fault_is_found(
    clos_state: Document, intent: dict[str, Any], fault: Fault, expected: dict[str, set[str]], told: str
) -> None:
    fault(clos_state)
    findings = run(clos_state, intent, CHECKS)
    assert problems(findings) == expected
    messages = [finding.message for finding in findings if finding.status in ("failed", "error")]
    assert any(told in message for message in messages), messages
    seen = [row["namespace"] for finding in findings if finding.subject == "host1:eth1" for row in finding.evidence]
    assert set(seen) <= {"host"}
