#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: legacy_swarm_info
short_description: Read what a node of a legacy Swarm really holds
version_added: 0.5.0
author:
  - The packetwalk.labs maintainers (@packetwalk)
description:
  - Reads what one node has of a legacy (standalone) Swarm over a cluster store. These are the engine's identity, etcd,
    sockets of Docker's plugins, and daemons. Where a swarm manager runs, it is what that says of the whole swarm too.
  - What does not answer is part of the answer, with the reason. The module does not fail because of it.
  - Networks and containers of the engine itself are for M(packetwalk.labs.node_state).
options:
  docker_socket:
    description: Unix socket of the Docker engine.
    type: path
    default: /var/run/docker.sock
  etcd_address:
    description: Where the node's own etcd listens for clients, a member or a proxy. It is asked without encryption.
    type: str
    default: 127.0.0.1:2379
  manager_address:
    description: Where the node's own swarm manager listens. It is asked without encryption.
    type: str
    default: 127.0.0.1:2375
  plugin_directory:
    description: Where Docker looks for sockets of plugins.
    type: path
    default: /run/docker/plugins
  timeout_seconds:
    description:
      - How long each answer of etcd, of a plugin and of the manager may take. The engine has 30 seconds.
    type: float
    default: 2.0
extends_documentation_fragment:
  - packetwalk.labs._attributes
  - packetwalk.labs._attributes.info_module
  - packetwalk.labs._attributes.linux
notes:
  - The sockets, and the programs of other users, take the rights of root.
  - Daemons are those of the module's own network namespace, also in containers of the host's network.
seealso:
  - module: packetwalk.labs.contiv_info
  - module: packetwalk.labs.node_state
"""

EXAMPLES = r"""
- name: Read the node
  packetwalk.labs.legacy_swarm_info:
  become: true
  register: seen

- name: See that etcd is well
  ansible.builtin.assert:
    that: seen.legacy_swarm.etcd.healthy

- name: See that the manager sees all engines
  ansible.builtin.assert:
    that: seen.legacy_swarm.manager.nodes | rejectattr('status', 'eq', 'Healthy') | length == 0
"""

RETURN = r"""
legacy_swarm:
  description:
    - The node. For every key C(x) that is V(null) because it could not be read, C(x_reason) is beside it that says why.
      Lists are sorted.
  returned: always
  type: dict
  contains:
    engine:
      description: The Docker engine, V(null) when it does not answer.
      returned: always
      type: dict
      contains:
        id:
          description: Identifier by which a swarm manager knows it. Two engines with the same one are not both taken.
          returned: always
          type: str
          sample: "LRN5:QY62:BVCJ:NQP7:37VA:577J:GTLQ:2OU7:567H:ZLNW:675V:BPO3"
        name:
          description: Its host name, by which constraints name it.
          returned: always
          type: str
          sample: legacy-swarm-master
        version:
          description: Its version. Cluster stores are gone from 23.0 on.
          returned: always
          type: str
          sample: "20.10.24+dfsg1"
        cluster_store:
          description: The store that it shares networks with others in, V(null) without one.
          returned: always
          type: str
          sample: etcd://192.168.2.50:2379
        cluster_advertise:
          description: How it announces itself there to the others, V(null) when it does not.
          returned: always
          type: str
          sample: 192.168.2.50:2385
    engine_reason:
      description: Why C(engine) is not known.
      returned: when C(engine) could not be read
      type: str
      sample: "/var/run/docker.sock: there is no such socket: Docker is not installed or not running"
    etcd:
      description: The node's own etcd, V(null) when it does not answer.
      returned: always
      type: dict
      contains:
        role:
          description: V(member), or V(proxy) when it only passes requests on to members.
          returned: always
          type: str
          sample: member
        healthy:
          description:
            - Whether it says so. A member does while there is a quorum and a leader. A proxy does when a member does.
          returned: always
          type: bool
          sample: true
        version:
          description: Version of the server. A proxy passes on that of a member.
          returned: always
          type: str
          sample: 3.4.23
        v2:
          description: Whether it answers the second version of its API, which libkv, swarm and Contiv use.
          returned: always
          type: bool
          sample: true
        leader:
          description: Name of the leading member, V(null) while there is none.
          returned: always
          type: str
          sample: legacy-swarm-master
        members:
          description: Members of the cluster.
          returned: always
          type: list
          elements: dict
          contains:
            id:
              description: Identifier.
              returned: always
              type: str
              sample: 8e9e05c52164694d
            name:
              description: Name, V(null) of a member that never started.
              returned: always
              type: str
              sample: legacy-swarm-master
            client_urls:
              description: Where it listens for clients.
              returned: always
              type: list
              elements: str
              sample: ["http://192.168.2.50:2379"]
            peer_urls:
              description: Where it listens for other members.
              returned: always
              type: list
              elements: str
              sample: ["http://192.168.2.50:2380"]
            healthy:
              description:
                - Whether it says so itself, when this node asks it at C(client_urls). It is V(false) when it does not
                  answer.
              returned: always
              type: bool
              sample: true
        version_reason:
          description: Why C(version) is not known.
          returned: when C(version) could not be read
          type: str
          sample: "127.0.0.1:2379: GET /version: httpproxy: zero endpoints currently available (503)"
        v2_reason:
          description: Why C(v2) is not known.
          returned: when C(v2) could not be read
          type: str
          sample: "127.0.0.1:2379: GET /v2/members was not answered within 2.0 s"
        leader_reason:
          description: Why C(leader) is not known.
          returned: when C(leader) could not be read
          type: str
          sample: the v2 API is off (--enable-v2)
        members_reason:
          description: Why C(members) is not known.
          returned: when C(members) could not be read
          type: str
          sample: the v2 API is off (--enable-v2)
    etcd_reason:
      description: Why C(etcd) is not known.
      returned: when C(etcd) could not be read
      type: str
      sample: "127.0.0.1:2379: nothing listens there"
    plugins:
      description: Plugins of Docker, by the sockets that are there.
      returned: always
      type: list
      elements: dict
      contains:
        name:
          description: Name of the driver, after the socket.
          returned: always
          type: str
          sample: netplugin
        socket:
          description: The socket.
          returned: always
          type: str
          sample: /run/docker/plugins/netplugin.sock
        answers:
          description: Whether it answers like a plugin of Docker.
          returned: always
          type: bool
          sample: true
        reason:
          description: Why it does not, V(null) when it does.
          returned: always
          type: str
          sample: null
        implements:
          description: What it is for, none when it does not answer.
          returned: always
          type: list
          elements: str
          sample: [IpamDriver, NetworkDriver]
    daemons:
      description:
        - The programs V(netplugin), V(netmaster), V(auth_proxy), V(swarm_manager) and V(swarm_agent). All are always
          there.
        - C(running) is whether one runs, and C(arguments) are those that it was started with, none when it does not.
      returned: always
      type: dict
      sample: {netmaster: {running: true, arguments: [--cluster-mode, docker, -cluster-store, "etcd://192.168.2.50:2379"]}}
    manager:
      description: What the swarm manager of this node says, V(null) when none answers.
      returned: always
      type: dict
      contains:
        version:
          description: Its version.
          returned: always
          type: str
          sample: swarm/1.2.5
        role:
          description: V(primary), or V(replica) while another one is.
          returned: always
          type: str
          sample: primary
        primary:
          description:
            - Address of the primary manager, V(null) when a replica knows of none.
            - A primary does not tell its own, so it is the one of the manager's arguments (C(--advertise)), V(null)
              without.
          returned: always
          type: str
          sample: 192.168.2.50:2375
        strategy:
          description: How it chooses the engine for a container among those that may have it.
          returned: always
          type: str
          sample: spread
        filters:
          description: What it goes by which engines may have a container.
          returned: always
          type: list
          elements: str
          sample: [affinity, constraint, containerslots, dependency, health, port]
        nodes:
          description: The engines that it knows.
          returned: always
          type: list
          elements: dict
          contains:
            name:
              description: Name of the engine, V(null) when it did not tell it yet.
              returned: always
              type: str
              sample: legacy-swarm-master
            address:
              description: Where the manager asks it.
              returned: always
              type: str
              sample: 192.168.2.50:2385
            id:
              description: Identifier of the engine, V(null) when it did not tell it yet.
              returned: always
              type: str
              sample: "LRN5:QY62:BVCJ:NQP7:37VA:577J:GTLQ:2OU7:567H:ZLNW:675V:BPO3"
            status:
              description: V(Healthy), V(Pending), V(Unhealthy), V(Disconnected) or V(Maintenance).
              returned: always
              type: str
              sample: Healthy
            error:
              description: What it could not do with the engine, V(null) without an error.
              returned: always
              type: str
              sample: null
            engine_version:
              description: Version of the engine, V(null) when it did not tell it yet.
              returned: always
              type: str
              sample: "20.10.24+dfsg1"
            containers:
              description: How many containers it has.
              returned: always
              type: int
              sample: 6
            labels:
              description: Labels, which constraints may ask for.
              returned: always
              type: dict
              sample: {storagedriver: overlay2, operatingsystem: Debian GNU/Linux 12 (bookworm)}
        containers:
          description: The containers of all engines, V(null) from a replica.
          returned: always
          type: list
          elements: dict
          contains:
            id:
              description: Identifier.
              returned: always
              type: str
              sample: be6c64205c1f6a39ad325d5c1c87ce0d1ccc35f315cc4cc65e1f9b09396072a4
            name:
              description: Name.
              returned: always
              type: str
              sample: contiv-c1
            node:
              description: Name of its engine.
              returned: always
              type: str
              sample: legacy-swarm-master
            state:
              description: For example V(running) or V(exited).
              returned: always
              type: str
              sample: running
            image:
              description: Its image.
              returned: always
              type: str
              sample: "packetwalk/web:1"
            constraints:
              description: The constraints that it was made with.
              returned: always
              type: list
              elements: str
              sample: ["node==legacy-swarm-master"]
            networks:
              description:
                - The networks that it is on, with the name, address, MAC address and endpoint on each. What a stopped
                  one does not have is V(null).
              returned: always
              type: list
              elements: dict
              sample: [{name: contiv-net, address: 10.1.2.1, mac: "02:02:0a:01:02:01", endpoint_id: 451305fdba73}]
        networks:
          description:
            - The networks of all engines, V(null) from a replica. The name of one that is on one engine alone begins
              with the engine's and a slash.
          returned: always
          type: list
          elements: dict
          contains:
            name:
              description: Name.
              returned: always
              type: str
              sample: contiv-net/blue
            id:
              description: Identifier.
              returned: always
              type: str
              sample: 7f284c93750a64380035a6ae8e9ae621098d47eee95d9cb96ee100b40da4ec78
            driver:
              description: Driver.
              returned: always
              type: str
              sample: netplugin
            scope:
              description: V(local), or V(global) when it is in the cluster store.
              returned: always
              type: str
              sample: global
            options:
              description: What the driver was given.
              returned: always
              type: dict
              sample: {tenant: blue, encap: vxlan, pkt-tag: "2"}
            ipam_options:
              description: What the driver of addresses was given.
              returned: always
              type: dict
              sample: {tenant: blue, network: contiv-net}
            subnets:
              description: Subnets with their gateways, each V(null) where it was not given.
              returned: always
              type: list
              elements: dict
              sample: [{subnet: 10.1.2.0/24, gateway: null}]
        containers_reason:
          description: Why C(containers) is not known.
          returned: when C(containers) could not be read
          type: str
          sample: a replica asks the primary manager for it
        networks_reason:
          description: Why C(networks) is not known.
          returned: when C(networks) could not be read
          type: str
          sample: a replica asks the primary manager for it
    manager_reason:
      description: Why C(manager) is not known.
      returned: when C(manager) could not be read
      type: str
      sample: "127.0.0.1:2375: nothing listens there"
"""

import re

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.packetwalk.labs.plugins.module_utils._probing import _legacy_swarm


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "docker_socket": {"type": "path", "default": "/var/run/docker.sock"},
            "etcd_address": {"type": "str", "default": "127.0.0.1:2379"},
            "manager_address": {"type": "str", "default": "127.0.0.1:2375"},
            "plugin_directory": {"type": "path", "default": "/run/docker/plugins"},
            "timeout_seconds": {"type": "float", "default": 2.0},
        },
        supports_check_mode=True,
    )
    for option in ("etcd_address", "manager_address"):
        if not re.fullmatch(r".+:[0-9]{1,5}", module.params[option]):
            module.fail_json(msg=f"{option} is {module.params[option]}. Write it like 127.0.0.1:2379.")
    module.exit_json(changed=False, legacy_swarm=_legacy_swarm.gather(_legacy_swarm.Places(**module.params)))


if __name__ == "__main__":
    main()
