#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: packet_probe
short_description: Send real packets from a network namespace and tell what came back
version_added: 0.2.0
author:
  - The packetwalk.labs maintainers (@packetwalk)
description:
  - Enters a network namespace of a node and sends probes from there, as a process in that namespace would. A TCP probe
    is a whole connection, a UDP probe is one datagram, an ICMP probe is one echo request.
  - A probe that is not answered is a result and no failure of the task.
  - The namespace needs no command and no process. Addresses only are taken, as names mean different things in
    different namespaces.
extends_documentation_fragment:
  - packetwalk.labs._attributes
  - packetwalk.labs._attributes.linux
attributes:
  check_mode:
    support: none
  diff_mode:
    support: none
  idempotent:
    support: N/A
    details:
      - Packets are sent each time; nothing on the target is changed.
options:
  namespace:
    description: The network namespace, by the name that M(packetwalk.labs.node_state) gives it.
    type: str
    default: host
  protocol:
    description: What to send.
    type: str
    choices: [tcp, udp, icmp, icmpv6]
    required: true
  destination:
    description: The address to send to, of IPv4 or IPv6.
    type: str
    required: true
  destination_port:
    description: The port to send to. Required for TCP and UDP.
    type: int
  source:
    description: The address to send from. Without it the kernel chooses one.
    type: str
  source_port:
    description:
      - The port that the first probe comes from. The second probe comes from the next one, and so on.
      - Without it the kernel chooses the ports.
    type: int
  mark:
    description: The firewall mark of the packets. V(0) is none.
    type: int
    default: 0
  count:
    description: How many probes to send, one after the other, from 1 to 1000.
    type: int
    default: 1
  timeout_seconds:
    description: How long each probe may take, from 0.01 to 60 seconds.
    type: float
    default: 2.0
  token:
    description:
      - Hexadecimal digits of the bytes that a datagram or an echo request carries, 1400 bytes at most.
      - Required for UDP and ICMP. With bytes that nothing else carries, M(packetwalk.labs.packet_capture) finds the
        packets again.
    type: str
  payload:
    description: Text that is sent over a TCP connection once it is there.
    type: str
    default: ''
  read_bytes:
    description:
      - How many bytes to read of what the server says, 65535 at most. With V(0) nothing is read over a TCP connection.
      - What it says tells which of several servers has answered.
    type: int
    default: 0
notes:
  - Entering a namespace, setting a mark and sending echo requests takes the rights of root.
  - A TCP connection ends with a reset, so that the same source port can be used again at once.
seealso:
  - module: packetwalk.labs.packet_capture
  - module: packetwalk.labs.node_state
"""

EXAMPLES = r"""
- name: Ask the virtual address of a service six times, and see which tasks answer
  packetwalk.labs.packet_probe:
    namespace: 9ff9e882fd39
    protocol: tcp
    destination: 10.0.1.2
    destination_port: 80
    source_port: 40000
    count: 6
    payload: "GET / HTTP/1.0\r\n\r\n"
    read_bytes: 200
  become: true
  register: probe

- name: Fail when one is not answered
  ansible.builtin.assert:
    that: probe.probes | rejectattr('answered') | length == 0

- name: Send an echo request that a capture can find again
  packetwalk.labs.packet_probe:
    protocol: icmp
    destination: 192.168.99.101
    token: 7061636b657477616c6b
  become: true
"""

RETURN = r"""
probes:
  description: The probes in the order in which they were sent.
  returned: success
  type: list
  elements: dict
  contains:
    number:
      description: Number of the probe, from 1 on.
      returned: always
      type: int
      sample: 1
    protocol:
      description: The protocol.
      returned: always
      type: str
      sample: tcp
    source:
      description: Address that it came from. V(null) when the kernel found none, or has forgotten it.
      returned: always
      type: str
      sample: 10.0.1.4
    source_port:
      description: Port that it came from. V(null) for ICMP.
      returned: always
      type: int
      sample: 40000
    destination:
      description: Address that it was sent to.
      returned: always
      type: str
      sample: 10.0.1.2
    destination_port:
      description: Port that it was sent to. V(null) for ICMP.
      returned: always
      type: int
      sample: 80
    answered:
      description: Whether the receiver accepted the connection, or sent a datagram or an echo reply back.
      returned: always
      type: bool
      sample: true
    outcome:
      description:
        - V(connected) and V(refused) of TCP connections; V(answered) of datagrams and echo requests.
        - V(refused) of a datagram when the receiver has no socket on that port.
        - V(sent) when a datagram had no answer, V(timeout) when something else had none.
        - V(unreachable) when a router, or this node itself, said that there is no way.
        - V(not_sent) when the packet did not leave the process, RV(probes[].error) tells why.
      returned: always
      type: str
      sample: connected
    error:
      description: The error of the kernel, V(null) when there was none. A timeout is none.
      returned: always
      type: str
      sample: Connection refused
    answer:
      description: The first O(read_bytes) bytes of the answer as text, V(null) when nothing was read.
      returned: always
      type: str
      sample: "HTTP/1.0 200 OK\r\n\r\nI am 2b0c4f5dd3a1"
    seconds:
      description: How long the probe took.
      returned: always
      type: float
      sample: 0.00071
"""

import socket

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.packetwalk.labs.plugins.module_utils._probing import _probe
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._entering import Entrance, Unenterable

LIMITS = {
    "destination_port": (1, 65535),
    "source_port": (1, 65535),
    "mark": (0, 0xFFFFFFFF),
    "count": (1, 1000),
    "timeout_seconds": (0.01, 60.0),
    "read_bytes": (0, 65535),
}
TOKEN_BYTES = 1400


def _token(module: AnsibleModule) -> bytes:
    digits = module.params["token"] or ""
    try:
        token = bytes.fromhex(digits)
    except ValueError:
        module.fail_json(msg=f"token is {digits}. Give an even number of hexadecimal digits.")
    if len(token) > TOKEN_BYTES:
        module.fail_json(msg=f"token has {len(token)} bytes. Give {TOKEN_BYTES} at most.")
    return token


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "namespace": {"type": "str", "default": "host"},
            "protocol": {"type": "str", "choices": ["tcp", "udp", "icmp", "icmpv6"], "required": True},
            "destination": {"type": "str", "required": True},
            "destination_port": {"type": "int"},
            "source": {"type": "str"},
            "source_port": {"type": "int"},
            "mark": {"type": "int", "default": 0},
            "count": {"type": "int", "default": 1},
            "timeout_seconds": {"type": "float", "default": 2.0},
            "token": {"type": "str", "no_log": False},
            "payload": {"type": "str", "default": ""},
            "read_bytes": {"type": "int", "default": 0},
        },
        required_if=[
            ("protocol", "tcp", ["destination_port"]),
            ("protocol", "udp", ["destination_port", "token"]),
            ("protocol", "icmp", ["token"]),
            ("protocol", "icmpv6", ["token"]),
        ],
    )
    options = module.params
    for name, (least, most) in LIMITS.items():
        if options[name] is not None and not least <= options[name] <= most:
            module.fail_json(msg=f"{name} is {options[name]}. Give a number from {least} to {most}.")
    if (options["source_port"] or 0) + options["count"] - 1 > 65535:
        module.fail_json(msg="source_port and count go beyond port 65535. Give a lower source_port.")
    target = _probe.Target(
        protocol=options["protocol"],
        destination=options["destination"],
        destination_port=options["destination_port"],
        source=options["source"],
        source_port=options["source_port"],
        mark=options["mark"],
        token=_token(module),
        payload=options["payload"].encode(),
        read_bytes=options["read_bytes"],
        timeout_seconds=options["timeout_seconds"],
    )
    try:
        with Entrance().entered(options["namespace"]):
            probes = _probe.run(target, options["count"])
    except Unenterable as error:
        module.fail_json(msg=f"Cannot enter namespace {options['namespace']}: {error}.")
    except socket.gaierror:
        module.fail_json(msg=f"{options['destination']} is no address to which {options['protocol']} can be sent.")
    module.exit_json(changed=False, probes=probes)


if __name__ == "__main__":
    main()
