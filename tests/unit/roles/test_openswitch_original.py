# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role ``openswitch`` waits for on the original OpenSwitch.

Its image is in no registry any more, so a double stands for it: its files, a namespace, and a real ``ovsdb-server``
with the one column that is asked for. All of it is in mount and network namespaces that end with the test.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

FILES = Path(__file__).resolve().parents[3] / "roles" / "openswitch" / "files"

SCHEMA = """{"name": "OpenSwitch", "version": "0.1.0",
  "tables": {"System": {"isRoot": true, "columns": {"cur_hw": {"type": "integer"}}}}}"""

PREPARE = """
mount -t tmpfs tmpfs /run
[ /var/run -ef /run ] || mount --bind /run /var/run
mount -t tmpfs tmpfs /tmp
mkdir /tmp/above /tmp/work /tmp/commands
mount -t overlay overlay -o lowerdir=/etc,upperdir=/tmp/above,workdir=/tmp/work /etc
mkdir -p /etc/openswitch/hwdesc
printf '#!/bin/sh' >/tmp/commands/ops-switchd
chmod 755 /tmp/commands/ops-switchd
export PATH=/tmp/commands:$PATH
"""

# Each takes the double one step further on its way to being ready.
NAMESPACE = "ip netns add swns"
PORTS = f"sh {FILES}/fill-ports.sh 2 >/dev/null"
LINK = """
ip -n swns link del 1
ip -n swns link add 1 type veth peer name far
ip -n swns link set 1 up
ip -n swns link set far up
"""
DATABASE = f"""
echo '{SCHEMA}' >/run/schema
ovsdb-tool create /run/database /run/schema
mkdir -p /run/openvswitch
ovsdb-server /run/database --remote=punix:/run/openvswitch/db.sock --detach --no-chdir --pidfile=/run/server.pid \\
  --log-file=/dev/null 2>/dev/null
"""
DAEMON = "touch /run/openvswitch/ops-switchd.pid"


def insert(cur_hw: int) -> str:
    operations = ["OpenSwitch", {"op": "insert", "table": "System", "row": {"cur_hw": cur_hw}}]
    return f"ovsdb-client transact unix:/run/openvswitch/db.sock '{json.dumps(operations)}' >/dev/null"


END = """
[ ! -e /tmp/ops-virt-ports-ready ] || echo told
[ ! -e /run/server.pid ] || kill $(cat /run/server.pid)
"""


def ready(*steps: str) -> tuple[int, str]:
    """Take the steps, and return how ``ready.sh`` ends and what it says of two ports, of which port 1 is wired."""
    script = "\n".join(
        ["set -e", PREPARE, *steps, "set +e", f"sh {FILES}/ready.sh 2 1", "status=$?", END, "exit $status"]
    )
    done = subprocess.run(
        ["unshare", "--mount", "--net", "sh", "-c", script], check=False, capture_output=True, text=True, timeout=60
    )
    return done.returncode, done.stdout + done.stderr


WAY = (NAMESPACE, PORTS, LINK, DATABASE, DAEMON, insert(0), insert(1))
MISSING = (
    "there is no namespace swns",
    "there is no port 1 in swns",
    "the link at port 1 is not up",
    "the database of OpenSwitch does not listen at /var/run/openvswitch/db.sock",
    "ops-switchd does not run",
    "OpenSwitch has not read its hardware yet (cur_hw of System)",
    "OpenSwitch has not read its hardware yet (cur_hw of System)",
)


@pytest.fixture(autouse=True)
def _tools() -> None:
    absent = [command for command in ("unshare", "ovsdb-server", "ovsdb-client") if not shutil.which(command)]
    if absent:
        pytest.skip(f"no {', '.join(absent)}")


@pytest.mark.parametrize("number", range(len(MISSING)))
def test_what_is_missing_is_said(number: int) -> None:
    status, said = ready(*WAY[:number])
    assert status == 1
    assert said.splitlines()[0] == MISSING[number]


def test_an_original_that_has_done_all_of_it_is_ready() -> None:
    assert ready(*WAY) == (0, "told\n")
