# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Read what is there of a namespace that is plugged into a chassis, and ask for its address."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import tempfile
import time
from typing import Any

from ansible_collections.packetwalk.labs.plugins.module_utils._planning._ovn_port import (
    INTERFACE,
    LOGICAL_PORT,
    Command,
    Present,
    Wanted,
    outer_name,
)
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._ovsdb_client import OvsdbClient
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._tools import find

_COMMAND_SECONDS = 30.0
_PAUSE_SECONDS = 0.05
_NAMESPACES = "/run/netns"

# udhcpc calls it with what it was given in the environment (busybox, "udhcpc --help"). The script of distributions also
# writes the name servers of the machine, which are none of the namespace's business. The address is for good: nobody
# is left to renew it, and OVN gives a port the same one each time.
_DHCP_SCRIPT = """#!/bin/sh -e
[ "$1" = bound ] || exit 0
ip address replace "$ip/$mask" dev "$interface"
[ -z "$mtu" ] || ip link set "$interface" mtu "$mtu"
for gateway in $router; do ip route replace default via "$gateway"; break; done
"""


class Failed(Exception):
    """A command is missing or did not do what it should; the text is one clause."""


def run(command: Command, database: str | None = None) -> str:
    """Run a command and return what it prints. ``database`` is the one that ``ovs-vsctl`` talks to."""
    path = find(command[0])
    if path is None:
        raise Failed(f"{command[0]} was not found")
    options = [f"--db={database}", f"--timeout={int(_COMMAND_SECONDS)}"] if command[0] == "ovs-vsctl" else []
    try:
        done = subprocess.run(
            [path, *options, *command[1:]],
            check=False,
            capture_output=True,
            text=True,
            timeout=_COMMAND_SECONDS + 1,
            env=dict(os.environ, LC_ALL="C"),
        )
    except subprocess.TimeoutExpired as error:
        raise Failed(f"{' '.join(command)} did not end") from error
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip()
        raise Failed(f"{' '.join(command)} ended with {done.returncode}: {said}")
    return done.stdout


def read(client: OvsdbClient, wanted: Wanted) -> Present:
    """Return what is there of a port. Raises ``Failed`` and ``OvsdbError``."""
    outer = outer_name(wanted.lab, wanted.logical_port)
    datapath, holder, external_ids = _on_bridges(client, wanted.bridge, outer)
    outside = _link([], outer)
    if not os.path.exists(os.path.join(_NAMESPACES, wanted.namespace)):
        inside, loopback = None, None
    else:
        inside = _link(["-n", wanted.namespace], INTERFACE)
        loopback = _link(["-n", wanted.namespace], "lo")
    paired = bool(
        outside
        and inside
        and (outside["ifindex"], inside["ifindex"]) == (inside.get("link_index"), outside.get("link_index"))
    )
    return Present(
        namespace_alias=None if loopback is None else loopback.get("ifalias", ""),
        outer_alias=None if outside is None else outside.get("ifalias", ""),
        inner_alias=None if inside is None else inside.get("ifalias", ""),
        paired=paired,
        mac=inside["address"] if inside else None,
        mtu_bytes=min(inside["mtu"], outside["mtu"]) if inside and outside else None,
        up=bool(paired and inside and outside and "UP" in inside["flags"] and "UP" in outside["flags"]),
        checksums=datapath == "netdev" and (not paired or _leaves_checksums(wanted.namespace, outer)),
        addresses=_addresses(wanted.namespace) if inside else (),
        gateway=_gateway(wanted.namespace) if inside else None,
        bridge_exists=datapath is not None,
        bridge=holder,
        other_interface=_other_interface(client, wanted.logical_port, outer),
        external_ids=external_ids,
    )


def wait_until_bound(client: OvsdbClient, wanted: Wanted, timeout_seconds: float) -> None:
    """Wait until ``ovn-controller`` says that the flows of the port are there. Raises ``Failed`` when it does not."""
    outer = outer_name(wanted.lab, wanted.logical_port)
    end = time.monotonic() + timeout_seconds
    row: dict[str, Any] = {}
    while True:
        rows = client.select(
            "Interface", ["external_ids", "error"], [client.schema.condition("Interface", "name", "==", outer)]
        )
        row = rows[0] if rows else {}
        if row.get("external_ids", {}).get("ovn-installed") == "true":
            return
        if time.monotonic() > end:
            break
        time.sleep(_PAUSE_SECONDS)
    raise Failed(
        row.get("error")
        or f"ovn-controller has not bound the logical port {wanted.logical_port} after {timeout_seconds:g} seconds: "
        "is the port in the northbound database, and does the controller of this chassis run"
    )


def ask(namespace: str) -> None:
    """Get an address for the interface of a namespace by DHCP. Raises ``Failed``."""
    client = ["udhcpc"] if find("udhcpc") else ["busybox", "udhcpc"]
    if find(client[0]) is None:
        raise Failed("there is no DHCP client: install udhcpc or busybox")
    with tempfile.TemporaryDirectory(prefix="packetwalk-") as folder:
        script = os.path.join(folder, "bound")
        with open(script, "w", encoding="ascii") as file:
            file.write(_DHCP_SCRIPT)
        os.chmod(script, stat.S_IRWXU)
        request = [*client, "-i", INTERFACE, "-f", "-n", "-q", "-t", "10", "-T", "1", "-O", "mtu", "-s", script]
        run(["ip", "netns", "exec", namespace, *request])


def _on_bridges(client: OvsdbClient, bridge: str, port: str) -> tuple[str | None, str | None, dict[str, str] | None]:
    """Return the datapath type of a bridge, then bridge and external_ids of a port; ``None`` for what is not there."""
    bridges = client.select("Bridge", ["name", "datapath_type", "ports"])
    datapath = next((row["datapath_type"] for row in bridges if row["name"] == bridge), None)
    named = {table: [client.schema.condition(table, "name", "==", port)] for table in ("Port", "Interface")}
    ports = [row["_uuid"] for row in client.select("Port", ["_uuid"], named["Port"])]
    interfaces = client.select("Interface", ["external_ids"], named["Interface"])
    holders = [row["name"] for row in bridges if any(each in row["ports"] for each in ports)]
    if not holders or not interfaces:
        return datapath, None, None
    return datapath, holders[0], interfaces[0]["external_ids"]


def _other_interface(client: OvsdbClient, logical_port: str, outer: str) -> str | None:
    mark = client.schema.condition("Interface", "external_ids", "includes", {LOGICAL_PORT: logical_port})
    return next((row["name"] for row in client.select("Interface", ["name"], [mark]) if row["name"] != outer), None)


def _link(where: list[str], name: str) -> dict[str, Any] | None:
    for row in _json(["ip", *where, "-d", "-j", "link", "show"]):
        if row["ifname"] == name:
            return dict(row)
    return None


def _addresses(namespace: str) -> tuple[str, ...]:
    rows = _json(["ip", "-n", namespace, "-j", "address", "show", "dev", INTERFACE])
    infos = [info for row in rows for info in row.get("addr_info", []) if info.get("scope") == "global"]
    return tuple(sorted(f"{info['local']}/{info['prefixlen']}" for info in infos))


def _gateway(namespace: str) -> str | None:
    for family in ("-4", "-6"):
        for row in _json(["ip", "-n", namespace, family, "-j", "route", "show", "default", "dev", INTERFACE]):
            if "gateway" in row and row.get("protocol") != "ra":
                return str(row["gateway"])
    return None


def _leaves_checksums(namespace: str, outer: str) -> bool:
    ends = [["ethtool", "-k", outer], ["ip", "netns", "exec", namespace, "ethtool", "-k", INTERFACE]]
    return any("tx-checksumming: on" in run(end) for end in ends)


def _json(command: Command) -> Any:
    out = run(command)
    try:
        return json.loads(out or "[]")
    except ValueError as error:
        raise Failed(f"{' '.join(command)} did not print JSON") from error
