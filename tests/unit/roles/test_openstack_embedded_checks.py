# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role of the cloud refuses, with the sentence; the hosts are cases, and what was seen on them is given."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from role_checks import Variables, check  # noqa: E402

EXTERNAL = {"network": "extnet", "bridge": "br-ex", "interface": "eth1"}


def host(number: int, *seen: str, **more: Any) -> Variables:
    return {
        "nodes_address": f"192.0.2.{number}",
        "openstack_embedded_look": {"stdout_lines": ["programs", f"address 192.0.2.{number}", "memory 4000", *seen]},
        "ovn_chassis_bridge_mappings": [EXTERNAL],
        **more,
    }


def groups(controller: Variables, **others: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The lab with a controller and a compute node; a group that is given is another one."""
    everybody = {"controller": controller, "compute1": host(2)}
    lab: dict[str, dict[str, Any]] = {
        "openstack_embedded": everybody,
        "openstack_controller": {"controller": {}},
        "openstack_computes": {"compute1": {}},
        "ovn_central": {"controller": {}},
        "ovn_chassis": {"controller": {}, "compute1": {}},
    }
    return {name: hosts for name, hosts in (lab | others).items() if hosts}


def everywhere(**variables: Any) -> dict[str, dict[str, Any]]:
    """The lab, with variables of all its hosts."""
    lab = groups(host(1))
    for hosts in lab["openstack_embedded"].values():
        hosts.update(variables)
    return lab


@pytest.mark.parametrize(
    ("lab", "refused", "sentence"),
    [
        pytest.param(groups(host(1)), [], "", id="a lab"),
        pytest.param(groups(host(1, "runs", openstack_embedded_memory_megabytes=9000)), [], "", id="runs already"),
        pytest.param(groups(host(1, openstack_embedded_compute_driver="none")), [], "", id="without Nova"),
        pytest.param(
            everywhere(openstack_embedded_release="2017.1"),
            ["controller", "compute1"],
            "openstack_embedded_release is 2017.1, but this role runs 2026.2. Set it to that.",
            id="a release that it does not run",
        ),
        pytest.param(
            groups(host(1), openstack_controller={}),
            ["controller", "compute1"],
            "The group openstack_controller has 0 hosts, but the cloud has one controller. Put one host into it.",
            id="no controller",
        ),
        pytest.param(
            groups(host(1), openstack_controller={"controller": {}, "compute1": {}}),
            ["controller", "compute1"],
            "The group openstack_controller has 2 hosts (controller, compute1), but the cloud has one controller. "
            "Put one host into it.",
            id="two controllers",
        ),
        pytest.param(
            everywhere(openstack_embedded_compute_driver="ironic"),
            ["controller", "compute1"],
            "openstack_embedded_compute_driver is ironic, but this role runs Nova with the driver fake, or none. "
            "Set it to one of the two.",
            id="another driver",
        ),
        pytest.param(
            groups(host(1, openstack_embedded_address="192.0.2.99")),
            ["controller"],
            "192.0.2.99 is no address of controller (it has 192.0.2.1). Correct openstack_embedded_address.",
            id="an address of another host",
        ),
        pytest.param(
            everywhere(openstack_embedded_region=""),
            ["controller", "compute1"],
            "openstack_embedded_region is no name that Keystone takes. Use up to 64 letters, digits, and . _ - in it.",
            id="a region without a name",
        ),
        pytest.param(
            groups(host(1, "project admin", openstack_embedded_admin_project="operators")),
            ["controller"],
            "openstack_embedded_admin_project is operators, but the cloud of controller was made with admin, and what "
            "is in it belongs to that. Set it to admin, or build the lab anew.",
            id="another project of the administrator",
        ),
        pytest.param(
            groups(host(1), ovn_central={}),
            ["controller", "compute1"],
            "The group ovn_central has no host, so there is no database that Neutron could write to. "
            "Put a host into it.",
            id="no OVN",
        ),
        pytest.param(
            groups(host(1, "silent 192.0.2.1:6641", "silent 192.0.2.1:6642")),
            ["controller"],
            "The databases of OVN do not answer at 192.0.2.1:6641, 192.0.2.1:6642, asked from controller. "
            "Run playbooks/ovn.yml first.",
            id="OVN does not run",
        ),
        pytest.param(
            groups(host(1), ovn_chassis={"controller": {}}),
            ["controller", "compute1"],
            "compute1 of the group openstack_computes is not in the group ovn_chassis, so that no port could be bound "
            "there. Add them to it.",
            id="a compute node that is no chassis",
        ),
        pytest.param(
            everywhere(openstack_embedded_physical_networks=["extnet", "datacentre"]),
            ["controller", "compute1"],
            "openstack_embedded_physical_networks has datacentre, but no chassis has a bridge for it. "
            "Add it to ovn_chassis_bridge_mappings, or take it out.",
            id="a physical network without a bridge",
        ),
        pytest.param(
            groups(host(1, openstack_embedded_memory_megabytes=9000)),
            ["controller"],
            "controller has 4000 MB of memory available, but the cloud takes 9000 MB "
            "(openstack_embedded_memory_megabytes). Free some, or set openstack_embedded_compute_driver to none, "
            "which takes a third of it.",
            id="too little memory",
        ),
    ],
)
def test_a_cloud_is_refused_with_the_reason(
    tmp_path: Path, lab: dict[str, dict[str, Any]], refused: list[str], sentence: str
) -> None:
    shown, passed = check("openstack_embedded", lab, tmp_path)
    assert passed == {name: name not in refused for name in ("controller", "compute1")}
    assert sentence in shown
