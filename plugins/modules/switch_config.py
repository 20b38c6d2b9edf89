#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: switch_config
short_description: Give a switch its configuration through vtysh
version_added: 0.4.0
author:
  - The packetwalk.labs maintainers (@packetwalk)
description:
  - Compares a desired configuration with the running one of FRR or of OpenSwitch, and tells C(vtysh) what differs.
    Which of the two it is, it finds out itself.
  - Each section of O(config) that is given is the desired state of that section. What it says is there afterwards, and
    what it does not say of the same kind is removed. What is in no section that is given is not touched.
  - The running configuration counts only as far as the kernel has it. An interface that is moved into a namespace loses
    its addresses and is down, and FRR goes on listing them. They are given to it again.
  - Afterwards it reads the configuration and the kernel again, and fails when what was asked for is not there.
  - What cannot work is refused before anything is changed, such as a neighbour without an AS number, addresses of two
    interfaces that overlap, a section whose daemon does not run, or a line that FRR cannot read.
extends_documentation_fragment:
  - packetwalk.labs._attributes
  - packetwalk.labs._attributes.linux
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - The configuration is shown as far as the kernel has it. Lines that a switch does not show because they go
        without saying, such as C(no shutdown) in FRR, are shown where they are asked for.
  idempotent:
    support: full
options:
  config:
    description: The desired configuration.
    type: dict
    required: true
    suboptions:
      hostname:
        description:
          - Name of the switch.
          - FRR goes by the name of its node, so another one is refused there.
        type: str
      interfaces:
        description:
          - Interfaces. Of one that is named, all addresses, the description, and whether it is shut down are as they
            are given here. Others are not touched.
        type: list
        elements: dict
        suboptions:
          name:
            description: Name of the interface.
            type: str
            required: true
          addresses:
            description:
              - Addresses with the length of their prefix.
              - OpenSwitch makes all but the first of a family secondary.
            type: list
            elements: str
            default: []
          shutdown:
            description: Whether it is shut down.
            type: bool
            default: false
          description:
            description: A description. OpenSwitch has none.
            type: str
          mtu_bytes:
            description:
              - Its MTU. Without it the MTU is not touched.
              - FRR has no command for it, so the kernel is told, with C(ip).
            type: int
      vlans:
        description:
          - VLANs of OpenSwitch. All others but VLAN 1 are removed. FRR has none.
        type: list
        elements: dict
        suboptions:
          id:
            description: Number of the VLAN.
            type: int
            required: true
          interfaces:
            description: Interfaces whose untagged frames are of the VLAN. They do not route.
            type: list
            elements: str
            default: []
      static_routes:
        description: Static routes, of IPv4 and IPv6. All others are removed, but those of other VRFs.
        type: list
        elements: dict
        suboptions:
          destination:
            description: The network.
            type: str
            required: true
          next_hop:
            description: Address of the next router.
            type: str
            required: true
      bgp:
        description:
          - BGP of the default VRF. Its AS number, its router ID, its networks and its neighbours are as they are given
            here. Another instance with another AS number is removed with all that is in it.
          - A neighbour that is not given is removed with all that is said of it, unless O(config.lines) says something
            of it. Of one that is given only its AS number, and whether it is shut down, are set.
          - In FRR it sets C(no bgp ebgp-requires-policy) as well. Otherwise no route passes between two AS without a
            policy.
        type: dict
        suboptions:
          as_number:
            description: Number of the own AS. Required.
            type: int
          router_id:
            description: The router ID. Without it the switch chooses one.
            type: str
          networks:
            description: IPv4 networks that are announced.
            type: list
            elements: str
            default: []
          neighbours:
            description: Neighbours.
            type: list
            elements: dict
            default: []
            suboptions:
              address:
                description: Address of the neighbour.
                type: str
                required: true
              remote_as:
                description: Number of its AS. Required.
                type: int
              shutdown:
                description: Whether it is shut down.
                type: bool
                default: false
      ospf:
        description: OSPF of the default VRF. Its router ID and its networks are as they are given here.
        type: dict
        suboptions:
          router_id:
            description: The router ID. Without it the switch chooses one.
            type: str
          networks:
            description: Networks whose interfaces take part.
            type: list
            elements: dict
            default: []
            suboptions:
              network:
                description: The IPv4 network.
                type: str
                required: true
              area:
                description: The area, as a number or as four numbers with dots between them.
                type: str
                required: true
      lines:
        description:
          - Lines that have to be in the running configuration, each as the switch shows it, not abbreviated and
            indented below its context.
          - No line is removed for not being here. A line that a section says otherwise of is not for here.
          - In FRR, V(ip forwarding) and V(ipv6 forwarding) can be given, although it shows but their opposites.
        type: list
        elements: str
  namespace:
    description:
      - The network namespace that the interfaces of the switch are in, by its name as in C(ip netns), or V(host) for
        the target's own. There the kernel is asked for addresses and MTUs.
      - C(vtysh) itself speaks over sockets that are files, and does not have to be in it.
    type: str
    default: swns
  vty_socket:
    description:
      - Directory of the sockets of FRR's daemons, as for C(vtysh --vty_socket). Without it the one that vtysh knows.
    type: path
  save:
    description:
      - Whether the switch shall start with this configuration the next time, too.
      - FRR's is saved when C(frr.conf) is not the running configuration, OpenSwitch's when something was changed.
    type: bool
    default: false
  config_directory:
    description: Directory of C(frr.conf), for O(save).
    type: path
    default: /etc/frr
  timeout_seconds:
    description: How long C(vtysh) may take each time it is called.
    type: float
    default: 30.0
notes:
  - FRR gets all commands with one call of C(vtysh -f), OpenSwitch with one of C(vtysh -c).
  - When FRR refuses a command that it could read, the commands after it take place all the same.
seealso:
  - module: packetwalk.labs.switch_info
"""

EXAMPLES = r"""
- name: A switch between two others
  packetwalk.labs.switch_config:
    config:
      hostname: ops2
      interfaces:
        - name: "1"
          addresses: [192.168.101.2/24]
        - name: "2"
          addresses: [192.168.102.1/24]
          description: to ops3
      bgp:
        as_number: 65002
        router_id: 192.168.101.2
        neighbours:
          - address: 192.168.101.1
            remote_as: 65001
          - address: 192.168.102.2
            remote_as: 65003
    save: true
  become: true

- name: Show what an AS number would change
  packetwalk.labs.switch_config:
    config:
      bgp:
        as_number: 65010
        networks: [192.168.101.0/24]
        neighbours:
          - address: 192.168.101.2
            remote_as: 65002
  become: true
  check_mode: true
  diff: true

- name: Have short timers, and leave all else as it is
  packetwalk.labs.switch_config:
    config:
      lines:
        - router bgp 65002
        - " neighbor 192.168.101.1 timers 3 9"
  become: true
"""

RETURN = r"""
flavour:
  description: What kind of switch it is, V(frr) or V(openswitch).
  returned: success
  type: str
  sample: frr
commands:
  description: What vtysh was told, or would be told in check mode, and what the kernel was told after it.
  returned: success
  type: list
  elements: str
  sample:
    - interface 1
    - " ip address 192.168.101.1/24"
    - exit
saved:
  description: Whether the configuration was saved, or would be saved in check mode.
  returned: success
  type: bool
  sample: true
problems:
  description: Why the configuration was refused, one sentence each.
  returned: when it was refused
  type: list
  elements: str
  sample: ["BGP neighbour 192.168.101.2 has no remote_as."]
missing:
  description: Commands that would still be needed.
  returned: when the switch does not have what was asked for
  type: list
  elements: str
  sample: ["router bgp 65001", " neighbor 192.168.101.2 remote-as 65002", "exit"]
"""

import time

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._vtysh_running_config import parse_running_config
from ansible_collections.packetwalk.labs.plugins.module_utils._planning import _switch_config, _switch_refusals
from ansible_collections.packetwalk.labs.plugins.module_utils._probing import _vtysh

# FRR gives the kernel an address after vtysh has returned.
_SETTLING_SECONDS = 5.0
_PAUSE_SECONDS = 0.1

_NAME = {"type": "str", "required": True}
_TEXT = {"type": "str"}
_TEXTS = {"type": "list", "elements": "str", "default": []}
_NUMBER = {"type": "int"}
_SWITCH = {"type": "bool", "default": False}


def _several(**options) -> dict:
    return {"type": "list", "elements": "dict", "options": options}


CONFIG = {
    "hostname": _TEXT,
    "interfaces": _several(name=_NAME, addresses=_TEXTS, shutdown=_SWITCH, description=_TEXT, mtu_bytes=_NUMBER),
    "vlans": _several(id={"type": "int", "required": True}, interfaces=_TEXTS),
    "static_routes": _several(destination=_NAME, next_hop=_NAME),
    "bgp": {
        "type": "dict",
        "options": {
            "as_number": _NUMBER,
            "router_id": _TEXT,
            "networks": _TEXTS,
            "neighbours": dict(_several(address=_NAME, remote_as=_NUMBER, shutdown=_SWITCH), default=[]),
        },
    },
    "ospf": {
        "type": "dict",
        "options": {"router_id": _TEXT, "networks": dict(_several(network=_NAME, area=_NAME), default=[])},
    },
    "lines": {"type": "list", "elements": "str"},
}


def _refuse(module: AnsibleModule, problems: list) -> None:
    if problems:
        module.fail_json(msg=" ".join(problems), problems=problems)


def _running(vtysh: _vtysh.Vtysh) -> dict:
    return parse_running_config(vtysh.show("show running-config"))


def _plan(module: AnsibleModule, running: dict) -> _switch_config.Plan:
    links = _vtysh.read_links(module.params["namespace"])
    return _switch_config.plan(module.params["config"], running["lines"], links, running["flavour"])


def _refuse_on_switch(module: AnsibleModule, vtysh: _vtysh.Vtysh, running: dict) -> None:
    config, flavour = module.params["config"], running["flavour"]
    daemons = vtysh.daemons() if flavour == _switch_config.FRR else []
    _refuse(module, _switch_refusals.refusals_of_switch(config, running["lines"], flavour, daemons))
    for name in _switch_config.absent_interfaces(config, _vtysh.read_links(module.params["namespace"])):
        module.warn(
            f"Interface {name}: namespace {module.params['namespace']} has none of that name, so nothing but the "
            "configuration of the switch was compared."
        )


def _told(plan: _switch_config.Plan) -> list:
    return plan.commands + [f"ip link set dev {name} mtu {mtu_bytes}" for name, mtu_bytes in plan.mtus.items()]


def _carry_out(module: AnsibleModule, vtysh: _vtysh.Vtysh, plan: _switch_config.Plan, flavour: str) -> dict:
    """Tell the switch what differs, wait until it has it, and return what it runs then."""
    if plan.commands:
        refused = vtysh.configure(plan.commands, flavour)
        if refused:
            module.fail_json(msg=f"The switch refused {'; '.join(refused)}.", commands=plan.commands)
    for name, mtu_bytes in plan.mtus.items():
        _vtysh.set_mtu(module.params["namespace"], name, mtu_bytes)
    end = time.monotonic() + _SETTLING_SECONDS
    while True:
        running = _running(vtysh)
        missing = _told(_plan(module, running))
        if not missing:
            return running
        if time.monotonic() > end:
            said = "; ".join(line.strip() for line in missing if line.strip() != "exit")
            module.fail_json(
                msg=f"The switch took the configuration and does not have it after {_SETTLING_SECONDS:g} seconds: it "
                f"would still have to be told {said}.",
                missing=missing,
            )
        time.sleep(_PAUSE_SECONDS)


def _is_saved(module: AnsibleModule, running: dict) -> bool:
    saved = _vtysh.read_saved(module.params["config_directory"])
    try:
        return saved is not None and _switch_config.starts_with(parse_running_config(saved)["lines"], running["lines"])
    except ParseError:
        # Nothing that vtysh wrote, such as the file that comes with FRR.
        return False


def _apply(module: AnsibleModule) -> dict:
    options = module.params
    _refuse(module, _switch_refusals.refusals(options["config"]))
    vtysh = _vtysh.Vtysh(options["vty_socket"], options["timeout_seconds"])
    running = _running(vtysh)
    flavour = running["flavour"]
    _refuse_on_switch(module, vtysh, running)
    plan = _plan(module, running)
    if plan.commands and flavour == _switch_config.FRR:
        unreadable = vtysh.refused_syntax(plan.commands)
        _refuse(module, [f"FRR cannot read {sentence}." for sentence in unreadable])
    told = _told(plan)
    if told and not module.check_mode:
        running = _carry_out(module, vtysh, plan, flavour)
    saved = options["save"] and bool(told or (flavour == _switch_config.FRR and not _is_saved(module, running)))
    if saved and not module.check_mode:
        vtysh.save(flavour, options["config_directory"])
    return {
        "changed": bool(told or saved),
        "flavour": flavour,
        "commands": told,
        "saved": saved,
        "diff": {"before": plan.before, "after": plan.after},
    }


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "config": {"type": "dict", "required": True, "options": CONFIG},
            "namespace": {"type": "str", "default": "swns"},
            "vty_socket": {"type": "path"},
            "save": {"type": "bool", "default": False},
            "config_directory": {"type": "path", "default": "/etc/frr"},
            "timeout_seconds": {"type": "float", "default": 30.0},
        },
        supports_check_mode=True,
    )
    try:
        result = _apply(module)
    except (_vtysh.Failed, ParseError) as error:
        module.fail_json(msg=f"The switch could not be configured: {error}.")
    module.exit_json(**result)


if __name__ == "__main__":
    main()
