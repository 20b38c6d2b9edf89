# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules on a stand-in for the vtysh of OpenSwitch, whose images are gone: it answers in OpenSwitch's forms."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args
from ansible_collections.packetwalk.labs.plugins.module_utils._probing import _tools
from ansible_collections.packetwalk.labs.plugins.modules import switch_config, switch_info

# Answers the command that it is asked with the file of that name, and keeps what it is told.
VTYSH = """#!/bin/sh
cd "$(dirname "$0")"
if [ "$1" = -E ]; then
  shift
  while [ $# -gt 0 ]; do
    echo "ops1(config)# $2"
    echo "$2" >>told
    [ "$2" != "vlan 4000" ] || echo "% Unknown command."
    shift 2
  done
  cp after "show running-config" 2>/dev/null
elif [ -e "$2" ]; then
  cat "$2"
elif [ "$2" = "copy running-config startup-config" ]; then
  echo "$2" >>told
else
  echo "% Unknown command."
fi
"""
RUNNING = """Current configuration:
!
!Version OpenSwitch 0.4.0 (Build: genericx86-64-ops-0.4.0)
hostname switch
vlan 1
    no shutdown
"""
AFTER = (
    RUNNING.replace("hostname switch", "hostname ops1")
    + """vlan 10
    no shutdown
interface 3
    no routing
    vlan access 10
"""
)
TABLE = """Status codes: s suppressed, d damped, h history, * valid, > best, = multipath,
              i internal, S Stale, R Removed
Origin codes: i - IGP, e - EGP, ? - incomplete

Local router-id 192.168.101.1
   Network          Next Hop            Metric LocPrf Weight Path
*> 192.168.101.0/24 0.0.0.0                  0      0  32768 i
Total number of entries 1
"""
LLDP = """Total neighbor entries : 0

Local Port     Neighbor Chassis-ID      Neighbor Port-ID         TTL
1
"""
DESIRED = {"hostname": "ops1", "vlans": [{"id": 1}, {"id": 10, "interfaces": ["3"]}]}


@pytest.fixture
def switch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    answers = {
        "vtysh": VTYSH,
        "show version": "OpenSwitch 0.4.0 (Build: genericx86-64-ops-0.4.0)\n",
        "show running-config": RUNNING,
        "show ip bgp": TABLE,
        "show lldp neighbor-info": LLDP,
        "show ip route": "\nNo ipv4 rib entries\n",
    }
    for name, text in answers.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "vtysh").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    _tools.find.cache_clear()
    yield tmp_path
    _tools.find.cache_clear()


def run(capsys: pytest.CaptureFixture[str], module: Any, **arguments: Any) -> dict[str, Any]:
    with patch_module_args(arguments), pytest.raises(SystemExit):
        module.main()
    result: dict[str, Any] = json.loads(capsys.readouterr().out)
    return result


def test_openswitch_is_known_by_its_version(switch: Path, capsys: pytest.CaptureFixture[str]) -> None:
    subset = ["bgp_table", "lldp_neighbours", "routes", "ospf_neighbours", "running_config"]
    found = run(capsys, switch_info, subset=subset)["switch"]

    assert (found["flavour"], found["version"]) == ("openswitch", "0.4.0")
    assert [path["network"] for path in found["bgp_table"]["paths"]] == ["192.168.101.0/24"]
    assert (found["lldp_neighbours"], found["routes"], found["ospf_neighbours"]) == ([], [], None)
    assert found["ospf_neighbours_reason"] == "show ip ospf neighbor: Unknown command"
    assert found["running_config"] == {"hostname switch": {}, "vlan 1": {"no shutdown": {}}}


def test_vlans(switch: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (switch / "after").write_text(AFTER)
    made = run(capsys, switch_config, config=DESIRED, namespace="host", save=True)
    again = run(capsys, switch_config, config=DESIRED, namespace="host", save=True)

    assert (made["changed"], made["flavour"], made["saved"]) == (True, "openswitch", True)
    assert (switch / "told").read_text().splitlines() == [
        *("configure terminal", "hostname ops1", "vlan 10", "no shutdown", "exit"),
        *("interface 3", "no routing", "vlan access 10", "exit", "end", "copy running-config startup-config"),
    ]
    assert (again["changed"], again["saved"]) == (False, False)


def test_the_command_that_is_refused_is_named(switch: Path, capsys: pytest.CaptureFixture[str]) -> None:
    refused = run(capsys, switch_config, config={"vlans": [{"id": 1}, {"id": 4000}]}, namespace="host")

    assert refused["msg"] == "The switch refused vlan 4000: Unknown command."
