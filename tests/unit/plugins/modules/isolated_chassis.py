# SPDX-License-Identifier: GPL-3.0-or-later
"""One chassis with the databases of OVN beside it, alone in network, mount and process namespaces of its own.

``read()`` starts this file under ``unshare``; it starts the daemons with the userspace datapath, makes a topology,
plugs instances in and out with ``ovn_port``, and prints what happened. All of it ends with its last process.
"""

from __future__ import annotations

import functools
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import isolation

HERE = Path(__file__).parent
COLLECTIONS = HERE.parents[3] / ".ansible" / "collections"
DAEMONS = HERE.parent / "module_utils" / "_probing"
COMMANDS = ("ovs-vswitchd", "ovn-controller", "ovn-northd", "ethtool", "ip", "unshare", "setpriv", "udhcpc")

SWITCH = """
mkdir /run/openvswitch /run/ovn
ovsdb-tool create /run/conf.db /usr/share/openvswitch/vswitch.ovsschema
ovsdb-server $quiet --remote=punix:/run/openvswitch/db.sock /run/conf.db
ovs-vsctl --no-wait init
ovs-vsctl --no-wait set Open_vSwitch . external_ids:system-id=chassis1 external_ids:ovn-encap-type=geneve
ovs-vsctl --no-wait set Open_vSwitch . external_ids:ovn-encap-ip=127.0.0.1 external_ids:ovn-remote=$OVN_SB_DB
ovs-vswitchd $quiet --disable-system
ovs-vsctl add-br br-int -- set Bridge br-int datapath_type=netdev fail_mode=secure
ovn-controller $quiet
ip link set lo up
"""

PORTS = [
    {"name": "vm1", "mac": "50:54:00:00:00:01", "addresses": ["10.10.10.5"]},
    {"name": "vm2", "mac": "50:54:00:00:00:02", "addresses": ["10.10.10.6"], "dhcp": True},
]
TOPOLOGY = {
    "switches": [
        {"name": "sw0", "subnet": "10.10.10.0/24", "dhcp": {"router": "10.10.10.1", "mtu_bytes": 1400}, "ports": PORTS}
    ],
    "routers": [
        {
            "name": "lr0",
            "ports": [{"name": "lr0-sw0", "switch": "sw0", "mac": "00:00:00:00:ff:01", "networks": ["10.10.10.1/24"]}],
        }
    ],
}
VM1 = {
    "lab": "test",
    "namespace": "vm1",
    "logical_port": "vm1",
    "mac": "50:54:00:00:00:01",
    "addresses": ["10.10.10.5/24"],
    "gateway": "10.10.10.1",
    "mtu_bytes": 1442,
    "timeout_seconds": 15,
}
VM2 = {**VM1, "namespace": "vm2", "logical_port": "vm2", "mac": "50:54:00:00:00:02", "addresses": [], "dhcp": True}
del VM2["gateway"], VM2["mtu_bytes"]


@functools.lru_cache(maxsize=None)
def read() -> dict[str, Any]:
    """Return what each step gave, or ``refused``: what the kernel or a missing command said instead."""
    return isolation.outcome(__file__, COMMANDS, 120)


def _output(command: str) -> str:
    return subprocess.run(command, shell=True, check=False, capture_output=True, text=True).stdout.strip()


def _seen() -> dict[str, Any]:
    """Return what is on the machine, whoever made it."""
    return {
        "namespaces": _output("ip netns list"),
        "links": [row["ifname"] for row in json.loads(_output("ip -j link"))],
        "ports": _output("ovs-vsctl list-ports br-int").split(),
        "vm1": _output("ip -n vm1 address show eth0; ip -n vm1 route"),
        "vm2": _output("ip -n vm2 address show eth0; ip -n vm2 route"),
    }


def _scenario(ovn_port: Any, packet_probe: Any) -> dict[str, Any]:
    steps: dict[str, Any] = {"before": _seen()}
    steps["checked"] = {**isolation.run(ovn_port, check=True, **VM1), "seen": _seen()}
    steps["made"] = {**isolation.run(ovn_port, **VM1), "seen": _seen()}
    steps["external_ids"] = _output(f"ovs-vsctl get Interface {steps['made'].get('interface')} external_ids")
    steps["checksums"] = _output("ip netns exec vm1 ethtool -k eth0")
    steps["again"] = isolation.run(ovn_port, **VM1)
    steps["asked"] = {**isolation.run(ovn_port, **VM2), "seen": _seen()}
    steps["asked_again"] = isolation.run(ovn_port, **VM2)
    steps["ping"] = {
        f"{source} to {destination}": isolation.run(
            packet_probe, namespace=source, protocol="icmp", destination=destination, token="706b"
        )
        for source, destination in (("vm1", "10.10.10.6"), ("vm2", "10.10.10.1"), ("vm2", "10.10.10.9"))
    }
    for name, change in (
        ("address", {"addresses": ["10.10.10.7/24"]}),
        ("mac", {"mac": "50:54:00:00:00:09", "addresses": ["10.10.10.7/24"]}),
        ("no_gateway", {"gateway": None, "mac": "50:54:00:00:00:09", "addresses": ["10.10.10.7/24"]}),
        ("mtu", {"mtu_bytes": 1300}),
    ):
        steps[name] = {**isolation.run(ovn_port, **{**VM1, **change}), "seen": _seen()}
    steps["static"] = {
        **isolation.run(ovn_port, **{**VM2, "dhcp": False, "addresses": ["10.10.10.6/24"]}),
        "seen": _seen(),
    }
    steps["unknown"] = isolation.run(
        ovn_port, **{**VM1, "namespace": "x", "logical_port": "vm9", "timeout_seconds": 0.5}
    )
    steps["unknown_removed"] = isolation.run(
        ovn_port, **{**VM1, "namespace": "x", "logical_port": "vm9", "state": "absent"}
    )
    steps["taken"] = isolation.run(ovn_port, **{**VM1, "lab": "other", "namespace": "y"})
    steps["not_ours"] = isolation.run(ovn_port, **{**VM1, "logical_port": "vm3", "lab": "other"})
    steps["no_bridge"] = isolation.run(ovn_port, **{**VM1, "logical_port": "vm3", "bridge": "br-no", "namespace": "y"})
    steps["others_removed"] = isolation.run(ovn_port, **{**VM1, "lab": "other", "state": "absent"})
    _output("ip netns add mine")
    steps["mine"] = isolation.run(ovn_port, **{**VM2, "namespace": "mine", "state": "absent"})
    steps["checked_removal"] = {**isolation.run(ovn_port, check=True, **{**VM1, "state": "absent"}), "seen": _seen()}
    steps["removed"] = [
        isolation.run(ovn_port, **{**each, "state": "absent"}) for each in (VM1, {**VM2, "dhcp": False})
    ]
    steps["removed_again"] = isolation.run(ovn_port, **{**VM1, "state": "absent"})
    steps["after"] = _seen()
    return steps


def _main() -> None:
    sys.path[:0] = [str(COLLECTIONS), str(DAEMONS)]
    import ovn_daemons
    from ansible_collections.packetwalk.labs.plugins.modules import ovn_port, ovn_topology, packet_probe

    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)
    with ovn_daemons.ovn(Path("/run")) as ovn:
        # The commands look where the daemons of a node listen, and not where those of the databases do.
        environment = {name: ovn.environment[name] for name in ("PATH", "OVN_SB_DB")}
        environment["quiet"] = "--pidfile --detach --no-chdir -vconsole:off -vsyslog:off"
        subprocess.run(["sh", "-e", "-c", SWITCH], check=True, stdout=sys.stderr, env=environment)
        made = isolation.run(ovn_topology, lab="test", northbound=ovn.environment["OVN_NB_DB"], topology=TOPOLOGY)
        steps = {"topology": made, **_scenario(ovn_port, packet_probe)}
    json.dump(steps, sys.stdout, indent=1)


if __name__ == "__main__":
    _main()
