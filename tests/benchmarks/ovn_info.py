# SPDX-License-Identifier: GPL-3.0-or-later
"""How long reading one datapath's logical flows takes in a large database: ovn_info against ovn-sbctl.

Run ``python tests/benchmarks/ovn_info.py``. The logical network is written over OVSDB into temporary servers, and a
real ovn-northd makes the logical flows of it, about 176,000 with the defaults, which takes a minute or two.

Three are measured alternately, and the best of each counts: ``ovn-sbctl lflow-list``; ``ovn_info`` as a process, most
of which is Python and Ansible that start, as they do for every module; and what the module does when it has started.
All give the same flows, which is looked at.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Callable, Iterator

ROOT = Path(__file__).resolve().parents[2]
COLLECTIONS = ROOT / ".ansible" / "collections"
sys.path.insert(0, str(COLLECTIONS))
sys.path.insert(0, str(ROOT / "tests" / "unit" / "plugins" / "module_utils" / "_probing"))

import ovn_daemons  # noqa: E402
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ovn_lflow_list import parse_list  # noqa: E402
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._ovsdb_client import OvsdbClient, servers  # noqa: E402
from ansible_collections.packetwalk.labs.plugins.modules import ovn_info  # noqa: E402

BATCH = 10
NORTHD_SECONDS = 900.0

Row = tuple[str, str, dict[str, Any]]


def network(number: int, ports: int, acls: int, nats: int) -> Iterator[Row]:
    """Table, name in the transaction and columns of a switch and a router that are linked."""
    subnet = f"10.{number // 250}.{number % 250}"
    switch_ports, router_ports, rules, addresses = [], [], [], []
    for port in range(ports):
        switch_ports.append(f"p{number}_{port}")
        mac = f"0a:00:{number >> 8:02x}:{number & 255:02x}:00:{port:02x}"
        address = f"{mac} {subnet}.{port + 10}"
        columns = {"name": f"sw{number}-p{port}", "addresses": [address], "port_security": [address]}
        yield "Logical_Switch_Port", switch_ports[-1], columns
    switch_ports.append(f"p{number}_router")
    columns = {"name": f"sw{number}-lr{number}", "type": "router", "addresses": ["router"]}
    yield "Logical_Switch_Port", switch_ports[-1], {**columns, "options": {"router-port": f"lr{number}-sw{number}"}}
    for rule in range(acls):
        rules.append(f"a{number}_{rule}")
        match = f'outport == "sw{number}-p{rule % ports}" && ip4 && tcp.dst == {1000 + rule}'
        columns = {"direction": "to-lport", "priority": 1000 + rule, "match": match, "action": "allow-related"}
        yield "ACL", rules[-1], columns
    router_ports.append(f"r{number}")
    mac = f"0a:01:00:00:{number >> 8:02x}:{number & 255:02x}"
    yield (
        "Logical_Router_Port",
        router_ports[-1],
        {"name": f"lr{number}-sw{number}", "mac": mac, "networks": [f"{subnet}.1/24"]},
    )
    for nat in range(nats):
        addresses.append(f"n{number}_{nat}")
        columns = {"type": "dnat_and_snat", "external_ip": f"172.{16 + nat}.{number // 250}.{number % 250 + 1}"}
        yield "NAT", addresses[-1], {**columns, "logical_ip": f"{subnet}.{nat + 10}"}
    # A router has its NATs where its gateway is.
    options = {"chassis": "nowhere"}
    yield "Logical_Switch", f"s{number}", {"name": f"sw{number}", "ports": switch_ports, "acls": rules}
    router = {"name": f"lr{number}", "ports": router_ports, "nat": addresses, "options": options}
    yield "Logical_Router", f"l{number}", router


def fill(directory: Path, options: argparse.Namespace) -> None:
    with OvsdbClient(f"unix:{directory}/ovnnb_db.sock", "OVN_Northbound", timeout_seconds=120) as client:
        for first in range(0, options.networks, BATCH):
            rows = [
                row
                for number in range(first, min(first + BATCH, options.networks))
                for row in network(number, options.ports, options.acls, options.nats)
            ]
            client.transact(
                [
                    {"op": "insert", "table": table, "uuid-name": name, "row": client.schema.encode_row(table, columns)}
                    for table, name, columns in rows
                ]
            )


def count_flows(directory: Path) -> int:
    with OvsdbClient(f"unix:{directory}/ovnsb_db.sock", "OVN_Southbound", timeout_seconds=120) as client:
        return len(client.select("Logical_Flow", ["priority"]))


@contextlib.contextmanager
def database(options: argparse.Namespace) -> Iterator[ovn_daemons.Daemons]:
    with tempfile.TemporaryDirectory() as directory, ovn_daemons.ovn(Path(directory)) as started:
        fill(Path(directory), options)
        # Twice: northd may have said that it is done with what it had read of the network by then. It may also take
        # longer than Daemons.run() would wait.
        for _time in range(2):
            subprocess.run(
                ["ovn-nbctl", "--wait=sb", "sync"], env=started.environment, check=True, timeout=NORTHD_SECONDS
            )
        yield started


def arguments(started: ovn_daemons.Daemons, datapath: str) -> dict[str, Any]:
    return {"southbound": started.environment["OVN_SB_DB"], "subset": ["flows"], "datapaths": [datapath]}


def gathered(started: ovn_daemons.Daemons, datapath: str) -> dict[str, Any]:
    parameters = dict.fromkeys(("northbound", "private_key", "certificate", "ca_certificate"))
    return ovn_info.gather({**parameters, "leader_only": True, "timeout_seconds": 30.0, **arguments(started, datapath)})


def module_result(started: ovn_daemons.Daemons, datapath: str) -> dict[str, Any]:
    finished = subprocess.run(
        [sys.executable, "-m", ovn_info.__name__],
        env={**os.environ, "PYTHONPATH": str(COLLECTIONS)},
        input=json.dumps({"ANSIBLE_MODULE_ARGS": arguments(started, datapath)}),
        capture_output=True,
        text=True,
        check=True,
    )
    result: dict[str, Any] = json.loads(finished.stdout)
    return result


def shown(started: ovn_daemons.Daemons, datapath: str) -> str:
    command = ["ovn-sbctl", "--timeout=300", "lflow-list", datapath]
    return subprocess.run(command, env=started.environment, capture_output=True, text=True, check=True).stdout


def timed(started: ovn_daemons.Daemons, seconds: list[float], work: Callable[[], Any]) -> Any:
    # The server tidies up after a client before it answers the next one.
    servers(started.environment["OVN_SB_DB"], "OVN_Southbound")
    begun = time.perf_counter()
    result = work()
    seconds.append(time.perf_counter() - begun)
    return result


def keys(flows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return sorted(
        tuple(flow[key] for key in ("pipeline", "table", "stage", "priority", "match", "actions")) for flow in flows
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--networks", type=int, default=386, help="each is a switch and a router")
    parser.add_argument("--ports", type=int, default=40, help="of a switch")
    parser.add_argument("--acls", type=int, default=120, help="of a switch")
    parser.add_argument("--nats", type=int, default=6, help="of a router")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    datapath = f"sw{min(7, options.networks - 1)}"
    taken: dict[str, list[float]] = {"ovn_info": [], "ovn_info process": [], "ovn-sbctl": []}
    with database(options) as started:
        in_database = count_flows(started.directory)
        for _run in range(options.runs):
            read = timed(started, taken["ovn_info"], lambda: gathered(started, datapath))
            printed = timed(started, taken["ovn_info process"], lambda: module_result(started, datapath))
            listed = parse_list(timed(started, taken["ovn-sbctl"], lambda: shown(started, datapath)))
            flows = read["southbound"]["logical_flows"]
            if not keys(flows) == keys(printed["southbound"]["logical_flows"]) == keys(listed):
                sys.exit("ovn_info and ovn-sbctl do not give the same flows")
        if count_flows(started.directory) != in_database:
            sys.exit("northd was not done when the measurement began")
    best = {name: min(times) for name, times in taken.items()}
    report = {
        "python": platform.python_version(),
        "flows_in_database": in_database,
        "flows_of_datapath": len(flows),
        "seconds": {name: round(seconds, 3) for name, seconds in best.items()},
        "median_seconds": {name: round(statistics.median(times), 3) for name, times in taken.items()},
        "ratio": round(best["ovn-sbctl"] / best["ovn_info"], 1),
        "ratio_of_processes": round(best["ovn-sbctl"] / best["ovn_info process"], 1),
    }
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
