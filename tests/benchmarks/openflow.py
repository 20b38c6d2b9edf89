# SPDX-License-Identifier: GPL-3.0-or-later
"""How long reading 100,000 OpenFlow flows takes: this collection's parser against the one of the PyPI package ovs.

Run ``python tests/benchmarks/openflow.py``. The flows are those of one recorded hypervisor over and over, each time
with other datapaths, cookies, MAC and IP addresses, as a hypervisor of many networks has them. Both
parsers get the same lines and run alternately; the best run of each counts. All times are those of the processor, so
that other processes of the machine hardly count.
"""

from __future__ import annotations

import argparse
import json
import platform
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / ".ansible" / "collections"))

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._openflow import parse_flows  # noqa: E402
from ovs.flow.ofp import OFPFlow  # noqa: E402

RECORDING = ROOT / "tests" / "recordings" / "ovs" / "ovn-chassis.dump-flows.txt"
VARIED = re.compile(r"(?P<cookie>cookie=0x)|(?P<metadata>metadata=0x)|(?P<mac>0a:00:00:00:)|(?P<ip>\b10\.10\.)")


def generated(count: int) -> list[str]:
    """As many lines, none of a datapath that another repetition of the recording has."""
    recorded = [line for line in RECORDING.read_text().splitlines() if " actions=" in line]
    repetitions = range(count // len(recorded) + 1)
    return [line for repetition in repetitions for line in varied(recorded, repetition)][:count]


def varied(lines: list[str], repetition: int) -> list[str]:
    replacements = {
        "cookie": f"cookie=0x{repetition + 1:x}",
        "metadata": f"metadata=0x{repetition + 1:x}",
        "mac": f"0a:00:{repetition >> 8:02x}:{repetition & 255:02x}:",
        "ip": f"10.{repetition & 255}.",
    }
    return [VARIED.sub(lambda found: replacements[found.lastgroup or ""], line) for line in lines]


def seconds(work: Callable[[], Any]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--flows", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    lines = generated(options.flows)
    text = "\n".join(lines)
    taken: dict[str, list[float]] = {"ours": [], "ovs.flow.ofp": []}
    for _run in range(options.runs):
        taken["ours"].append(seconds(lambda: parse_flows(text)))
        taken["ovs.flow.ofp"].append(seconds(lambda: [OFPFlow(line) for line in lines]))
    best = {name: round(min(times), 3) for name, times in taken.items()}
    result = {
        "python": platform.python_version(),
        "flows": len(lines),
        "characters": len(text),
        "different_lines": len(set(lines)),
        "seconds": best,
        "ratio": round(best["ovs.flow.ofp"] / best["ours"], 1),
    }
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
