# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Speak with a switch through vtysh, and read what the kernel has of its interfaces."""

from __future__ import annotations

import os
import re
import subprocess
from typing import Any, Iterator, Sequence

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import _netlink
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._planning._switch_config import FRR, OPENSWITCH, Link
from ansible_collections.packetwalk.labs.plugins.module_utils._probing import _tools
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._entering import Entrance, Unenterable
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._netlink_socket import NetlinkSocket

_CONFIG_FILE = "frr.conf"
# vtysh says so where it has no settings of its own, which it needs not have.
_NO_SETTINGS = "Can't open configuration file"
# What vtysh -f says of a line: "line 3: % Unknown command[17]: mtu 1400".
_REFUSED = re.compile(r"line (?P<number>\d+): (?:% )?(?P<reason>.*?)(?:\[\d+\])?(?P<daemon> to \w+)?(?:, line)?:")
# What vtysh -E repeats before the answer: "ops1(config-if)# mtu 1400".
_ECHOED = re.compile(r"\S+[#>] *(?P<command>.*)")


class Failed(Exception):
    """vtysh is missing or did not do what it should; the text is one clause."""


class Vtysh:
    """The vtysh of one switch."""

    def __init__(self, vty_socket: str | None, timeout_seconds: float) -> None:
        self._options = ["--vty_socket", vty_socket] if vty_socket else []
        self._timeout_seconds = timeout_seconds

    def show(self, command: str) -> str:
        """Return what a command prints. Raises ``Failed``."""
        done = self._run(["-c", command])
        said = _said(done.stdout)
        if done.returncode or (said and said[0].startswith("%")):
            raise Failed(f"{command}: {_reason(done)}")
        return done.stdout

    def daemons(self) -> list[str]:
        """Names of FRR's daemons that run. Raises ``Failed``."""
        return self.show("show daemons").split()

    def refused_syntax(self, commands: Sequence[str]) -> list[str]:
        """Say of each command what FRR's vtysh, which does nothing here, cannot read in it. Raises ``Failed``."""
        return list(_refused(self._run(["-C", "-f", "/dev/stdin"], _lines(commands)), commands))

    def configure(self, commands: Sequence[str], flavour: str) -> list[str]:
        """Tell a switch all commands, and return what it refused. Raises ``Failed``."""
        if flavour == FRR:
            done = self._run(["-f", "/dev/stdin"], _lines(commands))
            refused = list(_refused(done, commands))
            words = [line for line in _said(done.stdout) if line.startswith("%")]
            if words and not refused:
                refused = [words[0]]
            elif refused and words:
                refused[0] = f"{refused[0]} ({words[0].strip('% ')})"
        else:
            spoken = ["configure terminal", *(command.strip() for command in commands), "end"]
            done = self._run(["-E", *(word for command in spoken for word in ("-c", command))])
            refused = list(_refused_aloud(done.stdout))
        if done.returncode and not refused:
            raise Failed(_reason(done))
        return refused

    def save(self, flavour: str, config_directory: str) -> None:
        """Make the switch start with what it runs the next time. The directory is FRR's. Raises ``Failed``."""
        by_flavour = {
            FRR: ["--config_dir", config_directory, "-w"],
            OPENSWITCH: ["-c", "copy running-config startup-config"],
        }
        done = self._run(by_flavour[flavour])
        if done.returncode or any(line.startswith("%") for line in _said(done.stdout)):
            raise Failed(f"the configuration could not be saved: {_reason(done)}")

    def _run(self, arguments: Sequence[str], spoken: str = "") -> subprocess.CompletedProcess[str]:
        path = _tools.find("vtysh")
        if path is None:
            raise Failed("vtysh was not found")
        try:
            return subprocess.run(
                [path, *self._options, *arguments],
                check=False,
                capture_output=True,
                text=True,
                errors="replace",
                input=spoken,
                timeout=self._timeout_seconds,
                # A pager would wait for somebody who reads.
                env={**os.environ, "LC_ALL": "C", "VTYSH_PAGER": "cat"},
            )
        except subprocess.TimeoutExpired as error:
            raise Failed(f"vtysh did not end in {self._timeout_seconds:g} seconds") from error
        except OSError as error:
            raise Failed(f"{path}: {error.strerror}") from error


def read_saved(config_directory: str) -> str | None:
    """What FRR starts with the next time, ``None`` when there is nothing. Raises ``Failed``."""
    path = os.path.join(config_directory, _CONFIG_FILE)
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Failed(f"{path}: {error.strerror}") from error


def read_links(namespace: str) -> dict[str, Link]:
    """What the kernel has of the interfaces of a namespace, by name. Raises ``Failed``."""
    try:
        with Entrance().entered(namespace), NetlinkSocket() as connection:
            rows = [_netlink.link(payload) for payload in connection.dump(_netlink.RTM_GETLINK, bytes(16))]
            names = {row["index"]: row["name"] for row in rows}
            dumped = connection.dump(_netlink.RTM_GETADDR, bytes(8))
            addresses = [_netlink.address(payload, names) for payload in dumped]
    except Unenterable as error:
        raise Failed(str(error)) from error
    except (OSError, ParseError) as error:
        raise Failed(f"rtnetlink in {namespace}: {error}") from error
    return {row["name"]: _link(row, addresses) for row in rows}


def set_mtu(namespace: str, interface: str, mtu_bytes: int) -> None:
    """Set the MTU of an interface. Raises ``Failed``."""
    path = _tools.find("ip")
    if path is None:
        raise Failed("ip was not found")
    try:
        with Entrance().entered(namespace):
            command = [path, "link", "set", "dev", interface, "mtu", str(mtu_bytes)]
            done = subprocess.run(command, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    except Unenterable as error:
        raise Failed(str(error)) from error
    if done.returncode:
        raise Failed(f"interface {interface}: an MTU of {mtu_bytes} bytes was refused: {done.stderr.strip()}")


def _link(row: dict[str, Any], addresses: Sequence[dict[str, Any]]) -> Link:
    own = (f"{each['address']}/{each['prefix_length']}" for each in addresses if each["device"] == row["name"])
    return Link(up="up" in row["flags"], mtu_bytes=row["mtu_bytes"], addresses=frozenset(own))


def _lines(commands: Sequence[str]) -> str:
    return "".join(f"{command}\n" for command in commands)


def _refused(done: subprocess.CompletedProcess[str], commands: Sequence[str]) -> Iterator[str]:
    for line in _said(done.stderr) + _said(done.stdout):
        found = _REFUSED.match(line)
        if found:
            command = commands[int(found["number"]) - 1].strip()
            yield f"{command}: {found['reason']}{found['daemon'] or ''}"


def _refused_aloud(printed: str) -> Iterator[str]:
    command = ""
    for line in _said(printed):
        echoed = _ECHOED.match(line)
        if echoed:
            command = echoed["command"]
        elif line.startswith("%"):
            yield f"{command}: {line.strip('% .')}"


def _reason(done: subprocess.CompletedProcess[str]) -> str:
    said = _said(done.stderr) + _said(done.stdout)
    return said[0].strip("% .") if said else f"vtysh ended with {done.returncode}"


def _said(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip() and _NO_SETTINGS not in line]
