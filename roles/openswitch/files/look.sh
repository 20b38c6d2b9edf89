#!/bin/sh
# Prints which switch is there, and what there is of VLANs.
[ -x /usr/lib/frr/zebra ] && [ -x /usr/lib/frr/bgpd ] && command -v vtysh >/dev/null && echo frr
command -v ops-switchd >/dev/null && echo openswitch
command -v ovs-vswitchd >/dev/null && echo open_vswitch
[ -S /run/openvswitch/db.sock ] && ovs-vsctl --timeout=5 br-exists bridge_normal 2>/dev/null && echo vlans
true
