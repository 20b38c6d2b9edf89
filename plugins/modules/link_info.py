#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: link_info
short_description: Read what a machine has of the links between its containers
version_added: 0.4.0
author:
  - The packetwalk.labs maintainers (@packetwalk)
description:
  - Reads the bridges that links of a lab lead to, with all their ports, and what else on the machine is an end of a
    link of the lab. It runs on the machine that carries the containers, and reads over netlink.
  - An end belongs to the lab when M(packetwalk.labs.link) wrote so on it. What Docker made is found from the end in the
    container, whose other end is on the machine.
  - The containers are nodes of the lab, and their own interfaces are for M(packetwalk.labs.node_state).
options:
  lab:
    description: Name of the lab that the links belong to.
    type: str
    required: true
  bridges:
    description: Names of bridges to tell of too when no link of the lab leads to them.
    type: list
    elements: str
    default: []
extends_documentation_fragment:
  - packetwalk.labs._attributes
  - packetwalk.labs._attributes.info_module
  - packetwalk.labs._attributes.linux
notes:
  - The namespaces need the rights of root.
seealso:
  - module: packetwalk.labs.link
  - module: packetwalk.labs.node_state
"""

EXAMPLES = r"""
- name: Look at the bridges of the links
  packetwalk.labs.link_info:
    lab: openswitch
    bridges: [br0]
  register: carrier
  delegate_to: localhost

- name: See that each port forwards
  ansible.builtin.assert:
    that: item.port.state == 'forwarding'
  loop: "{{ carrier.machine.namespaces.host.links | selectattr('port', 'defined') }}"
"""

RETURN = r"""
machine:
  description: What the machine has of the links.
  returned: success
  type: dict
  contains:
    namespaces:
      description:
        - V(host), the machine's own namespace, and each named one with an end of a link of the lab.
        - C(links) of each are in the form of RV(packetwalk.labs.node_state#module:state.namespaces), without C(ipv4)
          and C(ipv6).
      returned: always
      type: dict
      sample:
        host:
          links:
            - name: br0
              index: 5
              kind: bridge
              mac: "0a:d4:2b:5c:11:01"
              mtu_bytes: 1500
              flags: [broadcast, lower_up, multicast, up]
              operational_state: up
              bridge: {vlan_filtering: false, ageing_seconds: 300.0, stp: false, group_fwd_mask: 0}
            - name: ops11-8d1fb
              index: 24
              kind: veth
              mac: "5a:0c:71:f8:39:02"
              mtu_bytes: 1500
              flags: [broadcast, lower_up, multicast, up]
              operational_state: up
              alias: packetwalk.lab=openswitch bridge/br0:ops11-8d1fb to ops1:1
              master: br0
              peer: {index: 23, namespace: null, name: null}
              port:
                state: forwarding
                hairpin: false
                isolated: false
                learning: true
                flood: true
                multicast_flood: true
                broadcast_flood: true
                group_fwd_mask: 0
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._probing import _link_info


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "lab": {"type": "str", "required": True},
            "bridges": {"type": "list", "elements": "str", "default": []},
        },
        supports_check_mode=True,
    )
    try:
        machine = _link_info.read(module.params["lab"], module.params["bridges"])
    except ParseError as error:
        module.fail_json(msg=f"The links of this machine cannot be read: {error}.")
    except OSError as error:
        module.fail_json(msg=f"The namespaces of this machine cannot be read: {error.strerror or error}.")
    module.exit_json(changed=False, machine=machine)


if __name__ == "__main__":
    main()
