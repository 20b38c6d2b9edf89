#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: contiv_tenant
short_description: Make or delete a tenant of Contiv
version_added: 0.5.0
author:
  - The packetwalk.labs maintainers (@packetwalk)
description:
  - Makes a tenant with netmaster's REST API, or deletes it when it has nothing left.
  - A tenant that is as it shall be is not sent again, which netmaster would refuse.
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
    description: Name of the tenant, letters, digits, hyphens and dots.
    type: str
    required: true
  default_network:
    description:
      - Network of its containers that ask for none.
      - netmaster takes it when the tenant is made and does not change it. Left out, it is left as it is.
    type: str
  state:
    description: Whether the tenant shall be there.
    type: str
    choices: [present, absent]
    default: present
notes:
  - A tenant with networks, groups, policies or anything else is not deleted. What belongs to it is looked for among all
    objects, because netmaster loses some of the tenant's own links.
  - The tenant V(default) is never deleted.
seealso:
  - module: packetwalk.labs.contiv_network
  - module: packetwalk.labs.contiv_info
"""

EXAMPLES = r"""
- name: A tenant
  packetwalk.labs.contiv_tenant:
    name: blue

- name: Through the auth proxy
  packetwalk.labs.contiv_tenant:
    url: https://192.168.2.50:10000
    username: admin
    password: "{{ contiv_admin_password }}"
    validate_certs: false
    name: blue

- name: Delete it
  packetwalk.labs.contiv_tenant:
    name: blue
    state: absent
"""

RETURN = r"""
actions:
  description: The requests that changed something, or would in check mode.
  returned: success
  type: list
  elements: str
  sample: [POST tenants blue]
contiv_tenant:
  description:
    - The tenant, as M(packetwalk.labs.contiv_info) has it.
    - V(null) when it is not there. In check mode, what only netmaster can say is V(null), zero or empty.
  returned: success
  type: dict
  contains:
    name:
      description: Name of the tenant.
      returned: success
      type: str
      sample: blue
    default_network:
      description: Network of containers that ask for none, V(null) without one.
      returned: success
      type: str
      sample: null
"""

from ansible_collections.packetwalk.labs.plugins.module_utils._planning._contiv_objects import TENANT
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._contiv_objects import STATE, run


def main() -> None:
    run(
        TENANT,
        {
            "name": {"type": "str", "required": True},
            "default_network": {"type": "str"},
            "state": STATE,
        },
    )


if __name__ == "__main__":
    main()
