# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask a real kernel what becomes of a packet, in network, mount and process namespaces of its own.

``run()`` starts this file under ``unshare``. It builds namespaces by shell commands, reads them with the collector, and
sends one UDP packet from a namespace to see in which others it arrives. All of it ends with its last process: there is
nothing to clean up.
"""

from __future__ import annotations

import errno
import json
import os
import select
import socket
import struct
import subprocess
import sys
import time
from typing import Any

COLLECTIONS = os.path.abspath(os.path.join(os.path.dirname(__file__), *[os.pardir] * 5, ".ansible", "collections"))

# Words of the scenarios. "wire" connects two namespaces by a veth pair and gives both ends an address each ("-": none).
WORDS = """
set -e
mount -t tmpfs tmpfs /run
ip link set lo up
namespaces() {
  for one; do
    ip netns add $one
    # Addresses that are used before duplicates were looked for.
    set_to $one ipv6/conf/default/accept_dad 0
    ip -n $one link set lo up
  done
}
address() {
  case $3 in
    -) ;;
    *:*) ip -n $1 address add $3 dev $2 nodad ;;
    *) ip -n $1 address add $3 dev $2 ;;
  esac
}
up() { ip -n $1 link set $2 up; }
wire() {
  ip link add name $2 netns $1 type veth peer name $5 netns $4
  up $1 $2; up $4 $5; address $1 $2 $3; address $4 $5 $6
}
bridge_of() { ip -n $1 link add name $2 type bridge; up $1 $2; }
port() { ip -n $1 link set $3 master $2; }
route() { one=$1; shift; ip -n $one route add "$@"; }
at() { one=$1; shift; ip netns exec $one "$@"; }
set_to() { ip netns exec $1 sh -c "echo $3 >/proc/sys/net/$2"; }
router() { set_to $1 ipv4/conf/all/forwarding 1; set_to $1 ipv6/conf/all/forwarding 1; }
rule() { one=$1; shift; ip netns exec $one iptables-legacy -w "$@"; }
rule6() { one=$1; shift; ip netns exec $one ip6tables-legacy -w "$@"; }
nft_rule() { one=$1; shift; ip netns exec $one iptables-nft -w "$@"; }
"""

# How long a packet may take; the kernel gives up asking for a MAC address after three seconds.
ARRIVAL_SECONDS = 0.4
_ORIGINAL_DESTINATION = 8  # IP_PKTINFO
_IPV6_INFO = (49, 50)  # IPV6_RECVPKTINFO, IPV6_PKTINFO


def run(scenario: dict[str, Any]) -> dict[str, Any]:
    """Build a scenario and send its packet: ``before`` and ``after`` are the namespaces as the collector reads them.

    ``arrivals`` has a row for each namespace that got the packet, ``error`` the name of what the sender was told.
    ``refused`` is there alone when the kernel or a command would not do it.
    """
    rights = [] if os.geteuid() == 0 else ["--map-root-user"]
    unshare = ["unshare", *rights, "--mount", "--net", "--pid", "--fork", "--mount-proc"]
    done = subprocess.run(
        [*unshare, sys.executable, __file__],
        input=json.dumps(scenario),
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return json.loads(done.stdout) if done.returncode == 0 else {"refused": done.stderr.strip()}


def _main() -> None:
    sys.path.insert(0, COLLECTIONS)
    from ansible_collections.packetwalk.labs.plugins.module_utils._probing import _node, _setns

    scenario = json.load(sys.stdin)
    subprocess.run(["bash", "-c", WORDS + scenario["build"]], check=True, stdout=sys.stderr)

    def open_socket(namespace: str, family: int) -> socket.socket:
        if namespace == "host":
            return socket.socket(family, socket.SOCK_DGRAM)
        file = os.open(f"/run/netns/{namespace}", os.O_RDONLY)
        try:
            with _setns.entered(file):
                return socket.socket(family, socket.SOCK_DGRAM)
        finally:
            os.close(file)

    family = socket.AF_INET6 if ":" in scenario["to"] else socket.AF_INET
    listeners = {}
    for namespace, port in scenario["listeners"]:
        listener = open_socket(namespace, family)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, _IPV6_INFO[0], 1)
        else:
            listener.setsockopt(socket.IPPROTO_IP, _ORIGINAL_DESTINATION, 1)
        listener.bind(("", port))
        listeners[listener] = (namespace, port)
    before, _warnings = _node.gather_namespaces([])

    sender = open_socket(scenario["from"], family)
    sender.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    error = None
    arrivals: list[dict[str, Any]] = []
    try:
        sender.bind((scenario.get("source", ""), scenario["source_port"]))
        sender.connect((scenario["to"], scenario["port"]))
        sender.send(b"x" * scenario["payload_bytes"])
        deadline = time.monotonic() + ARRIVAL_SECONDS
        while time.monotonic() < deadline:
            ready, _write, _except = select.select(list(listeners), [], [], deadline - time.monotonic())
            for listener in ready:
                arrivals.append(_received(listener, *listeners[listener]))
                deadline = time.monotonic() + 0.05  # there may be a second copy
        sender.send(b"")  # tells what the kernel learned of the first one
    except OSError as problem:
        error = errno.errorcode.get(problem.errno or 0)
    after, _warnings = _node.gather_namespaces([])
    json.dump({"before": before, "after": after, "arrivals": arrivals, "error": error}, sys.stdout)


def _received(listener: socket.socket, namespace: str, port: int) -> dict[str, Any]:
    _payload, information, _flags, sender = listener.recvmsg(65535, 256)
    data = information[0][2]
    if listener.family == socket.AF_INET6:
        destination = socket.inet_ntop(socket.AF_INET6, data[:16])
    else:
        destination = socket.inet_ntoa(struct.unpack("=i4s4s", data[:12])[2])
    return {
        "namespace": namespace,
        "source": sender[0].partition("%")[0],
        "source_port": sender[1],
        "destination": destination,
        "destination_port": port,
    }


if __name__ == "__main__":
    _main()
