#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: packet_capture
short_description: Capture the packets of one flow on many devices of a node at once
version_added: 0.2.0
author:
  - The packetwalk.labs maintainers (@packetwalk)
description:
  - Watches any number of devices in any number of network namespaces of a node, in one process, and returns the packets
    that belong to one flow, decoded. It is how a predicted walk is compared with what really happens.
  - Neither C(tcpdump) nor another command is needed on the node.
  - Run it with C(async), send the packets when O(ready_file) is there, and make O(stop_file) when no more are to come.
  - An encrypted packet cannot be looked into, so each one is taken for a packet of the flow.
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
      - Nothing but the file O(pcapng) is changed, and that is written anew each time.
options:
  points:
    description: The devices to watch.
    type: list
    elements: dict
    required: true
    suboptions:
      namespace:
        description: The network namespace, by the name that M(packetwalk.labs.node_state) gives it.
        type: str
        default: host
      device:
        description: The device. Without it all devices of the namespace are watched that are up at the beginning.
        type: str
  match:
    description:
      - What the packets of the flow have in common. Without it every packet is returned.
      - Of a packet in a tunnel the innermost one is looked at.
    type: dict
    suboptions:
      protocol:
        description: The protocol.
        type: str
        choices: [tcp, udp, icmp, icmpv6, arp, ndp]
      ports:
        description:
          - One of these is the source or the destination port.
          - Name the ports before and after translation, and those of the probes.
        type: list
        elements: int
        default: []
      token:
        description:
          - Hexadecimal digits of bytes that the sender puts in, as O(packetwalk.labs.packet_probe#module:token) does.
          - They are found in answers and in ICMP errors about a packet too, whatever the protocol and the ports.
        type: str
        default: ''
  seconds:
    description: The capture ends after this time, from 0.1 to 60 seconds.
    type: float
    default: 10.0
  packets:
    description: The capture ends when this many packets of the flow were seen, at most 100000.
    type: int
    default: 2000
  snap_bytes:
    description:
      - How many bytes of each frame are looked at and kept, from 160 to 65535.
      - The least has room for the headers of a packet of IPv6 in a tunnel over IPv6, with VLAN tags and ports.
    type: int
    default: 256
  vxlan_ports:
    description: UDP ports on which VXLAN is spoken. Geneve is expected on its port 6081.
    type: list
    elements: int
    default: [4789]
  ready_file:
    description: A file that is made once all devices are watched. One that is there already is removed first.
    type: path
  stop_file:
    description:
      - The capture ends 0.3 seconds after this file appears. One that is there already is removed first.
      - It is removed at the end, as O(ready_file) is. One that is made after the end stays.
    type: path
  pcapng:
    description:
      - A file to which the packets of the flow are written as frames, for Wireshark or C(tcpdump -r).
      - The interfaces in it are named namespace and device, with a slash between them.
    type: path
notes:
  - Entering a namespace and watching a device takes the rights of root.
  - Devices are not made promiscuous, so that they behave as they do without being watched.
seealso:
  - module: packetwalk.labs.packet_probe
  - module: packetwalk.labs.node_state
"""

EXAMPLES = r"""
- name: Capture on both ends of a container's veth pair
  packetwalk.labs.packet_capture:
    points:
      - {namespace: 9ff9e882fd39, device: eth0}
      - {namespace: 1-1us5hb6ohx, device: veth0}
    match: {protocol: tcp, ports: [40000, 80]}
    ready_file: /run/packetwalk-capture.ready
    stop_file: /run/packetwalk-capture.stop
  become: true
  async: 30
  poll: 0
  register: started

- name: Wait until the devices are watched
  ansible.builtin.wait_for:
    path: /run/packetwalk-capture.ready
    sleep: 1
    timeout: 10

- name: Send a probe
  packetwalk.labs.packet_probe:
    namespace: 9ff9e882fd39
    protocol: tcp
    destination: 10.0.1.2
    destination_port: 80
    source_port: 40000
  become: true

- name: End the capture
  ansible.builtin.file:
    path: /run/packetwalk-capture.stop
    state: touch
    mode: '0600'
  become: true

- name: Take what was captured
  ansible.builtin.async_status:
    jid: "{{ started.ansible_job_id }}"
  become: true
  register: captured
  until: captured is finished
  delay: 1
  retries: 30
"""

RETURN = r"""
packets:
  description: The packets of the flow, sorted by time.
  returned: success
  type: list
  elements: dict
  contains:
    namespace:
      description: The network namespace.
      returned: always
      type: str
      sample: 1-1us5hb6ohx
    device:
      description: The device.
      returned: always
      type: str
      sample: veth0
    direction:
      description: V(in) when the device received the packet, V(out) when it was sent by it.
      returned: always
      type: str
      sample: in
    time_seconds:
      description:
        - When the kernel saw it, in seconds since 1970.
        - Devices between which a packet is handed on within one namespace may give the same time.
      returned: always
      type: float
      sample: 1769860800.123456
    packet:
      description: The packet, the outermost one where there is a tunnel.
      returned: always
      type: dict
      contains:
        source_mac:
          description: MAC address of the sender.
          returned: always
          type: str
          sample: "02:42:0a:00:01:04"
        destination_mac:
          description: MAC address of the receiver.
          returned: always
          type: str
          sample: "02:42:0a:00:01:02"
        vlans:
          description: VLAN identifiers of the tags, the outer one first.
          returned: always
          type: list
          elements: int
          sample: []
        protocol:
          description:
            - V(tcp), V(udp), V(icmp), V(icmpv6), V(arp), V(ndp), or the number of another protocol of IP.
            - Of a frame without IP it is the EtherType, for example V(0x88cc), or V(802.3).
          returned: always
          type: str
          sample: tcp
        source:
          description: Address of the sender. V(null) when there is none.
          returned: always
          type: str
          sample: 10.0.1.4
        destination:
          description: Address of the receiver. Of ARP and neighbour discovery it is the one that is asked for.
          returned: always
          type: str
          sample: 10.0.1.2
        source_port:
          description: Port of the sender. V(null) when there is none, and of a tunnel's outer packet.
          returned: always
          type: int
          sample: 40000
        destination_port:
          description: Port of the receiver. V(null) when there is none.
          returned: always
          type: int
          sample: 80
        ttl:
          description: Time to live or hop limit. V(null) when there is none.
          returned: always
          type: int
          sample: 64
        mark:
          description: Always V(null), as a mark is not in the packet.
          returned: always
          type: int
          sample: null
        size_bytes:
          description:
            - Length of the IP packet, V(null) when it is none.
            - It may be larger than the device can send, when a network card is to cut it up.
          returned: always
          type: int
          sample: 60
        encrypted:
          description: Whether what it carries is encrypted with ESP.
          returned: always
          type: bool
          sample: false
        tunnel:
          description: What the packet carries through a tunnel, V(null) when it is none.
          returned: always
          type: dict
          contains:
            kind:
              description: V(vxlan) or V(geneve).
              returned: always
              type: str
              sample: vxlan
            vni:
              description: The virtual network's identifier.
              returned: always
              type: int
              sample: 4097
            inner:
              description: The inner packet with the same keys. V(null) when it was cut off.
              returned: always
              type: dict
              sample:
                source_mac: "02:42:0a:00:01:04"
                destination_mac: "02:42:0a:00:01:0a"
                vlans: []
                protocol: tcp
                source: 10.0.1.4
                destination: 10.0.1.10
                source_port: 40000
                destination_port: 80
                ttl: 64
                mark: null
                size_bytes: 60
                encrypted: false
                tunnel: null
    kind:
      description: What the innermost packet says when it is of ICMP, ARP or neighbour discovery, else V(null).
      returned: always
      type: str
      sample: echo_request
    flags:
      description: Flags of TCP in the innermost packet in the letters of C(tcpdump), from the lowest on, else V(null).
      returned: always
      type: str
      sample: SA
    sequence:
      description: Sequence number of TCP, of an echo or of ESP in the innermost packet, else V(null).
      returned: always
      type: int
      sample: 2817343129
    acknowledgement:
      description: Acknowledgement number of TCP in the innermost packet, else V(null).
      returned: always
      type: int
      sample: 0
    identifier:
      description: Identifier of an echo or security parameters index of ESP in the innermost packet, else V(null).
      returned: always
      type: int
      sample: 4711
    payload:
      description: First 64 bytes behind the last header that was read, as hexadecimal digits, else V(null).
      returned: always
      type: str
      sample: 474554202f
    truncated:
      description: Whether the frame ended inside of a header, so that something is missing.
      returned: always
      type: bool
      sample: false
points:
  description: The devices that were watched.
  returned: success
  type: list
  elements: dict
  contains:
    namespace:
      description: The network namespace.
      returned: always
      type: str
      sample: 1-1us5hb6ohx
    device:
      description: The device.
      returned: always
      type: str
      sample: veth0
points_missing:
  description: The devices that could not be watched, or not until the end.
  returned: success
  type: list
  elements: dict
  contains:
    namespace:
      description: The network namespace.
      returned: always
      type: str
      sample: 1-1us5hb6ohx
    device:
      description: The device. V(null) when all of the namespace were asked for.
      returned: always
      type: str
      sample: vxlan9
    reason:
      description: Why not, in one clause.
      returned: always
      type: str
      sample: No such device
dropped:
  description: How many frames the kernel threw away because they came too fast.
  returned: success
  type: int
  sample: 0
undecoded:
  description: How many frames contradicted themselves, so that nobody can tell whether they are of the flow.
  returned: success
  type: int
  sample: 0
limited:
  description:
    - V(packets) when O(packets) ended the capture, V(seconds) when O(seconds) did before O(stop_file) appeared.
    - V(null) when it ended as it was meant to.
  returned: success
  type: str
  sample: null
"""

import os
import tempfile

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import _frames
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._flow import Flow
from ansible_collections.packetwalk.labs.plugins.module_utils._probing import _capture

LIMITS = {"seconds": (0.1, 60.0), "packets": (1, 100000), "snap_bytes": (160, 65535)}


def _token(module: AnsibleModule, digits: str) -> bytes:
    try:
        return bytes.fromhex(digits)
    except ValueError:
        module.fail_json(msg=f"match.token is {digits}. Give an even number of hexadecimal digits.")


def _flow(module: AnsibleModule) -> Flow:
    match = module.params["match"]
    if match is None:
        return Flow()
    return Flow(match["protocol"], match["ports"], _token(module, match["token"]))


def _write(module: AnsibleModule, path: str, content: bytes) -> None:
    number, temporary = tempfile.mkstemp(dir=module.tmpdir)
    with os.fdopen(number, "wb") as file:
        file.write(content)
    module.atomic_move(temporary, path)


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "points": {
                "type": "list",
                "elements": "dict",
                "required": True,
                "options": {"namespace": {"type": "str", "default": "host"}, "device": {"type": "str"}},
            },
            "match": {
                "type": "dict",
                "options": {
                    "protocol": {"type": "str", "choices": ["tcp", "udp", "icmp", "icmpv6", "arp", "ndp"]},
                    "ports": {"type": "list", "elements": "int", "default": []},
                    "token": {"type": "str", "default": "", "no_log": False},
                },
            },
            "seconds": {"type": "float", "default": 10.0},
            "packets": {"type": "int", "default": 2000},
            "snap_bytes": {"type": "int", "default": 256},
            "vxlan_ports": {"type": "list", "elements": "int", "default": [4789]},
            "ready_file": {"type": "path"},
            "stop_file": {"type": "path"},
            "pcapng": {"type": "path"},
        },
    )
    options = module.params
    for name, (least, most) in LIMITS.items():
        if not least <= options[name] <= most:
            module.fail_json(msg=f"{name} is {options[name]}. Give a number from {least} to {most}.")
    tunnel_ports = {port: kind for port, kind in _frames.TUNNEL_PORTS.items() if kind != "vxlan"}
    tunnel_ports.update((port, "vxlan") for port in options["vxlan_ports"])
    plan = _capture.Plan(
        points=options["points"],
        flow=_flow(module),
        seconds=options["seconds"],
        packets=options["packets"],
        snap_bytes=options["snap_bytes"],
        tunnel_ports=tunnel_ports,
        ready_file=options["ready_file"],
        stop_file=options["stop_file"],
    )
    try:
        result, frames = _capture.run(plan)
    except OSError as error:
        module.fail_json(msg=f"Cannot capture: {error}.")
    if options["pcapng"] is not None:
        _write(module, options["pcapng"], frames)
    module.exit_json(changed=options["pcapng"] is not None, **result)


if __name__ == "__main__":
    main()
