# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""What to do so that a network namespace is plugged into a chassis: from what is there to commands, in their order."""

from __future__ import annotations

import hashlib
import re
from typing import Iterator, List, NamedTuple

INTERFACE = "eth0"
# What ovn-controller knows a logical port by (ovn-architecture(7), "Life Cycle of a VIF").
LOGICAL_PORT = "iface-id"
MAC = "attached-mac"
LAB = "packetwalk_lab"

Command = List[str]


class Wanted(NamedTuple):
    """The port as it shall be. ``mtu_bytes`` is ``None`` where it is left alone or comes by DHCP."""

    lab: str
    namespace: str
    logical_port: str
    bridge: str
    mac: str
    addresses: tuple[str, ...]
    gateway: str | None
    dhcp: bool
    mtu_bytes: int | None


class Present(NamedTuple):
    """The port as it is.

    * ``namespace_alias``: alias of the loopback device, ``None`` where the namespace is not there.
    * ``outer_alias``: alias of the end outside of the namespace, ``None`` where it is not there.
    * ``inner_alias``: alias of the interface in the namespace, ``None`` where it is not there.
    * ``paired``: whether the two are the ends of one pair. Only then is there anything to say of the interface.
    * ``checksums``: whether one of the two leaves checksums to hardware that it does not have.
    * ``bridge_exists``: whether the bridge that it shall be on is there.
    * ``bridge`` and ``external_ids``: of the interface on a bridge, ``None`` where it is on none.
    * ``other_interface``: another one on this chassis that is the logical port already.
    """

    namespace_alias: str | None
    outer_alias: str | None
    inner_alias: str | None
    paired: bool
    mac: str | None
    mtu_bytes: int | None
    up: bool
    checksums: bool
    addresses: tuple[str, ...]
    gateway: str | None
    bridge_exists: bool
    bridge: str | None
    other_interface: str | None
    external_ids: dict[str, str] | None


def outer_name(lab: str, logical_port: str) -> str:
    """Return the name of the end outside of the namespace; a name has 15 characters at most (``IFNAMSIZ``)."""
    readable = re.sub(r"[^A-Za-z0-9]", "", logical_port)[:9]
    return f"{readable}-{hashlib.sha256(f'{lab} {logical_port}'.encode()).hexdigest()[:5]}"


def namespace_mark(lab: str) -> str:
    """Return the alias of the loopback device of a namespace that was made for a lab."""
    return f"packetwalk {lab}"


def port_mark(wanted: Wanted) -> str:
    """Return the alias of both ends: whose they are, and how the inner one got its addresses."""
    return f"{namespace_mark(wanted.lab)} {wanted.logical_port}{' dhcp' if wanted.dhcp else ''}"


def is_owned(alias: str | None, lab: str) -> bool:
    """Tell whether an alias is one of a lab."""
    return f"{alias} ".startswith(f"{namespace_mark(lab)} ")


def refusals(wanted: Wanted, present: Present) -> Iterator[str]:
    """Yield, as one sentence each, why the port cannot be made without touching what is not the lab's."""
    outer = outer_name(wanted.lab, wanted.logical_port)
    if not present.bridge_exists:
        yield f"There is no bridge {wanted.bridge}."
    if present.other_interface is not None:
        yield f"Interface {present.other_interface} of this chassis is the logical port {wanted.logical_port} already."
    if present.outer_alias is not None and not is_owned(present.outer_alias, wanted.lab):
        yield f"There is an interface {outer} that is not of lab {wanted.lab}."
    if present.inner_alias is not None and not present.paired:
        yield f"Namespace {wanted.namespace} has an {INTERFACE} that is not of logical port {wanted.logical_port}."
    if present.external_ids is not None and present.external_ids.get(LAB) != wanted.lab:
        yield f"Bridge {present.bridge} has a port {outer} that is not of lab {wanted.lab}."


def plugging(wanted: Wanted, present: Present) -> list[Command]:
    """Return the commands that make the pair, put it into shape and plug it in; addresses come later."""
    return list(_plugging(wanted, present))


def addressing(wanted: Wanted, present: Present) -> list[Command]:
    """Return the commands that give the interface its addresses, without a request by DHCP."""
    inside = ["ip", "-n", wanted.namespace]
    there = _at_hand(wanted, present)
    stale = sorted(set(there.addresses) - set(() if wanted.dhcp else wanted.addresses))
    if wanted.dhcp and there.inner_alias == port_mark(wanted):
        stale = []
    commands = [[*inside, "address", "delete", each, "dev", INTERFACE] for each in stale]
    for each in sorted(set(wanted.addresses) - set(there.addresses)):
        commands.append([*inside, "address", "add", each, "dev", INTERFACE])
    # The kernel takes routes away together with the address that they need.
    if wanted.gateway is not None and (there.gateway != wanted.gateway or stale):
        commands.append([*inside, "route", "replace", "default", "via", wanted.gateway])
    elif there.gateway is not None and wanted.gateway is None and not wanted.dhcp:
        commands.append([*inside, "route", "delete", "default", "via", there.gateway])
    if there.inner_alias != port_mark(wanted):
        commands.append([*inside, "link", "set", INTERFACE, "alias", port_mark(wanted)])
    return commands


def asks(wanted: Wanted, present: Present) -> bool:
    """Tell whether an address has to be asked for by DHCP."""
    there = _at_hand(wanted, present)
    return wanted.dhcp and (there.inner_alias != port_mark(wanted) or not there.addresses)


def unplugging(wanted: Wanted, present: Present) -> list[Command]:
    """Return the commands that take away what was made for the port, and nothing else."""
    outer = outer_name(wanted.lab, wanted.logical_port)
    commands = []
    if present.external_ids is not None and present.external_ids.get(LAB) == wanted.lab:
        commands.append(["ovs-vsctl", "--if-exists", "del-port", outer])
    if present.outer_alias is not None and is_owned(present.outer_alias, wanted.lab):
        commands.append(["ip", "link", "delete", outer])
    in_use = present.inner_alias is not None and not present.paired
    if present.namespace_alias is not None and is_owned(present.namespace_alias, wanted.lab) and not in_use:
        commands.append(["ip", "netns", "delete", wanted.namespace])
    return commands


def present_text(wanted: Wanted, present: Present) -> str:
    """Return what is there of the port, as lines that can be compared."""
    if not present.paired and present.external_ids is None:
        return _text(wanted) if is_owned(present.namespace_alias, wanted.lab) else ""
    external_ids = present.external_ids or {}
    return _text(
        wanted,
        bridge=present.bridge,
        logical_port=external_ids.get(LOGICAL_PORT),
        mac=present.mac,
        mtu_bytes=present.mtu_bytes if wanted.mtu_bytes else None,
        addresses="by DHCP" if (present.inner_alias or "").endswith(" dhcp") else ", ".join(present.addresses),
        gateway=None if wanted.dhcp else present.gateway,
    )


def wanted_text(wanted: Wanted) -> str:
    """Return the port as it shall be, as lines that can be compared."""
    return _text(
        wanted,
        bridge=wanted.bridge,
        logical_port=wanted.logical_port,
        mac=wanted.mac,
        mtu_bytes=wanted.mtu_bytes,
        addresses="by DHCP" if wanted.dhcp else ", ".join(sorted(wanted.addresses)),
        gateway=wanted.gateway,
    )


def _text(wanted: Wanted, **values: object) -> str:
    lines = [f"    {name}: {value}" for name, value in values.items() if value]
    return "\n".join([f"namespace {wanted.namespace}", *lines, ""])


def _at_hand(wanted: Wanted, present: Present) -> Present:
    """Return the port as it is once the pair is made: a new interface has nothing."""
    if present.paired:
        return present
    return present._replace(inner_alias=None, mac=None, mtu_bytes=None, up=False, addresses=(), gateway=None)


def _plugging(wanted: Wanted, present: Present) -> Iterator[Command]:
    outer = outer_name(wanted.lab, wanted.logical_port)
    inside = ["ip", "-n", wanted.namespace]
    there = _at_hand(wanted, present)
    if present.namespace_alias is None:
        yield ["ip", "netns", "add", wanted.namespace]
        yield [*inside, "link", "set", "lo", "alias", namespace_mark(wanted.lab), "up"]
    if not present.paired:
        if present.outer_alias is not None:
            yield ["ip", "link", "delete", outer]
        yield ["ip", "link", "add", outer, "type", "veth", "peer", "name", INTERFACE, "netns", wanted.namespace]
    if not present.paired or present.outer_alias != port_mark(wanted):
        yield ["ip", "link", "set", outer, "alias", port_mark(wanted)]
    if there.mac != wanted.mac:
        yield [*inside, "link", "set", INTERFACE, "address", wanted.mac]
    if wanted.mtu_bytes is not None and there.mtu_bytes != wanted.mtu_bytes:
        yield ["ip", "link", "set", outer, "mtu", str(wanted.mtu_bytes)]
        yield [*inside, "link", "set", INTERFACE, "mtu", str(wanted.mtu_bytes)]
    if present.checksums:
        yield ["ethtool", "-K", outer, "tx", "off"]
        yield ["ip", "netns", "exec", wanted.namespace, "ethtool", "-K", INTERFACE, "tx", "off"]
    if not there.up:
        yield ["ip", "link", "set", outer, "up"]
        yield [*inside, "link", "set", INTERFACE, "up"]
    yield from _on_bridge(wanted, present)


def _on_bridge(wanted: Wanted, present: Present) -> Iterator[Command]:
    outer = outer_name(wanted.lab, wanted.logical_port)
    ids = {LOGICAL_PORT: wanted.logical_port, MAC: wanted.mac, LAB: wanted.lab}
    there = present.external_ids or {}
    moved = present.bridge is not None and present.bridge != wanted.bridge
    if moved:
        yield ["ovs-vsctl", "--if-exists", "del-port", outer]
    if moved or present.bridge is None or any(there.get(name) != value for name, value in ids.items()):
        settings = [f'external_ids:{name}="{value}"' for name, value in ids.items()]
        yield [
            *("ovs-vsctl", "--may-exist", "add-port", wanted.bridge, outer),
            *("--", "set", "Interface", outer, *settings),
        ]
