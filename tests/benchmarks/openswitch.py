# SPDX-License-Identifier: GPL-3.0-or-later
"""How long labs of switches take to build and to destroy: the playbooks, a shell script, and Kathara.

Run as root where a Docker engine runs: ``python tests/benchmarks/openswitch.py``. It takes the lab of the OpenSwitch
article, and a Clos network, each with names and a subnet of its own, and removes them, also when it is interrupted.

The sides take turns; the best of each counts, and beside it stands the median. A build ends when BGP is established.
After that, and not timed, each side has to have the same BGP tables and to answer a ping from one end to the other.
The first build by the playbooks is not timed: it makes the image where it is missing, and says what the others have to
have. ``switches_by_hand.py`` says how the others do it. Kathara takes part where ``--kathara`` names a Python that has
it, and the engine has its network plugin; else the report says why not.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import switches_by_hand
from switches_by_hand import Plan

ROOT = Path(__file__).resolve().parents[2]
ANSIBLE = Path(sys.executable).parent
LAB = "benchmark-switches"
SUBNET = "192.168.93.0/24"
# Kathara takes letters and one line below.
KATHARA_PREFIX = "packetwalk_benchmark"
SECONDS_TO_SETTLE = 60


class Side(NamedTuple):
    """One way to build and destroy. ``containers`` is by node; ``enter`` leads to the ports of a switch."""

    build: Callable[[], None]
    destroy: Callable[[], None]
    containers: Callable[[], dict[str, str]]
    enter: list[str]


def run(command: list[str | Path]) -> None:
    """A command that ends with all of its children, whatever happens here."""
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(command, cwd=ROOT, stdout=said, stderr=said, start_new_session=True)
        try:
            process.wait()
        except BaseException:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait()
            raise
        if process.returncode:
            said.seek(0)
            sys.exit(f"{' '.join(map(str, command))[:200]} failed:\n{said.read()[-2000:]}")


def output(*command: str | Path) -> str:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def listed(*arguments: str) -> list[str]:
    """Rows that Docker lists."""
    return output("docker", *arguments).splitlines()


def openswitch_inventory(folder: Path) -> Path:
    """The users' inventory with the benchmark's name and subnet."""
    shutil.copytree(ROOT / "inventories" / "openswitch", folder)
    for file in folder.rglob("*.yml"):
        text = file.read_text().replace("192.168.96.", SUBNET[: SUBNET.rindex("0/")])
        file.write_text(text.replace("lab_name: openswitch", f"lab_name: {LAB}"))
    return folder


def clos_inventory(folder: Path, options: argparse.Namespace) -> Path:
    folder.mkdir()
    rows = {"plugin": "packetwalk.labs.clos", "lab_name": LAB, "nodes_subnet": SUBNET}
    rows.update({name: getattr(options, name) for name in ("spines", "leaves", "hosts_per_leaf")})
    (folder / "clos.yml").write_text(json.dumps(rows))
    return folder


def variables_of(inventory: Path) -> dict[str, dict[str, Any]]:
    """Host to its variables. Ansible marks text that an inventory plugin gave."""
    text = output(ANSIBLE / "ansible-inventory", "-i", inventory, "--list")
    shown = json.loads(text, object_hook=lambda row: row.get("__ansible_unsafe", row))
    return dict(shown["_meta"]["hostvars"])


def labelled() -> dict[str, str]:
    """Node to container, of what carries the label of the benchmark."""
    rows = listed(
        "ps", "--filter", f"label=packetwalk.lab={LAB}", "--format", '{{.Label "packetwalk.node"}} {{.Names}}'
    )
    return dict(row.split() for row in rows)


def of_kathara() -> dict[str, str]:
    """Node to container, of what Kathara made for the benchmark."""
    rows = listed("ps", "--filter", f"name=^{KATHARA_PREFIX}_", "--format", '{{.Label "name"}} {{.Names}}')
    return dict(row.split() for row in rows)


def playbooks(inventory: Path) -> Side:
    play = [ANSIBLE / "ansible-playbook", "-i", inventory]
    enter = ["ip", "netns", "exec", "swns"]
    return Side(
        lambda: run([*play, "playbooks/site.yml"]), lambda: run([*play, "playbooks/destroy.yml"]), labelled, enter
    )


def shell_script(plan: Plan) -> Side:
    build, destroy = switches_by_hand.build_by_hand(plan), switches_by_hand.destroy_by_hand(plan)
    enter = ["ip", "netns", "exec", "swns"]
    return Side(lambda: run(["bash", "-c", build]), lambda: run(["bash", "-c", destroy]), labelled, enter)


def kathara(plan: Plan, python: str, plugin: str, folder: Path) -> Side:
    folder.mkdir()
    for name, text in switches_by_hand.kathara_files(plan).items():
        (folder / name).write_text(text)
    command = [python, Path(__file__).with_name("kathara_lab.py")]

    def build() -> None:
        run([*command, "start", folder, KATHARA_PREFIX, plugin])
        run(["bash", "-ec", switches_by_hand.wait(plan, of_kathara())])

    return Side(build, lambda: run([*command, "remove", folder, KATHARA_PREFIX, plugin]), of_kathara, [])


def kathara_plugin() -> str | None:
    """Name of the network plugin that the engine has, without its tag."""
    names = [name.split(":")[0] for name in listed("plugin", "ls", "--format", "{{.Name}}")]
    return next((name for name in names if name.startswith("kathara/")), None)


def why_no_kathara(python: str) -> str | None:
    if subprocess.run([python, "-c", "import Kathara"], capture_output=True, check=False).returncode:
        return f"{python} has no Kathara: install it into an environment of its own, and name its Python with --kathara"
    if kathara_plugin() is None:
        return (
            "the Docker engine has no network plugin of Kathara, without which Kathara makes nothing:"
            " docker plugin install kathara/katharanp_vde:amd64, where a registry is within reach"
        )
    return None


def table(container: str) -> dict[str, list[tuple[str, str]]]:
    """Network to AS paths and next hops, of the BGP table of a switch."""
    shown = json.loads(output("docker", "exec", container, "vtysh", "-c", "show bgp ipv4 unicast json"))
    return {
        network: sorted((path["path"], hop["ip"]) for path in paths for hop in path["nexthops"])
        for network, paths in shown["routes"].items()
    }


def answers(plan: Plan, side: Side) -> bool:
    """Whether the last host, or switch where there are no hosts, answers the first one."""
    hosts = [name for name in plan.nodes if name not in plan.switches]
    ends = hosts or list(plan.switches)
    config = plan.nodes[ends[-1]]["openswitch_config" if ends[-1] in plan.switches else "openswitch_host_config"]
    address = config["interfaces"][0]["addresses"][0].split("/")[0]
    enter = [] if hosts else side.enter
    ping = ["docker", "exec", side.containers()[ends[0]], *enter, "ping", "-c", "1", "-W", "1", address]
    return subprocess.run(ping, capture_output=True, check=False).returncode == 0


def tables(plan: Plan, side: Side) -> dict[str, Any]:
    containers = side.containers()
    return {name: table(containers[name]) for name in plan.switches}


def settled(plan: Plan, side: Side, wanted: dict[str, Any] | None, name: str) -> dict[str, Any]:
    """The BGP tables, as soon as they are those that are wanted, or stay as they are, and the ends reach each other."""
    until = time.monotonic() + SECONDS_TO_SETTLE
    last: dict[str, Any] | None = None
    while time.monotonic() < until:
        found = tables(plan, side)
        if found == (wanted or last) and answers(plan, side):
            return found
        last = found
        time.sleep(1)
    sys.exit(
        f"{name}: BGP tables, or the answer to a ping, are not as they should be after {SECONDS_TO_SETTLE} seconds"
    )


def left_behind() -> list[str]:
    return [
        *listed("ps", "--all", "--quiet", "--filter", f"label=packetwalk.lab={LAB}"),
        *listed("network", "ls", "--quiet", "--filter", f"label=packetwalk.lab={LAB}"),
        *listed("ps", "--all", "--quiet", "--filter", f"name=^{KATHARA_PREFIX}_"),
        *listed("network", "ls", "--quiet", "--filter", f"name=^{KATHARA_PREFIX}_"),
    ]


@contextlib.contextmanager
def removed_when_interrupted(sides: dict[str, Side]) -> Iterator[None]:
    """Removes what was made when something goes wrong, and lets nobody interrupt that."""
    try:
        yield
    except BaseException:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        for side in sides.values():
            # A side that has made nothing has nothing to remove.
            with contextlib.suppress(SystemExit):
                side.destroy()
        raise


def stop(*_signal: object) -> None:
    raise KeyboardInterrupt


def measure(inventory: Path, folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    sides = {"playbooks": playbooks(inventory)}
    skipped: dict[str, str] = {}
    taken: dict[tuple[str, str], list[float]] = {}

    def timed(name: str, what: str, work: Callable[[], None]) -> None:
        begun = time.perf_counter()
        work()
        taken.setdefault((name, what), []).append(time.perf_counter() - begun)

    with removed_when_interrupted(sides):
        sides["playbooks"].build()
        image = listed("inspect", "--format", "{{.Config.Image}}", *labelled().values())[0]
        plan = Plan(LAB, SUBNET, image, variables_of(inventory))
        wanted = settled(plan, sides["playbooks"], None, "playbooks")
        sides["playbooks"].destroy()
        sides["shell script"] = shell_script(plan)
        reason = why_no_kathara(options.kathara)
        if reason is None:
            sides["Kathara"] = kathara(plan, options.kathara, str(kathara_plugin()), folder / "kathara")
        else:
            skipped["Kathara"] = reason
        load = os.getloadavg()[0]
        for _run in range(options.runs):
            for name, side in sides.items():
                timed(name, "build", side.build)
                settled(plan, side, wanted, name)
                timed(name, "destroy", side.destroy)
                if left_behind():
                    sys.exit(f"{name} left something behind: {', '.join(left_behind())}")
    best = {key: min(times) for key, times in taken.items()}
    return {
        "nodes": len(plan.nodes),
        "links": len(plan.links),
        "load_before": round(load, 2),
        **{
            f"{what}_seconds": {
                name: {"best": round(best[name, what], 2), "median": round(statistics.median(taken[name, what]), 2)}
                for name in sides
            }
            for what in ("build", "destroy")
        },
        "ratio": {
            f"{what}: playbooks / {name}": round(best["playbooks", what] / best[name, what], 2)
            for what in ("build", "destroy")
            for name in sides
            if name != "playbooks"
        },
        "skipped": skipped,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--lab", choices=["openswitch", "clos"], action="append", help="only this one")
    parser.add_argument("--spines", type=int, default=4)
    parser.add_argument("--leaves", type=int, default=16)
    parser.add_argument("--hosts-per-leaf", type=int, default=1)
    parser.add_argument("--kathara", default=sys.executable, metavar="PYTHON")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, stop)
    for lab in options.lab or ["openswitch", "clos"]:
        with tempfile.TemporaryDirectory() as directory:
            folder = Path(directory)
            place = folder / "inventory"
            inventory = openswitch_inventory(place) if lab == "openswitch" else clos_inventory(place, options)
            try:
                report = measure(inventory, folder, options)
            except KeyboardInterrupt:
                sys.exit("Interrupted. What was made is removed.")
        print(json.dumps({lab: report}, indent=2), flush=True)


if __name__ == "__main__":
    main()
