# SPDX-License-Identifier: GPL-3.0-or-later
"""One switch with three hosts at its ports 3, 4 and 5, alone in network, mount and process namespaces of its own.

``read()`` starts this file under ``unshare``; it makes the ports, starts Open vSwitch with the userspace datapath, puts
ports into VLANs with ``switch_vlans``, and prints what happened. All of it ends with its last process.
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
COMMANDS = ("ovs-vswitchd", "ovsdb-tool", "ip", "unshare")

PORT = """
ip netns list | grep -q h{0} || ip netns add h{0}
ip link add {0} type veth peer name eth0 netns h{0}
ip link set {0} up
ip -n h{0} link set eth0 up
ip -n h{0} address add 192.168.110.{0}/24 dev eth0
"""
SWITCH = """
mkdir /run/openvswitch
ovsdb-tool create /run/conf.db /usr/share/openvswitch/vswitch.ovsschema
ovsdb-server $quiet --remote=punix:/run/openvswitch/db.sock /run/conf.db
ovs-vsctl --no-wait init
ovs-vswitchd $quiet --disable-system
ip tuntap add dev 6 mode tap
ip tuntap add dev 7 mode tap
ovs-vsctl add-br br0 -- set Bridge br0 datapath_type=netdev -- add-port br0 6
"""

VLANS = [{"id": 10, "interfaces": ["3", "4"]}, {"id": 20, "interfaces": ["5"]}]
MOVED = [{"id": 10, "interfaces": ["3"]}, {"id": 20, "interfaces": ["4", "5"]}]


@functools.lru_cache(maxsize=None)
def read() -> dict[str, Any]:
    """Return what each step gave, or ``refused``: what the kernel or a missing command said instead."""
    return isolation.outcome(__file__, COMMANDS, 120)


def _do(script: str) -> str:
    environment = {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "quiet": "--pidfile --detach --no-chdir -vconsole:off -vsyslog:off",
    }
    command = ["sh", "-e", "-c", script]
    done = subprocess.run(command, check=True, env=environment, stdout=subprocess.PIPE, text=True)
    return done.stdout


class _Lab:
    def __init__(self, switch_vlans: Any, packet_probe: Any) -> None:
        self._switch_vlans = switch_vlans
        self._packet_probe = packet_probe

    def bridge(self, vlans: list[dict[str, Any]], **options: Any) -> dict[str, Any]:
        given = {"lab": "test", "datapath_type": "netdev", "namespace": "host", **options}
        return isolation.run(self._switch_vlans, vlans=vlans, **given)

    def seen(self) -> dict[str, Any]:
        """The ports of the bridge with their VLANs, and who hears whom."""
        tags = _do("ovs-vsctl --format=csv --data=bare --no-headings --columns=name,tag list Port").split()
        return {
            "tags": dict(row.split(",") for row in tags),
            "hears": [
                f"h{one} h{other}"
                for one, other in ((3, 4), (3, 5), (4, 5))
                if isolation.run(
                    self._packet_probe,
                    namespace=f"h{one}",
                    protocol="icmp",
                    destination=f"192.168.110.{other}",
                    timeout_seconds=0.5,
                    token="706b",
                )["probes"][0]["answered"]
            ],
        }


def _scenario(lab: _Lab) -> dict[str, Any]:
    steps: dict[str, Any] = {"checked_without": lab.bridge(VLANS, check=True), "without": lab.bridge(VLANS)}
    _do(SWITCH)
    steps["checked"] = {**lab.bridge(VLANS, check=True), "ports": _do("ovs-vsctl list-br").split()}
    steps["made"] = {**lab.bridge(VLANS), "seen": lab.seen()}
    steps["numbers"] = _do("ovs-vsctl --bare --columns=name,ofport list Interface 3 4 5").split()
    steps["again"] = lab.bridge(VLANS)
    _do("ovs-vsctl add-port bridge_normal 7")
    steps["moved"] = {**lab.bridge(MOVED), "seen": lab.seen()}
    _do("ovs-vsctl set Port 3 tag=30 vlan_mode=native-untagged trunks=[10,20]")
    steps["mended"] = {**lab.bridge(MOVED), "seen": lab.seen()}
    _do(f"ip link del 4; {PORT.format(4)}")
    steps["deaf"] = lab.seen()
    steps["checked_replaced"] = lab.bridge(MOVED, check=True)
    steps["replaced"] = {**lab.bridge(MOVED), "seen": lab.seen()}
    steps["replaced_again"] = lab.bridge(MOVED)
    for step, vlans, options in (
        ("twice", [VLANS[0], {"id": 30, "interfaces": ["4"]}], {}),
        ("no_number", [{"id": 4095, "interfaces": []}], {}),
        ("no_port", [{"id": 10, "interfaces": ["9"]}], {}),
        ("of_other_bridge", [{"id": 10, "interfaces": ["6"]}], {}),
        ("of_nobody", [{"id": 10, "interfaces": ["7"]}], {}),
        ("goes_with_it", [], {}),
        ("other_lab", VLANS, {"lab": "other"}),
    ):
        steps[step] = lab.bridge(vlans, **options)
    steps["nothing_of_other_lab"] = lab.bridge([], lab="other")
    steps["before_removal"] = lab.seen()["tags"]
    _do("ovs-vsctl del-port 7")
    steps["checked_removal"] = lab.bridge([], check=True)
    steps["removed"] = {**lab.bridge([]), "ports": _do("ovs-vsctl list-br").split()}
    steps["removed_again"] = lab.bridge([])
    _do("kill $(cat /run/openvswitch/ovs-vswitchd.pid)")
    steps["dead"] = lab.bridge(VLANS, timeout_seconds=0.5)
    return steps


def _main() -> None:
    sys.path[:0] = [str(COLLECTIONS)]
    from ansible_collections.packetwalk.labs.plugins.modules import packet_probe, switch_vlans

    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)
    for port in (3, 4, 5):
        _do(PORT.format(port))
    json.dump(_scenario(_Lab(switch_vlans, packet_probe)), sys.stdout, indent=1)


if __name__ == "__main__":
    _main()
