#!/bin/sh
# Has each of these interfaces of this machine complete the checksums of packets, and says of which that is new.
# Usage: checksums.sh INTERFACE...
set -eu
for interface; do
  if ethtool -k "$interface" | grep -q '^tx-checksumming: on'; then
    ethtool -K "$interface" tx off >/dev/null
    echo "$interface completes checksums"
  fi
done
