# SPDX-License-Identifier: GPL-3.0-or-later
"""How long building the cloud of the OpenStack lab takes: openstack.yml against a shell script with the same commands.

Run as root: ``python tests/benchmarks/cloud.py``; the node image is made when it is missing. A lab with a name and
subnets of its own is built up to OVN, its cloud by the playbook and by the script in turn, from nothing and from saved
databases, and everything is removed at the end; the best of each counts. The script asks for nothing that is there
already. It takes the configuration, the start scripts and the programs that the role wrote, and its
functions of the migrations.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FILES = ROOT / "roles" / "openstack_embedded" / "files"
PLAYBOOK = Path(sys.executable).parent / "ansible-playbook"
LAB = "benchmark"
CONTROLLER = f"{LAB}-controller"
DATABASES = "keystone neutron placement glance nova_api nova_cell0 nova_cell1"

# Neutron's rows in OVN are none yet, so that the cloud is its processes and its data.
CLEAR = r"""
ps -u openstack -o pid= | xargs -r kill -KILL
while ps -u openstack -o pid= | grep -q .; do sleep 0.1; done
rm -rf /var/lib/openstack/* /var/log/openstack/* /run/openstack/*
"""

BUILD = r"""
set -eu
launch() {
  for name in "$@"; do
    start-stop-daemon --start --background --make-pidfile --pidfile /run/openstack/$name.pid --chuid openstack \
      --chdir /var/lib/openstack --output /var/log/openstack/$name.output --startas /etc/openstack/services/$name
  done
}
launch mariadb rabbitmq
sql() { mariadb --no-defaults --socket=/run/openstack/mariadb.sock "$@"; }
until sql --execute 'SELECT 1' >/dev/null 2>&1; do sleep 0.1; done
"""
SERVE = r"""
launch keystone-api neutron-api placement-api glance-api nova-api neutron-ovn-maintenance-worker
programs=/usr/local/share/packetwalk/openstack_embedded
/opt/openstack/bin/python $programs/identity.py
launch nova-conductor nova-scheduler
until grep -qs "Starting conductor node" /var/log/openstack/nova-conductor.log; do sleep 0.2; done
launch nova-compute-compute1 nova-compute-compute2
/opt/openstack/bin/python $programs/ready.py
"""


def script(saved: bool) -> str:
    """The commands of a build, of which those that fill the databases are the migrations or the restoring of a dump."""
    migrations = f"{(FILES / 'migrate.sh').read_text()}\nmigrate {DATABASES}\n"
    return BUILD + ("sql </root/saved.sql\n" if saved else migrations) + SERVE


def inside(commands: str) -> float:
    """Wall time of commands on the controller."""
    started = time.perf_counter()
    subprocess.run(
        ["docker", "exec", "--interactive", CONTROLLER, "sh"],
        input=commands.encode(),
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - started


def play(inventory: Path, *arguments: str) -> float:
    """Wall time of a playbook."""
    started = time.perf_counter()
    command = [str(PLAYBOOK), "-i", str(inventory), *arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
    return time.perf_counter() - started


def copied_inventory(folder: Path) -> Path:
    """The users' inventory with the benchmark's name and subnets."""
    copy = folder / "inventory"
    shutil.copytree(ROOT / "inventories" / "openstack", copy)
    for file in copy.rglob("*.yml"):
        text = file.read_text().replace("192.168.96.", "192.168.97.").replace("172.24.5.", "172.24.97.")
        file.write_text(text.replace("lab_name: openstack", f"lab_name: {LAB}"))
    return copy


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=1)
    options = parser.parse_args()
    taken: dict[tuple[str, bool], list[float]] = {}
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        lab = copied_inventory(folder)
        saved = f"openstack_embedded_saved_database={folder}/saved"
        build = ("playbooks/openstack.yml", "-e", saved)
        try:
            play(lab, "playbooks/nodes.yml")
            play(lab, "playbooks/ovn.yml")
            for _run in range(options.runs):
                shutil.rmtree(folder / "saved", ignore_errors=True)
                # The first build saves what the second one takes.
                for from_saved in (False, True):
                    taken.setdefault(("ours", from_saved), []).append(play(lab, *build))
                    inside(CLEAR)
                [archive] = (folder / "saved").iterdir()
                subprocess.run(["docker", "cp", "--quiet", str(archive), f"{CONTROLLER}:/root/saved.sql"], check=True)
                for from_saved in (False, True):
                    taken.setdefault(("script", from_saved), []).append(inside(script(from_saved)))
                    inside(CLEAR)
        finally:
            play(lab, "playbooks/destroy.yml")
    print(f"{'what':<58}{'ours [s]':>10}{'theirs [s]':>12}{'ratio':>8}")
    for what, from_saved in (("cloud from nothing", False), ("cloud from saved databases", True)):
        mine, theirs = min(taken["ours", from_saved]), min(taken["script", from_saved])
        print(f"{what + ': openstack.yml / shell script':<58}{mine:>10.2f}{theirs:>12.2f}{mine / theirs:>8.2f}")


if __name__ == "__main__":
    main()
