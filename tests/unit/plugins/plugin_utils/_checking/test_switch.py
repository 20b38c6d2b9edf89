# SPDX-License-Identifier: GPL-3.0-or-later
"""The recorded switches are healthy, and each fault put into them is found by the checks it concerns, no others."""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._registry import run, select
from ansible_collections.packetwalk.labs.plugins.plugin_utils._intent import _openswitch

sys.path.append(str(Path(__file__).parent))
from judged_state import problems, row  # noqa: E402

Document = dict[str, Any]
Fault = Callable[[Document], None]

# Those of VLANs and of bridges have nothing to judge here.
CHECKS = select(["switch_*"], ["switch_vlans", "switch_segments"])
OF_THE_KERNEL = [f"switch_{what}" for what in ("ports", "wiring", "links", "addresses", "subnets", "routes")]
FAILED = {"failed"}
ERROR = {"error"}
INVENTORY = Path(__file__).parents[5] / "inventories" / "openswitch"
LINKS = [
    {"ends": [{"switch": "ops1", "port": 1}, {"switch": "ops2", "port": 1}]},
    {"ends": [{"switch": "ops2", "port": 2}, {"switch": "ops3", "port": 1}]},
]


def intent(links: list[dict[str, Any]] | None = None, **configs: dict[str, Any]) -> dict[str, Any]:
    """The intent of the inventory, with these links, and with other sections in the configuration of switches."""
    hosts = {}
    for number, name in enumerate(("ops1", "ops2", "ops3"), start=11):
        given = yaml.safe_load((INVENTORY / "host_vars" / f"{name}.yml").read_text(encoding="utf-8"))
        config = {**given["openswitch_config"], **configs.get(name, {})}
        hosts[name] = {"nodes_address": f"192.168.96.{number}", "openswitch_config": config}
    inventory = _openswitch.Inventory("openswitch", hosts, "container", "192.168.96.0/24", 8, links or LINKS)
    return {"openswitch": _openswitch.read(inventory)}


def namespace(document: Document, switch: str, name: str = "swns") -> dict[str, Any]:
    found: dict[str, Any] = document["nodes"][switch]["namespaces"][name]
    return found


def port(switch: str, name: str, **keys: Any) -> Fault:
    """What the kernel has of a port gets other values."""
    return lambda document: row(namespace(document, switch)["links"], name=name).update(keys)


def says(switch: str, *parts: str, found_by: dict[str, Any] | None = None, **keys: Any) -> Fault:
    """What a switch says of itself gets other values, in the row that is found where the last part has rows."""

    def fault(document: Document) -> None:
        part = document["nodes"][switch]["switch"]
        for name in parts:
            part = part[name]
        (row(part, **found_by) if found_by else part).update(keys)

    return fault


def rename(switch: str, **names: str) -> Fault:
    """Ports change their names, ``port_1="2"``."""

    def fault(document: Document) -> None:
        for link in namespace(document, switch)["links"]:
            link["name"] = names.get(f"port_{link['name']}", link["name"])

    return fault


def drop(switch: str, table: str, **found_by: Any) -> Fault:
    def fault(document: Document) -> None:
        rows = namespace(document, switch)[table]
        rows.remove(row(rows, **found_by))

    return fault


def address(switch: str, device: str, **keys: Any) -> Fault:
    return lambda document: row(
        namespace(document, switch)["addresses"], device=device, family="ipv4", scope="global"
    ).update(keys)


def route(switch: str, destination: str, **keys: Any) -> Fault:
    """One more route, like the one that there is but for these values."""

    def fault(document: Document) -> None:
        routes = namespace(document, switch)["routes"]
        routes.append({**copy.deepcopy(row(routes, destination=destination, table=254)), **keys})

    return fault


def moved(document: Document) -> None:
    own = namespace(document, "ops1")["links"]
    link = row(own, name="1")
    own.remove(link)
    namespace(document, "ops1", "host")["links"].append(link)


def config(switch: str, context: str, *lines: str, without: str = "") -> Fault:
    """Lines below one line of the running configuration, which loses another."""

    def fault(document: Document) -> None:
        below = document["nodes"][switch]["switch"]["running_config"][context]
        below.update(dict.fromkeys(lines, {}))
        if without:
            del below[without]

    return fault


def silent(switch: str, *parts: str) -> Fault:
    return lambda document: document["nodes"][switch]["switch"].update(
        {key: value for part in parts for key, value in ((part, None), (f"{part}_reason", "bgpd is not running"))}
    )


def unreachable(document: Document) -> None:
    reason = "no route to host"
    document["nodes"]["ops3"] = {
        "namespaces": None,
        "namespaces_reason": reason,
        "switch": None,
        "switch_reason": reason,
    }


def without_namespace(document: Document) -> None:
    del document["nodes"]["ops1"]["namespaces"]["swns"]


UP = ["broadcast", "lower_up", "multicast", "up"]


def test_a_healthy_lab_fails_nothing(switch_state: Document) -> None:
    findings = run(switch_state, intent(), CHECKS)
    assert {finding.status for finding in findings} == {"passed"}
    assert [check.identifier for check in CHECKS] == list(dict.fromkeys(finding.check for finding in findings))


@pytest.mark.parametrize(
    ("fault", "expected", "told"),
    [
        pytest.param(
            port("ops1", "5", flags=UP),
            {"switch_ports": FAILED},
            "ports of ops1 that are up without a link - expected none, actual 5",
            id="unwired port has carrier",
        ),
        pytest.param(
            says("ops1", "interfaces", found_by={"name": "5"}, admin_state="up", link_state="up"),
            {"switch_ports": FAILED},
            "ports of ops1 that claim a link - expected none, actual 5",
            id="unwired port claims a link",
        ),
        pytest.param(
            drop("ops2", "links", name="8"),
            {"switch_ports": FAILED},
            "ports that ops2 lacks - expected none, actual 8",
            id="port missing",
        ),
        pytest.param(
            moved,
            {"switch_ports": FAILED},
            "namespaces with port 1 of ops1 - expected swns, actual host",
            id="port in the namespace of the node",
        ),
        pytest.param(
            rename("ops2", port_1="2", port_2="1"),
            {"switch_wiring": FAILED},
            "port that ops1:1 is linked to - expected ops2:1, actual ops2:2",
            id="links in each other's port",
        ),
        pytest.param(
            port("ops3", "1", peer={"index": 4711, "namespace": None, "name": None}),
            {"switch_wiring": FAILED},
            "port that ops2:2 is linked to - expected ops3:1, actual none",
            id="link to something else",
        ),
        pytest.param(
            port("ops1", "1", flags=["broadcast", "multicast", "no_carrier", "up"]),
            {"switch_links": FAILED},
            "state of ops1:1/ops2:1 - expected ops1:1=up, ops2:1=up, actual ops1:1=no carrier, ops2:1=up",
            id="carrier lost",
        ),
        pytest.param(
            port("ops1", "1", flags=["broadcast", "multicast"]), {"switch_links": FAILED}, "shut down", id="port down"
        ),
        pytest.param(
            says("ops3", "interfaces", found_by={"name": "1"}, link_state="down"),
            {"switch_links": FAILED},
            "in vtysh - expected ops2:2=up/up, ops3:1=up/up, actual ops2:2=up/up, ops3:1=up/down",
            id="port down for the switch",
        ),
        pytest.param(
            port("ops1", "1", mtu_bytes=1400),
            {"switch_links": FAILED},
            "MTU of ops1:1/ops2:1 - expected ops1:1=1500, ops2:1=1500, actual ops1:1=1400, ops2:1=1500",
            id="MTU differs",
        ),
        pytest.param(
            drop("ops3", "addresses", device="1", family="ipv4"),
            {"switch_addresses": FAILED},
            "addresses of port 1 of ops3 - expected 192.168.102.2/24, actual none",
            id="address lost",
        ),
        pytest.param(
            address("ops3", "1", address="192.168.202.2"),
            {"switch_addresses": FAILED, "switch_subnets": FAILED},
            "subnets of ops2:2 and ops3:1 - expected 192.168.102.0/24, actual 192.168.202.0/24",
            id="other subnet",
        ),
        pytest.param(
            address("ops3", "1", address="192.168.102.1"),
            {"switch_addresses": FAILED, "switch_subnets": FAILED},
            "addresses that ops2:2 and ops3:1 both have - expected none, actual 192.168.102.1",
            id="one address at both ends",
        ),
        pytest.param(
            config("ops1", "interface 1", "ip address 10.9.9.9/24"),
            {"switch_configuration": FAILED},
            "what ops1 would still have to be told - expected none, actual interface 1, no ip address 10.9.9.9/24",
            id="line too many",
        ),
        pytest.param(
            config("ops2", "router bgp 65002", without="neighbor 192.168.102.2 remote-as 65003"),
            {"switch_configuration": FAILED},
            "actual router bgp 65002, neighbor 192.168.102.2 remote-as 65003",
            id="line missing",
        ),
        pytest.param(
            says("ops1", "bgp", as_number=65009),
            {"switch_bgp": FAILED},
            "AS number of ops1 - expected 65001, actual 65009",
            id="own AS",
        ),
        pytest.param(
            says("ops1", "bgp", "neighbours", found_by={"address": "192.168.101.2"}, remote_as=65099, state="Active"),
            {"switch_bgp": FAILED},
            "AS number of 192.168.101.2 for ops1 - expected 65002, actual 65099",
            id="neighbour's AS",
        ),
        pytest.param(
            says("ops2", "bgp", "neighbours", found_by={"address": "192.168.102.2"}, state="Idle (Admin)"),
            {"switch_bgp": FAILED},
            "session of ops2 with 192.168.102.2 - expected Established, actual Idle (Admin)",
            id="neighbour shut",
        ),
        pytest.param(
            says("ops2", "bgp", neighbours=[]),
            {"switch_bgp": FAILED},
            "AS number of 192.168.102.2 for ops2 - expected 65003, actual none",
            id="neighbour unknown",
        ),
        pytest.param(
            says("ops3", "bgp_table", "paths", found_by={"next_hop": "0.0.0.0"}, valid=False),
            {"switch_bgp": FAILED},
            "networks that ops3 announces - expected 192.168.102.0/24, actual none",
            id="network not announced",
        ),
        pytest.param(
            says("ops1", "bgp", "neighbours", found_by={"address": "192.168.101.2"}, prefixes_received=0),
            {"switch_bgp": FAILED},
            "prefixes that ops1 has of 192.168.101.2 - expected 1, actual 0",
            id="prefix refused",
        ),
        pytest.param(
            drop("ops1", "routes", destination="192.168.102.0/24"),
            {"switch_routes": FAILED},
            "next hops of ops1 to 192.168.102.0/24 - expected 192.168.101.2 dev 1, actual none",
            id="route not in the kernel",
        ),
        pytest.param(
            route("ops1", "192.168.102.0/24", type="blackhole", gateway=None, device=None, metric=1),
            {"switch_routes": FAILED},
            "expected 192.168.101.2 dev 1, actual blackhole",
            id="route preferred to that of BGP",
        ),
        pytest.param(
            route("ops1", "192.168.102.0/24", type="blackhole", gateway=None, device=None, metric=4000),
            {},
            "",
            id="route that BGP's is preferred to",
        ),
        pytest.param(
            silent("ops2", "bgp", "bgp_table"),
            {"switch_daemons": FAILED, "switch_bgp": ERROR, "switch_routes": ERROR},
            "parts that ops2 does not tell of - expected none, actual bgp=bgpd is not running",
            id="daemon ended",
        ),
        pytest.param(
            drop("ops2", "sockets", port=179, family="ipv4"),
            {},
            "",
            id="BGP listens with IPv6 still",
        ),
        pytest.param(
            lambda document: namespace(document, "ops2").update(sockets=[]),
            {"switch_daemons": FAILED},
            "port that BGP of ops2 listens at - expected 179, actual none",
            id="BGP elsewhere",
        ),
        pytest.param(
            without_namespace,
            {"switch_daemons": FAILED, **dict.fromkeys(OF_THE_KERNEL, ERROR)},
            "namespace of the ports of ops1 - expected swns, actual none",
            id="no namespace",
        ),
        pytest.param(
            unreachable, {check.identifier: ERROR for check in CHECKS}, "no route to host", id="node unreachable"
        ),
    ],
)
def test_a_fault_is_found(switch_state: Document, fault: Fault, expected: dict[str, set[str]], told: str) -> None:
    fault(switch_state)
    findings = run(switch_state, intent(), CHECKS)
    assert problems(findings) == expected
    messages = [finding.message for finding in findings if finding.status in ("failed", "error")]
    assert not told or any(told in message for message in messages), messages
    assert all(finding.hint for finding in findings if finding.status == "failed")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        pytest.param(
            intent([{**LINKS[0], "mtu_bytes": 9000}, LINKS[1]]), {"switch_links": FAILED}, id="MTU of the link"
        ),
        pytest.param(
            intent(ops1={"interfaces": [{"name": "1", "addresses": ["192.168.101.1/24"], "mtu_bytes": 1400}]}),
            {"switch_links": FAILED},
            id="MTU of the interface",
        ),
        pytest.param(
            intent(ops1={"interfaces": [{"name": "1", "addresses": ["192.168.101.1/24"], "shutdown": True}]}),
            {"switch_configuration": FAILED},
            id="port that shall be shut",
        ),
        pytest.param(intent(ops2={"bgp": None}), {}, id="switch that nobody configured for BGP"),
        pytest.param(
            intent(ops1={"static_routes": [{"destination": "192.168.102.0/24", "next_hop": "192.168.101.2"}]}),
            {"switch_configuration": FAILED},
            id="static route",
        ),
        pytest.param(
            intent([LINKS[0], {"ends": [LINKS[1]["ends"][0], {"namespace": "h1", "port": "eth0"}]}]),
            {"switch_wiring": FAILED, "switch_ports": FAILED},
            id="link to a namespace of the machine",
        ),
        pytest.param(
            intent([LINKS[0], {"ends": [{"bridge": "net102"}, LINKS[1]["ends"][1]]}]),
            {"switch_wiring": FAILED, "switch_ports": FAILED},
            id="link to a bridge of the machine",
        ),
    ],
)
def test_what_is_asked_for_counts(switch_state: Document, asked: dict[str, Any], expected: dict[str, set[str]]) -> None:
    assert problems(run(switch_state, asked, CHECKS)) == expected


def test_a_link_that_ends_on_the_machine_is_known_by_its_mark(switch_state: Document) -> None:
    port("ops2", "2", alias="packetwalk.lab=openswitch ops2:2 to namespace/h1:eth0")(switch_state)
    asked = intent([LINKS[0], {"ends": [LINKS[1]["ends"][0], {"namespace": "h1", "port": "eth0"}]}])
    assert problems(run(switch_state, asked, select(["switch_wiring", "switch_subnets"]))) == {}


def test_a_policy_makes_prefixes_a_matter_of_its_own(switch_state: Document) -> None:
    config("ops1", "router bgp 65001", "neighbor 192.168.101.2 prefix-list none in")(switch_state)
    says("ops1", "bgp", "neighbours", found_by={"address": "192.168.101.2"}, prefixes_received=0)(switch_state)
    assert problems(run(switch_state, intent(), CHECKS)) == {}


def test_several_best_paths_are_several_next_hops(switch_state: Document) -> None:
    """A spine of a Clos reaches a network over two leaves."""
    own = namespace(switch_state, "ops1")
    own["addresses"].append({**row(own["addresses"], device="1", family="ipv4"), "device": "2", "address": "10.0.0.1"})
    paths = switch_state["nodes"]["ops1"]["switch"]["bgp_table"]["paths"]
    paths.append({**row(paths, network="192.168.102.0/24"), "next_hop": "10.0.0.2", "best": False, "multipath": True})
    assert problems(run(switch_state, intent(), select(["switch_routes"]))) == {"switch_routes": FAILED}
    known = row(own["routes"], destination="192.168.102.0/24")
    hops = [{"gateway": "192.168.101.2", "device": "1"}, {"gateway": "10.0.0.2", "device": "2"}]
    known.update(gateway=None, device=None, next_hops=[{**hop, "weight": 1, "flags": []} for hop in hops])
    assert problems(run(switch_state, intent(), select(["switch_routes"]))) == {}


def test_without_an_intent_the_lab_is_judged_by_itself(switch_state: Document) -> None:
    findings = run(switch_state, {}, CHECKS)
    assert {finding.check for finding in findings if finding.status == "passed"} == {"switch_daemons", "switch_routes"}
    assert {finding.status for finding in findings} == {"passed", "skipped"}


@pytest.mark.parametrize(
    ("uptime", "lost", "status"),
    [
        ("00:00:07", 151, "warning"),
        ("00:01:00", 151, "passed"),
        ("00:00:07", 2, "passed"),
        ("00:00:07", None, "passed"),
    ],
)
def test_a_young_session_after_many_others_is_a_warning(
    switch_state: Document, uptime: str, lost: int | None, status: str
) -> None:
    found_by = {"address": "192.168.101.2"}
    says("ops1", "bgp", "neighbours", found_by=found_by, uptime=uptime, connections_dropped=lost)(switch_state)
    findings = run(switch_state, intent(), select(["switch_bgp"]))
    [found] = [finding for finding in findings if finding.subject == "ops1/192.168.101.2"]
    assert found.status == status
    assert status == "passed" or "lost, the last one within a minute - expected 0, actual 151" in found.message
