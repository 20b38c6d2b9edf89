# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""What is there of interfaces, and what can be done to them."""

from __future__ import annotations

from typing import Mapping, NamedTuple, Sequence, Union

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._netem import Netem
from ansible_collections.packetwalk.labs.plugins.module_utils._planning._link_ends import Place


class Interface(NamedTuple):
    """An interface that is there.

    * ``namespace``: key of its namespace, the same whichever way it was found.
    * ``master``: name of the bridge that it is a port of.
    * ``peer_ifindex`` and ``peer_namespace``: of the other end of a veth pair, ``None`` where it is none. The namespace
      is also ``None`` when it is not among those that were looked at.
    * ``addresses``: with prefix length, without those of the link itself.
    """

    namespace: str
    ifindex: int
    name: str
    kind: str
    alias: str
    mtu_bytes: int
    up: bool
    master: str | None
    peer_ifindex: int | None
    peer_namespace: str | None
    addresses: tuple[str, ...]
    netem: Netem | None


class Present(NamedTuple):
    """What is there.

    * ``namespaces``: key of the namespace of each wanted place that is there.
    * ``missing``: of the other places one sentence that says why.
    * ``homes``: of namespaces that are mounted inside of a container the container's own one.
    * ``netem``: whether the kernel has netem, as far as it is wanted.
    """

    namespaces: Mapping[Place, str]
    missing: Mapping[Place, str]
    homes: Mapping[str, str]
    interfaces: Sequence[Interface]
    netem: bool


class Change(NamedTuple):
    """Change what is not ``None`` of an interface. Moving it to the namespace ``target`` comes first."""

    link: str
    namespace: str
    ifindex: int
    target: str | None = None
    name: str | None = None
    alias: str | None = None
    mtu_bytes: int | None = None
    master: int | None = None
    up: bool | None = None


class Create(NamedTuple):
    """Make a pair, from namespace, index and name of each end. The first end is changed in the same breath."""

    link: str
    first: tuple[str, int, str]
    second: tuple[str, int, str]
    mtu_bytes: int | None
    change: Change


class Delete(NamedTuple):
    """Remove a pair."""

    link: str
    namespace: str
    ifindex: int


class Impair(NamedTuple):
    """Let netem do something to the packets that leave an interface, or nothing."""

    link: str
    namespace: str
    name: str
    netem: Netem | None


Operation = Union[Create, Change, Delete, Impair]
