#!/bin/sh
# Usage: checksums.sh ADDRESS, one of this host. Says what it changed.
set -eu
interface=$(ip -o -4 address show to "$1" | awk '{ print $2; exit }')
[ "$(ethtool -i "$interface" 2>/dev/null | sed -n 's/^driver: //p')" = veth ] || exit 0
if ethtool -k "$interface" | grep -q '^tx-checksumming: on'; then
  ethtool -K "$interface" tx off >/dev/null
  echo "$interface completes checksums"
fi
