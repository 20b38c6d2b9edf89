#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ovn_topology
short_description: Make OVN's northbound database hold a logical topology
version_added: 0.3.0
author:
  - The packetwalk.labs maintainers (@packetwalk)
description:
  - Compares a desired topology with what the northbound database holds of a lab, and changes what differs in one
    transaction. All of it takes place, or nothing.
  - The same transaction raises C(nb_cfg) of the table C(NB_Global) by one, which C(ovn-northd) and the chassis repeat
    when they have carried it out. The module waits for them as O(wait) says.
  - Each row that is made carries the name of the lab. Rows without it are neither changed nor removed, also where they
    hang on a switch or a router of the lab.
  - What OVN would take and then not do is refused before anything is changed, such as an address outside of its
    network, a gateway chassis that is none, or an expression that no chassis understands.
extends_documentation_fragment:
  - packetwalk.labs._attributes
  - packetwalk.labs._ovn_databases
  - packetwalk.labs._ovn_databases.northbound
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  lab:
    description: Name of the lab that the topology belongs to.
    type: str
    required: true
  state:
    description:
      - With V(present) the database holds of the lab what O(topology) says, and nothing else.
      - With V(absent) it holds nothing of the lab.
    type: str
    choices: [present, absent]
    default: present
  southbound:
    description:
      - Where the southbound database is served, written as O(northbound).
      - When it is given, the chassis that O(topology) names have to be registered there, and those of a gateway have
        to have a bridge mapping for the physical network of the gateway's switch. Each physical network needs one
        chassis at least that has a bridge mapping for it.
    type: str
  timeout_seconds:
    description: How long a database may take for one answer.
    type: float
    default: 30.0
  wait:
    description:
      - What to wait for before the module returns, also when it had nothing to change. In check mode it does not wait.
      - With V(southbound) until C(ovn-northd) has translated into logical flows all that the northbound database holds.
      - With V(chassis) until every chassis has carried that out, too. It requires O(southbound), which tells the
        chassis that are late.
      - With V(none) for nothing. The northbound database holds the topology, and OVN takes its time.
    type: str
    choices: [none, southbound, chassis]
    default: southbound
  wait_seconds:
    description:
      - How long to wait. Then the module fails with the names of those that are late. What it has changed remains.
    type: float
    default: 30.0
  topology:
    description: The desired topology. Required when O(state=present).
    type: dict
    suboptions:
      switches:
        description: Logical switches.
        type: list
        elements: dict
        default: []
        suboptions:
          name:
            description: Name of the switch.
            type: str
            required: true
          subnet:
            description: The IPv4 network of the switch. Addresses of ports have to be in it.
            type: str
          localnet:
            description: Connects the switch to a physical network, over a port named after both.
            type: dict
            suboptions:
              network:
                description: Name of the physical network, as in the bridge mappings of chassis.
                type: str
                required: true
              vlan:
                description: VLAN of the switch in the physical network. Without it frames carry no tag.
                type: int
          dhcp:
            description: What OVN answers to DHCP requests of ports with O(topology.switches[].ports[].dhcp=true).
            type: dict
            suboptions:
              router:
                description: Address of the router, which also answers the requests.
                type: str
                required: true
              dns_servers:
                description: Addresses of name servers.
                type: list
                elements: str
                default: []
              lease_time_seconds:
                description: How long an address is given for.
                type: int
                default: 3600
              mtu_bytes:
                description: The largest packet that an instance shall send. Tunnels take some of the network's.
                type: int
          dns:
            description: Names that OVN answers DNS requests of ports for, each with a list of addresses.
            type: dict
          ports:
            description: Ports of the switch for instances.
            type: list
            elements: dict
            default: []
            suboptions:
              name:
                description: Name of the port, which an interface of a chassis has as C(iface-id).
                type: str
                required: true
              mac:
                description: MAC address of the instance.
                type: str
                required: true
              addresses:
                description: Addresses of the instance.
                type: list
                elements: str
                default: []
              port_security:
                description: Whether only packets with these addresses may come from the instance.
                type: bool
                default: false
              dhcp:
                description: Whether the instance gets its address by DHCP.
                type: bool
                default: false
              enabled:
                description: Whether the port is enabled.
                type: bool
                default: true
      routers:
        description: Logical routers.
        type: list
        elements: dict
        default: []
        suboptions:
          name:
            description: Name of the router.
            type: str
            required: true
          ports:
            description: Ports of the router. The switch gets a port named after switch and router for each.
            type: list
            elements: dict
            default: []
            suboptions:
              name:
                description: Name of the port.
                type: str
                required: true
              switch:
                description: The switch that it is connected to.
                type: str
                required: true
              mac:
                description: MAC address of the port.
                type: str
                required: true
              networks:
                description: Addresses of the port with the length of their networks.
                type: list
                elements: str
                required: true
              gateway_chassis:
                description: Makes the port a gateway, on the chassis with the highest priority that is alive.
                type: dict
              ha_chassis_group:
                description: Makes the port a gateway on a chassis of a group of O(topology.ha_chassis_groups).
                type: str
          routes:
            description: Static routes.
            type: list
            elements: dict
            default: []
            suboptions:
              destination:
                description: Network that is routed.
                type: str
                required: true
              next_hop:
                description: Address of the next router, in a network of one of the ports.
                type: str
                required: true
              port:
                description: Port that the packets leave by. Without it OVN finds it by the next hop.
                type: str
          nat:
            description: Address translations. They take place on the router's gateway.
            type: list
            elements: dict
            default: []
            suboptions:
              type:
                description:
                  - V(snat) changes the source of what leaves, V(dnat) the destination of what arrives,
                    V(dnat_and_snat) does both, as for a floating IP.
                type: str
                choices: [snat, dnat, dnat_and_snat]
                required: true
              external_address:
                description: Address outside.
                type: str
                required: true
              logical_address:
                description: Address inside, or a network with V(snat).
                type: str
                required: true
              logical_port:
                description:
                  - Port of the instance, which makes a floating IP distributed.
                  - Its packets are translated on the chassis of the instance.
                type: str
              external_mac:
                description: MAC address that a distributed floating IP has outside. Required for one.
                type: str
      ha_chassis_groups:
        description: Groups of chassis that gateways can share.
        type: list
        elements: dict
        default: []
        suboptions:
          name:
            description: Name of the group.
            type: str
            required: true
          chassis:
            description: Priority of each chassis, by its name. The highest that is alive has the gateways.
            type: dict
            required: true
      port_groups:
        description: Groups of ports, for ACLs and for C(@NAME) in expressions.
        type: list
        elements: dict
        default: []
        suboptions:
          name:
            description: Name of the group.
            type: str
            required: true
          ports:
            description: Ports of switches.
            type: list
            elements: str
            default: []
      address_sets:
        description: Sets of addresses, for C($NAME) in expressions.
        type: list
        elements: dict
        default: []
        suboptions:
          name:
            description: Name of the set.
            type: str
            required: true
          addresses:
            description: Addresses and networks.
            type: list
            elements: str
            default: []
      acls:
        description: Rules for the packets of a switch or a port group.
        type: list
        elements: dict
        default: []
        suboptions:
          switch:
            description: The switch. Either this or O(topology.acls[].port_group) is required.
            type: str
          port_group:
            description: The port group.
            type: str
          direction:
            description: Whether packets from or to instances are meant.
            type: str
            choices: [from-lport, to-lport]
            required: true
          priority:
            description: Of several that match, the one with the highest priority counts, from 0 to 32767.
            type: int
            required: true
          match:
            description: Expression that says which packets are meant, as in C(ovn-sb(5\)).
            type: str
            required: true
          action:
            description: What becomes of the packets. V(allow-related) also lets the answers through.
            type: str
            choices: [allow-related, allow, drop, reject]
            required: true
      load_balancers:
        description: Load balancers.
        type: list
        elements: dict
        default: []
        suboptions:
          name:
            description: Name of the load balancer.
            type: str
            required: true
          protocol:
            description: Protocol of the ports.
            type: str
            choices: [tcp, udp, sctp]
            default: tcp
          vips:
            description: For each virtual C(ADDRESS:PORT) the list of those that packets are sent to.
            type: dict
            required: true
          switches:
            description: Switches whose instances it balances for.
            type: list
            elements: str
            default: []
          routers:
            description: Routers on which it balances.
            type: list
            elements: str
            default: []
notes:
  - Expressions of ACLs are checked with C(ovn-trace), which has to be on the target together with C(ovsdb-server) and
    C(ovsdb-tool). It is pointed at a southbound database of its own that exists for the length of the question. Where
    one of them is missing, the module warns and does without.
  - Of the servers of a cluster the leader is asked.
  - When something of the lab changes between the comparison and the transaction, nothing is done, and the task fails.
  - Names of switches and routers are free in OVN. A name that something outside of the lab has is refused all the
    same, as nothing could tell the two apart.
seealso:
  - module: packetwalk.labs.ovn_port
"""

EXAMPLES = r"""
- name: Two instances on a network, and a way out
  packetwalk.labs.ovn_topology:
    lab: ovn
    southbound: unix:/run/ovn/ovnsb_db.sock
    wait: chassis
    topology:
      switches:
        - name: sw0
          subnet: 10.10.10.0/24
          dhcp:
            router: 10.10.10.1
            mtu_bytes: 1442
          ports:
            - name: vm1
              mac: "50:54:00:00:00:01"
              addresses: [10.10.10.5]
              dhcp: true
            - name: vm2
              mac: "50:54:00:00:00:02"
              addresses: [10.10.10.6]
        - name: public
          subnet: 172.24.4.0/24
          localnet:
            network: extnet
      routers:
        - name: lr0
          ports:
            - name: lr0-sw0
              switch: sw0
              mac: "00:00:00:00:ff:01"
              networks: [10.10.10.1/24]
            - name: lr0-public
              switch: public
              mac: "00:00:00:00:ff:02"
              networks: [172.24.4.10/24]
              gateway_chassis:
                chassis1: 20
                chassis2: 10
          routes:
            - destination: 0.0.0.0/0
              next_hop: 172.24.4.1
          nat:
            - type: snat
              external_address: 172.24.4.10
              logical_address: 10.10.10.0/24
            - type: dnat_and_snat
              external_address: 172.24.4.101
              logical_address: 10.10.10.5
              logical_port: vm1
              external_mac: "00:00:00:00:fe:01"
      acls:
        - switch: sw0
          direction: to-lport
          priority: 1000
          match: ip4 && tcp.dst == 80
          action: drop

- name: Show what a changed topology would change
  packetwalk.labs.ovn_topology:
    lab: ovn
    topology: "{{ ovn_topology }}"
  check_mode: true
  diff: true

- name: Remove all of the lab
  packetwalk.labs.ovn_topology:
    lab: ovn
    state: absent
"""

RETURN = r"""
operations:
  description: What was done, or would be done in check mode, by table. Tables without a change are not in it.
  returned: success
  type: dict
  contains:
    inserted:
      description: How many rows were made.
      returned: for each table
      type: int
      sample: 2
    changed:
      description: How many rows were changed.
      returned: for each table
      type: int
      sample: 0
    deleted:
      description: How many rows were removed.
      returned: for each table
      type: int
      sample: 0
  sample:
    Logical_Switch_Port: {inserted: 2, changed: 0, deleted: 0}
    Logical_Switch: {inserted: 0, changed: 1, deleted: 0}
owned:
  description: UUIDs of the lab's rows, by table and object. In check mode those that would be made are missing.
  returned: success
  type: dict
  sample:
    Logical_Switch: {sw0: d61d1b8c-a274-4edb-af94-7e197d536fa9}
    NAT: {lr0 snat 10.10.10.0/24: d5741264-c234-4e5b-bd03-85d5957621ed}
behind:
  description: Who was late, V(ovn-northd) or names of chassis.
  returned: when it was not carried out in time
  type: list
  elements: str
  sample: [chassis2]
problems:
  description: Why it was refused, one sentence each.
  returned: when the topology was refused
  type: list
  elements: str
  sample: ["Port vm1: 10.10.11.5 is outside of 10.10.10.0/24, the subnet of switch sw0."]
"""

import collections

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ovsdb import OvsdbError
from ansible_collections.packetwalk.labs.plugins.module_utils._planning import (
    _ovn_refusals,
    _ovn_rows,
    _ovn_topology,
    _ovn_transaction,
)
from ansible_collections.packetwalk.labs.plugins.module_utils._probing import (
    _ovn_databases,
    _ovn_expressions,
    _ovn_progress,
)
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._ovsdb_client import OvsdbClient


def _several(**options) -> dict:
    return {"type": "list", "elements": "dict", "default": [], "options": options}


_NAME = {"type": "str", "required": True}
_NAMES = {"type": "list", "elements": "str", "default": []}

SWITCHES = _several(
    name=_NAME,
    subnet={"type": "str"},
    localnet={"type": "dict", "options": {"network": _NAME, "vlan": {"type": "int"}}},
    dhcp={
        "type": "dict",
        "options": {
            "router": _NAME,
            "dns_servers": _NAMES,
            "lease_time_seconds": {"type": "int", "default": 3600},
            "mtu_bytes": {"type": "int"},
        },
    },
    dns={"type": "dict"},
    ports=_several(
        name=_NAME,
        mac=_NAME,
        addresses=_NAMES,
        port_security={"type": "bool", "default": False},
        dhcp={"type": "bool", "default": False},
        enabled={"type": "bool", "default": True},
    ),
)
ROUTERS = _several(
    name=_NAME,
    ports=dict(
        _several(
            name=_NAME,
            switch=_NAME,
            mac=_NAME,
            networks={"type": "list", "elements": "str", "required": True},
            gateway_chassis={"type": "dict"},
            ha_chassis_group={"type": "str"},
        ),
        mutually_exclusive=[("gateway_chassis", "ha_chassis_group")],
    ),
    routes=_several(destination=_NAME, next_hop=_NAME, port={"type": "str"}),
    nat=_several(
        type={"type": "str", "choices": ["snat", "dnat", "dnat_and_snat"], "required": True},
        external_address=_NAME,
        logical_address=_NAME,
        logical_port={"type": "str"},
        external_mac={"type": "str"},
    ),
)
ACLS = dict(
    _several(
        switch={"type": "str"},
        port_group={"type": "str"},
        direction={"type": "str", "choices": ["from-lport", "to-lport"], "required": True},
        priority={"type": "int", "required": True},
        match=_NAME,
        action={"type": "str", "choices": ["allow-related", "allow", "drop", "reject"], "required": True},
    ),
    mutually_exclusive=[("switch", "port_group")],
    required_one_of=[("switch", "port_group")],
)
TOPOLOGY = {
    "switches": SWITCHES,
    "routers": ROUTERS,
    "ha_chassis_groups": _several(name=_NAME, chassis={"type": "dict", "required": True}),
    "port_groups": _several(name=_NAME, ports=_NAMES),
    "address_sets": _several(name=_NAME, addresses=_NAMES),
    "acls": ACLS,
    "load_balancers": _several(
        name=_NAME,
        protocol={"type": "str", "choices": ["tcp", "udp", "sctp"], "default": "tcp"},
        vips={"type": "dict", "required": True},
        switches=_NAMES,
        routers=_NAMES,
    ),
}


def _client(options: dict, remotes: str, database: str) -> OvsdbClient:
    tls = _ovn_databases.tls_of(options)
    return OvsdbClient(remotes, database, tls=tls, timeout_seconds=options["timeout_seconds"])


def _refuse(module: AnsibleModule, problems: list) -> None:
    if problems:
        module.fail_json(msg=" ".join(problems), problems=problems)


def _desired(module: AnsibleModule) -> dict:
    """Return the topology's rows; fail when there is something wrong with it, or with the chassis it names."""
    options = module.params
    topology = options["topology"]
    _refuse(module, _ovn_refusals.refusals(topology))
    if options["southbound"] is not None:
        with _client(options, options["southbound"], "OVN_Southbound") as client:
            chassis = _ovn_refusals.chassis_of(client.select("Chassis", ["name", "other_config"]))
        _refuse(module, _ovn_refusals.refusals(topology, chassis))
    return dict(_ovn_topology.rows_of(topology))


def _refuse_expressions(module: AnsibleModule, desired: dict, present: _ovn_transaction.Present) -> None:
    expressions = [columns["match"] for (table, _object), columns in desired.items() if table == "ACL"]
    if not expressions:
        return
    names = _ovn_transaction.names_afterwards(present, module.params["lab"], desired)
    ports = names["Logical_Switch_Port"] | names["Logical_Router_Port"]
    _refuse(module, list(_ovn_refusals.unknown_ports(expressions, ports)))
    try:
        refused = _ovn_expressions.refused(expressions, names["Address_Set"], names["Port_Group"])
    except (_ovn_expressions.Unanswered, OvsdbError, ParseError) as error:
        module.warn(f"Expressions of ACLs were not checked, as OVN could not be asked: {error}.")
        return
    _refuse(module, [f"ACL {match}: OVN refuses it: {reason}." for match, reason in sorted(refused.items())])


def _wait(module: AnsibleModule, northbound: OvsdbClient, result: dict) -> None:
    """Wait until OVN has carried out what the northbound database holds; fail with who is late."""
    options = module.params
    if options["wait"] == "none" or module.check_mode:
        return
    held = "The northbound database is as desired, but "
    try:
        if options["wait"] == "southbound":
            behind = _ovn_progress.wait(northbound, None, options["wait_seconds"])
        else:
            with _client(options, options["southbound"], "OVN_Southbound") as southbound:
                behind = _ovn_progress.wait(northbound, southbound, options["wait_seconds"])
    except (OvsdbError, ParseError) as error:
        module.fail_json(msg=f"{held}whether OVN has carried it out could not be found out: {error}.", **result)
    if behind:
        if behind == [_ovn_progress.NORTHD]:
            hint = "Look whether it runs, and at its log."
        else:
            hint = "Look at ovn-controller there, or remove a chassis that is gone with ovn-sbctl chassis-del."
        late = f"{held}{', '.join(behind)} did not carry it out within {options['wait_seconds']:g} seconds. {hint}"
        module.fail_json(msg=late, behind=behind, **result)


def _by_table(identifiers: dict) -> dict:
    tables = collections.defaultdict(dict)
    for (table, name), identifier in sorted(identifiers.items()):
        tables[table][name] = identifier
    return dict(tables)


def _apply(module: AnsibleModule) -> dict:
    lab = module.params["lab"]
    desired = _desired(module) if module.params["state"] == "present" else {}
    with _client(module.params, module.params["northbound"], "OVN_Northbound") as client:
        results = client.transact(_ovn_transaction.questions(client.schema, lab))
        present = _ovn_transaction.answers(client.schema, results)
        _refuse(module, list(_ovn_transaction.refusals(present, lab, desired)))
        if desired:
            _refuse_expressions(module, desired, present)
        plan = _ovn_transaction.plan(client.schema, lab, present, desired)
        owned = dict(plan.kept)
        if plan.operations and not module.check_mode:
            results = client.transact(plan.operations)
            owned.update((key, results[number]["uuid"][1]) for key, number in plan.inserted.items())
        result = {
            "changed": bool(plan.operations),
            "operations": plan.counts,
            "owned": _by_table(owned),
            "diff": {"before": _ovn_rows.text(_ovn_transaction.owned_rows(present)), "after": _ovn_rows.text(desired)},
        }
        _wait(module, client, result)
    return result


def _lists(table: dict) -> dict:
    return {name: each if isinstance(each, list) else [each] for name, each in table.items()}


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "lab": {"type": "str", "required": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "northbound": _ovn_databases.NORTHBOUND,
            "southbound": {"type": "str"},
            **_ovn_databases.TLS,
            "timeout_seconds": {"type": "float", "default": 30.0},
            "wait": {"type": "str", "choices": ["none", "southbound", "chassis"], "default": "southbound"},
            "wait_seconds": {"type": "float", "default": 30.0},
            "topology": {"type": "dict", "options": TOPOLOGY},
        },
        required_if=[("wait", "chassis", ["southbound"])],
        supports_check_mode=True,
    )
    topology = module.params["topology"]
    if topology is None:
        if module.params["state"] == "present":
            module.fail_json(msg="Give a topology, or state=absent to remove what there is of the lab.")
        topology = {"switches": [], "load_balancers": []}
    for switch in topology["switches"]:
        switch["dns"] = _lists(switch["dns"] or {})
    for balancer in topology["load_balancers"]:
        balancer["vips"] = _lists(balancer["vips"])
    try:
        result = _apply(module)
    except OvsdbError as error:
        if error.code == _ovn_transaction.CHANGED_MEANWHILE:
            module.fail_json(
                msg=f"Rows of lab {module.params['lab']} were changed by somebody else at the same time: nothing was "
                "done. Run it again."
            )
        module.fail_json(msg=f"The topology was not applied: {error}.")
    except (ParseError, ValueError) as error:
        module.fail_json(msg=f"The topology was not applied: {error}.")
    module.exit_json(**result)


if __name__ == "__main__":
    main()
