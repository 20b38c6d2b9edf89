# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Words of the state document for numbers in netlink messages; the kernel's header is named above each table."""

from __future__ import annotations

import socket

# linux/if_arp.h: the kind of a link that was not made by rtnetlink.
HARDWARE_KINDS = {1: "ethernet", 772: "loopback"}

# linux/if.h, enum net_device_flags. IFF_RUNNING is left out: like iproute2, we say "no_carrier" where it is missing.
LINK_FLAGS = {
    0x1: "up",
    0x2: "broadcast",
    0x4: "debug",
    0x8: "loopback",
    0x10: "pointopoint",
    0x20: "notrailers",
    0x80: "noarp",
    0x100: "promisc",
    0x200: "allmulti",
    0x400: "master",
    0x800: "slave",
    0x1000: "multicast",
    0x2000: "portsel",
    0x4000: "automedia",
    0x8000: "dynamic",
    0x10000: "lower_up",
    0x20000: "dormant",
    0x40000: "echo",
}

# linux/if.h, IF_OPER_*
OPERATIONAL_STATES = ("unknown", "notpresent", "down", "lowerlayerdown", "testing", "dormant", "up")

# linux/if_bridge.h, BR_STATE_*
PORT_STATES = ("disabled", "listening", "learning", "forwarding", "blocking")

# linux/if_link.h, enum macvlan_mode
MACVLAN_MODES = {1: "private", 2: "vepa", 4: "bridge", 8: "passthru", 16: "source"}

# linux/if_ether.h
VLAN_PROTOCOLS = {0x8100: "802.1Q", 0x88A8: "802.1ad"}

# linux/rtnetlink.h, enum rt_scope_t
SCOPES = {0: "global", 200: "site", 253: "link", 254: "host", 255: "nowhere"}

# linux/rtnetlink.h, RTN_*
ROUTE_TYPES = (
    "unspec",
    "unicast",
    "local",
    "broadcast",
    "anycast",
    "multicast",
    "blackhole",
    "unreachable",
    "prohibit",
    "throw",
    "nat",
    "xresolve",
)

# linux/rtnetlink.h, RTPROT_*
ROUTE_PROTOCOLS = {
    0: "unspec",
    1: "redirect",
    2: "kernel",
    3: "boot",
    4: "static",
    8: "gated",
    9: "ra",
    10: "mrt",
    11: "zebra",
    12: "bird",
    13: "dnrouted",
    14: "xorp",
    15: "ntk",
    16: "dhcp",
    17: "mrouted",
    18: "keepalived",
    42: "babel",
    99: "openr",
    186: "bgp",
    187: "isis",
    188: "ospf",
    189: "rip",
    192: "eigrp",
}

# linux/fib_rules.h, FR_ACT_*
RULE_ACTIONS = {1: "to_table", 2: "goto", 3: "nop", 6: "blackhole", 7: "unreachable", 8: "prohibit"}

# linux/neighbour.h, NUD_*
NEIGHBOUR_STATES = {
    0x01: "incomplete",
    0x02: "reachable",
    0x04: "stale",
    0x08: "delay",
    0x10: "probe",
    0x20: "failed",
    0x40: "noarp",
    0x80: "permanent",
}

# The same for an entry of a forwarding database, the strongest first.
FORWARDING_STATES = {bit: NEIGHBOUR_STATES[bit] for bit in (0x80, 0x40, 0x04, 0x02)}

# linux/neighbour.h, NTF_*, in iproute2's words
NEIGHBOUR_FLAGS = {
    0x01: "use",
    0x02: "self",
    0x04: "master",
    0x08: "proxy",
    0x10: "extern_learn",
    0x20: "offload",
    0x40: "sticky",
    0x80: "router",
}

FAMILIES = {int(socket.AF_INET): "ipv4", int(socket.AF_INET6): "ipv6"}

# linux/netfilter.h, NFPROTO_*, in nft's words
NETFILTER_FAMILIES = {1: "inet", 2: "ip", 3: "arp", 5: "netdev", 7: "bridge", 10: "ip6"}
