# SPDX-License-Identifier: GPL-3.0-or-later
"""How long 200 links between 20 namespaces take: ``link``, a call of ``ip`` for each step, and ``ip -batch``.

Run as root: ``python tests/benchmarks/links.py``. It works in namespaces of its own that go away with it.

All sides are plain processes, and run in turns; the best of each counts, and beside it stands the median. ``link`` is
started as Ansible starts it, reads what is there before and after, and marks each end with an alias; the commands do
none of that. The steps are those by hand: make a pair, move both ends, rename both, bring both up. ``ip -batch`` makes
and moves all pairs in one call, and takes one more call per namespace for the rest.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

COLLECTIONS = Path(__file__).resolve().parents[2] / ".ansible" / "collections"
MODULE = "ansible_collections.packetwalk.labs.plugins.modules.link"


class Wire(NamedTuple):
    """Two namespaces, and the name of the end in each."""

    one: str
    one_name: str
    other: str
    other_name: str


def wires(links: int, namespaces: int) -> Iterator[Wire]:
    """Each namespace to its next ones, port by port, as in a mesh."""
    used = [0] * namespaces
    for number in range(links):
        one = number % namespaces
        other = (one + 1 + number // namespaces % (namespaces - 1)) % namespaces
        used[one] += 1
        used[other] += 1
        yield Wire(f"sw{one}", str(used[one]), f"sw{other}", str(used[other]))


def link(plan: list[Wire], **options: Any) -> dict[str, Any]:
    rows = [
        {
            "ends": [
                {"namespace": wire.one, "port": wire.one_name},
                {"namespace": wire.other, "port": wire.other_name},
            ]
        }
        for wire in plan
    ]
    finished = subprocess.run(
        [sys.executable, "-m", MODULE],
        env={**os.environ, "PYTHONPATH": str(COLLECTIONS)},
        input=json.dumps({"ANSIBLE_MODULE_ARGS": {"lab": "bench", "links": rows, **options}}),
        capture_output=True,
        text=True,
        check=True,
    )
    result: dict[str, Any] = json.loads(finished.stdout)
    return result


def steps(plan: list[Wire]) -> Iterator[tuple[str, str]]:
    """Namespace and arguments of ``ip``, as one types them."""
    for number, wire in enumerate(plan):
        yield "", f"link add a{number} type veth peer name b{number}"
        yield "", f"link set a{number} netns {wire.one}"
        yield "", f"link set b{number} netns {wire.other}"
        yield wire.one, f"link set a{number} name {wire.one_name}"
        yield wire.other, f"link set b{number} name {wire.other_name}"
        yield wire.one, f"link set {wire.one_name} up"
        yield wire.other, f"link set {wire.other_name} up"


def one_by_one(plan: list[Wire]) -> None:
    lines = [f"ip {f'-n {namespace} ' if namespace else ''}{arguments}" for namespace, arguments in steps(plan)]
    subprocess.run(["sh", "-e"], input="\n".join(lines), text=True, check=True)


def in_batches(plan: list[Wire]) -> None:
    batches: dict[str, list[str]] = {}
    for namespace, arguments in steps(plan):
        batches.setdefault(namespace, []).append(arguments)
    with tempfile.TemporaryDirectory() as folder:
        lines = []
        for namespace, batch in batches.items():
            path = Path(folder, namespace or "machine")
            path.write_text("\n".join([*batch, ""]))
            lines.append(f"ip {f'-n {namespace} ' if namespace else ''}-batch {path}")
        subprocess.run(["sh", "-e"], input="\n".join(lines), text=True, check=True)


def found(plan: list[Wire]) -> int:
    """How many of the links are there, with both ends up."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for namespace in {name for wire in plan for name in (wire.one, wire.other)}:
        shown = subprocess.run(["ip", "-n", namespace, "-json", "link"], capture_output=True, text=True, check=True)
        rows.update({(namespace, row["ifname"]): row for row in json.loads(shown.stdout)})
    ends = [(rows.get((wire.one, wire.one_name)), rows.get((wire.other, wire.other_name))) for wire in plan]
    return sum(
        bool(one and other and one["link_index"] == other["ifindex"] and "LOWER_UP" in one["flags"])
        for one, other in ends
    )


def prepare(namespaces: int) -> None:
    for number in range(namespaces):
        subprocess.run(["ip", "netns", "add", f"sw{number}"], check=True)


def clear(namespaces: int) -> None:
    for number in range(namespaces):
        subprocess.run(["ip", "netns", "delete", f"sw{number}"], check=True)


def measure(options: argparse.Namespace) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)
    plan = list(wires(options.links, options.namespaces))
    sides = {"link": link, "ip": one_by_one, "ip -batch": in_batches}
    taken: dict[str, list[float]] = {}

    def timed(name: str, work: Any, *arguments: Any, **named: Any) -> Any:
        begun = time.perf_counter()
        result = work(*arguments, **named)
        taken.setdefault(name, []).append(time.perf_counter() - begun)
        return result

    for _run in range(options.runs):
        for name, side in sides.items():
            prepare(options.namespaces)
            timed(name, side, plan)
            if found(plan) != len(plan):
                sys.exit(f"{name} did not make all links")
            if name == "link":
                if timed("link, second run", link, plan, only=True)["changed"]:
                    sys.exit("the second run changed something")
                timed("link, absent", link, plan, state="absent")
            clear(options.namespaces)
    best = {name: min(times) for name, times in taken.items()}
    report = {
        "python": platform.python_version(),
        "kernel": platform.release(),
        "links": options.links,
        "namespaces": options.namespaces,
        "seconds": {name: round(seconds, 3) for name, seconds in best.items()},
        "median_seconds": {name: round(statistics.median(times), 3) for name, times in taken.items()},
        "ratio": {name: round(best[name] / best["link"], 1) for name in ("ip", "ip -batch")},
    }
    print(json.dumps(report, indent=2))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--links", type=int, default=200)
    parser.add_argument("--namespaces", type=int, default=20)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--isolated", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.isolated:
        measure(options)
    else:
        unshare = ["unshare", "--mount", "--net", "--pid", "--fork", "--mount-proc", sys.executable]
        sys.exit(subprocess.run([*unshare, *sys.argv, "--isolated"], check=False).returncode)


if __name__ == "__main__":
    main()
