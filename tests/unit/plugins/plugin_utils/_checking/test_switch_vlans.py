# SPDX-License-Identifier: GPL-3.0-or-later
"""The recorded VLAN is healthy, and each fault put into it is found by the check of VLANs alone."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._registry import run, select
from ansible_collections.packetwalk.labs.plugins.plugin_utils._intent import _openswitch

sys.path.insert(0, str(Path(__file__).parent))
from judged_state import problems, row  # noqa: E402

Document = dict[str, Any]

INVENTORY = Path(__file__).parents[5] / "molecule" / "openswitch-vlans" / "inventory"
CHECKS = select(["switch_*"])


def read_variables(name: str) -> dict[str, Any]:
    variables: dict[str, Any] = yaml.safe_load((INVENTORY / name).read_text(encoding="utf-8"))
    return variables


def intent(**configs: dict[str, Any]) -> dict[str, Any]:
    """The intent of the inventory, with other sections in the configuration of switches."""
    hosts = {}
    for number, name in enumerate(("ops1", "ops2", "ops3"), start=11):
        config = {**read_variables(f"host_vars/{name}.yml")["openswitch_config"], **configs.get(name, {})}
        hosts[name] = {"nodes_address": f"192.168.96.{number}", "openswitch_config": config}
    links = read_variables("group_vars/openswitch.yml")["openswitch_links"]
    inventory = _openswitch.Inventory("openswitch", hosts, "container", "192.168.96.0/24", 8, links)
    return {"openswitch": _openswitch.read(inventory)}


def bridge(document: Document) -> dict[str, Any]:
    return row(document["nodes"]["ops2"]["ovs"]["bridges"], name="bridge_normal")


def port(name: str, **keys: Any) -> Callable[[Document], None]:
    return lambda document: row(bridge(document)["ports"], name=name).update(keys)


def interface(name: str, **keys: Any) -> Callable[[Document], None]:
    return lambda document: row(bridge(document)["ports"], name=name)["interfaces"][0].update(keys)


def without_port(document: Document) -> None:
    bridge(document)["ports"].remove(row(bridge(document)["ports"], name="3"))


def another_port(document: Document) -> None:
    bridge(document)["ports"].append({**row(bridge(document)["ports"], name="3"), "name": "5", "interfaces": []})


def without_bridge(document: Document) -> None:
    document["nodes"]["ops2"]["ovs"]["bridges"] = []


def unread(document: Document) -> None:
    document["nodes"]["ops2"].update(ovs=None, ovs_reason="there is no such socket")


def test_a_healthy_vlan_fails_nothing(vlan_state: Document) -> None:
    findings = run(vlan_state, intent(), CHECKS)
    assert problems(findings) == {}
    assert [finding.subject for finding in findings if finding.check == "switch_vlans"] == ["ops2"]


@pytest.mark.parametrize(
    ("fault", "status", "told"),
    [
        pytest.param(
            port("4", tag=4094),
            "failed",
            "VLANs of ports of ops2 - expected 3=10, 4=10, vlan10=10, actual 3=10, 4=4094, vlan10=10",
            id="other VLAN",
        ),
        pytest.param(port("4", tag=None), "failed", "actual 3=10, 4=all, vlan10=10", id="all VLANs"),
        pytest.param(port("4", trunks=[20, 30]), "failed", "actual 3=10, 4=10 trunks 20, 30", id="trunk"),
        pytest.param(port("4", vlan_mode="native-tagged"), "failed", "4=native-tagged 10", id="tagged"),
        pytest.param(without_port, "failed", "actual 4=10, vlan10=10", id="port in no VLAN"),
        pytest.param(another_port, "failed", "actual 3=10, 4=10, 5=10, vlan10=10", id="port too many"),
        pytest.param(without_bridge, "failed", "expected 3=10, 4=10, vlan10=10, actual none", id="no bridge"),
        pytest.param(
            interface("3", error="could not open network device 3 (No such device)"),
            "failed",
            "ports that Open vSwitch of ops2 cannot open - expected none, actual 3=could not open",
            id="not opened",
        ),
        pytest.param(
            interface("3", external_ids={"packetwalk_index": "1"}),
            "failed",
            "indexes of the devices that Open vSwitch of ops2 has as ports - expected 3=",
            id="device that is gone",
        ),
        pytest.param(unread, "error", "there is no such socket", id="not read"),
    ],
)
def test_a_fault_is_found(vlan_state: Document, fault: Callable[[Document], None], status: str, told: str) -> None:
    fault(vlan_state)
    findings = run(vlan_state, intent(), CHECKS)
    assert problems(findings) == {"switch_vlans": {status}}
    (message,) = (finding.message for finding in findings if finding.status == status)
    assert told in message


def test_openswitch_has_vlans_of_its_own(vlan_state: Document) -> None:
    unread(vlan_state)
    vlan_state["nodes"]["ops2"]["switch"]["flavour"] = "openswitch"
    assert problems(run(vlan_state, intent(), select(["switch_vlans"]))) == {}


def test_without_vlans_open_vswitch_is_not_asked_for(vlan_state: Document) -> None:
    config = read_variables("host_vars/ops2.yml")["openswitch_config"]
    del vlan_state["nodes"]["ops2"]["ovs"]
    interfaces = [each for each in config["interfaces"] if each["name"] != "vlan10"]
    asked = intent(ops2={"vlans": None, "interfaces": interfaces})
    assert problems(run(vlan_state, asked, CHECKS)) == {}
