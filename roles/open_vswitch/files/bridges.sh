#!/bin/sh
# Usage: bridges.sh DATAPATH [BRIDGE:INTERFACE:FAIL_MODE:PROTOCOLS ...]; what follows BRIDGE may be empty. Says what it changed.
set -eu
datapath=$1
shift
for wanted in "$@"; do
  IFS=: read -r bridge interface fail_mode protocols <<WANTED
$wanted
WANTED
  settings() { ovs-vsctl --if-exists get Bridge "$bridge" datapath_type fail_mode protocols | tr -d '\n'; }
  before=$(settings)
  ovs-vsctl --may-exist add-br "$bridge" -- set Bridge "$bridge" "datapath_type=$datapath" \
    ${fail_mode:+"fail_mode=$fail_mode"} ${protocols:+"protocols=$protocols"}
  [ "$before" = "$(settings)" ] || echo "made $bridge"
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
