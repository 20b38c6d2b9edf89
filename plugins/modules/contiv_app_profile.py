#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: contiv_app_profile
short_description: Make, change or delete an application profile of Contiv
version_added: 0.5.0
author:
  - The packetwalk.labs maintainers (@packetwalk)
description:
  - Makes an application profile with netmaster's REST API, which is a list of endpoint groups that belong together.
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
    description: Name of the profile, letters, digits, hyphens and dots.
    type: str
    required: true
  tenant:
    description: Tenant of the profile.
    type: str
    default: default
  groups:
    description: Endpoint groups of the profile, in any order. Left out, they are left as they are.
    type: list
    elements: str
  state:
    description: Whether the profile shall be there.
    type: str
    choices: [present, absent]
    default: present
seealso:
  - module: packetwalk.labs.contiv_group
  - module: packetwalk.labs.contiv_info
"""

EXAMPLES = r"""
- name: What belongs together
  packetwalk.labs.contiv_app_profile:
    name: shop
    tenant: blue
    groups: [web, db]

- name: Delete the profile
  packetwalk.labs.contiv_app_profile:
    name: shop
    tenant: blue
    state: absent
"""

RETURN = r"""
actions:
  description: The requests that changed something, or would in check mode.
  returned: success
  type: list
  elements: str
  sample: [POST appProfiles blue:shop]
contiv_app_profile:
  description:
    - The profile, as M(packetwalk.labs.contiv_info) has it.
    - V(null) when it is not there. In check mode, what only netmaster can say is V(null), zero or empty.
  returned: success
  type: dict
  contains:
    tenant:
      description: Tenant of the profile.
      returned: success
      type: str
      sample: blue
    name:
      description: Name of the profile.
      returned: success
      type: str
      sample: shop
    groups:
      description: Endpoint groups of the profile, sorted.
      returned: success
      type: list
      elements: str
      sample: [db, web]
"""

from ansible_collections.packetwalk.labs.plugins.module_utils._planning._contiv_objects import APP_PROFILE
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._contiv_objects import STATE, TENANT, run


def main() -> None:
    run(
        APP_PROFILE,
        {
            "name": {"type": "str", "required": True},
            "tenant": TENANT,
            "groups": {"type": "list", "elements": "str"},
            "state": STATE,
        },
    )


if __name__ == "__main__":
    main()
