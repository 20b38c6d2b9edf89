#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: contiv_intent
short_description: Read what a lab with Contiv should be from the inventory
version_added: 0.5.0
description:
  - Checks the inventory's variables before anything is changed. The first mistake ends the task with one sentence that
    says where it is.
  - Hosts are those of the groups C(contiv_masters) and C(contiv_workers), with their variables C(nodes_address),
    C(contiv_vtep_address) and C(contiv_uplink_interface).
  - All else comes from the variables of the first master. These are C(contiv_binaries_from), C(contiv_binaries),
    C(contiv_release_url), C(contiv_release_checksum), C(contiv_datapath), C(contiv_forwarding_mode),
    C(contiv_vxlan_port), C(contiv_global), C(contiv_tenants), C(contiv_networks), C(contiv_policies),
    C(contiv_groups), C(contiv_app_profiles), C(contiv_bgp), C(legacy_swarm_binary_from), C(legacy_swarm_binary),
    C(legacy_swarm_strategy), C(legacy_swarm_port), C(legacy_swarm_engine_port), C(legacy_swarm_networks) and
    C(legacy_swarm_containers).
  - It refuses what the modules for these objects would refuse, and what none of them can see alone, for example two
    networks of one tenant that overlap, or a container on a network that nobody makes.
  - An even number of masters is worth a warning.
  - This is an action plugin. It runs on the controller and touches no host.
author:
  - The packetwalk.labs maintainers (@packetwalk)
extends_documentation_fragment:
  - packetwalk.labs._attributes
  - packetwalk.labs._intent
options:
  other_networks:
    description: The variable C(nodes_other_networks). Not used with existing hosts.
    type: raw
    default: []
seealso:
  - module: packetwalk.labs.contiv_info
  - module: packetwalk.labs.contiv_network
"""

EXAMPLES = r"""
- name: Check what was asked for
  packetwalk.labs.contiv_intent:
    lab: "{{ lab_name }}"
    provider: "{{ nodes_provider }}"
    subnet: "{{ nodes_subnet }}"
    other_networks: "{{ nodes_other_networks }}"
  register: contiv
  run_once: true
"""

RETURN = r"""
notes:
  description: What was asked for in vain, one sentence each.
  returned: success
  type: list
  elements: str
  sample: ["Without Contiv's programs (contiv_binaries_from is none) these are ignored: contiv_tenants"]
intent:
  description: The intent, every key filled in.
  returned: success
  type: dict
  contains:
    lab:
      description: Name of the lab.
      type: str
      sample: contiv
    masters:
      description: Members of etcd, where managers of the swarm and netmaster run.
      type: list
      elements: str
      sample: [legacy-swarm-master]
    workers:
      description: The other hosts.
      type: list
      elements: str
      sample: [legacy-swarm-worker0]
    hosts:
      description: Inventory host name to its addresses and the interface with the VLANs.
      type: dict
      sample:
        legacy-swarm-master: {address: 192.168.2.50, vtep_address: 192.168.3.50, uplink_interface: eth2}
    binaries_from:
      description: Where Contiv's programs come from. With V(none) there is no netmaster, and nothing that it is told.
      type: str
      sample: local
    swarm_binary_from:
      description: Where swarm's program comes from. With V(none) there is no manager.
      type: str
      sample: local
    datapath:
      description: V(system) for the kernel's datapath, V(netdev) for that in user space, V(auto) for either.
      type: str
      sample: auto
    forwarding_mode:
      description: V(bridge) or V(routing).
      type: str
      sample: bridge
    vxlan_port:
      description: The port that Contiv sends VXLAN to.
      type: int
      sample: 4789
    swarm_port:
      description: The port of the swarm managers.
      type: int
      sample: 2375
    swarm_strategy:
      description: How they choose the engine for a container.
      type: str
      sample: spread
    engine_port:
      description: The port of the engines.
      type: int
      sample: 2385
    tenants:
      description: The tenants, also V(default), which is there from the beginning.
      type: list
      elements: dict
      sample: [{name: default, default_network: null}, {name: blue, default_network: null}]
    networks:
      description:
        - The networks.
        - C(docker_network) is what Docker calls it, V(null) of an infra network.
      type: list
      elements: dict
      sample:
        - tenant: blue
          name: contiv-net
          type: data
          encapsulation: vxlan
          tag: null
          subnet: 10.1.2.0/24
          gateway: null
          ipv6_subnet: null
          ipv6_gateway: null
          docker_network: contiv-net/blue
    policies:
      description: The policies with their rules.
      type: list
      elements: dict
      sample:
        - tenant: blue
          name: web-policy
          rules:
            - number: "1"
              direction: in
              priority: 1
              protocol: tcp
              port: 80
              action: deny
              from_group: null
              from_network: null
              from_address: null
              to_group: null
              to_network: null
              to_address: null
    groups:
      description:
        - The endpoint groups.
        - C(docker_network) is what Docker calls it.
      type: list
      elements: dict
      sample:
        - tenant: blue
          name: web
          network: contiv-net
          policies: [web-policy]
          pool: null
          net_profile: null
          docker_network: web/blue
    app_profiles:
      description: The application profiles.
      type: list
      elements: dict
      sample: [{tenant: blue, name: shop, groups: [web]}]
    bgp:
      description: BGP of hosts.
      type: list
      elements: dict
      sample:
        - {hostname: legacy-swarm-worker0, router_address: 50.1.1.1/24, as: 65002, neighbor: 50.1.1.2, neighbor_as: 500}
    global:
      description: Settings of netmaster, those that were given.
      type: dict
      sample: {vlan_range: 100-200}
    docker_networks:
      description: Docker's own networks.
      type: list
      elements: dict
      sample: [{name: overlay-net, driver: overlay, subnet: 30.1.1.0/24}]
    containers:
      description:
        - The containers.
        - Without C(network) one is on the bridge of its engine, without C(node) the manager chooses.
      type: list
      elements: dict
      sample:
        - name: contiv-exposed
          image: "packetwalk/web:1"
          network: contiv-net
          node: null
          command: null
          published_ports: ["9099:9099"]
"""
