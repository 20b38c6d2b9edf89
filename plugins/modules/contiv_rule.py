#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: contiv_rule
short_description: Make or delete a rule of a policy of Contiv
version_added: 0.5.0
author:
  - The packetwalk.labs maintainers (@packetwalk)
description:
  - Makes a rule of a policy with netmaster's REST API.
  - Packets of an endpoint group are compared with the rules of its policies. What matches no rule is allowed.
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
  policy:
    description: Policy that the rule belongs to.
    type: str
    required: true
  number:
    description: What the rule is called within its policy, usually a number.
    type: str
    required: true
  tenant:
    description: Tenant of the policy.
    type: str
    default: default
  direction:
    description: V(in) is for packets to the containers of a group, V(out) for packets from them.
    type: str
    choices: [in, out]
    default: in
  priority:
    description: From 1 to 100. The rule with the highest one decides.
    type: int
    default: 1
  protocol:
    description: V(tcp), V(udp), V(icmp) or the number of a protocol. Left out, the rule is for all.
    type: str
  port:
    description: Port that packets go to. Left out, the rule is for all.
    type: int
  action:
    description: What is done with packets that match. Required when O(state=present).
    type: str
    choices: [allow, deny]
  from_group:
    description: Endpoint group that packets come from. Only with O(direction=in).
    type: str
  from_network:
    description: Network that packets come from. Only with O(direction=in). Excludes the other two.
    type: str
  from_address:
    description: IPv4 address or network that packets come from. Only with O(direction=in).
    type: str
  to_group:
    description: Endpoint group that packets go to. Only with O(direction=out).
    type: str
  to_network:
    description: Network that packets go to. Only with O(direction=out). Excludes the other two.
    type: str
  to_address:
    description: IPv4 address or network that packets go to. Only with O(direction=out).
    type: str
  state:
    description: Whether the rule shall be there.
    type: str
    choices: [present, absent]
    default: present
notes:
  - netmaster changes nothing of a rule. When something shall be different, also something that is left out now, this
    module fails and says what.
  - netmaster writes the subnet of O(from_network) into the address of the rule. That is no difference.
seealso:
  - module: packetwalk.labs.contiv_policy
  - module: packetwalk.labs.contiv_group
  - module: packetwalk.labs.contiv_info
"""

EXAMPLES = r"""
- name: Nobody may ping the containers
  packetwalk.labs.contiv_rule:
    policy: web-policy
    tenant: blue
    number: "1"
    direction: in
    protocol: icmp
    action: deny

- name: But the containers of group db may
  packetwalk.labs.contiv_rule:
    policy: web-policy
    tenant: blue
    number: "2"
    direction: in
    priority: 10
    protocol: icmp
    from_group: db
    action: allow

- name: Delete a rule
  packetwalk.labs.contiv_rule:
    policy: web-policy
    tenant: blue
    number: "1"
    state: absent
"""

RETURN = r"""
actions:
  description: The requests that changed something, or would in check mode.
  returned: success
  type: list
  elements: str
  sample: ["POST rules blue:web-policy:1"]
contiv_rule:
  description:
    - The rule, as M(packetwalk.labs.contiv_info) has it.
    - V(null) when it is not there. In check mode, what only netmaster can say is V(null), zero or empty.
  returned: success
  type: dict
  contains:
    tenant:
      description: Tenant of the policy.
      returned: success
      type: str
      sample: blue
    policy:
      description: Policy that the rule belongs to.
      returned: success
      type: str
      sample: web-policy
    number:
      description: What the rule is called within its policy.
      returned: success
      type: str
      sample: "2"
    direction:
      description: V(in) or V(out).
      returned: success
      type: str
      sample: in
    priority:
      description: The rule with the highest one decides.
      returned: success
      type: int
      sample: 10
    protocol:
      description: Protocol, V(null) for all.
      returned: success
      type: str
      sample: icmp
    port:
      description: Port, V(null) for all.
      returned: success
      type: int
      sample: null
    action:
      description: V(allow) or V(deny).
      returned: success
      type: str
      sample: allow
    from_group:
      description: Endpoint group that packets come from, V(null) for any.
      returned: success
      type: str
      sample: db
    from_network:
      description: Network that packets come from, V(null) for any.
      returned: success
      type: str
      sample: null
    from_address:
      description: Address or network that packets come from, V(null) for any.
      returned: success
      type: str
      sample: null
    to_group:
      description: Endpoint group that packets go to, V(null) for any.
      returned: success
      type: str
      sample: null
    to_network:
      description: Network that packets go to, V(null) for any.
      returned: success
      type: str
      sample: null
    to_address:
      description: Address or network that packets go to, V(null) for any.
      returned: success
      type: str
      sample: null
"""

from ansible_collections.packetwalk.labs.plugins.module_utils._planning._contiv_objects import RULE
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._contiv_objects import STATE, TENANT, run


def main() -> None:
    run(
        RULE,
        {
            "policy": {"type": "str", "required": True},
            "number": {"type": "str", "required": True},
            "tenant": TENANT,
            "direction": {"type": "str", "choices": ["in", "out"], "default": "in"},
            "priority": {"type": "int", "default": 1},
            "protocol": {"type": "str"},
            "port": {"type": "int"},
            "action": {"type": "str", "choices": ["allow", "deny"]},
            "from_group": {"type": "str"},
            "from_network": {"type": "str"},
            "from_address": {"type": "str"},
            "to_group": {"type": "str"},
            "to_network": {"type": "str"},
            "to_address": {"type": "str"},
            "state": STATE,
        },
    )


if __name__ == "__main__":
    main()
