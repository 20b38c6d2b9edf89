#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ofproto_trace
short_description: Ask Open vSwitch what becomes of a packet
version_added: 0.3.0
author:
  - The packetwalk.labs maintainers (@packetwalk)
description:
  - Runs C(ovs-appctl ofproto/trace) and returns its answer as data, that is the steps through the OpenFlow tables, the
    actions of the datapath, the verdict, and the ports, tunnels and chassis that the packet is output to.
  - On a chassis of OVN each step can be explained by the logical flow that its OpenFlow flow was made of.
  - No packet is sent and nothing of the switch is changed.
options:
  run_directory:
    description:
      - Where the sockets of ovsdb-server and ovs-vswitchd are.
    type: path
    default: /run/openvswitch
  bridge:
    description:
      - The bridge where the packet comes in.
    type: str
    default: br-int
  flow:
    description:
      - The packet, as C(ovs-ofctl) writes flows, for example V(icmp,nw_dst=10.10.10.6,nw_ttl=64).
    type: str
  fields:
    description:
      - The packet, as fields with their values. V(true) is for those that have none, such as C(icmp).
      - MAC addresses belong in quotes, as YAML takes some of them for numbers.
    type: dict
  in_port:
    description:
      - The port where the packet comes in, by the name of its interface or of the logical port that is plugged in.
    type: str
  ct_next:
    description:
      - What the connection tracking says of the packet, one for each time that it is asked, for example V(trk,new).
        Where it is asked more often it says V(trk,new).
    type: list
    elements: str
    default: []
  detrace:
    description:
      - Whether each step is explained by OVN's southbound database.
    type: bool
    default: false
  southbound:
    description:
      - Where the southbound database is served, for example V(tcp:192.0.2.1:6642).
      - Without it that is where ovn-controller of this host looks for it.
    type: str
  expect:
    description:
      - How the packet has to end, V(VERDICT [to NAME] [at PLACE]). The task fails when it does not.
      - The verdict is V(output), V(controller), V(drop) or V(error).
      - The name is that of a logical port, an interface or a chassis, or the address at the end of a tunnel. All that
        is output has to go there.
      - The place is the number of a table, a bridge, or V(BRIDGE/TABLE), and with O(detrace) also a stage such as
        V(ls_in_acl), or V(DATAPATH/STAGE). The packet, or a copy of it, has to be output or to end there.
    type: str
  timeout_seconds:
    description:
      - The longest time for each command, and for each request to a database.
    type: float
    default: 30.0
extends_documentation_fragment:
  - packetwalk.labs._attributes
  - packetwalk.labs._attributes.info_module
  - packetwalk.labs._attributes.linux
  - packetwalk.labs._ovn_databases
requirements:
  - C(ovs-appctl) on the target
notes:
  - The sockets of Open vSwitch take the rights of root.
  - A flow that the switch does not understand makes the task fail. A packet that is dropped does not, unless O(expect)
    says something else.
seealso:
  - module: packetwalk.labs.ovn_trace
  - module: packetwalk.labs.ovs_info
"""

EXAMPLES = r"""
- name: A packet of vm1 goes through the tunnel to the chassis of vm2
  packetwalk.labs.ofproto_trace:
    in_port: vm1
    fields:
      icmp: true
      dl_src: "50:54:00:00:00:01"
      dl_dst: "50:54:00:00:00:02"
      nw_src: 10.10.10.5
      nw_dst: 10.10.10.6
      nw_ttl: 64
      icmp_type: 8
    ct_next: ["trk,new", "trk,new"]
    expect: output to chassis2
  become: true

- name: See which logical flow drops it
  packetwalk.labs.ofproto_trace:
    in_port: vm1
    flow: tcp,dl_src=50:54:00:00:00:01,dl_dst=50:54:00:00:00:02,nw_src=10.10.10.5,nw_dst=10.10.10.6,nw_ttl=64,tcp_dst=80
    detrace: true
    expect: drop at ls_in_acl
  become: true
"""

RETURN = r"""
trace:
  description: What becomes of the packet.
  returned: success
  type: dict
  contains:
    flow:
      description: The packet.
      returned: always
      type: dict
      sample: {icmp: true, in_port: 4, dl_dst: "50:54:00:00:00:02", nw_dst: 10.10.10.6}
    verdict:
      description:
        - V(output) when it comes to a port, V(controller) when it is sent to the controller, V(drop) when nothing of
          that happens, V(error) when the switch could not go on.
      returned: always
      type: str
      sample: output
    outputs:
      description: Where it comes out of the datapath, in this order.
      returned: always
      type: list
      elements: dict
      contains:
        recirculation:
          description: The pass through the switch, see RV(trace.recirculations[].id).
          returned: always
          type: int
          sample: 15
        port:
          description: Number of the port in the datapath.
          returned: always
          type: int
          sample: 2
        tunnel:
          description: Ends and key of the tunnel, V(null) without one.
          returned: always
          type: dict
          contains:
            src:
              description: Address of this end.
              returned: always
              type: str
              sample: 192.168.98.11
            dst:
              description: Address of the other end.
              returned: always
              type: str
              sample: 192.168.98.12
            id:
              description: Key, that is the VNI.
              returned: always
              type: int
              sample: 1
        device:
          description:
            - Name of the port in the datapath, V(null) when it is not known. Of a tunnel it is the port where its
              packets leave. The datapath of the kernel leaves that to the kernel, so it is the name of a tunnel there.
          returned: always
          type: str
          sample: eth0
        interface:
          description: Name of the port, or of the tunnel. V(null) when it is not known.
          returned: always
          type: str
          sample: ovn-chassi-0
        logical_port:
          description: The logical port that is plugged in there, V(null) for none.
          returned: always
          type: str
          sample: null
        chassis:
          description:
            - Where it comes out, that is this chassis for a logical port, and the one at the other end of a tunnel.
              V(null) for ports that OVN does not know.
          returned: always
          type: str
          sample: chassis2
    recirculations:
      description: The passes of the packet through the switch. It goes again for the connection tracking, for example.
      returned: always
      type: list
      elements: dict
      contains:
        id:
          description: Identifier, 0 for the first pass.
          returned: always
          type: int
          sample: 15
        ct_state:
          description: What the connection tracking said before it, V(null) when it was not asked.
          returned: always
          type: str
          sample: new|trk
        flow:
          description: The packet in the beginning.
          returned: always
          type: dict
          sample: {icmp: true, in_port: 4}
        final_flow:
          description: The packet in the end, V(null) when nothing changed.
          returned: always
          type: dict
          sample: null
        megaflow:
          description: What the flow in the datapath matches on.
          returned: always
          type: dict
          sample: {recirc_id: 15, icmp: true, in_port: 4}
        datapath_actions:
          description: What the flow in the datapath does.
          returned: always
          type: list
          elements: dict
          sample: [{action: output, port: 2}]
    errors:
      description: What the switch complained of.
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
          sample: 1
        parent:
          description: Number of the step that this one is below, V(null) for the first one of a pass.
          returned: always
          type: int
          sample: 0
        kind:
          description: V(bridge) or V(table).
          returned: always
          type: str
          sample: table
        recirculation:
          description: The pass that it is of.
          returned: always
          type: int
          sample: 0
        datapath:
          description: Name of the bridge.
          returned: always
          type: str
          sample: br-int
        pipeline:
          description: Always V(null). It is there because steps of M(packetwalk.labs.ovn_trace) have it.
          returned: always
          type: str
          sample: null
        stage:
          description: Always V(null), see RV(trace.steps[].logical_flow).
          returned: always
          type: str
          sample: null
        table:
          description: Number of the table, V(null) for a bridge.
          returned: always
          type: int
          sample: 16
        match:
          description: Match of the flow, V(null) when there was none.
          returned: always
          type: dict
          sample: {tcp: true, metadata: 1, tp_dst: 80}
        priority:
          description: Priority of the flow, V(null) when there was none.
          returned: always
          type: int
          sample: 1900
        cookie:
          description: Cookie of the flow, V(null) when there was none.
          returned: always
          type: int
          sample: 804795482
        actions:
          description: What was done.
          returned: always
          type: list
          elements: str
          sample: [drop]
        changes:
          description: What changed in the packet and in registers, in this order.
          returned: always
          type: list
          elements: dict
          sample: [{field: reg15, value: "0x3"}]
        notes:
          description: What the switch says about it.
          returned: always
          type: list
          elements: str
          sample: []
        text:
          description: The line of the trace.
          returned: always
          type: str
          sample: "16. tcp,metadata=0x1,tp_dst=80, priority 1900, cookie 0x2ff8345a"
        logical_flow:
          description: The logical flow that the flow was made of, V(null) when it was made of none.
          returned: for tables when O(detrace) is true
          type: dict
          sample:
            datapath: sw0
            pipeline: ingress
            table: 8
            stage: ls_in_acl
            priority: 1900
            match: reg0[7] == 1 && (tcp.dst == 80)
            actions: "drop;"
            uuid: 2ff8345a-8a05-4d5c-b7de-4f1fbd1f0c1d
            source: "northd.c:6365"
            hint: 2aca4d5d
        port_binding:
          description: The port binding that the flow was made of, V(null) when it was made of none.
          returned: for tables when O(detrace) is true
          type: dict
          sample: {name: vm1, datapath: sw0, type: "", chassis: chassis1, uuid: a0bb7695-36c0-4dde-9018-afbc317cde3c}
unmet:
  description: What of O(expect) does not hold, one sentence each.
  returned: success
  type: list
  elements: str
  sample: []
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ovsdb import OvsdbError
from ansible_collections.packetwalk.labs.plugins.module_utils._probing import (
    _ofproto_trace,
    _ovn_databases,
    _trace_expectation,
)
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._ovsdb_client import OvsdbClient
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._trace_command import TraceError


def ask(options: dict[str, Any]) -> dict[str, Any]:
    """The trace. Raises TraceError, OvsdbError and ParseError."""
    seconds = options["timeout_seconds"]
    flow = options["flow"] if options["flow"] is not None else _ofproto_trace.flow_of(options["fields"])
    remote = f"unix:{options['run_directory']}/db.sock"
    with OvsdbClient(remote, "Open_vSwitch", timeout_seconds=seconds) as client:
        switch = _ofproto_trace.Switch(client, options["run_directory"], seconds)
    trace = switch.trace(options["bridge"], flow, options["in_port"], options["ct_next"])
    if options["detrace"]:
        southbound = options["southbound"] or switch.southbound
        if not southbound:
            raise TraceError("no ovn-controller was told where the southbound database is, so southbound must be given")
        tls = _ovn_databases.tls_of(options)
        with OvsdbClient(southbound, "OVN_Southbound", True, tls, seconds) as client:
            _ofproto_trace.explain(trace, client)
    return trace


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "run_directory": {"type": "path", "default": "/run/openvswitch"},
            "bridge": {"type": "str", "default": "br-int"},
            "flow": {"type": "str"},
            "fields": {"type": "dict"},
            "in_port": {"type": "str"},
            "ct_next": {"type": "list", "elements": "str", "default": []},
            "detrace": {"type": "bool", "default": False},
            "southbound": {"type": "str"},
            **_ovn_databases.TLS,
            "expect": {"type": "str"},
            "timeout_seconds": {"type": "float", "default": 30.0},
        },
        mutually_exclusive=[("flow", "fields")],
        required_one_of=[("flow", "fields")],
        required_together=[("certificate", "private_key")],
        supports_check_mode=True,
    )
    try:
        wanted = None
        if module.params["expect"] is not None:
            wanted = _trace_expectation.parse(module.params["expect"], _ofproto_trace.VERDICTS)
        trace = ask(module.params)
    except (TraceError, OvsdbError, ParseError) as error:
        module.fail_json(msg=f"Cannot trace: {error}.")
    except ValueError as error:
        module.fail_json(msg=str(error))
    unmet = _ofproto_trace.unmet(wanted, trace) if wanted else []
    if unmet:
        module.fail_json(msg="; ".join(unmet), unmet=unmet, trace=trace)
    module.exit_json(changed=False, unmet=unmet, trace=trace)


if __name__ == "__main__":
    main()
