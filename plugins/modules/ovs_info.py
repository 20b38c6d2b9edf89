#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ovs_info
short_description: Read what an Open vSwitch really holds
version_added: 0.3.0
author:
  - The packetwalk.labs maintainers (@packetwalk)
description:
  - Reads the bridges, ports, interfaces and tunnels of an Open vSwitch from its database, and OpenFlow flows, flows of
    the datapaths and tracked connections from ovs-vswitchd.
  - Nothing of the switch is changed.
options:
  run_directory:
    description:
      - Where the sockets of ovsdb-server and ovs-vswitchd are.
    type: path
    default: /run/openvswitch
  subset:
    description:
      - The parts to read.
      - V(bridges) are bridges with their ports and interfaces, and tunnels with the state of BFD. V(openflow) are the
        flows of bridges, V(openflow_cookies) only which cookies they have. V(datapath_flows) and V(conntrack) are the
        flows and connections of datapaths in the kernel as well as in user space.
      - All but V(bridges) take C(ovs-ofctl) or C(ovs-appctl) on the target.
    type: list
    elements: str
    choices: [bridges, openflow, openflow_cookies, datapath_flows, conntrack]
    default: [bridges]
  bridges:
    description:
      - Names of the bridges to read. Without it all are read.
      - It is an error when there is none of a name.
      - Datapaths do not belong to one bridge, so their flows and connections are read regardless of it.
    type: list
    elements: str
    default: []
  openflow_filter:
    description:
      - Which OpenFlow flows to read. The switch selects them, which takes far less time than to send them all where it
        has very many. Without it all are read.
    type: dict
    default: {}
    suboptions:
      table:
        description:
          - Number of the table.
        type: int
      cookie:
        description:
          - The cookie, for example V(0xddd015c3), or some of its bits with a mask, as in V(0xddd00000/0xfff00000).
        type: str
      metadata:
        description:
          - The metadata that a flow matches on, with or without a mask. Of OVN's flows it is the C(tunnel_key) of a
            datapath.
        type: str
  timeout_seconds:
    description:
      - The longest time for the database and for each command.
    type: float
    default: 30.0
extends_documentation_fragment:
  - packetwalk.labs._attributes
  - packetwalk.labs._attributes.info_module
  - packetwalk.labs._attributes.linux
notes:
  - The sockets of Open vSwitch take the rights of root.
seealso:
  - module: packetwalk.labs.ovn_info
"""

EXAMPLES = r"""
- name: Read bridges and tunnels
  packetwalk.labs.ovs_info:
  become: true
  register: switch

- name: See that all tunnels are up
  ansible.builtin.assert:
    that: switch.ovs.tunnels | rejectattr('bfd.state', 'eq', 'up') | length == 0

- name: Read the OpenFlow flows that were made of one logical flow
  packetwalk.labs.ovs_info:
    subset: [openflow]
    bridges: [br-int]
    openflow_filter:
      cookie: "0xddd015c3"
  become: true
  register: switch

- name: Read what the datapath does with packets right now
  packetwalk.labs.ovs_info:
    subset: [datapath_flows, conntrack]
  become: true
  register: datapath
"""

RETURN = r"""
warnings:
  description: What could not be read, one sentence each. They are also shown as warnings of the task.
  returned: when something could not be read
  type: list
  elements: str
  sample: ["Flows of br-int could not be read: there is no ovs-ofctl here."]
ovs:
  description:
    - The switch. For every key C(x) that is V(null), where C(x_reason) is beside it that says why. Lists are sorted.
  returned: always
  type: dict
  contains:
    version:
      description: Version of Open vSwitch, V(null) when nobody noted it.
      returned: always
      type: str
      sample: 3.1.0
    database_version:
      description: Version of the database's schema, V(null) when nobody noted it.
      returned: always
      type: str
      sample: 8.3.1
    system_id:
      description: Its name, which is also the name of OVN's chassis, V(null) without one.
      returned: always
      type: str
      sample: chassis1
    external_ids:
      description: What others noted there. Settings of ovn-controller are here.
      returned: always
      type: dict
      sample: {system-id: chassis1, ovn-bridge-mappings: "extnet:br-ex"}
    other_config:
      description: Settings.
      returned: always
      type: dict
      sample: {}
    namespace_inode:
      description:
        - Inode of the network namespace of ovs-vswitchd, as P(packetwalk.labs.node_state#module) has it of namespaces.
          Ports are devices there. It is V(null) while ovs-vswitchd does not run.
      returned: always
      type: int
      sample: 4026532281
    bridges:
      description: Bridges.
      returned: when O(subset) has V(bridges)
      type: list
      elements: dict
      contains:
        name:
          description: Its name.
          returned: always
          type: str
          sample: br-int
        uuid:
          description: The row's identifier.
          returned: always
          type: str
          sample: 2f1371be-6170-4808-a2f2-e776c8bc4ce9
        datapath_type:
          description: V(system) for the kernel's datapath, V(netdev) for the one in user space.
          returned: always
          type: str
          sample: netdev
        datapath_id:
          description: Its identifier in OpenFlow, V(null) while ovs-vswitchd does not run.
          returned: always
          type: str
          sample: 0000be71132f0848
        fail_mode:
          description: Without a controller V(secure) does nothing, V(standalone) and V(null) switch as usual.
          returned: always
          type: str
          sample: secure
        protocols:
          description: Versions of OpenFlow that it may speak, the usual ones when there is none.
          returned: always
          type: list
          elements: str
          sample: [OpenFlow13]
        controllers:
          description: Controllers.
          returned: always
          type: list
          elements: dict
          sample: [{target: "tcp:192.0.2.1:6653", connected: true, role: master}]
        other_config:
          description: Settings.
          returned: always
          type: dict
          sample: {}
        external_ids:
          description: What others noted there.
          returned: always
          type: dict
          sample: {ct-zone-vm1: "10"}
        ports:
          description: Ports.
          returned: always
          type: list
          elements: dict
          contains:
            name:
              description: Its name.
              returned: always
              type: str
              sample: vm1
            uuid:
              description: The row's identifier.
              returned: always
              type: str
              sample: 927b45fb-8b76-4232-a7a1-f3f8df5deb50
            tag:
              description: VLAN of an access port, else V(null).
              returned: always
              type: int
              sample: 10
            trunks:
              description: VLANs of a trunk; all when there is none.
              returned: always
              type: list
              elements: int
              sample: []
            vlan_mode:
              description: How VLANs are treated, V(null) when it follows from C(tag) and C(trunks).
              returned: always
              type: str
              sample: null
            bond_mode:
              description: How a bond spreads packets, V(null) by default.
              returned: always
              type: str
              sample: null
            other_config:
              description: Settings.
              returned: always
              type: dict
              sample: {}
            external_ids:
              description: What others noted there.
              returned: always
              type: dict
              sample: {}
            interfaces:
              description: Interfaces. More than one make a bond.
              returned: always
              type: list
              elements: dict
              contains:
                name:
                  description: Its name.
                  returned: always
                  type: str
                  sample: vm1
                uuid:
                  description: The row's identifier.
                  returned: always
                  type: str
                  sample: 61944446-b07b-4111-8ae8-abe0fe5513d8
                type:
                  description: V(system) for a device of the system, or for example V(internal), V(patch) or V(geneve).
                  returned: always
                  type: str
                  sample: system
                number:
                  description: Its number in OpenFlow, V(null) when there is none, for example after an error.
                  returned: always
                  type: int
                  sample: 3
                mac:
                  description: MAC address, V(null) when it is not known.
                  returned: always
                  type: str
                  sample: "aa:55:aa:55:0a:37"
                mtu_bytes:
                  description: The largest packet, V(null) when it is not known.
                  returned: always
                  type: int
                  sample: 1500
                admin_state:
                  description: V(up) or V(down), V(null) when it is not known.
                  returned: always
                  type: str
                  sample: up
                link_state:
                  description: V(up) or V(down), V(null) when it is not known.
                  returned: always
                  type: str
                  sample: up
                error:
                  description: Why it could not be made, V(null) without an error.
                  returned: always
                  type: str
                  sample: could not open network device vm1 (No such device)
                options:
                  description: Settings of its type.
                  returned: always
                  type: dict
                  sample: {remote_ip: 192.168.98.12, key: flow}
                status:
                  description: What the type tells.
                  returned: always
                  type: dict
                  sample: {tunnel_egress_iface: eth0}
                other_config:
                  description: Settings.
                  returned: always
                  type: dict
                  sample: {}
                external_ids:
                  description: What others noted there. OVN knows the logical port by C(iface-id).
                  returned: always
                  type: dict
                  sample: {iface-id: vm1}
                bfd:
                  description:
                    - Bidirectional Forwarding Detection after RFC 5880, V(null) where it is off. C(forwarding) is
                      whether packets are held to arrive.
                  returned: always
                  type: dict
                  sample:
                    enabled: true
                    state: up
                    remote_state: up
                    forwarding: true
                    diagnostic: No Diagnostic
                    remote_diagnostic: No Diagnostic
                    flap_count: 1
    tunnels:
      description: Those of the interfaces that are tunnels.
      returned: when O(subset) has V(bridges)
      type: list
      elements: dict
      contains:
        bridge:
          description: Its bridge.
          returned: always
          type: str
          sample: br-int
        name:
          description: Its name.
          returned: always
          type: str
          sample: ovn-chassi-0
        type:
          description: What packets are encapsulated in.
          returned: always
          type: str
          sample: geneve
        local:
          description: Address that they are sent from, V(null) when routes decide, or V(flow).
          returned: always
          type: str
          sample: 192.168.98.11
        remote:
          description: Address that they are sent to, or V(flow).
          returned: always
          type: str
          sample: 192.168.98.12
        key:
          description: The VNI or key, or V(flow), V(null) for none.
          returned: always
          type: str
          sample: flow
        egress:
          description: Device that they leave by, V(null) when it is not known.
          returned: always
          type: str
          sample: eth0
        bfd:
          description: As in C(interfaces).
          returned: always
          type: dict
          sample:
            enabled: true
            state: up
            remote_state: up
            forwarding: true
            diagnostic: No Diagnostic
            remote_diagnostic: No Diagnostic
            flap_count: 1
        error:
          description: Why it could not be made, V(null) without an error.
          returned: always
          type: str
          sample: null
    openflow:
      description: OpenFlow flows of each bridge.
      returned: when O(subset) has V(openflow)
      type: list
      elements: dict
      contains:
        bridge:
          description: The bridge.
          returned: always
          type: str
          sample: br-int
        flows:
          description: Flows in the order of C(ovs-ofctl dump-flows), V(null) when they could not be read.
          returned: always
          type: list
          elements: dict
          contains:
            table:
              description: Number of the table.
              returned: always
              type: int
              sample: 0
            priority:
              description: The highest one that matches counts.
              returned: always
              type: int
              sample: 100
            cookie:
              description:
                - What the controller marked it with. ovn-controller takes the first digits of the logical flow's UUID.
              returned: always
              type: int
              sample: 3721401795
            match:
              description: By field the value, V(true) for a protocol. A number with a mask has C(value) and C(mask).
              returned: always
              type: dict
              sample: {ip: true, metadata: 3, in_port: 1}
            actions:
              description: What is done, with the arguments of each C(action).
              returned: always
              type: list
              elements: dict
              sample: [{action: ct, commit: true, zone: 5}, {action: output, port: 2}]
            duration:
              description: Seconds since it was made.
              returned: always
              type: float
              sample: 76.01
            n_packets:
              description: Packets that it matched.
              returned: always
              type: int
              sample: 0
            n_bytes:
              description: Their size.
              returned: always
              type: int
              sample: 0
            idle_age:
              description: Seconds since the last packet.
              returned: when the version of OpenFlow tells it
              type: int
              sample: 76
            hard_age:
              description: Seconds since it was changed.
              returned: when the flow was changed and the version of OpenFlow tells it
              type: int
              sample: 76
            idle_timeout:
              description: Seconds without a packet after which it is removed.
              returned: when it has one
              type: int
              sample: 60
            hard_timeout:
              description: Seconds after which it is removed.
              returned: when it has one
              type: int
              sample: 60
            importance:
              description: Which flows a full table gives up first.
              returned: when it has one
              type: int
              sample: 1
        flows_reason:
          description: Why it could not be read.
          returned: when C(flows) is V(null)
          type: str
          sample: there is no ovs-ofctl here
    openflow_cookies:
      description: Which cookies the OpenFlow flows of each bridge have.
      returned: when O(subset) has V(openflow_cookies)
      type: list
      elements: dict
      contains:
        bridge:
          description: The bridge.
          returned: always
          type: str
          sample: br-int
        tables:
          description:
            - Tables of OpenFlow, of which OVN has a part for each datapath. V(null) when they could not be read.
          returned: always
          type: list
          elements: dict
          contains:
            table:
              description: Number of the table.
              returned: always
              type: int
              sample: 8
            metadata:
              description: The metadata that the flows match on, V(null) for none and for some bits of it.
              returned: always
              type: int
              sample: 3
            cookies:
              description: Cookies of these flows, each once.
              returned: always
              type: list
              elements: int
              sample: [3721401795]
        tables_reason:
          description: Why it could not be read.
          returned: when C(tables) is V(null)
          type: str
          sample: there is no ovs-ofctl here
    datapath_flows:
      description:
        - Flows that the datapaths have, which ovs-vswitchd makes as packets come. V(null) when ovs-vswitchd could not
          be asked.
      returned: when O(subset) has V(datapath_flows)
      type: list
      elements: dict
      contains:
        datapath:
          description: The datapath.
          returned: always
          type: str
          sample: netdev@ovs-netdev
        flows:
          description: Flows in the order of C(ovs-appctl dpctl/dump-flows), V(null) when they could not be read.
          returned: always
          type: list
          elements: dict
          contains:
            thread:
              description: The thread that they are of, V(null) in the kernel.
              returned: always
              type: str
              sample: main
            match:
              description: By field the value, or the values by name.
              returned: always
              type: dict
              sample: {recirc_id: 0, in_port: 2, eth_type: 2048}
            packets:
              description: Packets that it matched.
              returned: always
              type: int
              sample: 12
            bytes:
              description: Their size.
              returned: always
              type: int
              sample: 1176
            used:
              description: Seconds since the last one, V(null) for never.
              returned: always
              type: float
              sample: 0.1
            actions:
              description: What is done, with the arguments of each C(action).
              returned: always
              type: list
              elements: dict
              sample: [{action: output, port: 3}]
        flows_reason:
          description: Why it could not be read.
          returned: when C(flows) is V(null)
          type: str
          sample: there is no ovs-appctl here
    datapath_flows_reason:
      description: Why it could not be read.
      returned: when C(datapath_flows) is V(null)
      type: str
      sample: there is no ovs-appctl here
    conntrack:
      description: Connections that the datapaths track. V(null) when ovs-vswitchd could not be asked.
      returned: when O(subset) has V(conntrack)
      type: list
      elements: dict
      contains:
        datapath:
          description: The datapath.
          returned: always
          type: str
          sample: netdev@ovs-netdev
        connections:
          description: Connections, V(null) when they could not be read.
          returned: always
          type: list
          elements: dict
          contains:
            protocol:
              description: The protocol.
              returned: always
              type: str
              sample: tcp
            state:
              description: State of V(tcp) and V(sctp), else V(null).
              returned: always
              type: str
              sample: ESTABLISHED
            original:
              description: The first packet. In ICMP there are C(identifier), C(type) and C(code) in the place of ports.
              returned: always
              type: dict
              sample: {source: 10.10.10.5, destination: 172.24.4.1, source_port: 40000, destination_port: 80}
            reply:
              description:
                - What the answer looks like. It is not the reverse of C(original) where addresses are translated.
              returned: always
              type: dict
              sample: {source: 172.24.4.1, destination: 172.24.4.10, source_port: 80, destination_port: 40000}
            zone:
              description: The zone.
              returned: always
              type: int
              sample: 10
            mark:
              description: The mark.
              returned: always
              type: int
              sample: 0
            labels:
              description: The 128 bits of labels.
              returned: always
              type: int
              sample: 0
        connections_reason:
          description: Why it could not be read.
          returned: when C(connections) is V(null)
          type: str
          sample: there is no ovs-appctl here
    conntrack_reason:
      description: Why it could not be read.
      returned: when C(conntrack) is V(null)
      type: str
      sample: there is no ovs-appctl here
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ovsdb import OvsdbError
from ansible_collections.packetwalk.labs.plugins.module_utils._probing import _open_vswitch


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "run_directory": {"type": "path", "default": "/run/openvswitch"},
            "subset": {
                "type": "list",
                "elements": "str",
                "choices": list(_open_vswitch.PARTS),
                "default": ["bridges"],
            },
            "bridges": {"type": "list", "elements": "str", "default": []},
            "openflow_filter": {
                "type": "dict",
                "default": {},
                "options": {"table": {"type": "int"}, "cookie": {"type": "str"}, "metadata": {"type": "str"}},
            },
            "timeout_seconds": {"type": "float", "default": 30.0},
        },
        supports_check_mode=True,
    )
    try:
        ovs, warnings = _open_vswitch.read(
            module.params["run_directory"],
            module.params["subset"],
            module.params["bridges"],
            module.params["openflow_filter"],
            module.params["timeout_seconds"],
        )
    except (OvsdbError, ParseError) as error:
        module.fail_json(msg=f"Cannot read Open vSwitch: {error}.")
    for warning in warnings:
        module.warn(warning)
    module.exit_json(changed=False, ovs=ovs)


if __name__ == "__main__":
    main()
