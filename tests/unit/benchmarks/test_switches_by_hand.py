# SPDX-License-Identifier: GPL-3.0-or-later
"""What the benchmark makes by hand is the lab of the inventory: every link, every port, and the same configuration."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]
INVENTORY = ROOT / "inventories" / "openswitch"
sys.path.append(str(ROOT / "tests" / "benchmarks"))

import switches_by_hand
from switches_by_hand import Plan


def read(path: str) -> dict[str, Any]:
    variables: dict[str, Any] = yaml.safe_load((INVENTORY / path).read_text())
    return variables


@pytest.fixture
def plan() -> Plan:
    shared = read("group_vars/openswitch.yml")
    host = {
        "openswitch_host_config": {
            "interfaces": [{"name": "eth1", "addresses": ["10.2.1.2/24"]}],
            "static_routes": [{"destination": "10.2.0.0/16", "next_hop": "10.2.1.1"}],
        }
    }
    nodes = {name: read(f"host_vars/{name}.yml") for name in ("ops1", "ops2", "ops3")}
    nodes["host1"] = host
    to_host = {"ends": [{"switch": "ops3", "port": 2}, {"switch": "host1", "namespace": "host", "port": "eth1"}]}
    shared["openswitch_links"] = [*shared["openswitch_links"], to_host]
    for number, variables in enumerate(nodes.values()):
        variables.update(shared, nodes_address=f"192.168.93.{number + 11}")
    return Plan("bench", "192.168.93.0/24", "image:1", nodes)


def test_script_has_every_link_between_the_right_namespaces(plan: Plan) -> None:
    links = [line for line in switches_by_hand.build_by_hand(plan).splitlines() if line.startswith("link add")]
    inside = "root/run/netns/swns"

    assert links == [
        f"link add name 1 netns @ops1@/{inside} type veth peer name 1 netns @ops2@/{inside}",
        f"link add name 2 netns @ops2@/{inside} type veth peer name 1 netns @ops3@/{inside}",
        f"link add name 2 netns @ops3@/{inside} type veth peer name eth1 netns @host1@/ns/net",
    ]


def test_script_is_one_that_bash_can_read(plan: Plan) -> None:
    for script in (switches_by_hand.build_by_hand(plan), switches_by_hand.destroy_by_hand(plan)):
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)


def test_each_line_that_runs_in_a_container_is_the_text_that_was_meant() -> None:
    text = "printf 'a\\n' \"$x\"\ncat <<'END'\n"
    line = switches_by_hand._inside("node", text)
    argument = subprocess.run(
        ["bash", "-c", f'docker() {{ printf %s "${{@: -1}}"; }}; {line}'], capture_output=True, text=True, check=True
    )

    assert "\n" not in line
    assert argument.stdout == text


def test_ports_without_a_link_have_placeholders(plan: Plan) -> None:
    script = switches_by_hand._make_namespace(plan, "ops2")

    assert [line.split()[3] for line in script.splitlines() if line.startswith("tuntap")] == list("345678")


def test_kathara_has_the_same_links_and_configuration(plan: Plan) -> None:
    files = switches_by_hand.kathara_files(plan)

    assert set(files) == {"lab.conf", "ops1.startup", "ops2.startup", "ops3.startup", "host1.startup"}
    assert [line for line in files["lab.conf"].splitlines() if "link" in line] == [
        'ops1[0]="link0"',
        'ops2[0]="link0"',
        'ops2[1]="link1"',
        'ops3[0]="link1"',
        'ops3[1]="link2"',
        'host1[0]="link2"',
    ]
    assert "interface eth1\n ip address 192.168.102.1/24\n" in files["ops2.startup"]
    assert " neighbor 192.168.101.1 remote-as 65001\n" in files["ops2.startup"]
    assert files["host1.startup"].endswith("ip route add 10.2.0.0/16 via 10.2.1.1\n")
