#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: contiv_bgp
short_description: Make, change or delete the BGP configuration of a node of Contiv
version_added: 0.5.0
author:
  - The packetwalk.labs maintainers (@packetwalk)
description:
  - Makes the configuration of BGP on one node with netmaster's REST API.
  - In forwarding mode V(bridge) netmaster takes it, but nothing comes of it. This module warns then.
extends_documentation_fragment:
  - packetwalk.labs._attributes
  - packetwalk.labs._netmaster
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  hostname:
    description: The node, as C(netplugin) calls it.
    type: str
    required: true
  router_address:
    description:
      - Address of the node towards its neighbor, with the length of the network's prefix.
      - Required when O(state=present).
    type: str
  as:
    description: Number of the node's autonomous system. Required when O(state=present).
    type: int
  neighbor:
    description: Address of the neighbor. Left out, there is none, or it is left as it is.
    type: str
  neighbor_as:
    description: Number of the neighbor's autonomous system. Required together with O(neighbor).
    type: int
  state:
    description: Whether the configuration shall be there.
    type: str
    choices: [present, absent]
    default: present
seealso:
  - module: packetwalk.labs.contiv_global
  - module: packetwalk.labs.contiv_info
"""

EXAMPLES = r"""
- name: A node and the router beside it
  packetwalk.labs.contiv_bgp:
    hostname: legacy-swarm-worker0
    router_address: 50.1.1.1/24
    as: 65002
    neighbor: 50.1.1.2
    neighbor_as: 500

- name: Delete the configuration
  packetwalk.labs.contiv_bgp:
    hostname: legacy-swarm-worker0
    state: absent
"""

RETURN = r"""
actions:
  description: The requests that changed something, or would in check mode.
  returned: success
  type: list
  elements: str
  sample: [POST Bgps legacy-swarm-worker0]
contiv_bgp:
  description:
    - The configuration, as M(packetwalk.labs.contiv_info) has it.
    - V(null) when it is not there. In check mode, what only netmaster can say is V(null), zero or empty.
  returned: success
  type: dict
  contains:
    hostname:
      description: The node.
      returned: success
      type: str
      sample: legacy-swarm-worker0
    router_address:
      description: Address of the node towards its neighbor.
      returned: success
      type: str
      sample: 50.1.1.1/24
    as:
      description: Number of the node's autonomous system.
      returned: success
      type: int
      sample: 65002
    neighbor:
      description: Address of the neighbor, V(null) without one.
      returned: success
      type: str
      sample: 50.1.1.2
    neighbor_as:
      description: Number of the neighbor's autonomous system, V(null) without one.
      returned: success
      type: int
      sample: 500
"""

from ansible_collections.packetwalk.labs.plugins.module_utils._planning._contiv_objects import BGP
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._contiv_objects import STATE, run


def main() -> None:
    run(
        BGP,
        {
            "hostname": {"type": "str", "required": True},
            "router_address": {"type": "str"},
            "as": {"type": "int"},
            "neighbor": {"type": "str"},
            "neighbor_as": {"type": "int"},
            "state": STATE,
        },
    )


if __name__ == "__main__":
    main()
