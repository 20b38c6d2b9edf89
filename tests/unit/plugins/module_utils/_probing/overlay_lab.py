# SPDX-License-Identifier: GPL-3.0-or-later
"""An overlay network to send packets over, for the tests of the capture and the probe.

``read()`` starts this file under ``unshare``; it builds the lab, runs the two modules in it as Ansible would, and
prints what they returned. All of it ends with its last process: there is nothing to clean up.

The lab: ``client`` (10.0.1.4) hangs on the bridge of ``left``, ``server`` (10.0.1.10) on the one of ``right``. The
bridges are joined by VXLAN 4097 over a veth pair between ``left`` (192.168.99.1) and ``right`` (192.168.99.2).
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from typing import Any, Iterator

COLLECTIONS = os.path.abspath(os.path.join(os.path.dirname(__file__), *[os.pardir] * 5, ".ansible", "collections"))

LAB = """
mount -t tmpfs tmpfs /run
mkdir /run/lab
for namespace in left right client server; do ip netns add $namespace; ip -n $namespace link set lo up; done
ip -n left link add eth0 type veth peer name eth0 netns right
ip -n left address add 192.168.99.1/24 dev eth0
ip -n right address add 192.168.99.2/24 dev eth0
for side in left right; do
  ip -n $side link set eth0 up
  ip -n $side link add br0 address 02:42:0a:00:01:01 type bridge
  ip -n $side link set br0 up
done
ip -n left link add vxlan0 type vxlan id 4097 dstport 4789 local 192.168.99.1 remote 192.168.99.2
ip -n right link add vxlan0 type vxlan id 4097 dstport 4789 local 192.168.99.2 remote 192.168.99.1
ip -n left link add port0 type veth peer name eth0 address 02:42:0a:00:01:04 netns client
ip -n right link add port0 type veth peer name eth0 address 02:42:0a:00:01:0a netns server
for side in left right; do
  for port in vxlan0 port0; do ip -n $side link set $port master br0 up; done
done
for end in client server; do ip -n $end link set eth0 up mtu 1450; done
ip -n client address add 10.0.1.4/24 dev eth0
ip -n client address add fd01::4/64 dev eth0 nodad
ip -n client route add unreachable 10.0.3.0/24
ip -n client rule add fwmark 0x107 prohibit
ip -n client route add blackhole 10.0.4.0/24
ip -n server address add 10.0.1.10/24 dev eth0
ip -n server address add fd01::a/64 dev eth0 nodad
ip -n left link add down0 type bridge
ip -n left link add raw0 type vxlan dstport 4790 gpe external
ip -n left link set raw0 up
"""

MODULE = """
import json, sys
from ansible.module_utils.testing import patch_module_args
from ansible_collections.packetwalk.labs.plugins.modules import {0} as module
with patch_module_args(json.load(sys.stdin)):
    module.main()
"""

EVERYWHERE = [
    {"namespace": "client", "device": "eth0"},
    {"namespace": "left", "device": "port0"},
    {"namespace": "left", "device": "vxlan0"},
    {"namespace": "left", "device": "eth0"},
    {"namespace": "right", "device": "eth0"},
    {"namespace": "right", "device": "vxlan0"},
    {"namespace": "server", "device": "eth0"},
]

# UDP in VLAN 7 in VLAN 100; the start of an ESP packet.
TAGGED = "ffffffffffff02420a00010488a800648100000708004500001c00000000401164c40a0001040a00010a9c40003500080000"
ENCRYPTED = "ffffffffffff02420a00010408004500002400000000403264940a0001040a00010a0000200100000005" + 8 * "a5"
TOKEN = "7061636b657477616c6b"


@functools.lru_cache(maxsize=None)
def read() -> dict[str, Any]:
    """Build the lab and return the results of the modules by experiment; ``refused`` is what was said instead."""
    rights = [] if os.geteuid() == 0 else ["--map-root-user"]
    unshare = ["unshare", *rights, "--mount", "--net", "--pid", "--fork", "--mount-proc", "--kill-child"]
    done = subprocess.run(
        [*unshare, sys.executable, __file__], check=False, capture_output=True, text=True, timeout=120
    )
    return json.loads(done.stdout) if done.returncode == 0 else {"refused": done.stderr.strip()}


def shell(script: str) -> None:
    subprocess.run(["sh", "-e", "-c", script], check=True, stdout=sys.stderr)


def start(name: str, **arguments: Any) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", MODULE.format(name)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    if process.stdin is not None:
        process.stdin.write(json.dumps(arguments))
        process.stdin.close()
        process.stdin = None
    return process


def finish(process: subprocess.Popen[str]) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(process.communicate(timeout=30)[0])
    return result


def probe(**arguments: Any) -> dict[str, Any]:
    return finish(start("packet_probe", **{"namespace": "client", "timeout_seconds": 1, **arguments}))


def wait_for(path: str) -> None:
    end = time.monotonic() + 10
    while not os.path.exists(path) and time.monotonic() < end:
        time.sleep(0.01)


@contextlib.contextmanager
def captured(results: dict[str, Any], key: str, **arguments: Any) -> Iterator[dict[str, Any]]:
    """Capture during a block. What the block puts into its dictionary is in the results beside what was captured."""
    ready, stop = "/run/lab/ready", "/run/lab/stop"
    process = start("packet_capture", **{"points": EVERYWHERE, "ready_file": ready, "stop_file": stop, **arguments})
    wait_for(ready)
    row: dict[str, Any] = {}
    yield row
    began = time.monotonic()
    with open(stop, "w", encoding="ascii"):
        pass
    results[key] = {
        **row,
        "captured": finish(process),
        "seconds": time.monotonic() - began,
        "left_behind": sorted(os.listdir("/run/lab")),
    }
    # Of a capture that had ended before it was told to.
    with contextlib.suppress(FileNotFoundError):
        os.unlink(stop)


def serve() -> None:
    """In the server's namespace: say hello to TCP on port 80, answer UDP on port 53, swallow UDP on port 54."""
    greeter = socket.create_server(("", 80))
    echo, silent = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _number in range(2))
    echo.bind(("", 53))
    silent.bind(("", 54))

    def answer() -> None:
        while True:
            content, address = echo.recvfrom(2000)
            echo.sendto(b"answer to " + content, address)

    threading.Thread(target=answer, daemon=True).start()
    print("serving", flush=True)
    while True:
        connection, _address = greeter.accept()
        with connection, contextlib.suppress(OSError):
            if connection.recv(2000).startswith(b"GET"):
                connection.sendall(b"hello from the server")


def experiments() -> dict[str, Any]:
    results: dict[str, Any] = {}
    with captured(results, "arp", match={"protocol": "arp"}) as row:
        row["probe"] = probe(protocol="icmp", destination="10.0.1.10", token=TOKEN)
    with captured(results, "tcp", match={"protocol": "tcp", "ports": [40000]}, pcapng="/run/tcp.pcapng") as row:
        row["probe"] = probe(
            protocol="tcp",
            destination="10.0.1.10",
            destination_port=80,
            source_port=40000,
            payload="GET / HTTP/1.0\r\n\r\n",
            read_bytes=200,
        )
    with open("/run/tcp.pcapng", "rb") as file:
        results["tcp"]["pcapng"] = file.read().hex()
    results["tcp_again"] = probe(
        protocol="tcp", destination="10.0.1.10", destination_port=80, source="10.0.1.4", source_port=40000, count=3
    )
    results["tcp_refused"] = probe(protocol="tcp", destination="10.0.1.10", destination_port=81, source_port=40000)
    results["tcp_timeout"] = probe(protocol="tcp", destination="10.0.1.99", destination_port=80, timeout_seconds=0.2)
    results["unreachable"] = probe(protocol="udp", destination="10.0.3.1", destination_port=1, token=TOKEN)
    results["marked"] = probe(protocol="udp", destination="10.0.1.10", destination_port=53, token=TOKEN, mark=0x107)
    results["not_sent"] = probe(protocol="udp", destination="10.0.4.1", destination_port=1, token=TOKEN)
    for key, port in {"udp_answered": 53, "udp_silent": 54, "udp_refused": 55}.items():
        with captured(results, key, match={"token": TOKEN}) as row:
            row["probe"] = probe(
                protocol="udp",
                destination="10.0.1.10",
                destination_port=port,
                token=TOKEN,
                read_bytes=40,
                timeout_seconds=0.3,
            )
    with captured(results, "icmp", match={"protocol": "icmp", "token": TOKEN}) as row:
        row["probe"] = probe(protocol="icmp", destination="10.0.1.10", token=TOKEN, count=2)
    with captured(results, "icmpv6") as row:
        row["probe"] = probe(protocol="icmpv6", destination="fd01::a", token=TOKEN)
    results["no_address"] = probe(protocol="icmp", destination="fd01::a", token=TOKEN)
    results["no_namespace"] = probe(namespace="nowhere", protocol="icmp", destination="10.0.1.10", token=TOKEN)

    points = [{"namespace": "client", "device": "eth0"}, {"namespace": "left", "device": "port0"}]
    with captured(results, "by_hand", points=points, match={"protocol": "udp", "ports": [53]}):
        for frame in (TAGGED, ENCRYPTED):
            shell(f"ip netns exec client {sys.executable} {__file__} send {frame}")

    points = [
        {"namespace": "left", "device": "down0"},
        {"namespace": "left", "device": "raw0"},
        {"namespace": "left", "device": "nothing0"},
        {"namespace": "nowhere", "device": "eth0"},
        {"namespace": "nowhere"},
        {"namespace": "server"},
        {"namespace": "server", "device": "lo"},
    ]
    with captured(results, "missing", points=points, match={"protocol": "icmp"}):
        probe(namespace="server", protocol="icmp", destination="127.0.0.1", token=TOKEN)
    with captured(results, "set_down", points=[{"namespace": "left", "device": "port0"}]):
        shell("ip -n left link set port0 down; ip -n left link set port0 up")
        time.sleep(0.2)

    began = time.monotonic()
    results["seconds"] = {"captured": finish(start("packet_capture", points=[{}], seconds=0.5))}
    results["seconds"]["seconds"] = time.monotonic() - began
    results["seconds_too_few"] = finish(start("packet_capture", points=[{}], seconds=0.5, stop_file="/run/lab/stop"))
    with captured(results, "packets", match={"protocol": "icmp"}, packets=3, seconds=5) as row:
        row["probe"] = probe(protocol="icmp", destination="10.0.1.10", token=TOKEN, count=2)

    results["killed"] = killed()
    return results


def killed() -> dict[str, Any]:
    """Kill a capture while it runs; what the kernel still has of it, and whether the next one minds."""
    process = start("packet_capture", points=EVERYWHERE, seconds=30, ready_file="/run/lab/ready")
    wait_for("/run/lab/ready")
    watching = packet_sockets()
    process.send_signal(signal.SIGKILL)
    process.communicate()
    after = packet_sockets()
    again = finish(start("packet_capture", points=EVERYWHERE, seconds=0.2, ready_file="/run/lab/ready"))
    return {
        "watching": watching,
        "after": after,
        "namespaces": sorted(os.listdir("/run/netns")),
        "again": again,
        "left_behind": sorted(os.listdir("/run/lab")),
    }


def packet_sockets() -> int:
    """How many packet sockets there are in the lab's namespaces."""
    found = 0
    for namespace in ("client", "left", "right", "server"):
        listed = subprocess.run(
            ["ip", "netns", "exec", namespace, "cat", "/proc/net/packet"], check=True, capture_output=True, text=True
        )
        found += len(listed.stdout.splitlines()) - 1
    return found


def main() -> None:
    sys.path.insert(0, COLLECTIONS)
    shell(LAB)
    server = subprocess.Popen(
        ["ip", "netns", "exec", "server", sys.executable, __file__, "serve"], stdout=subprocess.PIPE
    )
    if server.stdout is not None:
        server.stdout.readline()
    json.dump(experiments(), sys.stdout)
    server.kill()


def send(frame: str) -> None:
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as connection:
        connection.bind(("eth0", 0))
        connection.send(bytes.fromhex(frame))


if __name__ == "__main__":
    {"serve": serve, "send": lambda: send(sys.argv[2])}.get(sys.argv[1] if len(sys.argv) > 1 else "", main)()
