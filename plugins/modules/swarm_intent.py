#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_intent
short_description: Read what a Docker Swarm lab should be from the inventory
version_added: 0.1.0
description:
  - Checks the inventory's variables before anything is changed. The first mistake ends the task with one sentence that
    names the variable and the mend.
  - The hosts come from the groups C(swarm_managers) and C(swarm_workers), with their variables C(nodes_address),
    C(swarm_availability), C(swarm_labels) and C(swarm_membership).
  - This is an action plugin. It runs on the controller and touches no host.
author:
  - The packetwalk.labs maintainers (@packetwalk)
extends_documentation_fragment:
  - packetwalk.labs._attributes
  - packetwalk.labs._intent
options:
  networks:
    description: The variable C(swarm_networks).
    type: raw
    default: []
  services:
    description: The variable C(swarm_services).
    type: raw
    default: []
  ip_vs:
    description:
      - Whether the kernels of all nodes have ip_vs. When set, what the inventory leaves to V(auto) is decided.
      - Without ip_vs there are no virtual addresses and no routing mesh. DNS round robin and ports of the nodes take
        their place.
      - Has to be given together with O(esp).
    type: bool
  esp:
    description:
      - Whether the kernels of all nodes have ESP, which encrypted networks need. When it is V(false), such a network
        ends the task, as packets to other nodes would be lost.
      - Has to be given together with O(ip_vs).
    type: bool
"""

EXAMPLES = r"""
- name: Check what was asked for
  packetwalk.labs.swarm_intent:
    lab: "{{ lab_name }}"
    provider: "{{ nodes_provider }}"
    subnet: "{{ nodes_subnet }}"
    networks: "{{ swarm_networks }}"
    services: "{{ swarm_services }}"
  register: swarm
  run_once: true

- name: Check it against what the kernels can do
  packetwalk.labs.swarm_intent:
    lab: "{{ lab_name }}"
    networks: "{{ swarm_networks }}"
    services: "{{ swarm_services }}"
    ip_vs: false
    esp: true
  register: swarm
  run_once: true
"""

RETURN = r"""
intent:
  description: The intent, every key filled in.
  returned: success
  type: dict
  contains:
    lab:
      description: Name of the lab.
      type: str
      sample: swarm
    nodes:
      description: Inventory host name to what the node should be.
      type: dict
      sample:
        manager1: {role: manager, address: 192.168.99.100, availability: active, membership: present, labels: {}}
    networks:
      description: The overlay networks.
      type: list
      elements: dict
      sample:
        - name: overlay1
          subnet: 10.0.1.0/24
          gateway: null
          mtu_bytes: null
          attachable: false
          encrypted: false
          internal: false
    services:
      description: The services.
      type: list
      elements: dict
      sample:
        - name: vote
          image: "packetwalk/web:1"
          mode: replicated
          replicas: 2
          endpoint_mode: dnsrr
          networks: [overlay1]
notes:
  description: What was decided differently from what a kernel with ip_vs would get, one sentence each.
  returned: success
  type: list
  elements: str
  sample: ["vote: DNS round robin instead of a virtual address"]
"""
