# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""What the kernel and the installed commands of a node can do."""

from __future__ import annotations

import functools
import os
from typing import Any, Callable, NamedTuple

from ansible_collections.packetwalk.labs.plugins.module_utils._probing import _kernel_probe, _setns, _tools

TOOLS = (
    "bridge",
    "docker",
    "ethtool",
    "ip",
    "ip6tables-save",
    "iptables-save",
    "ipvsadm",
    "nft",
    "ovn-nbctl",
    "ovs-vsctl",
    "tcpdump",
    "vtysh",
)


class _Feature(NamedTuple):
    """``module`` is the kernel module that has it. ``trace`` is a file and the word in it that prove it is there."""

    module: str
    probe: _kernel_probe.Probe | None = None
    trace: tuple[str, str] | None = None


_FEATURES = {
    "bridge": _Feature("bridge", _kernel_probe.link_kind("bridge")),
    "dummy": _Feature("dummy", _kernel_probe.link_kind("dummy")),
    "esp": _Feature("esp4", _kernel_probe.encapsulating_security_payload()),
    "geneve": _Feature("geneve", _kernel_probe.link_kind("geneve")),
    "ip_vs": _Feature("ip_vs", _kernel_probe.generic_family("IPVS"), ("/proc/net/ip_vs", "IP")),
    "macvlan": _Feature("macvlan", _kernel_probe.link_kind("macvlan")),
    "netem": _Feature("sch_netem", _kernel_probe.queueing_discipline("netem")),
    "nft": _Feature("nf_tables", _kernel_probe.nftables()),
    "openvswitch": _Feature("openvswitch", _kernel_probe.generic_family("ovs_datapath")),
    "overlay": _Feature("overlay", None, ("/proc/filesystems", "overlay")),
    "veth": _Feature("veth", _kernel_probe.link_kind("veth")),
    "vlan": _Feature("8021q", _kernel_probe.link_kind("vlan")),
    "vrf": _Feature("vrf", _kernel_probe.link_kind("vrf")),
    "vxlan": _Feature("vxlan", _kernel_probe.link_kind("vxlan")),
    "xt_mark": _Feature("xt_mark", None, ("/proc/net/ip_tables_matches", "mark")),
}


def gather() -> dict[str, Any]:
    """Return ``capabilities`` of the document."""
    return {
        "kernel": os.uname().release,
        "features": _features(),
        "tools": {tool: _tools.find(tool) for tool in TOOLS},
        "privileges": _privileges(),
    }


def _features() -> dict[str, Any]:
    """Ask the files first and the kernel only where they are silent, as asking the kernel may load the module."""
    by_files = {name: _present_by_files(feature) for name, feature in _FEATURES.items()}
    probes = {
        name: feature.probe for name, feature in _FEATURES.items() if feature.probe is not None and not by_files[name]
    }
    known, refusal = _kernel_probe.run(probes)
    return {
        name: {"present": True} if by_files[name] else _judged(name, feature, known, refusal)
        for name, feature in _FEATURES.items()
    }


def _judged(name: str, feature: _Feature, known: dict[str, bool], refusal: str | None) -> dict[str, Any]:
    files = f"no trace of {feature.module} in /proc and /sys, and no module file"
    if known.get(name):
        return {"present": True}
    if name in known and feature.probe is not None:
        return {"present": False, "reason": f"{files}; the kernel does not know {feature.probe.asked}"}
    if feature.probe is not None:
        return {"present": None, "reason": f"{files}; the kernel could not be asked: {refusal or 'not permitted'}"}
    if os.path.isdir(_module_directory()):
        return {"present": False, "reason": files}
    return {"present": None, "reason": f"{files}, but {_module_directory()} is not there to be sure"}


def _present_by_files(feature: _Feature) -> bool:
    if feature.trace is not None and _mentions(*feature.trace):
        return True
    module = feature.module.replace("-", "_")
    return os.path.isdir(f"/sys/module/{module}") or module in _built_in() or (_can_load() and module in _loadable())


def _mentions(path: str, word: str) -> bool:
    return any(word in line.split() for line in _lines(path))


@functools.lru_cache(maxsize=None)
def _built_in() -> list[str]:
    return _module_names("modules.builtin", lambda line: line)


@functools.lru_cache(maxsize=None)
def _loadable() -> list[str]:
    return _module_names("modules.dep", lambda line: line.split(":")[0])


def _module_names(file: str, path_in: Callable[[str], str]) -> list[str]:
    """ "kernel/net/bridge/bridge.ko.xz: ..." is the module bridge."""
    lines = _lines(os.path.join(_module_directory(), file))
    return [os.path.basename(path_in(line)).split(".")[0].replace("-", "_") for line in lines]


def _module_directory() -> str:
    return f"/lib/modules/{os.uname().release}"


def _can_load() -> bool:
    """The kernel calls modprobe of its own; without it a module file is of no use."""
    return _tools.find("modprobe") is not None


def _lines(path: str) -> list[str]:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read().splitlines()
    except OSError:
        return []


def _privileges() -> dict[str, Any]:
    """Entering the own namespace takes the same rights as entering another one."""
    own = os.open(_setns.OWN_NAMESPACE, os.O_RDONLY | os.O_CLOEXEC)
    try:
        _setns.enter(own)
    except OSError as error:
        return {"setns": False, "setns_reason": error.strerror}
    finally:
        os.close(own)
    return {"setns": True, "setns_reason": None}
