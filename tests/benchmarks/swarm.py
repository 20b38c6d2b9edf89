# SPDX-License-Identifier: GPL-3.0-or-later
"""How long building and verifying the Swarm lab takes: the playbooks against a bare shell script and an empty playbook.

Run as root with the node image present (``bin/lab`` makes it): ``python tests/benchmarks/swarm.py``. The shell script
does the same steps with the docker command alone, without asking what is there already. Both build on names and a
subnet of their own, alternately, and everything is removed at the end; the best of each counts.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PLAYBOOK = Path(sys.executable).parent / "ansible-playbook"
LAB = "benchmark"
SUBNET = "192.168.97.0/24"

BUILD = r"""
set -eu
nodes='manager1 worker1 worker2'
docker network create --subnet 192.168.97.0/24 packetwalk-benchmark
address=100
for node in $nodes; do
  docker volume create benchmark-$node-docker
  docker run --detach --init --name benchmark-$node --hostname $node \
    --network packetwalk-benchmark --ip 192.168.97.$address --cap-add ALL $DROP \
    --security-opt apparmor=unconfined --security-opt seccomp=unconfined --cgroupns host \
    --device-cgroup-rule 'a *:* rwm' --volume /sys/fs/cgroup:/sys/fs/cgroup \
    --volume benchmark-$node-docker:/var/lib/docker \
    --label packetwalk.lab=benchmark --label packetwalk.node=$node \
    $IMAGE sh -c 'mount -o remount,rw /sys && umount /proc/sys && exec sleep infinity'
  address=$((address + 1))
done
for node in $nodes; do
  docker exec --env DOCKER_SERVICE_PREFER_OFFLINE_IMAGE=1 --detach benchmark-$node \
    dockerd --cgroup-parent /packetwalk/benchmark/$node
done
on() { node=$1; shift; docker exec benchmark-$node "$@"; }
for node in $nodes; do until on $node docker info >/dev/null 2>&1; do sleep 0.2; done; done
on manager1 docker swarm init --advertise-addr 192.168.97.100 --default-addr-pool 10.0.0.0/8
token=$(on manager1 docker swarm join-token --quiet worker)
for node in worker1 worker2; do on $node docker swarm join --token $token 192.168.97.100:2377; done
for node in $nodes; do
  for version in 1 2; do
    docker exec --interactive --env IMAGE=packetwalk/web:$version --env VERSION=$version benchmark-$node sh < $WEB
  done
done
on manager1 docker network create --driver overlay --subnet 10.0.1.0/24 --attachable overlay1
on manager1 docker network create --driver overlay --subnet 10.0.2.0/24 mynet0
create='docker service create --quiet --no-resolve-image --network overlay1 --endpoint-mode dnsrr'
on manager1 $create --name client packetwalk/web:1 sleep infinity
on manager1 $create --name vote --replicas 2 --publish mode=host,target=80,published=8080 packetwalk/web:1
on manager1 $create --name redis --replicas 3 --update-delay 10s packetwalk/web:1
"""

EMPTY = """
- hosts: nodes
  gather_facts: false
  tasks:
    - ansible.builtin.ping:
"""


def seconds(command: list[str], **options: object) -> float:
    """Wall time of one run."""
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=ROOT, **options)  # type: ignore[call-overload]
    return time.perf_counter() - started


def inventory(folder: Path) -> Path:
    """The users' inventory with the benchmark's name and subnet."""
    copy = folder / "inventory"
    shutil.copytree(ROOT / "inventories" / "swarm", copy)
    for file in copy.rglob("*.yml"):
        text = file.read_text().replace("192.168.99.", "192.168.97.").replace("lab_name: swarm", f"lab_name: {LAB}")
        file.write_text(text)
    return copy


def script_environment() -> dict[str, str]:
    """What the shell script has to know of this machine."""
    status = Path("/proc/self/status").read_text().splitlines()
    bounding = int(next(line.split()[1] for line in status if line.startswith("CapBnd")), 16)
    resource = 24  # CAP_SYS_RESOURCE, the one that sandboxes take away
    images = subprocess.check_output(
        ["docker", "images", "--format", "{{.Repository}}:{{.Tag}}", "packetwalk/node"], text=True
    )
    if not images:
        raise SystemExit("There is no node image. Run bin/lab first.")
    return {
        **os.environ,
        "IMAGE": images.split()[0],
        "DROP": "" if bounding >> resource & 1 else "--cap-drop SYS_RESOURCE",
        "WEB": str(ROOT / "roles" / "swarm" / "files" / "web-image.sh"),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=2)
    options = parser.parse_args()
    environment = script_environment()
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        play = [str(PLAYBOOK), "-i", str(inventory(folder))]
        destroy = [*play, "playbooks/destroy.yml"]
        (folder / "empty.yml").write_text(EMPTY)
        measures: dict[str, Callable[[], float]] = {
            "script": lambda: seconds(["bash", "-c", BUILD], env=environment),
            "build": lambda: seconds([*play, "playbooks/site.yml"]),
            "again": lambda: seconds([*play, "playbooks/site.yml"]),
            "verify": lambda: seconds([*play, "playbooks/verify.yml", "-e", f"report_dir={folder}/reports"]),
            "empty": lambda: seconds([*play, str(folder / "empty.yml")]),
        }
        taken: dict[str, list[float]] = {name: [] for name in measures}
        try:
            for _run in range(options.runs):
                taken["script"].append(measures["script"]())
                seconds(destroy)
                for name in ("build", "again", "verify", "empty", "verify", "empty"):
                    taken[name].append(measures[name]())
                seconds(destroy)
        finally:
            seconds(destroy)
    best = {name: min(times) for name, times in taken.items()}
    print(f"{'what':<58}{'ours [s]':>10}{'theirs [s]':>12}{'ratio':>8}")
    for what, mine, theirs in (
        ("build: site.yml / shell script with the same steps", best["build"], best["script"]),
        ("build again, nothing to change / the same script", best["again"], best["script"]),
        ("verify.yml / playbook with one empty task on each node", best["verify"], best["empty"]),
    ):
        print(f"{what:<58}{mine:>10.2f}{theirs:>12.2f}{mine / theirs:>8.2f}")


if __name__ == "__main__":
    main()
