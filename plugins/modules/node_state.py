#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: node_state
short_description: Read what a node's kernel and Docker engine really hold
version_added: 0.1.0
author:
  - The packetwalk.labs maintainers (@packetwalk)
description:
  - Reads every network namespace of a node, its Docker engine and what it is capable of, and returns them as one
    document. All checks of this collection work on that document alone.
  - The tables of the kernel are read by netlink, in one process that enters one namespace after the other. Neither the
    node nor its containers need C(ip), C(bridge), C(ipvsadm) or the Docker SDK. Only where packet filter rules exist
    C(iptables-save) and C(nft) are started.
  - What cannot be read is V(null) in the document with the reason beside it, and is told in RV(warnings). An empty list
    means that there is none.
options:
  gather:
    description:
      - The parts to read.
      - V(namespaces) are the network namespaces, V(docker) is the Docker engine with its networks and containers and,
        on a manager, the swarm, and V(capabilities) is what the kernel and the installed commands can do.
    type: list
    elements: str
    choices: [namespaces, docker, capabilities]
    default: [namespaces, docker, capabilities]
  docker_socket:
    description:
      - The unix socket of the Docker engine.
    type: path
    default: /var/run/docker.sock
  namespaces:
    description:
      - Names or shell patterns of the network namespaces to read, for example V(host) or V(1-*).
      - Without it all are read.
      - What a link points at in a namespace that is left out has no name and no namespace in the document.
    type: list
    elements: str
    default: []
extends_documentation_fragment:
  - packetwalk.labs._attributes
  - packetwalk.labs._attributes.info_module
  - packetwalk.labs._attributes.linux
notes:
  - Entering a namespace and reading packet filter rules takes the rights of root.
  - Namespaces are found in C(/run/docker/netns) and C(/run/netns), and through the processes that are in them.
  - To learn whether the kernel knows a kind of link, the module looks for it in C(/proc), C(/sys) and C(/lib/modules).
    Where they are silent it tries in a network namespace of its own that it throws away; then the kernel may load the
    module of that kind.
seealso:
  - module: packetwalk.labs.docker_network_verbose_info
"""

EXAMPLES = r"""
- name: Read the whole node
  packetwalk.labs.node_state:
  become: true
  register: node

- name: Show where the overlay's VXLAN device sends frames
  ansible.builtin.debug:
    msg: "{{ node.state.namespaces['1-1us5hb6ohx'].fdb | selectattr('destination') }}"

- name: Read the namespaces of overlay networks only
  packetwalk.labs.node_state:
    gather: [namespaces]
    namespaces: ['1-*', 'lb_*', 'ingress_sbox']
  become: true
  register: overlays

- name: Stop early on a node whose kernel has no IPVS
  ansible.builtin.assert:
    that: node.state.capabilities.features.ip_vs.present is true
    fail_msg: "{{ node.state.capabilities.features.ip_vs.reason | default('') }}"
"""

RETURN = r"""
warnings:
  description: What could not be read, one sentence each. They are also shown as warnings of the task.
  returned: when something could not be read
  type: list
  elements: str
  sample: ["/run/docker/netns/3f2a is a stale file: no namespace is mounted on it."]
state:
  description:
    - The node's part of the state document, schema 1.
    - For every key C(x) that is V(null), C(x_reason) says why.
  returned: always
  type: dict
  contains:
    hostname:
      description: The node's own host name.
      returned: always
      type: str
      sample: manager1
    capabilities:
      description: What the kernel and the installed commands can do.
      returned: when O(gather) has V(capabilities)
      type: dict
      contains:
        kernel:
          description: Release of the kernel.
          returned: always
          type: str
          sample: 6.1.0-28-amd64
        features:
          description:
            - By the name of the feature whether it is C(present), and the C(reason) when it is not.
            - C(present) is V(null) when it could not be found out.
            - The features are C(bridge), C(dummy), C(esp), C(geneve), C(ip_vs), C(macvlan), C(netem), C(nft),
              C(openvswitch), C(overlay), C(veth), C(vlan), C(vrf), C(vxlan) and C(xt_mark).
          returned: always
          type: dict
          sample:
            vxlan: {present: true}
            ip_vs: {present: false, reason: "no trace of ip_vs in /proc and /sys, and no module file"}
        tools:
          description: By the name of the command its path, V(null) when it was not found.
          returned: always
          type: dict
          sample: {iptables-save: /usr/sbin/iptables-save, nft: null}
        privileges:
          description: What the module may do.
          returned: always
          type: dict
          contains:
            setns:
              description: Whether other network namespaces can be entered.
              returned: always
              type: bool
              sample: true
            setns_reason:
              description: Why not.
              returned: always
              type: str
              sample: Operation not permitted
    namespaces:
      description:
        - The network namespaces by name. V(host) is the one that the module runs in; the others are named by their file
          in C(/run/docker/netns) or C(/run/netns), or C(pid-) and the lowest process identifier when only processes
          hold them.
        - The keys below are those of one namespace. Lists are sorted.
      returned: when O(gather) has V(namespaces)
      type: dict
      contains:
        inode:
          description: What identifies the namespace while the node runs.
          returned: always
          type: int
          sample: 4026532281
        kind:
          description: How it was found, V(host), V(docker), V(named) or V(process).
          returned: always
          type: str
          sample: docker
        path:
          description: A file that leads to it.
          returned: always
          type: str
          sample: /run/docker/netns/1-1us5hb6ohx
        reason:
          description: Why it could not be entered. All lists are then V(null).
          returned: when it could not be entered
          type: str
          sample: "/run/docker/netns/1-1us5hb6ohx: Operation not permitted"
        container:
          description: The container whose sandbox this is.
          returned: when there is one and O(gather) has V(docker)
          type: dict
          contains:
            id:
              description: The container's identifier.
              returned: always
              type: str
              sample: 5d2562b23c0ad2a16c2cd4fd1e8d8e4c0e4a8bb6d5e8fb5d5b6b1f7f7b8d3c01
            name:
              description: The container's name.
              returned: always
              type: str
              sample: web.1.91k5c2gznkwh4ah1vgxhzwl4m
        links:
          description: Network interfaces (RTM_GETLINK).
          returned: always
          type: list
          elements: dict
          contains:
            name:
              description: Name of the interface.
              returned: always
              type: str
              sample: eth0
            index:
              description: Index of the interface in its namespace.
              returned: always
              type: int
              sample: 12
            kind:
              description: The kind of rtnetlink, else V(ethernet), V(loopback) or V(other).
              returned: always
              type: str
              sample: veth
            mac:
              description: The MAC address, V(null) where a link has none.
              returned: always
              type: str
              sample: "02:42:0a:00:01:04"
            mtu_bytes:
              description: The largest packet.
              returned: always
              type: int
              sample: 1450
            flags:
              description: Flags in iproute2's words, in lower case.
              returned: always
              type: list
              elements: str
              sample: [broadcast, lower_up, multicast, up]
            operational_state:
              description: State after RFC 2863.
              returned: always
              type: str
              sample: up
            alias:
              description: What somebody wrote on it with C(ip link set alias), as M(packetwalk.labs.link) does.
              returned: when it has one
              type: str
              sample: packetwalk.lab=openswitch ops1:1 to ops2:1
            master:
              description: The bridge, bond or VRF that it is a port of.
              returned: when it is a port
              type: str
              sample: br0
            peer:
              description: The other end. C(namespace) and C(name) are V(null) when it was not found.
              returned: for C(veth)
              type: dict
              sample: {index: 13, namespace: 1-1us5hb6ohx, name: veth2}
            parent:
              description: The link that it lies on. C(namespace) and C(name) are V(null) when it was not found.
              returned: for C(vlan), C(macvlan) and C(ipvlan), and for C(vxlan) when it is bound to one
              type: dict
              sample: {index: 2, namespace: host, name: eth0}
            vxlan:
              description:
                - The tunnel. C(group) is also where an only peer is. C(ageing_seconds) is V(0) for never.
                - C(underlay_namespace) is the namespace that the encapsulated packets leave from.
              returned: for C(vxlan)
              type: dict
              sample:
                vni: 4097
                port: 4789
                local: null
                group: null
                learning: true
                proxy: true
                l2miss: true
                l3miss: true
                ageing_seconds: 300
                underlay_namespace: host
            bridge:
              description:
                - The bridge's settings.
                - Bit N of C(group_fwd_mask), here and in C(port), is set where frames to 01-80-C2-00-00-0N pass.
                - With C(vlan_filtering) also the C(vlans) of its own traffic, as they are in C(port).
              returned: for C(bridge)
              type: dict
              sample: {vlan_filtering: false, ageing_seconds: 300.0, stp: false, group_fwd_mask: 0}
            port:
              description:
                - Settings and state as a bridge's port.
                - Where the bridge has C(vlan_filtering) also the C(vlans), a list with C(identifier), with C(pvid),
                  whether untagged frames that arrive belong to it, and with C(untagged), whether its frames leave so.
              returned: for ports of a bridge
              type: dict
              sample:
                state: forwarding
                hairpin: false
                isolated: false
                learning: true
                flood: true
                multicast_flood: true
                broadcast_flood: true
                group_fwd_mask: 0
            vlan:
              description: The tag.
              returned: for C(vlan)
              type: dict
              sample: {identifier: 100, protocol: 802.1Q}
            macvlan:
              description: The mode.
              returned: for C(macvlan)
              type: dict
              sample: {mode: bridge}
            ipv4:
              description:
                - Settings that the kernel goes by with packets that arrive on the link. Where the greater one of the
                  link's value and that of C(all) counts, it is that one.
                - V(null) when the values of C(all) could not be read.
              returned: when the link speaks IPv4
              type: dict
              contains:
                forwarding:
                  description: Whether packets for others are forwarded.
                  returned: always
                  type: bool
                  sample: true
                proxy_arp:
                  description: Whether it answers ARP requests for addresses that it has a route to.
                  returned: always
                  type: bool
                  sample: false
                rp_filter:
                  description: Reverse path filter after RFC 3704, V(0) for none, V(1) for strict and V(2) for loose.
                  returned: always
                  type: int
                  sample: 0
                route_localnet:
                  description: Whether packets from and to 127.0.0.0/8 may pass.
                  returned: always
                  type: bool
                  sample: false
                arp_ignore:
                  description: Which ARP requests for own addresses are not answered, V(0) for none.
                  returned: always
                  type: int
                  sample: 0
                accept_local:
                  description: Whether packets with an own address as their source may arrive.
                  returned: always
                  type: bool
                  sample: false
            ipv6:
              description: The same for IPv6.
              returned: when the link speaks IPv6
              type: dict
              contains:
                forwarding:
                  description: Whether packets for others are forwarded (C(all), or C(force_forwarding) of the link).
                  returned: always
                  type: bool
                  sample: false
                disabled:
                  description: Whether IPv6 is switched off on the link.
                  returned: always
                  type: bool
                  sample: false
                proxy_ndp:
                  description: Whether it answers neighbour solicitations for addresses of its proxy table.
                  returned: always
                  type: bool
                  sample: false
        addresses:
          description: Addresses of the interfaces (RTM_GETADDR). C(label) is V(null) for IPv6.
          returned: always
          type: list
          elements: dict
          sample:
            - {device: eth0, address: 10.0.1.4, prefix_length: 24, family: ipv4, scope: global, label: eth0}
        routes:
          description:
            - Routes of all tables (RTM_GETROUTE). C(destination) is V(default) or a prefix, C(source) the preferred
              source address, V(null) where there is none.
            - C(next_hops) with C(gateway), C(device) and C(weight), C(source_prefix) and C(tos) are there only where
              they are set.
          returned: always
          type: list
          elements: dict
          sample:
            - destination: default
              gateway: 172.18.0.1
              device: eth1
              source: null
              table: 254
              metric: 0
              protocol: boot
              scope: global
              type: unicast
              family: ipv4
        rules:
          description:
            - Routing policy rules (RTM_GETRULE). A selector that is V(null) matches everything.
            - C(inverted), C(goto), C(l3mdev), C(suppress_prefix_length), C(tos), C(ip_protocol), C(source_ports),
              C(destination_ports) and C(user_identifiers) are there only where they are set.
          returned: always
          type: list
          elements: dict
          sample:
            - priority: 0
              source: null
              destination: null
              table: 255
              mark: null
              mask: null
              in_interface: null
              out_interface: null
              action: to_table
              family: ipv4
        neighbours:
          description: The neighbour tables, ARP and NDP (RTM_GETNEIGH).
          returned: always
          type: list
          elements: dict
          sample:
            - address: 10.0.1.10
              mac: "02:42:0a:00:01:0a"
              device: vxlan0
              states: [permanent]
              flags: []
              family: ipv4
        fdb:
          description:
            - Forwarding databases of bridges, and of devices like VXLAN (RTM_GETNEIGH for AF_BRIDGE).
            - C(destination) is the other tunnel end point. A learned entry is V(reachable) or V(stale) in C(states).
              C(flags) has C(self) for the device's own table and C(master) for the bridge's.
          returned: always
          type: list
          elements: dict
          sample:
            - mac: "02:42:0a:00:01:0a"
              device: vxlan0
              destination: 192.168.99.13
              states: [permanent]
              flags: [self]
              vlan: null
              vni: null
              port: null
        bridge_netfilter:
          description:
            - Whether bridges hand what they forward to the packet filters of C(ipv4), C(ipv6) and C(arp).
            - V(null) where br_netfilter is not loaded.
          returned: always
          type: dict
          sample: {ipv4: true, ipv6: true, arp: false}
        netfilter:
          description: The packet filter, V(null) when rules exist that could not be read.
          returned: always
          type: dict
          contains:
            backend:
              description: What holds rules of iptables, V(legacy), V(nft), V(both) or V(none).
              returned: always
              type: str
              sample: nft
            tables:
              description:
                - The IPv4 tables as C(iptables-save) prints them. By table C(chains), by chain C(policy) (V(null) for a
                  user's chain), C(packets), C(bytes) and C(rules).
                - A rule has C(text) as it was printed, C(source), C(destination), C(protocol), C(in_interface) and
                  C(out_interface), which of them are C(negated), the C(matches), each with its C(module) and options,
                  the C(target), whether it is a C(goto), the C(options) of the target, C(packets) and C(bytes).
              returned: always
              type: dict
              sample:
                nat:
                  chains:
                    POSTROUTING:
                      policy: ACCEPT
                      packets: 0
                      bytes: 0
                      rules:
                        - text: "-A POSTROUTING -d 10.0.1.0/24 -m ipvs --ipvs -j SNAT --to-source 10.0.1.6"
                          source: null
                          destination: 10.0.1.0/24
                          protocol: null
                          in_interface: null
                          out_interface: null
                          negated: []
                          matches: [{module: ipvs, ipvs: true}]
                          target: SNAT
                          goto: false
                          options: {to_source: 10.0.1.6}
                          packets: 0
                          bytes: 0
            tables_ipv6:
              description: The same for IPv6.
              returned: always
              type: dict
              sample: {}
            nft:
              description:
                - The tables of nftables that C(iptables-save) does not print, as P(packetwalk.labs.nft_ruleset#filter)
                  describes them. A dormant table is left out, as the kernel does not ask it.
                - V(null) when there are such and they could not be read.
              returned: always
              type: list
              elements: dict
              sample:
                - family: inet
                  name: shop
                  chains:
                    input:
                      type: filter
                      hook: input
                      priority: 0
                      policy: drop
                      rules:
                        - text: ip saddr @blocked drop
                          expressions:
                            - match: {op: "==", left: {payload: {protocol: ip, field: saddr}}, right: "@blocked"}
                            - drop: null
                          packets: null
                          bytes: null
                  sets:
                    blocked: {type: ipv4_addr, flags: [], elements: [10.2.3.4]}
                  maps: {}
        ipvs:
          description:
            - Virtual services of IPVS. A C(kind) of V(fwmark) has a C(mark), one of V(address) has C(protocol),
              C(address) and C(port). C(forward) is V(masquerade), V(local), V(tunnel) or V(route).
            - V(null) where the kernel has no IPVS.
          returned: always
          type: list
          elements: dict
          sample:
            - kind: fwmark
              mark: 258
              scheduler: rr
              flags: []
              backends: [{address: 10.0.1.3, port: 0, forward: masquerade, weight: 1}]
        sockets:
          description: Listening TCP sockets, and bound and unconnected UDP sockets.
          returned: always
          type: list
          elements: dict
          sample:
            - {protocol: tcp, address: 0.0.0.0, port: 80, family: ipv4, inode: 12345}
    docker:
      description: The Docker engine, V(null) when it could not be asked.
      returned: when O(gather) has V(docker)
      type: dict
      contains:
        version:
          description: Version of the engine.
          returned: always
          type: str
          sample: 20.10.24+dfsg1
        api_version:
          description: Newest version of its API.
          returned: always
          type: str
          sample: "1.41"
        name:
          description: The engine's host name.
          returned: always
          type: str
          sample: manager1
        storage_driver:
          description: How it stores images.
          returned: always
          type: str
          sample: overlay2
        swarm:
          description: The node's own view of its place in a swarm.
          returned: always
          type: dict
          sample:
            state: active
            node_id: 24ifsmvkjbyhk0mdjkxkk2k5a
            address: 192.168.99.100
            is_manager: true
            data_path_port: 4789
            error: null
        networks:
          description: Networks as RV(packetwalk.labs.docker_network_verbose_info#module:networks) describes them.
          returned: always
          type: list
          elements: dict
          sample:
            - {name: overlay1, id: 1us5hb6ohxcnt57qpxskmsmwq, driver: overlay, scope: swarm, vnis: [4097]}
        containers:
          description:
            - Containers, also stopped ones. C(sandbox) is the name of the container's namespace in C(namespaces).
            - C(service) and C(task_id) are V(null) for a container that no swarm service started.
          returned: always
          type: list
          elements: dict
          sample:
            - id: 5d2562b23c0ad2a16c2cd4fd1e8d8e4c0e4a8bb6d5e8fb5d5b6b1f7f7b8d3c01
              name: web.1.91k5c2gznkwh4ah1vgxhzwl4m
              image: packetwalk/web:1
              state: running
              process_id: 812
              sandbox: d7f92170ec4e
              service: web
              task_id: 91k5c2gznkwh4ah1vgxhzwl4m
        cluster:
          description: What a manager knows of the whole swarm, V(null) on any other node.
          returned: always
          type: dict
          contains:
            nodes:
              description: The nodes. C(manager) is V(null) for a worker.
              returned: always
              type: list
              elements: dict
              sample:
                - id: 24ifsmvkjbyhk0mdjkxkk2k5a
                  hostname: manager1
                  role: manager
                  availability: active
                  state: ready
                  address: 192.168.99.100
                  manager: {leader: true, reachability: reachable, address: "192.168.99.100:2377"}
                  labels: {}
                  engine: 20.10.24
            services:
              description: The services.
              returned: always
              type: list
              elements: dict
              sample:
                - id: 7x3kq2m8u0dhx2yw0a6a3a4xk
                  name: web
                  mode: replicated
                  replicas: 2
                  endpoint_mode: vip
                  image: packetwalk/web:1
                  networks: [1us5hb6ohxcnt57qpxskmsmwq]
                  virtual_addresses: [{network: 1us5hb6ohxcnt57qpxskmsmwq, address: 10.0.1.2, prefix_length: 24}]
                  ports: [{protocol: tcp, target: 80, published: 8080, mode: ingress}]
                  constraints: []
                  update: {state: completed, message: update completed, monitor_seconds: 5.0}
            tasks:
              description: The tasks, also those that have ended and are still in the swarm's history.
              returned: always
              type: list
              elements: dict
              sample:
                - id: 91k5c2gznkwh4ah1vgxhzwl4m
                  name: web.1.91k5c2gznkwh4ah1vgxhzwl4m
                  service: 7x3kq2m8u0dhx2yw0a6a3a4xk
                  node: 24ifsmvkjbyhk0mdjkxkk2k5a
                  slot: 1
                  desired_state: running
                  state: running
                  error: null
                  container: 5d2562b23c0ad2a16c2cd4fd1e8d8e4c0e4a8bb6d5e8fb5d5b6b1f7f7b8d3c01
                  addresses: [{network: 1us5hb6ohxcnt57qpxskmsmwq, address: 10.0.1.4, prefix_length: 24}]
                  ports: []
                  image: packetwalk/web:1
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.packetwalk.labs.plugins.module_utils._probing import _node


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "gather": {
                "type": "list",
                "elements": "str",
                "choices": ["namespaces", "docker", "capabilities"],
                "default": ["namespaces", "docker", "capabilities"],
            },
            "docker_socket": {"type": "path", "default": "/var/run/docker.sock"},
            "namespaces": {"type": "list", "elements": "str", "default": []},
        },
        supports_check_mode=True,
    )
    options = module.params
    state, warnings = _node.gather(options["gather"], options["docker_socket"], options["namespaces"])
    for warning in warnings:
        module.warn(warning)
    module.exit_json(changed=False, state=state)


if __name__ == "__main__":
    main()
