#!/bin/sh
# Usage: outside.sh NAMESPACE INTERFACE "ADDRESS/LENGTH ..."; says what it changed.
set -eu
namespace=$1 interface=$2 addresses=$3
if ! ip netns exec "$namespace" true 2>/dev/null; then
  # A container that was started again still has the file, but nothing is mounted on it.
  rm -f "/run/netns/$namespace"
  ip netns add "$namespace"
  ip -n "$namespace" link set lo up
  echo "made $namespace"
fi
if ! ip -n "$namespace" link show "$interface" >/dev/null 2>&1; then
  ip link set "$interface" netns "$namespace"
  # Userspace datapaths hand packets on as they came, so their checksums have to be complete.
  ip netns exec "$namespace" ethtool -K "$interface" tx off >/dev/null
  ip -n "$namespace" link set "$interface" up
  echo "moved $interface"
fi
for address in $addresses; do
  if ! ip -n "$namespace" -o address show dev "$interface" | grep -qF " $address "; then
    ip -n "$namespace" address add "$address" dev "$interface"
    echo "added $address"
  fi
done
