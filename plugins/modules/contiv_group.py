#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: contiv_group
short_description: Make, change or delete an endpoint group of Contiv
version_added: 0.5.0
author:
  - The packetwalk.labs maintainers (@packetwalk)
description:
  - Makes an endpoint group with netmaster's REST API, which makes a network of Docker for it. In tenant V(default) that
    has the same name, in others C(NAME/TENANT). Containers in that network belong to the group.
  - Policies say which packets the containers of a group may get and send.
  - A group that was made while Docker failed has no network of Docker. It is deleted and made again.
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
    description: Name of the group, letters, digits, hyphens and dots. No network of the tenant may have the same one.
    type: str
    required: true
  tenant:
    description: Tenant of the group.
    type: str
    default: default
  network:
    description: Network of the group. Required when O(state=present).
    type: str
  policies:
    description: Policies of the group, in any order. Left out, they are left as they are.
    type: list
    elements: str
  pool:
    description:
      - First and last address for the group's containers, for example V(10.1.2.100-10.1.2.110).
      - Left out, they come from the whole network, or this is left as it is.
    type: str
  net_profile:
    description: Network profile (bandwidth and DSCP) of the group, empty for none. Left out, it is left as it is.
    type: str
  docker_socket:
    description:
      - Socket of an engine in netmaster's cluster, which is asked whether the network of Docker is really there.
      - Where no engine answers on it, or one without a cluster store, this is not looked at.
    type: path
    default: /var/run/docker.sock
  state:
    description: Whether the group shall be there.
    type: str
    choices: [present, absent]
    default: present
notes:
  - netmaster changes policies and network profile of a group, but not its network and its pool. When these shall be
    different, this module fails and says so.
  - A group with endpoints, or that application profiles or rules name, is not deleted. netmaster would leave rules
    behind that name a group which is not there.
  - When Docker does not have the network of a group, netmaster loses a part of the group while it deletes it, and can
    never delete it then. Where O(docker_socket) answers, Docker is given such a network before.
  - netmaster leaves a network of Docker behind when it refuses a new group. It is removed where O(docker_socket)
    answers.
seealso:
  - module: packetwalk.labs.contiv_network
  - module: packetwalk.labs.contiv_policy
  - module: packetwalk.labs.contiv_info
"""

EXAMPLES = r"""
- name: Containers that a policy protects
  packetwalk.labs.contiv_group:
    name: web
    tenant: blue
    network: contiv-net
    policies: [web-policy]

- name: Delete the group
  packetwalk.labs.contiv_group:
    name: web
    tenant: blue
    state: absent
"""

RETURN = r"""
actions:
  description: The requests that changed something, or would in check mode.
  returned: success
  type: list
  elements: str
  sample: [POST endpointGroups blue:web]
contiv_group:
  description:
    - The group, as M(packetwalk.labs.contiv_info) has it.
    - V(null) when it is not there. In check mode, what only netmaster can say is V(null), zero or empty.
  returned: success
  type: dict
  contains:
    tenant:
      description: Tenant of the group.
      returned: success
      type: str
      sample: blue
    name:
      description: Name of the group.
      returned: success
      type: str
      sample: web
    network:
      description: Network of the group.
      returned: success
      type: str
      sample: contiv-net
    policies:
      description: Policies of the group, sorted.
      returned: success
      type: list
      elements: str
      sample: [web-policy]
    pool:
      description: First and last address of its containers, V(null) for all of the network.
      returned: success
      type: str
      sample: null
    net_profile:
      description: Network profile of the group, V(null) without one.
      returned: success
      type: str
      sample: null
    docker_network:
      description: Name of the network in Docker.
      returned: success
      type: str
      sample: web/blue
    packet_tag:
      description: Tag of its packets on the nodes.
      returned: success
      type: int
      sample: 2
docker_network_checked:
  description: Whether an engine of the cluster was asked for the network of Docker.
  returned: success
  type: bool
  sample: true
repaired:
  description:
    - Whether the network of Docker was missing, so that the group was deleted and made again.
  returned: success
  type: bool
  sample: false
"""

from ansible_collections.packetwalk.labs.plugins.module_utils._planning._contiv_objects import GROUP
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._contiv_objects import (
    DOCKER_SOCKET,
    STATE,
    TENANT,
    run,
)


def main() -> None:
    run(
        GROUP,
        {
            "name": {"type": "str", "required": True},
            "tenant": TENANT,
            "network": {"type": "str"},
            "policies": {"type": "list", "elements": "str"},
            "pool": {"type": "str"},
            "net_profile": {"type": "str"},
            "docker_socket": DOCKER_SOCKET,
            "state": STATE,
        },
    )


if __name__ == "__main__":
    main()
