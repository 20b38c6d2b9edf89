#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: walk
short_description: Walk a packet through a lab and tell every hop
version_added: 0.2.0
description:
  - Follows the first packet of a connection from one name to another through what the nodes of a lab really hold, as
    their kernels would. Routing rules and tables, netfilter, IPVS, neighbours and ARP, bridges, VLANs and VXLAN all
    decide as they do there.
  - Where Open vSwitch decides it is asked itself. What it has to be asked is in RV(walk.questions), for
    M(packetwalk.labs.ofproto_trace), and O(answers) is what it said. The playbook C(packetwalk.labs.walk) asks until
    there are no more questions.
  - Each hop has the packet before and after it, and the row that decided. Where the kernel has a choice, such as among
    the backends of IPVS, the walk has a branch for each.
  - What the state does not tell ends a branch as V(undecided) with the reason. Nothing is guessed.
  - The state is what M(packetwalk.labs.node_state) gathered on the nodes, or a file in which an earlier run saved it.
    Walking through a file needs no lab.
  - This is an action plugin. It runs on the controller and touches no host.
author:
  - The packetwalk.labs maintainers (@packetwalk)
extends_documentation_fragment:
  - packetwalk.labs._attributes
  - packetwalk.labs._attributes.no_host
  - packetwalk.labs._attributes.action
  - packetwalk.labs._state
  - packetwalk.labs._state.ovn
  - packetwalk.labs._state.switches
  - packetwalk.labs._state.contiv
  - packetwalk.labs._state.openstack
attributes:
  check_mode:
    support: full
    details:
      - The walk is made as always, but no report is written.
options:
  answers:
    description:
      - What Open vSwitch said. The results that loops of M(packetwalk.labs.ofproto_trace) over RV(walk.questions)
        registered, those of earlier rounds too.
      - With it, even when it is empty, a walk that has questions is not shown, not written, and not compared with
        O(expect) and O(via), as it is to be made again with their answers.
    type: list
    elements: dict
  from:
    description:
      - Where the packet begins. The name of a node, a task (V(client.1)), a container, a service (all its running
        tasks), a namespace (V(worker1/ingress_sbox)), a logical port of OVN, a server of OpenStack, an address that
        somebody in the lab has, or V(outside), which can be given an address (V(outside:203.0.113.9)).
      - A server that is a virtual machine sends what Neutron gave it from the device of its chassis.
      - V(outside) is no node's, unless the lab has a namespace that is called so.
      - The name of a switch, a node with a namespace C(swns), means that namespace, where its ports are. V(ops1/host)
        is the node's own one.
    type: str
    required: true
  to:
    description:
      - Where it is sent, V(NAME) or V(NAME:PORT). The name of a service means what Docker's name server answers at
        O(from). It can also be a task, V(tasks.NAME), a node, V(localhost), an address, or a switch, a namespace, a
        logical port of OVN or a server of OpenStack, which is its one address.
      - The port can be left out when a service has only one.
    type: str
    required: true
  protocol:
    description: What is sent. With V(icmp) it is an echo request.
    type: str
    choices: [tcp, udp, icmp]
    default: tcp
  source_port:
    description: The port that the packet comes from, from 1 to 65535.
    type: int
    default: 40000
  size_bytes:
    description:
      - Length of the IP packet, from 28 to 65535.
      - Give it the MTU of the sender's device to see where large packets end.
    type: int
    default: 60
  expect:
    description:
      - How every branch has to end, V(VERDICT), V(VERDICT to NAME) or V(VERDICT at PLACE).
      - The verdict is V(delivered), V(refused), V(dropped), V(ignored), V(left), V(controller), V(undecided), V(loop)
        or V(limit).
      - The name is that of the container, node or namespace that gets the packet. V(vote.2) stands for a task, V(vote)
        for every task of the service.
      - The place is a node, a namespace, a device, V(NODE/NAMESPACE), V(NODE/NAMESPACE/DEVICE), a mechanism such as
        V(filter), a stage of OVN's logical flows such as V(ls_out_acl), or a logical network or router that is passed.
    type: str
  via:
    description:
      - Places that every branch has to pass, in this order. Two that follow each other may be of the same hop.
    type: list
    elements: str
    default: []
  report_dir:
    description:
      - Directory for V(walk.json), V(walk.txt) and the drawing V(walk.mmd), and without O(state_file) also for
        V(state.json), through which the same walk can be made again. It is made when it is not there.
      - A relative path starts at the playbook's directory.
    type: path
  quiet:
    description: Whether to show nothing on the terminal.
    type: bool
    default: false
seealso:
  - module: packetwalk.labs.node_state
  - module: packetwalk.labs.ofproto_trace
  - module: packetwalk.labs.walk_proof
"""

EXAMPLES = r"""
- name: Read the nodes
  packetwalk.labs.node_state:
  register: node

- name: A client reaches the service through the overlay network
  packetwalk.labs.walk:
    lab: "{{ lab_name }}"
    nodes: "{{ dict(ansible_play_hosts | zip(ansible_play_hosts | map('extract', hostvars, 'node'))) }}"
    from: client.1
    to: vote:80
    expect: delivered to vote
  run_once: true
  delegate_to: localhost

- name: Ask Open vSwitch what a walk needs to know, in a lab with OVN
  packetwalk.labs.ofproto_trace:
    bridge: "{{ item.bridge }}"
    in_port: "{{ item.in_port }}"
    flow: "{{ item.flow }}"
  loop: "{{ walked.walk.questions }}"
  register: asked
  delegate_to: "{{ item.node }}"
  run_once: true

- name: Walk on with the answers
  packetwalk.labs.walk:
    lab: "{{ lab_name }}"
    nodes: "{{ read_nodes }}"
    ovn: "{{ read_ovn }}"
    answers: "{{ asked.results }}"
    from: testinstance1
    to: testinstance2:22
  run_once: true
  delegate_to: localhost

- name: A saved state shows why a packet was lost
  packetwalk.labs.walk:
    state_file: "{{ playbook_dir }}/broken.json"
    from: client.1
    to: 10.0.1.9:80
    expect: dropped at vxlan0
    via: [br0]
  delegate_to: localhost
"""

RETURN = r"""
walk:
  description: The walk document, described in docs/walk.md.
  returned: success
  type: dict
  contains:
    schema:
      description: Version of the document.
      returned: always
      type: int
      sample: 1
    lab:
      description: Name of the lab.
      returned: always
      type: str
      sample: swarm
    taken_at:
      description: When the state was taken.
      returned: always
      type: str
      sample: "2026-01-31T12:00:00Z"
    from:
      description: Where it begins, with name, node, namespace, container and address.
      returned: always
      type: dict
      sample: {name: client.1, node: manager1, namespace: 9ff9e882fd39, container: client.1.91k5, address: 10.0.1.4}
    to:
      description: Where it is sent, with name, protocol and port.
      returned: always
      type: dict
      sample: {name: "vote:80", protocol: tcp, port: 80}
    verdict:
      description: The same as RV(verdict).
      returned: always
      type: str
      sample: delivered
    ends:
      description: Numbers of the hops that end a branch which counts.
      returned: always
      type: list
      elements: int
      sample: [12, 23]
    hops:
      description: All hops, every one after the one before it on its branch.
      returned: always
      type: list
      elements: dict
      sample:
        - number: 1
          parent: null
          mechanism: name
          text: vote is 10.0.1.2, its virtual address in overlay1
    questions:
      description: What Open vSwitch has to be asked before the walk can go on, empty when there is nothing.
      returned: always
      type: list
      elements: dict
      contains:
        node:
          description: The node whose Open vSwitch it is.
          returned: always
          type: str
          sample: chassis1
        bridge:
          description: See O(packetwalk.labs.ofproto_trace#module:bridge).
          returned: always
          type: str
          sample: br-int
        in_port:
          description: See O(packetwalk.labs.ofproto_trace#module:in_port).
          returned: always
          type: str
          sample: testinsta-8aefd
        flow:
          description: See O(packetwalk.labs.ofproto_trace#module:flow).
          returned: always
          type: str
          sample: icmp,icmp_type=8,icmp_code=0,nw_src=10.10.10.4,nw_dst=10.10.10.10,nw_ttl=64
verdict:
  description: How the branches end that count, V(mixed) when they end differently.
  returned: success
  type: str
  sample: delivered
recipients:
  description: Containers and nodes that get the packet.
  returned: success
  type: list
  elements: str
  sample: [vote.1.268q2rc84yz7ubtxwa0xfiq6g]
unmet:
  description: What of O(expect) and O(via) does not hold, one sentence each.
  returned: success
  type: list
  elements: str
  sample: []
points:
  description: Devices on the way by node, as O(packetwalk.labs.packet_capture#module:points) takes them.
  returned: success
  type: dict
  sample: {manager1: [{namespace: host, device: eth0}]}
probes:
  description: Probes that take this way, with what M(packetwalk.labs.packet_probe) needs to know.
  returned: success
  type: list
  elements: dict
  contains:
    root:
      description: Number of the hop with which the walk of this probe begins.
      returned: always
      type: int
      sample: 1
    node:
      description: The node to send from. V(null) for the outside.
      returned: always
      type: str
      sample: manager1
    namespace:
      description: The namespace to send from. V(null) for the outside.
      returned: always
      type: str
      sample: 9ff9e882fd39
    protocol:
      description: The protocol.
      returned: always
      type: str
      sample: tcp
    source:
      description: The address to send from, where one was given for the outside. V(null) leaves it to the kernel.
      returned: always
      type: str
      sample: null
    destination:
      description: The address to send to.
      returned: always
      type: str
      sample: 10.0.1.2
    destination_port:
      description: The port to send to. V(null) for ICMP.
      returned: always
      type: int
      sample: 80
    source_port:
      description:
        - The port of the first probe, V(null) for ICMP. The second one has the next, and no two probes have the same.
      returned: always
      type: int
      sample: 40000
    count:
      description: How many to send, so that every branch gets some.
      returned: always
      type: int
      sample: 4
    token:
      description: Hexadecimal digits that the probes carry where they can, others in each run.
      returned: always
      type: str
      sample: 4f1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e0001
match:
  description: What the packets have in common, as O(packetwalk.labs.packet_capture#module:match) takes it.
  returned: success
  type: dict
  sample: {protocol: tcp, ports: [40000, 40001]}
vxlan_ports:
  description: Ports of the tunnels on the way, as O(packetwalk.labs.packet_capture#module:vxlan_ports) takes them.
  returned: success
  type: list
  elements: int
  sample: [4789]
reports:
  description: Paths of the reports that were written, by V(json), V(txt), V(mmd) and V(state).
  returned: success
  type: dict
  sample: {json: /srv/lab/reports/swarm/walk/walk.json}
"""
