# SPDX-License-Identifier: GPL-3.0-or-later
"""Two switches on a router with a provider network, and a chassis of it: databases, northd, switch and ovn-controller.

``vm1`` and ``vm2`` are plugged in on ``chassis1``, the real one; ``vm3`` is bound to ``chassis2`` by hand, ``gone`` to
none. New connections to port 80 of ``vm2`` are dropped, to port 81 rejected.
"""

from __future__ import annotations

import contextlib
import shlex
import shutil
from pathlib import Path
from typing import Iterator

import ovn_daemons

NORTHBOUND = """
ls-add sw0
ls-add sw1
ls-add ext
lr-add lr0
lrp-add lr0 lr0-sw0 00:00:00:00:ff:01 10.10.10.1/24
lrp-add lr0 lr0-sw1 00:00:00:00:ff:02 10.10.20.1/24
lrp-add lr0 lr0-ext 00:00:00:00:ff:03 172.24.4.5/24
lrp-set-gateway-chassis lr0-ext chassis1 20
lsp-add-router-port sw0 sw0-lr0 lr0-sw0
lsp-add-router-port sw1 sw1-lr0 lr0-sw1
lsp-add-router-port ext ext-lr0 lr0-ext
lsp-add-localnet-port ext ext-net extnet
lsp-add sw0 vm1
lsp-set-addresses vm1 "50:54:00:00:00:01 10.10.10.5"
lsp-set-port-security vm1 "50:54:00:00:00:01 10.10.10.5"
lsp-add sw0 vm2
lsp-set-addresses vm2 "50:54:00:00:00:02 10.10.10.6"
lsp-add sw0 gone
lsp-set-addresses gone "50:54:00:00:00:09 10.10.10.9"
lsp-add sw1 vm3
lsp-set-addresses vm3 "50:54:00:00:00:03 10.10.20.5"
lsp-set-options vm3 requested-chassis=chassis2
acl-add sw0 to-lport 1000 "outport == \\"vm2\\" && ip4 && tcp.dst == 80" drop
acl-add sw0 to-lport 1000 "outport == \\"vm2\\" && ip4 && tcp.dst == 81" reject
acl-add sw0 to-lport 1000 "outport == \\"vm2\\" && ip4 && tcp.dst == 82" allow-related
lr-nat-add lr0 snat 172.24.4.10 10.10.20.0/24
lr-nat-add lr0 dnat_and_snat 172.24.4.11 10.10.10.5
lr-route-add lr0 0.0.0.0/0 172.24.4.1 lr0-ext
"""
# OVN 23.03 has no commands for these.
_PORTS = {
    "lsp-add-router-port": (
        "lsp-add {0} {1}",
        "lsp-set-type {1} router",
        "lsp-set-addresses {1} router",
        "lsp-set-options {1} router-port={2}",
    ),
    "lsp-add-localnet-port": (
        "lsp-add {0} {1}",
        "lsp-set-type {1} localnet",
        "lsp-set-addresses {1} unknown",
        "lsp-set-options {1} network_name={2}",
    ),
}
SWITCH = """
set Open_vSwitch . external_ids:system-id=chassis1 external_ids:ovn-encap-type=geneve
set Open_vSwitch . external_ids:ovn-encap-ip=127.0.0.1
add-br br-int
set Bridge br-int fail_mode=secure
add-port br-int t-vm1
set Interface t-vm1 type=dummy external_ids:iface-id=vm1
add-port br-int t-vm2
set Interface t-vm2 type=dummy external_ids:iface-id=vm2
add-port br-int broken
set Interface broken type=nonsense
"""

VM1 = 'inport == "vm1" && eth.src == 50:54:00:00:00:01 && ip4.src == 10.10.10.5 && ip.ttl == 64'
TO_VM2 = f"{VM1} && eth.dst == 50:54:00:00:00:02 && ip4.dst == 10.10.10.6"
TO_VM3 = f"{VM1} && eth.dst == 00:00:00:00:ff:01 && ip4.dst == 10.10.20.5"


def missing() -> str:
    """What keeps it from being started, or ""."""
    return ovn_daemons.missing() or ("" if shutil.which("ovn-controller") else "no ovn-controller")


@contextlib.contextmanager
def logical(directory: Path) -> Iterator[ovn_daemons.Daemons]:
    """Databases and northd only."""
    with ovn_daemons.ovn(directory) as started:
        started.run(*_one_call("ovn-nbctl", NORTHBOUND))
        chassis = ("chassis-add", "chassis2", "geneve", "192.168.98.12")
        started.run("ovn-sbctl", *chassis, "--", "set", "Chassis", "chassis2", "hostname=two")
        started.run("ovn-nbctl", "--timeout=30", "--wait=sb", "sync")
        started.run("ovn-sbctl", "lsp-bind", "vm3", "chassis2")
        # Of the tables with neighbours ovn-trace reads the learned ones only.
        find = ("ovn-sbctl", "--bare", "--columns=_uuid", "find", "Datapath_Binding", "external_ids:name=lr0")
        learned = ("logical_port=lr0-ext", "ip=172.24.4.1", 'mac="02:42:ac:18:04:01"')
        started.run("ovn-sbctl", "create", "MAC_Binding", *learned, f"datapath={started.run(*find).strip()}")
        started.run("ovn-nbctl", "--timeout=30", "--wait=sb", "sync")
        yield started


@contextlib.contextmanager
def chassis(directory: Path) -> Iterator[ovn_daemons.Daemons]:
    """All of it."""
    central, node = directory / "central", directory / "chassis1"
    central.mkdir()
    node.mkdir()
    with logical(central) as databases, ovn_daemons.open_vswitch(node) as started:
        southbound = databases.environment["OVN_SB_DB"]
        started.run(*_one_call("ovs-vsctl", SWITCH))
        started.run("ovs-vsctl", "set", "Open_vSwitch", ".", f'external_ids:ovn-remote="{southbound}"')
        started.start("ovn-controller", "ovn-controller", f"unix:{node}/db.sock")
        databases.run("ovn-sbctl", "--timeout=30", "wait-until", "Port_Binding", "vm2", "up=true")
        # Its flows may come a little later than it says.
        started.wait(lambda: "192.168.98.12" in started.run("ovs-vsctl", "list", "Interface"), "there is a tunnel")
        databases.run("ovn-nbctl", "--timeout=30", "--wait=sb", "sync")
        started.wait(
            lambda: "output:" in started.run("ovs-ofctl", "dump-flows", "br-int", "table=39"), "there are flows"
        )
        yield started


def _one_call(command: str, lines: str) -> list[str]:
    arguments = [command]
    for line in lines.strip().splitlines():
        name, *rest = shlex.split(line)
        for words in [shlex.split(each.format(*rest)) for each in _PORTS.get(name, ())] or [[name, *rest]]:
            arguments += ["--", *words]
    return arguments
