# SPDX-License-Identifier: GPL-3.0-or-later
"""How long Neutron and OVN take to compare with 200 ports, beside neutron-ovn-db-sync-util in log mode.

Run ``python tests/benchmarks/neutron_ovn_diff.py`` for the comparison alone, on a state with as many ports as
``--ports`` says, made of the recorded one. With ``--inventory inventories/openstack`` that many ports are made in the
cloud of that lab too, one of them is removed from OVN and one ACL added, and the playbook and the program look for
that; afterwards both are mended, and the ports deleted.
"""

from __future__ import annotations

import argparse
import copy
import json
import platform
import statistics
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / ".ansible" / "collections"))

from ansible_collections.packetwalk.labs.plugins.plugin_utils._neutron_ovn._subjects import compare  # noqa: E402

STATE = ROOT / "tests" / "recordings" / "neutron-ovn" / "state.json"
LIKE = "06f528e3-300b-4271-b5fc-a6b25a551fbe"
CONFIGURATION = "/etc/openstack/neutron"
SYNCHRONIZE = (
    "runuser --user openstack -- /opt/openstack/bin/neutron-ovn-db-sync-util"
    f" --config-file {CONFIGURATION}/neutron.conf --config-file {CONFIGURATION}/ml2_conf.ini --ovn-neutron_sync_mode"
)
MAKE = """
set -e
cat > /tmp/many_ports.py <<'END'
import sys, openstack
cloud = openstack.connect(cloud="packetwalk")
network = cloud.network.find_network("benchmark") or cloud.network.create_network(name="benchmark")
if sys.argv[1] == "make":
    cloud.network.create_subnet(network_id=network.id, ip_version=4, cidr="10.98.0.0/16", name="benchmark")
    for number in range(int(sys.argv[2])):
        port = cloud.network.create_port(network_id=network.id, name=f"benchmark{number}")
    print(port.id)
else:
    for port in cloud.network.ports(network_id=network.id):
        cloud.network.delete_port(port)
    cloud.network.delete_network(network)
END
OS_CLIENT_CONFIG_FILE=/etc/openstack/clouds.yaml /opt/openstack/bin/python /tmp/many_ports.py
"""


def many(ports: int) -> dict[str, Any]:
    """The recorded cloud with so many unplugged ports more."""
    document: dict[str, Any] = json.loads(STATE.read_text())
    neutron, northbound = document["control"]["neutron"], document["control"]["ovn_nb"]
    bindings = document["control"]["ovn_sb"]["port_bindings"]
    wanted = next(row for row in neutron["ports"] if row["id"] == LIKE)
    switch = next(row for row in northbound["switches"] if any(port["name"] == LIKE for port in row["ports"]))
    logical = next(port for port in switch["ports"] if port["name"] == LIKE)
    binding = next(row for row in bindings if row["name"] == LIKE)
    for number in range(ports):
        name, mac = str(uuid.UUID(int=number)), f"fa:16:3e:00:{number // 256:02x}:{number % 256:02x}"
        address = f"10.20.{number // 256}.{number % 256}"
        own = {
            "id": name,
            "mac": mac,
            "addresses": [{"subnet": wanted["addresses"][0]["subnet"], "address": address}],
            "host": None,
            "vif_type": "unbound",
            "status": "DOWN",
        }
        text = [f"{mac} {address}"]
        neutron["ports"].append({**copy.deepcopy(wanted), **own})
        switch["ports"].append(
            {
                **copy.deepcopy(logical),
                "name": name,
                "addresses": text,
                "port_security": text,
                "options": {},
                "up": False,
            }
        )
        bindings.append({**copy.deepcopy(binding), "name": name, "chassis": None, "up": False})
        for group in northbound["port_groups"]:
            if LIKE in group["ports"]:
                group["ports"].append(name)
    return document


def alone(ports: int, runs: int) -> dict[str, Any]:
    """The comparison without reading anything; one port is missing in OVN."""
    document = many(ports)
    gone = str(uuid.UUID(int=0))
    for switch in document["control"]["ovn_nb"]["switches"]:
        switch["ports"] = [port for port in switch["ports"] if port["name"] != gone]
    for group in document["control"]["ovn_nb"]["port_groups"]:
        group["ports"] = [name for name in group["ports"] if name != gone]
    taken = []
    for _run in range(runs):
        begun = time.perf_counter()
        found = [row for compared in compare(document) for row in compared.rows()]
        taken.append(time.perf_counter() - begun)
    if {row["id"] for row in found} != {gone}:
        sys.exit(f"the missing port was not found, but {found}")
    return {"objects": len(compare(document)), "seconds": round(statistics.median(taken), 3)}


def in_lab(inventory: str, ports: int) -> dict[str, Any]:
    """Both on the controller of a lab that is as it should be."""

    def on_controller(command: str) -> str:
        arguments = ["ansible", "openstack_controller", "-i", inventory, "-m", "ansible.builtin.shell", "-a", command]
        finished = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, check=True)
        return finished.stdout

    def playbook() -> tuple[float, list[dict[str, Any]]]:
        report = ROOT / "reports" / "benchmark"
        begun = time.perf_counter()
        arguments = [
            "ansible-playbook",
            "-i",
            inventory,
            "playbooks/neutron_ovn_diff.yml",
            "-e",
            f"report_dir={report}",
        ]
        subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, check=False)
        taken = time.perf_counter() - begun
        found: list[dict[str, Any]] = json.loads((report / "drift.json").read_text())
        return taken, found

    port = on_controller(f"{MAKE.strip()} make {ports}").split()[-1]
    try:
        on_controller(f"ovn-nbctl lsp-del {port}")
        on_controller("ovn-nbctl --type=port-group acl-add neutron_pg_drop to-lport 1002 'ip4 && tcp.dst == 7' allow")
        seconds, drifts = playbook()
        begun = time.perf_counter()
        on_controller(f"{SYNCHRONIZE} log --log-file /var/log/openstack/log-mode.log")
        program = time.perf_counter() - begun
        told = on_controller(f"grep -c -e {port} -e 'dst == 7' /var/log/openstack/log-mode.log || true").split()[-1]
        on_controller(f"{SYNCHRONIZE} repair")
        after = playbook()[1]
    finally:
        on_controller(f"{MAKE.strip()} delete")
    return {
        "playbook_seconds": round(seconds, 1),
        "playbook_found": [f"{row['kind']} {row['what']}" for row in drifts],
        "program_seconds": round(program, 1),
        "program_lines_that_tell_it": int(told),
        "left_after_repair": [f"{row['kind']} {row['what']}" for row in after],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ports", type=int, default=200)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--inventory", help="of a lab with OpenStack")
    options = parser.parse_args()
    report: dict[str, Any] = {
        "python": platform.python_version(),
        "ports": options.ports,
        "comparison": alone(options.ports, options.runs),
    }
    if options.inventory:
        report["lab"] = in_lab(options.inventory, options.ports)
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
