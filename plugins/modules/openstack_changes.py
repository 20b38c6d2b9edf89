#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: openstack_changes
short_description: Compare what a cloud has with what it should have
version_added: 0.6.0
author:
  - The packetwalk.labs maintainers (@packetwalk)
description:
  - Reads the networks, routers, security groups, floating IPs, images, flavors and servers of a cloud, and says which
    of those that the intent asks for are missing or differ, and which have to go.
  - Nothing is changed. The modules of the collection C(openstack.cloud) do that, for what this module returns.
    Each of their calls takes a second or more, most of it to load openstacksdk, and this one reads everything at once.
  - What the lab made is known by its description, C(packetwalk.lab=) and the name of the lab. Everything else is
    foreign and never among what has to be changed or to go.
  - It fails when something foreign has a name or an address that the intent asks for, or when Neutron could not change
    what differs, such as the addresses of a subnet.
extends_documentation_fragment:
  - packetwalk.labs._attributes
  - packetwalk.labs._attributes.info_module
  - packetwalk.labs._openstack
options:
  intent:
    description: What the cloud should have, C(intent.openstack) of M(packetwalk.labs.openstack_intent).
    type: dict
    required: true
notes:
  - A server on another host, or with another network, address, image or flavor, or whose status is C(ERROR), is made
    anew. It is among what has to go and among what has to be made, and its floating IP too.
seealso:
  - module: packetwalk.labs.openstack_intent
  - module: openstack.cloud.resource
"""

EXAMPLES = r"""
- name: Compare
  packetwalk.labs.openstack_changes:
    auth: "{{ credentials }}"
    intent: "{{ openstack.intent.openstack }}"
  delegate_to: localhost
  register: changes

- name: Remove servers
  openstack.cloud.resource:
    auth: "{{ credentials }}"
    service: compute
    type: server
    attributes:
      id: "{{ item.id }}"
    state: absent
    wait: true
  loop: "{{ changes.removed.servers }}"
"""

RETURN = r"""
mark:
  description: The description of everything that the lab makes.
  returned: success
  type: str
  sample: packetwalk.lab=openstack
differs:
  description: Whether there is anything to make or to remove.
  returned: success
  type: bool
  sample: false
made:
  description:
    - What has to be made or changed, as rows of O(intent) under their kinds.
    - The kinds are C(networks), C(subnets), C(routers), C(security_groups), C(images), C(flavors), C(servers) and
      C(floating_ips).
    - Subnets have the name of their C(network).
  returned: success
  type: dict
  sample: {networks: [], subnets: [], routers: []}
removed:
  description: What has to go, C(id) and C(name) of each under the same kinds.
  returned: success
  type: dict
  sample: {servers: [{id: 69736780-e0cc-46d4-a1f7-f0fac7e1cf54, name: testinstance1}]}
"""

from concurrent.futures import ThreadPoolExecutor

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._planning import _openstack_changes as planning
from ansible_collections.packetwalk.labs.plugins.module_utils._probing import _openstack_client


def main() -> None:
    module = AnsibleModule(
        argument_spec={**_openstack_client.ARGUMENTS, "intent": {"type": "dict", "required": True}},
        mutually_exclusive=_openstack_client.EXCLUSIVE,
        supports_check_mode=True,
    )
    if _openstack_client.IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib("openstacksdk"), exception=_openstack_client.IMPORT_ERROR)
    intent = module.params["intent"]
    try:
        cloud = _openstack_client.Cloud(module.params)
        kinds = planning.kinds(intent["compute_driver"])
        with ThreadPoolExecutor(_openstack_client.AT_ONCE) as several:
            found = dict(zip(kinds, several.map(cloud.rows, [planning.KINDS[kind] for kind in kinds])))
    except (_openstack_client.CloudError, ParseError) as error:
        module.fail_json(msg=f"Cannot read the cloud: {error}.")
    changes = planning.changes(intent, found)
    if changes.refused:
        module.fail_json(msg=" ".join(changes.refused))
    module.exit_json(
        changed=False,
        mark=planning.mark(intent["lab"]),
        differs=any([*changes.made.values(), *changes.removed.values()]),
        made=changes.made,
        removed=changes.removed,
    )


if __name__ == "__main__":
    main()
