#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: contiv_global
short_description: Change the global configuration of Contiv
version_added: 0.5.0
author:
  - The packetwalk.labs maintainers (@packetwalk)
description:
  - Changes what netmaster has for the whole cluster, with its REST API. Only what is given is changed.
  - netmaster replaces all that it has with what it is sent, so everything is sent, also what stays as it is.
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
  infrastructure:
    description: Kind of the network between the nodes.
    type: str
    choices: [default, aci, aci-opflex]
  vlan_range:
    description: First and last VLAN for networks, for example V(1-4094).
    type: str
  vxlan_range:
    description: First and last identifier of VXLANs for networks, for example V(1-10000).
    type: str
  forwarding_mode:
    description:
      - Whether nodes are bridges or routers.
      - When it changes, C(netplugin) deletes its bridges of Open vSwitch and makes new ones.
    type: str
    choices: [bridge, routing]
  arp_mode:
    description: Whether C(netplugin) answers ARP requests or lets them be flooded.
    type: str
    choices: [proxy, flood]
  private_subnet:
    description: Network with a prefix of 16 bits, for addresses between a node and its containers.
    type: str
notes:
  - Neither the forwarding mode nor the private subnet can be changed while there are networks, and ranges have to hold
    all tags in use. This module says which networks these are before netmaster is asked.
seealso:
  - module: packetwalk.labs.contiv_network
  - module: packetwalk.labs.contiv_bgp
  - module: packetwalk.labs.contiv_info
"""

EXAMPLES = r"""
- name: Nodes as routers
  packetwalk.labs.contiv_global:
    forwarding_mode: routing

- name: Only some tags for Contiv
  packetwalk.labs.contiv_global:
    vlan_range: 100-199
    vxlan_range: 5000-5999
"""

RETURN = r"""
actions:
  description: The requests that changed something, or would in check mode.
  returned: success
  type: list
  elements: str
  sample: [POST globals global]
contiv_global:
  description:
    - The global configuration, as M(packetwalk.labs.contiv_info) has it.
  returned: success
  type: dict
  contains:
    infrastructure:
      description: Kind of the network between the nodes.
      returned: success
      type: str
      sample: default
    vlan_range:
      description: First and last VLAN.
      returned: success
      type: str
      sample: 1-4094
    vxlan_range:
      description: First and last identifier of VXLANs.
      returned: success
      type: str
      sample: 1-10000
    forwarding_mode:
      description: V(bridge) or V(routing).
      returned: success
      type: str
      sample: bridge
    arp_mode:
      description: V(proxy) or V(flood).
      returned: success
      type: str
      sample: proxy
    private_subnet:
      description: Network between nodes and containers.
      returned: success
      type: str
      sample: 172.19.0.0/16
    vlans_in_use:
      description: VLANs of networks, empty for none.
      returned: success
      type: str
      sample: "112"
    vxlans_in_use:
      description: VXLANs of networks, empty for none.
      returned: success
      type: str
      sample: 1-2
    cluster_mode:
      description: What netmaster makes networks for.
      returned: success
      type: str
      sample: docker
"""

from ansible_collections.packetwalk.labs.plugins.module_utils._planning._contiv_objects import GLOBAL
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._contiv_objects import run


def main() -> None:
    run(
        GLOBAL,
        {
            "infrastructure": {"type": "str", "choices": ["default", "aci", "aci-opflex"]},
            "vlan_range": {"type": "str"},
            "vxlan_range": {"type": "str"},
            "forwarding_mode": {"type": "str", "choices": ["bridge", "routing"]},
            "arp_mode": {"type": "str", "choices": ["proxy", "flood"]},
            "private_subnet": {"type": "str"},
        },
    )


if __name__ == "__main__":
    main()
