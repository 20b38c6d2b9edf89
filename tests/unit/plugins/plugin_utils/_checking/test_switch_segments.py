# SPDX-License-Identifier: GPL-3.0-or-later
"""Bridges between ends of links, as they were recorded, and what is done to them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._registry import run, select
from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import Finding
from ansible_collections.packetwalk.labs.plugins.plugin_utils._intent import _openswitch

sys.path.append(str(Path(__file__).parent))
from judged_state import row  # noqa: E402

Document = dict[str, Any]
Fault = Callable[[Document], None]

CHECKS = select(["switch_segments"])
DOCKER, OURS = "br-4656cb577546", "pw-bridges"
LINKS = [
    {"ends": [{"switch": "ops1", "port": 1, "interface": "eth1"}, {"switch": "ops2", "port": 1, "interface": "eth1"}]},
    {"ends": [{"switch": "ops2", "port": 2}, {"bridge": OURS}]},
    {"ends": [{"switch": "ops3", "port": 1}, {"bridge": OURS}]},
]
# The machine's ends of ops1:1, of ops2:1, of what Docker connected of ops3, of ops2:2, and of ops3:1.
OPS1, OPS2, CONNECTION, OPS2_2, OPS3 = "veth1a23187", "veth61df2a3", "veth011b916", "ops22-fc26d", "ops31-dbe3d"
ENDS = "bridge/pw-bridges:ops22-fc26d, bridge/pw-bridges:ops31-dbe3d"


def intent(links: list[dict[str, Any]] | None = None, **configs: dict[str, Any]) -> dict[str, Any]:
    hosts = {
        name: {"nodes_address": f"192.168.94.{number}", "openswitch_config": configs.get(name, {})}
        for number, name in enumerate(("ops1", "ops2", "ops3"), start=11)
    }
    inventory = _openswitch.Inventory(
        "openswitch-bridges", hosts, "container", "192.168.94.0/24", 8, LINKS if links is None else links
    )
    return {"openswitch": _openswitch.read(inventory)}


def told(findings: list[Finding], *statuses: str) -> dict[str, str]:
    return {finding.subject: finding.message for finding in findings if finding.status in statuses}


def links(document: Document) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = document["machine"]["namespaces"]["host"]["links"]
    return found


def link(name: str, **keys: Any) -> Fault:
    return lambda document: row(links(document), name=name).update(keys)


def port(*names: str, **keys: Any) -> Fault:
    def fault(document: Document) -> None:
        for name in names:
            row(links(document), name=name)["port"].update(keys)

    return fault


def plug(name: str, bridge: str, **keys: Any) -> Fault:
    """One more port, like that of ops3."""
    like = {"name": name, "index": 4711, "master": bridge, "alias": "", "peer": {"index": 4710, "namespace": None}}
    return lambda document: links(document).append({**row(links(document), name=OPS3), **like, **keys})


def unplug(name: str) -> Fault:
    return lambda document: links(document).remove(row(links(document), name=name))


def filtering(**identifiers: int | None) -> Fault:
    """The bridge of the machine filters VLANs, and these are those of untagged frames."""

    def fault(document: Document) -> None:
        row(links(document), name=OURS)["bridge"]["vlan_filtering"] = True
        for name, port_name in (("ops2", OPS2_2), ("ops3", OPS3)):
            vlan = {"identifier": identifiers[name], "pvid": True, "untagged": True}
            row(links(document), name=port_name)["port"]["vlans"] = [vlan] if identifiers[name] else []

    return fault


def test_a_healthy_lab_has_warnings_alone(bridges_state: Document) -> None:
    findings = run(bridges_state, intent(), CHECKS)
    assert [(finding.subject, finding.status) for finding in findings] == [
        ("machine", "passed"),
        ("ops1:1/ops2:1", "passed"),
        ("ops1:1/ops2:1/reserved", "warning"),
        (OURS, "passed"),
        (f"{OURS}/reserved", "warning"),
    ]
    assert findings[-1].message == "what pw-bridges keeps to itself - expected none, actual LACP, LLDP"
    assert {each["row"]["name"] for each in findings[1].evidence} == {DOCKER, OPS1, OPS2, CONNECTION}


@pytest.mark.parametrize(
    ("fault", "subject", "message"),
    [
        pytest.param(
            plug("tap7", OURS, peer=None),
            OURS,
            f"ports of pw-bridges - expected {ENDS}, actual {ENDS}, tap7",
            id="stranger",
        ),
        pytest.param(
            plug("ops31-1e506", OURS, alias=f"packetwalk.lab=other bridge/{OURS}:ops31-1e506 to ops3:1"),
            OURS,
            f"ports of pw-bridges - expected {ENDS}, actual {ENDS}, ops31-1e506",
            id="end of another lab",
        ),
        pytest.param(
            plug("veth0000001", DOCKER),
            "ops1:1/ops2:1",
            f"ports of {DOCKER} - expected ops1:1, ops2:1, actual ops1:1, ops2:1, veth0000001",
            id="container that is no node",
        ),
        pytest.param(
            link(OPS3, master="br0"),
            OURS,
            f"ports of pw-bridges - expected {ENDS}, actual bridge/pw-bridges:ops22-fc26d",
            id="end in another bridge",
        ),
        pytest.param(
            unplug(OPS1),
            "ops1:1/ops2:1",
            f"ports of {DOCKER} - expected ops1:1, ops2:1, actual ops2:1",
            id="container was disconnected",
        ),
        pytest.param(
            link(OPS2, master=OURS),
            "ops1:1/ops2:1",
            f"ports of {DOCKER} - expected ops1:1, ops2:1, actual ops1:1",
            id="end of Docker's in another bridge",
        ),
        pytest.param(unplug(OURS), OURS, "bridge of pw-bridges - expected pw-bridges, actual none", id="no bridge"),
        pytest.param(
            link(OURS, flags=["broadcast", "multicast"]),
            OURS,
            "state of pw-bridges - expected up, actual shut down",
            id="bridge is down",
        ),
        pytest.param(
            port(OPS3, state="blocking"),
            OURS,
            "what keeps frames from passing pw-bridges - expected none, actual bridge/pw-bridges:ops31-dbe3d=blocking",
            id="blocked port",
        ),
        pytest.param(
            port(OPS2_2, OPS3, isolated=True),
            OURS,
            "actual bridge/pw-bridges:ops22-fc26d=isolated like others, bridge/pw-bridges:ops31-dbe3d=isolated like",
            id="isolated ports",
        ),
        pytest.param(
            port(OPS1, broadcast_flood=False),
            "ops1:1/ops2:1",
            "actual ops1:1=no broadcast flood",
            id="nobody hears ARP",
        ),
        pytest.param(
            filtering(ops2=10, ops3=20),
            OURS,
            "VLANs of untagged frames at the ports of pw-bridges - expected bridge/pw-bridges:ops22-fc26d=",
            id="different VLANs",
        ),
        pytest.param(
            filtering(ops2=None, ops3=None),
            OURS,
            "actual bridge/pw-bridges:ops22-fc26d=none, bridge/pw-bridges:ops31-dbe3d=none",
            id="no VLAN",
        ),
        pytest.param(
            plug("ops14-0d1c2", "br9", alias="packetwalk.lab=openswitch-bridges bridge/br9:ops14-0d1c2 to ops1:4"),
            "machine",
            "ends of links on the machine that nobody asks for - expected none, actual bridge/br9:ops14-0d1c2",
            id="end that was left over",
        ),
    ],
)
def test_a_fault_is_found(bridges_state: Document, fault: Fault, subject: str, message: str) -> None:
    fault(bridges_state)
    failed = [finding for finding in run(bridges_state, intent(), CHECKS) if finding.status == "failed"]
    assert subject in told(failed, "failed") and message in told(failed, "failed")[subject], failed
    assert all(finding.hint and finding.evidence for finding in failed)


@pytest.mark.parametrize(
    "harmless",
    [
        pytest.param(port(OPS3, isolated=True), id="one isolated port"),
        pytest.param(port(CONNECTION, state="disabled"), id="connection of a node that is no end"),
        pytest.param(unplug(CONNECTION), id="node that is not on the network"),
        pytest.param(filtering(ops2=10, ops3=10), id="one VLAN"),
    ],
)
def test_what_is_no_matter_of_links_fails_nothing(bridges_state: Document, harmless: Fault) -> None:
    harmless(bridges_state)
    assert told(run(bridges_state, intent(), CHECKS), "failed", "error") == {}


def test_a_port_that_shall_be_shut_need_not_forward(bridges_state: Document) -> None:
    port(OPS3, state="disabled")(bridges_state)
    asked = intent(ops3={"interfaces": [{"name": "1", "shutdown": True}]})
    assert told(run(bridges_state, asked, CHECKS), "failed", "error") == {}


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        (link(OURS, bridge={"vlan_filtering": False, "stp": False, "group_fwd_mask": 0x4000}), "LACP"),
        (link(OURS, bridge={"vlan_filtering": False, "stp": True, "group_fwd_mask": 0x4000}), "STP, LACP"),
        (port(OPS2_2, OPS3, group_fwd_mask=0x4), "LLDP"),
        (port(OPS2_2, group_fwd_mask=0x4004), "LACP, LLDP"),
        (port(OPS2_2, OPS3, group_fwd_mask=0x4004), ""),
    ],
)
def test_what_a_bridge_keeps_to_itself(bridges_state: Document, change: Fault, kept: str) -> None:
    """As frames between real switches were kept, and were not."""
    change(bridges_state)
    findings = run(bridges_state, intent(), CHECKS)
    [found] = [finding for finding in findings if finding.subject == f"{OURS}/reserved"]
    assert (found.status, found.message.partition("actual ")[2]) == ("warning" if kept else "passed", kept or "none")


def test_a_lab_without_bridges_is_not_judged(bridges_state: Document) -> None:
    del bridges_state["machine"]
    direct = [{"ends": [{"switch": "ops1", "port": 1}, {"switch": "ops2", "port": 1}]}]
    assert [finding.status for finding in run(bridges_state, intent(direct), CHECKS)] == ["skipped"]


@pytest.mark.parametrize(
    ("unread", "reason"),
    [
        ({}, "the state document has no machine here"),
        ({"machine": None, "machine_reason": "Operation not permitted"}, "Operation not permitted"),
    ],
)
def test_a_machine_that_was_not_read_is_an_error(bridges_state: Document, unread: Document, reason: str) -> None:
    del bridges_state["machine"]
    bridges_state.update(unread)
    assert told(run(bridges_state, intent(), CHECKS), "error") == {
        "machine": f"bridges of links - expected to be readable, actual unknown: {reason}"
    }


def test_a_node_that_was_not_read_is_an_error(bridges_state: Document) -> None:
    bridges_state["nodes"]["ops3"] = {"namespaces": None, "namespaces_reason": "no route to host", "docker": None}
    assert "no route to host" in told(run(bridges_state, intent(), CHECKS), "error")["machine"]
