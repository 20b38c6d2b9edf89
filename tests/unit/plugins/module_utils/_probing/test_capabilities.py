# SPDX-License-Identifier: GPL-3.0-or-later
"""Probed capabilities against what trying them says."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._probing import _capabilities, _kernel_probe

# Arguments that make "ip link add" complete for the kind.
LINK_KINDS = {
    "bridge": "type bridge",
    "dummy": "type dummy",
    "geneve": "type geneve id 1 remote 192.0.2.1",
    "macvlan": "link base type macvlan",
    "veth": "type veth",
    "vlan": "link base type vlan id 1",
    "vrf": "type vrf table 1",
    "vxlan": "type vxlan id 1 dstport 4789",
}


@pytest.fixture(scope="module")
def capabilities() -> dict:
    return _capabilities.gather()


def isolated(script: str) -> subprocess.CompletedProcess:
    rights = [] if os.geteuid() == 0 else ["--map-root-user"]
    return subprocess.run(
        ["unshare", *rights, "--net", "sh", "-c", script], check=False, capture_output=True, text=True
    )


@pytest.mark.parametrize("kind", sorted(LINK_KINDS))
def test_a_kind_of_link_is_present_when_it_can_be_made(capabilities: dict, kind: str) -> None:
    if isolated("ip link add base type bridge").returncode:
        pytest.skip("no network namespace with a bridge can be made here to compare with")
    made = isolated(f"ip link add base type bridge; ip link add tried {LINK_KINDS[kind]}")
    assert capabilities["features"][kind]["present"] is (made.returncode == 0), made.stderr


def test_what_is_not_present_has_a_reason(capabilities: dict) -> None:
    for name, feature in capabilities["features"].items():
        assert ("reason" in feature) is (feature["present"] is not True), name


def test_unknown_kinds_are_told_from_incomplete_requests() -> None:
    probes = {
        "no such kind": _kernel_probe.link_kind("nosuchkind"),
        "no such discipline": _kernel_probe.queueing_discipline("nosuch"),
        "no such family": _kernel_probe.generic_family("nosuch"),
        "controller": _kernel_probe.generic_family("nlctrl"),
    }
    known, refusal = _kernel_probe.run(probes)
    if refusal is not None:
        pytest.skip(f"no network namespace can be made here: {refusal}")
    assert known == {
        "no such kind": False,
        "no such discipline": False,
        "no such family": False,
        "controller": True,
    }


def test_probing_stays_in_its_namespace_and_leaves_no_process() -> None:
    namespace = os.readlink("/proc/self/ns/net")
    _capabilities.gather()
    assert os.readlink("/proc/thread-self/ns/net") == namespace
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


@pytest.mark.parametrize("tool", ["ip", "iptables-save", "vtysh"])
def test_tools_are_found_where_the_shell_finds_them(capabilities: dict, tool: str) -> None:
    assert capabilities["tools"][tool] == shutil.which(
        tool, path=f"{os.environ['PATH']}:/usr/local/sbin:/usr/sbin:/sbin"
    )


def test_kernel_is_the_running_one(capabilities: dict) -> None:
    assert (
        capabilities["kernel"]
        == subprocess.run(["uname", "-r"], check=False, capture_output=True, text=True).stdout.strip()
    )
