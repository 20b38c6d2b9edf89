#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ovn_trace
short_description: Ask OVN what becomes of a packet in the logical network
version_added: 0.3.0
author:
  - The packetwalk.labs maintainers (@packetwalk)
description:
  - Runs C(ovn-trace) and returns its answer as data, that is the steps in the logical pipelines, the verdict, and the
    ports and chassis that the packet is output to. The answer of the receiver can be traced as well.
  - C(ovn-trace) reads the whole southbound database first. A daemon that has read it is kept for the next trace, and
    replaced as soon as something changed in the database that a trace depends on.
  - No packet is sent. Whether chassis really do what the logical network asks for tells
    M(packetwalk.labs.ofproto_trace).
options:
  datapath:
    description:
      - The logical switch or router where the packet comes in, by name or UUID.
      - Without it that is the one of the port, which is the only one that it can be.
    type: str
  microflow:
    description:
      - The packet, as an expression of OVN. It has to have one C(inport == "NAME"), with the name of a logical port.
        That may be the one that users of Neutron gave it.
    type: str
  from:
    description:
      - The server that the packet is from, or its port, by a name of Neutron or the identifier. It fills in C(inport)
        and the addresses of the packet's source.
      - O(fields) says what else is in the packet, for example its protocol. What is in O(fields) is not filled in.
    type: str
    version_added: 0.6.0
  to:
    description:
      - The server that the packet is for, or its port, or an address. It fills in the addresses of the packet's
        destination. The MAC address is that of the router's port where the destination is in another network.
    type: str
    version_added: 0.6.0
  neutron:
    description:
      - What RV(packetwalk.labs.neutron_info#module:neutron) is, for names of servers, networks and routers.
      - O(from) and O(to) are looked up in it, and so is C(inport) and C(outport) where a server or a port is called so.
      - In the answer names take the place of identifiers, but for RV(trace.microflow) and
        RV(trace.outputs[].logical_port).
    type: dict
    version_added: 0.6.0
  fields:
    description:
      - The packet, as fields of OVN with their values. V(true) is for those that have none, such as C(tcp).
      - C(ip.ttl) is 64 for IP packets unless it is given.
      - MAC addresses belong in quotes, as YAML takes some of them for numbers.
    type: dict
  ct_states:
    description:
      - What the connection tracking says of the packet, one for each time that it is asked, for example V(new) or
        V(est,rpl). Where it is asked more often it says V(est).
      - Such a trace does not use the daemon, which would use up the states with its first traces.
    type: list
    elements: str
    default: []
  lb_dst:
    description:
      - The backend that load balancers choose, V(ADDRESS) or V(ADDRESS:PORT).
      - Such a trace does not use the daemon either.
    type: str
  openflow:
    description:
      - Where a bridge on this host answers, for example V(unix:/run/openvswitch/br-int.mgmt). Each step gets the
        OpenFlow flows that were made of it there.
    type: str
  reverse:
    description:
      - Whether the answer of the receiver is traced too, where there is one receiver and the answer is known.
      - It is a trace without the daemon, because the connection is an established one in it.
    type: bool
    default: false
  expect:
    description:
      - How the packet has to end, V(VERDICT [to NAME] [at PLACE]). The task fails when it does not.
      - The verdict is V(output), V(unresolved), V(reject), V(drop) or V(error).
      - The name is that of a logical port or of a chassis. All that is output has to go there.
      - The place is a stage such as V(ls_in_acl), a datapath, or V(DATAPATH/STAGE). The packet, or a copy of it, has to
        end there.
    type: str
  daemon:
    description:
      - V(kept) uses the daemon for these options and starts it when there is none. V(unused) lets C(ovn-trace) read the
        database for this trace alone.
      - V(stopped) traces nothing, ends all daemons of O(daemon_directory) and removes their files.
      - In check mode none is started.
    type: str
    choices: [kept, unused, stopped]
    default: kept
  daemon_directory:
    description:
      - Where the sockets of the daemons are. It has to be a directory that nobody else can write to.
    type: path
    default: /run/packetwalk-ovn-trace
  timeout_seconds:
    description:
      - The longest time for each command, and for each request to the database.
    type: float
    default: 120.0
extends_documentation_fragment:
  - packetwalk.labs._attributes
  - packetwalk.labs._attributes.linux
  - packetwalk.labs._ovn_databases
  - packetwalk.labs._ovn_databases.southbound
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: full
    details:
      - The daemon keeps only what it has read, so starting one is no change. Ending one is.
requirements:
  - C(ovn-trace), C(ovs-appctl) and C(ovsdb-client) on the target
notes:
  - A task with what C(ovn-trace) refuses fails. A packet that is dropped does not make it fail unless O(expect) says
    something else.
  - In a trace C(ovn-trace) assumes that all ports are on the chassis that the packet passes, so that gateways are
    always reached.
seealso:
  - module: packetwalk.labs.ofproto_trace
  - module: packetwalk.labs.ovn_info
"""

EXAMPLES = r"""
- name: Two instances reach each other through the router, and the answer comes back
  packetwalk.labs.ovn_trace:
    fields:
      inport: vm1
      eth.src: "50:54:00:00:00:01"
      eth.dst: "00:00:00:00:ff:01"
      ip4.src: 10.10.10.5
      ip4.dst: 10.10.20.5
      icmp4.type: 8
    reverse: true
    expect: output to vm3
  become: true

- name: A new connection to the web server is dropped by an ACL
  packetwalk.labs.ovn_trace:
    datapath: sw0
    microflow: >-
      inport == "vm1" && eth.src == 50:54:00:00:00:01 && eth.dst == 50:54:00:00:00:02
      && ip4.src == 10.10.10.5 && ip4.dst == 10.10.10.6 && ip.ttl == 64 && tcp.dst == 80
    ct_states: [new]
    expect: drop at ls_in_acl
  become: true

- name: Read Neutron
  packetwalk.labs.neutron_info:
    cloud: packetwalk
  register: known
  delegate_to: localhost

- name: One instance of a cloud reaches another one
  packetwalk.labs.ovn_trace:
    neutron: "{{ known.neutron }}"
    from: testinstance1
    to: testinstance3
    fields:
      icmp4.type: 8
    ct_states: [new, new]
    expect: output to testinstance3
  become: true

- name: Tidy up
  packetwalk.labs.ovn_trace:
    daemon: stopped
  become: true
"""

RETURN = r"""
trace:
  description: What becomes of the packet.
  returned: unless O(daemon) is V(stopped)
  type: dict
  contains:
    microflow:
      description: The packet as it was asked for.
      returned: always
      type: str
      sample: 'inport == "vm1" && eth.dst == 50:54:00:00:00:02 && tcp.dst == 80'
    datapath:
      description: Name of the datapath where it comes in.
      returned: always
      type: str
      sample: sw0
    flow:
      description: The packet in the words of OpenFlow.
      returned: always
      type: dict
      sample: {tcp: true, reg14: 1, dl_dst: "50:54:00:00:00:02", tp_dst: 80}
    verdict:
      description:
        - V(output) when it comes to a port, V(drop) when nothing does.
        - V(unresolved) when nothing comes out but a router's request for the MAC address of the next hop.
        - V(reject) when nothing comes out but an answer of that kind, to the port that the packet is from.
        - V(error) when C(ovn-trace) could not go on.
      returned: always
      type: str
      sample: output
    outputs:
      description: Where it comes out, in this order.
      returned: always
      type: list
      elements: dict
      contains:
        port:
          description:
            - Name of the logical port. With Neutron it is the one that its users gave, else the first six digits of the
              identifier. With O(neutron) it is the name of the server.
          returned: always
          type: str
          sample: vm2
        type:
          description: Type of the port, empty for a virtual machine or a container.
          returned: always
          type: str
          sample: ""
        datapath:
          description: Name of its datapath.
          returned: always
          type: str
          sample: sw0
        logical_port:
          description: What the port is called in the database. V(null) when several have the name that OVN gives it.
          returned: always
          type: str
          sample: 8c700365-9c4e-447b-a67b-6fa0db74ca66
        chassis:
          description: Where the port is. V(null) when it is on none, or on all as the port to a provider network is.
          returned: always
          type: str
          sample: chassis2
    errors:
      description: What C(ovn-trace) complained of.
      returned: always
      type: list
      elements: str
      sample: []
    steps:
      description: The steps as a tree, each before those below it.
      returned: always
      type: list
      elements: dict
      contains:
        number:
          description: Number of the step, from 0 on.
          returned: always
          type: int
          sample: 3
        parent:
          description: Number of the step that this one is below, V(null) for the first one.
          returned: always
          type: int
          sample: 2
        kind:
          description: V(table), V(pipeline) or V(transformation), such as an answer of the connection tracking.
          returned: always
          type: str
          sample: table
        pipeline:
          description: V(ingress), V(egress) or V(multicast).
          returned: always
          type: str
          sample: ingress
        datapath:
          description: Name of the datapath.
          returned: always
          type: str
          sample: sw0
        inport:
          description: The port that it came in through.
          returned: always
          type: str
          sample: vm1
        outport:
          description: The port that it goes out through, V(null) before that is known.
          returned: always
          type: str
          sample: vm2
        table:
          description: Number of the table, V(null) in other steps.
          returned: always
          type: int
          sample: 8
        stage:
          description: Name of the table, V(null) in other steps.
          returned: always
          type: str
          sample: ls_in_acl
        source:
          description: Where in the source of ovn-northd the logical flow comes from, V(null) when that is not told.
          returned: always
          type: str
          sample: "northd.c:6365"
        match:
          description: Match of the logical flow, V(null) when there was none.
          returned: always
          type: str
          sample: reg0[7] == 1 && (tcp.dst == 80)
        priority:
          description: Priority of the logical flow, V(null) when there was none.
          returned: always
          type: int
          sample: 1900
        uuid:
          description: First digits of the logical flow's UUID, which are the cookie in OpenFlow. V(null) without one.
          returned: always
          type: str
          sample: 2ff8345a
        actions:
          description: What was done.
          returned: always
          type: list
          elements: str
          sample: ["drop;"]
        changes:
          description: What changed in the packet and in registers, in this order.
          returned: always
          type: list
          elements: dict
          sample: [{field: eth.src, value: "00:00:00:00:ff:02"}]
        notes:
          description: What C(ovn-trace) says about it.
          returned: always
          type: list
          elements: str
          sample: []
        openflow:
          description: OpenFlow flows that were made of the logical flow, when O(openflow) is given.
          returned: always
          type: list
          elements: dict
          sample: []
        text:
          description: The line of C(ovn-trace).
          returned: always
          type: str
          sample: "8. ls_in_acl (northd.c:6365): reg0[7] == 1 && (tcp.dst == 80), priority 1900, uuid 2ff8345a"
answer:
  description: What becomes of the answer, like RV(trace). V(null) when there is no such trace.
  returned: when O(reverse) is true
  type: dict
  sample: null
answer_reason:
  description: Why there is none, V(null) when there is one.
  returned: when O(reverse) is true
  type: str
  sample: addresses are translated for the connection, which ovn-trace does not remember
unmet:
  description: What of O(expect) does not hold, one sentence each.
  returned: unless O(daemon) is V(stopped)
  type: list
  elements: str
  sample: []
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.packetwalk.labs.plugins.module_utils._naming import _neutron_flow, _neutron_trace
from ansible_collections.packetwalk.labs.plugins.module_utils._naming._neutron_names import Names, UnknownObject
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ovsdb import OvsdbError
from ansible_collections.packetwalk.labs.plugins.module_utils._probing import (
    _ovn_databases,
    _ovn_trace,
    _trace_expectation,
)
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._ovn_trace_daemon import stop_all
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._ovsdb_client import OvsdbClient
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._trace_command import TraceError


def microflow_of(options: dict[str, Any], names: Names | None) -> str:
    """The packet that is asked after. Raises UnknownObject and TraceError."""
    fields = options["fields"] or {}
    if options["from"] and names:
        fields = {**_neutron_flow.flow_between(names, options["from"], options["to"]), **fields}
    microflow: str = options["microflow"] or _ovn_trace.microflow_of(fields)
    return _neutron_trace.asked(names, microflow) if names else microflow


def ask(options: dict[str, Any], check_mode: bool) -> dict[str, Any]:
    """``trace`` and, where it is wanted, ``answer``. Raises UnknownObject, TraceError, OvsdbError and ParseError."""
    names = Names({"neutron": options["neutron"]}) if options["neutron"] else None
    question = _ovn_trace.Question(
        microflow=microflow_of(options, names),
        datapath=options["datapath"],
        ct_states=options["ct_states"],
        lb_dst=options["lb_dst"],
        openflow=options["openflow"],
    )
    tls = _ovn_databases.tls_of(options)
    directory = options["daemon_directory"] if options["daemon"] == "kept" else None
    seconds = options["timeout_seconds"]
    with OvsdbClient(options["southbound"], "OVN_Southbound", True, tls, seconds) as client:
        tracer = _ovn_trace.Tracer(client, options["southbound"], tls, directory, not check_mode, seconds)
        result = {"trace": tracer.trace(question)}
        if options["reverse"]:
            result["answer"], result["answer_reason"] = tracer.trace_answer(question, result["trace"])
    for key in ("trace", "answer"):
        if names and result.get(key):
            result[key] = _neutron_trace.told(names, result[key])
    return result


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "southbound": _ovn_databases.SOUTHBOUND,
            **_ovn_databases.TLS,
            "datapath": {"type": "str"},
            "microflow": {"type": "str"},
            "fields": {"type": "dict"},
            "from": {"type": "str"},
            "to": {"type": "str"},
            "neutron": {"type": "dict"},
            "ct_states": {"type": "list", "elements": "str", "default": []},
            "lb_dst": {"type": "str"},
            "openflow": {"type": "str"},
            "reverse": {"type": "bool", "default": False},
            "expect": {"type": "str"},
            "daemon": {"type": "str", "choices": ["kept", "unused", "stopped"], "default": "kept"},
            "daemon_directory": {"type": "path", "default": "/run/packetwalk-ovn-trace"},
            "timeout_seconds": {"type": "float", "default": 120.0},
        },
        mutually_exclusive=[("microflow", "fields"), ("microflow", "from")],
        required_if=[
            ("daemon", "kept", ["microflow", "fields", "from"], True),
            ("daemon", "unused", ["microflow", "fields", "from"], True),
        ],
        required_together=[("certificate", "private_key"), ("from", "to")],
        required_by={"from": ["neutron"]},
        supports_check_mode=True,
    )
    options = module.params
    try:
        if options["daemon"] == "stopped":
            module.exit_json(changed=stop_all(options["daemon_directory"], module.check_mode))
        wanted = None
        if options["expect"] is not None:
            wanted = _trace_expectation.parse(options["expect"], _ovn_trace.VERDICTS)
        result = ask(options, module.check_mode)
    except UnknownObject as error:
        module.fail_json(msg=str(error))
    except (TraceError, OvsdbError, ParseError) as error:
        module.fail_json(msg=f"Cannot trace: {error}.")
    except ValueError as error:
        module.fail_json(msg=str(error))
    unmet = _ovn_trace.unmet(wanted, result["trace"]) if wanted else []
    if unmet:
        module.fail_json(msg="; ".join(unmet), unmet=unmet, **result)
    module.exit_json(changed=False, unmet=unmet, **result)


if __name__ == "__main__":
    main()
