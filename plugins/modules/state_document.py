#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: state_document
short_description: Make one document of what the nodes of a lab hold, and save it
version_added: 0.2.0
description:
  - Puts together what M(packetwalk.labs.node_state) returned on each node, and what the control planes say of the whole
    lab.
  - The document can be judged by M(packetwalk.labs.verify) and compared by M(packetwalk.labs.state_diff) later, without
    the lab and on another machine.
  - This is an action plugin. It runs on the controller and touches no host.
author:
  - The packetwalk.labs maintainers (@packetwalk)
extends_documentation_fragment:
  - packetwalk.labs._attributes
  - packetwalk.labs._attributes.no_host
  - packetwalk.labs._attributes.action
  - packetwalk.labs._state.ovn
  - packetwalk.labs._state.switches
  - packetwalk.labs._state.contiv
  - packetwalk.labs._state.openstack
attributes:
  check_mode:
    support: full
    details:
      - The document is returned as always, but not saved.
options:
  lab:
    description: Name of the lab.
    type: str
    required: true
  nodes:
    description:
      - Inventory host name to what M(packetwalk.labs.node_state) returned on that host, the whole result or the
        RV(packetwalk.labs.node_state#module:state) in it.
      - Give a failed result too, and V(null) for a node that was not asked. The document then has the reason.
    type: dict
    required: true
  path:
    description:
      - File to save the document to. Its directory is made when it is not there.
      - A relative path starts at the playbook's directory.
      - Without it the document is not saved.
    type: path
seealso:
  - module: packetwalk.labs.node_state
  - module: packetwalk.labs.state_diff
  - module: packetwalk.labs.verify
"""

EXAMPLES = r"""
- name: Read what the nodes hold
  packetwalk.labs.node_state:
  register: gathered

- name: Save the state of the lab
  packetwalk.labs.state_document:
    lab: "{{ lab_name }}"
    nodes: "{{ dict(ansible_play_hosts_all | zip(ansible_play_hosts_all | map('extract', hostvars, 'gathered'))) }}"
    path: "{{ playbook_dir }}/reports/before.json"
  run_once: true
"""

RETURN = r"""
document:
  description: The state document, schema 1.
  returned: success
  type: dict
  contains:
    schema:
      description: Number of the schema.
      type: int
      sample: 1
    lab:
      description: Name of the lab.
      type: str
      sample: swarm
    taken_at:
      description: When the document was made, in UTC.
      type: str
      sample: "2026-01-31T12:00:00Z"
    nodes:
      description:
        - Inventory host name to the RV(packetwalk.labs.node_state#module:state) of the node.
        - For a node that could not be read C(namespaces) and C(docker) are V(null), with C(namespaces_reason) and
          C(docker_reason) beside them.
      type: dict
      sample: {worker2: {namespaces: null, namespaces_reason: timed out, docker: null, docker_reason: timed out}}
    control:
      description: What the control planes say of the whole lab, C(swarm) where nodes are in one.
      type: dict
      sample: {swarm: {nodes: [], services: [], tasks: []}}
path:
  description: The file that the document was saved to. In check mode it was not.
  returned: when O(path) was given
  type: str
  sample: /home/user/lab/reports/before.json
"""
