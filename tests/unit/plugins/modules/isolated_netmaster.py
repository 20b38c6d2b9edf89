# SPDX-License-Identifier: GPL-3.0-or-later
"""A real netmaster with etcd in namespaces of its own, beside a double of Docker, asked what the double is asked too.

``read()`` starts this file under ``unshare``; it prints the answers that were different. All of it ends with its last
process. The folder CONTIV_BINARIES has netmaster.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import isolation

COMMANDS = ("etcd", "ip", "mount", "unshare")
MACHINE = """
mount -t tmpfs tmpfs /run
ip link set lo up
# netmaster looks for an address of the host and for a default route.
ip link add eth0 type bridge
ip address add 192.168.2.50/24 dev eth0
ip link set eth0 up
ip route add default via 192.168.2.1
"""
STORE = "etcd://127.0.0.1:2379"
URL = "http://127.0.0.1:9999"

GROUP = {"tenantName": "t", "groupName": "g", "networkName": "n"}
NETWORK = {"tenantName": "t", "networkName": "n", "encap": "vxlan", "subnet": "10.1.0.0/24"}

# What Docker does, and what is asked then. These are the quirks that the recordings have as text only.
STEPS: tuple[tuple[str, str, Any], ...] = (
    ("POST", "tenants/t", {"tenantName": "t"}),
    ("docker", "refuses", True),
    ("POST", "networks/t:n", NETWORK),
    ("docker", "refuses", False),
    ("GET", "networks/t:n", None),
    ("GET", "inspect/globals/global", None),
    ("POST", "networks/t:n", NETWORK),
    ("DELETE", "networks/t:n", None),
    ("POST", "networks/t:n", NETWORK),
    ("docker", "loses", "n/t"),
    ("DELETE", "networks/t:n", None),
    ("GET", "networks/t:n", None),
    ("DELETE", "networks/t:n", None),
    ("POST", "networks/t:n", NETWORK),
    ("POST", "endpointGroups/t:g", GROUP),
    ("docker", "loses", "g/t"),
    ("docker", "gets", "g/t"),
    ("DELETE", "endpointGroups/t:g", None),
    ("POST", "endpointGroups/t:g", GROUP),
    ("docker", "loses", "g/t"),
    ("DELETE", "endpointGroups/t:g", None),
    ("DELETE", "endpointGroups/t:g", None),
    ("GET", "inspect/endpointGroups/t:g", None),
    ("POST", "endpointGroups/t:g", GROUP),
    ("DELETE", "networks/t:n", None),
)


def read() -> dict[str, Any]:
    """Return ``different``: name of a request to what the real one and the double said, or ``refused``."""
    return isolation.outcome(__file__, COMMANDS, seconds=120)


@contextlib.contextmanager
def daemon(*command: str) -> Iterator[None]:
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        yield
        process.kill()


def wait_for_netmaster() -> None:
    from netmaster_recordings import exchange

    until = time.monotonic() + 30
    while time.monotonic() < until:
        with contextlib.suppress(OSError):
            if exchange(URL, "GET", "/api/v1/tenants/default/")[0] == 200:
                return
        time.sleep(0.1)
    raise TimeoutError("netmaster does not answer")


def tutorial() -> None:
    """Make what the double begins with, containers as netplugin would tell of them."""
    from netmaster_recordings import ENDPOINTS, NETWORKS, exchange

    exchange(URL, "POST", "/api/v1/tenants/blue/", {"tenantName": "blue"})
    for key, body in NETWORKS.items():
        exchange(URL, "POST", f"/api/v1/networks/{key}/", body)
        names = {"TenantName": body["tenantName"], "NetworkName": body["networkName"]}
        network = f"{body['networkName']}.{body['tenantName']}"
        for host, identifier in ENDPOINTS[key]:
            _status, given = exchange(URL, "POST", "/plugin/allocAddress", {"NetworkID": network})
            address = given["IPv4Address"].partition("/")[0]
            endpoint = {"Container": identifier, "Host": host, "IPAddress": address}
            asked = {**names, "EndpointID": identifier, "ConfigEP": endpoint}
            exchange(URL, "POST", "/plugin/createEndpoint", asked)


def main() -> None:
    from docker_double import DockerDouble
    from netmaster_double import NetmasterDouble
    from netmaster_objects import NETPLUGIN_GONE
    from netmaster_recordings import exchange, replay, same_order
    from netmaster_recordings import tutorial as tutorial_of_double

    subprocess.run(["sh", "-ec", MACHINE], check=True)
    netmaster = str(Path(os.environ["CONTIV_BINARIES"], "netmaster"))
    different = {}
    with contextlib.ExitStack() as stack:
        docker = stack.enter_context(DockerDouble(Path("/run/docker.sock"), set()))
        stack.enter_context(daemon("etcd", "--enable-v2", "--data-dir", "/run/etcd"))
        stack.enter_context(daemon(netmaster, "-cluster-mode", "docker", "-cluster-store", STORE))
        double = stack.enter_context(NetmasterDouble())
        wait_for_netmaster()
        tutorial()
        tutorial_of_double(double)
        said, expected = replay(URL), replay(double.url)
        different.update({name: [said[name], expected[name]] for name in said if said[name] != expected[name]})
        for number, (method, path, body) in enumerate(STEPS):
            if (method, path) == ("docker", "refuses"):
                double.objects.docker_refusal = NETPLUGIN_GONE if body else None
                docker.refusal = NETPLUGIN_GONE.partition(": ")[2] if body else None
            elif method == "docker":
                for networks in (docker.networks, double.objects.docker_networks):
                    (networks.remove if path == "loses" else networks.add)(body)
            else:
                both = [exchange(url, method, f"/api/v1/{path}/", body) for url in (URL, double.url)]
                real, doubled = ([status, same_order(answer)] for status, answer in both)
                if real != doubled:
                    different[f"step {number}: {method} {path}"] = [real, doubled]
            if docker.networks != double.objects.docker_networks:
                different[f"Docker after step {number}"] = [
                    sorted(docker.networks),
                    sorted(double.objects.docker_networks),
                ]
    json.dump({"different": different}, sys.stdout)


if __name__ == "__main__":
    main()
