# SPDX-License-Identifier: GPL-3.0-or-later
"""A small logical network, made with OVN's own commands.

Two switches and a provider network on a router with a gateway on either of two chassis, and a gateway router of its
own. ``ghost`` is a candidate for the gateway that there is not. No ovn-controller runs: ``vm1`` and ``vm3`` were bound
by hand, and the gateway too.
"""

from __future__ import annotations

import shlex

import ovn_daemons

NORTHBOUND = """
ls-add sw0
set Logical_Switch sw0 other_config:subnet=10.10.10.0/24
lsp-add sw0 vm1
lsp-set-addresses vm1 "50:54:00:00:00:01 10.10.10.5"
lsp-set-port-security vm1 "50:54:00:00:00:01 10.10.10.5"
lsp-add sw0 vm2
lsp-set-addresses vm2 dynamic
lsp-add sw0 nested vm1 42
lsp-set-enabled nested disabled
ls-add sw1
lsp-add sw1 vm3
lsp-set-addresses vm3 "50:54:00:00:00:03 10.10.20.5" unknown
ls-add ext
lsp-add ext ext-net
lsp-set-type ext-net localnet
lsp-set-addresses ext-net unknown
lsp-set-options ext-net network_name=extnet
lr-add lr0
lrp-add lr0 lr0-sw0 00:00:00:00:FF:01 10.10.10.1/24
lrp-add lr0 lr0-sw1 00:00:00:00:ff:02 10.10.20.1/24 fd00::1/64
lrp-add lr0 lr0-ext 00:00:00:00:ff:03 172.24.4.5/24
lrp-set-gateway-chassis lr0-ext chassis2 10
lrp-set-gateway-chassis lr0-ext chassis1 20
lrp-set-gateway-chassis lr0-ext ghost 5
lsp-add sw0 sw0-lr0
lsp-set-type sw0-lr0 router
lsp-set-addresses sw0-lr0 router
lsp-set-options sw0-lr0 router-port=lr0-sw0
lsp-add sw1 sw1-lr0
lsp-set-type sw1-lr0 router
lsp-set-addresses sw1-lr0 router
lsp-set-options sw1-lr0 router-port=lr0-sw1
lsp-add ext ext-lr0
lsp-set-type ext-lr0 router
lsp-set-addresses ext-lr0 router
lsp-set-options ext-lr0 router-port=lr0-ext
lr-route-add lr0 0.0.0.0/0 172.24.4.1 lr0-ext
--policy=src-ip lr-route-add lr0 10.10.10.0/24 172.24.4.1
lr-route-add lr0 fd01::/64 fd00::9
lr-policy-add lr0 100 "ip4.src == 10.10.10.5" reroute 172.24.4.2
lr-policy-add lr0 200 "ip4.src == 10.10.10.6" drop
lr-nat-add lr0 snat 172.24.4.10 10.10.10.0/24
lr-nat-add lr0 dnat_and_snat 172.24.4.11 10.10.10.5 vm1 50:54:00:00:00:01
lr-nat-add lr0 dnat 172.24.4.12 10.10.20.5
lr-add gw1
set Logical_Router gw1 options:chassis=chassis2
lrp-add gw1 gw1-one 00:00:00:00:ee:01 10.99.0.1/24
ha-chassis-group-add pair
ha-chassis-group-add-chassis pair chassis1 7
ha-chassis-group-add-chassis pair chassis2 9
pg-add pg_web vm1 vm3
pg-add pg_none
acl-add pg_web to-lport 1000 "outport == @pg_web && ip4.src == $as_admins && tcp.dst == 22" allow-related
--type=switch --log --severity=info --name=drop80 acl-add sw0 from-lport 900 "tcp.dst == 80" drop
acl-add sw0 from-lport 901 "tcp.dst == 81" allow
acl-add sw0 to-lport 5 "ip4" reject
create Address_Set name=as_admins 'addresses="10.10.10.0/24","10.10.20.0/24"'
lb-add lb0 10.10.10.100:80 10.10.10.5:80,10.10.20.5:80 tcp
ls-lb-add sw0 lb0
lr-lb-add lr0 lb0
lb-add lb1 10.10.10.101:53 10.10.10.5:53 udp
lb-add unused 10.10.10.102:53 10.10.10.5:53 udp
--id=@group create Load_Balancer_Group name=balancers
add Logical_Switch sw1 load_balancer_group @group
--id=@dhcp create DHCP_Options cidr=10.10.10.0/24 'options="router"="10.10.10.1"'
set Logical_Switch_Port vm1 dhcpv4_options=@dhcp
create DHCP_Options cidr=10.10.30.0/24
--id=@dns create DNS 'records="host.example"="10.10.10.5"'
add Logical_Switch sw0 dns_records @dns
static-mac-binding-add lr0-sw1 10.10.20.77 0a:00:00:00:00:77
"""

SOUTHBOUND = """
chassis-add chassis1 geneve 192.168.98.11
set Chassis chassis1 hostname=one.example 'other_config:ovn-bridge-mappings="extnet:br-ex,other:br-other"'
set Chassis chassis1 'other_config:ovn-cms-options="a,enable-chassis-as-gw"'
chassis-add chassis2 geneve,vxlan 192.168.98.12
set Chassis chassis2 hostname=two.example
create Chassis_Private name=chassis1 nb_cfg=3 nb_cfg_timestamp=1795271371543
"""


def _one_call(command: str, lines: str) -> list[str]:
    """All lines as one call, so that they are one transaction."""
    arguments = [command]
    for line in lines.strip().splitlines():
        arguments += ["--", *shlex.split(line)]
    return arguments


def build(ovn: ovn_daemons.Daemons) -> None:
    ovn.run(*_one_call("ovn-nbctl", NORTHBOUND))
    balancer = ovn.run("ovn-nbctl", "--bare", "--columns=_uuid", "find", "Load_Balancer", "name=lb1").strip()
    group = ovn.run("ovn-nbctl", "--bare", "--columns=_uuid", "list", "Load_Balancer_Group").strip()
    ovn.run("ovn-nbctl", "add", "Load_Balancer_Group", group, "load_balancer", balancer)
    pair = ovn.run("ovn-nbctl", "--bare", "--columns=_uuid", "list", "HA_Chassis_Group").strip()
    ovn.run("ovn-nbctl", "set", "Logical_Router_Port", "lr0-sw1", f"ha_chassis_group={pair}")
    ovn.run(*_one_call("ovn-sbctl", SOUTHBOUND))
    ovn.run("ovn-nbctl", "--timeout=30", "--wait=sb", "sync")
    for port, chassis in (("vm1", "chassis1"), ("vm3", "chassis2"), ("cr-lr0-ext", "chassis1")):
        ovn.run("ovn-sbctl", "lsp-bind", port, chassis)
    router = ovn.run(
        "ovn-sbctl", "--bare", "--columns=_uuid", "find", "Datapath_Binding", "external_ids:name=lr0"
    ).strip()
    learned = ("logical_port=lr0-ext", "ip=172.24.4.1", 'mac="02:42:AC:18:04:01"', "timestamp=1795271371543")
    ovn.run("ovn-sbctl", "create", "MAC_Binding", *learned, f"datapath={router}")
    ovn.run("ovn-nbctl", "--timeout=30", "--wait=sb", "sync")
    ovn.run("ovn-nbctl", "--timeout=30", "--wait=sb", "sync")
