# SPDX-License-Identifier: GPL-3.0-or-later
"""The three switches of the OpenSwitch article on real FRR, alone in network, mount and process namespaces.

``read()`` starts this file under ``unshare``; it wires the switches, starts the daemons, gives them their configuration
with ``switch_config``, changes and breaks them, and prints what happened. All of it ends with its last process.

ops1 has port 1 on ops2's port 1, and ops3 has port 1 on ops2's port 2. ops3 is without ospfd.
"""

from __future__ import annotations

import functools
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Callable

import isolation

HERE = Path(__file__).parent
COLLECTIONS = HERE.parents[3] / ".ansible" / "collections"
FRR = Path("/usr/lib/frr")
COMMANDS = ("vtysh", str(FRR / "bgpd"), "ip", "unshare")
SWITCHES = {
    "ops1": ("zebra", "staticd", "bgpd", "ospfd"),
    "ops2": ("zebra", "staticd", "bgpd", "ospfd"),
    "ops3": ("zebra", "staticd", "bgpd"),
}

WIRES = """
for switch in ops1 ops2 ops3; do
  ip netns add $switch
  ip -n $switch link set lo up
  ip netns exec $switch sysctl -qw net.ipv4.ip_forward=1
done
ip link add 1 netns ops1 type veth peer name 1 netns ops2
ip link add 2 netns ops2 type veth peer name 1 netns ops3
"""
DAEMON = """
ip netns exec {switch} {frr}/{daemon} --daemon --user frr --group frr --config_file /dev/null --vty_port 0
--vty_socket /run/{switch} --pid_file /run/{switch}/{daemon}.pid --socket /run/{switch}/zserv.api
"""

# What the article types, as data.
CONFIGS: dict[str, dict[str, Any]] = {
    "ops1": {
        "interfaces": [{"name": "1", "addresses": ["192.168.101.1/24"]}],
        "bgp": {
            "as_number": 65001,
            "router_id": "192.168.101.1",
            "networks": ["192.168.101.0/24"],
            "neighbours": [{"address": "192.168.101.2", "remote_as": 65002}],
        },
    },
    "ops2": {
        "interfaces": [
            {"name": "1", "addresses": ["192.168.101.2/24"]},
            {"name": "2", "addresses": ["192.168.102.1/24"]},
        ],
        "bgp": {
            "as_number": 65002,
            "router_id": "192.168.101.2",
            "neighbours": [
                {"address": "192.168.101.1", "remote_as": 65001},
                {"address": "192.168.102.2", "remote_as": 65003},
            ],
        },
    },
    "ops3": {
        "interfaces": [{"name": "1", "addresses": ["192.168.102.2/24"]}],
        "bgp": {
            "as_number": 65003,
            "router_id": "192.168.102.2",
            "networks": ["192.168.102.0/24"],
            "neighbours": [{"address": "192.168.102.1", "remote_as": 65002}],
        },
    },
}
BY_HAND = """
router bgp 65001
 neighbor 192.168.101.2 timers 3 9
 neighbor 10.66.0.1 remote-as 66
 neighbor 10.66.0.1 description nobody asked for it
 address-family ipv6 unicast
  neighbor 10.66.0.1 activate
 exit-address-family
exit
ip route 10.99.0.0/16 192.168.101.2
"""
OF_ALL_KINDS: dict[str, Any] = {
    "interfaces": [
        {
            "name": "1",
            "addresses": ["192.168.101.1/24", "10.5.0.1/24", "fd05::1/64"],
            "description": "to  ops2",
            "mtu_bytes": 1400,
        }
    ],
    "static_routes": [
        {"destination": "10.98.0.0/16", "next_hop": "192.168.101.2"},
        {"destination": "fd98::/32", "next_hop": "fd05::2"},
    ],
    "ospf": {
        "router_id": "1.1.1.1",
        "networks": [{"network": "192.168.101.0/24", "area": "0"}, {"network": "10.5.0.0/24", "area": "7"}],
    },
    "lines": ["ip forwarding", "router bgp 65001", " neighbor 192.168.101.2 description north"],
}


@functools.lru_cache(maxsize=None)
def read() -> dict[str, Any]:
    """Return what each step gave, or ``refused``: what the kernel or a missing command said instead."""
    return isolation.outcome(__file__, COMMANDS, 300)


def _output(command: str) -> str:
    return subprocess.run(command, shell=True, check=False, capture_output=True, text=True).stdout


def _vtysh(switch: str, command: str) -> str:
    return _output(f"vtysh --vty_socket /run/{switch} -c '{command}'")


def _until(look: Callable[[], Any], found: Callable[[Any], bool]) -> Any:
    """Return what there is to be seen as soon as it is what is waited for, or after half a minute."""
    end = time.monotonic() + 30
    while True:
        seen = look()
        if found(seen) or time.monotonic() > end:
            return seen
        time.sleep(0.2)


class _Lab:
    def __init__(self, switch_config: Any, switch_info: Any, packet_probe: Any) -> None:
        self._switch_config = switch_config
        self._switch_info = switch_info
        self._packet_probe = packet_probe

    def configure(self, switch: str, config: dict[str, Any], check: bool = False, **options: Any) -> dict[str, Any]:
        """Result of the module, with what is seen on the switch afterwards."""
        given = {"namespace": switch, "vty_socket": f"/run/{switch}", "config_directory": f"/run/{switch}", **options}
        result = isolation.run(self._switch_config, check, config=config, **given)
        addresses = _output(f"ip -n {switch} -o address show scope global")
        return {
            **result,
            "running": _vtysh(switch, "show running-config"),
            "links": _output(f"ip -n {switch} -o link"),
            "addresses": [" ".join(line.split()[1:4:2]) for line in addresses.splitlines()],
        }

    def look(self, switch: str, *parts: str) -> dict[str, Any]:
        subset = {"subset": list(parts)} if parts else {}
        return isolation.run(self._switch_info, vty_socket=f"/run/{switch}", **subset)

    def ping(self, switch: str, destination: str) -> dict[str, Any]:
        given = {"protocol": "icmp", "destination": destination, "token": "706b"}
        return isolation.run(self._packet_probe, namespace=switch, **given)

    def table(self) -> dict[str, Any]:
        """Result of ``switch_info`` on ops1, once it has learnt the network of ops3."""
        return _until(
            lambda: self.look("ops1"),
            lambda seen: any(route["installed"] and route["protocol"] == "bgp" for route in seen["switch"]["routes"]),
        )


def _scenario(lab: _Lab) -> dict[str, Any]:
    steps: dict[str, Any] = {}
    steps["checked"] = lab.configure("ops1", CONFIGS["ops1"], check=True)
    for step in ("made", "again"):
        steps[step] = {switch: lab.configure(switch, config) for switch, config in CONFIGS.items()}
    steps["looked"] = lab.table()
    steps["printed"] = {
        command: _vtysh("ops1", command) for command in ("show ip bgp", "show interface brief", "show running-config")
    }
    steps["ping"] = lab.ping("ops1", "192.168.102.2")

    # The port goes, and comes back as ports come in the article: with its name, and without its address.
    _output("ip -n ops1 link set 1 name eth1 && ip -n ops1 link set eth1 netns 1")
    steps["away"] = lab.configure("ops1", CONFIGS["ops1"], check=True)
    _output("ip link set eth1 name 1 && ip link set 1 netns ops1")
    steps["moved"] = lab.configure("ops1", CONFIGS["ops1"], check=True)
    steps["restored"] = lab.configure("ops1", CONFIGS["ops1"])
    steps["restored_again"] = lab.configure("ops1", CONFIGS["ops1"])
    steps["looked_again"] = lab.table()
    _output("ip -n ops1 address delete 192.168.101.1/24 dev 1")
    steps["readdressed"] = lab.configure("ops1", CONFIGS["ops1"])

    _output(f"printf '%s' '{BY_HAND}' | vtysh --vty_socket /run/ops1 -f /dev/stdin")
    steps["owned"] = lab.configure("ops1", CONFIGS["ops1"])
    steps["kinds_checked"] = lab.configure("ops1", OF_ALL_KINDS, check=True)
    steps["kinds"] = lab.configure("ops1", OF_ALL_KINDS)
    steps["kinds_again"] = lab.configure("ops1", OF_ALL_KINDS)
    ospf = {"router_id": "2.2.2.2", "networks": [{"network": "192.168.101.0/24", "area": "0.0.0.0"}]}
    steps["ospf_of_ops2"] = lab.configure("ops2", {"ospf": ospf})
    steps["adjacent"] = _until(
        lambda: lab.look("ops1", "ospf_neighbours", "routes"),
        lambda seen: bool(seen.get("switch", {}).get("ospf_neighbours")),
    )
    both = {"name": "1", "addresses": ["192.168.101.1/24", "fd05::1/64"], "description": "to ops2"}
    steps["down"] = lab.configure("ops1", {"interfaces": [{**both, "shutdown": True}]})
    steps["down_again"] = lab.configure("ops1", {"interfaces": [{**both, "shutdown": True}]})
    steps["back"] = lab.configure("ops1", {"interfaces": [both]})
    steps["back_again"] = lab.configure("ops1", {"interfaces": [both]})
    port = {"name": "1", "addresses": ["192.168.101.1/24"], "mtu_bytes": 1500}
    fewer = {"interfaces": [{**port, "shutdown": True}], "static_routes": [], "ospf": {}}
    steps["fewer"] = lab.configure("ops1", fewer)
    steps["fewer_again"] = lab.configure("ops1", fewer)
    steps["up"] = lab.configure("ops1", {"interfaces": [port]})
    another = {**CONFIGS["ops1"]["bgp"], "as_number": 65010}
    steps["another_as"] = lab.configure("ops1", {"bgp": another})
    steps["another_as_again"] = lab.configure("ops1", {"bgp": another})
    shut = [{"address": "192.168.101.1", "remote_as": 65010, "shutdown": True}]
    steps["shut"] = lab.configure("ops2", {"bgp": {**CONFIGS["ops2"]["bgp"], "neighbours": shut}})
    steps["looked_shut"] = lab.look("ops2", "bgp")

    steps["saved"] = lab.configure("ops2", {}, save=True)
    steps["saved_again"] = lab.configure("ops2", {}, save=True)
    steps["file"] = Path("/run/ops2/frr.conf").read_text()
    _refused(lab, steps)
    return steps


def _refused(lab: _Lab, steps: dict[str, Any]) -> None:
    for step, switch, config in (
        ("no_daemon", "ops3", {"ospf": {"router_id": "3.3.3.3"}}),
        ("no_line", "ops3", {"lines": ["router bgp 65003", " bgp router-id none", " timers bgp 3 9", "mtu 7"]}),
        ("not_shown", "ops3", {"lines": ["interface 1", " no description"]}),
        ("not_taken", "ops3", {"lines": ["router bgp 65003", " neighbor 10.9.9.9 shutdown"]}),
        ("overlapping", "ops2", {"interfaces": [{"name": "2", "addresses": ["192.168.101.9/24"]}]}),
        ("renamed", "ops3", {"hostname": "another"}),
        ("vlans", "ops3", {"vlans": [{"id": 10}]}),
        ("no_interface", "ops3", {"interfaces": [{"name": "9", "addresses": ["10.9.9.9/24"], "mtu_bytes": 1400}]}),
    ):
        before = _vtysh(switch, "show running-config")
        steps[step] = {**lab.configure(switch, config), "before": before}
    steps["no_namespace"] = lab.configure("ops3", {}, namespace="swns")
    steps["no_socket"] = lab.configure("ops3", {}, vty_socket="/run/nowhere")
    steps["looked_at_ops3"] = lab.look("ops3", "ospf_neighbours", "lldp_neighbours", "bgp", "running_config")


def _main() -> None:
    sys.path.insert(0, str(COLLECTIONS))
    from ansible_collections.packetwalk.labs.plugins.modules import packet_probe, switch_config, switch_info

    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)
    subprocess.run(["sh", "-e", "-c", WIRES], check=True, stdout=sys.stderr)
    for switch, daemons in SWITCHES.items():
        Path(f"/run/{switch}").mkdir()
        shutil.chown(f"/run/{switch}", "frr", "frrvty")
        for daemon in daemons:
            words = DAEMON.format(switch=switch, daemon=daemon, frr=FRR).split()
            subprocess.run(words, check=True, stdout=sys.stderr)
    json.dump(_scenario(_Lab(switch_config, switch_info, packet_probe)), sys.stdout, indent=1)


if __name__ == "__main__":
    _main()
