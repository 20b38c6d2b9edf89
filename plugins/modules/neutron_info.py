#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: neutron_info
short_description: Read what OpenStack says of its networks
version_added: 0.6.0
author:
  - The packetwalk.labs maintainers (@packetwalk)
description:
  - Asks Neutron for its networks, ports, routers, floating IPs, security groups and agents, and Nova for its servers
    and services, and returns them in one shape whatever release the cloud is of.
  - With it M(packetwalk.labs.state_document) knows what the databases of OVN, which M(packetwalk.labs.ovn_info) reads,
    shall hold.
  - Objects of all projects are there when the user is an administrator, else those of the user's project.
extends_documentation_fragment:
  - packetwalk.labs._attributes
  - packetwalk.labs._attributes.info_module
  - packetwalk.labs._openstack
notes:
  - The module runs wherever openstacksdk is and the cloud is reached, for example on the controller node, with the
    interpreter of its environment, or on localhost.
  - Nine requests are made, four at a time, with one more for each page after the first and for each router with a
    gateway. Only attributes that are returned are asked for.
seealso:
  - module: packetwalk.labs.ovn_info
  - module: openstack.cloud.networks_info
"""

EXAMPLES = r"""
- name: Read a cloud that clouds.yaml of the target knows
  packetwalk.labs.neutron_info:
    cloud: packetwalk
  vars:
    ansible_python_interpreter: /opt/openstack/bin/python
  register: told

- name: Show the ports that are not up
  ansible.builtin.debug:
    msg: "{{ told.neutron.ports | rejectattr('status', 'eq', 'ACTIVE') | map(attribute='name') }}"

- name: Read another cloud from here
  packetwalk.labs.neutron_info:
    auth:
      auth_url: https://cloud.example.com:5000/v3
      username: admin
      password: "{{ admin_password }}"
      project_name: admin
      user_domain_name: Default
      project_domain_name: Default
    ca_certificate: /etc/ssl/certs/cloud.pem
  delegate_to: localhost
  register: told
"""

RETURN = r"""
neutron:
  description: What the cloud says of its networks. All lists are sorted by names, then by identifiers.
  returned: success
  type: dict
  contains:
    networks:
      description: Networks.
      returned: always
      type: list
      elements: dict
      contains:
        id:
          description: Its identifier.
          returned: always
          type: str
          sample: e3b3ccb9-491b-4809-9373-315abe2f3817
        name:
          description: Its name, which may be empty.
          returned: always
          type: str
          sample: internal1
        project:
          description: Identifier of its project.
          returned: always
          type: str
          sample: 0c4959bcaea34c7e9c5039bb95636b68
        external:
          description: Whether it is outside, and has addresses for routers and floating IPs.
          returned: always
          type: bool
          sample: false
        network_type:
          description: For example V(geneve) or V(flat). V(null) where the policy of the cloud hides it.
          returned: always
          type: str
          sample: geneve
        physical_network:
          description: The external network of bridge mappings, V(null) of a tunnelled network.
          returned: always
          type: str
          sample: null
        segmentation_id:
          description: VNI or VLAN, V(null) without one.
          returned: always
          type: int
          sample: 31975
        mtu_bytes:
          description: Largest packet.
          returned: always
          type: int
          sample: 1442
        admin_up:
          description: Whether it is switched on.
          returned: always
          type: bool
          sample: true
        status:
          description: Its status.
          returned: always
          type: str
          sample: ACTIVE
        shared:
          description: Whether all projects may use it.
          returned: always
          type: bool
          sample: false
        subnets:
          description: Identifiers of its subnets.
          returned: always
          type: list
          elements: str
          sample: [bc9f31a8-8b59-495a-b0d7-4f33da6d7106]
        revision:
          description: How often it was changed, which OVN notes too. V(null) in a cloud that does not count.
          returned: always
          type: int
          sample: 4
    subnets:
      description: Subnets.
      returned: always
      type: list
      elements: dict
      contains:
        id:
          description: Its identifier.
          returned: always
          type: str
          sample: bc9f31a8-8b59-495a-b0d7-4f33da6d7106
        name:
          description: Its name, which may be empty.
          returned: always
          type: str
          sample: internal1
        network:
          description: Identifier of its network.
          returned: always
          type: str
          sample: e3b3ccb9-491b-4809-9373-315abe2f3817
        cidr:
          description: Its prefix.
          returned: always
          type: str
          sample: 10.10.10.0/24
        gateway:
          description: Address of its router, V(null) without one.
          returned: always
          type: str
          sample: 10.10.10.1
        dhcp:
          description: Whether addresses are given by DHCP.
          returned: always
          type: bool
          sample: true
        dns_servers:
          description: Resolvers that DHCP tells of, in the order that they are asked.
          returned: always
          type: list
          elements: str
          sample: [192.0.2.53]
        host_routes:
          description: Routes that DHCP tells of.
          returned: always
          type: list
          elements: dict
          sample: [{destination: 10.99.0.0/24, next_hop: 10.10.10.9}]
        pools:
          description: Addresses that are given.
          returned: always
          type: list
          elements: dict
          sample: [{first: 10.10.10.2, last: 10.10.10.254}]
        ip_version:
          description: V(4) or V(6).
          returned: always
          type: int
          sample: 4
        revision:
          description: How often it was changed, which OVN notes too. V(null) in a cloud that does not count.
          returned: always
          type: int
          sample: 4
    ports:
      description: Ports, of routers and of what answers for OVN too.
      returned: always
      type: list
      elements: dict
      contains:
        id:
          description: Its identifier, which is the name of the logical port.
          returned: always
          type: str
          sample: 06f528e3-300b-4271-b5fc-a6b25a551fbe
        name:
          description: Its name, which may be empty.
          returned: always
          type: str
          sample: testinstance1
        network:
          description: Identifier of its network.
          returned: always
          type: str
          sample: e3b3ccb9-491b-4809-9373-315abe2f3817
        mac:
          description: MAC address.
          returned: always
          type: str
          sample: "fa:16:3e:b7:75:2a"
        addresses:
          description: Its addresses, with the identifiers of their subnets.
          returned: always
          type: list
          elements: dict
          sample: [{subnet: bc9f31a8-8b59-495a-b0d7-4f33da6d7106, address: 10.10.10.4}]
        device_id:
          description: Identifier of the server or router that has it, empty without one.
          returned: always
          type: str
          sample: 7b1d7eae-5bc6-4fde-b297-8b98015c0b50
        device_owner:
          description: What that is, empty without one.
          returned: always
          type: str
          sample: compute:nova
        host:
          description: Where it is to be, V(null) where nobody said.
          returned: always
          type: str
          sample: compute1
        vif_type:
          description: What came of the binding, for example V(ovs), V(unbound) or V(binding_failed).
          returned: always
          type: str
          sample: ovs
        vnic_type:
          description: What it shall be, for example V(normal) or V(direct).
          returned: always
          type: str
          sample: normal
        status:
          description: Its status.
          returned: always
          type: str
          sample: ACTIVE
        admin_up:
          description: Whether it is switched on.
          returned: always
          type: bool
          sample: true
        port_security:
          description: Whether it may send from its own addresses only. V(null) in a cloud that cannot tell.
          returned: always
          type: bool
          sample: true
        security_groups:
          description: Identifiers of its security groups.
          returned: always
          type: list
          elements: str
          sample: [b1154238-29f9-40ca-a748-91ad11983200]
        allowed_address_pairs:
          description: Other addresses that it may send from.
          returned: always
          type: list
          elements: dict
          sample: [{mac: "fa:16:3e:b7:75:2a", address: 10.10.10.200}]
        revision:
          description: How often it was changed, which OVN notes too. V(null) in a cloud that does not count.
          returned: always
          type: int
          sample: 4
    routers:
      description: Routers.
      returned: always
      type: list
      elements: dict
      contains:
        id:
          description: Its identifier.
          returned: always
          type: str
          sample: 40971f38-91e5-436b-9c73-441b6ae1e25e
        name:
          description: Its name, which may be empty.
          returned: always
          type: str
          sample: router1
        external_network:
          description: Identifier of the network that its gateway is on, V(null) without one.
          returned: always
          type: str
          sample: 497a82f5-95a7-4909-9a55-7a4de0f1b613
        external_addresses:
          description: Its addresses there.
          returned: always
          type: list
          elements: dict
          sample: [{subnet: d1be812b-3e30-4de8-87b5-2a8d15e2299b, address: 172.24.5.50}]
        snat:
          description: Whether others go out with its address. V(null) without a gateway.
          returned: always
          type: bool
          sample: true
        status:
          description: Its status.
          returned: always
          type: str
          sample: ACTIVE
        admin_up:
          description: Whether it is switched on.
          returned: always
          type: bool
          sample: true
        routes:
          description: Static routes.
          returned: always
          type: list
          elements: dict
          sample: [{destination: 10.99.0.0/24, next_hop: 10.10.10.9}]
        revision:
          description: How often it was changed, which OVN notes too. V(null) in a cloud that does not count.
          returned: always
          type: int
          sample: 4
        ports:
          description: Identifiers of its ports.
          returned: always
          type: list
          elements: str
          sample: [06d3996d-385d-4ce0-b32e-d0e7febacc83]
        gateway_hosts:
          description:
            - Chassis that may have its gateway, the preferred one first, where the cloud tells of them. The priority
              is V(null) where it does not tell it. V(null) also without a gateway; OpenStack Zed tells of none.
          returned: always
          type: list
          elements: dict
          sample: [{host: controller, priority: 3}, {host: compute1, priority: 2}]
    floating_ips:
      description: Floating IPs, sorted by their addresses.
      returned: always
      type: list
      elements: dict
      contains:
        id:
          description: Its identifier.
          returned: always
          type: str
          sample: 805e84db-59cd-42e6-928a-008f729cb34d
        address:
          description: The address outside.
          returned: always
          type: str
          sample: 172.24.5.54
        network:
          description: Identifier of the network outside.
          returned: always
          type: str
          sample: 497a82f5-95a7-4909-9a55-7a4de0f1b613
        port:
          description: Identifier of the port that it leads to, V(null) while it leads nowhere.
          returned: always
          type: str
          sample: 06f528e3-300b-4271-b5fc-a6b25a551fbe
        fixed_address:
          description: The address inside, else V(null).
          returned: always
          type: str
          sample: 10.10.10.4
        router:
          description: Identifier of the router that translates, else V(null).
          returned: always
          type: str
          sample: 40971f38-91e5-436b-9c73-441b6ae1e25e
        status:
          description: Its status.
          returned: always
          type: str
          sample: ACTIVE
        revision:
          description: How often it was changed, which OVN notes too. V(null) in a cloud that does not count.
          returned: always
          type: int
          sample: 4
    security_groups:
      description: Security groups with their rules.
      returned: always
      type: list
      elements: dict
      contains:
        id:
          description: Its identifier.
          returned: always
          type: str
          sample: b1154238-29f9-40ca-a748-91ad11983200
        name:
          description: Its name, which may be empty.
          returned: always
          type: str
          sample: ssh_and_ping
        project:
          description: Identifier of its project.
          returned: always
          type: str
          sample: 0c4959bcaea34c7e9c5039bb95636b68
        stateful:
          description: Whether replies are let through. V(null) in a cloud that always does.
          returned: always
          type: bool
          sample: true
        rules:
          description: What is let through.
          returned: always
          type: list
          elements: dict
          contains:
            id:
              description: Its identifier, which the ACL has too.
              returned: always
              type: str
              sample: f40fa47f-ebbd-417b-95ef-2733119c88dd
            direction:
              description: V(ingress) for what a port gets, V(egress) for what it sends.
              returned: always
              type: str
              sample: ingress
            ether_type:
              description: V(IPv4) or V(IPv6).
              returned: always
              type: str
              sample: IPv4
            protocol:
              description: Name or number, V(null) for all.
              returned: always
              type: str
              sample: tcp
            port_min:
              description: First port, or type of ICMP. V(null) for all.
              returned: always
              type: int
              sample: 22
            port_max:
              description: Last port, or code of ICMP. V(null) for all.
              returned: always
              type: int
              sample: 22
            remote_address:
              description: Prefix of the other side, V(null) for all.
              returned: always
              type: str
              sample: 0.0.0.0/0
            remote_group:
              description: Identifier of the security group of the other side, V(null) for all.
              returned: always
              type: str
              sample: null
            remote_address_group:
              description: Identifier of the address group of the other side, V(null) for all.
              returned: always
              type: str
              sample: null
            revision:
              description: How often it was changed.
              returned: always
              type: int
              sample: 0
        revision:
          description: How often it was changed, which OVN notes too. V(null) in a cloud that does not count.
          returned: always
          type: int
          sample: 4
    agents:
      description: Agents of Neutron. V(null) where the cloud keeps them from this user.
      returned: always
      type: list
      elements: dict
      contains:
        id:
          description: Its identifier, of ovn-controller the name of the chassis.
          returned: always
          type: str
          sample: 4a4c9f2a-3a4b-5f9e-9d53-0a4a1f9b8c11
        type:
          description: What it is, in the words of the cloud.
          returned: always
          type: str
          sample: OVN Controller Gateway agent
        binary:
          description: Its program.
          returned: always
          type: str
          sample: ovn-controller
        host:
          description: Its host.
          returned: always
          type: str
          sample: compute1
        alive:
          description: Whether it has answered of late.
          returned: always
          type: bool
          sample: true
        admin_up:
          description: Whether it is switched on.
          returned: always
          type: bool
          sample: true
        availability_zone:
          description: Its zone, V(null) without one.
          returned: always
          type: str
          sample: null
        configuration:
          description: What it is set to, in its own words.
          returned: always
          type: dict
          sample: {bridge-mappings: "extnet:br-ex"}
    agents_reason:
      description: Why RV(neutron.agents) is V(null).
      returned: when it is
      type: str
      sample: "GET /agents of the service network is answered with 403: ..."
    servers:
      description:
        - Servers of all projects. V(null) without Nova, and where the cloud keeps them from this user.
      returned: always
      type: list
      elements: dict
      contains:
        id:
          description: Its identifier.
          returned: always
          type: str
          sample: 7b1d7eae-5bc6-4fde-b297-8b98015c0b50
        name:
          description: Its name.
          returned: always
          type: str
          sample: testinstance1
        host:
          description: Where it is, V(null) where it is nowhere yet, or the cloud hides it.
          returned: always
          type: str
          sample: compute1
        status:
          description: Its status.
          returned: always
          type: str
          sample: ACTIVE
        power_state:
          description:
            - V(running), V(shutdown), V(paused), V(suspended), V(crashed) or V(nostate). V(null) where the cloud
              hides it.
          returned: always
          type: str
          sample: running
        addresses:
          description: Its addresses as Nova knows them, floating ones too.
          returned: always
          type: list
          elements: str
          sample: [10.10.10.4, 172.24.5.54]
        ports:
          description: Identifiers of its ports.
          returned: always
          type: list
          elements: str
          sample: [06f528e3-300b-4271-b5fc-a6b25a551fbe]
    servers_reason:
      description: Why RV(neutron.servers) is V(null).
      returned: when it is
      type: str
      sample: the catalog of cloud packetwalk has no address of a service compute; check region_name and interface
    compute_services:
      description: Services of Nova. V(null) likewise.
      returned: always
      type: list
      elements: dict
      contains:
        host:
          description: Its host.
          returned: always
          type: str
          sample: compute1
        binary:
          description: Its program.
          returned: always
          type: str
          sample: nova-compute
        state:
          description: V(up) or V(down).
          returned: always
          type: str
          sample: up
        status:
          description: V(enabled) or V(disabled).
          returned: always
          type: str
          sample: enabled
        reason:
          description: Why it was disabled, else V(null).
          returned: always
          type: str
          sample: null
    compute_services_reason:
      description: Why RV(neutron.compute_services) is V(null).
      returned: when it is
      type: str
      sample: the catalog of cloud packetwalk has no address of a service compute; check region_name and interface
"""

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._probing import _openstack_client


def main() -> None:
    module = AnsibleModule(
        argument_spec=dict(_openstack_client.ARGUMENTS),
        mutually_exclusive=_openstack_client.EXCLUSIVE,
        supports_check_mode=True,
    )
    if _openstack_client.IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib("openstacksdk"), exception=_openstack_client.IMPORT_ERROR)
    try:
        neutron = _openstack_client.read(_openstack_client.Cloud(module.params))
    except (_openstack_client.CloudError, ParseError) as error:
        module.fail_json(msg=f"Cannot read the cloud: {error}.")
    module.exit_json(changed=False, neutron=neutron)


if __name__ == "__main__":
    main()
