#!/bin/sh
# Gives each port without a link a placeholder: a port that nothing is plugged into. Usage: fill-ports.sh COUNT. Says what it changed.
set -eu
[ -e /dev/net/tun ] || { mkdir -p /dev/net; mknod /dev/net/tun c 10 200; }
# One line for each interface: its name, and "unwired" where it is a placeholder.
present=$(ip -n swns -o link show | sed 's/^[0-9]*: \([^:@]*\).*alias unwired.*/\1 unwired/; t; s/^[0-9]*: \([^:@]*\).*/\1/')
commands=$(
  echo "$present" | while read -r name placeholder; do
    [ -z "$placeholder" ] || [ "$name" -le "$1" ] || echo "link del dev $name"
  done
  for port in $(seq "$1"); do
    echo "$present" | grep -Eq "^$port( |$)" || printf 'tuntap add dev %s mode tap\nlink set dev %s alias unwired\n' "$port" "$port"
  done
)
[ -z "$commands" ] || echo "$commands" | ip -n swns -batch -
[ -z "$commands" ] || echo "$commands"
# The original OpenSwitch goes on when it is told that all its ports are there.
[ ! -d /etc/openswitch/hwdesc ] || touch /tmp/ops-virt-ports-ready
