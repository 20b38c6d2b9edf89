# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role of Contiv refuses before it changes anything, with the sentence; what was seen on hosts is given."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from role_checks import Variables, check  # noqa: E402

NETPLUGIN = ["program netplugin /usr/bin/netplugin", "program netctl /usr/bin/netctl"]
SEEN: Variables = {
    "nodes_address": "192.0.2.1",
    "contiv_vtep_address": "198.51.100.1",
    "contiv_vtep_end": "198.51.100.1",
    "contiv_binaries_from": "none",
    "open_vswitch_lacking": ["openvswitch", "vxlan"],
    "open_vswitch_look": {
        "stdout_lines": [
            *("interface lo", "interface eth0", "interface eth1", "interface eth2"),
            *("address 127.0.0.1 lo", "address 192.0.2.1 eth0", "address 198.51.100.1 eth1"),
        ]
    },
    "contiv_look": {"stdout_lines": []},
    "contiv_node": {"skipped": True},
}
OVERLAY = {
    "state": {
        "namespaces": {
            "host": {"links": [], "sockets": []},
            "1-eb222a5d69": {
                "links": [{"name": "vxlan0", "vxlan": {"vni": 256, "port": 4789, "underlay_namespace": "host"}}]
            },
        },
        "docker": {"networks": [{"name": "overlay-net", "id": "eb222a5d69f996b40ec579a10209afa7"}]},
    }
}


def with_end(number: int) -> Variables:
    """A host with an address of its own."""
    address = f"198.51.100.{number}"
    look = [line.replace("198.51.100.1", address) for line in SEEN["open_vswitch_look"]["stdout_lines"]]
    return {
        **SEEN,
        "contiv_vtep_address": address,
        "contiv_vtep_end": address,
        "open_vswitch_look": {"stdout_lines": look},
    }


def test_a_host_is_refused_with_the_reason(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "netctl").touch()
    refused: list[tuple[Variables, str]] = [
        (
            {"contiv_datapath": "system"},
            "contiv_datapath is system, but the kernel of {host} has no openvswitch and no vxlan. "
            "Set it to auto or netdev.",
        ),
        (
            {"contiv_uplink_interface": "eth7"},
            "contiv_uplink_interface of {host} is eth7, but it has only eth0, eth1, eth2.",
        ),
        (
            {"contiv_uplink_interface": "eth0"},
            "contiv_uplink_interface of {host} is eth0, which has or gets the address 192.0.2.1 that other hosts know "
            "and would lose it. Choose another interface.",
        ),
        (
            {"contiv_vtep_interface": "eth2"},
            "contiv_uplink_interface of {host} is eth2, which has or gets the address 198.51.100.14 that",
        ),
        (
            {"contiv_vtep_interface": "eth9"},
            "contiv_vtep_interface of {host} is eth9, but it has only eth0, eth1, eth2.",
        ),
        (
            {"contiv_vtep_address": "203.0.113.9"},
            "203.0.113.9 is no address of {host} (it has 192.0.2.1, 198.51.100.16). Correct contiv_vtep_address, or "
            "name the interface that shall get it (contiv_vtep_interface).",
        ),
        (
            {"contiv_binaries_from": "release", "contiv_release_url": "https://contiv.example/contiv.tar.bz2"},
            "contiv_release_checksum is empty, so nobody could tell whether https://contiv.example/contiv.tar.bz2 is "
            'what you think it is. Set it to "sha256:"',
        ),
        (
            {"contiv_binaries_from": "release", "contiv_release_checksum": "sha256:00", "contiv_auth_proxy": True},
            "contiv_auth_proxy is true, but Contiv's releases have no auth_proxy, which came as an image.",
        ),
        (
            {"contiv_binaries_from": "local"},
            "contiv_binaries is not set, but contiv_binaries_from is local. Set it to the folder or archive on the "
            "machine that runs Ansible that has netplugin, netctl.",
        ),
        (
            {"contiv_binaries_from": "local", "contiv_binaries": "/nowhere"},
            "contiv_binaries is /nowhere, which is not there. Set it to the folder or archive",
        ),
        (
            {"contiv_binaries_from": "local", "contiv_binaries": str(folder)},
            f"The folder {folder} has no netplugin, which {{host}} needs. Put it there, or correct contiv_binaries.",
        ),
        (
            {"contiv_binaries_from": "present", "contiv_look": {"stdout_lines": NETPLUGIN[1:]}},
            "contiv_binaries_from is present, but {host} has no netplugin in its path. "
            "Install it, for example in /usr/local/bin.",
        ),
        (
            {"contiv_node": OVERLAY},
            "UDP port 4789 of {host} has an owner already: the VXLAN device vxlan0 in the namespace 1-eb222a5d69, of "
            "Docker's network overlay-net. Networks of netplugin would get nothing there. Remove what has it (an "
            "overlay network with docker network rm), or set contiv_vxlan_port to another port.",
        ),
    ]
    hosts = {
        f"case{number}": {**with_end(number), **variables}
        for number, (variables, _sentence) in enumerate(refused, start=11)
    }
    healthy = {
        "none": with_end(2),
        "present": {**with_end(3), "contiv_binaries_from": "present", "contiv_look": {"stdout_lines": NETPLUGIN}},
        "other_port": {**with_end(4), "contiv_vxlan_port": 8472, "contiv_node": OVERLAY},
        "given": {**with_end(5), "contiv_vtep_interface": "eth1", "contiv_vtep_address": "198.51.100.105"},
    }
    groups = {"contiv": hosts | healthy, "contiv_masters": {"none": {}}}
    shown, passed = check("contiv", groups, tmp_path)
    assert passed == dict.fromkeys(hosts, False) | dict.fromkeys(healthy, True)
    for number, (_variables, sentence) in enumerate(refused, start=11):
        assert sentence.format(host=f"case{number}") in shown


def test_an_end_of_tunnels_that_two_have_is_refused(tmp_path: Path) -> None:
    groups = {"contiv": {"one": SEEN, "two": SEEN, "three": with_end(3)}, "contiv_masters": {"three": {}}}
    shown, passed = check("contiv", groups, tmp_path)
    assert passed == {"one": False, "two": False, "three": True}
    assert "contiv_vtep_address of two is that of one, 198.51.100.1. Give each host one of its own." in shown


def test_a_host_without_a_master_is_refused(tmp_path: Path) -> None:
    shown, passed = check("contiv", {"contiv": {"one": SEEN}}, tmp_path)
    assert passed == {"one": False}
    assert (
        "The group contiv_masters has no host, so there is no netmaster that one could ask. Put a host into it."
        in shown
    )


def test_a_master_needs_more(tmp_path: Path) -> None:
    master = {**SEEN, "contiv_binaries_from": "present", "contiv_look": {"stdout_lines": NETPLUGIN}}
    groups = {"contiv": {"one": {**master, "contiv_auth_proxy": True}}, "contiv_masters": {"one": {}}}
    shown, passed = check("contiv", groups, tmp_path)
    assert passed == {"one": False}
    assert "one has no auth_proxy and no netmaster in its path. Install them, for example in /usr/local/bin." in shown
