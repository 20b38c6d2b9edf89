#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: switch_info
short_description: Read what a switch says of itself
version_added: 0.4.0
author:
  - The packetwalk.labs maintainers (@packetwalk)
description:
  - Reads interfaces, routes, BGP, neighbours of OSPF and of LLDP through C(vtysh), of FRR from JSON, and of OpenSwitch
    from text. Which of the two it is, it finds out itself, and the keys are the same.
  - It is what the switch says. What the kernel has of the same is for M(packetwalk.labs.node_state).
options:
  subset:
    description:
      - The parts to read. V(bgp) are its neighbours, V(bgp_table) is the table.
      - FRR has no LLDP.
    type: list
    elements: str
    choices: [interfaces, routes, bgp, bgp_table, ospf_neighbours, lldp_neighbours, running_config]
    default: [interfaces, routes, bgp, bgp_table]
  vty_socket:
    description:
      - Directory of the sockets of FRR's daemons, as for C(vtysh --vty_socket). Without it the one that vtysh knows.
      - They are files, so the module does not have to be in the network namespace of the switch.
    type: path
  timeout_seconds:
    description: How long C(vtysh) may take for each part.
    type: float
    default: 30.0
extends_documentation_fragment:
  - packetwalk.labs._attributes
  - packetwalk.labs._attributes.info_module
  - packetwalk.labs._attributes.linux
seealso:
  - module: packetwalk.labs.switch_config
  - module: packetwalk.labs.node_state
"""

EXAMPLES = r"""
- name: Read the switch
  packetwalk.labs.switch_info:
  become: true
  register: seen

- name: See that all neighbours are established
  ansible.builtin.assert:
    that: seen.switch.bgp.neighbours | rejectattr('state', 'eq', 'Established') | length == 0

- name: Show the way to a network
  ansible.builtin.debug:
    msg: >-
      {{ seen.switch.bgp_table.paths | selectattr('best') | selectattr('network', 'eq', '192.168.102.0/24')
         | map(attribute='path') | first }}
"""

RETURN = r"""
warnings:
  description: What could not be read, one sentence each. They are also shown as warnings of the task.
  returned: when something could not be read
  type: list
  elements: str
  sample: ["Ospf neighbours could not be read: show ip ospf neighbor json: ospfd is not running."]
switch:
  description:
    - The switch. For every part C(x) that is V(null), C(x_reason) beside it says why.
  returned: always
  type: dict
  contains:
    flavour:
      description: What kind of switch it is, V(frr) or V(openswitch).
      returned: always
      type: str
      sample: frr
    version:
      description: Its version.
      returned: always
      type: str
      sample: 8.4.4
    interfaces:
      description: Its interfaces.
      returned: when asked for
      type: list
      elements: dict
      contains:
        name:
          description: Name of the interface.
          returned: always
          type: str
          sample: "1"
        present:
          description: Whether it is there. FRR also tells of what is only configured, or was moved away.
          returned: always
          type: bool
          sample: true
        admin_state:
          description: V(up) unless it is shut down.
          returned: always
          type: str
          sample: up
        link_state:
          description: V(up) or V(down), V(null) for what is not there.
          returned: always
          type: str
          sample: up
        mac:
          description: MAC address, V(null) without one.
          returned: always
          type: str
          sample: "4a:98:c6:f6:c3:29"
        mtu_bytes:
          description: Its MTU, V(null) for what is not there.
          returned: always
          type: int
          sample: 1500
        addresses:
          description: Addresses with the length of their prefix.
          returned: always
          type: list
          elements: str
          sample: [192.168.101.1/24]
        description:
          description: Its description, V(null) without one.
          returned: always
          type: str
          sample: to ops2
        vrf:
          description: The VRF, V(null) in OpenSwitch.
          returned: always
          type: str
          sample: default
    routes:
      description: IPv4 routes. OpenSwitch tells those that it forwards by.
      returned: when asked for
      type: list
      elements: dict
      contains:
        destination:
          description: The network.
          returned: always
          type: str
          sample: 192.168.102.0/24
        protocol:
          description: Where the route is from.
          returned: always
          type: str
          sample: bgp
        distance:
          description: Of routes of several protocols the one with the least distance is selected.
          returned: always
          type: int
          sample: 20
        metric:
          description: Of routes of one protocol the one with the least metric is selected.
          returned: always
          type: int
          sample: 0
        selected:
          description: Whether it is the one of its destination.
          returned: always
          type: bool
          sample: true
        installed:
          description: Whether the kernel took it, V(null) in OpenSwitch.
          returned: always
          type: bool
          sample: true
        uptime:
          description: How long there has been the route, as it is printed, V(null) in OpenSwitch.
          returned: always
          type: str
          sample: "00:00:27"
        next_hops:
          description: The next hops.
          returned: always
          type: list
          elements: dict
          contains:
            address:
              description: Address of the next router, V(null) for what is connected.
              returned: always
              type: str
              sample: 192.168.101.2
            interface:
              description: The interface, V(null) when it is not printed.
              returned: always
              type: str
              sample: "1"
            active:
              description: Whether it can be reached.
              returned: always
              type: bool
              sample: true
    bgp:
      description: BGP and its neighbours. Without BGP both numbers are V(null).
      returned: when asked for
      type: dict
      contains:
        router_id:
          description: The router ID.
          returned: always
          type: str
          sample: 192.168.101.1
        as_number:
          description: Number of the own AS.
          returned: always
          type: int
          sample: 65001
        neighbours:
          description: The neighbours.
          returned: always
          type: list
          elements: dict
          contains:
            address:
              description: Address of the neighbour.
              returned: always
              type: str
              sample: 192.168.101.2
            remote_as:
              description: Number of its AS, V(null) while it is not known.
              returned: always
              type: int
              sample: 65002
            state:
              description: State of the session, as it is printed.
              returned: always
              type: str
              sample: Established
            uptime:
              description: How long it has been in this state, as it is printed, V(null) if it never was established.
              returned: always
              type: str
              sample: "00:00:28"
            messages_received:
              description: How many messages came.
              returned: always
              type: int
              sample: 5
            messages_sent:
              description: How many messages were sent.
              returned: always
              type: int
              sample: 5
            prefixes_received:
              description: How many prefixes came, V(null) in OpenSwitch.
              returned: always
              type: int
              sample: 1
            prefixes_sent:
              description: How many prefixes were sent, V(null) in OpenSwitch.
              returned: always
              type: int
              sample: 2
            connections_dropped:
              description: How many sessions were lost, V(null) in OpenSwitch.
              returned: always
              type: int
              sample: 0
    bgp_table:
      description: The table of BGP for IPv4. Without BGP both numbers are V(null).
      returned: when asked for
      type: dict
      contains:
        router_id:
          description: The router ID.
          returned: always
          type: str
          sample: 192.168.101.1
        as_number:
          description: Number of the own AS, V(null) in OpenSwitch.
          returned: always
          type: int
          sample: 65001
        paths:
          description: The paths, one for each next hop.
          returned: always
          type: list
          elements: dict
          contains:
            network:
              description: The network.
              returned: always
              type: str
              sample: 192.168.102.0/24
            next_hop:
              description: Address of the next hop, V(0.0.0.0) for an own network.
              returned: always
              type: str
              sample: 192.168.101.2
            metric:
              description: The multi-exit discriminator, V(null) without one.
              returned: always
              type: int
              sample: 0
            local_preference:
              description: The local preference, V(null) without one.
              returned: always
              type: int
              sample: 100
            weight:
              description: The weight.
              returned: always
              type: int
              sample: 32768
            path:
              description: The AS path as it is printed, empty for an own network.
              returned: always
              type: str
              sample: 65002 65003
            origin:
              description: Where the path is from, V(igp), V(egp) or V(incomplete).
              returned: always
              type: str
              sample: igp
            valid:
              description: Whether the path can be used.
              returned: always
              type: bool
              sample: true
            best:
              description: Whether it is the best of its network.
              returned: always
              type: bool
              sample: true
            multipath:
              description: Whether it is used beside the best one.
              returned: always
              type: bool
              sample: false
            internal:
              description: Whether it came from a neighbour of the own AS.
              returned: always
              type: bool
              sample: false
            suppressed:
              description: Whether an aggregate hides it.
              returned: always
              type: bool
              sample: false
            damped:
              description: Whether it is not used for having flapped.
              returned: always
              type: bool
              sample: false
            history:
              description: Whether it is only known for having flapped.
              returned: always
              type: bool
              sample: false
            rib_failure:
              description: Whether the routing table did not take it.
              returned: always
              type: bool
              sample: false
            stale:
              description: Whether it is of a neighbour that is being restarted.
              returned: always
              type: bool
              sample: false
            removed:
              description: Whether it is being removed.
              returned: always
              type: bool
              sample: false
    ospf_neighbours:
      description: Neighbours of OSPF.
      returned: when asked for
      type: list
      elements: dict
      contains:
        router_id:
          description: Router ID of the neighbour.
          returned: always
          type: str
          sample: 192.168.101.2
        address:
          description: Address of the neighbour.
          returned: always
          type: str
          sample: 192.168.101.2
        interface:
          description: The own interface.
          returned: always
          type: str
          sample: "1"
        state:
          description: State of the adjacency, as it is printed.
          returned: always
          type: str
          sample: Full
        role:
          description: What the neighbour is on its network, V(DR), V(Backup) or V(DROther), V(null) without a network.
          returned: always
          type: str
          sample: DR
        priority:
          description: Its priority for becoming the designated router.
          returned: always
          type: int
          sample: 1
        dead_seconds:
          description: How long it may still be silent.
          returned: always
          type: float
          sample: 33.014
    lldp_neighbours:
      description: Neighbours of LLDP.
      returned: when asked for
      type: list
      elements: dict
      contains:
        port:
          description: The own port.
          returned: always
          type: str
          sample: "1"
        chassis_id:
          description: Chassis ID of the neighbour.
          returned: always
          type: str
          sample: "10:60:4b:39:3e:80"
        port_id:
          description: Its port.
          returned: always
          type: str
          sample: "1"
        ttl_seconds:
          description: How long this is good for.
          returned: always
          type: int
          sample: 120
    running_config:
      description: Each line of the running configuration, with the lines of its context in the same form.
      returned: when asked for
      type: dict
      sample: {interface 1: {ip address 192.168.101.1/24: {}}}
    bgp_table_reason:
      description: Why the part could not be read. Each part has one.
      returned: when C(bgp_table) is V(null)
      type: str
      sample: "show ip bgp json: bgpd is not running"
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._probing import _switch_info
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._vtysh import Failed, Vtysh


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "subset": {
                "type": "list",
                "elements": "str",
                "choices": list(_switch_info.PARTS),
                "default": ["interfaces", "routes", "bgp", "bgp_table"],
            },
            "vty_socket": {"type": "path"},
            "timeout_seconds": {"type": "float", "default": 30.0},
        },
        supports_check_mode=True,
    )
    vtysh = Vtysh(module.params["vty_socket"], module.params["timeout_seconds"])
    try:
        switch, warnings = _switch_info.read(vtysh, module.params["subset"])
    except (Failed, ParseError) as error:
        module.fail_json(msg=f"The switch cannot be read: {error}.")
    for warning in warnings:
        module.warn(warning)
    module.exit_json(changed=False, switch=switch)


if __name__ == "__main__":
    main()
