#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ovn_info
short_description: Read what OVN is asked for and what it made of it
version_added: 0.3.0
author:
  - The packetwalk.labs maintainers (@packetwalk)
description:
  - Reads the northbound and the southbound database of OVN and returns the logical network, chassis, port bindings,
    gateways and logical flows as data.
  - The databases are asked over JSON-RPC, and select on their side. Unlike C(ovn-sbctl), which takes a copy of whole
    tables, only the tables that O(subset) needs and the rows of O(datapaths) are sent. Nothing but Python is needed on
    the target, and it may be any host that reaches the databases.
options:
  leader_only:
    description:
      - Whether in a cluster the leader alone is asked. Another server may tell what was true a little earlier.
      - While there is no leader, the module waits for one.
    type: bool
    default: true
  subset:
    description:
      - The parts to read.
      - V(topology) are switches and routers with their ports, routes and policies, and groups of chassis, load
        balancers, port groups, address sets, DHCP options, DNS records and settings. V(acls) and V(nats) are those.
        They come from the northbound database, as V(lag) does.
      - V(chassis), V(bindings), V(gateways), V(flows) and V(mac_bindings) come from the southbound database.
      - V(cluster) is what each of the servers says of its part in serving the databases.
      - Logical flows are not read unless V(flows) is given, because there may be very many.
    type: list
    elements: str
    choices: [topology, acls, nats, lag, chassis, bindings, gateways, flows, mac_bindings, cluster]
    default: [topology, acls, nats, lag, chassis, bindings, gateways, mac_bindings]
  datapaths:
    description:
      - Names of the logical switches and routers to read. Without it all are read.
      - It is an error when there is none of a name.
      - Chassis, address sets, settings, RV(lag) and servers are read regardless of it.
    type: list
    elements: str
    default: []
  timeout_seconds:
    description:
      - The longest time for one request to a database, with connecting and waiting for a leader.
    type: float
    default: 30.0
extends_documentation_fragment:
  - packetwalk.labs._attributes
  - packetwalk.labs._attributes.info_module
  - packetwalk.labs._attributes.linux
  - packetwalk.labs._ovn_databases
  - packetwalk.labs._ovn_databases.northbound
  - packetwalk.labs._ovn_databases.southbound
notes:
  - With one server that nothing listens on it fails at once. With several, the others are tried, until the time is up.
seealso:
  - module: packetwalk.labs.ovs_info
"""

EXAMPLES = r"""
- name: Read the logical network and where it is
  packetwalk.labs.ovn_info:
  become: true
  register: ovn

- name: Show who has the gateways
  ansible.builtin.debug:
    msg: "{{ ovn.southbound.gateways | items2dict(key_name='router_port', value_name='chassis') }}"

- name: Read the logical flows of one switch from a cluster
  packetwalk.labs.ovn_info:
    southbound: tcp:192.0.2.1:6642,tcp:192.0.2.2:6642,tcp:192.0.2.3:6642
    subset: [flows]
    datapaths: [sw0]
  register: sw0

- name: Show what is done with traffic to closed ports
  ansible.builtin.debug:
    msg: "{{ sw0.southbound.logical_flows | selectattr('stage', 'eq', 'ls_out_acl') | map(attribute='match') }}"

- name: Wait until all chassis have carried out the configuration
  packetwalk.labs.ovn_info:
    northbound: ssl:192.0.2.1:6641
    ca_certificate: /etc/ovn/cacert.pem
    certificate: /etc/ovn/cert.pem
    private_key: /etc/ovn/key.pem
    subset: [lag]
  register: ovn
  until: ovn.lag.hv_cfg == ovn.lag.nb_cfg
"""

RETURN = r"""
northbound:
  description: The logical network, as it is wanted. Lists are sorted.
  returned: when a part of it is in O(subset)
  type: dict
  contains:
    switches:
      description: Logical switches.
      returned: when O(subset) has V(topology)
      type: list
      elements: dict
      contains:
        name:
          description: Its name.
          returned: always
          type: str
          sample: sw0
        uuid:
          description: The row's identifier.
          returned: always
          type: str
          sample: 6f89d3cd-78bf-4acc-9b90-60195df8be6a
        other_config:
          description: Settings, for example the subnet that OVN gives addresses of.
          returned: always
          type: dict
          sample: {subnet: 10.10.10.0/24}
        external_ids:
          description: What others noted there.
          returned: always
          type: dict
          sample: {}
        ports:
          description: Its ports.
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
              sample: f886fd1e-670b-4cb9-9c96-59ceb60be347
            type:
              description:
                - Empty for a virtual machine or a container, else for example V(router), V(localnet) or V(external).
              returned: always
              type: str
              sample: ""
            addresses:
              description: MAC and IP addresses, or V(dynamic), V(router) or V(unknown).
              returned: always
              type: list
              elements: str
              sample: ["50:54:00:00:00:01 10.10.10.5"]
            dynamic_addresses:
              description: What OVN gave for V(dynamic), else V(null).
              returned: always
              type: str
              sample: "c6:6e:a9:0a:0a:03 10.10.10.2"
            port_security:
              description: Addresses that it may send from; all when there is none.
              returned: always
              type: list
              elements: str
              sample: ["50:54:00:00:00:01 10.10.10.5"]
            parent:
              description: The port that a nested port hangs on, else V(null).
              returned: always
              type: str
              sample: vm1
            tag:
              description: VLAN on the parent or on the external network, else V(null).
              returned: always
              type: int
              sample: 42
            enabled:
              description: Whether it may send and receive.
              returned: always
              type: bool
              sample: true
            up:
              description: Whether a chassis has it plugged. V(null) while nobody has said.
              returned: always
              type: bool
              sample: true
            dhcpv4_options:
              description: The row of C(dhcp_options) that is answered with, else V(null).
              returned: always
              type: str
              sample: 7477a8b9-6996-4cd6-ab69-55e1dda9b954
            dhcpv6_options:
              description: The same for IPv6.
              returned: always
              type: str
              sample: 7477a8b9-6996-4cd6-ab69-55e1dda9b955
            ha_chassis_group:
              description: Name of the group of chassis that answer for an external port, else V(null).
              returned: always
              type: str
              sample: null
            options:
              description: Settings of its type.
              returned: always
              type: dict
              sample: {router-port: lr0-sw0}
            external_ids:
              description: What others noted there.
              returned: always
              type: dict
              sample: {}
    routers:
      description: Logical routers.
      returned: when O(subset) has V(topology)
      type: list
      elements: dict
      contains:
        name:
          description: Its name.
          returned: always
          type: str
          sample: lr0
        uuid:
          description: The row's identifier.
          returned: always
          type: str
          sample: 5337b57c-c1d9-4ab6-9d78-efe7aad24b51
        enabled:
          description: Whether it routes.
          returned: always
          type: bool
          sample: true
        chassis:
          description: Where a gateway router is, V(null) for a distributed one.
          returned: always
          type: str
          sample: chassis1
        options:
          description: Settings.
          returned: always
          type: dict
          sample: {}
        external_ids:
          description: What others noted there.
          returned: always
          type: dict
          sample: {}
        ports:
          description: Its ports.
          returned: always
          type: list
          elements: dict
          contains:
            name:
              description: Its name.
              returned: always
              type: str
              sample: lr0-ext
            uuid:
              description: The row's identifier.
              returned: always
              type: str
              sample: 750eec30-c7db-41e1-a9d8-63d5514454c3
            mac:
              description: MAC address.
              returned: always
              type: str
              sample: "00:00:00:00:ff:03"
            networks:
              description: Addresses with the length of their prefixes.
              returned: always
              type: list
              elements: str
              sample: [172.24.4.5/24]
            peer:
              description: The port of another router that it is linked with directly, else V(null).
              returned: always
              type: str
              sample: null
            enabled:
              description: Whether it may send and receive.
              returned: always
              type: bool
              sample: true
            gateway_chassis:
              description: Candidates for the gateway, the preferred one first.
              returned: always
              type: list
              elements: dict
              sample: [{chassis: chassis1, priority: 20}, {chassis: chassis2, priority: 10}]
            ha_chassis_group:
              description: Name of the group that the candidates are of, V(null) when the port has its own.
              returned: always
              type: str
              sample: null
            options:
              description: Settings.
              returned: always
              type: dict
              sample: {}
            external_ids:
              description: What others noted there.
              returned: always
              type: dict
              sample: {}
        routes:
          description: Static routes.
          returned: always
          type: list
          elements: dict
          contains:
            uuid:
              description: The row's identifier.
              returned: always
              type: str
              sample: 6496a559-f1ac-4fb5-a35a-7d44385ece6e
            destination:
              description: The prefix.
              returned: always
              type: str
              sample: 0.0.0.0/0
            policy:
              description: V(src-ip) where the prefix is that of the source, else V(dst-ip) or V(null).
              returned: always
              type: str
              sample: null
            next_hop:
              description: Address of the next router, or V(discard).
              returned: always
              type: str
              sample: 172.24.4.1
            port:
              description: The port to leave by, V(null) when OVN finds it.
              returned: always
              type: str
              sample: lr0-ext
            table:
              description: The routing table, empty for the main one.
              returned: always
              type: str
              sample: ""
            options:
              description: Settings.
              returned: always
              type: dict
              sample: {}
            external_ids:
              description: What others noted there.
              returned: always
              type: dict
              sample: {}
        policies:
          description: Policies, which come before routes. The one that is asked first is first.
          returned: always
          type: list
          elements: dict
          contains:
            uuid:
              description: The row's identifier.
              returned: always
              type: str
              sample: dfca6413-1194-4a29-8e74-04bb707fdcdf
            priority:
              description: The highest one that matches counts.
              returned: always
              type: int
              sample: 100
            match:
              description: Packets that it is for.
              returned: always
              type: str
              sample: ip4.src == 10.10.10.5
            action:
              description: V(allow), V(drop), V(reroute) or, since OVN 24.09, V(jump).
              returned: always
              type: str
              sample: reroute
            next_hops:
              description: Where to, with V(reroute).
              returned: always
              type: list
              elements: str
              sample: [172.24.4.2]
            options:
              description: Settings.
              returned: always
              type: dict
              sample: {}
            external_ids:
              description: What others noted there.
              returned: always
              type: dict
              sample: {}
    ha_chassis_groups:
      description: Groups of chassis. With O(datapaths) those that a port of them has.
      returned: when O(subset) has V(topology)
      type: list
      elements: dict
      contains:
        name:
          description: Its name.
          returned: always
          type: str
          sample: pair
        uuid:
          description: The row's identifier.
          returned: always
          type: str
          sample: ab1c62d1-c562-495c-9ad2-cc27e23aea85
        candidates:
          description: Its chassis, the preferred one first.
          returned: always
          type: list
          elements: dict
          sample: [{chassis: chassis2, priority: 9}, {chassis: chassis1, priority: 7}]
        external_ids:
          description: What others noted there.
          returned: always
          type: dict
          sample: {}
    settings:
      description: What holds for the whole database.
      returned: when O(subset) has V(topology)
      type: dict
      contains:
        options:
          description: Settings, also those that ovn-northd made up.
          returned: always
          type: dict
          sample: {mac_prefix: "12:f0:f9"}
        external_ids:
          description: What others noted there.
          returned: always
          type: dict
          sample: {"neutron:fip-distributed": "False"}
    load_balancers:
      description: Load balancers.
      returned: when O(subset) has V(topology)
      type: list
      elements: dict
      contains:
        name:
          description: Its name.
          returned: always
          type: str
          sample: lb0
        uuid:
          description: The row's identifier.
          returned: always
          type: str
          sample: 54b02552-a72a-4d40-862c-77bb4e47011e
        protocol:
          description: V(tcp), V(udp) or V(sctp). V(null) means V(tcp).
          returned: always
          type: str
          sample: tcp
        vips:
          description: By virtual address the backends, with commas between them.
          returned: always
          type: dict
          sample: {"10.10.10.100:80": "10.10.10.5:80,10.10.20.5:80"}
        switches:
          description: Switches that it is on, also by a group of load balancers.
          returned: always
          type: list
          elements: str
          sample: [sw0]
        routers:
          description: Routers that it is on, also by a group of load balancers.
          returned: always
          type: list
          elements: str
          sample: [lr0]
        options:
          description: Settings.
          returned: always
          type: dict
          sample: {}
        external_ids:
          description: What others noted there.
          returned: always
          type: dict
          sample: {}
    port_groups:
      description: Port groups. With O(datapaths) those that have a port on one of these switches.
      returned: when O(subset) has V(topology)
      type: list
      elements: dict
      contains:
        name:
          description: Its name.
          returned: always
          type: str
          sample: pg_web
        uuid:
          description: The row's identifier.
          returned: always
          type: str
          sample: 0d181b37-5137-4182-8dcb-61eeac59ab5f
        ports:
          description: Names of its ports.
          returned: always
          type: list
          elements: str
          sample: [vm1, vm3]
        external_ids:
          description: What others noted there.
          returned: always
          type: dict
          sample: {}
    address_sets:
      description: Address sets. They belong to no datapath, so O(datapaths) leaves none out.
      returned: when O(subset) has V(topology)
      type: list
      elements: dict
      contains:
        name:
          description: Its name.
          returned: always
          type: str
          sample: as_admins
        uuid:
          description: The row's identifier.
          returned: always
          type: str
          sample: ecbd709a-da69-4f8c-820b-4bf802fa2b25
        addresses:
          description: Addresses and prefixes.
          returned: always
          type: list
          elements: str
          sample: [10.10.10.0/24, 10.10.20.0/24]
        external_ids:
          description: What others noted there.
          returned: always
          type: dict
          sample: {}
    dhcp_options:
      description: What OVN answers DHCP requests with.
      returned: when O(subset) has V(topology)
      type: list
      elements: dict
      contains:
        uuid:
          description: The row's identifier, which ports name.
          returned: always
          type: str
          sample: 7477a8b9-6996-4cd6-ab69-55e1dda9b954
        subnet:
          description: Addresses that it is for.
          returned: always
          type: str
          sample: 10.10.10.0/24
        options:
          description: Options by OVN's names.
          returned: always
          type: dict
          sample: {lease_time: "3600", router: 10.10.10.1}
        external_ids:
          description: What others noted there.
          returned: always
          type: dict
          sample: {}
    dns:
      description: What OVN answers DNS requests with.
      returned: when O(subset) has V(topology)
      type: list
      elements: dict
      contains:
        uuid:
          description: The row's identifier.
          returned: always
          type: str
          sample: 979bbd3b-1ed1-47ec-9879-5a4ee503f576
        records:
          description: By name the addresses, with blanks between them.
          returned: always
          type: dict
          sample: {host.example: 10.10.10.5}
        switches:
          description: Switches on which it is asked.
          returned: always
          type: list
          elements: str
          sample: [sw0]
        external_ids:
          description: What others noted there.
          returned: always
          type: dict
          sample: {}
    acls:
      description:
        - Access control lists. Of one switch or port group and direction, the one that is asked first is first.
      returned: when O(subset) has V(acls)
      type: list
      elements: dict
      contains:
        switch:
          description: The switch that it is on, V(null) when it is on a port group.
          returned: always
          type: str
          sample: sw0
        port_group:
          description: The port group that it is on, V(null) when it is on a switch.
          returned: always
          type: str
          sample: null
        uuid:
          description: The row's identifier.
          returned: always
          type: str
          sample: 5f9d8693-13c0-40b5-9daf-ac27f9c978f2
        direction:
          description: V(from-lport) for what a port sends, V(to-lport) for what it gets.
          returned: always
          type: str
          sample: from-lport
        tier:
          description: Tiers are asked one after the other. V(null) before OVN 23.06, which has none.
          returned: always
          type: int
          sample: null
        priority:
          description: The highest one that matches counts.
          returned: always
          type: int
          sample: 900
        match:
          description: Packets that it is for.
          returned: always
          type: str
          sample: tcp.dst == 80
        action:
          description: For example V(allow-related), V(allow), V(drop) or V(reject).
          returned: always
          type: str
          sample: drop
        name:
          description: Its name, V(null) without one.
          returned: always
          type: str
          sample: drop80
        log:
          description: Whether such packets are logged.
          returned: always
          type: bool
          sample: true
        severity:
          description: Severity of the log, V(null) without one.
          returned: always
          type: str
          sample: info
        meter:
          description: Meter that limits the log, V(null) without one.
          returned: always
          type: str
          sample: null
        label:
          description: Mark of connections that it let pass.
          returned: always
          type: int
          sample: 0
        options:
          description: Settings.
          returned: always
          type: dict
          sample: {}
        external_ids:
          description: What others noted there.
          returned: always
          type: dict
          sample: {}
    nats:
      description: Network address translations.
      returned: when O(subset) has V(nats)
      type: list
      elements: dict
      contains:
        router:
          description: The router that it is on.
          returned: always
          type: str
          sample: lr0
        uuid:
          description: The row's identifier.
          returned: always
          type: str
          sample: b8c14f8b-9315-4290-91e0-9ab4c517d3fa
        type:
          description: V(snat), V(dnat), or V(dnat_and_snat) for a floating IP.
          returned: always
          type: str
          sample: dnat_and_snat
        external_address:
          description: The address outside.
          returned: always
          type: str
          sample: 172.24.4.11
        logical_address:
          description: The address, or for V(snat) also the prefix, inside.
          returned: always
          type: str
          sample: 10.10.10.5
        external_ports:
          description: Range of ports to take for connections, else V(null).
          returned: always
          type: str
          sample: null
        logical_port:
          description: The port whose chassis does the translation, V(null) when the gateway does it.
          returned: always
          type: str
          sample: vm1
        external_mac:
          description: MAC address that is answered with outside, V(null) for that of the gateway.
          returned: always
          type: str
          sample: "50:54:00:00:00:01"
        gateway_port:
          description: Name of the router's port that it is for, V(null) when OVN finds it.
          returned: always
          type: str
          sample: null
        allowed_addresses:
          description: Name of the address set of those outside that it is for, else V(null).
          returned: always
          type: str
          sample: null
        exempted_addresses:
          description: Name of the address set of those outside that it is not for, else V(null).
          returned: always
          type: str
          sample: null
        options:
          description: Settings.
          returned: always
          type: dict
          sample: {}
        external_ids:
          description: What others noted there.
          returned: always
          type: dict
          sample: {}
    cluster:
      description: What each server of O(northbound) says of its part in the cluster.
      returned: when O(subset) has V(cluster)
      type: list
      elements: dict
      contains:
        remote:
          description: The server.
          returned: always
          type: str
          sample: tcp:192.168.98.10:6641
        model:
          description: V(standalone), V(clustered) or V(relay).
          returned: always
          type: str
          sample: clustered
        connected:
          description: Whether it is in touch with most of its cluster.
          returned: always
          type: bool
          sample: true
        leader:
          description: Whether it is the leader; a standalone server always is.
          returned: always
          type: bool
          sample: true
        cluster:
          description: Identifier of the cluster, V(null) when it is standalone.
          returned: always
          type: str
          sample: 4a5f2f6e-9f83-4b38-9a4b-7d7ee0a6a1b4
        server:
          description: Identifier of the server in its cluster, V(null) when it is standalone.
          returned: always
          type: str
          sample: 5f6c2c89-2d5d-4a3c-8d44-5c87f3a1d0b2
        index:
          description: Last entry of its log, V(null) when it is standalone.
          returned: always
          type: int
          sample: 42
        reason:
          description: Why not. The other keys are V(null) then.
          returned: when it could not be asked
          type: str
          sample: "tcp:192.168.98.10:6641: nothing listens there"
southbound:
  description: What OVN made of the logical network, and where. Lists are sorted.
  returned: when a part of it is in O(subset)
  type: dict
  contains:
    chassis:
      description: Hypervisors and gateways.
      returned: when O(subset) has V(chassis)
      type: list
      elements: dict
      contains:
        name:
          description: Its name (C(external_ids:system-id) of its Open vSwitch).
          returned: always
          type: str
          sample: chassis1
        uuid:
          description: The row's identifier.
          returned: always
          type: str
          sample: 82f401fd-e87e-477d-ac4f-9ddf54c27423
        hostname:
          description: Its host name.
          returned: always
          type: str
          sample: chassis1.example
        encapsulations:
          description: How the others reach it.
          returned: always
          type: list
          elements: dict
          sample: [{type: geneve, address: 192.168.98.11, options: {csum: "true"}}]
        bridge_mappings:
          description: By external network the bridge to it.
          returned: always
          type: dict
          sample: {extnet: br-ex}
        can_be_gateway:
          description: Whether it offers itself as a gateway (C(enable-chassis-as-gw)).
          returned: always
          type: bool
          sample: true
        transport_zones:
          description: Zones in which it builds tunnels; all when there is none.
          returned: always
          type: list
          elements: str
          sample: []
        nb_cfg:
          description: Last configuration that it has carried out, V(null) when its ovn-controller never said.
          returned: always
          type: int
          sample: 2
        nb_cfg_timestamp_milliseconds:
          description: When that was, since 1970, else V(null).
          returned: always
          type: int
          sample: 1795271371543
        other_config:
          description: Settings of its ovn-controller.
          returned: always
          type: dict
          sample: {ovn-bridge-mappings: "extnet:br-ex"}
        external_ids:
          description: What others noted there; before OVN 20.09 also the settings.
          returned: always
          type: dict
          sample: {}
        private_external_ids:
          description: What agents of others noted in the row of it that no other chassis is told of.
          returned: always
          type: dict
          sample: {"neutron:ovn-metadata-id": 4a4c9f2a-3a4b-5f9e-9d53-0a4a1f9b8c11}
    datapaths:
      description: Logical switches and routers.
      returned: when O(subset) has V(bindings), V(gateways), V(flows) or V(mac_bindings)
      type: list
      elements: dict
      contains:
        name:
          description: Its name.
          returned: always
          type: str
          sample: sw0
        uuid:
          description: The row's identifier.
          returned: always
          type: str
          sample: 8f1b9063-8bd1-43db-8e65-c9674b9dbb18
        kind:
          description: V(switch) or V(router).
          returned: always
          type: str
          sample: switch
        tunnel_key:
          description: The VNI, and in OpenFlow the metadata.
          returned: always
          type: int
          sample: 1
        logical_uuid:
          description: The row in the northbound database.
          returned: always
          type: str
          sample: 6f89d3cd-78bf-4acc-9b90-60195df8be6a
    port_bindings:
      description: Where logical ports are.
      returned: when O(subset) has V(bindings)
      type: list
      elements: dict
      contains:
        name:
          description: Name of the logical port.
          returned: always
          type: str
          sample: vm1
        uuid:
          description: The row's identifier.
          returned: always
          type: str
          sample: a0bb7695-36c0-4dde-9018-afbc317cde3c
        datapath:
          description: Name of its datapath.
          returned: always
          type: str
          sample: sw0
        type:
          description:
            - Empty for a virtual machine or a container, else for example V(patch), V(localnet) or V(chassisredirect).
          returned: always
          type: str
          sample: ""
        tunnel_key:
          description: Its number in the datapath, and in OpenFlow in C(reg14) and C(reg15).
          returned: always
          type: int
          sample: 3
        chassis:
          description: Where it is, V(null) when it is nowhere.
          returned: always
          type: str
          sample: chassis1
        additional_chassis:
          description: Where it is too, while a virtual machine moves.
          returned: always
          type: list
          elements: str
          sample: []
        requested_chassis:
          description: Where it has to be, V(null) when that was not said.
          returned: always
          type: str
          sample: null
        up:
          description: Whether the chassis has finished its flows, V(null) when it never said.
          returned: always
          type: bool
          sample: true
        addresses:
          description: MAC and IP addresses.
          returned: always
          type: list
          elements: str
          sample: ["50:54:00:00:00:01 10.10.10.5"]
        port_security:
          description: Addresses that it may send from.
          returned: always
          type: list
          elements: str
          sample: []
        nat_addresses:
          description: Addresses that are announced outside.
          returned: always
          type: list
          elements: str
          sample: ["00:00:00:00:ff:03 172.24.4.11"]
        parent:
          description: The port that a nested port hangs on, else V(null).
          returned: always
          type: str
          sample: null
        virtual_parent:
          description: The port that has a virtual address now, else V(null).
          returned: always
          type: str
          sample: null
        tag:
          description: VLAN on the parent or on the external network, else V(null).
          returned: always
          type: int
          sample: null
        options:
          description: Settings.
          returned: always
          type: dict
          sample: {}
        external_ids:
          description: What others noted there.
          returned: always
          type: dict
          sample: {}
    gateways:
      description: Gateways of distributed routers.
      returned: when O(subset) has V(gateways)
      type: list
      elements: dict
      contains:
        name:
          description: Name of the port binding.
          returned: always
          type: str
          sample: cr-lr0-ext
        router:
          description: The router.
          returned: always
          type: str
          sample: lr0
        router_port:
          description: The router's port.
          returned: always
          type: str
          sample: lr0-ext
        chassis:
          description: Who has the gateway now, V(null) for nobody.
          returned: always
          type: str
          sample: chassis1
        candidates:
          description: Who may have it, the preferred one first, and whether there is such a chassis.
          returned: always
          type: list
          elements: dict
          sample: [{chassis: chassis1, priority: 20, exists: true}]
    logical_flows:
      description:
        - Logical flows, in the order that they are asked. One that several datapaths share is there once for each of
          them.
      returned: when O(subset) has V(flows)
      type: list
      elements: dict
      contains:
        datapath:
          description: Name of the datapath.
          returned: always
          type: str
          sample: sw0
        pipeline:
          description: V(ingress) or V(egress).
          returned: always
          type: str
          sample: ingress
        table:
          description: Number of the table in the pipeline.
          returned: always
          type: int
          sample: 0
        stage:
          description: Name of the table.
          returned: always
          type: str
          sample: ls_in_check_port_sec
        priority:
          description: The highest one that matches counts.
          returned: always
          type: int
          sample: 100
        match:
          description: Packets that it is for.
          returned: always
          type: str
          sample: vlan.present
        actions:
          description: What is done with them.
          returned: always
          type: str
          sample: drop;
        uuid:
          description: The row's identifier.
          returned: always
          type: str
          sample: ddd015c3-8a05-4d5c-b7de-4f1fbd1f0c1d
        cookie:
          description: Cookie of the OpenFlow flows that chassis make of it.
          returned: always
          type: int
          sample: 3721401795
        source:
          description: Where in the source of ovn-northd it comes from, else V(null).
          returned: always
          type: str
          sample: "northd.c:8022"
        hint:
          description: First digits of the row in the northbound database that it was made for, else V(null).
          returned: always
          type: str
          sample: 2aca4d5d
    mac_bindings:
      description: MAC addresses that routers learned, or were told.
      returned: when O(subset) has V(mac_bindings)
      type: list
      elements: dict
      contains:
        datapath:
          description: The router.
          returned: always
          type: str
          sample: lr0
        logical_port:
          description: The router's port.
          returned: always
          type: str
          sample: lr0-ext
        address:
          description: IP address.
          returned: always
          type: str
          sample: 172.24.4.1
        mac:
          description: MAC address.
          returned: always
          type: str
          sample: "02:42:ac:18:04:01"
        static:
          description: Whether it was told.
          returned: always
          type: bool
          sample: false
        timestamp_milliseconds:
          description: When it was learned, since 1970, V(null) when that is not known.
          returned: always
          type: int
          sample: 1795271371543
    cluster:
      description: What each server of O(southbound) says of its part in the cluster.
      returned: when O(subset) has V(cluster)
      type: list
      elements: dict
      contains:
        remote:
          description: The server.
          returned: always
          type: str
          sample: tcp:192.168.98.10:6642
        model:
          description: V(standalone), V(clustered) or V(relay).
          returned: always
          type: str
          sample: standalone
        connected:
          description: Whether it is in touch with most of its cluster.
          returned: always
          type: bool
          sample: true
        leader:
          description: Whether it is the leader; a standalone server always is.
          returned: always
          type: bool
          sample: true
        cluster:
          description: Identifier of the cluster, V(null) when it is standalone.
          returned: always
          type: str
          sample: null
        server:
          description: Identifier of the server in its cluster, V(null) when it is standalone.
          returned: always
          type: str
          sample: null
        index:
          description: Last entry of its log, V(null) when it is standalone.
          returned: always
          type: int
          sample: null
        reason:
          description: Why not. The other keys are V(null) then.
          returned: when it could not be asked
          type: str
          sample: "tcp:192.168.98.10:6642: nothing listens there"
lag:
  description: How far the configuration has come. All counters are equal when all is done.
  returned: when O(subset) has V(lag)
  type: dict
  contains:
    nb_cfg:
      description: Counts configurations that somebody waits for (C(ovn-nbctl --wait)).
      returned: always
      type: int
      sample: 2
    sb_cfg:
      description: The last one that ovn-northd has translated.
      returned: always
      type: int
      sample: 2
    hv_cfg:
      description: The last one that all chassis have carried out.
      returned: always
      type: int
      sample: 2
    nb_cfg_timestamp_milliseconds:
      description: When that was, since 1970, else V(null).
      returned: always
      type: int
      sample: 1795271371543
    sb_cfg_timestamp_milliseconds:
      description: When that was, since 1970, else V(null).
      returned: always
      type: int
      sample: 1795271371547
    hv_cfg_timestamp_milliseconds:
      description: When that was, since 1970, else V(null).
      returned: always
      type: int
      sample: 1795271371650
    northd_version:
      description: Version of the ovn-northd that wrote last, V(null) when none did.
      returned: always
      type: str
      sample: 23.03.1-20.27.0-70.6
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ovsdb import OvsdbError
from ansible_collections.packetwalk.labs.plugins.module_utils._probing import (
    _ovn_databases,
    _ovn_northbound,
    _ovn_southbound,
)
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._ovsdb_client import OvsdbClient, servers


def gather(parameters: dict[str, Any]) -> dict[str, Any]:
    """What the module returns. Raises OvsdbError and ParseError."""
    subset = set(parameters["subset"])
    tls = _ovn_databases.tls_of(parameters)
    timeout_seconds = parameters["timeout_seconds"]
    result: dict[str, Any] = {}
    for key, database in (("northbound", _ovn_northbound), ("southbound", _ovn_southbound)):
        remotes = parameters[key]
        parts = subset.intersection(database.PARTS)
        wants_lag = database is _ovn_northbound and "lag" in subset
        if parts or wants_lag:
            with OvsdbClient(remotes, database.DATABASE, parameters["leader_only"], tls, timeout_seconds) as client:
                if parts:
                    result[key] = database.read(client, parts, parameters["datapaths"])
                if wants_lag:
                    result["lag"] = _ovn_northbound.lag(client)
        if "cluster" in subset:
            result.setdefault(key, {})["cluster"] = servers(remotes, database.DATABASE, tls, timeout_seconds)
    return result


def main() -> None:
    parts = ["topology", "acls", "nats", "lag", "chassis", "bindings", "gateways", "flows", "mac_bindings", "cluster"]
    module = AnsibleModule(
        argument_spec={
            "northbound": _ovn_databases.NORTHBOUND,
            "southbound": _ovn_databases.SOUTHBOUND,
            "leader_only": {"type": "bool", "default": True},
            **_ovn_databases.TLS,
            "subset": {
                "type": "list",
                "elements": "str",
                "choices": parts,
                "default": [part for part in parts if part not in ("flows", "cluster")],
            },
            "datapaths": {"type": "list", "elements": "str", "default": []},
            "timeout_seconds": {"type": "float", "default": 30.0},
        },
        required_together=[("certificate", "private_key")],
        supports_check_mode=True,
    )
    try:
        result = gather(module.params)
    except (OvsdbError, ParseError) as error:
        module.fail_json(msg=f"Cannot read OVN: {error}.")
    module.exit_json(changed=False, **result)


if __name__ == "__main__":
    main()
