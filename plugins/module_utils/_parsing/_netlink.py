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

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import (
    _bridge_vlans,
    _device_settings,
    _netem,
    _netlink_words,
)
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
RTM_DELLINK = 17
RTM_GETLINK = 18
RTM_SETLINK = 19
RTM_GETADDR = 22
RTM_GETROUTE = 26
RTM_GETNEIGH = 30
RTM_GETRULE = 34
RTM_NEWQDISC = 36
RTM_DELQDISC = 37
RTM_GETQDISC = 38
RTM_GETNSID = 90

# linux/if_link.h
IFLA_ADDRESS = 1
IFLA_IFNAME = 3
IFLA_MTU = 4
IFLA_LINK = 5
IFLA_MASTER = 10
IFLA_OPERSTATE = 16
IFLA_LINKINFO = 18
IFLA_IFALIAS = 20
IFLA_AF_SPEC = 26
IFLA_NET_NS_FD = 28
IFLA_EXT_MASK = 29
IFLA_LINK_NETNSID = 37
IFLA_INFO_KIND = 1
IFLA_INFO_DATA = 2
IFLA_INFO_SLAVE_KIND = 4
IFLA_INFO_SLAVE_DATA = 5
IFLA_INET_CONF = 1
IFLA_INET6_CONF = 2
IFLA_BR_AGEING_TIME = 4
IFLA_BR_STP_STATE = 5
IFLA_BR_VLAN_FILTERING = 7
IFLA_BR_GROUP_FWD_MASK = 9
IFLA_BRIDGE_VLAN_INFO = 2
IFLA_BRPORT_STATE = 1
IFLA_BRPORT_MODE = 4
IFLA_BRPORT_LEARNING = 8
IFLA_BRPORT_UNICAST_FLOOD = 9
IFLA_BRPORT_MCAST_FLOOD = 27
IFLA_BRPORT_BCAST_FLOOD = 30
IFLA_BRPORT_GROUP_FWD_MASK = 31
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

# linux/veth.h
VETH_INFO_PEER = 1

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
NFT_MSG_GETSET = 10
NFTA_TABLE_NAME = 1
NFTA_TABLE_FLAGS = 2
NFTA_SET_TABLE = 1
NFT_TABLE_F_DORMANT = 0x1

# linux/rtnetlink.h and linux/pkt_sched.h
TCA_KIND = 1
TCA_OPTIONS = 2
TC_H_ROOT = 0xFFFFFFFF

# linux/if.h
IFF_UP = 0x1
IFF_RUNNING = 0x40

# Where IFLA_AF_SPEC has the settings of a family.
_SETTINGS = {int(socket.AF_INET): IFLA_INET_CONF, int(socket.AF_INET6): IFLA_INET6_CONF}

IFINFOMSG = struct.Struct("=BxHiII")
TCMSG = struct.Struct("=BxxxiIII")
_NLMSGHDR = struct.Struct("=IHHII")
_NLATTR = struct.Struct("=HH")
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
    return dict(_attributes(data, offset))


def _attributes(data: bytes, offset: int = 0) -> list[tuple[int, bytes]]:
    """The same as pairs, for where a type is there more than once."""
    found = []
    end = len(data)
    while offset < end:
        if end - offset < _NLATTR.size:
            raise _malformed(f"an attribute header has {_NLATTR.size} bytes, {end - offset} are left")
        length, kind = _NLATTR.unpack_from(data, offset)
        if length < _NLATTR.size or offset + length > end:
            raise _malformed(f"an attribute of {length} bytes is announced, {end - offset} are left")
        found.append((kind & NLA_TYPE_MASK, data[offset + _NLATTR.size : offset + length]))
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
    one in which ``link`` lies (IFLA_LINK_NETNSID; ``None`` when that is this namespace). ``ipv4`` and ``ipv6`` are the
    link's own settings, there where the family is.
    """
    _family, hardware, index, flags, _change = IFINFOMSG.unpack_from(payload)
    found = attributes(payload, IFINFOMSG.size)
    info = attributes(found.get(IFLA_LINKINFO, b""))
    kind = (
        _text(info[IFLA_INFO_KIND]) if IFLA_INFO_KIND in info else _netlink_words.HARDWARE_KINDS.get(hardware, "other")
    )
    row = {
        "name": _text(found[IFLA_IFNAME]),
        "index": index,
        "kind": kind,
        "mac": _mac(found.get(IFLA_ADDRESS)),
        "mtu_bytes": _u32(found[IFLA_MTU]),
        "flags": _link_flags(flags),
        "operational_state": _netlink_words.OPERATIONAL_STATES[found[IFLA_OPERSTATE][0]],
        "master": _u32(found[IFLA_MASTER]) if IFLA_MASTER in found else None,
        "link": _u32(found[IFLA_LINK]) if IFLA_LINK in found else None,
        "link_namespace": _s32(found[IFLA_LINK_NETNSID]) if IFLA_LINK_NETNSID in found else None,
    }
    if IFLA_IFALIAS in found:
        row["alias"] = _text(found[IFLA_IFALIAS])
    if kind in _KIND_DATA and IFLA_INFO_DATA in info:
        row.update(_KIND_DATA[kind](attributes(info[IFLA_INFO_DATA])))
    if IFLA_INFO_SLAVE_KIND in info and _text(info[IFLA_INFO_SLAVE_KIND]) == "bridge":
        row["port"] = _bridge_port(attributes(info[IFLA_INFO_SLAVE_DATA]))
    families = attributes(found.get(IFLA_AF_SPEC, b""))
    for family, settings in _SETTINGS.items():
        if family in families:
            row[_netlink_words.FAMILIES[family]] = _device_settings.decode(
                _netlink_words.FAMILIES[family], attributes(families[family])[settings]
            )
    return row


@_whole
def bridge_vlans(payload: bytes) -> tuple[int, list[Row]]:
    """Decode the answer to RTM_GETLINK for AF_BRIDGE (``struct ifinfomsg``): index of the link, and its ``vlans``."""
    index = IFINFOMSG.unpack_from(payload)[2]
    found = attributes(payload, IFINFOMSG.size)
    told = [data for kind, data in _attributes(found.get(IFLA_AF_SPEC, b"")) if kind == IFLA_BRIDGE_VLAN_INFO]
    return index, _bridge_vlans.decode(told)


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
        "family": _netlink_words.FAMILIES[family],
        "scope": _netlink_words.SCOPES.get(scope, str(scope)),
        "label": _text(found[IFA_LABEL]) if IFA_LABEL in found else None,
    }


@_whole
def route(payload: bytes, names: Mapping[int, str]) -> Row | None:
    """Decode the answer to RTM_GETROUTE (``struct rtmsg``) to a row of ``routes``; ``None`` for other families."""
    family, length, source_length, tos, table, protocol, scope, kind, _flags = _RTMSG.unpack_from(payload)
    if family not in _netlink_words.FAMILIES:
        return None
    found = attributes(payload, _RTMSG.size)
    row = {
        "destination": _prefix(found.get(RTA_DST), length, family),
        "gateway": _gateway(found),
        "device": _device(_u32(found[RTA_OIF]), names) if RTA_OIF in found else None,
        "source": _address(found[RTA_PREFSRC]) if RTA_PREFSRC in found else None,
        "table": _u32(found[RTA_TABLE]) if RTA_TABLE in found else table,
        "metric": _u32(found[RTA_PRIORITY]) if RTA_PRIORITY in found else 0,
        "protocol": _netlink_words.ROUTE_PROTOCOLS.get(protocol, str(protocol)),
        "scope": _netlink_words.SCOPES.get(scope, str(scope)),
        "type": _netlink_words.ROUTE_TYPES[kind],
        "family": _netlink_words.FAMILIES[family],
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
    if family not in _netlink_words.FAMILIES:
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
        "action": _netlink_words.RULE_ACTIONS.get(action, str(action)),
        "family": _netlink_words.FAMILIES[family],
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
    if family not in _netlink_words.FAMILIES:
        return None
    found = attributes(payload, _NDMSG.size)
    return {
        "address": _address(found[NDA_DST]),
        "mac": _mac(found.get(NDA_LLADDR)),
        "device": _device(index, names),
        "states": _flag_names(states, _netlink_words.NEIGHBOUR_STATES),
        "flags": _flag_names(flags, _netlink_words.NEIGHBOUR_FLAGS),
        "family": _netlink_words.FAMILIES[family],
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
        "flags": sorted(owner.union(_flag_names(flags, _netlink_words.NEIGHBOUR_FLAGS))),
        "vlan": _u16(found[NDA_VLAN]) if NDA_VLAN in found else None,
        "vni": _u32(found[NDA_VNI]) if NDA_VNI in found else None,
        "port": _be16(found[NDA_PORT]) if NDA_PORT in found else None,
    }


@_whole
def root_netem(payload: bytes) -> tuple[int, _netem.Netem] | None:
    """Decode the answer to RTM_GETQDISC (``struct tcmsg``): index of the link, and its netem.

    ``None`` for another queueing discipline, and for one below another.
    """
    _family, index, _handle, parent, _information = TCMSG.unpack_from(payload)
    found = attributes(payload, TCMSG.size)
    if parent != TC_H_ROOT or _text(found[TCA_KIND]) != "netem":
        return None
    options = found[TCA_OPTIONS]
    return index, _netem.decode(options, attributes(options, _netem.QOPT.size))


@_whole
def namespace_identifier(payload: bytes) -> int | None:
    """Decode the answer to RTM_GETNSID: the identifier, or ``None`` when the namespace has not been given one."""
    identifier = _s32(attributes(payload, _RTGENMSG_LENGTH)[NETNSA_NSID])
    return identifier if identifier >= 0 else None


@_whole
def nft_table(payload: bytes) -> str | None:
    """Decode the answer to NFT_MSG_GETTABLE: "family name" in nft's words, for example ``ip nat``.

    ``None`` for a dormant table, which the kernel does not ask.
    """
    found = attributes(payload, _NFGENMSG_LENGTH)
    if struct.unpack(">I", found.get(NFTA_TABLE_FLAGS, bytes(4)))[0] & NFT_TABLE_F_DORMANT:
        return None
    return _nft_name(payload[0], found[NFTA_TABLE_NAME])


@_whole
def nft_set(payload: bytes) -> str:
    """Decode the answer to NFT_MSG_GETSET: the table that the set is in, as ``nft_table`` calls it."""
    return _nft_name(payload[0], attributes(payload, _NFGENMSG_LENGTH)[NFTA_SET_TABLE])


@_whole
def waiting_socket(payload: bytes) -> Row:
    """Decode the answer to SOCK_DIAG_BY_FAMILY (``struct inet_diag_msg``) to a row of ``sockets`` without protocol."""
    family, port, source, inode = _INET_DIAG_MSG.unpack_from(payload)
    return {
        "address": _address(source[:4] if family == socket.AF_INET else source),
        "port": _be16(port),
        "family": _netlink_words.FAMILIES[family],
        "inode": inode,
    }


def _bridge(data: Mapping[int, bytes]) -> Row:
    return {
        "bridge": {
            "vlan_filtering": bool(data.get(IFLA_BR_VLAN_FILTERING, b"\0")[0]),
            "ageing_seconds": _u32(data[IFLA_BR_AGEING_TIME]) / _USER_HZ,
            "stp": bool(_u32(data[IFLA_BR_STP_STATE])),
            "group_fwd_mask": _u16(data.get(IFLA_BR_GROUP_FWD_MASK, b"\0\0")),
        }
    }


def _bridge_port(data: Mapping[int, bytes]) -> Row:
    return {
        "state": _netlink_words.PORT_STATES[data[IFLA_BRPORT_STATE][0]],
        "hairpin": bool(data[IFLA_BRPORT_MODE][0]),
        "isolated": bool(data.get(IFLA_BRPORT_ISOLATED, b"\0")[0]),
        "learning": bool(data[IFLA_BRPORT_LEARNING][0]),
        "flood": bool(data[IFLA_BRPORT_UNICAST_FLOOD][0]),
        "multicast_flood": bool(data.get(IFLA_BRPORT_MCAST_FLOOD, b"\1")[0]),
        "broadcast_flood": bool(data.get(IFLA_BRPORT_BCAST_FLOOD, b"\1")[0]),
        "group_fwd_mask": _u16(data.get(IFLA_BRPORT_GROUP_FWD_MASK, b"\0\0")),
    }


def _vlan(data: Mapping[int, bytes]) -> Row:
    protocol = _be16(data[IFLA_VLAN_PROTOCOL])
    return {
        "vlan": {
            "identifier": _u16(data[IFLA_VLAN_ID]),
            "protocol": _netlink_words.VLAN_PROTOCOLS.get(protocol, hex(protocol)),
        }
    }


def _macvlan(data: Mapping[int, bytes]) -> Row:
    mode = _u32(data[IFLA_MACVLAN_MODE])
    return {"macvlan": {"mode": _netlink_words.MACVLAN_MODES.get(mode, str(mode))}}


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


def _nft_name(family: int, table: bytes) -> str:
    return f"{_netlink_words.NETFILTER_FAMILIES.get(family, str(family))} {_text(table)}"


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
    return sorted(_flag_names(flags, _netlink_words.LINK_FLAGS) + (["no_carrier"] if without_carrier else []))


def _forwarding_states(states: int) -> list[str]:
    """The strongest alone, as in bridge(8): some tools set others beside it, and the kernel looks at no more."""
    return next(([name] for bit, name in _netlink_words.FORWARDING_STATES.items() if states & bit), [])


def _flag_names(flags: int, table: Mapping[int, str]) -> list[str]:
    return sorted(name for bit, name in table.items() if flags & bit)


def _text(data: bytes) -> str:
    return data.rstrip(b"\0").decode()


def _u32(data: bytes) -> int:
    return int(struct.unpack("=I", data)[0])


def _u16(data: bytes) -> int:
    return int(struct.unpack("=H", data)[0])


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
