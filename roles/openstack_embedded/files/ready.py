# SPDX-License-Identifier: GPL-3.0-or-later
"""Wait until the cloud works: every API answers through Keystone, every agent and every compute service is alive.

Says what it changed, and at the end what is missing.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pymysql
from cloud import COMPUTE, administrator, left_computes, wanted
from keystoneauth1 import exceptions
from keystoneauth1.session import Session

LOGS = "/var/log/openstack"
# Is there where systemd runs (sd_booted(3)).
SYSTEMD = Path("/run/systemd/system")


def began(process: str) -> str | None:
    """When a process began, in clock ticks since the start of the machine (proc_pid_stat(5)); None when it ended."""
    try:
        state, *fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(") ")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if state == "Z" else fields[18]


def ended() -> Iterator[str]:
    """Which services have ended since services.sh started them. Nova takes one that did for up for another minute."""
    for known in sorted(Path("/run/openstack").glob("*.process")):
        if SYSTEMD.is_dir():
            command = ["systemctl", "--quiet", "is-active", f"openstack@{known.stem}"]
            runs = subprocess.run(command, check=False).returncode == 0
        else:
            process, start, *rest = known.read_text(encoding="ascii").split()
            runs = began(process) == start
        if not runs:
            yield f"{known.stem} has ended, look at {LOGS}/{known.stem}*"


def silent(session: Session, services: list[dict[str, Any]]) -> Iterator[str]:
    """Which services do not answer, and where to look."""
    for service in services:
        try:
            session.get(service["url"].removesuffix("/") + service["api"]["asked"])
        except exceptions.ClientException as error:
            # What is at the end of it says why, the rest is of the library.
            reason = str(error).rsplit(": ", 1)[-1].strip("'\")>")
            yield f"{service['name']} does not answer at {service['url']} ({reason}), look at {LOGS}/{service['name']}*"


def agents(session: Session, url: str, chassis: list[str]) -> Iterator[str]:
    """Which chassis has no agent that Neutron knows as alive."""
    found = session.get(f"{url}/v2.0/agents").json()["agents"]
    alive = {agent["host"] for agent in found if agent["alive"] and agent["binary"] == "ovn-controller"}
    for host in sorted(set(chassis) - alive):
        yield f"Neutron knows no ovn-controller of {host} that is alive"


def unmapped(socket: str, computes: list[str]) -> list[str]:
    """Compute services that Nova has not found yet."""
    with pymysql.connect(
        unix_socket=socket, user="root", database="nova_api"
    ) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT host FROM host_mappings")
        return sorted(set(computes) - {row[0] for row in cursor.fetchall()})


def discover(hosts: list[str]) -> None:
    """Let Nova find compute services that are up."""
    command = [
        "/opt/openstack/bin/nova-manage",
        "--config-file",
        "/etc/openstack/nova/nova.conf",
        "cell_v2",
        "discover_hosts",
    ]
    subprocess.run(command, check=True, user="openstack", group="openstack", extra_groups=[], stdout=sys.stderr)
    print(f"discovered {', '.join(hosts)}")


def computes(session: Session, cloud: dict[str, Any]) -> Iterator[str]:
    """Which services of Nova are missing."""
    services = session.get("/os-services", **COMPUTE).json()["services"]
    # Nova would wait for them when it is asked to delete a server of theirs.
    for service in left_computes(services, cloud):
        if not service["forced_down"]:
            session.put(f"/os-services/{service['id']}", json={"forced_down": True}, **COMPUTE)
            print(f"took the compute service of {service['host']} down")
    up = {(service["binary"], service["host"]) for service in services if service["state"] == "up"}
    for binary in ("nova-conductor", "nova-scheduler"):
        if binary not in {name for name, host in up}:
            yield f"{binary} is not up, look at {LOGS}/{binary}.log"
    missing = [host for host in cloud["computes"] if ("nova-compute", host) not in up]
    for host in missing:
        yield f"nova-compute of {host} is not up, look at {LOGS}/nova-compute-{host}.log"
    if not missing and (new := unmapped(cloud["database_socket"], cloud["computes"])):
        discover(new)
    providers = session.get("/resource_providers", endpoint_filter={"service_type": "placement"}).json()[
        "resource_providers"
    ]
    for host in sorted(set(cloud["computes"]) - {provider["name"] for provider in providers} - set(missing)):
        yield f"Placement knows nothing of {host} yet"


def missing(session: Session, cloud: dict[str, Any]) -> list[str]:
    """What is missing, a sentence each."""
    found = list(silent(session, cloud["services"]))
    if found:
        return found
    urls = {service["name"]: service["url"] for service in cloud["services"]}
    found = list(agents(session, urls["neutron"], cloud["chassis"]))
    return found + list(computes(session, cloud)) if "nova" in urls else found


def main() -> None:
    cloud = wanted()
    session = administrator(cloud)
    end = time.monotonic() + cloud["wait_seconds"]
    while True:
        gone = list(ended())
        try:
            lacking = gone or missing(session, cloud)
        except exceptions.ClientException as error:
            lacking = [f"{error}"]
        if not lacking:
            return
        # Only systemd would start them again.
        if time.monotonic() > end or gone and not SYSTEMD.is_dir():
            sys.exit("; ".join(lacking))
        time.sleep(0.5)


main()
