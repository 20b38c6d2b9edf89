# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands of the tutorial, chapter by chapter, on the lab: do they say what they said on the recorded machines?

What differs from run to run (identifiers, times, keys of engines) is taken out of both. It takes Contiv's own programs,
so without the folder CONTIV_BINARIES all of it is skipped.
"""

from __future__ import annotations

import functools
import json
import os
import re
import ssl
import subprocess
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import testinfra

pytestmark = pytest.mark.skipif(not os.environ.get("CONTIV_BINARIES"), reason="CONTIV_BINARIES names no folder")

RECORDINGS = Path(__file__).parents[3] / "tests/recordings/contiv-tutorial"
NODES = {"n1": "legacy-swarm-master", "n2": "legacy-swarm-worker0"}
MANAGER = "tcp://192.168.2.50:2375"


@functools.cache
def node(name: str) -> testinfra.host.Host:
    labels = ["--filter", "label=packetwalk.lab=contiv", "--filter", f"label=packetwalk.node={name}"]
    return testinfra.get_host("docker://" + subprocess.check_output(["docker", "ps", "-q", *labels], text=True).strip())


def recorded(chapter: str, command: str) -> str:
    """What the command said on the recorded machines.

    A recording has "[NODE]$ COMMAND", the output, and "# rc=STATUS".
    """
    text = (RECORDINGS / f"{chapter}.txt").read_text(encoding="utf-8")
    found = re.search(rf"^\[n\d\]\$ {re.escape(command)}\n(.*?)^# rc=0$", text, re.DOTALL | re.MULTILINE)
    if found is None:
        raise LookupError(f"{chapter} has no {command}")
    return found[1]


def said(command: str, where: str = "n1") -> str:
    return str(node(NODES[where]).check_output(f"env DOCKER_HOST={MANAGER} {command}"))


def lines(text: str) -> list[str]:
    return sorted(" ".join(line.split()) for line in text.splitlines() if line.strip())


def network(text: str) -> dict[str, Any]:
    """``docker network inspect`` without the identifier, and without the containers of the moment."""
    (inspected,) = json.loads(text)
    known = ("Name", "Scope", "Driver", "EnableIPv6", "IPAM", "Internal", "Options")
    return {key: inspected[key] for key in known}


def swarm(text: str) -> list[str]:
    """What the manager says of itself and of its engines, without figures of the machine."""
    kept = r"^ *(Server Version|Role|Strategy|Filters|Nodes|legacy-swarm-\w+|└ Status):.*"
    return [" ".join(found[0].split()) for found in re.finditer(kept, text, re.MULTILINE)]


def healthy(text: str) -> list[str]:
    return lines(re.sub(r"member \w+ is", "member ID is", text))


def translations(text: str) -> list[str]:
    """Rules of ``iptables -t nat -L -n`` but for those of published ports."""
    return [line for line in lines(text) if line.startswith(("MASQUERADE", "CONTIV-NODEPORT")) and "dpt:" not in line]


def interface(text: str) -> dict[str, str]:
    """Addresses and MTU of eth0, the interface in Contiv's network."""
    eth0 = text.split("\n\n", maxsplit=1)[0]
    return dict(re.findall(r"(HWaddr|inet addr|Bcast|Mask|MTU)[: ](\S+)", eth0))


def as_it_is(text: str) -> str:
    return text.strip()


@pytest.mark.parametrize(
    ("chapter", "command", "seen"),
    [
        ("00-setup", "docker info", swarm),
        ("00-setup", "env ETCDCTL_API=2 etcdctl cluster-health", healthy),
        ("00-setup", "netctl version", as_it_is),
        ("02-multihost", "docker network inspect contiv-net", network),
        ("03-tenants", "netctl tenant ls", lines),
        ("03-tenants", "netctl net ls -t blue", lines),
        ("03-tenants", "docker network inspect contiv-net/blue", network),
        ("04-external", "netctl net ls", lines),
        ("04-external", "docker network inspect contiv-vlan", network),
    ],
)
def test_the_command_says_the_same(chapter: str, command: str, seen: Callable[[str], object]) -> None:
    assert seen(said(command)) == seen(recorded(chapter, command))


def running() -> dict[str, str]:
    """Name of each container to its engine: ``docker ps`` of the manager names them ENGINE/CONTAINER."""
    names = said("docker ps --format {{.Names}}").split()
    return {container: engine for engine, container in (name.split("/") for name in names)}


def test_containers_run_where_the_tutorial_has_them() -> None:
    placed = running()
    for number, engine in ((1, "legacy-swarm-master"), (2, "legacy-swarm-worker0")):
        assert placed[f"contiv-c{number}"] == engine
        assert placed[f"contiv-vlan-c{number}"] == engine
    assert {"vanilla-c", "contiv-exposed", "contiv-blue-c1", "contiv-blue-c2", "contiv-blue-c3"} < set(placed)


def inside(container: str, command: str) -> str:
    return said(f"docker exec {container} {command}")


def addresses(container: str) -> dict[str, str]:
    """Addresses, MAC and MTU of a container's eth0 as ifconfig would name them; the image of the lab has ip alone."""
    text = inside(container, "ip -4 address show dev eth0") + inside(container, "ip link show dev eth0")
    mac, (address, length) = re.search(r"link/ether (\S+)", text)[1], re.search(r"inet (\S+)/(\d+)", text).groups()
    mask = {"24": "255.255.255.0"}[length]
    return {"HWaddr": mac.upper(), "inet addr": address, "Mask": mask, "MTU": re.search(r"mtu (\d+)", text)[1]}


def test_addresses_are_those_of_the_tutorial() -> None:
    expected = interface(recorded("02-multihost", "docker exec contiv-c2 ifconfig"))
    del expected["Bcast"]
    assert addresses("contiv-c2") == expected
    blue = {addresses(f"contiv-blue-c{number}")["inet addr"] for number in (1, 2, 3)}
    assert blue == {"10.1.2.1", "10.1.2.2", "10.1.2.3"}


def received(container: str, target: str) -> int:
    """Replies to three requests; the first over a tunnel that was not used yet may be lost."""
    text = said(f"sh -c 'docker exec {container} ping -c 3 -W 2 {target} || true'")
    return int(re.search(r"(\d+) packets received", text)[1])


@pytest.mark.parametrize(
    ("container", "target"),
    [
        ("contiv-c2", "contiv-c1"),
        ("contiv-blue-c3", "contiv-blue-c1"),
        ("contiv-blue-c3", "contiv-blue-c2"),
        ("contiv-vlan-c2", "contiv-vlan-c1"),
        ("contiv-c1", "192.168.2.1"),
    ],
)
def test_ping_by_name(container: str, target: str) -> None:
    assert received(container, target) >= 2


def test_tenants_do_not_reach_one_another() -> None:
    used = {addresses(name)["inet addr"] for name in ("contiv-c1", "contiv-c2", "contiv-exposed")}
    assert used == {"10.1.2.1", "10.1.2.2", "10.1.2.3"}
    # The same addresses are blue's too; counters of the blue interfaces must not move.
    before = [inside(f"contiv-blue-c{number}", "cat /sys/class/net/eth0/statistics/rx_packets") for number in (1, 2, 3)]
    for target in sorted(used):
        inside("contiv-c1", f"ping -c 3 -W 2 {target}")
    after = [inside(f"contiv-blue-c{number}", "cat /sys/class/net/eth0/statistics/rx_packets") for number in (1, 2, 3)]
    # Contiv announces addresses now and then, so that a handful arrives anyway.
    assert all(int(late) - int(early) < 5 for early, late in zip(before, after))


def test_rules_of_translation() -> None:
    expected = translations(recorded("01-basic", "iptables -t nat -L -n"))
    found = translations(said("iptables -t nat -L -n", where="n2"))
    assert set(expected) <= set(found)


def test_the_published_port_answers() -> None:
    where = next(key for key, name in NODES.items() if name == running()["contiv-exposed"])
    other = next(key for key in NODES if key != where)
    address = {"n1": "192.168.2.50", "n2": "192.168.2.51"}[where]
    assert "dpt:9099" in said("iptables -t nat -L -n", where=where)
    page = said(
        f"python3 -c 'import urllib.request as r; print(r.urlopen(\"http://{address}:9099/cgi-bin/index.cgi\").read())'",
        other,
    )
    assert "Processed by container ID" in page


def test_the_proxy_lets_the_administrator_in() -> None:
    request = urllib.request.Request(
        "https://192.168.2.50:10000/api/v1/auth_proxy/login/", b'{"username": "admin", "password": "admin"}'
    )
    # The certificate is signed by itself.
    trusting = ssl._create_unverified_context()
    with urllib.request.urlopen(request, timeout=10, context=trusting) as response:
        assert json.load(response)["token"]


def test_vlan_112_is_on_the_uplink() -> None:
    script = (
        "timeout 20 tcpdump -l -n -e -c 1 -i eth2 'vlan 112 and icmp[icmptype] == icmp-echo' >/tmp/seen 2>/dev/null & "
        "sleep 1; docker exec contiv-vlan-c2 ping -c 3 -W 2 10.1.3.1 >/dev/null; wait; cat /tmp/seen; rm /tmp/seen"
    )
    seen = node(NODES["n1"]).check_output(f"env DOCKER_HOST={MANAGER} sh -c {json.dumps(script)}")
    frame = r"02:02:0a:01:03:02 > 02:02:0a:01:03:01, ethertype 802.1Q \(0x8100\), length 102: vlan 112"
    expected = frame + r".*IPv4.*10\.1\.3\.2 > 10\.1\.3\.1"
    assert re.search(expected, seen), seen
