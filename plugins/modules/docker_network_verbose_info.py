#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: docker_network_verbose_info
short_description: Tell what docker network inspect --verbose knows, as data
version_added: 0.1.0
author:
  - The packetwalk.labs maintainers (@packetwalk)
description:
  - Returns networks of a Docker engine with the services and tasks that swarm's gossip told this node of, their virtual
    addresses and firewall marks, and the nodes that take part.
  - The engine is asked over its unix socket, so neither the Docker SDK nor the C(docker) command is needed.
  - The answer is this node's own view. Of an overlay network that it has no task on, a node knows no services.
options:
  names:
    description:
      - Names or identifiers of the networks to return.
      - Without it all are returned. A network that is named and not there is an error.
    type: list
    elements: str
    default: []
  docker_socket:
    description:
      - The unix socket of the Docker engine.
    type: path
    default: /var/run/docker.sock
extends_documentation_fragment:
  - packetwalk.labs._attributes
  - packetwalk.labs._attributes.info_module
seealso:
  - module: packetwalk.labs.node_state
  - name: Docker Engine API
    description: What the engine itself answers to a network's inspection.
    link: https://docs.docker.com/reference/api/engine/
"""

EXAMPLES = r"""
- name: Ask for one overlay network
  packetwalk.labs.docker_network_verbose_info:
    names: [overlay1]
  register: answer

- name: Show the virtual address of each service
  ansible.builtin.debug:
    msg: "{{ answer.networks[0].services | items2dict(key_name='name', value_name='vip') }}"
"""

RETURN = r"""
networks:
  description: The networks, sorted by name.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the network.
      returned: always
      type: str
      sample: overlay1
    id:
      description: Identifier of the network.
      returned: always
      type: str
      sample: 1us5hb6ohxcnt57qpxskmsmwq
    driver:
      description: The driver that makes it.
      returned: always
      type: str
      sample: overlay
    scope:
      description: V(swarm), V(local), or V(global) when it is in a cluster store.
      returned: always
      type: str
      sample: swarm
    ingress:
      description: Whether it is the one that carries published ports.
      returned: always
      type: bool
      sample: false
    attachable:
      description: Whether containers that no service started may join.
      returned: always
      type: bool
      sample: false
    internal:
      description: Whether it has no way out.
      returned: always
      type: bool
      sample: false
    encrypted:
      description: Whether its traffic between nodes is encrypted.
      returned: always
      type: bool
      sample: false
    mtu_bytes:
      description: The driver's option for the largest packet, V(null) when it is not set.
      returned: always
      type: int
      sample: 1450
    subnets:
      description: The subnets with their gateways.
      returned: always
      type: list
      elements: dict
      contains:
        subnet:
          description: The subnet.
          returned: always
          type: str
          sample: 10.0.1.0/24
        gateway:
          description: Address of its gateway.
          returned: always
          type: str
          sample: 10.0.1.1
    options:
      description: What the driver was given.
      returned: when the driver is not one of Docker's own
      type: dict
      sample: {tenant: blue, encap: vxlan, pkt-tag: "2"}
    ipam_options:
      description: What the driver of addresses was given.
      returned: when the driver is not one of Docker's own
      type: dict
      sample: {tenant: blue, network: contiv-net}
    vnis:
      description: VXLAN network identifiers, one for each subnet of an overlay network.
      returned: always
      type: list
      elements: int
      sample: [4097]
    peers:
      description: Nodes that take part in the network.
      returned: always
      type: list
      elements: dict
      contains:
        name:
          description: Name of the node in the gossip, its host name's short digest.
          returned: always
          type: str
          sample: 6a6af0522943
        address:
          description: Address of the node.
          returned: always
          type: str
          sample: 192.168.99.12
    endpoints:
      description: Endpoints on this node. Those of other nodes are here too where they share a cluster store.
      returned: always
      type: list
      elements: dict
      contains:
        name:
          description: Name of the endpoint, its container's or C(<network>-endpoint) for the load balancer.
          returned: always
          type: str
          sample: web.1.91k5c2gznkwh4ah1vgxhzwl4m
        container:
          description: Identifier of the container, V(null) for the load balancer and on other nodes.
          returned: always
          type: str
          sample: 5d2562b23c0ad2a16c2cd4fd1e8d8e4c0e4a8bb6d5e8fb5d5b6b1f7f7b8d3c01
        endpoint_id:
          description: Identifier of the endpoint.
          returned: always
          type: str
          sample: 1c9e3b0a0e7f4a2d8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d3e2f1a0b9c8d7e6f5a
        mac:
          description: Its MAC address.
          returned: always
          type: str
          sample: "02:42:0a:00:01:04"
        address:
          description: Its address.
          returned: always
          type: str
          sample: 10.0.1.4
        prefix_length:
          description: Length of the prefix of its subnet.
          returned: always
          type: int
          sample: 24
    services:
      description:
        - Services on this network, on all nodes, as this node was told.
        - V(null) when this node has no task on an overlay network or the engine could not tell, with the reason in
          C(services_reason).
      returned: always
      type: list
      elements: dict
      contains:
        name:
          description: Name of the service. Containers that no service started are under an empty name.
          returned: always
          type: str
          sample: web
        vip:
          description: The virtual address, V(null) with DNS round robin.
          returned: always
          type: str
          sample: 10.0.1.2
        mark:
          description: The firewall mark by which IPVS knows the service, V(null) when there is none.
          returned: always
          type: int
          sample: 258
        ports:
          description: Published ports in Docker's words.
          returned: always
          type: list
          elements: str
          sample: ["Target: 80, Publish: 8080"]
        tasks:
          description: The service's tasks.
          returned: always
          type: list
          elements: dict
          contains:
            name:
              description: Name of the task's container.
              returned: always
              type: str
              sample: web.1.91k5c2gznkwh4ah1vgxhzwl4m
            endpoint_id:
              description: Identifier of the task's endpoint.
              returned: always
              type: str
              sample: 1c9e3b0a0e7f4a2d8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d3e2f1a0b9c8d7e6f5a
            address:
              description: Address of the task on this network.
              returned: always
              type: str
              sample: 10.0.1.4
            host:
              description: Address of the node that the task is on.
              returned: always
              type: str
              sample: 192.168.99.11
    services_reason:
      description: Why the engine could not tell the services.
      returned: when C(services) is V(null)
      type: str
      sample: "GET /v1.41/networks/1us5hb6ohxcnt57qpxskmsmwq: rpc error (500)"
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.packetwalk.labs.plugins.module_utils._probing import _docker
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._docker_api import DockerApi, DockerError


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "names": {"type": "list", "elements": "str", "default": []},
            "docker_socket": {"type": "path", "default": "/var/run/docker.sock"},
        },
        supports_check_mode=True,
    )
    try:
        with DockerApi(module.params["docker_socket"]) as api:
            networks = _docker.networks(api, module.params["names"])
    except DockerError as error:
        module.fail_json(msg=f"Cannot read the networks: {error}.")
    module.exit_json(changed=False, networks=networks)


if __name__ == "__main__":
    main()
