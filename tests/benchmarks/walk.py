# SPDX-License-Identifier: GPL-3.0-or-later
"""How long walks take in swarms of 10, 30 and 100 nodes, and how long it takes until the first one.

``python tests/benchmarks/walk.py``, without root and without a lab: the state documents are generated
(generated_swarm.py). Each walk goes from a task to the virtual address of a service in its network, so it branches to
all tasks of the service, and is checked to end at these and nowhere else; one that does not is an error.

Beside the walks stands what they would cost at least without indexes: one pass over the rows of the document that finds
those which one walk goes by. Beside the load (the document out of its JSON text, checked, and the first walk) stands
``json.loads`` alone. Making the documents is not measured, and all times are those of the processor, so that other
processes of the machine hardly count; how much they did is told at the end.
"""

from __future__ import annotations

import argparse
import gc
import json
import math
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / ".ansible" / "collections"))

from ansible_collections.packetwalk.labs.plugins.plugin_utils import _state
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._engine import Engine
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._hop import Place, Walk
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._packet import Packet
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._world import World
from generated_swarm import TARGET_PORT, Endpoint, Plan, Virtual, document

SEED = 1
TABLES = ("links", "addresses", "routes", "rules", "neighbours", "fdb", "ipvs", "sockets")


class Result(NamedTuple):
    """Of one size: seconds, megabytes, and numbers of walks."""

    nodes: int
    megabytes: float
    load: float
    floor_of_load: float
    median: float
    slow: float
    mean: float
    scan: float
    hops: float
    walks: int
    right: int


def walked(engine: Engine, client: Endpoint, virtual: Virtual) -> Walk:
    """The first packet of a connection from a task to a virtual address."""
    place = Place("output", engine.world.namespace(client.node, client.namespace))
    packet = Packet("tcp", virtual.address, source_port=40000, destination_port=TARGET_PORT)
    return engine.explore(place, packet)


def is_right(walk: Walk, virtual: Virtual) -> bool:
    """Whether the walk is delivered to every task of the service once, and to nobody else."""
    recipients = [hop.note.recipient for hop in walk.ends]
    return walk.verdict == "delivered" and sorted(map(str, recipients)) == sorted(task.name for task in virtual.tasks)


def timed(function: Callable[..., Any], *arguments: Any) -> tuple[float, Any]:
    """Seconds of the processor, and what came of it."""
    started = time.process_time()
    found = function(*arguments)
    return time.process_time() - started, found


def loaded(text: str, client: Endpoint, virtual: Virtual) -> Engine:
    engine = Engine(World(_state.load(text)))
    walked(engine, client, virtual)
    return engine


def scanned(state: dict[str, Any], wanted: set[int]) -> int:
    """How many of the wanted rows (by identity) one pass over all of them finds."""
    return sum(
        id(row) in wanted
        for node in state["nodes"].values()
        for namespace in node["namespaces"].values()
        for table in TABLES
        for row in namespace[table]
    )


def made(plan: Plan) -> str:
    """JSON of the document, as small as it gets: the indentation of a saved one would take minutes to write."""
    gc.disable()
    try:
        return json.dumps(document(plan))
    finally:
        gc.enable()
        gc.collect()


def measured(nodes: int, walks: int) -> Result:
    plan = Plan(nodes, SEED)
    text = made(plan)
    pairs = random.Random(SEED).choices(plan.pairs(), k=walks)
    load, engine = timed(loaded, text, *pairs[0])
    seconds, hops, right = [], [], 0
    for client, virtual in pairs:
        taken, walk = timed(walked, engine, client, virtual)
        seconds.append(taken)
        hops.append(len(walk.hops))
        right += is_right(walk, virtual)
    wanted = {id(hop.note.row) for hop in walk.hops}
    scan, _found = timed(scanned, engine.world.document, wanted)
    del engine, walk
    gc.collect()
    floor_of_load, _document = timed(json.loads, text)
    return Result(
        nodes,
        len(text) / 1e6,
        load,
        floor_of_load,
        statistics.median(seconds),
        statistics.quantiles(seconds, n=20)[-1],
        statistics.fmean(seconds),
        scan,
        statistics.fmean(hops),
        walks,
        right,
    )


def exponent(sizes: Sequence[float], times: Sequence[float]) -> float:
    """Of a power law, by least squares over the logarithms."""
    return statistics.linear_regression([*map(math.log, sizes)], [*map(math.log, times)]).slope


def report(results: list[Result]) -> None:
    print(f"{'nodes':>5}{'MB':>7}{'what':>10}{'ours':>14}{'floor or scan':>16}{'ratio':>8}")
    for row in results:
        print(
            f"{row.nodes:>5}{row.megabytes:>7.0f}{'load':>10}{row.load:>12.2f} s{row.floor_of_load:>14.2f} s"
            f"{row.load / row.floor_of_load:>8.1f}"
        )
        print(
            f"{'':>12}{'walk':>10}{row.median * 1e3:>11.2f} ms{row.scan * 1e3:>13.1f} ms{row.scan / row.median:>8.0f}"
            f"   95 of 100 under {row.slow * 1e3:.2f} ms, {1 / row.mean:.0f} walks/s, {row.hops:.0f} hops each,"
            f" {row.right} of {row.walks} right"
        )
    if len(results) > 1:
        nodes, megabytes = [row.nodes for row in results], [row.megabytes for row in results]
        walks, loads = [row.median for row in results], [row.load for row in results]
        print(f"exponent of the time of a walk: {exponent(nodes, walks):.2f} of nodes")
        print(
            f"exponent of the load: {exponent(megabytes, loads):.2f} of MB, {exponent(nodes, loads):.2f} of nodes"
            f" (MB: {exponent(nodes, megabytes):.2f} of nodes)"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nodes", type=int, nargs="+", default=[10, 30, 100])
    parser.add_argument("--walks", type=int, default=10_000, help="in the largest swarm; a fifth of it in the others")
    options = parser.parse_args()
    wall, processor = time.perf_counter(), time.process_time()
    largest = max(options.nodes)
    results = [measured(nodes, options.walks if nodes == largest else options.walks // 5) for nodes in options.nodes]
    report(results)
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    print(f"{wall:.0f} s in all, of which this process had a processor for {processor:.0f} s")
    if any(row.right < row.walks for row in results):
        raise SystemExit("Some walks ended at other places than the tasks of the service.")


if __name__ == "__main__":
    main()
