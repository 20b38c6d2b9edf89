# SPDX-License-Identifier: GPL-3.0-or-later
"""The walk playbook: its mistakes, a saved state, and a proof with this machine as the one node of a lab."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
STATE_FILE = ROOT / "tests" / "recordings" / "swarm-three-nodes-ipvs" / "state.json"
SAVED = ["state_file=" + str(STATE_FILE), "from=cli.n1", "to=web.2:80"]

# A machine with nothing but a loopback device: no engine, and no process but those of the test.
RIGHTS = [] if os.geteuid() == 0 else ["--map-root-user"]
ALONE = [
    *["unshare", *RIGHTS, "--net", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child"],
    *["sh", "-ec", 'mount -t tmpfs tmpfs /run; ip link set lo up; exec "$@"', "sh"],
]


def walk(
    directory: Path, variables: list[str], *options: str, before: Sequence[str] = ()
) -> subprocess.CompletedProcess[str]:
    inventory = {
        "vars": {"lab_name": "alone", "ansible_connection": "local", "ansible_python_interpreter": sys.executable},
        "children": {"nodes": {"hosts": {"n1": None}}},
    }
    (directory / "inventory.json").write_text(json.dumps({"all": inventory}), encoding="utf-8")
    environment = {
        **os.environ,
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".ansible" / "collections"),
        "ANSIBLE_LOCAL_TEMP": str(directory / "temporary"),
        "ANSIBLE_NOCOLOR": "1",
        "PWD": str(directory),
    }
    extra = [word for variable in variables for word in ("-e", variable)]
    playbook = ROOT / "playbooks" / "walk.yml"
    command = [sys.executable, "-m", "ansible", "playbook", "-i", "inventory.json", *options, *extra, str(playbook)]
    return subprocess.run(
        [*before, *command], cwd=directory, env=environment, check=False, capture_output=True, text=True, timeout=180
    )


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        (["from=n1"], "Name both ends of the walk, for example -e from=client.1 -e to=vote:80."),
        ([*SAVED, "prove=true"], "A saved state cannot be proved, as there are no nodes to send packets from;"),
        (["from=n1", "to=n2:80", "prove=true", "size_bytes=9000"], "a walk with size_bytes cannot be proved;"),
        ([*SAVED, "from=cli.n4"], "FROM cli.n4: no node, task, container, service, namespace or address"),
        ([*SAVED, "protocol=sctp"], "value of protocol must be one of: tcp, udp, icmp, got: sctp"),
        ([*SAVED, "expect=arrived"], "expect: 'arrived' is not understood; write VERDICT, VERDICT to NAME or"),
        (
            [*SAVED, "expect=dropped", "via=br9"],
            "end at hop 21 - expected dropped, actual delivered: delivered to web.2",
        ),
    ],
)
def test_mistakes_are_told_in_one_sentence(tmp_path: Path, variables: list[str], sentence: str) -> None:
    done = walk(tmp_path, variables)
    assert done.returncode == 2
    assert sum(line.startswith("[ERROR]: ") for line in done.stderr.splitlines() + done.stdout.splitlines()) == 1
    assert sentence in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert "evidence:" not in done.stdout
    assert "changed=0" in done.stdout


def test_a_saved_state(tmp_path: Path) -> None:
    done = walk(tmp_path, [*SAVED, "expect=delivered to web.2", "report_dir=elsewhere"])
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\ncli.n1 (10.0.1.8) on n1 -> web.2:80, tcp: delivered\n" in done.stdout
    assert sorted(path.name for path in (tmp_path / "elsewhere").iterdir()) == ["walk.json", "walk.mmd", "walk.txt"]
    assert "evidence:" not in done.stdout


def test_a_proof(tmp_path: Path) -> None:
    # Named by a token. Shorter names are those of tests that run beside this one.
    folders = "packetwalk-" + "[0-9a-f]" * 32
    before = set(Path("/tmp").glob(folders))
    variables = ["from=n1", "to=localhost", "protocol=icmp", "prove=true", "keep_captures=true"]
    done = walk(tmp_path, variables, before=ALONE)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\nproven: 2 of 2 places saw what was predicted, with 1 probe (answered)\n" in done.stdout
    reports = tmp_path / "reports" / "alone" / "walk"
    assert sorted(path.name for path in reports.iterdir()) == [
        *("n1.pcapng", "proof.json", "proof.txt", "state.json", "walk.json", "walk.mmd", "walk.txt")
    ]
    assert (reports / "n1.pcapng").read_bytes()[:4] == bytes.fromhex("0a0d0d0a")
    assert set(Path("/tmp").glob(folders)) == before


def test_nothing_to_prove(tmp_path: Path) -> None:
    done = walk(tmp_path, ["from=n1", "to=192.0.2.1:80", "prove=true"], before=ALONE)
    assert done.returncode == 2
    assert "The walk passes no device that can be watched, so there is nothing to prove." in done.stdout + done.stderr
