# SPDX-License-Identifier: GPL-3.0-or-later
"""Real daemons of Open vSwitch and OVN on temporary databases, for tests and benchmarks.

They need no kernel module and no rights, listen on unix sockets in their directory only, and end with the ``with``
statement, or with the process that started them.
"""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Callable, Iterator

SCHEMAS = {
    "OVN_Northbound": "/usr/share/ovn/ovn-nb.ovsschema",
    "OVN_Southbound": "/usr/share/ovn/ovn-sb.ovsschema",
    "Open_vSwitch": "/usr/share/openvswitch/vswitch.ovsschema",
}
SOCKETS = {"OVN_Northbound": "ovnnb_db.sock", "OVN_Southbound": "ovnsb_db.sock", "Open_vSwitch": "db.sock"}
COMMANDS = ("ovsdb-server", "ovsdb-tool", "ovs-vswitchd", "ovs-vsctl", "ovn-northd", "ovn-nbctl", "ovn-sbctl")
_SECONDS = 30.0


def missing() -> str:
    """What keeps the daemons from being started, or ""."""
    absent = [command for command in COMMANDS if not shutil.which(command)]
    return f"no {', '.join(absent)}" if absent else ""


class Daemons:
    """Processes with a directory for all that they make; ``environment`` is that of the commands that ask them."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.environment = {
            **os.environ,
            **{f"{name}_{kind}": str(directory) for name in ("OVS", "OVN") for kind in ("RUNDIR", "LOGDIR", "DBDIR")},
            "OVN_NB_DB": f"unix:{directory}/ovnnb_db.sock",
            "OVN_SB_DB": f"unix:{directory}/ovnsb_db.sock",
        }
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def run(self, *command: str) -> str:
        """Output of a command that has to succeed."""
        finished = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=120, check=False
        )
        if finished.returncode:
            raise RuntimeError(f"{command[0]}: {finished.stderr}")
        return finished.stdout

    def start(self, name: str, *command: str) -> None:
        with open(self.directory / f"{name}.log", "ab") as log:
            self.processes[name] = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *command],
                env=self.environment,
                cwd=self.directory,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def kill(self, name: str) -> None:
        process = self.processes.pop(name)
        process.kill()
        process.wait()

    def serve(self, database: str, *options: str) -> None:
        """Start an empty database on its usual socket."""
        file = self.directory / f"{database}.db"
        self.run("ovsdb-tool", "create", str(file), SCHEMAS[database])
        socket = self.directory / SOCKETS[database]
        self.start(
            database,
            "ovsdb-server",
            f"--unixctl={self.directory}/{database}.ctl",
            f"--remote=punix:{socket}",
            *options,
            str(file),
        )
        self.wait(socket.exists, f"{database} is served")

    def wait(self, is_so: Callable[[], object], what: str) -> None:
        deadline = time.monotonic() + _SECONDS
        while not is_so():
            if time.monotonic() > deadline:
                raise RuntimeError(f"not in {_SECONDS:.0f} s: {what}")
            time.sleep(0.02)


@contextlib.contextmanager
def daemons(directory: Path) -> Iterator[Daemons]:
    started = Daemons(directory)
    try:
        yield started
    finally:
        for name in reversed(list(started.processes)):
            started.kill(name)


@contextlib.contextmanager
def ovn(directory: Path) -> Iterator[Daemons]:
    """Both databases of OVN, with northd at work."""
    with daemons(directory) as started:
        started.serve("OVN_Northbound")
        started.serve("OVN_Southbound")
        started.start("northd", "ovn-northd")
        started.run("ovn-nbctl", "--timeout=30", "--wait=sb", "sync")
        yield started


@contextlib.contextmanager
def open_vswitch(directory: Path) -> Iterator[Daemons]:
    """A switch in user space whose network devices are dummies."""
    with daemons(directory) as started:
        started.serve("Open_vSwitch")
        started.run("ovs-vsctl", "--no-wait", "init")
        started.start(
            "ovs-vswitchd",
            "ovs-vswitchd",
            f"--pidfile={directory}/ovs-vswitchd.pid",
            # In this order: dummies take the place of the kernel's datapath before that is given up.
            "--enable-dummy=override",
            "--disable-system",
            f"unix:{directory}/db.sock",
        )
        started.wait((directory / "ovs-vswitchd.pid").exists, "ovs-vswitchd has its process id written")
        yield started


@contextlib.contextmanager
def raft(directory: Path, database: str, members: int = 3) -> Iterator[Daemons]:
    """A cluster; member ``n`` is the process ``member<n>`` and listens on ``<n>.sock``."""
    with daemons(directory) as started:
        for number in range(1, members + 1):
            file, own, first = f"{number}.db", f"unix:{number}.raft", "unix:1.raft"
            if number == 1:
                started.run("ovsdb-tool", "create-cluster", str(directory / file), SCHEMAS[database], own)
            else:
                started.run("ovsdb-tool", "join-cluster", str(directory / file), database, own, first)
            socket = directory / f"{number}.sock"
            started.start(
                f"member{number}",
                "ovsdb-server",
                f"--unixctl={directory}/{number}.ctl",
                f"--remote=punix:{socket}",
                str(directory / file),
            )
            started.wait(socket.exists, f"member {number} listens")
            joined = functools.partial(_has_joined, directory, number, database)
            started.wait(joined, f"member {number} has joined")
        yield started


def _has_joined(directory: Path, number: int, database: str) -> bool:
    command = ["ovs-appctl", "--timeout=5", "-t", str(directory / f"{number}.ctl"), "cluster/status", database]
    status = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    return "Status: cluster member" in status and "Leader: unknown" not in status
