#!/bin/sh
# Has ports go with the userspace datapath of Open vSwitch, which does the kernel's no harm.
# Usage: vlan-ports.sh "PORT IN A VLAN ..." "PORT LINKED TO ONE ..." [WIRED PORT ...]. Says what it changed.
set -eu
in_vlans=" $1 " facing=" $2 "
shift 2
inside() { nsenter --net=/run/netns/swns "$@"; }
for port in "$@"; do
  # The kernel sees the frames of the VLAN too, and would answer for the addresses of the switch beside it.
  case $in_vlans in *" $port "*) ignore=8 ;; *) ignore=0 ;; esac
  if [ "$(inside sysctl -n "net.ipv4.conf.$port.arp_ignore")" != $ignore ]; then
    inside sysctl -qw "net.ipv4.conf.$port.arp_ignore=$ignore"
    echo "set arp_ignore of port $port to $ignore"
  fi
  # Checksums have to be complete before the datapath gets the packets.
  case $facing in *" $port "*) checksums=off ;; *) checksums=on ;; esac
  if ! inside ethtool -k "$port" | grep -q "^tx-checksumming: $checksums"; then
    inside ethtool -K "$port" tx $checksums >/dev/null
    echo "turned checksums of port $port $checksums"
  fi
done
