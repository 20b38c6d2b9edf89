#!/bin/sh
# The userspace datapath sends tunnel packets only through a bridge of its own: one that holds the interface of the tunnel
# address, and has its MAC address, its addresses and its routes. Usage: underlay.sh ADDRESS. Says what it changed.
set -eu
bridge=br-ul
device_of() { ip -o -4 address show to "$1" | awk '{ print $2; exit }'; }
interface=$(device_of "$1")
[ "$interface" != $bridge ] || exit 0
ovs-vsctl --may-exist add-br $bridge \
  -- set Bridge $bridge datapath_type=netdev "other_config:hwaddr=\"$(cat "/sys/class/net/$interface/address")\"" \
  -- set Interface $bridge "mtu_request=$(cat "/sys/class/net/$interface/mtu")" \
  -- --may-exist add-port $bridge "$interface"
# The kernel still sees what arrives at the interface; without these two it would answer beside the bridge.
echo 1 >"/proc/sys/net/ipv4/conf/$interface/rp_filter"
echo 1 >"/proc/sys/net/ipv4/conf/$interface/arp_ignore"
# Checksums have to be complete before the datapath gets the packets.
ethtool -K "$interface" tx off >/dev/null
# That library does not go with "set -u".
# shellcheck source=/dev/null
commands=$(set +u; . /usr/share/openvswitch/scripts/ovs-lib; move_ip_address "$interface" $bridge; move_ip_routes "$interface" $bridge)
# All at once: this may be the way on which Ansible came.
ip link set $bridge up
eval "$commands"
echo "moved the addresses of $interface to $bridge"
