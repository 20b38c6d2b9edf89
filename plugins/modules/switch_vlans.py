#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: switch_vlans
short_description: Give a switch its VLANs with Open vSwitch
version_added: 0.4.0
author:
  - The packetwalk.labs maintainers (@packetwalk)
description:
  - Has Open vSwitch bridge the VLANs of a switch whose routing is done by FRR, which has none. There is one bridge, and
    its name is C(bridge_normal) as in OpenSwitch.
  - A port in a VLAN takes and sends its frames without a tag. Each VLAN has an interface C(vlan10), or whatever its
    number is, by which the switch itself is in it. It is given addresses like any other interface.
  - The bridge and its ports are exactly as O(vlans) says. They carry a mark. What has none is neither changed nor
    removed, and it is refused to take a port away from another bridge.
  - Everything is changed at once, and Open vSwitch has carried it out when the module ends. A port whose device was
    replaced by another one of the same name is taken out first, as Open vSwitch goes on with the old one.
extends_documentation_fragment:
  - packetwalk.labs._attributes
  - packetwalk.labs._attributes.linux
attributes:
  check_mode:
    support: full
    details:
      - When nothing answers at O(database), it is taken for one without bridges.
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  lab:
    description: Name of the lab. It is in the mark.
    type: str
    required: true
  vlans:
    description:
      - The VLANs, as P(packetwalk.labs.switch_config#module) has them for OpenSwitch. With an empty list the bridge is
        removed.
    type: list
    elements: dict
    required: true
    suboptions:
      id:
        description: Number of the VLAN.
        type: int
        required: true
      interfaces:
        description: Ports whose untagged frames are of the VLAN.
        type: list
        elements: str
        default: []
  datapath_type:
    description:
      - V(system) is the datapath of the kernel. V(netdev) is the one of Open vSwitch itself, which needs no kernel
        module.
    type: str
    choices: [system, netdev]
    default: system
  namespace:
    description:
      - The network namespace that the ports are in, by its name as in C(ip netns), or V(host) for the target's own.
        C(ovs-vswitchd) has to run in it.
    type: str
    default: swns
  database:
    description: Where the database of Open vSwitch is.
    type: str
    default: unix:/run/openvswitch/db.sock
  timeout_seconds:
    description: How long to wait until Open vSwitch has carried it out.
    type: float
    default: 30.0
notes:
  - The userspace datapath gets frames as their sender left them. Where that is a veth device, it has to complete the
    checksums (C(ethtool -K DEVICE tx off)). The kernel sees these frames too, so it must not answer questions for the
    addresses of VLANs by the ports (C(net.ipv4.conf.PORT.arp_ignore=8)). The role P(packetwalk.labs.openswitch#role)
    sees to both.
seealso:
  - module: packetwalk.labs.switch_config
  - module: packetwalk.labs.ovs_info
"""

EXAMPLES = r"""
- name: Bridge ports 3 and 4
  packetwalk.labs.switch_vlans:
    lab: openswitch
    vlans:
      - id: 10
        interfaces: ["3", "4"]
    datapath_type: netdev
  become: true

- name: Give the switch an address in the VLAN
  packetwalk.labs.switch_config:
    config:
      interfaces:
        - name: vlan10
          addresses: [192.168.110.254/24]
  become: true

- name: Have no VLANs any more
  packetwalk.labs.switch_vlans:
    lab: openswitch
    vlans: []
  become: true
"""

RETURN = r"""
operations:
  description:
    - The transactions that took place, one after the other, as in RFC 7047. There are two where a port was taken out
      first. It is empty in check mode.
  returned: success
  type: list
  elements: list
  sample:
    - - op: update
        table: Port
        where: [[_uuid, "==", [uuid, 927b45fb-8b76-4232-a7a1-f3f8df5deb50]]]
        row: {tag: 10, trunks: [set, []], vlan_mode: [set, []]}
problems:
  description: Why it was refused, one sentence each.
  returned: when it was refused
  type: list
  elements: str
  sample: ["The VLAN of interface 3 is given twice."]
"""

import collections

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ovsdb import OvsdbError
from ansible_collections.packetwalk.labs.plugins.module_utils._planning import _switch_refusals
from ansible_collections.packetwalk.labs.plugins.module_utils._planning import _switch_vlans as planning
from ansible_collections.packetwalk.labs.plugins.module_utils._probing import _switch_vlans as probing
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._entering import Unenterable
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._ovsdb_client import OvsdbClient


def _refuse(module: AnsibleModule, problems: list) -> None:
    if problems:
        module.fail_json(msg=" ".join(problems), problems=problems)


def _wanted(module: AnsibleModule) -> planning.Ports:
    vlans, namespace = module.params["vlans"], module.params["namespace"]
    # A configuration of nothing else.
    _refuse(module, _switch_refusals.refusals(collections.defaultdict(lambda: None, vlans=vlans)))
    indexes = probing.indexes(namespace)
    names = [name for vlan in vlans for name in vlan["interfaces"]]
    _refuse(module, [f"There is no interface {name} in {namespace}." for name in names if name not in indexes])
    return planning.wanted(vlans, indexes)


def _carry_out(module: AnsibleModule, client: OvsdbClient, ports: planning.Ports, there: planning.Present) -> list:
    """Returns the transactions."""
    options, done = module.params, []
    lasting = planning.lasting(ports, there)
    for step in [ports] if lasting == ports else [lasting, ports]:
        operations = planning.operations(client.schema, options["lab"], options["datapath_type"], step, there)
        probing.commit(client, operations, options["timeout_seconds"])
        there = probing.read(client, options["lab"])
        done.append(operations)
    failures = probing.failures(client, ports)
    if failures:
        raise OvsdbError("; ".join(failures))
    return done


def _client(module: AnsibleModule):
    """Returns None where nobody has started the database, as happens in check mode."""
    try:
        return OvsdbClient(module.params["database"], "Open_vSwitch", timeout_seconds=module.params["timeout_seconds"])
    except OvsdbError:
        if not module.check_mode:
            raise
        return None


def _apply(module: AnsibleModule) -> dict:
    lab, datapath_type = module.params["lab"], module.params["datapath_type"]
    ports, there, done = _wanted(module), planning.NOTHING, []
    client = _client(module)
    if client:
        there = probing.read(client, lab)
        _refuse(module, list(planning.refusals(lab, ports, there)))
    as_wanted = planning.is_as_wanted(lab, datapath_type, ports, there)
    if not as_wanted and not module.check_mode:
        done = _carry_out(module, client, ports, there)
    before = (there.bridge or {}).get("datapath_type")
    return {
        "changed": not as_wanted,
        "operations": done,
        "diff": {"before": planning.text(before, there.owned), "after": planning.text(datapath_type, ports)},
    }


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "lab": {"type": "str", "required": True},
            "vlans": {
                "type": "list",
                "elements": "dict",
                "required": True,
                "options": {
                    "id": {"type": "int", "required": True},
                    "interfaces": {"type": "list", "elements": "str", "default": []},
                },
            },
            "datapath_type": {"type": "str", "choices": ["system", "netdev"], "default": "system"},
            "namespace": {"type": "str", "default": "swns"},
            "database": {"type": "str", "default": "unix:/run/openvswitch/db.sock"},
            "timeout_seconds": {"type": "float", "default": 30.0},
        },
        supports_check_mode=True,
    )
    try:
        result = _apply(module)
    except (OvsdbError, ParseError, Unenterable, OSError) as error:
        module.fail_json(msg=f"The VLANs could not be made: {error}.")
    module.exit_json(**result)


if __name__ == "__main__":
    main()
