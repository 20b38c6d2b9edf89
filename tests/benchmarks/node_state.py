# SPDX-License-Identifier: GPL-3.0-or-later
"""How long reading 100 network namespaces takes: the collector against a shell loop of the usual commands.

Run as root: ``python tests/benchmarks/node_state.py``. Every namespace has a veth pair to a bridge in the first one, an
address, a route and a permanent neighbour; every fifth has nat rules. All are removed at the end.

All sides are plain processes and run alternately; the best of each counts. What the commands print goes nowhere, nobody
parses it, and they do not read sockets; the collector does both.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Callable, Iterator

COLLECTIONS = Path(__file__).resolve().parents[2] / ".ansible" / "collections"
MODULE = "ansible_collections.packetwalk.labs.plugins.modules.node_state"
PREFIX = "bench"

COMMANDS = (
    "ip -d -j link",
    "ip -j addr",
    "ip -j route show table all",
    "ip -j rule",
    "ip -j neigh",
    "bridge -j fdb",
    "iptables-save",
    "cat /proc/net/ip_vs",
)


@contextlib.contextmanager
def namespaces(count: int) -> Iterator[list[str]]:
    """Make the namespaces, and remove them and nothing else at the end."""
    names = [f"{PREFIX}{number}" for number in range(count)]
    try:
        for name in names:
            subprocess.run(["ip", "netns", "add", name], check=True)
        hub = names[0]
        lines = [f"-n {hub} link add br0 type bridge", f"-n {hub} link set br0 up"]
        for number, name in enumerate(names[1:], start=1):
            lines += [
                f"-n {name} link add eth0 type veth peer name veth{number} netns {hub}",
                f"-n {hub} link set veth{number} master br0 up",
                f"-n {name} link set eth0 up",
                f"-n {name} address add 10.99.{number}.2/24 dev eth0",
                f"-n {name} route add default via 10.99.{number}.1",
                f"-n {name} neigh add 10.99.{number}.1 lladdr 02:42:0a:63:00:01 nud permanent dev eth0",
            ]
        for line in lines:
            subprocess.run(["ip", *line.split()], check=True)
        for name in names[::5]:
            for port in range(37000, 37005):
                rule = f"-A OUTPUT -d 127.0.0.11/32 -p udp --dport {port} -j DNAT --to-destination 127.0.0.11:53"
                subprocess.run(["ip", "netns", "exec", name, "iptables", "-t", "nat", *rule.split()], check=True)
        yield names
    finally:
        for name in names:
            subprocess.run(["ip", "netns", "delete", name], check=False, stderr=subprocess.DEVNULL)


def seconds(command: list[str], **options: Any) -> float:
    """Wall time of one run."""
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **options)
    return time.perf_counter() - started


def module(arguments: dict[str, Any]) -> tuple[list[str], dict[str, Any]]:
    """The module as a plain process that takes its arguments on standard input."""
    payload = {"ANSIBLE_MODULE_ARGS": {**arguments, "_ansible_remote_tmp": tempfile.gettempdir()}}
    # ansible-core 2.19 decodes the arguments with the profile that the controller would name.
    program = (
        "import runpy, sys; from ansible.module_utils import basic;"
        "basic._ANSIBLE_ARGS = sys.stdin.buffer.read(); basic._ANSIBLE_PROFILE = 'legacy';"
        f"runpy.run_module({MODULE!r}, run_name='__main__')"
    )
    environment = {**os.environ, "PYTHONPATH": str(COLLECTIONS)}
    return [sys.executable, "-c", program], {"input": json.dumps(payload).encode(), "env": environment}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--namespaces", type=int, default=100)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    with namespaces(options.namespaces) as names, tempfile.TemporaryDirectory() as directory:
        ours, given = module({"gather": ["namespaces"], "namespaces": [f"{PREFIX}*"]})
        together, apart = Path(directory, "together.sh"), Path(directory, "apart.sh")
        together.write_text(
            "".join(f"nsenter --net=/run/netns/{name} sh -c '{'; '.join(COMMANDS)}' 2>&1\n" for name in names)
        )
        apart.write_text(
            "".join(f"nsenter --net=/run/netns/{name} {command} 2>&1\n" for name in names for command in COMMANDS)
        )
        sides: dict[str, Callable[[], float]] = {
            "ours": lambda: seconds(ours, **given),
            "together": lambda: seconds(["sh", "-c", f". {together}; true"]),
            "apart": lambda: seconds(["sh", "-c", f". {apart}; true"]),
            "start": lambda: seconds([sys.executable, "-c", "from ansible.module_utils import basic"]),
        }
        read = json.loads(subprocess.run(ours, check=True, stdout=subprocess.PIPE, **given).stdout)["state"][
            "namespaces"
        ]
        runs = [{name: measure() for name, measure in sides.items()} for _run in range(options.runs)]
    best = {name: min(run[name] for run in runs) for name in sides}
    with_rules = sum(bool(row["netfilter"]["tables"]) for row in read.values())
    print(f"{len(read)} namespaces read, {with_rules} of them with rules; best of {options.runs} alternating runs")
    print(f"{'what':<58}{'ours [s]':>10}{'theirs [s]':>12}{'ratio':>8}")
    reading = best["ours"] - best["start"]
    for what, mine, theirs in (
        ("shell loop, one nsenter for a namespace", best["ours"], best["together"]),
        ("shell loop, one nsenter for a command", best["ours"], best["apart"]),
        ("the same two, less the start of Python and Ansible's basics", reading, best["together"]),
        ("", reading, best["apart"]),
    ):
        print(f"{what:<58}{mine:>10.3f}{theirs:>12.3f}{theirs / mine:>8.1f}")


if __name__ == "__main__":
    main()
