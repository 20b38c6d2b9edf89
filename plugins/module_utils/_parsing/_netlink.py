# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Netlink messages (bytes) to rows of the state document.

The message format is ``include/uapi/linux/netlink.h``, the routing messages are ``include/uapi/linux/rtnetlink.h``.
Constants keep the names of the kernel's headers; the header is named above each group.

A decoder takes the payload of one message, without its ``nlmsghdr``, and returns one row. Where a message carries
interface indices, the decoder takes ``names``, a mapping from index to interface name; an index that is not in it
becomes ``if<index>``, as in iproute2. Whatever is cut or shorter than its structure raises ``ParseError``.
"""

from __future__ import annotations

import functools
import socket
import struct
from typing import Any, Callable, Dict, Iterator, Mapping, NamedTuple, TypeVar

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError

Row = Dict[str, Any]
Decoder = TypeVar("Decoder", bound=Callable[..., Any])

# linux/netlink.h
NLMSG_ERROR = 2
NLMSG_DONE = 3
NLM_F_DUMP_INTR = 0x10
NLA_TYPE_MASK = 0x3FFF

# linux/rtnetlink.h
RTM_NEWLINK = 16
RTM_GETLINK = 18
RTM_GETADDR = 22
RTM_GETROUTE = 26
RTM_GETNEIGH = 30
RTM_GETRULE = 34
RTM_NEWQDISC = 36
RTM_GETNSID = 90

# linux/if_link.h
IFLA_ADDRESS = 1
IFLA_IFNAME = 3
IFLA_MTU = 4
IFLA_LINK = 5
IFLA_MASTER = 10
IFLA_OPERSTATE = 16
IFLA_LINKINFO = 18
IFLA_EXT_MASK = 29
IFLA_LINK_NETNSID = 37
IFLA_INFO_KIND = 1
IFLA_INFO_DATA = 2
IFLA_INFO_SLAVE_KIND = 4
IFLA_INFO_SLAVE_DATA = 5
IFLA_BR_AGEING_TIME = 4
IFLA_BR_STP_STATE = 5
IFLA_BR_VLAN_FILTERING = 7
IFLA_BRPORT_STATE = 1
IFLA_BRPORT_MODE = 4
IFLA_BRPORT_LEARNING = 8
IFLA_BRPORT_UNICAST_FLOOD = 9
IFLA_BRPORT_ISOLATED = 33
IFLA_VLAN_ID = 1
IFLA_VLAN_PROTOCOL = 5
IFLA_MACVLAN_MODE = 1
IFLA_VXLAN_ID = 1
IFLA_VXLAN_GROUP = 2
IFLA_VXLAN_LINK = 3
IFLA_VXLAN_LOCAL = 4
IFLA_VXLAN_LEARNING = 7
IFLA_VXLAN_AGEING = 8
IFLA_VXLAN_PROXY = 11
IFLA_VXLAN_L2MISS = 13
IFLA_VXLAN_L3MISS = 14
IFLA_VXLAN_PORT = 15
IFLA_VXLAN_GROUP6 = 16
IFLA_VXLAN_LOCAL6 = 17

# linux/if_addr.h
IFA_ADDRESS = 1
IFA_LOCAL = 2
IFA_LABEL = 3

# linux/rtnetlink.h, enum rtattr_type_t
RTA_DST = 1
RTA_SRC = 2
RTA_OIF = 4
RTA_GATEWAY = 5
RTA_PRIORITY = 6
RTA_PREFSRC = 7
RTA_MULTIPATH = 9
RTA_TABLE = 15
RTA_VIA = 18

# linux/fib_rules.h
FIB_RULE_INVERT = 0x2
FRA_DST = 1
FRA_SRC = 2
FRA_IIFNAME = 3
FRA_GOTO = 4
FRA_PRIORITY = 6
FRA_FWMARK = 10
FRA_SUPPRESS_PREFIXLEN = 14
FRA_TABLE = 15
FRA_FWMASK = 16
FRA_OIFNAME = 17
FRA_L3MDEV = 19
FRA_UID_RANGE = 20
FRA_IP_PROTO = 22
FRA_SPORT_RANGE = 23
FRA_DPORT_RANGE = 24

# linux/neighbour.h
NDA_DST = 1
NDA_LLADDR = 2
NDA_VLAN = 5
NDA_PORT = 6
NDA_VNI = 7
NDA_MASTER = 9

# linux/net_namespace.h
NETNSA_NSID = 1
NETNSA_FD = 3

# linux/netfilter/nfnetlink.h and nf_tables.h
NFNL_SUBSYS_NFTABLES = 10
NFT_MSG_GETTABLE = 1
NFTA_TABLE_NAME = 1

# linux/if_arp.h: the kind of a link that was not made by rtnetlink.
_HARDWARE_KINDS = {1: "ethernet", 772: "loopback"}

# linux/if.h
IFF_UP = 0x1
IFF_RUNNING = 0x40

# linux/if.h, enum net_device_flags. IFF_RUNNING is left out: like iproute2, we say "no_carrier" where it is missing.
_LINK_FLAGS = {
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
_OPERATIONAL_STATES = ("unknown", "notpresent", "down", "lowerlayerdown", "testing", "dormant", "up")

# linux/if_bridge.h, BR_STATE_*
_PORT_STATES = ("disabled", "listening", "learning", "forwarding", "blocking")

# linux/if_link.h, enum macvlan_mode
_MACVLAN_MODES = {1: "private", 2: "vepa", 4: "bridge", 8: "passthru", 16: "source"}

# linux/if_ether.h
_VLAN_PROTOCOLS = {0x8100: "802.1Q", 0x88A8: "802.1ad"}

# linux/rtnetlink.h, enum rt_scope_t
_SCOPES = {0: "global", 200: "site", 253: "link", 254: "host", 255: "nowhere"}

# linux/rtnetlink.h, RTN_*
_ROUTE_TYPES = (
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
_ROUTE_PROTOCOLS = {
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
_RULE_ACTIONS = {1: "to_table", 2: "goto", 3: "nop", 6: "blackhole", 7: "unreachable", 8: "prohibit"}

# linux/neighbour.h, NUD_*
_NEIGHBOUR_STATES = {
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
_FORWARDING_STATES = {bit: _NEIGHBOUR_STATES[bit] for bit in (0x80, 0x40, 0x04, 0x02)}

# linux/neighbour.h, NTF_*, in iproute2's words
_NEIGHBOUR_FLAGS = {
    0x01: "use",
    0x02: "self",
    0x04: "master",
    0x08: "proxy",
    0x10: "extern_learn",
    0x20: "offload",
    0x40: "sticky",
    0x80: "router",
}

_FAMILIES = {int(socket.AF_INET): "ipv4", int(socket.AF_INET6): "ipv6"}

# linux/netfilter.h, NFPROTO_*, in nft's words
_NETFILTER_FAMILIES = {1: "inet", 2: "ip", 3: "arp", 5: "netdev", 7: "bridge", 10: "ip6"}

_NLMSGHDR = struct.Struct("=IHHII")
_NLATTR = struct.Struct("=HH")
_IFINFOMSG = struct.Struct("=BxHiII")
_IFADDRMSG = struct.Struct("=BBBBI")
_RTMSG = struct.Struct("=BBBBBBBBI")
_RTNEXTHOP = struct.Struct("=HBBi")
_FIB_RULE_HDR = struct.Struct("=BBBBBBBBI")
_NDMSG = struct.Struct("=BxxxiHBB")
# Of linux/inet_diag.h: the state, timers, the other end and the queues are passed over.
_INET_DIAG_MSG = struct.Struct("=B3x2s2x16s16x4x8x16xI")
_NFGENMSG_LENGTH = 4
_RTGENMSG_LENGTH = 4

# Clock ticks are USER_HZ, 100 a second on every architecture Linux runs on today.
_USER_HZ = 100


def _malformed(reason: str) -> ParseError:
    return ParseError("rtnetlink", 0, "", reason)


def _whole(decode: Decoder) -> Decoder:
    """Turn what ``struct`` and ``inet_ntop`` say of too short data into ``ParseError``."""

    @functools.wraps(decode)
    def decoded(*arguments: Any) -> Any:
        try:
            return decode(*arguments)
        except ParseError:
            raise
        except (struct.error, KeyError, IndexError, ValueError) as error:
            raise _malformed(f"the message of {decode.__name__.replace('_', ' ')} is incomplete ({error})") from error

    return decoded  # type: ignore[return-value]


class Message(NamedTuple):
    """One ``struct nlmsghdr`` and the bytes after it."""

    type: int
    flags: int
    sequence: int
    payload: bytes


def messages(data: bytes) -> Iterator[Message]:
    """Split what one ``recv`` of a netlink socket returned.

    Raises ``ParseError`` when a header is cut or promises more bytes than there are.
    """
    offset = 0
    while offset < len(data):
        left = len(data) - offset
        if left < _NLMSGHDR.size:
            raise _malformed(f"a message header has {_NLMSGHDR.size} bytes, {left} are left")
        length, kind, flags, sequence, _port = _NLMSGHDR.unpack_from(data, offset)
        if not _NLMSGHDR.size <= length <= left:
            raise _malformed(f"a message of {length} bytes is announced, {left} are left")
        yield Message(kind, flags, sequence, data[offset + _NLMSGHDR.size : offset + length])
        offset += _aligned(length)


def message(kind: int, flags: int, sequence: int, payload: bytes) -> bytes:
    """Build one message, as ``messages`` reads it."""
    return _NLMSGHDR.pack(_NLMSGHDR.size + len(payload), kind, flags, sequence, 0) + payload


def attributes(data: bytes, offset: int = 0) -> dict[int, bytes]:
    """Read ``struct nlattr`` after ``struct nlattr``: type (without its flag bits) to bytes.

    Raises ``ParseError`` when one is cut.
    """
    found = {}
    end = len(data)
    while offset < end:
        if end - offset < _NLATTR.size:
            raise _malformed(f"an attribute header has {_NLATTR.size} bytes, {end - offset} are left")
        length, kind = _NLATTR.unpack_from(data, offset)
        if length < _NLATTR.size or offset + length > end:
            raise _malformed(f"an attribute of {length} bytes is announced, {end - offset} are left")
        found[kind & NLA_TYPE_MASK] = data[offset + _NLATTR.size : offset + length]
        offset += _aligned(length)
    return found


def attribute(kind: int, data: bytes) -> bytes:
    """Build one attribute, as ``attributes`` reads it."""
    length = _NLATTR.size + len(data)
    return _NLATTR.pack(length, kind) + data + bytes(_aligned(length) - length)


@_whole
def link(payload: bytes) -> Row:
    """Decode the answer to RTM_GETLINK (``struct ifinfomsg``).

    The row is the document's row of ``links`` except for what points at other links, which the caller resolves:
    ``master`` and ``link`` are interface indices, ``link_namespace`` is the identifier that this namespace has for the
    one in which ``link`` lies (IFLA_LINK_NETNSID; ``None`` when that is this namespace).
    """
    _family, hardware, index, flags, _change = _IFINFOMSG.unpack_from(payload)
    found = attributes(payload, _IFINFOMSG.size)
    info = attributes(found.get(IFLA_LINKINFO, b""))
    kind = _text(info[IFLA_INFO_KIND]) if IFLA_INFO_KIND in info else _HARDWARE_KINDS.get(hardware, "other")
    row = {
        "name": _text(found[IFLA_IFNAME]),
        "index": index,
        "kind": kind,
        "mac": _mac(found.get(IFLA_ADDRESS)),
        "mtu_bytes": _u32(found[IFLA_MTU]),
        "flags": _link_flags(flags),
        "operational_state": _OPERATIONAL_STATES[found[IFLA_OPERSTATE][0]],
        "master": _u32(found[IFLA_MASTER]) if IFLA_MASTER in found else None,
        "link": _u32(found[IFLA_LINK]) if IFLA_LINK in found else None,
        "link_namespace": _s32(found[IFLA_LINK_NETNSID]) if IFLA_LINK_NETNSID in found else None,
    }
    if kind in _KIND_DATA and IFLA_INFO_DATA in info:
        row.update(_KIND_DATA[kind](attributes(info[IFLA_INFO_DATA])))
    if IFLA_INFO_SLAVE_KIND in info and _text(info[IFLA_INFO_SLAVE_KIND]) == "bridge":
        row["port"] = _bridge_port(attributes(info[IFLA_INFO_SLAVE_DATA]))
    return row


@_whole
def address(payload: bytes, names: Mapping[int, str]) -> Row:
    """Decode the answer to RTM_GETADDR (``struct ifaddrmsg``) to a row of ``addresses``."""
    family, prefix_length, _flags, scope, index = _IFADDRMSG.unpack_from(payload)
    found = attributes(payload, _IFADDRMSG.size)
    # On a point-to-point link IFA_ADDRESS is the other end's.
    own = found[IFA_LOCAL] if IFA_LOCAL in found else found[IFA_ADDRESS]
    return {
        "device": _device(index, names),
        "address": _address(own),
        "prefix_length": prefix_length,
        "family": _FAMILIES[family],
        "scope": _SCOPES.get(scope, str(scope)),
        "label": _text(found[IFA_LABEL]) if IFA_LABEL in found else None,
    }


@_whole
def route(payload: bytes, names: Mapping[int, str]) -> Row | None:
    """Decode the answer to RTM_GETROUTE (``struct rtmsg``) to a row of ``routes``; ``None`` for other families."""
    family, length, source_length, tos, table, protocol, scope, kind, _flags = _RTMSG.unpack_from(payload)
    if family not in _FAMILIES:
        return None
    found = attributes(payload, _RTMSG.size)
    row = {
        "destination": _prefix(found.get(RTA_DST), length, family),
        "gateway": _gateway(found),
        "device": _device(_u32(found[RTA_OIF]), names) if RTA_OIF in found else None,
        "source": _address(found[RTA_PREFSRC]) if RTA_PREFSRC in found else None,
        "table": _u32(found[RTA_TABLE]) if RTA_TABLE in found else table,
        "metric": _u32(found[RTA_PRIORITY]) if RTA_PRIORITY in found else 0,
        "protocol": _ROUTE_PROTOCOLS.get(protocol, str(protocol)),
        "scope": _SCOPES.get(scope, str(scope)),
        "type": _ROUTE_TYPES[kind],
        "family": _FAMILIES[family],
    }
    if source_length:
        row["source_prefix"] = _prefix(found.get(RTA_SRC), source_length, family)
    if tos:
        row["tos"] = tos
    if RTA_MULTIPATH in found:
        row["next_hops"] = list(_next_hops(found[RTA_MULTIPATH], names))
    return row


@_whole
def rule(payload: bytes) -> Row | None:
    """Decode the answer to RTM_GETRULE (``struct fib_rule_hdr``) to a row of ``rules``; ``None`` for other families.

    Selectors that the row always has are null when they match everything; the rarer ones are there only when set.
    """
    family, to_length, from_length, tos, table, _r1, _r2, action, flags = _FIB_RULE_HDR.unpack_from(payload)
    if family not in _FAMILIES:
        return None
    found = attributes(payload, _FIB_RULE_HDR.size)
    marked = FRA_FWMARK in found or FRA_FWMASK in found
    row = {
        "priority": _u32(found[FRA_PRIORITY]) if FRA_PRIORITY in found else 0,
        "source": _prefix(found[FRA_SRC], from_length, family) if FRA_SRC in found else None,
        "destination": _prefix(found[FRA_DST], to_length, family) if FRA_DST in found else None,
        "table": (_u32(found[FRA_TABLE]) if FRA_TABLE in found else table) or None,
        "mark": _u32(found.get(FRA_FWMARK, bytes(4))) if marked else None,
        "mask": _u32(found.get(FRA_FWMASK, b"\xff" * 4)) if marked else None,
        "in_interface": _text(found[FRA_IIFNAME]) if FRA_IIFNAME in found else None,
        "out_interface": _text(found[FRA_OIFNAME]) if FRA_OIFNAME in found else None,
        "action": _RULE_ACTIONS.get(action, str(action)),
        "family": _FAMILIES[family],
    }
    row.update({key: decode(found[kind]) for kind, (key, decode) in _RARE_SELECTORS.items() if kind in found})
    # The kernel sends "suppress nothing" as all ones.
    if row.get("suppress_prefix_length") == 0xFFFFFFFF:
        del row["suppress_prefix_length"]
    if tos:
        row["tos"] = tos
    if flags & FIB_RULE_INVERT:
        row["inverted"] = True
    return row


@_whole
def neighbour(payload: bytes, names: Mapping[int, str]) -> Row | None:
    """Decode the answer to RTM_GETNEIGH for IP (``struct ndmsg``) to a row of ``neighbours``."""
    family, index, states, flags, _type = _NDMSG.unpack_from(payload)
    if family not in _FAMILIES:
        return None
    found = attributes(payload, _NDMSG.size)
    return {
        "address": _address(found[NDA_DST]),
        "mac": _mac(found.get(NDA_LLADDR)),
        "device": _device(index, names),
        "states": _flag_names(states, _NEIGHBOUR_STATES),
        "flags": _flag_names(flags, _NEIGHBOUR_FLAGS),
        "family": _FAMILIES[family],
    }


@_whole
def forwarding(payload: bytes, names: Mapping[int, str]) -> Row:
    """Decode the answer to RTM_GETNEIGH for AF_BRIDGE (``struct ndmsg``) to a row of ``fdb``."""
    _family, index, states, flags, _type = _NDMSG.unpack_from(payload)
    found = attributes(payload, _NDMSG.size)
    owner = {"master"} if NDA_MASTER in found else set()
    return {
        "mac": _mac(found[NDA_LLADDR]),
        "device": _device(index, names),
        "destination": _address(found[NDA_DST]) if NDA_DST in found else None,
        "states": _forwarding_states(states),
        "flags": sorted(owner.union(_flag_names(flags, _NEIGHBOUR_FLAGS))),
        "vlan": struct.unpack("=H", found[NDA_VLAN])[0] if NDA_VLAN in found else None,
        "vni": _u32(found[NDA_VNI]) if NDA_VNI in found else None,
        "port": _be16(found[NDA_PORT]) if NDA_PORT in found else None,
    }


@_whole
def namespace_identifier(payload: bytes) -> int | None:
    """Decode the answer to RTM_GETNSID: the identifier, or ``None`` when the namespace has not been given one."""
    identifier = _s32(attributes(payload, _RTGENMSG_LENGTH)[NETNSA_NSID])
    return identifier if identifier >= 0 else None


@_whole
def nft_table(payload: bytes) -> str:
    """Decode the answer to NFT_MSG_GETTABLE: "family name" in nft's words, for example ``ip nat``."""
    name = _text(attributes(payload, _NFGENMSG_LENGTH)[NFTA_TABLE_NAME])
    return f"{_NETFILTER_FAMILIES.get(payload[0], str(payload[0]))} {name}"


@_whole
def waiting_socket(payload: bytes) -> Row:
    """Decode the answer to SOCK_DIAG_BY_FAMILY (``struct inet_diag_msg``) to a row of ``sockets`` without protocol."""
    family, port, source, inode = _INET_DIAG_MSG.unpack_from(payload)
    return {
        "address": _address(source[:4] if family == socket.AF_INET else source),
        "port": _be16(port),
        "family": _FAMILIES[family],
        "inode": inode,
    }


def _bridge(data: Mapping[int, bytes]) -> Row:
    return {
        "bridge": {
            "vlan_filtering": bool(data.get(IFLA_BR_VLAN_FILTERING, b"\0")[0]),
            "ageing_seconds": _u32(data[IFLA_BR_AGEING_TIME]) / _USER_HZ,
            "stp": bool(_u32(data[IFLA_BR_STP_STATE])),
        }
    }


def _bridge_port(data: Mapping[int, bytes]) -> Row:
    return {
        "state": _PORT_STATES[data[IFLA_BRPORT_STATE][0]],
        "hairpin": bool(data[IFLA_BRPORT_MODE][0]),
        "isolated": bool(data.get(IFLA_BRPORT_ISOLATED, b"\0")[0]),
        "learning": bool(data[IFLA_BRPORT_LEARNING][0]),
        "flood": bool(data[IFLA_BRPORT_UNICAST_FLOOD][0]),
    }


def _vlan(data: Mapping[int, bytes]) -> Row:
    protocol = _be16(data[IFLA_VLAN_PROTOCOL])
    return {
        "vlan": {
            "identifier": struct.unpack("=H", data[IFLA_VLAN_ID])[0],
            "protocol": _VLAN_PROTOCOLS.get(protocol, hex(protocol)),
        }
    }


def _macvlan(data: Mapping[int, bytes]) -> Row:
    mode = _u32(data[IFLA_MACVLAN_MODE])
    return {"macvlan": {"mode": _MACVLAN_MODES.get(mode, str(mode))}}


def _vxlan(data: Mapping[int, bytes]) -> Row:
    local = data.get(IFLA_VXLAN_LOCAL, data.get(IFLA_VXLAN_LOCAL6))
    group = data.get(IFLA_VXLAN_GROUP, data.get(IFLA_VXLAN_GROUP6))
    return {
        "vxlan": {
            "vni": _u32(data[IFLA_VXLAN_ID]),
            "port": _be16(data[IFLA_VXLAN_PORT]),
            "local": _address(local) if local else None,
            "group": _address(group) if group else None,
            "learning": bool(data[IFLA_VXLAN_LEARNING][0]),
            "proxy": bool(data[IFLA_VXLAN_PROXY][0]),
            "l2miss": bool(data[IFLA_VXLAN_L2MISS][0]),
            "l3miss": bool(data[IFLA_VXLAN_L3MISS][0]),
            "ageing_seconds": _u32(data[IFLA_VXLAN_AGEING]),
            "underlay_device": _u32(data[IFLA_VXLAN_LINK]) if IFLA_VXLAN_LINK in data else None,
        }
    }


_KIND_DATA: dict[str, Callable[[Mapping[int, bytes]], Row]] = {
    "bridge": _bridge,
    "macvlan": _macvlan,
    "macvtap": _macvlan,
    "vlan": _vlan,
    "vxlan": _vxlan,
}


def _next_hops(data: bytes, names: Mapping[int, str]) -> Iterator[Row]:
    offset = 0
    while offset < len(data):
        length, _flags, hops, index = _RTNEXTHOP.unpack_from(data, offset)
        if length < _RTNEXTHOP.size or offset + length > len(data):
            raise _malformed(f"a next hop of {length} bytes is announced, {len(data) - offset} are left")
        found = attributes(data[offset + _RTNEXTHOP.size : offset + length])
        yield {"gateway": _gateway(found), "device": _device(index, names), "weight": hops + 1}
        offset += _aligned(length)


def _gateway(found: Mapping[int, bytes]) -> str | None:
    if RTA_GATEWAY in found:
        return _address(found[RTA_GATEWAY])
    # struct rtvia: a gateway of the other address family after its 16-bit family.
    return _address(found[RTA_VIA][2:]) if RTA_VIA in found else None


def _prefix(data: bytes | None, length: int, family: int) -> str:
    if data is None and length == 0:
        return "default"
    return f"{_address(data or bytes(4 if family == socket.AF_INET else 16))}/{length}"


def _address(data: bytes) -> str:
    return socket.inet_ntop(socket.AF_INET if len(data) == 4 else socket.AF_INET6, data)


def _mac(data: bytes | None) -> str | None:
    return ":".join(f"{byte:02x}" for byte in data) if data and len(data) == 6 else None


def _device(index: int, names: Mapping[int, str]) -> str:
    return names.get(index, f"if{index}")


def _link_flags(flags: int) -> list[str]:
    without_carrier = flags & IFF_UP and not flags & IFF_RUNNING
    return sorted(_flag_names(flags, _LINK_FLAGS) + (["no_carrier"] if without_carrier else []))


def _forwarding_states(states: int) -> list[str]:
    """The strongest alone, as in bridge(8): some tools set others beside it, and the kernel looks at no more."""
    return next(([name] for bit, name in _FORWARDING_STATES.items() if states & bit), [])


def _flag_names(flags: int, table: Mapping[int, str]) -> list[str]:
    return sorted(name for bit, name in table.items() if flags & bit)


def _text(data: bytes) -> str:
    return data.rstrip(b"\0").decode()


def _u32(data: bytes) -> int:
    return int(struct.unpack("=I", data)[0])


def _s32(data: bytes) -> int:
    return int(struct.unpack("=i", data)[0])


def _be16(data: bytes) -> int:
    return int(struct.unpack(">H", data)[0])


def _aligned(length: int) -> int:
    return (length + 3) & ~3


def _range(form: str) -> Callable[[bytes], str]:
    return lambda data: "{}-{}".format(*struct.unpack(form, data))


_RARE_SELECTORS: dict[int, Any] = {
    FRA_GOTO: ("goto", _u32),
    FRA_SUPPRESS_PREFIXLEN: ("suppress_prefix_length", _u32),
    FRA_L3MDEV: ("l3mdev", lambda data: bool(data[0])),
    FRA_UID_RANGE: ("user_identifiers", _range("=II")),
    FRA_IP_PROTO: ("ip_protocol", lambda data: data[0]),
    FRA_SPORT_RANGE: ("source_ports", _range("=HH")),
    FRA_DPORT_RANGE: ("destination_ports", _range("=HH")),
}
