# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Payloads of the netlink messages that make, change and remove links (data to bytes).

Sources: linux/rtnetlink.h (``struct ifinfomsg``, ``struct tcmsg``), linux/if_link.h, linux/veth.h, linux/pkt_sched.h.
Namespaces are numbers of open files.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import _netem, _netlink
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._netem import Netem

# As many packets as tc(8) lets a queue hold that is not told otherwise.
_QUEUE_PACKETS = 1000


class NewEnd(NamedTuple):
    """One end of a pair that is not there yet. ``namespace`` is ``None`` for that of the socket."""

    ifindex: int
    name: str
    namespace: int | None


def veth(first: NewEnd, second: NewEnd, mtu_bytes: int | None) -> bytes:
    """RTM_NEWLINK: a pair whose ends are at once where they belong."""
    peer = _netlink.attribute(_netlink.VETH_INFO_PEER, _new_end(second, mtu_bytes))
    kind = _netlink.attribute(_netlink.IFLA_INFO_KIND, b"veth")
    info = kind + _netlink.attribute(_netlink.IFLA_INFO_DATA, peer)
    return _new_end(first, mtu_bytes) + _netlink.attribute(_netlink.IFLA_LINKINFO, info)


def settings(
    index: int,
    name: str | None = None,
    namespace: int | None = None,
    alias: str | None = None,
    mtu_bytes: int | None = None,
    master: int | None = None,
    up: bool | None = None,
) -> bytes:
    """RTM_SETLINK: what is not ``None`` is changed; an empty alias, and 0 for the master, take it away.

    The kernel moves the link to another namespace first. It is taken down by that, so that it can be renamed.
    """
    flags = 0 if up is None else _netlink.IFF_UP
    payload = _netlink.IFINFOMSG.pack(0, 0, index, flags if up else 0, flags)
    if namespace is not None:
        payload += _u32(_netlink.IFLA_NET_NS_FD, namespace)
    if name is not None:
        payload += _string(_netlink.IFLA_IFNAME, name)
    if alias is not None:
        payload += _netlink.attribute(_netlink.IFLA_IFALIAS, alias.encode())
    if mtu_bytes is not None:
        payload += _u32(_netlink.IFLA_MTU, mtu_bytes)
    if master is not None:
        payload += _u32(_netlink.IFLA_MASTER, master)
    return payload


def link(index: int) -> bytes:
    """RTM_DELLINK: the link, and with it the other end of a pair."""
    return _netlink.IFINFOMSG.pack(0, 0, index, 0, 0)


def link_named(name: str) -> bytes:
    """RTM_GETLINK: the link of a name."""
    return link(0) + _string(_netlink.IFLA_IFNAME, name)


def netem(index: int, impairments: Netem) -> bytes:
    """RTM_NEWQDISC: what is done to packets before they leave a link."""
    options = _netem.QOPT.pack(impairments.delay_ticks, _QUEUE_PACKETS, impairments.loss, 0, 0, 0)
    # Also where there is no limit: without it an old one would stay.
    options += _netlink.attribute(_netem.TCA_NETEM_RATE, _netem.RATE.pack(impairments.rate_bytes, 0, 0, 0))
    return root(index) + _string(_netlink.TCA_KIND, "netem") + _netlink.attribute(_netlink.TCA_OPTIONS, options)


def root(index: int) -> bytes:
    """RTM_DELQDISC: the queueing discipline of a link; the kernel's own takes its place."""
    return _netlink.TCMSG.pack(0, index, 0, _netlink.TC_H_ROOT, 0)


def _new_end(end: NewEnd, mtu_bytes: int | None) -> bytes:
    payload = link(end.ifindex) + _string(_netlink.IFLA_IFNAME, end.name)
    if end.namespace is not None:
        payload += _u32(_netlink.IFLA_NET_NS_FD, end.namespace)
    if mtu_bytes is not None:
        payload += _u32(_netlink.IFLA_MTU, mtu_bytes)
    return payload


def _string(kind: int, text: str) -> bytes:
    return _netlink.attribute(kind, text.encode() + b"\0")


def _u32(kind: int, number: int) -> bytes:
    return _netlink.attribute(kind, struct.pack("=I", number))
