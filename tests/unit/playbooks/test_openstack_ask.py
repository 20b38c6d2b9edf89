# SPDX-License-Identifier: GPL-3.0-or-later
"""The openstack_ask playbook: its mistakes, and a real OVN that has the logical network of a recorded cloud."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "plugins" / "module_utils" / "_probing"))
import neutron_network  # noqa: E402
import traced_network  # noqa: E402

ROOT = Path(__file__).parents[3]
UNNAMED = "9036c03d-3495-4e91-a38c-55e6e38f62b8"


def ask(directory: Path, databases: Path | None, *variables: str) -> subprocess.CompletedProcess[str]:
    """A lab whose one node is this machine. Its cloud does not answer, so names are those in the database."""
    hosts = {"hosts": {"n1": None}}
    groups = {"nodes": hosts, **({"ovn_central": hosts} if databases else {})}
    inventory = {
        "vars": {"lab_name": "alone", "ansible_connection": "local", "ansible_python_interpreter": sys.executable},
        "children": groups,
    }
    (directory / "inventory.json").write_text(json.dumps({"all": inventory}), encoding="utf-8")
    served = {
        f"ovn_connection_{name}": f"unix:{databases}/ovn{short}_db.sock"
        for name, short in (("northbound", "nb"), ("southbound", "sb"))
    }
    environment = {
        **os.environ,
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".ansible" / "collections"),
        "ANSIBLE_LOCAL_TEMP": str(directory / "temporary"),
        "ANSIBLE_NOCOLOR": "1",
    }
    extra = [word for variable in (json.dumps(served), *variables) for word in ("-e", variable)]
    playbook = ROOT / "playbooks" / "openstack_ask.yml"
    command = [sys.executable, "-m", "ansible", "playbook", "-i", "inventory.json", *extra, str(playbook)]
    return subprocess.run(
        command, cwd=directory, env=environment, check=False, capture_output=True, text=True, timeout=180
    )


@pytest.fixture(scope="module")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    if traced_network.missing():
        pytest.skip(traced_network.missing())
    directory = tmp_path_factory.mktemp("cloud")
    with neutron_network.logical(directory, unnamed=UNNAMED):
        yield directory


@pytest.mark.parametrize(
    ("central", "variables", "sentence"),
    [
        (False, [], "The inventory has no group ovn_central, so there is no OVN to ask."),
        (True, ["ask_to=vm1"], "Name where the way begins, for example -e ask_server=testinstance1."),
        (True, ["ask_server=vm1", "ask_port=22"], "Name where the port is, for example -e ask_to=testinstance3."),
    ],
)
def test_mistakes_are_told_in_one_sentence(tmp_path: Path, central: bool, variables: list[str], sentence: str) -> None:
    done = ask(tmp_path, tmp_path if central else None, *variables)
    assert done.returncode != 0
    assert sentence in " ".join((done.stdout + done.stderr).split())
    assert "Read OVN" not in done.stdout


def test_a_server_and_its_way(tmp_path: Path, databases: Path) -> None:
    done = ask(tmp_path, databases, "ask_server=vm1", "ask_to=vm2", "ask_port=22")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "changed=0 " in done.stdout
    lines = [line.strip(" -'\"") for line in done.stdout.splitlines()]
    for line in (
        "# Ports of vm1",
        "host: c1, bound to: c1",
        "dnat_and_snat    203.0.113.90       10.20.1.172           vm1 ",
        "# Way from vm1 to vm2",
        "verdict: output",
        "output to vm2 on c2",
    ):
        assert [one for one in lines if one.startswith(line)], (line, done.stdout)


def test_the_whole_network(tmp_path: Path, databases: Path) -> None:
    done = ask(tmp_path, databases)
    assert done.returncode == 0, done.stdout + done.stderr
    for text in ("switch int-net", "port provnet-ext-net", "Chassis c1", "# NAT of router1", "# Gateway of router1"):
        assert text in done.stdout


def test_a_name_that_nothing_has(tmp_path: Path, databases: Path) -> None:
    done = ask(tmp_path, databases, "ask_router=router9")
    assert done.returncode != 0
    assert "No router is called router9; there is router1." in " ".join((done.stdout + done.stderr).split())
