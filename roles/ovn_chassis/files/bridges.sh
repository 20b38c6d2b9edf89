#!/bin/sh
# Usage: bridges.sh DATAPATH [BRIDGE:INTERFACE ...]. Says what it changed.
set -eu
datapath=$1
shift
for pair in "$@"; do
  bridge=${pair%%:*} interface=${pair#*:}
  if [ "$(ovs-vsctl --if-exists get Bridge "$bridge" datapath_type)" != "$datapath" ]; then
    ovs-vsctl --may-exist add-br "$bridge" -- set Bridge "$bridge" "datapath_type=$datapath"
    echo "made $bridge"
  fi
  [ -n "$interface" ] || continue
  if ! ovs-vsctl list-ports "$bridge" | grep -qxF "$interface"; then
    ovs-vsctl add-port "$bridge" "$interface"
    echo "added $interface to $bridge"
  fi
  # Docker gives every interface of a container an address, and again when it is started again.
  if [ -n "$(ip -o address show dev "$interface" scope global)" ]; then
    ip address flush dev "$interface" scope global
    echo "removed the addresses of $interface"
  fi
  ip link set "$interface" up
done
