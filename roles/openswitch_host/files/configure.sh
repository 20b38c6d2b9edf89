#!/bin/sh
# Usage: configure.sh set|look "INTERFACE..." "INTERFACE ADDRESS..." "DESTINATION via NEXT_HOP...", one of them on each line.
# Gives a host its addresses and routes. Says what it changes, with "look" what it would change.
set -eu
action=$1 interfaces=$2 addresses=$3 routes=$4

# The lines of the first text that are not in the second one.
without() { printf '%s\n' "$1" | grep -vxF "$2" || true; }
# The interfaces that are meant, of lines that begin with one.
of_interfaces() { while read -r name rest; do ! printf '%s\n' "$interfaces" | grep -qxF "$name" || echo "$name $rest"; done; }
carry_out() {
  commands=$(cat)
  [ -n "$commands" ] || return 0
  printf '%s\n' "$commands"
  [ "$action" = look ] || printf '%s\n' "$commands" | ip -batch -
}

for interface in $interfaces; do
  [ -n "$(ip -o link show up dev "$interface")" ] || echo "link set $interface up"
done | carry_out

present=$(ip -4 -o address show scope global | awk '{print $2, $4}' | of_interfaces)
{
  without "$present" "$addresses" | sed -n 's/\(.*\) \(.*\)/address del \2 dev \1/p'
  without "$addresses" "$present" | sed -n 's/\(.*\) \(.*\)/address add \2 dev \1/p'
} | carry_out

# Without an address, or without a link, Linux has removed routes too. It leaves out the prefix length of a single address.
present=$(ip route show proto static | sed 's/^default /0.0.0.0\/0 /; s/^\([^/ ]*\) /\1\/32 /' | awk '{print $1, $2, $3}')
{
  without "$present" "$routes" | sed -n 's/..*/route del & proto static/p'
  without "$routes" "$present" | sed -n 's/..*/route add & proto static/p'
} | carry_out
