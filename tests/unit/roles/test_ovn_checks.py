# SPDX-License-Identifier: GPL-3.0-or-later
"""What the roles of the OVN lab refuse, with the sentence; the hosts are cases, and what was seen on them is given."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from role_checks import Variables, check  # noqa: E402

CHASSIS: Variables = {
    "nodes_address": "192.0.2.11",
    "open_vswitch_look": {
        "stdout_lines": ["programs", "interface eth0", "interface eth1", "address 192.0.2.11 eth0"],
    },
    "open_vswitch_lacking": ["geneve", "openvswitch"],
}
EXTERNAL = {"network": "extnet", "bridge": "br-ex", "interface": "eth1"}


REFUSED_CHASSIS = [
    (
        {"ovn_chassis_tunnel_address": "192.0.2.99"},
        "192.0.2.99 is no address of {host} (it has 192.0.2.11). Correct ovn_chassis_tunnel_address.",
    ),
    (
        {"ovn_chassis_datapath": "system"},
        "ovn_chassis_datapath is system, but the kernel of {host} has no geneve and no openvswitch. "
        "Set it to auto or netdev.",
    ),
    (
        {"ovn_chassis_bridge_mappings": [EXTERNAL, {"network": "extnet", "bridge": "br-other"}]},
        "ovn_chassis_bridge_mappings of {host} has extnet twice. "
        "Give each network a bridge and each bridge an interface of its own.",
    ),
    (
        {"ovn_chassis_bridge_mappings": [{"network": "extnet", "bridge": "br-int"}]},
        "ovn_chassis_bridge_mappings of {host} names br-int, which this role makes for itself. "
        "Choose another name, like br-ex.",
    ),
    (
        {"ovn_chassis_bridge_mappings": [{**EXTERNAL, "interface": "eth7"}]},
        "ovn_chassis_bridge_mappings of {host} names eth7, but it has only eth0, eth1.",
    ),
    (
        {"ovn_chassis_bridge_mappings": [{**EXTERNAL, "interface": "eth0"}]},
        "ovn_chassis_bridge_mappings of {host} names eth0, which has the tunnel address 192.0.2.11 and would lose it. "
        "Choose another interface.",
    ),
]


def test_a_chassis_is_refused_with_the_reason(tmp_path: Path) -> None:
    hosts = {f"case{number}": {**CHASSIS, **variables} for number, (variables, _sentence) in enumerate(REFUSED_CHASSIS)}
    healthy = {
        "plain": CHASSIS,
        "mapped": {**CHASSIS, "ovn_chassis_bridge_mappings": [EXTERNAL, {"network": "inside", "bridge": "br-inside"}]},
        "without": {**CHASSIS, "ovn_chassis_datapath": "netdev"},
    }
    central = {"central": {"nodes_address": "192.0.2.10"}}
    shown, passed = check("ovn_chassis", {"ovn_chassis": hosts | healthy, "ovn_central": central}, tmp_path)
    assert passed == dict.fromkeys(hosts, False) | dict.fromkeys(healthy, True)
    for number, (_variables, sentence) in enumerate(REFUSED_CHASSIS):
        assert sentence.format(host=f"case{number}") in shown


def test_a_chassis_without_databases_is_refused(tmp_path: Path) -> None:
    shown, passed = check("ovn_chassis", {"ovn_chassis": {"chassis1": CHASSIS}}, tmp_path)
    assert passed == {"chassis1": False}
    assert (
        "The group ovn_central has no host, so there is no database that chassis1 could ask. Put a host into it."
        in shown
    )


def central(address: str, *seen: str) -> Variables:
    return {"nodes_address": address, "ovn_central_look": {"stdout_lines": ["programs", *seen]}}


@pytest.mark.parametrize(
    ("hosts", "refused", "sentence"),
    [
        pytest.param({"one": central("192.0.2.1")}, [], "", id="the first databases"),
        pytest.param(
            {
                "one": central("192.0.2.1", "standalone"),
                "two": central("192.0.2.2"),
                "three": central("192.0.2.3"),
            },
            [],
            "",
            id="a cluster of what was standalone",
        ),
        pytest.param(
            {"one": central("192.0.2.1"), "two": central("192.0.2.2")},
            ["one", "two"],
            "The group ovn_central has 2 hosts (one, two), but a cluster of databases needs an odd number, "
            "as it works only while more than half of it does. Take one out, or add one.",
            id="an even number",
        ),
        pytest.param(
            {"one": central("192.0.2.1"), "two": central("192.0.2.2"), "three": central("192.0.2.1")},
            ["one", "two", "three"],
            "Hosts of the group ovn_central have the same nodes_address (192.0.2.1, 192.0.2.2, 192.0.2.1). "
            "Give each one of its own.",
            id="an address twice",
        ),
        pytest.param(
            {"one": central("192.0.2.1", "clustered")},
            ["one"],
            "The databases of one are part of a cluster, but the group ovn_central has no other host. "
            "Add the other hosts again, or remove /var/lib/ovn on one to start with empty databases.",
            id="the last of a cluster",
        ),
        pytest.param(
            {
                "one": central("192.0.2.1"),
                "two": central("192.0.2.2", "clustered"),
                "three": central("192.0.2.3"),
            },
            ["one"],
            "one is the first host of the group ovn_central and would make a new cluster, but two has one already. "
            "Put two first.",
            id="a second cluster",
        ),
        pytest.param(
            {
                "one": {**central("192.0.2.1", "clustered", "over tcp"), "ovn_tls": True},
                "two": {**central("192.0.2.2", "clustered", "over ssl"), "ovn_tls": True},
                "three": {**central("192.0.2.3"), "ovn_tls": True},
            },
            ["one"],
            "The databases of one are part of a cluster that speaks tcp among itself, which cannot be changed. "
            "Set ovn_tls to false, or remove /var/lib/ovn on all hosts of the group ovn_central to start with empty "
            "databases.",
            id="a cluster without TLS",
        ),
    ],
)
def test_databases_are_refused_with_the_reason(
    tmp_path: Path, hosts: dict[str, Variables], refused: list[str], sentence: str
) -> None:
    shown, passed = check("ovn_central", {"ovn_central": hosts}, tmp_path)
    assert passed == {host: host not in refused for host in hosts}
    assert sentence in shown
