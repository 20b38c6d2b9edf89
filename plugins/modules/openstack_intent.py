#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: openstack_intent
short_description: Read what the cloud of an OpenStack lab should have from the inventory
version_added: 0.6.0
description:
  - Checks the inventory's variables before anything is changed. The first mistake ends the task with one sentence that
    says where it is.
  - Hosts are those of the groups C(openstack_controller) and C(openstack_computes), with their variable
    C(nodes_address), and those of the group C(ovn_chassis) with C(ovn_chassis_bridge_mappings).
  - All else comes from the variables of the first controller. These are C(openstack_embedded_compute_driver),
    C(openstack_networks), C(openstack_routers), C(openstack_security_groups), C(openstack_images),
    C(openstack_flavors), C(openstack_servers) and C(openstack_floating_ips).
  - It refuses what Neutron and Nova would refuse half-way, for example subnets that overlap on one router or a pool
    with too few addresses, and what they would take though it cannot work, for example an external network that no
    chassis has a bridge for.
  - This is an action plugin. It runs on the controller and touches no host.
author:
  - The packetwalk.labs maintainers (@packetwalk)
extends_documentation_fragment:
  - packetwalk.labs._attributes
  - packetwalk.labs._intent
notes:
  - The variables are lists of dictionaries. The keys below are what has to be given, those in parentheses may be.
  - C(openstack_networks) have C(name) (C(external), C(network_type), C(physical_network), C(segmentation_id),
    C(mtu_bytes), C(subnets)). The type is C(flat) with a physical network, C(geneve) without.
  - Their C(subnets) have C(name) and C(cidr) (C(gateway), C(dhcp), C(dns_servers), C(allocation_pools) with C(start)
    and C(end)). The gateway is the first address, and everything else is in the pool.
  - C(openstack_routers) have C(name) (C(external_network), C(external_address), C(networks), C(subnets)).
  - C(openstack_security_groups) have C(name) (C(rules)). A rule has C(direction), C(ether_type), C(protocol), C(port)
    or C(port_range_min) and C(port_range_max), C(remote_address) or C(remote_group). Without any, it lets everything
    over IPv4 in. A group without rules for what leaves lets all of it leave.
  - C(openstack_images) have C(name) (C(file), a path on the machine that runs Ansible, C(disk_format)). Without a file
    the image is empty.
  - C(openstack_flavors) have C(name) and C(ram_megabytes) (C(vcpus), C(disk_gigabytes)).
  - C(openstack_servers) have C(name), C(network), C(image) and C(flavor) (C(address), C(security_groups), C(host)).
    Without a host Nova chooses one.
  - C(openstack_floating_ips) have C(server) and C(network) (C(address)).
seealso:
  - module: packetwalk.labs.openstack_changes
"""

EXAMPLES = r"""
- name: Check what was asked for
  packetwalk.labs.openstack_intent:
    lab: "{{ lab_name }}"
    provider: "{{ nodes_provider }}"
    subnet: "{{ nodes_subnet }}"
  register: openstack
  run_once: true
"""

RETURN = r"""
notes:
  description: What was asked for in vain, one sentence each.
  returned: success
  type: list
  elements: str
  sample: ["Without Nova (openstack_embedded_compute_driver is none) these are ignored: openstack_servers"]
intent:
  description: The intent.
  returned: success
  type: dict
  contains:
    openstack:
      description: The cloud, every key filled in.
      type: dict
      contains:
        lab:
          description: Name of the lab.
          type: str
          sample: openstack
        controller:
          description: The host with Keystone and Neutron.
          type: str
          sample: controller
        computes:
          description: The hosts that Nova can choose.
          type: list
          elements: str
          sample: [compute1, compute2]
        compute_driver:
          description: V(fake), V(libvirt), or V(none) for a cloud without Nova.
          type: str
          sample: fake
        networks:
          description:
            - The networks.
            - C(mtu_bytes) is V(null) where Neutron finds out itself.
          type: list
          elements: dict
          sample:
            - name: internal1
              external: false
              network_type: geneve
              physical_network: null
              segmentation_id: null
              mtu_bytes: null
              subnets:
                - name: internal1_subnet
                  cidr: 10.10.10.0/24
                  gateway: 10.10.10.1
                  dhcp: true
                  dns_servers: []
                  allocation_pools: [{start: 10.10.10.2, end: 10.10.10.254}]
        routers:
          description:
            - The routers, with the names of their subnets.
            - C(external_network) is V(null) of a router that leads nowhere, C(external_address) where Neutron chooses,
              and C(external_subnet) where it chooses that too.
          type: list
          elements: dict
          sample:
            - name: router1
              external_network: external_network
              external_address: 172.24.5.50
              external_subnet: external_subnet
              subnets: [internal1_subnet, internal2_subnet]
        security_groups:
          description:
            - The security groups with all of their rules.
            - In a rule V(null) is any.
          type: list
          elements: dict
          sample:
            - name: ping_and_ssh
              rules:
                - direction: ingress
                  ether_type: IPv4
                  protocol: tcp
                  port_min: 22
                  port_max: 22
                  remote_address: null
                  remote_group: null
        images:
          description:
            - The images.
            - C(file) is V(null) of an empty one.
          type: list
          elements: dict
          sample: [{name: cirros, file: null, disk_format: raw}]
        flavors:
          description: The flavors.
          type: list
          elements: dict
          sample: [{name: m1.tiny, vcpus: 1, ram_megabytes: 512, disk_gigabytes: 1}]
        servers:
          description:
            - The servers.
            - C(address) is V(null) where Neutron chooses, and C(subnet) where it chooses that too. C(host) is V(null)
              where Nova chooses.
          type: list
          elements: dict
          sample:
            - name: testinstance1
              network: internal1
              subnet: internal1_subnet
              address: 10.10.10.4
              image: cirros
              flavor: m1.tiny
              security_groups: [ping_and_ssh]
              host: compute1
        floating_ips:
          description:
            - The floating IPs, with the router that translates them.
            - C(address) is V(null) where Neutron chooses.
          type: list
          elements: dict
          sample: [{server: testinstance1, network: external_network, address: 172.24.5.54, router: router1}]
"""
