#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: openswitch_intent
short_description: Read what an OpenSwitch lab should be from the inventory
version_added: 0.4.0
description:
  - Checks the inventory's variables before anything is changed. The first mistake ends the task with one sentence that
    says where it is.
  - The switches are the hosts of the group C(openswitch), with their variables C(nodes_address) and
    C(openswitch_config). Hosts at their ports are those of the group C(openswitch_hosts), with C(nodes_address) and
    C(openswitch_host_config).
  - It refuses what P(packetwalk.labs.link#module) and P(packetwalk.labs.switch_config#module) would refuse, and what
    no switch can see alone. These are two ends of a link with the same address or in different subnets, and a BGP
    neighbour whose AS is another than the one it is given.
  - This is an action plugin. It runs on the controller and touches no host.
author:
  - The packetwalk.labs maintainers (@packetwalk)
extends_documentation_fragment:
  - packetwalk.labs._attributes
  - packetwalk.labs._intent
options:
  ports:
    description: How many ports each switch has, the variable C(openswitch_ports).
    type: int
    default: 8
  links:
    description: The variable C(openswitch_links).
    type: raw
    default: []
seealso:
  - module: packetwalk.labs.link
  - module: packetwalk.labs.switch_config
"""

EXAMPLES = r"""
- name: Check what was asked for
  packetwalk.labs.openswitch_intent:
    lab: "{{ lab_name }}"
    provider: "{{ nodes_provider }}"
    subnet: "{{ nodes_subnet }}"
    ports: "{{ openswitch_ports }}"
    links: "{{ openswitch_links }}"
  register: openswitch
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
      sample: openswitch
    ports:
      description: How many ports each switch has.
      type: int
      sample: 8
    switches:
      description:
        - Inventory host name to what the switch should be.
        - C(wired) are its ports that a link comes to, C(up) those of them whose link is not shut down at an end.
        - C(sessions) are its BGP neighbours that are switches of the lab and have it as a neighbour.
        - C(facing_vlans) are its ports in no VLAN whose link leads to a port in one.
      type: dict
      sample:
        ops3:
          address: 192.168.96.13
          config:
            hostname: null
            interfaces:
              - {name: "1", addresses: [192.168.102.2/24], shutdown: false, description: null, mtu_bytes: null}
            vlans: null
            static_routes: null
            bgp:
              as_number: 65003
              router_id: 192.168.102.2
              networks: [192.168.102.0/24]
              neighbours: [{address: 192.168.102.1, remote_as: 65002, shutdown: false}]
            ospf: null
            lines: null
          wired: ["1"]
          up: ["1"]
          sessions: [192.168.102.1]
          facing_vlans: []
    hosts:
      description:
        - Inventory host name to what a host of the group C(openswitch_hosts) should be.
        - C(config) has the keys of that of a switch, of which C(interfaces) and C(static_routes) may have a value.
      type: dict
      sample:
        host1:
          address: 192.168.96.21
          config:
            hostname: null
            interfaces:
              - {name: eth1, addresses: [192.168.103.2/24], shutdown: false, description: null, mtu_bytes: null}
            vlans: null
            static_routes:
              - {destination: 192.168.0.0/16, next_hop: 192.168.103.1}
            bgp: null
            ospf: null
            lines: null
    links:
      description: The links.
      type: list
      elements: dict
      sample:
        - ends:
            - {switch: ops2, namespace: null, port: "2", bridge: null, interface: null}
            - {switch: ops3, namespace: null, port: "1", bridge: null, interface: null}
          mtu_bytes: null
          delay_milliseconds: null
          loss_percent: null
          rate_kilobits: null
"""
