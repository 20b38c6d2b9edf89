# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine with switches, alone in network, mount and process namespaces of its own.

``read()`` starts this file under ``unshare``; it wires switches with ``link`` in many ways, and prints what happened.
All of it ends with its last process.

A container is a process with a network namespace and a ``/run`` of its own, where ``swns`` is. The Docker engine that
knows them is a test double; the namespaces and all interfaces are the kernel's.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Callable, Iterator

import isolation

HERE = Path(__file__).parent
COLLECTIONS = HERE.parents[3] / ".ansible" / "collections"
COMMANDS = ("ip", "unshare", "nsenter", "ethtool")

# Of a namespace that is gone the file stays.
CONTAINER = """
mount -t tmpfs tmpfs /run
ip netns add {}
touch /run/netns/stale
ip link set lo up
echo ready
exec sleep infinity
"""
MACHINE = """
mount -t tmpfs tmpfs /run
ip netns add host1
ip netns add host2
ip link add br0 type bridge
ip link add br1 type bridge
ip link add mine type veth peer name yours
ip link set br0 up
"""


@functools.lru_cache(maxsize=None)
def read() -> dict[str, Any]:
    """Return what each step gave, or ``refused``: what the kernel or a missing command said instead."""
    return isolation.outcome(__file__, COMMANDS, 120)


@contextlib.contextmanager
def containers(**namespaces: str) -> Iterator[dict[str, int]]:
    """Run a process for each container, with a namespace of the given name; yield process identifiers."""
    with contextlib.ExitStack() as stack:
        processes = {}
        for name, namespace in namespaces.items():
            command = ["unshare", "--mount", "--net", "sh", "-ec", CONTAINER.format(namespace)]
            processes[name] = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
            stack.callback(processes[name].kill)
        for process in processes.values():
            if process.stdout is None or process.stdout.readline() != "ready\n":
                raise RuntimeError("a container did not start")
        yield {name: process.pid for name, process in processes.items()}


class Machine:
    """What the steps work on: the module, and what is seen of the machine without it."""

    def __init__(self, docker_socket: str, processes: dict[str, int]) -> None:
        self._docker_socket = docker_socket
        self._processes = processes

    def link(self, links: Any = None, check: bool = False, **options: Any) -> dict[str, Any]:
        from ansible_collections.packetwalk.labs.plugins.modules import link

        arguments = {"lab": "t", "docker_socket": self._docker_socket, **options}
        if links is not None:
            arguments["links"] = links
        return {**isolation.run(link, check, **arguments), "seen": self.seen()}

    def info(self, **options: Any) -> dict[str, Any]:
        from ansible_collections.packetwalk.labs.plugins.modules import link_info

        return isolation.run(link_info, **{"lab": "t", **options})

    def inside(self, place: str) -> list[str]:
        """The command before one that runs in a namespace: of a switch, ``host1``, ``docker/ops1`` or ``machine``."""
        if place == "machine":
            return []
        if place.startswith("docker/"):
            return ["nsenter", f"--net=/proc/{self._processes[place[7:]]}/ns/net"]
        if place in self._processes:
            return ["nsenter", f"--net=/proc/{self._processes[place]}/root/run/netns/swns"]
        return ["nsenter", f"--net=/run/netns/{place}"]

    def ip(self, place: str, command: str) -> None:
        subprocess.run([*self.inside(place), "ip", *command.split()], check=True, stdout=sys.stderr)

    def seen(self) -> dict[str, list[str]]:
        """Each interface but loopbacks as ``name index peer flags mtu master alias addresses``."""
        places = ["machine", "host1", "host2", *self._processes, *(f"docker/{name}" for name in self._processes)]
        return {place: found for place in places if (found := self._interfaces(place))}

    def ethtool(self, place: str, name: str) -> str:
        command = [*self.inside(place), "ethtool", "-S", name]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def _interfaces(self, place: str) -> list[str]:
        command = [*self.inside(place), "ip", "-json", "-details", "address"]
        rows = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        return [_words(row) for row in rows if row["ifname"] not in ("lo", "br0", "br1", "mine", "yours")]


def _words(row: dict[str, Any]) -> str:
    addresses = [f"{each['local']}/{each['prefixlen']}" for each in row["addr_info"] if each["scope"] == "global"]
    words = [
        row["ifname"],
        "up" if "UP" in row["flags"] else "down",
        str(row["mtu"]),
        *([f"in {row['master']}"] if "master" in row else []),
        *addresses,
        *([f"[{row['ifalias']}]"] if row.get("ifalias") else []),
    ]
    return " ".join(words)


def end(text: str, **more: Any) -> dict[str, Any]:
    """``ops1:1``, ``/host1:eth0`` or ``=br0``."""
    if text.startswith("="):
        return {"bridge": text[1:], **more}
    place, port = text.split(":")
    return {("namespace" if place.startswith("/") else "switch"): place.lstrip("/"), "port": port, **more}


def wire(one: str, other: str, **more: Any) -> dict[str, Any]:
    return {"ends": [end(one), end(other)], **more}


def _making(machine: Machine) -> dict[str, Any]:
    links = [
        wire("ops1:1", "ops2:1", mtu_bytes=1400),
        wire("ops1:2", "/host1:eth0"),
        wire("ops1:3", "=br0"),
    ]
    steps = {
        "checked": machine.link(links, check=True),
        "made": machine.link(links),
        "ethtool": {name: machine.ethtool("ops1", name) for name in ("1", "2", "3")},
        "checked_again": machine.link(links, check=True),
        "again": machine.link(links, only=True),
    }
    machine.ip("ops1", "address add 10.0.2.1/24 dev 2")
    machine.ip("host1", "address add 10.0.2.2/24 dev eth0")
    steps["ping"] = _ping("host1", "10.0.2.1")
    # Of others, and of another lab.
    machine.ip("ops1", "link set 2 down")
    machine.ip("ops1", "link set 1 mtu 1500")
    machine.ip("machine", f"link set {_on_bridge(machine)} nomaster")
    steps["disturbed"] = machine.link(links)
    steps["moved_bridge"] = machine.link([*links[:2], wire("ops1:3", "=br1")])
    steps["others"] = machine.link([wire("ops3:1", "=br0")], lab="other")
    steps["only"] = machine.link(links[:1], only=True)
    steps["only_again"] = machine.link(links[:1], only=True)
    steps["removed_one"] = machine.link(links[:1], state="absent")
    steps["made_again"] = machine.link(links)
    steps["checked_removal"] = machine.link(state="absent", check=True)
    steps["removed"] = machine.link(state="absent")
    steps["removed_again"] = machine.link(state="absent")
    steps["others_removed"] = machine.link(lab="other", state="absent")
    return steps


def _on_bridge(machine: Machine) -> str:
    return machine.seen()["machine"][0].split()[0]


def _ping(namespace: str, destination: str) -> bool:
    from ansible_collections.packetwalk.labs.plugins.modules import packet_probe

    result = isolation.run(packet_probe, namespace=namespace, protocol="icmp", destination=destination, token="706b")
    return bool(result["probes"][0]["answered"])


def _rewiring(machine: Machine) -> dict[str, Any]:
    steps = {"start": machine.link([wire("ops1:1", "ops2:1"), wire("ops1:2", "ops3:2")])}
    for place, address in (("ops1", "10.0.0.1/24"), ("ops2", "10.0.0.2/24"), ("ops2", "fd00::2/64")):
        machine.ip(place, f"address add {address} dev 1 {'nodad' if ':' in address else ''}")
    # One end moves from switch to switch, the other one stays.
    steps["moved"] = machine.link([wire("ops1:1", "ops3:1"), wire("ops1:2", "ops3:2")])
    machine.ip("ops3", "address add 10.0.0.3/24 dev 1")
    machine.ip("ops3", "address add fd00::3/64 dev 1 nodad")
    # Two ports of a switch change places, so that each needs the name of the other one.
    steps["exchanged"] = machine.link([wire("ops1:1", "ops3:2"), wire("ops1:2", "ops3:1")])
    steps["exchanged_again"] = machine.link([wire("ops1:1", "ops3:2"), wire("ops1:2", "ops3:1")])
    # What somebody did by hand.
    machine.ip("ops1", "link set 1 down")
    machine.ip("ops1", "link set 1 name 9")
    machine.ip("ops1", "link set 2 netns 1")
    steps["by_hand"] = {"seen": machine.seen()}
    steps["healed"] = machine.link([wire("ops1:1", "ops3:2"), wire("ops1:2", "ops3:1")])
    # A port that is needed for another link, without only.
    steps["needed"] = machine.link([wire("ops2:1", "ops3:2")])
    steps["removed"] = machine.link(state="absent")
    return steps


def _adopting(machine: Machine) -> dict[str, Any]:
    machine.ip("ops1", f"link add 1 type veth peer name 1 netns {machine.inside('ops2')[1][len('--net=') :]}")
    links = [wire("ops1:1", "ops2:1")]
    steps = {
        "adopted": machine.link(links),
        "again": machine.link(links),
        "other_peer": machine.link([wire("ops1:1", "ops3:1"), wire("ops2:1", "ops3:2")]),
        "released": machine.link([], only=True),
        "released_again": machine.link(state="absent"),
    }
    machine.ip("ops1", "link delete 1")
    return steps


def _taking(machine: Machine) -> dict[str, Any]:
    """The article's way: what ``docker network connect net101 ops1`` makes, and then its three commands."""
    for number, name in ((1, "ops1"), (2, "ops2")):
        namespace = machine.inside(f"docker/{name}")[1][len("--net=") :]
        machine.ip("machine", f"link add veth{number} type veth peer name eth1 netns {namespace}")
        machine.ip("machine", f"link set veth{number} master br1 up")
        machine.ip(f"docker/{name}", f"address add 192.168.101.{number}/24 dev eth1")
        machine.ip(f"docker/{name}", "link set eth1 up")
    links = [{"ends": [end("ops1:1", interface="eth1"), end("ops2:1", interface="eth1")], "mtu_bytes": 1400}]
    steps = {
        "start": {"seen": machine.seen()},
        "checked": machine.link(links, check=True),
        "taken": machine.link(links),
        "again": machine.link(links, only=True),
        "missing": machine.link([{"ends": [end("ops3:1", interface="eth1")]}]),
        "only": machine.link([{"ends": links[0]["ends"][:1]}], only=True),
        "given_back": machine.link(state="absent"),
    }
    machine.link(links)
    machine.ip("docker/ops1", "link add eth1 type bridge")
    steps["not_given_back"] = machine.link(state="absent")
    machine.ip("docker/ops1", "link delete eth1")
    steps["given_back_again"] = machine.link(links, state="absent")
    for number in (1, 2):
        machine.ip("machine", f"link delete veth{number}")
    return steps


def _telling(machine: Machine) -> dict[str, Any]:
    """What ``link_info`` tells of links to bridges: one of each kind, one of another lab, and a bridge without any."""
    machine.link([wire("ops1:3", "=br0"), wire("ops1:2", "/host1:eth0"), wire("ops2:1", "ops3:1")])
    on_bridge = _on_bridge(machine)
    machine.ip("machine", "link set br0 type bridge group_fwd_mask 0x4000")
    machine.ip("machine", f"link set {on_bridge} type bridge_slave isolated on mcast_flood off group_fwd_mask 0x4")
    machine.link([wire("ops3:2", "=br0")], lab="other")
    namespace = machine.inside("docker/ops2")[1][len("--net=") :]
    machine.ip("machine", f"link add veth9 type veth peer name eth1 netns {namespace}")
    machine.ip("machine", "link set veth9 master br1 up")
    steps = {"before": machine.info()}
    machine.link([{"ends": [end("ops2:2", interface="eth1")]}])
    steps["after"] = machine.info()
    machine.link(state="absent")
    machine.link(lab="other", state="absent")
    machine.ip("machine", "link delete veth9")
    machine.ip("machine", "link set br0 type bridge group_fwd_mask 0")
    steps["none"] = machine.info()
    steps["named"] = machine.info(bridges=["br1", "br9"])
    return steps


@contextlib.contextmanager
def _before_each(work: Callable[[], None]) -> Iterator[None]:
    """Do something before each operation that is carried out."""
    from ansible_collections.packetwalk.labs.plugins.module_utils._probing._wiring import Wiring

    whole = Wiring.apply

    def apply(self: Wiring, operation: Any) -> None:
        work()
        whole(self, operation)

    Wiring.apply = apply  # type: ignore[method-assign]
    yield
    Wiring.apply = whole  # type: ignore[method-assign]


def _cut_off_after(count: int) -> Callable[[], None]:
    from ansible_collections.packetwalk.labs.plugins.module_utils._probing._wiring import Failed

    left = iter(range(count))

    def work() -> None:
        if next(left, None) is None:
            raise Failed("interrupted")

    return work


def _interrupting(machine: Machine) -> dict[str, Any]:
    """Each plan, cut off after each number of operations, and then asked for again."""
    first = [wire("ops1:1", "ops2:1"), wire("ops1:2", "ops3:2"), wire("ops1:3", "=br0", mtu_bytes=1400)]
    second = [wire("ops1:1", "ops3:2", mtu_bytes=1300), wire("ops1:2", "ops2:2"), wire("ops1:4", "/host1:eth0")]
    rows = []
    for before, after in (([], first), (first, second)):
        for count in range(100):
            machine.link(before, only=True)
            with _before_each(_cut_off_after(count)):
                interrupted = machine.link(after, only=True)
            carried_on = machine.link(after, only=True)
            rows.append({"interrupted": interrupted, "carried_on": carried_on, "again": machine.link(after, only=True)})
            if "failed" not in interrupted:
                break
    machine.link(state="absent")
    return {"rows": rows}


def _colliding(machine: Machine) -> dict[str, Any]:
    """Somebody takes the name of a port after it was looked at."""
    with _before_each(lambda: None if machine.seen() else machine.ip("host1", "link add 1 type bridge")):
        steps = {"collided": machine.link([wire("/host1:1", "/host2:1")])}
    machine.ip("host1", "link delete 1")
    return steps


def _refusing(machine: Machine) -> dict[str, Any]:
    machine.ip("ops1", "link add 7 type bridge")
    machine.link([wire("ops3:7", "=br0")], lab="other")
    before = machine.seen()
    stale = {"ends": [end("ops1:1", namespace="stale"), end("ops1:2")]}
    steps = {
        "switches": machine.link([wire("ops9:1", "stopped:1"), wire("bare:1", "bare:2"), stale]),
        "machine": machine.link([wire("/host9:1", "=br9"), wire("ops1:1", "=mine")]),
        "taken": machine.link([wire("ops1:7", "ops2:1"), wire("ops1:2", "ops3:7")]),
        "same": machine.link(
            [wire("ops1:1", "again:1"), wire("/host1:1", "/host2:1")],
            switches=[{"name": "again", "container": "t-ops1"}],
        ),
        "no_engine": machine.link([wire("ops1:1", "ops2:1")], docker_socket="/run/no.sock"),
        "all": machine.link([wire("ops1:1", "ops1:1"), wire("ops1:9", "ops2:1", mtu_bytes=1)], ports=8),
    }
    steps["untouched"] = {"before": before, "after": machine.seen()}
    machine.ip("ops1", "link delete 7")
    machine.link(lab="other", state="absent")
    return steps


def _impairing(machine: Machine) -> dict[str, Any]:
    links = [wire("ops1:1", "ops2:1", delay_milliseconds=20, loss_percent=1.5, rate_kilobits=1000)]
    steps = {
        "made": machine.link(links),
        "again": machine.link(links),
        "less": machine.link([wire("ops1:1", "ops2:1", delay_milliseconds=0.5)]),
        "none": machine.link([wire("ops1:1", "ops2:1")]),
        "none_again": machine.link([wire("ops1:1", "ops2:1")]),
    }
    machine.link(state="absent")
    return steps


def _main() -> None:
    sys.path[:0] = [str(COLLECTIONS), str(HERE.parent / "module_utils" / "_probing")]
    from test_docker_api import engine

    subprocess.run(["sh", "-ec", MACHINE], check=True, stdout=sys.stderr)
    with containers(ops1="swns", ops2="swns", ops3="swns", bare="other") as processes:
        # The first name that a container may have, and the second one.
        names = {"ops1": "t-ops1", "ops2": "ops2", "ops3": "ops3", "bare": "bare"}
        states = {names[name]: {"Running": True, "Pid": process} for name, process in processes.items()}
        states.update({"other-ops3": states["ops3"], "stopped": {"Running": False, "Pid": 0}})
        answers: dict[str, Any] = {
            f"/v1.41/containers/{name}/json": {"Id": name, "State": state} for name, state in states.items()
        }
        answers["/version"] = {"ApiVersion": "1.41", "MinAPIVersion": "1.12"}
        del processes["bare"]
        with engine(Path("/run"), answers) as server:
            machine = Machine(str(server.server_address), processes)
            steps: dict[str, Any] = {"before": machine.seen()}
            for part in (
                _making,
                _rewiring,
                _adopting,
                _taking,
                _telling,
                _interrupting,
                _colliding,
                _refusing,
                _impairing,
            ):
                steps[part.__name__[1:]] = part(machine)
            steps["after"] = machine.seen()
            steps["namespaces"] = sorted(os.listdir("/run/netns"))
    json.dump(steps, sys.stdout, indent=1)


if __name__ == "__main__":
    _main()
