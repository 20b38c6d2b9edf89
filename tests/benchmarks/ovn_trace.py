# SPDX-License-Identifier: GPL-3.0-or-later
"""How long the first and the second ovn_trace take, the daemon's own part of it, and ovn-trace alone.

Run ``python tests/benchmarks/ovn_trace.py``, with ``--networks 386`` for about 176,000 logical flows. The logical
network is that of ``ovn_info.py`` beside this file. ovn_trace runs as a process of its own each time, as Ansible starts
it; ``trace`` is what is left of it without the start of Python.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
COLLECTIONS = ROOT / ".ansible" / "collections"
sys.path.insert(0, str(COLLECTIONS))
sys.path.insert(0, str(Path(__file__).parent))

from ansible_collections.packetwalk.labs.plugins.module_utils._probing._ovn_trace import Question, Tracer  # noqa: E402
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._ovsdb_client import OvsdbClient, Tls  # noqa: E402
from ovn_info import count_flows, database  # noqa: E402

MODULE = "ansible_collections.packetwalk.labs.plugins.modules.ovn_trace"
FLOW = (
    'inport == "sw1-p0" && eth.src == 0a:00:00:01:00:00 && eth.dst == 0a:00:00:01:00:01'
    " && ip4.src == 10.0.1.10 && ip4.dst == 10.0.1.11 && ip.ttl == 64 && tcp.dst == 22"
)


def module(**arguments: Any) -> tuple[float, dict[str, Any]]:
    begun = time.perf_counter()
    finished = subprocess.run(
        [sys.executable, "-m", MODULE],
        env={**os.environ, "PYTHONPATH": str(COLLECTIONS)},
        input=json.dumps({"ANSIBLE_MODULE_ARGS": arguments}),
        capture_output=True,
        text=True,
        check=True,
    )
    return time.perf_counter() - begun, json.loads(finished.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--networks", type=int, default=20, help="each is a switch and a router")
    parser.add_argument("--ports", type=int, default=40, help="of a switch")
    parser.add_argument("--acls", type=int, default=120, help="of a switch")
    parser.add_argument("--nats", type=int, default=6, help="of a router")
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    with database(options) as started, tempfile.TemporaryDirectory() as directory:
        remote = started.environment["OVN_SB_DB"]
        kept = {"southbound": remote, "daemon_directory": directory}
        try:
            first, answer = module(microflow=FLOW, **kept)
            again = [module(microflow=FLOW, **kept) for _run in range(options.runs)]
            if any(result["trace"] != answer["trace"] for _seconds, result in again):
                sys.exit("the daemon does not always give the same answer")
            inside = []
            for _run in range(options.runs):
                begun = time.perf_counter()
                with OvsdbClient(remote, "OVN_Southbound") as client:
                    Tracer(client, remote, Tls(), directory, True, 120.0).trace(Question(FLOW))
                inside.append(time.perf_counter() - begun)
        finally:
            module(daemon="stopped", **kept)
        begun = time.perf_counter()
        subprocess.run(["ovn-trace", FLOW], env=started.environment, capture_output=True, check=True)
        alone = time.perf_counter() - begun
        flows = count_flows(started.directory)
    report = {
        "python": platform.python_version(),
        "flows_in_database": flows,
        "verdict": answer["trace"]["verdict"],
        "seconds": {
            "first": round(first, 3),
            "second": round(again[0][0], 3),
            "best": round(min(seconds for seconds, _result in again), 3),
            "trace": round(min(inside), 3),
            "ovn-trace": round(alone, 3),
        },
    }
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
