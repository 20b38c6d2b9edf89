#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: contiv_network
short_description: Make or delete a network of Contiv
version_added: 0.5.0
author:
  - The packetwalk.labs maintainers (@packetwalk)
description:
  - Makes a network with netmaster's REST API, which makes a network of Docker for it. In tenant V(default) that has the
    same name, in others C(NAME/TENANT).
  - A network that is as it shall be is not sent again, which netmaster would refuse.
  - A network that was made while Docker failed has no network of Docker, and netmaster does not notice. It is deleted
    and made again.
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
  name:
    description: Name of the network, letters, digits, hyphens and dots.
    type: str
    required: true
  tenant:
    description: Tenant of the network.
    type: str
    default: default
  type:
    description: V(infra) is for hosts, and no network of Docker is made for it.
    type: str
    choices: [data, infra]
    default: data
  encapsulation:
    description: What frames are carried in between nodes.
    type: str
    choices: [vlan, vxlan]
    default: vxlan
  tag:
    description:
      - VLAN, or identifier of the VXLAN. Left out, netmaster chooses one, or it is left as it is.
      - It has to be in O(packetwalk.labs.contiv_global#module:vlan_range) or
        O(packetwalk.labs.contiv_global#module:vxlan_range).
    type: int
  subnet:
    description:
      - IPv4 subnet, for example V(10.1.2.0/24), or V(10.1.2.10-10.1.2.40/24) where only these addresses are given out.
      - Required when O(state=present). Networks of one tenant must not overlap.
    type: str
  gateway:
    description: Address of the gateway in O(subnet). Left out, there is none, or it is left as it is.
    type: str
  ipv6_subnet:
    description: IPv6 subnet. Left out, there is none, or it is left as it is.
    type: str
  ipv6_gateway:
    description: Address of the gateway in O(ipv6_subnet).
    type: str
  docker_socket:
    description:
      - Socket of an engine in netmaster's cluster, which is asked whether the network of Docker is really there.
      - Where no engine answers on it, or one without a cluster store, this is not looked at.
    type: path
    default: /var/run/docker.sock
  state:
    description: Whether the network shall be there.
    type: str
    choices: [present, absent]
    default: present
notes:
  - netmaster changes nothing of a network. When something shall be different, this module fails and says what.
  - A network with endpoints, endpoint groups, services or rules that name it is not deleted. netmaster would refuse
    some of these too, but the tenant would not know the network any more.
seealso:
  - module: packetwalk.labs.contiv_tenant
  - module: packetwalk.labs.contiv_group
  - module: packetwalk.labs.contiv_info
"""

EXAMPLES = r"""
- name: A VXLAN
  packetwalk.labs.contiv_network:
    name: contiv-net
    tenant: blue
    subnet: 10.1.2.0/24

- name: A VLAN on the uplink
  packetwalk.labs.contiv_network:
    name: contiv-vlan
    encapsulation: vlan
    tag: 112
    subnet: 10.1.3.0/24

- name: Delete one
  packetwalk.labs.contiv_network:
    name: contiv-vlan
    state: absent
"""

RETURN = r"""
actions:
  description: The requests that changed something, or would in check mode.
  returned: success
  type: list
  elements: str
  sample: [POST networks blue:contiv-net]
contiv_network:
  description:
    - The network, as M(packetwalk.labs.contiv_info) has it.
    - V(null) when it is not there. In check mode, what only netmaster can say is V(null), zero or empty.
  returned: success
  type: dict
  contains:
    tenant:
      description: Tenant of the network.
      returned: success
      type: str
      sample: blue
    name:
      description: Name of the network.
      returned: success
      type: str
      sample: contiv-net
    type:
      description: V(data) or V(infra).
      returned: success
      type: str
      sample: data
    encapsulation:
      description: V(vlan) or V(vxlan).
      returned: success
      type: str
      sample: vxlan
    subnet:
      description: The IPv4 subnet as it was asked for.
      returned: success
      type: str
      sample: 10.1.2.0/24
    gateway:
      description: Address of the gateway, V(null) without one.
      returned: success
      type: str
      sample: null
    ipv6_subnet:
      description: The IPv6 subnet, V(null) without one.
      returned: success
      type: str
      sample: null
    ipv6_gateway:
      description: IPv6 address of the gateway, V(null) without one.
      returned: success
      type: str
      sample: null
    tag:
      description: The tag that was asked for, V(null) for an automatic one.
      returned: success
      type: int
      sample: null
    packet_tag:
      description: The tag in use on the nodes.
      returned: success
      type: int
      sample: 2
    external_tag:
      description: The tag on the wire of a VXLAN, V(null) for a VLAN.
      returned: success
      type: int
      sample: 2
    docker_network:
      description: Name of the network in Docker, V(null) for O(type=infra).
      returned: success
      type: str
      sample: contiv-net/blue
    allocated_addresses:
      description: Addresses that are given out.
      returned: success
      type: list
      elements: str
      sample: [10.1.2.1, 10.1.2.2]
    allocated_count:
      description: How many addresses netmaster counts as given out.
      returned: success
      type: int
      sample: 2
    endpoint_count:
      description: How many endpoints there are.
      returned: success
      type: int
      sample: 2
    in_tenant:
      description: Whether the tenant knows the network. It does not after a deletion that netmaster refused.
      returned: success
      type: bool
      sample: true
docker_network_checked:
  description: Whether an engine of the cluster was asked for the network of Docker.
  returned: success
  type: bool
  sample: true
repaired:
  description:
    - Whether the network of Docker was missing, so that the network was deleted and made again.
  returned: success
  type: bool
  sample: false
"""

from ansible_collections.packetwalk.labs.plugins.module_utils._planning._contiv_objects import NETWORK
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._contiv_objects import (
    DOCKER_SOCKET,
    STATE,
    TENANT,
    run,
)


def main() -> None:
    run(
        NETWORK,
        {
            "name": {"type": "str", "required": True},
            "tenant": TENANT,
            "type": {"type": "str", "choices": ["data", "infra"], "default": "data"},
            "encapsulation": {"type": "str", "choices": ["vlan", "vxlan"], "default": "vxlan"},
            "tag": {"type": "int"},
            "subnet": {"type": "str"},
            "gateway": {"type": "str"},
            "ipv6_subnet": {"type": "str"},
            "ipv6_gateway": {"type": "str"},
            "docker_socket": DOCKER_SOCKET,
            "state": STATE,
        },
    )


if __name__ == "__main__":
    main()
