#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: state_diff
short_description: Compare two states of a lab and say what changed
version_added: 0.2.0
description:
  - Compares what the kernels, the Docker engines and the control plane of a lab held before and after something was
    done, and says in one sentence each what was created, removed and changed.
  - What is inside of something new is told with it. A new network namespace is one change, whose sentence names its
    links and addresses.
  - What could not be read is never taken for removed. It is told as RV(changes[].action=unknown) with the reason. Parts
    that are unknown on both sides for the same reason are left out, unless it is a whole node.
  - This is an action plugin. It runs on the controller and touches no host.
author:
  - The packetwalk.labs maintainers (@packetwalk)
extends_documentation_fragment:
  - packetwalk.labs._attributes
  - packetwalk.labs._attributes.no_host
  - packetwalk.labs._attributes.action
attributes:
  check_mode:
    support: full
    details:
      - The states are compared as always, but O(report) is not written.
options:
  before:
    description:
      - The state to start from, either the path of a file that M(packetwalk.labs.state_document) or
        M(packetwalk.labs.verify) saved, or the document itself.
      - A relative path starts at the playbook's directory.
    type: raw
    required: true
  after:
    description: The state to compare it with, given like O(before).
    type: raw
    required: true
  objects:
    description:
      - Kinds of objects to tell about. Shell patterns such as V(netfilter *) are allowed.
      - What is inside of something new or removed is told with that, so that V(address) alone does not show the
        addresses of a new link.
      - The kinds are V(node), V(kernel), V(feature), V(tool), V(namespace), V(link), V(address), V(route), V(rule),
        V(neighbour), V(fdb), V(netfilter), V(netfilter chain), V(netfilter rule), V(nft table), V(nft chain),
        V(nft rule), V(nft set), V(ipvs service), V(ipvs backend), V(socket), V(docker engine), V(docker network),
        V(docker endpoint), V(docker network service), V(docker network task), V(container), V(etcd), V(etcd member),
        V(docker plugin), V(daemon), V(open vswitch bridge), V(open vswitch interface), V(switch),
        V(configuration line), V(bgp neighbour), V(bgp path), V(swarm), V(swarm node), V(swarm service), V(swarm task),
        V(legacy swarm), V(legacy swarm node), V(legacy swarm container), V(legacy swarm network), V(contiv),
        V(contiv tenant), V(contiv network), V(contiv group), V(contiv policy), V(contiv rule), V(contiv app profile),
        V(contiv bgp), V(contiv endpoint), V(neutron), V(neutron network), V(neutron subnet), V(neutron port),
        V(neutron router), V(floating ip), V(security group), V(security group rule), V(neutron agent), V(nova server),
        V(nova service), V(northbound database), V(logical switch), V(logical switch port), V(logical router),
        V(logical router port), V(logical route), V(logical policy), V(ha chassis group), V(acl), V(nat),
        V(load balancer), V(port group), V(address set), V(dhcp options), V(dns records), V(southbound database),
        V(chassis), V(datapath), V(port binding), V(gateway), V(machine) and V(machine link).
    type: list
    elements: str
    default: ["*"]
  volatile:
    description:
      - Whether to tell also what comes and goes by itself. This is packet counters, inode numbers, learned neighbours
        and forwarding rows, and what the kernel makes by itself for links and addresses (link-local IPv6 addresses,
        routes of protocol C(kernel), forwarding rows of a device's own addresses, empty chains that accept).
    type: bool
    default: false
  quiet:
    description: Whether to show nothing on the terminal.
    type: bool
    default: false
  report:
    description:
      - File to write the same text to as is shown on the terminal. Its directory is made when it is not there.
      - A relative path starts at the playbook's directory.
      - Without it nothing is written.
    type: path
seealso:
  - module: packetwalk.labs.node_state
  - module: packetwalk.labs.state_document
"""

EXAMPLES = r"""
- name: Compare two saved states
  packetwalk.labs.state_diff:
    before: reports/swarm/steps/02-docker_engine.json
    after: reports/swarm/steps/03-swarm_membership.json

- name: Show only what happened to packet filter rules and to the load balancer
  packetwalk.labs.state_diff:
    before: before.json
    after: after.json
    objects: ["netfilter *", "ipvs *"]

- name: Expect that nothing is left of a service
  packetwalk.labs.state_diff:
    before: before.json
    after: "{{ now.document }}"
    quiet: true
  register: difference
  failed_when: difference.changes | length > 0
"""

RETURN = r"""
msg:
  description: How many changes there are.
  returned: success
  type: str
  sample: 12 created, 1 removed, 3 changed, 0 unknown
summary:
  description: How many changes have each action.
  returned: success
  type: dict
  contains:
    created:
      description: What is there only after.
      type: int
      sample: 12
    removed:
      description: What was there only before.
      type: int
      sample: 1
    changed:
      description: What is there on both sides, but not the same.
      type: int
      sample: 3
    unknown:
      description: What could not be compared.
      type: int
      sample: 0
changes:
  description: By node, network namespace (that of the host first), kind of object and name.
  returned: success
  type: list
  elements: dict
  contains:
    node:
      description: Name of the node. V(null) for what the control plane says of the whole lab.
      type: str
      sample: manager1
    namespace:
      description: Network namespace as in the state. V(null) for what is in none.
      type: str
      sample: host
    object:
      description: Kind of the object.
      type: str
      sample: link
    name:
      description:
        - Name of the object. V(null) when there is only one in its place, and when all objects of the kind are meant.
      type: str
      sample: docker_gwbridge
    action:
      description: One of V(created), V(removed), V(changed) and V(unknown).
      type: str
      sample: created
    before:
      description: The row before, as in the state. V(null) when there was none.
      type: dict
      sample: null
    after:
      description: The row after, as in the state, with everything that is inside of it. V(null) when there is none.
      type: dict
      sample: {name: docker_gwbridge, kind: bridge, addresses: [{address: 172.18.0.1, prefix_length: 16}]}
    fields:
      description: Fields that changed or could not be compared. A field in a dictionary is a path.
      type: list
      elements: str
      sample: [mtu_bytes, vxlan.vni]
    text:
      description: One sentence about the change.
      type: str
      sample: "manager1: created link docker_gwbridge (bridge, 172.18.0.1/16)"
"""
