#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: neutron_ovn_diff
short_description: Compare what Neutron wants with what OVN and Open vSwitch have
version_added: 0.6.0
description:
  - Compares a cloud's Neutron with the northbound and the southbound database of OVN and with the Open vSwitch of each
    chassis, tells every drift with the command that repairs it, and fails when there is some.
  - It compares host names, agents, networks, subnets with their DHCP options, ports at four layers, security groups
    with ACLs in what they mean, routers with ports, routes and source NAT, gateways, floating IPs, MTUs and revision
    numbers. What Neutron has and OVN lacks is told as well as what is left in OVN.
  - What may differ is no drift. Unbound and disabled ports, ports without port security, Neutron's ports for metadata
    and for the addresses of floating IPs, ports of stopped servers and of those that are being deleted, and what others
    put into the databases are not told.
  - The state is what other modules gathered, or a file in which an earlier run saved it. Comparing a file needs no
    cloud.
  - This is an action plugin. It runs on the controller and touches no host, and never runs a repair.
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
      - All is compared as always, but no report is written.
options:
  report_dir:
    description:
      - Directory for the reports V(drift.json) and V(drift.txt). It is made when it is not there.
      - A relative path starts at the playbook's directory.
      - Without it nothing is written.
    type: path
  quiet:
    description: Whether to show nothing on the terminal.
    type: bool
    default: false
notes:
  - C(neutron-ovn-db-sync-util) needs C(--config-file) for the files of Neutron and its ML2 plugin where these are not
    in C(/etc/neutron).
  - The forwarding of ports, the members of address groups and DHCP options of single ports are not compared.
seealso:
  - module: packetwalk.labs.neutron_info
  - module: packetwalk.labs.ovn_info
  - module: packetwalk.labs.ovs_info
  - module: packetwalk.labs.verify
"""

EXAMPLES = r"""
# The playbook packetwalk.labs.neutron_ovn_diff does all of it.
- name: Ask Neutron
  packetwalk.labs.neutron_info:
    cloud: packetwalk
  register: cloud
  run_once: true

- name: Read the databases of OVN
  packetwalk.labs.ovn_info:
    northbound: tcp:192.0.2.39:6641
    southbound: tcp:192.0.2.39:6642
  register: databases
  run_once: true

- name: Read the Open vSwitch of each chassis
  packetwalk.labs.ovs_info:
  register: switch

- name: Compare them
  packetwalk.labs.neutron_ovn_diff:
    lab: openstack
    nodes: "{{ dict(ansible_play_hosts | product([{}])) }}"
    ovn:
      central: "{{ databases }}"
      chassis: "{{ dict(ansible_play_hosts | zip(ansible_play_hosts | map('extract', hostvars, 'switch'))) }}"
    openstack:
      neutron: "{{ cloud }}"
  register: difference
  failed_when: false
  run_once: true

- name: Show the commands that repair it
  ansible.builtin.debug:
    msg: "{{ difference.drifts | map(attribute='repair') | select | unique }}"

- name: Compare a saved state
  packetwalk.labs.neutron_ovn_diff:
    state_file: reports/openstack/state.json
"""

RETURN = r"""
msg:
  description: How many drifts there are.
  returned: always
  type: str
  sample: 3 drifts in 2 of 56 objects
passed:
  description: Whether there is no drift, and everything could be compared.
  returned: always
  type: bool
  sample: false
drifts:
  description: All that is not as Neutron wants it, hosts and agents first, as other drift follows from theirs.
  returned: always
  type: list
  elements: dict
  contains:
    kind:
      description:
        - What it is, V(host), V(chassis), V(agent), V(network), V(subnet), V(port), V(security_group), V(router),
          V(router port), V(gateway) or V(floating_ip).
      returned: always
      type: str
      sample: port
    id:
      description: Its identifier in Neutron, or in OVN where Neutron does not have it.
      returned: always
      type: str
      sample: 06f528e3-300b-4271-b5fc-a6b25a551fbe
    name:
      description: What people call it.
      returned: always
      type: str
      sample: testinstance1
    what:
      description: What is not the same.
      returned: always
      type: str
      sample: addresses in the northbound database
    layer:
      description: Who is not as the others are, V(neutron), V(northbound), V(southbound) or V(switch).
      returned: always
      type: str
      sample: northbound
    expected:
      description: What should be there, V(null) for what is left.
      returned: always
      type: raw
      sample: ["fa:16:3e:b7:75:2a 10.10.10.4"]
    actual:
      description: What is there, V(null) for what is missing.
      returned: always
      type: raw
      sample: ["fa:16:3e:b7:75:2a 10.10.10.5"]
    node:
      description: The node to run the command on, or V(null) where any that reaches the service will do.
      returned: always
      type: str
      sample: null
    repair:
      description: One line for a shell that repairs it, or V(null).
      returned: always
      type: str
      sample: openstack network set --mtu 1342 internal1
    repair_reason:
      description: Why there is no such command, and what to do instead.
      returned: when RV(drifts[].repair) is V(null)
      type: str
      sample: ovn-northd makes it of what the northbound database has; start it, or look at its log
unknown:
  description: Objects that could not be compared to the end.
  returned: always
  type: list
  elements: dict
  contains:
    kind:
      description: As in RV(drifts).
      returned: always
      type: str
      sample: port
    id:
      description: As in RV(drifts).
      returned: always
      type: str
      sample: 06f528e3-300b-4271-b5fc-a6b25a551fbe
    name:
      description: As in RV(drifts).
      returned: always
      type: str
      sample: testinstance1
    reason:
      description: Why it could not.
      returned: always
      type: str
      sample: Open vSwitch of compute1 could not be read
reports:
  description: The paths of the reports that were written, by their kind.
  returned: always
  type: dict
  contains:
    json:
      description: Path of V(drift.json), RV(drifts).
      returned: when O(report_dir) is given, and not in check mode
      type: str
      sample: /home/user/reports/openstack/drift.json
    text:
      description: Path of V(drift.txt), what is shown on the terminal.
      returned: when O(report_dir) is given, and not in check mode
      type: str
      sample: /home/user/reports/openstack/drift.txt
"""
