# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Keep ``ovn-trace --detach`` at hand, which has read the southbound database once (ovn-trace(8), "Daemon Mode").

* It never reads what has changed since, although it stays connected. So one ``ovsdb-client monitor`` for each table
  that it read watches that, and a line of one of them ends its use. They tell it within milliseconds, not at once.
* ``--ct`` is used up by the first traces of a daemon, and it takes neither that nor other options with a trace.
* It dies of a port that it does not know: look it up before.

A directory holds one daemon: ``trace.ctl``, the locked ``*.pid`` of all processes, and ``changes``.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import resource
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import BinaryIO, Collection, Iterator, Sequence

from ansible_collections.packetwalk.labs.plugins.module_utils._probing import _trace_command
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._trace_command import TraceError

# What read_db() of utilities/ovn-trace.c reads, without the columns that change all the time.
_WATCHED = {
    "Datapath_Binding": "",
    "Port_Binding": "datapath,logical_port,type,tunnel_key,options,",
    "Multicast_Group": "",
    "Address_Set": "",
    "Port_Group": "",
    "DHCP_Options": "",
    "DHCPv6_Options": "",
    "Logical_Flow": "",
    "Logical_DP_Group": "",
    "MAC_Binding": "datapath,logical_port,ip,mac,",
    "FDB": "mac,dp_key,port_key,",
}
# All that counts is whether there is something in it. Who writes more is ended by the kernel.
_CHANGES_BYTES = 4096
_STOP_SECONDS = 5.0


class Daemon:
    """The daemon of one database and one set of options.

    * ``directory``: of all daemons; it is made when it is not there.
    * ``remote``: where the southbound database is served.
    * ``tls``: options for that, which ovn-trace and ovsdb-client have alike.
    * ``arguments``: other options of ovn-trace.
    * ``tables``: those that the database has.
    """

    def __init__(
        self,
        directory: str,
        remote: str,
        tls: Sequence[str],
        arguments: Sequence[str],
        tables: Collection[str],
        timeout_seconds: float,
    ) -> None:
        key = "\n".join([remote, *tls, *arguments])
        self._home = Path(directory) / hashlib.sha256(key.encode()).hexdigest()[:16]
        self._remote = remote
        self._tls = list(tls)
        self._arguments = list(arguments)
        self._tables = [table for table in _WATCHED if table in tables]
        self._timeout_seconds = timeout_seconds

    def trace(self, arguments: Sequence[str], may_start: bool) -> str | None:
        """Answer of the daemon, None when there is none and none may be started, or it did not answer.

        Raises TraceError.
        """
        with _locked(self._home, may_start) as is_there:
            if not is_there:
                return None
            if not self._is_fresh():
                if not may_start:
                    return None
                _end(self._home)
                try:
                    self._start()
                except TraceError:
                    _end(self._home)
                    raise
            command = ["ovs-appctl", "-t", str(self._home / "trace.ctl"), "trace", *arguments]
            finished = _trace_command.run(command, {}, self._timeout_seconds)
            # What came in while it answered may have come too late for the answer.
            return finished.output if finished.status == 0 and self._is_fresh() else None

    def _is_fresh(self) -> bool:
        changes = self._home / "changes"
        return (
            changes.exists()
            and not changes.stat().st_size
            and all(_process_of(self._home / f"{name}.pid") for name in [*self._tables, "trace"])
        )

    def _start(self) -> None:
        with open(self._home / "changes", "wb") as changes:
            for table in self._tables:
                watch = ["monitor", self._remote, "OVN_Southbound", table, f"{_WATCHED[table]}!initial"]
                self._detach(["ovsdb-client", *self._tls, f"--pidfile={self._home}/{table}.pid", *watch], changes)
        control = [f"--pidfile={self._home}/trace.pid", f"--unixctl={self._home}/trace.ctl"]
        with open(os.devnull, "wb") as nowhere:
            self._detach(["ovn-trace", f"--db={self._remote}", *self._tls, *self._arguments, *control], nowhere)

    def _detach(self, command: Sequence[str], output: BinaryIO) -> None:
        # What is detached keeps these files open, so the errors cannot be read from a pipe.
        with open(self._home / "errors", "wb+") as errors:
            try:
                finished = subprocess.run(
                    [_trace_command.path_of(command[0]), "--detach", *command[1:]],
                    env={**os.environ, "LC_ALL": "C", "OVS_RUNDIR": str(self._home)},
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=errors,
                    timeout=self._timeout_seconds,
                    preexec_fn=_limit_files,
                    check=False,
                )
            except subprocess.TimeoutExpired as error:
                raise TraceError(f"{command[0]} was not ready in {self._timeout_seconds:g} seconds") from error
            errors.seek(0)
            said = errors.read().decode(errors="replace").strip().splitlines()
        if finished.returncode:
            raise TraceError(f"{command[0]}: {said[-1] if said else f'exit status {finished.returncode}'}")


def stop_all(directory: str, only_look: bool) -> bool:
    """End the daemons in a directory and remove what they left; return whether there was something."""
    homes = [lock.parent for lock in Path(directory).glob("*/lock")]
    if not only_look:
        for home in homes:
            with _locked(home, True):
                _end(home)
            shutil.rmtree(home)
        with contextlib.suppress(OSError):
            os.rmdir(directory)
    return bool(homes)


@contextlib.contextmanager
def _locked(home: Path, create: bool) -> Iterator[bool]:
    """One at a time; gives whether the directory is there."""
    if create:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not home.is_dir():
        yield False
        return
    with open(home / "lock", "wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield True


def _end(home: Path) -> None:
    """Stop its processes and wait until they are gone; their files may be left."""
    deadline = time.monotonic() + _STOP_SECONDS
    for file in home.glob("*.pid"):
        process = _process_of(file)
        if process:
            os.kill(process, signal.SIGTERM)
        while _process_of(file):
            if time.monotonic() > deadline:
                raise TraceError(f"process {process} of {home} does not end")
            time.sleep(0.01)
        with contextlib.suppress(FileNotFoundError):
            file.unlink()


def _process_of(file: Path) -> int | None:
    """The process whose file this is. It holds a lock on that as long as it lives (lib/daemon-unix.c)."""
    try:
        with open(file, "r+") as opened:
            try:
                fcntl.lockf(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return int(opened.read())
    except (FileNotFoundError, ValueError):
        pass
    return None


def _limit_files() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (_CHANGES_BYTES, _CHANGES_BYTES))
