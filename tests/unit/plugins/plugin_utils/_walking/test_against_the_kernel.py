# SPDX-License-Identifier: GPL-3.0-or-later
"""The kernel's word: what the walk says of a packet is what becomes of a real one.

Each scenario is built of network namespaces, read by the collector and walked, before and after a real packet is sent.
The words of the commands are in kernel_lab.py.
"""

from __future__ import annotations

import os
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import pytest
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._engine import Engine
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._hop import Place, Walk
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._packet import Packet
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._world import World

sys.path.insert(0, os.path.dirname(__file__))

import kernel_lab  # noqa: E402


class Scenario(NamedTuple):
    """``expected`` is the namespace that gets the packet, or a pattern of the text with which the walk ends.

    ``one_of_many``: the kernel chooses one of the branches of the walk.
    """

    build: str
    expected: str
    to: str = "10.0.2.2"
    sender: str = "left"
    listeners: tuple[tuple[str, int], ...] = (("right", 80),)
    port: int = 80
    source: str = ""
    payload_bytes: int = 10
    one_of_many: bool = False


# left - middle - right, each in a network of its own, and the middle forwards.
ROUTED = """
namespaces left middle right
wire left eth0 10.0.1.2/24 middle west 10.0.1.1/24
wire right eth0 10.0.2.2/24 middle east 10.0.2.1/24
route left default via 10.0.1.1
route right default via 10.0.2.1
router middle
"""
# Two ways from left to right, over north and over south.
TWO_WAYS = """
namespaces left north south right
wire left north 10.0.11.2/24 north left 10.0.11.1/24
wire left south 10.0.12.2/24 south left 10.0.12.1/24
wire right north 10.0.21.2/24 north right 10.0.21.1/24
wire right south 10.0.22.2/24 south right 10.0.22.1/24
router north
router south
address right lo 10.0.2.2/32
route north 10.0.2.2/32 via 10.0.21.2
route south 10.0.2.2/32 via 10.0.22.2
route north 10.0.12.0/24 via 10.0.11.2
route left default via 10.0.11.1
route right default via 10.0.21.1
"""
# left, right and other hang on one bridge.
BRIDGED = """
namespaces left switch right other
bridge_of switch br0
wire left eth0 10.0.2.1/24 switch left -
wire right eth0 10.0.2.2/24 switch right -
wire other eth0 10.0.2.3/24 switch other -
port switch br0 left
port switch br0 right
port switch br0 other
set_to switch bridge/bridge-nf-call-iptables 0
"""
# Docker's layout: left and right on a bridge of the host, whose address they use as their gateway.
HOST_BRIDGE = """
namespaces left right outside
ip link add name br0 type bridge
ip link set br0 up
ip address add 172.18.0.1/16 dev br0
for one in left right; do
  ip link add name to-$one type veth peer name eth0 netns $one
  ip link set to-$one master br0 up
  up $one eth0
done
address left eth0 172.18.0.2/16
address right eth0 172.18.0.3/16
route left default via 172.18.0.1
route right default via 172.18.0.1
ip link add name uplink type veth peer name eth0 netns outside
ip link set uplink up
ip address add 192.0.2.1/24 dev uplink
up outside eth0
address outside eth0 192.0.2.9/24
echo 1 >/proc/sys/net/ipv4/conf/all/forwarding
echo 0 >/proc/sys/net/bridge/bridge-nf-call-iptables
"""
# Two hosts with a bridge and a VXLAN device each; left hangs on west's bridge, right on east's.
OVERLAY = """
namespaces left west east right
wire west under 192.0.2.1/24 east under 192.0.2.2/24
for host in west east; do
  bridge_of $host br0
  ip -n $host link add vxlan0 type vxlan id ${vni:-7} dstport ${udp:-4789} $options
  vni=$vni_of_east udp=$port_of_east
  port $host br0 vxlan0
  up $host vxlan0
done
wire left eth0 10.0.2.1/24 west left -
wire right eth0 10.0.2.2/24 east right -
ip -n left link set eth0 address 02:42:0a:00:02:01
ip -n right link set eth0 address 02:42:0a:00:02:02
port west br0 left
port east br0 right
"""
KNOWN = """
at west bridge fdb add 02:42:0a:00:02:02 dev vxlan0 dst 192.0.2.2 self permanent
at east bridge fdb add 02:42:0a:00:02:01 dev vxlan0 dst 192.0.2.1 self permanent
at west ip neigh replace 10.0.2.2 lladdr 02:42:0a:00:02:02 dev vxlan0 nud permanent
at east ip neigh replace 10.0.2.1 lladdr 02:42:0a:00:02:01 dev vxlan0 nud permanent
"""
FLOODED = """
at west bridge fdb append 00:00:00:00:00:00 dev vxlan0 dst 192.0.2.2 self permanent
at east bridge fdb append 00:00:00:00:00:00 dev vxlan0 dst 192.0.2.1 self permanent
"""
# Three macvlan devices on one parent, one of them in private mode.
MACVLANS = """
namespaces left parent right private
wire parent eth0 10.0.2.9/24 left uplink -
at left ip link set uplink down
ip -n left link delete uplink
namespaces wire
wire parent eth0 10.0.2.9/24 wire far 10.0.2.8/24
for one in left right; do ip -n parent link add link eth0 name mv-$one type macvlan mode bridge; done
ip -n parent link add link eth0 name mv-private type macvlan mode private
for one in left right private; do
  ip -n parent link set mv-$one netns $one name eth0
  up $one eth0
done
address left eth0 10.0.2.1/24
address right eth0 10.0.2.2/24
address private eth0 10.0.2.3/24
"""
IPV6 = """
namespaces left middle right
wire left eth0 fd01::2/64 middle west fd01::1/64
wire right eth0 fd02::2/64 middle east fd02::1/64
route left default via fd01::1
route right default via fd02::1
router middle
"""
DOCKER_LOCALHOST = """
rule middle -t nat -A OUTPUT -m addrtype --dst-type LOCAL -p udp --dport 8080 -j DNAT --to-destination 10.0.2.2:80
rule middle -t nat -A POSTROUTING -o east -m addrtype --src-type LOCAL -j MASQUERADE
"""

SCENARIOS = {
    # Routing
    "routed": Scenario(ROUTED, "right"),
    "forwarding off": Scenario(ROUTED + "set_to middle ipv4/conf/all/forwarding 0", "does not forward"),
    "forwarding off on one device": Scenario(ROUTED + "set_to middle ipv4/conf/west/forwarding 0", "does not forward"),
    "no route": Scenario(ROUTED + "ip -n left route delete default", "no route to"),
    "no route on the way": Scenario(ROUTED, "no route to", to="10.0.3.3"),
    "blackhole": Scenario(ROUTED + "route middle blackhole 10.0.2.2/32", "says blackhole"),
    "throw": Scenario(
        ROUTED + "ip -n middle rule add lookup 100 priority 50\nroute middle throw 10.0.2.2/32 table 100\n"
        "route middle blackhole default table 100",
        "right",
    ),
    "own address of another device": Scenario(
        ROUTED, "middle", sender="middle", to="10.0.1.1", listeners=(("middle", 80),)
    ),
    "loopback": Scenario(ROUTED, "left", to="127.0.0.1", listeners=(("left", 80),)),
    "another loopback address": Scenario(ROUTED, "left", to="127.1.2.3", listeners=(("left", 80),)),
    "address of the router's far side": Scenario(ROUTED, "middle", to="10.0.2.1", listeners=(("middle", 80),)),
    "nobody listens": Scenario(ROUTED, "nobody in .* listens", port=81),
    "multipath": Scenario(
        TWO_WAYS + "ip -n left route replace default nexthop via 10.0.11.1 nexthop via 10.0.12.1",
        "right",
        one_of_many=True,
    ),
    "policy rule of a source": Scenario(
        TWO_WAYS + "ip -n left rule add from 10.0.12.0/24 lookup 100\nroute left default via 10.0.12.1 table 100",
        "right",
        source="10.0.12.2",
    ),
    "policy rule of a source that the route chooses": Scenario(
        TWO_WAYS + "ip -n left rule add from 10.0.11.0/24 lookup 100\nroute left blackhole default table 100",
        "says blackhole",
    ),
    "policy rule of a device": Scenario(
        TWO_WAYS + "ip -n north rule add iif left lookup 100\nroute north unreachable default table 100",
        "says unreachable",
    ),
    "policy rule inverted": Scenario(
        TWO_WAYS + "ip -n left rule add not to 10.0.11.0/24 lookup 100\nroute left default via 10.0.12.1 table 100",
        "right",
    ),
    "policy rule of a port": Scenario(
        TWO_WAYS + "ip -n left rule add ipproto udp dport 80-81 prohibit", "says prohibit"
    ),
    "suppressed default route": Scenario(
        TWO_WAYS + "ip -n left rule add lookup main suppress_prefixlength 0 priority 10\n"
        "ip -n left rule add lookup 100 priority 20\nroute left default via 10.0.12.1 table 100",
        "right",
    ),
    "mark and another table": Scenario(
        TWO_WAYS + "rule left -t mangle -A OUTPUT -p udp --dport 80 -j MARK --set-mark 5\n"
        "ip -n left rule add fwmark 5 lookup 100\nroute left default via 10.0.12.1 table 100",
        "right",
    ),
    "mark with a mask": Scenario(
        TWO_WAYS + "rule left -t mangle -A OUTPUT -j MARK --set-xmark 0x105/0xfff\n"
        "ip -n left rule add fwmark 0x100/0xff00 lookup 100\nroute left blackhole default table 100",
        "says blackhole",
    ),
    "mark saved and restored": Scenario(
        TWO_WAYS + "rule left -t mangle -A OUTPUT -j MARK --set-mark 5\n"
        "rule left -t mangle -A OUTPUT -j CONNMARK --save-mark\n"
        "rule left -t mangle -A OUTPUT -j MARK --set-mark 0\n"
        "rule left -t mangle -A OUTPUT -j CONNMARK --restore-mark\n"
        "ip -n left rule add fwmark 5 lookup 100\nroute left blackhole default table 100",
        "says blackhole",
    ),
    "mark of the connection": Scenario(
        TWO_WAYS + "rule left -t mangle -A OUTPUT -j CONNMARK --set-mark 7\n"
        "rule left -A OUTPUT -m connmark --mark 7 -j DROP",
        "dropped by -A OUTPUT",
    ),
    "reverse path strict": Scenario(
        TWO_WAYS + "set_to right ipv4/conf/north/rp_filter 1\nip -n right route replace default via 10.0.22.1",
        "rp_filter of north is strict",
    ),
    "reverse path loose": Scenario(
        TWO_WAYS + "set_to right ipv4/conf/north/rp_filter 2\nip -n right route replace default via 10.0.22.1", "right"
    ),
    "reverse path unknown": Scenario(
        TWO_WAYS + "set_to right ipv4/conf/north/rp_filter 2\nip -n right route delete default", "no route back"
    ),
    "source is the receiver's own": Scenario(
        ROUTED + "rule middle -t nat -A POSTROUTING -o east -j SNAT --to-source 10.0.2.2", "is an address of right"
    ),
    "source is the receiver's own and accepted": Scenario(
        ROUTED + "rule middle -t nat -A POSTROUTING -o east -j SNAT --to-source 10.0.2.2\n"
        "set_to right ipv4/conf/eth0/accept_local 1",
        "right",
    ),
    # ARP
    "proxy ARP": Scenario(
        ROUTED + "ip -n left address delete 10.0.1.2/24 dev eth0\naddress left eth0 10.0.1.2/8\n"
        "set_to middle ipv4/conf/west/proxy_arp 1\nset_to middle ipv4/neigh/west/proxy_delay 0",
        "right",
    ),
    "no proxy ARP": Scenario(
        ROUTED + "ip -n left address delete 10.0.1.2/24 dev eth0\naddress left eth0 10.0.1.2/8", "nobody answers for"
    ),
    "proxy ARP without forwarding": Scenario(
        ROUTED + "ip -n left address delete 10.0.1.2/24 dev eth0\naddress left eth0 10.0.1.2/8\n"
        "set_to middle ipv4/conf/west/proxy_arp 1\nset_to middle ipv4/conf/west/forwarding 0",
        "nobody answers for",
    ),
    "address of another device": Scenario(
        ROUTED + "route left 10.9.9.9/32 dev eth0\naddress middle lo 10.9.9.9/32",
        "middle",
        to="10.9.9.9",
        listeners=(("middle", 80),),
    ),
    "address of another device, which ARP ignores": Scenario(
        ROUTED + "route left 10.9.9.9/32 dev eth0\naddress middle lo 10.9.9.9/32\n"
        "set_to middle ipv4/conf/west/arp_ignore 1",
        "nobody answers for",
        to="10.9.9.9",
    ),
    "ARP and the reverse path": Scenario(
        ROUTED + "ip -n left address delete 10.0.1.2/24 dev eth0\naddress left eth0 10.0.3.1/8\n"
        "route middle 10.0.3.0/24 dev east\nset_to middle ipv4/conf/west/rp_filter 1",
        "nobody answers for",
        to="10.0.1.1",
        listeners=(("middle", 80),),
    ),
    "neighbour failed": Scenario(ROUTED + "at left ip neigh replace 10.0.1.1 dev eth0 nud failed", "right"),
    "neighbour wrong": Scenario(
        ROUTED + "at left ip neigh replace 10.0.1.1 lladdr 02:00:00:00:00:99 dev eth0 nud permanent", "ignores a frame"
    ),
    # Netfilter
    "FORWARD drops by rule": Scenario(
        ROUTED + "rule middle -A FORWARD -o east -p udp --dport 80 -j DROP", "dropped by"
    ),
    "FORWARD drops by policy": Scenario(ROUTED + "rule middle -P FORWARD DROP", "policy of iptables filter FORWARD"),
    "INPUT drops": Scenario(ROUTED + "rule right -A INPUT -s 10.0.1.0/24 -j DROP", "dropped by"),
    "INPUT rejects": Scenario(ROUTED + "rule right -A INPUT -j REJECT", "rejected by"),
    "raw drops": Scenario(ROUTED + "rule middle -t raw -A PREROUTING -i west -j DROP", "dropped by"),
    "mangle drops": Scenario(ROUTED + "rule middle -t mangle -A POSTROUTING -o east -j DROP", "dropped by"),
    "accepted by the state": Scenario(
        ROUTED + "rule middle -P FORWARD DROP\nrule middle -A FORWARD -m conntrack --ctstate NEW -j ACCEPT", "right"
    ),
    "not accepted by the state": Scenario(
        ROUTED + "rule middle -P FORWARD DROP\nrule middle -A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT",
        "policy of",
    ),
    "chains": Scenario(
        ROUTED
        + "rule middle -N one\nrule middle -N two\nrule middle -A FORWARD -j one\nrule middle -A FORWARD -j DROP\n"
        "rule middle -A one -s 10.0.2.0/24 -j RETURN\nrule middle -A one -g two\nrule middle -A one -j DROP\n"
        "rule middle -A two -p tcp -j DROP\nrule middle -A FORWARD -j ACCEPT",
        "dropped by -A FORWARD",
    ),
    "many matches": Scenario(
        ROUTED + "rule middle -A FORWARD -p udp -m multiport --dports 79,80:81 -j MARK --set-mark 1 -t mangle\n"
        "rule middle -A FORWARD ! -i east -o ea+ -p udp -m mark --mark 1 -m udp ! --sport 1:1023 -j ACCEPT\n"
        "rule middle -P FORWARD DROP",
        "right",
    ),
    "both backends, the legacy one drops": Scenario(
        ROUTED + "nft_rule middle -A FORWARD -j ACCEPT\nrule middle -A FORWARD -j DROP", "order is unknown"
    ),
    "nft backend": Scenario(
        ROUTED + "nft_rule middle -t nat -A PREROUTING -p udp --dport 8080 -j DNAT --to-destination 10.0.2.2:80",
        "right",
        to="10.0.1.1",
        port=8080,
    ),
    # Translation
    "DNAT": Scenario(
        ROUTED + "rule middle -t nat -A PREROUTING -p udp --dport 8080 -j DNAT --to-destination 10.0.2.2:80",
        "right",
        to="10.0.1.1",
        port=8080,
    ),
    "DNAT of the port only": Scenario(
        ROUTED + "rule right -t nat -A PREROUTING -p udp --dport 8080 -j DNAT --to-destination :80", "right", port=8080
    ),
    "DNAT before FORWARD": Scenario(
        ROUTED + "rule middle -t nat -A PREROUTING -p udp --dport 8080 -j DNAT --to-destination 10.0.2.2:80\n"
        "rule middle -A FORWARD -p udp --dport 8080 -j DROP",
        "right",
        to="10.0.1.1",
        port=8080,
    ),
    "MASQUERADE": Scenario(
        ROUTED + "rule middle -t nat -A POSTROUTING -o east -j MASQUERADE\nip -n right route delete default", "right"
    ),
    "MASQUERADE with several addresses": Scenario(
        ROUTED + "address middle east 10.0.0.9/32\naddress middle east 10.0.2.7/24\n"
        "rule middle -t nat -A POSTROUTING -o east -j MASQUERADE",
        "right",
    ),
    "SNAT with a port": Scenario(
        ROUTED + "rule middle -t nat -A POSTROUTING -p udp -j SNAT --to-source 10.0.2.77:555", "right"
    ),
    "SNAT in INPUT": Scenario(ROUTED + "rule right -t nat -A INPUT -p udp -j SNAT --to-source 10.0.2.77", "right"),
    "REDIRECT": Scenario(
        ROUTED + "rule middle -t nat -A PREROUTING -p udp --dport 80 -j REDIRECT --to-ports 8080",
        "middle",
        listeners=(("middle", 8080), ("right", 80)),
    ),
    "REDIRECT of what is sent": Scenario(
        ROUTED + "rule left -t nat -A OUTPUT -p udp --dport 80 -j REDIRECT --to-ports 8080",
        "left",
        listeners=(("left", 8080), ("right", 80)),
    ),
    "DNAT of what is sent": Scenario(
        ROUTED + "rule left -t nat -A OUTPUT -d 10.0.1.1 -p udp -j DNAT --to-destination 10.0.2.2:80",
        "right",
        to="10.0.1.1",
        port=8080,
    ),
    "DNAT of what is sent needs a route first": Scenario(
        ROUTED + "ip -n left route delete default\nroute left 10.0.2.0/24 via 10.0.1.1\n"
        "rule left -t nat -A OUTPUT -d 203.0.113.1 -p udp -j DNAT --to-destination 10.0.2.2",
        "no route to",
        to="203.0.113.1",
    ),
    "filter OUTPUT after DNAT sees the first device": Scenario(
        ROUTED + DOCKER_LOCALHOST + "set_to middle ipv4/conf/east/route_localnet 1\n"
        "rule middle -A OUTPUT -o east -j DROP",
        "right",
        sender="middle",
        to="127.0.0.1",
        port=8080,
    ),
    "filter OUTPUT after DNAT sees the new address": Scenario(
        ROUTED + DOCKER_LOCALHOST + "set_to middle ipv4/conf/east/route_localnet 1\n"
        "rule middle -A OUTPUT -d 10.0.2.2 -o lo -j DROP",
        "dropped by",
        sender="middle",
        to="127.0.0.1",
        port=8080,
    ),
    "published port of localhost": Scenario(
        ROUTED + DOCKER_LOCALHOST + "set_to middle ipv4/conf/east/route_localnet 1",
        "right",
        sender="middle",
        to="127.0.0.1",
        port=8080,
    ),
    "published port of localhost without route_localnet": Scenario(
        ROUTED + DOCKER_LOCALHOST, "route_localnet", sender="middle", to="127.0.0.1", port=8080
    ),
    "loopback source without masquerading": Scenario(
        ROUTED + DOCKER_LOCALHOST + "set_to middle ipv4/conf/east/route_localnet 1\nrule middle -t nat -F POSTROUTING",
        "route_localnet is off",
        sender="middle",
        to="127.0.0.1",
        port=8080,
    ),
    "translation is settled on the way through lo": Scenario(
        ROUTED + "rule left -t nat -A PREROUTING -p udp --dport 80 -j DNAT --to-destination 10.0.2.2:80",
        "left",
        to="127.0.0.1",
        listeners=(("left", 80), ("right", 80)),
    ),
    # Bridges
    "bridged": Scenario(BRIDGED, "right"),
    "bridge that asks netfilter": Scenario(
        BRIDGED + "set_to switch bridge/bridge-nf-call-iptables 1\nrule switch -P FORWARD DROP", "policy of"
    ),
    "bridge that does not ask netfilter": Scenario(BRIDGED + "rule switch -P FORWARD DROP", "right"),
    "bridge that asks about ports": Scenario(
        BRIDGED + "set_to switch bridge/bridge-nf-call-iptables 1\nrule switch -P FORWARD DROP\n"
        "rule switch -A FORWARD -i br0 -o br0 -m physdev --physdev-in left --physdev-out right -j ACCEPT",
        "right",
    ),
    "isolated ports": Scenario(
        BRIDGED + "at switch bridge link set dev left isolated on\nat switch bridge link set dev right isolated on",
        "nobody answers for",
    ),
    "isolated ports and a known neighbour": Scenario(
        BRIDGED + "at switch bridge link set dev left isolated on\nat switch bridge link set dev right isolated on\n"
        "ip -n right link set eth0 address 02:00:00:00:00:22\n"
        "at left ip neigh replace 10.0.2.2 lladdr 02:00:00:00:00:22 dev eth0 nud permanent",
        "isolated|ignores a frame",
    ),
    "static row at another port": Scenario(
        BRIDGED + "ip -n right link set eth0 address 02:00:00:00:00:22\n"
        "at left ip neigh replace 10.0.2.2 lladdr 02:00:00:00:00:22 dev eth0 nud permanent\n"
        "set_to right ipv6/conf/all/disable_ipv6 1\n"
        "at switch bridge fdb replace 02:00:00:00:00:22 dev other master static",
        "ignores a frame",
    ),
    "static row at another port moves with the answer to ARP": Scenario(
        BRIDGED + "ip -n right link set eth0 address 02:00:00:00:00:22\n"
        "at switch bridge fdb replace 02:00:00:00:00:22 dev other master static",
        "right",
    ),
    "port that does not flood": Scenario(
        BRIDGED + "at switch bridge link set dev right flood off learning off\n"
        "ip -n right link set eth0 address 02:00:00:00:00:22\n"
        "at left ip neigh replace 10.0.2.2 lladdr 02:00:00:00:00:22 dev eth0 nud permanent",
        "ignores a frame",
    ),
    "port that does not flood answers ARP": Scenario(
        BRIDGED + "at switch bridge link set dev right flood off", "right"
    ),
    "port that is down": Scenario(BRIDGED + "ip -n switch link set right down", "nobody answers for"),
    "bridge that is down": Scenario(BRIDGED + "ip -n switch link set br0 down", "nobody answers for"),
    "peer that is down": Scenario(ROUTED + "ip -n middle link set west down", "has no carrier"),
    "two bridges": Scenario(
        BRIDGED + "namespaces far\nbridge_of switch br1\nwire far eth0 10.0.2.4/24 switch far -\nport switch br1 far\n"
        "ip -n switch link add name one type veth peer name two\nup switch one\nup switch two\n"
        "port switch br0 one\nport switch br1 two",
        "far",
        to="10.0.2.4",
        listeners=(("far", 80), ("right", 80)),
    ),
    "too big for a port": Scenario(
        BRIDGED + "ip -n switch link set right mtu 1000\nip -n right link set eth0 mtu 1000",
        "nobody is told",
        payload_bytes=1200,
    ),
    "too big for a route": Scenario(
        ROUTED + "ip -n middle link set east mtu 1000\nip -n right link set eth0 mtu 1000",
        "the sender is told",
        payload_bytes=1200,
    ),
    "host bridge": Scenario(HOST_BRIDGE, "right", to="172.18.0.3"),
    "host bridge outwards": Scenario(
        HOST_BRIDGE + "iptables-legacy -t nat -A POSTROUTING -s 172.18.0.0/16 ! -o br0 -j MASQUERADE",
        "outside",
        to="192.0.2.9",
        listeners=(("outside", 80),),
    ),
    "published port from outside": Scenario(
        HOST_BRIDGE + "iptables-legacy -t nat -A PREROUTING -m addrtype --dst-type LOCAL -p udp --dport 8080 -j DNAT "
        "--to-destination 172.18.0.3:80",
        "right",
        sender="outside",
        to="192.0.2.1",
        port=8080,
    ),
    "published port from a neighbour": Scenario(
        HOST_BRIDGE + "iptables-legacy -t nat -A PREROUTING -m addrtype --dst-type LOCAL -p udp --dport 8080 -j DNAT "
        "--to-destination 172.18.0.3:80",
        "right",
        to="172.18.0.1",
        port=8080,
    ),
    "published port from the container itself, without hairpin": Scenario(
        HOST_BRIDGE + "iptables-legacy -t nat -A PREROUTING -m addrtype --dst-type LOCAL -p udp --dport 8080 -j DNAT "
        "--to-destination 172.18.0.2:80\n"
        "iptables-legacy -t nat -A POSTROUTING -s 172.18.0.2 -d 172.18.0.2 -p udp --dport 80 -j MASQUERADE",
        "left",
        to="172.18.0.1",
        port=8080,
        listeners=(("left", 80),),
    ),
    "hairpin": Scenario(
        HOST_BRIDGE + "bridge link set dev to-left hairpin on\nip -n left address add 172.18.0.22/32 dev eth0\n"
        "at left ip neigh replace 172.18.0.99 lladdr 02:00:00:00:00:99 dev eth0 nud permanent\n"
        "bridge fdb replace 02:00:00:00:00:99 dev to-left master static",
        "ignores a frame",
        to="172.18.0.99",
    ),
    "no hairpin": Scenario(
        HOST_BRIDGE + "at left ip neigh replace 172.18.0.99 lladdr 02:00:00:00:00:99 dev eth0 nud permanent\n"
        "bridge fdb replace 02:00:00:00:00:99 dev to-left master static",
        "where it came from",
        to="172.18.0.99",
    ),
    # VXLAN
    "overlay": Scenario("options='proxy learning'" + OVERLAY + KNOWN, "right"),
    "overlay that floods": Scenario("options='learning'" + OVERLAY + FLOODED, "right"),
    "overlay that floods and does not learn": Scenario("options='nolearning'" + OVERLAY + FLOODED, "right"),
    "overlay without a neighbour": Scenario(
        "options='proxy learning'" + OVERLAY + KNOWN + "at west ip neigh delete 10.0.2.2 dev vxlan0",
        "nobody answers for",
    ),
    "overlay without a row": Scenario(
        "options='proxy learning'" + OVERLAY + KNOWN + "at west bridge fdb delete 02:42:0a:00:02:02 dev vxlan0 self",
        "has no VTEP",
    ),
    "overlay with another VTEP for the sender": Scenario(
        "options='proxy learning'"
        + OVERLAY
        + KNOWN
        + "at east bridge fdb replace 02:42:0a:00:02:01 dev vxlan0 dst 192.0.2.77 self permanent",
        "and drops it",
    ),
    "overlay with another VNI": Scenario(
        "options='proxy learning' vni_of_east=8" + OVERLAY + KNOWN, "no VXLAN device with VNI 7"
    ),
    "overlay with another port": Scenario(
        "options='proxy learning' port_of_east=4790" + OVERLAY + KNOWN, "on port 4789"
    ),
    "overlay through a filter": Scenario(
        "options='proxy learning'" + OVERLAY + KNOWN + "rule east -A INPUT -p udp --dport 4789 -j DROP", "dropped by"
    ),
    "overlay with a mark": Scenario(
        "options='proxy learning'" + OVERLAY + KNOWN + "ip -n west rule add fwmark 0x9 prohibit\n"
        "rule west -t mangle -A OUTPUT -p udp --dport 4789 -m u32 --u32 '0>>22&0x3C@12&0xFFFFFF00=0x700' "
        "-j MARK --set-mark 9",
        "says prohibit",
    ),
    "overlay and too big a packet": Scenario(
        "options='proxy learning'"
        + OVERLAY
        + KNOWN
        + "for one in west east; do ip -n $one link set vxlan0 mtu 1500; done",
        "the sender is told",
        payload_bytes=1450,
    ),
    # macvlan
    "macvlan": Scenario(MACVLANS, "right"),
    "macvlan to the wire": Scenario(MACVLANS, "wire", to="10.0.2.8", listeners=(("wire", 80),)),
    "macvlan from the wire": Scenario(MACVLANS, "right", sender="wire"),
    "macvlan to its parent": Scenario(MACVLANS, "nobody answers for", to="10.0.2.9", listeners=(("parent", 80),)),
    "macvlan in private mode": Scenario(MACVLANS, "nobody answers for", to="10.0.2.3", listeners=(("private", 80),)),
    # IPv6
    "IPv6": Scenario(IPV6, "right", to="fd02::2"),
    "IPv6 without forwarding": Scenario(
        IPV6 + "set_to middle ipv6/conf/all/forwarding 0", "does not forward", to="fd02::2"
    ),
    "IPv6 filtered": Scenario(IPV6 + "rule6 middle -A FORWARD -p udp -j DROP", "dropped by", to="fd02::2"),
    "IPv6 masqueraded": Scenario(
        IPV6 + "rule6 middle -t nat -A POSTROUTING -o east -j MASQUERADE", "right", to="fd02::2"
    ),
    "IPv6 DNAT": Scenario(
        IPV6 + "rule6 middle -t nat -A PREROUTING -p udp --dport 8080 -j DNAT --to-destination [fd02::2]:80",
        "right",
        to="fd01::1",
        port=8080,
    ),
    "IPv6 of another device": Scenario(
        IPV6 + "route left fd09::9/128 dev eth0\naddress middle lo fd09::9/128",
        "nobody answers for",
        to="fd09::9",
        listeners=(("middle", 80),),
    ),
    "IPv6 loopback": Scenario(IPV6, "left", to="::1", listeners=(("left", 80),)),
    "IPv6 own address": Scenario(IPV6, "left", to="fd01::2", listeners=(("left", 80),)),
    # Broadcasts
    "broadcast": Scenario(BRIDGED, "right", to="10.0.2.255"),
}
SOURCE_PORT = 40000


@pytest.fixture(scope="module")
def asked() -> Any:
    """What the kernel says of every scenario; most of the time each only waits."""
    pool = ThreadPoolExecutor(8)
    try:
        yield {name: pool.submit(kernel_lab.run, _request(scenario)) for name, scenario in SCENARIOS.items()}
    finally:
        pool.shutdown(cancel_futures=True)


def _request(scenario: Scenario) -> dict[str, Any]:
    return {
        "build": scenario.build,
        "from": scenario.sender,
        "to": scenario.to,
        "port": scenario.port,
        "source": scenario.source,
        "source_port": SOURCE_PORT,
        "payload_bytes": scenario.payload_bytes,
        "listeners": scenario.listeners,
    }


def _walk(namespaces: dict[str, Any], scenario: Scenario) -> Walk:
    world = World({"schema": 1, "lab": "kernel", "nodes": {"node": {"namespaces": namespaces}}, "control": {}})
    packet = Packet(
        "udp",
        scenario.to,
        source=scenario.source or None,
        source_port=SOURCE_PORT,
        destination_port=scenario.port,
        size_bytes=(48 if ":" in scenario.to else 28) + scenario.payload_bytes,
    )
    return Engine(world).explore(Place("output", world.namespace("node", scenario.sender)), packet)


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_walk_is_what_happens(name: str, asked: Any) -> None:
    scenario, told = SCENARIOS[name], asked[name].result()
    if "refused" in told:
        lacking = re.search("not permitted|not supported|Unknown device type|No such file", told["refused"])
        assert lacking, told["refused"]
        pytest.skip(f"this cannot be built here: {lacking[0]}")
    happened = {tuple(row.values()) for row in told["arrivals"]}

    for when in ("before", "after"):
        walk = _walk(told[when], scenario)
        predicted = {
            (
                hop.namespace,
                hop.after.source,
                hop.after.source_port,
                hop.after.destination,
                hop.after.destination_port,
            )
            for hop in walk.ends
            if hop.note.verdict == "delivered"
        }
        story = "\n".join(f"{hop.note.mechanism}: {hop.note.text}" for hop in walk.hops)
        if scenario.one_of_many:
            assert happened < predicted, story
        elif walk.verdict != "undecided":
            assert predicted == happened, f"{when}: {told['error']}\n{story}"
        if scenario.expected in dict(scenario.listeners) or scenario.expected == "left":
            assert [row["namespace"] for row in told["arrivals"]] == [scenario.expected], story
        else:
            assert any(re.search(scenario.expected, hop.note.text) for hop in walk.ends), story
