#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ovn_port
short_description: Plug a network namespace into a chassis of OVN
version_added: 0.3.0
author:
  - The packetwalk.labs maintainers (@packetwalk)
description:
  - Makes an instance without a hypervisor, which is a network namespace with the MAC address and the addresses of a
    logical port. Its C(eth0) is one end of a veth pair, the other end is on the integration bridge.
  - Waits until the chassis has the flows of the port, so that packets pass when the task is over.
  - What is made carries the name of the lab, and only that is ever changed or removed.
extends_documentation_fragment:
  - packetwalk.labs._attributes
  - packetwalk.labs._attributes.linux
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  lab:
    description: Name of the lab that the port belongs to.
    type: str
    required: true
  state:
    description:
      - Whether the namespace shall be plugged in.
      - With V(absent) the pair is removed, and the namespace where this module made it.
    type: str
    choices: [present, absent]
    default: present
  namespace:
    description: Name of the namespace, as C(ip netns) has it. It is made where it is not there.
    type: str
    required: true
  logical_port:
    description: Name of the port of a logical switch.
    type: str
    required: true
  mac:
    description: MAC address of the port. Required when O(state=present).
    type: str
  addresses:
    description: Addresses of the port, each with the length of its network's prefix.
    type: list
    elements: str
    default: []
  gateway:
    description: Address of the router. Without it packets stay in the network.
    type: str
  dhcp:
    description:
      - Whether addresses, gateway and MTU come by DHCP from OVN, instead of O(addresses), O(gateway) and O(mtu_bytes).
      - They are asked for once and kept, with C(udhcpc) or C(busybox udhcpc).
    type: bool
    default: false
  mtu_bytes:
    description: MTU of the pair. Geneve over a network with 1500 bytes leaves 1442. Without it, it is left as it is.
    type: int
  bridge:
    description: The integration bridge.
    type: str
    default: br-int
  database:
    description: Where the database of Open vSwitch is served.
    type: str
    default: unix:/run/openvswitch/db.sock
  timeout_seconds:
    description: How long to wait until C(ovn-controller) has bound the port. With V(0) it is not waited for.
    type: float
    default: 30.0
notes:
  - The end outside of the namespace is named after the logical port and a few digits that depend on it and O(lab).
  - On a bridge with the datapath C(netdev) the checksums of both ends are left to the kernel, with C(ethtool). There
    is no hardware that could put them in, and TCP connections would hang.
  - The namespaces need the rights of root, and C(ip) and C(ovs-vsctl).
seealso:
  - module: packetwalk.labs.ovn_topology
"""

EXAMPLES = r"""
- name: An instance with fixed addresses
  packetwalk.labs.ovn_port:
    lab: ovn
    namespace: vm1
    logical_port: vm1
    mac: "50:54:00:00:00:01"
    addresses: [10.10.10.5/24]
    gateway: 10.10.10.1
    mtu_bytes: 1442

- name: An instance that asks OVN for its address
  packetwalk.labs.ovn_port:
    lab: ovn
    namespace: vm2
    logical_port: vm2
    mac: "50:54:00:00:00:02"
    dhcp: true

- name: Remove an instance
  packetwalk.labs.ovn_port:
    lab: ovn
    namespace: vm1
    logical_port: vm1
    state: absent
"""

RETURN = r"""
actions:
  description: The commands that were carried out, or would be in check mode.
  returned: success
  type: list
  elements: str
  sample: [ip netns add vm1]
interface:
  description: Name of the end outside of the namespace.
  returned: success
  type: str
  sample: vm1-8c6d4
addresses:
  description: Addresses of the namespace now, V(null) in check mode and when it is not there.
  returned: success
  type: list
  elements: str
  sample: [10.10.10.5/24]
"""

import ipaddress
import re

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ovsdb import OvsdbError
from ansible_collections.packetwalk.labs.plugins.module_utils._planning import _ovn_port as planning
from ansible_collections.packetwalk.labs.plugins.module_utils._probing import _ovn_port as probing
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._ovsdb_client import OvsdbClient

MAC = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}")


def _wanted(module: AnsibleModule) -> planning.Wanted:
    options = module.params
    mac = (options["mac"] or "").lower()
    if options["state"] == "present" and not MAC.fullmatch(mac):
        module.fail_json(msg=f"{options['mac']} is no MAC address.")
    if options["dhcp"] and (options["addresses"] or options["gateway"] or options["mtu_bytes"] is not None):
        module.fail_json(msg="With dhcp the addresses, the gateway and the MTU come from OVN. Do not give any.")
    if not options["namespace"] or "/" in options["namespace"]:
        module.fail_json(msg=f"{options['namespace']!r} cannot be the name of a namespace.")
    for address in options["addresses"]:
        if "/" not in address:
            module.fail_json(msg=f"{address} has no prefix length.")
    try:
        addresses = tuple(str(ipaddress.ip_interface(address)) for address in options["addresses"])
        gateway = None if options["gateway"] is None else str(ipaddress.ip_address(options["gateway"]))
    except ValueError as error:
        module.fail_json(msg=f"{error}.")
    same = ("lab", "namespace", "logical_port", "bridge", "dhcp", "mtu_bytes")
    return planning.Wanted(mac=mac, addresses=addresses, gateway=gateway, **{name: options[name] for name in same})


def _apply(module: AnsibleModule, client: OvsdbClient, wanted: planning.Wanted) -> dict:
    present = probing.read(client, wanted)
    plug_in = module.params["state"] == "present"
    if plug_in:
        problems = list(planning.refusals(wanted, present))
        if problems:
            module.fail_json(msg=" ".join(problems))
        commands = planning.plugging(wanted, present) + planning.addressing(wanted, present)
    else:
        commands = planning.unplugging(wanted, present)
    ask = plug_in and planning.asks(wanted, present)
    addresses = None
    if not module.check_mode:
        for command in commands:
            probing.run(command, module.params["database"])
        if plug_in and module.params["timeout_seconds"] > 0:
            probing.wait_until_bound(client, wanted, module.params["timeout_seconds"])
        if ask:
            probing.ask(wanted.namespace)
        if plug_in:
            addresses = list(probing.read(client, wanted).addresses)
    return {
        "changed": bool(commands) or ask,
        "actions": [" ".join(command) for command in commands] + (["udhcpc"] if ask else []),
        "interface": planning.outer_name(wanted.lab, wanted.logical_port),
        "addresses": addresses,
        "diff": {
            "before": planning.present_text(wanted, present),
            "after": planning.wanted_text(wanted) if plug_in else "",
        },
    }


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "lab": {"type": "str", "required": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "namespace": {"type": "str", "required": True},
            "logical_port": {"type": "str", "required": True},
            "mac": {"type": "str"},
            "addresses": {"type": "list", "elements": "str", "default": []},
            "gateway": {"type": "str"},
            "dhcp": {"type": "bool", "default": False},
            "mtu_bytes": {"type": "int"},
            "bridge": {"type": "str", "default": "br-int"},
            "database": {"type": "str", "default": "unix:/run/openvswitch/db.sock"},
            "timeout_seconds": {"type": "float", "default": 30.0},
        },
        required_if=[("state", "present", ["mac"])],
        supports_check_mode=True,
    )
    wanted = _wanted(module)
    try:
        with OvsdbClient(module.params["database"], "Open_vSwitch") as client:
            result = _apply(module, client, wanted)
    except (OvsdbError, ParseError, probing.Failed) as error:
        module.fail_json(msg=f"Logical port {module.params['logical_port']}: {error}.")
    module.exit_json(**result)


if __name__ == "__main__":
    main()
