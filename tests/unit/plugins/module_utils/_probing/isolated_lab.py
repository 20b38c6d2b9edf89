# SPDX-License-Identifier: GPL-3.0-or-later
"""A small lab for the tests of ``_probing``, alone in network, mount and process namespaces of its own.

``read()`` starts this file under ``unshare``; it builds the lab, reads it with the collector and with iproute2 and
iptables, and prints both. All of it ends with its last process: there is nothing to clean up.

The lab: ``red`` hangs on the host's bridge ``br0`` by a veth pair. ``blue`` and ``green`` are a pair with the same two
interface indices. ``1-overlay0id`` is made like Docker's overlay namespace, with a VXLAN device that was born on the
host. One namespace is held by a process only.
"""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
import time
from typing import Any

COLLECTIONS = os.path.abspath(os.path.join(os.path.dirname(__file__), *[os.pardir] * 5, ".ansible", "collections"))

LAB = """
mount -t tmpfs tmpfs /run
mkdir -p /run/docker/netns
touch /run/docker/netns/stale /run/docker/netns/1-overlay0id
unshare --net=/run/docker/netns/1-overlay0id true
ln -s /run/docker/netns/1-overlay0id /run/overlay
ip netns add red
ip netns add blue
ip netns add green
ip link set lo up
ip link add br0 type bridge ageing_time 12000
ip link set br0 up
ip address add 10.9.0.1/24 dev br0
ip link add index 70 name veth-red type veth peer index 2 name eth0 netns red
ip link set veth-red master br0 up mtu 1400 alias "packetwalk.lab=test br0 to red:eth0"
bridge link set dev veth-red hairpin on isolated on learning off
bridge fdb add 02:42:0a:09:00:63 dev veth-red master static
ip -n blue link add index 2 name eth0 type veth peer index 70 name far netns green
ip -n red link set lo up
ip -n red link set eth0 up
ip -n red address add 10.9.0.2/24 dev eth0 label eth0:one
ip -n red address add fd09::2/64 dev eth0 nodad
ip -n red route add default via 10.9.0.1
ip -n red route add 10.77.0.0/16 table 1000 nexthop via 10.9.0.1 dev eth0 weight 3 nexthop via 10.9.0.3 dev eth0
ip -n red route add blackhole 10.78.0.0/16 metric 7
ip -n red route add 10.79.0.0/16 via inet6 fd09::1 dev eth0 src 10.9.0.2
ip -n red -6 route add fd10::/64 via fd09::1 proto static
ip -n red rule add from 10.9.0.0/24 fwmark 0x102/0xff0 lookup 1000 priority 100
ip -n red rule add not to 10.1.2.3 iif eth0 prohibit priority 200
ip -n red rule add lookup main suppress_prefixlength 0 priority 300
ip -n red -6 rule add oif eth0 goto 32766 priority 400
ip -n red neigh add 10.9.0.9 lladdr 02:42:0a:09:00:09 nud permanent dev eth0
ip -n red neigh add fd09::9 lladdr 02:42:0a:09:00:09 router nud permanent dev eth0
ip link add mv0 link br0 type macvlan mode bridge
ip link set mv0 netns red
ip link add vxlan0 type vxlan id 4097 dstport 4789 learning proxy l2miss l3miss
ip link set vxlan0 netns /run/overlay
ip link add vxlan1 type vxlan id 7 dstport 8472 group 239.1.1.1 dev br0 local 10.9.0.1 nolearning ageing 60
nsenter --net=/run/overlay ip link add br0 type bridge
nsenter --net=/run/overlay ip link set vxlan0 master br0
nsenter --net=/run/overlay ip link set br0 up
nsenter --net=/run/overlay ip link set vxlan0 up
nsenter --net=/run/overlay bridge fdb add 02:42:0a:00:01:0a dev vxlan0 dst 192.168.99.13 self permanent
nsenter --net=/run/overlay bridge fdb add 02:42:0a:00:01:0b dev vxlan0 dst 192.168.99.12 port 4444 vni 9 self
nsenter --net=/run/overlay bridge fdb append 00:00:00:00:00:00 dev vxlan0 dst 192.168.99.11 self permanent
nsenter --net=/run/overlay bridge fdb append 00:00:00:00:00:00 dev vxlan0 dst 192.168.99.12 self permanent
nsenter --net=/run/overlay ip neigh add 10.0.1.10 lladdr 02:42:0a:00:01:0a nud permanent dev vxlan0
# Not every kernel has VLANs in its bridges.
if ip -n green link add br1 type bridge vlan_filtering 1; then
  ip -n green link set far master br1
  bridge -n green vlan add dev far vid 10 pvid untagged
  bridge -n green vlan add dev far vid 20-22
  bridge -n green vlan add dev br1 vid 20 self
fi
ip netns exec red iptables-nft -t nat -A OUTPUT -d 127.0.0.11 -p udp --dport 53 -j DNAT --to-destination :37000
ip netns exec red ip6tables-nft -A INPUT -p tcp --dport 22 -j DROP
ip netns exec blue iptables-legacy -t mangle -A OUTPUT -d 10.0.1.2/32 -j MARK --set-xmark 0x102/0xffffffff
ip netns exec green iptables-nft -A INPUT -i far -j ACCEPT
ip netns exec green iptables-legacy -t mangle -A INPUT -i far -j ACCEPT
"""

# Namespace, file under /proc/sys/net and what is written into it; a file that the kernel has not got is passed over.
SETTINGS = (
    ("red", "ipv4/conf/all/forwarding", 1),
    ("red", "ipv4/conf/mv0/forwarding", 0),
    ("red", "ipv4/conf/all/proxy_arp", 0),
    ("red", "ipv4/conf/eth0/proxy_arp", 1),
    ("red", "ipv4/conf/mv0/proxy_arp", 0),
    ("red", "ipv4/conf/all/rp_filter", 1),
    ("red", "ipv4/conf/eth0/rp_filter", 2),
    ("red", "ipv4/conf/mv0/rp_filter", 0),
    ("red", "ipv4/conf/all/route_localnet", 1),
    ("red", "ipv4/conf/all/arp_ignore", 2),
    ("red", "ipv4/conf/eth0/arp_ignore", 1),
    ("red", "ipv4/conf/mv0/arp_ignore", 8),
    ("red", "ipv4/conf/all/accept_local", 0),
    ("red", "ipv4/conf/eth0/accept_local", 0),
    ("red", "ipv4/conf/mv0/accept_local", 1),
    ("red", "ipv6/conf/all/forwarding", 1),
    ("red", "ipv6/conf/mv0/forwarding", 0),
    ("red", "ipv6/conf/all/proxy_ndp", 0),
    ("red", "ipv6/conf/eth0/proxy_ndp", 1),
    ("red", "ipv6/conf/mv0/disable_ipv6", 1),
    ("red", "bridge/bridge-nf-call-iptables", 0),
    ("red", "bridge/bridge-nf-call-ip6tables", 1),
    ("red", "bridge/bridge-nf-call-arptables", 0),
    ("blue", "ipv4/conf/all/forwarding", 0),
    ("blue", "ipv6/conf/all/forwarding", 0),
    ("blue", "ipv6/conf/eth0/forwarding", 1),
    ("blue", "bridge/bridge-nf-call-iptables", 1),
    ("blue", "bridge/bridge-nf-call-ip6tables", 0),
    ("blue", "bridge/bridge-nf-call-arptables", 1),
)

COMMANDS = {
    "links": "ip -d -j link",
    "addresses": "ip -j addr",
    "routes": "ip -j route show table all",
    "rules": "ip -j rule",
    "rules_ipv6": "ip -6 -j rule",
    "neighbours": "ip -j neigh show nud all",
    "fdb": "bridge -j fdb",
    "nft": "iptables-nft-save -c",
    "nft_ipv6": "ip6tables-nft-save -c",
    "legacy": "iptables-legacy-save -c",
}


@functools.lru_cache(maxsize=None)
def read() -> dict[str, Any]:
    """Build and read the lab: ``namespaces`` and ``warnings`` of the collector, ``printed`` by namespace and table.

    ``refused`` is what the kernel or a missing command said instead.
    """
    rights = [] if os.geteuid() == 0 else ["--map-root-user"]
    unshare = ["unshare", *rights, "--mount", "--net", "--pid", "--fork", "--mount-proc"]
    done = subprocess.run(
        [*unshare, sys.executable, __file__], check=False, capture_output=True, text=True, timeout=120
    )
    return json.loads(done.stdout) if done.returncode == 0 else {"refused": done.stderr.strip()}


def _of_rtnetlink(namespaces: dict[str, Any]) -> list[Any]:
    tables = ("links", "addresses", "routes", "rules", "neighbours", "fdb")
    return [row[table] for row in namespaces.values() for table in tables]


def _printed(namespace: dict[str, Any]) -> dict[str, str]:
    commands = dict(COMMANDS)
    if any(link.get("bridge", {}).get("vlan_filtering") for link in namespace["links"]):
        commands["vlans"] = "bridge -j vlan"
    return {
        table: subprocess.run(
            ["nsenter", f"--net={namespace['path']}", *command.split()], check=True, capture_output=True, text=True
        ).stdout
        for table, command in commands.items()
    }


def _main() -> None:
    sys.path.insert(0, COLLECTIONS)
    from ansible_collections.packetwalk.labs.plugins.module_utils._probing import _node

    settings = "".join(
        f"nsenter --net=/run/netns/{namespace} sh -c '[ ! -e {file} ] || echo {value} >{file}'\n"
        for namespace, name, value in SETTINGS
        for file in [f"/proc/sys/net/{name}"]
    )
    subprocess.run(["sh", "-e", "-c", LAB + settings], check=True, stdout=sys.stderr)
    holder = subprocess.Popen(["unshare", "--net", "sh", "-c", "echo; exec sleep 100"], stdout=subprocess.PIPE)
    if holder.stdout is not None:
        holder.stdout.readline()
    # IPv6 takes seconds to settle, and what is printed has to be what was read.
    for _attempt in range(100):
        namespaces, warnings = _node.gather_namespaces([])
        printed = {name: _printed(row) for name, row in namespaces.items()}
        if _of_rtnetlink(_node.gather_namespaces([])[0]) == _of_rtnetlink(namespaces):
            break
        time.sleep(0.1)
    json.dump(
        {"namespaces": namespaces, "warnings": warnings, "printed": printed, "holder": holder.pid}, sys.stdout, indent=1
    )


if __name__ == "__main__":
    _main()
