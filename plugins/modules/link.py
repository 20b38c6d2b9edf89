#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: link
short_description: Wire the ports of switches that are containers
version_added: 0.4.0
author:
  - The packetwalk.labs maintainers (@packetwalk)
description:
  - Makes the links of a lab as a list says them, between ports of switches, namespaces of the machine, and bridges of
    the machine. It runs on the machine that carries the containers, and makes all links in one process over netlink.
  - A link is a veth pair. Each end is at once in its namespace under the name of its port. A link that has one end in
    its place, and the other one elsewhere, keeps the first and has the second moved and renamed.
  - Before anything is made, all links are looked at together, and what cannot be is refused with one sentence each.
  - The alias of each end says which lab and which link it belongs to. Only what carries the name of the lab is ever
    changed or removed.
  - A tap device with the alias V(unwired) stands for a port without a link, as the role
    P(packetwalk.labs.openswitch#role) makes them, and gives way to a link.
  - Whatever interrupts the module, the next run carries on.
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
    description: Name of the lab that the links belong to.
    type: str
    required: true
  state:
    description:
      - Whether the links shall be there.
      - With V(absent) those in O(links) are removed, or all of the lab where O(links) is not given. A pair that was
        adopted stays without its mark, and an interface that Docker made is given back to its container under its old
        name.
    type: str
    choices: [present, absent]
    default: present
  only:
    description:
      - Whether links of the lab that are not in O(links) are removed, as with O(state=absent).
      - Without it they are removed only where they are on a port that a link in O(links) needs.
    type: bool
    default: false
  links:
    description: The links. Required when O(state=present).
    type: list
    elements: dict
    suboptions:
      ends:
        description:
          - The two ends of a link.
          - Where Docker made the interfaces, O(links[].ends[].interface), there may be one end or more, as many
            as containers are connected to the network.
        type: list
        elements: dict
        required: true
        suboptions:
          switch:
            description: Name of the switch, see O(switches).
            type: str
          namespace:
            description:
              - Name of a namespace as C(ip netns) has it, in the container of O(links[].ends[].switch), or else on the
                machine. V(host) is the container's, or the machine's, own one.
              - Without it, it is that of the switch. The namespace has to be there.
            type: str
          port:
            description:
              - Name of the port, which is the name of the interface.
              - Of an end on a bridge it may be left out. Then it is made of the other end and a few digits that depend
                on that and O(lab).
            type: str
          bridge:
            description: Name of a bridge of the machine. The end becomes a port of it. The bridge has to be there.
            type: str
          interface:
            description:
              - Name of an interface that Docker put into the container, with C(docker network connect). It is taken
                down, renamed to O(links[].ends[].port) and moved to the namespace of the switch, where it is brought
                up again without the address that Docker gave it.
              - All ends of such a link have one. The other ends of the pairs stay in Docker's bridge.
            type: str
      mtu_bytes:
        description: MTU of both ends. Without it, it is left as it is, and is 1500 for a new link.
        type: int
      delay_milliseconds:
        description: How long packets are held back at each end before they are sent, which adds to a round trip twice.
        type: float
      loss_percent:
        description: How many of the packets are lost at each end.
        type: float
      rate_kilobits:
        description: How many kilobits per second are sent from each end.
        type: int
  switches:
    description: What is not as usual about switches that O(links) name.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name of the switch.
        type: str
        required: true
      container:
        description:
          - Name of its container.
          - Without it, it is the container named after O(lab), a dash and the switch, as the role
            P(packetwalk.labs.nodes#role) names it, or else the one named like the switch.
        type: str
      namespace:
        description: Name of the namespace in the container that the ports are in.
        type: str
        default: swns
      ports:
        description: How many ports the switch has, O(ports) where it is not given.
        type: int
  ports:
    description:
      - How many ports each switch has. They are named from V(1) on, and a link to another port is refused.
      - Without it, any name is taken.
    type: int
  docker_socket:
    description: The unix socket of the Docker engine. It is asked for the containers of switches, and for nothing else.
    type: path
    default: /var/run/docker.sock
notes:
  - An address belongs to an interface in its namespace, and is lost when an end moves to another one. RV(links[].ends)
    says which ones. None of them is put back, as it belongs to what is configured on the switch where it was.
  - Both ends are brought up when they are plugged in. Later, up or down belongs to who configures the switch.
  - Every end has an index that no other interface in the namespaces of the links has, so that the index of a peer,
    which C(ethtool -S) tells, finds it wherever it is.
  - Delay, loss and rate need netem. Where the kernel has none, links are made without them, and RV(impairments) says
    so. Netem that is on a link of O(links) and is not asked for is taken off.
  - The namespaces need the rights of root.
seealso:
  - module: packetwalk.labs.node_state
"""

EXAMPLES = r"""
- name: Wire three switches in a row
  packetwalk.labs.link:
    lab: openswitch
    only: true
    ports: 8
    links:
      - ends: [{switch: ops1, port: 1}, {switch: ops2, port: 1}]
      - ends: [{switch: ops2, port: 2}, {switch: ops3, port: 1}]
        mtu_bytes: 1400
        delay_milliseconds: 20

- name: Connect a host of the lab, and the machine's bridge
  packetwalk.labs.link:
    lab: openswitch
    links:
      - ends: [{switch: ops1, port: 3}, {namespace: host1, port: eth0}]
      - ends: [{switch: ops1, port: 4}, {bridge: br0}]

- name: Use what docker network connect has put into two containers
  packetwalk.labs.link:
    lab: article
    links:
      - ends: [{switch: ops1, port: 1, interface: eth1}, {switch: ops2, port: 1, interface: eth1}]

- name: Remove all links of a lab
  packetwalk.labs.link:
    lab: openswitch
    state: absent
"""

RETURN = r"""
links:
  description:
    - What became of each link, in the order of O(links). After them come those that were removed.
  returned: success
  type: list
  elements: dict
  contains:
    action:
      description:
        - V(created) of a new pair; V(adopted) of a pair that was there, but not of a lab; V(moved) where an end got
          another namespace or name; V(changed) where something else was changed; V(unchanged).
        - V(removed) of a pair that is gone; V(released) of one that was adopted or made by Docker.
      type: str
      sample: created
    ends:
      description: The ends, in the order that they were given in.
      type: list
      elements: dict
      contains:
        name:
          description:
            - Switch and port, as C(ops1:1), with the namespace where it is not the usual one, as C(ops1/blue:1).
            - A namespace of the machine is C(namespace/host1:eth0), a bridge is C(bridge/br0:ops1-3-0d1c2).
          type: str
          sample: ops1:1
        index:
          description: Index of the interface in its namespace, V(null) when it is not there, or not yet.
          type: int
          sample: 23
        peer_index:
          description: Index of the interface at the other end of the pair.
          type: int
          sample: 24
        addresses_lost:
          description: Addresses that the end had and lost as it moved or was removed.
          type: list
          elements: str
          sample: [192.168.101.1/24]
  sample:
    - action: created
      ends:
        - {name: "ops1:1", index: 23, peer_index: 24, addresses_lost: []}
        - {name: "ops2:1", index: 24, peer_index: 23, addresses_lost: []}
impairments:
  description:
    - V(applied) when links have the delay, the loss and the rate that are asked for, V(skipped) when the kernel has no
      netem, V(none) when none are asked for.
  returned: success
  type: str
  sample: skipped
impairments_reason:
  description: Why they were skipped.
  returned: when RV(impairments) is V(skipped)
  type: str
  sample: this kernel does not know netem
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._planning import _link_ends, _links
from ansible_collections.packetwalk.labs.plugins.module_utils._planning._link_ends import Link, Refused
from ansible_collections.packetwalk.labs.plugins.module_utils._planning._link_operations import Present
from ansible_collections.packetwalk.labs.plugins.module_utils._probing import _wiring
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._docker_api import DockerError

ARGUMENTS = {
    "lab": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "only": {"type": "bool", "default": False},
    "links": {
        "type": "list",
        "elements": "dict",
        "options": {
            "ends": {
                "type": "list",
                "elements": "dict",
                "required": True,
                "options": {
                    "switch": {"type": "str"},
                    "namespace": {"type": "str"},
                    "port": {"type": "str"},
                    "bridge": {"type": "str"},
                    "interface": {"type": "str"},
                },
                "required_one_of": [("switch", "namespace", "bridge")],
                "mutually_exclusive": [("switch", "bridge"), ("namespace", "bridge")],
                "required_by": {"switch": ("port",), "namespace": ("port",), "interface": ("switch",)},
            },
            "mtu_bytes": {"type": "int"},
            "delay_milliseconds": {"type": "float"},
            "loss_percent": {"type": "float"},
            "rate_kilobits": {"type": "int"},
        },
    },
    "switches": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "name": {"type": "str", "required": True},
            "container": {"type": "str"},
            "namespace": {"type": "str", "default": "swns"},
            "ports": {"type": "int"},
        },
    },
    "ports": {"type": "int"},
    "docker_socket": {"type": "path", "default": "/var/run/docker.sock"},
}


def _wanted(options: dict) -> list[Link] | None:
    if options["links"] is None:
        return None
    switches = _link_ends.switches(options["links"], options["switches"], options["ports"])
    return _link_ends.links(options["lab"], options["links"], switches)


def _located(options: dict, links: list[Link]) -> _wiring.Located:
    listed = {row["name"]: row["container"] for row in options["switches"] if row["container"] is not None}
    places = {end.place for link in links for end in link.ends}
    names = {place.switch for place in places}
    containers = {name: [listed[name]] if name in listed else [f"{options['lab']}-{name}", name] for name in names}
    return _wiring.locate(places, containers, options["docker_socket"])


def _planned(options: dict, links: list[Link] | None, present: Present) -> _links.Plan:
    if options["state"] == "absent":
        return _links.removal(options["lab"], links, present)
    return _links.wiring(options["lab"], links or [], options["only"], present)


def _run(module: AnsibleModule) -> dict:
    options = module.params
    links = _wanted(options)
    is_present = options["state"] == "present"
    asked = is_present and any(link.netem is not None for link in links or [])
    reason = _wiring.netem_reason() if asked else None
    with _wiring.Wiring(_located(options, (links or []) if is_present else [])) as wiring:
        present = wiring.look(netem=reason is None)
        plan = _planned(options, links, present)
        if not module.check_mode and plan.operations:
            for operation in plan.operations:
                wiring.apply(operation)
            present = wiring.look(netem=reason is None)
            left = _planned(options, links, present).operations
            if left:
                module.fail_json(msg=f"Somebody else changes links at the same time: {left[0].link} is not as wanted.")
    result = {
        "changed": bool(plan.operations),
        "links": _links.report((links or []) if is_present else [], plan, present, not module.check_mode),
        "impairments": "skipped" if reason is not None else "applied" if asked else "none",
        "diff": {
            "before": "".join(outcome.before for outcome in plan.outcomes),
            "after": "".join(outcome.after for outcome in plan.outcomes),
        },
    }
    if reason is not None:
        module.warn(f"Delay, loss and rate of links are left out, as {reason}.")
        result["impairments_reason"] = reason
    return result


def main() -> None:
    module = AnsibleModule(
        argument_spec=ARGUMENTS, required_if=[("state", "present", ["links"])], supports_check_mode=True
    )
    try:
        result = _run(module)
    except Refused as error:
        module.fail_json(msg=str(error))
    except DockerError as error:
        module.fail_json(msg=f"Switches are containers, and Docker cannot be asked for them: {error}.")
    except (_wiring.Failed, ParseError) as error:
        module.fail_json(msg=f"{error}.")
    except OSError as error:
        module.fail_json(msg=f"The namespaces of this machine cannot be read: {error.strerror or error}.")
    module.exit_json(**result)


if __name__ == "__main__":
    main()
