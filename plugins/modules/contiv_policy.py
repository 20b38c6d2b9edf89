#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: contiv_policy
short_description: Make or delete a policy of Contiv
version_added: 0.5.0
author:
  - The packetwalk.labs maintainers (@packetwalk)
description:
  - Makes a policy with netmaster's REST API. What it allows and denies are its rules, which have a module of their own.
  - Deleting a policy deletes its rules.
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
    description: Name of the policy, letters, digits, hyphens and dots.
    type: str
    required: true
  tenant:
    description: Tenant of the policy.
    type: str
    default: default
  state:
    description: Whether the policy shall be there.
    type: str
    choices: [present, absent]
    default: present
notes:
  - A policy that endpoint groups have is not deleted.
seealso:
  - module: packetwalk.labs.contiv_rule
  - module: packetwalk.labs.contiv_group
  - module: packetwalk.labs.contiv_info
"""

EXAMPLES = r"""
- name: A policy
  packetwalk.labs.contiv_policy:
    name: web-policy
    tenant: blue

- name: Delete it with its rules
  packetwalk.labs.contiv_policy:
    name: web-policy
    tenant: blue
    state: absent
"""

RETURN = r"""
actions:
  description: The requests that changed something, or would in check mode.
  returned: success
  type: list
  elements: str
  sample: [POST policys blue:web-policy]
contiv_policy:
  description:
    - The policy, as M(packetwalk.labs.contiv_info) has it.
    - V(null) when it is not there. In check mode, what only netmaster can say is V(null), zero or empty.
  returned: success
  type: dict
  contains:
    tenant:
      description: Tenant of the policy.
      returned: success
      type: str
      sample: blue
    name:
      description: Name of the policy.
      returned: success
      type: str
      sample: web-policy
"""

from ansible_collections.packetwalk.labs.plugins.module_utils._planning._contiv_objects import POLICY
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._contiv_objects import STATE, TENANT, run


def main() -> None:
    run(
        POLICY,
        {
            "name": {"type": "str", "required": True},
            "tenant": TENANT,
            "state": STATE,
        },
    )


if __name__ == "__main__":
    main()
