# SPDX-License-Identifier: GPL-3.0-or-later
"""Three switches in a row that are containers of one machine: each a network, mount and process namespace of its own.

``run()`` starts this file under ``unshare``. It builds the switches, wires their ports by veth pairs of which each of
them sees one end, reads each from the inside as the collector does on a node, and sends one UDP packet. All of it ends
with its last process: there is nothing to clean up.
"""

from __future__ import annotations

import json
import os
import select
import socket
import subprocess
import sys
from typing import Any

COLLECTIONS = os.path.abspath(os.path.join(os.path.dirname(__file__), *[os.pardir] * 5, ".ansible", "collections"))
SWITCHES = ("ops1", "ops2", "ops3")
PORT = 7777
ARRIVAL_SECONDS = 0.4

_CONTAINER = """
mount -t tmpfs tmpfs /run
ip netns add swns
ip -n swns link set lo up
ip netns exec swns sh -c 'echo 1 >/proc/sys/net/ipv4/conf/all/forwarding'
echo ready
exec sleep 100
"""
# One end and the other: number of the switch, port, index and address.
_CABLES = """
cable() {
  ip link add index $3 name new0 type veth peer index $7 name new1
  for end in "new0 $1 $2 $4" "new1 $5 $6 $8"; do
    set -- $end
    ip link set $1 netns $(inside $2)
    nsenter --net=$(inside $2) ip link set $1 name $3 up
    nsenter --net=$(inside $2) ip address add $4 dev $3
  done
}
cable 1 1 664 10.0.1.1/24 2 1 665 10.0.1.2/24
cable 2 2 666 10.0.2.1/24 3 1 667 10.0.2.2/24
nsenter --net=$(inside 1) ip route add 10.0.2.0/24 via 10.0.1.2
"""


def run(more: str, destination: str, payload_bytes: int) -> dict[str, Any]:
    """Build the switches, then run ``more``, read them and send a packet from ops1.

    ``nodes`` is what the collector says of each, ``arrived`` whether ops3 got the packet. ``refused`` is there alone
    when the kernel or a command would not do it. In ``more``, ``inside N`` is a file of the namespace of ports.
    """
    rights = [] if os.geteuid() == 0 else ["--map-root-user"]
    unshare = ["unshare", *rights, "--mount", "--net", "--pid", "--fork", "--mount-proc"]
    request = json.dumps({"more": more, "destination": destination, "payload_bytes": payload_bytes})
    done = subprocess.run(
        [*unshare, sys.executable, __file__], input=request, check=False, capture_output=True, text=True, timeout=60
    )
    return json.loads(done.stdout) if done.returncode == 0 else {"refused": done.stderr.strip()}


def _start() -> int:
    """A container; its process identifier here."""
    process = subprocess.Popen(
        ["unshare", "--mount", "--net", "--pid", "--fork", "--mount-proc", "sh", "-ec", _CONTAINER],
        stdout=subprocess.PIPE,
        text=True,
    )
    if process.stdout is None or process.stdout.readline() != "ready\n":
        sys.exit("a container did not start")
    with open(f"/proc/{process.pid}/task/{process.pid}/children", encoding="ascii") as children:
        return int(children.read().split()[0])


def _read() -> None:
    """What the collector says where this runs."""
    from ansible_collections.packetwalk.labs.plugins.module_utils._probing import _node

    json.dump(_node.gather_namespaces([])[0], sys.stdout)


def _nodes(containers: dict[str, int]) -> dict[str, Any]:
    nodes = {}
    for name, process in containers.items():
        inside = ["nsenter", f"--target={process}", "--mount", "--net", "--pid", sys.executable, __file__, "read"]
        told = subprocess.run(inside, check=True, stdout=subprocess.PIPE, text=True).stdout
        nodes[name] = {"hostname": name, "namespaces": json.loads(told), "docker": None}
    return nodes


def _socket(process: int) -> socket.socket:
    from ansible_collections.packetwalk.labs.plugins.module_utils._probing import _setns

    file = os.open(f"/proc/{process}/root/run/netns/swns", os.O_RDONLY)
    try:
        with _setns.entered(file):
            return socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    finally:
        os.close(file)


def _main() -> None:
    request = json.load(sys.stdin)
    containers = {name: _start() for name in SWITCHES}
    paths = " ".join(f"/proc/{process}/root/run/netns/swns" for process in containers.values())
    words = f"inside() {{ number=$1; set -- {paths}; shift $((number - 1)); echo $1; }}\n"
    subprocess.run(["sh", "-ec", words + _CABLES + request["more"]], check=True, stdout=sys.stderr)
    receiver, sender = _socket(containers["ops3"]), _socket(containers["ops1"])
    receiver.bind(("", PORT))
    nodes = _nodes(containers)
    sender.sendto(b"x" * request["payload_bytes"], (request["destination"], PORT))
    arrived, _write, _except = select.select([receiver], [], [], ARRIVAL_SECONDS)
    json.dump({"nodes": nodes, "arrived": bool(arrived)}, sys.stdout)


if __name__ == "__main__":
    sys.path.insert(0, COLLECTIONS)
    _read() if sys.argv[1:] == ["read"] else _main()
