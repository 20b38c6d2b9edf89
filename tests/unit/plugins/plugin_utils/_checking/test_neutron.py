# SPDX-License-Identifier: GPL-3.0-or-later
"""The recorded cloud is healthy, also for the checks of OVN, and each fault is found by the checks that it concerns."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._registry import run, select

sys.path.append(str(Path(__file__).parent))
from cloud_state import INTENT, VM1, cloud  # noqa: E402
from judged_state import problems, row  # noqa: E402

Document = dict[str, Any]
Fault = Callable[[Document], None]

CLOUD_CHECKS = ["neutron_*", "nova_*", "openstack_*"]
FAILED = {"failed"}
ERROR = {"error"}
VM2 = "8c700365-9c4e-447b-a67b-6fa0db74ca66"


def neutron(section: str, found_by: dict[str, Any], **keys: Any) -> Fault:
    return lambda document: row(document["control"]["neutron"][section], **found_by).update(keys)


def northbound(section: str, found_by: dict[str, Any], **keys: Any) -> Fault:
    return lambda document: row(document["control"]["ovn_nb"][section], **found_by).update(keys)


def southbound(section: str, found_by: dict[str, Any], **keys: Any) -> Fault:
    return lambda document: row(document["control"]["ovn_sb"][section], **found_by).update(keys)


def without(part: str, section: str, **found_by: Any) -> Fault:
    def fault(document: Document) -> None:
        rows = document["control"][part][section]
        rows.remove(row(rows, **found_by))

    return fault


def logical_port(name: str, **keys: Any) -> Fault:
    def fault(document: Document) -> None:
        row([port for each in document["control"]["ovn_nb"]["switches"] for port in each["ports"]], name=name).update(
            keys
        )

    return fault


def another_nat(document: Document) -> None:
    nats = document["control"]["ovn_nb"]["nats"]
    (found,) = (each for each in nats if each["type"] == "dnat_and_snat")
    keys = {"uuid": "new", "external_address": "203.0.113.91", "logical_address": "10.20.1.181", "logical_port": VM2}
    nats.append({**found, **keys, "external_ids": {}})


def smaller_underlay(document: Document) -> None:
    bridge = row(document["nodes"]["c2"]["ovs"]["bridges"], name="br-ul")
    for port in bridge["ports"]:
        for one in port["interfaces"]:
            one["mtu_bytes"] = 1400


def long_name(document: Document) -> None:
    row(document["control"]["ovn_sb"]["chassis"], name="c2")["hostname"] = "c2.example.net"
    document["nodes"]["c2"]["ovs"]["external_ids"]["hostname"] = "c2.example.net"
    row(document["control"]["neutron"]["agents"], id="c2")["host"] = "c2.example.net"


def gateway_unregistered(document: Document) -> None:
    """Of the chassis with the highest priority only its name is left."""
    northbound_ = document["control"]["ovn_nb"]
    for group in northbound_["ha_chassis_groups"]:
        group["candidates"][0]["chassis"] = "c9"
    for router in northbound_["routers"]:
        for port in router["ports"]:
            if port["gateway_chassis"]:
                port["gateway_chassis"][0]["chassis"] = "c9"


def restored(document: Document) -> None:
    """The northbound database is from a time before int-net2 was made."""
    control = document["control"]["ovn_nb"]
    name = "neutron-cf9d4453-ce0b-42d9-91c0-b305df36e2eb"
    gone = row(control["switches"], name=name)
    control["switches"].remove(gone)
    for group in control["port_groups"]:
        group["ports"] = [each for each in group["ports"] if each not in {port["name"] for port in gone["ports"]}]
    row(control["switches"], name="neutron-e3b3ccb9-491b-4809-9373-315abe2f3817")["ports"][0]["external_ids"][
        "neutron:revision_number"
    ] = "1"


def unbound(document: Document) -> None:
    neutron("ports", {"id": VM1}, host=None, vif_type="unbound", status="DOWN")(document)
    logical_port(VM1, up=False, options={})(document)
    southbound("port_bindings", {"name": VM1}, chassis=None, requested_chassis=None, up=False)(document)
    unplug(document)
    document["control"]["neutron"]["servers"].clear()


def stopped(document: Document) -> None:
    neutron("servers", {"name": "vm1"}, status="SHUTOFF")(document)
    neutron("ports", {"id": VM1}, status="DOWN")(document)
    logical_port(VM1, up=False)(document)
    southbound("port_bindings", {"name": VM1}, chassis=None, up=False)(document)
    unplug(document)


def unplug(document: Document) -> None:
    for bridge in document["nodes"]["c1"]["ovs"]["bridges"]:
        for port in bridge["ports"]:
            for one in port["interfaces"]:
                one["external_ids"].pop("iface-id", None)


FAULTS: dict[str, tuple[Fault, dict[str, set[str]]]] = {
    "port stuck down": (neutron("ports", {"id": VM1}, status="DOWN"), {"neutron_ports": FAILED}),
    "server has no port": (
        without("neutron", "ports", id=VM1),
        {
            "neutron_ports": FAILED,
            "neutron_security_groups": FAILED,
            "openstack_resources": FAILED,
        },
    ),
    "floating IP without NAT": (
        without("ovn_nb", "nats", type="dnat_and_snat"),
        {"neutron_floating_ips": FAILED},
    ),
    "NAT without floating IP": (another_nat, {"neutron_floating_ips": FAILED}),
    "source NAT is missing": (without("ovn_nb", "nats", type="snat"), {"neutron_routers": FAILED}),
    "ACL missing": (without("ovn_nb", "acls", priority=1002), {"neutron_security_groups": FAILED}),
    "gateway on a chassis that there is not": (gateway_unregistered, {"neutron_gateways": FAILED}),
    "compute gone": (neutron("compute_services", {"host": "c2"}, state="down"), {"nova_computes": FAILED}),
    "compute disabled": (neutron("compute_services", {"host": "c2"}, status="disabled"), {"nova_computes": FAILED}),
    "compute was never there": (
        without("neutron", "compute_services", host="c2"),
        {"nova_computes": FAILED},
    ),
    "agent dead": (neutron("agents", {"host": "c2"}, alive=False), {"neutron_agents": FAILED}),
    "chassis removed by hand": (
        without("ovn_sb", "chassis", name="c3"),
        {"neutron_agents": FAILED, "neutron_gateways": FAILED, "neutron_hostnames": FAILED},
    ),
    "MTU too large": (smaller_underlay, {"neutron_mtu": FAILED}),
    "hostname mismatch": (long_name, {"neutron_hostnames": FAILED}),
    "old database restored": (
        restored,
        {"neutron_ports": FAILED, "neutron_revisions": FAILED},
    ),
    "Neutron's old database restored": (
        neutron("ports", {"id": VM1}, revision=2),
        {"neutron_revisions": FAILED},
    ),
    "DHCP has another router": (
        northbound("dhcp_options", {"subnet": "10.20.1.0/24"}, options={"router": "10.20.1.254"}),
        {"neutron_dhcp": FAILED},
    ),
    "the server is elsewhere": (neutron("servers", {"name": "vm1"}, host="c2"), {"openstack_resources": FAILED}),
    "the server does not run": (stopped, {"openstack_resources": FAILED}),
    "the network is gone in the inventory's cloud": (
        lambda document: row(document["control"]["neutron"]["networks"], name="int-net").update(
            name="other", mtu_bytes=1442
        ),
        {"neutron_ports": FAILED, "openstack_resources": FAILED},
    ),
    "no Nova answers": (
        lambda document: document["control"]["neutron"].update(
            compute_services=None, compute_services_reason="HTTP 500", servers=None, servers_reason="HTTP 500"
        ),
        {"nova_computes": ERROR, "openstack_resources": ERROR},
    ),
    "Open vSwitch of a chassis is not known": (
        lambda document: document["nodes"]["c1"].update(ovs=None, ovs_reason="no such socket"),
        {"neutron_ports": ERROR},
    ),
    "Neutron does not answer": (
        lambda document: document["control"].update(neutron=None, neutron_reason="nothing listens there"),
        {check.identifier: ERROR for check in select(CLOUD_CHECKS)},
    ),
}


def test_healthy_cloud_passes_all_checks() -> None:
    findings = run(cloud(), INTENT, select(["*"]))
    assert problems(findings) == {}
    passed = {finding.check for finding in findings if finding.status == "passed"}
    assert {check.identifier for check in select(CLOUD_CHECKS)} <= passed
    assert {"ovn_gateways", "ovn_ports", "ovn_nat", "ovn_acls", "ovn_openflow", "ovn_bridge_mappings"} <= passed


def test_a_lab_without_nova_has_no_compute_service_and_says_so() -> None:
    document = cloud()
    document["control"]["neutron"].update(compute_services=None, compute_services_reason="not in the catalog")
    intent = {**INTENT, "openstack": {**INTENT["openstack"], "compute_driver": "none"}}
    [finding] = run(document, intent, select(["nova_computes"]))
    assert finding.status == "skipped"
    assert "the lab has no Nova (openstack_embedded_compute_driver is none)" in str(finding)


@pytest.mark.parametrize("name", FAULTS)
def test_fault_fails_exactly_these_checks(name: str) -> None:
    fault, expected = FAULTS[name]
    document = cloud()
    fault(document)
    found = problems(run(document, INTENT, select(CLOUD_CHECKS)))
    assert found == expected


@pytest.mark.parametrize("change", [unbound, stopped])
def test_ports_that_nobody_uses_are_no_fault_of_ovn(change: Fault) -> None:
    document = cloud()
    change(document)
    assert problems(run(document, {}, select(["ovn_ports"]))) == {}


def test_a_lab_without_openstack_has_no_findings_of_it() -> None:
    document = cloud()
    del document["control"]["neutron"]
    assert {finding.check.partition("_")[0] for finding in run(document, {}, select(["*"]))} == {"ovn"}


def test_a_finding_tells_the_repair() -> None:
    document = cloud()
    another_nat(document)
    (finding,) = (each for each in run(document, INTENT, select(["neutron_floating_ips"])) if each.status == "failed")
    assert finding.message == (
        "floating ip 203.0.113.91, left in the northbound database - expected none, actual 203.0.113.91 to 10.20.1.181"
    )
    assert finding.hint == (
        "Run: ovn-nbctl lr-nat-del neutron-40971f38-91e5-436b-9c73-441b6ae1e25e dnat_and_snat 203.0.113.91"
    )
