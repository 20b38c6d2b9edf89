# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Ask the kernel of a thing by trying it in a network namespace that is thrown away.

A child process makes the namespace, tries, and ends; the namespace and whatever was made in it end with it. The kernel
may load a module to answer, as it would when the thing is used.
"""

from __future__ import annotations

import errno
import json
import os
import socket
import struct
from typing import Iterable, NamedTuple

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import _netlink
from ansible_collections.packetwalk.labs.plugins.module_utils._probing import _setns
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._netlink_socket import (
    NETLINK_GENERIC,
    NETLINK_NETFILTER,
    NETLINK_ROUTE,
    NETLINK_XFRM,
    NLM_F_ACK,
    NLM_F_CREATE,
    NetlinkSocket,
)

# linux/genetlink.h
_GENL_ID_CTRL = 16
_CTRL_CMD_GETFAMILY = 3
_CTRL_ATTR_FAMILY_NAME = 2

_LOOPBACK_INDEX = 1

# linux/xfrm.h
_XFRM_MSG_NEWSA = 16
_XFRMA_ALG_AEAD = 18
_IPPROTO_ESP = 50


class Probe(NamedTuple):
    """One netlink request, and the errors with which a kernel says that it does not know the thing.

    Any other error is a complaint about the request, which only a kernel that knows the thing can have.
    """

    asked: str
    protocol: int
    kind: int
    payload: bytes
    unknown: tuple[int, ...]


def link_kind(kind: str) -> Probe:
    """A link of a kind (RTM_NEWLINK)."""
    info = _netlink.attribute(_netlink.IFLA_INFO_KIND, kind.encode())
    payload = bytes(16) + _netlink.attribute(_netlink.IFLA_LINKINFO, info)
    return Probe(f"a link of kind {kind}", NETLINK_ROUTE, _netlink.RTM_NEWLINK, payload, (errno.EOPNOTSUPP,))


def queueing_discipline(kind: str) -> Probe:
    """A queueing discipline on the loopback (RTM_NEWQDISC, ``struct tcmsg``)."""
    payload = _netlink.TCMSG.pack(0, _LOOPBACK_INDEX, 0, _netlink.TC_H_ROOT, 0)
    payload += _netlink.attribute(_netlink.TCA_KIND, kind.encode() + b"\0")
    unknown = (errno.ENOENT, errno.EOPNOTSUPP)
    return Probe(f"the queueing discipline {kind}", NETLINK_ROUTE, _netlink.RTM_NEWQDISC, payload, unknown)


def generic_family(name: str) -> Probe:
    """A family of generic netlink (CTRL_CMD_GETFAMILY)."""
    payload = struct.pack("=BBH", _CTRL_CMD_GETFAMILY, 1, 0)
    payload += _netlink.attribute(_CTRL_ATTR_FAMILY_NAME, name.encode() + b"\0")
    return Probe(f"the generic netlink family {name}", NETLINK_GENERIC, _GENL_ID_CTRL, payload, (errno.ENOENT,))


def nftables() -> Probe:
    """The subsystem of nftables (NFT_MSG_GETTABLE of a table that is not there)."""
    payload = bytes([2, 0, 0, 0]) + _netlink.attribute(_netlink.NFTA_TABLE_NAME, b"none\0")
    kind = _netlink.NFNL_SUBSYS_NFTABLES << 8 | _netlink.NFT_MSG_GETTABLE
    unknown = (errno.EINVAL, errno.EOPNOTSUPP, errno.EPROTONOSUPPORT)
    return Probe("nftables", NETLINK_NETFILTER, kind, payload, unknown)


def encapsulating_security_payload() -> Probe:
    """A security association for ESP with AES-GCM, what Docker encrypts with (``struct xfrm_usersa_info``)."""
    association = bytes(56)  # selector: everything
    association += struct.pack(">4s12xIB3x", bytes([192, 0, 2, 1]), 0x1000, _IPPROTO_ESP)
    association += struct.pack(">4s12x", bytes([192, 0, 2, 2]))
    association += b"\xff" * 32 + bytes(32)  # no limit in bytes and packets, none in time
    association += bytes(32 + 12)  # current use, statistics
    association += struct.pack("=IIHBBB7x", 0, 0, socket.AF_INET, 0, 0, 0)
    key = bytes(20)
    algorithm = struct.pack("=64sII", b"rfc4106(gcm(aes))", len(key) * 8, 64) + key
    payload = association + _netlink.attribute(_XFRMA_ALG_AEAD, algorithm)
    unknown = (errno.EPROTONOSUPPORT, errno.ENOSYS)
    return Probe("an ESP security association with AES-GCM", NETLINK_XFRM, _XFRM_MSG_NEWSA, payload, unknown)


def run(probes: dict[str, Probe]) -> tuple[dict[str, bool], str | None]:
    """Try all probes in one child.

    Returns which of them the kernel knows, and the reason when nothing could be tried (it takes CAP_SYS_ADMIN).
    A probe that was refused for want of a right is in neither.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reader)
            with open(writer, "w", encoding="ascii") as pipe:
                pipe.write(json.dumps(_answers(probes.items())))
        finally:
            # Not sys.exit: the child must not run what the parent has registered for its end.
            os._exit(0)
    os.close(writer)
    with open(reader, encoding="ascii") as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    answers = json.loads(text) if text else {"": errno.ECHILD}
    if "" in answers:
        return {}, os.strerror(answers[""])
    refused = (errno.EPERM, errno.EACCES)
    return {name: number not in probes[name].unknown for name, number in answers.items() if number not in refused}, None


def _answers(probes: Iterable[tuple[str, Probe]]) -> dict[str, int]:
    """Errno (0 for success) of each probe; the key "" alone when there is no namespace to try in."""
    try:
        _setns.unshare()
    except OSError as error:
        return {"": error.errno or errno.EPERM}
    return {name: _answer(probe) for name, probe in probes}


def _answer(probe: Probe) -> int:
    try:
        with NetlinkSocket(probe.protocol) as connection:
            connection.request(probe.kind, probe.payload, NLM_F_ACK | NLM_F_CREATE)
    except OSError as error:
        return error.errno or errno.EIO
    return 0
