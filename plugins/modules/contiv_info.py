#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: contiv_info
short_description: Read what Contiv's netmaster holds
version_added: 0.5.0
author:
  - The packetwalk.labs maintainers (@packetwalk)
description:
  - Asks netmaster over its REST API for all that it was told and for what came of it, such as the tags and the
    addresses that it gave.
  - What it leaves out because it is empty is V(null) or an empty list here. All lists are sorted.
  - A part that cannot be read is V(null), with the reason in a key beside it that ends with C(_reason), for example
    C(networks_reason). The module fails when netmaster cannot be reached, or does not let in.
extends_documentation_fragment:
  - packetwalk.labs._attributes
  - packetwalk.labs._attributes.info_module
  - packetwalk.labs._netmaster
notes:
  - Each network and each group costs a request of its own. Nothing but Python is needed on the target, and it may be
    any host that reaches netmaster.
  - Networks are listed by themselves and not by their tenants, because a tenant forgets a network whose deletion was
    refused.
  - The auth proxy tells nothing but the version's number of RV(contiv.version).
seealso:
  - module: packetwalk.labs.contiv_network
  - module: packetwalk.labs.legacy_swarm_info
"""

EXAMPLES = r"""
- name: Read what netmaster holds
  packetwalk.labs.contiv_info:
  register: told

- name: Show the VNI of each network
  ansible.builtin.debug:
    msg: "{{ told.contiv.networks | items2dict(key_name='docker_network', value_name='external_tag') }}"

- name: Refuse to go on while a tenant has forgotten a network
  ansible.builtin.assert:
    that: told.contiv.networks | rejectattr('in_tenant') | length == 0

- name: Read it through the auth proxy
  packetwalk.labs.contiv_info:
    url: https://192.168.2.50:10000
    username: admin
    password: "{{ contiv_admin_password }}"
    validate_certs: false
"""

RETURN = r"""
contiv:
  description: What netmaster holds.
  returned: success
  type: dict
  contains:
    version:
      description: Which netmaster it is. V(null) when it could not be read.
      returned: always
      type: dict
      contains:
        version:
          description: Its version.
          returned: always
          type: str
          sample: "1.0.3"
        commit:
          description: What it was made of. V(null) through the auth proxy.
          returned: always
          type: str
          sample: c61eb64
        built:
          description: When it was made. V(null) through the auth proxy.
          returned: always
          type: str
          sample: 06-08-2017.01-26-14.UTC
    global:
      description: What is one for all networks. V(null) when it could not be read.
      returned: always
      type: dict
      contains:
        infrastructure:
          description: V(default), or V(aci) or V(aci-opflex) for Cisco's fabrics.
          returned: always
          type: str
          sample: default
        vlan_range:
          description: Tags that networks of encapsulation V(vlan) may have.
          returned: always
          type: str
          sample: 1-4094
        vxlan_range:
          description: VNIs that networks of encapsulation V(vxlan) may have.
          returned: always
          type: str
          sample: 1-10000
        forwarding_mode:
          description: Whether nodes V(bridge) or do V(routing).
          returned: always
          type: str
          sample: bridge
        arp_mode:
          description: Whether nodes answer ARP themselves (V(proxy)) or V(flood) it.
          returned: always
          type: str
          sample: proxy
        private_subnet:
          description: Addresses of the network between a node and its own containers.
          returned: always
          type: str
          sample: 172.19.0.0/16
        vlans_in_use:
          description: Tags of networks, as ranges. Empty for none.
          returned: always
          type: str
          sample: "112"
        vxlans_in_use:
          description: VNIs of networks, as ranges. Empty for none.
          returned: always
          type: str
          sample: "1-2"
        cluster_mode:
          description: Who asks netmaster for networks and addresses, for example V(docker).
          returned: always
          type: str
          sample: docker
    tenants:
      description: Tenants. V(null) when they could not be read.
      returned: always
      type: list
      elements: dict
      contains:
        name:
          description: Its name.
          returned: always
          type: str
          sample: blue
        default_network:
          description: The network for what names none, else V(null).
          returned: always
          type: str
          sample: null
    networks:
      description: Networks of all tenants. V(null) when they could not be read.
      returned: always
      type: list
      elements: dict
      contains:
        tenant:
          description: Its tenant.
          returned: always
          type: str
          sample: blue
        name:
          description: Its name.
          returned: always
          type: str
          sample: contiv-net
        type:
          description: V(data), or V(infra) for one of the nodes themselves.
          returned: always
          type: str
          sample: data
        encapsulation:
          description: V(vxlan) or V(vlan).
          returned: always
          type: str
          sample: vxlan
        subnet:
          description: Where containers get addresses from, which may be a part of the subnet.
          returned: always
          type: str
          sample: 10.1.2.0/24
        gateway:
          description: The gateway of containers, V(null) for none.
          returned: always
          type: str
          sample: null
        ipv6_subnet:
          description: The same for IPv6, V(null) for none.
          returned: always
          type: str
          sample: null
        ipv6_gateway:
          description: The same for IPv6, V(null) for none.
          returned: always
          type: str
          sample: null
        tag:
          description: The tag that was asked for, V(null) when netmaster chose it.
          returned: always
          type: int
          sample: null
        packet_tag:
          description: The VLAN that packets have inside of a node.
          returned: always
          type: int
          sample: 2
        external_tag:
          description: The VNI that packets have between nodes, V(null) for encapsulation V(vlan).
          returned: always
          type: int
          sample: 2
        docker_network:
          description: How Docker calls it, V(null) for type V(infra), which Docker does not know.
          returned: always
          type: str
          sample: contiv-net/blue
        allocated_addresses:
          description: Addresses that are not free. The gateway and the pools of groups are among them.
          returned: always
          type: list
          elements: str
          sample: [10.1.2.1, 10.1.2.2, 10.1.2.3]
        allocated_count:
          description: How many of these were given to containers and services.
          returned: always
          type: int
          sample: 3
        endpoint_count:
          description: How many endpoints it has.
          returned: always
          type: int
          sample: 3
        in_tenant:
          description:
            - Whether its tenant knows it.
            - Where not, somebody tried to delete it while it had endpoints. It works, but netmaster takes overlapping
              subnets in this tenant.
          returned: always
          type: bool
          sample: true
    endpoint_groups:
      description: Groups of endpoints of all tenants. V(null) when they could not be read.
      returned: always
      type: list
      elements: dict
      contains:
        tenant:
          description: Its tenant.
          returned: always
          type: str
          sample: green
        name:
          description: Its name.
          returned: always
          type: str
          sample: web
        network:
          description: Its network.
          returned: always
          type: str
          sample: net1
        policies:
          description: Policies that it is subject to.
          returned: always
          type: list
          elements: str
          sample: [web-pol]
        pool:
          description: Addresses of the network that are for it alone, V(null) for none.
          returned: always
          type: str
          sample: 10.9.1.100-10.9.1.110
        net_profile:
          description: The profile that limits its bandwidth, V(null) for none.
          returned: always
          type: str
          sample: null
        docker_network:
          description: How Docker calls it.
          returned: always
          type: str
          sample: web/green
        packet_tag:
          description: The VLAN that packets have inside of a node.
          returned: always
          type: int
          sample: 3
    policies:
      description: Policies of all tenants. V(null) when they could not be read.
      returned: always
      type: list
      elements: dict
      contains:
        tenant:
          description: Its tenant.
          returned: always
          type: str
          sample: green
        name:
          description: Its name.
          returned: always
          type: str
          sample: web-pol
    rules:
      description: Rules of all policies. V(null) when they could not be read.
      returned: always
      type: list
      elements: dict
      contains:
        tenant:
          description: Tenant of its policy.
          returned: always
          type: str
          sample: green
        policy:
          description: Its policy.
          returned: always
          type: str
          sample: web-pol
        number:
          description: Its name in the policy, which may be a word.
          returned: always
          type: str
          sample: "2"
        direction:
          description: V(in) for packets to endpoints of the groups, V(out) for packets from them.
          returned: always
          type: str
          sample: in
        priority:
          description: From V(1) to V(100). The highest one that matches counts.
          returned: always
          type: int
          sample: 10
        protocol:
          description: V(tcp), V(udp), V(icmp) or a number, V(null) for all.
          returned: always
          type: str
          sample: tcp
        port:
          description: Destination port, V(null) for all.
          returned: always
          type: int
          sample: 80
        action:
          description: V(allow) or V(deny).
          returned: always
          type: str
          sample: allow
        from_group:
          description: Group that packets come from, V(null) for any.
          returned: always
          type: str
          sample: db
        from_network:
          description: Network that packets come from, V(null) for any.
          returned: always
          type: str
          sample: null
        from_address:
          description: Address or prefix that packets come from, V(null) for any.
          returned: always
          type: str
          sample: null
        to_group:
          description: Group that packets go to, V(null) for any.
          returned: always
          type: str
          sample: null
        to_network:
          description: Network that packets go to, V(null) for any.
          returned: always
          type: str
          sample: null
        to_address:
          description: Address or prefix that packets go to, V(null) for any.
          returned: always
          type: str
          sample: null
    app_profiles:
      description: Application profiles of all tenants. V(null) when they could not be read.
      returned: always
      type: list
      elements: dict
      contains:
        tenant:
          description: Its tenant.
          returned: always
          type: str
          sample: green
        name:
          description: Its name.
          returned: always
          type: str
          sample: app1
        groups:
          description: Groups that belong to it.
          returned: always
          type: list
          elements: str
          sample: [db, web]
    bgp:
      description: What nodes tell routers. V(null) when it could not be read.
      returned: always
      type: list
      elements: dict
      contains:
        hostname:
          description: The node.
          returned: always
          type: str
          sample: legacy-swarm-worker0
        router_address:
          description: Address of the node towards the router, with the length of its prefix.
          returned: always
          type: str
          sample: 50.1.1.1/24
        as:
          description: Autonomous system of the node, V(null) when it was not given.
          returned: always
          type: int
          sample: 65002
        neighbor:
          description: Address of the router, V(null) when it was not given.
          returned: always
          type: str
          sample: 50.1.1.2
        neighbor_as:
          description: Autonomous system of the router, V(null) when it was not given.
          returned: always
          type: int
          sample: 500
    endpoints:
      description: What is plugged into networks, mostly containers. V(null) when they could not be read.
      returned: always
      type: list
      elements: dict
      contains:
        id:
          description: Docker's identifier of the endpoint.
          returned: always
          type: str
          sample: 451305fdba73a3d52c91bb0c9e9e422de846cadbd66cba54abfe170d4be103a6
        tenant:
          description: Tenant of its network.
          returned: always
          type: str
          sample: default
        network:
          description: Its network.
          returned: always
          type: str
          sample: contiv-net
        host:
          description: The node that it is on.
          returned: always
          type: str
          sample: legacy-swarm-master
        address:
          description: Its IPv4 address, V(null) for none.
          returned: always
          type: str
          sample: 10.1.2.1
        address6:
          description: Its IPv6 address, V(null) for none.
          returned: always
          type: str
          sample: null
        mac:
          description: Its MAC address.
          returned: always
          type: str
          sample: "02:02:0a:01:02:01"
        group:
          description: Its group, V(null) for none.
          returned: always
          type: str
          sample: null
        container:
          description: Name of the container where netmaster was told, with Docker V(null).
          returned: always
          type: str
          sample: null
"""

from typing import Any, Callable

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import _contiv
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._netmaster import (
    ARGUMENTS,
    TOGETHER,
    Netmaster,
    NetmasterError,
    Refused,
    Unanswered,
)

# Key of the result to the kind as netmaster spells it, and what makes a row of one.
LISTED = {
    "tenants": ("tenants", _contiv.tenant),
    "policies": ("policys", _contiv.policy),
    "rules": ("rules", _contiv.rule),
    "app_profiles": ("appProfiles", _contiv.app_profile),
    "bgp": ("Bgps", _contiv.bgp),
}


def gather(netmaster: Netmaster) -> dict[str, Any]:
    """All parts, each null with a reason where it could not be read; raises NetmasterError when there is no answer."""
    contiv = _told(("global",), lambda: [_contiv.global_settings(netmaster.inspect("globals", "global"))])
    contiv.update(_told(("version",), lambda: [_contiv.version(netmaster.version())]))
    contiv.update(_told(("networks", "endpoints"), lambda: networks_and_endpoints(netmaster)))
    contiv.update(_told(("endpoint_groups",), lambda: [rows(inspected(netmaster, "endpointGroups"), _contiv.group)]))
    for key, (plural, row) in LISTED.items():
        contiv.update(_told((key,), lambda plural=plural, row=row: [rows(netmaster.list(plural), row)]))
    return contiv


def networks_and_endpoints(netmaster: Netmaster) -> list[list[dict[str, Any]]]:
    linked = _contiv.linked_networks(netmaster.list("tenants"))
    found = inspected(netmaster, "networks")
    networks = [dict(row, in_tenant=f"{row['tenant']}:{row['name']}" in linked) for row in map(_contiv.network, found)]
    endpoints = [endpoint for each in found for endpoint in _contiv.endpoints(each)]
    return [sorted(networks, key=_order), sorted(endpoints, key=_order)]


def inspected(netmaster: Netmaster, plural: str) -> list[dict[str, Any]]:
    """What became of each object of a kind, without those that were deleted meanwhile."""
    found = []
    for config in netmaster.list(plural):
        key = config.get("key", "")
        try:
            found.append(netmaster.inspect(plural, key))
        except Refused as error:
            raise Refused(f"{key}: {error}") from error
    return [each for each in found if each is not None]


def rows(found: list[dict[str, Any]], row: Callable[[Any], dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(map(row, found), key=_order)


def _order(row: dict[str, Any]) -> list[Any]:
    """By the names that a row begins with; rules, whose numbers are texts, by their numbers."""
    return [(len(name) if key == "number" else 0, name) for key, name in list(row.items())[:3] if isinstance(name, str)]


def _told(keys: tuple[str, ...], ask: Callable[[], list[Any]]) -> dict[str, Any]:
    try:
        return dict(zip(keys, ask()))
    except (Refused, ParseError) as error:
        reason = str(error)
    except Unanswered as error:
        # Other parts can be read where a handler of netmaster fails, but not where nothing answers.
        if not error.empty:
            raise
        reason = str(error)
    return {**dict.fromkeys(keys), **{f"{key}_reason": reason for key in keys}}


def main() -> None:
    module = AnsibleModule(argument_spec=dict(ARGUMENTS), required_together=TOGETHER, supports_check_mode=True)
    try:
        contiv = gather(Netmaster(**module.params))
    except NetmasterError as error:
        module.fail_json(msg=f"Cannot read Contiv: {error}")
    module.exit_json(changed=False, contiv=contiv)


if __name__ == "__main__":
    main()
